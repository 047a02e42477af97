"""A job under way: a ring, "Reading 33 of 40" and Cancel; it appears only when the job takes longer than 400 ms."""

from PySide6.QtCore import QRectF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QPainter, QPen
from PySide6.QtWidgets import QHBoxLayout, QWidget

from pactoria_desktop.ui.theme.look import Look
from pactoria_desktop.ui.widgets.buttons import Button
from pactoria_desktop.ui.widgets.text import Label, Painted

DELAY = 400
TURN = 90


class Ring(Painted):
    """A ring filled by a fraction, or a turning arc while the fraction is unknown."""

    def __init__(self, look: Look) -> None:
        super().__init__(look, "Progress")
        self._fraction: float | None = None
        self._angle = 0
        self._timer = QTimer(self)
        self._timer.setInterval(TURN)
        self._timer.timeout.connect(self._turn)

    def set_fraction(self, fraction: float | None) -> None:
        """0 to 1, or None while it is unknown."""
        self._fraction = fraction
        self.setAccessibleDescription("" if fraction is None else f"{fraction:.0%}")
        if fraction is None and self.isVisible():
            self._timer.start()
        else:
            self._timer.stop()
        self.update()

    def stop(self) -> None:
        """No more turning."""
        self._timer.stop()

    def _turn(self) -> None:
        self._angle = (self._angle + 24) % 360
        self.update()
        if not self.isVisible():
            self._timer.stop()

    def sizeHint(self) -> QSize:
        """A square of 16."""
        return QSize(self.look.pixels(16), self.look.pixels(16))

    def minimumSizeHint(self) -> QSize:
        """The same square."""
        return self.sizeHint()

    def draw(self, painter: QPainter, area: QRectF) -> None:
        """The track, then the arc."""
        side = min(area.width(), area.height()) - 2
        ring = QRectF(area.center().x() - side / 2, area.center().y() - side / 2, side, side)
        painter.setPen(QPen(self.look.colour("line2"), 2))
        painter.drawEllipse(ring)
        painter.setPen(QPen(self.look.colour("accent"), 2, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))
        start = 90 - (self._angle if self._fraction is None else 0)
        span = 110 if self._fraction is None else 360 * self._fraction
        painter.drawArc(ring, round(start * 16), round(-span * 16))


class ProgressItem(QWidget):
    """One job: hidden until it has run 400 ms; ``cancelled`` when a person presses Cancel."""

    cancelled = Signal()

    def __init__(self, look: Look, label: str, delay: int = DELAY) -> None:
        super().__init__()
        self._label = label
        self._ring = Ring(look)
        self._words = Label(look, label, 12, 400, "text2", tabular=True)
        self._cancel = Button(look, "Cancel", "quiet")
        self._cancel.setAccessibleName(f"Cancel {label}")
        self._cancel.clicked.connect(self._on_cancel)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(8)
        for part in (self._ring, self._words, self._cancel):
            layout.addWidget(part)
        self.setAccessibleName(label)
        self.hide()
        self._wait = QTimer(self)
        self._wait.setSingleShot(True)
        self._wait.timeout.connect(self._appear)
        self._wait.start(delay)

    def _appear(self) -> None:
        self.show()
        self._ring.set_fraction(self._ring._fraction)

    def set_progress(self, fraction: float | None, note: str = "") -> None:
        """Show how far the job is and what it does."""
        self._ring.set_fraction(fraction)
        self._words.setText(note or self._label)
        self.setAccessibleName(note or self._label)

    def finish(self) -> None:
        """The job has ended: never appear, or go."""
        self._wait.stop()
        self._ring.stop()
        self.hide()

    def _on_cancel(self) -> None:
        self._cancel.setEnabled(False)
        self._words.setText(f"Stopping: {self._label}")
        self.cancelled.emit()
