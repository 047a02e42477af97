"""The foot of the window says in words how sync stands, what is safe, and what needs the person."""

from dataclasses import replace
from datetime import UTC

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from pactoria_desktop.ui.account.indicator import SyncIndicator
from pactoria_desktop.ui.account.saying import sync_explanation, sync_words
from pactoria_desktop.ui.account.values import SyncState, SyncStatus
from pactoria_desktop.ui.shell.status_bar import StatusBar
from pactoria_desktop.ui.shell.tasks import BackgroundTasks
from pactoria_desktop.ui.theme.look import Look
from tests.ui.accessibility import faults
from tests.ui.account.fakes import DAY, MINUTE, NOW, ago
from tests.ui.screenshots import pictures, settle

SERVER = "pactoria.northgate.example"
SAID = (
    (SyncStatus(), "Offline"),
    (SyncStatus(SyncState.SYNCED, ago(0), server=SERVER), "Synced 10:42"),
    (SyncStatus(SyncState.SYNCED, ago(DAY), server=SERVER), "Synced 21 November 10:42"),
    (SyncStatus(SyncState.WAITING, ago(0), 1, server=SERVER), "1 change waits"),
    (SyncStatus(SyncState.SENDING, ago(0), 12, server=SERVER), "Sending 12 changes"),
    (SyncStatus(SyncState.SENDING, ago(0), server=SERVER), "Receiving"),
    (SyncStatus(SyncState.OFFLINE, ago(157 * MINUTE), 12, server=SERVER), "Offline since 8:05, 12 changes wait"),
    (SyncStatus(SyncState.OFFLINE, server=SERVER), "Offline"),
    (SyncStatus(SyncState.STOPPED, ago(0), 2, server=SERVER, reason="Why."), "Sync stopped, 2 changes wait"),
    (
        SyncStatus(SyncState.SYNCED, ago(0), 0, 2, 1, 3, SERVER),
        "Synced 10:42, 1 question for you, 2 conflicts, 3 changes not accepted",
    ),
    (SyncStatus(SyncState.SIGNED_OUT, 0, 3, server=SERVER), "Signed out, 3 changes wait"),
)


@pytest.mark.parametrize(("status", "words"), SAID, ids=[words for _, words in SAID])
def test_sync_is_said_in_words(status: SyncStatus, words: str) -> None:
    assert sync_words(status, NOW, UTC) == words


def test_the_sentences_behind_it_say_what_is_safe() -> None:
    for state in SyncState:
        sentence = sync_explanation(SyncStatus(state, ago(0), 2, 1, server=SERVER), NOW, UTC)
        assert sentence.endswith(("1 conflict.",))
        assert sentence[0].isupper()
    offline = sync_explanation(SyncStatus(SyncState.OFFLINE, ago(0), 2, server=SERVER), NOW, UTC)
    assert "Your work is kept here" in offline
    sending, receiving = (
        sync_explanation(SyncStatus(SyncState.SENDING, ago(0), waiting, server=SERVER), NOW, UTC) for waiting in (2, 0)
    )
    assert sending.startswith(f"Changes go to {SERVER}")
    assert receiving.startswith(f"Changes come from {SERVER}")
    assert "opens no connection" in sync_explanation(SyncStatus(), NOW, UTC)


def test_the_indicator_is_spoken_reached_by_keyboard_and_opens_the_panel(look: Look, qtbot: QtBot) -> None:
    indicator = SyncIndicator(look, lambda: NOW)
    qtbot.addWidget(indicator)
    indicator.show()
    plain = indicator.sizeHint().width()
    indicator.show_status(SyncStatus(SyncState.SYNCED, ago(0), questions=1, server=SERVER))
    assert indicator.accessibleName() == f"Sync: {indicator.words}"
    assert "1 question for you" in indicator.toolTip() == indicator.accessibleDescription()
    assert indicator.sizeHint().width() > plain
    assert indicator.sizeHint().height() >= 24
    assert faults(indicator.window()) == []
    with qtbot.waitSignal(indicator.clicked, timeout=1000):
        qtbot.keyClick(indicator, Qt.Key.Key_Space)


def test_what_needs_the_person_has_a_shape_and_not_only_a_colour(look: Look, qtbot: QtBot) -> None:
    def drawn(status: SyncStatus) -> bytes:
        indicator = SyncIndicator(look, lambda: NOW)
        qtbot.addWidget(indicator)
        indicator.show_status(status)
        indicator._words = "Synced"
        indicator.resize(300, 24)
        image = indicator.grab().toImage()
        return bytes(image.constBits())

    plain = SyncStatus(SyncState.SYNCED, ago(0), server=SERVER)
    assert drawn(plain) != drawn(replace(plain, conflicts=1))


def test_the_status_bar_gives_it_the_place_of_the_plain_words(look: Look, qtbot: QtBot) -> None:
    tasks = BackgroundTasks()
    bar = StatusBar(look, tasks)
    qtbot.addWidget(bar)
    bar.resize(1000, 27)
    indicator = SyncIndicator(look, lambda: NOW)
    bar.put_network(indicator)
    bar.show()
    settle()
    assert bar.network.isHidden()
    assert indicator.isVisible()
    assert indicator.x() < bar.sent.x()
    assert bar.sent.words == "0 bytes sent"
    tasks.close()


def test_every_state_is_drawn_in_every_theme(look: Look, qtbot: QtBot) -> None:
    sheet = QWidget()
    sheet.setObjectName("window")
    qtbot.addWidget(sheet)
    layout = QVBoxLayout(sheet)
    for status, _ in SAID:
        indicator = SyncIndicator(look, lambda: NOW)
        indicator.show_status(status)
        layout.addWidget(indicator)
    assert len(pictures(sheet, look, "sync")) == 4
