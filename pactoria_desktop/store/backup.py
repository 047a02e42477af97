"""A backup is one file: a head in plain JSON, then the whole library, encrypted by a key of the backup's own.

The head holds that key sealed under the backup's passphrase, and sealed once more under the library's key, so that the
passphrase or the printed recovery key opens it. The head also holds the length and SHA-256 of what follows.
"""

import base64
import binascii
import contextlib
import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

from sqlalchemy.orm import Session
from sqlcipher3 import dbapi2

from pactoria_desktop.runtime.errors import DiskFullError, LibraryKeyError, PactoriaError, WriteError
from pactoria_desktop.runtime.files import replacing, write_error
from pactoria_desktop.runtime.library_key import LibraryKey
from pactoria_desktop.runtime.paths import Home
from pactoria_desktop.runtime.vault import UNLOCK_SECONDS, Vault, seal, unseal, vault_from_json
from pactoria_desktop.store.cipher import RawConnection, connect, copy_into, key_literal
from pactoria_desktop.store.engine import make_engine
from pactoria_desktop.store.errors import BackupError, LibraryClosedToKeyError, refusal_for
from pactoria_desktop.store.forms import FORMS, bring_up_to_date, form_of
from pactoria_desktop.store.integrity import damages, rebuild_search
from pactoria_desktop.store.library import Library
from pactoria_desktop.store.lock import LibraryLock

MAGIC = b"Pactoria backup 1\n"
_LONGEST_HEAD = 16_384
_PURPOSE = "backup"
_BLOCK = 1_048_576


@dataclass(frozen=True, slots=True)
class BackupHead:
    """What a backup says of itself."""

    made_at: str
    form: str
    length: int
    sha256: str
    vault: Vault | None
    nonce: bytes
    sealed: bytes


def back_up(
    library: Library,
    target: Path,
    *,
    passphrase: str | None,
    randomness: Callable[[int], bytes] = os.urandom,
    unlock_seconds: float = UNLOCK_SECONDS,
) -> None:
    """Write a consistent copy of an open library to ``target``, read back before it is put there.

    Work may go on meanwhile.

    Without a passphrase the recovery key alone opens it. Raises WriteError kinds (an older file at ``target`` stays
    whole), LibraryDamagedError, or BackupError when what was written does not read back.
    """
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    own = LibraryKey.random(randomness)
    if library.home.owns(target):
        raise WriteError(f"{target} belongs to the library itself; nothing was written; choose another name.")
    with _working_folder(target.absolute().parent) as folder:
        copy = folder / "copy.db"
        try:
            _copy(library, copy, own)
        except WriteError as error:
            why = "there is no room left" if isinstance(error, DiskFullError) else "the disk refuses"
            raise type(error)(
                f"The backup {target} could not be made, since {why}; the library is safe, and so is an older backup "
                "at that place; choose another disk."
            ) from error
        length, sha256 = _measure(copy)
        vault = (
            None
            if passphrase is None
            else seal(own, passphrase, randomness=randomness, seconds=unlock_seconds, purpose=_PURPOSE)
        )
        nonce = randomness(12)
        head = {
            "made_at": library.instant().isoformat(timespec="seconds"),
            "form": FORMS[-1],
            "length": length,
            "sha256": sha256,
            "vault": None if vault is None else vault.to_json(),
            "nonce": base64.b64encode(nonce).decode(),
            "sealed": base64.b64encode(AESGCM(library.key.reveal()).encrypt(nonce, own.reveal(), MAGIC)).decode(),
        }
        with replacing(target, mode=0o600) as stream, copy.open("rb") as source:
            stream.write(MAGIC + json.dumps(head, sort_keys=True).encode() + b"\n")
            shutil.copyfileobj(source, stream, _BLOCK)
            stream.flush()
            os.fsync(stream.fileno())
            stream.seek(0)
            if _digest(stream, _read_head(stream, target)) != sha256 or stream.read(1):
                raise BackupError(
                    f"The backup {target} does not read back as written; the library is safe, and so is an older "
                    "backup at that place; use another disk."
                )


def read_head(source: Path) -> BackupHead:
    """What a backup says of itself. Raises BackupError for a file that is none, or a damaged one."""
    with _opened(source) as stream:
        return _read_head(stream, source)


