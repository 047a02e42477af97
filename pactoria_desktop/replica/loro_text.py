"""Loro as the replica uses it: the document's layout and settings, and calls that speak UTF-16 and plain marks.

Layout: the movable list ``sections`` of maps; a text section holds ``text``; a table holds ``rows``, a movable list of
maps with ``cells``, a movable list of maps with ``text``. Beside it lie the maps ``revisions``, ``comments`` and the
tables of the material. One mark key per revision id and per paragraph property, so that nothing that two people do at
the same moment overwrites the other. What a new character inherits at the edge of a mark (``expand``) is chosen so
that typing costs few operations; every insertion is read back and corrected, so nothing depends on it.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from loro import (
    ExpandType,
    LoroDoc,
    LoroMap,
    LoroMovableList,
    LoroText,
    PositionType,
    StyleConfigMap,
    TextDelta,
)

from pactoria_desktop.contract.text import HIDDEN, MarkValue
from pactoria_desktop.replica.changes import Delta, Drop, Keep, Put
from pactoria_desktop.replica.deltas import Deltas, present
from pactoria_desktop.replica.errors import ReplicaError

SECTIONS = "sections"
REVISIONS = "revisions"
COMMENTS = "comments"
SYSTEM_ORIGIN = "sys"
"""Commits of this origin cannot be undone: what the replica does by itself."""

INTERNAL_MARK = "mv"
"""A mark that only the replica sees: where words that were carried over a border came from."""

_EXPANDING = ("run", "bold", "italic", "underline", "strike", "ins", "typ")
_PANICS = "pyo3_runtime"
"""The module that Python's side of Rust names for the class of its panics; it cannot be imported."""

Result = TypeVar("Result")


def new_document(peer: int) -> LoroDoc:
    """An empty document with the settings for marks. ``peer`` is unique to this opening."""
    document = LoroDoc()
    document.peer_id = peer
    styles = StyleConfigMap()
    for key in _EXPANDING:
        styles.insert(key, ExpandType.After)
    document.config_text_style(styles)
    document.config_default_text_style(ExpandType.Null)
    return document


def guarded(action: Callable[[], Result], sentence: str) -> Result:
    """What ``action`` gives. What Loro raises becomes ReplicaError with this sentence.

    Loro's errors are bare BaseException and its panics a class beside Exception. An interrupt, an exit and whatever
    else is not Loro's passes through.
    """
    try:
        return action()
    except Exception as problem:
        raise ReplicaError(sentence) from problem
    except BaseException as problem:
        if type(problem) is BaseException or type(problem).__module__ == _PANICS:
            raise ReplicaError(sentence) from problem
        raise


def utf16_length(text: str) -> int:
    """UTF-16 units of a text."""
    return len(text) if text.isascii() else len(text.encode("utf-16-le", "surrogatepass")) // 2


@dataclass(frozen=True, slots=True)
class Run:
    """Characters ``start`` to ``end`` (UTF-16) under the same marks, internal ones included."""

    start: int
    end: int
    text: str
    marks: dict[str, MarkValue]


def visible_marks(attributes: Mapping[str, Any] | None) -> dict[str, MarkValue]:
    """Attributes as marks: without taken-away ones (None) and without the internal mark."""
    if not attributes:
        return {}
    return {key: value for key, value in attributes.items() if value is not None and key != INTERNAL_MARK}


def _runs(deltas: list[TextDelta], start: int) -> list[Run]:
    found = []
    for delta in deltas:
        text = delta.insert
        end = start + utf16_length(text)
        marks = {key: value for key, value in (delta.attributes or {}).items() if value is not None}
        found.append(Run(start, end, text, marks))
        start = end
    return found


def runs_between(text: LoroText, start: int, end: int) -> list[Run]:
    """The runs of a range whose bounds lie between characters."""
    if start >= end:
        return []
    return _runs(text.slice_delta(start, end, PositionType.Utf16), start)


def all_runs(text: LoroText) -> list[Run]:
    """All runs of a text."""
    return _runs(text.to_delta(), 0)


def all_deltas(found: Iterable[TextDelta]) -> Deltas:
    """A difference of Loro's with all its marks, internal ones included."""
    deltas: list[Delta] = []
    for each in found:
        if isinstance(each, TextDelta.Insert):
            deltas.append(Put(each.insert, present(each.attributes or {})))
        elif isinstance(each, TextDelta.Delete):
            deltas.append(Drop(each.delete))
        else:
            deltas.append(Keep(each.retain, each.attributes or {}))
    return tuple(deltas)


