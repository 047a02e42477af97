"""Deleting and striking: which characters of a selection may go, and what happens to each."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from pactoria_desktop.contract.suggesting import Fate, deletion_value, fate_when_struck, is_wordless
from pactoria_desktop.contract.text import HIDDEN, Marks, MarkValue, id_of, kind_of
from pactoria_desktop.replica.boxes import keep_emptied_boxes
from pactoria_desktop.replica.joining import can_join_next, join_next, remove, take_back_ending
from pactoria_desktop.replica.living import LivingText, Part
from pactoria_desktop.replica.loro_text import Run, character_at, character_before, lay_marks, runs_between
from pactoria_desktop.replica.structure import Slot
from pactoria_desktop.replica.writing import pieces


@dataclass(frozen=True, slots=True)
class Deletable:
    """The pieces of one part that may go; ``ending`` is the slot's last newline where that is among them."""

    part: Part
    pieces: tuple[Run, ...]
    ending: Run | None


def _fields(marks: Marks) -> set[str]:
    return {key for key in marks if kind_of(key) == "fld"}


def _widened(part: Part) -> Part:
    """A part with the hidden ends of fields whose shown words it begins or ends with."""
    text, start, end = part.slot.text, part.start, part.end
    while True:
        before, first = character_before(text, start), character_at(text, start)
        if before is None or first is None or before[0] != HIDDEN or not _fields(before[1]) & _fields(first[1]):
            break
        start -= 1
    while True:
        after, last = character_at(text, end), character_before(text, end)
        if after is None or last is None or after[0] != HIDDEN or not _fields(after[1]) & _fields(last[1]):
            break
        end += 1
    return Part(part.slot, start, end)


def _cut_fields(living: LivingText, parts: Sequence[Part]) -> set[str]:
    """The fields that the parts cover in part only."""
    cut: set[str] = set()
    covered = {part.slot.key: part for part in parts}
    for part in parts:
        text = part.slot.text
        for at in (part.start, part.end):
            before, after = character_before(text, at), character_at(text, at)
            if before is not None and after is not None:
                cut |= _fields(before[1]) & _fields(after[1])
        if part.start == 0:
            previous = living.structure.before(part.slot)
            first = character_at(text, 0)
            if previous is not None and first is not None and _fields(first[1]):
                last = character_before(previous.text, previous.text.len_utf16)
                beside = covered.get(previous.key)
                if last is not None and (beside is None or beside.end < previous.text.len_utf16):
                    cut |= _fields(last[1]) & _fields(first[1])
        if part.end == text.len_utf16:
            following = living.structure.after(part.slot)
            last = character_before(text, part.end)
            if following is not None and last is not None and _fields(last[1]):
                first = character_at(following.text, 0)
                beside = covered.get(following.key)
                if first is not None and (beside is None or beside.start > 0):
                    cut |= _fields(last[1]) & _fields(first[1])
    return cut


def _cut_objects(part: Part) -> set[str]:
    """The objects with words that a part covers in part only."""
    cut: set[str] = set()
    for at in (part.start, part.end):
        before, after = character_before(part.slot.text, at), character_at(part.slot.text, at)
        if before is None or after is None or is_wordless(before[0]) or is_wordless(after[0]):
            continue
        if "obj" in before[1] and before[1]["obj"] == after[1].get("obj"):
            cut.add(str(before[1]["obj"]))
    return cut


@dataclass(frozen=True, slots=True)
class Bounds:
    """What a deletion of parts must know of all of them before the first has gone.

    ``cut`` are the fields that they cover in part only, ``joins`` the slots whose last newline may go.
    """

    cut: frozenset[str]
    joins: frozenset[str]


def bounds_of(living: LivingText, parts: Sequence[Part]) -> Bounds:
    """The bounds of a deletion of parts in document order."""
    cut = _cut_fields(living, [_widened(part) for part in parts])
    joins = {part.slot.key for part in parts if can_join_next(living, part.slot)}
    return Bounds(frozenset(cut), frozenset(joins))


