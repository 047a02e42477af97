"""Carrying words from one text to another, so that two people who do it at the same moment do not double them.

Carried words are a copy, and the originals go. Each character of the copy keeps, under an internal mark, which
character it is a copy of and which act carried it. When two acts have carried the same character, every replica drops
the copy of the act with the greater id; words that only one of them saw stay.
"""

from dataclasses import dataclass

from loro import LoroText, Side

from pactoria_desktop.contract.text import Marks
from pactoria_desktop.replica.living import LivingText
from pactoria_desktop.replica.loro_text import (
    INTERNAL_MARK,
    Run,
    all_runs,
    lay_marks,
    runs_between,
    set_marks,
    utf16_length,
)


def identity_of(text: LoroText, point: int) -> str:
    """The identity of the character at a code point of a text, "" where it has none."""
    cursor = text.get_cursor(point, Side.Middle)
    return f"{cursor.id.peer:x}@{cursor.id.counter}" if cursor is not None and cursor.id is not None else ""


def carry(
    living: LivingText,
    source: LoroText,
    start: int,
    end: int,
    target: LoroText,
    at: int,
    separator: Marks | None = None,
) -> None:
    """Move the characters ``start`` to ``end`` of one text to an offset of another, with their marks.

    A newline with the marks ``separator`` goes before them where that is given; it counts as a copy of the source's
    last newline.
    """
    if start >= end:
        return
    act = living.new_id()
    point = len(source.slice_utf16(0, start))
    copies = [
        (character, identity_of(source, point + number))
        for number, character in enumerate(source.slice_utf16(start, end))
    ]
    runs = runs_between(source, start, end)
    offset = at
    if separator is not None:
        copies.insert(0, ("\n", identity_of(source, source.len_unicode - 1)))
        _put(target, at, "\n", separator)
        at += 1
    for run in runs:
        _put(target, at, run.text, run.marks)
        at += run.end - run.start
    for character, identity in copies:
        width = utf16_length(character)
        if identity:
            lay_marks(target, offset, offset + width, {INTERNAL_MARK: [identity, act]})
        offset += width
    source.delete_utf16(start, end - start)


def _put(target: LoroText, at: int, text: str, marks: Marks) -> None:
    target.insert_utf16(at, text)
    wanted = {key: value for key, value in marks.items() if key != INTERNAL_MARK}
    for got in runs_between(target, at, at + utf16_length(text)):
        set_marks(target, got, wanted)


@dataclass(frozen=True, slots=True)
class Doubled:
    """Copies that two acts have made: the ``first`` ones, of the act with the smaller id, and the ``others``."""

    first: list[tuple[LoroText, Run]]
    others: list[tuple[LoroText, Run]]


def doubled(texts: list[LoroText]) -> Doubled:
    """What several acts have made, in texts of one structure."""
    copies: dict[str, list[tuple[str, LoroText, Run]]] = {}
    for text in texts:
        for run in all_runs(text):
            value = run.marks.get(INTERNAL_MARK)
            if isinstance(value, list) and len(value) > 1 and isinstance(value[0], str) and isinstance(value[1], str):
                copies.setdefault(value[0], []).append((value[1], text, run))
    found = Doubled([], [])
    for made in copies.values():
        first = min(act for act, _, _ in made)
        others = [(text, run) for act, text, run in made if act != first]
        if others:
            found.others.extend(others)
            found.first.extend((text, run) for act, text, run in made if act == first)
    return found
