"""The blocks of a story as sections: paragraphs in texts cut at headings, tables as rows of cells."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from lxml import etree

from pactoria_desktop.contract.text import Cell, MarkValue, Paragraph, Row, Section, TableSection, TextSection
from pactoria_desktop.documents.errors import DocumentError
from pactoria_desktop.documents.inline import InlineReader
from pactoria_desktop.documents.markup import WORD_SCOPE
from pactoria_desktop.documents.names import local_word_name, word
from pactoria_desktop.documents.numbering import number, value
from pactoria_desktop.documents.sources import Source

_PARAGRAPH: Final = word("p")
_TABLE: Final = word("tbl")
_ROW: Final = word("tr")
SHORTEST_SECTION: Final = 60
LONGEST_SECTION: Final = 100
_SPANS_ALLOWED: Final = 200
_ROW_KINDS: Final = {"ins": "row_insertion", "del": "row_deletion"}


@dataclass(slots=True)
class SectionNames:
    """Gives sections, rows and cells their ids: the same in every reading of a package."""

    package: str
    _count: int = 0

    def next(self, kind: str) -> str:
        """The next id; ``kind`` is "s", "r" or "c"."""
        self._count += 1
        return f"{self.package}{kind}{self._count}"


@dataclass(frozen=True, slots=True)
class _Block:
    """A paragraph or table of a story, with whether it ends its segment (the next paragraph cannot join it)."""

    element: etree._Element
    is_table: bool
    ends_segment: bool


@dataclass(slots=True)
class BlockReader:
    """Reads the blocks of one part. ``name`` is its member name; ordinals count as spans.index() counts them;
    ``file`` is what messages call the document."""

    inline: InlineReader
    name: str
    names: SectionNames
    file: str
    _paragraphs: dict[etree._Element, int] = field(default_factory=dict)
    _rows: dict[etree._Element, int] = field(default_factory=dict)

    def count(self, root: etree._Element) -> None:
        """Number the outermost paragraphs and rows of the part."""
        boxed = root.xpath("boolean(//w:p//w:p | //w:p//w:tr)", namespaces=WORD_SCOPE)
        for element in root.iter(_PARAGRAPH, _ROW):
            if boxed and any(above.tag == _PARAGRAPH for above in element.iterancestors()):
                continue
            numbers = self._paragraphs if element.tag == _PARAGRAPH else self._rows
            numbers[element] = len(numbers)

    def sections(self, container: etree._Element, part: str) -> list[Section]:
        """The sections of a story's container (body, note, header)."""
        found: list[Section] = []
        waiting: list[Paragraph] = []
        for block in self._blocks(container):
            if block.is_table:
                self._cut(waiting, part, found)
                waiting = []
                table = self._table(block.element, part)
                if table is not None:
                    found.append(table)
            else:
                waiting.append(self._paragraph(block))
        self._cut(waiting, part, found)
        return found

    def box(self, content: etree._Element, source: str, first: int) -> list[Paragraph]:
        """The paragraphs of a text box, flat; ``source`` is that of the paragraph that holds it."""
        paragraphs: list[Paragraph] = []
        for block in self._flat(content):
            place = f"{source}.{first + len(paragraphs)}"
            paragraphs.append(self.inline.paragraph(block.element, place, block.ends_segment))
        return paragraphs

    def _paragraph(self, block: _Block) -> Paragraph:
        source = Source(self.inline.tables.package[:12], self.name, str(self._paragraphs[block.element]))
        return self.inline.paragraph(block.element, str(source), block.ends_segment)

    def _cut(self, paragraphs: list[Paragraph], part: str, found: list[Section]) -> None:
        """Append the paragraphs as texts of 60 to 100, cut before headings where there are any."""
        start = 0
        while start < len(paragraphs):
            end = len(paragraphs)
            if end - start > LONGEST_SECTION:
                end = next(
                    (
                        place
                        for place in range(start + SHORTEST_SECTION, start + LONGEST_SECTION)
                        if self._is_heading(paragraphs[place])
                    ),
                    start + LONGEST_SECTION,
                )
            found.append(TextSection(self.names.next("s"), tuple(paragraphs[start:end]), part))
            start = end

    def _is_heading(self, paragraph: Paragraph) -> bool:
        properties = self.inline.tables.properties.paragraphs[str(paragraph.marks["p:props"])]
        return properties.look.outline_level is not None

    def _blocks(self, container: etree._Element) -> Iterator[_Block]:
        """Paragraphs and tables in document order, through block controls and other containers."""
        waiting: etree._Element | None = None
        for element, is_table in self._stream(container):
            if element is None or is_table:
                if waiting is not None:
                    yield _Block(waiting, False, True)
                    waiting = None
                if element is not None:
                    yield _Block(element, True, True)
                continue
            if waiting is not None:
                yield _Block(waiting, False, False)
            waiting = element
        if waiting is not None:
            yield _Block(waiting, False, True)

    def _stream(self, container: etree._Element) -> Iterator[tuple[etree._Element | None, bool]]:
        """Paragraphs (False) and tables (True); None stands for the edge of a container."""
        for child in container:
            tag = child.tag
            if tag == _PARAGRAPH:
                yield child, False
            elif tag == _TABLE:
                yield child, True
            elif not isinstance(tag, str):
                continue
            elif local_word_name(tag) == "altChunk":
                raise DocumentError(
                    f"{self.file} includes another file as a whole (altChunk), whose words cannot be read here; "
                    "open it in Word, save it and try again."
                )
            elif next(child.iter(_PARAGRAPH), None) is None:
                self.inline.between(child)
            else:
                yield None, False
                yield from self._stream(child)
                yield None, False

    def _flat(self, container: etree._Element) -> Iterator[_Block]:
        """All paragraphs of a cell or box: those of tables in it stand in line, each of their cells a segment."""
        for block in self._blocks(container):
            if not block.is_table:
                yield block
                continue
            for row in _through(block.element, "tr"):
                for cell in _through(row, "tc"):
                    yield from self._flat(cell)

    def _table(self, element: etree._Element, part: str) -> TableSection | None:
        rows = tuple(self._row(row) for row in _through(element, "tr"))
        rows = tuple(row for row in rows if row.cells)
        if not rows:
            return None
        grid = element.find(word("tblGrid"))
        widths = [] if grid is None else [number(one.get(word("w")), 0) for one in grid.iterchildren(word("gridCol"))]
        return TableSection(self.names.next("s"), rows, tuple(widths), part)

    def _row(self, element: etree._Element) -> Row:
        source = Source(self.inline.tables.package[:12], self.name, str(self._rows[element]))
        marks: dict[str, MarkValue] = {}
        properties = element.find(word("trPr"))
        if properties is not None:
            inserted: list[object] = []
            for kind, name in _ROW_KINDS.items():
                for change in properties.iterchildren(word(kind)):
                    rid = self.inline.revision(change, kind, name)
                    depth: dict[str, object] = {"d": len(marks)}
                    marks[f"{kind}:{rid}"] = depth if kind == "ins" else {**depth, "over": list(inserted)}
                    inserted.append(rid)
        name = self.names.next("r")
        cells = tuple(self._cell(cell) for cell in _through(element, "tc"))
        return Row(name, cells, marks, str(source))

    def _cell(self, element: etree._Element) -> Cell:
        properties = element.find(word("tcPr"))
        columns, continues = 1, False
        if properties is not None:
            columns = min(max(number(value(properties, "gridSpan"), 1), 1), _SPANS_ALLOWED)
            merged = properties.find(word("vMerge"))
            continues = merged is not None and merged.get(word("val"), "continue") != "restart"
        paragraphs = tuple(self._paragraph(block) for block in self._flat(element))
        name = self.names.next("c")
        return Cell(name, paragraphs or (Paragraph((), {"p:fix": True}),), columns, continues)


def _through(element: etree._Element, name: str) -> Iterator[etree._Element]:
    """Rows of a table or cells of a row, also those in controls and other containers."""
    wanted, stop = word(name), {_TABLE, _PARAGRAPH, word("tr"), word("tc")}
    for child in element:
        if child.tag == wanted:
            yield child
        elif isinstance(child.tag, str) and child.tag not in stop and len(child):
            yield from _through(child, name)
