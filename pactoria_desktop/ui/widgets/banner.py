"""One sentence across a screen when something concerns all of it, with at most one action."""

from collections.abc import Callable

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QAccessible, QAccessibleEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QWidget

from pactoria_desktop.ui.theme.look import Look
from pactoria_desktop.ui.widgets.buttons import Button, ToolButton
from pactoria_desktop.ui.widgets.severity import SeverityMark
from pactoria_desktop.ui.widgets.text import Label


class Banner(QWidget):
    """A sentence on a soft ground with its severity mark; hidden until ``show_sentence``."""

    def __init__(self, look: Look) -> None:
        super().__init__()
        self._look = look
        self._severity = "note"
        self._run: Callable[[], None] | None = None
        self._layout = QHBoxLayout(self)
        self._layout.setContentsMargins(24, 8, 16, 8)
        self._layout.setSpacing(10)
        self._mark = SeverityMark(look, "note")
        self._words = Label(look, "", wrap=True)
        self._words.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        self._action = Button(look, "", "quiet")
        self._action.clicked.connect(self._act)
        self._close = ToolButton(look, "close", "Dismiss this message", 13)
        self._close.clicked.connect(self.hide)
        for part in (self._mark, self._words, self._action, self._close):
            self._layout.addWidget(part, 1 if part is self._words else 0, Qt.AlignmentFlag.AlignVCenter)
        self.setMinimumHeight(52)
        self.hide()
        look.changed.connect(self.update)

    @property
    def sentence(self) -> str:
        """What is shown, empty while hidden."""
        return self._words.text() if not self.isHidden() else ""

    def show_sentence(
        self, severity: str, sentence: str, action: str = "", run: Callable[[], None] | None = None
    ) -> None:
        """Show a sentence with a severity (high, medium, low, note, ok) and, when given, one action."""
        self._severity, self._run = severity, run
        self._mark.severity = severity
        self._words.setText(sentence)
        self.setAccessibleName(sentence)
        self._action.setText(action)
        self._action.setAccessibleName(action)
        self._action.setVisible(bool(action))
        self.show()
        self.update()
        QAccessible.updateAccessibility(QAccessibleEvent(self, QAccessible.Event.Alert))

    def _act(self) -> None:
        if self._run is not None:
            self._run()

    def paintEvent(self, event: QPaintEvent) -> None:
        """The soft ground of the severity; a line in the contrast theme."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        known = self._severity in ("high", "medium", "low", "ok")
        painter.setBrush(self._look.colour(f"{self._severity}_soft" if known else "hover"))
        painter.setPen(QPen(self._look.colour("line2"), 1) if self._look.theme.outlined else Qt.PenStyle.NoPen)
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(8.5, 4.5, -8.5, -4.5), 8, 8)
        painter.end()
