"""The desktop's side in memory: a text with its journal and state, a line that may break, and a proxy to break it."""

import asyncio
import contextlib
import random
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass, field, replace

from pactoria_desktop.contract.text import TableSection
from pactoria_desktop.protocol.problems import Code
from pactoria_desktop.protocol.texts import Present, TextNews, TextPush, TextPushed
from pactoria_desktop.replica.replica import Replica
from pactoria_desktop.runtime.errors import PactoriaError
from pactoria_desktop.sync.courier import NotReachedError
from pactoria_desktop.sync.texts import Courier, Question, TextState


@dataclass
class MemoryText:
    """A contract's text as the engine sees it. ``asked`` are the questions that went into the outbox."""

    contract: str
    replica: Replica
    kept: TextState = field(default_factory=TextState)
    asked: list[Question] = field(default_factory=list)
    introduced: list[str] = field(default_factory=list)
    bytes_in: int = 0
    arrived: Callable[[], None] = lambda: None

    async def state(self) -> TextState:
        return self.kept

    async def keep(self, state: TextState, questions: Sequence[Question] = ()) -> None:
        self.kept = state
        known = {each.clash.id for each in self.asked}
        self.asked += [each for each in questions if each.clash.id not in known]

    async def version(self) -> bytes:
        return self.replica.version()

    async def updates_since(self, version: bytes) -> bytes:
        return self.replica.updates_since(version)

    async def take_in(self, updates: Sequence[bytes], introduced: Sequence[str] = ()) -> None:
        self.introduced += introduced
        for each in updates:
            self.bytes_in += len(each)
            self.replica.import_updates(each)
        self.arrived()

    async def snapshot(self) -> bytes:
        return self.replica.snapshot()

    async def peers(self) -> Sequence[str]:
        return [*self.introduced, f"{self.replica.peer:x}"]

    def offline_since(self, milliseconds: int) -> None:
        self.kept = replace(self.kept, waiting_since=milliseconds)

    def words(self) -> str:
        lines = []
        for section in self.replica.text().sections:
            if isinstance(section, TableSection):
                lines += [p.text for row in section.rows for cell in row.cells for p in cell.paragraphs]
            else:
                lines += [p.text for p in section.paragraphs]
        return "\n".join(lines)


class Faulty:
    """A line that loses requests and answers, and doubles requests, by chance."""

    def __init__(self, courier: Courier, rng: random.Random, share: float) -> None:
        self._courier, self._rng, self._share = courier, rng, share
        self.faults = 0
        self.bytes_out = 0

    def _lost(self) -> bool:
        lost = self._rng.random() < self._share
        self.faults += lost
        return lost

    async def pull(self, contract: str, after: int) -> tuple[TextNews, tuple[bytes, ...]]:
        if self._lost():
            raise NotReachedError("lost")
        return await self._courier.pull(contract, after)

    async def push(self, contract: str, push: TextPush, updates: Sequence[bytes]) -> TextPushed:
        if self._lost():
            raise NotReachedError("lost before it came")
        self.bytes_out += sum(map(len, updates))
        answer = await self._courier.push(contract, push, updates)
        if push.expect is None and self._lost():
            answer = await self._courier.push(contract, push, updates)
        if self._lost():
            raise NotReachedError("the answer was lost")
        return answer


@dataclass
class Notes:
    """Hears what a live line says."""

    up: list[bool] = field(default_factory=list)
    here: dict[str, tuple[Present, ...]] = field(default_factory=dict)
    problems: list[PactoriaError] = field(default_factory=list)
    over: list[Code] = field(default_factory=list)
    feeds: list[str] = field(default_factory=list)

    def connected(self, connected: bool) -> None:
        self.up.append(connected)

    def people(self, contract: str, people: tuple[Present, ...]) -> None:
        self.here[contract] = people

    def moved(self, organization: str) -> None:
        self.feeds.append(organization)

    def refused(self, contract: str, error: PactoriaError) -> None:
        self.problems.append(error)

    def ended(self, code: Code, sentence: str) -> None:
        self.over.append(code)


class Proxy:
    """A small TCP proxy: hands every connection to the first target that answers, and can cut them all."""

    def __init__(self, targets: Sequence[tuple[str, int]]) -> None:
        self.targets = list(targets)
        self.port = 0
        self._pairs: set[asyncio.StreamWriter] = set()
        self._tasks: set[asyncio.Task[None]] = set()

    @contextlib.asynccontextmanager
    async def running(self) -> AsyncIterator["Proxy"]:
        server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.port = server.sockets[0].getsockname()[1]
        try:
            yield self
        finally:
            server.close()
            self.cut()

    def cut(self) -> None:
        for writer in tuple(self._pairs):
            writer.transport.abort()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        for host, port in tuple(self.targets):
            try:
                there, back = await asyncio.open_connection(host, port)
                break
            except OSError:
                continue
        else:
            writer.close()
            return
        self._pairs |= {writer, back}
        await asyncio.gather(self._pump(reader, back), self._pump(there, writer))
        self._pairs -= {writer, back}

    @staticmethod
    async def _pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while data := await reader.read(65536):
                writer.write(data)
                await writer.drain()
        except (OSError, asyncio.IncompleteReadError):
            writer.transport.abort()
        finally:
            writer.close()
