"""The library's second form: accounts, what syncs, parties and approvals; versions are known by their id alone."""

import sqlalchemy as sa
from alembic import op

from pactoria_desktop.store import sync_triggers

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the tables and the triggers. The outbox of the first form held nothing: there were no accounts."""
    op.drop_table("outbox")
    op.create_table(
        "account",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("platform", sa.String(), nullable=False),
        sa.Column("person", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("email", sa.String(), nullable=False),
        sa.Column("device", sa.String(), nullable=False),
        sa.Column("signed_in_at", sa.Integer(), nullable=False),
        sa.Column("signed_out_at", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_account")),
    )
    op.create_table(
        "record_change",
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("record", sa.String(), nullable=False),
        sa.Column("contract", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("kind", "record", name=op.f("pk_record_change")),
    )
    op.create_table(
        "seat",
        sa.Column("number", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("account", sa.String(), nullable=False),
        sa.Column("organization", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("epoch", sa.String(), nullable=False),
        sa.Column("heard_at", sa.Integer(), nullable=False),
        sa.Column("synced_at", sa.Integer(), nullable=True),
        sa.Column("trouble", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["account"], ["account.id"], name=op.f("fk_seat_account"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_seat")),
        sa.UniqueConstraint("account", "organization", name=op.f("uq_seat_account_organization")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "acknowledged",
        sa.Column("number", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("seat", sa.Integer(), nullable=False),
        sa.Column("operation", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("record", sa.String(), nullable=False),
        sa.Column("patch", sa.JSON(), nullable=False),
        sa.Column("deletes", sa.Boolean(), nullable=False),
        sa.Column("schema_version", sa.Integer(), nullable=False),
        sa.Column("scope", sa.String(), nullable=False),
        sa.Column("lost", sa.JSON(), nullable=False),
        sa.Column("created_at", sa.Integer(), nullable=False),
        sa.Column("at", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["seat"], ["seat.number"], name=op.f("fk_acknowledged_seat"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_acknowledged")),
        sa.UniqueConstraint("operation", name=op.f("uq_acknowledged_operation")),
    )
    op.create_index("ix_acknowledged_seat", "acknowledged", ["seat"], unique=False)
    op.create_table(
        "approval",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("contract", sa.String(), nullable=False),
        sa.Column("text_sha256", sa.String(), nullable=False),
        sa.Column("content_sha256", sa.String(), nullable=False),
        sa.Column("decision", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("decided_at", sa.Integer(), nullable=False),
        sa.Column("decided_by", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["contract"], ["contract.id"], name=op.f("fk_approval_contract"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_approval")),
    )
    op.create_index(op.f("ix_approval_contract"), "approval", ["contract"], unique=False)
    op.create_table(
        "contract_home",
        sa.Column("contract", sa.String(), nullable=False),
        sa.Column("seat", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("since", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["contract"], ["contract.id"], name=op.f("fk_contract_home_contract"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["seat"], ["seat.number"], name=op.f("fk_contract_home_seat"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("contract", name=op.f("pk_contract_home")),
    )
    op.create_index(op.f("ix_contract_home_seat"), "contract_home", ["seat"], unique=False)
    op.create_table(
        "not_accepted",
        sa.Column("number", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("seat", sa.Integer(), nullable=False),
        sa.Column("operation", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("record", sa.String(), nullable=False),
        sa.Column("contract", sa.String(), nullable=True),
        sa.Column("patch", sa.JSON(), nullable=False),
        sa.Column("deletes", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("at", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["seat"], ["seat.number"], name=op.f("fk_not_accepted_seat"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_not_accepted")),
    )
    op.create_index(op.f("ix_not_accepted_seat"), "not_accepted", ["seat"], unique=False)
    op.create_table(
        "outbox",
        sa.Column("position", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("seat", sa.Integer(), nullable=False),
        sa.Column("operation", sa.String(), nullable=False),
        sa.Column("scope", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("record", sa.String(), nullable=False),
        sa.Column("base_sequence", sa.Integer(), nullable=False),
        sa.Column("patch", sa.JSON(), nullable=False),
        sa.Column("deletes", sa.Boolean(), nullable=False),
        sa.Column("schema_version", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("lost", sa.JSON(), nullable=False),
        sa.Column("created_at", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["seat"], ["seat.number"], name=op.f("fk_outbox_seat"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("position", name=op.f("pk_outbox")),
        sa.UniqueConstraint("operation", name=op.f("uq_outbox_operation")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_outbox_seat_position", "outbox", ["seat", "position"], unique=False)
    op.create_index("ix_outbox_seat_record", "outbox", ["seat", "kind", "record"], unique=False)
    op.create_table(
        "party",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("contract", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("part", sa.String(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["contract"], ["contract.id"], name=op.f("fk_party_contract"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_party")),
    )
    op.create_index(op.f("ix_party_contract"), "party", ["contract"], unique=False)
    op.create_table(
        "sync_cursor",
        sa.Column("seat", sa.Integer(), nullable=False),
        sa.Column("scope", sa.String(), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("renewing", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["seat"], ["seat.number"], name=op.f("fk_sync_cursor_seat"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("seat", "scope", name=op.f("pk_sync_cursor")),
    )
    op.create_table(
        "sync_log",
        sa.Column("number", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("seat", sa.Integer(), nullable=False),
        sa.Column("at", sa.Integer(), nullable=False),
        sa.Column("what", sa.String(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("words", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["seat"], ["seat.number"], name=op.f("fk_sync_log_seat"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_sync_log")),
    )
    op.create_index(op.f("ix_sync_log_seat"), "sync_log", ["seat"], unique=False)
    op.create_table(
        "synced_record",
        sa.Column("seat", sa.Integer(), nullable=False),
        sa.Column("scope", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("record", sa.String(), nullable=False),
        sa.Column("contract", sa.String(), nullable=True),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("deleted", sa.Boolean(), nullable=False),
        sa.Column("stale", sa.Boolean(), nullable=False),
        sa.Column("fields", sa.JSON(), nullable=False),
        sa.Column("field_sequence", sa.JSON(), nullable=False),
        sa.Column("schema_version", sa.Integer(), nullable=False),
        sa.Column("changed_by", sa.String(), nullable=True),
        sa.Column("changed_at", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["seat"], ["seat.number"], name=op.f("fk_synced_record_seat"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("seat", "scope", "kind", "record", name=op.f("pk_synced_record")),
    )
    op.create_index("ix_synced_record_contract", "synced_record", ["seat", "contract", "kind"], unique=False)
    op.create_index("ix_synced_record_record", "synced_record", ["seat", "kind", "record"], unique=False)
    op.create_table(
        "upload",
        sa.Column("number", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("seat", sa.Integer(), nullable=False),
        sa.Column("at", sa.Integer(), nullable=False),
        sa.Column("contract", sa.String(), nullable=False),
        sa.Column("what", sa.String(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["seat"], ["seat.number"], name=op.f("fk_upload_seat"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_upload")),
    )
    op.create_index(op.f("ix_upload_seat"), "upload", ["seat"], unique=False)
    op.rename_table("version", "version_before")
    op.create_table(
        "version",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("contract", sa.String(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
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
        sa.PrimaryKeyConstraint("id", name=op.f("pk_version")),
    )
    op.create_index("ix_version_contract_number", "version", ["contract", "number"], unique=False)
    columns = (
        "id, contract, number, name, made_at, author, frontier, text_sha256, content_sha256, direction, counterparty, "
        "package_sha256, round, former, hash"
    )
    op.execute(f"INSERT INTO version({columns}) SELECT {columns} FROM version_before")
    op.drop_table("version_before")
    for statement in sync_triggers.CREATE:
        op.execute(statement)
