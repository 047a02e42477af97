"""Making the tables of a new library, and changing those of an older one: what needs SQLAlchemy before any session."""

from pathlib import Path

from sqlalchemy.exc import SQLAlchemyError

from pactoria_desktop.runtime.library_key import LibraryKey
from pactoria_desktop.store import search_index, sync_triggers
from pactoria_desktop.store.engine import WRITES, make_engine
from pactoria_desktop.store.errors import MigrationError, refusal_for
from pactoria_desktop.store.forms import FORMS
from pactoria_desktop.store.schema import Base

_FAILED = (
    "The library could not be brought to this program's form; it is as it was; "
    "use the program you had, and report this."
)


def make_new(path: Path, key: LibraryKey) -> None:
    """Make the tables of the last form in a new file, without Alembic: the same as all changes one after the other.

    Raises the library's refusals for what the disk does.
    """
    engine = make_engine(path, key)
    try:
        with engine.connect().execution_options(**{WRITES: True}) as connection, connection.begin():
            Base.metadata.create_all(connection)
            for statement in (*search_index.CREATE, *sync_triggers.CREATE):
                connection.exec_driver_sql(statement)
            connection.exec_driver_sql(
                "CREATE TABLE alembic_version ("
                "version_num VARCHAR(32) NOT NULL, CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num))"
            )
            connection.exec_driver_sql("INSERT INTO alembic_version VALUES (?)", (FORMS[-1],))
    except SQLAlchemyError as error:
        refusal = refusal_for(getattr(error, "orig", error))
        if refusal is None:
            raise
        raise refusal from error
    finally:
        engine.dispose()


def upgrade(path: Path, key: LibraryKey, scripts: str) -> None:
    """Bring a library to the last form by the changes in ``scripts``, all of them or none.

    Raises MigrationError when it failed and the library is as it was, and the refusals for what the disk does.
    """
    from alembic import command
    from alembic.config import Config
    from alembic.util import CommandError

    config = Config()
    config.set_main_option("script_location", scripts)
    engine = make_engine(path, key)
    try:
        with engine.connect().execution_options(**{WRITES: True}) as connection:
            # Batch changes make a table anew; with foreign keys on, dropping the old one would delete what hangs on it.
            raw = connection.connection.driver_connection
            assert raw is not None
            raw.execute("PRAGMA foreign_keys = OFF")
            with connection.begin():
                config.attributes["connection"] = connection
                command.upgrade(config, "head")
                if connection.exec_driver_sql("PRAGMA foreign_key_check").first() is not None:
                    raise MigrationError(_FAILED)
            connection.detach()
    except (SQLAlchemyError, CommandError) as error:
        refusal = refusal_for(getattr(error, "orig", error))
        raise (refusal or MigrationError(_FAILED)) from error
    finally:
        engine.dispose()
