"""Memory that was used once and is free again, given back to the system."""

import ctypes
import sys


def give_back() -> bool:
    """Give what is free inside this process back to the system; gives whether any went. Takes some milliseconds.

    The GNU C library keeps freed memory for later, apart for each thread: after a long contract was read in the
    background that is 50 MB and more. Elsewhere the system's own allocator sees to it and nothing is done here.
    """
    if not sys.platform.startswith("linux"):
        return False
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
    return trim is not None and bool(trim(0))
