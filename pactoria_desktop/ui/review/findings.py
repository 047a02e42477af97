"""The panel of findings: how many of each severity, then a card for each with the words it rests on."""

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QStackedWidget, QVBoxLayout, QWidget

from pactoria_desktop.ui.theme.look import Look
from pactoria_desktop.ui.widgets.buttons import Button
from pactoria_desktop.ui.widgets.card_list import Card, CardList
from pactoria_desktop.ui.widgets.chips import Chip, ChipRow
from pactoria_desktop.ui.widgets.empty_state import EmptyState
from pactoria_desktop.ui.widgets.layouts import column, row, rule
from pactoria_desktop.ui.widgets.severity import SeverityCount
from pactoria_desktop.ui.widgets.text import ElidedLabel, Label

SEVERITIES = ("high", "medium", "low")
STALE = "The text changed since this was found."


@dataclass(frozen=True, slots=True)
class FindingRow:
    """One finding as the panel shows it. ``verdict`` is "" while open, else what was decided."""

    id: str
    severity: str
    title: str
    place: str
    quote: str
    message: str
    stale: bool = False
    verdict: str = ""

    def card(self) -> Card:
        """The card of the finding."""
        detail = STALE if self.stale else self.message
        if self.verdict:
            detail = f"{self.verdict[0].upper()}{self.verdict[1:]}. {detail}"
        return Card(self.id, self.title, self.place, self.quote, detail, self.severity, stale=self.stale,
                    quiet=bool(self.verdict))  # fmt: skip


class FindingsPanel(QWidget):
    """Shows findings. ``opened`` asks to go to a finding's words; ``dismissed`` and ``reopened`` decide on it;
    ``review_wanted`` asks for the review to be run."""

    opened = Signal(str)
    dismissed = Signal(str)
    reopened = Signal(str)
    review_wanted = Signal()

    def __init__(self, look: Look) -> None:
        super().__init__()
        self._look = look
        self._rows: tuple[FindingRow, ...] = ()
        self._counts = {name: SeverityCount(look, name) for name in SEVERITIES}
        self._playbook = ElidedLabel(look, "", 12, 400, "text2")
        self._filter = ChipRow(look, "Which findings", self._chips())
        self._filter.chosen.connect(lambda keys: self._show())
        self.cards = CardList(look, "Findings", self._actions)
        self.cards.opened.connect(self.opened)
        self.cards.clicked.connect(lambda index: self.opened.emit(self.cards.current_key()))
        self._foot = Label(look, "", 12, 400, "text2", wrap=True)
        self._empty = EmptyState(look, "review", "Not reviewed yet.", "The review runs on this computer.", "Review now")
        self._empty.acted.connect(self.review_wanted)
        head = column(
            row(*self._counts.values(), None, spacing=14),
            self._playbook,
            self._filter,
            margins=(16, 10, 16, 10),
            spacing=9,
        )
        self._again = Button(look, "Review again")
        self._again.clicked.connect(self.review_wanted)
        foot = row(self._foot, self._again, margins=(16, 10, 16, 10))
        self._full = column(head, rule(), self.cards, rule(), foot)
        self._pages = QStackedWidget()
        self._pages.addWidget(self._empty)
        self._pages.addWidget(self._full)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self._pages)

    def rows(self) -> tuple[FindingRow, ...]:
        """Every finding, those filtered away included."""
        return self._rows

    def show_nothing(self, fact: str, detail: str, action: str) -> None:
        """Say why there are no findings; with an action that asks for the review."""
        self._rows = ()
        self._empty.set_words(fact, detail, action)
        self._pages.setCurrentWidget(self._empty)

    def show_findings(self, rows: Sequence[FindingRow], playbook: str, foot: str) -> None:
        """Show findings, gravest first as they are given; ``foot`` says what was checked and when."""
        self._rows = tuple(rows)
        if not rows:
            self._empty.set_words("No findings in this contract.", f"{playbook}. {foot}", "Review again")
            self._pages.setCurrentWidget(self._empty)
            return
        open_rows = [each for each in self._rows if not each.verdict]
        for name, count in self._counts.items():
            count.set_count(sum(1 for each in open_rows if each.severity == name))
        self._playbook.setText(playbook)
        self._foot.setText(foot)
        chosen = self._filter.keys()
        self._filter.set_chips(self._chips())
        self._filter.set_keys(chosen)
        self._show()
        self._pages.setCurrentWidget(self._full)

    def set_current(self, id: str) -> None:
        """Make a finding's card current."""
        self.cards.set_current(id)

    def _chips(self) -> tuple[Chip, ...]:
        open_rows = [each for each in self._rows if not each.verdict]
        stale = sum(1 for each in open_rows if each.stale)
        return (
            Chip("open", "Open", len(open_rows)),
            Chip("stale", "Text changed", stale),
            Chip("decided", "Dismissed", len(self._rows) - len(open_rows)),
        )

    def _show(self) -> None:
        keys = self._filter.keys()
        which = keys[0] if keys else "open"
        shown = [each for each in self._rows if _is_in(each, which)]
        self.cards.set_cards([each.card() for each in shown])

    def _actions(self, card: Card) -> Sequence[QWidget]:
        show = Button(self._look, "Go to the words")
        show.clicked.connect(lambda: self.opened.emit(card.key))
        decided = any(each.id == card.key and each.verdict for each in self._rows)
        decide = Button(self._look, "Open again" if decided else "Dismiss…")
        decide.clicked.connect(lambda: (self.reopened if decided else self.dismissed).emit(card.key))
        return (show, decide)


def _is_in(finding: FindingRow, which: str) -> bool:
    """Whether a finding belongs to the open, the stale or the decided ones."""
    if which == "decided":
        return bool(finding.verdict)
    return not finding.verdict and (which == "open" or finding.stale)
