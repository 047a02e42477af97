"""A contract's text on a desktop at a real platform: exchanged the plain way, or typed on a live line.

All calls that touch a text run on the lane, as the desktop's I/O does; a test is a coroutine that it runs there.
"""

import asyncio
import contextlib
import random
from collections.abc import AsyncIterator, Callable
from datetime import timedelta

from pactoria_desktop.contract.accepted import accepted
from pactoria_desktop.contract.text import ContractText
from pactoria_desktop.replica.changes import Place, Stretch
from pactoria_desktop.replica.identity import Identity
from pactoria_desktop.replica.replica import Replica
from pactoria_desktop.runtime.clock import Clock, SystemClock, to_milliseconds
from pactoria_desktop.runtime.errors import PactoriaError
from pactoria_desktop.sync.apart import Apart
from pactoria_desktop.sync.courier import HttpCourier, courier_client
from pactoria_desktop.sync.live import LiveLine
from pactoria_desktop.sync.texts import TextSync
from tests.end_to_end.platform.people import SignIn
from tests.platform.collaboration.desktops import MemoryText, Notes


class TextDesk:
    """One contract's text with a person, over HTTP and on a live line."""

    def __init__(
        self, signed_in: SignIn, person: str, organization: str, contract: str, *,
        text: ContractText | None = None, names: dict[str, str] | None = None, address: str = "", seed: int = 1,
        edits: bool = True, clock: Clock | None = None,
    ) -> None:  # fmt: skip
        """``text`` is what the first device begins with; others begin with nothing. ``address`` may be a proxy's."""
        self.signed_in, self.person, self.contract, self.organization = signed_in, person, contract, organization
        self.identity = Identity(signed_in.person.name, person)
        self.clock = clock or SystemClock()
        self.address = address or signed_in.address
        self.client = courier_client(self.address)
        if text is None:
            nothing = Replica.create(ContractText(()), identity=Identity(""), clock=self.clock, peer=1)
            replica = Replica.open(nothing.snapshot(), identity=self.identity, clock=self.clock)
        else:
            replica = Replica.create(text, identity=self.identity, clock=self.clock)
        self.text = MemoryText(contract, replica)
        known = names or {}

        async def name_of(person: str) -> str:
            return known.get(person, "Somebody")

        joiner = Apart(self.identity, name_of, self.clock, may_edit=lambda _: edits)
        self.sync = TextSync(HttpCourier(self.client, organization, signed_in.access), joiner, self.clock)
        self.notes = Notes()
        self._chance = random.Random(seed)

    @property
    def replica(self) -> Replica:
        """The living text."""
        return self.text.replica

    def line(self) -> LiveLine:
        """A new live line, with this text's room to be entered."""
        address = self.address.replace("http://", "ws://")
        made = LiveLine(address, self.signed_in.access, lambda _: self.sync, self.notes, self._chance.random)
        made.enter(self.organization, self.text)
        return made

    @contextlib.asynccontextmanager
    async def live(self, seconds: float = 20.0) -> AsyncIterator[LiveLine]:
        """Live until the block ends; begins when the room was joined."""
        line = self.line()
        running = asyncio.create_task(line.run())
        try:
            await eventually(lambda: self.notes.up[-1:] == [True] and self.text.kept.number, seconds)
            yield line
        finally:
            running.cancel()
            await asyncio.gather(running, return_exceptions=True)

    def slot(self) -> str:
        """A section with words in it."""
        return next(slot for slot in self.replica.slots() if self.replica.length(slot) > 1)

    def type(self, words: str, line: LiveLine | None = None, at: int = 0, slot: str = "") -> None:
        """Type words."""
        self.replica.insert(Place(slot or self.slot(), at), words)
        if line is not None:
            line.stirred(self.contract)

    def change(self, sentence: str, old: str, new: str) -> None:
        """Put words in the place of others in a sentence."""
        place = next(one for one in self.replica.slots() if sentence in self.plain(one))
        start = self.plain(place).index(sentence) + sentence.index(old)
        self.replica.replace([Stretch(place, start, start + len(old))], new)

    def plain(self, slot: str) -> str:
        """All letters of a section or cell, struck ones included."""
        return "".join(text for text, _ in self.replica.spans(slot))

    def words(self) -> str:
        """The accepted text."""
        return accepted(self.replica.text()).text

    def was_offline(self, seconds: float = 60.0) -> None:
        """What waits was typed so long ago."""
        self.text.offline_since(to_milliseconds(self.clock.now() - timedelta(seconds=seconds)))

    async def close(self) -> None:
        """Close the line."""
        await self.client.aclose()


async def eventually(condition: Callable[[], object], seconds: float = 10.0) -> None:
    """Wait until something holds; fails where it does not come to hold in time."""
    async with asyncio.timeout(seconds):
        while not condition():
            await asyncio.sleep(0.002)


def same(*desks: TextDesk) -> bool:
    """Whether all have the same text and know the same of it."""
    versions = {desk.replica.version() for desk in desks}
    return len(versions) == 1 and len({desk.words() for desk in desks}) == 1


async def exchange(desk: TextDesk, attempts: int = 30) -> list[PactoriaError]:
    """Exchange until it comes through; gives what was raised on the way."""
    from pactoria_desktop.sync.courier import NotReachedError
    from pactoria_desktop.sync.texts import DamagedOnTheWayError

    met: list[PactoriaError] = []
    for _ in range(attempts):
        try:
            await desk.sync.exchange(desk.text)
        except (NotReachedError, DamagedOnTheWayError) as error:
            met.append(error)
            await asyncio.sleep(0.05)
            continue
        return met
    raise AssertionError(f"the exchange never came through: {met[-1].sentence}")
