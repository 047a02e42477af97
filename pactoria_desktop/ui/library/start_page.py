"""The start page: go on where I was; before the first contract, one drawing and two ways to begin."""

from collections.abc import Callable, Sequence
from datetime import datetime

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import (
    QAbstractButton,
    QHBoxLayout,
    QScrollArea,
    QSizePolicy,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from pactoria_desktop.ui.library.drawings import PLAIN, FirstDrawing, draw_page
from pactoria_desktop.ui.library.values import Ask, RecentContract, StartSource, ask_at_once
from pactoria_desktop.ui.library.when import greeting, spoken_instant
from pactoria_desktop.ui.theme.look import Look
from pactoria_desktop.ui.theme.marks import draw_severity
from pactoria_desktop.ui.widgets.buttons import Button
from pactoria_desktop.ui.widgets.layouts import card, column, row
from pactoria_desktop.ui.widgets.rows import Row, RowList
from pactoria_desktop.ui.widgets.text import CENTRE, Label, Painted, draw_line

CARDS, RECENT = 4, 8
PROMISES = (
    (
        "review",
        "Check it without a network",
        "Undefined terms, broken references, missing clauses: found on this computer.",
    ),
    ("compare", "See what really changed", "Compare any two drafts, and find the edits that nobody marked."),
    ("export", "Give it back as Word", "Your edits leave as tracked changes. What you did not touch stays as it was."),
)


def place_and_time(contract: RecentContract, now: datetime) -> str:
    """ "Clause 11.2, 4 minutes ago"."""
    return ", ".join(part for part in (contract.place, spoken_instant(contract.opened_at, now)) if part)


def finding_words(contract: RecentContract) -> tuple[str, str]:
    """The graver severity with open findings and its words, "2 high findings"; empty without any."""
    for severity, count in (("high", contract.high), ("medium", contract.medium)):
        if count:
            return severity, f"{count} {severity} {'finding' if count == 1 else 'findings'}"
    return "", ""


class ContinueCard(QAbstractButton):
    """One contract to go on with: its small page, title, party, findings, where and when."""

    def __init__(self, look: Look, contract: RecentContract, now: datetime) -> None:
        super().__init__()
        self._look, self.contract = look, contract
        self._last = place_and_time(contract, now)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)  # painted anew as the mouse comes and goes
        self._severity, self._findings = finding_words(contract)
        parts = (contract.title, contract.counterparty, self._findings, self._last)
        self.setAccessibleName(", ".join(part for part in parts if part))
        self.setToolTip(contract.title)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        look.changed.connect(self.updateGeometry)

    def sizeHint(self) -> QSize:
        """A quarter of the usual page's width."""
        return QSize(self._look.pixels(290), max(128, self._look.pixels(128)))

    def minimumSizeHint(self) -> QSize:
        """The page and some words."""
        return QSize(self._look.pixels(190), max(128, self._look.pixels(128)))

    def paintEvent(self, event: QPaintEvent) -> None:
        """Ground, page, words."""
        look, area = self._look, QRectF(self.rect())
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(look.colour("accent" if self.hasFocus() else "line"), 2 if self.hasFocus() else 1))
        painter.setBrush(look.colour("hover" if self.underMouse() else "surface"))
        inset = 1.0 if self.hasFocus() else 0.5
        painter.drawRoundedRect(area.adjusted(inset, inset, -inset, -inset), 8, 8)
        draw_page(painter, look, QRectF(16, (area.height() - 96) / 2, 74, 96), self.contract.sketch or PLAIN)
        left, width = 106.0, area.width() - 120
        line = float(look.pixels(22))
        title = QRectF(left, 14, width, line)
        draw_line(painter, title, self.contract.title, look.font(14, 600), look.colour("text"))
        party = title.translated(0, line)
        draw_line(painter, party, self.contract.counterparty, look.font(13), look.colour("text2"))
        last = QRectF(left, area.height() - 14 - line, width, line)
        draw_line(painter, last, self._last, look.font(12), look.colour("text2"))
        if self._severity:
            found = last.translated(0, -line - 2)
            draw_severity(painter, look.theme, self._severity, QRectF(left, found.center().y() - 5.5, 11, 11))
            draw_line(painter, found.adjusted(18, 0, 0, 0), self._findings, look.font(12), look.colour("text2"))
        painter.end()


