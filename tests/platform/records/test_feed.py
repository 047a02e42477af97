"""The feed of records: what is pushed counts once, loses nothing unseen, and reaches whom it may."""

import hashlib
import json

import httpx2
import psycopg
import pytest

from pactoria_desktop.platform.api.refusals import Refusal
from pactoria_desktop.platform.collaboration.compacting import KEPT_TOMBSTONES, compact
from pactoria_desktop.platform.collaboration.feed import note_text, write_platform_record
from pactoria_desktop.platform.collaboration.moving import move_contract
from pactoria_desktop.platform.database.epoch import renew_epoch
from pactoria_desktop.platform.database.migrating import owner_connection
from pactoria_desktop.platform.house import House
from pactoria_desktop.protocol.permissions import Role
from pactoria_desktop.protocol.records import Feed, Outcome, Pulled, Push, Pushed
from pactoria_desktop.runtime.clock import ManualClock
from tests.platform.conftest import TestDatabase
from tests.platform.records.teams import NOON, Device, Team, contract, deletion, edit, new_id, version

pytestmark = pytest.mark.anyio


async def test_a_record_reaches_the_other_devices_with_its_maker_and_sequences(team: Team) -> None:
    ana, ben = team.member(Role.EDITOR), team.member(Role.VIEWER)
    made = contract(title="Lease", tags={"add": ["b", "a"]})
    (answer,) = await ana.push(made)
    assert (answer.outcome, answer.scope, answer.sequence) == (Outcome.APPLIED, "organization", 1)
    (feed,) = (await ben.pull()).feeds
    (row,) = feed.rows
    assert (feed.sequence, feed.more, feed.reset) == (1, False, False)
    assert row.fields["title"] == "Lease"
    assert row.fields["tags"] == ["a", "b"]
    assert row.fields["created_by"] == str(row.changed_by) == ana.person
    assert set(row.field_sequence.values()) == {1}
    assert (await ben.pull({"organization": 1})).feeds == ()


async def test_the_same_operation_counts_once_and_gets_the_same_answer(team: Team) -> None:
    ana = team.member(Role.EDITOR)
    made = contract()
    first = await ana.push(made)
    await ana.push(edit("contract", made.record, 1, title="Sale"))
    again = await ana.push(made, made)
    assert again == (first[0], first[0])
    rows = await ana.rows()
    assert rows["contract", made.record].fields["title"] == "Sale"
    twisted = made.model_copy(update={"patch": {**made.patch, "title": "Theft"}})
    (refused,) = await ana.push(twisted)
    assert refused.outcome is Outcome.REFUSED
    assert (await ana.rows())["contract", made.record].fields["title"] == "Sale"


async def test_two_who_did_not_know_each_other_become_a_conflict_that_a_person_settles(team: Team) -> None:
    ana, ben = team.member(Role.EDITOR), team.member(Role.EDITOR)
    made = contract()
    await ana.push(made)
    await ana.push(edit("contract", made.record, 1, title="Ana's", counterparty="Acme"))
    (answer,) = await ben.push(edit("contract", made.record, 1, title="Ben's", status="in_review"))
    assert (answer.outcome, answer.fields) == (Outcome.CONFLICT, ("title",))
    rows = await ana.rows()
    kept = rows["contract", made.record].fields
    assert (kept["title"], kept["status"], kept["counterparty"]) == ("Ana's", "in_review", "Acme")
    (conflict,) = [row for row in rows.values() if row.kind == "conflict"]
    assert conflict.fields["value"] == "Ben's"
    assert conflict.fields["kept"] == "Ana's"
    assert conflict.fields["author"] == ben.person
    assert (conflict.fields["contract"], conflict.fields["field"]) == (made.record, "title")
    viewer = team.member(Role.VIEWER)
    (settled,) = await viewer.push(edit("conflict", conflict.record, conflict.sequence, resolved="kept"))
    assert settled.outcome is Outcome.APPLIED
    activities = [row.fields["what"] for row in (await ana.rows()).values() if row.kind == "activity"]
    assert activities == ["status"]


