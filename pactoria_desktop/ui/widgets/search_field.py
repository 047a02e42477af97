"""A field to search with: a glass before the words, a way to clear them, and a pause before the search is asked for."""

from PySide6.QtCore import QTimer, Signal
from PySide6.QtGui import QAction, QKeyEvent, Qt
from PySide6.QtWidgets import QLineEdit

from pactoria_desktop.ui.theme.look import Look


class SearchField(QLineEdit):
    """``asked`` gives the words ``pause`` milliseconds after the last key, at once on Enter. Escape clears; ``left``
    tells of Down."""

    asked = Signal(str)
    left = Signal()

    def __init__(self, look: Look, hint: str, pause: int = 150) -> None:
        super().__init__()
        self._look = look
        self.setPlaceholderText(hint)
        self.setAccessibleName(hint)
        self.addAction(QAction(look.icon("search", "text3"), "", self), QLineEdit.ActionPosition.LeadingPosition)
        self._clear = self.addAction(look.icon("close", "text3"), QLineEdit.ActionPosition.TrailingPosition)
        self._clear.setText("Clear the search")
        self._clear.setToolTip("Clear the search")
        self._clear.triggered.connect(self.clear)
        self._clear.setVisible(False)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(pause)
        self._timer.timeout.connect(self._ask)
        self.textChanged.connect(self._on_text)
        self.returnPressed.connect(self._ask)
        self._dress()
        look.changed.connect(self._dress)

    def _dress(self) -> None:
        self.setFont(self._look.font(13))

    def _on_text(self, words: str) -> None:
        self._clear.setVisible(bool(words))
        self._timer.start()

    def _ask(self) -> None:
        self._timer.stop()
        self.asked.emit(self.text())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Escape clears words that are there; Down goes to the results."""
        if event.key() == Qt.Key.Key_Escape and self.text():
            self.clear()
            self._ask()
        elif event.key() == Qt.Key.Key_Down:
            self.left.emit()
        else:
            super().keyPressEvent(event)
