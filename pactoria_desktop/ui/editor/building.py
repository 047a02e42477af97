"""Pieces written into a document for the first time: a whole contract into a detached one, or one piece anew."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

from PySide6.QtGui import (
    QColor,
    QTextBlockFormat,
    QTextCharFormat,
    QTextCursor,
    QTextDocument,
    QTextFrameFormat,
    QTextLength,
    QTextOption,
    QTextTable,
    QTextTableCell,
    QTextTableFormat,
)

from pactoria_desktop.contract.text import Marks
from pactoria_desktop.ui.editor.formats import MARKS, PLAIN_MARKS, Formats
from pactoria_desktop.ui.editor.pieces import Piece, TablePiece, TextPiece
from pactoria_desktop.ui.editor.positions import ShownSlot
from pactoria_desktop.ui.editor.writing import Writer, shown, units

TAB_TWIPS = 720
Spans = Sequence[tuple[str, Marks]]
Built = tuple[QTextDocument, list[list[ShownSlot]]]


class Builder:
    """Writes pieces at a cursor. ``spans`` gives a slot's characters and marks, its last newline included."""

    def __init__(self, formats: Formats) -> None:
        self._formats = formats

    def document(
        self, pieces: Iterable[tuple[Piece, Mapping[str, Spans]]], done: Callable[[Built], None]
    ) -> Iterator[None]:
        """A detached document with all pieces and one empty block behind them, and the slots of each piece.

        One turn of the iterator writes one piece; the whole is given to ``done``.
        """
        document = QTextDocument()
        document.setUndoRedoEnabled(False)
        document.setDocumentMargin(0)
        document.setDefaultFont(self._formats.paper.serif())
        option = QTextOption(document.defaultTextOption())
        option.setTabStopDistance(self._formats.paper.from_twips(TAB_TWIPS))
        document.setDefaultTextOption(option)
        cursor = QTextCursor(document)
        cursor.beginEditBlock()
        slots: list[list[ShownSlot]] = []
        waiting = True
        for piece, spans in pieces:
            if isinstance(piece, TextPiece):
                length = self._fill(cursor, spans[piece.slot], waiting)
                slots.append([ShownSlot(piece.slot, 0, length)])
                waiting = False
            else:
                if not waiting:
                    cursor.insertBlock(QTextBlockFormat(), QTextCharFormat())
                slots.append(self.table(cursor, piece, spans))
                cursor.setBlockFormat(QTextBlockFormat())
                waiting = True
            yield
        if not waiting:
            cursor.insertBlock(QTextBlockFormat(), QTextCharFormat())
        cursor.endEditBlock()
        done((document, slots))

    def _fill(self, cursor: QTextCursor, spans: Spans, waiting: bool) -> int:
        """Paragraphs at the cursor; ``waiting`` says that an empty block stands there already. Gives the length."""
        formats = self._formats
        no_format = QTextCharFormat()
        length = 0
        for runs, newline in paragraphs(spans):
            number = formats.number(newline)
            if waiting:
                cursor.setBlockFormat(formats.block(number))
                waiting = False
            else:
                cursor.insertBlock(formats.block(number), no_format)
            base = formats.base(number)
            for text, marks in runs:
                cursor.insertText(shown(text), formats.characters(formats.number(marks), base))
                length += units(text)
            length += 1
        return length

    def before(self, cursor: QTextCursor, piece: Piece, spans: Mapping[str, Spans], writer: Writer) -> list[ShownSlot]:
        """One piece in front of the block that the cursor stands at the beginning of; that block keeps its format."""
        if isinstance(piece, TablePiece):
            standing = cursor.blockFormat()
            slots = self.table(cursor, piece, spans)
            cursor.setBlockFormat(standing)
            return slots
        start = position = cursor.position()
        for text, marks in spans[piece.slot]:
            position = writer.put(cursor, position, text, self._formats.number(marks))
        writer.restyle(cursor, start, max(start, position - 1))
        return [ShownSlot(piece.slot, 0, position - start)]

    def table(self, cursor: QTextCursor, piece: TablePiece, spans: Mapping[str, Spans]) -> list[ShownSlot]:
        """A piece of a table at the start of an empty block; afterwards the cursor stands in the block behind it."""
        shape = piece.shape
        table = cursor.insertTable(shape.rows, len(shape.shares), self._table_format(shape.shares))
        for cell in shape.cells:
            if cell.rows > 1 or cell.columns > 1:
                table.mergeCells(cell.row, cell.column, cell.rows, cell.columns)
        position = table.firstPosition()
        slots: list[ShownSlot] = []
        for number, cell in enumerate(shape.cells):
            cursor.setPosition(position)
            length = self._fill(cursor, spans[cell.slot], True) if cell.slot else 1
            slots.append(ShownSlot(cell.slot, 0 if number else 1, length))
            position += length
        for row in range(shape.rows):
            if piece.row_marks[row]:
                self.colour_row(table, piece, row)
        cursor.setPosition(position)
        return slots

    def colour_row(self, table: QTextTable, piece: TablePiece, row: int) -> None:
        """Tint the cells that begin in a row by the row's own insertion or deletion."""
        number = self._formats.number(piece.row_marks[row])
        drawn = self._formats.drawn(number)
        for cell in piece.shape.cells:
            if cell.row == row:
                self._tint(table.cellAt(cell.row, cell.column), number, drawn.struck, drawn.inserted)

    def _tint(self, cell: QTextTableCell, number: int, struck: int, inserted: int) -> None:
        made = cell.format()
        made.setProperty(MARKS, number)
        paper = self._formats.paper
        if struck or inserted:
            made.setBackground(paper.on_page(f"author{struck or inserted}", paper.insertion_wash))
        else:
            made.clearBackground()
        cell.setFormat(made)

    def _table_format(self, shares: Sequence[float]) -> QTextTableFormat:
        made = QTextTableFormat()
        made.setCellSpacing(0)
        made.setCellPadding(self._formats.paper.length(4))
        made.setBorder(1)
        made.setBorderStyle(QTextFrameFormat.BorderStyle.BorderStyle_Solid)
        made.setBorderBrush(QColor(self._formats.paper.on_page("line2")))
        made.setBorderCollapse(True)
        made.setMargin(0)
        made.setBottomMargin(-1)
        made.setWidth(QTextLength(QTextLength.Type.PercentageLength, 100))
        made.setColumnWidthConstraints([QTextLength(QTextLength.Type.PercentageLength, share) for share in shares])
        return made


def paragraphs(spans: Spans) -> Iterator[tuple[list[tuple[str, Marks]], Marks]]:
    """Spans cut at newlines: the runs of each paragraph and the marks of its newline."""
    runs: list[tuple[str, Marks]] = []
    for text, marks in spans:
        if "\n" not in text:
            runs.append((text, marks))
            continue
        *ended, rest = text.split("\n")
        for part in ended:
            if part:
                runs.append((part, marks))
            yield runs, marks
            runs = []
        if rest:
            runs.append((rest, marks))


def row_number(cell: QTextTableCell) -> int:
    """The number of the row marks a shown cell carries."""
    return int(cell.format().property(MARKS) or PLAIN_MARKS)
