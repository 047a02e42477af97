"""A raw connection to an encrypted database: the key comes first, before any other word to it."""

import os
from pathlib import Path
from sqlite3 import Connection
from typing import cast

from sqlcipher3 import dbapi2

from pactoria_desktop.runtime.library_key import LibraryKey
from pactoria_desktop.store.errors import LibraryClosedToKeyError, refusal_for

RawConnection = Connection  # SQLCipher's has the same interface, and this one has types
BUSY_MILLISECONDS = 5_000


def key_literal(key: LibraryKey) -> str:
    """The key as SQLCipher takes it raw: hexadecimal digits alone, since a key cannot be bound as a value."""
    return f"\"x'{key.hexadecimal()}'\""


def connect(path: Path, key: LibraryKey, *, create: bool = False) -> RawConnection:
    """Open an encrypted file, in autocommit: transactions are begun in words.

    Raises LibraryClosedToKeyError when the key does not open it, and the library's refusals for what the disk does.
    """
    uri = f"{path.absolute().as_uri()}?mode={'rwc' if create else 'rw'}"
    connection = None
    try:
        connection = dbapi2.connect(uri, uri=True, isolation_level=None, check_same_thread=False)
        connection.execute("PRAGMA cipher_log_level = NONE")
        connection.execute(f"PRAGMA key = {key_literal(key)}")
        connection.execute(f"PRAGMA busy_timeout = {BUSY_MILLISECONDS}")
        connection.execute("PRAGMA temp_store = MEMORY")
        connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
    except dbapi2.Error as error:
        if connection is not None:
            connection.close()
        if (getattr(error, "sqlite_errorcode", 0) or 0) & 0xFF == 26:
            raise LibraryClosedToKeyError(
                f"The key does not open {path}, or its beginning is damaged; nothing was changed; "
                "try the recovery key, or restore a backup."
            ) from error
        refusal = refusal_for(error, path)
        if refusal is not None:
            raise refusal from error
        raise
    return cast(RawConnection, connection)


def copy_into(connection: RawConnection, target: Path) -> None:
    """A whole copy of the database at one moment, under its own key, in a file that is not there yet."""
    connection.execute("VACUUM INTO CAST(? AS TEXT)", (os.fsencode(target.absolute()),))
