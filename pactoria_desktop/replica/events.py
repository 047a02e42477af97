"""Loro's events as the changes that views apply."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from loro import ContainerID, Diff, DiffEvent, ListDiffItem, LoroDoc, TextDelta, ValueOrContainer

from pactoria_desktop.contract.text import kind_of
from pactoria_desktop.replica.changes import Changes, Delta, Drop, Keep, Origin, Place, Put, TextChange
from pactoria_desktop.replica.deltas import Deltas, composed
from pactoria_desktop.replica.living import TRACKED_KINDS, LivingText
from pactoria_desktop.replica.loro_text import (
    COMMENTS,
    INTERNAL_MARK,
    REVISIONS,
    SYSTEM_ORIGIN,
    utf16_before,
    visible_marks,
)
from pactoria_desktop.replica.records import MATERIAL_TABLES


@dataclass(frozen=True, slots=True)
class Reported:
    """What Loro reports of one container, and whether the replica did it by itself."""

    target: ContainerID
    difference: object
    system: bool


class EventQueue:
    """Collects what Loro reports while it commits or imports; a callback of Loro's must do no more than that."""

    def __init__(self, document: LoroDoc) -> None:
        self._events: list[Reported] = []
        self._tables = {str(document.get_map(name).id): name for name in (REVISIONS, COMMENTS, *MATERIAL_TABLES)}
        self._subscription = document.subscribe_root(self._collect)

    def _collect(self, event: DiffEvent) -> None:
        for each in event.events:
            self._events.append(Reported(each.target, each.diff, event.origin == SYSTEM_ORIGIN))

    def take(self) -> "list[Reported]":
        """What was reported since the last time."""
        found, self._events = self._events, []
        return found

    def table_of(self, key: str) -> str | None:
        """The name of the record table whose container this is."""
        return self._tables.get(key)

    def close(self) -> None:
        """Stop listening. A subscription that is kept is never freed."""
        self._subscription.unsubscribe()


def _deltas(found: Iterable[TextDelta]) -> tuple[Delta, ...]:
    deltas: list[Delta] = []
    for each in found:
        if isinstance(each, TextDelta.Insert):
            deltas.append(Put(each.insert, visible_marks(each.attributes)))
        elif isinstance(each, TextDelta.Delete):
            deltas.append(Drop(each.delete))
        else:
            marks = each.attributes or {}
            marks.pop(INTERNAL_MARK, None)
            deltas.append(Keep(each.retain, marks))
    while deltas and isinstance(deltas[-1], Keep) and not deltas[-1].marks:
        deltas.pop()
    return tuple(deltas)


def _entries(difference: object) -> dict[str, object]:
    """What entries of a table are now; a container, which no table of ours holds, counts as gone."""
    if not isinstance(difference, Diff.Map):
        return {}
    updated = difference.diff.updated
    return {key: value.value if isinstance(value, ValueOrContainer.Value) else None for key, value in updated.items()}


def _carries(found: Iterable[TextDelta]) -> bool:
    return any(isinstance(each, TextDelta.Insert) and INTERNAL_MARK in (each.attributes or {}) for each in found)


@dataclass(slots=True)
class Happened:
    """What was done, by the name of the container: to texts, to which values, and what was made.

    ``made`` are containers that were not there before; ``holders`` those of them that stand in a list which was:
    sections and rows. ``carried`` tells that words came which were carried over a border.
    """

    texts: dict[str, Deltas] = field(default_factory=dict)
    values: dict[str, set[str]] = field(default_factory=dict)
    made: dict[str, ContainerID] = field(default_factory=dict)
    holders: list[ContainerID] = field(default_factory=list)
    carried: bool = False

    @property
    def written(self) -> list[tuple[str, str]]:
        """Every value that was written: container and key."""
        return [(container, key) for container, keys in self.values.items() for key in keys]

    def note(self, each: Reported, deltas: Deltas) -> None:
        """Take in what was reported of one container, a text's as ``deltas``."""
        key = str(each.target)
        if isinstance(each.difference, Diff.Text):
            self.texts[key] = composed(self.texts.get(key, ()), deltas)
        elif isinstance(each.difference, Diff.Map):
            updated = each.difference.diff.updated
            self.values.setdefault(key, set()).update(updated)
            for value in updated.values():
                self._note_made(value)
        elif isinstance(each.difference, Diff.List):
            for item in each.difference.diff:
                if isinstance(item, ListDiffItem.Insert):
                    for value in item.insert:
                        self._note_listed(key, value, item.is_move)

    def _note_listed(self, key: str, value: ValueOrContainer, moved: bool) -> None:
        if not isinstance(value, ValueOrContainer.Container):
            return
        target = value.container.id
        self.values.setdefault(key, set()).add(str(target))
        if not moved:
            self._note_made(value)
            self.holders.append(target)

    def _note_made(self, value: ValueOrContainer) -> None:
        if isinstance(value, ValueOrContainer.Container):
            target = value.container.id
            self.made[str(target)] = target

    def settle(self) -> None:
        """All was reported: what lies in something that was made was made with it."""
        for key in self.made:
            self.values.pop(key, None)


