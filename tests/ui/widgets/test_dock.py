"""A dock with more pages than its width has room for."""

import pytest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from pactoria_desktop.ui.theme.look import Look
from pactoria_desktop.ui.widgets.dock import Dock
from tests.ui.accessibility import faults
from tests.ui.screenshots import settle

PAGES = ("Findings", "Changes", "Versions", "Approvals", "Activity")


@pytest.fixture
def dock(look: Look, qtbot: QtBot) -> Dock:
    found = Dock(look, "review", "Review", 330)
    qtbot.addWidget(found)
    for title in PAGES:
        found.add_page(title.lower(), title, QWidget())
    found.resize(330, 400)
    found.show()
    settle()
    return found


def tabs(dock: Dock) -> list[str]:
    bar = dock._tabs
    return [bar.tabText(at) for at in range(bar.count()) if bar.isTabVisible(at)]


def test_every_page_has_a_tab_or_a_line_in_the_menu_and_no_tab_is_cut(dock: Dock) -> None:
    for width in (900, 420, 346, 330, 260, 180):
        dock.resize(width, 400)
        settle()
        hidden = [title for title in PAGES if title.lower() in dock.hidden_pages()]
        assert sorted([*tabs(dock), *hidden]) == sorted(PAGES)
        assert dock.more.isVisible() == bool(hidden), width
        assert dock._tabs.sizeHint().width() <= dock._tabs.width() + 1 or len(tabs(dock)) == 1, width
        assert dock._tabs.geometry().right() < dock.close_button.geometry().left(), width
        assert faults(dock) == []
    dock.resize(900, 400)
    settle()
    assert tabs(dock) == list(PAGES)


def test_a_page_of_the_menu_is_shown_and_its_tab_is_there_then(dock: Dock) -> None:
    assert dock.hidden_pages() == ("approvals", "activity")
    menu = dock.open_menu()
    assert [one.text() for one in menu.actions()] == ["Approvals", "Activity"]
    menu.actions()[1].trigger()
    menu.close()
    assert dock.current_page() == "activity"
    assert tabs(dock)[-1] == "Activity"
    assert len(tabs(dock)) == 3
    assert set(dock.hidden_pages()) == {"versions", "approvals"}


def test_what_is_put_away_is_neither_a_tab_nor_in_the_menu(dock: Dock) -> None:
    for page in ("approvals", "activity"):
        dock.set_page_shown(page, False)
    assert tabs(dock) == ["Findings", "Changes", "Versions"]
    assert dock.hidden_pages() == ()
    assert not dock.more.isVisible()
    assert not dock.is_page_shown("activity")
    dock.set_page_shown("activity", True)
    assert dock.is_page_shown("activity")
