"""Typing, pasting and starting paragraphs."""

import re
from collections.abc import Iterator, Mapping

from pactoria_desktop.contract.suggesting import (
    depth,
    enclosing_marks,
    extended_insertion,
    greatest_depth,
    is_struck,
    is_wordless,
    look_of,
    typing_allowed,
)
from pactoria_desktop.contract.text import HIDDEN, OBJECT, Marks, MarkValue, WordObject
from pactoria_desktop.replica.changes import Place
from pactoria_desktop.replica.living import LivingText
from pactoria_desktop.replica.loro_text import (
    Run,
    character_at,
    character_before,
    lay_marks,
    paragraph_end,
    runs_between,
    set_marks,
    snapped,
    utf16_length,
)
from pactoria_desktop.replica.properties import content_key, split_properties
from pactoria_desktop.replica.structure import Slot

Wanted = Mapping[str, MarkValue]

EMPTIED_CONTROL = "emptied-control"
"""The object that stands for the words of a content control that has none; typing beside it goes into the control."""

_UNWANTED = str.maketrans(
    {"\r": "\n", "\u2029": "\n", "\x0b": "\u2028", "\x0c": "\n", "\ufffc": "\ufffd", HIDDEN: None}
)
_CONTROL = re.compile("[\x00-\x08\x0e-\x1f\x7f\ufdd0-\ufdef\ufffe\uffff]")


def sanitised(text: str) -> str:
    """Text as it may be typed or pasted: paragraphs end in newlines, nothing that XML or the view cannot hold."""
    text = text.replace("\r\n", "\n").translate(_UNWANTED)
    text = _CONTROL.sub("\ufffd", text)
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def typing_offset(living: LivingText, slot: Slot, offset: int) -> int | None:
    """Where typing at an offset goes: there, or beyond hidden characters beside it; None where it is not allowed.

    It is not in a struck row either, which has to go whole when its deletion is accepted.
    """
    text = slot.text
    if slot.row is not None and is_struck(slot.row.marks):
        return None
    offset = min(snapped(text, offset), text.len_utf16 - 1)
    for step in (-1, 1):
        at = offset
        while True:
            left, right = character_before(text, at), character_at(text, at)
            if typing_allowed(left, right, living.is_locked_box):
                return at
            beside = left if step < 0 else right
            if beside is None or beside[0] != HIDDEN:
                break
            at += step
    return None


def typed_look(living: LivingText, slot: Slot, offset: int) -> dict[str, MarkValue]:
    """The look of a character typed at an offset: that of the words before it in its paragraph, else after it."""
    for run in living.look_runs(slot, offset):
        if run.text.endswith("\n"):
            break
        if not is_wordless(run.text[-1]):
            return look_of(run.marks)
    following = character_at(slot.text, offset)
    if following is not None and following[0] != "\n" and not is_wordless(following[0]):
        return look_of(following[1])
    return {}


def insert(
    living: LivingText, place: Place, text: str, formatting: Mapping[str, MarkValue | None] | None = None
) -> Place | None:
    """Type or paste text. ``formatting`` is laid over the look of the place, None values take from it.

    Gives the caret after it, None where nothing may be typed or nothing is left of the text.
    """
    text = sanitised(text)
    slot = living.structure.slot(place.slot)
    offset = typing_offset(living, slot, place.offset)
    if offset is None or not text:
        return None
    look = typed_look(living, slot, offset)
    for key, value in (formatting or {}).items():
        look.pop(key, None)
        if value is not None:
            look[key] = value
    return put(living, slot, offset, text, look)


def put(
    living: LivingText, slot: Slot, offset: int, text: str, look: Wanted, inside: Marks | None = None
) -> Place:  # fmt: skip
    """Insert text at an offset where it is allowed, tracked when suggesting; gives the caret after it.

    ``inside`` are containers that it belongs to as soon as what stands on one side of it does.
    """
    loro = slot.text
    living.remember(loro)
    before, after = character_before(loro, offset), character_at(loro, offset)
    left, right = before[1] if before else {}, after[1] if after else {}
    around = enclosing_marks(left, right)
    for beside in (left, right):
        if beside.get("obj") == EMPTIED_CONTROL:
            around = enclosing_marks(beside, beside)
    around |= {key: value for key, value in (inside or {}).items() if key in left or key in right}
    wanted: dict[str, MarkValue] = {**look, **around}
    tracked: dict[str, MarkValue] = {}
    kind = "ins" if living.suggesting else ("typ" if living.typing_is_told_apart() else None)
    if kind is not None:
        key = extended_insertion([left, right], kind, living.is_own)
        if key is None:
            key = f"{kind}:{living.new_revision('insertion' if kind == 'ins' else 'typed')}"
        if kind == "ins":
            known = left.get(key, right.get(key))
            tracked[key] = {"d": max(greatest_depth(around) + 1, depth(known) if known is not None else 0)}
        else:
            tracked[key] = True
    wanted.update(tracked)
    length = utf16_length(text)
    if "\n" not in text:
        loro.insert_utf16(offset, text)
        for run in runs_between(loro, offset, offset + length):
            set_marks(loro, run, wanted)
        return Place(slot.id, offset + length)
    _put_paragraphs(living, slot, offset, text, wanted, tracked)
    return Place(slot.id, offset + length)


def _put_paragraphs(living: LivingText, slot: Slot, offset: int, text: str, wanted: Wanted, tracked: Wanted) -> None:
    loro = slot.text
    start, end = living.paragraph_bounds(slot, offset)
    ending = runs_between(loro, end, end + 1)[0].marks
    newline: dict[str, MarkValue] = {**split_properties(living, ending), **tracked}
    first: dict[str, MarkValue] = dict(newline)
    words_stay = living.words_between(slot, start, offset) and not living.words_between(slot, offset, end)
    moves_identity = not living.suggesting and words_stay and "p:src" in ending and "p:fix" not in ending
    if moves_identity:
        for key in ("p:props", "p:src"):
            if key in ending:
                first[key] = ending[key]
    loro.insert_utf16(offset, text)
    length = utf16_length(text)
    newlines = 0
    for run in list(runs_between(loro, offset, offset + length)):
        for piece in pieces(run):
            if piece.text == "\n":
                set_marks(loro, piece, first if newlines == 0 else newline)
                newlines += 1
            else:
                set_marks(loro, piece, wanted)
    if moves_identity:
        at = paragraph_end(loro, offset + length)
        changes: dict[str, MarkValue | None] = {"p:src": None}
        if newline.get("p:props") != ending.get("p:props"):
            changes["p:props"] = newline.get("p:props")
        lay_marks(loro, at, at + 1, changes)


def insert_object(living: LivingText, place: Place, thing: WordObject) -> Place | None:
    """Insert a piece of Word XML that has no words; gives the caret after it, None where nothing may be inserted."""
    slot = living.structure.slot(place.slot)
    offset = typing_offset(living, slot, place.offset)
    if offset is None:
        return None
    key = content_key(thing)
    living.add_material("objects", key, thing)
    look = typed_look(living, slot, offset) if thing.in_run else {}
    after = put(living, slot, offset, OBJECT, look)
    lay_marks(slot.text, offset, after.offset, {"obj": key})
    return after


def pieces(run: Run) -> Iterator[Run]:
    """A run cut so that each newline and each hidden character stands alone."""
    at = run.start
    for text in re.split(f"([\n{HIDDEN}])", run.text):
        if text:
            end = at + utf16_length(text)
            yield Run(at, end, text, run.marks)
            at = end
