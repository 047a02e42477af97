"""The window: places, tabs, docks, panes, errors and session do what their names say, by keyboard too."""

import json
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QApplication, QPlainTextEdit, QTabBar
from pytestqt.qtbot import QtBot

from pactoria_desktop.ui.shell.errors import UNKNOWN, ErrorDialog, describe
from pactoria_desktop.ui.shell.session import SessionState, session_from_json
from pactoria_desktop.ui.shell.status_bar import sent_words
from pactoria_desktop.ui.theme.look import Look
from pactoria_desktop.ui.widgets.dock import Dock
from pactoria_desktop.ui.widgets.rows import Row, RowList
from tests.ui.accessibility import faults, focusable
from tests.ui.screenshots import pictures, settle
from tests.ui.shell.bench_window import Bench, make_bench


@pytest.fixture
def bench(look: Look, qtbot: QtBot) -> Bench:
    return make_bench(look, qtbot)


def test_everything_in_the_window_is_named_and_reached_by_keyboard(bench: Bench, look: Look) -> None:
    bench.open("1", "Services agreement")
    bench.open("2", "Processing addendum")
    settle()
    panes = tuple(bench.window._pane_widgets())
    assert len(focusable(bench.window)) > 10
    assert faults(bench.window, panes) == []
    bench.window.show_place("start")
    assert faults(bench.window, panes) == []


def test_docks_belong_to_the_contracts_and_come_back(bench: Bench) -> None:
    assert bench.left.isHidden()
    assert bench.right.isHidden()
    bench.open("1", "Services agreement")
    assert bench.left.isVisible()
    bench.left.close()
    bench.window.show_place("start")
    assert bench.right.isHidden()
    bench.window.show_place("contracts")
    assert bench.right.isVisible()
    assert bench.left.isHidden()
    bench.registry.run("view.reset_layout")
    assert bench.left.isVisible()


def test_docks_that_share_a_place_have_named_tabs(bench: Bench, look: Look) -> None:
    third = Dock(look, "changes", "Changes", 322)
    third.add_page("changes", "Changes", RowList(look, "Changes", (Row("a", "A change"),)))
    bench.window.add_dock(third, Qt.DockWidgetArea.RightDockWidgetArea, beside=bench.right)
    bench.open("1", "Services agreement")
    settle()
    tabs = bench.window.findChildren(QTabBar, options=Qt.FindChildOption.FindDirectChildrenOnly)
    assert [bar.accessibleName() for bar in tabs] == ["Panels in one place"]
    assert faults(bench.window, tuple(bench.window._pane_widgets())) == []


def test_a_double_click_on_the_tab_row_hides_the_docks_and_brings_them_back(bench: Bench, qtbot: QtBot) -> None:
    bench.open("1", "Services agreement")
    row = bench.window.documents._row
    qtbot.mouseDClick(row, Qt.MouseButton.LeftButton, pos=QPoint(row.width() - 40, 10))
    assert not bench.window.panels_shown()
    qtbot.mouseDClick(row, Qt.MouseButton.LeftButton, pos=QPoint(row.width() - 40, 10))
    assert bench.left.isVisible()
    assert bench.right.isVisible()


def test_tabs_open_step_and_close(bench: Bench, qtbot: QtBot) -> None:
    closed: list[str] = []
    bench.window.close_asked.connect(closed.append)
    bench.window.close_asked.connect(bench.window.close_document)
    page = bench.open("1", "Services & supply agreement")
    bench.open("2", "Processing addendum")
    assert bench.window.windowTitle().startswith("Processing addendum")
    assert bench.window.documents.tabs.tabText(0) == "Services && supply agreement"
    bench.window.open_document("1", "again", page)
    assert bench.window.documents.open_keys() == ("1", "2")
    qtbot.keyClick(page, Qt.Key.Key_Tab, Qt.KeyboardModifier.ControlModifier)
    current = bench.window.documents.current()
    assert current is not None
    assert current.key == "2"
    bench.registry.run("file.close_contract")
    bench.registry.run("file.close_contract")
    assert closed == ["2", "1"]
    assert bench.window.place() == "start"
    assert not bench.registry.action("file.close_contract").isEnabled()


def test_f6_walks_the_panes_in_reading_order_and_escape_returns_to_the_text(bench: Bench, qtbot: QtBot) -> None:
    page = bench.open("1", "Services agreement")
    page.setFocus()
    visited = []
    for _ in range(7):
        focus = QApplication.focusWidget()
        qtbot.keyClick(focus, Qt.Key.Key_F6)
        now = QApplication.focusWidget()
        visited.append(
            next(i for i, pane in enumerate(bench.window._pane_widgets()) if pane is now or pane.isAncestorOf(now))
        )
    assert visited[:5] == [4, 5, 0, 1, 2]
    assert visited[5:] == [3, 4]
    bench.right.pages.currentWidget().setFocus()
    qtbot.keyClick(bench.right.pages.currentWidget(), Qt.Key.Key_Escape)
    assert QApplication.focusWidget() is page
    qtbot.keyClick(page, Qt.Key.Key_F6, Qt.KeyboardModifier.ShiftModifier)
    assert bench.left.isAncestorOf(QApplication.focusWidget())


