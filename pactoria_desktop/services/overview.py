"""What the panels show of an open contract: its outline, its tracked changes and comments, each with its place."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from pactoria_desktop.contract.accepted import AcceptedText, accepted
from pactoria_desktop.contract.outline import outline
from pactoria_desktop.contract.terms import Uses, definitions_in
from pactoria_desktop.contract.text import (
    HIDDEN,
    OBJECT,
    CommentNote,
    ContractText,
    Marks,
    Paragraph,
    Revision,
    Section,
    TextSection,
    id_of,
    kind_of,
)
from pactoria_desktop.documents.fields import references
from pactoria_desktop.replica.changes import Stretch

KIND_WORDS = {
    "insertion": "Inserted",
    "deletion": "Deleted",
    "move_from": "Moved from here",
    "move_to": "Moved to here",
    "format": "Formatted",
    "paragraph_format": "Paragraph formatted",
    "row_insertion": "Row inserted",
    "row_deletion": "Row deleted",
}
SHOWN_KINDS = ("ins", "del", "moveFrom", "moveTo", "fmt", "pfmt")
LONGEST = 160


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading or numbered clause of the first level. ``level`` counts from 0."""

    id: str
    label: str
    title: str
    level: int
    place: Stretch
    start: int


@dataclass(frozen=True, slots=True)
class Change:
    """One tracked change: neighbouring marks by one author at one time are one. ``ids`` are its revisions."""

    ids: tuple[str, ...]
    kind: str
    author: str
    date: str
    label: str
    words: str
    place: Stretch


@dataclass(frozen=True, slots=True)
class Comment:
    """A comment at its words; ``place`` is None when the words are gone."""

    note: CommentNote
    label: str
    quote: str
    place: Stretch | None
    replies: tuple[CommentNote, ...] = ()


@dataclass(frozen=True, slots=True)
class Term:
    """A defined term where it is defined, with the number of that clause."""

    id: str
    term: str
    label: str
    place: Stretch


@dataclass(frozen=True, slots=True)
class CrossReference:
    """A cross-reference: what it shows, what it should show (None where that is not known), and whether that fits.

    ``state`` is current, stale or missing.
    """

    id: str
    shown: str
    live: str | None
    state: str
    label: str
    place: Stretch


@dataclass(frozen=True, slots=True)
class Overview:
    """Everything that the panels show, of one moment of the text. ``words`` counts those of the accepted text.

    ``term_uses`` has the first use of each defined term in each paragraph, without the definitions themselves.
    """

    view: AcceptedText
    headings: tuple[Heading, ...]
    changes: tuple[Change, ...]
    comments: tuple[Comment, ...]
    labels: dict[str, str] = field(default_factory=dict)
    terms: tuple[Term, ...] = ()
    term_uses: tuple[Stretch, ...] = ()
    references: tuple[CrossReference, ...] = ()
    words: int = 0

    def label_at(self, offset: int) -> str:
        """The number of the clause at an offset of the accepted text: its own, or the nearest one above."""
        number = next(
            (n for n, each in enumerate(self.view.paragraphs) if each.start <= offset <= each.end),
            len(self.view.paragraphs) - 1,
        )
        while number >= 0:
            label = self.labels.get(self.view.paragraphs[number].id, "")
            if label:
                return label
            number -= 1
        return ""


@dataclass(slots=True)
class _Open:
    """A change while its words are collected."""

    ids: list[str]
    revision: Revision
    kind: str
    label: str
    slot: str
    start: int
    end: int
    words: list[str]


def overview(text: ContractText) -> Overview:
    """The overview of a contract text. Takes some tenths of a second for 300 pages: not for the interface's lane."""
    view = accepted(text)
    rows = outline(text, view)
    labels = {row.id: row.label for row in rows}
    starts = dict(_paragraph_starts(text))
    headings = []
    label_of_paragraph: dict[tuple[str, int], str] = {}
    for row, paragraph in zip(rows, view.paragraphs, strict=True):
        label_of_paragraph[paragraph.slot, paragraph.paragraph] = row.label
        if row.part == "main" and not row.in_table and row.level == 1 and row.text.strip():
            at = starts[paragraph.slot, paragraph.paragraph]
            words = " ".join(row.text.split())
            headings.append(Heading(row.id, row.label, words[:LONGEST], 0, Stretch(paragraph.slot, at, at), row.start))
    changes = tuple(_changes(text, label_of_paragraph))
    places = _Places(view, starts, text)
    comments = _comments(text, label_of_paragraph)
    terms = tuple(_terms(view, labels, places))
    crossing = tuple(_references(text, view, labels, places))
    return Overview(
        view, tuple(headings), changes, comments, labels, terms, tuple(_term_uses(view, terms, places)), crossing,
        len(view.text.split()),
    )  # fmt: skip


