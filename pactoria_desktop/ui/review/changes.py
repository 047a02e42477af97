"""The panel of tracked changes and comments: by whom, where, what; accept, reject, next, previous."""

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QComboBox, QVBoxLayout, QWidget

from pactoria_desktop.ui.theme.look import Look
from pactoria_desktop.ui.widgets.buttons import Button, ToolButton
from pactoria_desktop.ui.widgets.card_list import Card, CardList
from pactoria_desktop.ui.widgets.chips import Chip, ChipRow
from pactoria_desktop.ui.widgets.layouts import column, row, rule
from pactoria_desktop.ui.widgets.text import Label

EVERYBODY = "Everybody"


@dataclass(frozen=True, slots=True)
class ChangeRow:
    """One tracked change or comment. ``author_number`` is the author's colour, from 1; ``ids`` the revisions it is."""

    id: str
    kind: str
    author: str
    author_number: int
    date: str
    place: str
    words: str
    is_comment: bool = False
    resolved: bool = False
    ids: tuple[str, ...] = ()
    quote: str = ""
    answers: int = 0

    def card(self) -> Card:
        """The card of the change."""
        detail = f"{self.author}, {self.date}" if self.date else self.author
        if self.is_comment:
            state = "resolved comment" if self.resolved else "comment"
            answers = "" if not self.answers else ", 1 answer" if self.answers == 1 else f", {self.answers} answers"
            when = f"{state[0].upper()}{state[1:]}{f', {self.date}' if self.date else ''}{answers}"
            return Card(self.id, self.author, self.place, self.quote, self.words, author=self.author_number,
                        author_name=self.author, quiet=self.resolved, foot=when)  # fmt: skip
        return Card(
            self.id, self.kind, self.place, self.words, detail, author=self.author_number, author_name=self.author
        )


class ChangesPanel(QWidget):
    """Shows changes. ``opened`` asks to go to one; ``accepted`` and ``rejected`` give the ids of revisions;
    ``countered`` asks for other words in place of one; ``stepped`` asks for the next (1) or previous (-1) change."""

    opened = Signal(str)
    accepted = Signal(tuple)
    rejected = Signal(tuple)
    countered = Signal(str)
    stepped = Signal(int)

    def __init__(self, look: Look) -> None:
        super().__init__()
        self._look = look
        self._rows: tuple[ChangeRow, ...] = ()
        self._not_decided = self._not_countered = ""
        self.authors = QComboBox()
        self.authors.setAccessibleName("Changes by whom")
        self.authors.currentTextChanged.connect(lambda name: self._show())
        self._kinds = ChipRow(look, "Changes or comments", (Chip("all", "All"), Chip("changes", "Changes"),
                                                            Chip("comments", "Comments")))  # fmt: skip
        self._kinds.chosen.connect(lambda keys: self._show())
        previous = ToolButton(look, "previous", "Previous change", 16)
        following = ToolButton(look, "next", "Next change", 16)
        previous.clicked.connect(lambda: self.stepped.emit(-1))
        following.clicked.connect(lambda: self.stepped.emit(1))
        self.cards = CardList(look, "Changes and comments", self._actions)
        self.cards.opened.connect(self.opened)
        self.cards.clicked.connect(lambda index: self.opened.emit(self.cards.current_key()))
        self._count = Label(look, "", 12, 400, "text2")
        self._accept_shown = Button(look, "Accept all shown")
        self._reject_shown = Button(look, "Reject all shown")
        self._accept_shown.clicked.connect(lambda: self.accepted.emit(self._shown_ids()))
        self._reject_shown.clicked.connect(lambda: self.rejected.emit(self._shown_ids()))
        head = column(
            row(self.authors, None, previous, following, spacing=6), self._kinds, margins=(16, 10, 16, 10), spacing=9
        )
        foot = column(
            self._count, row(self._accept_shown, self._reject_shown, None), margins=(16, 10, 16, 12), spacing=8
        )
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        for widget in (head, rule(), self.cards, rule(), foot):
            layout.addWidget(widget, 1 if widget is self.cards else 0)
        self.show_changes(())

    def rows(self) -> tuple[ChangeRow, ...]:
        """Every change and comment, those filtered away included."""
        return self._rows

    def shown(self) -> tuple[ChangeRow, ...]:
        """What author and kind let through."""
        author = self.authors.currentText()
        keys = self._kinds.keys()
        kind = keys[0] if keys else "all"
        return tuple(
            each
            for each in self._rows
            if author in ("", EVERYBODY, each.author) and (kind == "all" or (kind == "comments") == each.is_comment)
        )

    def show_changes(self, rows: Sequence[ChangeRow], not_decided: str = "", not_countered: str = "") -> None:
        """Show changes and comments in document order; why the person may not accept and reject, or counter them."""
        self._rows = tuple(rows)
        self._not_decided, self._not_countered = not_decided, not_countered
        names = [EVERYBODY, *dict.fromkeys(each.author for each in rows)]
        if [self.authors.itemText(number) for number in range(self.authors.count())] != names:
            chosen = self.authors.currentText()
            self.authors.blockSignals(True)
            self.authors.clear()
            self.authors.addItems(names)
            self.authors.setCurrentIndex(max(0, self.authors.findText(chosen, Qt.MatchFlag.MatchExactly)))
            self.authors.blockSignals(False)
        self._show()

    def set_current(self, id: str) -> None:
        """Make a change's card current."""
        self.cards.set_current(id)

    def _show(self) -> None:
        shown = self.shown()
        self.cards.set_cards([each.card() for each in shown])
        changes = sum(1 for each in shown if not each.is_comment)
        comments = len(shown) - changes
        self._count.setText(f"{_counted(changes, 'change')}, {_counted(comments, 'comment')}")
        for button in (self._accept_shown, self._reject_shown):
            button.setEnabled(changes > 0 and not self._not_decided)
            button.setToolTip(self._not_decided)

    def _shown_ids(self) -> tuple[str, ...]:
        return tuple(id for each in self.shown() for id in each.ids)

    def _actions(self, card: Card) -> Sequence[QWidget]:
        change = next((each for each in self._rows if each.id == card.key), None)
        show = Button(self._look, "Go to the words")
        show.clicked.connect(lambda: self.opened.emit(card.key))
        if change is None or change.is_comment:
            return (show,)
        counter = Button(self._look, "Counter…")
        counter.clicked.connect(lambda: self.countered.emit(card.key))
        accept, reject = Button(self._look, "Accept"), Button(self._look, "Reject")
        accept.clicked.connect(lambda: self.accepted.emit(change.ids))
        reject.clicked.connect(lambda: self.rejected.emit(change.ids))
        for button, why_not in (
            (accept, self._not_decided), (reject, self._not_decided), (counter, self._not_countered),
        ):  # fmt: skip
            button.setEnabled(not why_not)
            button.setToolTip(why_not)
        return (accept, reject, counter)


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
