"""Values that were written apart, each with both sides, settled together."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Literal

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QButtonGroup, QRadioButton, QScrollArea, QStackedWidget, QVBoxLayout, QWidget

from pactoria_desktop.ui.account.saying import clock, counted
from pactoria_desktop.ui.sharing.values import Conflict
from pactoria_desktop.ui.theme.look import Look
from pactoria_desktop.ui.widgets.buttons import Button, ToolButton
from pactoria_desktop.ui.widgets.empty_state import EmptyState
from pactoria_desktop.ui.widgets.layouts import card, column, row, rule
from pactoria_desktop.ui.widgets.text import Label

Side = Literal["kept", "taken"]
EXPLANATION = (
    "These were changed in two places without knowing of each other. The one that arrived first is in use; the other "
    "is kept here until you decide."
)


class ConflictOption(QWidget):
    """One value, with who wrote it and when; a click anywhere chooses it."""

    def __init__(self, look: Look, verb: str, value: str, by: str, when: str, field: str) -> None:
        super().__init__()
        who = ", ".join(part for part in (by, when) if part)
        self.radio = QRadioButton(verb)
        self.radio.setFont(look.font(13, 500))
        self.radio.setAccessibleName(f"{verb}: {field} {value or 'empty'}, {who}")
        words = Label(look, value or "empty", 13, 400, "text" if value else "text3", wrap=True)
        below = Label(look, who, 12, 400, "text2", wrap=True)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(2)
        layout.addWidget(self.radio)
        layout.addWidget(column(words, below, margins=(24, 0, 0, 0), spacing=1))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Choose it."""
        if event.button() == Qt.MouseButton.LeftButton:
            self.radio.click()
        else:
            super().mousePressEvent(event)


class ConflictCard(QWidget):
    """One conflict. The value in use is chosen at first; ``opened`` asks for its contract."""

    opened = Signal()

    def __init__(self, look: Look, conflict: Conflict, now: datetime) -> None:
        super().__init__()
        self.conflict = conflict
        self.setAccessibleName(f"{conflict.field} of {conflict.record}")
        self.keep = ConflictOption(
            look, "Keep", conflict.kept, conflict.kept_by, clock(conflict.kept_at, now), conflict.field
        )
        self.take = ConflictOption(
            look, "Take the other", conflict.other, conflict.other_by, clock(conflict.other_at, now), conflict.field
        )
        self._group = QButtonGroup(self)
        for option in (self.keep, self.take):
            self._group.addButton(option.radio)
        self.keep.radio.setChecked(True)
        self.show_contract = ToolButton(look, "open", f"Open {conflict.record}", 15)
        self.show_contract.clicked.connect(self.opened)
        self.show_contract.setVisible(bool(conflict.contract))
        names = column(
            Label(look, conflict.field, 13, 600, wrap=True), Label(look, conflict.record, 12, 400, "text2", wrap=True),
            spacing=1,
        )  # fmt: skip
        head = row(names, None, self.show_contract)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(card(head, 8, self.keep, 8, self.take, margins=(14, 12, 14, 12)))

    @property
    def side(self) -> Side:
        """What is chosen."""
        return "taken" if self.take.radio.isChecked() else "kept"

    def choose(self, side: Side) -> None:
        """Choose a side."""
        (self.take if side == "taken" else self.keep).radio.setChecked(True)


class ConflictPanel(QWidget):
    """Shows conflicts. ``settled`` gives what was decided of each, by key, all at once; ``opened`` gives the key of a
    conflict's contract."""

    settled = Signal(dict)
    opened = Signal(str)

    def __init__(self, look: Look, now: Callable[[], datetime]) -> None:
        super().__init__()
        self._look, self._now = look, now
        self.cards: list[ConflictCard] = []
        self.setAccessibleName("Conflicts")
        self.all_kept = Button(look, "Keep all", "quiet")
        self.all_taken = Button(look, "Take all the others", "quiet")
        self.all_kept.clicked.connect(lambda: self._choose_all("kept"))
        self.all_taken.clicked.connect(lambda: self._choose_all("taken"))
        self.settle = Button(look, "", "primary")
        self.settle.clicked.connect(lambda: self.settled.emit(self.settlement()))
        holder = QWidget()
        self._list = QVBoxLayout(holder)
        self._list.setContentsMargins(16, 4, 16, 16)
        self._list.setSpacing(10)
        self._list.addStretch(1)
        self._scroll = QScrollArea()
        self._scroll.setWidgetResizable(True)
        self._scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._scroll.setWidget(holder)
        full = QWidget()
        inner = QVBoxLayout(full)
        inner.setContentsMargins(0, 0, 0, 0)
        inner.setSpacing(0)
        both = row(self.all_kept, self.all_taken, None)
        words = Label(look, EXPLANATION, 12, 400, "text2", wrap=True)
        inner.addWidget(column(words, both, margins=(16, 12, 16, 6), spacing=8))
        inner.addWidget(self._scroll, 1)
        inner.addWidget(rule())
        inner.addWidget(row(self.settle, None, margins=(16, 10, 16, 12)))
        self._empty = EmptyState(
            look, "merge", "Nothing to decide", "Values that two people change apart are shown here."
        )
        self._pages = QStackedWidget()
        self._pages.addWidget(self._empty)
        self._pages.addWidget(full)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self._pages)

    def show_conflicts(self, conflicts: Sequence[Conflict]) -> None:
        """Show these; what was chosen of those that stay is kept."""
        chosen = self.settlement()
        focus = self.focusWidget()
        focused = None
        if focus is not None:
            focused = next((at for at, each in enumerate(self.cards) if each.isAncestorOf(focus)), None)
        for each in self.cards:
            self._list.removeWidget(each)
            each.hide()
            each.deleteLater()
        now = self._now()
        self.cards = [ConflictCard(self._look, conflict, now) for conflict in conflicts]
        for at, each in enumerate(self.cards):
            self._list.insertWidget(at, each)
            each.opened.connect(lambda *_, contract=each.conflict.contract: self.opened.emit(contract))
            each.choose(chosen.get(each.conflict.key, "kept"))
        words = f"Settle {counted(len(conflicts), 'conflict')}"
        self.settle.setText(words)
        self.settle.setAccessibleName(words)
        self._pages.setCurrentIndex(1 if conflicts else 0)
        if focused is not None and self.cards:
            self.cards[min(focused, len(self.cards) - 1)].keep.radio.setFocus()

    def settlement(self) -> dict[str, Side]:
        """What is chosen of each."""
        return {each.conflict.key: each.side for each in self.cards}

    def _choose_all(self, side: Side) -> None:
        for each in self.cards:
            each.choose(side)
