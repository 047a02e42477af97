"""One trouble holds up nothing else on an account's line, and nothing ends the line without a word."""

import asyncio
import contextlib
import os
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace

import pytest

from pactoria_desktop.protocol.permissions import Role
from pactoria_desktop.runtime.clock import ManualClock
from pactoria_desktop.runtime.library_key import LibraryKey
from pactoria_desktop.runtime.paths import Home
from pactoria_desktop.services import admission
from pactoria_desktop.services import line as module
from pactoria_desktop.services.accounts import Organization
from pactoria_desktop.services.line import Exchanged, Line, Traffic
from pactoria_desktop.services.local_texts import OpenText
from pactoria_desktop.services.syncing import Syncing, SyncResult
from pactoria_desktop.services.transfers import Transfers
from pactoria_desktop.store.library import open_library
from pactoria_desktop.sync.errors import AnswerError, OfflineError, RefusedError
from pactoria_desktop.sync.texts import TextState
from tests.unit.services.test_syncing import Desk
from tests.unit.sync.reference_platform import ReferencePlatform

CLOCK = ManualClock(datetime(2026, 12, 1, 9, tzinfo=UTC))


class Waits:
    """A keyring that waits to be unlocked until it is let go."""

    def __init__(self) -> None:
        self.unlocked = threading.Event()

    def get(self, account: str) -> str | None:
        self.unlocked.wait(10)
        return None

    def put(self, account: str, secret: str) -> None:
        raise AssertionError("nothing is to be kept")

    def remove(self, account: str) -> None:
        raise AssertionError("nothing is to be forgotten")


class Hears:
    """Hears nothing."""

    def changed(self) -> None: ...

    def people(self, contract: str, people: object) -> None: ...

    def refused(self, contract: str, error: Exception) -> None: ...


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    key = LibraryKey(os.urandom(32))
    with contextlib.closing(open_library(Home(tmp_path / "home"), lambda new: key, CLOCK)) as library:
        platform = ReferencePlatform()
        platform.members, platform.page = {0}, 100
        yield Desk(library, CLOCK, platform, 0, Role.EDITOR)


@pytest.fixture
def keyring() -> Iterator[Waits]:
    made = Waits()
    yield made
    made.unlocked.set()


def a_line(desk: Desk, keyring: Waits) -> Line:
    (account,) = desk.accounts.accounts()
    line = Line(desk.service, account, keyring, Hears(), lambda one: False, {}, Traffic(), lambda: 0.5)
    line._asked_at = float("inf")
    return line


def test_a_trouble_at_one_organization_holds_up_no_other(desk: Desk, keyring: Waits):
    desk.accounts.renewed(
        desk.accounts.accounts()[0].id, "Person 0", "",
        [Organization("o1", "Kanzlei", Role.EDITOR), Organization("o2", "Verein", Role.EDITOR)],
    )  # fmt: skip
    synced: list[str] = []

    async def run() -> None:
        line = a_line(desk, keyring)

        async def sync(seat: object, allow_removal: bool) -> Exchanged:
            synced.append(seat.organization)  # type: ignore[attr-defined]
            if seat.organization == "o1":  # type: ignore[attr-defined]
                raise RefusedError("A text there was refused.")
            return Exchanged()

        line._sync = sync  # type: ignore[method-assign]
        with pytest.raises(RefusedError):
            await line.sync_all()
        await line.close()

    asyncio.run(run())
    assert synced == ["o1", "o2"]


@pytest.mark.parametrize("error", [AnswerError("413 of a proxy"), OfflineError("504 of a proxy")])
def test_words_do_not_wait_for_a_word_file_that_does_not_go_through(
    desk: Desk, keyring: Waits, monkeypatch: pytest.MonkeyPatch, error: Exception
):
    contract = desk.make("Lease")
    desk.accounts.add_contract(contract, desk.seat.number)
    exchanged: list[str] = []

    def refuse(self: Transfers) -> int:
        raise error

    monkeypatch.setattr(Syncing, "sync_now", lambda self, transport, **more: SyncResult())
    monkeypatch.setattr(Transfers, "send", refuse)

    async def run() -> None:
        line = a_line(desk, keyring)

        async def exchange(seat: object, one: str) -> bool:
            exchanged.append(one)
            return False

        line._exchange = exchange  # type: ignore[method-assign, assignment]
        with pytest.raises(type(error), match="proxy"):
            await line.sync_all()
        await line.close()

    asyncio.run(run())
    assert exchanged == [contract]


