"""A platform in memory, written apart from the engine and from the real platform: as plain as the rules read.

One organization; contracts may be restricted to some devices, which gives them a scope of their own. Every device is a
person. What a write does to a field is written out here once more, from the words of ``protocol.records``.
"""

import copy
import hashlib
from dataclasses import dataclass, field
from datetime import UTC, datetime

from pactoria_desktop.protocol.records import (
    SCHEMA_VERSION,
    Applied,
    Feed,
    Outcome,
    Pull,
    Pulled,
    Push,
    Pushed,
    Row,
)

INSTANT = datetime(2026, 11, 22, tzinfo=UTC)
SETS, GREATEST = {"tags"}, {"decided_at", "edited_at", "answered_at"}
GIVEN_ONCE = {"contract", "created_at", "finding", "thread", "anchor", "visibility"}
MAKING = {
    "contract": "title",
    "party": "name",
    "verdict": "verdict",
    "version": "hash",
    "thread": "anchor",
    "comment": "text",
    "approval": "decision",
}


@dataclass
class Record:
    kind: str
    record: str
    scope: str
    sequence: int
    fields: dict[str, object] = field(default_factory=dict)
    field_sequence: dict[str, int] = field(default_factory=dict)
    deleted: bool = False


@dataclass
class Ground:
    """All that a backup holds."""

    counters: dict[str, int] = field(default_factory=lambda: {"organization": 0})
    records: dict[tuple[str, str], Record] = field(default_factory=dict)
    left: dict[tuple[str, str, str], int] = field(default_factory=dict)
    """Records that have moved out of a scope: a tombstone there, at this sequence."""
    answered: dict[str, Applied] = field(default_factory=dict)


class Revoked(Exception):  # noqa: N818 - what befalls a person, not an error
    pass


