"""Bringing the database to this program's form, one node at a time, and telling which form it has."""

from collections.abc import Iterator
from contextlib import contextmanager

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, create_engine, text
from sqlalchemy.exc import DBAPIError, OperationalError

from pactoria_desktop.platform.database.engine import driver_url
from pactoria_desktop.platform.database.epoch import ensure_epoch
from pactoria_desktop.platform.database.jobs import bring_jobs
from pactoria_desktop.runtime.errors import PactoriaError

SCRIPTS = "pactoria_desktop.platform.database:migrations"
_LOCK = 7_215_440_031
"""A number of ours among PostgreSQL's advisory locks: two nodes that start together migrate one after the other."""


class DatabaseError(PactoriaError):
    """The database cannot be used as it is."""


def configuration() -> Config:
    """Alembic's configuration, without a file."""
    config = Config()
    config.set_main_option("script_location", SCRIPTS)
    config.set_main_option("path_separator", "os")
    return config


def forms() -> tuple[str, ...]:
    """Every form that the database has had, oldest first."""
    return tuple(
        script.revision for script in reversed(list(ScriptDirectory.from_config(configuration()).walk_revisions()))
    )


@contextmanager
def owner_connection(url: str) -> Iterator[Connection]:
    """A connection as the owner, in a transaction. Raises DatabaseError where the server cannot be reached."""
    engine = create_engine(driver_url(url), connect_args={"connect_timeout": 10})
    try:
        with engine.begin() as connection:
            yield connection
    except OperationalError as error:
        raise DatabaseError(unreachable(error)) from error
    finally:
        engine.dispose()


def unreachable(error: DBAPIError) -> str:
    """One sentence on a server that did not answer or let us in; without the address, which may hold a password."""
    reason = str(error.orig).strip().splitlines()[-1][:200] if str(error.orig).strip() else type(error.orig).__name__
    return (
        f"The database does not let us in ({reason}); nothing was changed; check PACTORIA_DATABASE_URL and the server."
    )


def form_of(connection: Connection) -> str | None:
    """The form of the database, None where it is empty."""
    return MigrationContext.configure(connection).get_current_revision()


def migrate(owner_url: str, *, upto: str = "head") -> tuple[str | None, str | None]:
    """Bring the database to a form; gives the forms before and after. All or nothing, in one transaction.

    Where the application role is missing it is made, without a password. Raises DatabaseError when the database is
    newer than this program or cannot be changed.
    """
    with owner_connection(owner_url) as connection:
        connection.execute(text("select pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
        before = form_of(connection)
        if before is not None and before not in forms():
            raise DatabaseError(
                f"The database has form {before[:40]}, which this program does not know; nothing was changed; "
                "start the newer program."
            )
        config = configuration()
        config.attributes["connection"] = connection
        command.upgrade(config, upto)
        ensure_epoch(connection)
        bring_jobs(connection)
        return before, form_of(connection)
