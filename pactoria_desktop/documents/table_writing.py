"""Writing tables back: rows that came, went or changed their marks, cells that changed their shape, new tables."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from lxml import etree

from pactoria_desktop.contract.text import Cell, Marks, Row, TableSection, id_of, kind_of
from pactoria_desktop.documents.errors import DocumentError
from pactoria_desktop.documents.flow import End, FlowWriter, Place
from pactoria_desktop.documents.formatting import insert_in_order
from pactoria_desktop.documents.markup import WORD_SCOPE, element_of, escaped_attribute, fragment, placed
from pactoria_desktop.documents.names import WORD, word
from pactoria_desktop.documents.properties import MARK_TAGS
from pactoria_desktop.documents.rendering import Renderer
from pactoria_desktop.documents.spans import ElementSpan, child_span
from pactoria_desktop.documents.splices import Cut, longest_rising, spliced

_CELL_ORDER: Final = [
    "cnfStyle",
    "tcW",
    "gridSpan",
    "hMerge",
    "vMerge",
    "tcBorders",
    "shd",
    "noWrap",
    "tcMar",
    "textDirection",
    "tcFitText",
    "vAlign",
    "hideMark",
    "headers",
    "cellIns",
    "cellDel",
    "cellMerge",
    "tcPrChange",
]
_CELL_CHANGES: Final = tuple(word(name) for name in ("cellIns", "cellDel", "cellMerge", "tcPrChange"))
_ROW_CHANGES: Final = (*MARK_TAGS, word("trPrChange"))
_NEW_TABLE_PROPERTIES: Final = (
    '<w:tblPr><w:tblW w:w="0" w:type="auto"/><w:tblBorders>'
    + "".join(
        f'<w:{side} w:val="single" w:sz="4" w:space="0" w:color="auto"/>'
        for side in ("top", "left", "bottom", "right", "insideH", "insideV")
    )
    + "</w:tblBorders></w:tblPr>"
)
_ROW_KINDS: Final = ("ins", "del")


@dataclass(frozen=True, slots=True)
class RowPlace:
    """A row as the package has it: its value, its bytes, and the places of each cell's paragraphs."""

    row: Row
    span: ElementSpan
    cells: tuple[tuple[ElementSpan, tuple[Place, ...]], ...]


@dataclass(frozen=True, slots=True)
class TablePlace:
    """A table as the package has it."""

    table: TableSection
    span: ElementSpan
    rows: tuple[RowPlace, ...]


