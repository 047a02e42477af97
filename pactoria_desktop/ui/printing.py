"""A contract text as PDF pages: numbers, headings, emphasis, tables, page numbers. Runs with or without a window."""

from collections.abc import Iterator
from dataclasses import dataclass

from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QMarginsF, QRectF, QSizeF, Qt
from PySide6.QtGui import (
    QColor,
    QFont,
    QFontMetricsF,
    QPageLayout,
    QPageSize,
    QPainter,
    QPdfWriter,
    QTextBlockFormat,
    QTextCharFormat,
    QTextCursor,
    QTextDocument,
    QTextLength,
    QTextTableFormat,
)

from pactoria_desktop import __version__
from pactoria_desktop.contract.accepted import AcceptedParagraph, AcceptedText, accepted, visible
from pactoria_desktop.contract.outline import OutlineRow, outline
from pactoria_desktop.contract.text import CharacterLook, ContractText, Marks, Paragraph, TableSection, TextSection
from pactoria_desktop.ui.shell.application import create_application
from pactoria_desktop.ui.theme.fonts import choose_families, make_font

RESOLUTION = 300
POINT = RESOLUTION / 72
TEXT_POINTS, FOOT_POINTS = 10.5, 8.5
MARGIN_MM = 25.0
INDENT_POINTS = 36.0


@dataclass(frozen=True, slots=True)
class _Line:
    """A paragraph to print."""

    row: OutlineRow
    paragraph: AcceptedParagraph


class _Printer:
    """Puts a contract into a text document measured in device dots."""

    def __init__(self, text: ContractText) -> None:
        self._text = text
        self._view: AcceptedText = accepted(text)
        families = choose_families()
        self._font = make_font(families.serif, 10, 400, packaged=families.serif_packaged)
        self._font.setPixelSize(round(TEXT_POINTS * POINT))
        self._bold = make_font(families.serif, 10, 700, packaged=families.serif_packaged)
        self._slots: dict[str, tuple[Paragraph, ...]] = {}
        for section in text.sections:
            if isinstance(section, TextSection):
                self._slots[section.id] = section.paragraphs
            else:
                self._slots.update({cell.id: cell.paragraphs for row in section.rows for cell in row.cells})

    @property
    def font(self) -> QFont:
        """The font of the text."""
        return self._font

    def document(self, width: float) -> QTextDocument:
        """The whole contract laid out at a width in dots."""
        document = QTextDocument()
        document.setUndoRedoEnabled(False)
        document.setDefaultFont(self._font)
        document.setDocumentMargin(0)
        document.setTextWidth(width)
        cursor = QTextCursor(document)
        rows = outline(self._text, self._view)
        lines = [_Line(row, paragraph) for row, paragraph in zip(rows, self._view.paragraphs, strict=True)]
        first, number = True, 0
        while number < len(lines):
            section = self._text.sections[lines[number].paragraph.section]
            end = number
            while end < len(lines) and lines[end].paragraph.section == lines[number].paragraph.section:
                end += 1
            if isinstance(section, TableSection):
                self._table(cursor, section, lines[number:end])
                first = False
            elif not section.part.startswith(("header", "footer")):
                for line in lines[number:end]:
                    if not first:
                        cursor.insertBlock()
                    first = False
                    self._paragraph(cursor, line)
            number = end
        return document

    def _paragraph(self, cursor: QTextCursor, line: _Line, in_cell: bool = False) -> None:
        properties = self._text.material.paragraphs.get(str(line.paragraph.marks.get("p:props", "")))
        look = properties.look if properties is not None else None
        form = QTextBlockFormat()
        label = line.row.label
        heading = line.row.style.lower().startswith(("heading", "title"))
        left = INDENT_POINTS if label else 0.0
        if look is not None and not in_cell:
            left = max(left if label else 0.0, look.left / 20)
            alignments = {"center": Qt.AlignmentFlag.AlignHCenter, "right": Qt.AlignmentFlag.AlignRight,
                          "both": Qt.AlignmentFlag.AlignJustify}  # fmt: skip
            form.setAlignment(alignments.get(look.alignment, Qt.AlignmentFlag.AlignLeft))
            if look.page_break_before:
                form.setPageBreakPolicy(QTextBlockFormat.PageBreakFlag.PageBreak_AlwaysBefore)
        form.setLeftMargin(left * POINT)
        if label:
            form.setTextIndent(-min(left, INDENT_POINTS) * POINT)
        form.setTopMargin((10 if heading else 2) * POINT)
        form.setBottomMargin((2 if in_cell else 4) * POINT)
        cursor.setBlockFormat(form)
        if label:
            form_of_label = self._format({}, heading)
            gap = _label_gap(label, min(left, INDENT_POINTS) * POINT, form_of_label.font())
            cursor.insertText(label + gap, form_of_label)
        for words, marks in self._spans(line.paragraph):
            cursor.insertText(words, self._format(marks, heading))

    def _spans(self, paragraph: AcceptedParagraph) -> Iterator[tuple[str, Marks]]:
        for source in self._view.stretches(paragraph.start, paragraph.end):
            place = 0
            for span in self._slots[source.slot][source.paragraph].spans:
                start, end = max(place, source.start), min(place + len(span.text), source.end)
                if start < end:
                    words = visible(span.text[start - place : end - place])
                    yield words.replace("\ufffc", " "), span.marks
                place += len(span.text)

    def _format(self, marks: Marks, heading: bool) -> QTextCharFormat:
        run = self._text.material.runs.get(str(marks.get("run", "")))
        look = run.look if run is not None else CharacterLook()
        form = QTextCharFormat()
        bold = bool(marks.get("bold", look.bold or heading))
        font = QFont(self._bold if bold else self._font)
        points = look.size / 2 * TEXT_POINTS / 11 if look.size else TEXT_POINTS
        font.setPixelSize(round(min(40.0, max(6.0, points)) * POINT))
        font.setItalic(bool(marks.get("italic", look.italic)))
        font.setUnderline(bool(marks.get("underline", look.underline)))
        font.setStrikeOut(bool(marks.get("strike", look.strike)))
        if look.caps:
            font.setCapitalization(QFont.Capitalization.AllUppercase)
        elif look.small_caps:
            font.setCapitalization(QFont.Capitalization.SmallCaps)
        form.setFont(font)
        form.setForeground(QColor(f"#{look.colour}") if look.colour and look.colour != "auto" else QColor("black"))
        return form

    def _table(self, cursor: QTextCursor, section: TableSection, lines: list[_Line]) -> None:
        rows = [row for row in section.rows if any(line.paragraph.row == row.id for line in lines)]
        columns = max((sum(cell.columns for cell in row.cells) for row in rows), default=0)
        if not rows or not columns:
            return
        form = QTextTableFormat()
        form.setBorder(POINT / 2)
        form.setBorderBrush(QColor("#8c887e"))
        form.setBorderCollapse(True)
        form.setCellPadding(3 * POINT)
        form.setTopMargin(4 * POINT)
        form.setBottomMargin(6 * POINT)
        form.setWidth(QTextLength(QTextLength.Type.PercentageLength, 100))
        total = sum(int(each) for each in section.widths)
        if len(section.widths) == columns and total:
            form.setColumnWidthConstraints(
                [QTextLength(QTextLength.Type.PercentageLength, 100 * each / total) for each in section.widths]
            )
        table = cursor.insertTable(len(rows), columns, form)
        by_cell: dict[str, list[_Line]] = {}
        for line in lines:
            by_cell.setdefault(line.paragraph.cell, []).append(line)
        for number, row in enumerate(rows):
            column = 0
            for cell in row.cells:
                if cell.columns > 1:
                    table.mergeCells(number, column, 1, min(cell.columns, columns - column))
                inside = table.cellAt(number, column).firstCursorPosition()
                for place, line in enumerate(by_cell.get(cell.id, [])):
                    if place:
                        inside.insertBlock()
                    self._paragraph(inside, line, in_cell=True)
                column += cell.columns
        cursor.movePosition(QTextCursor.MoveOperation.End)


