"""What is wrong with a field: a red border round it, a diamond and one sentence under it."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QWidget

from pactoria_desktop.ui.theme.look import Look
from pactoria_desktop.ui.widgets.severity import SeverityMark
from pactoria_desktop.ui.widgets.text import Label


class FieldError(QWidget):
    """The line under a field; hidden while nothing is wrong. The field is told apart by its border, and a screen reader
    says the sentence with it."""

    def __init__(self, look: Look, field: QWidget) -> None:
        super().__init__()
        self._field = field
        self._words = Label(look, "", 12, 400, "text", wrap=True)
        self._words.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        mark = SeverityMark(look, "high", 11)
        mark.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(8)
        layout.addWidget(mark, 0, Qt.AlignmentFlag.AlignTop)
        layout.addWidget(self._words, 1)
        self.hide()

    @property
    def sentence(self) -> str:
        """What is said, empty while nothing is wrong."""
        return self._words.text()

    def show_sentence(self, sentence: str) -> None:
        """Say what is wrong; an empty sentence takes it back."""
        if sentence == self._words.text():
            return
        self._words.setText(sentence)
        self.setVisible(bool(sentence))
        self._field.setAccessibleDescription(sentence)
        self._field.setProperty("error", bool(sentence))
        self._field.style().unpolish(self._field)
        self._field.style().polish(self._field)
