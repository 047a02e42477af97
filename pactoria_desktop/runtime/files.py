"""Files that are either old or new, never half: written beside, forced to the disk, then put in place."""

import contextlib
import errno
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from pactoria_desktop.runtime.errors import DiskFullError, ReadOnlyError, WriteError

_FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
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

    ``mode`` are the permission bits of the new file; without it those of the old file are kept, or a new file gets
    what the process gives by default. A symbolic link stays and its target is replaced. Raises DiskFullError,
    ReadOnlyError or WriteError for every OSError of the block; its other errors pass through.
    """
    target = Path(os.path.realpath(path))
    try:
        descriptor, name = tempfile.mkstemp(prefix=f".{target.name[:100]}.", suffix=".part", dir=target.parent)
    except OSError as error:
        raise write_error(path, error) from error
    beside = Path(name)
    try:
        stream = os.fdopen(descriptor, "wb")
        try:
            yield stream
            stream.flush()
            os.fsync(stream.fileno())
        finally:
            _close(stream)
        os.chmod(beside, _mode_for(target) if mode is None else mode)
        os.replace(beside, target)
        force_folder(target.parent)
    except OSError as error:
        raise write_error(path, error) from error
    finally:
        with contextlib.suppress(FileNotFoundError):
            beside.unlink()


def write_atomically(path: Path, content: bytes, *, mode: int | None = None) -> None:
    """Make ``content`` the whole of ``path``. Raises as ``replacing`` does."""
    with replacing(path, mode=mode) as stream:
        stream.write(content)


def force_folder(folder: Path) -> None:
    """Force a folder's entries to the disk, where the system can do that."""
    if os.name == "nt":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _close(stream: BinaryIO) -> None:
    """Close a stream whose content may have had no room; the first failure is the one that counts."""
    try:
        stream.close()
    except OSError as error:
        if error.errno not in _FULL:
            raise


def _mode_for(target: Path) -> int:
    try:
        return target.stat().st_mode & 0o7777
    except FileNotFoundError:
        mask = os.umask(0)
        os.umask(mask)
        return 0o666 & ~mask
