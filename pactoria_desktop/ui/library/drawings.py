"""The small page of a contract and the drawing of the first start: shapes of text, marks only where there are
changes."""

from collections.abc import Sequence

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPen

from pactoria_desktop.ui.theme.look import Look
from pactoria_desktop.ui.theme.marks import author_token, draw_soft_shadow
from pactoria_desktop.ui.widgets.text import Painted

Sketch = Sequence[tuple[float, int]]
LINE_STEP = 6


def sketch(words: str) -> Sketch:
    """Lines written as widths in per cent, a changed one with its author: "90 45 90:1"."""
    lines = []
    for word in words.split():
        width, _, author = word.partition(":")
        lines.append((int(width) / 100, int(author or 0)))
    return tuple(lines)


PLAIN = sketch("45 92 88 95 60 30 90 93 86 50 90 82 94 40")
FIRST = (
    sketch("50 90 94 86 40 92 90 95 84 62 90 93 88 90 46 90 86 93 60"),
    sketch("90 60 30 94 88 90 50 90 93 85 90 40 92 88 70 90 94 52 80"),
    sketch("48 32 90 87 93 90:1 90:1 68 40 86 88:2 50 34 90 92 88 90 42"),
)


def draw_page(painter: QPainter, look: Look, area: QRectF, lines: Sketch) -> None:
    """A page with its lines; a changed line is in its author's colour."""
    painter.setPen(QPen(look.colour("line2"), 1))
    painter.setBrush(look.colour("page"))
    painter.drawRoundedRect(area.adjusted(0.5, 0.5, -0.5, -0.5), 3, 3)
    painter.setPen(Qt.PenStyle.NoPen)
    room = int((area.height() - 16) / LINE_STEP)
    for number, (width, author) in enumerate(lines[:room]):
        painter.setBrush(look.colour(author_token(author), 200) if author else look.colour("line2"))
        line = QRectF(
            area.x() + 9, area.y() + 10 + number * LINE_STEP, (area.width() - 18) * min(1.0, max(0.05, width)), 2
        )
        painter.drawRoundedRect(line, 1, 1)


class FirstDrawing(Painted):
    """Three pages, the middle one with a few changes: the one drawing of the program."""

    def __init__(self, look: Look) -> None:
        super().__init__(look, "Three contract pages, one with changes")

    def sizeHint(self) -> QSize:
        """As large as the drawing."""
        return QSize(260, 200)

    def minimumSizeHint(self) -> QSize:
        """The same."""
        return self.sizeHint()

    def draw(self, painter: QPainter, area: QRectF) -> None:
        """Left page, right page, the middle one over both."""
        for lines, (across, down, turn) in zip(FIRST, ((-46, 14, -9), (44, 12, 8), (0, 0, 0)), strict=True):
            painter.save()
            painter.translate(area.center().x() + across, 96 + down)
            painter.rotate(turn)
            page = QRectF(-52, -68, 104, 136)
            draw_soft_shadow(painter, self.look.theme, page, rounds=6, radius=3, spread=1, drop=2)
            draw_page(painter, self.look, page, lines)
            painter.restore()
