"""One draft of a comparison as laid-out paragraphs: numbers flush left, words beside, changed words drawn as such."""

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QFontMetricsF, QPainter, QPen, QTextCharFormat, QTextLayout, QTextOption

from pactoria_desktop.contract.comparison import ComparedParagraph
from pactoria_desktop.ui.theme.look import Look

NUMBER_WIDTH, EDGE, INDENT = 52, 18, 26
ABOVE, BELOW, HEADING_ABOVE = 5, 5, 16


class LaidParagraph:
    """A paragraph broken into lines at a width; heights in logical pixels."""

    def __init__(self, look: Look, paragraph: ComparedParagraph, width: float, old_side: bool) -> None:
        self.paragraph = paragraph
        self._look, self._old_side = look, old_side
        self._left = EDGE + NUMBER_WIDTH + INDENT * max(0, paragraph.level - 1)
        self._above = HEADING_ABOVE if paragraph.heading else ABOVE
        font = look.serif(16 if paragraph.heading else 15, 600 if paragraph.heading else 400)
        text = paragraph.text.replace("\u2060", "") or " "
        self._layout = QTextLayout(text, font)
        option = QTextOption()
        option.setWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
        self._layout.setTextOption(option)
        self._layout.beginLayout()
        y = 0.0
        while True:
            line = self._layout.createLine()
            if not line.isValid():
                break
            line.setLineWidth(max(60.0, width - self._left - EDGE))
            line.setPosition(QPointF(0, y))
            y += max(line.height(), look.pixels(25))
        self._layout.endLayout()
        self.height = self._above + y + BELOW
        self._changed = self._changed_ranges()

    def _changed_ranges(self) -> tuple[tuple[int, int], ...]:
        """UTF-16 stretches of changed words."""
        found, place = [], 0
        for piece in self.paragraph.pieces:
            length = len(piece.text.replace("\u2060", "").encode("utf-16-le")) // 2
            if piece.kind == "changed" and length:
                found.append((place, place + length))
            place += length
        return tuple(found)

    def draw(self, painter: QPainter, top: float) -> None:
        """Draw the number and the words; ``top`` is where the paragraph begins in the painter's coordinates."""
        look = self._look
        tone = "author2" if self._old_side else "author1"
        origin = QPointF(self._left, top + self._above)
        first = self._layout.lineAt(0)
        if self.paragraph.number:
            font = look.serif(16 if self.paragraph.heading else 15, 600 if self.paragraph.heading else 400)
            painter.setFont(font)
            painter.setPen(look.colour("text" if self.paragraph.heading else "text2"))
            baseline = origin.y() + first.ascent()
            painter.drawText(QPointF(EDGE + INDENT * max(0, self.paragraph.level - 1), baseline), self.paragraph.number)
        ranges = []
        for start, end in self._changed:
            each = QTextLayout.FormatRange()
            each.start, each.length = start, end - start
            style = QTextCharFormat()
            style.setForeground(look.colour(tone))
            if not self._old_side:
                style.setBackground(look.colour(tone, 26))
            each.format = style
            ranges.append(each)
        painter.setPen(look.colour("text"))
        self._layout.draw(painter, origin, ranges)
        self._draw_lines(painter, origin, tone)

    def _draw_lines(self, painter: QPainter, origin: QPointF, tone: str) -> None:
        """Strike what went, underline what came, so that colour does not say it alone."""
        pen = QPen(self._look.colour(tone), 1.3)
        if self._old_side:
            pen.setStyle(Qt.PenStyle.DashLine)
        painter.setPen(pen)
        for number in range(self._layout.lineCount()):
            line = self._layout.lineAt(number)
            begin, finish = line.textStart(), line.textStart() + line.textLength()
            metrics = QFontMetricsF(self._layout.font())
            rise = -metrics.strikeOutPos() if self._old_side else metrics.underlinePos() + 1
            y = origin.y() + line.y() + line.ascent() + rise
            for start, end in self._changed:
                left, right = max(start, begin), min(end, finish)
                if left < right:
                    one, other = _x(line.cursorToX(left)), _x(line.cursorToX(right))
                    painter.drawLine(QPointF(origin.x() + one, y), QPointF(origin.x() + other, y))

    def band(self, top: float, width: float) -> QRectF:
        """The ground of the whole paragraph."""
        return QRectF(0, top, width, self.height)


def _x(found: object) -> float:
    """The x of a cursor, whichever form this Qt gives it in."""
    return float(found[0]) if isinstance(found, tuple) else float(found)  # type: ignore[arg-type]
