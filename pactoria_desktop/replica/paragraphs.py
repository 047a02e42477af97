"""Whole paragraphs with properties of their own, put behind a paragraph."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from pactoria_desktop.contract.suggesting import formatting_change
from pactoria_desktop.contract.text import LINE_BREAK, Marks, MarkValue, kind_of
from pactoria_desktop.replica.changes import Place
from pactoria_desktop.replica.living import LivingText
from pactoria_desktop.replica.loro_text import lay_marks, paragraph_end, runs_between, utf16_length
from pactoria_desktop.replica.properties import split_properties
from pactoria_desktop.replica.structure import Slot
from pactoria_desktop.replica.writing import pieces, put, sanitised, typing_offset


@dataclass(frozen=True, slots=True)
class NewParagraph:
    """Words with the marks that say how they look, and the paragraph's own (``p:props``, ``p:style``, ...)."""

    words: tuple[tuple[str, Marks], ...]
    marks: Marks = field(default_factory=dict)


def insert_paragraphs(living: LivingText, place: Place, paragraphs: Sequence[NewParagraph]) -> Place | None:
    """Put paragraphs behind the paragraph of a place, tracked when suggesting; gives the caret after the last.

    None where nothing may be typed there. Where no paragraph follows (before a table, at the end of a cell or of the
    text), the last one ends in the newline that was there, as in Word: when suggesting, what that changes of its
    properties is a tracked change too, and a Word section that it ends keeps its properties.
    """
    slot = living.structure.slot(place.slot)
    end = paragraph_end(slot.text, place.offset)
    following = living.structure.after(slot)
    if end + 1 < slot.text.len_utf16:
        slot, at, closed = slot, end + 1, False
    elif _goes_on(slot, following, living.paragraph_marks_at(slot, end)) and following is not None:
        slot, at, closed = following, 0, False
    else:
        at, closed = end, True
    if not paragraphs or typing_offset(living, slot, at) != at:
        return None
    lines = [_cleaned(paragraph) for paragraph in paragraphs]
    words = ["".join(text for text, _ in line.words) for line in lines]
    text = "\n" + "\n".join(words) if closed else "\n".join(words) + "\n"
    kept = dict(living.paragraph_marks_at(slot, at)) if closed else {}
    put(living, slot, at, text, {})
    start = at + 1 if closed else at
    for number, line in enumerate(lines):
        for words_of_piece, look in line.words:
            stop = start + utf16_length(words_of_piece)
            if look and stop > start:
                lay_marks(slot.text, start, stop, dict(look))
            start = stop
        if closed and number == len(lines) - 1:
            _set_last(living, slot, start, line.marks, kept)
            break
        _set(living, slot, start, line.marks)
        start += 1
    return Place(slot.id, start if closed else start - 1)


def _goes_on(slot: Slot, following: Slot | None, ending: Marks) -> bool:
    """Whether the words of a slot go on in the next one: text sections of one part with no table between them."""
    return (
        following is not None
        and slot.row is None
        and following.row is None
        and slot.section.part == following.section.part
        and "p:fix" not in ending
    )


def _cleaned(paragraph: NewParagraph) -> NewParagraph:
    """Words as they may be typed; one paragraph stays one."""
    words = tuple((sanitised(text).replace("\n", LINE_BREAK), look) for text, look in paragraph.words)
    return NewParagraph(tuple((text, look) for text, look in words if text), paragraph.marks)


def _wanted(living: LivingText, marks: Marks, here: Marks) -> dict[str, MarkValue | None]:
    wanted: dict[str, MarkValue | None] = {
        key: None for key in here if kind_of(key) == "p" and key not in ("p:src", "p:fix")
    }
    return wanted | split_properties(living, marks)


def _set(living: LivingText, slot: Slot, at: int, marks: Marks) -> None:
    for run in runs_between(slot.text, at, at + 1):
        for piece in pieces(run):
            lay_marks(slot.text, piece.start, piece.end, _wanted(living, marks, piece.marks))


def _set_last(living: LivingText, slot: Slot, at: int, marks: Marks, kept: Marks) -> None:
    here = living.paragraph_marks_at(slot, at)
    wanted = _wanted(living, marks, here)
    if living.ends_section(kept):
        wanted = {key: value for key, value in wanted.items() if key != "p:props"}
        properties = living.material.paragraphs.get(str(marks.get("p:props", "")))
        if "p:style" not in wanted and properties is not None and properties.style:
            wanted["p:style"] = properties.style
    if living.suggesting:
        change = formatting_change(here, wanted, "pfmt", "", living.is_own)
        if change is not None and "pfmt:" in change:
            id = living.new_revision("paragraph_format")
            change = formatting_change(here, wanted, "pfmt", id, living.is_own)
        if change is None:
            return
        wanted = change
    lay_marks(slot.text, at, at + 1, wanted)
