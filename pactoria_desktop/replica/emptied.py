"""What is left without words when tracked changes are accepted or rejected, and goes as it does in Word.

A paragraph whose newline nothing follows (one before a table, at the end of a story) goes with its words; in a cell and
in a note it stays. A note goes with its reference.
"""

from collections.abc import Iterable

from pactoria_desktop.contract.accepted import KEPT_WHEN_EMPTY, NEVER_EMPTY
from pactoria_desktop.contract.text import MarkValue, kind_of
from pactoria_desktop.replica.carrying import carry
from pactoria_desktop.replica.living import LivingText
from pactoria_desktop.replica.loro_text import all_runs, paragraph_start, runs_between, set_marks
from pactoria_desktop.replica.structure import Slot


def drop_emptied_ending(living: LivingText, slot: Slot) -> None:
    """Let the last paragraph of a text section go, whose newline was to go, where it has no words.

    The paragraph before it ends the section then; a section in which nothing else is left is hidden.
    """
    if slot.row is not None or kind_of(slot.part) in KEPT_WHEN_EMPTY or living.structure.place_of(slot) < 0:
        return
    text = slot.text
    end = text.len_utf16 - 1
    start = paragraph_start(text, end)
    if living.words_between(slot, start, end):
        return
    if start == 0:
        _hide(living, slot)
        return
    before, ending = runs_between(text, start - 1, start)[0], runs_between(text, end, end + 1)[0]
    marks: dict[str, MarkValue] = dict(before.marks)
    if "p:fix" in ending.marks:
        marks["p:fix"] = True
    set_marks(text, ending, marks)
    text.delete_utf16(start - 1, 1)


def _hide(living: LivingText, slot: Slot) -> None:
    """Hide a text section in which nothing is left; its anchors go to the next text of its story, or the one before.

    The only section of a story stays, and so does one with anchors that stands beside no other text.
    """
    slots = living.structure.slots()
    others = [one for one in slots if one.part == slot.part and one.row is None and one.key != slot.key]
    end = slot.text.len_utf16 - 1
    if end and not others:
        return
    if not others and (kind_of(slot.part) in NEVER_EMPTY or len(slots) == 1):
        return
    if end:
        place = living.structure.place_of(slot)
        later = next((one for one in others if living.structure.place_of(one) > place), None)
        target = later if later is not None else others[-1]
        carry(living, slot.text, 0, end, target.text, 0 if later is not None else target.text.len_utf16 - 1)
        living.forget_names(target)
    slot.holder.insert("deleted", True)
    living.structure.forget(slot.key)


def drop_lost_notes(living: LivingText, slots: Iterable[Slot]) -> None:
    """Let notes go that have neither words nor a reference left; ``slots`` are those that lost words."""
    notes: dict[str, list[Slot]] = {}
    for slot in slots:
        if kind_of(slot.part) in KEPT_WHEN_EMPTY and not living.words_between(slot, 0, slot.text.len_utf16):
            notes.setdefault(slot.part, []).append(slot)
    if not notes:
        return
    known = living.material.objects
    for slot in living.structure.slots():
        if slot.part in notes and living.words_between(slot, 0, slot.text.len_utf16):
            del notes[slot.part]
        for run in all_runs(slot.text) if notes else ():
            value = known.get(str(run.marks["obj"])) if "obj" in run.marks else None
            if value is not None and value.kind == "note":
                notes.pop(f"{value.role.removesuffix('Reference')}:{value.ref}", None)
    for emptied in notes.values():
        for slot in emptied:
            slot.text.delete_utf16(0, slot.text.len_utf16 - 1)
            slot.holder.insert("deleted", True)
            living.structure.forget(slot.key)
