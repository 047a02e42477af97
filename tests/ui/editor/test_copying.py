"""Copying: what is struck stays, long texts are read in turns, cells come with tabs and lines between them."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest

from pactoria_desktop.ui.editor import turns
from tests.ui.editor.readback import check, slots_of, text_of
from tests.ui.editor.samples import Desk, sample

CONTROL = Qt.KeyboardModifier.ControlModifier


@pytest.fixture
def desk(look):
    made = Desk(look, sample(rows=90))
    made.view.show()
    yield made
    check(made.view, made.replica)
    made.close()


def clipboard() -> str:
    return QGuiApplication.clipboard().text()


def test_the_whole_text_is_copied_without_what_is_struck(desk):
    QTest.keyClick(desk.editor, Qt.Key.Key_A, CONTROL)
    QTest.keyClick(desk.editor, Qt.Key.Key_C, CONTROL)
    words = clipboard()
    assert words.startswith("Head é😀 “x” §1\nbody inserted\nsee clause 1.2 and .\n")
    assert "89.2" in words
    assert words == desk.commands.copied_text()


def test_a_long_copy_is_read_in_turns_and_a_key_meanwhile_waits(desk, monkeypatch):
    monkeypatch.setattr(turns, "FIRST_TURN_SECONDS", 0.0)
    QGuiApplication.clipboard().setText("old")
    before = "".join(text_of(desk.replica, slot) for slot in slots_of(desk.replica))
    QTest.keyClick(desk.editor, Qt.Key.Key_A, CONTROL)
    words = desk.commands.copied_text()
    QTest.keyClick(desk.editor, Qt.Key.Key_C, CONTROL)
    assert desk.commands.turns.busy
    assert clipboard() == "old"
    QTest.keyClick(desk.editor, Qt.Key.Key_Delete)
    assert "".join(text_of(desk.replica, slot) for slot in slots_of(desk.replica)) == before
    desk.commands.turns.finish()
    assert clipboard() == words
    assert "89.2" not in "".join(text_of(desk.replica, slot) for slot in slots_of(desk.replica))


def test_what_is_typed_after_a_copy_does_not_change_it(desk):
    start = text_of(desk.replica, "s1").index("noted")
    desk.place_caret("s1", start + 5, ("s1", start))
    desk.commands.copy()
    QTest.keyClicks(desk.editor, "changed")
    desk.commands.turns.finish()
    assert clipboard() == "noted"


def test_cells_come_with_tabs_and_rows_with_lines(desk):
    positions = desk.view.view.positions
    desk.editor.select_between(
        positions.text_start(positions.index("l25.1")), positions.text_start(positions.index("l28.2"))
    )
    desk.commands.copy()
    assert clipboard() == "25.1\t25.2\n26.1\t26.2\n27.1\t27.2\n28.1\t28.2"
    desk.editor.select_between(
        positions.text_start(positions.index("l1.0")), positions.text_start(positions.index("l2.1"))
    )
    desk.commands.copy()
    assert clipboard() == "1.0\t1.1\n2.0\t2.1"


def test_cut_deletes_what_it_copied(desk):
    before = {slot: text_of(desk.replica, slot) for slot in slots_of(desk.replica)}
    QTest.keyClick(desk.editor, Qt.Key.Key_A, CONTROL)
    words = desk.commands.copied_text()
    desk.commands.cut()
    desk.commands.turns.finish()
    assert clipboard() == words
    assert "89.2" not in "".join(text_of(desk.replica, slot) for slot in slots_of(desk.replica))
    desk.commands.undo()
    desk.commands.turns.finish()
    assert {slot: text_of(desk.replica, slot) for slot in slots_of(desk.replica)} == before


def test_nothing_selected_leaves_the_clipboard_alone(desk):
    QGuiApplication.clipboard().setText("kept")
    desk.place_caret("s1", 3)
    desk.commands.copy()
    assert clipboard() == "kept"
