"""A small TCP proxy that breaks lines where a test says: before, in the middle of and after each request.

It reads what goes through it as HTTP/1.1 and, after an upgrade, as WebSocket frames, so that it can count requests and
cut one at a chosen point. A request is an HTTP request, or a frame with content that a device sends.
"""

import asyncio
import contextlib
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from enum import Enum
from types import TracebackType

_LARGEST_HEAD = 64 * 1024
_WAIT_FOR_ANSWER = 0.5


class Point(Enum):
    """Where a line breaks."""

    BEFORE = "before the request"
    IN_REQUEST = "in the middle of the request"
    BEFORE_ANSWER = "after the request, before the answer"
    IN_ANSWER = "in the middle of the answer"
    BLACK_HOLE = "the request is swallowed and nothing ever comes back"
    DELAY = "the answer comes late"


@dataclass(frozen=True, slots=True)
class Fault:
    """What happens to one request: ``request`` counts from 0 since the proxy was armed; ``seconds`` for DELAY."""

    request: int
    point: Point
    seconds: float = 0.0


@dataclass
class Counted:
    """What went through since the proxy was armed: the first line of each request, and which fault struck."""

    requests: list[str] = field(default_factory=list)
    struck: list[str] = field(default_factory=list)


class _CutError(Exception):
    """The line breaks here."""


