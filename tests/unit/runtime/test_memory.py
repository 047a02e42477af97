"""Freed memory goes back to the system where its C library would keep it."""

import subprocess
import sys

import pytest

HOLDING = """
import ctypes
from pactoria_desktop.runtime.memory import give_back

def resident():
    with open("/proc/self/status", encoding="ascii") as lines:
        return next(int(line.split()[1]) for line in lines if line.startswith("VmRSS:")) // 1024

libc = ctypes.CDLL(None)
libc.malloc.restype, libc.free.argtypes = ctypes.c_void_p, [ctypes.c_void_p]
pieces = [libc.malloc(60_000) for _ in range(1_000)]
for piece in pieces:
    ctypes.memset(piece, 1, 60_000)
for piece in pieces[:-1]:
    libc.free(piece)
before = resident()
print(give_back(), before - resident())
"""


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="only the GNU C library keeps freed memory so")
def test_freed_memory_goes_back() -> None:
    ended = subprocess.run([sys.executable, "-c", HOLDING], capture_output=True, check=True, text=True, timeout=60)
    gave, megabytes = ended.stdout.split()
    assert gave == "True"
    assert int(megabytes) > 40


CIRCLES = """
import gc, weakref
from pactoria_desktop.runtime.memory import look_through, set_aside

class Held:
    pass

one, other = Held(), Held()
one.other, other.one = other, one
seen = weakref.ref(one)
set_aside()
del one, other
gc.collect()
print(seen() is not None)
look_through()
print(seen() is None)
"""


def test_what_was_set_aside_is_found_by_the_next_look_through() -> None:
    ended = subprocess.run([sys.executable, "-c", CIRCLES], capture_output=True, check=True, text=True, timeout=60)
    assert ended.stdout.split() == ["True", "True"]
