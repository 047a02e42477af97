"""What is asked of a person: a line of words, a decision, a file. Each is replaceable, so that tests answer."""

from pathlib import Path
from typing import Protocol

from PySide6.QtWidgets import QDialog, QDialogButtonBox, QFileDialog, QPlainTextEdit, QVBoxLayout, QWidget

from pactoria_desktop.ui.theme.look import Look
from pactoria_desktop.ui.widgets.buttons import Button
from pactoria_desktop.ui.widgets.text import Label

WORD_FILES = "Word files (*.docx)"
READABLE_FILES = "Contracts (*.docx *.pdf *.md *.txt)"


class Questions(Protocol):
    """Asks. Every answer is None when the person leaves."""

    def words(self, title: str, explanation: str, action: str, given: str = "", *, long: bool = False) -> str | None:
        """A line of words, or several when ``long``."""

    def decision(self, title: str, explanation: str, action: str) -> bool:
        """Whether to do ``action``."""

    def file_to_open(self, title: str, kinds: str) -> Path | None:
        """A file that is there."""

    def files_to_open(self, title: str, kinds: str) -> list[Path]:
        """Files that are there."""

    def file_to_write(self, title: str, proposed: str, kinds: str) -> Path | None:
        """A file to write."""


class AskingDialog(QDialog):
    """A title, a sentence, perhaps a field, and one primary button whose words say what it does."""

    def __init__(self, look: Look, parent: QWidget, title: str, explanation: str, action: str) -> None:
        super().__init__(parent)
        self.setWindowTitle(title)
        self.setAccessibleName(title)
        self.setMinimumWidth(look.pixels(420))
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(24, 24, 24, 20)
        self._layout.setSpacing(12)
        self._layout.addWidget(Label(look, title, 17, 600, wrap=True))
        if explanation:
            self._layout.addWidget(Label(look, explanation, 13, 400, "text2", wrap=True))
        self.field: QPlainTextEdit | None = None
        buttons = QDialogButtonBox()
        self.primary = Button(look, action, "primary")
        self.primary.setDefault(True)
        buttons.addButton(self.primary, QDialogButtonBox.ButtonRole.AcceptRole)
        buttons.addButton(Button(look, "Cancel"), QDialogButtonBox.ButtonRole.RejectRole)
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        self._buttons = buttons
        self._layout.addWidget(buttons)

    def add_field(self, name: str, given: str, *, long: bool) -> QPlainTextEdit:
        """A field for words above the buttons; the primary button waits until there are some."""
        field = QPlainTextEdit(given)
        field.setAccessibleName(name)
        field.setTabChangesFocus(True)
        field.setFixedHeight(120 if long else 38)
        field.textChanged.connect(lambda: self.primary.setEnabled(bool(field.toPlainText().strip())))
        self.primary.setEnabled(bool(given.strip()))
        self._layout.insertWidget(self._layout.count() - 1, field)
        field.setFocus()
        field.selectAll()
        self.field = field
        return field


class WindowQuestions:
    """Asks by dialogs over a window."""

    def __init__(self, look: Look, window: QWidget) -> None:
        self._look, self._window = look, window

    def words(self, title: str, explanation: str, action: str, given: str = "", *, long: bool = False) -> str | None:
        """A field with one primary button."""
        dialog = AskingDialog(self._look, self._window, title, explanation, action)
        field = dialog.add_field(title, given, long=long)
        if dialog.exec() != QDialog.DialogCode.Accepted:
            return None
        return field.toPlainText().strip()

    def decision(self, title: str, explanation: str, action: str) -> bool:
        """A question whose button says what happens."""
        dialog = AskingDialog(self._look, self._window, title, explanation, action)
        return dialog.exec() == int(QDialog.DialogCode.Accepted)

    def file_to_open(self, title: str, kinds: str) -> Path | None:
        """The system's dialog."""
        name, _ = QFileDialog.getOpenFileName(self._window, title, "", kinds)
        return Path(name) if name else None

    def files_to_open(self, title: str, kinds: str) -> list[Path]:
        """The system's dialog."""
        names, _ = QFileDialog.getOpenFileNames(self._window, title, "", kinds)
        return [Path(name) for name in names]

    def file_to_write(self, title: str, proposed: str, kinds: str) -> Path | None:
        """The system's dialog."""
        name, _ = QFileDialog.getSaveFileName(self._window, title, proposed, kinds)
        return Path(name) if name else None
