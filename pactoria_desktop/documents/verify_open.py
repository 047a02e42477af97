"""The tracked changes that are open in a contract text, against those of the file that was written from it.

A text whose earlier changes were accepted or rejected cannot be measured by the file it came from. What its own marks
say is open must be in the written file with its author, date, kind and characters, and nothing else may be.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Final, Literal

from pactoria_desktop.contract.text import (
    ContractText,
    Marks,
    Revision,
    TableSection,
    id_of,
    kind_of,
    paragraphs_of,
)
from pactoria_desktop.documents.names import word
from pactoria_desktop.documents.tracked import TrackedChange, TrackedChanges
from pactoria_desktop.documents.tracked_texts import counted

_KINDS: Final = {"ins": "insertion", "del": "deletion", "moveFrom": "move_from", "moveTo": "move_to"}
_DIRECTIONS: Final = {"ins": "in", "moveTo": "in", "del": "out", "moveFrom": "out"}
_WORD_KINDS: Final = frozenset(_KINDS.values())
_STORIES: Final = ("main", "footnote", "endnote", "header", "footer")
_FORMATS: Final = ("fmt", "pfmt")
_ID: Final = word("id")

Key = tuple[str, str, str]
"""Author, date (as Word writes it) and kind; marks of paragraphs and rows with "in" or "out" behind their kind."""


@dataclass(frozen=True, slots=True)
class Decided:
    """A text that was written (``text``) onto the file that ``base`` was read from."""

    base: ContractText
    text: ContractText


@dataclass(slots=True)
class _Open:
    """What is open: ``must`` be in the file, ``may`` be in it. The two differ where Word cannot hold all there is (two
    deletions of one character, two changes of one format). ``ids`` are those that Word gave, with author and date."""

    must: dict[Key, Counter[str]] = field(default_factory=dict)
    may: dict[Key, Counter[str]] = field(default_factory=dict)
    ids: set[Key] = field(default_factory=set)


def open_differences(
    decided: Decided, before: TrackedChanges, after: TrackedChanges
) -> Iterator[tuple[Literal["history_lost", "history_added"], str, str]]:
    """What is lost or too much in the written file: "history_lost" or "history_added", the change, its characters."""
    package = next((one.source for one in decided.base.revisions.values()), "")
    wanted, base = _open(decided.text, package), _open(decided.base, package)
    found, there = _listed(after.revisions), _listed(before.revisions)
    for key, characters in wanted.must.items():
        lost = characters - found.get(key, Counter())
        if lost:
            yield "history_lost", ", ".join(key), "".join(sorted(lost.elements()))[:80]
    for key, characters in found.items():
        # What the text does not know (changes of sections, tables, cells, inside objects) stays as it was.
        raw = there.get(key, Counter()) - base.must.get(key, Counter())
        added = characters - wanted.may.get(key, Counter()) - raw
        if key[2] == "format":
            added = Counter() if wanted.may.get(key) or raw else added
        if added:
            yield "history_added", ", ".join(key), "".join(sorted(added.elements()))[:80]
    written = {(one.author, one.date, one.id.partition(".")[0]) for one in after.revisions}
    for author, date, identifier in sorted(wanted.ids - written):
        yield "history_lost", f"{author}, {date}, id {identifier}", ""


def _listed(changes: Iterable[TrackedChange]) -> dict[Key, Counter[str]]:
    """The changes of a file's stories, by author, date and kind: their characters, for other kinds how many."""
    result: dict[Key, Counter[str]] = {}
    for one in changes:
        if one.part.partition(":")[0] not in _STORIES:
            continue
        if one.kind in _WORD_KINDS:
            result.setdefault((one.author, one.date, one.kind), Counter()).update(counted(one.text))
        elif one.kind in ("paragraph_mark", "row"):
            result.setdefault((one.author, one.date, f"{one.kind} {one.direction}"), Counter())["¶"] += 1
        elif one.kind == "format":
            result.setdefault((one.author, one.date, "format"), Counter())["¶"] = 1
    return result


def _open(text: ContractText, package: str) -> _Open:
    """The same of a text, by its marks."""
    found = _Open()
    for section in text.sections:
        if isinstance(section, TableSection):
            for row in section.rows:
                _take_marks(found, text, package, row.marks, "row")
        for paragraph in paragraphs_of(section):
            _take_marks(found, text, package, paragraph.marks, "paragraph_mark")
            for span in paragraph.spans:
                if span.marks:
                    _take_words(found, text, package, span.marks, counted(span.text))
    return found


def _take_words(found: _Open, text: ContractText, package: str, marks: Marks, characters: str) -> None:
    single = sum(key.startswith("del:") for key in marks) < 2
    for key in marks:
        kind = kind_of(key)
        if kind in _KINDS:
            revision = _revision(text, key)
            named = (revision.author, revision.date, _KINDS[kind])
            found.may.setdefault(named, Counter()).update(characters)
            if single or kind != "del":
                found.must.setdefault(named, Counter()).update(characters)
                if characters:
                    _note_id(found, revision, package)
    _take_formats(found, text, package, marks)


def _take_marks(found: _Open, text: ContractText, package: str, marks: Marks, what: str) -> None:
    single = sum(key.startswith("del:") for key in marks) < 2
    for key in marks:
        kind = kind_of(key)
        if kind in _DIRECTIONS:
            revision = _revision(text, key)
            named = (revision.author, revision.date, f"{what} {_DIRECTIONS[kind]}")
            found.may.setdefault(named, Counter())["¶"] += 1
            if kind == "del" and what == "paragraph_mark":
                # A paragraph that outlives a join takes over properties, as a tracked format of who joined.
                found.may.setdefault((revision.author, revision.date, "format"), Counter())["¶"] = 1
            if single or kind != "del":
                found.must.setdefault(named, Counter())["¶"] += 1
                _note_id(found, revision, package)
    _take_formats(found, text, package, marks)


def _take_formats(found: _Open, text: ContractText, package: str, marks: Marks) -> None:
    """Changes of format: those typed here are written only where they change anything."""
    keys = [key for key in marks if kind_of(key) in _FORMATS]
    for key in keys:
        revision = _revision(text, key)
        named = (revision.author, revision.date, "format")
        found.may.setdefault(named, Counter())["¶"] = 1
        if len(keys) == 1 and revision.source != "typed":
            found.must.setdefault(named, Counter())["¶"] = 1
            _note_id(found, revision, package)


def _note_id(found: _Open, revision: Revision, package: str) -> None:
    identifier = dict(revision.word).get(_ID, "")
    if identifier and revision.source == package:
        found.ids.add((revision.author, revision.date, identifier))


def _revision(text: ContractText, key: str) -> Revision:
    return text.revisions.get(id_of(key)) or Revision(id_of(key), "insertion", "Unknown author", "")