async def test_own_edits_in_one_push_and_after_a_lost_answer_are_no_conflict(team: Team) -> None:
    ana = team.member(Role.EDITOR)
    made = contract()
    one, two = (edit("contract", made.record, 1, title=title) for title in ("One", "Two"))
    await ana.push(made)
    assert [answer.outcome for answer in await ana.push(one, two)] == [Outcome.APPLIED] * 2
    three = edit("contract", made.record, 1, title="Three")
    answers = await ana.push(one, two, three)
    assert [answer.outcome for answer in answers] == [Outcome.APPLIED] * 3
    assert (await ana.rows())["contract", made.record].fields["title"] == "Three"
    # Where somebody else has written since, the answer that was lost does not make that known.
    ben = team.member(Role.EDITOR)
    await ben.push(edit("contract", made.record, answers[2].sequence, title="Ben's"))
    four = edit("contract", made.record, 1, title="Four")
    assert (await ana.push(one, two, three, four))[3].outcome is Outcome.CONFLICT
    assert (await ana.rows())["contract", made.record].fields["title"] == "Ben's"


async def test_an_edit_survives_a_deletion_that_did_not_know_of_it_and_one_that_came_first(team: Team) -> None:
    ana, ben = team.member(Role.EDITOR), team.member(Role.EDITOR)
    made = contract()
    party = edit("party", new_id(), contract=made.record, name="Acme")
    _, sent = await ana.push(made, party)
    await ben.push(edit("party", party.record, sent.sequence, name="Acme Inc."))
    (answer,) = await ana.push(deletion("party", party.record, sent.sequence))
    assert (answer.outcome, answer.fields) == (Outcome.CONFLICT, ("deleted",))
    row = (await ana.rows())["party", party.record]
    assert row.fields["name"] == "Acme Inc."
    (gone,) = await ana.push(deletion("party", party.record, row.sequence))
    assert gone.outcome is Outcome.APPLIED
    assert ("party", party.record) not in await ben.rows()
    (back,) = await ben.push(edit("party", party.record, row.sequence, part="seller"))
    assert (back.outcome, back.fields) == (Outcome.CONFLICT, ("deleted",))
    fields = (await ana.rows())["party", party.record].fields
    assert (fields["name"], fields["part"]) == ("Acme Inc.", "seller")
    conflicts = [row.fields for row in (await ana.rows()).values() if row.kind == "conflict"]
    assert {(one["author"], one["value"], one["kept"]) for one in conflicts} == {(ana.person, True, False)}
    assert len(conflicts) == 2


async def test_who_is_no_member_now_is_refused_whole(team: Team, house: House) -> None:
    ana = team.member(Role.EDITOR)
    epoch = await ana.epoch()
    team.remove(ana)
    with pytest.raises(Refusal):
        await ana.push(contract(), epoch=epoch)
    with pytest.raises(Refusal):
        await ana.pull(epoch=epoch)
    assert team.sql("select count(*) from record") == [(0,)]
    assert team.sql("select count(*) from applied_operation") == [(0,)]


async def test_a_removal_waits_for_a_push_or_is_seen_by_it(team: Team, house: House) -> None:
    ana = team.member(Role.EDITOR)
    from pactoria_desktop.platform.collaboration.feed import push
    from pactoria_desktop.protocol.records import Push

    async with house.database.transaction(organization=team.organization, person=ana.person) as connection:
        await push(connection, house, ana, Push(operations=(contract(),)))
        with psycopg.connect(team.superuser) as other:
            other.execute("set lock_timeout = '200ms'")
            with pytest.raises(psycopg.errors.LockNotAvailable):
                other.execute("delete from membership where person_id = %s", (ana.person,))


async def test_roles_rule_every_kind(team: Team) -> None:
    owner = team.member(Role.OWNER)
    made = contract()
    (sent,) = await owner.push(made)
    thread = edit(
        "thread", new_id(), contract=made.record, anchor={"at": 1}, visibility="internal", created_at=NOON
    )  # fmt: skip
    approval = edit(
        "approval", new_id(), contract=made.record, text_sha256="a" * 64, content_sha256="b" * 64,
        decision="approved", decided_at=NOON,
    )  # fmt: skip
    tries = {
        "edit": lambda: edit("contract", made.record, 10**6, title=new_id()),
        "create": contract,
        "comment": lambda: thread.model_copy(update={"operation": new_id(), "record": new_id()}),
        "approve": lambda: approval.model_copy(update={"operation": new_id(), "record": new_id()}),
        "platform": lambda: edit("contract", made.record, sent.sequence, restricted=True),
        "activity": lambda: edit("activity", new_id(), what="status"),
    }
    allowed = {
        Role.OWNER: {"edit", "create", "comment", "approve"},
        Role.ADMIN: {"edit", "create", "comment", "approve"},
        Role.EDITOR: {"edit", "create", "comment", "approve"},
        Role.REVIEWER: {"comment", "approve"},
        Role.VIEWER: set[str](),
    }
    for role, may in allowed.items():
        device = team.member(role)
        answers = await device.push(*(make() for make in tries.values()))
        did = {name for name, answer in zip(tries, answers, strict=True) if answer.outcome is Outcome.APPLIED}
        assert did == may, role


