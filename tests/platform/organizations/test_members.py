"""Members: who sees whom, who may change whom, and what a removal ends."""

import httpx2
import pytest

from pactoria_desktop.platform.house import House
from pactoria_desktop.protocol.permissions import Role, may_grant
from tests.platform.people import make_member, make_organization, make_person

pytestmark = pytest.mark.anyio

ALL = "/api/v1/organizations"


async def test_viewers_see_who_belongs_but_no_addresses(client: httpx2.AsyncClient, house: House) -> None:
    chambers = await make_organization(house, "Chambers")
    ana = await make_member(house, chambers, Role.OWNER)
    eve = await make_member(house, chambers, Role.VIEWER, name="Eve")
    seen = (await client.get(f"{ALL}/{chambers}/members", headers=ana.headers)).json()["members"]
    assert [(one["name"], one["email"], one["role"]) for one in seen] == [
        ("Ana", ana.email, "owner"),
        ("Eve", eve.email, "viewer"),
    ]
    hidden = await client.get(f"{ALL}/{chambers}/members", headers=eve.headers)
    assert "example.org" not in hidden.text
    assert len(hidden.json()["members"]) == 2


@pytest.mark.parametrize("by", [Role.OWNER, Role.ADMIN])
async def test_a_role_is_given_and_taken_only_within_ones_own(
    client: httpx2.AsyncClient, house: House, by: Role
) -> None:
    chambers = await make_organization(house, "Chambers")
    await make_member(house, chambers, Role.OWNER, name="Other")
    giver = await make_member(house, chambers, by)
    for former in Role:
        for wanted in Role:
            if former is wanted:
                continue
            ben = await make_member(house, chambers, former, name="Ben")
            answer = await client.patch(
                f"{ALL}/{chambers}/members/{ben.person}", json={"role": wanted.value}, headers=giver.headers
            )
            allowed = may_grant(by, former) and may_grant(by, wanted)
            assert answer.status_code == (200 if allowed else 403), (former, wanted)
            if allowed:
                assert answer.json()["role"] == wanted.value


async def test_owners_alone_say_who_pays(client: httpx2.AsyncClient, house: House) -> None:
    chambers = await make_organization(house, "Chambers")
    owner = await make_member(house, chambers, Role.OWNER)
    admin = await make_member(house, chambers, Role.ADMIN, name="Ada")
    place = f"{ALL}/{chambers}/members/{admin.person}"
    assert (await client.patch(place, json={"billing": True}, headers=admin.headers)).status_code == 403
    answer = await client.patch(place, json={"billing": True}, headers=owner.headers)
    assert (answer.status_code, answer.json()["billing"]) == (200, True)
    invited = await client.post(
        f"{ALL}/{chambers}/invitations", json={"role": "viewer", "billing": True}, headers=admin.headers
    )
    assert invited.status_code == 403


async def test_a_removed_member_is_out_with_the_next_request_and_stays_signed_in(
    client: httpx2.AsyncClient, house: House
) -> None:
    chambers = await make_organization(house, "Chambers")
    admin = await make_member(house, chambers, Role.ADMIN)
    ben = await make_member(house, chambers, Role.EDITOR, name="Ben")
    place = f"{ALL}/{chambers}/members/{ben.person}"
    assert (await client.delete(place, headers=ben.headers)).status_code == 403
    assert (await client.delete(place, headers=admin.headers)).status_code == 200
    assert (await client.get(f"{ALL}/{chambers}", headers=ben.headers)).status_code == 404
    assert (await client.get(ALL, headers=ben.headers)).status_code == 200
    assert (await client.delete(place, headers=admin.headers)).status_code == 404
    stranger = await make_person(house, "Cleo")
    for nobody in (stranger.person, "not-an-id"):
        assert (await client.delete(f"{ALL}/{chambers}/members/{nobody}", headers=admin.headers)).status_code == 404


async def test_admins_do_not_remove_owners_or_each_other(client: httpx2.AsyncClient, house: House) -> None:
    chambers = await make_organization(house, "Chambers")
    owner = await make_member(house, chambers, Role.OWNER)
    admin = await make_member(house, chambers, Role.ADMIN)
    other = await make_member(house, chambers, Role.ADMIN)
    for whom in (owner, other):
        answer = await client.delete(f"{ALL}/{chambers}/members/{whom.person}", headers=admin.headers)
        assert answer.status_code == 403