def key_by_passphrase(head: BackupHead, passphrase: str) -> LibraryKey:
    """The backup's key. Raises WrongPassphraseError, or BackupError when the backup has no passphrase."""
    if head.vault is None:
        raise BackupError("This backup has no passphrase; nothing was changed; open it with the recovery key.")
    return unseal(head.vault, passphrase, purpose=_PURPOSE)


def key_by_recovery(head: BackupHead, recovery: LibraryKey) -> LibraryKey:
    """The backup's key from the printed key of the library it was made of. Raises BackupError for another one."""
    from cryptography.exceptions import InvalidTag
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    try:
        return LibraryKey(AESGCM(recovery.reveal()).decrypt(head.nonce, head.sealed, MAGIC))
    except InvalidTag as error:
        raise BackupError(
            "The recovery key belongs to another library than this backup; nothing was changed; use that library's."
        ) from error


def restore(
    source: Path,
    home: Home,
    *,
    open_key: Callable[[BackupHead], LibraryKey],
    library_key: Callable[[], LibraryKey],
    current_key: Callable[[], LibraryKey] | None,
    now: Callable[[], datetime],
) -> Path | None:
    """Put a backup in the place of a home's library, which must be closed; gives where the former one now lies.

    The backup is checked whole before anything is moved. ``library_key`` is the key that the restored library gets;
    it is called once the backup is known to be good. ``current_key`` serves to bring the former library's log into its
    file; where it cannot be had, the log is kept beside. Raises BackupError, the refusals of keys, LibraryInUseError or
    those of the disk, and then the library is as it was.
    """
    home.prepare()
    lock = LibraryLock(home.lock)
    try:
        with _working_folder(home.folder) as folder:
            beside = folder / "restored.db"
            with _opened(source) as stream:
                head = _read_head(stream, source)
                key = open_key(head)
                _take_out(stream, head, beside, source)
            _check(beside, key, home, now, source)
            fresh = library_key()
            _change_key(beside, key, fresh)
            former = _set_aside(home, current_key, now())
            try:
                os.replace(beside, home.library)
            except OSError as error:
                raise write_error(home.library, error) from error
        return former
    finally:
        lock.release()


def _copy(library: Library, copy: Path, key: LibraryKey) -> None:
    """The library's whole content at one moment, in a new file under another key."""
    try:
        with contextlib.closing(connect(library.home.library, library.key)) as connection:
            copy_into(connection, copy)
        copy.chmod(0o600)
        _change_key(copy, library.key, key)
    except dbapi2.Error as error:
        refusal = refusal_for(error)
        if refusal is None:
            raise
        raise refusal from error


def _change_key(path: Path, old: LibraryKey, new: LibraryKey) -> None:
    try:
        with contextlib.closing(connect(path, old)) as connection:
            connection.execute("PRAGMA journal_mode = DELETE").fetchall()
            connection.execute(f"PRAGMA rekey = {key_literal(new)}")
        with contextlib.closing(connect(path, new)) as connection:
            connection.execute("SELECT count(*) FROM contract").fetchone()
    except dbapi2.Error as error:
        refusal = refusal_for(error)
        if refusal is None:
            raise
        raise refusal from error


def _measure(path: Path) -> tuple[int, str]:
    with path.open("rb") as stream:
        sha256 = hashlib.file_digest(stream, "sha256").hexdigest()
        return stream.tell(), sha256


def _digest(stream: BinaryIO, head: BackupHead) -> str:
    digest, left = hashlib.sha256(), head.length
    while left and (block := stream.read(min(_BLOCK, left))):
        digest.update(block)
        left -= len(block)
    return digest.hexdigest()


@contextlib.contextmanager
def _opened(source: Path) -> Iterator[BinaryIO]:
    try:
        stream = source.open("rb")
    except OSError as error:
        raise BackupError(
            f"The backup {source} cannot be read ({error.strerror}); the library is untouched; name a backup file."
        ) from error
    with stream:
        yield stream