async def test_a_comment_is_changed_by_whoever_wrote_it_alone(team: Team) -> None:
    ana, ben = team.member(Role.REVIEWER), team.member(Role.OWNER)
    made = contract()
    thread = edit("thread", new_id(), contract=made.record, anchor=[1], visibility="internal", created_at=NOON)
    comment = edit("comment", new_id(), contract=made.record, thread=thread.record, text="Why?", created_at=NOON)
    await ben.push(made)
    _, sent = await ana.push(thread, comment)
    assert sent.outcome is Outcome.APPLIED
    for operation in (edit("comment", comment.record, 10, text="No"), deletion("comment", comment.record, 10)):
        (answer,) = await ben.push(operation)
        assert answer.outcome is Outcome.REFUSED
    (answer,) = await ana.push(edit("comment", comment.record, 10, text="Why not?", edited_at=NOON))
    assert answer.outcome is Outcome.APPLIED
    other = contract()
    stray = edit("comment", new_id(), contract=other.record, thread=thread.record, text="x", created_at=NOON)
    assert [one.outcome for one in await ben.push(other, stray)] == [Outcome.APPLIED, Outcome.REFUSED]


async def test_what_does_not_fit_its_kind_is_refused_and_the_rest_is_taken(team: Team) -> None:
    ana = team.member(Role.EDITOR)
    made = contract()
    await ana.push(made)
    bad = [
        edit("contract", made.record, 1, status="lost"),
        edit("contract", made.record, 1, title=""),
        edit("contract", made.record, 1, title=None),
        edit("contract", made.record, 1, title="x" * 501),
        edit("contract", made.record, 1, title="a\x00b"),
        edit("contract", made.record, 1, never_leaves=1),
        edit("contract", made.record, 1, package_sha256="xyz"),
        edit("contract", made.record, 1, tags=["a"]),
        edit("contract", made.record, 1, tags={"add": [f"t{number}" for number in range(101)]}),
        edit("contract", made.record, 1, nonsense=1),
        edit("contract", new_id(), title="No status"),
        edit("contract", "not-an-id", title="x", status="draft", created_at=NOON),
        edit("contract", made.record, 1, created_at="2026-11-30T12:00:00"),
        edit("party", new_id(), contract=new_id(), name="Of no contract"),
        edit("party", new_id(), name="Of nothing"),
        edit("wonder", new_id(), name="x"),
        edit("version", new_id(), contract=made.record, name="no hashes"),
        edit("contract", made.record, 1).model_copy(update={"schema_version": 99, "patch": {"title": "y"}}),
        deletion("party", new_id(), 1),
    ]
    good = edit("contract", made.record, 1, title="Good")
    answers = await ana.push(*bad, good)
    assert [answer.outcome for answer in answers] == [Outcome.REFUSED] * len(bad) + [Outcome.APPLIED]
    assert all(answer.reason.endswith(".") for answer in answers[:-1])
    assert len(await ana.rows()) == 1


async def test_ids_of_another_organization_are_never_reached(team: Team, house: House) -> None:
    ana, made = team.member(Role.OWNER), contract(title="Mine")
    party = edit("party", new_id(), contract=made.record, name="Acme")
    await ana.push(made, party)
    other = Team(house, team.superuser)
    eve = other.member(Role.OWNER)
    answers = await eve.push(
        edit("contract", made.record, 99, title="Theirs"),
        deletion("contract", made.record, 99),
        edit("party", party.record, 99, name="Evil"),
        edit("party", new_id(), contract=made.record, name="Evil"),
    )
    assert {answer.outcome for answer in answers} == {Outcome.REFUSED}
    assert await eve.rows() == {}
    # The same ids in the other organization are records of its own.
    await eve.push(contract(made.record, title="Theirs"))
    assert (await ana.rows())["contract", made.record].fields["title"] == "Mine"
    assert (await eve.rows())["contract", made.record].fields["title"] == "Theirs"