class Promise(Painted):
    """An icon, a title and a sentence about what the program does."""

    def __init__(self, look: Look, icon: str) -> None:
        super().__init__(look, "")
        self._icon = icon

    def sizeHint(self) -> QSize:
        """The icon's square."""
        return QSize(self.look.pixels(22), self.look.pixels(22))

    def minimumSizeHint(self) -> QSize:
        """The same."""
        return self.sizeHint()

    def draw(self, painter: QPainter, area: QRectF) -> None:
        """The icon at the top."""
        self.look.draw_icon(painter, self._icon, 0, 0, self.look.pixels(20), "accent")


class FirstMinute(QWidget):
    """Shown while the library is empty."""

    open_asked = Signal()
    sample_asked = Signal()

    def __init__(self, look: Look) -> None:
        super().__init__()
        self.setAccessibleName("Start with a contract you know")
        title = Label(look, "Start with a contract you know", 24, 600)
        words = Label(
            look,
            "Drop a Word or PDF file anywhere in this window. It stays on this computer, encrypted.",
            14,
            400,
            "text2",
        )
        for label in (title, words):
            label.setAlignment(CENTRE)
        open_button = Button(look, "Open a file…", "primary", "folder")
        sample = Button(look, "Look at a sample")
        open_button.clicked.connect(self.open_asked)
        sample.clicked.connect(self.sample_asked)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(24, 24, 24, 24)
        layout.setSpacing(0)
        layout.addStretch(3)
        layout.addWidget(FirstDrawing(look))
        layout.addSpacing(18)
        layout.addWidget(title)
        layout.addSpacing(6)
        layout.addWidget(words)
        layout.addSpacing(24)
        layout.addWidget(row(None, open_button, sample, None))
        layout.addStretch(2)
        layout.addWidget(self._promises(look))
        layout.addStretch(1)

    def _promises(self, look: Look) -> QWidget:
        holder = QWidget()
        line = QHBoxLayout(holder)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(44)
        line.addStretch(1)
        for icon, title, sentence in PROMISES:
            second = Label(look, sentence, 13, 400, "text2", wrap=True)
            second.setAlignment(Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignLeft)
            second.setMinimumHeight(look.pixels(40))
            words = column(Label(look, title, 13, 600), second, None, spacing=4)
            part = QWidget()
            part_line = QHBoxLayout(part)
            part_line.setContentsMargins(0, 0, 0, 0)
            part_line.setSpacing(10)
            part_line.addWidget(Promise(look, icon), 0, Qt.AlignmentFlag.AlignTop)
            part_line.addWidget(words, 1)
            part.setMaximumWidth(look.pixels(306))
            line.addWidget(part, 10)
        line.addStretch(1)
        return holder


