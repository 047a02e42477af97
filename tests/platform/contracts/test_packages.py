"""A file is for who sent it and for who reaches a contract that rightly names it. Its hash alone opens nothing."""

import hashlib

import httpx2
import pytest
from fastapi import FastAPI
from sqlalchemy import event

from pactoria_desktop.platform.house import House
from pactoria_desktop.protocol.permissions import Role
from tests.platform.contracts.test_files import CANARY, address, send
from tests.platform.records.teams import Device, Team, contract, deletion, edit, version

pytestmark = pytest.mark.anyio

HASH = hashlib.sha256(CANARY).hexdigest()
LATEST = 2**53 - 1


async def reads(client: httpx2.AsyncClient, team: Team, device: Device) -> bool:
    """Whether a device may fetch the file; both ways of asking say the same."""
    got = await client.get(address(team, CANARY), headers=device.headers)
    asked = await client.head(address(team, CANARY), headers=device.headers)
    assert asked.status_code == got.status_code
    assert got.status_code in (200, 404)
    if got.status_code == 200:
        assert got.content == CANARY
    return got.status_code == 200


async def restrict(client: httpx2.AsyncClient, device: Device, record: str, *people: Device) -> None:
    wanted = {"restricted": True, "people": [{"person": one.person, "role": "viewer"} for one in people]}
    at = f"/api/v1/organizations/{device.organization}/contracts/{record}/sharing"
    answer = await client.put(at, json=wanted, headers=device.headers)
    assert answer.status_code == 200, answer.text


async def test_a_file_opens_to_whoever_reaches_a_contract_that_names_it(team: Team, client: httpx2.AsyncClient) -> None:
    ana, ben, eve = team.member(Role.EDITOR), team.member(Role.VIEWER), team.member(Role.EDITOR)
    await send(client, team, ana, CANARY)
    assert [await reads(client, team, one) for one in (ana, ben, eve)] == [True, False, False]
    made = contract(package_sha256=HASH)
    await ana.push(made)
    assert [await reads(client, team, one) for one in (ana, ben, eve)] == [True, True, True]
    await restrict(client, ana, made.record, ben)
    assert [await reads(client, team, one) for one in (ana, ben, eve)] == [True, True, False]
    boss = team.member(Role.ADMIN)
    assert await reads(client, team, boss)
    team.remove(ben)
    assert not await reads(client, team, ben)


async def test_a_version_opens_its_package_and_a_deleted_contract_opens_nothing(
    team: Team, client: httpx2.AsyncClient
) -> None:
    ana, ben = team.member(Role.OWNER), team.member(Role.VIEWER)
    await send(client, team, ana, CANARY)
    made = contract(package_sha256=HASH)
    await ana.push(made)
    sent = version(made.record)
    await ana.push(sent.model_copy(update={"patch": {**sent.patch, "package_sha256": HASH}}))
    # Another file takes the contract's place; the version keeps the former one open.
    await ana.push(edit("contract", made.record, LATEST, package_sha256="0" * 64))
    assert await reads(client, team, ben)
    await ana.push(deletion("contract", made.record, LATEST))
    assert [await reads(client, team, one) for one in (ana, ben)] == [True, False]


async def test_naming_a_hash_opens_nothing_to_who_has_not_had_the_bytes(team: Team, client: httpx2.AsyncClient) -> None:
    ana, eve = team.member(Role.OWNER), team.member(Role.EDITOR)
    secret = contract(package_sha256=HASH)
    await ana.push(secret)
    await restrict(client, ana, secret.record)
    await send(client, team, ana, CANARY)
    # Eve knows the hash. She names it in a contract of hers, in a version, and in one that Ana made for all.
    shared = contract()
    await ana.push(shared)
    hers = contract(package_sha256=HASH)
    of_hers = version(hers.record)
    answers = await eve.push(
        hers,
        of_hers.model_copy(update={"patch": {**of_hers.patch, "package_sha256": HASH}}),
        edit("contract", shared.record, LATEST, package_sha256=HASH),
    )
    assert {one.outcome.value for one in answers} == {"applied"}
    assert not await reads(client, team, eve)
    # She says that she sends it, and has nothing to send.
    text = {**eve.headers, "Content-Type": "text/plain"}
    assert (await client.put(address(team, CANARY), content=b"", headers=text)).status_code == 422
    assert (await client.put(address(team, CANARY), content=b"guess", headers=text)).status_code == 422
    assert not await reads(client, team, eve)
    # Whoever has had the bytes is let in, and what she named counts from then on.
    zoe = team.member(Role.VIEWER)
    assert not await reads(client, team, zoe)
    assert (await send(client, team, eve, CANARY)).status_code == 200
    assert await reads(client, team, eve)
    assert await reads(client, team, zoe)


