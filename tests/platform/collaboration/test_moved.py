"""What one device changes over the API the others hear within a second, in a room or not, also on the other node."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import httpx2
import pytest
from websockets.exceptions import ConnectionClosed

from pactoria_desktop.platform.settings import PlatformSettings
from pactoria_desktop.protocol.permissions import Role
from pactoria_desktop.protocol.problems import Code
from pactoria_desktop.protocol.records import Operation, Push
from pactoria_desktop.protocol.texts import Ended, Joined, Moved, Parted, Refused, Welcome
from pactoria_desktop.runtime.clock import ManualClock
from tests.platform.collaboration.devices import Device
from tests.platform.collaboration.parties import Party, Registry
from tests.platform.collaboration.test_live import hint_settings, node, valkey
from tests.platform.conftest import TestDatabase
from tests.platform.records.teams import contract, deletion, new_id

__all__ = ["hint_settings", "valkey"]
pytestmark = pytest.mark.anyio


@dataclass
class Desks:
    """An owner who asks over the API of one node; an editor and a stranger who are connected to the other."""

    people: Registry
    here: httpx2.AsyncClient
    owner: Party
    editor: Party
    device: Device
    stranger: Device

    @property
    def at(self) -> str:
        return f"/api/v1/organizations/{self.people.organization}"

    async def ask(self, method: str, path: str, by: Party | None = None, **more: Any) -> Any:
        answer = await self.here.request(method, path, headers=(by or self.owner).headers, **more)
        assert answer.status_code < 300, answer.text
        return answer.json()

    async def push(self, *operations: Operation, by: Party | None = None) -> None:
        epoch = (await self.ask("POST", f"{self.at}/sync/pull", by, json={}))["epoch"]
        sent = Push(epoch=epoch, operations=operations).model_dump(mode="json")
        answer = await self.ask("POST", f"{self.at}/sync/push", by, json=sent)
        assert all(one["outcome"] == "applied" for one in answer["results"]), answer

    async def contract_with_the_editor_in_its_room(self) -> str:
        made = contract()
        await self.push(made)
        await self.hears_moved()
        await self.device.join(self.people.organization, made.record, 0)
        await self.device.hear(Joined)
        return made.record

    async def hears_moved(self, organization: str | None = None) -> None:
        wanted = organization or self.people.organization
        await self.device.hear(Moved, lambda said: said.organization == wanted, seconds=1)

    async def hears_nothing_more(self) -> None:
        """What was gathered comes within the pause; nothing comes after it."""
        with contextlib.suppress(TimeoutError):
            while True:
                await self.device.hear(Moved, seconds=0.4)


@pytest.fixture
async def desks(
    anyio_backend: str,
    hint_settings: PlatformSettings,
    test_database: TestDatabase,
    people: Registry,
    clock: ManualClock,
) -> AsyncIterator[Desks]:
    owner, editor = people.person("Ines Falk", Role.OWNER), people.person("Dele Okafor", Role.EDITOR)
    stranger = people.person("Max", Role.OWNER, people.new_organization("Elsewhere"))
    async with (
        node(hint_settings, test_database, clock) as (here, _),
        node(hint_settings, test_database, clock) as (there, _),
        httpx2.AsyncClient(base_url=f"http://{here}", trust_env=False) as client,
    ):
        devices = [await Device.connected(f"ws://{there}", one) for one in (editor, stranger)]
        for device in devices:
            await device.hear(Welcome)
        made = Desks(people, client, owner, editor, *devices)
        await made.hears_nothing_more()
        yield made
        with contextlib.suppress(TimeoutError):
            # Whoever belongs elsewhere heard nothing of all this.
            await made.stranger.hear(Moved, seconds=0.2)
            raise AssertionError("The stranger was told of another organization.")
        for device in devices:
            await device.close()


async def test_records_that_move_are_heard_of_at_every_desk(desks: Desks) -> None:
    made = contract()
    await desks.push(made)
    await desks.hears_moved()
    await desks.hears_nothing_more()
    await desks.ask("PATCH", desks.at, json={"name": "Falk & Okafor"})
    await desks.hears_moved()
    await desks.hears_nothing_more()
    await desks.ask("PUT", f"{desks.at}/contracts/{made.record}/sharing", json={"restricted": True, "people": []})
    await desks.hears_moved()
    await desks.hears_nothing_more()
    # Whoever joins is heard of, and hears of the organization from then on.
    invited = await desks.ask("POST", f"{desks.at}/invitations", json={"role": "viewer"})
    guest = desks.people.person("Gast", Role.OWNER, desks.people.new_organization("Home"))
    token = {"token": invited["link"].rsplit("/", 1)[1]}
    assert (await desks.ask("POST", "/api/v1/invitations/accept", guest, json=token))["role"] == "viewer"
    await desks.hears_moved()


async def test_whoever_joins_hears_of_the_organization_on_the_connection_that_is_there(desks: Desks) -> None:
    other = desks.people.new_organization("Another")
    boss = desks.people.person("Boss", Role.OWNER, other)
    invited = await desks.ask("POST", f"/api/v1/organizations/{other}/invitations", boss, json={"role": "editor"})
    token = {"token": invited["link"].rsplit("/", 1)[1]}
    await desks.ask("POST", "/api/v1/invitations/accept", desks.editor, json=token)
    await desks.hears_moved(other)


async def test_a_member_who_is_removed_is_out_at_once(desks: Desks) -> None:
    room = await desks.contract_with_the_editor_in_its_room()
    await desks.hears_nothing_more()
    await desks.ask("DELETE", f"{desks.at}/members/{desks.editor.person}")
    assert (await desks.device.hear(Parted, seconds=1))[0].code is Code.NOT_FOUND
    # Told once more, so that the device asks and learns that the organization is gone for it; then never again.
    await desks.hears_moved()
    await desks.hears_nothing_more()
    await desks.device.join(desks.people.organization, room, 0)
    assert (await desks.device.hear(Refused))[0].code is Code.NOT_FOUND
    await desks.push(contract())
    with pytest.raises(TimeoutError):
        await desks.device.hear(Moved, seconds=0.5)


async def test_a_role_and_a_share_that_are_taken_away_are_felt_at_once(desks: Desks) -> None:
    room = await desks.contract_with_the_editor_in_its_room()
    await desks.ask("PATCH", f"{desks.at}/members/{desks.editor.person}", json={"role": "viewer"})
    assert (await desks.device.hear(Parted, seconds=1))[0].code is Code.CONFLICT
    await desks.device.join(desks.people.organization, room, 0)
    await desks.device.hear(Joined)
    await desks.ask("PUT", f"{desks.at}/contracts/{room}/sharing", json={"restricted": True, "people": []})
    assert (await desks.device.hear(Parted, seconds=1))[0].code is Code.NOT_FOUND


async def test_a_contract_deleted_for_everybody_parts_its_room(desks: Desks) -> None:
    room = await desks.contract_with_the_editor_in_its_room()
    await desks.push(deletion("contract", room, 2**53 - 1))
    assert (await desks.device.hear(Parted, seconds=1))[0].code is Code.NOT_FOUND
    await desks.hears_moved()


async def test_an_organization_that_is_deleted_is_gone_at_once(desks: Desks) -> None:
    await desks.contract_with_the_editor_in_its_room()
    await desks.ask("DELETE", desks.at)
    assert (await desks.device.hear(Parted, seconds=1))[0].code is Code.NOT_FOUND
    await desks.hears_moved()


@pytest.mark.parametrize("all_others", [False, True])
async def test_a_sign_in_that_ends_ends_its_connection_at_once(desks: Desks, all_others: bool) -> None:
    phone = desks.people.device(desks.editor.person, desks.editor.name)
    path = "/api/v1/me/sessions" if all_others else f"/api/v1/me/sessions/{desks.editor.session}"
    await desks.ask("DELETE", path, phone)
    assert (await desks.device.hear(Ended, seconds=1))[0].code is Code.SIGNED_OUT
    with pytest.raises(ConnectionClosed):
        async with asyncio.timeout(1):
            await desks.device.connection.recv()


async def test_what_is_refused_is_told_to_nobody(desks: Desks) -> None:
    made = contract()
    refused = Push(operations=(made.model_copy(update={"patch": {"title": "x", "record": new_id()}}),))
    answer = await desks.ask("POST", f"{desks.at}/sync/push", json=refused.model_dump(mode="json"))
    assert answer["results"][0]["outcome"] == "refused"
    missing = await desks.here.delete(f"{desks.at}/members/{new_id()}", headers=desks.owner.headers)
    assert missing.status_code == 404
    with pytest.raises(TimeoutError):
        await desks.device.hear(Moved, seconds=0.5)
