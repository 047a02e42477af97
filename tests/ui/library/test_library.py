"""The library stays quick with 100,000 contracts, answers by keyboard, and says why a list is empty or a file
refused."""

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from PySide6.QtCore import QAbstractItemModel, QPoint, QSortFilterProxyModel, Qt
from PySide6.QtGui import QContextMenuEvent
from PySide6.QtWidgets import QApplication, QLabel, QMenu
from pytestqt.qtbot import QtBot

from pactoria_desktop.ui.library.folders import FolderTree
from pactoria_desktop.ui.library.import_results import summary
from pactoria_desktop.ui.library.model import KEPT_WINDOWS, WINDOW, ContractModel
from pactoria_desktop.ui.library.screen import LibraryScreen
from pactoria_desktop.ui.library.start_page import ContinueCard, StartPage
from pactoria_desktop.ui.library.values import Column, FolderRow, ImportLine, ImportState, ListQuery
from pactoria_desktop.ui.library.when import greeting, spoken_instant
from pactoria_desktop.ui.theme.look import Look
from pactoria_desktop.ui.widgets.buttons import Button
from tests.ui.accessibility import faults, focusable, visible_texts_clipped
from tests.ui.library.fakes import NOW, MemoryLibrary, MemoryStart
from tests.ui.screenshots import pictures, settle

MANY = 100_000


def show(look: Look, qtbot: QtBot, size: int) -> tuple[LibraryScreen, MemoryLibrary]:
    library = MemoryLibrary(size)
    screen = LibraryScreen(look, library, lambda: NOW)
    qtbot.addWidget(screen)
    screen.resize(1376, 830)
    screen.refresh()
    screen.show()
    settle()
    return screen, library


