"""Content controls that lose their last words keep a hidden anchor, so that they stay in the text."""

from collections.abc import Iterable

from pactoria_desktop.contract.text import HIDDEN, MarkValue, WordObject, id_of, kind_of
from pactoria_desktop.replica.living import LivingText
from pactoria_desktop.replica.loro_text import Run, all_runs, runs_between, set_marks
from pactoria_desktop.replica.structure import Slot
from pactoria_desktop.replica.writing import EMPTIED_CONTROL

ANCHOR = WordObject(
    "anchor",
    '<w:r xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"/>',
    in_run=False,
    role="emptied",
)
"""An empty run: what Word itself leaves in an emptied content control."""


def keep_emptied_boxes(living: LivingText, slot: Slot, gone: Iterable[Run]) -> None:
    """Leave an anchor in every content control whose last character is among those that went.

    ``gone`` holds the removed runs as they stood before, in order.
    """
    candidates: dict[str, tuple[int, Run]] = {}
    removed = 0
    for run in gone:
        for key in run.marks:
            if kind_of(key) == "box" and key not in candidates and _is_control(living, id_of(key)):
                candidates[key] = (run.start - removed, run)
        removed += run.end - run.start
    if not candidates:
        return
    left = {key for run in all_runs(slot.text) for key in run.marks}
    emptied = {key: place for key, place in candidates.items() if key not in left}
    if not emptied:
        return
    living.add_material("objects", EMPTIED_CONTROL, ANCHOR)
    for key, (offset, run) in reversed(emptied.items()):
        depth = run.marks[key]
        marks: dict[str, MarkValue] = {key: depth, "obj": EMPTIED_CONTROL}
        slot.text.insert_utf16(offset, HIDDEN)
        for got in runs_between(slot.text, offset, offset + 1):
            set_marks(slot.text, got, marks)


def controls_round(living: LivingText, slot: Slot, start: int, end: int) -> dict[str, MarkValue]:
    """The content controls that all characters of a stretch stand in, as marks."""
    runs = list(runs_between(slot.text, start, end))
    if not runs:
        return {}
    return {
        key: value
        for key, value in runs[0].marks.items()
        if kind_of(key) == "box" and _is_control(living, id_of(key)) and all(key in run.marks for run in runs)
    }


def _is_control(living: LivingText, id: str) -> bool:
    box = living.material.boxes.get(id)
    return box is not None and box.kind == "sdt"
