"""A database that restarts costs requests, and nothing of what a node does by itself: who is out is still put out."""

import httpx2
import psycopg
import pytest
from sqlalchemy.exc import SQLAlchemyError

from pactoria_desktop.platform.house import House
from pactoria_desktop.platform.settings import PlatformSettings
from pactoria_desktop.protocol.permissions import Role
from pactoria_desktop.protocol.problems import Code
from pactoria_desktop.protocol.texts import Moved, Parted, Welcome
from pactoria_desktop.runtime.clock import ManualClock
from tests.platform.collaboration.devices import Device
from tests.platform.collaboration.parties import Registry
from tests.platform.collaboration.test_live import node
from tests.platform.collaboration.test_moved import Desks
from tests.platform.conftest import TestDatabase
from tests.platform.pooling import pooled

pytestmark = pytest.mark.anyio


def end_connections(database: TestDatabase) -> None:
    """As a database that restarts: every connection to it ends, the idle ones of the pools too."""
    with psycopg.connect(database.superuser, autocommit=True) as connection:
        ended = connection.execute(
            "select pg_terminate_backend(pid) from pg_stat_activity "
            "where datname = current_database() and pid <> pg_backend_pid()"
        ).fetchall()
        assert ended


@pytest.mark.skipif(pooled(), reason="behind a pooler the application's connection outlives the database's")
async def test_a_connection_that_is_gone_is_an_error_of_the_database(house: House, test_database: TestDatabase) -> None:
    async with house.database.unknown():
        pass
    end_connections(test_database)
    with pytest.raises(SQLAlchemyError):
        async with house.database.unknown():
            pass
    async with house.database.unknown():
        pass  # the pool has made another


async def test_whoever_is_removed_after_a_restart_is_out_and_hears_of_it(
    settings: PlatformSettings, test_database: TestDatabase, people: Registry, clock: ManualClock
) -> None:
    owner, editor = people.person("Ines Falk", Role.OWNER), people.person("Dele Okafor", Role.EDITOR)
    async with (
        node(settings, test_database, clock) as (place, application),
        httpx2.AsyncClient(base_url=f"http://{place}", trust_env=False) as client,
    ):
        device = await Device.connected(f"ws://{place}", editor)
        await device.hear(Welcome)
        desks = Desks(people, client, owner, editor, device, device)
        await desks.contract_with_the_editor_in_its_room()
        await desks.hears_nothing_more()
        collaboration = application.state.collaboration
        for _ in range(4):  # each of the pool's connections may be idle, and each of the tasks meets one
            end_connections(test_database)
            collaboration.rooms.recheck.set()
            collaboration.rooms.connected.moved(people.organization)
            await device.hear(Moved, seconds=10)
        await desks.ask("DELETE", f"{desks.at}/members/{editor.person}")
        assert (await device.hear(Parted, seconds=5))[0].code is Code.NOT_FOUND
        await device.close()
