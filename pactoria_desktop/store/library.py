"""The library: one encrypted file, read by many, written by one at a time.

``reading`` and ``writing`` give a session in one transaction. The repositories of this package are built on such a
session, so that several of them can share one transaction: ``with library.writing() as session: Contracts(session)``.

The engine is made for the first session. Opening asks the file itself whether the key and the form are right, so that
every refusal comes at once, while SQLAlchemy, which takes longer to import than the window to paint, is imported by the
first who reads.
"""

import contextlib
import os
import shutil
import tempfile
import threading
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from pactoria_desktop.runtime.clock import Clock, to_milliseconds
from pactoria_desktop.runtime.library_key import LibraryKey
from pactoria_desktop.runtime.paths import Home
from pactoria_desktop.store.cipher import connect
from pactoria_desktop.store.errors import LibraryDamagedError, LibraryEndedError, LibraryMissingError, refusal_for
from pactoria_desktop.store.forms import bring_up_to_date
from pactoria_desktop.store.glance import glance
from pactoria_desktop.store.lock import LibraryLock

if TYPE_CHECKING:
    from sqlalchemy.engine import Engine
    from sqlalchemy.orm import Session


class Library:
    """An open library. Made by ``open_library``; close it at the end."""

    def __init__(self, home: Home, key: LibraryKey, lock: LibraryLock, clock: Clock) -> None:
        """Take over the lock; the file is there and of this program's form."""
        self.home = home
        self.copy_made: Path | None = None
        self._key = key
        self._lock = lock
        self._clock = clock
        self._engine: Engine | None = None
        self._making = threading.Lock()
        self._writer = threading.RLock()
        self._closed = False
        self.before_commit: Callable[[Session], None] | None = None
        """Called at the end of each transaction that writes, within it: what it does is kept with it or not at all."""

    def __repr__(self) -> str:
        """Where it is; nothing of what it holds."""
        return f"<library {self.home.folder}>"

    def now(self) -> int:
        """The instant for a record, in milliseconds since 1970 UTC."""
        return to_milliseconds(self._clock.now())

    def instant(self) -> datetime:
        """The instant in UTC."""
        return self._clock.now()

    @property
    def key(self) -> LibraryKey:
        """The key, for printing it and for backups."""
        return self._key

    def glance(self, name: str) -> object:
        """What the window kept under a name, read without the engine: the first frame waits for no import.

        None where there is none. Raises the library's refusals for what the disk does.
        """
        with contextlib.closing(connect(self.home.library, self._key)) as connection:
            return glance(connection, name)

    def _engine_of_all(self) -> "Engine":
        with self._making:
            if self._closed:
                # The lock is let go: another process may have the file by now, or a backup may be in its place.
                raise LibraryEndedError("The library was closed meanwhile; this was not kept; open it again.")
            if self._engine is None:
                from pactoria_desktop.store.engine import make_engine

                self._engine = make_engine(self.home.library, self._key)
            return self._engine

    @contextlib.contextmanager
    def reading(self) -> "Iterator[Session]":
        """A session that sees one state of the library; what it changes is not kept.

        Raises the library's refusals for what the disk does.
        """
        from sqlalchemy.orm import Session

        with (
            _refusing(self.home.library),
            self._engine_of_all().connect() as connection,
            Session(connection, expire_on_commit=False) as session,
        ):
            yield session

    @contextlib.contextmanager
    def writing(self) -> "Iterator[Session]":
        """A session whose changes are kept together when the block ends well, and not at all otherwise.

        Waits for another writer of this process. Raises DiskFullError, ReadOnlyError, WriteError, LibraryDamagedError.
        """
        from sqlalchemy.orm import Session

        from pactoria_desktop.store.engine import WRITES

        with (
            self._writer,
            _refusing(self.home.library),
            self._engine_of_all().connect().execution_options(**{WRITES: True}) as connection,
            Session(connection, expire_on_commit=False, autoflush=True) as session,
        ):
            yield session
            if self.before_commit is not None:
                self.before_commit(session)
            session.commit()

    def shrink_log(self) -> None:
        """Bring the write-ahead log into the file; readers may go on."""
        with (
            self._writer,
            _refusing(self.home.library),
            contextlib.closing(connect(self.home.library, self._key)) as connection,
        ):
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()

    def close(self) -> None:
        """Close the connections and let go of the lock; a second call does nothing."""
        with self._writer, self._making:
            if self._closed:
                return
            self._closed = True
            if self._engine is not None:
                self._engine.dispose()
        self._lock.release()