def _label_gap(label: str, width: float, font: QFont) -> str:
    """No-break spaces that carry the words to where they all begin."""
    metrics = QFontMetricsF(font)
    space = max(1.0, metrics.horizontalAdvance("\u00a0"))
    return "\u00a0" * max(1, round((width - metrics.horizontalAdvance(label)) / space))


def pdf_of(text: ContractText, title: str) -> bytes:
    """The accepted text of a contract as a PDF on A4."""
    create_application(["pactoria"])
    printer = _Printer(text)
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    writer = QPdfWriter(buffer)
    writer.setResolution(RESOLUTION)
    writer.setTitle(title)
    writer.setCreator(f"Pactoria {__version__}")
    page = QPageLayout(
        QPageSize(QPageSize.PageSizeId.A4), QPageLayout.Orientation.Portrait,
        QMarginsF(MARGIN_MM, MARGIN_MM, MARGIN_MM, MARGIN_MM), QPageLayout.Unit.Millimeter,
    )  # fmt: skip
    writer.setPageLayout(page)
    area = QRectF(page.paintRectPixels(RESOLUTION))
    width, height = area.width(), area.height()
    document = printer.document(width)
    document.setPageSize(QSizeF(width, height))
    foot = QFont(printer.font)
    foot.setPixelSize(round(FOOT_POINTS * POINT))
    painter = QPainter(writer)
    for number in range(document.pageCount()):
        if number:
            writer.newPage()
        painter.save()
        painter.translate(0, -number * height)
        document.drawContents(painter, QRectF(0, number * height, width, height))
        painter.restore()
        painter.setFont(foot)
        painter.setPen(QColor("#57544d"))
        below = QRectF(0, height + 6 * POINT, width, 14 * POINT)
        painter.drawText(below, int(Qt.AlignmentFlag.AlignRight), f"{number + 1} / {document.pageCount()}")
    painter.end()
    data: QByteArray = buffer.data()
    return bytes(data.data())
