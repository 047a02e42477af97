"""What takes a commit back, as Loro tells it right after, and how that is laid on the text as it has become.

Loro gives the difference from a version to the one just before it in about a millisecond for each million of characters
of the history; a command that reads its texts before it writes (``LivingText.remember``) does without. Loro lays marks
again that were not touched, so only those keys count that the commit has laid. Sections and rows are never taken out of
the document: where a commit made one, it is taken back by hiding it and dropping its words, so that what somebody else
has written in it stays and shows.
"""

from collections.abc import Iterable, Mapping, Sequence

from loro import ContainerID, Diff, Frontiers, LoroDoc, LoroText, PositionType, ValueOrContainer

from pactoria_desktop.contract.text import MarkValue
from pactoria_desktop.replica.changes import Delta, Drop, Keep, Put
from pactoria_desktop.replica.deltas import Deltas, inverse, present
from pactoria_desktop.replica.events import Happened
from pactoria_desktop.replica.living import LivingText
from pactoria_desktop.replica.loro_text import INTERNAL_MARK, all_deltas
from pactoria_desktop.replica.undoing import LaidValues, Part, Value, Words, Written, parts_of


def inverse_of(living: LivingText, before: Frontiers, happened: Happened) -> list[Part]:
    """The parts that take back what was committed since ``before``; ``happened`` is what Loro reported of it."""
    moved = living.take_moves()
    if not (happened.texts or happened.values or happened.holders or moved):
        return []
    if not (happened.values or happened.holders or moved):
        remembered = _from_memory(living, happened)
        if remembered is not None:
            return parts_of(
                remembered, {}, happened.carried or any(_carries(each.inverse) for each in remembered.values())
            )
    document: LoroDoc = living.document
    texts: dict[str, Words] = {}
    values: dict[Written, Value] = {}
    together = happened.carried
    for target, difference in document.diff(document.state_frontiers, before).get_diff():
        key = str(target)
        if isinstance(difference, Diff.Text) and key in happened.texts:
            forward = happened.texts[key]
            found = _only(all_deltas(difference.diff), {*_keys_laid(forward), INTERNAL_MARK})
            together = together or _carries(found)
            texts[key] = Words(target, found, _laid_by(forward))
        elif isinstance(difference, Diff.Map) and key in happened.values:
            for name, value in difference.diff.updated.items():
                plain = value.value if isinstance(value, ValueOrContainer.Value) else None
                values[key, name] = Value(target, plain)
    for key, target in happened.made.items():
        length = sum(len(each.text) for each in happened.texts.get(key, ()) if isinstance(each, Put))
        if length > 1:
            texts[key] = Words(target, (Drop(length - 1),), LaidValues())
    for holder in happened.holders:
        values[str(holder), "deleted"] = Value(holder, True)
    sections = living.structure.section_list
    for key, following in moved.items():
        values[str(sections.id), key] = Value(sections.id, following)
    return parts_of(texts, values, together)


def _from_memory(living: LivingText, happened: Happened) -> dict[str, Words] | None:
    """The same for texts that the command has read before it wrote, None where it has not read them all."""
    found: dict[str, Words] = {}
    for key, forward in happened.texts.items():
        before, slot = living.remembered(key), living.structure.slot_by_key(key)
        if before is None or slot is None:
            return None
        found[key] = Words(slot.text.id, inverse(before, forward), _laid_by(forward))
    return found


def _carries(deltas: Iterable[Delta]) -> bool:
    """Whether words come that were carried over a border."""
    return any(isinstance(each, Put) and INTERNAL_MARK in each.marks for each in deltas)


def _laid_by(deltas: Iterable[Delta]) -> LaidValues:
    laid = LaidValues()
    laid.add_all(deltas)
    return laid


def _keys_laid(deltas: Iterable[Delta]) -> set[str]:
    return {key for each in deltas if isinstance(each, Keep) for key in each.marks}


def _only(deltas: Sequence[Delta], keys: set[str]) -> Deltas:
    found: list[Delta] = []
    for each in deltas:
        if isinstance(each, Keep) and not keys.issuperset(each.marks):
            found.append(Keep(each.count, {key: value for key, value in each.marks.items() if key in keys}))
        else:
            found.append(each)
    while found and isinstance(found[-1], Keep) and not found[-1].marks:
        found.pop()
    return tuple(found)


def take_back(living: LivingText, part: Part) -> None:
    """Do to the text what takes a part back; nothing is committed."""
    document: LoroDoc = living.document
    living.remember(*(document.get_text(words.target) for words in part.texts.values()))
    for words in part.texts.values():
        lay(document.get_text(words.target), words.inverse)
    sections = str(living.structure.section_list.id)
    for (container, key), value in part.values.items():
        if container == sections:
            living.move_section(key, value.before if isinstance(value.before, str) else None)
        else:
            _write(document, value.target, key, value.before)


def _write(document: LoroDoc, target: ContainerID, key: str, value: object) -> None:
    holder = document.get_map(target)
    found = holder.get(key)
    if value is None:
        if found is not None:
            holder.delete(key)
    elif found is None or getattr(found, "value", None) != value:
        holder.insert(key, value)


def lay(text: LoroText, deltas: Iterable[Delta]) -> None:
    """Do a change to a text."""
    at = 0
    for delta in deltas:
        if isinstance(delta, Drop):
            text.delete(at, delta.count)
        elif isinstance(delta, Put):
            text.insert(at, delta.text)
            end = at + len(delta.text)
            for start, stop, marks in _runs(text, at, end):
                changes: dict[str, MarkValue | None] = {key: None for key in marks if key not in delta.marks}
                _mark(text, start, stop, marks, {**changes, **delta.marks})
            at = end
        else:
            if delta.marks:
                for start, stop, marks in _runs(text, at, at + delta.count):
                    _mark(text, start, stop, marks, delta.marks)
            at += delta.count


def _runs(text: LoroText, start: int, end: int) -> list[tuple[int, int, Mapping[str, MarkValue]]]:
    """The runs of a range in code points, with their marks."""
    found: list[tuple[int, int, Mapping[str, MarkValue]]] = []
    for each in text.slice_delta(start, end, PositionType.Unicode):
        stop = start + len(each.insert)
        found.append((start, stop, present(each.attributes or {})))
        start = stop
    return found


def _mark(
    text: LoroText, start: int, end: int, has: Mapping[str, MarkValue], wanted: Mapping[str, MarkValue | None]
) -> None:
    for key, value in wanted.items():
        if has.get(key) == value and (key in has or value is None):
            continue
        if value is None:
            text.unmark(start, end, key)
        else:
            text.mark(start, end, key, value)
