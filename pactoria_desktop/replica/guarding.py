"""What the replica sets right by itself after something arrived: broken texts, words carried or files joined twice.

Every replica does the same with the same state, outside undo. What it writes is harmless when others write it too.
"""

from collections import Counter

from loro import LoroText

from pactoria_desktop.contract.suggesting import PARAGRAPH_KINDS
from pactoria_desktop.contract.text import kind_of
from pactoria_desktop.replica.carrying import doubled
from pactoria_desktop.replica.changes import Delta, Drop, Put
from pactoria_desktop.replica.events import Report
from pactoria_desktop.replica.joining import Range, merged
from pactoria_desktop.replica.living import LivingText
from pactoria_desktop.replica.loro_text import all_runs, lay_marks
from pactoria_desktop.replica.rows import settle_struck_rows
from pactoria_desktop.replica.structure import Slot
from pactoria_desktop.replica.withdrawing import is_put_by, settle, withdraw_doubled
from pactoria_desktop.replica.writing import pieces


def mend_opened(living: LivingText) -> bool:
    """Set right a text that is opened; gives whether anything was written."""
    changed = False
    for slot in living.structure.slots():
        changed = _end_in_newline(slot.text) or changed
    return changed


def mend(living: LivingText, outcome: Report) -> bool:
    """Set right what was touched by something that arrived or was undone; gives whether anything was written."""
    changed = False
    slots: dict[str, Slot] = {}
    times = Counter(key for key, _ in outcome.texts)
    for key, deltas in outcome.texts:
        slot = living.structure.slot_by_key(key)
        if slot is None:
            continue
        if key not in slots:
            slots[key] = slot
            changed = _end_in_newline(slot.text) or changed
        if times[key] == 1 and _may_misplace(slot.text, deltas):
            changed = _clear_misplaced(slot.text) or changed
    for key in {key for key, deltas in outcome.texts if times[key] > 1 and _lays_on_paragraphs(deltas)}:
        if key in slots:
            changed = _clear_misplaced(slots[key].text) or changed
    changed = settle_struck_rows(living, slots.values()) or changed
    if outcome.carried:
        changed = _drop_doubled(living) or changed
    return changed


def mend_whole(living: LivingText) -> bool:
    """Set right all that can be wrong, in every text; gives whether anything was written."""
    slots = living.structure.slots()
    changed = False
    for slot in slots:
        changed = _end_in_newline(slot.text) or changed
        changed = _clear_misplaced(slot.text) or changed
    changed = settle_struck_rows(living, slots) or changed
    return _drop_doubled(living) or changed


def _lays_on_paragraphs(deltas: tuple[Delta, ...]) -> bool:
    """Whether a change has laid any of a paragraph's marks, wherever that was."""
    return any(
        kind_of(key) in PARAGRAPH_KINDS for delta in deltas if not isinstance(delta, Drop) for key in delta.marks
    )


def _may_misplace(text: LoroText, deltas: tuple[Delta, ...]) -> bool:
    """Whether a change has laid a paragraph's marks on words, as marks that meet typing elsewhere can.

    For a text that changed once: the places of a change among several are not those of the text as it is.
    """
    at = 0
    for delta in deltas:
        if isinstance(delta, Drop):
            continue
        count = len(delta.text) if isinstance(delta, Put) else delta.count
        if any(kind_of(key) in PARAGRAPH_KINDS for key in delta.marks):
            words = delta.text if isinstance(delta, Put) else text.slice(at, at + count)
            if words.strip("\n"):
                return True
        at += count
    return False


def _clear_misplaced(text: LoroText) -> bool:
    changed = False
    for run in all_runs(text):
        keys = [key for key in run.marks if kind_of(key) in PARAGRAPH_KINDS]
        if not keys or run.text.strip("\n") == "":
            continue
        for piece in pieces(run):
            if piece.text != "\n":
                lay_marks(text, piece.start, piece.end, dict.fromkeys(keys))
                changed = True
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
    withdrawn = withdraw_doubled(living)
    found = doubled([slot.text for slot in living.structure.slots()])
    for text, run in found.first:
        settle(text, run)
    if any(is_put_by(run, living.document.peer_id) for _, run in found.others):
        living.has_withdrawn = True
    gone: dict[str, tuple[LoroText, list[Range]]] = {}
    for text, run in found.others:
        gone.setdefault(str(text.id), (text, []))[1].append((run.start, run.end))
    for text, ranges in gone.values():
        for start, end in reversed(merged(ranges)):
            text.delete_utf16(start, end - start)
    return bool(found.others) or withdrawn
