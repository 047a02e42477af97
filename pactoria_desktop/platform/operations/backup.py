"""``pactoria platform backup``: one file with every row and every stored file, and without the key that opens them.

It is a tar of PostgreSQL's own COPY text for each table, read in one snapshot while the platform goes on working, and
the stored files as they lie (sealed). A dump of tables rather than ``pg_dump``'s: it needs no program of the server's
version, also where the database is elsewhere, and a backup of an older form can be loaded into that form and brought
up to date. Left out: the master key, and jobs, so that a restored platform does not send old mail again.
"""

import hashlib
import hmac
import io
import json
import tarfile
import tempfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import psycopg
from obstore.exceptions import NotFoundError
from psycopg import sql
from pydantic import Field, ValidationError
from sqlalchemy import Table, make_url

from pactoria_desktop.platform.database.jobs import FACT as JOBS_FORM
from pactoria_desktop.platform.database.schema import Base
from pactoria_desktop.platform.operations.object_store import ObjectStore
from pactoria_desktop.protocol.base import Message
from pactoria_desktop.runtime.clock import Clock
from pactoria_desktop.runtime.errors import PactoriaError
from pactoria_desktop.runtime.files import replacing

MANIFEST = "manifest.json"
ARRIVING = "/incoming/"
"""In the place of a file that is still on its way: no row names it."""

_IN_MEMORY = 16 * 1024 * 1024


class BackupError(PactoriaError):
    """A backup cannot be made or restored."""


class TablePart(Message):
    """A table in a backup: its columns in order, how many rows, and the SHA-256 of its COPY text."""

    columns: tuple[str, ...]
    rows: int = Field(ge=0)
    sha256: str


class Manifest(Message):
    """What a backup holds. ``proof`` tells whether a master key is the one without giving it away."""

    form: str = "pactoria platform backup 1"
    made_at: str
    database_form: str
    proof: str
    tables: dict[str, TablePart]
    files: dict[str, str] = Field(description="the SHA-256 of each stored file by its place")


@dataclass(frozen=True, slots=True)
class BackupReport:
    """What a backup or a restore carried."""

    tables: int
    rows: int
    files: int
    bytes: int


def _kept(table: Table) -> tuple[str, ...]:
    """A table's columns but those that the database computes of the others."""
    return tuple(column.name for column in table.columns if column.computed is None)


def proof_of(master_key: bytes) -> str:
    """A word that only this master key gives."""
    return hmac.new(master_key, b"pactoria platform backup", hashlib.sha256).hexdigest()


def make_backup(owner_url: str, master_key: bytes, store: ObjectStore, out: Path, clock: Clock) -> BackupReport:
    """Write a backup. ``out`` is whole or not there. Raises BackupError and WriteError."""
    with replacing(out, mode=0o600) as stream, tarfile.open(fileobj=stream, mode="w:gz", compresslevel=3) as archive:
        with snapshot(owner_url) as connection:
            database_form = form_of(connection)
            tables = {
                table.name: _table(connection, archive, table.name, _kept(table))
                for table in Base.metadata.sorted_tables
            }
        files = dict(_files(archive, store))
        manifest = Manifest(
            made_at=clock.now().isoformat(),
            database_form=database_form,
            proof=proof_of(master_key),
            tables=tables,
            files=files,
        )
        _add(archive, MANIFEST, io.BytesIO(manifest.model_dump_json(indent=1).encode()))
    return BackupReport(len(tables), sum(one.rows for one in tables.values()), len(files), out.stat().st_size)


def read_manifest(archive: tarfile.TarFile) -> Manifest:
    """What an archive holds. Raises BackupError."""
    try:
        stream = archive.extractfile(MANIFEST)
        assert stream is not None
        return Manifest.model_validate(json.load(stream))
    except (
        KeyError,
        ValueError,
        ValidationError,
        AssertionError,
        OSError,
        EOFError,
        zlib.error,
        tarfile.TarError,
    ) as error:
        raise BackupError(
            "This is not a backup of a platform, or it is cut off; nothing was changed; choose another file."
        ) from error


def copy_place(table: str) -> str:
    """Where a table lies in the archive."""
    return f"tables/{table}.copy"


def file_place(path: str) -> str:
    """Where a stored file lies in the archive."""
    return f"files/{path}"


def columns_of(names: tuple[str, ...]) -> sql.Composed:
    """Column names as SQL."""
    return sql.SQL(", ").join(sql.Identifier(name) for name in names)


@contextmanager
def snapshot(owner_url: str) -> Iterator[psycopg.Connection[Any]]:
    """A connection as the owner that sees one instant of the database. Raises BackupError."""
    try:
        with psycopg.connect(plain_url(owner_url), connect_timeout=10) as connection:
            connection.execute("set transaction isolation level repeatable read, read only")
            yield connection
    except psycopg.Error as error:
        raise BackupError(
            f"The database did not give its rows ({type(error).__name__}); nothing was written; run pactoria platform "
            "check."
        ) from error


def plain_url(url: str) -> str:
    """An address as psycopg takes it."""
    return make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)


def form_of(connection: psycopg.Connection[Any]) -> str:
    """The form of the database. Raises BackupError for an empty one."""
    there = connection.execute("select to_regclass('public.alembic_version') is not null").fetchone()
    row = connection.execute("select version_num from alembic_version").fetchone() if there and there[0] else None
    if row is None:
        raise BackupError("The database is empty; nothing was written; run pactoria platform migrate.")
    return str(row[0])


def _table(
    connection: psycopg.Connection[Any], archive: tarfile.TarFile, name: str, columns: tuple[str, ...]
) -> TablePart:
    chosen = sql.SQL("select {} from {}").format(columns_of(columns), sql.Identifier(name))
    if name == "platform_fact":
        chosen = sql.SQL("{} where name <> {}").format(chosen, sql.Literal(JOBS_FORM))
    digest = hashlib.sha256()
    with tempfile.SpooledTemporaryFile(_IN_MEMORY) as spool:
        cursor = connection.cursor()
        with cursor.copy(sql.SQL("copy ({}) to stdout").format(chosen)) as rows:
            for chunk in rows:
                digest.update(chunk)
                spool.write(chunk)
        _add(archive, copy_place(name), spool)
        return TablePart(columns=columns, rows=cursor.rowcount, sha256=digest.hexdigest())


def _files(archive: tarfile.TarFile, store: ObjectStore) -> Iterator[tuple[str, str]]:
    for page in store.list():
        for found in page:
            path = str(found["path"])
            if ARRIVING in path:
                continue
            try:
                content = bytes(store.get(path).bytes())
            except (NotFoundError, FileNotFoundError):
                # Deleted with its organization since the list was read; the rows of this snapshot do not need it.
                continue
            _add(archive, file_place(path), io.BytesIO(content))
            yield path, hashlib.sha256(content).hexdigest()


def _add(archive: tarfile.TarFile, place: str, stream: IO[bytes]) -> None:
    information = tarfile.TarInfo(place)
    information.mode = 0o600
    information.size = stream.seek(0, io.SEEK_END)
    stream.seek(0)
    archive.addfile(information, stream)
