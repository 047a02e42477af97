"""A line cut before, in the middle of and after each request of a whole sync: everything counts exactly once."""

import asyncio
import random
from collections.abc import Awaitable, Callable, Iterator
from datetime import UTC, datetime, timedelta

import pytest

from pactoria_desktop.runtime.clock import ManualClock
from pactoria_desktop.sync import transport
from pactoria_desktop.sync.tokens import PlatformUnreachableError
from tests.end_to_end.platform.desktops import Desktop
from tests.end_to_end.platform.proxy import Fault, Point, Proxy
from tests.end_to_end.platform.team import Team
from tests.end_to_end.platform.test_records import SAMPLE, together
from tests.end_to_end.platform.test_texts import pair, shared
from tests.end_to_end.platform.texts import TextDesk, eventually, exchange, same

CUTS = (Point.BEFORE, Point.IN_REQUEST, Point.BEFORE_ANSWER, Point.IN_ANSWER)
MOST_REQUESTS = 40


@pytest.fixture
def proxy(team: Team) -> Iterator[Proxy]:
    """A proxy before the platform."""
    with Proxy(team.platform.port) as made:
        yield made


def every_cut(proxy: Proxy, sync: Callable[[str], None], *, points: tuple[Point, ...] = CUTS) -> int:
    """Run a sync again and again, each time with one request cut at one point, until every request was; how many.

    ``sync`` is given a name of the turn and checks by itself what came of it. A turn in which the fault did not strike
    ends the row: there was no such request.
    """
    strikes = 0
    for point in points:
        for request in range(MOST_REQUESTS):
            counted = proxy.arm(Fault(request, point, seconds=0.3))
            name = f"{point.name.lower()}-{request}"
            try:
                sync(name)
            except BaseException as error:
                error.add_note(f"cut {point.value}: number {request}, {counted.struck} of {counted.requests}")
                raise
            if not counted.struck:
                break
            strikes += 1
        else:
            raise AssertionError("the sync has no end")
    return strikes


def test_records_count_once_wherever_the_line_is_cut(desks: tuple[Desktop, Desktop], proxy: Proxy) -> None:
    mine, theirs = desks
    contract = mine.bring_in(SAMPLE)
    mine.add(contract)
    together(mine, theirs)
    done: list[str] = []

    def activities() -> int:
        return len(mine.syncing.records("activity", contract))

    def turn(name: str) -> None:
        done.append(name)
        before = activities()
        theirs.agreeing.add_party(contract, f"theirs {name}", "guest")
        theirs.sync()
        mine.agreeing.add_party(contract, f"mine {name}", "host")
        mine.shelf.describe(contract, title=f"Title {name}")
        mine.shelf.change_tags([contract], [f"tag {name}"], [])
        mine.sync(proxy.address)
        assert mine.waiting() == 0
        together(theirs, mine)
        assert mine.records() == theirs.records()
        for desk in desks:
            (record,) = desk.shelf.records([contract])
            assert record.title == f"Title {name}"
            assert sorted(record.tags) == sorted(f"tag {one}" for one in done)
            assert sorted(one.name for one in desk.agreeing.parties(contract)) == sorted(
                f"{who} {one}" for who in ("mine", "theirs") for one in done
            )
            assert desk.syncing.conflicts() == ()
            assert desk.syncing.not_accepted() == ()
        grown.add(activities() - before)

    grown: set[int] = set()
    assert every_cut(proxy, turn) >= 4 * len(CUTS)
    assert len(grown) == 1, f"the same work was noted {grown} times"


def test_a_contract_with_all_that_hangs_on_it_joins_once_wherever_the_line_is_cut(
    desks: tuple[Desktop, Desktop], proxy: Proxy
) -> None:
    mine, theirs = desks

    def turn(name: str) -> None:
        identity = mine.make(f"Lease {name}")
        mine.agreeing.add_party(identity, "Corvane", "lessor")
        mine.add(identity)
        mine.sync(proxy.address)
        theirs.sync()
        assert theirs.titles()[identity] == f"Lease {name}"
        assert [one.name for one in theirs.agreeing.parties(identity)] == ["Corvane"]
        mine.sync()
        assert mine.records() == theirs.records()
        assert mine.waiting() == 0

    assert every_cut(proxy, turn) >= 4 * len(CUTS)


