"""Keys drawn as key caps with what they do."""

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPen

from pactoria_desktop.ui.theme.look import Look
from pactoria_desktop.ui.widgets.text import CENTRE, Painted, draw_line


class KeyHint(Painted):
    """A key cap, "F6", and the words behind it."""

    def __init__(self, look: Look, keys: str, words: str) -> None:
        super().__init__(look, f"{keys}: {words}")
        self._keys, self._words = keys, words

    def _cap_width(self) -> float:
        return max(self.look.pixels(20), self.look.text_width(self._keys, 11, 500) + 10)

    def sizeHint(self) -> QSize:
        """The cap, its air and the words."""
        return QSize(int(self._cap_width() + 7 + self.look.text_width(self._words, 12)) + 2, self.look.pixels(22))

    def minimumSizeHint(self) -> QSize:
        """All of it."""
        return self.sizeHint()

    def draw(self, painter: QPainter, area: QRectF) -> None:
        """Cap, then words."""
        width = self._cap_width()
        height = self.look.pixels(19)
        cap = QRectF(0.5, area.center().y() - height / 2 + 0.5, width - 1, height - 1)
        painter.setPen(QPen(self.look.colour("line2"), 1))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRoundedRect(cap, 4, 4)
        draw_line(painter, cap, self._keys, self.look.font(11, 500), self.look.colour("text2"), CENTRE)
        rest = area.adjusted(width + 7, 0, 0, 0)
        draw_line(painter, rest, self._words, self.look.font(12), self.look.colour("text2"))
