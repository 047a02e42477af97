"""One process at a time: a lock that the system lets go when its process ends, however it ends."""

import os
from pathlib import Path
from typing import BinaryIO

from pactoria_desktop.runtime.files import write_error
from pactoria_desktop.runtime.locking import take_lock
from pactoria_desktop.store.errors import LibraryInUseError


class LibraryLock:
    """Held from construction to ``release``."""

    def __init__(self, path: Path) -> None:
        """Take the lock and note this process in it. Raises LibraryInUseError, or WriteError."""
        try:
            descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
        except OSError as error:
            raise write_error(path, error) from error
        stream = os.fdopen(descriptor, "r+b", buffering=0)
        try:
            take_lock(stream)
        except OSError as error:
            holder = _holder(stream)
            stream.close()
            raise LibraryInUseError(
                f"The library is open in another Pactoria{holder}; nothing was changed; use that one, or close it."
            ) from error
        try:
            stream.seek(0)
            stream.truncate()
            stream.write(f"{os.getpid()}\n".encode())
        except OSError as error:
            stream.close()
            raise write_error(path, error) from error
        self._stream: BinaryIO | None = stream

    def release(self) -> None:
        """Let go; a second call does nothing."""
        if self._stream is not None:
            self._stream.close()
            self._stream = None


def _holder(stream: BinaryIO) -> str:
    stream.seek(0)
    noted = stream.read(20).decode("ascii", "replace").strip()
    return f" (process {noted})" if noted.isdigit() else ""
