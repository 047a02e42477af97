"""Words on the screen: labels that follow the look, one elided line, and the painting of a line."""

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QLabel, QSizePolicy, QWidget

from pactoria_desktop.ui.theme.look import Look

LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
CENTRE = Qt.AlignmentFlag.AlignCenter


def draw_line(
    painter: QPainter,
    area: QRectF,
    words: str,
    font: QFont,
    colour: QColor,
    alignment: Qt.AlignmentFlag = LEFT,
) -> float:
    """Draw one line, elided to the area; gives the width in logical pixels that it took."""
    metrics = QFontMetricsF(font)
    taken = metrics.horizontalAdvance(words)
    if taken > area.width() + 0.5:
        words = metrics.elidedText(words, Qt.TextElideMode.ElideRight, area.width() + 0.5)
        taken = metrics.horizontalAdvance(words)
    painter.setFont(font)
    painter.setPen(colour)
    painter.drawText(area, int(alignment) | int(Qt.TextFlag.TextSingleLine), words)
    return taken


class Label(QLabel):
    """Plain words in a size, weight and tone of the look. Never rich text: what it shows may come from a file."""

    def __init__(
        self,
        look: Look,
        words: str = "",
        size: int = 13,
        weight: int = 400,
        tone: str = "text",
        *,
        wrap: bool = False,
        serif: bool = False,
        tabular: bool = False,
    ) -> None:
        super().__init__()
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setText(words)
        self.setWordWrap(wrap)
        self._look, self._size, self._weight, self._serif, self._tabular = look, size, weight, serif, tabular
        self.setProperty("tone", tone)
        self._dress()
        look.changed.connect(self._dress)

    def set_tone(self, tone: str) -> None:
        """Colour the words by a token."""
        if self.property("tone") != tone:
            self.setProperty("tone", tone)
            self.style().unpolish(self)
            self.style().polish(self)
            self._dress()  # polishing anew gives up the font

    def _dress(self) -> None:
        font = self._look.serif if self._serif else self._look.font
        if self._tabular and not self._serif:
            self.setFont(self._look.font(self._size, self._weight, True))
        else:
            self.setFont(font(self._size, self._weight))


class ElidedLabel(Label):
    """One line that ends in "…" where it does not fit, and then has a tooltip with all its words."""

    def __init__(self, look: Look, words: str = "", size: int = 13, weight: int = 400, tone: str = "text") -> None:
        super().__init__(look, words, size, weight, tone)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self.setMinimumWidth(20)

    def minimumSizeHint(self) -> QSize:
        """Room for an ellipsis; the words need not fit."""
        return QSize(20, super().minimumSizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        """The tooltip is there only while words are hidden."""
        super().resizeEvent(event)
        hidden = QFontMetricsF(self.font()).horizontalAdvance(self.text()) > self.width()
        self.setToolTip(self.text() if hidden else "")

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the words elided."""
        painter = QPainter(self)
        alignment = self.alignment() & ~Qt.AlignmentFlag.AlignVertical_Mask | Qt.AlignmentFlag.AlignVCenter
        tone = self._look.colour(str(self.property("tone") or "text"))
        draw_line(painter, QRectF(self.rect()), self.text(), self.font(), tone, alignment)
        painter.end()


class Painted(QWidget):
    """A widget with a face of its own; it must say what it is to a screen reader, and is redrawn when the look
    changes."""

    def __init__(self, look: Look, accessible_name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.look = look
        self.setAccessibleName(accessible_name)
        look.changed.connect(self.on_look_changed)

    def on_look_changed(self) -> None:
        """Lay out and draw again."""
        self.updateGeometry()
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Set the painter up and draw the face."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self.draw(painter, QRectF(self.rect()))
        painter.end()

    def draw(self, painter: QPainter, area: QRectF) -> None:
        """Draw the face in the area; overridden by each painted widget."""
        raise NotImplementedError
