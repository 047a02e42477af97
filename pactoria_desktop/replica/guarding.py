"""What the replica sets right by itself after something arrived: broken texts, and words carried twice.

Every replica does the same with the same state, outside undo. What it writes is harmless when others write it too.
"""

from collections.abc import Iterable

from loro import LoroText

from pactoria_desktop.replica.carrying import doubled
from pactoria_desktop.replica.living import LivingText
from pactoria_desktop.replica.loro_text import all_runs
from pactoria_desktop.replica.rows import settle_struck_rows


def mend(living: LivingText, touched: Iterable[str] | None, carried: bool = False) -> bool:
    """Set right the touched texts; gives whether anything was written.

    ``touched`` None is for a text that is opened: all are looked at. ``carried`` tells that words came which were
    carried over a border.
    """
    if touched is None:
        slots = list(living.structure.slots())
    else:
        slots = [slot for slot in map(living.structure.slot_by_key, dict.fromkeys(touched)) if slot is not None]
    changed = False
    for slot in slots:
        changed = _end_in_newline(slot.text) or changed
    if touched is not None:
        changed = settle_struck_rows(living, slots) or changed
    if carried:
        changed = _drop_doubled(living) or changed
    return changed


def _end_in_newline(text: LoroText) -> bool:
    length = text.len_unicode
    if length and text.slice(length - 1, length) == "\n":
        return False
    text.insert(length, "\n")
    for run in all_runs(text)[-1:]:
        for key in run.marks:
            text.unmark_utf16(run.end - 1, run.end, key)
    return True


def _drop_doubled(living: LivingText) -> bool:
    surplus = doubled([slot.text for slot in living.structure.slots()])
    for text, run in sorted(surplus, key=lambda item: -item[1].start):
        text.delete_utf16(run.start, run.end - run.start)
    return bool(surplus)
