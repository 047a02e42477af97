"""Revisions, comments and material as the plain values that the replica document stores, and back.

What comes back may have been written by a stranger: an entry that is not of its shape is left out, never guessed at.
"""

import json
import types
from collections.abc import Hashable, Iterator, Mapping
from dataclasses import MISSING, dataclass, fields, is_dataclass, replace
from functools import cache
from typing import Any, TypeVar, Union, cast, get_args, get_origin, get_type_hints

from pactoria_desktop.contract.anchors import Anchor
from pactoria_desktop.contract.text import (
    Box,
    CommentNote,
    Material,
    Numbering,
    ParagraphProperties,
    Revision,
    RunProperties,
    Style,
    WordObject,
)

Value = TypeVar("Value")

MATERIAL_TABLES: dict[str, type] = {
    "runs": RunProperties,
    "paragraphs": ParagraphProperties,
    "objects": WordObject,
    "boxes": Box,
    "styles": Style,
    "numberings": Numbering,
}


class MalformedRecordError(ValueError):
    """A stored value is not of the shape it should have."""


def plain(value: object) -> object:
    """A frozen value as JSON types: dataclasses as dicts without defaults, tuples as lists."""
    if is_dataclass(value) and not isinstance(value, type):
        found = {}
        for each in fields(value):
            item = getattr(value, each.name)
            if each.default is MISSING or item != each.default:
                found[each.name] = plain(item)
        return found
    if isinstance(value, tuple | list):
        return [plain(item) for item in value]
    if isinstance(value, Mapping):
        return {key: plain(item) for key, item in value.items()}
    return value


@cache
def _hints(kind: Any) -> dict[str, Any]:
    return get_type_hints(kind)


@cache
def _required(kind: Any) -> frozenset[str]:
    return frozenset(each.name for each in fields(kind) if each.default is MISSING and each.default_factory is MISSING)


def _shaped(hint: Any, value: object) -> object:
    origin = get_origin(hint)
    if origin in (Union, types.UnionType):
        choices = get_args(hint)
        if value is None and type(None) in choices:
            return None
        return _shaped(next(choice for choice in choices if choice is not type(None)), value)
    if origin is tuple:
        if not isinstance(value, list):
            raise MalformedRecordError("a list was expected")
        inner = get_args(hint)
        if len(inner) == 2 and inner[1] is Ellipsis:
            return tuple(_shaped(inner[0], item) for item in value)
        if len(inner) != len(value):
            raise MalformedRecordError("a list of another length was expected")
        return tuple(_shaped(kind, item) for kind, item in zip(inner, value, strict=True))
    if isinstance(hint, type) and is_dataclass(hint):
        return shaped(hint, value)
    if hint is int and isinstance(value, bool):
        raise MalformedRecordError("a number was expected")
    if not isinstance(value, hint):
        raise MalformedRecordError(f"{hint.__name__} was expected")
    return value


def shaped(kind: type[Value], value: object) -> Value:
    """The dataclass ``kind`` out of its plain form. Raises MalformedRecordError when the value is not of that shape."""
    if not isinstance(value, dict):
        raise MalformedRecordError("a record was expected")
    hints = _hints(cast(Hashable, kind))
    if not value.keys() <= hints.keys() or not _required(cast(Hashable, kind)) <= value.keys():
        raise MalformedRecordError("a record has other fields than it should")
    return kind(**{name: _shaped(hints[name], item) for name, item in value.items()})


def encoded(value: object) -> str:
    """A material entry as compact JSON text."""
    return json.dumps(plain(value), ensure_ascii=False, separators=(",", ":"), sort_keys=True)


def decoded(kind: type[Value], text: object) -> Value | None:
    """A material entry out of its JSON text, None where it is malformed."""
    if not isinstance(text, str):
        return None
    try:
        return shaped(kind, json.loads(text))
    except ValueError:
        return None


