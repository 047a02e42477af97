"""The account's place, the indicator, people and conflicts fit the window that will hold them."""

from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from pactoria_desktop.ui.account.indicator import SyncIndicator
from pactoria_desktop.ui.account.place import AccountPlace
from pactoria_desktop.ui.account.values import SyncState, SyncStatus
from pactoria_desktop.ui.sharing.approvals import ActivityPanel, ApprovalsPanel
from pactoria_desktop.ui.sharing.conflicts import ConflictPanel
from pactoria_desktop.ui.sharing.presence import PresenceBar
from pactoria_desktop.ui.theme.look import Look
from tests.ui.accessibility import faults
from tests.ui.account.fakes import NOW, Platform, ago, ports
from tests.ui.screenshots import pictures, settle
from tests.ui.sharing.fakes import ACTIVITY, APPROVALS, CONFLICTS, NOW_TEXT
from tests.ui.sharing.test_presence import PEOPLE
from tests.ui.shell.bench_window import make_bench


def test_all_of_it_stands_in_the_window_and_is_reached(look: Look, qtbot: QtBot) -> None:
    bench = make_bench(look, qtbot)
    window = bench.window
    place = AccountPlace(look, ports(Platform()))
    window.add_place("account", "Account", "person", place, at_bottom=True)
    indicator = SyncIndicator(look, lambda: NOW)
    indicator.show_status(SyncStatus(SyncState.SYNCED, ago(0), questions=1, conflicts=3, server="pactoria.example"))
    indicator.clicked.connect(lambda: (window.show_place("account"), place.show_section("log")))
    window.status.put_network(indicator)
    people = PresenceBar(look)
    people.show_people(PEOPLE)
    window.top.set_right(people)
    conflicts, approvals = ConflictPanel(look, lambda: NOW), ApprovalsPanel(look, lambda: NOW)
    activity = ActivityPanel(look, lambda: NOW)
    conflicts.show_conflicts(CONFLICTS)
    approvals.show_approvals(APPROVALS, NOW_TEXT, may_approve=True)
    activity.show_activity(ACTIVITY, more=False)
    panels = {"approvals": approvals, "activity": activity, "conflicts": conflicts}
    for key, panel in panels.items():
        bench.right.add_page(key, key.capitalize(), panel)
    bench.open("1", "Services agreement")
    settle()
    panes = tuple(window._pane_widgets())
    for key in panels:
        bench.right.show_page(key)
        settle()
        assert faults(window, panes) == []
    assert len(pictures(window, look, "window-conflicts")) == 4
    qtbot.keyClick(indicator, Qt.Key.Key_Space)
    place.refresh()
    settle()
    assert window.place() == "account"
    assert place.section() == "log"
    assert faults(window, panes) == []
    assert place.list.hasFocus() or place.isAncestorOf(window.focusWidget())
    assert len(pictures(window, look, "window-account")) == 4