class ReferencePlatform:
    def __init__(self) -> None:
        self.ground = Ground()
        self.epoch = "epoch-1"
        self.members: set[int] = set()
        self.shares: dict[str, set[int]] = {}
        self.page = 3
        self.takes_old_epochs = False
        """Whether a push of an epoch before is taken, upon nothing known, or answered with the new epoch alone."""

    # Backups

    def backup(self) -> Ground:
        return copy.deepcopy(self.ground)

    def restore(self, backup: Ground) -> None:
        self.ground = copy.deepcopy(backup)
        self.epoch = f"epoch-{int(self.epoch.rpartition('-')[2]) + 1}"
        for contract in self.shares:
            self.ground.counters.setdefault(f"contract:{contract}", self.ground.counters["organization"])

    # Who sees what

    def sees(self, device: int, scope: str) -> bool:
        if device not in self.members:
            return False
        return scope == "organization" or device in self.shares[scope.removeprefix("contract:")]

    def scopes(self, device: int) -> list[str]:
        return [scope for scope in sorted(self.ground.counters) if self.sees(device, scope)]

    def restrict(self, contract: str, devices: set[int]) -> None:
        """Give a contract a scope of its own. Its counter begins where the organization's is, so that what a device
        knew by the old sequences is never taken for newer than what the new ones say."""
        self.shares[contract] = devices
        scope = f"contract:{contract}"
        counters = self.ground.counters
        counters[scope] = max(counters.get(scope, 0), counters["organization"])
        for key, one in self.ground.records.items():
            of = one.record if one.kind == "contract" else one.fields.get("contract")
            if of == contract and one.scope == "organization":
                self.ground.left[("organization", *key)] = self._next("organization")
                one.scope, one.sequence = scope, self._next(scope)

    def _next(self, scope: str) -> int:
        self.ground.counters[scope] += 1
        return self.ground.counters[scope]

    # Push

    def push(self, device: int, push: Push) -> Pushed:
        if device not in self.members:
            raise Revoked
        known = push.epoch in ("", self.epoch)
        if not known and not self.takes_old_epochs:
            return Pushed(epoch=self.epoch, results=())
        results = tuple(self._apply(device, one, one.base_sequence if known else 0) for one in push.operations)
        return Pushed(epoch=self.epoch, results=results)

    def _apply(self, device: int, operation, base: int) -> Applied:
        before = self.ground.answered.get(operation.operation)
        if before is not None:
            return before
        answer = self._write(device, operation, base)
        if answer.outcome is not Outcome.REFUSED:
            self.ground.answered[operation.operation] = answer
        return answer

    def _write(self, device: int, operation, base: int) -> Applied:
        def refused(reason: str) -> Applied:
            return Applied(operation=operation.operation, outcome=Outcome.REFUSED, reason=reason)

        if operation.schema_version not in (SCHEMA_VERSION, SCHEMA_VERSION - 1):
            return refused("another schema")
        key = (operation.kind, operation.record)
        one = self.ground.records.get(key)
        if one is None:
            making = {MAKING[operation.kind]} | ({"contract"} if operation.kind != "contract" else set())
            if operation.deletes or not making <= operation.patch.keys():
                return refused("there is no such record")
            scope = "organization"
            if operation.kind != "contract":
                parent = self.ground.records.get(("contract", operation.patch["contract"]))
                if parent is None or not self.sees(device, parent.scope):
                    return refused("there is no such contract")
                scope = parent.scope
            elif operation.record in self.shares:
                scope = f"contract:{operation.record}"
                if not self.sees(device, scope):
                    return refused("not shared")
            one = Record(operation.kind, operation.record, scope, 0)
            self.ground.records[key] = one
        elif not self.sees(device, one.scope):
            return refused("there is no such record")
        lost = []
        if operation.deletes:
            if not one.deleted and any(at > base for at in one.field_sequence.values()):
                lost = ["deleted"]
            elif not one.deleted:
                one.deleted, one.sequence = True, self._next(one.scope)
        else:
            sequence = self._next(one.scope)
            for name, value in operation.patch.items():
                if not self._set(one, name, value, base, sequence):
                    lost.append(name)
            one.sequence = sequence
        if lost:
            self._conflict(operation, one, lost, base)
        return Applied(
            operation=operation.operation,
            outcome=Outcome.CONFLICT if lost else Outcome.APPLIED,
            scope=one.scope,
            sequence=one.sequence,
            fields=tuple(lost),
        )

    def _set(self, one: Record, name: str, value, base: int, sequence: int) -> bool:
        before, written = one.fields.get(name), one.field_sequence.get(name, 0)
        if one.deleted:
            return before == value
        if name in SETS:
            one.fields[name] = sorted(set(before or []) - set(value["remove"]) | set(value["add"]))
        elif name in GREATEST:
            one.fields[name] = value if before is None else max(before, value)
        elif name in GIVEN_ONCE:
            if before is not None:
                return True
            one.fields[name] = value
        elif before == value:
            return True
        elif written > base:
            return False
        else:
            one.fields[name] = value
        one.field_sequence[name] = sequence
        return True

    def _conflict(self, operation, one: Record, lost, base: int) -> None:
        key = ("conflict", operation.operation)
        if key in self.ground.records:
            return
        sequence = self._next(one.scope)
        fields = {
            "record": operation.record,
            "record_kind": operation.kind,
            "field": ",".join(lost),
            "value": {name: operation.patch.get(name) for name in lost},
            "contract": operation.record if operation.kind == "contract" else one.fields.get("contract"),
        }
        self.ground.records[key] = Record(*key, one.scope, sequence, fields, dict.fromkeys(fields, sequence))

    # Pull

    def pull(self, device: int, pull: Pull) -> Pulled:
        if device not in self.members:
            raise Revoked
        scopes = self.scopes(device)
        cursors = {each.scope: each.sequence for each in pull.cursors} if pull.epoch in ("", self.epoch) else {}
        feeds = []
        for scope in scopes:
            after = cursors.get(scope, 0)
            if after > self.ground.counters[scope]:
                feeds.append(Feed(scope=scope, sequence=0, reset=True))
                continue
            rows = sorted(
                [self._row(one) for one in self.ground.records.values() if one.scope == scope and one.sequence > after]
                + [
                    Row(kind=kind, record=record, sequence=at, deleted=True)
                    for (left, kind, record), at in self.ground.left.items()
                    if left == scope and at > after
                ],
                key=lambda row: row.sequence,
            )
            page, more = rows[: self.page], len(rows) > self.page
            feeds.append(
                Feed(
                    scope=scope,
                    sequence=page[-1].sequence if more else self.ground.counters[scope],
                    more=more,
                    rows=tuple(page),
                    digest=self.digest(scope) if pull.digests and not more else None,
                )
            )
        return Pulled(epoch=self.epoch, scopes=tuple(scopes), feeds=tuple(feeds))

    def _row(self, one: Record) -> Row:
        if one.deleted:
            return Row(kind=one.kind, record=one.record, sequence=one.sequence, deleted=True, changed_at=INSTANT)
        return Row(
            kind=one.kind,
            record=one.record,
            sequence=one.sequence,
            fields=dict(one.fields),
            field_sequence=dict(one.field_sequence),
            changed_at=INSTANT,
        )

    def digest(self, scope: str) -> str:
        total = 0
        for one in self.ground.records.values():
            if one.scope == scope and not one.deleted:
                line = "\n".join((one.kind, one.record, str(one.sequence)))
                total ^= int(hashlib.sha256(line.encode()).hexdigest()[:16], 16)
        return format(total, "016x")
