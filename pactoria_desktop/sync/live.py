"""The live connection: what is typed here goes at once, what others type comes at once, and all of it survives a break.

One connection carries the rooms of all open contracts. Each room has a task of its own that does one thing after the
other; a room that does not know how it stands goes the plain way (``texts``) and enters again. The connection is made
anew after every break, a little later each time and never at the same moment as everybody else's.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from hashlib import sha256
from typing import Protocol

from pactoria_desktop.protocol.framing import FramingError
from pactoria_desktop.protocol.problems import Code
from pactoria_desktop.protocol.texts import (
    Accepted,
    AtWork,
    Behind,
    Ended,
    FromPlatform,
    Hello,
    Join,
    Joined,
    Leave,
    LivePush,
    Moved,
    News,
    Parted,
    People,
    Present,
    Refused,
    Welcome,
    from_platform,
    message,
)
from pactoria_desktop.protocol.version import PROTOCOL
from pactoria_desktop.replica.relaying import includes, known_together
from pactoria_desktop.runtime.errors import PactoriaError
from pactoria_desktop.sync.courier import NotReachedError, Token
from pactoria_desktop.sync.pausing import pause_after
from pactoria_desktop.sync.texts import (
    LocalText,
    NotAcceptedError,
    PushRefusedError,
    TextSync,
    after_news,
    check_news,
)

_log = logging.getLogger("pactoria.sync")

SHORTEST_PAUSE, LONGEST_PAUSE = 0.2, 4.0
"""Seconds between two attempts to connect: doubled each time, and half of it drawn by lot."""

PING_SECONDS, PONG_SECONDS, CLOSE_SECONDS = 1.5, 2.0, 0.5
"""A network that falls silent is noticed after the sum of these at the latest: editors are live again within 5 s."""

QUIET_TRIES, LONGEST_WAIT = 4, 30.0
"""A room that is refused for what may pass by itself is tried again: so often before it is said, then now and then."""

ANSWER_SECONDS = 10.0
LARGEST_FRAME = 64 * 1024 * 1024


class Listener(Protocol):
    """Hears how it stands. Called on the connection's loop; must not block."""

    def connected(self, connected: bool) -> None:
        """The connection stands, or broke."""
        ...

    def people(self, contract: str, people: tuple[Present, ...]) -> None:
        """Who else is at work in a contract."""
        ...

    def moved(self, organization: str) -> None:
        """Records have changed: pull."""
        ...

    def refused(self, contract: str, error: PactoriaError) -> None:
        """A contract's work was not accepted, or the contract is out of reach; it stays on this device."""
        ...

    def ended(self, code: Code, sentence: str) -> None:
        """The platform ended the connection, and connecting again by itself does not help."""
        ...


@dataclass(slots=True, eq=False)
class _Room:
    organization: str
    text: LocalText
    news: "asyncio.Queue[tuple[FromPlatform, tuple[bytes, ...]]]" = field(default_factory=asyncio.Queue)
    stirred: asyncio.Event = field(default_factory=asyncio.Event)
    where: AtWork | None = None
    requests: int = 0


_PASSING = frozenset({Code.NOT_FOUND, Code.CONFLICT})
"""The contract or its Word file has not arrived, because records and files take a way of their own; a platform that was
restored from a backup has lost them for as long as nobody has brought them back."""


_BUSY = frozenset({Code.UNAVAILABLE, Code.INTERNAL, Code.TOO_MANY_REQUESTS})
"""The platform could not answer: nothing is wrong with the work, and it is asked again after a pause."""


class _PutOutError(PushRefusedError):
    """The platform has put this device out of a room."""


class _BrokenError(Exception):
    """The connection is gone."""


class _LostError(Exception):
    """A room does not know how it stands: the plain way, then enter again."""


Send = Callable[[bytes], Awaitable[None]]


