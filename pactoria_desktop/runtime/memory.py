"""Memory that was used once and is free again, given back to the system; memory that stays, passed over by Python."""

import ctypes
import gc
import sys


def set_aside() -> None:
    """Let Python's search for circles of garbage pass over everything that is there now.

    With a contract of 300 pages it looks at 200,000 objects and more, which takes 70 to 180 ms whenever it comes
    (measured), in the middle of anything. What is set aside is looked at again after ``look_through`` only.
    """
    gc.freeze()


def look_through() -> None:
    """Search everything for circles of garbage, what was set aside included: after something large was closed."""
    gc.unfreeze()
    gc.collect()


def give_back() -> bool:
    """Give what is free inside this process back to the system; gives whether any went. Takes some milliseconds.

    The GNU C library keeps freed memory for later, apart for each thread: after a long contract was read in the
    background that is 50 MB and more. Elsewhere the system's own allocator sees to it and nothing is done here.
    """
    if not sys.platform.startswith("linux"):
        return False
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
    return trim is not None and bool(trim(0))
