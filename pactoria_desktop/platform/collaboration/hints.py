"""Hints between nodes: that something has moved, never what it is. Truth stays in the database.

A hint may be lost, doubled or late: whoever waits for one also looks by itself every few seconds. They go out together,
at most once in fifty milliseconds for each node, from a connection of their own and after the commit.
"""

import asyncio
import contextlib
import json
import logging
from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import psycopg

from pactoria_desktop.platform.house import House

_log = logging.getLogger("pactoria.collaboration")

PAUSE_SECONDS = 0.05
LARGEST = 7000
"""Bytes of one message; PostgreSQL takes 8,000."""

CHANNEL = "pactoria_hints"
_RETRY_SECONDS = (0.2, 0.5, 1.0, 2.0)


@dataclass(frozen=True, slots=True)
class Hint:
    """``kind`` is text (``number`` is the contract's text's), present (``said`` is who works where), records, access
    (roles or sign-ins changed) or all (hints were lost: look everywhere)."""

    kind: str
    organization: str = ""
    contract: str = ""
    number: int = 0
    said: str = ""


EVERYTHING = Hint("all")
Heard = Callable[[Hint], None]


class Hints(ABC):
    """Says hints to all other nodes and hears theirs."""

    failures: tuple[type[Exception], ...] = (OSError,)
    """What goes wrong when the line is down."""

    def __init__(self, house: House) -> None:
        """For one node."""
        self._house = house
        self._node = house.randomness(8).hex()
        self._heard: Heard | None = None
        self._waiting: dict[tuple[str, str, str], Hint] = {}
        self._wake = asyncio.Event()
        self._tasks: list[asyncio.Task[None]] = []
        self.listening = asyncio.Event()
        """Set while hints of others arrive."""

    def start(self, heard: Heard) -> None:
        """Begin; ``heard`` is called on this loop with every hint of another node."""
        self._heard = heard
        self._tasks = [asyncio.create_task(self._kept_up(self._listen)), asyncio.create_task(self._speak_on())]

    async def close(self) -> None:
        """Say what waits no more, and stop."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._tasks = []

    def say(self, hint: Hint) -> None:
        """Have a hint go out soon; a later one about the same thing takes its place."""
        self._waiting[hint.kind, hint.organization, hint.contract + hint.said[:80]] = hint
        self._wake.set()

    async def _speak_on(self) -> None:
        while True:
            await self._wake.wait()
            self._wake.clear()
            message, rest = self._next_message()
            try:
                await self._speak(message)
            except self.failures as error:
                # A hint that is lost costs others one look of their own.
                _log.warning("hint_not_sent", extra={"kind": type(error).__name__})
            if rest:
                self._wake.set()
            await asyncio.sleep(PAUSE_SECONDS)

    def _next_message(self) -> tuple[str, bool]:
        """What fits into one message, and whether more waits."""
        chosen: list[list[Any]] = []
        size = 64
        for key, hint in list(self._waiting.items()):
            line = [hint.kind, hint.organization, hint.contract, hint.number, hint.said]
            size += len(json.dumps(line)) + 1
            if size > LARGEST:
                break
            chosen.append(line)
            del self._waiting[key]
        if not chosen and self._waiting:
            # One that fits into no message: others look for themselves.
            self._waiting.pop(next(iter(self._waiting)))
            chosen.append([EVERYTHING.kind, "", "", 0, ""])
        return json.dumps([self._node, chosen]), bool(self._waiting)

    def _take(self, message: str) -> None:
        try:
            node, lines = json.loads(message)
            hints = [Hint(str(kind), str(at), str(of), int(number), str(said)) for kind, at, of, number, said in lines]
        except (ValueError, TypeError):
            _log.warning("hint_unreadable", extra={"size": len(message)})
            return
        if node != self._node and self._heard is not None:
            for hint in hints:
                self._heard(hint)

    async def _kept_up(self, listen: Callable[[], Any]) -> None:
        attempt = 0
        while True:
            try:
                await listen()
            except self.failures as error:
                _log.warning("hints_interrupted", extra={"kind": type(error).__name__, "attempt": attempt})
            if self.listening.is_set():
                attempt = 0
                self.listening.clear()
            await asyncio.sleep(_RETRY_SECONDS[min(attempt, len(_RETRY_SECONDS) - 1)])
            attempt += 1

    def _is_listening(self) -> None:
        """Hints arrive from now on; what was said before may have been missed."""
        self.listening.set()
        if self._heard is not None:
            self._heard(EVERYTHING)

    @abstractmethod
    async def _speak(self, message: str) -> None: ...

    @abstractmethod
    async def _listen(self) -> None: ...


class PostgresHints(Hints):
    """Over LISTEN and NOTIFY, on two connections of their own."""

    failures = (OSError, psycopg.Error)

    def __init__(self, house: House) -> None:
        """On the house's database, past any pooler."""
        super().__init__(house)
        self._address = house.direct_database
        self._speaker: psycopg.AsyncConnection[Any] | None = None

    async def _connect(self) -> psycopg.AsyncConnection[Any]:
        return await psycopg.AsyncConnection.connect(
            self._address, autocommit=True, application_name="pactoria-hints", connect_timeout=5
        )

    async def _speak(self, message: str) -> None:
        if self._speaker is None or self._speaker.closed:
            self._speaker = await self._connect()
        try:
            await self._speaker.execute("select pg_notify(%s, %s)", (CHANNEL, message))
        except psycopg.Error:
            speaker, self._speaker = self._speaker, None
            await speaker.close()
            raise

    async def _listen(self) -> None:
        async with await self._connect() as connection:
            await connection.execute(f"listen {CHANNEL}")
            self._is_listening()
            async for notice in connection.notifies():
                self._take(notice.payload)

    async def close(self) -> None:
        """Stop, and give the connections back."""
        await super().close()
        if self._speaker is not None:
            await self._speaker.close()


class RedisHints(Hints):
    """Over pub/sub of Redis or Valkey."""

    def __init__(self, house: House, address: str) -> None:
        """At an address as the settings have it."""
        super().__init__(house)
        import redis.asyncio

        self.failures = (OSError, redis.RedisError)
        url = "redis://" + address.removeprefix("valkey://") if address.startswith("valkey://") else address
        self._client = redis.asyncio.Redis.from_url(url, socket_connect_timeout=5, health_check_interval=15)
        self._channel = f"{CHANNEL}:{house.database.engine.url.database}"

    async def _speak(self, message: str) -> None:
        await self._client.publish(self._channel, message)

    async def _listen(self) -> None:
        async with self._client.pubsub() as subscription:
            await subscription.subscribe(self._channel)
            while True:
                found = await subscription.get_message(timeout=5)
                if found is None:
                    continue
                if found["type"] == "subscribe":
                    self._is_listening()
                elif found["type"] == "message":
                    self._take(found["data"].decode("utf-8", "replace"))

    async def close(self) -> None:
        """Stop, and give the connections back."""
        await super().close()
        with contextlib.suppress(OSError):
            await self._client.aclose()


def hints_of(house: House) -> Hints:
    """The hints that the settings ask for."""
    address = house.settings.redis_url
    return PostgresHints(house) if address is None else RedisHints(house, address.get_secret_value())
