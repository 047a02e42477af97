"""The process that imports what strangers send: it holds texts, takes in updates under limits, and writes nothing.

Started by ``importing`` with nothing but pipes. A request and an answer are a length (four bytes, big endian), and that
many bytes: the length of a header in JSON (four bytes), the header, and blobs, each behind its length (four bytes).
"""

import json
import struct
import sys
from collections import OrderedDict
from typing import Any, BinaryIO

from pactoria_desktop.replica.errors import ReplicaError
from pactoria_desktop.replica.relaying import Relayed
from pactoria_desktop.replica.suggested import Reviewer

MOST_TEXTS = 64
"""Texts that a process keeps open; the one that was not asked for longest goes."""

MOST_CONTENT = 96 * 1024 * 1024
"""Bytes of snapshots and updates that the open texts were made of, together."""

MEMORY = 1 << 30
SECONDS = 10
"""Address space of the process, and processor time for one request."""

LARGEST_MESSAGE = 512 * 1024 * 1024
_LENGTH = struct.Struct(">I")

Header = dict[str, Any]


def packed_message(header: Header, blobs: tuple[bytes, ...] = ()) -> bytes:
    """A message as it goes through the pipe."""
    head = json.dumps(header).encode()
    body = b"".join(
        [_LENGTH.pack(len(head)), head, *(part for blob in blobs for part in (_LENGTH.pack(len(blob)), blob))]
    )
    return _LENGTH.pack(len(body)) + body


def message_of(body: bytes) -> tuple[Header, tuple[bytes, ...]]:
    """A message without its length. Raises ValueError where it is not one."""
    parts: list[bytes] = []
    at = 0
    while at < len(body):
        if at + 4 > len(body):
            raise ValueError("A message is cut off.")
        (length,) = _LENGTH.unpack_from(body, at)
        parts.append(body[at + 4 : at + 4 + length])
        if len(parts[-1]) != length:
            raise ValueError("A message is cut off.")
        at += 4 + length
    header = json.loads(parts[0]) if parts else None
    if not isinstance(header, dict):
        raise ValueError("A message has no header.")
    return header, tuple(parts[1:])


class Texts:
    """The texts that this process holds, each under a token that names its state."""

    def __init__(self) -> None:
        """With no text yet."""
        self._held: OrderedDict[str, tuple[str, Relayed, int]] = OrderedDict()

    def answer(self, header: Header, blobs: tuple[bytes, ...]) -> tuple[Header, tuple[bytes, ...]]:
        """Do what is asked. ``known`` names the state that the text must be in here, None: it is made of the blobs.

        The first ``follow`` blobs are taken in unchecked; the rest is what was sent. ``then`` names the state after it.
        """
        room, known, then, follow = header["room"], header["known"], header["then"], header["follow"]
        held = self._held.pop(room, None)
        if known is not None and (held is None or held[0] != known):
            return {"status": "unknown"}, ()
        try:
            text, size = (Relayed.open(), 0) if known is None or held is None else (held[1], held[2])
            text.follow(blobs[:follow])
            if header["do"] == "snapshot":
                self._keep(room, then, text, size + _size(blobs))
                return {"status": "done"}, (text.snapshot(),)
            said = header["reviewer"]
            reviewer = None if said is None else Reviewer(said["person"], frozenset(said["peers"]))
            taken = text.take(blobs[follow:], reviewer)
        except ReplicaError as error:
            return {"status": "refused", "sentence": str(error)}, ()
        self._keep(room, then, text, size + _size(blobs))
        return {"status": "done", "new": list(taken.new), "peers": sorted(taken.peers)}, ()

    def _keep(self, room: str, token: str, text: Relayed, size: int) -> None:
        self._held[room] = (token, text, size)
        while len(self._held) > 1 and (
            len(self._held) > MOST_TEXTS or sum(each[2] for each in self._held.values()) > MOST_CONTENT
        ):
            self._held.popitem(last=False)


def _size(blobs: tuple[bytes, ...]) -> int:
    return sum(map(len, blobs))


def main() -> None:
    """Answer until the pipe ends."""
    requests, answers = sys.stdin.buffer, sys.stdout.buffer
    sys.stdout = sys.stderr
    _limit()
    texts = Texts()
    while (body := _read(requests)) is not None:
        _allow_time()
        try:
            answer = packed_message(*texts.answer(*message_of(body)))
        except MemoryError:
            # What is left of this process is not to be trusted: its end is the answer.
            return
        answers.write(answer)
        answers.flush()


def _read(stream: BinaryIO) -> bytes | None:
    head = stream.read(4)
    if len(head) != 4:
        return None
    (length,) = _LENGTH.unpack(head)
    return stream.read(length) if length <= LARGEST_MESSAGE else None


def _limit() -> None:
    """Limits of the operating system, where it has them: memory, no files, no core."""
    try:
        import resource
    except ImportError:
        return
    for kind, value in ((resource.RLIMIT_AS, MEMORY), (resource.RLIMIT_FSIZE, 0), (resource.RLIMIT_CORE, 0)):
        _, hard = resource.getrlimit(kind)
        ceiling = value if hard == resource.RLIM_INFINITY else min(value, hard)
        resource.setrlimit(kind, (ceiling, hard))


def _allow_time() -> None:
    """So many seconds of processor time from now on; whoever needs more is ended by the system."""
    try:
        import resource
    except ImportError:
        return
    used = resource.getrusage(resource.RUSAGE_SELF)
    _, hard = resource.getrlimit(resource.RLIMIT_CPU)
    wanted = int(used.ru_utime + used.ru_stime) + SECONDS + 1
    resource.setrlimit(resource.RLIMIT_CPU, (wanted if hard == resource.RLIM_INFINITY else min(wanted, hard), hard))


if __name__ == "__main__":
    main()
