"""Severity by shape first and colour second, with its word for screen readers."""

from PySide6.QtCore import QRectF, QSize
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QWidget

from pactoria_desktop.ui.theme.look import Look
from pactoria_desktop.ui.theme.marks import SEVERITY_NAMES, draw_severity
from pactoria_desktop.ui.widgets.text import Painted, draw_line


class SeverityMark(Painted):
    """The mark of a severity: high, medium, low, ok or note."""

    def __init__(self, look: Look, severity: str, size: int = 12) -> None:
        super().__init__(look, SEVERITY_NAMES[severity])
        self.severity, self._size = severity, size

    def sizeHint(self) -> QSize:
        """A square."""
        return QSize(self.look.pixels(self._size), self.look.pixels(self._size))

    def minimumSizeHint(self) -> QSize:
        """The same square."""
        return self.sizeHint()

    def draw(self, painter: QPainter, area: QRectF) -> None:
        """Draw the shape in the middle."""
        side = min(float(self.look.pixels(self._size)), area.width(), area.height())
        square = QRectF(area.center().x() - side / 2, area.center().y() - side / 2, side, side)
        draw_severity(painter, self.look.theme, self.severity, square.adjusted(0.5, 0.5, -0.5, -0.5))


class SeverityCount(Painted):
    """A mark with its count and word, "2 high"."""

    def __init__(self, look: Look, severity: str, count: int = 0, parent: QWidget | None = None) -> None:
        super().__init__(look, "", parent)
        self.severity = severity
        self.set_count(count)

    def set_count(self, count: int) -> None:
        """Show another count."""
        self.words = f"{count} {SEVERITY_NAMES[self.severity].lower()}"
        self.setAccessibleName(self.words)
        self.on_look_changed()

    def sizeHint(self) -> QSize:
        """The mark, its air and the words."""
        width = self.look.pixels(12) + 6 + self.look.text_width(self.words, 12, 500) + 2
        return QSize(int(width + 0.999), self.look.pixels(20))

    def minimumSizeHint(self) -> QSize:
        """All of it: a count is never cut."""
        return self.sizeHint()

    def draw(self, painter: QPainter, area: QRectF) -> None:
        """Mark, then words."""
        side = float(self.look.pixels(12))
        draw_severity(
            painter, self.look.theme, self.severity, QRectF(0.5, area.center().y() - side / 2 + 0.5, side - 1, side - 1)
        )
        words = area.adjusted(side + 6, 0, 0, 0)
        draw_line(painter, words, self.words, self.look.font(12, 500), self.look.colour("text"))