async def test_words_are_sealed_at_rest_and_particulars_are_plain(team: Team) -> None:
    ana, ben = team.member(Role.EDITOR), team.member(Role.EDITOR)
    made = contract(title="Plain title")
    thread = edit(
        "thread", new_id(), contract=made.record, anchor={"quote": "CANARY-A"}, visibility="internal", created_at=NOON
    )
    comment = edit(
        "comment", new_id(), contract=made.record, thread=thread.record, text="CANARY-B é😀", created_at=NOON
    )
    verdict = edit("verdict", "v1", contract=made.record, finding="f", verdict="open", reason="CANARY-C")
    await ana.push(made, thread, comment, verdict)
    await ben.push(edit("verdict", "v1", 1, reason="CANARY-D"))
    raw = json.dumps(team.sql("select r::text from record r") + team.sql("select a::text from applied_operation a"))
    assert "CANARY" not in raw
    assert "Plain title" in raw
    rows = await ben.rows()
    assert rows["thread", thread.record].fields["anchor"] == {"quote": "CANARY-A"}
    assert rows["comment", comment.record].fields["text"] == "CANARY-B é😀"
    (conflict,) = [row for row in rows.values() if row.kind == "conflict"]
    assert (conflict.fields["value"], conflict.fields["kept"]) == ("CANARY-D", "CANARY-C")


async def test_a_restricted_contract_leaves_the_others_devices_and_comes_back(team: Team, house: House) -> None:
    owner, ana, ben = team.member(Role.OWNER), team.member(Role.EDITOR), team.member(Role.EDITOR)
    made, other = contract(title="Secret"), contract(title="Open")
    party = edit("party", new_id(), contract=made.record, name="Acme")
    await ana.push(made, other, party)
    cursor = {"organization": 3}
    await move(team, owner, made.record, restricted=True)
    team.sql(
        "insert into contract_share values (%s, %s, %s, 'reviewer', %s, now())",
        (team.organization, made.record, ana.person, owner.person),
    )
    seen_by_ben = await ben.pull(cursor)
    assert seen_by_ben.scopes == ("organization",)
    assert {(row.record, row.deleted) for row in seen_by_ben.feeds[0].rows} == {
        (made.record, True),
        (party.record, True),
    }
    assert set(await ben.rows()) == {("contract", other.record)}
    own = f"contract:{made.record}"
    seen_by_ana = await ana.pull(cursor)
    assert seen_by_ana.scopes == ("organization", own)
    fields = {row.record: row.fields for row in seen_by_ana.feeds[1].rows}
    assert fields[made.record]["restricted"] is True
    assert fields[party.record]["name"] == "Acme"
    # What is refused to ben looks as if it were not there; ana has the role that was given to her there.
    for device in (ben, ana):
        answers = await device.push(
            edit("party", party.record, 10**6, name="x"), edit("party", new_id(), contract=made.record, name="x")
        )
        assert {one.outcome for one in answers} == {Outcome.REFUSED}
    (answer,) = await owner.push(edit("party", party.record, 3, name="Acme Inc."))
    assert (answer.outcome, answer.scope) == (Outcome.APPLIED, own)
    # An edit upon what was known before the move does not pass over what came after it.
    (late,) = await owner.push(edit("party", party.record, 3, name="Late"))
    assert late.outcome is Outcome.CONFLICT
    await move(team, owner, made.record, restricted=False)
    rows = await ben.rows()
    assert rows["party", party.record].fields["name"] == "Acme Inc."
    assert rows["contract", made.record].fields["restricted"] is False
    assert (await ana.pull()).scopes == ("organization",)
    (late,) = await owner.push(edit("party", party.record, 3, name="Later"))
    assert late.outcome is Outcome.CONFLICT


async def move(team: Team, device: Device, identity: str, *, restricted: bool) -> None:
    async with team.house.database.transaction(organization=team.organization, person=device.person) as connection:
        await move_contract(connection, team.house, team.organization, identity, restricted=restricted)