class LiveLine:
    """The live connection of this device to one platform."""

    def __init__(
        self,
        address: str,
        token: Token,
        sync_of: Callable[[str], TextSync],
        listener: Listener,
        chance: Callable[[], float],
        departs: Callable[[str, int, str], None] = lambda contract, size, sha256: None,
    ) -> None:
        """``address`` begins with ws:// or wss://; ``sync_of`` gives the plain way of an organization; ``chance`` gives
        numbers from 0 to 1. ``departs`` hears of each update before it goes: contract, bytes, SHA-256."""
        self._address = address
        self._token = token
        self._sync_of = sync_of
        self._listener = listener
        self._chance = chance
        self._departs = departs
        self._rooms: dict[str, _Room] = {}
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._send: Send | None = None

    # What the desktop says

    def enter(self, organization: str, text: LocalText) -> None:
        """Take part in a contract's room from now on."""
        room = self._rooms[text.contract] = _Room(organization, text)
        if self._send is not None:
            self._begin(room, self._send)

    async def leave(self, contract: str) -> None:
        """Take part no longer; what was not acknowledged goes the plain way."""
        self._rooms.pop(contract, None)
        task = self._tasks.pop(contract, None)
        if task is not None:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
        if self._send is not None:
            await self._send(message(Leave(contract=contract)))

    def stirred(self, contract: str) -> None:
        """Something was typed in a contract and is journalled."""
        room = self._rooms.get(contract)
        if room is not None:
            room.stirred.set()

    async def at_work(self, contract: str, caret: str | None, anchor: str | None = None) -> None:
        """The caret has moved, as cursors that live through edits."""
        room = self._rooms.get(contract)
        if room is not None:
            room.where = AtWork(contract=contract, caret=caret, anchor=anchor)
            if self._send is not None:
                await self._send(message(room.where))

    # The connection

    async def run(self) -> None:
        """Keep the connection up until this is cancelled, or the platform says that it does not help."""
        attempt = 0
        while True:
            try:
                ended = await self._connection()
            except (NotReachedError, _BrokenError) as error:
                _log.info("live_connection_broke", extra={"kind": type(error).__name__})
                ended = None
            if ended is not None and ended.code not in (Code.UNAVAILABLE, Code.INTERNAL):
                self._listener.ended(ended.code, ended.sentence)
                return
            attempt = 0 if self._was_welcome else attempt + 1
            pause = pause_after(attempt, SHORTEST_PAUSE, LONGEST_PAUSE)
            await asyncio.sleep(pause * (0.5 + self._chance() / 2))

    _was_welcome = False

    async def _connection(self) -> Ended | None:
        import websockets.asyncio.client
        from websockets.exceptions import ConnectionClosed, InvalidHandshake, InvalidMessage

        self._was_welcome = False
        token = await self._token()
        try:
            async with websockets.asyncio.client.connect(
                f"{self._address}/api/v1/live",
                proxy=None,
                max_size=LARGEST_FRAME,
                open_timeout=3,
                ping_interval=PING_SECONDS,
                ping_timeout=PONG_SECONDS,
                close_timeout=CLOSE_SECONDS,
            ) as connection:
                await connection.send(message(Hello(token=token, protocol=PROTOCOL)))
                return await self._serve(connection.recv, connection.send)
        except (OSError, TimeoutError, ConnectionClosed, InvalidHandshake, InvalidMessage) as error:
            raise _BrokenError from error

    async def _serve(self, receive: Callable[[], Awaitable[object]], send: Send) -> Ended | None:
        beating: asyncio.Task[None] | None = None
        try:
            while True:
                data = await receive()
                try:
                    said, blobs = from_platform(data if isinstance(data, bytes) else b"")
                except FramingError as error:
                    _log.warning("live_message_unreadable", extra={"kind": type(error).__name__})
                    raise _BrokenError from error
                if isinstance(said, Ended):
                    return said
                if isinstance(said, Welcome):
                    self._was_welcome, self._send = True, send
                    beating = asyncio.create_task(self._beat(said.beat, send))
                    self._listener.connected(True)
                    for room in self._rooms.values():
                        self._begin(room, send)
                elif isinstance(said, Moved):
                    self._listener.moved(said.organization)
                elif isinstance(said, People):
                    self._listener.people(said.contract, said.people)
                else:
                    self._hand_on(said.contract, said, blobs)
        finally:
            self._send = None
            tasks = [*self._tasks.values(), *([beating] if beating is not None else [])]
            self._tasks.clear()
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            if self._was_welcome:
                self._listener.connected(False)

    def _hand_on(self, contract: str, said: FromPlatform, blobs: tuple[bytes, ...]) -> None:
        room = self._rooms.get(contract)
        if room is not None:
            room.news.put_nowait((said, blobs))

    async def _beat(self, seconds: int, send: Send) -> None:
        while True:
            await asyncio.sleep(seconds)
            for contract, room in tuple(self._rooms.items()):
                await send(message(room.where or AtWork(contract=contract)))

    # A room

    def _begin(self, room: _Room, send: Send) -> None:
        contract = room.text.contract
        if (before := self._tasks.get(contract)) is not None:
            before.cancel()
        room.news = asyncio.Queue()
        self._tasks[contract] = asyncio.create_task(self._live(room, send))

    async def _live(self, room: _Room, send: Send) -> None:
        """Bring a room up to date and keep it so, as long as the connection stands."""
        from websockets.exceptions import ConnectionClosed

        attempt = refusals = 0
        while True:
            try:
                await self._sync_of(room.organization).exchange(room.text)
                await self._join(room, send)
                attempt = refusals = 0
                await self._follow(room, send)
            except _LostError:
                continue
            except (NotAcceptedError, PushRefusedError) as error:
                refusals += 1
                may_pass = error.code in _PASSING and not isinstance(error, _PutOutError)
                if not may_pass or refusals == QUIET_TRIES:
                    self._listener.refused(room.text.contract, error)
                if not may_pass:
                    return
                await asyncio.sleep(pause_after(refusals - 1, 1.0, LONGEST_WAIT) * (0.5 + self._chance() / 2))
            except (PactoriaError, TimeoutError) as error:
                # Not reached, damaged on the way, no room on this disk: all of it may be otherwise in a moment.
                _log.info("room_interrupted", extra={"kind": type(error).__name__, "contract": room.text.contract})
                attempt += 1
                pause = pause_after(attempt, SHORTEST_PAUSE, LONGEST_PAUSE)
                await asyncio.sleep(pause * (0.5 + self._chance() / 2))
            except ConnectionClosed:
                return  # the connection is made anew, and its rooms with it
            except Exception as error:  # noqa: BLE001 - logged with its place; a room that is gone says nothing
                _log.error("room_broke", extra={"kind": type(error).__name__}, exc_info=error)
                await asyncio.sleep(LONGEST_WAIT)

    async def _join(self, room: _Room, send: Send) -> None:
        room.requests += 1
        state = await room.text.state()
        contract = room.text.contract
        await send(
            message(Join(request=room.requests, organization=room.organization, contract=contract, after=state.number))
        )
        async with asyncio.timeout(ANSWER_SECONDS):
            while True:
                said, _ = await room.news.get()
                if isinstance(said, Joined | Refused) and said.request == room.requests:
                    break
        if isinstance(said, Refused):
            raise NotReachedError(said.sentence) if said.code in _BUSY else PushRefusedError(said.code, said.sentence)
        if room.where is not None:
            await send(message(room.where))

    async def _follow(self, room: _Room, send: Send) -> None:
        """Take in news as they come, and send what is typed, one push at a time."""
        sent: bytes | None = None
        room.stirred.set()
        while True:
            if sent is None and room.stirred.is_set():
                sent = await self._push(room, send)
            found = await self._next(room, sent is not None)
            if found is None:
                if sent is not None:
                    raise _LostError
                continue
            said, blobs = found
            if isinstance(said, News):
                await self._take(room, said, blobs)
            elif isinstance(said, Accepted) and sent is not None:
                await self._accepted(room, said, sent)
                sent = None
            elif isinstance(said, Refused):
                if said.code in _BUSY:
                    raise NotReachedError(said.sentence)
                if said.code in (Code.CONFLICT, Code.CHANGED_MEANWHILE):
                    raise _LostError
                raise NotAcceptedError(said.sentence, said.code)
            elif isinstance(said, Behind):
                raise _LostError
            elif isinstance(said, Parted):
                if said.code is not Code.CONFLICT:
                    raise _PutOutError(said.code, said.sentence)
                raise _LostError

    async def _next(self, room: _Room, waits: bool) -> tuple[FromPlatform, tuple[bytes, ...]] | None:
        """The next message; None where something was typed meanwhile, or no answer comes to what was sent."""
        if not room.news.empty():
            return room.news.get_nowait()
        heard = asyncio.ensure_future(room.news.get())
        typed = asyncio.ensure_future(room.stirred.wait()) if not waits else None
        try:
            both = {heard} if typed is None else {heard, typed}
            done, _ = await asyncio.wait(
                both, timeout=ANSWER_SECONDS if waits else None, return_when=asyncio.FIRST_COMPLETED
            )
            return heard.result() if heard in done else None
        finally:
            for task in (heard, typed):
                if task is not None and not task.done():
                    task.cancel()

    async def _push(self, room: _Room, send: Send) -> bytes | None:
        """Send what the platform does not hold; gives the version that it holds then, None where there was nothing."""
        room.stirred.clear()
        state = await room.text.state()
        version = await room.text.version()
        if includes(state.known, version):
            return None
        update = await room.text.updates_since(state.known)
        room.requests += 1
        peers = tuple(await room.text.peers())[-1000:]
        said = LivePush(
            request=room.requests,
            contract=room.text.contract,
            updates=(sha256(update).hexdigest(),),
            peers=peers,
        )
        self._departs(room.text.contract, len(update), said.updates[0])
        await send(message(said, (update,)))
        return version

    async def _accepted(self, room: _Room, said: Accepted, version: bytes) -> None:
        state = await room.text.state()
        if said.number > state.number + 1:
            raise _LostError
        known = known_together(state.known, version)
        waiting = None if includes(known, await room.text.version()) else state.waiting_since
        number = max(said.number, state.number)
        await room.text.keep(replace(state, number=number, known=known, waiting_since=waiting))

    async def _take(self, room: _Room, news: News, blobs: tuple[bytes, ...]) -> None:
        state = await room.text.state()
        if news.upto <= state.number:
            return
        if news.after > state.number:
            raise _LostError
        check_news(news, blobs)
        await room.text.take_in(blobs)
        state, questions = after_news(await room.text.state(), news, blobs)
        await room.text.keep(state, questions)
