"""The whole API: it is what its description says, it bears whatever is sent, and it asks the database seldom."""

import asyncio
import json
import os
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2
import pytest
import schemathesis
import uvicorn
from fastapi import FastAPI
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as some
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)
from sqlalchemy import event

from pactoria_desktop.platform.application import create_application
from pactoria_desktop.platform.house import House
from pactoria_desktop.platform.opening import opened_house
from pactoria_desktop.platform.settings import PlatformSettings
from pactoria_desktop.protocol import framing
from pactoria_desktop.protocol.permissions import Role
from pactoria_desktop.runtime.clock import ManualClock
from tests.platform.conftest import TestDatabase
from tests.platform.people import Somebody, make_member, make_organization
from tests.platform.routes import asked, of_tenants

pytestmark = pytest.mark.anyio

COMMITTED = Path(__file__).resolve().parents[2] / "resources/platform/openapi.json"


def test_the_committed_description_is_that_of_the_application(application: FastAPI) -> None:
    known = json.loads(COMMITTED.read_text(encoding="utf-8"))
    assert known == json.loads(json.dumps(application.openapi())), "run packaging/platform_openapi.py"


@dataclass(frozen=True, slots=True)
class Served:
    """A platform on a port, with an owner for each of its tenants' routes."""

    address: str
    owners: dict[str, Somebody]


@contextmanager
def served(database: TestDatabase, settings: PlatformSettings, clock: ManualClock) -> Iterator[Served]:
    """The application in a thread of its own: the client that sends at random is not asynchronous."""
    place = socket.socket()
    place.bind(("127.0.0.1", 0))
    address = f"http://127.0.0.1:{place.getsockname()[1]}"
    ready = threading.Event()
    owners: dict[str, Somebody] = {}
    servers: list[uvicorn.Server] = []

    async def run() -> None:
        async with opened_house(settings, database.addresses, clock=clock, address=address) as house:
            application = create_application(house)
            for one in asked(application):
                owners[one.name] = await make_member(house, await make_organization(house, "Chambers"), Role.OWNER)
            server = uvicorn.Server(uvicorn.Config(application, log_config=None, access_log=False))
            servers.append(server)
            serving = asyncio.create_task(server.serve([place]))
            while not server.started:
                await asyncio.sleep(0.01)
            ready.set()
            await serving

    thread = threading.Thread(target=lambda: asyncio.run(run()), daemon=True)
    thread.start()
    assert ready.wait(30)
    try:
        yield Served(address, owners)
    finally:
        servers[0].should_exit = True
        thread.join(30)
        assert not thread.is_alive()


schemathesis.serializer.alias(framing.MEDIA_TYPE, "application/octet-stream")
CHECKS = (not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance)


def bears_whatever_is_sent(served_at: Served, examples: int) -> list[str]:
    """Send every operation what its description allows and what it does not; gives what was wrong."""
    schema = schemathesis.openapi.from_url(f"{served_at.address}/api/v1/openapi.json")
    wrong = []
    for result in schema.get_all_operations():
        operation = result.ok()
        owner = served_at.owners[f"{operation.method.upper()} {operation.path}"]
        sent: list[int] = []
        try:
            _sending(operation, owner, examples, sent)()
        except Exception as error:  # noqa: BLE001 - every operation is looked at, then all is told
            wrong.append(f"{operation.label}: {error}")
        else:
            # One without anything to vary is sent once.
            assert sent
    return wrong


def _sending(operation: Any, owner: Somebody, examples: int, sent: list[int]) -> Callable[[], None]:
    known = {"organization": owner.organization, "person": owner.person}
    allowed = operation.as_strategy()
    forbidden = operation.as_strategy(generation_mode=schemathesis.GenerationMode.NEGATIVE)

    @hypothesis_settings(
        max_examples=examples, deadline=None, database=None, derandomize=True, suppress_health_check=list(HealthCheck)
    )
    @given(data=some.data(), as_described=some.booleans(), known_person=some.booleans())
    def sends(data: some.DataObject, as_described: bool, known_person: bool) -> None:
        case = data.draw(allowed if as_described or not can_be_wrong else forbidden)
        for name in set(known) & set(case.path_parameters or {}):
            if known_person or name == "organization":
                case.path_parameters[name] = known[name]
        response = case.call(headers=owner.headers, timeout=10)
        sent.append(response.status_code)
        case.validate_response(response, checks=CHECKS)

    can_be_wrong = bool(operation.body) or bool(operation.query)
    return sends


def test_nothing_that_is_sent_breaks_the_platform_and_every_answer_is_as_described(
    test_database: TestDatabase, settings: PlatformSettings, clock: ManualClock
) -> None:
    with served(test_database, settings, clock) as place:
        assert bears_whatever_is_sent(place, 20) == []


@pytest.mark.long
def test_nothing_that_is_sent_at_length_breaks_the_platform(
    test_database: TestDatabase, settings: PlatformSettings, clock: ManualClock
) -> None:
    with served(test_database, settings, clock) as place:
        assert bears_whatever_is_sent(place, int(os.environ.get("PACTORIA_EXAMPLES", "200"))) == []


async def test_lists_ask_the_database_three_times_however_long_they_are(
    client: httpx2.AsyncClient, house: House, application: FastAPI
) -> None:
    organization = await make_organization(house, "Chambers")
    owner = await make_member(house, organization, Role.OWNER)
    reads = [one for one in asked(application, of=of_tenants) if one.method == "GET"]
    statements: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        statements.append(statement)

    async def counted() -> dict[str, int]:
        found = {}
        for one in reads:
            statements.clear()
            path = one.path(organization=organization, person=owner.person, other=owner.person)
            await client.get(path, headers=owner.headers)
            found[one.name] = len(statements)
        return found

    async def grow(by: int) -> None:
        for number in range(by):
            await make_member(house, organization, Role.VIEWER, name=f"M{number}")
            place = f"/api/v1/organizations/{organization}/invitations"
            assert (await client.post(place, json={"role": "viewer"}, headers=owner.headers)).status_code == 201

    event.listen(house.database.engine.sync_engine, "before_cursor_execute", note)
    await grow(1)
    few = await counted()
    await grow(12)
    many = await counted()
    event.remove(house.database.engine.sync_engine, "before_cursor_execute", note)
    assert many == few
    lists = {
        name: count for name, count in few.items() if not any(word in name for word in ("personal-data", "export"))
    }
    assert lists
    assert {name: count for name, count in lists.items() if count > 3} == {}
