"""Writing one part of a package back: its bodies, notes or headers, tables and cells."""

import re
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pactoria_desktop.contract.text import Cell, Paragraph, Row, Section, TableSection, TextSection
from pactoria_desktop.documents.errors import DocumentError
from pactoria_desktop.documents.flow import End, FlowWriter, Item, Place
from pactoria_desktop.documents.markup import WORD_SCOPE, escaped_attribute
from pactoria_desktop.documents.parsing import parse
from pactoria_desktop.documents.rendering import Renderer
from pactoria_desktop.documents.sources import source_of
from pactoria_desktop.documents.spans import ElementSpan, PartIndex, index
from pactoria_desktop.documents.splices import Cut, spliced
from pactoria_desktop.documents.table_writing import RowPlace, TablePlace, TableWriter


@dataclass(frozen=True, slots=True)
class Writing:
    """What all parts of one writing share: the renderer, and the paragraphs to write, by identity."""

    renderer: Renderer
    changed: set[int]


class PartWriter:
    """Turns the sections of one part into its new bytes. ``base`` are its sections as they were read."""

    def __init__(self, file: str, member: str, xml: bytes, base: Sequence[Section], writing: Writing) -> None:
        self._file = file
        self._member = member
        self._xml = xml
        self._index: PartIndex = index(xml)
        self._table_starts = [span.start for span in self._index.tables]
        tables: dict[int, TablePlace] = {}
        self._rows: dict[str, TableSection] = {}
        self._row_numbers: dict[str, int] = {}
        self._containers: dict[str, list[Place]] = {}
        for section in base:
            places = self._containers.setdefault(section.part, [])
            if isinstance(section, TextSection):
                places += self._placed(section.paragraphs)
            else:
                span, table = self._table(section)
                if table is not None:
                    tables[span.start] = table
                places.append(Place(section, span))
        self._positions = {
            part: {self._key(place.item): number for number, place in enumerate(places)}
            for part, places in self._containers.items()
        }
        self._table_writer = TableWriter(file, xml, writing.renderer, tables, self._row_place, self._paragraph_places)
        self._flow = FlowWriter(
            writing.renderer, writing.changed, self._table_writer.cuts, self._table_writer.new_table
        )
        self._table_writer.flow = self._flow

    def written(
        self, sections: Sequence[Section], ends: Mapping[str, int], gone: frozenset[str] = frozenset()
    ) -> bytes:
        """The part's bytes. ``ends`` gives the offset where new paragraphs of an empty container go.

        ``gone`` are notes that go as a whole.
        """
        texts: dict[str, list[Item]] = {part: [] for part in self._containers}
        for section in sections:
            items = texts.setdefault(section.part, [])
            if isinstance(section, TextSection):
                items += section.paragraphs
            else:
                items.append(section)
        cuts: list[Cut] = []
        for part, items in texts.items():
            places = self._containers.get(part, [])
            if part in gone and places:
                cuts.append(self._whole_note(part, places))
                continue
            found = self._found(items, part)
            if not places and part not in ends:
                continue
            cuts += self._flow.cuts(items, places, found, End(ends.get(part, len(self._xml)), None))
        self._check(cuts)
        return spliced(self._xml, cuts)

    def _whole_note(self, part: str, places: Sequence[Place]) -> Cut:
        """The element of a note, which no other note can lie in, with everything in it."""
        name = part.partition(":")[0].encode()
        opened = re.compile(rb"<(?:[\w.-]+:)?" + name + rb"(?=[\s>])")
        start = max(found.start() for found in opened.finditer(self._xml, 0, places[0].span.start))
        closed = re.compile(rb"</(?:[\w.-]+:)?" + name + rb"\s*>").search(self._xml, places[-1].span.end)
        if closed is None:
            raise DocumentError(f"{self._file} could not be written: the end of a note was not found in it.")
        return Cut(start, closed.end(), b"")

    def _check(self, cuts: Sequence[Cut]) -> None:
        """Everything new must be well-formed by itself: what the material holds may come from elsewhere."""
        scope: dict[str, str] = dict(WORD_SCOPE)
        for span in (*self._index.paragraphs, *self._index.tables):
            if span.namespaces is not scope:
                scope.update(span.namespaces)
        declared = "".join(
            f' xmlns{":" + prefix if prefix else ""}="{escaped_attribute(uri)}"' for prefix, uri in scope.items()
        )
        # One parse for all: each stands in an element of its own, so that no two can make up for each other.
        pieces = b"".join(b"<y>" + cut.new + b"</y>" for cut in cuts if cut.new)
        try:
            parse(f"<x{declared}>".encode() + pieces + b"</x>", self._member, self._file)
        except DocumentError as error:
            raise DocumentError(
                f"The changes to {self._file} could not be written as valid Word XML; "
                "the file and your changes are untouched."
            ) from error

    def _found(self, items: Sequence[Item], part: str) -> list[int]:
        """Each item's place among those of its container as read; only the first holder of a source has it."""
        positions = self._positions.get(part, {})
        taken: set[int] = set()
        found = []
        for item in items:
            place = positions.get(self._key(item), -1)
            found.append(-1 if place in taken else place)
            taken.add(place)
        return found

    def _key(self, item: Item) -> str:
        if isinstance(item, Paragraph):
            return "p" + str(item.marks.get("p:src", ""))
        for row in item.rows:
            table = self._rows.get(row.source)
            if table is not None:
                return f"t{table.id}"
        return ""

    def _placed(self, paragraphs: Sequence[Paragraph]) -> list[Place]:
        found = []
        for paragraph in paragraphs:
            source = source_of(paragraph.marks.get("p:src"))
            if source is not None:
                found.append(Place(paragraph, self._index.paragraphs[source.index]))
        return found

    def _table(self, section: TableSection) -> tuple[ElementSpan, TablePlace | None]:
        """A table's bytes and rows; no rows for one that is not built of cells in rows as Word builds them."""
        rows = []
        sound = True
        for number, row in enumerate(section.rows):
            source = source_of(row.source)
            if source is None:
                continue
            span = self._index.rows[source.index]
            self._rows[row.source] = section
            self._row_numbers[row.source] = number
            spans = self._cells_of(span)
            if len(spans) != len(row.cells):
                sound = False
                spans = spans[: len(row.cells)]
            cells = [
                (cell_span, tuple(self._placed(cell.paragraphs)))
                for cell_span, cell in zip(spans, row.cells, strict=False)
            ]
            rows.append(RowPlace(row, span, tuple(cells)))
        place = bisect_right(self._table_starts, rows[0].span.start) - 1
        table = self._index.tables[place]
        return table, TablePlace(section, table, tuple(rows)) if sound else None

    def _cells_of(self, row: ElementSpan) -> list[ElementSpan]:
        """The cells of a row, without those of tables within them."""
        found: list[ElementSpan] = []
        cells = self._index.cells
        at = bisect_right(cells, row.start, key=lambda one: one.start)
        while at < len(cells) and cells[at].start < row.end:
            if not found or cells[at].start >= found[-1].end:
                found.append(cells[at])
            at += 1
        return found

    def _row_place(self, row: Row, base: TablePlace) -> int:
        if self._rows.get(row.source) is not base.table:
            return -1
        return self._row_numbers[row.source]

    def _paragraph_places(self, cell: Cell, places: Sequence[Place]) -> list[int]:
        positions = {self._key(place.item): number for number, place in enumerate(places)}
        taken: set[int] = set()
        found = []
        for paragraph in cell.paragraphs:
            place = positions.get(self._key(paragraph), -1)
            found.append(-1 if place in taken else place)
            taken.add(place)
        return found
