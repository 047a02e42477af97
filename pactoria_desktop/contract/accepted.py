"""The text that offsets count in: a contract with its tracked changes accepted (or rejected), and the way back.

Offsets are code points. Each paragraph is one line ended by a newline; hidden characters and soft hyphens are left
out; parts follow each other as main story, footnotes, endnotes, headers, footers, text boxes.

A note that has lost its reference and all its words is gone, and so is a text box with the drawing that holds it.

Joining follows Word: a struck paragraph mark joins its paragraph to the next one of the same flow, also over a table
that goes as a whole. Where nothing follows, an emptied paragraph goes, except in a cell or a note, and except the last
one of a header, footer or text box; one that keeps words stays.
"""

import hashlib
from bisect import bisect_right
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Literal

from pactoria_desktop.contract.text import (
    HIDDEN,
    SOFT_HYPHEN,
    ContractText,
    Marks,
    Paragraph,
    Section,
    TableSection,
    kind_of,
    paragraphs_of,
)

View = Literal["accepted", "rejected"]

DROPPED: Mapping[View, tuple[str, ...]] = {"accepted": ("del:", "moveFrom:"), "rejected": ("ins:", "moveTo:")}
PART_ORDER = ("main", "footnote", "endnote", "header", "footer", "textbox")
KEPT_WHEN_EMPTY = ("footnote", "endnote")
NEVER_EMPTY = ("header", "footer", "textbox")


@dataclass(frozen=True, slots=True)
class SourcePlace:
    """A place in the contract text: a slot (section or cell id), a paragraph of it, and a character of that paragraph.

    ``character`` counts code points of ``Paragraph.text``, struck and hidden ones included; its length is the newline.
    """

    slot: str
    paragraph: int
    character: int


@dataclass(frozen=True, slots=True)
class SourceStretch:
    """Characters ``start`` to ``end`` of one paragraph of a slot; ``end`` is length + 1 where the newline is in it."""

    slot: str
    paragraph: int
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class AcceptedParagraph:
    """One line of the text. ``start`` and ``end`` leave its newline out.

    ``section`` is the index in ``ContractText.sections``; ``row`` and ``cell`` are ids, empty outside tables. ``slot``
    and ``paragraph`` name the source paragraph whose newline ends it, ``marks`` are the newline's marks that give it
    its properties (in a paragraph joined here they are those of the first one that kept words).
    """

    id: str
    part: str
    start: int
    end: int
    section: int
    row: str
    cell: str
    slot: str
    paragraph: int
    style: str
    marks: Marks

    @property
    def in_table(self) -> bool:
        """Whether it stands in a table."""
        return bool(self.cell)