def _read_head(stream: BinaryIO, source: Path) -> BackupHead:
    refusal = BackupError(
        f"{source} is not a backup, or its beginning is damaged; the library is untouched; use another."
    )
    if stream.read(len(MAGIC)) != MAGIC:
        raise refusal
    line = stream.readline(_LONGEST_HEAD)
    try:
        head = json.loads(line)
        nonce, sealed = (base64.b64decode(head[name], validate=True) for name in ("nonce", "sealed"))
        words = [head[name] for name in ("made_at", "form", "sha256")]
        length = head["length"]
        if not (all(isinstance(word, str) for word in words) and type(length) is int and length > 0):
            raise refusal
        vault = None if head["vault"] is None else vault_from_json(head["vault"])
    except (ValueError, KeyError, TypeError, RecursionError, binascii.Error, LibraryKeyError) as error:
        raise refusal from error
    return BackupHead(words[0], words[1], length, words[2], vault, nonce, sealed)


def _take_out(stream: BinaryIO, head: BackupHead, target: Path, source: Path) -> None:
    """Copy the library out of a backup; exactly the length and hash that its head names."""
    digest, left = hashlib.sha256(), head.length
    try:
        with target.open("wb") as copy:
            while left and (block := stream.read(min(_BLOCK, left))):
                digest.update(block)
                copy.write(block)
                left -= len(block)
            copy.flush()
            os.fsync(copy.fileno())
        target.chmod(0o600)
    except OSError as error:
        raise write_error(target, error) from error
    if left or stream.read(1) or digest.hexdigest() != head.sha256:
        raise BackupError(f"The backup {source} is damaged or cut short; the library is untouched; use another backup.")


def _check(path: Path, key: LibraryKey, home: Home, now: Callable[[], datetime], source: Path) -> None:
    """Look at every page and record of a backup; an older form becomes this program's."""
    refusal = BackupError(f"The backup {source} is damaged inside; the library is untouched; use another backup.")
    try:
        with contextlib.closing(connect(path, key)) as connection:
            if form_of(connection) is None:
                raise refusal
        bring_up_to_date(path, key, copies=home.copies, now=now)
    except LibraryClosedToKeyError as error:
        raise refusal from error
    engine = make_engine(path, key)
    try:
        with engine.connect() as connection_, Session(connection_) as session:
            found = {damage.subject for damage in damages(session)}
            if found - {"search"}:
                raise refusal
            if found:
                rebuild_search(session)
                session.commit()
    finally:
        engine.dispose()


def _set_aside(home: Home, current_key: Callable[[], LibraryKey] | None, at: datetime) -> Path | None:
    """Keep the library that is there under another name. Until the restored one takes its place, both names are it."""
    former = home.folder / f"library-before-restore-{at.strftime('%Y%m%dT%H%M%S')}.db"
    number = 1
    while former.exists():
        number += 1
        former = former.with_name(f"library-before-restore-{at.strftime('%Y%m%dT%H%M%S')}-{number}.db")
    log = home.library.with_name(home.library.name + "-wal")
    try:
        if not home.library.exists():
            if log.exists():  # laid under the restored library, it would damage it
                log.replace(former.with_name(former.name + "-wal"))
            return None
        _link(home.library, former)
        if log.exists():
            # A copy of its own: opening the library below may empty the log in place.
            shutil.copy2(log, former.with_name(former.name + "-wal"))
        if current_key is not None:
            with contextlib.suppress(PactoriaError, dbapi2.Error), _raw(home, current_key) as opened:
                opened.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
        for ending in ("-wal", "-shm"):
            home.library.with_name(home.library.name + ending).unlink(missing_ok=True)
    except OSError as error:
        raise write_error(former, error) from error
    return former


def _raw(home: Home, key: Callable[[], LibraryKey]) -> contextlib.closing[RawConnection]:
    return contextlib.closing(connect(home.library, key()))


def _link(here: Path, there: Path) -> None:
    """A second name for a file, or a copy where the file system knows no second names."""
    try:
        os.link(here, there)
    except OSError:
        shutil.copy2(here, there)


@contextlib.contextmanager
def _working_folder(parent: Path) -> Iterator[Path]:
    """A folder beside the target, gone at the end: what lies in it is encrypted from its first byte."""
    try:
        folder = Path(tempfile.mkdtemp(prefix=".pactoria-", dir=parent))
    except OSError as error:
        raise write_error(parent, error) from error
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
