"""The library: folders and tags at the left, search and filters above, the list of contracts."""

from collections.abc import Callable, Sequence
from datetime import datetime

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QFocusEvent
from PySide6.QtWidgets import QHBoxLayout, QMenu, QSplitter, QStackedWidget, QVBoxLayout, QWidget

from pactoria_desktop.ui.library.folders import FolderTree, Node
from pactoria_desktop.ui.library.import_results import ImportResults
from pactoria_desktop.ui.library.model import ContractModel
from pactoria_desktop.ui.library.table import ContractTable
from pactoria_desktop.ui.library.values import (
    Ask,
    Column,
    Counted,
    FolderRow,
    LibrarySource,
    ListQuery,
    ask_at_once,
)
from pactoria_desktop.ui.theme.look import Look
from pactoria_desktop.ui.widgets.buttons import Button
from pactoria_desktop.ui.widgets.chips import Chip, ChipRow
from pactoria_desktop.ui.widgets.empty_state import EmptyState
from pactoria_desktop.ui.widgets.layouts import column as box
from pactoria_desktop.ui.widgets.layouts import row, rule
from pactoria_desktop.ui.widgets.search_field import SearchField
from pactoria_desktop.ui.widgets.text import Label

ASCENDING_FIRST = (Column.TITLE, Column.COUNTERPARTY, Column.STATUS, Column.TAGS)


def nothing_in(menu: QMenu) -> None:
    """No commands for the context menu."""