class StartPage(QWidget):
    """``opened`` gives the key of a contract; the other signals ask for what their names say.

    ``ask`` reads what is recent somewhere and brings it back (the default reads on the spot). Until it is known, the
    page greets without contracts, or shows the first minute where this is the ``first_time``.
    """

    opened = Signal(str)
    open_asked = Signal()
    sample_asked = Signal()
    library_asked = Signal()

    def __init__(
        self, look: Look, source: StartSource, now: Callable[[], datetime], *, ask: Ask = ask_at_once,
        first_time: bool = True,
    ) -> None:  # fmt: skip
        super().__init__()
        self._look, self._source, self._now, self._ask = look, source, now, ask
        self._asked = 0
        self.setAccessibleName("Start")
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        self._pages = QStackedWidget()
        self.first = FirstMinute(look)
        self.first.open_asked.connect(self.open_asked)
        self.first.sample_asked.connect(self.sample_asked)
        self._pages.addWidget(self.first)
        self._scroll = QScrollArea()
        self._scroll.setWidgetResizable(True)
        self._scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._pages.addWidget(self._scroll)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self._pages)
        if not first_time:
            self._show_content(())

    def refresh(self) -> None:
        """Read what is recent anew; an answer to an older question is dropped."""
        self._asked += 1
        number = self._asked

        def show(recent: Sequence[RecentContract]) -> None:
            if number == self._asked:
                self._show(recent)

        self._ask(lambda: list(self._source.recent(CARDS + RECENT)), show)

    def _show(self, recent: Sequence[RecentContract]) -> None:
        if recent:
            self._show_content(recent)
        else:
            self._pages.setCurrentWidget(self.first)

    def _show_content(self, recent: Sequence[RecentContract]) -> None:
        old = self._scroll.takeWidget()
        if old is not None:
            old.deleteLater()
        self._scroll.setWidget(self._content(recent))
        self._pages.setCurrentWidget(self._scroll)

    def is_first_minute(self) -> bool:
        """Whether there is nothing to go on with yet."""
        return self._pages.currentWidget() is self.first

    def _content(self, recent: Sequence[RecentContract]) -> QWidget:
        look, now = self._look, self._now()
        open_button = Button(look, "Open a file…", "primary", "folder")
        open_button.clicked.connect(self.open_asked)
        library = Button(look, "All contracts", "quiet")
        library.clicked.connect(self.library_asked)
        content = QWidget()
        layout = QVBoxLayout(content)
        layout.setContentsMargins(72, 34, 72, 18)
        layout.setSpacing(0)
        layout.addWidget(row(Label(look, greeting(now, self._source.person()), 26, 600), None, open_button))
        layout.addSpacing(4)
        layout.addWidget(Label(look, self._waiting_words(recent), 14, 400, "text2"))
        layout.addSpacing(26)
        layout.addWidget(row(Label(look, "Continue", 14, 600), None, library))
        layout.addSpacing(8)
        if recent:
            layout.addWidget(self._cards(recent[:CARDS], now))
        if recent[CARDS:]:
            layout.addSpacing(28)
            layout.addWidget(Label(look, "Opened before", 14, 600))
            layout.addSpacing(10)
            layout.addWidget(self._rows(recent[CARDS:], now))
        layout.addStretch(1)
        layout.addSpacing(20)
        hint = "Ctrl K finds every contract, clause and command. Type # for a defined term, @ for a clause."
        layout.addWidget(Label(look, hint, 12, 400, "text2"))
        return content

    def _waiting_words(self, recent: Sequence[RecentContract]) -> str:
        """What is known about the recent contracts, and nothing else."""
        contracts = sum(1 for one in recent if one.high)
        findings = sum(one.high for one in recent)
        if not findings:
            return "Everything is on this computer. Go on where you were."
        where = "one of these contracts" if contracts == 1 else f"{contracts} of these contracts"
        return f"{findings} high {'finding is' if findings == 1 else 'findings are'} open in {where}."

    def _cards(self, recent: Sequence[RecentContract], now: datetime) -> QWidget:
        holder = QWidget()
        line = QHBoxLayout(holder)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(16)
        for contract in recent:
            button = ContinueCard(self._look, contract, now)
            button.clicked.connect(lambda checked=False, key=contract.key: self.opened.emit(key))
            line.addWidget(button, 1)
        for _ in range(CARDS - len(recent)):
            line.addStretch(1)
        return holder

    def _rows(self, recent: Sequence[RecentContract], now: datetime) -> QWidget:
        rows = []
        for contract in recent:
            severity, _ = finding_words(contract)
            right = place_and_time(contract, now)
            rows.append(
                Row(contract.key, contract.title, contract.counterparty, right, "document", severity, strong=True)
            )
        shown = RowList(self._look, "Opened before", rows, 40)
        shown.setFixedHeight(shown.content_height() + 2)
        shown.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        shown.opened.connect(self.opened)
        return card(shown, margins=(0, 6, 0, 6))
