"""Empty is an answer: a sentence of fact, what was done and when, and one button."""

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QVBoxLayout, QWidget

from pactoria_desktop.ui.theme.look import Look
from pactoria_desktop.ui.widgets.buttons import Button
from pactoria_desktop.ui.widgets.text import Label, Painted


class LargeIcon(Painted):
    """An icon of 32 pixels, quiet, in the middle of its width."""

    def __init__(self, look: Look, name: str) -> None:
        super().__init__(look, "")
        self._name = name

    def sizeHint(self) -> QSize:
        """Room for the icon and its air."""
        return QSize(self.look.pixels(40), self.look.pixels(40))

    def minimumSizeHint(self) -> QSize:
        """The same."""
        return self.sizeHint()

    def draw(self, painter: QPainter, area: QRectF) -> None:
        """The icon in the middle."""
        self.look.draw_icon_in(painter, self._name, area, self.look.pixels(32), "text3")


class EmptyState(QWidget):
    """What stands where nothing is; ``acted`` when its button is pressed."""

    acted = Signal()

    def __init__(self, look: Look, icon: str, fact: str, detail: str = "", action: str = "") -> None:
        super().__init__()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(24, 18, 24, 18)
        layout.setSpacing(6)
        self._fact = Label(look, fact, 14, 600, wrap=True)
        self._detail = Label(look, detail, 13, 400, "text2", wrap=True)
        self._button = Button(look, action)
        self._button.clicked.connect(self.acted)
        layout.addStretch(2)
        layout.addWidget(LargeIcon(look, icon))
        for words in (self._fact, self._detail):
            words.setAlignment(Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignTop)
            layout.addWidget(words)
        layout.addSpacing(8)
        layout.addWidget(self._button, 0, Qt.AlignmentFlag.AlignHCenter)
        layout.addStretch(3)
        self.set_words(fact, detail, action)

    def set_words(self, fact: str, detail: str = "", action: str = "") -> None:
        """Say something else."""
        self._fact.setText(fact)
        self._detail.setText(detail)
        self._detail.setVisible(bool(detail))
        self._button.setText(action)
        self._button.setAccessibleName(action)
        self._button.setVisible(bool(action))
        self.setAccessibleName(f"{fact}. {detail}" if detail else fact)
