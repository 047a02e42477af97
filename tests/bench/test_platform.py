"""The platform beside its budgets: a list of 50 rows, a push of 100, and writers over 100 scopes.

Run by ``pytest tests/bench/test_platform.py -s``. The server is a process of its own and its processor time is what is
counted; a bare FastAPI with SQLAlchemy answers the same questions in the same run. The database is real, with fsync off
as in all tests.

Measured on two cores with a load of 4: list 1.7 ms beside 1.2, push of 100 contracts 4.5 ms and of 100 rows with 2 KB
of sealed words 6.8 ms beside 1.9. Two things had cost a third of that before: Python searched for garbage among all
that the program is made of (``operations/garbage``), and each sealed field set up a cipher of its own. What is not
within its budget, and why:

- A push of sealed words decides every operation by itself (validation, rules, hash, answer: about 2 ms for a
  hundred), and sealing 2 KB a hundred times and the larger statement come on top; the floor does neither.
- One change a second over 100 scopes: 900 on two cores that the writers share with PostgreSQL, 0.8 ms of their own
  processor time for a push and about as much of PostgreSQL's. What a push reads it finds by keys; before, it read
  every answer that its organization ever had, and all contracts while PostgreSQL had no figures of the table: 84 ms
  for a push beside 20,000 contracts, 3 ms since.
"""

import base64
import json
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx2
import psutil
import psycopg
import pytest
from sqlalchemy import event

from pactoria_desktop.platform.application import create_application
from pactoria_desktop.platform.house import House
from pactoria_desktop.protocol.permissions import Role
from pactoria_desktop.protocol.records import Push
from tests.platform.conftest import (
    TestDatabase,
    anyio_backend,
    clock,
    house,
    no_network,
    pool,
    postgres,
    settings,
    test_database,
)
from tests.platform.records.teams import Device, Team, contract, edit, new_id

__all__ = ["anyio_backend", "clock", "house", "no_network", "pool", "postgres", "settings", "test_database"]
pytestmark = pytest.mark.anyio
Figure = Callable[..., None]
ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def times(request: pytest.FixtureRequest) -> int:
    """How often each request is made: few times where nobody measures."""
    measuring = not request.config.getoption("benchmark_disable") or request.config.getoption("benchmark_enable")
    return 400 if measuring else 30


def told(database: TestDatabase, folder: Path) -> dict[str, Any]:
    addresses = database.addresses
    return {
        "application": addresses.application,
        "owner": addresses.owner,
        "superuser": database.superuser,
        "master_key": base64.b64encode(addresses.master_key).decode(),
        "data": str(folder),
    }


@contextmanager
def serving(kind: str, database: TestDatabase, folder: Path) -> Iterator[tuple[httpx2.Client, psutil.Process]]:
    path = folder / f"{kind}.socket"
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.bench.platform_server", kind, str(path)], stdin=subprocess.PIPE, cwd=ROOT
    )
    assert process.stdin is not None
    process.stdin.write(json.dumps(told(database, folder / kind)).encode())
    process.stdin.close()
    try:
        until = time.monotonic() + 60
        while not path.exists():
            assert process.poll() is None
            assert time.monotonic() < until
            time.sleep(0.05)
        with httpx2.Client(transport=httpx2.HTTPTransport(uds=str(path)), base_url="http://platform.test") as client:
            yield client, psutil.Process(process.pid)
    finally:
        process.terminate()
        process.wait(20)


def per_request(process: psutil.Process, ask: Callable[[], httpx2.Response], times: int) -> float:
    """Processor milliseconds of the server for a request, after twenty that warm it."""
    for _ in range(20):
        answer = ask()
        assert answer.status_code == 200, answer.text
    before = process.cpu_times()
    for _ in range(times):
        ask()
    after = process.cpu_times()
    return (after.user + after.system - before.user - before.system) / times * 1000


async def filled(team: Team) -> Device:
    ana = team.member(Role.EDITOR)
    for _ in range(3):
        await ana.push(*(contract(title=f"Contract {new_id()}", counterparty="Acme") for _ in range(200)))
    return ana


async def test_a_list_of_fifty(
    house: House, test_database: TestDatabase, tmp_path: Path, figure: Figure, times: int
) -> None:
    ana = await filled(Team(house, test_database.superuser))
    with serving("floor", test_database, tmp_path) as (client, process):
        least = per_request(process, lambda: client.get(f"/list/{ana.organization}", headers=ana.headers), times)
    with serving("house", test_database, tmp_path) as (client, process):
        at = f"/api/v1/organizations/{ana.organization}/contracts"
        ours = per_request(process, lambda: client.get(at, headers=ana.headers), times)
    figure("platform: list of 50, floor, ms of CPU", round(least, 2))
    figure("platform: list of 50, ms of CPU", round(ours, 2), "2.2 ms")


