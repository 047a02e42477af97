"""Dialogs: a title, a sentence, fields, and buttons whose words say what they do."""

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import (
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QPlainTextEdit,
    QVBoxLayout,
    QWidget,
)

from pactoria_desktop.ui.theme.look import Look
from pactoria_desktop.ui.widgets.buttons import Button
from pactoria_desktop.ui.widgets.text import Label

_CHECKS: dict[bool | None, Qt.CheckState] = {
    True: Qt.CheckState.Checked, False: Qt.CheckState.Unchecked, None: Qt.CheckState.PartiallyChecked,
}  # fmt: skip
ACCEPTED = int(QDialog.DialogCode.Accepted.value)


class LineField(QLineEdit):
    """One line."""

    def words(self) -> str:
        """What stands in it."""
        return self.text()


class LongField(QPlainTextEdit):
    """Several lines; Tab goes on to the next widget."""

    def words(self) -> str:
        """What stands in it."""
        return self.toPlainText()


class AskingDialog(QDialog):
    """``other`` is a second way to go on beside the primary one; ``took_other`` tells that it was taken. With
    ``danger`` the action is red words, and Enter presses Cancel."""

    def __init__(
        self,
        look: Look,
        parent: QWidget | None,
        title: str,
        explanation: str,
        action: str,
        other: str = "",
        *,
        danger: bool = False,
    ) -> None:
        super().__init__(parent)
        self._look = look
        self.took_other = False
        self.setWindowTitle(title)
        self.setAccessibleName(title)
        self.setMinimumWidth(look.pixels(440))
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(24, 24, 24, 20)
        self._layout.setSpacing(12)
        self._layout.addWidget(Label(look, title, 17, 600, wrap=True))
        if explanation:
            self._layout.addWidget(Label(look, explanation, 13, 400, "text2", wrap=True))
        self.fields: list[LineField | LongField] = []
        buttons = QDialogButtonBox()
        self.primary = Button(look, action, "danger" if danger else "primary")
        buttons.addButton(self.primary, QDialogButtonBox.ButtonRole.AcceptRole)
        if other:
            self.other = Button(look, other)
            self.other.clicked.connect(self._take_other)
            buttons.addButton(self.other, QDialogButtonBox.ButtonRole.ActionRole)
        self.cancel = Button(look, "Cancel")
        buttons.addButton(self.cancel, QDialogButtonBox.ButtonRole.RejectRole)
        (self.cancel if danger else self.primary).setDefault(True)
        if danger:
            self.cancel.setFocus()
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        self._layout.addSpacing(4)
        self._layout.addWidget(buttons)

    def _take_other(self) -> None:
        self.took_other = True
        self.reject()

    def _add(self, widget: QWidget) -> None:
        self._layout.insertWidget(self._layout.count() - 2, widget)

    def add_field(
        self, name: str, given: str, *, long: bool = False, secret: bool = False, named: bool = False,
        needed: bool = True,
    ) -> LineField | LongField:  # fmt: skip
        """A field for words; while a needed one is empty, the primary button waits. ``named`` shows its name above."""
        if named:
            self._add(Label(self._look, name, 12, 600, "text2"))
        field: LineField | LongField
        if long:
            field = LongField(given)
            field.setObjectName("long-field")
            field.setTabChangesFocus(True)
            field.setFixedHeight(self._look.pixels(84))
        else:
            field = LineField(given)
            field.setEchoMode(QLineEdit.EchoMode.Password if secret else QLineEdit.EchoMode.Normal)
            field.selectAll()
        field.setAccessibleName(name)
        field.setFont(self._look.font(13))
        if needed:
            field.textChanged.connect(lambda *_: self.primary.setEnabled(bool(field.words().strip())))
            self.primary.setEnabled(bool(given.strip()))
        self._add(field)
        field.setFocus()
        self.fields.append(field)
        return field

    def add_choices(
        self, name: str, choices: Sequence[tuple[str, str]], current: str, *, named: bool = False
    ) -> QComboBox:
        """One of several (key, words). ``named`` shows its name above."""
        if named:
            self._add(Label(self._look, name, 12, 600, "text2"))
        box = QComboBox()
        box.setFont(self._look.font(13))
        box.setAccessibleName(name)
        for key, words in choices:
            box.addItem(words, key)
        box.setCurrentIndex(max(0, box.findData(current)))
        self._add(box)
        box.setFocus()
        return box

    def add_ticks(self, name: str, states: Sequence[tuple[str, bool | None]]) -> "Ticks":
        """Boxes to tick; nothing is shown where there is none."""
        ticks = Ticks(self._look, name, states)
        ticks.setVisible(bool(states))
        self._add(ticks)
        return ticks


class Ticks(QListWidget):
    """Names with boxes; a box between on and off means that each thing keeps what it has."""

    def __init__(self, look: Look, name: str, states: Sequence[tuple[str, bool | None]]) -> None:
        super().__init__()
        self.setObjectName("ticks")
        self.setAccessibleName(name)
        self.setFont(look.font(13))
        for words, on in states:
            item = QListWidgetItem(words, self)
            item.setCheckState(_CHECKS[on])
        rows = min(8, max(1, len(states)))
        self.setFixedHeight(rows * max(look.pixels(28), self.sizeHintForRow(0)) + 2 * self.frameWidth() + 4)
        if states:
            self.setCurrentRow(0)

    def states(self) -> dict[str, bool | None]:
        """Each name with whether it is on."""
        items = [self.item(row) for row in range(self.count())]
        on = {check: state for state, check in _CHECKS.items()}
        return {item.text(): on[item.checkState()] for item in items}


class TextDialog(QDialog):
    """Read-only text with a button that copies it."""

    def __init__(self, look: Look, parent: QWidget, title: str, explanation: str, text: str, copy: str) -> None:
        super().__init__(parent)
        self.setWindowTitle(title)
        self.setAccessibleName(title)
        self.setMinimumWidth(look.pixels(520))
        layout = QVBoxLayout(self)
        layout.setContentsMargins(24, 24, 24, 20)
        layout.setSpacing(12)
        layout.addWidget(Label(look, title, 17, 600, wrap=True))
        layout.addWidget(Label(look, explanation, 13, 400, "text2", wrap=True))
        self.shown = QPlainTextEdit(text)
        self.shown.setReadOnly(True)
        self.shown.setObjectName("details")
        self.shown.setTabChangesFocus(True)
        self.shown.setAccessibleName(title)
        self.shown.setFont(look.font(14, 500, True))
        lines = min(14, max(2, text.count("\n") + len(text) // 46 + 1))
        self.shown.setFixedHeight(look.pixels(22 * lines + 20))
        layout.addWidget(self.shown)
        buttons = QDialogButtonBox()
        self.done_button = Button(look, "Done", "primary")
        self.done_button.setDefault(True)
        self.copy_button = Button(look, copy, icon="copy")
        buttons.addButton(self.done_button, QDialogButtonBox.ButtonRole.AcceptRole)
        buttons.addButton(self.copy_button, QDialogButtonBox.ButtonRole.ActionRole)
        buttons.accepted.connect(self.accept)
        self.copy_button.clicked.connect(lambda: QGuiApplication.clipboard().setText(text))
        layout.addWidget(buttons)
