"""The engine over an encrypted file: a pool of connections, each keyed before anything else.

WAL lets readers go on while one writes. ``synchronous = FULL`` forces each commit to the disk: a commit here costs
about a millisecond, and the journal commits in groups, so that even a power cut takes no more than what was not yet
flushed.
"""

from pathlib import Path
from typing import cast

from sqlalchemy import Connection, create_engine, event
from sqlalchemy.engine import Engine
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.pool import QueuePool
from sqlcipher3 import dbapi2

from pactoria_desktop.runtime.library_key import LibraryKey
from pactoria_desktop.store.cipher import RawConnection, connect

WRITES = "pactoria_writes"
_CACHE_KIBIBYTES = 16_384
_CONNECTIONS = 4


def prepare(connection: RawConnection) -> None:
    """Set what every connection to a library has."""
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("PRAGMA foreign_keys = ON")
    connection.execute(f"PRAGMA cache_size = -{_CACHE_KIBIBYTES}")
    connection.execute("PRAGMA journal_size_limit = 16777216")


def make_engine(path: Path, key: LibraryKey, *, create: bool = False) -> Engine:
    """An engine whose connections never show the key: it is in no URL, no repr and no error message."""

    def creator() -> DBAPIConnection:
        connection = connect(path, key, create=create)
        try:
            prepare(connection)
        except BaseException:
            connection.close()
            raise
        return cast(DBAPIConnection, connection)

    engine = create_engine(
        "sqlite://",
        creator=creator,
        module=dbapi2,
        poolclass=QueuePool,
        pool_size=_CONNECTIONS,
        max_overflow=_CONNECTIONS,
        hide_parameters=True,
    )
    event.listen(engine, "begin", _begin)
    return engine


def _begin(connection: Connection) -> None:
    """Begin in words: a writer takes its lock at once, so that it cannot fail half way for want of it."""
    writes = connection.get_execution_options().get(WRITES, False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
