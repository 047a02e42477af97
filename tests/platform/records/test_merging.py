"""Merging held against a model that knows every write: nothing that its writer did not see past is lost silently.

The model shares no code with the platform. It keeps the whole history of writes and decides by what a device has seen,
not by sequences; devices, deletions and doubled or late pushes are drawn by Hypothesis. No database is needed: the
decision of a push is a value.
"""

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import JsonValue

from pactoria_desktop.platform.collaboration.deciding import Decision
from pactoria_desktop.platform.collaboration.known import Known, KnownAnswer, KnownContract, KnownRecord
from pactoria_desktop.platform.collaboration.rights import Member
from pactoria_desktop.platform.collaboration.sealed_fields import OpenedFields
from pactoria_desktop.platform.collaboration.writing import NewAnswer
from pactoria_desktop.platform.database.sealing import OrganizationSeal
from pactoria_desktop.protocol.permissions import Role
from pactoria_desktop.protocol.records import Applied, Operation, Outcome

AT = datetime(2026, 11, 30, tzinfo=UTC)
CONTRACT = "01a22ec6-0000-7000-8000-0000000000cc"
RECORD = "finding-1"
SEAL = OrganizationSeal("o", 1, {1: b"\x01" * 32})


def identity(number: int) -> str:
    return f"01a22ec6-0000-7000-8000-{number:012x}"


@dataclass
class Server:
    """The platform's tables as values, behind the real decision."""

    records: dict[tuple[str, str], KnownRecord] = field(default_factory=dict)
    answers: dict[str, KnownAnswer] = field(default_factory=dict)
    counter: int = 0

    def push(self, person: str, operations: list[Operation]) -> list[Applied]:
        known = Known(
            "e", Member(person, Role.OWNER), dict(self.records),
            {CONTRACT: KnownContract("organization", False)}, dict(self.answers), {"organization": self.counter},
        )  # fmt: skip
        decision = Decision(known, Member(person, Role.OWNER), SEAL, AT, True)
        results = [decision.apply(one) for one in operations]
        assert decision.counters.get("organization", self.counter) >= self.counter
        self.counter = decision.counters.get("organization", self.counter)
        seen = {row.sequence for row in self.records.values()}
        for place, row in decision.rows.items():
            assert row.sequence not in seen
            self.records[place] = KnownRecord(
                row.kind, row.id, row.scope, row.contract, row.sequence, row.deleted,
                json.loads(json.dumps(row.fields)), dict(row.field_sequence), row.changed_by,
            )  # fmt: skip
        for answer in decision.answers.values():
            self.answers[answer.operation] = kept(answer)
        return results

    def value(self, name: str) -> JsonValue:
        row = self.records["verdict", RECORD]
        return OpenedFields(SEAL, "verdict", RECORD, row.fields).get(name)

    def conflicts(self) -> list[dict[str, Any]]:
        return [
            dict(OpenedFields(SEAL, "conflict", row.id, row.fields))
            for row in self.records.values()
            if row.kind == "conflict"
        ]


def kept(answer: NewAnswer) -> KnownAnswer:
    return KnownAnswer(answer.request_sha256, json.loads(json.dumps(answer.result)))


@dataclass
class Device:
    """What a device has seen: for each field the number of writes in the model's history, and the server's sequence."""

    seen: dict[str, int] = field(default_factory=dict)
    base: int = 0


LAST = ("verdict", "reason")
edits = st.fixed_dictionaries(
    {},
    optional={
        "verdict": st.sampled_from(["open", "accepted", "dismissed", "fixed"]),
        "reason": st.sampled_from(["r1", "r2", "r3", None]),
        "decided_at": st.sampled_from([f"2026-11-{day:02}T00:00:00+00:00" for day in range(10, 16)]),
    },
).filter(bool)
steps = st.lists(
    st.one_of(
        st.tuples(st.just("pull"), st.integers(0, 2)),
        st.tuples(st.just("edit"), st.integers(0, 2), st.lists(edits, min_size=1, max_size=3)),
        st.tuples(st.just("again"), st.integers(0, 30)),
    ),
    max_size=25,
)


