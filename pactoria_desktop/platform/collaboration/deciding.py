"""What becomes of the operations of a push, one after the other, upon the state that is known: no database in here."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from pydantic import JsonValue

from pactoria_desktop.contract.identity import is_identity
from pactoria_desktop.platform.collaboration import validating
from pactoria_desktop.platform.collaboration.known import Known, KnownContract, KnownRecord
from pactoria_desktop.platform.collaboration.merging import (
    DELETION,
    Lost,
    Merged,
    Standing,
    merged_deletion,
    merged_edit,
)
from pactoria_desktop.platform.collaboration.rights import ORGANIZATION, Member, refusal
from pactoria_desktop.platform.collaboration.sealed_fields import OpenedFields, seal_fields
from pactoria_desktop.platform.collaboration.writing import NewAnswer, NewRow
from pactoria_desktop.platform.database.sealing import OrganizationSeal
from pactoria_desktop.protocol.permissions import Role
from pactoria_desktop.protocol.records import KINDS, SCHEMA_VERSION, Applied, Kind, Merge, Operation, Outcome

_MADE_BY = ("created_by", "made_by", "decided_by")
_SAID = json.JSONEncoder(sort_keys=True, separators=(",", ":"))
_RESTAMPED = {"verdict": ("verdict", "decided_by")}
"""Kinds in which whoever writes the first field is named in the second."""
_ACTIVITY = {"version": ("version", "name"), "approval": ("approval", "decision")}
"""Kinds whose making is an activity: what it is called, and the field that says which."""


def request_hash(operation: Operation) -> str:
    """SHA-256 of what an operation says. Its base is no part of it: a device raises it when it knows more."""
    said = [operation.kind, operation.record, operation.patch, operation.deletes]
    return hashlib.sha256(_SAID.encode(said).encode()).hexdigest()


def contracts_named(operations: tuple[Operation, ...]) -> set[str]:
    """The contracts that operations name."""
    named = {one.record for one in operations if one.kind == "contract"}
    named |= {str(one.patch["contract"]) for one in operations if "contract" in one.patch}
    return {one for one in named if is_identity(one)}


def records_named(operations: tuple[Operation, ...]) -> set[tuple[str, str]]:
    """The records that operations change or lean on, by kind and id."""
    named = {(one.kind, one.record) for one in operations}
    return named | {("thread", str(one.patch["thread"])) for one in operations if "thread" in one.patch}


def packages_named(operations: tuple[Operation, ...]) -> set[str]:
    """The files that operations name, by their hashes."""
    return {str(one.patch["package_sha256"]) for one in operations if one.patch.get("package_sha256")}


@dataclass(slots=True)
class _Record:
    """A record while a push is decided: as it stands, and what this push has written of it."""

    scope: str
    contract: str | None
    sequence: int = 0
    deleted: bool = False
    fields: dict[str, JsonValue] = field(default_factory=dict)
    field_sequence: dict[str, int] = field(default_factory=dict)
    changed_by: str | None = None
    own: set[str] = field(default_factory=set)


class Decision:
    """The rows and answers of one push. Records of other organizations are never seen: the state holds none.

    ``apply`` is called for each operation in order; then ``rows``, ``answers`` and ``counters`` (of the scopes that
    move) are what to write.
    """

    def __init__(self, known: Known, member: Member, seal: OrganizationSeal, at: datetime, same_epoch: bool) -> None:
        """Upon what is known, for a member; ``same_epoch`` says whether the device's bases are of this history."""
        self._known = known
        self._member = member
        self._seal = seal
        self._at = at.isoformat()
        self._same_epoch = same_epoch
        self._records: dict[tuple[str, str], _Record] = {}
        self._contracts: dict[str, KnownContract] = dict(known.contracts)
        self.counters: dict[str, int] = {}
        self.rows: dict[tuple[str, str], NewRow] = {}
        self.answers: dict[str, NewAnswer] = {}

    def apply(self, operation: Operation) -> Applied:
        """Decide on one operation. The same id again gets the same answer, or is refused for saying something else."""
        asked = request_hash(operation)
        former = self._known.answers.get(operation.operation)
        if former is None:
            twin = self.answers.get(operation.operation)
            if twin is not None:
                return self._again(operation, asked, twin.request_sha256, twin.result)
            applied = self._decide(operation)
            self.answers[operation.operation] = NewAnswer(operation.operation, asked, _kept(applied))
            return applied
        return self._again(operation, asked, former.request_sha256, former.result)

    def _again(self, operation: Operation, asked: str, answered: str, result: Mapping[str, object]) -> Applied:
        if asked != answered:
            return _refused(operation, "The id of this change belongs to another one; nothing was changed.")
        applied = Applied.model_validate({"operation": operation.operation, **result})
        if applied.outcome is not Outcome.REFUSED:
            # What this device wrote then is known to what it sends along now.
            record = self._find(operation.kind, operation.record)
            if record is not None:
                if operation.deletes:
                    record.own |= {DELETION} if record.deleted and record.sequence <= applied.sequence else set()
                else:
                    won = set(operation.patch) - set(applied.fields)
                    record.own |= {one for one in won if record.field_sequence.get(one, 0) <= applied.sequence}
        return applied

    def _decide(self, operation: Operation) -> Applied:
        if problem := validating.problem_of(operation):
            return _refused(operation, problem)
        kind = KINDS[operation.kind]
        record = self._find(kind.name, operation.record)
        contract = self._contract_of(operation, kind, record)
        scope, role, problem = self._place(kind, record, contract)
        if role is None or problem:
            return _refused(operation, problem or _unseen(kind))
        base = operation.base_sequence if self._same_epoch else 0
        if operation.deletes:
            if record is None:
                return _refused(operation, _unseen(kind))
            merged = merged_deletion(self._standing(kind, operation.record, record), base, frozenset(record.own))
            problem = None if record.deleted else self._may(kind.delete, role, kind, record)
        else:
            standing = None if record is None else self._standing(kind, operation.record, record)
            own = frozenset(record.own) if record is not None else frozenset[str]()
            merged = merged_edit(kind, standing, operation.patch, base, own)
            problem = self._edit_problem(operation, kind, record, merged, role, contract)
        if problem:
            return _refused(operation, problem)
        if record is None:
            record = _Record(scope, contract)
            self._records[kind.name, operation.record] = record
        return self._write(operation, kind, record, merged)

    def _contract_of(self, operation: Operation, kind: Kind, record: _Record | None) -> str | None:
        if kind.name == "contract":
            return operation.record
        if record is not None:
            return record.contract
        named = operation.patch.get("contract")
        return str(named) if named is not None else None

    def _place(self, kind: Kind, record: _Record | None, contract: str | None) -> tuple[str, Role | None, str | None]:
        """The scope where a record lives or will live, the member's role there, and why it cannot live there."""
        known = self._contracts.get(contract) if contract is not None else None
        if kind.name == "contract":
            scope = known.scope if known is not None else ORGANIZATION
        elif known is None:
            if kind.of_contract and record is None:
                return ORGANIZATION, None, None
            scope = record.scope if record is not None else ORGANIZATION
        else:
            scope = known.scope
        if contract is None:
            return scope, self._member.role, None
        role = self._member.role_on(contract, scope)
        if known is not None and known.deleted and kind.name != "contract" and role is not None:
            return scope, role, "The contract was deleted; this change was not taken."
        return scope, role, None

    def _edit_problem(
        self, operation: Operation, kind: Kind, record: _Record | None, merged: Merged, role: Role, contract: str | None
    ) -> str | None:
        if merged.fresh:
            if problem := refusal(kind.make, role, kind):
                return problem
            if name := validating.missing(kind, operation.patch):
                if record is None and operation.base_sequence > 0:
                    return _unseen(kind)
                return f"A new {kind.name} needs the field {name}."
            return self._reference_problem(operation, contract)
        if merged.changes or merged.lost:
            if problem := self._may(kind.change, role, kind, record):
                return problem
            for name, value in merged.written.items():
                rule = kind.fields[name]
                if rule.merge is Merge.SET and isinstance(value, list) and len(value) > rule.most:
                    return f"The field {name} would hold more than {rule.most} names."
            if record is not None and record.deleted:
                return refusal(kind.make, role, kind) if kind.make else None
        return None

    def _may(self, operation: str | None, role: Role, kind: Kind, record: _Record | None) -> str | None:
        if problem := refusal(operation, role, kind):
            return problem
        if kind.own and record is not None and record.fields.get("created_by") != self._member.person:
            return f"A {kind.name} is changed by whoever wrote it alone."
        return None

    def _reference_problem(self, operation: Operation, contract: str | None) -> str | None:
        """A comment's thread must be one of its contract's."""
        if "thread" not in operation.patch:
            return None
        thread = self._find("thread", str(operation.patch["thread"]))
        if thread is None or thread.contract != contract or thread.deleted:
            return "There is no such thread in this contract, or you may not see it."
        return None

    def _find(self, kind: str, record: str) -> _Record | None:
        place = (kind, record)
        if place not in self._records:
            row = self._known.records.get(place)
            if row is None:
                return None
            self._records[place] = _record_of(row)
        return self._records[place]

    def _standing(self, kind: Kind, identity: str, record: _Record) -> Standing:
        opened = OpenedFields(self._seal, kind.name, identity, record.fields)
        return Standing(opened, record.field_sequence, record.sequence, record.deleted)

    def _next(self, scope: str) -> int:
        self.counters[scope] = self.counters.get(scope, self._known.counters.get(scope, 0)) + 1
        return self.counters[scope]

    def _write(self, operation: Operation, kind: Kind, record: _Record, merged: Merged) -> Applied:
        """Take a merged change into the state, with its conflicts and its activity."""
        former_author = record.changed_by
        activity = self._activity(operation, kind, record, merged)
        if merged.changes:
            sequence = self._next(record.scope)
            written = dict(merged.written)
            if merged.fresh:
                record.fields, record.field_sequence, record.own = {}, {}, set()
                written |= {name: self._member.person for name in _MADE_BY if name in kind.fields}
            elif kind.name in _RESTAMPED and _RESTAMPED[kind.name][0] in written:
                written[_RESTAMPED[kind.name][1]] = self._member.person
            sealed = seal_fields(self._seal, kind.name, operation.record, written)
            for name, value in sealed.items():
                if written[name] is None:
                    record.fields.pop(name, None)
                else:
                    record.fields[name] = value
                record.field_sequence[name] = sequence
            if merged.revived:
                # That it came back is news of every field that the edit was about: who has not seen it deletes nothing.
                record.field_sequence |= dict.fromkeys(operation.patch, sequence)
            record.own |= set(merged.written) - {one.field for one in merged.lost}
            record.deleted = merged.deletes
            if merged.deletes:
                record.own.add(DELETION)
            record.sequence = sequence
            record.changed_by = self._member.person
            self._keep(kind.name, operation.record, record)
            if kind.name == "contract":
                self._contracts[operation.record] = KnownContract(record.scope, record.deleted)
        for lost in merged.lost:
            self._conflict(operation, record, lost, former_author)
        if activity is not None:
            self._platform_row("activity", operation.operation, record, activity)
        return Applied(
            operation=operation.operation,
            outcome=Outcome.CONFLICT if merged.lost else Outcome.APPLIED,
            scope=record.scope,
            sequence=record.sequence,
            fields=tuple(one.field for one in merged.lost),
        )

    def _activity(
        self, operation: Operation, kind: Kind, record: _Record, merged: Merged
    ) -> dict[str, JsonValue] | None:
        if kind.name == "contract":
            if merged.deletes:
                return {"what": "deleted", "subject": operation.record}
            if not merged.fresh and "status" in merged.written:
                return {"what": "status", "subject": merged.written["status"]}
            return None
        if kind.name in _ACTIVITY and merged.fresh:
            what, name = _ACTIVITY[kind.name]
            return {"what": what, "subject": merged.written[name]}
        return None

    def _conflict(self, operation: Operation, record: _Record, lost: Lost, former_author: str | None) -> None:
        """A value that lost becomes a record that a person sees; of a deletion that gave way, whoever deleted."""
        deleted_before = lost.field == DELETION and not operation.deletes
        fields: dict[str, JsonValue] = {
            "record_kind": operation.kind,
            "record": operation.record,
            "field": lost.field,
            "value": lost.value,
            "kept": lost.kept,
            "author": former_author if deleted_before else self._member.person,
            "at": self._at,
        }
        identity = f"{operation.operation}:{lost.field}"
        self._platform_row("conflict", identity, record, seal_fields(self._seal, "conflict", identity, fields))

    def _platform_row(self, kind: str, identity: str, of: _Record, fields: dict[str, JsonValue]) -> None:
        sequence = self._next(of.scope)
        if kind == "activity":
            fields = {**fields, "by": self._member.person, "at": self._at}
        if of.contract is not None:
            fields["contract"] = of.contract
        fields = {name: value for name, value in fields.items() if value is not None}
        row = _Record(of.scope, of.contract, sequence, False, fields, dict.fromkeys(fields, sequence))
        row.changed_by = self._member.person
        self._records[kind, identity] = row
        self._keep(kind, identity, row)

    def _keep(self, kind: str, identity: str, record: _Record) -> None:
        self.rows[kind, identity] = NewRow(
            kind,
            identity,
            record.scope,
            record.contract,
            record.sequence,
            record.deleted,
            record.fields,
            record.field_sequence,
            SCHEMA_VERSION,
            record.changed_by,
        )


def _record_of(row: KnownRecord) -> _Record:
    return _Record(
        row.scope, row.contract, row.sequence, row.deleted, dict(row.fields), dict(row.field_sequence), row.changed_by
    )


def _kept(applied: Applied) -> dict[str, object]:
    """An answer as it is kept; what it leaves out is empty."""
    if applied.outcome is Outcome.REFUSED:
        return {"outcome": applied.outcome.value, "reason": applied.reason}
    result: dict[str, object] = {
        "outcome": applied.outcome.value,
        "scope": applied.scope,
        "sequence": applied.sequence,
    }
    return result | {"fields": list(applied.fields)} if applied.fields else result


def _refused(operation: Operation, reason: str) -> Applied:
    return Applied(operation=operation.operation, outcome=Outcome.REFUSED, reason=reason)


def _unseen(kind: Kind) -> str:
    article = "an" if kind.name[0] in "aeio" else "a"
    return f"There is no such {kind.name}, or you may not see it; {article} {kind.name} that was deleted stays so."
