"""Files that are either old or new, never half: written beside, forced to the disk, then put in place."""

import contextlib
import errno
import os
import secrets
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from pactoria_desktop.runtime.errors import DiskFullError, ReadOnlyError, WriteError

_FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
_UNABLE = frozenset({errno.EINVAL, errno.ENOTSUP, errno.ENOSYS})
_NEW = os.O_RDWR | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
_FORBIDDEN = frozenset({errno.EROFS, errno.EACCES, errno.EPERM})


def write_error(path: Path, error: OSError) -> WriteError:
    """The refusal that a failed write of ``path`` deserves, in one sentence."""
    if error.errno in _FULL:
        return DiskFullError(
            f"There is no room left to write {path}; what was there before is untouched; free some space and try again."
        )
    if error.errno in _FORBIDDEN:
        return ReadOnlyError(
            f"{path} may not be written; what was there before is untouched; choose another place or change its rights."
        )
    reason = error.strerror or "the system gave no reason"
    return WriteError(f"{path} could not be written ({reason}); what was there before is untouched; try another place.")


@contextlib.contextmanager
def replacing(path: Path, *, mode: int | None = None) -> Iterator[BinaryIO]:
    """A stream whose content becomes ``path`` when the block ends well; otherwise the old file stays whole.

    The stream can be read as well. ``mode`` are the permission bits of the new file; without it those of the old file
    are kept, or a new file gets what the process gives by default. A symbolic link stays and its target is replaced.
    Raises DiskFullError, ReadOnlyError or WriteError for every OSError of the block and where ``path`` is there and no
    ordinary file; the block's other errors pass through.
    """
    try:
        target = Path(os.path.realpath(path))
        found = _rights_of(path, target)
        beside = _beside(target)
        descriptor = os.open(beside, _NEW, 0o666)
    except OSError as error:
        raise write_error(path, error) from error
    try:
        stream = os.fdopen(descriptor, "w+b")
        try:
            usual = stat.S_IMODE(os.fstat(descriptor).st_mode)
            os.chmod(beside, 0o600)
            yield stream
            stream.flush()
            os.fsync(stream.fileno())
        finally:
            _close(stream)
        os.chmod(beside, mode if mode is not None else usual if found is None else found)
        os.replace(beside, target)
    except OSError as error:
        raise write_error(path, error) from error
    finally:
        with contextlib.suppress(FileNotFoundError):
            beside.unlink()
    try:
        force_folder(target.parent)
    except OSError as error:
        raise WriteError(
            f"{path} was written, but the disk would not confirm it ({error.strerror}); look at it before you rely "
            "on it, and check the disk."
        ) from error


def write_atomically(path: Path, content: bytes, *, mode: int | None = None) -> None:
    """Make ``content`` the whole of ``path``. Raises as ``replacing`` does."""
    with replacing(path, mode=mode) as stream:
        stream.write(content)


def force_folder(folder: Path) -> None:
    """Force a folder's entries to the disk, where system and file system can do that. Raises OSError."""
    if os.name == "nt":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    except OSError as error:
        if error.errno not in _UNABLE:
            raise
    finally:
        os.close(descriptor)


def _close(stream: BinaryIO) -> None:
    """Close a stream whose content may have had no room; the first failure is the one that counts."""
    try:
        stream.close()
    except OSError as error:
        if error.errno not in _FULL:
            raise


def _rights_of(path: Path, target: Path) -> int | None:
    """The permission bits of what is to be replaced, None where nothing is. Raises WriteError for a device or pipe."""
    try:
        mode = target.stat().st_mode
    except FileNotFoundError:
        return None
    if not stat.S_ISREG(mode):
        raise WriteError(f"{path} is not an ordinary file; it was left as it is; name a file to write.")
    return stat.S_IMODE(mode)


def _beside(target: Path) -> Path:
    """A name beside the target that nothing has, however long the target's own is."""
    begin = os.fsdecode(os.fsencode(target.name)[:100])
    return target.with_name(f".{begin}.{secrets.token_hex(6)}.part")
