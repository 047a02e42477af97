"""Files dragged over the window: which they are, and the sheet that says what a drop does."""

from pathlib import Path

from PySide6.QtCore import QMimeData, QRectF, Qt
from PySide6.QtGui import QPainter, QPen
from PySide6.QtWidgets import QWidget

from pactoria_desktop.ui.theme.look import Look
from pactoria_desktop.ui.widgets.text import CENTRE, Painted, draw_line


def dropped_files(data: QMimeData) -> list[Path]:
    """The files of this computer that are dragged; folders too, nothing else."""
    return [Path(url.toLocalFile()) for url in data.urls() if url.isLocalFile()]


class DropSheet(Painted):
    """Lies over the window while files are dragged over it."""

    def __init__(self, look: Look, window: QWidget) -> None:
        super().__init__(look, "Drop files to add them to the library", window)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.hide()

    def draw(self, painter: QPainter, area: QRectF) -> None:
        """A tinted sheet with a dashed frame and one sentence."""
        look = self.look
        painter.fillRect(area, look.colour("panel", 215))
        pen = QPen(look.colour("accent"), 2, Qt.PenStyle.DashLine)
        painter.setPen(pen)
        painter.drawRoundedRect(area.adjusted(16, 16, -16, -16), 12, 12)
        middle = area.center().y()
        look.draw_icon(painter, "import", area.center().x() - 18, middle - 54, 36, "accent")
        words = QRectF(area.x(), middle, area.width(), look.pixels(30))
        draw_line(painter, words, "Drop to add to the library", look.font(18, 600), look.colour("text"), CENTRE)
        below = words.translated(0, look.pixels(28))
        explanation = "The files stay where they are; a copy is kept here, encrypted."
        draw_line(painter, below, explanation, look.font(13), look.colour("text2"), CENTRE)
