"""The first form: ``first_platform.sql`` as it was drafted, and the application role."""

from importlib.resources import files

from alembic import op
from sqlalchemy import text

revision = "0001"
down_revision = None

SEPARATOR = "\n-- next\n"


def upgrade() -> None:
    """Make the role where it is missing, then every table, wall and function."""
    connection = op.get_bind()
    known = connection.execute(text("select 1 from pg_roles where rolname = 'pactoria_app'")).scalar()
    if not known:
        connection.exec_driver_sql("create role pactoria_app login nosuperuser nobypassrls nocreatedb nocreaterole")
    script = files("pactoria_desktop.platform.database.migrations.versions").joinpath("first_platform.sql")
    for statement in script.read_text(encoding="utf-8").split(SEPARATOR):
        if statement.strip():
            connection.exec_driver_sql(statement)


def downgrade() -> None:
    """There is nothing before the first form."""
    raise NotImplementedError("The first form has none before it; restore a backup.")