class Table(Mapping[str, Value]):
    """A read-only table that decodes each entry when it is first asked for."""

    def __init__(
        self, kind: type[Value], stored: Mapping[str, object], read: Mapping[str, Value | None] | None = None
    ) -> None:
        self._kind = kind
        self._stored = stored
        self._read: dict[str, Value | None] = dict(read or {})

    def updated(self, changes: Mapping[str, object]) -> "Table[Value]":
        """The table after changes of its stored entries (None takes one away); what was decoded stays so."""
        stored = {key: value for key, value in {**self._stored, **changes}.items() if value is not None}
        read = {key: value for key, value in self._read.items() if key not in changes}
        return Table(self._kind, stored, read)

    def _entry(self, key: str) -> Value | None:
        if key not in self._read:
            self._read[key] = decoded(self._kind, self._stored[key])
        return self._read[key]

    def __getitem__(self, key: str) -> Value:
        found = self._entry(key)
        if found is None:
            raise KeyError(key)
        return found

    def __iter__(self) -> Iterator[str]:
        return (key for key in self._stored if self._entry(key) is not None)

    def __len__(self) -> int:
        return sum(1 for _ in self)

    def __repr__(self) -> str:
        return f"Table({self._kind.__name__}, {len(self._stored)} entries)"


def material_of(tables: Mapping[str, Mapping[str, object]]) -> Material:
    """The material out of its stored tables, decoded lazily."""
    return Material(**{name: Table(kind, tables[name]) for name, kind in MATERIAL_TABLES.items()})


def material_after(material: Material, table: str, changes: Mapping[str, object]) -> Material:
    """The material after stored entries of one table came, changed or went (None)."""
    before: Table[object] = getattr(material, table)
    after: dict[str, Any] = {table: before.updated(changes)}
    return replace(material, **after)


@dataclass(frozen=True, slots=True)
class StoredComment:
    """A comment with what the text keeps beside it: its place in the list, and where it was made with its words."""

    note: CommentNote
    order: int
    anchor: Anchor | None = None


_TYPED_KINDS = (
    *("insertion", "deletion", "move_from", "move_to", "format", "paragraph_format"),
    *("row_insertion", "row_deletion", "typed"),
)


def revision_record(revision: Revision) -> object:
    """A revision as it is stored: one typed here as a short line, because there are thousands, others as a record."""
    short = (revision.author, revision.by, revision.date)
    fits = revision.source == "typed" and not revision.word and (revision.round or 0) >= 0
    if not fits or revision.kind not in _TYPED_KINDS or "\t" in "".join(short):
        return plain(revision)
    number = "" if revision.round is None else str(revision.round)
    kind = str(_TYPED_KINDS.index(revision.kind))
    return "\t".join((kind, revision.date, number, revision.author, revision.by))


def revision_from(value: object, id: str) -> Revision | None:
    """A registered revision, None where it is malformed or registered under another id."""
    if isinstance(value, str):
        parts = value.split("\t")
        if len(parts) != 5 or not parts[0].isdecimal() or not (parts[2] == "" or parts[2].isdecimal()):
            return None
        kind, date, number, author, by = parts
        if int(kind) >= len(_TYPED_KINDS):
            return None
        return Revision(id, _TYPED_KINDS[int(kind)], author, date, by, "typed", int(number) if number else None)
    found = _revision_record(value) if isinstance(value, dict) else None
    return found if found is not None and found.id == id else None


_REVISION_FIELDS = {each.name for each in fields(Revision)}


def _revision_record(value: dict[str, object]) -> Revision | None:
    """A revision stored as a record; written out because a text may have thousands of them."""
    id, kind, author, date = (value.get(name) for name in ("id", "kind", "author", "date"))
    by, source, number = value.get("by", ""), value.get("source", "typed"), value.get("round")
    words = (id, kind, author, date, by, source)
    if not value.keys() <= _REVISION_FIELDS or not all(isinstance(word, str) for word in words):
        return None
    if number is not None and type(number) is not int:
        return None
    attributes = value.get("word", [])
    if not isinstance(attributes, list):
        return None
    pairs: list[tuple[str, str]] = []
    for pair in attributes:
        if not (isinstance(pair, list) and len(pair) == 2 and isinstance(pair[0], str) and isinstance(pair[1], str)):
            return None
        pairs.append((pair[0], pair[1]))
    return Revision(
        cast(str, id),
        cast(str, kind),
        cast(str, author),
        cast(str, date),
        cast(str, by),
        cast(str, source),
        number,
        tuple(pairs),
    )


def comment_from(value: object) -> StoredComment | None:
    """A stored comment, None where it is malformed."""
    try:
        return shaped(StoredComment, value)
    except MalformedRecordError:
        return None
