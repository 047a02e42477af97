"""A contract's text at rest is exchanged beside a window that may open it at any moment: nothing typed is forgotten."""

import asyncio
import contextlib
import os
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from pactoria_desktop.protocol.permissions import Role
from pactoria_desktop.protocol.texts import TextNews, TextPush, TextPushed
from pactoria_desktop.replica.changes import Place
from pactoria_desktop.replica.identity import Identity
from pactoria_desktop.replica.replica import Replica
from pactoria_desktop.runtime.clock import ManualClock
from pactoria_desktop.runtime.library_key import LibraryKey
from pactoria_desktop.runtime.paths import Home
from pactoria_desktop.services.local_texts import OpenElsewhereError, StoredText
from pactoria_desktop.services.opened import OpenContract, load
from pactoria_desktop.store.library import open_library
from pactoria_desktop.sync.apart import Apart
from pactoria_desktop.sync.texts import TextSync
from tests.unit.services.test_syncing import Desk
from tests.unit.sync.reference_platform import ReferencePlatform
from tests.unit.sync.text_platform import Line, TextPlatform

CLOCK = ManualClock(datetime(2026, 12, 1, 9, tzinfo=UTC))


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    key = LibraryKey(os.urandom(32))
    with contextlib.closing(open_library(Home(tmp_path / "home"), lambda new: key, CLOCK)) as library:
        yield Desk(library, CLOCK, ReferencePlatform(), 0, Role.EDITOR)


def type_and_close(desk: Desk, contract: str, words: str) -> None:
    """Open a contract, type, and close it again."""
    person = desk.service.person
    found = load(desk.library, contract, person.user, person.device)
    opened = OpenContract(
        desk.library, found, Identity("Me", "p0"), desk.service.clock, desk.service.mint, time.monotonic
    )
    opened.replica.insert(Place("s0", 0), words)
    opened.close()


class Meanwhile:
    """A line on which something happens while the platform is asked."""

    def __init__(self, line: Line) -> None:
        self._line = line
        self.in_pull: Callable[[], None] | None = None
        self.in_push: Callable[[], None] | None = None

    async def pull(self, contract: str, after: int) -> tuple[TextNews, tuple[bytes, ...]]:
        found = await self._line.pull(contract, after)
        happens, self.in_pull = self.in_pull, None
        if happens is not None:
            happens()
        return found

    async def push(self, contract: str, push: TextPush, updates: tuple[bytes, ...]) -> TextPushed:
        found = await self._line.push(contract, push, updates)
        happens, self.in_push = self.in_push, None
        if happens is not None:
            happens()
        return found


async def exchange(desk: Desk, contract: str, line: Meanwhile) -> bool:
    async def name_of(person: str) -> str:
        return person

    text = StoredText(desk.service, desk.seat.number, contract, lambda one: False)
    joiner = Apart(Identity("Me", "p0"), name_of, desk.service.clock, may_edit=lambda one: True)
    try:
        await TextSync(line, joiner, desk.service.clock).exchange(text)
    except OpenElsewhereError:
        return False
    finally:
        text.close()
    return True


@pytest.mark.parametrize("when", ["pull", "push"])
def test_words_that_were_typed_while_the_text_was_exchanged_at_rest_wait_and_go(desk: Desk, when: str):
    contract, platform = desk.make("Lease"), TextPlatform()
    desk.accounts.add_contract(contract, desk.seat.number)
    line = Meanwhile(platform.line("0190a0a0-0000-7000-8000-000000000001", "0190a0a0-0000-7000-8000-000000000002"))
    if when == "pull":  # there is nothing to send: the answer alone is kept
        assert asyncio.run(exchange(desk, contract, line))
        assert desk.syncing.behind() == ()

    def typing() -> None:
        type_and_close(desk, contract, "Typed meanwhile. ")

    setattr(line, f"in_{when}", typing)
    assert not asyncio.run(exchange(desk, contract, line)), "the opening's words are not known to this exchange"
    assert desk.syncing.behind() == (contract,)
    assert asyncio.run(exchange(desk, contract, line))
    assert desk.syncing.behind() == ()
    first, *more = (blob for _, blob in platform.kept)
    arrived = Replica.open(first, more, identity=Identity(""), clock=CLOCK)
    assert "Typed meanwhile. Lease" in "".join(words for words, _ in arrived.spans("s0"))
    arrived.close()
