"""After a restore whoever holds what others made brings it back; at no other time does anybody send for others."""

from datetime import timedelta

import httpx2
import psycopg
import pytest

from pactoria_desktop.platform.database.epoch import RESTORED
from pactoria_desktop.protocol.permissions import Role
from pactoria_desktop.protocol.texts import DAYS_TO_RELAY
from pactoria_desktop.replica.changes import Place
from pactoria_desktop.runtime.clock import ManualClock
from tests.platform.collaboration.parties import Party, Registry, opened, peer_of
from tests.platform.collaboration.test_texts import Desk
from tests.platform.conftest import TestDatabase

pytestmark = pytest.mark.anyio


def was_restored(database: TestDatabase, clock: ManualClock, days: int = 0) -> None:
    at = (clock.now() - timedelta(days=days)).isoformat()
    with psycopg.connect(database.superuser, autocommit=True) as connection:
        connection.execute(
            "insert into platform_fact values (%s, %s) on conflict (name) do update set value = excluded.value",
            (RESTORED, at),
        )


async def holder(client: httpx2.AsyncClient, people: Registry, role: Role) -> tuple[Desk, Desk, Party]:
    """Ines's contract at the platform, and somebody who holds words of hers that the platform does not."""
    ines = Desk(client, people, people.person("Ines Falk", Role.EDITOR), people.contract())
    ines.begin()
    assert (await ines.push()).status_code == 200
    party = people.person("Dele Okafor", role)
    dele = Desk(client, people, party, ines.contract)
    dele.known = ines.known
    ines.text.insert(Place("s0", 0), "Lost. ")
    dele.replica = opened(ines.text.snapshot(), party)
    dele.text.suggesting = True
    dele.text.insert(Place("s0", 0), "Mine. ")
    return ines, dele, party


async def relay(dele: Desk, ines: Desk) -> httpx2.Response:
    update = dele.text.updates_since(dele.known)
    return await dele.send(update, relayed=(peer_of(ines.text),))


async def test_what_a_restored_platform_lost_is_brought_back_by_whoever_holds_it(
    client: httpx2.AsyncClient, people: Registry, test_database: TestDatabase, clock: ManualClock
) -> None:
    ines, dele, _ = await holder(client, people, Role.EDITOR)
    refused = await relay(dele, ines)
    assert (refused.status_code, refused.json()["code"]) == (409, "conflict"), refused.text
    assert "it goes when they have come" in refused.json()["detail"]
    was_restored(test_database, clock, days=DAYS_TO_RELAY + 1)
    assert (await relay(dele, ines)).status_code == 409
    was_restored(test_database, clock)
    assert (await relay(dele, ines)).status_code == 200
    # Its own device goes on under the same opening, and it is nobody else's for that.
    ines.text.insert(Place("s0", 0), "On. ")
    assert (await ines.push()).status_code == 200
    assert people.count("select count(*) from text_peer") == 2
    await dele.pull()
    await ines.pull()
    assert dele.words() == ines.words()
    assert "Lost. " in ines.words()
    assert "Mine. " in ines.words()


async def test_a_reviewer_brings_nothing_for_others(
    client: httpx2.AsyncClient, people: Registry, test_database: TestDatabase, clock: ManualClock
) -> None:
    ines, dele, _ = await holder(client, people, Role.REVIEWER)
    was_restored(test_database, clock)
    assert (await relay(dele, ines)).json()["code"] == "conflict"
    assert people.count("select max(number) from text_document") == 1