@pytest.mark.parametrize("point", [Point.BEFORE_ANSWER, Point.IN_ANSWER])
def test_a_push_whose_answer_was_lost_does_not_come_over_what_was_written_since(
    desks: tuple[Desktop, Desktop], proxy: Proxy, point: Point
) -> None:
    mine, theirs = desks
    contract = mine.bring_in(SAMPLE)
    mine.add(contract)
    together(mine, theirs)
    mine.shelf.describe(contract, title="Ines's title")
    mine.shelf.change_tags([contract], ["urgent"], [])

    def meanwhile() -> None:
        theirs.sync()
        assert theirs.titles()[contract] == "Ines's title"
        theirs.shelf.describe(contract, title="Dele's title, who has seen it")
        theirs.shelf.change_tags([contract], [], ["urgent"])
        theirs.sync()

    proxy.meanwhile = meanwhile
    counted = proxy.arm(Fault(1, point))
    mine.sync(proxy.address)
    assert [one.split()[1].rpartition("/")[2] for one in counted.struck] == ["push"]
    together(mine, theirs)
    for desk in desks:
        (record,) = desk.shelf.records([contract])
        assert (record.title, record.tags) == ("Dele's title, who has seen it", ())
        assert desk.syncing.conflicts() == ()


def test_texts_count_once_wherever_the_line_is_cut(team: Team, desks: tuple[Desktop, Desktop], proxy: Proxy) -> None:
    ines, dele = pair(team, desks, shared(desks), proxy.address)

    async def turn(name: str) -> None:
        dele.type(f"dele {name}. ")
        await exchange(dele)
        ines.type(f"ines {name}. ")
        await exchange(ines)
        await settled(ines, dele)
        assert ines.words().count(f"dele {name}. ") == ines.words().count(f"ines {name}. ") == 1

    team.lane.run(settled(ines, dele))
    assert every_cut(proxy, on_lane(team, turn)) >= 2 * len(CUTS)
    assert not ines.text.asked
    assert not dele.text.asked


@pytest.mark.parametrize("others", [True, False], ids=["others wrote", "nobody wrote"])
def test_work_done_apart_is_joined_and_asked_about_once_wherever_the_line_is_cut(
    team: Team, desks: tuple[Desktop, Desktop], proxy: Proxy, others: bool
) -> None:
    ines, dele = pair(team, desks, shared(desks), proxy.address)

    async def turn(name: str) -> None:
        sentence = f"The Supplier of {name} delivers the goods in time"
        dele.type(f"{sentence}. ")
        for desk in (dele, ines):
            await exchange(desk)
        asked = len(ines.text.asked)
        if others:
            dele.change(sentence, "goods", f"parts-{name}")
            await exchange(dele)
        ines.change(sentence, "Supplier", f"Vendor-{name}")
        ines.was_offline()
        await exchange(ines)
        await settled(ines, dele)
        assert len(ines.text.asked) - asked == (1 if others else 0)
        assert not dele.text.asked
        assert ines.words().count(f"Vendor-{name}") == 1
        assert ines.words().count(f"parts-{name}") == (1 if others else 0)

    team.lane.run(settled(ines, dele))
    assert every_cut(proxy, on_lane(team, turn)) >= 4 * len(CUTS)


def test_keys_on_a_live_line_count_once_wherever_it_is_cut(
    team: Team, desks: tuple[Desktop, Desktop], proxy: Proxy
) -> None:
    ines, dele = pair(team, desks, shared(desks), proxy.address)

    async def turn(name: str) -> None:
        async with ines.live() as line, dele.live() as other:
            for number in range(2):
                ines.type(f"ines {name}.{number} ", line)
                await asyncio.sleep(0.02)
                dele.type(f"dele {name}.{number} ", other)
                await eventually(lambda: same(ines, dele))
            for number in range(2):
                for who in ("ines", "dele"):
                    assert ines.words().count(f"{who} {name}.{number} ") == 1
        assert not ines.notes.problems
        assert not dele.notes.problems
        assert not ines.notes.over

    team.lane.run(exchange(ines))
    assert every_cut(proxy, on_lane(team, turn)) >= 6 * len(CUTS)


