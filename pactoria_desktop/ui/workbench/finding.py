"""Finding things: clauses, terms and contracts in the palette, and the words of all contracts on a page."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QStackedWidget, QVBoxLayout, QWidget

from pactoria_desktop.runtime.work import Lane
from pactoria_desktop.ui.shell.palette_sources import RowSource
from pactoria_desktop.ui.theme.look import Look
from pactoria_desktop.ui.widgets.card_list import Card, CardList
from pactoria_desktop.ui.widgets.empty_state import EmptyState
from pactoria_desktop.ui.widgets.layouts import row, rule
from pactoria_desktop.ui.widgets.rows import Row
from pactoria_desktop.ui.widgets.search_field import SearchField
from pactoria_desktop.ui.widgets.text import Label

if TYPE_CHECKING:
    from pactoria_desktop.ui.review.outline import OutlineRow
    from pactoria_desktop.ui.workbench.contract_tab import ContractTab
    from pactoria_desktop.ui.workbench.workbench import Workbench

MOST_HITS = 50
PLACE = "search"


class SearchPage(QWidget):
    """Words in all contracts. ``asked`` gives what is looked for; ``opened`` the contract of a hit."""

    asked = Signal(str)
    opened = Signal(str)

    def __init__(self, look: Look) -> None:
        super().__init__()
        self.setAccessibleName("Search")
        self.field = SearchField(look, "Search the text of all contracts")
        self.field.asked.connect(self.asked)
        self.setFocusProxy(self.field)
        self._count = Label(look, "", 12, 400, "text2", tabular=True)
        self.cards = CardList(look, "Contracts found")
        self.cards.opened.connect(self.opened)
        self.cards.clicked.connect(lambda index: self.opened.emit(self.cards.current_key()))
        self._empty = EmptyState(look, "search", "", "")
        self._pages = QStackedWidget()
        self._pages.addWidget(self._empty)
        self._pages.addWidget(self.cards)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(row(Label(look, "Search", 18, 600), self._count, None, margins=(24, 16, 24, 8), spacing=10))
        layout.addWidget(row(self.field, margins=(24, 0, 24, 12)))
        layout.addWidget(rule())
        layout.addWidget(self._pages, 1)
        self.show_hits("", ())

    def show_hits(self, words: str, cards: Sequence[Card]) -> None:
        """Show the contracts that hold some words."""
        self.cards.set_cards(cards)
        self._count.setText("" if not words else "1 contract" if len(cards) == 1 else f"{len(cards)} contracts")
        if not words:
            self._empty.set_words("Search the words of every contract", "The search runs on this computer.")
        elif not cards:
            self._empty.set_words(f"No contract holds “{words}”", "Words were looked for as they are written.")
        self._pages.setCurrentWidget(self.cards if cards else self._empty)


class Finder:
    """Runs searches for the page and opens what was found at the words."""

    def __init__(self, bench: "Workbench") -> None:
        self._bench = bench
        self._words = ""
        self.page = SearchPage(bench.look)
        bench.window.add_place(PLACE, "Search", "search", self.page, order=25)
        self.page.asked.connect(self.look_for)
        self.page.opened.connect(self._open)

    def search(self, words: str) -> None:
        """Show the page and look for words."""
        self._bench.window.show_place(PLACE)
        self.page.field.setText(words)
        self.look_for(words)

    def look_for(self, words: str) -> None:
        """Look for words in the background; an answer to older words is dropped."""
        words = self._words = words.strip()
        if not words:
            self.page.show_hits("", ())
            return
        service = self._bench.service

        def show(found: list[dict[str, object]]) -> None:
            if words == self._words:
                self.page.show_hits(
                    words,
                    [Card(str(hit["id"]), str(hit["title"]), "", str(hit["excerpt"]), str(hit["counterparty"]))
                     for hit in found],
                )  # fmt: skip

        self._bench.tasks.start(
            self.page, Lane.COMPUTE, "Searching", lambda task: service.search(words, MOST_HITS), on_result=show,
            on_error=self._bench.window.show_error,
        )  # fmt: skip

    def _open(self, contract: str) -> None:
        words = self._words
        if contract:
            self._bench.opening.open_contract(contract, lambda tab: tab.view.when_whole(lambda: tab.find(words)))


def add_palette_sources(bench: "Workbench") -> Finder:
    """Clauses, terms and the full text in the palette; gives the finder behind the full text."""

    def rows_of(tab: "ContractTab | None", which: str) -> Sequence[Row]:
        if tab is None:
            return ()
        found: list[OutlineRow] = tab.outline_rows() if which == "@" else tab.term_rows()
        icon = "outline" if which == "@" else "book"
        return [Row(each.id, each.title, number=each.number, icon=icon) for each in found]

    def on(id: str, which: str) -> None:
        tab = bench.current()
        if tab is not None:
            (tab.go_to_heading if which == "@" else tab.go_to_term)(id)

    palette = bench.window.palette_sheet
    palette.add_source(
        RowSource("Clauses", "@", "a clause", lambda: rows_of(bench.current(), "@"), lambda id: on(id, "@"))
    )
    palette.add_source(
        RowSource("Defined terms", "#", "a defined term", lambda: rows_of(bench.current(), "#"), lambda id: on(id, "#"))
    )
    finder = Finder(bench)
    palette.full_text = finder.search
    return finder