@dataclass(frozen=True)
class AcceptedText:
    """The text, its paragraphs, and the pieces of source that it is made of (see ``place`` and ``offset``)."""

    text: str
    paragraphs: tuple[AcceptedParagraph, ...]
    slots: tuple[str, ...]
    starts: tuple[int, ...]
    sources: tuple[tuple[int, int, int], ...]

    @cached_property
    def sha256(self) -> str:
        """SHA-256 of the text in UTF-8, in hexadecimal digits."""
        return text_sha256(self.text)

    @cached_property
    def _slot_numbers(self) -> dict[str, int]:
        return {slot: number for number, slot in enumerate(self.slots)}

    @cached_property
    def _paragraph_starts(self) -> tuple[int, ...]:
        return tuple(paragraph.start for paragraph in self.paragraphs)

    @cached_property
    def _by_id(self) -> dict[str, AcceptedParagraph]:
        return {paragraph.id: paragraph for paragraph in self.paragraphs}

    def line(self, paragraph: AcceptedParagraph) -> str:
        """The words of a paragraph, without the newline."""
        return self.text[paragraph.start : paragraph.end]

    def paragraph_by_id(self, identifier: str) -> AcceptedParagraph:
        """The paragraph with this id. Raises KeyError when there is none."""
        return self._by_id[identifier]

    def paragraph_at(self, offset: int) -> AcceptedParagraph:
        """The paragraph that holds the offset, its newline included. Raises IndexError outside the text."""
        if not 0 <= offset <= len(self.text) or not self.paragraphs:
            raise IndexError(offset)
        return self.paragraphs[bisect_right(self._paragraph_starts, offset) - 1]

    def place(self, offset: int, *, after: bool = True) -> SourcePlace:
        """The source place of an offset.

        Where struck or hidden characters lie at the offset, ``after`` gives the place behind them, else the one in
        front. A paragraph's start never falls into the one before it. Raises IndexError outside the text.
        """
        if not 0 <= offset <= len(self.text) or not self.starts:
            raise IndexError(offset)
        if offset == len(self.text):
            number, before = len(self.starts) - 1, offset
        else:
            number, before = bisect_right(self.starts, offset) - 1, offset
            if not after and self.starts[number] == offset and offset and self.text[offset - 1] != "\n":
                number -= 1
        slot, paragraph, character = self.sources[number]
        return SourcePlace(self.slots[slot], paragraph, character + before - self.starts[number])

    def stretches(self, start: int, end: int) -> tuple[SourceStretch, ...]:
        """The source of the characters ``start`` to ``end``, in order; struck and hidden ones between are left out.

        Raises IndexError when the range is not inside the text.
        """
        if not 0 <= start <= end <= len(self.text):
            raise IndexError((start, end))
        result = []
        number = bisect_right(self.starts, start) - 1
        while start < end:
            slot, paragraph, character = self.sources[number]
            first = self.starts[number]
            last = self.starts[number + 1] if number + 1 < len(self.starts) else len(self.text)
            stop = min(end, last)
            result.append(
                SourceStretch(self.slots[slot], paragraph, character + start - first, character + stop - first)
            )
            start = stop
            number += 1
        return tuple(result)

    def offset(self, place: SourcePlace) -> int:
        """The offset of a source place; of a character that is not in this view, the offset where it would stand.

        Raises KeyError for an unknown slot.
        """
        key = (self._slot_numbers[place.slot], place.paragraph, place.character)
        number = bisect_right(self.sources, key) - 1
        if number < 0:
            return 0
        slot, paragraph, character = self.sources[number]
        start = self.starts[number]
        end = self.starts[number + 1] if number + 1 < len(self.starts) else len(self.text)
        if (slot, paragraph) != key[:2]:
            return end
        return min(start + place.character - character, end)


