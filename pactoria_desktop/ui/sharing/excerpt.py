"""A sentence with its tracked changes, outside the page and drawn by the page's own hand."""

from collections.abc import Iterator

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QResizeEvent, QTextCharFormat, QTextLayout, QTextLine, QTextOption
from PySide6.QtWidgets import QSizePolicy

from pactoria_desktop.ui.editor.drawn import Drawn
from pactoria_desktop.ui.editor.geometry import OnLine
from pactoria_desktop.ui.editor.painting import paint_revision
from pactoria_desktop.ui.editor.paper import LEADING, TEXT_SIZE, Paper
from pactoria_desktop.ui.editor.scene import aired
from pactoria_desktop.ui.editor.writing import units
from pactoria_desktop.ui.sharing.values import Passage
from pactoria_desktop.ui.theme.look import Look
from pactoria_desktop.ui.theme.marks import author_token
from pactoria_desktop.ui.widgets.text import Painted


def spoken(passage: Passage) -> str:
    """A passage for a screen reader: "… inserted: eighteen months, struck: twelve months …"."""
    parts = []
    for piece in passage:
        words = piece.words.strip()
        if words:
            parts.append(f"struck: {words}" if piece.struck else f"inserted: {words}" if piece.inserted else words)
    return ", ".join(parts)


class Excerpt(Painted):
    """Shows a passage; as high as its lines need at its width. ``number`` stands before it, as in the page's gutter."""

    def __init__(self, look: Look, name: str, passage: Passage = (), number: str = "") -> None:
        super().__init__(look, name)
        self._name, self._number = name, number
        self._passage: Passage = ()
        self._layout = QTextLayout()
        self._laid_for = -1
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        self.show_passage(passage)

    @property
    def passage(self) -> Passage:
        """What is shown."""
        return self._passage

    def show_passage(self, passage: Passage) -> None:
        """Show another one."""
        self._passage = passage
        self.setAccessibleName(f"{self._name}: {spoken(passage)}" if passage else self._name)
        self.on_look_changed()

    def on_look_changed(self) -> None:
        """Break the lines anew."""
        self._laid_for = -1
        if self.testAttribute(Qt.WidgetAttribute.WA_Resized):
            self._need(self.width())
        super().on_look_changed()

    def _indent(self) -> float:
        return self.look.pixels(40) if self._number else 0

    def _lay_out(self, width: float) -> float:
        """Break the passage into lines of a width; gives their height."""
        look = self.look
        font = look.serif(TEXT_SIZE)
        self._layout = QTextLayout("".join(piece.words for piece in self._passage) or " ", font)
        option = QTextOption()
        option.setWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
        self._layout.setTextOption(option)
        ranges = []
        for start, end, drawn in self._stretches():
            author = drawn.struck or drawn.inserted
            if author:
                made = QTextLayout.FormatRange()
                made.start, made.length = start, end - start
                style = QTextCharFormat()
                style.setForeground(look.colour(author_token(author)))
                made.format = style
                ranges.append(made)
        self._layout.setFormats(ranges)
        self._layout.beginLayout()
        height = 0.0
        while True:
            line = self._layout.createLine()
            if not line.isValid():
                break
            line.setLineWidth(max(40.0, width - self._indent()))
            line.setPosition(QPointF(self._indent(), height))
            height += line.height() * LEADING / 100
        self._layout.endLayout()
        self._laid_for = round(width)
        return height

    def _stretches(self) -> Iterator[tuple[int, int, Drawn]]:
        place = 0
        for piece in self._passage:
            length = units(piece.words)
            yield place, place + length, Drawn(inserted=piece.inserted, struck=piece.struck)
            place += length

    def hasHeightForWidth(self) -> bool:
        """More lines where it is narrow."""
        return True

    def heightForWidth(self, width: int) -> int:
        """The height of the lines."""
        height = self._lay_out(width)
        self._laid_for = -1
        return round(height + 6)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Ask for the height that the lines need at this width, so that none is ever cut off."""
        super().resizeEvent(event)
        self._need(event.size().width())

    def _need(self, width: int) -> None:
        needed = self.heightForWidth(width)
        if needed != self.minimumHeight():
            self.setMinimumHeight(needed)

    def sizeHint(self) -> QSize:
        """A readable width."""
        width = self.look.pixels(250)
        return QSize(width, self.heightForWidth(width))

    def minimumSizeHint(self) -> QSize:
        """A few words."""
        return QSize(self.look.pixels(140), self.look.pixels(28))

    def _on_lines(self, start: int, end: int) -> Iterator[OnLine]:
        for number in range(self._layout.lineCount()):
            line = self._layout.lineAt(number)
            first, last = max(start, line.textStart()), min(end, line.textStart() + line.textLength())
            if last == line.textStart() + line.textLength():
                words = self._layout.text().encode("utf-16-le")[first * 2 : last * 2].decode("utf-16-le")
                last -= len(words) - len(words.rstrip(" "))
            if first < last:
                one, other = _x(line, first), _x(line, last)
                baseline = line.y() + line.ascent()
                yield OnLine(min(one, other), max(one, other), baseline, line.ascent(), line.descent())

    def draw(self, painter: QPainter, area: QRectF) -> None:
        """Washes, words, lines: as the page does it."""
        look = self.look
        if self._laid_for != round(area.width()):
            self._lay_out(area.width())
        paper = Paper(look.theme, look.families)
        stretches = ((drawn, list(self._on_lines(start, end))) for start, end, drawn in self._stretches())
        runs = aired([(drawn, lines) for drawn, lines in stretches if lines and not drawn.plain])
        painter.setPen(Qt.PenStyle.NoPen)
        for drawn, lines in runs:
            if drawn.inserted and not drawn.struck:
                painter.setBrush(look.colour(author_token(drawn.inserted), paper.insertion_wash))
                for line in lines:
                    painter.drawRoundedRect(line.box.adjusted(0, -1, 0, 0), 2, 2)
        painter.setPen(look.colour("text"))
        self._layout.draw(painter, QPointF(0, 0))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for drawn, lines in runs:
            for line in lines:
                paint_revision(painter, paper, drawn, line)
        if self._number:
            painter.setFont(look.serif(TEXT_SIZE))
            painter.setPen(look.colour("text2"))
            painter.drawText(QPointF(0, self._layout.lineAt(0).ascent()), self._number)


def _x(line: QTextLine, at: int) -> float:
    found: object = line.cursorToX(at)
    return float(found[0]) if isinstance(found, tuple) else float(found)  # type: ignore[arg-type]
