"""A room outlives a platform that is busy for a moment, and what nobody foresaw."""

import asyncio
from datetime import UTC, datetime

import pytest

from pactoria_desktop.contract.identity import identity_from
from pactoria_desktop.contract.text import ContractText, Paragraph, Span, TextSection
from pactoria_desktop.protocol.problems import Code
from pactoria_desktop.protocol.texts import Accepted, FromPlatform, Join, Joined, LivePush, Refused, from_device
from pactoria_desktop.replica.identity import Identity
from pactoria_desktop.replica.replica import Replica
from pactoria_desktop.runtime.clock import ManualClock
from pactoria_desktop.sync import live as module
from pactoria_desktop.sync.live import LiveLine
from tests.platform.collaboration.desktops import MemoryText, Notes

CLOCK = ManualClock(datetime(2026, 12, 1, 9, tzinfo=UTC))
CONTRACT, ORGANIZATION = identity_from(1_800_000_000_000, 1), identity_from(1_800_000_000_000, 2)


class Sync:
    """The plain way; fails as often as it is told to."""

    def __init__(self, *errors: Exception) -> None:
        self.errors, self.asked = list(errors), 0

    async def exchange(self, text: object) -> None:
        self.asked += 1
        if self.errors:
            raise self.errors.pop(0)


class Room:
    """A text's room, whose platform refuses what ``busy`` names so often."""

    def __init__(self, sync: Sync, busy: dict[type, int]) -> None:
        content = ContractText((TextSection("s0", (Paragraph((Span("Lease"),), {"p:style": "Body"}),)),))
        self.text = MemoryText(CONTRACT, Replica.create(content, identity=Identity("Ines", "i"), clock=CLOCK))
        self.notes, self.busy, self.accepted, self.times = Notes(), busy, asyncio.Event(), list[float]()
        self.line = LiveLine("ws://nowhere.test", self.token, lambda _: sync, self.notes, lambda: 1.0)  # type: ignore[arg-type, return-value]
        self.line.enter(ORGANIZATION, self.text)

    async def token(self) -> str:
        raise AssertionError("there is no connection to be made")

    async def send(self, data: bytes) -> None:
        said, _ = from_device(data)
        answer: FromPlatform
        if self.busy.get(type(said), 0):
            self.busy[type(said)] -= 1
            self.times.append(asyncio.get_running_loop().time())
            assert isinstance(said, Join | LivePush)
            answer = Refused(
                request=said.request, contract=CONTRACT, code=Code.UNAVAILABLE, sentence="The database is away."
            )
        elif isinstance(said, Join):
            answer = Joined(request=said.request, contract=CONTRACT, number=0, role="editor")  # type: ignore[arg-type]
        elif isinstance(said, LivePush):
            answer = Accepted(request=said.request, contract=CONTRACT, number=1, numbers=(1,))
            self.accepted.set()
        else:
            return
        self.line._hand_on(CONTRACT, answer, ())

    async def comes_through(self) -> None:
        room = self.line._rooms[CONTRACT]
        living = asyncio.create_task(self.line._live(room, self.send))
        arrives = asyncio.create_task(self.accepted.wait())
        await asyncio.wait((living, arrives), timeout=5, return_when=asyncio.FIRST_COMPLETED)
        assert self.accepted.is_set(), living
        for task in (living, arrives):
            task.cancel()
        await asyncio.gather(living, arrives, return_exceptions=True)


@pytest.mark.parametrize("what", [Join, LivePush])
def test_a_platform_that_is_busy_is_asked_again_after_a_pause_and_nobody_is_alarmed(
    what: type, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(module, "SHORTEST_PAUSE", 0.02)

    async def run() -> None:
        room = Room(Sync(), {what: 3})
        await room.comes_through()
        assert room.notes.problems == []
        pauses = [after - before for before, after in zip(room.times, room.times[1:], strict=False)]
        assert min(pauses) >= 0.03

    asyncio.run(run())


def test_a_room_goes_on_after_what_nobody_foresaw(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(module, "LONGEST_WAIT", 0.02)

    async def run() -> None:
        sync = Sync(KeyError("unforeseen"))
        await Room(sync, {}).comes_through()
        assert sync.asked == 2

    asyncio.run(run())
