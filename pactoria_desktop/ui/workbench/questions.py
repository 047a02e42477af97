"""What is asked of a person: words, a decision, a choice, a file. Each is replaceable, so that tests answer."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Protocol

from PySide6.QtWidgets import QDialog, QFileDialog, QWidget

from pactoria_desktop.ui.theme.look import Look
from pactoria_desktop.ui.widgets.dialogs import ACCEPTED, AskingDialog, TextDialog

WORD_FILES = "Word files (*.docx)"
READABLE_FILES = "Contracts (*.docx *.pdf *.md *.txt)"
SUMMARY_FILES = "Word files (*.docx);;Markdown files (*.md)"


class Questions(Protocol):
    """Asks. Every answer is None when the person leaves."""

    def words(
        self, title: str, explanation: str, action: str, given: str = "", *, long: bool = False, secret: bool = False,
        needed: bool = True,
    ) -> str | None:  # fmt: skip
        """A line of words, or several when ``long``; hidden while typed when ``secret``; none where not ``needed``."""

    def two(
        self, title: str, explanation: str, action: str, first: tuple[str, str], second: tuple[str, str]
    ) -> tuple[str, str] | None:
        """Two fields, each by its name and what stands in it; the first must have words."""

    def choice(
        self, title: str, explanation: str, action: str, choices: Sequence[tuple[str, str]], current: str
    ) -> str | None:
        """One of several (key, words)."""

    def details(
        self, title: str, action: str, fields: Sequence[tuple[str, str]], chosen: tuple[str, Mapping[str, str], str]
    ) -> tuple[list[str], str] | None:
        """Lines by name and what stands in them, the first needed; and one of several (name, words by key, current)."""

    def ticks(
        self, title: str, action: str, states: Sequence[tuple[str, bool | None]], field: str
    ) -> tuple[dict[str, bool | None], str] | None:
        """Which of several are on (None: left as each one is), and the words of one more field."""

    def decision(
        self, title: str, explanation: str, action: str, other: str = "", *, danger: bool = False
    ) -> bool | None:
        """Whether to do ``action``; False for ``other``, or for leaving where there is no other. With ``danger`` it
        cannot be undone: its button is red and never the one that Enter presses."""

    def show_text(self, title: str, explanation: str, text: str, copy: str) -> None:
        """Show text that can be copied."""

    def file_to_open(self, title: str, kinds: str) -> Path | None:
        """A file that is there."""

    def files_to_open(self, title: str, kinds: str) -> list[Path]:
        """Files that are there."""

    def file_to_write(self, title: str, proposed: str, kinds: str) -> Path | None:
        """A file to write."""


class WindowQuestions:
    """Asks by dialogs over a window."""

    def __init__(self, look: Look, window: QWidget) -> None:
        self._look, self._window = look, window

    def _dialog(self, title: str, explanation: str, action: str, other: str = "") -> AskingDialog:
        return AskingDialog(self._look, self._window, title, explanation, action, other)

    def words(
        self, title: str, explanation: str, action: str, given: str = "", *, long: bool = False, secret: bool = False,
        needed: bool = True,
    ) -> str | None:  # fmt: skip
        """A field with one primary button."""
        dialog = self._dialog(title, explanation, action)
        field = dialog.add_field(title, given, long=long, secret=secret, needed=needed)
        return field.words().strip() if dialog.exec() == ACCEPTED else None

    def two(
        self, title: str, explanation: str, action: str, first: tuple[str, str], second: tuple[str, str]
    ) -> tuple[str, str] | None:
        """Two fields under their names."""
        dialog = self._dialog(title, explanation, action)
        one = dialog.add_field(first[0], first[1], long=True, named=True)
        other = dialog.add_field(second[0], second[1], long=True, named=True, needed=False)
        one.setFocus()
        return (one.words().strip(), other.words().strip()) if dialog.exec() == ACCEPTED else None

    def choice(
        self, title: str, explanation: str, action: str, choices: Sequence[tuple[str, str]], current: str
    ) -> str | None:
        """A list with one primary button."""
        dialog = self._dialog(title, explanation, action)
        box = dialog.add_choices(title, choices, current)
        return str(box.currentData()) if dialog.exec() == ACCEPTED else None

    def details(
        self, title: str, action: str, fields: Sequence[tuple[str, str]], chosen: tuple[str, Mapping[str, str], str]
    ) -> tuple[list[str], str] | None:
        """Fields under their names, and a list."""
        dialog = self._dialog(title, "", action)
        lines = [
            dialog.add_field(name, given, named=True, needed=number == 0) for number, (name, given) in enumerate(fields)
        ]
        name, choices, current = chosen
        box = dialog.add_choices(name, tuple(choices.items()), current, named=True)
        lines[0].setFocus()
        if dialog.exec() != ACCEPTED:
            return None
        return [line.words().strip() for line in lines], str(box.currentData())

    def ticks(
        self, title: str, action: str, states: Sequence[tuple[str, bool | None]], field: str
    ) -> tuple[dict[str, bool | None], str] | None:
        """Boxes to tick, in a list that scrolls when there are many, and a field."""
        dialog = self._dialog(title, "", action)
        ticks = dialog.add_ticks(title, states)
        words = dialog.add_field(field, "", named=True, needed=False)
        if dialog.exec() != ACCEPTED:
            return None
        return ticks.states(), words.words().strip()

    def decision(
        self, title: str, explanation: str, action: str, other: str = "", *, danger: bool = False
    ) -> bool | None:
        """A question whose buttons say what happens."""
        dialog = AskingDialog(self._look, self._window, title, explanation, action, other, danger=danger)
        if dialog.exec() == ACCEPTED:
            return True
        return False if dialog.took_other or not other else None

    def show_text(self, title: str, explanation: str, text: str, copy: str) -> None:
        """Read-only text with a button that copies it."""
        dialog: QDialog = TextDialog(self._look, self._window, title, explanation, text, copy)
        dialog.exec()

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
        name, _ = QFileDialog.getSaveFileName(self._window, title, proposed.replace("/", "-"), kinds)
        return Path(name) if name else None