class LibraryScreen(QWidget):
    """``opened`` gives the key of a contract to open; ``add_asked`` asks for files to add; ``chosen`` the keys chosen.

    ``ask`` runs a question about the list somewhere and brings the answer back (the default asks on the spot); an
    answer
    to an older question is dropped. ``fill_menu`` fills the context menu of the chosen contracts.
    """

    opened = Signal(str)
    add_asked = Signal()
    chosen = Signal(tuple)

    def __init__(
        self,
        look: Look,
        source: LibrarySource,
        now: Callable[[], datetime],
        *,
        ask: Ask = ask_at_once,
        fill_menu: Callable[[QMenu], None] = nothing_in,
    ) -> None:
        super().__init__()
        self._look, self._source, self._ask = look, source, ask
        self.setAccessibleName("Library")
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        self._query = ListQuery()
        self._asked = self._refreshed = 0
        self.contracts = ContractModel(source.window, now)
        self.table = ContractTable(look, self.contracts, fill_menu)
        self.tree = FolderTree(look)
        self.search = SearchField(look, "Search titles and parties")
        self.filters = ChipRow(look, "Status", (), exclusive=False)
        self.imports = ImportResults(look)
        self.imports.opened.connect(self.opened)
        self._title = Label(look, "All contracts", 18, 600)
        self._count = Label(look, "", 12, 400, "text2", tabular=True)
        self._add = Button(look, "Add files…", "primary", "import")
        self._add.clicked.connect(self.add_asked)
        self._empty = EmptyState(look, "inbox", "No contracts here")
        self._empty.acted.connect(self._on_empty_action)
        self._pages = QStackedWidget()
        self._pages.addWidget(self.table)
        self._pages.addWidget(self._empty)
        self._build()
        self.search.asked.connect(lambda words: self.ask_for(words=words.strip()))
        self.search.left.connect(self.focus_list)
        self.filters.chosen.connect(lambda keys: self.ask_for(statuses=keys))
        self.tree.chosen.connect(self._on_node)
        self.table.opened.connect(self.opened)
        self.table.sort_asked.connect(self._on_sort)
        self.table.chosen.connect(lambda: self.chosen.emit(self.table.selected_keys()))

    def _build(self) -> None:
        head = row(self._title, self._count, None, self._add, margins=(24, 16, 24, 8), spacing=10)
        tools = QWidget()
        line = QHBoxLayout(tools)
        line.setContentsMargins(24, 0, 24, 12)
        line.setSpacing(16)
        line.addWidget(self.search, 2)
        line.addWidget(self.filters, 3)
        list_side = QWidget()
        column = QVBoxLayout(list_side)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        for part in (head, tools):
            column.addWidget(part)
        column.addWidget(self._pages, 1)
        column.addWidget(self.imports)
        tree_side = QWidget()
        tree_line = QHBoxLayout(tree_side)
        tree_line.setContentsMargins(0, 0, 0, 0)
        tree_line.setSpacing(0)
        tree_line.addWidget(box(self.tree, margins=(0, 12, 0, 0)), 1)
        tree_line.addWidget(rule(vertical=True))
        splitter = QSplitter(Qt.Orientation.Horizontal)
        splitter.setHandleWidth(1)
        splitter.setChildrenCollapsible(False)
        splitter.addWidget(tree_side)
        splitter.addWidget(list_side)
        splitter.setStretchFactor(1, 1)
        splitter.setSizes([self._look.pixels(248), 1000])
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(splitter)

    # -- asking
    # ---------------------------------------------------------------------------------------------------------

    @property
    def query(self) -> ListQuery:
        """Which contracts are shown."""
        return self._query

    def refresh(self) -> None:
        """Read the library anew: folders, tags, statuses, list."""
        self.ask_for()
        source = self._source
        self._refreshed += 1
        number = self._refreshed

        def show(found: tuple[int, Sequence[FolderRow], Sequence[Counted], Sequence[Counted]]) -> None:
            if number == self._refreshed:
                self._show_kinds(*found)

        self._ask(lambda: (source.count(), source.folders(), source.tags(), source.statuses()), show)

    def _show_kinds(
        self, count: int, folders: Sequence[FolderRow], tags: Sequence[Counted], statuses: Sequence[Counted]
    ) -> None:
        """Show by what the list can be narrowed."""
        self.tree.show_nodes(count, folders, tags)
        named = [one for one in statuses if one.name]
        self.filters.set_chips([Chip(one.name, one.title or one.name, one.contracts) for one in named])
        self.filters.setVisible(len(named) > 1)

    def refresh_rows(self) -> None:
        """Some contract changed in place: show its row anew without another list."""
        self.contracts.forget_rows()

    def ask_for(
        self,
        *,
        words: str | None = None,
        statuses: tuple[str, ...] | None = None,
        node: Node | None = None,
        order: Column | None = None,
        descending: bool | None = None,
    ) -> None:
        """Show the list with other conditions; those not given stay."""
        before = self._query
        query = ListQuery(
            words=before.words if words is None else words,
            folder=before.folder if node is None else (node.key if node.kind == "folder" else ""),
            tag=before.tag if node is None else (node.key if node.kind == "tag" else ""),
            statuses=before.statuses if statuses is None else statuses,
            trashed=before.trashed if node is None else node.kind == "trash",
            order=before.order if order is None else order,
            descending=before.descending if descending is None else descending,
        )
        self._query = query
        self._asked += 1
        number = self._asked
        self._ask(lambda: self._source.rows(query), lambda rows: self._answered(number, query, rows))

    def _answered(self, number: int, query: ListQuery, rows: Sequence[int]) -> None:
        if number != self._asked:
            return
        self.contracts.set_order(query.order, query.descending)
        self.contracts.set_numbers(rows)
        self._count.setText("1 contract" if len(rows) == 1 else f"{len(rows):,} contracts")
        if rows:
            self.table.setCurrentIndex(self.contracts.index(0, 0))
            self.table.clearSelection()
            self._pages.setCurrentWidget(self.table)
            return
        if query.words or query.statuses:
            sought = f" for “{query.words}”" if query.words else ""
            self._empty.set_words(f"Nothing found{sought}", "Titles and parties were searched.", "Show all contracts")
        elif query.trashed:
            self._empty.set_words("The trash is empty")
        elif query.folder or query.tag:
            self._empty.set_words("No contracts here", "", "Show all contracts")
        else:
            self._empty.set_words(
                "No contracts yet", "Drop Word or PDF files on this window; they stay on this computer.", "Add files…"
            )
        self._pages.setCurrentWidget(self._empty)

    def _on_empty_action(self) -> None:
        query = self._query
        if query.words or query.statuses or query.folder or query.tag or query.trashed:
            self.show_all()
        else:
            self.add_asked.emit()

    def show_all(self) -> None:
        """No conditions."""
        self.search.blockSignals(True)
        self.search.clear()
        self.search.blockSignals(False)
        self.filters.set_keys(())
        self._query = ListQuery(order=self._query.order, descending=self._query.descending)
        self.tree.choose("all")
        self.ask_for()

    def _on_node(self, node: Node) -> None:
        self._title.setText(node.title)
        self.ask_for(node=node)

    def _on_sort(self, column: Column) -> None:
        same = column is self._query.order
        descending = not self._query.descending if same else column not in ASCENDING_FIRST
        self.ask_for(order=column, descending=descending)

    def selected_keys(self) -> tuple[str, ...]:
        """The keys of the chosen contracts."""
        return self.table.selected_keys()

    def focusInEvent(self, event: QFocusEvent) -> None:
        """The focus goes on into the list, or to the search field while there is no list."""
        super().focusInEvent(event)
        (self.table if self.contracts.rowCount() else self.search).setFocus()

    def focus_list(self) -> None:
        """Put the focus into the list."""
        if self.contracts.rowCount():
            self.table.setFocus(Qt.FocusReason.TabFocusReason)
