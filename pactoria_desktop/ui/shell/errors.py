"""An error shown once, in one sentence; what an engineer needs lies under Details."""

import traceback
from dataclasses import dataclass

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QPlainTextEdit, QVBoxLayout, QWidget

from pactoria_desktop.ui.theme.look import Look
from pactoria_desktop.ui.widgets.buttons import Button
from pactoria_desktop.ui.widgets.layouts import row
from pactoria_desktop.ui.widgets.severity import SeverityMark
from pactoria_desktop.ui.widgets.text import Label

UNKNOWN = "Something in the program failed. Your text is safe here; try again, or look at the details."


@dataclass(frozen=True)
class Problem:
    """``sentence`` is for a person, ``details`` for an engineer. ``expected`` is False for a fault of the program
    itself."""

    sentence: str
    details: str
    expected: bool


def describe(error: BaseException) -> Problem:
    """The sentence that a typed error carries; for any other error one sentence that promises nothing untrue."""
    details = "".join(traceback.format_exception(error)).strip()
    sentence = getattr(error, "sentence", None)
    if isinstance(sentence, str) and sentence.strip():
        return Problem(sentence.strip(), details, True)
    return Problem(UNKNOWN, details, False)


class ErrorDialog(QDialog):
    """One sentence with its mark; Details opens what lies behind it."""

    def __init__(self, look: Look, problem: Problem, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("Pactoria")
        self.setAccessibleName(problem.sentence)
        self._problem = problem
        layout = QVBoxLayout(self)
        layout.setContentsMargins(24, 24, 24, 20)
        layout.setSpacing(16)
        sentence = Label(look, problem.sentence, 14, 500, wrap=True)
        sentence.setMinimumWidth(look.pixels(360))
        sentence.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        line = row(SeverityMark(look, "high", 13), sentence, spacing=12)
        line_layout = line.layout()
        if line_layout is not None:
            line_layout.setAlignment(Qt.AlignmentFlag.AlignTop)
        self.details = QPlainTextEdit(problem.details)
        self.details.setObjectName("details")
        self.details.setReadOnly(True)
        self.details.setAccessibleName("Details")
        self.details.setMinimumHeight(look.pixels(180))
        self.details.setTabChangesFocus(True)
        self.details.hide()
        buttons = QDialogButtonBox()
        self.close_button = Button(look, "Close", "primary")
        self.details_button = Button(look, "Details")
        self.copy_button = Button(look, "Copy details")
        buttons.addButton(self.close_button, QDialogButtonBox.ButtonRole.AcceptRole)
        buttons.addButton(self.details_button, QDialogButtonBox.ButtonRole.ActionRole)
        buttons.addButton(self.copy_button, QDialogButtonBox.ButtonRole.ActionRole)
        self.copy_button.hide()
        self.close_button.setDefault(True)
        self.close_button.clicked.connect(self.accept)
        self.details_button.clicked.connect(self._toggle)
        self.copy_button.clicked.connect(lambda: QGuiApplication.clipboard().setText(problem.details))
        for part in (line, self.details, buttons):
            layout.addWidget(part)

    def _toggle(self) -> None:
        shown = self.details.isHidden()
        self.details.setVisible(shown)
        self.copy_button.setVisible(shown)
        self.details_button.setText("Hide details" if shown else "Details")
        self.details_button.setAccessibleName(self.details_button.text())
        self.adjustSize()