class _Places:
    """From offsets of the accepted text to the living text."""

    def __init__(self, view: AcceptedText, starts: dict[tuple[str, int], int], text: ContractText) -> None:
        self._view, self._starts = view, starts
        self._words = {
            (slot, n): each.text for slot, paragraphs, _, _ in _slots(text) for n, each in enumerate(paragraphs)
        }

    def stretch(self, start: int, end: int) -> Stretch | None:
        """Where code points stand in the living text, in UTF-16; None where they are gone."""
        found = self._view.stretches(start, end)
        if not found:
            return None
        first = found[0]
        words, begin = self._words[first.slot, first.paragraph], self._starts[first.slot, first.paragraph]
        last = next((each for each in reversed(found) if each.paragraph == first.paragraph and each.slot == first.slot),
                    first)  # fmt: skip
        return Stretch(first.slot, begin + _units(words[: first.start]), begin + _units(words[: last.end]))


def _terms(view: AcceptedText, labels: dict[str, str], places: _Places) -> Iterator[Term]:
    found: dict[str, Term] = {}
    label = ""
    for paragraph in view.paragraphs:
        label = labels.get(paragraph.id, "") or label
        words = view.text[paragraph.start : paragraph.end]
        for one in definitions_in(words):
            if one.term in found:
                continue
            place = places.stretch(paragraph.start + one.start, paragraph.start + one.end)
            if place is not None:
                found[one.term] = Term(f"term-{len(found)}", one.term, label, place)
    yield from sorted(found.values(), key=lambda each: each.term.casefold())


def _term_uses(view: AcceptedText, terms: Sequence[Term], places: _Places) -> Iterator[Stretch]:
    uses = Uses(each.term for each in terms)
    defined = {each.place for each in terms}
    for paragraph in view.paragraphs:
        for _, start, end in uses.first_in(view.text[paragraph.start : paragraph.end]):
            place = places.stretch(paragraph.start + start, paragraph.start + end)
            if place is not None and place not in defined:
                yield place


def _references(
    text: ContractText, view: AcceptedText, labels: dict[str, str], places: _Places
) -> Iterator[CrossReference]:
    label = ""
    by_paragraph = {}
    for paragraph in view.paragraphs:
        label = labels.get(paragraph.id, "") or label
        by_paragraph[paragraph.id] = label
    for number, one in enumerate(references(text, view)):
        place = places.stretch(one.start, one.end)
        if place is not None and one.state != "unknown":
            yield CrossReference(
                f"reference-{number}", one.shown, one.live, one.state, by_paragraph.get(one.paragraph, ""), place
            )


def words_under(text: ContractText, stretches: Mapping[str, Sequence[Stretch]]) -> dict[str, str]:
    """The accepted words under stretches (UTF-16) by id: what is struck does not count, nor what has no width."""
    wanted = {each.slot for found in stretches.values() for each in found}
    slots = {slot: _units_of(paragraphs) for slot, paragraphs, _, _ in _slots(text) if slot in wanted}
    return {
        id: " ".join("".join(_shown(slots[one.slot][2 * one.start : 2 * one.end].decode("utf-16-le", "replace"))
                             for one in found if one.slot in slots).replace("\0", "").split())
        for id, found in stretches.items()
    }  # fmt: skip


def _units_of(paragraphs: tuple[Paragraph, ...]) -> bytes:
    """A slot's characters in UTF-16; what is struck is as many noughts."""
    pieces = []
    for paragraph in paragraphs:
        for span in [*paragraph.spans, None]:
            words, marks = ("\n", paragraph.marks) if span is None else (span.text, span.marks)
            struck = any(kind_of(key) in ("del", "moveFrom") for key in marks)
            pieces.append("\0" * _units(words) if struck else words)
    return "".join(pieces).encode("utf-16-le", "surrogatepass")


