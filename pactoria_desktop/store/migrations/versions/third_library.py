"""The library's third form: how each text stands with its platform, the files a platform has, secrets of the device."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add three tables."""
    op.create_table(
        "secret",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("value", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_secret")),
    )
    op.create_table(
        "kept_file",
        sa.Column("seat", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["seat"], ["seat.number"], name=op.f("fk_kept_file_seat"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("seat", "sha256", name=op.f("pk_kept_file")),
    )
    op.create_table(
        "text_state",
        sa.Column("contract", sa.String(), nullable=False),
        sa.Column("seat", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("known", sa.LargeBinary(), nullable=False),
        sa.Column("sent", sa.JSON(), nullable=True),
        sa.Column("waiting_since", sa.Integer(), nullable=True),
        sa.Column("epoch", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["contract"], ["contract.id"], name=op.f("fk_text_state_contract"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["seat"], ["seat.number"], name=op.f("fk_text_state_seat"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("contract", name=op.f("pk_text_state")),
    )
    op.create_index(op.f("ix_text_state_seat"), "text_state", ["seat"])