def test_a_sign_in_is_renewed_once_wherever_the_line_is_cut(team: Team, proxy: Proxy) -> None:
    moved = [0]
    sessions = len(team.ines.told("GET", "/me/sessions")["sessions"])
    seen: list[str] = []

    async def turn(name: str) -> None:
        moved[0] += 1
        # Every turn is a quarter of an hour later for the device; the platform's own clock goes on as it does.
        device = team.ines.at(proxy.address, ManualClock(datetime.now(UTC) + timedelta(minutes=15 * moved[0])))
        try:
            seen.append(await device.access())
        except PlatformUnreachableError:
            seen.append(await device.access())
        assert team.ines.store.kept is not None
        assert team.ines.store.kept.access == seen[-1]
        await device.client.aclose()

    assert every_cut(proxy, on_lane(team, turn)) >= len(CUTS)
    assert len(set(seen)) == len(seen)
    fresh = team.ines.at(team.platform.address)
    assert len(fresh.told("GET", "/me/sessions")["sessions"]) == sessions


def test_a_platform_that_swallows_requests_is_offline_after_a_while_and_costs_nothing(
    team: Team, desks: tuple[Desktop, Desktop], proxy: Proxy, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(transport, "ANSWER_SECONDS", 0.5)
    mine, theirs = desks
    ines, dele = pair(team, desks, shared(desks), proxy.address)
    ines.client.timeout = 0.5  # type: ignore[assignment]

    def turn(name: str) -> None:
        contract = ines.contract
        mine.shelf.describe(contract, title=f"Title {name}")
        mine.sync(proxy.address)
        theirs.sync()
        assert theirs.titles()[contract] == f"Title {name}"
        ines.type(f"{name}. ")

        async def both() -> None:
            await exchange(ines)
            await settled(ines, dele)

        team.lane.run(both())
        assert dele.words().count(f"{name}. ") == 1

    assert every_cut(proxy, turn, points=(Point.BLACK_HOLE, Point.DELAY)) >= 10


def test_chance_cuts_in_a_row_cost_nothing(team: Team, desks: tuple[Desktop, Desktop], proxy: Proxy) -> None:
    """Several cuts in one sync, drawn by lot: what one retry begins another cut may meet."""
    seed = 20261201
    chance = random.Random(seed)
    mine, theirs = desks
    ines, dele = pair(team, desks, shared(desks), proxy.address)
    proxy.arm()
    proxy.chance = lambda: chance.choice(CUTS) if chance.random() < 0.25 else None
    for number in range(12):
        mine.agreeing.add_party(ines.contract, f"party {number}", "guest")
        until_through(mine, proxy.address)
        ines.type(f"words {number}. ")
        team.lane.run(exchange(ines, 100))
    proxy.chance = None
    assert len(proxy.counted.struck) >= 10, f"seed {seed}"
    together(theirs, mine)
    assert mine.records() == theirs.records(), f"seed {seed}"
    assert len(theirs.agreeing.parties(ines.contract)) == 12, f"seed {seed}"
    team.lane.run(settled(ines, dele))
    assert all(dele.words().count(f"words {number}. ") == 1 for number in range(12)), f"seed {seed}"


def until_through(desk: Desktop, address: str) -> None:
    """Sync until it comes through; each attempt gives up by itself."""
    from pactoria_desktop.sync.errors import OfflineError

    for _ in range(50):
        try:
            desk.sync(address)
        except OfflineError:
            continue
        return
    raise AssertionError("the sync never came through")


def on_lane(team: Team, turn: Callable[[str], Awaitable[None]]) -> Callable[[str], None]:
    """A turn that runs on the lane."""

    async def work(name: str) -> None:
        await turn(name)

    return lambda name: team.lane.run(work(name), 60)


async def settled(*desks: TextDesk) -> None:
    """All have exchanged all, and nothing is left to do."""
    for desk in (*desks, *desks):
        await exchange(desk)
    assert same(*desks)