def text_sha256(text: str) -> str:
    """SHA-256 of a text in UTF-8, in hexadecimal digits."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def accepted(text: ContractText) -> AcceptedText:
    """The contract with every tracked change accepted."""
    return view(text, "accepted")


def rejected(text: ContractText) -> AcceptedText:
    """The contract with every tracked change rejected."""
    return view(text, "rejected")


def view(text: ContractText, which: View) -> AcceptedText:
    """The contract with every tracked change accepted or rejected."""
    builder = _Builder(text, which)
    for flow in _flows(text, which):
        builder.flow(flow)
    return builder.result()


def visible(text: str) -> str:
    """A text without hidden characters and soft hyphens."""
    if HIDDEN in text:
        text = text.replace(HIDDEN, "")
    if SOFT_HYPHEN in text:
        text = text.replace(SOFT_HYPHEN, "")
    return text


def is_dropped(marks: Marks, which: View) -> bool:
    """Whether characters, a newline or a row under these marks are not in the view."""
    prefixes = DROPPED[which]
    return any(key.startswith(prefixes) for key in marks)


def part_rank(part: str) -> int:
    """Where a part stands in the text: 0 for the main story, then notes, headers, footers, text boxes."""
    name = kind_of(part)
    return PART_ORDER.index(name) if name in PART_ORDER else len(PART_ORDER)


@dataclass(frozen=True, slots=True)
class _Line:
    """One source paragraph with where it stands. ``joins`` says that a struck newline joins it to the next line."""

    section: int
    part: str
    row: str
    cell: str
    slot: str
    index: int
    paragraph: Paragraph
    joins: bool


def _flows(text: ContractText, which: View) -> Iterator[list[_Line]]:
    """The lines that can join each other: a cell, or text sections of a part with no table between them."""
    lost = _lost_notes(text, which) | _lost_boxes(text, which)
    shown = [
        (number, section)
        for number, section in enumerate(text.sections)
        if section.part not in lost and not _is_gone(section, which)
    ]
    shown.sort(key=lambda pair: part_rank(pair[1].part))
    flow: list[_Line] = []
    previous: tuple[int, Section] | None = None
    for number, section in shown:
        if isinstance(section, TableSection):
            if flow:
                yield flow
                flow = []
            for row in section.rows:
                if is_dropped(row.marks, which):
                    continue
                for cell in row.cells:
                    yield _lines(text, number, section.part, row.id, cell.id, cell.paragraphs)
        else:
            if flow and (previous is None or previous[1].part != section.part):
                yield flow
                flow = []
            elif flow and previous is not None and previous[0] + 1 != number:
                last = flow[-1]
                flow[-1] = replace(last, joins=True)
            flow += _lines(text, number, section.part, "", section.id, section.paragraphs)
        previous = (number, section)
    if flow:
        yield flow


def _lost_notes(text: ContractText, which: View) -> set[str]:
    """The parts of notes whose references are all dropped and of whose words none is left."""
    drop = DROPPED[which]
    empty: dict[str, bool] = {}
    for section in text.sections:
        if kind_of(section.part) in KEPT_WHEN_EMPTY:
            seen = any(
                visible(span.text) and not any(key.startswith(drop) for key in span.marks)
                for paragraph in paragraphs_of(section)
                for span in paragraph.spans
            )
            empty[section.part] = empty.get(section.part, True) and not seen
    if True not in empty.values():
        return set()
    dropped: set[str] = set()
    kept: set[str] = set()
    objects = text.material.objects
    for section in text.sections:
        for row_marks, paragraph in _with_rows(section):
            for span in paragraph.spans:
                one = objects.get(str(span.marks["obj"])) if "obj" in span.marks else None
                if one is not None and one.role in ("footnoteReference", "endnoteReference"):
                    gone = any(key.startswith(drop) for key in (*span.marks, *row_marks))
                    (dropped if gone else kept).add(f"{one.role.removesuffix('Reference')}:{one.ref}")
    return {part for part, is_empty in empty.items() if is_empty and part in dropped and part not in kept}


def _lost_boxes(text: ContractText, which: View) -> set[str]:
    """The parts of text boxes whose drawing is not in the view."""
    boxes = {section.part for section in text.sections if kind_of(section.part) == "textbox"}
    if not boxes:
        return boxes
    drop = DROPPED[which]
    wanted = {part.split(":")[1] for part in boxes}
    kept = {
        str(span.marks["obj"])
        for section in text.sections
        for row_marks, paragraph in _with_rows(section)
        for span in paragraph.spans
        if span.marks.get("obj") in wanted and not any(key.startswith(drop) for key in (*span.marks, *row_marks))
    }
    return {part for part in boxes if part.split(":")[1] not in kept}


def _with_rows(section: Section) -> Iterator[tuple[Marks, Paragraph]]:
    if isinstance(section, TableSection):
        for row in section.rows:
            for cell in row.cells:
                for paragraph in cell.paragraphs:
                    yield row.marks, paragraph
    else:
        for paragraph in section.paragraphs:
            yield {}, paragraph


def _is_gone(section: Section, which: View) -> bool:
    return isinstance(section, TableSection) and all(is_dropped(row.marks, which) for row in section.rows)


def _lines(
    text: ContractText, section: int, part: str, row: str, slot: str, paragraphs: tuple[Paragraph, ...]
) -> list[_Line]:
    properties = text.material.paragraphs
    cell = slot if row else ""
    lines = []
    for index, paragraph in enumerate(paragraphs):
        marks = paragraph.marks
        joins = "p:fix" not in marks
        if not joins:
            known = properties.get(str(marks.get("p:props", "")))
            joins = (known is not None and known.ends_section) or any(key.startswith("fld:") for key in marks)
        lines.append(_Line(section, part, row, cell, slot, index, paragraph, joins))
    return lines


class _Builder:
    """Collects characters, pieces and paragraphs, flow after flow."""

    def __init__(self, text: ContractText, which: View) -> None:
        self._source = text
        self._which: View = which
        self._drop = DROPPED[which]
        self._characters: list[str] = []
        self._length = 0
        self._paragraphs: list[AcceptedParagraph] = []
        self._slots: list[str] = []
        self._starts: list[int] = []
        self._places: list[tuple[int, int, int]] = []
        self._styles: dict[str, str] = {
            key: properties.style for key, properties in text.material.paragraphs.items() if properties.style
        }

    def flow(self, lines: list[_Line]) -> None:
        """Takes in lines that can join each other."""
        drop = self._drop
        first_of_flow = len(self._paragraphs)
        start = self._length
        governing: Marks | None = None
        last_slot = None
        for position, line in enumerate(lines):
            if line.slot != last_slot:
                self._slots.append(line.slot)
                last_slot = line.slot
            before = self._length
            length = self._put_words(line)
            marks = line.paragraph.marks
            struck = any(key.startswith(drop) for key in marks)
            if struck and line.joins and position + 1 < len(lines):
                if governing is None and self._length > before and self._is_typed(marks):
                    governing = marks
                continue
            if struck and self._length == start and self._may_vanish(line, first_of_flow, lines, position):
                governing = None
                continue
            end = self._length
            self._put_newline(line, length)
            self._put_paragraph(line, start, end, marks if governing is None else governing)
            governing = None
            start = self._length

    def _put_words(self, line: _Line) -> int:
        """Adds the words of a line; its whole length in the source is given back."""
        drop = self._drop
        slot, index = len(self._slots) - 1, line.index
        character = 0
        open_end = -1
        for span in line.paragraph.spans:
            words = span.text
            size = len(words)
            if span.marks and any(key.startswith(drop) for key in span.marks):
                character += size
                continue
            if HIDDEN in words or SOFT_HYPHEN in words:
                for offset, letter in enumerate(words):
                    if letter in (HIDDEN, SOFT_HYPHEN):
                        continue
                    if open_end != character + offset:
                        self._starts.append(self._length)
                        self._places.append((slot, index, character + offset))
                    self._characters.append(letter)
                    self._length += 1
                    open_end = character + offset + 1
            else:
                if open_end != character:
                    self._starts.append(self._length)
                    self._places.append((slot, index, character))
                self._characters.append(words)
                self._length += size
                open_end = character + size
            character += size
        return character

    def _put_newline(self, line: _Line, length: int) -> None:
        slot = len(self._slots) - 1
        extends = False
        if self._starts:
            last_slot, last_paragraph, last_character = self._places[-1]
            extends = (last_slot, last_paragraph) == (slot, line.index) and (
                last_character + self._length - self._starts[-1] == length
            )
        if not extends:
            self._starts.append(self._length)
            self._places.append((slot, line.index, length))
        self._characters.append("\n")
        self._length += 1

    def _put_paragraph(self, line: _Line, start: int, end: int, marks: Marks) -> None:
        style = marks.get("p:style")
        if not isinstance(style, str):
            style = self._styles.get(str(marks.get("p:props", "")), "")
        self._paragraphs.append(
            AcceptedParagraph(
                f"p{len(self._paragraphs) + 1}",
                line.part,
                start,
                end,
                line.section,
                line.row,
                line.cell,
                line.slot,
                line.index,
                style,
                marks,
            )
        )

    def _is_typed(self, marks: Marks) -> bool:
        """Whether the strike was made here: then the first paragraph's properties stay, else Word's, the last's."""
        for key in marks:
            if key.startswith(self._drop):
                revision = self._source.revisions.get(key.partition(":")[2])
                if revision is not None and revision.source == "typed":
                    return True
        return False

    def _may_vanish(self, line: _Line, first_of_flow: int, lines: list[_Line], position: int) -> bool:
        if line.cell:
            return False
        kind = kind_of(line.part)
        if kind in KEPT_WHEN_EMPTY:
            return False
        if kind in NEVER_EMPTY:
            return len(self._paragraphs) > first_of_flow or position + 1 < len(lines)
        return True

    def result(self) -> AcceptedText:
        """Everything taken in so far."""
        return AcceptedText(
            "".join(self._characters),
            tuple(self._paragraphs),
            tuple(self._slots),
            tuple(self._starts),
            tuple(self._places),
        )
