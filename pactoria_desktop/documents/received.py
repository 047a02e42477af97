"""Checks a file that came back against the one that was sent (CLI.md, ``check-received``).

Reported is what a reader of the tracked changes would not see: words and formats changed without tracking, earlier
tracked changes that were altered or are gone, and words that cannot be seen on the page.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from pactoria_desktop.contract.accepted import accepted as accepted_text
from pactoria_desktop.contract.lines import accepted, is_hidden
from pactoria_desktop.contract.rewriting import Author
from pactoria_desktop.contract.text import (
    ContractText,
    Marks,
    Paragraph,
    Revision,
    Row,
    Section,
    Span,
    TableSection,
    id_of,
    kind_of,
    paragraphs_of,
)
from pactoria_desktop.documents.compare import compared
from pactoria_desktop.documents.compare_setting import Setting, Tracked
from pactoria_desktop.documents.package import Package
from pactoria_desktop.documents.reader import read

FindingKind = Literal[
    "untracked_insertion",
    "untracked_deletion",
    "untracked_replacement",
    "untracked_format",
    "changed_author",
    "changed_date",
    "changed_words",
    "lost_change",
    "hidden_text",
]
_TEXT_KINDS = ("ins", "del", "moveFrom", "moveTo", "fmt", "pfmt")


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing to look at. ``paragraph`` is the id of a paragraph of the received file (of its accepted text)."""

    kind: FindingKind
    paragraph: str
    before: str
    after: str


def check_received(sent: Package, received: Package) -> list[Finding]:
    """What a received file holds that its tracked changes do not show.

    Raises DocumentError where one of the files cannot be read.
    """
    return check_texts(read(sent), read(received))


def check_texts(sent: ContractText, received: ContractText) -> list[Finding]:
    """The same for texts."""
    places = _Places(received)
    altered, known = _altered(sent, received, places)
    found = [*_untracked(sent, received, known, places), *altered]
    found += _unseen(sent, received, places)
    return found


class _Places:
    """Which paragraph of the accepted text a paragraph of the received file belongs to."""

    def __init__(self, text: ContractText) -> None:
        self._names: dict[str, str] = {}
        self._last = ""
        ends: dict[str, list[tuple[int, str]]] = defaultdict(list)
        for one in accepted_text(text).paragraphs:
            ends[one.slot].append((one.paragraph, one.id))
        for slot, paragraphs in _slots(text):
            following = ends.get(slot, [])
            for index, paragraph in enumerate(paragraphs):
                name = next((name for number, name in following if number >= index), "")
                self._names[str(paragraph.marks.get("p:src", ""))] = name
                self._last = name or self._last

    def of(self, paragraphs: Sequence[Paragraph], index: int) -> str:
        """The id for a paragraph, or for the next one that was in the file."""
        for paragraph in paragraphs[index:]:
            name = self._names.get(str(paragraph.marks.get("p:src", "-")))
            if name:
                return name
        for paragraph in reversed(paragraphs[:index]):
            name = self._names.get(str(paragraph.marks.get("p:src", "-")))
            if name:
                return name
        return self._last


def _slots(text: ContractText) -> Iterator[tuple[str, Sequence[Paragraph]]]:
    for section in text.sections:
        if isinstance(section, TableSection):
            for row in section.rows:
                for cell in row.cells:
                    yield cell.id, cell.paragraphs
        else:
            yield section.id, section.paragraphs


# ---- changes without tracking


def _untracked(sent: ContractText, received: ContractText, known: frozenset[str], places: _Places) -> Iterator[Finding]:
    """Differences between what was sent and what was received without its new tracked changes."""
    names = frozenset(received.revisions) - known
    setting = Setting(received, sent, Author("", ""), old_view=Tracked(received.revisions, names).before, prefix="u")
    backwards = compared(setting, received, sent).text
    made = frozenset(setting.register.made)
    for section in backwards.sections:
        for row, paragraphs in _groups(section):
            found = list(_differences(paragraphs, made, places))
            whole = row is not None and any(id_of(key) in made for key in row.marks)
            if whole and not found:
                kind: FindingKind = "untracked_insertion" if _is_struck(row, made) else "untracked_deletion"
                yield Finding(kind, places.of(paragraphs, 0), "", "")
            yield from found


def _groups(section: Section) -> Iterator[tuple[Row | None, Sequence[Paragraph]]]:
    if not isinstance(section, TableSection):
        yield None, section.paragraphs
        return
    for row in section.rows:
        for cell in row.cells:
            yield row, cell.paragraphs


def _is_struck(row: Row | None, made: frozenset[str]) -> bool:
    return row is not None and any(kind_of(key) == "del" and id_of(key) in made for key in row.marks)


def _differences(paragraphs: Sequence[Paragraph], made: frozenset[str], places: _Places) -> Iterator[Finding]:
    """Runs of changed characters. The comparison leads from RECEIVED back to SENT: struck words are the new ones."""
    before: list[str] = []
    after: list[str] = []
    begun = 0
    formats: list[str] = []

    def closed(number: int) -> Iterator[Finding]:
        if before or after:
            yield _difference("".join(before), "".join(after), places.of(paragraphs, begun))
        before.clear()
        after.clear()
        if formats:
            words = "".join(formats)
            yield Finding("untracked_format", places.of(paragraphs, number), words, words)
            formats.clear()

    for number, paragraph in enumerate(paragraphs):
        items: list[tuple[str, Marks]] = [(span.text, span.marks) for span in paragraph.spans if not is_hidden(span)]
        for text, marks in [*items, ("\n", paragraph.marks)]:
            kinds = {kind_of(key) for key in marks if id_of(key) in made and kind_of(key) in _TEXT_KINDS}
            if kinds & {"ins", "del"}:
                if not before and not after:
                    begun = number
                (before if "ins" in kinds else after).append(text)
                continue
            if before or after:
                yield from closed(number)
            if kinds & {"fmt", "pfmt"}:
                formats.append(text)
            elif formats:
                yield from closed(number)
    yield from closed(len(paragraphs) - 1)


