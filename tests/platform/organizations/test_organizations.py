"""Organizations: founding, changing, handing over, leaving, deleting."""

import asyncio
from collections.abc import Mapping

import httpx2
import psycopg
import pytest
from fastapi import FastAPI
from sqlalchemy.ext.asyncio import AsyncConnection

from pactoria_desktop.platform.house import House
from pactoria_desktop.platform.organizations.keeping import purge_organization
from pactoria_desktop.platform.organizations.routes import routes
from pactoria_desktop.protocol.permissions import Role
from tests.platform.conftest import ADDRESS, TestDatabase
from tests.platform.people import join, make_member, make_organization, make_person

pytestmark = pytest.mark.anyio

ALL = "/api/v1/organizations"


def at(organization: str, *more: str) -> str:
    return "/".join((ALL, organization, *more))


async def test_whoever_founds_an_organization_owns_it_and_sees_it_beside_their_own(
    client: httpx2.AsyncClient, house: House
) -> None:
    ana = await make_person(house, "Ana")
    await make_organization(house, "Not hers")
    made = await client.post(ALL, json={"name": "  Chambers "}, headers=ana.headers)
    assert (made.status_code, made.json()["name"], made.json()["role"]) == (201, "Chambers", "owner")
    listed = await client.get(ALL, headers=ana.headers)
    assert [(one["name"], one["personal"]) for one in listed.json()["organizations"]] == [
        ("Ana", True),
        ("Chambers", False),
    ]
    again = await client.get(ALL, headers={**ana.headers, "If-None-Match": listed.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    for wrong in ({}, {"name": " "}, {"name": "x" * 201}, {"name": "x", "tier": "enterprise"}, {"name": "a\x00b"}):
        assert (await client.post(ALL, json=wrong, headers=ana.headers)).status_code == 422


async def test_a_change_counts_only_on_what_was_read(client: httpx2.AsyncClient, house: House) -> None:
    chambers = await make_organization(house, "Chambers")
    ana = await make_member(house, chambers, Role.ADMIN)
    read = await client.get(at(chambers), headers=ana.headers)
    tag = read.headers["etag"]
    assert (await client.get(at(chambers), headers={**ana.headers, "If-None-Match": tag})).status_code == 304
    matching = {**ana.headers, "If-Match": tag}
    first, second = await asyncio.gather(
        client.patch(at(chambers), json={"name": "One"}, headers=matching),
        client.patch(at(chambers), json={"name": "Other"}, headers=matching),
    )
    assert sorted((first.status_code, second.status_code)) == [200, 412]
    won = first if first.status_code == 200 else second
    assert won.json()["version"] == 2
    assert (await client.get(at(chambers), headers={**ana.headers, "If-None-Match": tag})).status_code == 200
    same = await client.patch(at(chambers), json={"name": won.json()["name"]}, headers=ana.headers)
    assert same.json()["version"] == 2
    assert (await client.patch(at(chambers), json={}, headers=ana.headers)).status_code == 422


async def test_a_changed_role_is_another_answer(client: httpx2.AsyncClient, house: House) -> None:
    chambers = await make_organization(house, "Chambers")
    owner = await make_member(house, chambers, Role.OWNER)
    ben = await make_member(house, chambers, Role.VIEWER, name="Ben")
    tag = (await client.get(at(chambers), headers=ben.headers)).headers["etag"]
    await client.patch(at(chambers, "members", ben.person), json={"role": "editor"}, headers=owner.headers)
    again = await client.get(at(chambers), headers={**ben.headers, "If-None-Match": tag})
    assert (again.status_code, again.json()["role"]) == (200, "editor")


async def test_the_last_owner_cannot_go_even_when_two_owners_go_at_once(
    client: httpx2.AsyncClient, house: House
) -> None:
    chambers = await make_organization(house, "Chambers")
    ana = await make_member(house, chambers, Role.OWNER)
    ben = await make_member(house, chambers, Role.OWNER, name="Ben")
    answers = await asyncio.gather(
        client.post(at(chambers, "leave"), headers=ana.headers),
        client.post(at(chambers, "leave"), headers=ben.headers),
    )
    assert sorted(one.status_code for one in answers) == [200, 409]
    stays = ana if answers[0].status_code == 409 else ben
    alone = await client.patch(at(chambers, "members", stays.person), json={"role": "admin"}, headers=stays.headers)
    assert (alone.status_code, alone.json()["code"]) == (409, "conflict")
    assert (await client.post(at(stays.home, "leave"), headers=stays.headers)).status_code == 409


async def test_handing_over_makes_the_other_owner_and_oneself_an_admin(
    client: httpx2.AsyncClient, house: House
) -> None:
    chambers = await make_organization(house, "Chambers")
    ana = await make_member(house, chambers, Role.OWNER)
    ben = await make_member(house, chambers, Role.VIEWER, name="Ben")
    stranger = await make_person(house, "Cleo")
    for nobody in (stranger.person, house.mint.mint()):
        refused = await client.post(at(chambers, "transfer"), json={"person": nobody}, headers=ana.headers)
        assert refused.status_code == 404
    done = await client.post(at(chambers, "transfer"), json={"person": ben.person}, headers=ana.headers)
    assert (done.status_code, done.json()["role"]) == (200, "admin")
    assert (
        await client.post(at(chambers, "transfer"), json={"person": ana.person}, headers=ana.headers)
    ).status_code == 403
    assert (await client.get(at(chambers), headers=ben.headers)).json()["role"] == "owner"


async def test_a_deleted_organization_is_gone_at_once_and_its_rows_after_the_job(
    client: httpx2.AsyncClient, house: House, test_database: TestDatabase
) -> None:
    chambers = await make_organization(house, "Chambers")
    ana = await make_member(house, chambers, Role.OWNER)
    assert (await client.delete(at(ana.home), headers=ana.headers)).status_code == 409
    assert not await purge_organization(house, chambers)
    assert (await client.delete(at(chambers), headers=ana.headers)).status_code == 200
    for path in (at(chambers), at(chambers, "members")):
        assert (await client.get(path, headers=ana.headers)).status_code == 404
    listed = await client.get(ALL, headers=ana.headers)
    assert [one["id"] for one in listed.json()["organizations"]] == [ana.home]
    with psycopg.connect(test_database.superuser) as connection:
        waiting = connection.execute("select task_name, status::text, args::text from procrastinate_jobs").fetchall()
        assert [(task, status) for task, status, _ in waiting] == [("purge_organization", "todo")]
        assert chambers not in waiting[0][2]
    assert await purge_organization(house, chambers)
    with psycopg.connect(test_database.superuser) as connection:
        for table in ("organization", "membership", "audit_entry", "audit_head"):
            left = connection.execute(f"select count(*) from {table} where organization_id = %s", (chambers,))
            assert left.fetchone() == (0,), table


async def test_every_change_of_members_and_name_is_told_to_the_feed(house: House) -> None:
    told: list[tuple[str, str, dict[str, object], bool]] = []

    async def announce(
        connection: AsyncConnection,
        house: House,
        organization: str,
        kind: str,
        record: str,
        fields: Mapping[str, object],
        deleted: bool = False,
    ) -> None:
        told.append((kind, record, dict(fields), deleted))

    application = FastAPI()
    application.state.house = house
    application.include_router(routes(announce))
    chambers = await make_organization(house, "Chambers")
    ana = await make_member(house, chambers, Role.OWNER)
    ben = await make_person(house, "Ben")
    await join(house, chambers, ben, Role.VIEWER)
    transport = httpx2.ASGITransport(app=application)
    async with httpx2.AsyncClient(transport=transport, base_url=ADDRESS, headers=ana.headers) as asks:
        place = f"/organizations/{chambers}"
        await asks.patch(place, json={"name": "Rooms"})
        await asks.patch(place, json={"ai_policy": "local"})
        await asks.patch(f"{place}/members/{ben.person}", json={"role": "editor"})
        await asks.delete(f"{place}/members/{ben.person}")
        made = (await asks.post("/organizations", json={"name": "New"})).json()
    assert [(kind, record, deleted) for kind, record, _, deleted in told] == [
        ("organization", chambers, False),
        ("member", ben.person, False),
        ("member", ben.person, True),
        ("organization", made["id"], False),
        ("member", ana.person, False),
    ]
    assert told[0][2] == {"name": "Rooms", "tier": "free"}
    assert told[1][2] == {"name": "Ben", "role": "editor", "joined_at": house.clock.now().isoformat()}
