"""Deleting and replacing a selection, which may reach over sections and tables."""

from collections.abc import Iterable, Iterator

from pactoria_desktop.contract.suggesting import LOOK_KEYS, is_struck, is_wordless
from pactoria_desktop.contract.text import HIDDEN, MarkValue
from pactoria_desktop.replica.aiming import aims_at, met
from pactoria_desktop.replica.boxes import controls_round
from pactoria_desktop.replica.changes import Place, Stretch
from pactoria_desktop.replica.deleting import Deletion
from pactoria_desktop.replica.living import LivingText, Part
from pactoria_desktop.replica.loro_text import runs_between
from pactoria_desktop.replica.rows import delete_table_gradually
from pactoria_desktop.replica.structure import SectionRecord
from pactoria_desktop.replica.writing import put, sanitised, typed_look, typing_offset


def delete(living: LivingText, stretches: Iterable[Stretch], forward: bool = False) -> Place | None:
    """Delete stretches, or strike them when suggesting.

    Gives the caret: where the first stretch began; with ``forward``, after what stays struck of the last.
    """
    parts = living.parts(stretches)
    if not parts:
        return None
    begin = Place(parts[0].slot.id, parts[0].start)
    last = parts[-1]
    tail = last.slot.text.len_utf16 - last.end
    _erase(living, parts)
    if forward and living.suggesting:
        return Place(last.slot.id, max(0, last.slot.text.len_utf16 - max(tail, 1)))
    first = parts[0].slot
    return Place(begin.slot, max(0, min(begin.offset, first.text.len_utf16 - 1)))


def _whole_tables(living: LivingText, parts: list[Part]) -> list[SectionRecord]:
    """The tables that a selection which also covers text outside them covers wholly."""
    if all(part.slot.row is not None for part in parts):
        return []
    covered: dict[str, int] = {}
    sections: dict[str, SectionRecord] = {}
    for part in parts:
        section = part.slot.section
        if section.is_table and part.start == 0 and part.end >= part.slot.text.len_utf16 - 1:
            covered[section.key] = covered.get(section.key, 0) + 1
            sections[section.key] = section
    shown: dict[str, int] = {}
    for slot in living.structure.slots():
        shown[slot.section.key] = shown.get(slot.section.key, 0) + 1
    return [section for key, section in sections.items() if covered[key] == shown[key]]


def _erase(living: LivingText, parts: list[Part]) -> None:
    """Delete or strike parts in one go."""
    with living.watching():
        for _ in erase_gradually(living, parts):
            pass


def delete_gradually(living: LivingText, stretches: Iterable[Stretch]) -> Iterator[int]:
    """Delete stretches, or strike them when suggesting, text by text; gives how many texts and rows are done."""
    return erase_gradually(living, living.parts(stretches))


def erase_gradually(living: LivingText, parts: list[Part]) -> Iterator[int]:
    """Delete or strike parts. A table wholly inside a wider selection goes; of others only words do.

    The last goes first, so that what joins it finds what is left. Words that arrive between two turns stay.
    """
    done = 0
    tables = _whole_tables(living, parts)
    gone = {section.key for section in tables}
    rest = [part for part in parts if part.slot.section.key not in gone]
    aims = aims_at(rest)
    for section in tables:
        for _ in delete_table_gradually(living, section):
            done += 1
            yield done
    deletion = Deletion(living, rest)
    for aim in reversed(aims):
        for part in reversed(met(living, aim)):
            deletion.erase(part)
        done += 1
        yield done


def replace(
    living: LivingText,
    stretches: Iterable[Stretch],
    text: str,
    formatting: dict[str, MarkValue | None] | None = None,
) -> Place | None:
    """Put text in the place of stretches: after the struck words when suggesting, in the first stretch.

    Words that stand in a content control are replaced in it, also the last ones.
    """
    parts = living.parts(stretches)
    text = sanitised(text)
    if not parts:
        return None
    first = parts[0]
    slot = first.slot
    look = _look_of_part(living, first)
    for key, value in (formatting or {}).items():
        look.pop(key, None)
        if value is not None:
            look[key] = value
    where = first.end if living.suggesting and len(parts) == 1 else first.start
    if living.suggesting and len(parts) > 1:
        where = min(first.end, slot.text.len_utf16 - 1)
    tail = slot.text.len_utf16 - where
    inside = controls_round(living, slot, first.start, first.end) if len(parts) == 1 else {}
    _erase(living, parts)
    if living.suggesting:
        where = slot.text.len_utf16 - tail
    slot = living.structure.slot(slot.id) if living.structure.place_of(slot) >= 0 else living.structure.slots()[0]
    offset = typing_offset(living, slot, max(0, where))
    if offset is None or not text:
        return Place(slot.id, max(0, min(where, slot.text.len_utf16 - 1)))
    return put(living, slot, offset, text, look, inside)


def _look_of_part(living: LivingText, part: Part) -> dict[str, MarkValue]:
    for run in runs_between(part.slot.text, part.start, part.end):
        words = run.text.strip("\n" + HIDDEN)
        if words and not is_wordless(words[0]) and not is_struck(run.marks):
            return {key: run.marks[key] for key in LOOK_KEYS if key in run.marks}
    return typed_look(living, part.slot, part.start)
