"""Many writers at once: no device misses a row, and rows come in order."""

import asyncio
import random
import time
from collections.abc import AsyncIterator

import pytest

from pactoria_desktop.platform.house import House
from pactoria_desktop.platform.opening import opened_house
from pactoria_desktop.platform.settings import PlatformSettings
from pactoria_desktop.protocol.permissions import Role
from pactoria_desktop.protocol.records import Outcome
from pactoria_desktop.runtime.clock import ManualClock
from tests.platform.conftest import TestDatabase
from tests.platform.records.teams import Device, Team, contract, deletion, edit, new_id

pytestmark = pytest.mark.anyio
WRITERS = 16


@pytest.fixture
async def wide_house(
    anyio_backend: str, test_database: TestDatabase, settings: PlatformSettings, clock: ManualClock
) -> AsyncIterator[House]:
    """A house with a connection for every writer."""
    wide = settings.model_copy(update={"database_connections": WRITERS + 4})
    async with opened_house(wide, test_database.addresses, clock=clock) as made:
        yield made


async def write_and_read(team: Team, seconds: float) -> int:
    """Let writers change records of a few scopes while devices pull; gives how many pushes were taken."""
    owner = team.member(Role.OWNER)
    epoch = await owner.epoch()
    contracts = [contract() for _ in range(5)]
    await owner.push(*contracts, epoch=epoch)
    until = time.monotonic() + seconds
    names: list[str] = []
    taken = 0

    async def writer(number: int) -> None:
        nonlocal taken
        chance = random.Random(number)
        while time.monotonic() < until:
            operations = []
            for _ in range(chance.choice((1, 1, 3))):
                if names and chance.random() < 0.5:
                    known = chance.choice(names)
                    operation = (
                        deletion("party", known, chance.choice((0, 10**9)))
                        if chance.random() < 0.1
                        else edit("party", known, chance.choice((0, 10**9)), name=f"N{chance.random()}")
                    )
                else:
                    identity = new_id()
                    of = chance.choice(contracts).record
                    operation = edit("party", identity, contract=of, name="New")
                    names.append(identity)
                operations.append(operation)
            answers = await owner.push(*operations, epoch=epoch)
            taken += any(one.outcome is not Outcome.REFUSED for one in answers)
            await asyncio.sleep(0)

    async def reader(device: Device) -> dict[tuple[str, str, str], int]:
        cursors: dict[str, int] = {}
        has: dict[tuple[str, str, str], int] = {}
        ending = False
        while True:
            pulled = await device.pull(cursors, limit=40, epoch=epoch)
            for feed in pulled.feeds:
                sequences = [row.sequence for row in feed.rows]
                assert sequences == sorted(set(sequences))
                assert not sequences or sequences[0] > cursors.get(feed.scope, 0)
                cursors[feed.scope] = feed.sequence
                for row in feed.rows:
                    if row.deleted:
                        has.pop((feed.scope, row.kind, row.record), None)
                    else:
                        has[feed.scope, row.kind, row.record] = row.sequence
            if ending and not pulled.feeds:
                return has
            ending = time.monotonic() >= until + 0.5 and not any(feed.more for feed in pulled.feeds)

    async def mover() -> None:
        from tests.platform.records.test_feed import move

        restricted = False
        while time.monotonic() < until:
            restricted = not restricted
            await move(team, owner, contracts[0].record, restricted=restricted)
            await asyncio.sleep(0.05)

    readers = [asyncio.create_task(reader(owner)) for _ in range(2)]
    await asyncio.gather(*(writer(number) for number in range(WRITERS)), mover())
    truth = {
        (scope, kind, identity): sequence
        for scope, kind, identity, sequence in team.sql(
            "select scope, kind, id, sequence from record where not deleted"
        )
    }
    visible = set((await owner.pull(epoch=epoch)).scopes)
    for one in readers:
        has = {place: sequence for place, sequence in (await one).items() if place[0] in visible}
        assert has == truth
    return taken


async def test_sixteen_writers_and_no_row_is_missed(wide_house: House, test_database: TestDatabase) -> None:
    assert await write_and_read(Team(wide_house, test_database.superuser), 3) > 100


@pytest.mark.long
async def test_sixteen_writers_for_half_a_minute(wide_house: House, test_database: TestDatabase) -> None:
    assert await write_and_read(Team(wide_house, test_database.superuser), 30) > 1000