async def test_whoever_may_fetch_a_file_may_name_it_in_a_contract_of_their_own(
    team: Team, client: httpx2.AsyncClient
) -> None:
    ana, ben, zoe = team.member(Role.OWNER), team.member(Role.EDITOR), team.member(Role.VIEWER)
    made = contract(package_sha256=HASH)
    await ana.push(made)
    await send(client, team, ana, CANARY)
    # Ben's desktop asks whether the file is there and sends no bytes; then the contract that he had it by is closed.
    copied = contract(package_sha256=HASH)
    await ben.push(copied)
    await restrict(client, ana, made.record)
    assert await reads(client, team, ben)
    assert await reads(client, team, zoe)


@pytest.mark.parametrize("asks", ["GET", "HEAD"])
async def test_two_who_received_the_same_file_apart_both_keep_it(
    team: Team, client: httpx2.AsyncClient, asks: str
) -> None:
    ana, ben, zoe = team.member(Role.OWNER), team.member(Role.EDITOR), team.member(Role.VIEWER)
    # Ben names it before anybody sent it; then Ana is quicker to send.
    bens = contract(package_sha256=HASH)
    await ben.push(bens)
    made = contract(package_sha256=HASH)
    await ana.push(made)
    await send(client, team, ana, CANARY)
    assert (await client.request(asks, address(team, CANARY), headers=ben.headers)).status_code == 200
    await restrict(client, ana, made.record)
    assert await reads(client, team, ben)
    assert await reads(client, team, zoe)


async def test_another_organization_opens_nothing(team: Team, client: httpx2.AsyncClient, house: House) -> None:
    ana = team.member(Role.OWNER)
    await send(client, team, ana, CANARY)
    await ana.push(contract(package_sha256=HASH))
    other = Team(house, team.superuser)
    eve = other.member(Role.OWNER)
    await eve.push(contract(package_sha256=HASH))
    assert not await reads(client, other, eve)
    assert (await client.get(address(team, CANARY), headers=eve.headers)).status_code == 404


@pytest.mark.long
async def test_who_may_fetch_is_found_by_indexes_among_many_contracts(
    team: Team, client: httpx2.AsyncClient, house: House, application: FastAPI
) -> None:
    ana, ben = team.member(Role.EDITOR), team.member(Role.VIEWER)
    await send(client, team, ana, CANARY)
    await ana.push(contract(package_sha256=HASH))
    team.sql(
        "insert into record (organization_id, kind, id, scope, contract_id, sequence, fields, field_sequence, "
        "schema_version, changed_at, created_at, deleted) "
        "select %s, 'contract', id, 'organization', id::uuid, n + 100, "
        "jsonb_build_object('title', 't', 'package_sha256', md5(n::text)), '{}', 1, now(), now(), false "
        "from (select n, '01a22ec9-0000-7000-8000-' || lpad(to_hex(n), 12, '0') as id "
        "from generate_series(1, 100000) n) as made",
        [team.organization],
    )
    team.sql("analyze record")
    plans: list[str] = []

    def explain(_connection: object, cursor: object, statement: str, values: object, *_rest: object) -> None:
        if "file_holder" in statement:
            cursor.execute("explain (analyze) " + statement, values)  # type: ignore[attr-defined]
            plans.append("\n".join(row[0] for row in cursor.fetchall()))  # type: ignore[attr-defined]

    event.listen(house.database.engine.sync_engine, "before_cursor_execute", explain)
    assert await reads(client, team, ben)
    event.remove(house.database.engine.sync_engine, "before_cursor_execute", explain)
    assert plans
    assert all("ix_record_package" in plan and "Seq Scan on record" not in plan for plan in plans), plans[0]
