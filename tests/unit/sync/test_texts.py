"""The engine of texts against a platform in memory."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace

import pytest

from pactoria_desktop.protocol.texts import TextNews, TextPush, TextPushed
from pactoria_desktop.replica.changes import Place
from pactoria_desktop.replica.identity import Identity
from pactoria_desktop.replica.replica import Replica
from pactoria_desktop.runtime.clock import SystemClock
from pactoria_desktop.sync.apart import Apart
from pactoria_desktop.sync.texts import Exchange, TextSync
from tests.platform.collaboration.desktops import MemoryText
from tests.unit.replica.rehearsal import opened, plain_contract
from tests.unit.sync.text_platform import Line, TextPlatform

PEOPLE = ("01900000-0000-7000-8000-00000000000a", "01900000-0000-7000-8000-00000000000b")


def test_two_who_type_all_the_while_come_through_and_are_told_of_no_trouble() -> None:
    platform = TextPlatform()
    base = Replica.create(plain_contract(), identity=Identity("Z"), clock=SystemClock()).snapshot()
    mine, theirs = (MemoryText("c", opened(base, name, peer)) for name, peer in (("A", 10), ("B", 11)))
    for text in (mine, theirs):
        text.kept = text.kept.__class__(0, text.replica.version())

    def type_in(text: MemoryText) -> None:
        text.replica.insert(Place("s0", 0), "x")

    class WhileBothType(Line):
        """Between any two messages the other's word comes in, and one more is typed here."""

        async def push(self, contract: str, push: TextPush, updates: Sequence[bytes]) -> TextPushed:
            type_in(mine)
            type_in(theirs)
            await exchanged(theirs, platform.line(PEOPLE[1], PEOPLE[1]))
            return await super().push(contract, push, updates)

        async def pull(self, contract: str, after: int) -> tuple[TextNews, tuple[bytes, ...]]:
            type_in(mine)
            return await super().pull(contract, after)

    async def exchanged(text: MemoryText, line: Line) -> Exchange:
        async def name_of(person: str) -> str:
            return person

        joiner = Apart(text.replica.identity, name_of, SystemClock(), may_edit=lambda contract: True)
        return await TextSync(line, joiner, SystemClock()).exchange(text)

    async def run() -> None:
        type_in(mine)
        assert await exchanged(mine, WhileBothType(platform, *PEOPLE[:1] * 2)) is Exchange.SYNCED
        for text in (mine, theirs, mine):
            await exchanged(text, platform.line(PEOPLE[0], PEOPLE[0]))

    asyncio.run(run())
    assert mine.words() == theirs.words()
    assert len(platform.kept) < 10


@pytest.mark.parametrize("theirs_too", [True, False], ids=["both wrote apart", "only mine"])
def test_work_done_apart_comes_through_while_somebody_types_without_a_pause(theirs_too: bool) -> None:
    platform = TextPlatform()
    base = Replica.create(plain_contract(), identity=Identity("Z"), clock=SystemClock()).snapshot()
    mine, theirs = (MemoryText("c", opened(base, name, peer)) for name, peer in (("A", 10), ("B", 11)))
    for text in (mine, theirs):
        text.kept = replace(text.kept, known=text.replica.version())

    async def exchanged(text: MemoryText, line: Line) -> Exchange:
        async def name_of(person: str) -> str:
            return person

        joiner = Apart(text.replica.identity, name_of, SystemClock(), may_edit=lambda contract: True)
        return await TextSync(line, joiner, SystemClock()).exchange(text)

    class WhileTheyType(Line):
        """Whenever something is about to go, one more word of the other's is there before it."""

        async def push(self, contract: str, push: TextPush, updates: Sequence[bytes]) -> TextPushed:
            theirs.replica.insert(Place("s0", 0), "t")
            await exchanged(theirs, platform.line(PEOPLE[1], PEOPLE[1]))
            return await super().push(contract, push, updates)

    async def run() -> None:
        if theirs_too:
            theirs.replica.insert(Place("s0", 3), "before ")
            await exchanged(theirs, platform.line(PEOPLE[1], PEOPLE[1]))
        mine.replica.insert(Place("s0", 6), "mine ")
        mine.kept = replace(mine.kept, waiting_since=1)
        assert await exchanged(mine, WhileTheyType(platform, PEOPLE[0], PEOPLE[0])) is Exchange.SYNCED
        for text, person in ((theirs, PEOPLE[1]), (mine, PEOPLE[0]), (theirs, PEOPLE[1])):
            await exchanged(text, platform.line(person, person))

    asyncio.run(run())
    assert mine.words() == theirs.words()
    assert mine.words().count("mine ") == 1
    assert "ttt" in mine.words()
    assert mine.asked or not theirs_too
