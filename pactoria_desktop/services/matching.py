"""Which paragraphs and rows of a joined text are which of the received one, and what that lays on the joined text."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from rapidfuzz.distance import Indel

from pactoria_desktop.contract.alignment import equal_pairs
from pactoria_desktop.contract.operations import Remark
from pactoria_desktop.contract.text import (
    HIDDEN,
    CommentNote,
    ContractText,
    Marks,
    Paragraph,
    Section,
    TableSection,
    TextSection,
    id_of,
    kind_of,
)

LEAST_LIKENESS = 0.4
MOST_PAIRED = 200


@dataclass(frozen=True, slots=True)
class Line:
    """A paragraph of a text: where it stands, its source, and its words (those that are only mine left out).

    ``likeness`` is what it is told by: its words as its side reads them. ``last`` tells that no paragraph of the same
    flow comes after it, ``gone`` that its newline is struck, ``cell`` that it
    stands in a table.
    """

    slot: str
    start: int
    paragraph: Paragraph
    source: str
    words: str
    likeness: str
    part: str
    last: bool
    gone: bool
    cell: bool


@dataclass(frozen=True, slots=True)
class Matching:
    """Which paragraphs and rows of the joined text are which of the received one; ``alone`` are none of it."""

    lines: tuple[tuple[Line, Line], ...]
    alone: tuple[Line, ...]
    sources: dict[str, str]
    row_sources: dict[str, str]


def matching_of(mine: ContractText, joined: ContractText, theirs: ContractText, parts: Mapping[str, str]) -> Matching:
    """How a joined text (mine with their changes) and the received one belong together.

    ``parts`` leads from parts of the joined text to those of the received one.
    """
    new_in_mine = frozenset(mine.revisions) - frozenset(theirs.revisions)
    here, there = _lines(joined, new_in_mine), _lines(theirs, frozenset())
    pairs = []
    alone = []
    for part, old in here.items():
        new = there.get(parts.get(part, part if part == "main" else ""), [])
        found = []
        for in_table in (False, True):
            left = [number for number, line in enumerate(old) if line.cell == in_table]
            right = [number for number, line in enumerate(new) if line.cell == in_table]
            likely = matched([old[x].likeness for x in left], [new[x].likeness for x in right])
            found += [(left[one], right[other]) for one, other in likely]
        pairs += [(old[one], new[other]) for one, other in found]
        met = {one for one, _ in found}
        alone += [line for number, line in enumerate(old) if number not in met]
    sources = {one.source: other.source for one, other in pairs if one.source and other.source}
    rows_here, rows_there = _rows(joined, new_in_mine), _rows(theirs, frozenset())
    row_pairs = matched([words for _, words in rows_here], [words for _, words in rows_there])
    return Matching(
        tuple(pairs),
        tuple(alone),
        sources,
        {rows_here[one][0]: rows_there[other][0] for one, other in row_pairs if rows_here[one][0]},
    )


def _lines(text: ContractText, without: frozenset[str]) -> dict[str, list[Line]]:
    """The paragraphs of each part, in order."""
    found: dict[str, list[Line]] = {}
    for number, section in enumerate(text.sections):
        kept = found.setdefault(section.part, [])
        in_table = isinstance(section, TableSection)
        follows = text.sections[number + 1] if number + 1 < len(text.sections) else None
        ends = not isinstance(follows, TextSection) or follows.part != section.part or in_table
        for slot, paragraphs in slots_of(section):
            start = 0
            for place, paragraph in enumerate(paragraphs):
                source = str(paragraph.marks.get("p:src", ""))
                last = ends and place == len(paragraphs) - 1
                words, likeness = _words(paragraph, without), _likeness(paragraph, without)
                gone = _is_struck(paragraph.marks, without)
                kept.append(Line(slot, start, paragraph, source, words, likeness, section.part, last, gone, in_table))
                start += len(paragraph.text) + 1
    return found


def slots_of(section: Section) -> Iterator[tuple[str, tuple[Paragraph, ...]]]:
    """The slots of a section: itself, or its cells row by row."""
    if isinstance(section, TableSection):
        for row in section.rows:
            for cell in row.cells:
                yield cell.id, cell.paragraphs
    else:
        yield section.id, section.paragraphs


def _rows(text: ContractText, without: frozenset[str]) -> list[tuple[str, str]]:
    return [
        (
            row.source,
            ("-" if _is_struck(row.marks, without) else "")
            + "\t".join(_likeness(each, without) for cell in row.cells for each in cell.paragraphs),
        )
        for section in text.sections
        if isinstance(section, TableSection)
        for row in section.rows
    ]


def _words(paragraph: Paragraph, without: frozenset[str]) -> str:
    return "".join(span.text.replace(HIDDEN, "") for span in paragraph.spans if not _is_only_mine(span.marks, without))


def _likeness(paragraph: Paragraph, without: frozenset[str]) -> str:
    """The words without what either side struck; all words where nothing is left, told from any others."""
    seen = "".join(
        span.text.replace(HIDDEN, "")
        for span in paragraph.spans
        if not _is_only_mine(span.marks, without) and not _is_struck(span.marks, without)
    )
    if _is_struck(paragraph.marks, without):
        return f"\n{seen or _words(paragraph, without)}"
    return seen


def _is_struck(marks: Marks, without: frozenset[str]) -> bool:
    return any(kind_of(key) in ("del", "moveFrom") and id_of(key) not in without for key in marks)


def _is_only_mine(marks: Marks, mine: frozenset[str]) -> bool:
    return any(kind_of(key) in ("ins", "moveTo") and id_of(key) in mine for key in marks)


def matched(old: Sequence[str], new: Sequence[str]) -> list[tuple[int, int]]:
    """Pairs of items, rising on both sides: equal ones, and between them by place or by likeness."""
    pairs = []
    low = other_low = 0
    for high, other_high in [*sorted(equal_pairs(old, new)), (len(old), len(new))]:
        pairs += [(low + one, other_low + other) for one, other in _between(old[low:high], new[other_low:other_high])]
        if high < len(old) and other_high < len(new):
            pairs.append((high, other_high))
        low, other_low = high + 1, other_high + 1
    return pairs


def _between(old: Sequence[str], new: Sequence[str]) -> Iterator[tuple[int, int]]:
    if len(old) == len(new):
        yield from ((number, number) for number in range(len(old)))
        return
    after = 0
    for place, words in enumerate(old[:MOST_PAIRED]):
        best, likeness = -1, LEAST_LIKENESS
        for number in range(after, min(len(new), after + MOST_PAIRED)):
            score = Indel.normalized_similarity(words, new[number])
            if score > likeness:
                best, likeness = number, score
        if best >= 0:
            yield place, best
            after = best + 1


def remarks_of(
    matching: Matching, base: ContractText, theirs: ContractText, mine: frozenset[str], prefix: str
) -> tuple[list[Remark], list[CommentNote]]:
    """Marks to lay on the joined text: the comments of theirs at their words, and where new paragraphs came from."""
    remarks: list[Remark] = []
    known = {(note.author, note.date, note.text) for note in base.comments}
    names = {
        note.id: f"{prefix}{note.id}" for note in theirs.comments if (note.author, note.date, note.text) not in known
    }
    notes = [
        replace(note, id=names[note.id], parent=names.get(note.parent or ""), word=False)
        for note in theirs.comments
        if note.id in names
    ]
    for here, there in matching.lines:
        if not here.source and there.source:
            end = here.start + len(here.paragraph.text)
            remarks.append(Remark(here.slot, end, end + 1, {"p:src": there.source}))
        ranges = _comment_ranges(there.paragraph, names)
        if ranges:
            places = _places(here, there, mine)
            for name, start, end in ranges:
                stands = [places[number] for number in range(start, end) if places[number] >= 0]
                if stands:
                    first, last = here.start + stands[0], here.start + stands[-1] + 1
                    remarks.append(Remark(here.slot, first, last, {f"comment:{name}": True}))
    return sorted(remarks, key=lambda each: (each.slot, each.start)), notes


def _comment_ranges(paragraph: Paragraph, names: Mapping[str, str]) -> list[tuple[str, int, int]]:
    """(new id, start, end) of commented words, in code points of the paragraph."""
    found: dict[str, tuple[int, int]] = {}
    place = 0
    for span in paragraph.spans:
        end = place + len(span.text)
        for key in span.marks:
            if kind_of(key) == "comment" and id_of(key) in names:
                start = found.get(id_of(key), (place, end))[0]
                found[id_of(key)] = (start, end)
        place = end
    return [(names[id], start, end) for id, (start, end) in found.items()]


def _places(here: Line, there: Line, mine: frozenset[str]) -> list[int]:
    """For each character of their paragraph its place in ours, -1 where it is not there."""
    ours: list[int] = []
    place = 0
    for span in here.paragraph.spans:
        for character in span.text:
            if character != HIDDEN and not _is_only_mine(span.marks, mine):
                ours.append(place)
            place += 1
    visible = [number for number, character in enumerate(there.paragraph.text) if character != HIDDEN]
    found = [-1] * len(there.paragraph.text)
    for step in Indel.opcodes(there.words, here.words):
        if step.tag == "equal":
            for offset in range(step.src_end - step.src_start):
                found[visible[step.src_start + offset]] = ours[step.dest_start + offset]
    return found
