"""Invitations: a link that lets one person in, once, within seven days."""

import asyncio

import httpx2
import psycopg
import pytest

from pactoria_desktop.platform.house import House
from pactoria_desktop.protocol.permissions import Role
from pactoria_desktop.runtime.clock import ManualClock
from tests.platform.conftest import ADDRESS, TestDatabase
from tests.platform.people import Somebody, make_member, make_organization, make_person

pytestmark = pytest.mark.anyio

ALL = "/api/v1/organizations"


async def invited(client: httpx2.AsyncClient, by: Somebody, **wanted: object) -> str:
    answer = await client.post(
        f"{ALL}/{by.organization}/invitations", json={"role": "editor", **wanted}, headers=by.headers
    )
    assert answer.status_code == 201, answer.text
    assert not answer.json()["mailed"]
    link = str(answer.json()["link"])
    assert link.startswith(f"{ADDRESS}/invitation/")
    return link.rsplit("/", 1)[1]


async def accept(client: httpx2.AsyncClient, token: str, somebody: Somebody) -> httpx2.Response:
    return await client.post("/api/v1/invitations/accept", json={"token": token}, headers=somebody.headers)


async def test_without_a_mail_server_the_inviter_gets_the_link_and_nothing_else_knows_it(
    client: httpx2.AsyncClient, house: House, test_database: TestDatabase
) -> None:
    admin = await make_member(house, await make_organization(house, "Chambers"), Role.ADMIN)
    ben = await make_person(house, "Ben")
    token = await invited(client, admin, email=ben.email.upper())
    with psycopg.connect(test_database.superuser) as connection:
        for table in ("invitation", "audit_entry", "procrastinate_jobs"):
            assert token not in str(connection.execute(f"select t::text from {table} t").fetchall())
    listed = (await client.get(f"{ALL}/{admin.organization}/invitations", headers=admin.headers)).json()
    assert [(one["email"], one["state"]) for one in listed["invitations"]] == [(ben.email, "open")]
    joined = await accept(client, token, ben)
    assert (joined.status_code, joined.json()["role"], joined.json()["name"]) == (200, "editor", "Chambers")
    assert (await accept(client, token, ben)).status_code == 410
    again = await client.post(
        f"{ALL}/{admin.organization}/invitations", json={"role": "viewer", "email": ben.email}, headers=admin.headers
    )
    assert again.status_code == 409


async def test_a_bound_invitation_is_for_its_address_alone(client: httpx2.AsyncClient, house: House) -> None:
    admin = await make_member(house, await make_organization(house, "Chambers"), Role.ADMIN)
    ben, cleo = await make_person(house, "Ben"), await make_person(house, "Cleo")
    token = await invited(client, admin, email=ben.email)
    refused = await accept(client, token, cleo)
    assert (refused.status_code, refused.json()["code"]) == (403, "forbidden")
    assert ben.email not in refused.text
    assert (await accept(client, token, ben)).status_code == 200


async def test_one_link_lets_one_person_in_however_many_come_at_once(client: httpx2.AsyncClient, house: House) -> None:
    admin = await make_member(house, await make_organization(house, "Chambers"), Role.ADMIN)
    people = [await make_person(house, name) for name in ("Ben", "Cleo", "Dan")]
    token = await invited(client, admin)
    answers = await asyncio.gather(*(accept(client, token, one) for one in people))
    assert sorted(one.status_code for one in answers) == [200, 410, 410]
    members = (await client.get(f"{ALL}/{admin.organization}/members", headers=admin.headers)).json()["members"]
    assert len(members) == 2


async def test_an_invitation_ends_after_a_week_when_withdrawn_and_when_a_new_one_is_sent(
    client: httpx2.AsyncClient, house: House, clock: ManualClock
) -> None:
    admin = await make_member(house, await make_organization(house, "Chambers"), Role.ADMIN)
    ben = await make_person(house, "Ben")
    first = await invited(client, admin, email=ben.email)
    second = await invited(client, admin, email=ben.email)
    assert (await accept(client, first, ben)).status_code == 410
    place = f"{ALL}/{admin.organization}/invitations"
    newest = (await client.get(place, headers=admin.headers)).json()["invitations"][0]["id"]
    assert (await client.delete(f"{place}/{newest}", headers=admin.headers)).status_code == 200
    assert (await accept(client, second, ben)).status_code == 410
    third = await invited(client, admin, email=ben.email)
    clock.advance(7 * 24 * 3600)
    assert (await accept(client, third, ben)).status_code == 410
    states = [one["state"] for one in (await client.get(place, headers=admin.headers)).json()["invitations"]]
    assert states == ["expired", "withdrawn", "withdrawn"]
    assert (await accept(client, "A" * 43, ben)).status_code == 404


async def test_nobody_invites_above_themselves(client: httpx2.AsyncClient, house: House) -> None:
    chambers = await make_organization(house, "Chambers")
    admin = await make_member(house, chambers, Role.ADMIN)
    for role in ("owner", "admin"):
        answer = await client.post(f"{ALL}/{chambers}/invitations", json={"role": role}, headers=admin.headers)
        assert answer.status_code == 403


async def test_who_belongs_already_does_not_use_the_invitation_up(client: httpx2.AsyncClient, house: House) -> None:
    chambers = await make_organization(house, "Chambers")
    admin = await make_member(house, chambers, Role.ADMIN)
    ben = await make_person(house, "Ben")
    token = await invited(client, admin)
    assert (await accept(client, token, admin)).status_code == 409
    assert (await accept(client, token, ben)).status_code == 200
