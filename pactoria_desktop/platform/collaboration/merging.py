"""How an operation comes together with a record as it stands: the rules of ``protocol.records.Merge``, without a
database.

What a device *knew* decides, never a clock: a field that was last written at or below the operation's base is known to
it, and so is one that the same device wrote in the same push.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from pydantic import JsonValue

from pactoria_desktop.protocol.records import FieldRule, Kind, Merge

DELETION = "deleted"
"""The name under which a deletion that gave way to an edit is reported."""


@dataclass(frozen=True, slots=True)
class Standing:
    """A record as it stands. ``fields`` may open sealed words only when they are looked at."""

    fields: Mapping[str, JsonValue]
    field_sequence: Mapping[str, int]
    sequence: int
    deleted: bool = False


@dataclass(frozen=True, slots=True)
class Lost:
    """A value that gave way, and the one that stays."""

    field: str
    value: JsonValue
    kept: JsonValue


@dataclass(frozen=True, slots=True)
class Merged:
    """What becomes of a record.

    ``written`` are the fields that get another value (None: cleared). ``fresh``: what the record held before counts no
    more. ``revived``: an edit brings a deleted record back, and ``deletes`` takes it away.
    """

    written: dict[str, JsonValue] = field(default_factory=dict)
    lost: tuple[Lost, ...] = ()
    fresh: bool = False
    revived: bool = False
    deletes: bool = False

    @property
    def changes(self) -> bool:
        """Whether the record moves in its feed."""
        return bool(self.written) or self.fresh or self.revived or self.deletes


def merged_edit(
    kind: Kind, standing: Standing | None, patch: Mapping[str, JsonValue], base: int, own: frozenset[str] = frozenset()
) -> Merged:
    """An edit upon what the device knew at ``base``. ``own`` are fields (and DELETION) that it wrote itself since.

    The patch has passed ``validating``. Of a deleted record: who knew of the deletion makes the record anew, who did
    not brings it back as it was with the edit on it.
    """
    if standing is None:
        return Merged(_made(kind, patch), fresh=True)
    if standing.deleted and (standing.sequence <= base or DELETION in own):
        return Merged(_made(kind, patch), fresh=True, revived=True)
    written: dict[str, JsonValue] = {}
    lost: list[Lost] = []
    for name, value in patch.items():
        rule = kind.fields[name]
        former = standing.fields.get(name) if name in standing.field_sequence else None
        known = standing.field_sequence.get(name, 0) <= base or name in own
        match rule.merge:
            case Merge.SET:
                after = _members(former, value)
                if after != (former or []):
                    written[name] = after
            case Merge.GREATEST:
                if former is None or _greater(rule, value, former):
                    written[name] = value
            case Merge.ONCE:
                if not same(value, former) and rule.kind != "instant":
                    lost.append(Lost(name, value, former))
            case Merge.LAST | Merge.PLATFORM:
                if same(value, former):
                    continue
                if known:
                    written[name] = value
                else:
                    lost.append(Lost(name, value, former))
    if standing.deleted:
        lost.append(Lost(DELETION, True, False))
    return Merged(written, tuple(lost), revived=standing.deleted)


def merged_deletion(standing: Standing, base: int, own: frozenset[str] = frozenset()) -> Merged:
    """A deletion upon what the device knew at ``base``; an edit that it did not know of survives."""
    if standing.deleted:
        return Merged()
    if any(sequence > base and name not in own for name, sequence in standing.field_sequence.items()):
        return Merged(lost=(Lost(DELETION, True, False),))
    return Merged(deletes=True)


def same(one: JsonValue, other: JsonValue) -> bool:
    """Whether two values are one: numbers by value, but true is not 1."""
    if isinstance(one, bool) or isinstance(other, bool):
        return one is other
    return one == other


def _made(kind: Kind, patch: Mapping[str, JsonValue]) -> dict[str, JsonValue]:
    return {
        name: _members(None, value) if kind.fields[name].merge is Merge.SET else value
        for name, value in patch.items()
        if value is not None
    }


def _members(former: JsonValue, change: JsonValue) -> list[JsonValue]:
    """The members after a change ``{"add": [...], "remove": [...]}``, in order of their letters."""
    assert isinstance(change, dict)
    members = {one for one in former if isinstance(one, str)} if isinstance(former, list) else set()
    members -= _names(change.get("remove"))
    members |= _names(change.get("add"))
    return [*sorted(members)]


def _names(value: JsonValue) -> set[str]:
    return {one for one in value if isinstance(one, str)} if isinstance(value, list) else set()


def _greater(rule: FieldRule, value: JsonValue, former: JsonValue) -> bool:
    if value is None:
        return False
    if rule.kind == "instant":
        return datetime.fromisoformat(str(value)) > datetime.fromisoformat(str(former))
    assert isinstance(value, int | float)
    assert isinstance(former, int | float)
    return value > former
