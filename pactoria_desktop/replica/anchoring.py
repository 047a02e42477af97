"""Anchors in the living text: made of Loro's cursors, found again after whatever was edited."""

from loro import Cursor, LoroText, Side

from pactoria_desktop.contract.anchors import Anchor, AnchorState, Located, compared, state_of
from pactoria_desktop.contract.suggesting import is_struck
from pactoria_desktop.contract.text import HIDDEN
from pactoria_desktop.replica.changes import Place, Stretch
from pactoria_desktop.replica.errors import ReplicaError
from pactoria_desktop.replica.living import LivingText
from pactoria_desktop.replica.loro_text import (
    INTERNAL_MARK,
    Run,
    all_runs,
    code_points_before,
    guarded,
    runs_between,
    utf16_before,
)


def words_between(text: LoroText, start: int, end: int) -> str:
    """The words of a range (UTF-16) as people read them: without struck and hidden characters."""
    return "".join(run.text.replace(HIDDEN, "") for run in runs_between(text, start, end) if not is_struck(run.marks))


def anchor_at(living: LivingText, stretch: Stretch) -> Anchor:
    """An anchor on the words of a stretch. Raises ReplicaError where it is empty."""
    parts = living.parts([stretch])
    if not parts:
        raise ReplicaError("There are no words here to hold on to.")
    part = parts[0]
    text = part.slot.text
    first = code_points_before(text, part.start)
    last = code_points_before(text, part.end) - 1
    start, end = text.get_cursor(first, Side.Middle), text.get_cursor(last, Side.Middle)
    if start is None or end is None:
        raise ReplicaError("There are no words here to hold on to.")
    quote = words_between(text, part.start, part.end)
    return Anchor(part.slot.id, start.encode().hex(), end.encode().hex(), quote)


def locate(living: LivingText, anchor: Anchor) -> Located:
    """Where an anchor stands now. Raises ReplicaError where its cursors are malformed."""
    sentence = "This place was not marked in this text."
    cursors = [_cursor(data, sentence) for data in (anchor.start, anchor.end)]
    slot = living.structure.slot_by_key(str(cursors[0].container))
    if slot is None or str(cursors[1].container) != slot.key:
        raise ReplicaError(sentence)
    if living.structure.place_of(slot) < 0:
        return _carried(living, anchor) or Located(AnchorState.REMOVED, "", 0, 0, "")
    start, _ = _position(living, cursors[0], sentence)
    end, alive = _position(living, cursors[1], sentence)
    length = slot.text.len_unicode
    begin = utf16_before(slot.text, min(start, length))
    finish = utf16_before(slot.text, min(max(start, end + (1 if alive else 0)), length))
    words = words_between(slot.text, begin, finish)
    state = state_of(anchor.quote, words)
    if state is AnchorState.REMOVED:
        found = _carried(living, anchor)
        if found is not None:
            return found
    return Located(state, slot.id, begin, finish, words)


def cursor_at(living: LivingText, place: Place) -> str:
    """A place as a cursor that lives through edits, in hexadecimal digits. Raises ReplicaError where none is shown."""
    text = living.structure.slot(place.slot).text
    at = min(code_points_before(text, place.offset), max(0, text.len_unicode - 1))
    cursor = text.get_cursor(at, Side.Middle)
    if cursor is None:
        raise ReplicaError("There is no place here to hold on to.")
    return bytes(cursor.encode()).hex()


def place_at(living: LivingText, cursor: str) -> Place | None:
    """Where a cursor stands now, None where its slot is not shown. Raises ReplicaError for one of another text."""
    sentence = "This place was not marked in this text."
    found = _cursor(cursor, sentence)
    slot = living.structure.slot_by_key(str(found.container))
    if slot is None or living.structure.place_of(slot) < 0:
        return None
    at, _ = _position(living, found, sentence)
    return Place(slot.id, utf16_before(slot.text, min(at, slot.text.len_unicode)))


def _cursor(data: str, sentence: str) -> Cursor:
    return guarded(lambda: Cursor.decode(bytes.fromhex(data)), sentence)


def _position(living: LivingText, cursor: Cursor, sentence: str) -> tuple[int, bool]:
    """The code points before a cursor, and whether its character is still there."""
    found = guarded(lambda: living.document.get_cursor_pos(cursor), sentence)
    return int(found.current.pos), found.update is None


def _carried(living: LivingText, anchor: Anchor) -> Located | None:
    """The anchor's words where they were carried over a border; None where they were not, or in two places."""
    wanted = compared(anchor.quote)
    if not wanted:
        return None
    places: list[Located] = []
    for slot in living.structure.slots():
        stretch: list[tuple[int, int, str]] = []
        runs: list[Run | None] = [*all_runs(slot.text), None]
        for run in runs:
            if run is not None and INTERNAL_MARK in run.marks:
                stretch.append((run.start, run.end, run.text))
                continue
            words = "".join(text for _, _, text in stretch)
            at = words.find(anchor.quote)
            if at >= 0:
                start = stretch[0][0] + len(words[:at].encode("utf-16-le")) // 2
                end = start + len(anchor.quote.encode("utf-16-le")) // 2
                places.append(Located(AnchorState.KEPT, slot.id, start, end, anchor.quote))
            stretch = []
    return places[0] if len(places) == 1 else None