@dataclass(frozen=True, slots=True)
class Report:
    """What happened: the changes for views, and what was done to which text container, hidden ones included.

    ``own`` was done by a command, ``foreign`` is all else.
    """

    changes: Changes
    texts: tuple[tuple[str, tuple[Delta, ...]], ...]
    own: Happened
    foreign: Happened

    @property
    def carried(self) -> bool:
        """Whether words came which were carried over a border."""
        return self.own.carried or self.foreign.carried


def report(living: LivingText, queue: EventQueue, origin: Origin) -> Report:
    """Turn what was collected into changes, and let the living text know what to read again."""
    texts: list[TextChange] = []
    touched: list[tuple[str, tuple[Delta, ...]]] = []
    own, foreign = Happened(), Happened()
    structure = revisions = comments = False
    for each in queue.take():
        key, difference = str(each.target), each.difference
        happened = own if origin in ("local", "undo") and not each.system else foreign
        table = queue.table_of(key)
        if table is not None:
            if table == COMMENTS:
                happened.note(each, ())
            living.records_changed(table, _entries(difference))
            revisions = revisions or table == REVISIONS
            comments = comments or table == COMMENTS
            continue
        if not isinstance(difference, Diff.Text):
            happened.note(each, ())
            living.structure.forget(key)
            structure = True
            continue
        found = difference.diff  # Loro makes the list anew each time that it is asked for
        deltas = _deltas(found)
        touched.append((key, deltas))
        happened.note(each, deltas)
        happened.carried = happened.carried or _carries(found)
        slot = living.structure.slot_by_key(key)
        if slot is None:
            continue
        if slot.may_vanish:
            living.structure.forget(key)
            structure = True
        if deltas:
            texts.append(TextChange(slot.id, deltas))
            kinds = _kinds_touched(living, slot.id, deltas)
            revisions = revisions or bool(kinds.intersection(TRACKED_KINDS))
            comments = comments or "comment" in kinds
    changes = Changes(tuple(texts), structure, revisions or structure, comments or structure, origin)
    living.names_changed(changes)
    own.settle()
    foreign.settle()
    return Report(changes, tuple(touched), own, foreign)


def _kinds_touched(living: LivingText, slot: str, deltas: tuple[Delta, ...]) -> set[str]:
    keys: set[str] = set()
    for delta in deltas:
        keys.update(living.known_names(slot) if isinstance(delta, Drop) else delta.marks)
    return {kind_of(key) for key in keys}


def caret_after(living: LivingText, changes: Changes) -> Place | None:
    """Where the caret belongs after changes: at the end of the last one in a text that is shown."""
    shown = {slot.id: slot for slot in living.structure.slots()}
    for change in reversed(changes.texts):
        slot = shown.get(change.slot)
        if slot is None:
            continue
        points = caret = 0
        for delta in change.deltas:
            if isinstance(delta, Put):
                points += len(delta.text)
                caret = points
            elif isinstance(delta, Keep):
                points += delta.count
                caret = points if delta.marks else caret
            else:
                caret = points
        offset = utf16_before(slot.text, min(caret, slot.text.len_unicode - 1))
        return Place(slot.id, max(0, offset))
    return None


def together(first: Changes, second: Changes) -> Changes:
    """Two changes, one after the other, as one."""
    return Changes(
        first.texts + second.texts,
        first.structure or second.structure,
        first.revisions or second.revisions,
        first.comments or second.comments,
        first.origin,
    )
