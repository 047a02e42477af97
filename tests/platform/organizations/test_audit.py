"""The audit log: a line for each change, chained, exported, verified; personal data out of it."""

import asyncio
import json

import httpx2
import psycopg
import pytest

from pactoria_desktop.platform.house import House
from pactoria_desktop.protocol.audit import is_export, verify_export
from pactoria_desktop.protocol.permissions import Role
from tests.platform.conftest import TestDatabase
from tests.platform.people import Somebody, make_member, make_organization, make_person

pytestmark = pytest.mark.anyio

ALL = "/api/v1/organizations"


async def busy_organization(client: httpx2.AsyncClient, house: House) -> tuple[Somebody, Somebody]:
    chambers = await make_organization(house, "Chambers")
    owner = await make_member(house, chambers, Role.OWNER)
    place = f"{ALL}/{chambers}"
    made = await client.post(f"{place}/invitations", json={"role": "editor"}, headers=owner.headers)
    ben = await make_person(house, "Ben")
    token = made.json()["link"].rsplit("/", 1)[1]
    await client.post("/api/v1/invitations/accept", json={"token": token}, headers=ben.headers)
    await client.patch(place, json={"name": "Rooms", "ai_policy": "off"}, headers=owner.headers)
    await client.patch(f"{place}/members/{ben.person}", json={"role": "viewer"}, headers=owner.headers)
    await client.post(f"{place}/leave", headers=ben.headers)
    return owner, ben


async def exported(client: httpx2.AsyncClient, owner: Somebody) -> bytes:
    answer = await client.get(f"{ALL}/{owner.organization}/audit/export", headers=owner.headers)
    assert answer.headers["content-type"] == "application/jsonl"
    return answer.content


async def test_every_change_has_its_line_with_ids_and_without_names(client: httpx2.AsyncClient, house: House) -> None:
    owner, ben = await busy_organization(client, house)
    place = f"{ALL}/{owner.organization}/audit"
    page = (await client.get(place, headers=owner.headers)).json()
    assert [(one["number"], one["action"], one["actor"]) for one in page["entries"]] == [
        (1, "invitation.made", owner.person),
        (2, "member.joined", ben.person),
        (3, "organization.changed", owner.person),
        (4, "member.changed", owner.person),
        (5, "member.left", ben.person),
    ]
    assert page["next"] is None
    for name in ("Ana", "Ben", "Rooms", "example.org"):
        assert name not in json.dumps(page)
    seen: list[int] = []
    after: int | None = 0
    while after is not None:
        part = (await client.get(place, params={"after": after, "most": 2}, headers=owner.headers)).json()
        seen += [one["number"] for one in part["entries"]]
        after = part["next"]
    assert seen == [1, 2, 3, 4, 5]


async def test_an_export_verifies_and_every_tampering_is_found(client: httpx2.AsyncClient, house: House) -> None:
    owner, _ben = await busy_organization(client, house)
    content = await exported(client, owner)
    assert is_export(content)
    verdict = verify_export(content)
    assert (verdict.entries, verdict.problems, verdict.organization) == (5, (), owner.organization)
    lines = content.splitlines()

    def kinds(*changed: bytes) -> set[str]:
        return {one.kind for one in verify_export(b"\n".join(changed)).problems}

    assert kinds(*lines[:-1]) == {"cut short"}
    assert kinds(lines[0], *lines[2:]) == {"missing"}
    assert kinds(lines[0], lines[2], lines[1], *lines[3:]) == {"missing"}
    assert kinds(*lines[:2], b"{", *lines[3:]) == {"unreadable", "missing"}
    assert kinds(b"{}", *lines[1:]) == {"unreadable"}
    for place in range(1, len(lines)):
        entry = json.loads(lines[place])
        for field, value in (
            ("actor", house.mint.mint()), ("action", "member.removed_otherwise"), ("details", {"role": "owner"}),
            ("at", "2020-01-01T00:00:00Z"), ("subject", "x"), ("device", None), ("hash", "0" * 64),
            ("former", "1" * 64), ("number", 77), ("organization", house.mint.mint()),
        ):  # fmt: skip
            changed = json.dumps({**entry, field: value}).encode()
            assert kinds(*lines[:place], changed, *lines[place + 1 :]), (place, field)


