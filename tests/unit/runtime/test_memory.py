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