def open_library(
    home: Home,
    key: Callable[[bool], LibraryKey],
    clock: Clock,
    *,
    create: bool = True,
    copies_kept: int = 3,
) -> Library:
    """Open the library of a home, made first where there is none and ``create`` says so.

    ``key`` is asked for after the lock is held, with True when a new library is made. Raises LibraryInUseError,
    LibraryMissingError, LibraryDamagedError, the refusals of the key, LibraryNewerError, MigrationError, or those of
    the disk. A library that could not be made whole is not left behind.
    """
    home.prepare()
    lock = LibraryLock(home.lock)
    try:
        # What a backup or restore left when its process was killed: encrypted, but of no use.
        for leftover in home.folder.glob(".pactoria-*"):
            shutil.rmtree(leftover, ignore_errors=True)
        exists = home.library.exists()
        if not exists and home.library.with_name(home.library.name + "-wal").exists():
            raise LibraryDamagedError(
                f"The library {home.library} is missing, though its log is there; nothing was changed; put it back, "
                "or restore a backup."
            )
        if not exists and not create:
            raise LibraryMissingError(
                f"There is no library in {home.folder}; nothing was made; import a contract, or restore a backup."
            )
        if exists and not home.library.stat().st_size:
            # SQLite would take it for a new library, and drop the log beside it.
            raise LibraryDamagedError(f"The library {home.library} is empty; nothing was changed; restore a backup.")
        found = key(not exists)
        copy: Path | None = None
        if not exists:
            _make(home, found)
        else:
            copy = bring_up_to_date(home.library, found, copies=home.copies, now=clock.now, kept=copies_kept)
        library = Library(home, found, lock, clock)
        library.copy_made = copy
        return library
    except BaseException:
        lock.release()
        raise


@contextlib.contextmanager
def temporary_library(clock: Clock, *, randomness: Callable[[int], bytes] = os.urandom) -> Iterator[Library]:
    """A library in a temporary folder whose key lives in memory alone; both go at the end."""
    folder = Path(tempfile.mkdtemp(prefix="pactoria-"))
    try:
        key = LibraryKey.random(randomness)
        with contextlib.closing(open_library(Home(folder), lambda new: key, clock)) as library:
            yield library
    finally:
        shutil.rmtree(folder)


def _make(home: Home, key: LibraryKey) -> None:
    """Make a whole new library beside, then put it in place, so that a broken start leaves none."""
    from pactoria_desktop.store.making import make_new

    beside = home.library.with_name("library.new.db")
    leftovers = [beside.with_name(beside.name + ending) for ending in ("", "-wal", "-shm", "-journal")]
    for path in leftovers:
        path.unlink(missing_ok=True)
    descriptor = os.open(beside, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    os.close(descriptor)
    try:
        make_new(beside, key)
        with contextlib.closing(connect(beside, key)) as connection:
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
        os.replace(beside, home.library)
    finally:
        for path in leftovers:
            path.unlink(missing_ok=True)


@contextlib.contextmanager
def _refusing(library: Path) -> Iterator[None]:
    """Turn what the database says about disk, rights and damage into the library's sentences."""
    from sqlalchemy.exc import DBAPIError

    try:
        yield
    except DBAPIError as error:
        refusal = refusal_for(error.orig, library) if error.orig is not None else None
        if refusal is None:
            raise
        raise refusal from error