async def test_concurrent_changes_make_one_chain(client: httpx2.AsyncClient, house: House) -> None:
    owner = await make_member(house, await make_organization(house, "Chambers"), Role.OWNER)
    place = f"{ALL}/{owner.organization}/invitations"
    answers = await asyncio.gather(
        *(client.post(place, json={"role": "viewer"}, headers=owner.headers) for _ in range(12))
    )
    assert {one.status_code for one in answers} == {201}
    verdict = verify_export(await exported(client, owner))
    assert (verdict.entries, verdict.problems) == (12, ())


async def test_a_log_altered_in_the_database_is_found(
    client: httpx2.AsyncClient, house: House, test_database: TestDatabase
) -> None:
    owner, _ben = await busy_organization(client, house)
    with psycopg.connect(test_database.superuser) as connection:
        connection.execute("update audit_entry set actor = null where number = 3")
    (problem,) = verify_export(await exported(client, owner)).problems
    assert (problem.kind, problem.number) == ("altered", 3)


async def test_personal_data_are_handed_out_whole_and_to_those_who_may(
    client: httpx2.AsyncClient, house: House
) -> None:
    chambers = await make_organization(house, "Chambers")
    owner = await make_member(house, chambers, Role.OWNER)
    ben = await make_member(house, chambers, Role.EDITOR, name="Ben")
    place = f"{ALL}/{chambers}/personal-data"
    own = (await client.get(place, headers=ben.headers)).json()
    assert own["tables"]["person"][0]["email"] == ben.email
    assert own["tables"]["membership"][0]["role"] == "editor"
    assert (await client.get(f"{place}/{owner.person}", headers=ben.headers)).status_code == 403
    of_ben = (await client.get(f"{place}/{ben.person}", headers=owner.headers)).json()
    assert of_ben["tables"]["membership"] == own["tables"]["membership"]
    assert "password_hash" not in json.dumps(of_ben)
    assert ben.home not in json.dumps(of_ben["tables"]["membership"])
    assert (await client.get(f"{place}/{house.mint.mint()}", headers=owner.headers)).status_code == 404


async def test_erasing_leaves_an_id_and_a_chain_that_verifies(
    client: httpx2.AsyncClient, house: House, test_database: TestDatabase
) -> None:
    owner, ben = await busy_organization(client, house)
    place = f"{ALL}/{owner.organization}/personal-data"
    assert (await client.delete(f"{place}/{owner.person}", headers=owner.headers)).status_code == 409
    assert (await client.delete(f"{place}/{house.mint.mint()}", headers=owner.headers)).status_code == 404
    done = await client.delete(f"{place}/{ben.person}", headers=owner.headers)
    assert done.status_code == 200, done.text
    report = done.json()
    assert report["person_erased"]
    assert any("Author names inside contracts" in one for one in report["stays"])
    with psycopg.connect(test_database.superuser) as connection:
        row = connection.execute(
            "select email, name, password_hash, erased_at is not null from person where id = %s", (ben.person,)
        ).fetchone()
        assert row == (None, "Erased", None, True)
        for table in ("membership", "device_session"):
            left = connection.execute(f"select count(*) from {table} where person_id = %s", (ben.person,))
            assert left.fetchone() == (0,)
        everything = str(connection.execute("select p::text from person p union all "
                                            "select i::text from invitation i union all "
                                            "select o::text from organization o").fetchall())  # fmt: skip
        assert "Ben" not in everything
        assert ben.email not in everything
    assert (await client.get(ALL, headers=ben.headers)).status_code == 401
    verdict = verify_export(await exported(client, owner))
    assert verdict.problems == ()


async def test_an_account_that_serves_elsewhere_outlives_an_erasure(client: httpx2.AsyncClient, house: House) -> None:
    chambers = await make_organization(house, "Chambers")
    owner = await make_member(house, chambers, Role.OWNER)
    ben = await make_member(house, chambers, Role.EDITOR, name="Ben")
    await client.delete(f"{ALL}/{chambers}/members/{ben.person}", headers=owner.headers)
    done = await client.delete(f"{ALL}/{chambers}/personal-data/{ben.person}", headers=owner.headers)
    assert (done.status_code, done.json()["person_erased"]) == (200, False)
    assert (await client.get(ALL, headers=ben.headers)).status_code == 200
