"""The tables of the job queue: procrastinate's own, brought to the form of the installed version.

They lie beside ours and are no part of Alembic's forms. Which of the package's scripts were run is a fact of the
platform (``jobs_form``), so that a newer package runs the ones since.
"""

from pathlib import Path

from procrastinate.schema import SchemaManager
from sqlalchemy import Connection, text

from pactoria_desktop.platform.database.walls import APPLICATION

FACT = "jobs_form"


def scripts() -> tuple[Path, ...]:
    """The package's scripts in their order; a fresh schema holds them all."""
    return tuple(sorted(Path(SchemaManager.get_migrations_path()).glob("*.sql")))


def bring_jobs(connection: Connection) -> None:
    """Make the queue's tables, or bring them up to date, as the owner, in the transaction at hand."""
    known = connection.execute(text("select value from platform_fact where name = :name"), {"name": FACT}).scalar()
    all_scripts = scripts()
    last = all_scripts[-1].stem
    if known is None:
        _run(connection, SchemaManager.get_schema())
    elif known < last:
        for script in all_scripts:
            if script.stem > known:
                _run(connection, script.read_text(encoding="utf-8"))
    else:
        return
    for kind, rights in (("table", "select, insert, update, delete"), ("sequence", "usage, select")):
        for name in connection.execute(_NAMES, {"kinds": "r" if kind == "table" else "S"}).scalars():
            connection.exec_driver_sql(f"grant {rights} on {kind} {name} to {APPLICATION}")
    connection.execute(
        text(
            "insert into platform_fact (name, value) values (:name, :value) "
            "on conflict (name) do update set value = excluded.value"
        ),
        {"name": FACT, "value": last},
    )


_NAMES = text(
    "select c.relname from pg_class c join pg_namespace n on n.oid = c.relnamespace "
    "where n.nspname = 'public' and c.relname like 'procrastinate%' and c.relkind = :kinds"
)


def _run(connection: Connection, script: str) -> None:
    # Straight to the driver without parameters: a script has many statements and percent signs of its own.
    cursor = connection.connection.cursor()
    try:
        cursor.execute(script)
    finally:
        cursor.close()
