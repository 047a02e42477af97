"""Processes that import what strangers send: one for each group of texts, watched, and started again when it ends."""

import asyncio
import contextlib
import json
import logging
import os
import struct
import sys
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from pactoria_desktop.platform.collaboration.importing_worker import (
    LARGEST_MESSAGE,
    SECONDS,
    Header,
    message_of,
    packed_message,
)
from pactoria_desktop.runtime.errors import PactoriaError

_log = logging.getLogger("pactoria.collaboration")
_LENGTH = struct.Struct(">I")
_START = (
    "import json, sys; sys.path[:] = json.loads(sys.argv[1]); "
    "from pactoria_desktop.platform.collaboration.importing_worker import main; main()"
)
_PASSED_ON = ("SYSTEMROOT", "LD_LIBRARY_PATH")
"""What a process is told of our environment: no secret of the platform is among it."""

PATIENCE = 2.0 * SECONDS
"""Seconds until a process that does not answer is ended."""


class ImportRefusedError(PactoriaError):
    """What was sent is broken or goes further than it may; the sentence says which."""


class UnknownStateError(Exception):
    """The process does not hold the text in the state that was named; it has to be given anew."""


class _EndedError(Exception):
    """The process ended, or did not answer in time."""


@dataclass(frozen=True, slots=True)
class Reviewing:
    """Updates may hold no more than comments and suggestions of this person, whose peers these are."""

    person: str
    peers: frozenset[str]


@dataclass(frozen=True, slots=True)
class Imported:
    """What updates brought: of each whether it held anything new, and the peers of what is new."""

    new: tuple[bool, ...]
    peers: frozenset[str]


@dataclass(frozen=True, slots=True)
class State:
    """A text's state in its process: ``known`` names it (None: it is made of ``parts`` alone), ``parts`` come after it,
    ``then`` names what it is after the request."""

    room: str
    known: str | None
    parts: tuple[bytes, ...]
    then: str


class Importing:
    """The processes of one node."""

    def __init__(self, count: int = 2, *, patience: float = PATIENCE) -> None:
        """So many processes, each started when it is first needed."""
        self._workers = tuple(_Worker(patience) for _ in range(count))

    async def take(self, state: State, updates: Sequence[bytes], reviewing: Reviewing | None = None) -> Imported:
        """Import updates into a text. Raises ImportRefusedError, UnknownStateError."""
        who = None if reviewing is None else {"person": reviewing.person, "peers": sorted(reviewing.peers)}
        header, _ = await self._ask(state, {"do": "take", "reviewer": who}, tuple(updates))
        return Imported(tuple(header["new"]), frozenset(header["peers"]))

    async def snapshot(self, state: State) -> bytes:
        """A text with its whole history. Raises ImportRefusedError, UnknownStateError."""
        _, blobs = await self._ask(state, {"do": "snapshot"}, ())
        return blobs[0]

    def start(self) -> None:
        """Start the processes now, so that nobody waits for it later."""
        for worker in self._workers:
            worker.begin()

    async def close(self) -> None:
        """End the processes."""
        await asyncio.gather(*(worker.close() for worker in self._workers))

    async def _ask(self, state: State, what: Header, updates: tuple[bytes, ...]) -> tuple[Header, tuple[bytes, ...]]:
        worker = self._workers[zlib.crc32(state.room.encode()) % len(self._workers)]
        header = {"room": state.room, "known": state.known, "then": state.then, "follow": len(state.parts), **what}
        message = packed_message(header, (*state.parts, *updates))
        try:
            answer, blobs = await worker.ask(message)
        except _EndedError as error:
            if state.known is not None:
                # The state went with the process; whoever gives it anew learns whether it was this update's doing.
                raise UnknownStateError from error
            raise ImportRefusedError(
                "The change could not be read within safe limits of memory and time; nothing of it was kept."
            ) from error
        if answer["status"] == "unknown":
            raise UnknownStateError
        if answer["status"] == "refused":
            raise ImportRefusedError(str(answer["sentence"]))
        return answer, blobs


class _Worker:
    def __init__(self, patience: float) -> None:
        self._patience = patience
        self._process: asyncio.subprocess.Process | None = None
        self._lock = asyncio.Lock()
        self._starting: asyncio.Task[None] | None = None

    def begin(self) -> None:
        self._starting = asyncio.create_task(self._begin())

    async def _begin(self) -> None:
        async with self._lock:
            await self._running()

    async def ask(self, message: bytes) -> tuple[Header, tuple[bytes, ...]]:
        async with self._lock:
            process = await self._running()
            try:
                async with asyncio.timeout(self._patience):
                    return await _exchange(process, message)
            except (TimeoutError, asyncio.IncompleteReadError, ConnectionError, ValueError) as error:
                _log.warning("importing_process_ended", extra={"kind": type(error).__name__})
                await self._end()
                raise _EndedError from error
            except BaseException:
                # Cancelled in the middle: the answer that is still to come would be taken for the next one's.
                await self._end()
                raise

    async def _running(self) -> asyncio.subprocess.Process:
        if self._process is None or self._process.returncode is not None:
            self._process = await asyncio.create_subprocess_exec(
                sys.executable, "-B", "-c", _START, json.dumps(sys.path),
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.DEVNULL,
                env={name: os.environ[name] for name in _PASSED_ON if name in os.environ},
            )  # fmt: skip
        return self._process

    async def _end(self) -> None:
        process, self._process = self._process, None
        if process is not None and process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                process.kill()
            await process.wait()

    async def close(self) -> None:
        if self._starting is not None:
            await self._starting
        async with self._lock:
            await self._end()


async def _exchange(process: asyncio.subprocess.Process, message: bytes) -> tuple[Any, tuple[bytes, ...]]:
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write(message)
    await process.stdin.drain()
    (length,) = _LENGTH.unpack(await process.stdout.readexactly(4))
    if length > LARGEST_MESSAGE:
        raise ValueError("The answer is larger than one may be.")
    return message_of(await process.stdout.readexactly(length))