def _difference(before: str, after: str, place: str) -> Finding:
    if not before:
        return Finding("untracked_insertion", place, "", after)
    if not after:
        return Finding("untracked_deletion", place, before, "")
    return Finding("untracked_replacement", place, before, after)


# ---- earlier tracked changes


@dataclass(slots=True)
class _Change:
    """One tracked change with its words; ``place`` is the paragraph in which it begins."""

    names: set[str]
    kind: str
    author: str
    date: str
    words: str
    place: str


def _altered(sent: ContractText, received: ContractText, places: _Places) -> tuple[list[Finding], frozenset[str]]:
    """What became of the changes that were open when the file was sent, and the ids in RECEIVED that are known ones."""
    olds, news = _changes(sent, None), _changes(received, places)
    known: set[str] = set()
    missing: list[_Change] = []
    left: dict[tuple[str, str, str], list[_Change]] = defaultdict(list)
    for one in news:
        left[one.kind, one.author, one.date].append(one)
    for group in _grouped(olds):
        there = left.get((group[0].kind, group[0].author, group[0].date), [])
        if "".join(one.words for one in group) == "".join(one.words for one in there):
            known.update(name for one in there for name in one.names)
            there.clear()
            continue
        for old in group:
            same = next((one for one in there if one.words == old.words), None)
            if same is None:
                missing.append(old)
            else:
                known.update(same.names)
                there.remove(same)
    rest = [one for group in left.values() for one in group]
    found = []
    for old in missing:
        other = next((one for one in rest if one.kind == old.kind and one.words == old.words), None)
        kind: FindingKind = "changed_author" if other is not None and other.author != old.author else "changed_date"
        if other is None:
            other = next(
                (one for one in rest if (one.kind, one.author, one.date) == (old.kind, old.author, old.date)), None
            )
            kind = "changed_words"
        if other is None:
            found.append(Finding("lost_change", "", f"{old.author}, {old.date}: {old.words}", ""))
            continue
        rest.remove(other)
        known.update(other.names)
        before = {"changed_author": old.author, "changed_date": old.date}.get(kind, old.words)
        after = {"changed_author": other.author, "changed_date": other.date}.get(kind, other.words)
        found.append(Finding(kind, other.place, before, after))
    return found, frozenset(known)


def _grouped(changes: Sequence[_Change]) -> list[list[_Change]]:
    groups: dict[tuple[str, str, str], list[_Change]] = defaultdict(list)
    for one in changes:
        groups[one.kind, one.author, one.date].append(one)
    return list(groups.values())


def _changes(text: ContractText, places: _Places | None) -> list[_Change]:
    """The tracked changes of a text in its order, those of one kind and author that follow each other as one."""
    found: dict[str, _Change] = {}

    def note(marks: Marks, words: str, paragraphs: Sequence[Paragraph], index: int, prefix: str = "") -> None:
        for key in marks:
            name = id_of(key)
            revision: Revision | None = text.revisions.get(name)
            if revision is None or kind_of(key) not in _TEXT_KINDS:
                continue
            if name not in found:
                place = places.of(paragraphs, index) if places is not None else ""
                found[name] = _Change({name}, prefix + kind_of(key), revision.author, revision.date, "", place)
            found[name].words += words

    for section in text.sections:
        for row in section.rows if isinstance(section, TableSection) else ():
            held = [paragraph for cell in row.cells for paragraph in cell.paragraphs]
            note(row.marks, "¶", held, 0, "row ")
    for _, paragraphs in _slots(text):
        for index, paragraph in enumerate(paragraphs):
            for span in paragraph.spans:
                if not is_hidden(span):
                    note(span.marks, span.text, paragraphs, index)
            note(paragraph.marks, "¶", paragraphs, index)
    return list(found.values())


# ---- words that are not seen


def _unseen(sent: ContractText, received: ContractText, places: _Places) -> Iterator[Finding]:
    """Words in hidden, white or one-point characters that were not so when the file was sent."""
    was = Counter(span.text for section in sent.sections for _, span in _veiled(section, sent))
    for section in received.sections:
        for _, paragraphs in _groups(section):
            for index, paragraph in enumerate(paragraphs):
                for span in paragraph.spans:
                    if not _is_veiled(span, received.material.runs):
                        continue
                    if was[span.text]:
                        was[span.text] -= 1
                    else:
                        yield Finding("hidden_text", places.of(paragraphs, index), "", span.text)


def _veiled(section: Section, text: ContractText) -> Iterator[tuple[Paragraph, Span]]:
    for paragraph in paragraphs_of(section):
        for span in paragraph.spans:
            if _is_veiled(span, text.material.runs):
                yield paragraph, span


def _is_veiled(span: Span, runs: Mapping[str, object]) -> bool:
    if is_hidden(span) or not span.text.strip() or not accepted(span.marks):
        return False
    look = getattr(runs.get(str(span.marks.get("run", ""))), "look", None)
    if look is None:
        return False
    white = (look.colour or "").upper() == "FFFFFF" and look.highlight is None
    return bool(look.hidden or white or (look.size is not None and look.size <= 2))