async def test_many_scopes_and_small_pages_bring_every_row_once(team: Team) -> None:
    owner = team.member(Role.OWNER)
    contracts = [contract(title=f"Contract {number}") for number in range(7)]
    await owner.push(*contracts)
    for one in contracts[:3]:
        await owner.push(*(edit("party", new_id(), contract=one.record, name=f"P{number}") for number in range(4)))
        await move(team, owner, one.record, restricted=True)
    seen: list[tuple[str, str, int]] = []
    cursors: dict[str, int] = {}
    for _ in range(40):
        pulled = await owner.pull(cursors, limit=3)
        assert sum(len(feed.rows) for feed in pulled.feeds) <= 3
        for feed in pulled.feeds:
            assert [row.sequence for row in feed.rows] == sorted(row.sequence for row in feed.rows)
            assert feed.sequence >= cursors.get(feed.scope, 0)
            cursors[feed.scope] = feed.sequence
            seen += [(feed.scope, row.record, row.sequence) for row in feed.rows if not row.deleted]
        if not any(feed.more for feed in pulled.feeds):
            break
    assert len(seen) == len(set(seen)) == 7 + 12
    assert (await owner.pull(cursors)).feeds == ()


def digest_of(feed: Feed) -> str:
    total = 0
    for row in feed.rows:
        if not row.deleted:
            total ^= int.from_bytes(hashlib.sha256(f"{row.kind}\n{row.record}\n{row.sequence}".encode()).digest()[:8])
    return f"{total:016x}"


async def test_a_digest_is_that_of_the_rows_the_device_has(team: Team) -> None:
    ana = team.member(Role.OWNER)
    assert (await ana.pull(digests=True)).feeds == ()
    contracts = [contract() for _ in range(5)]
    await ana.push(*contracts)
    await ana.push(deletion("contract", contracts[0].record, 5))
    await move(team, ana, contracts[1].record, restricted=True)
    whole = await ana.pull(digests=True)
    assert [feed.scope for feed in whole.feeds] == ["organization", f"contract:{contracts[1].record}"]
    for feed in whole.feeds:
        assert feed.digest == digest_of(feed)
    nothing_new = await ana.pull({feed.scope: feed.sequence for feed in whole.feeds}, digests=True)
    assert [feed.digest for feed in nothing_new.feeds] == [feed.digest for feed in whole.feeds]
    partly = await ana.pull(limit=2, digests=True)
    assert partly.feeds[0].more
    assert partly.feeds[0].digest is None


async def test_another_epoch_lets_devices_begin_again_and_takes_nothing_for_known(
    team: Team, test_database: TestDatabase
) -> None:
    ana = team.member(Role.EDITOR)
    before, made = await ana.epoch(), contract()
    await ana.push(made)
    await ana.push(edit("contract", made.record, 1, title="Known"))
    with owner_connection(test_database.addresses.owner) as connection:
        assert renew_epoch(connection) != before
    pulled = await ana.pull({"organization": 2}, epoch=before)
    assert pulled.epoch != before
    assert (pulled.feeds[0].reset, len(pulled.feeds[0].rows)) == (True, 1)
    (answer,) = await ana.push(edit("contract", made.record, 10**9, title="From the other history"), epoch=before)
    assert answer.outcome is Outcome.CONFLICT
    assert (await ana.push(made, epoch=before))[0].outcome is Outcome.APPLIED


async def test_compaction_forgets_tombstones_and_lets_old_cursors_begin_again(
    team: Team, house: House, clock: ManualClock
) -> None:
    ana = team.member(Role.OWNER)
    made, kept = contract(), contract()
    party = edit("party", new_id(), contract=made.record, name="Acme")
    await ana.push(made, party, kept)
    await ana.push(deletion("contract", made.record, 10))
    (orphan,) = await ana.push(edit("party", party.record, 10, name="x"))
    assert orphan.outcome is Outcome.REFUSED
    clock.advance(KEPT_TOMBSTONES.total_seconds() + 10)

    async def compacted() -> int:
        async with house.database.transaction(organization=team.organization, person=ana.person) as connection:
            return await compact(connection, house, team.organization)

    assert await compacted() == 0
    rows = (await ana.pull({"organization": 4})).feeds[0].rows
    assert {(row.record, row.deleted) for row in rows} >= {(party.record, True)}
    clock.advance(KEPT_TOMBSTONES.total_seconds() + 10)
    assert await compacted() > 0
    while await compacted():
        pass
    assert team.sql("select count(*) from record where deleted") == [(0,)]
    assert set(await ana.rows()) >= {("contract", kept.record)}
    assert (await ana.pull({"organization": 1})).feeds[0].reset
    current = (await ana.pull()).feeds[0].sequence
    assert (await ana.pull({"organization": current})).feeds == ()


