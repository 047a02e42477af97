"""``pactoria platform restore``: puts a backup in the place of what a platform holds, all of it or nothing.

The restored feeds begin another epoch, so that every device sends anew what the backup does not know.
"""

import hashlib
import tarfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
from cryptography.exceptions import InvalidTag
from psycopg import sql

from pactoria_desktop.platform.database.epoch import RESTORED
from pactoria_desktop.platform.database.jobs import FACT as JOBS_FORM
from pactoria_desktop.platform.database.migrating import forms, migrate
from pactoria_desktop.platform.database.schema import Base
from pactoria_desktop.platform.database.sealing import opens_key
from pactoria_desktop.platform.database.walls import APPLICATION
from pactoria_desktop.platform.operations.backup import (
    BackupError,
    BackupReport,
    Manifest,
    columns_of,
    copy_place,
    file_place,
    form_of,
    plain_url,
    proof_of,
    read_manifest,
)
from pactoria_desktop.platform.operations.object_store import ObjectStore

_CHUNK = 1024 * 1024
_UNREADABLE = (tarfile.TarError, EOFError, zlib.error, OSError)
_DAMAGED = "The backup is damaged ({}); nothing was changed; restore another one."


def restore(owner_url: str, master_key: bytes, store: ObjectStore, source: Path, *, replace: bool) -> BackupReport:
    """Put a backup in place. ``replace`` allows it where people or organizations are.

    Raises BackupError, before anything is changed: for a damaged backup, another master key, a platform that still
    runs, a database that is not empty.
    """
    with _archive(source) as archive:
        manifest = read_manifest(archive)
        if manifest.proof != proof_of(master_key):
            raise BackupError(
                "The master key is not the one of this backup, and nothing in it would open; nothing was changed; "
                "give PACTORIA_MASTER_KEY the one of the platform that was backed up."
            )
        if manifest.database_form not in forms():
            raise BackupError(
                f"The backup has form {manifest.database_form[:40]}, which this program does not know; nothing was "
                "changed; restore it with the newer program."
            )
        _whole(archive, manifest)
        _prepare(owner_url, manifest)
        try:
            with psycopg.connect(plain_url(owner_url), connect_timeout=10) as connection:
                _refuse(connection, manifest, replace)
                _files(archive, manifest, store)
                _load(connection, archive, manifest)
                _keys_open(connection, master_key)
                connection.execute(
                    "insert into platform_fact values ('epoch', gen_random_uuid()::text) "
                    "on conflict (name) do update set value = excluded.value"
                )
                connection.execute(
                    "insert into platform_fact values (%s, to_char(now() at time zone 'utc', %s)) "
                    "on conflict (name) do update set value = excluded.value",
                    (RESTORED, 'YYYY-MM-DD"T"HH24:MI:SS"+00:00"'),
                )
                # A job would have removed what was deleted; jobs are not in a backup.
                connection.execute("delete from organization where deleted_at is not null")
        except psycopg.Error as error:
            raise BackupError(
                f"The database did not take the backup ({type(error).__name__}); nothing was changed; run pactoria "
                "platform check."
            ) from error
    migrate(owner_url)
    rows = sum(part.rows for part in manifest.tables.values())
    return BackupReport(len(manifest.tables), rows, len(manifest.files), source.stat().st_size)


@contextmanager
def _archive(source: Path) -> Iterator[tarfile.TarFile]:
    try:
        archive = tarfile.open(source, mode="r:gz")  # noqa: SIM115 - closed below
    except FileNotFoundError as error:
        raise BackupError(f"There is no file {source}; nothing was changed.") from error
    except _UNREADABLE as error:
        raise BackupError(_DAMAGED.format(type(error).__name__)) from error
    with archive:
        yield archive


def _whole(archive: tarfile.TarFile, manifest: Manifest) -> None:
    """Read it all once, so that a damaged backup is refused before anything is touched."""
    parts = {copy_place(name): part.sha256 for name, part in manifest.tables.items()}
    parts |= {file_place(path): digest for path, digest in manifest.files.items()}
    for place, expected in parts.items():
        digest = hashlib.sha256()
        for chunk in _chunks(archive, place):
            digest.update(chunk)
        if digest.hexdigest() != expected:
            raise BackupError(_DAMAGED.format(place))