def _slots(text: ContractText) -> Iterator[tuple[str, tuple[Paragraph, ...], Section, Marks]]:
    for section in text.sections:
        if isinstance(section, TextSection):
            yield section.id, section.paragraphs, section, {}
        else:
            for row in section.rows:
                for number, cell in enumerate(row.cells):
                    yield cell.id, cell.paragraphs, section, row.marks if number == 0 else {}


def _paragraph_starts(text: ContractText) -> Iterator[tuple[tuple[str, int], int]]:
    for slot, paragraphs, _, _ in _slots(text):
        at = 0
        for number, paragraph in enumerate(paragraphs):
            yield (slot, number), at
            at += _units(paragraph.text) + 1


def _units(text: str) -> int:
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def _shown(text: str) -> str:
    return text.replace(HIDDEN, "").replace(OBJECT, "▢").replace("\u2028", " ")


def _changes(text: ContractText, labels: dict[tuple[str, int], str]) -> Iterator[Change]:
    label = ""
    for slot, paragraphs, _, row_marks in _slots(text):
        for key in row_marks:
            revision = text.revisions.get(id_of(key))
            if revision is not None and kind_of(key) in ("ins", "del"):
                kind = "row_insertion" if kind_of(key) == "ins" else "row_deletion"
                words = " ".join(_shown(each.text) for each in paragraphs)
                yield Change(
                    (revision.id,), kind, revision.author, revision.date, label, words[:LONGEST], Stretch(slot, 0, 0)
                )
        at = 0
        running: dict[tuple[str, str, str], _Open] = {}
        for number, paragraph in enumerate(paragraphs):
            label = labels.get((slot, number)) or label
            pieces = [(span.text, span.marks) for span in paragraph.spans]
            for words, marks in [*pieces, ("\n", paragraph.marks)]:
                length = _units(words)
                here = set()
                for key in marks:
                    if kind_of(key) not in SHOWN_KINDS:
                        continue
                    revision = text.revisions.get(id_of(key))
                    if revision is None or revision.kind == "typed":
                        continue
                    group = (kind_of(key), revision.author, revision.date[:16])
                    here.add(group)
                    found = running.get(group)
                    if found is None:
                        running[group] = _Open(
                            [revision.id], revision, revision.kind, label, slot, at, at + length, [words]
                        )
                    else:
                        if revision.id not in found.ids:
                            found.ids.append(revision.id)
                        found.end = at + length
                        found.words.append(words)
                if _shown(words):
                    for group in [group for group in running if group not in here]:
                        yield _closed(running.pop(group))
                at += length
        for each in running.values():
            yield _closed(each)


def _closed(found: _Open) -> Change:
    words = " ".join(_shown("".join(found.words)).split())
    shown = words if len(words) <= LONGEST else words[: LONGEST - 1].rstrip() + "…"
    return Change(
        tuple(found.ids),
        found.kind,
        found.revision.author,
        found.revision.date,
        found.label,
        shown or "paragraph mark",
        Stretch(found.slot, found.start, found.end),
    )


def _comments(text: ContractText, labels: dict[tuple[str, int], str]) -> tuple[Comment, ...]:
    places: dict[str, tuple[str, str, int, int, list[str]]] = {}
    label = ""
    for slot, paragraphs, _, _ in _slots(text):
        at = 0
        for number, paragraph in enumerate(paragraphs):
            label = labels.get((slot, number)) or label
            for span in paragraph.spans:
                length = _units(span.text)
                for key in span.marks:
                    if kind_of(key) == "comment":
                        known = places.setdefault(id_of(key), (label, slot, at, at, []))
                        places[id_of(key)] = (*known[:3], at + length, [*known[4], _shown(span.text)])
                at += length
            at += 1
    replies: dict[str, list[CommentNote]] = {}
    for note in text.comments:
        if note.parent is not None:
            replies.setdefault(note.parent, []).append(note)
    found = []
    for note in text.comments:
        if note.parent is not None:
            continue
        answers = tuple(replies.get(note.id, ()))
        if note.id not in places:
            found.append(Comment(note, "", "", None, answers))
            continue
        where, slot, start, end, words = places[note.id]
        quote = " ".join("".join(words).split())[:LONGEST]
        found.append(Comment(note, where, quote, Stretch(slot, start, end), answers))
    order = {slot: number for number, (slot, _, _, _) in enumerate(_slots(text))}
    return tuple(
        sorted(found, key=lambda each: (order[each.place.slot], each.place.start) if each.place else (len(order), 0))
    )
