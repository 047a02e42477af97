"""Jobs: kept with the change or not at all, done once the change is committed, tried again, given up in sight."""

import asyncio
import shutil
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager

import httpx2
import psycopg
import pytest
from pydantic import JsonValue

from pactoria_desktop.platform.database.sealing import UnsealError
from pactoria_desktop.platform.house import House
from pactoria_desktop.platform.notifications.smtp import MailRefusedError
from pactoria_desktop.platform.operations.dead_letters import jobs_report
from pactoria_desktop.platform.operations.jobs import Rhythm, counts, handlers, jobs_ready, working
from pactoria_desktop.platform.operations.object_store import object_store
from pactoria_desktop.platform.operations.outbox import PURGE, later, opened, sealed
from pactoria_desktop.protocol.permissions import Role
from tests.platform.conftest import TestDatabase
from tests.platform.people import make_member, make_organization

pytestmark = pytest.mark.anyio

QUICK = Rhythm(poll=0.1, sweep=0.1, first_pause=0)


@asynccontextmanager
async def at_work(house: House, **tasks: Callable[..., Awaitable[None]]) -> AsyncIterator[None]:
    async with working(house, tasks, QUICK, hourly=()):
        yield


async def until(what: Callable[[], Awaitable[bool]]) -> None:
    async with asyncio.timeout(20):
        while not await what():
            await asyncio.sleep(0.05)


async def idle(house: House) -> bool:
    return (await counts(house))[0] == 0


async def test_a_job_is_kept_with_its_change_or_not_at_all(house: House, test_database: TestDatabase) -> None:
    done: list[JsonValue] = []

    async def note(_house: House, arguments: Mapping[str, JsonValue]) -> None:
        done.append(arguments["what"])

    async def change_that_fails() -> None:
        async with house.database.unknown() as connection:
            await later(connection, house.seals, "note", what="rolled back")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        await change_that_fails()
    async with house.database.unknown() as connection:
        await later(connection, house.seals, "note", what="ana@example.org wrote")
    with psycopg.connect(test_database.superuser) as connection:
        assert "ana@" not in str(connection.execute("select args::text from procrastinate_jobs").fetchall())
    async with at_work(house, note=note):
        await until(lambda: idle(house))
        async with house.database.unknown() as later_on:
            await later(later_on, house.seals, "note", what="while at work")
        await until(lambda: idle(house))
    assert done == ["ana@example.org wrote", "while at work"]
    assert b'pactoria_jobs_total{kind="note",outcome="done"} 2.0' in house.metrics.text()


async def test_a_failure_is_tried_again_and_a_refusal_is_given_up_in_sight(
    house: House, test_database: TestDatabase
) -> None:
    tries: list[str] = []

    async def moody(_house: House, arguments: Mapping[str, JsonValue]) -> None:
        tries.append(str(arguments["kind"]))
        if arguments["kind"] == "refused":
            raise MailRefusedError("No.")
        if len(tries) < 4:
            raise OSError

    async with house.database.unknown() as connection:
        await later(connection, house.seals, "moody", kind="passing")
    async with at_work(house, moody=moody):
        await until(lambda: idle(house))
        assert tries == ["passing"] * 4
        async with house.database.unknown() as connection:
            await later(connection, house.seals, "moody", kind="refused")
        await until(lambda: idle(house))
        await asyncio.sleep(0.3)
    assert tries == ["passing"] * 4 + ["refused"]
    assert await counts(house) == (0, 1)
    assert b"pactoria_jobs_given_up 1.0" in house.metrics.text()
    owner = test_database.addresses.owner
    (letter,) = jobs_report(owner).given_up
    assert (letter.kind, letter.tries) == ("moody", 1)
    assert jobs_report(owner, again=True).again == 1
    assert jobs_report(owner).given_up == ()
    async with at_work(house, moody=moody):
        await until(lambda: idle(house))
    assert tries[-2:] == ["refused", "refused"]


async def test_a_job_of_a_worker_that_died_is_done_by_another(house: House, test_database: TestDatabase) -> None:
    done = asyncio.Event()

    async def note(_house: House, _arguments: Mapping[str, JsonValue]) -> None:
        done.set()

    async with house.database.unknown() as connection:
        await later(connection, house.seals, "note")
    with psycopg.connect(test_database.superuser) as connection:
        row = connection.execute(
            "insert into procrastinate_workers (last_heartbeat) values (now() - interval '10 minutes') returning id"
        ).fetchone()
        assert row is not None
        connection.execute("update procrastinate_jobs set status = 'doing', worker_id = %s", row)
    async with at_work(house, note=note):
        await asyncio.wait_for(done.wait(), 20)


async def test_the_files_of_a_deleted_organization_go_with_its_rows_and_no_others(
    house: House, client: httpx2.AsyncClient
) -> None:
    store = object_store(house.settings)
    owners = [await make_member(house, await make_organization(house, name), Role.OWNER) for name in "AB"]
    for owner in owners:
        for number in range(3):
            store.put(f"{owner.organization}/{number}/file", b"sealed")
    gone, stays = (owner.organization for owner in owners)
    answer = await client.delete(f"/api/v1/organizations/{gone}", headers=owners[0].headers)
    assert answer.status_code == 200
    async with house.database.unknown() as connection:
        # Whoever would ask for one that is not deleted removes nothing.
        await later(connection, house.seals, PURGE, organization=stays)
    async with at_work(house, **handlers(None)):
        await until(lambda: idle(house))
    left = [str(found["path"]) for page in store.list() for found in page]
    assert {path.split("/")[0] for path in left} == {stays}
    assert len(left) == 3


async def test_readiness_says_when_nobody_works(
    house: House, client: httpx2.AsyncClient, test_database: TestDatabase
) -> None:
    async with house.database.unknown() as connection:
        await later(connection, house.seals, "note")
    assert await jobs_ready(house) is None
    with psycopg.connect(test_database.superuser) as connection:
        connection.execute("update procrastinate_events set at = now() - interval '1 hour'")
    answer = await client.get("/health/ready")
    assert (answer.status_code, list(answer.json()["reasons"])) == (503, ["jobs"])


async def test_readiness_says_when_the_data_folder_cannot_be_written(house: House, client: httpx2.AsyncClient) -> None:
    assert (await client.get("/health/ready")).status_code == 200
    folder = house.settings.platform_data
    shutil.rmtree(folder)
    folder.write_text("in the way")
    answer = await client.get("/health/ready")
    assert (answer.status_code, list(answer.json()["reasons"])) == (503, ["storage"])


async def test_arguments_of_one_task_do_not_open_for_another(house: House) -> None:
    content = sealed(house.seals, "mail", {"to": "ana@example.org"})["sealed"]
    assert opened(house.seals, "mail", content) == {"to": "ana@example.org"}
    with pytest.raises(UnsealError):
        opened(house.seals, "purge", content)
