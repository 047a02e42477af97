"""Contracts over the API: lists in pages, one with its particulars, sharing, activity."""

import httpx2
import pytest
from sqlalchemy import event

from pactoria_desktop.platform.house import House
from pactoria_desktop.protocol.permissions import Role
from pactoria_desktop.protocol.records import Outcome
from pactoria_desktop.runtime.clock import ManualClock
from tests.platform.records.teams import NOON, Team, contract, deletion, edit, new_id, version

pytestmark = pytest.mark.anyio


async def test_a_list_comes_in_pages_with_filters_and_is_not_sent_again(
    team: Team, client: httpx2.AsyncClient, clock: ManualClock, house: House
) -> None:
    ana = team.member(Role.EDITOR)
    made = [contract(title=f"{'Lease' if number % 2 else 'sale'} {number:03}") for number in range(120)]
    for start in range(0, 120, 40):
        await ana.push(*made[start : start + 40])
        clock.advance(60)
    await ana.push(edit("contract", made[5].record, 10**9, status="signed", counterparty="Ärzte GmbH"))
    await ana.push(deletion("contract", made[7].record, 10**9))
    at = f"/api/v1/organizations/{team.organization}/contracts"

    async def listed(**asked: str) -> list[str]:
        titles: list[str] = []
        cursor = None
        while True:
            more = {"cursor": cursor} if cursor else {}
            answer = await client.get(at, params={**asked, **more}, headers=ana.headers)
            assert answer.status_code == 200, answer.text
            page = answer.json()
            titles += [one["title"] for one in page["contracts"]]
            cursor = page["next"]
            if cursor is None:
                return titles

    by_change = await listed()
    assert by_change[0] == "Lease 005"
    assert len(by_change) == len(set(by_change)) == 119
    by_title = await listed(order="title")
    assert by_title == sorted(by_change, key=str.lower)
    assert await listed(title="LEASE 11") == ["Lease 119", "Lease 117", "Lease 115", "Lease 113", "Lease 111"]
    assert await listed(counterparty="ärz", status="signed") == ["Lease 005"]
    assert await listed(status="rejected") == []
    first = await client.get(at, headers=ana.headers)
    again = await client.get(at, headers={**ana.headers, "If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    for wrong in ("x", "e30", "WyJjaGFuZ2VkIiwgIngiLCAieSJd"):
        answer = await client.get(at, params={"cursor": wrong}, headers=ana.headers)
        assert (answer.status_code, answer.json()["code"]) == (422, "invalid")
    assert (await client.get(at, params={"title": "\x00"}, headers=ana.headers)).status_code == 422
    statements: list[str] = []
    engine = house.database.engine.sync_engine
    event.listen(engine, "before_cursor_execute", lambda _c, _u, statement, *_: statements.append(statement))
    await client.get(at, headers=ana.headers)
    assert len(statements) <= 3


async def test_lists_of_a_hundred_thousand_read_no_table_whole(team: Team, house: House) -> None:
    ana = team.member(Role.EDITOR)
    team.sql(
        "insert into record select %s, 'contract', gen_random_uuid()::text, 'organization', gen_random_uuid(), n, "
        "false, jsonb_build_object('title', 'T' || n, 'status', 'draft'), '{}', 1, null, "
        "now() - n * interval '1 s', now() from generate_series(1, 20000) n",
        (team.organization,),
    )
    team.sql("analyze record")
    from sqlalchemy import text

    from pactoria_desktop.platform.contracts import listing

    async with house.database.transaction(organization=team.organization, person=ana.person) as connection:
        for order in (listing._CHANGED, listing._TITLE):
            plan = await connection.execute(
                text("explain " + listing._LINES + order),
                {"organization": team.organization, "person": ana.person, "most": 51},
            )
            words = "\n".join(row[0] for row in plan)
            assert "Seq Scan on record" not in words, words
            assert "Sort" not in words, words


async def test_a_contract_shows_what_belongs_to_it(team: Team, client: httpx2.AsyncClient) -> None:
    ana, ben = team.member(Role.EDITOR), team.member(Role.REVIEWER)
    made = contract()
    await ana.push(
        made,
        version(made.record, name="Draft one"),
        edit("party", new_id(), contract=made.record, name="Acme", part="seller", position=2),
        edit("party", new_id(), contract=made.record, name="Bolt", position=1.5),
    )
    await ben.push(
        edit(
            "approval", new_id(), contract=made.record, text_sha256="a" * 64, content_sha256="b" * 64,
            decision="rejected", reason="Too long", decided_at=NOON,
        )
    )  # fmt: skip
    await ana.push(edit("contract", made.record, 1, status="rejected"))
    at = f"/api/v1/organizations/{team.organization}/contracts/{made.record}"
    sheet = (await client.get(at, headers=ana.headers)).json()
    assert [one["name"] for one in sheet["parties"]] == ["Bolt", "Acme"]
    assert [one["name"] for one in sheet["versions"]] == ["Draft one"]
    assert [(one["reason"], one["decided_by"]) for one in sheet["approvals"]] == [("Too long", ben.person)]
    page = (await client.get(f"{at}/activity", headers=ana.headers)).json()
    told = [(one["what"], one["subject"], one["by"]) for one in page["activities"]]
    assert told == [
        ("status", "rejected", ana.person),
        ("approval", "rejected", ben.person),
        ("version", "Draft one", ana.person),
    ]
    for missing in (new_id(), "nonsense"):
        for path in ("", "/activity", "/sharing"):
            wrong = f"/api/v1/organizations/{team.organization}/contracts/{missing}{path}"
            assert (await client.get(wrong, headers=ana.headers)).status_code == 404
    await ana.push(deletion("contract", made.record, 10**9))
    assert (await client.get(at, headers=ana.headers)).status_code == 404


async def test_sharing_hides_a_contract_from_all_others(team: Team, client: httpx2.AsyncClient) -> None:
    owner, ana, ben, eve = (team.member(role) for role in (Role.OWNER, Role.EDITOR, Role.EDITOR, Role.VIEWER))
    made, plain = contract(title="Secret"), contract(title="Plain")
    await ana.push(made, plain)
    contracts = f"/api/v1/organizations/{team.organization}/contracts"
    at = f"{contracts}/{made.record}"
    before = await client.get(f"{at}/sharing", headers=ben.headers)
    assert before.json() == {"restricted": False, "people": []}
    wanted = {"restricted": True, "people": [{"person": ben.person, "role": "reviewer"}]}
    assert (await client.put(f"{at}/sharing", json=wanted, headers=eve.headers)).status_code == 403
    stale = {**ana.headers, "If-Match": '"other"'}
    assert (await client.put(f"{at}/sharing", json=wanted, headers=stale)).status_code == 412
    strangers = {"restricted": True, "people": [{"person": new_id(), "role": "editor"}]}
    assert (await client.put(f"{at}/sharing", json=strangers, headers=ana.headers)).status_code == 422
    now = await client.put(f"{at}/sharing", json=wanted, headers={**ana.headers, "If-Match": before.headers["etag"]})
    assert now.status_code == 200, now.text
    assert {one["person"]: one["role"] for one in now.json()["people"]} == {
        ana.person: "editor",
        ben.person: "reviewer",
    }
    for device, sees in ((owner, True), (ana, True), (ben, True), (eve, False)):
        titles = [one["title"] for one in (await client.get(contracts, headers=device.headers)).json()["contracts"]]
        assert ("Secret" in titles) is sees
        expected = 200 if sees else 404
        for path in ("", "/activity", "/sharing"):
            assert (await client.get(at + path, headers=device.headers)).status_code == expected
    # ben is an editor of the organization and a reviewer here.
    assert (await client.put(f"{at}/sharing", json=wanted, headers=ben.headers)).status_code == 403
    assert (await ben.push(edit("contract", made.record, 10**9, title="x")))[0].outcome is Outcome.REFUSED
    shares = [row.fields for row in (await ben.rows()).values() if row.kind == "share"]
    assert {(one["person"], one["role"]) for one in shares} == {(ana.person, "editor"), (ben.person, "reviewer")}
    fewer = {"restricted": True, "people": [{"person": eve.person, "role": "editor"}]}
    assert (await client.put(f"{at}/sharing", json=fewer, headers=owner.headers)).status_code == 200
    assert (await client.get(at, headers=ben.headers)).status_code == 404
    assert (await client.get(at, headers=eve.headers)).status_code == 200
    # The role given here never exceeds the one in the organization.
    assert (await eve.push(edit("contract", made.record, 10**9, title="x")))[0].outcome is Outcome.REFUSED
    opened = await client.put(f"{at}/sharing", json={"restricted": False}, headers=owner.headers)
    assert opened.json() == {"restricted": False, "people": []}
    rows = await ben.rows()
    assert ("contract", made.record) in rows
    assert not [row for row in rows.values() if row.kind == "share"]
    told = [
        row.fields["subject"] for row in rows.values() if row.kind == "activity" and row.fields["what"] == "sharing"
    ]
    assert sorted(told) == ["open", "restricted", "restricted"]
    audit = team.sql("select action from audit_entry where organization_id = %s order by number", (team.organization,))
    assert [action for (action,) in audit] == ["contract.share"] * 3


async def test_what_the_organization_changes_comes_by_the_feed(team: Team, client: httpx2.AsyncClient) -> None:
    owner = team.member(Role.OWNER)
    at = f"/api/v1/organizations/{team.organization}"
    answer = await client.patch(at, json={"name": "Better Law"}, headers=owner.headers)
    assert answer.status_code == 200, answer.text
    row = (await owner.rows())["organization", team.organization]
    assert row.fields["name"] == "Better Law"
