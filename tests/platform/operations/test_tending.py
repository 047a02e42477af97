"""What is over is taken away every hour: each once for the whole platform, however many nodes there are."""

import asyncio
import os
import time
from datetime import timedelta

import httpx2
import psycopg
import pytest

from pactoria_desktop.platform.house import House
from pactoria_desktop.platform.opening import opened_house
from pactoria_desktop.platform.operations.dead_letters import jobs_report
from pactoria_desktop.platform.operations.jobs import Rhythm, working
from pactoria_desktop.platform.operations.object_store import FOLDER, object_store
from pactoria_desktop.platform.operations.tending import HOURLY, Hourly, organizations, tend_records
from pactoria_desktop.platform.settings import PlatformSettings
from pactoria_desktop.protocol.permissions import Role
from pactoria_desktop.runtime.clock import ManualClock, SystemClock
from tests.platform.conftest import ADDRESS, TestDatabase
from tests.platform.people import make_member, make_organization
from tests.platform.records.teams import Team, contract, deletion, edit, new_id

pytestmark = pytest.mark.anyio

OFTEN = Rhythm(poll=0.1, sweep=5, first_pause=0, every="* * * * * */2")
"""Every two seconds in the place of every hour."""


async def test_a_job_of_the_hour_is_done_once_by_two_nodes(
    house: House, settings: PlatformSettings, test_database: TestDatabase
) -> None:
    runs: list[House] = []

    async def note(by: House) -> int:
        runs.append(by)
        return 1

    job = Hourly("hourly_sign_ins", 0, "a job of the test", note)
    async with opened_house(settings, test_database.addresses, clock=SystemClock(), address=ADDRESS) as other:
        began = time.time()
        async with working(house, {}, OFTEN, hourly=[job]), working(other, {}, OFTEN, hourly=[job]):
            await asyncio.sleep(7)
        hours = int(time.time() // 2) - int(began // 2) + 1
    assert 3 <= len(runs) <= hours


async def test_all_of_them_are_done_and_the_command_says_so(
    house: House, client: httpx2.AsyncClient, clock: ManualClock, test_database: TestDatabase
) -> None:
    owner = test_database.addresses.owner
    assert [one.state for one in jobs_report(owner).hourly] == ["not yet"] * 3
    team = Team(house, test_database.superuser)
    ana = team.member(Role.OWNER)
    gone, stays = contract(), contract()
    party = edit("party", new_id(), contract=stays.record, name="Acme")
    await ana.push(gone, stays, party)
    await ana.push(deletion("contract", gone.record, 99), deletion("party", party.record, 99))
    invited = await client.post(
        f"/api/v1/organizations/{team.organization}/invitations",
        json={"role": "viewer", "email": "never@example.org"},
        headers=ana.headers,
    )
    assert invited.status_code == 201
    object_store(house.settings).put(f"{team.organization}/incoming/broken-off", b"sealed")
    left = house.settings.platform_data / FOLDER / team.organization / "incoming" / "broken-off"
    clock.advance(timedelta(days=200).total_seconds())
    old = clock.now().timestamp() - 200_000
    os.utime(left, (old, old))
    with psycopg.connect(test_database.superuser) as connection:
        connection.execute("insert into sign_in_attempts values ('\\x00', 1, '2026-01-01', null)")
    async with working(house, {}, OFTEN, hourly=HOURLY), asyncio.timeout(20):
        while left.exists() or any(one.state != "done" for one in jobs_report(owner).hourly):
            await asyncio.sleep(0.1)
    assert all(one.last for one in jobs_report(owner).hourly)
    kept = {record for kind, record in await ana.rows() if kind == "contract"}
    assert kept == {stays.record}
    # The tombstone of the party goes; that of the contract waits for its records, which become tombstones now.
    assert team.sql("select count(*) from record where id = %s", [party.record]) == [(0,)]
    told = "select bool_and(deleted), count(*) from record where kind = 'activity' and contract_id = %s"
    assert team.sql(told, [gone.record]) == [(True, 1)]
    assert team.sql("select count(*) from invitation") == [(0,)]
    assert team.sql("select count(*) from sign_in_attempts") == [(0,)]


async def test_every_organization_is_tended_and_none_that_is_deleted(
    house: House, test_database: TestDatabase, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pactoria_desktop.platform.operations.tending._AT_ONCE", 2)
    made = {await make_organization(house, f"Chambers {number}") for number in range(5)}
    homes = {(await make_member(house, one, Role.OWNER)).home for one in made}
    closed = sorted(made)[2]
    with psycopg.connect(test_database.superuser) as connection:
        connection.execute("update organization set deleted_at = now() where organization_id = %s", (closed,))
    found = [one async for one in organizations(house)]
    assert sorted(found) == sorted((made | homes) - {closed})
    assert await tend_records(house) == 0


async def test_a_failing_job_of_the_hour_is_given_up_in_sight_and_comes_again(
    house: House, test_database: TestDatabase
) -> None:
    tries: list[int] = []

    async def fail(_house: House) -> int:
        tries.append(1)
        raise OSError

    job = Hourly("hourly_files", 0, "a job of the test", fail)
    owner = test_database.addresses.owner
    async with working(house, {}, OFTEN, hourly=[job]), asyncio.timeout(90):
        while not jobs_report(owner).given_up:
            await asyncio.sleep(0.1)
        before = len(tries)
        while len(tries) == before:
            await asyncio.sleep(0.1)
    (line,) = [one for one in jobs_report(owner).hourly if one.kind == "hourly_files"]
    assert line.last is not None