async def test_the_platform_writes_members_and_text_numbers_into_the_feed(
    team: Team, house: House, clock: ManualClock
) -> None:
    ana = team.member(Role.OWNER)

    async def written(kind: str, record: str, fields: dict[str, object], deleted: bool = False) -> int:
        async with house.database.transaction(organization=team.organization, person=ana.person) as connection:
            return await write_platform_record(
                connection, house, team.organization, kind, record, fields, deleted
            )  # fmt: skip

    first = await written("member", ana.person, {"name": "Ana", "role": "owner", "joined_at": clock.now()})
    assert await written("member", ana.person, {"name": "Ana"}) == first
    assert await written("member", ana.person, {"role": "admin"}) == first + 1
    row = (await ana.rows())["member", ana.person]
    assert (row.fields["name"], row.fields["role"]) == ("Ana", "admin")
    assert row.field_sequence["name"] == first
    await written("member", ana.person, {}, deleted=True)
    assert ("member", ana.person) not in await ana.rows()

    async def noted(identity: str, number: int) -> bool:
        async with house.database.transaction(organization=team.organization, person=ana.person) as connection:
            return await note_text(connection, house, team.organization, identity, number)

    made = contract()
    await ana.push(made)
    assert await noted(made.record, 3), "that there is a text at all is told at once"
    assert not await noted(made.record, 4)
    clock.advance(11)
    assert await noted(made.record, 5)
    clock.advance(5)
    assert not await noted(made.record, 6)
    clock.advance(6)
    assert await noted(made.record, 7)
    clock.advance(11)
    assert not await noted(made.record, 7)
    assert not await noted(new_id(), 7)
    assert (await ana.rows())["contract", made.record].fields["text_number"] == 7


async def test_versions_and_approvals_are_made_once_and_told_of(team: Team) -> None:
    ana = team.member(Role.EDITOR)
    made = contract()
    first = version(made.record, name="Signing copy")
    approval = edit(
        "approval", new_id(), contract=made.record, text_sha256="a" * 64, content_sha256="b" * 64,
        decision="approved", reason="fine", decided_at=NOON,
    )  # fmt: skip
    await ana.push(made, first, approval)
    nameless = edit(
        "approval", new_id(), contract=made.record, text_sha256="a" * 64, decision="approved", decided_at=NOON
    )
    changed = edit("version", first.record, 99, name="Another")
    answers = await ana.push(nameless, changed, deletion("approval", approval.record, 99))
    assert {one.outcome for one in answers} == {Outcome.REFUSED}
    again = first.model_copy(update={"operation": new_id()})
    assert (await ana.push(again))[0].outcome is Outcome.APPLIED
    rows = await ana.rows()
    told = sorted((row.fields["what"], row.fields["subject"]) for row in rows.values() if row.kind == "activity")
    assert told == [("approval", "approved"), ("version", "Signing copy")]
    assert rows["approval", approval.record].fields["decided_by"] == ana.person


async def test_a_version_that_brings_lines_together_names_all_of_them(team: Team) -> None:
    ana, made, last = team.member(Role.EDITOR), contract(), new_id()
    for count, outcome in ((5, Outcome.REFUSED), (4, Outcome.APPLIED)):
        former = " ".join(f"{number:064x}" for number in range(count))
        joining = version(made.record, last)
        joining = joining.model_copy(update={"patch": {**joining.patch, "former": former}})
        assert (await ana.push(made, joining))[1].outcome is outcome
    assert (await ana.rows())["version", last].fields["former"] == former


async def test_push_and_pull_over_the_api(team: Team, client: httpx2.AsyncClient) -> None:
    ana = team.member(Role.EDITOR)
    made = contract()
    sync = f"/api/v1/organizations/{team.organization}/sync"
    body = Push(operations=(made,)).model_dump_json()
    as_json = {**ana.headers, "Content-Type": "application/json"}
    pushed = await client.post(f"{sync}/push", content=body, headers=as_json)
    assert pushed.status_code == 200, pushed.text
    answer = Pushed.model_validate_json(pushed.content)
    pulled = await client.post(f"{sync}/pull", json={"epoch": answer.epoch}, headers=ana.headers)
    assert Pulled.model_validate_json(pulled.content).feeds[0].rows[0].record == made.record
    for refused in ({"operations": []}, {"operations": [{}]}, {"nonsense": 1}):
        assert (await client.post(f"{sync}/push", json=refused, headers=ana.headers)).status_code == 422
    stranger = Team(team.house, team.superuser).member(Role.OWNER)
    assert (await client.post(f"{sync}/pull", json={}, headers=stranger.headers)).status_code == 404
    assert (await client.post(f"{sync}/pull", json={})).status_code == 401