@dataclass(slots=True)
class TableWriter:
    """Makes the cuts inside the tables of one part. ``found`` gives each row its place in a table of the package, -1
    for a new one; ``places`` does so for the paragraphs of a cell."""

    file: str
    xml: bytes
    renderer: Renderer
    tables: Mapping[int, TablePlace]
    row_place: Callable[[Row, TablePlace], int]
    paragraph_places: Callable[[Cell, Sequence[Place]], list[int]]
    flow: FlowWriter | None = None
    _heads: frozenset[str] = frozenset()
    _base_heads: frozenset[str] = frozenset()

    def cuts(self, table: TableSection, there: Place) -> list[Cut]:
        """The cuts that turn a table of the package into this value of it."""
        base = self.tables.get(there.span.start)
        if base is None:
            if table == there.item:
                return []
            raise DocumentError(
                f"{self.file} has a table that is built in an unusual way and cannot be changed here; "
                "open the file in Word, save it and try again."
            )
        found = [self.row_place(row, base) for row in table.rows]
        rows = [
            _named_alike(row, base.rows[at].row) if at >= 0 else row for row, at in zip(table.rows, found, strict=True)
        ]
        table = replace(table, rows=tuple(rows))
        self._heads, self._base_heads = _merge_heads(table), _merge_heads(base.table)
        kept = longest_rising(found)
        cuts: list[Cut] = []
        waiting: list[Row] = []
        last: RowPlace | None = None
        for position, row in enumerate(table.rows):
            if position not in kept:
                waiting.append(row)
                continue
            place = base.rows[found[position]]
            if waiting:
                new = b"".join(self.new_row(one, last or place) for one in waiting)
                at = last.span.end if last is not None else place.span.start
                cuts.append(Cut(at, at, new))
                waiting = []
            last = place
            cuts += self._row(row, place)
        beside = last or (base.rows[-1] if base.rows else None)
        if waiting:
            at = beside.span.end if beside is not None else there.span.close
            cuts.append(Cut(at, at, b"".join(self.new_row(one, beside) for one in waiting)))
        remaining = {found[position] for position in kept}
        cuts += [
            Cut(place.span.start, place.span.end, b"")
            for number, place in enumerate(base.rows)
            if number not in remaining
        ]
        return cuts + self._grid(table, base)

    def new_table(self, table: TableSection, beside: ElementSpan | None, there: Place | None) -> bytes:
        """A table for a new place: one that moved takes its bytes along, a new one gets plain borders."""
        if there is not None and isinstance(there.item, TableSection):
            return spliced(self.xml, self.cuts(table, there), there.span.start, there.span.end)
        scope = beside.namespaces if beside is not None else {}
        declarations = "" if scope.get("w") == WORD else f' xmlns:w="{WORD}"'
        columns = max((sum(cell.columns for cell in row.cells) for row in table.rows), default=1)
        widths = table.widths if len(table.widths) == columns else (9000 // columns,) * columns
        self._heads = _merge_heads(table)
        rows = b"".join(self.new_row(row, None, widths) for row in table.rows)
        return f"<w:tbl{declarations}>{_NEW_TABLE_PROPERTIES}{_grid(widths)}".encode() + rows + b"</w:tbl>"

    def new_row(self, row: Row, beside: RowPlace | None, widths: Sequence[int] = ()) -> bytes:
        """A row shaped like the one beside it: its height and cell properties, without what was tracked there."""
        like = self._element(beside.span) if beside is not None else None
        head = ""
        if like is not None:
            exceptions = like.find(word("tblPrEx"))
            if exceptions is not None:
                head += placed(fragment(exceptions, lambda one: one.tag != word("tblPrExChange")), WORD_SCOPE)
        head += self._row_properties(like, row.marks, keep_changes=False)
        models = self._models(like)
        cells = b""
        column = 0
        for cell in row.cells:
            width = sum(widths[column : column + cell.columns]) if widths else 0
            cells += self._new_cell(cell, models.get(column), beside, width)
            column += cell.columns
        declarations = "" if beside is None or beside.span.namespaces.get("w") == WORD else f' xmlns:w="{WORD}"'
        return f"<w:tr{declarations}>{head}".encode() + cells + b"</w:tr>"

    def _row(self, row: Row, place: RowPlace) -> list[Cut]:
        shapes = [_shape(cell, self._heads) for cell in row.cells]
        if shapes != [_shape(cell, self._base_heads) for cell in place.row.cells] or _fills_nothing(row, place):
            return [Cut(place.span.start, place.span.end, self._reshaped(row, place))]
        cuts = self._row_marks(row, place)
        for cell, (span, places) in zip(row.cells, place.cells, strict=True):
            cuts += self._cell(cell, span, places)
        return cuts

    def _cell(self, cell: Cell, span: ElementSpan, places: Sequence[Place]) -> list[Cut]:
        assert self.flow is not None
        found = self.paragraph_places(cell, places)
        return self.flow.cuts(cell.paragraphs, places, found, End(span.close, span))

    def _row_marks(self, row: Row, place: RowPlace) -> list[Cut]:
        """The cut that brings a row's tracked insertion and deletion up to date."""
        if _row_changes(row.marks) == _row_changes(place.row.marks):
            self.renderer.identifiers.used.update(id_of(key) for key in _row_changes(row.marks))
            return []
        element = self._element(place.span)
        text = self._row_properties(element, row.marks, keep_changes=True)
        new = self._for(place.span, text)
        first = place.cells[0][0].start if place.cells else place.span.close
        exceptions = child_span(self.xml, "tblPrEx", place.span.inner, first)
        start = exceptions[1] if exceptions is not None else place.span.inner
        found = child_span(self.xml, "trPr", start, first)
        if element.find(word("trPr")) is None or found is None:
            return [Cut(start, start, new)]
        return [Cut(*found, new)]

    def _row_properties(self, like: etree._Element | None, marks: Marks, keep_changes: bool) -> str:
        """A ``w:trPr`` with these marks; ``keep_changes`` keeps an earlier tracked change of the row's properties."""
        old = like.find(word("trPr")) if like is not None else None
        element = element_of(fragment(old)) if old is not None else etree.Element(word("trPr"))
        gone = MARK_TAGS if keep_changes else _ROW_CHANGES
        for child in [child for child in element if child.tag in gone]:
            element.remove(child)
        place = next((at for at, child in enumerate(element) if child.tag == word("trPrChange")), len(element))
        for key in sorted(_row_changes(marks), key=lambda one: _ROW_KINDS.index(kind_of(one))):
            mark = etree.Element(word(kind_of(key)))
            for name, value in self.renderer.identifiers.attributes(self.renderer.known(id_of(key))):
                mark.set(name, value)
            element.insert(place, mark)
            place += 1
        return placed(fragment(element), WORD_SCOPE) if len(element) or (old is not None and keep_changes) else ""

    def _models(self, like: etree._Element | None) -> dict[int, etree._Element]:
        """The cell properties of a row by the grid column where the cell begins."""
        found: dict[int, etree._Element] = {}
        column = 0
        for cell in like.iterchildren(word("tc")) if like is not None else ():
            properties = cell.find(word("tcPr"))
            span = properties.find(word("gridSpan")) if properties is not None else None
            if properties is not None:
                found[column] = properties
            text = span.get(word("val"), "1") if span is not None else "1"
            column += int(text) if text.isdigit() else 1
        return found

    def _cell_properties(self, cell: Cell, model: etree._Element | None, width: int) -> str:
        element = element_of(fragment(model)) if model is not None else etree.Element(word("tcPr"))
        for child in [child for child in element if child.tag in (*_CELL_CHANGES, word("gridSpan"), word("vMerge"))]:
            element.remove(child)
        if width:
            measure = etree.Element(word("tcW"))
            measure.set(word("w"), str(width))
            measure.set(word("type"), "dxa")
            insert_in_order(element, measure, _CELL_ORDER)
        if cell.columns > 1:
            span = etree.Element(word("gridSpan"))
            span.set(word("val"), str(cell.columns))
            insert_in_order(element, span, _CELL_ORDER)
        if cell.continues or cell.id in self._heads:
            merge = etree.Element(word("vMerge"))
            if not cell.continues:
                merge.set(word("val"), "restart")
            insert_in_order(element, merge, _CELL_ORDER)
        return placed(fragment(element), WORD_SCOPE)

    def _new_cell(self, cell: Cell, model: etree._Element | None, beside: RowPlace | None, width: int) -> bytes:
        assert self.flow is not None
        span = beside.span if beside is not None else None
        properties = self._cell_properties(cell, model, width)
        return f"<w:tc>{properties}".encode() + self.flow.rendered(cell.paragraphs, span) + b"</w:tc>"

    def _reshaped(self, row: Row, place: RowPlace) -> bytes:
        """A row whose cells came, went, or changed their spans: cells that stay keep the bytes of their content."""
        element = self._element(place.span)
        exceptions = element.find(word("tblPrEx"))
        head = placed(fragment(exceptions), WORD_SCOPE) if exceptions is not None else ""
        head += self._row_properties(element, row.marks, keep_changes=True)
        known = {cell.id: number for number, cell in enumerate(place.row.cells)}
        models = self._models(element)
        cells = b""
        column = 0
        for cell in row.cells:
            number = known.get(cell.id)
            if number is None or place.cells[number][0].inner == place.cells[number][0].end:
                cells += self._new_cell(cell, models.get(column), place, 0)
            else:
                cells += self._reshaped_cell(cell, place, number)
            column += cell.columns
        return self._for(place.span, f"<w:tr>{head}") + cells + b"</w:tr>"

    def _reshaped_cell(self, cell: Cell, place: RowPlace, number: int) -> bytes:
        span, places = place.cells[number]
        old = place.row.cells[number]
        cuts = self._cell(cell, span, places)
        if _shape(cell, self._heads) == _shape(old, self._base_heads):
            return spliced(self.xml, cuts, span.start, span.end)
        model = self._element(span).find(word("tcPr"))
        properties = self._cell_properties(cell, model, 0)
        first = min([there.span.start for there in places], default=span.close)
        before = child_span(self.xml, "tcPr", span.inner, first) if model is not None else None
        content = spliced(self.xml, cuts, before[1] if before is not None else span.inner, span.close)
        return self._for(span, f"<w:tc>{properties}") + content + b"</w:tc>"

    def _grid(self, table: TableSection, base: TablePlace) -> list[Cut]:
        if table.widths == base.table.widths or not table.widths:
            return []
        first = base.rows[0].span.start if base.rows else base.span.close
        found = child_span(self.xml, "tblGrid", base.span.inner, first)
        new = self._for(base.span, _grid(table.widths))
        return [Cut(*found, new)] if found is not None else [Cut(first, first, new)]

    def _element(self, span: ElementSpan) -> etree._Element:
        """A stretch of the part, parsed by itself."""
        declarations = "".join(
            f' xmlns{":" + prefix if prefix else ""}="{escaped_attribute(uri)}"'
            for prefix, uri in span.namespaces.items()
        )
        text = f"<x{declarations}>".encode() + self.xml[span.start : span.end] + b"</x>"
        return element_of(text.decode("utf-8"))[0]

    @staticmethod
    def _for(span: ElementSpan, text: str) -> bytes:
        """Markup in the prefix ``w`` for a place where that may mean something else."""
        if span.namespaces.get("w") == WORD or not text:
            return text.encode()
        cut = re.match(r"<[\w:]+", text)
        at = cut.end() if cut is not None else 0
        return f'{text[:at]} xmlns:w="{WORD}"{text[at:]}'.encode()


def _named_alike(row: Row, base: Row) -> Row:
    """The row with the package's names for its cells, where the text knows the row from another package."""
    strangers = {cell.id for cell in row.cells}.isdisjoint(cell.id for cell in base.cells)
    if not strangers or len(row.cells) != len(base.cells):
        return row
    cells = tuple(replace(cell, id=other.id) for cell, other in zip(row.cells, base.cells, strict=True))
    return replace(row, cells=cells)


def _shape(cell: Cell, heads: frozenset[str]) -> tuple[str, int, bool, bool]:
    return cell.id, cell.columns, cell.continues, cell.id in heads


def _merge_heads(table: TableSection) -> frozenset[str]:
    """The cells that begin a vertical merge: the one below continues them."""
    heads: set[str] = set()
    above: dict[int, Cell] = {}
    for row in table.rows:
        here: dict[int, Cell] = {}
        column = 0
        for cell in row.cells:
            here[column] = cell
            upper = above.get(column)
            if cell.continues and upper is not None and not upper.continues:
                heads.add(upper.id)
            column += cell.columns
        above = here
    return frozenset(heads)


def _fills_nothing(row: Row, place: RowPlace) -> bool:
    """Whether words come into a cell that has no content at all, not even a paragraph, in Word."""
    return any(
        span.inner == span.end and any(paragraph.spans for paragraph in cell.paragraphs)
        for cell, (span, _) in zip(row.cells, place.cells, strict=True)
    )


def _row_changes(marks: Marks) -> list[str]:
    return [key for key in marks if kind_of(key) in _ROW_KINDS]


def _grid(widths: Sequence[int]) -> str:
    return "<w:tblGrid>" + "".join(f'<w:gridCol w:w="{width}"/>' for width in widths) + "</w:tblGrid>"