class Proxy:
    """Hands every connection to the first target that answers; runs in a thread of its own inside ``with``."""

    def __init__(self, *targets: int) -> None:
        """``targets`` are ports of 127.0.0.1, tried in this order; they may be changed at any time."""
        self.targets = list(targets)
        self.port = 0
        self.counted = Counted()
        self.chance: Callable[[], Point | None] | None = None
        """Draws what happens to each request, beside what was armed."""
        self.meanwhile: Callable[[], None] | None = None
        """Is called, in a thread of its own, once the platform has answered and before the answer is lost."""
        self._fault: Fault | None = None
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._lines: set[_Line] = set()
        self._server: asyncio.Server | None = None

    @property
    def address(self) -> str:
        """Where it listens, as the address of a platform."""
        return f"http://127.0.0.1:{self.port}"

    def __enter__(self) -> "Proxy":
        """Begin to listen on a free port."""
        self._thread.start()

        async def begin() -> None:
            self._server = await asyncio.start_server(self._serve, "127.0.0.1", self.port, limit=_LARGEST_HEAD)
            self.port = self._server.sockets[0].getsockname()[1]

        asyncio.run_coroutine_threadsafe(begin(), self._loop).result(10)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Cut everything and stop."""

        async def end() -> None:
            assert self._server is not None
            self._server.close()
            self._cut()
            others = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
            for task in others:
                task.cancel()
            await asyncio.gather(*others, return_exceptions=True)

        asyncio.run_coroutine_threadsafe(end(), self._loop).result(10)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def arm(self, fault: Fault | None = None) -> Counted:
        """Count from 0, and let this happen once."""
        self._fault, self.counted = fault, Counted()
        return self.counted

    def cut(self) -> None:
        """Cut all connections that stand."""
        self._loop.call_soon_threadsafe(self._cut)

    def _cut(self) -> None:
        for line in tuple(self._lines):
            line.abort()

    def swallow(self) -> None:
        """Let all connections that stand go deaf: they stay open and nothing goes through, as behind a lost network."""

        def deafen() -> None:
            for line in tuple(self._lines):
                line.deafen()

        self._loop.call_soon_threadsafe(deafen)

    def next_fault(self, words: str) -> Fault | None:
        """Count a request; gives what is to happen to it. Called by lines."""
        number = len(self.counted.requests)
        self.counted.requests.append(words)
        fault = self._fault
        if fault is not None and fault.request == number:
            self._fault = None
        else:
            drawn = None if self.chance is None else self.chance()
            fault = None if drawn is None else Fault(number, drawn)
        if fault is None:
            return None
        self.counted.struck.append(words)
        return fault

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        found = await _first_that_answers(self.targets)
        if found is None:
            writer.transport.abort()
            return
        line = _Line(self, _Side(reader, writer), _Side(*found))
        self._lines.add(line)
        try:
            await line.carry()
        except (_CutError, OSError, asyncio.IncompleteReadError, asyncio.LimitOverrunError, asyncio.CancelledError):
            pass  # this is what the proxy is for; it is cancelled at its end alone
        finally:
            self._lines.discard(line)
            line.abort()


async def _first_that_answers(
    targets: Sequence[int],
) -> tuple[asyncio.StreamReader, asyncio.StreamWriter] | None:
    for port in tuple(targets):
        with contextlib.suppress(OSError):
            return await asyncio.open_connection("127.0.0.1", port, limit=_LARGEST_HEAD)
    return None


@dataclass(slots=True, eq=False)
class _Side:
    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    deaf: bool = False

    async def send(self, data: bytes) -> None:
        if self.deaf:
            return
        self.writer.write(data)
        await self.writer.drain()

    async def message(self, *, answers_head: bool = False) -> bytes:
        """A whole HTTP message, b"" at the end of the connection. The answer to HEAD tells a length and has no body."""
        try:
            head = await self.reader.readuntil(b"\r\n\r\n")
        except asyncio.IncompleteReadError as error:
            if error.partial:
                raise
            return b""
        if answers_head:
            return head
        fields = {
            name.strip().lower(): value.strip()
            for name, _, value in (line.partition(b":") for line in head.split(b"\r\n")[1:])
        }
        if fields.get(b"transfer-encoding", b"").lower() == b"chunked":
            return head + await self._chunks()
        return head + await self.reader.readexactly(int(fields.get(b"content-length", b"0")))

    async def _chunks(self) -> bytes:
        data = b""
        while True:
            size = await self.reader.readuntil(b"\r\n")
            rest = await self.reader.readexactly(int(size.split(b";")[0], 16) + 2)
            data += size + rest
            if rest == b"\r\n":
                return data

    async def frame(self) -> tuple[int, bytes]:
        """A WebSocket frame: its opcode and all of it (RFC 6455, 5.2)."""
        head = await self.reader.readexactly(2)
        length, data = head[1] & 0x7F, head
        if length >= 126:
            more = await self.reader.readexactly(2 if length == 126 else 8)
            length, data = int.from_bytes(more, "big"), data + more
        if head[1] & 0x80:
            length += 4
        return head[0] & 0x0F, data + await self.reader.readexactly(length)


class _Line:
    """One connection through the proxy."""

    def __init__(self, proxy: Proxy, device: _Side, platform: _Side) -> None:
        self._proxy, self._device, self._platform = proxy, device, platform
        self._answers: asyncio.Event = asyncio.Event()
        self._striking: Point | None = None

    def abort(self) -> None:
        for side in (self._device, self._platform):
            side.writer.transport.abort()

    def deafen(self) -> None:
        self._device.deaf = self._platform.deaf = True

    async def carry(self) -> None:
        while request := await self._device.message():
            upgrades = b"upgrade: websocket" in request.partition(b"\r\n\r\n")[0].lower()
            fault = self._proxy.next_fault(request.partition(b"\r\n")[0].decode("latin-1"))
            answer = await self._answer(request, fault)
            if upgrades and answer.startswith(b"HTTP/1.1 101"):
                await self._carry_frames()
                return

    async def _answer(self, request: bytes, fault: Fault | None) -> bytes:
        await self._hand_over(request, fault)
        answer = await self._platform.message(answers_head=request.startswith(b"HEAD "))
        point = None if fault is None else fault.point
        if point in (Point.BEFORE_ANSWER, Point.IN_ANSWER) and self._proxy.meanwhile is not None:
            await asyncio.to_thread(self._proxy.meanwhile)
        if point is Point.BEFORE_ANSWER:
            raise _CutError
        if point is Point.IN_ANSWER:
            await self._device.send(answer[: len(answer) // 2])
            await self._gone_out(self._device)
            raise _CutError
        if fault is not None and point is Point.DELAY:
            await asyncio.sleep(fault.seconds)
        if not answer:
            raise _CutError
        await self._device.send(answer)
        return answer

    async def _hand_over(self, request: bytes, fault: Fault | None) -> None:
        point = None if fault is None else fault.point
        if point is Point.BEFORE:
            raise _CutError
        if point is Point.BLACK_HOLE:
            await asyncio.sleep(3600)
        if point is Point.IN_REQUEST:
            await self._platform.send(request[: len(request) // 2])
            await self._gone_out(self._platform)
            raise _CutError
        await self._platform.send(request)

    @staticmethod
    async def _gone_out(side: _Side) -> None:
        """Half a message is on its way before the connection is reset, which would throw it away."""
        await asyncio.sleep(0.02)
        side.writer.close()
        with contextlib.suppress(OSError):
            await side.writer.wait_closed()

    async def _carry_frames(self) -> None:
        async with asyncio.TaskGroup() as both:
            up = both.create_task(self._frames_up())
            down = both.create_task(self._frames_down())
            await asyncio.wait((up, down), return_when=asyncio.FIRST_COMPLETED)
            self.abort()

    async def _frames_up(self) -> None:
        with contextlib.suppress(_CutError, OSError, asyncio.IncompleteReadError):
            while True:
                kind, frame = await self._device.frame()
                fault = self._proxy.next_fault(f"frame of {len(frame)} bytes") if kind < 8 else None
                self._answers.clear()
                self._striking = None if fault is None else fault.point
                await self._hand_over(frame, fault)
                if fault is not None and fault.point is Point.DELAY:
                    await asyncio.sleep(fault.seconds)
                if self._striking in (Point.BEFORE_ANSWER, Point.IN_ANSWER):
                    # What answers it, or the next that comes down, breaks off.
                    with contextlib.suppress(TimeoutError):
                        await asyncio.wait_for(self._answers.wait(), _WAIT_FOR_ANSWER)
                    return

    async def _frames_down(self) -> None:
        with contextlib.suppress(_CutError, OSError, asyncio.IncompleteReadError):
            while True:
                _, frame = await self._platform.frame()
                if self._striking is Point.IN_ANSWER:
                    await self._device.send(frame[: len(frame) // 2])
                    await self._gone_out(self._device)
                if self._striking in (Point.BEFORE_ANSWER, Point.IN_ANSWER):
                    self._answers.set()
                    return
                await self._device.send(frame)