def deletable(living: LivingText, part: Part, bounds: Bounds) -> Deletable:
    """What may go of a part.

    Never: hidden characters outside a field that goes whole, fields and objects covered in part, locked words, fixed
    newlines and newlines inside fields, a last newline that nothing of the same story follows.
    """
    part = _widened(part)
    objects = _cut_objects(part)
    free: list[Run] = []
    ending: Run | None = None
    length = part.slot.text.len_utf16
    for run in runs_between(part.slot.text, part.start, part.end):
        fields = _fields(run.marks)
        if fields & bounds.cut or "lock" in run.marks or str(run.marks.get("obj", "")) in objects:
            continue
        if any(kind_of(key) == "box" and living.is_locked_box(id_of(key)) for key in run.marks):
            continue
        for piece in pieces(run):
            if piece.text == HIDDEN and not fields:
                continue
            if piece.text == "\n":
                if fields or "p:fix" in piece.marks:
                    continue
                if piece.end == length:
                    if part.slot.key in bounds.joins:
                        ending = piece
                    continue
            free.append(piece)
    return Deletable(part, tuple(free), ending)


class Deletion:
    """Deletes or strikes parts of which the last is to go first; what one has inserted oneself goes at once.

    ``id`` is the revision that strikes belong to; without one, one's own beside the parts goes on, or a new one begins.
    """

    def __init__(self, living: LivingText, parts: Sequence[Part], id: str | None = None) -> None:
        self._living = living
        self._bounds = bounds_of(living, parts)
        self._suggesting = living.suggesting
        self._id = id
        if self._suggesting and parts and id is None:
            self._id = _own_deletion(living, parts)

    def erase(self, part: Part) -> None:
        """Delete or strike what may go of one part."""
        self._living.remember(part.slot.text)
        if self._suggesting:
            self._strike(part)
        else:
            self._take_out(part)

    def _take_out(self, part: Part) -> None:
        living, each = self._living, deletable(self._living, part, self._bounds)
        slot = part.slot
        remove(living, slot, [(piece.start, piece.end) for piece in each.pieces], first_stays=True)
        keep_emptied_boxes(living, slot, each.pieces)
        _note_vanishing(living, slot)
        if each.ending is not None:
            join_next(living, slot)

    def _strike(self, part: Part) -> None:
        living, each = self._living, deletable(self._living, part, self._bounds)
        slot = part.slot
        gone: list[Run] = []
        joins = False
        for piece in [*each.pieces, *([each.ending] if each.ending is not None else [])]:
            fate = fate_when_struck(piece.marks, living.is_own)
            if fate is Fate.REMOVE:
                if piece is each.ending:
                    joins = True
                else:
                    gone.append(piece)
            elif fate is Fate.STRIKE:
                if self._id is None:
                    self._id = living.new_revision("deletion")
                changes: dict[str, MarkValue | None] = {f"del:{self._id}": deletion_value(piece.marks)}
                lay_marks(slot.text, piece.start, piece.end, changes)
        remove(living, slot, [(piece.start, piece.end) for piece in gone], first_stays=False)
        keep_emptied_boxes(living, slot, gone)
        _note_vanishing(living, slot)
        if joins:
            take_back_ending(living, slot)


def _note_vanishing(living: LivingText, slot: Slot) -> None:
    if slot.may_vanish:
        living.structure.forget(slot.key)


def _own_deletion(living: LivingText, parts: Sequence[Part]) -> str | None:
    """One's own deletion beside the parts, which the new one extends."""
    first, last = parts[0], parts[-1]
    for beside in (character_at(last.slot.text, last.end), character_before(first.slot.text, first.start)):
        if beside is None:
            continue
        for key in sorted(beside[1]):
            if kind_of(key) == "del" and living.is_own(id_of(key)):
                return id_of(key)
    return None


def delete_words(living: LivingText, slots: Iterable[Slot], id: str | None = None) -> None:
    """Delete the words of slots, or strike them as revision ``id`` when suggesting; what may not go stays."""
    parts = [Part(slot, 0, slot.text.len_utf16 - 1) for slot in slots if slot.text.len_utf16 > 1]
    deletion = Deletion(living, parts, id)
    for part in reversed(parts):
        deletion.erase(part)
