"""Run by Alembic: takes the connection it is given and changes the database in the transaction already begun."""

from alembic import context

from pactoria_desktop.platform.database.schema import Base

JOBS = "procrastinate_"
"""Tables of the job queue, which brings its own form (``operations.jobs``)."""


def _ours(_item: object, name: str | None, kind: str, _reflected: bool, _compared: object) -> bool:
    return not (kind in ("table", "index") and name is not None and name.startswith(JOBS))


context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Base.metadata,
    include_object=_ours,
    compare_server_default=True,
)
context.run_migrations()
