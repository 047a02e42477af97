"""Carrying words from one text to another, so that two people who do it at the same moment do not double them.

Carried words are a copy, and the originals go. Each character of the copy keeps, under an internal mark, which
character it is a copy of and which act carried it. When two acts have carried the same character, every replica drops
the copy of the act with the greater id; words that only one of them saw stay.
"""

from loro import LoroText, Side

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


def _origins(text: LoroText, start: int, end: int) -> list[tuple[str, str]]:
    """For each word of a range, its characters and the identity of its first one."""
    found: list[tuple[str, str]] = []
    points = len(text.slice_utf16(0, start))
    for character in text.slice_utf16(start, end):
        cursor = text.get_cursor(points, Side.Middle)
        identity = f"{cursor.id.peer:x}@{cursor.id.counter}" if cursor is not None and cursor.id is not None else ""
        found.append((character, identity))
        points += 1
    return found


def carry(living: LivingText, source: LoroText, start: int, end: int, target: LoroText, at: int) -> None:
    """Move the characters ``start`` to ``end`` of one text to an offset of another, with their marks."""
    if start >= end:
        return
    runs = runs_between(source, start, end)
    origins = _origins(source, start, end)
    act = living.new_id()
    for run in runs:
        length = utf16_length(run.text)
        target.insert_utf16(at, run.text)
        marks = {key: value for key, value in run.marks.items() if key != INTERNAL_MARK}
        for got in runs_between(target, at, at + length):
            set_marks(target, got, marks)
        at += length
    offset = at - (end - start)
    for character, identity in origins:
        width = utf16_length(character)
        if identity:
            lay_marks(target, offset, offset + width, {INTERNAL_MARK: [identity, act]})
        offset += width
    source.delete_utf16(start, end - start)


def doubled(texts: list[LoroText]) -> list[tuple[LoroText, Run]]:
    """Copies that an act with a smaller id has made as well, in texts of one structure."""
    copies: dict[str, list[tuple[str, LoroText, Run]]] = {}
    for text in texts:
        for run in all_runs(text):
            value = run.marks.get(INTERNAL_MARK)
            if isinstance(value, list) and len(value) == 2 and all(isinstance(item, str) for item in value):
                copies.setdefault(str(value[0]), []).append((str(value[1]), text, run))
    surplus: list[tuple[LoroText, Run]] = []
    for found in copies.values():
        first = min(act for act, _, _ in found)
        surplus.extend((text, run) for act, text, run in found if act != first)
    return surplus