def test_the_themes_are_switched_by_command(bench: Bench, look: Look) -> None:
    assert not bench.registry.action("view.white_page").isEnabled()
    bench.registry.run("view.theme_dark")
    assert look.theme.name == "dark"
    assert bench.registry.action("view.theme_dark").isChecked()
    bench.registry.run("view.white_page")
    assert look.page_theme.name == "light"
    assert bench.window.session().theme == "dark"


def test_the_status_says_offline_and_what_was_sent_in_words(bench: Bench) -> None:
    assert bench.window.status.network.accessibleName() == "Offline"
    assert bench.window.status.sent.words == "0 bytes sent"
    bench.window.status.set_places(("Clause 11.2", "14,208 words"))
    bench.window.status.set_places(("Clause 12",))
    assert sent_words(1) == "1 byte sent"
    assert sent_words(2100) == "2.1 kB sent"
    assert sent_words(3_400_000_000_000) == "3400.0 GB sent"


def test_files_dropped_on_the_window_are_handed_on(bench: Bench, tmp_path: Path) -> None:
    heard: list[list[Path]] = []
    bench.window.files_dropped.connect(heard.append)
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(tmp_path / "a.docx")), QUrl("https://example.org/b.docx")])
    action, none, left = Qt.DropAction.CopyAction, Qt.KeyboardModifier.NoModifier, Qt.MouseButton.LeftButton
    bench.window.dragEnterEvent(QDragEnterEvent(QPoint(9, 9), action, data, left, none))
    assert bench.window._drop_sheet.isVisible()
    bench.window.dropEvent(QDropEvent(QPointF(9, 9), action, data, left, none))
    assert heard == [[tmp_path / "a.docx"]]
    assert bench.window._drop_sheet.isHidden()


class RefusedError(Exception):
    """A typed error as the program's parts raise them."""

    sentence = "This file could not be read: it is not a Word file."


def test_an_expected_error_is_one_sentence_and_a_fault_shows_details(bench: Bench, qtbot: QtBot) -> None:
    bench.window.show_error(RefusedError("inner"))
    assert bench.window.banner.sentence == RefusedError.sentence
    bench.window.show_error(KeyError("x"))
    dialog = bench.window.findChild(ErrorDialog)
    assert dialog is not None
    assert describe(KeyError("x")).sentence == UNKNOWN
    box = dialog.findChild(QPlainTextEdit)
    assert box.isHidden()
    dialog.details_button.click()
    assert "KeyError" in box.toPlainText()
    assert not box.isHidden()
    assert faults(dialog) == []
    dialog.close_button.click()


def test_a_session_comes_back_as_it_was(bench: Bench, look: Look, qtbot: QtBot) -> None:
    page = bench.open("1", "Services agreement")
    cursor = page.textCursor()
    cursor.setPosition(7)
    page.setTextCursor(cursor)
    bench.right.close()
    heard: list[SessionState] = []
    bench.window.closing.connect(heard.append)
    bench.registry.run("view.theme_dark")
    bench.window.close()
    state = session_from_json(json.loads(json.dumps(heard[0].to_json())))
    assert state == heard[0]
    assert state.documents[0].view == {"caret": 7}
    look.set_theme("light")
    again = make_bench(look, qtbot)
    again.open("1", "Services agreement")
    again.window.restore(state)
    assert again.window.place() == "contracts"
    assert again.right.isHidden()
    assert again.left.isVisible()
    assert look.theme.name == "dark"


@pytest.mark.parametrize(
    "data",
    [None, [], "x", {"geometry": "!!", "documents": [1, {"key": 5}, {"key": "a", "view": 3}], "recent_commands": 4}],
)
def test_a_broken_session_never_stops_a_start(data: object, bench: Bench) -> None:
    state = session_from_json(data)
    assert state.geometry == b""
    bench.window.restore(state)
    bench.window.restore(
        SessionState(place="nowhere", geometry=b"junk", docks=b"junk", theme="pink", recent_commands=("no.such",))
    )
    assert bench.window.place() == "start"


def test_the_window_is_drawn_in_every_theme(bench: Bench, look: Look) -> None:
    bench.open("1", "Services agreement")
    found = pictures(bench.window, look, "window")
    assert found["window-200"].height() == 1800


def test_a_small_window_and_large_text_still_fit(bench: Bench, look: Look) -> None:
    look.set_text_scale(1.5)
    bench.open("1", "Services agreement")
    bench.window.resize(1200, 760)
    settle()
    finder = bench.window.top.finder
    assert finder.width() >= 150
    assert bench.window.menus.width() >= bench.window.menus.sizeHint().width()
    assert finder.geometry().right() < bench.window.width()
    assert bench.window.status.height() >= look.pixels(26)
