"""The library's first form."""

import sqlalchemy as sa
from alembic import op

from pactoria_desktop.store import search_index

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables and the search index."""
    op.create_table(
        "folder",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("parent", sa.String(), nullable=True),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["parent"], ["folder.id"], name=op.f("fk_folder_parent")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_folder")),
    )
    op.create_index(op.f("ix_folder_parent"), "folder", ["parent"], unique=False)
    op.create_table(
        "library_fact",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("value", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_library_fact")),
    )
    op.create_table(
        "outbox",
        sa.Column("position", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("operation", sa.String(), nullable=False),
        sa.Column("scope", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("record", sa.String(), nullable=False),
        sa.Column("base_sequence", sa.Integer(), nullable=False),
        sa.Column("patch", sa.JSON(), nullable=False),
        sa.Column("deletes", sa.Boolean(), nullable=False),
        sa.Column("schema_version", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("created_at", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("position", name=op.f("pk_outbox")),
        sa.UniqueConstraint("operation", name=op.f("uq_outbox_operation")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_outbox_state_position", "outbox", ["state", "position"], unique=False)
    op.create_table(
        "package",
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("added_at", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("sha256", name=op.f("pk_package")),
    )
    op.create_table(
        "saved_search",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("query", sa.JSON(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_saved_search")),
    )
    op.create_table(
        "session_state",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("value", sa.JSON(), nullable=False),
        sa.Column("changed_at", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_session_state")),
    )
    op.create_table(
        "contract",
        sa.Column("row", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("title_key", sa.String(), nullable=False),
        sa.Column("counterparty", sa.String(), nullable=False),
        sa.Column("counterparty_key", sa.String(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("folder", sa.String(), nullable=True),
        sa.Column("package_sha256", sa.String(), nullable=True),
        sa.Column("created_at", sa.Integer(), nullable=False),
        sa.Column("opened_at", sa.Integer(), nullable=True),
        sa.Column("changed_at", sa.Integer(), nullable=False),
        sa.Column("trashed_at", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["folder"], ["folder.id"], name=op.f("fk_contract_folder")),
        sa.PrimaryKeyConstraint("row", name=op.f("pk_contract")),
        sa.UniqueConstraint("id", name=op.f("uq_contract_id")),
        sqlite_autoincrement=True,
    )
    op.create_index(
        "ix_contract_changed", "contract", ["trashed_at", "changed_at", "row", "status", "folder"], unique=False
    )
    op.create_index(
        "ix_contract_counterparty",
        "contract",
        ["trashed_at", "counterparty_key", "row", "status", "folder"],
        unique=False,
    )
    op.create_index(
        "ix_contract_created", "contract", ["trashed_at", "created_at", "row", "status", "folder"], unique=False
    )
    op.create_index(op.f("ix_contract_folder"), "contract", ["folder"], unique=False)
    op.create_index(
        "ix_contract_opened", "contract", ["trashed_at", "opened_at", "row", "status", "folder"], unique=False
    )
    op.create_index(op.f("ix_contract_package_sha256"), "contract", ["package_sha256"], unique=False)
    op.create_index("ix_contract_status", "contract", ["trashed_at", "status", "row", "folder"], unique=False)
    op.create_index(
        "ix_contract_title", "contract", ["trashed_at", "title_key", "row", "status", "folder"], unique=False
    )
    op.create_table(
        "package_chunk",
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["sha256"], ["package.sha256"], name=op.f("fk_package_chunk_sha256"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("sha256", "position", name=op.f("pk_package_chunk")),
    )
    op.create_table(
        "contract_tag",
        sa.Column("contract_row", sa.Integer(), nullable=False),
        sa.Column("tag", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["contract_row"], ["contract.row"], name=op.f("fk_contract_tag_contract_row"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("contract_row", "tag", name=op.f("pk_contract_tag")),
    )
    op.create_index(op.f("ix_contract_tag_tag"), "contract_tag", ["tag"], unique=False)
    op.create_table(
        "finding_run",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("contract", sa.String(), nullable=False),
        sa.Column("text_sha256", sa.String(), nullable=False),
        sa.Column("playbook", sa.String(), nullable=False),
        sa.Column("playbook_version", sa.String(), nullable=False),
        sa.Column("model_version", sa.String(), nullable=False),
        sa.Column("prompt_version", sa.String(), nullable=False),
        sa.Column("finished_at", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["contract"], ["contract.id"], name=op.f("fk_finding_run_contract"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_finding_run")),
    )
    op.create_index(op.f("ix_finding_run_contract"), "finding_run", ["contract"], unique=False)
    op.create_table(
        "journal",
        sa.Column("number", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("contract", sa.String(), nullable=False),
        sa.Column("at", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["contract"], ["contract.id"], name=op.f("fk_journal_contract"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_journal")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_journal_contract_number", "journal", ["contract", "number"], unique=False)
    op.create_table(
        "package_of_contract",
        sa.Column("contract", sa.String(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("added_at", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["contract"], ["contract.id"], name=op.f("fk_package_of_contract_contract"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["sha256"], ["package.sha256"], name=op.f("fk_package_of_contract_sha256")),
        sa.PrimaryKeyConstraint("contract", "position", name=op.f("pk_package_of_contract")),
    )
    op.create_index(op.f("ix_package_of_contract_sha256"), "package_of_contract", ["sha256"], unique=False)
    op.create_table(
        "peer",
        sa.Column("peer", sa.String(), nullable=False),
        sa.Column("contract", sa.String(), nullable=False),
        sa.Column("device", sa.String(), nullable=False),
        sa.Column("user", sa.String(), nullable=False),
        sa.Column("opened_at", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["contract"], ["contract.id"], name=op.f("fk_peer_contract"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("peer", "contract", name=op.f("pk_peer")),
    )
    op.create_table(
        "search_text",
        sa.Column("row", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("counterparty", sa.String(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("text_sha256", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["row"], ["contract.row"], name=op.f("fk_search_text_row"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("row", name=op.f("pk_search_text")),
    )
    op.create_table(
        "snapshot",
        sa.Column("number", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("contract", sa.String(), nullable=False),
        sa.Column("taken_at", sa.Integer(), nullable=False),
        sa.Column("frontier", sa.String(), nullable=False),
        sa.Column("upto", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("export_sha256", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["contract"], ["contract.id"], name=op.f("fk_snapshot_contract"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_snapshot")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_snapshot_contract"), "snapshot", ["contract"], unique=False)
    op.create_table(
        "thread",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("contract", sa.String(), nullable=False),
        sa.Column("anchor", sa.JSON(), nullable=False),
        sa.Column("visibility", sa.String(), nullable=False),
        sa.Column("created_at", sa.Integer(), nullable=False),
        sa.Column("resolved_at", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["contract"], ["contract.id"], name=op.f("fk_thread_contract"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_thread")),
    )
    op.create_index(op.f("ix_thread_contract"), "thread", ["contract"], unique=False)
    op.create_table(
        "verdict",
        sa.Column("contract", sa.String(), nullable=False),
        sa.Column("finding", sa.String(), nullable=False),
        sa.Column("verdict", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("assignee", sa.String(), nullable=False),
        sa.Column("decided_by", sa.String(), nullable=False),
        sa.Column("decided_at", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["contract"], ["contract.id"], name=op.f("fk_verdict_contract"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("contract", "finding", name=op.f("pk_verdict")),
    )
    op.create_table(
        "version",
        sa.Column("contract", sa.String(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("made_at", sa.String(), nullable=False),
        sa.Column("author", sa.String(), nullable=False),
        sa.Column("frontier", sa.String(), nullable=False),
        sa.Column("text_sha256", sa.String(), nullable=False),
        sa.Column("content_sha256", sa.String(), nullable=False),
        sa.Column("direction", sa.String(), nullable=True),
        sa.Column("counterparty", sa.String(), nullable=False),
        sa.Column("package_sha256", sa.String(), nullable=True),
        sa.Column("round", sa.Integer(), nullable=True),
        sa.Column("former", sa.String(), nullable=False),
        sa.Column("hash", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["contract"], ["contract.id"], name=op.f("fk_version_contract"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("contract", "number", name=op.f("pk_version")),
        sa.UniqueConstraint("id", name=op.f("uq_version_id")),
    )
    op.create_table(
        "finding",
        sa.Column("run", sa.String(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("finding", sa.String(), nullable=False),
        sa.Column("severity", sa.String(), nullable=False),
        sa.Column("content", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["run"], ["finding_run.id"], name=op.f("fk_finding_run"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("run", "position", name=op.f("pk_finding")),
    )
    op.create_index(op.f("ix_finding_finding"), "finding", ["finding"], unique=False)
    op.create_table(
        "snapshot_chunk",
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("part", sa.String(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["number"], ["snapshot.number"], name=op.f("fk_snapshot_chunk_number"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("number", "part", "position", name=op.f("pk_snapshot_chunk")),
    )
    op.create_table(
        "thread_comment",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("thread", sa.String(), nullable=False),
        sa.Column("author", sa.String(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("created_at", sa.Integer(), nullable=False),
        sa.Column("edited_at", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["thread"], ["thread.id"], name=op.f("fk_thread_comment_thread"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_thread_comment")),
    )
    op.create_index(op.f("ix_thread_comment_thread"), "thread_comment", ["thread"], unique=False)
    for statement in search_index.CREATE:
        op.execute(statement)
