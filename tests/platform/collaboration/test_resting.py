"""Devices outside a room learn of the last words too: of a text at rest, of a node that stops, of one that died."""

import httpx2
import pytest

from pactoria_desktop.platform.application import create_application
from pactoria_desktop.platform.collaboration import resting
from pactoria_desktop.platform.collaboration.resting import note_rested
from pactoria_desktop.platform.house import House
from pactoria_desktop.platform.settings import PlatformSettings
from pactoria_desktop.protocol.permissions import Role
from pactoria_desktop.protocol.texts import Moved, Welcome
from pactoria_desktop.replica.changes import Place
from pactoria_desktop.runtime.clock import ManualClock
from tests.platform.collaboration.devices import Device
from tests.platform.collaboration.parties import Party, Registry, running
from tests.platform.collaboration.test_live import node
from tests.platform.collaboration.test_texts import Desk
from tests.platform.conftest import ADDRESS, TestDatabase
from tests.platform.records.teams import contract

pytestmark = pytest.mark.anyio


async def new_contract(client: httpx2.AsyncClient, people: Registry, by: Party) -> str:
    """A contract that was made by its record, as a desktop makes it."""
    made = contract()
    sent = {"operations": [made.model_dump(mode="json")]}
    at = f"/api/v1/organizations/{people.organization}/sync/push"
    assert (await client.post(at, json=sent, headers=by.headers)).status_code == 200
    return made.record


async def typed(desk: Desk, words: str) -> int:
    if desk.replica is None:
        desk.begin()
    desk.text.insert(Place("s0", 0), words)
    answer = await desk.push()
    assert answer.status_code == 200, answer.text
    number = answer.json()["number"]
    assert isinstance(number, int)
    return number


async def told_number(client: httpx2.AsyncClient, people: Registry, by: Party, record: str) -> int:
    at = f"/api/v1/organizations/{people.organization}/contracts/{record}"
    return int((await client.get(at, headers=by.headers)).json()["contract"]["text_number"])


async def test_the_last_words_are_told_once_a_text_has_come_to_rest(
    settings: PlatformSettings,
    test_database: TestDatabase,
    people: Registry,
    clock: ManualClock,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(resting, "REST_SECONDS", 0.5)
    ines, dele = people.person("Ines Falk", Role.EDITOR), people.person("Dele Okafor", Role.VIEWER)
    async with node(settings, test_database, clock) as (place, _):
        client = httpx2.AsyncClient(base_url=f"http://{place}", trust_env=False)
        record = await new_contract(client, people, ines)
        desk = Desk(client, people, ines, record)
        clock.advance(60)
        first = await typed(desk, "first ")
        assert await told_number(client, people, dele, record) == first
        elsewhere = await Device.connected(f"ws://{place}", dele)
        await elsewhere.hear(Welcome)
        # The record moved just now, so these are not told as they come, but together, once.
        await typed(desk, "second ")
        last = await typed(desk, "third ")
        assert await told_number(client, people, dele, record) == first
        told = first
        while told == first:  # the hint of the first words may still have been on its way
            await elsewhere.hear(Moved)
            told = await told_number(client, people, dele, record)
        assert told == last == first + 2
        await elsewhere.close()


async def test_a_node_that_stops_tells_what_waits(house: House, people: Registry, clock: ManualClock) -> None:
    ines = people.person("Ines Falk", Role.EDITOR)
    application = create_application(house)
    transport = httpx2.ASGITransport(app=application, client=("127.0.0.1", 50000))
    async with httpx2.AsyncClient(transport=transport, base_url=ADDRESS) as client:
        collaboration = application.state.collaboration
        await collaboration.start()
        record = await new_contract(client, people, ines)
        desk = Desk(client, people, ines, record)
        first = await typed(desk, "words ")
        number = await typed(desk, "and more ")
        assert await told_number(client, people, ines, record) == first
        await collaboration.close()
        assert await told_number(client, people, ines, record) == number


async def test_what_a_node_died_with_is_told_by_the_hourly_job(
    house: House, people: Registry, clock: ManualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    ines = people.person("Ines Falk", Role.EDITOR)
    application = create_application(house)
    transport = httpx2.ASGITransport(app=application, client=("127.0.0.1", 50000))
    async with running(application), httpx2.AsyncClient(transport=transport, base_url=ADDRESS) as client:
        record = await new_contract(client, people, ines)
        desk = Desk(client, people, ines, record)
        await typed(desk, "words ")
        number = await typed(desk, "and more ")

        async def rested() -> int:
            async with house.database.transaction(organization=people.organization) as connection:
                return await note_rested(connection, house, people.organization)

        assert await rested() == 0, "the node that took them is about to tell"
        clock.advance(61)
        assert await rested() == 1
        assert await told_number(client, people, ines, record) == number
        assert await rested() == 0
