"""Who approved which text of a contract, and what was done at it."""

from collections.abc import Callable, Sequence
from datetime import datetime

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QStackedWidget, QVBoxLayout, QWidget

from pactoria_desktop.ui.account.saying import counted, day
from pactoria_desktop.ui.library.when import spoken_instant
from pactoria_desktop.ui.sharing.values import ActivityLine, Approval, TextHashes
from pactoria_desktop.ui.theme.look import Look
from pactoria_desktop.ui.widgets.buttons import Button
from pactoria_desktop.ui.widgets.card_list import Card, CardList
from pactoria_desktop.ui.widgets.empty_state import EmptyState
from pactoria_desktop.ui.widgets.entries import EntryList, ListEntry
from pactoria_desktop.ui.widgets.layouts import column, row, rule
from pactoria_desktop.ui.widgets.text import Label

THIS_TEXT = "This text"
MARKS_CHANGED = "These words; tracked changes or formatting changed since"
CHANGED = "The text changed since"


def of_which_text(approval: Approval, current: TextHashes | None) -> str:
    """Whether a decision was on the text that is shown now; ``current`` is None until it is known."""
    if current is None:
        return ""
    if approval.of == current:
        return THIS_TEXT
    return MARKS_CHANGED if approval.of.text == current.text else CHANGED


def approval_card(approval: Approval, current: TextHashes | None, now: datetime) -> Card:
    """The card of a decision: "Approved by Ada Lindqvist, 12 November, this text"."""
    who = "you" if approval.me else approval.by
    which = of_which_text(approval, current)
    return Card(
        approval.key, f"{approval.decision.capitalize()} by {who}", day(approval.at, now), approval.reason,
        f"{which}." if which else "", "ok" if approval.decision == "approved" else "high",
        stale=which == CHANGED,
    )  # fmt: skip


class ApprovalsPanel(QWidget):
    """Shows decisions, newest first. ``wanted`` gives "approved" or "rejected" when the person decides on the text that
    is shown."""

    wanted = Signal(str)

    def __init__(self, look: Look, now: Callable[[], datetime]) -> None:
        super().__init__()
        self._now = now
        self._state = Label(look, "", 13, 500, wrap=True)
        self.cards = CardList(look, "Approvals")
        self._empty = EmptyState(
            look, "check", "Nobody has approved this text", "An approval holds for the exact words it was given for."
        )
        self._pages = QStackedWidget()
        self._pages.addWidget(self._empty)
        self._pages.addWidget(self.cards)
        self.approve = Button(look, "Approve this text…", "primary")
        self.reject = Button(look, "Reject…")
        self.approve.clicked.connect(lambda: self.wanted.emit("approved"))
        self.reject.clicked.connect(lambda: self.wanted.emit("rejected"))
        self._deeds = column(rule(), row(self.approve, self.reject, None, margins=(16, 10, 16, 12)))
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(column(self._state, margins=(16, 10, 16, 10)))
        layout.addWidget(self._pages, 1)
        layout.addWidget(self._deeds)
        self.show_approvals((), None, may_approve=False)

    @property
    def state(self) -> str:
        """The sentence on top."""
        return self._state.text()

    def show_approvals(
        self, approvals: Sequence[Approval], current: TextHashes | None, *, may_approve: bool, why_not: str = ""
    ) -> None:
        """Show decisions against the text of now. With ``why_not`` the buttons are there and cannot be pressed."""
        now = self._now()
        ordered = sorted(approvals, key=lambda one: one.at, reverse=True)
        self.cards.set_cards([approval_card(one, current, now) for one in ordered])
        here = [one for one in ordered if current is not None and one.of == current]
        approved = sum(1 for one in here if one.decision == "approved")
        rejected = len(here) - approved
        parts = [f"approved by {counted(approved, 'person', 'people')}"] if approved else []
        parts += [f"rejected by {counted(rejected, 'person', 'people')}"] if rejected else []
        words = "This text is not approved yet." if not parts else f"This text is {' and '.join(parts)}."
        self._state.setText(words if ordered else "")
        self._state.setVisible(bool(ordered))
        self._pages.setCurrentWidget(self.cards if ordered else self._empty)
        self._deeds.setVisible(may_approve)
        for button in (self.approve, self.reject):
            button.setEnabled(not why_not)
            button.setToolTip(why_not)


class ActivityPanel(QWidget):
    """Shows what was done at a contract, newest first; ``earlier_wanted`` asks for more."""

    earlier_wanted = Signal()

    def __init__(self, look: Look, now: Callable[[], datetime]) -> None:
        super().__init__()
        self._now = now
        self.list = EntryList(look, "Activity")
        self._empty = EmptyState(look, "history", "Nothing was done yet", "What others do at this contract is listed.")
        self._pages = QStackedWidget()
        self._pages.addWidget(self._empty)
        self._pages.addWidget(self.list)
        self.earlier = Button(look, "Show earlier", "quiet")
        self.earlier.clicked.connect(self.earlier_wanted)
        self._foot = column(rule(), row(self.earlier, None, margins=(12, 6, 16, 6)))
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self._pages, 1)
        layout.addWidget(self._foot)
        self.show_activity((), more=False)

    def show_activity(self, lines: Sequence[ActivityLine], *, more: bool) -> None:
        """Show what was done; ``more`` where there is earlier activity to be asked for."""
        now = self._now()
        self.list.set_entries([
            ListEntry(one.key, one.by, one.what, right=spoken_instant(one.at, now), number=one.number) for one in lines
        ])  # fmt: skip
        self._pages.setCurrentWidget(self.list if lines else self._empty)
        self._foot.setVisible(more)
