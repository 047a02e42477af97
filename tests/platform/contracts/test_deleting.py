"""A contract deleted for everybody, over the API: it is gone from lists, texts, files and feeds, for those who may."""

import hashlib

import httpx2
import pytest
from fastapi import FastAPI

from pactoria_desktop.protocol.framing import MEDIA_TYPE
from pactoria_desktop.protocol.permissions import Role
from pactoria_desktop.protocol.records import Operation
from pactoria_desktop.protocol.texts import TextPush, message
from tests.platform.contracts.test_files import CANARY, address, send
from tests.platform.records.teams import Device, Team, contract, deletion, edit

pytestmark = pytest.mark.anyio


async def push(client: httpx2.AsyncClient, device: Device, *operations: Operation) -> list[dict[str, object]]:
    sent = {"epoch": await device.epoch(), "operations": [one.model_dump(mode="json") for one in operations]}
    at = f"/api/v1/organizations/{device.organization}/sync/push"
    answer = await client.post(at, json=sent, headers=device.headers)
    assert answer.status_code == 200, answer.text
    results: list[dict[str, object]] = answer.json()["results"]
    return results


async def statuses(client: httpx2.AsyncClient, team: Team, device: Device, record: str) -> list[int]:
    """What the contract's own addresses answer: the sheet, activity, sharing, text and file."""
    at = f"/api/v1/organizations/{team.organization}"
    paths = [
        f"{at}/contracts/{record}",
        f"{at}/contracts/{record}/activity",
        f"{at}/contracts/{record}/sharing",
        f"{at}/texts/{record}/updates",
        address(team, CANARY),
    ]
    return [(await client.get(path, headers=device.headers)).status_code for path in paths]


async def test_a_deleted_contract_is_gone_for_everybody(
    team: Team, client: httpx2.AsyncClient, application: FastAPI
) -> None:
    ana, ben, boss = team.member(Role.EDITOR), team.member(Role.EDITOR), team.member(Role.OWNER)
    made = contract(package_sha256=hashlib.sha256(CANARY).hexdigest())
    assert (await push(client, ana, made))[0]["outcome"] == "applied"
    await send(client, team, ana, CANARY)
    assert [await statuses(client, team, one, made.record) for one in (ben, boss)] == [[200] * 5] * 2
    for role in (Role.VIEWER, Role.REVIEWER):
        (refused,) = await push(client, team.member(role), deletion("contract", made.record, 1))
        assert (refused["outcome"], "may not delete contracts" in str(refused["reason"])) == ("refused", True)
    known = max(row.sequence for row in (await ben.rows()).values())
    (done,) = await push(client, ben, deletion("contract", made.record, known))
    assert done["outcome"] == "applied"
    assert [await statuses(client, team, one, made.record) for one in (ben, boss)] == [[404] * 5] * 2
    listed = await client.get(f"/api/v1/organizations/{team.organization}/contracts", headers=boss.headers)
    assert listed.json()["contracts"] == []
    (feed,) = (await boss.pull({"organization": known})).feeds
    assert [(row.kind, row.deleted) for row in feed.rows if row.record == made.record] == [("contract", True)]
    # Words that somebody sends afterwards are not taken, so that their device keeps them.
    content = message(TextPush(updates=(hashlib.sha256(b"x").hexdigest(),), peers=("a",)), (b"x",))
    late = await client.post(
        f"/api/v1/organizations/{team.organization}/texts/{made.record}/updates",
        content=content,
        headers={**ana.headers, "Content-Type": MEDIA_TYPE},
    )
    assert late.status_code == 404


async def test_whoever_did_not_know_of_the_deletion_brings_the_contract_back(
    team: Team, client: httpx2.AsyncClient
) -> None:
    ana, ben = team.member(Role.EDITOR), team.member(Role.EDITOR)
    made = contract()
    await push(client, ana, made)
    known = max(row.sequence for row in (await ana.rows()).values())
    await push(client, ana, deletion("contract", made.record, known))
    (back,) = await push(client, ben, edit("contract", made.record, known, title="Ben's"))
    assert back["outcome"] == "conflict"
    assert (await statuses(client, team, ben, made.record))[:4] == [200] * 4
    rows = await ana.rows()
    assert rows["contract", made.record].fields["title"] == "Ben's"
    assert [row.fields["field"] for row in rows.values() if row.kind == "conflict"] == ["deleted"]