def _chunks(archive: tarfile.TarFile, place: str) -> Iterator[bytes]:
    try:
        stream = archive.extractfile(place)
    except (KeyError, *_UNREADABLE):
        stream = None
    if stream is None:
        raise BackupError(_DAMAGED.format(f"{place} is missing"))
    while True:
        try:
            chunk = stream.read(_CHUNK)
        except _UNREADABLE as error:
            raise BackupError(_DAMAGED.format(place)) from error
        if not chunk:
            return
        yield chunk


def _prepare(owner_url: str, manifest: Manifest) -> None:
    """Bring an empty database to the backup's form."""
    with psycopg.connect(plain_url(owner_url), connect_timeout=10) as connection:
        there = connection.execute("select to_regclass('public.alembic_version') is not null").fetchone()
        fresh = there is not None and not there[0]
    if fresh:
        migrate(owner_url, upto=manifest.database_form)


def _refuse(connection: psycopg.Connection[Any], manifest: Manifest, replace: bool) -> None:
    form = form_of(connection)
    if form != manifest.database_form:
        raise BackupError(
            f"The database has form {form} and the backup {manifest.database_form}; nothing was changed; restore it "
            "into an empty database."
        )
    runs = connection.execute(
        "select count(*) from pg_stat_activity where datname = current_database() and usename = %s", (APPLICATION,)
    ).fetchone()
    if runs is not None and runs[0]:
        raise BackupError(
            "A platform still runs on this database, or a pooler holds its connections; nothing was changed; "
            "stop them and restore again."
        )
    holds = connection.execute("select exists (select 1 from person), exists (select 1 from organization)").fetchone()
    if holds is not None and any(holds) and not replace:
        raise BackupError(
            "The platform holds people and organizations already; nothing was changed; with --replace the backup "
            "takes their place."
        )


def _files(archive: tarfile.TarFile, manifest: Manifest, store: ObjectStore) -> None:
    """Files are named after what they hold, so that they can lie there before the rows that name them."""
    for path in manifest.files:
        store.put(path, b"".join(_chunks(archive, file_place(path))))


def _load(connection: psycopg.Connection[Any], archive: tarfile.TarFile, manifest: Manifest) -> None:
    ours = [table.name for table in Base.metadata.sorted_tables]
    unknown = set(manifest.tables) - set(ours)
    if unknown:
        raise BackupError(_DAMAGED.format(f"unknown tables {', '.join(sorted(unknown))[:100]}"))
    others = [name for name in ours if name != "platform_fact"]
    connection.execute(sql.SQL("truncate {}").format(sql.SQL(", ").join(sql.Identifier(name) for name in others)))
    connection.execute("delete from platform_fact where name <> %s", (JOBS_FORM,))
    connection.execute("truncate procrastinate_jobs, procrastinate_events, procrastinate_periodic_defers")
    for name in (name for name in ours if name in manifest.tables):
        part = manifest.tables[name]
        into = sql.SQL("copy {} ({}) from stdin").format(sql.Identifier(name), columns_of(part.columns))
        cursor = connection.cursor()
        with cursor.copy(into) as rows:
            for chunk in _chunks(archive, copy_place(name)):
                rows.write(chunk)
        if cursor.rowcount != part.rows:
            raise BackupError(_DAMAGED.format(f"{name} has {cursor.rowcount} rows and should have {part.rows}"))


def _keys_open(connection: psycopg.Connection[Any], master_key: bytes) -> None:
    """The proof says that the key is right; an organization's own key shows it."""
    row = connection.execute("select organization_id::text, number, sealed from organization_key limit 1").fetchone()
    if row is None:
        return
    try:
        opens_key(master_key, row[0], row[1], bytes(row[2]))
    except InvalidTag as error:
        raise BackupError(
            "The organizations' keys in the backup do not open with this master key; nothing was changed; "
            "give PACTORIA_MASTER_KEY the one of the platform that was backed up."
        ) from error