def test_a_hundred_thousand_contracts_are_shown_and_scrolled_without_waiting(look: Look, qtbot: QtBot) -> None:
    library = MemoryLibrary(MANY)
    screen = LibraryScreen(look, library, lambda: NOW)
    qtbot.addWidget(screen)
    screen.resize(1376, 830)
    started = time.thread_time()
    screen.refresh()
    screen.show()
    screen.grab()
    first = time.thread_time() - started
    settle()
    bar, before = screen.table.verticalScrollBar(), library.windows
    jumps = []
    for step in range(60):
        started = time.thread_time()
        bar.setValue(bar.maximum() * ((step * 37) % 61) // 61)
        screen.table.viewport().grab()
        jumps.append(time.thread_time() - started)
    print(f"first paint {first * 1000:.0f} ms (budget 100), jumps worst {max(jumps) * 1000:.0f} ms (budget 50)")
    assert first < 1.0
    assert sorted(jumps)[len(jumps) // 2] < 0.15
    assert 40 < library.windows - before < 200


def test_rows_are_fetched_in_windows_and_few_are_kept() -> None:
    library = MemoryLibrary(MANY)
    model = ContractModel(library.window, lambda: NOW)
    model.set_numbers(library.rows(ListQuery()))
    for row in range(0, MANY, WINDOW):
        assert model.row_at(row) is not None
    assert library.windows == -(-MANY // WINDOW)
    assert len(model._windows) == KEPT_WINDOWS
    assert isinstance(model, QAbstractItemModel)
    assert not isinstance(model, QSortFilterProxyModel)


def test_a_contract_that_is_gone_leaves_an_empty_row_and_no_error(look: Look, qtbot: QtBot) -> None:
    screen, library = show(look, qtbot, 12)
    library.gone = {0, 3}
    screen.refresh_rows()
    settle()
    screen.grab()
    screen.table.selectAll()
    assert len(screen.selected_keys()) == 10


def test_typing_searches_and_down_enter_opens(look: Look, qtbot: QtBot) -> None:
    screen, _ = show(look, qtbot, 60)
    opened: list[str] = []
    screen.opened.connect(opened.append)
    screen.activateWindow()
    screen.search.setFocus()
    qtbot.keyClicks(screen.search, "lease 9")
    qtbot.keyClick(screen.search, Qt.Key.Key_Return)
    assert screen.query.words == "lease 9"
    assert screen.contracts.rowCount() == 1
    qtbot.keyClick(screen.search, Qt.Key.Key_Down)
    qtbot.keyClick(screen.table, Qt.Key.Key_Return)
    assert opened == ["c8"]


def test_filters_folders_tags_and_order_hold_together(look: Look, qtbot: QtBot) -> None:
    screen, _ = show(look, qtbot, 60)
    chip = screen.filters.findChildren(Button)[1]
    chip.click()
    screen.tree.choose("tag", "Urgent")
    assert screen.query.statuses == ("In review",)
    assert screen.query.tag == "Urgent"
    head = screen.table.horizontalHeader()
    head.sectionClicked.emit(0)
    assert (screen.query.order, screen.query.descending) == (Column.TITLE, False)
    head.sectionClicked.emit(0)
    assert screen.query.descending
    words = screen.contracts.headerData(0, Qt.Orientation.Horizontal, int(Qt.ItemDataRole.AccessibleTextRole))
    assert words == "Title, sorted descending"
    screen.tree.choose("folder", "f1")
    assert (screen.query.folder, screen.query.tag) == ("f1", "")
    titles = [label.text() for label in screen.findChildren(QLabel)]
    assert "Halden Marine Systems" in titles


def test_an_answer_to_an_older_question_is_dropped(look: Look, qtbot: QtBot) -> None:
    waiting: list[Callable[[], None]] = []
    library = MemoryLibrary(60)

    def ask(question: Callable[[], Any], answer: Callable[[Any], None]) -> None:
        waiting.append(lambda: answer(question()))

    screen = LibraryScreen(look, library, lambda: NOW, ask=ask)
    qtbot.addWidget(screen)
    screen.ask_for(words="lease 9")
    screen.ask_for(words="")
    waiting[1]()
    assert screen.contracts.rowCount() == 60
    waiting[0]()
    assert screen.contracts.rowCount() == 60


@pytest.mark.parametrize(
    ("size", "words", "fact"),
    [(0, "", "No contracts yet"), (9, "zzz", "Nothing found for “zzz”")],
)
def test_an_empty_list_says_why(look: Look, qtbot: QtBot, size: int, words: str, fact: str) -> None:
    screen, _ = show(look, qtbot, size)
    if words:
        screen.ask_for(words=words)
    assert screen._empty.accessibleName().startswith(fact)
    added: list[bool] = []
    screen.add_asked.connect(lambda: added.append(True))
    screen._empty.acted.emit()
    assert (bool(added), screen.contracts.rowCount()) == (size == 0, size)


def test_the_context_menu_opens_by_keyboard_on_the_chosen_row(look: Look, qtbot: QtBot) -> None:
    library, filled = MemoryLibrary(9), []

    def fill(menu: QMenu) -> None:
        filled.append(screen.selected_keys())
        menu.addAction("Rename…")

    screen = LibraryScreen(look, library, lambda: NOW, fill_menu=fill)
    qtbot.addWidget(screen)
    screen.refresh()
    screen.show()
    settle()
    screen.table.selectRow(2)
    event = QContextMenuEvent(QContextMenuEvent.Reason.Keyboard, QPoint(0, 0), QPoint(0, 0))
    screen.table.contextMenuEvent(event)
    assert filled == [("c2",)]
    popup = QApplication.activePopupWidget()
    assert popup is not None
    assert [action.text() for action in popup.actions()] == ["Rename…"]
    popup.close()


def test_folders_in_a_ring_or_without_a_parent_are_all_shown(look: Look, qtbot: QtBot) -> None:
    tree = FolderTree(look)
    qtbot.addWidget(tree)
    rings = (FolderRow("a", "A", "b"), FolderRow("b", "B", "a"), FolderRow("c", "C", "lost"), FolderRow("d", "D", "c"))
    tree.show_nodes(4, rings, ())
    assert {node.title for node in tree.nodes() if node.kind == "folder"} == {"A", "B", "C", "D"}
    tree.choose("folder", "d")
    tree.show_nodes(4, rings[:3], ())
    node = tree.node()
    assert node is not None
    assert node.kind == "all"


def test_each_refused_file_shows_its_reason_and_nothing_is_overlooked(look: Look, qtbot: QtBot) -> None:
    screen, _ = show(look, qtbot, 9)
    lines = [ImportLine(f"{n}.docx", ImportState.ADDED, key=f"c{n}") for n in range(3)]
    reason = "This PDF is a scan without text; nothing was added."
    lines.append(ImportLine("scan.pdf", ImportState.REFUSED, reason))
    screen.imports.show_lines([*lines, ImportLine("late.docx", ImportState.WAITING)])
    assert not screen.imports._cancel.isHidden()
    screen.imports.show_lines(lines)
    assert screen.imports.cards.cards()[0].detail == reason
    assert summary(lines) == "4 of 4 files read: 3 added, 1 not added."
    opened: list[str] = []
    screen.opened.connect(opened.append)
    screen.imports.cards.set_current("0")
    qtbot.keyClick(screen.imports.cards, Qt.Key.Key_Return)
    screen.imports.cards.set_current("2")
    qtbot.keyClick(screen.imports.cards, Qt.Key.Key_Return)
    assert opened == ["c1"]


def test_the_screens_are_named_reached_and_not_clipped(look: Look, qtbot: QtBot) -> None:
    screen, _ = show(look, qtbot, 40)
    assert len(focusable(screen)) >= 6
    assert faults(screen) == []
    for size in (0, 9):
        page = StartPage(look, MemoryStart(size), lambda: NOW)
        qtbot.addWidget(page)
        page.resize(1376, 830)
        page.show()
        settle()
        assert faults(page) == []
        assert visible_texts_clipped(page) == []


def test_the_start_page_begins_with_a_drawing_and_goes_on_with_contracts(look: Look, qtbot: QtBot) -> None:
    source = MemoryStart(0)
    page = StartPage(look, source, lambda: NOW)
    qtbot.addWidget(page)
    assert page.is_first_minute()
    asked: list[str] = []
    page.open_asked.connect(lambda: asked.append("open"))
    page.sample_asked.connect(lambda: asked.append("sample"))
    for button in page.first.findChildren(Button):
        button.click()
    assert asked == ["open", "sample"]
    source.size = 9
    page.refresh()
    assert not page.is_first_minute()
    cards = page.findChildren(ContinueCard)
    assert cards[0].accessibleName() == (
        "Services agreement, Corvane Freight, 2 high findings, Clause 11.2, 4 minutes ago"
    )
    opened: list[str] = []
    page.opened.connect(opened.append)
    qtbot.keyClick(cards[1], Qt.Key.Key_Space)
    assert opened == ["c1"]


def test_the_screens_are_drawn_in_every_theme(look: Look, qtbot: QtBot) -> None:
    screen, _ = show(look, qtbot, 40)
    assert len(pictures(screen, look, "library")) == 4
    page = StartPage(look, MemoryStart(9), lambda: NOW)
    qtbot.addWidget(page)
    assert len(pictures(page, look, "start")) == 4


def test_instants_are_said_as_a_person_says_them() -> None:
    def said(**ago: float) -> str:
        return spoken_instant(int((NOW - timedelta(**ago)).timestamp() * 1000), NOW, UTC)

    assert said(seconds=20) == "just now"
    assert said(minutes=1) == "1 minute ago"
    assert said(minutes=59) == "59 minutes ago"
    assert said(hours=3) == "6:30"
    assert said(hours=12) == "yesterday"
    assert said(days=3) == "Thursday"
    assert said(days=30) == "23 October"
    assert said(days=400) == "18 October 2025"
    assert said(hours=-5) == "22 November"
    assert spoken_instant(0, NOW) == spoken_instant(10**19, NOW) == ""


def test_the_greeting_follows_the_hour_and_needs_no_name() -> None:
    assert greeting(datetime(2026, 11, 22, 5, tzinfo=UTC), "Ines Falk") == "Good morning, Ines"
    assert greeting(datetime(2026, 11, 22, 13, tzinfo=UTC), " ") == "Good afternoon"
    assert greeting(datetime(2026, 11, 22, 23, tzinfo=UTC), "") == "Good evening"