@settings(max_examples=300, deadline=None)
@given(steps)
def test_no_write_is_lost_that_another_did_not_see_and_no_conflict_is_made_up(story: list[tuple[Any, ...]]) -> None:
    server = Server()
    first = {"contract": CONTRACT, "finding": "f", "verdict": "open"}
    server.push(identity(1), [operation(900, 0, first)])
    history: dict[str, list[JsonValue]] = {"verdict": ["open"], "reason": []}
    greatest: str | None = None
    devices = [Device() for _ in range(3)]
    sent: list[tuple[int, list[Operation], list[Applied]]] = []
    expected_conflicts = 0
    numbers = iter(range(1000, 9999))
    for step in story:
        if step[0] == "pull":
            device = devices[step[1]]
            device.seen = {name: len(writes) for name, writes in history.items()}
            device.base = server.counter
        elif step[0] == "edit":
            device = devices[step[1]]
            operations = [operation(next(numbers), device.base, patch) for patch in step[2]]
            answers = server.push(identity(step[1] + 1), operations)
            sent.append((step[1], operations, answers))
            own: set[str] = set()
            for patch, answer in zip(step[2], answers, strict=True):
                lost = []
                for name in LAST:
                    if name not in patch:
                        continue
                    writes = history[name]
                    now = writes[-1] if writes else None
                    if patch[name] == now:
                        continue
                    if device.seen.get(name, 0) == len(writes) or name in own:
                        writes.append(patch[name])
                        own.add(name)
                    else:
                        lost.append(name)
                if at := patch.get("decided_at"):
                    greatest = at if greatest is None else max(greatest, at)
                expected_conflicts += len(lost)
                assert sorted(answer.fields) == sorted(lost)
                assert answer.outcome is (Outcome.CONFLICT if lost else Outcome.APPLIED)
        elif sent:
            number, operations, answers = sent[step[1] % len(sent)]
            before = dict(server.records)
            assert server.push(identity(number + 1), operations) == answers
            assert server.records == before
        for name in LAST:
            assert server.value(name) == (history[name][-1] if history[name] else None)
        assert server.value("decided_at") == greatest
        assert len(server.conflicts()) == expected_conflicts


def operation(number: int, base: int, patch: dict[str, Any]) -> Operation:
    return Operation(operation=identity(number), kind="verdict", record=RECORD, base_sequence=base, patch=patch)


@settings(max_examples=300, deadline=None)
@given(
    st.lists(
        st.tuples(st.integers(0, 2), st.sets(st.sampled_from("abcde")), st.sets(st.sampled_from("abcde"))), max_size=12
    )
)
def test_sets_come_together_member_by_member_in_the_order_of_arrival(
    changes: list[tuple[int, set[str], set[str]]],
) -> None:
    server = Server()
    make = {"title": "T", "status": "draft", "created_at": AT.isoformat()}
    making = Operation(operation=identity(1), kind="contract", record=CONTRACT, base_sequence=0, patch=make)
    server.push(identity(1), [making])
    model: set[str] = set()
    for number, (person, add, remove) in enumerate(changes, 10):
        patch: dict[str, Any] = {"tags": {"add": sorted(add), "remove": sorted(remove)}}
        (answer,) = server.push(
            identity(person + 1),
            [Operation(operation=identity(number), kind="contract", record=CONTRACT, base_sequence=1, patch=patch)],
        )
        for name in remove:
            model.discard(name)
        for name in add:
            model.add(name)
        assert answer.outcome is Outcome.APPLIED
        assert server.records["contract", CONTRACT].fields.get("tags", []) == sorted(model)
    assert server.conflicts() == []


@settings(max_examples=300, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(["see", "edit", "delete"]), st.integers(0, 2)), max_size=20))
def test_a_record_is_gone_only_where_whoever_deleted_it_had_seen_its_last_edit(story: list[tuple[str, int]]) -> None:
    server = Server()
    party = identity(50)

    def send(number: int, person: int, base: int, **more: Any) -> Applied:
        made = Operation(operation=identity(number), kind="party", record=party, base_sequence=base, **more)
        return server.push(identity(person + 1), [made])[0]

    send(100, 0, 0, patch={"contract": CONTRACT, "name": "N"})
    bases = [0, 0, 0]
    last_edit, last_deletion, deleted = server.counter, 0, False
    for number, (deed, person) in enumerate(story, 200):
        base = bases[person]
        if deed == "see":
            bases[person] = server.counter
        elif deed == "edit":
            whole = deleted and base >= last_deletion
            patch: dict[str, Any] = {"part": f"p{number}"} | ({"contract": CONTRACT, "name": "Anew"} if whole else {})
            answer = send(number, person, base, patch=patch)
            if deleted and not whole:
                assert "deleted" in answer.fields
            if answer.outcome is Outcome.APPLIED or deleted:
                last_edit = server.records["party", party].sequence
            deleted = False
        elif not deleted:
            answer = send(number, person, base, deletes=True)
            assert (answer.outcome is Outcome.APPLIED) == (base >= last_edit)
            if answer.outcome is Outcome.APPLIED:
                deleted, last_deletion = True, server.records["party", party].sequence
        assert server.records["party", party].deleted is deleted
