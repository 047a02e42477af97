"""What a device shows: the platform's record with the device's own operations laid over, until the feed brings them.

The base sequence of an operation says what its author knew of the fields that it writes. A field that waits in the
outbox hides what others write to it meanwhile, so a later write of that field knows no more than the one that waits.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace

from pactoria_desktop.protocol.records import KINDS, FieldRule, Merge
from pactoria_desktop.sync.ports import ORGANIZATION, Desk, Known, Pending

_NEEDED = (("contract", "contract"), ("thread", "thread"))


def rule_of(kind: str, name: str) -> FieldRule | None:
    """The rule of a field, None where this program does not know it."""
    known = KINDS.get(kind)
    return None if known is None else known.fields.get(name)


def merge_of(kind: str, name: str) -> Merge:
    """How two writes of a field come together; an unknown field's as ``last``."""
    rule = rule_of(kind, name)
    return Merge.LAST if rule is None else rule.merge


def makes(pending: Pending) -> bool:
    """Whether an operation makes its record: it was made upon nothing and names all that a record must have."""
    kind = KINDS.get(pending.kind)
    if pending.deletes or pending.base_sequence != 0 or kind is None:
        return False
    required = [name for name, rule in kind.fields.items() if rule.required]
    return all(name in pending.patch for name in required)


def laid_over(fields: Mapping[str, object], kind: str, patch: Mapping[str, object]) -> dict[str, object]:
    """Fields with a patch applied."""
    made = dict(fields)
    for name, value in patch.items():
        merge = merge_of(kind, name)
        before = made.get(name)
        if merge is Merge.SET and isinstance(value, Mapping):
            members = set(_names(before)) - set(_names(value.get("remove"))) | set(_names(value.get("add")))
            made[name] = sorted(members)
        elif merge is Merge.GREATEST and before is not None and value is not None:
            made[name] = max(before, value)  # type: ignore[call-overload]
        elif merge is Merge.ONCE and before is not None:
            continue
        else:
            made[name] = value
    return made


def _names(value: object) -> list[str]:
    return [str(each) for each in value] if isinstance(value, (list, tuple)) else []


def shown(known: Known | None, operations: Iterable[Pending]) -> dict[str, object] | None:
    """The record as this device shows it, None where there is none."""
    fields = None if known is None or known.deleted else dict(known.fields)
    for each in operations:
        if each.deletes:
            fields = None
        elif fields is not None or makes(each):
            kept = {name: value for name, value in each.patch.items() if name not in each.lost}
            fields = laid_over(fields or {}, each.kind, kept)
    return fields


def _base(known: Known | None, operations: tuple[Pending, ...], names: Iterable[str]) -> int:
    wanted = set(names)
    for each in reversed(operations):
        if not each.deletes and wanted & (each.patch.keys() - set(each.lost)):
            return each.sequence if each.state == "acknowledged" else each.base_sequence
    return 0 if known is None or known.stale or known.deleted else known.sequence


def scope_of(desk: Desk, kind: str, record: str, fields: Mapping[str, object]) -> str:
    """Where a record lives: in its own scope, in its contract's, else in the organization's."""
    known = desk.known(kind, record)
    if known is not None and not known.deleted:
        return known.scope
    contract = fields.get("contract") or (known.fields.get("contract") if known is not None else None)
    if kind != "contract" and isinstance(contract, str):
        of = desk.known("contract", contract)
        if of is not None and not of.deleted:
            return of.scope
    return ORGANIZATION


def enqueue(
    desk: Desk,
    kind: str,
    record: str,
    patch: Mapping[str, object],
    *,
    mint: Callable[[], str],
    at: int,
    deletes: bool = False,
) -> None:
    """Put a change of a record into the outbox: one operation for each field, one in all for a new record.

    A field that waits and was never sent takes the new value instead. ``mint`` gives ids of operations.
    """
    operations = desk.outbox_of(kind, record)
    known = desk.known(kind, record)
    if deletes:
        # What waits hides what others have written meanwhile: nobody has seen more than it was made upon.
        base = 0 if known is None or known.stale or known.deleted else known.sequence
        base = min([base, *(each.base_sequence for each in operations if each.state != "acknowledged")])
        scope = scope_of(desk, kind, record, {})
        desk.add(Pending(mint(), kind, record, base, {}, at, deletes=True, scope=scope))
        return
    if (known is None or known.deleted) and not operations:
        desk.add(Pending(mint(), kind, record, 0, dict(patch), at, scope=scope_of(desk, kind, record, patch)))
        return
    scope = scope_of(desk, kind, record, patch)
    for name, value in patch.items():
        operations = desk.outbox_of(kind, record)
        made = next((each for each in operations if makes(each)), None)
        waiting = next((each for each in reversed(operations) if name in each.patch), made)
        free = waiting is not None and waiting.state == "waiting" and not any(each.deletes for each in operations)
        if waiting is not None and free and (makes(waiting) or len(waiting.patch) == 1):
            joined = _joined(kind, name, waiting.patch[name], value) if name in waiting.patch else value
            desk.change(replace(waiting, patch={**waiting.patch, name: joined}))
            continue
        base = _base(known, operations, (name,))
        desk.add(Pending(mint(), kind, record, base, {name: value}, at, scope=scope))


def _joined(kind: str, name: str, first: object, second: object) -> object:
    """Two changes of one field, one after the other, as one."""
    merge = merge_of(kind, name)
    if merge is Merge.GREATEST and first is not None and second is not None:
        return max(first, second)  # type: ignore[call-overload]
    if merge is not Merge.SET or not isinstance(second, Mapping):
        return second
    if not isinstance(first, Mapping):
        return laid_over({name: first}, kind, {name: second})[name]
    added, removed = set(_names(first.get("add"))), set(_names(first.get("remove")))
    more, fewer = set(_names(second.get("add"))), set(_names(second.get("remove")))
    return {"add": sorted((added - fewer) | more), "remove": sorted((removed - more) | fewer)}


def differences(kind: str, before: Mapping[str, object], after: Mapping[str, object]) -> dict[str, object]:
    """The patch from one state of a record to another; what is given once or by the platform is left out."""
    patch: dict[str, object] = {}
    for name, value in after.items():
        rule, former = rule_of(kind, name), before.get(name)
        if rule is None or rule.merge in (Merge.ONCE, Merge.PLATFORM) or value == former:
            continue
        if rule.merge is Merge.SET:
            have, want = set(_names(former)), set(_names(value))
            if have != want:
                patch[name] = {"add": sorted(want - have), "remove": sorted(have - want)}
        elif rule.merge is not Merge.GREATEST or value is not None:
            patch[name] = value
    return patch


def making(fields: Mapping[str, object], kind: str) -> dict[str, object]:
    """The patch that makes a record with these fields; what the platform writes is left out."""
    patch: dict[str, object] = {}
    for name, value in fields.items():
        merge = merge_of(kind, name)
        if merge is Merge.SET:
            patch[name] = {"add": sorted(_names(value)), "remove": []}
        elif merge is not Merge.PLATFORM and value is not None:
            patch[name] = value
    return patch


def needed_by(pending: Pending) -> list[tuple[str, str]]:
    """The records that must be there before an operation can count: its own, its contract, its thread."""
    needed = [] if makes(pending) else [(pending.kind, pending.record)]
    for name, kind in _NEEDED:
        value = pending.patch.get(name)
        if pending.kind != kind and isinstance(value, str):
            needed.append((kind, value))
    return needed