async def test_a_push_of_a_hundred(
    house: House, test_database: TestDatabase, tmp_path: Path, figure: Figure, times: int
) -> None:
    team = Team(house, test_database.superuser)
    ana = await filled(team)
    epoch = await ana.epoch()
    words = "A contract's note of some length. " * 50

    def operations() -> tuple[Any, ...]:
        return tuple(
            edit("question", new_id(), contract=made, place={"at": 1}, base=words, asked_at="2026-11-30T12:00:00+00:00")
            for _ in range(100)
        )

    made = next(iter(await ana.rows()))[1]
    times = times // 4

    def body() -> bytes:
        rows = [{"id": new_id(), "fields": {"title": "T", "status": "draft", "words": words}} for _ in range(100)]
        return json.dumps({"rows": rows}).encode()

    as_json = {**ana.headers, "Content-Type": "application/json"}
    bodies = iter([body() for _ in range(times + 20)])
    with serving("floor", test_database, tmp_path) as (client, process):
        push = f"/push/{ana.organization}"
        least = per_request(process, lambda: client.post(push, content=next(bodies), headers=as_json), times)
    sent = iter(
        [Push(epoch=epoch, operations=operations()).model_dump_json().encode() for _ in range(times + 20)]
    )  # fmt: skip
    with serving("house", test_database, tmp_path) as (client, process):
        at = f"/api/v1/organizations/{ana.organization}/sync/push"
        ours = per_request(process, lambda: client.post(at, content=next(sent), headers=as_json), times)
        plain = iter(
            [
                Push(epoch=epoch, operations=tuple(contract(title=words[:400]) for _ in range(100)))
                .model_dump_json()
                .encode()
                for _ in range(times + 20)
            ]
        )
        unsealed = per_request(process, lambda: client.post(at, content=next(plain), headers=as_json), times)
    statements: list[str] = []
    event.listen(
        house.database.engine.sync_engine, "before_cursor_execute", lambda _c, _u, what, *_: statements.append(what)
    )
    transport = httpx2.ASGITransport(app=create_application(house), client=("127.0.0.1", 1))
    async with httpx2.AsyncClient(transport=transport, base_url="http://platform.test") as direct:
        content = Push(epoch=epoch, operations=operations()).model_dump_json()
        assert (await direct.post(at, content=content, headers=as_json)).status_code == 200
    figure("platform: push of 100 rows of 2 KB, floor, ms of CPU", round(least, 2))
    figure("platform: push of 100 rows of 2 KB with sealed words, ms of CPU", round(ours, 2), "6 ms")
    figure("platform: push of 100 contracts, ms of CPU", round(unsealed, 2), "6 ms")
    figure("platform: statements of a push, with sign-in and walls", len(statements), "4")
    assert len(statements) <= 4


async def test_writers_over_a_hundred_scopes(
    house: House, test_database: TestDatabase, tmp_path: Path, figure: Figure, times: int
) -> None:
    scopes = []
    for _ in range(100):
        device = Team(house, test_database.superuser).member(Role.EDITOR)
        made = contract()
        await device.push(made)
        scopes.append(
            {
                "organization": device.organization,
                "person": device.person,
                "device": device.device,
                "contract": made.record,
            }
        )
    asked = {**told(test_database, tmp_path), "scopes": scopes, "epoch": await device.epoch()}
    seconds = "8" if times > 100 else "1"
    writers = [
        subprocess.Popen(
            [sys.executable, "-m", "tests.bench.platform_writers", seconds, "8"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            cwd=ROOT,
        )
        for _ in range(2)
    ]
    answers = []
    for writer in writers:
        assert writer.stdin is not None
        writer.stdin.write(json.dumps(asked).encode())
        writer.stdin.close()
    for writer in writers:
        assert writer.stdout is not None
        answers.append(json.loads(writer.stdout.read()))
        assert writer.wait(60) == 0
    total = sum(one["transactions"] for one in answers)
    spent = sum(one["seconds"] for one in answers)
    with psycopg.connect(test_database.superuser) as connection:
        row = connection.execute("select sum(sequence) from sync_scope").fetchone()
    assert row is not None
    assert row[0] == 100 + total
    figure("platform: pushes of one change a second, 16 writers, 100 scopes", round(total / float(seconds)), "2,000")
    figure("platform: processor time of the writers for one push, ms", round(spent / total * 1000, 2))