def code_points_before(text: LoroText, offset: int) -> int:
    """Code points before a UTF-16 offset; one inside a character counts as before it."""
    return int(text.convert_pos(offset, PositionType.Utf16, PositionType.Unicode))


def utf16_before(text: LoroText, count: int) -> int:
    """UTF-16 units of the first ``count`` code points."""
    return int(text.convert_pos(count, PositionType.Unicode, PositionType.Utf16))


def snapped(text: LoroText, offset: int, forward: bool = False) -> int:
    """The nearest offset inside the text that does not cut a character in half."""
    length = text.len_utf16
    if offset <= 0:
        return 0
    if offset >= length:
        return int(length)
    points = code_points_before(text, offset)
    before = utf16_before(text, points)
    if before == offset or not forward:
        return before
    return utf16_before(text, points + 1)


def character_at(text: LoroText, offset: int) -> tuple[str, dict[str, MarkValue]] | None:
    """The character that begins at an offset, with its marks; None outside the text."""
    if offset < 0 or offset >= text.len_utf16:
        return None
    after = utf16_before(text, code_points_before(text, offset) + 1)
    found = text.slice_delta(offset, after, PositionType.Utf16)
    return found[0].insert, found[0].attributes or {}


def character_before(text: LoroText, offset: int) -> tuple[str, dict[str, MarkValue]] | None:
    """The character that ends at an offset, with its marks; None at the start."""
    if offset <= 0 or offset > text.len_utf16:
        return None
    before = utf16_before(text, code_points_before(text, offset) - 1)
    found = text.slice_delta(before, offset, PositionType.Utf16)
    return found[0].insert, found[0].attributes or {}


def paragraph_end(text: LoroText, offset: int) -> int:
    """The offset of the newline that ends the paragraph of an offset."""
    content = text.to_string()
    at = content.find("\n", code_points_before(text, min(offset, max(0, text.len_utf16 - 1))))
    return utf16_before(text, at) if at >= 0 else int(text.len_utf16)


def paragraph_start(text: LoroText, offset: int) -> int:
    """The offset at which the paragraph of an offset begins."""
    content = text.to_string()
    at = content.rfind("\n", 0, code_points_before(text, offset))
    return utf16_before(text, at + 1)


def is_blank(text: LoroText) -> bool:
    """Whether a text has nothing but newlines."""
    return bool(text.to_string().strip("\n") == "")


def is_empty(text: LoroText) -> bool:
    """Whether a text has nothing that people see: only newlines and hidden characters."""
    return bool(text.to_string().strip("\n" + HIDDEN) == "")


def lay_marks(text: LoroText, start: int, end: int, changes: Mapping[str, MarkValue | None]) -> None:
    """Lay marks on a range; None takes one away."""
    if start >= end:
        return
    for key, value in changes.items():
        if value is None:
            text.unmark_utf16(start, end, key)
        else:
            text.mark_utf16(start, end, key, value)


def set_marks(text: LoroText, run: Run, wanted: Mapping[str, MarkValue]) -> None:
    """Give a run exactly these marks."""
    for key in run.marks:
        if key not in wanted:
            text.unmark_utf16(run.start, run.end, key)
    for key, value in wanted.items():
        if run.marks.get(key) != value:
            text.mark_utf16(run.start, run.end, key, value)


def text_of(holder: LoroMap, key: str) -> LoroText | None:
    """The text under a key of a map, None where there is none."""
    found = holder.get(key)
    container = getattr(found, "container", None)
    return container if isinstance(container, LoroText) else None


def list_of(holder: LoroMap, key: str) -> LoroMovableList | None:
    """The movable list under a key of a map, None where there is none."""
    found = holder.get(key)
    container = getattr(found, "container", None)
    return container if isinstance(container, LoroMovableList) else None


def maps_in(items: LoroMovableList) -> Iterator[tuple[int, LoroMap]]:
    """The maps of a list with their indexes; anything else in it is passed over."""
    for index in range(len(items)):
        container = getattr(items.get(index), "container", None)
        if isinstance(container, LoroMap):
            yield index, container


def value_of(holder: LoroMap, key: str, default: Result) -> Result:
    """The plain value under a key where it is of the default's type, else the default."""
    found = getattr(holder.get(key), "value", None)
    return found if type(found) is type(default) else default
