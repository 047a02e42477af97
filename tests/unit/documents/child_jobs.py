"""Jobs for the child process of test_child: small, because the child imports this module."""

import time

from pactoria_desktop.documents.errors import DocumentError


def doubled(payload: bytes, name: str) -> bytes:
    return payload * 2


def refused(payload: bytes, name: str) -> bytes:
    raise DocumentError(f"{name} is refused for the test.")


def crashed(payload: bytes, name: str) -> bytes:
    import os
    import signal

    os.kill(os.getpid(), signal.SIGSEGV)
    return b""


def hungry(payload: bytes, name: str) -> bytes:
    return bytes(len(bytearray(2 << 30)))


def endless(payload: bytes, name: str) -> bytes:
    while True:
        time.sleep(0.05)


def writing(payload: bytes, name: str) -> bytes:
    import signal
    from pathlib import Path

    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    Path(payload.decode()).write_bytes(b"x" * 100_000)
    return b"written"


def talkative(payload: bytes, name: str) -> bytes:
    print("D not an answer")
    return b"answer"


def failing(payload: bytes, name: str) -> bytes:
    raise KeyError("private words of the contract")