def test_a_keyring_that_waits_to_be_unlocked_is_no_end(desk: Desk, keyring: Waits, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(admission, "TOKEN_SECONDS", 0.1)

    async def run() -> None:
        line = a_line(desk, keyring)
        with pytest.raises(OfflineError, match="could not be read in time"):
            await asyncio.to_thread(line.http().send, "GET", "/me")
        await line.close()
        with pytest.raises(OfflineError, match="stopped"):
            await asyncio.to_thread(line.http().send, "GET", "/me")
        keyring.unlocked.set()

    asyncio.run(run())


@pytest.mark.parametrize("part", ["_live_on", "_sync_on", "the ledger"])
def test_what_nobody_foresaw_ends_no_part_of_the_line(
    desk: Desk, keyring: Waits, monkeypatch: pytest.MonkeyPatch, part: str
):
    monkeypatch.setattr(module, "LOOK_SECONDS", 0.01)
    begun = 0

    async def run() -> None:
        line, again = a_line(desk, keyring), asyncio.Event()

        async def idle() -> None:
            await asyncio.Event().wait()

        async def breaks() -> None:
            nonlocal begun
            begun += 1
            if begun > 1:
                again.set()
                await idle()
            raise KeyError("unforeseen")

        parts: dict[str, Callable[[], object]] = {"_live_on": idle, "_sync_on": idle, "the ledger": idle, part: breaks}
        line._typed.run = parts.pop("the ledger")  # type: ignore[method-assign, assignment]
        for name, work in parts.items():
            setattr(line, name, work)
        running = asyncio.create_task(line.run())
        async with asyncio.timeout(5):
            await asyncio.wait((running, waits := asyncio.create_task(again.wait())), return_when="FIRST_COMPLETED")
        assert waits.done(), running.exception()
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)

    asyncio.run(run())
    assert begun == 2


def test_a_room_of_an_organization_that_was_left_is_an_error_of_sync(desk: Desk, keyring: Waits):
    from pactoria_desktop.sync.errors import AccessLostError

    async def run() -> None:
        line = a_line(desk, keyring)
        with pytest.raises(AccessLostError):
            line._texts_of("o9")
        await line.close()

    asyncio.run(run())


def test_an_opening_that_gave_way_to_another_enters_no_room(
    desk: Desk, keyring: Waits, monkeypatch: pytest.MonkeyPatch
):
    contract = desk.make("Lease")
    desk.accounts.add_contract(contract, desk.seat.number)
    openings = {contract: (SimpleNamespace(id=contract), object())}
    second = (SimpleNamespace(id=contract), object())
    entered: list[object] = []

    async def state(text: OpenText) -> TextState:
        openings[contract] = second  # closed and opened anew while the library was asked
        return TextState(number=1)

    monkeypatch.setattr(OpenText, "state", state)

    async def run() -> None:
        (account,) = desk.accounts.accounts()
        line = Line(
            desk.service, account, keyring, Hears(), lambda one: False, openings, Traffic(), lambda: 0.5  # type: ignore[arg-type]
        )  # fmt: skip
        line._live.enter = lambda organization, text: entered.append(text._opened)  # type: ignore[method-assign]
        await line._enter()
        assert entered == []
        await line._enter()
        assert [one is second[0] for one in entered] == [True]
        await line.close()

    asyncio.run(run())


def test_a_platform_that_cannot_be_reached_is_said_and_so_is_that_it_can_again(
    desk: Desk, keyring: Waits, monkeypatch: pytest.MonkeyPatch
):
    desk.sync()
    assert desk.syncing.status().words == "Synced"
    reached = False

    def refresh(self: Line) -> None:
        if not reached:
            raise OfflineError("The platform does not answer.")

    monkeypatch.setattr(Line, "_refresh", refresh)
    sync_now = Syncing.sync_now
    monkeypatch.setattr(Syncing, "sync_now", lambda self, transport, **more: sync_now(self, desk.wire))

    async def run() -> None:
        nonlocal reached
        line = a_line(desk, keyring)
        line._asked_at = float("-inf")
        with pytest.raises(OfflineError):
            await line.sync_all()
        status = desk.syncing.status()
        assert (status.words, status.sentence) == ("Offline", "The platform does not answer.")
        reached = True
        await line.sync_all()
        assert desk.syncing.status().words == "Synced"
        line._wanted.clear()
        line.connected(False)
        assert line._wanted.is_set(), "the indicator would say Synced for a minute"
        await line.close()

    asyncio.run(run())


def test_keys_that_are_typed_offline_do_not_ask_the_network_each(desk: Desk, keyring: Waits):
    async def run() -> None:
        line = a_line(desk, keyring)
        line.typed("contract")
        assert line._wanted.is_set(), "not connected yet, but nothing has failed"
        line._wanted.clear()
        line._failures = 1
        line.typed("contract")
        assert not line._wanted.is_set()
        line.connected(True)
        assert line._wanted.is_set()
        await line.close()

    asyncio.run(run())
