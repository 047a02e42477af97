"""A lock on an open file that the system lets go when its process ends, however it ends."""

import sys
from typing import BinaryIO

_LOCKED_BYTE = 1_000_000  # beyond any text, since Windows also keeps others from reading a locked byte


def take_lock(stream: BinaryIO) -> None:
    """Take the lock without waiting. Raises OSError when another process has it."""
    if sys.platform == "win32":
        import msvcrt

        stream.seek(_LOCKED_BYTE)
        msvcrt.locking(stream.fileno(), msvcrt.LK_NBLCK, 1)
    else:
        import fcntl

        fcntl.flock(stream.fileno(), fcntl.LOCK_EX | fcntl.LOCK_NB)
