"""Keys, input methods, clipboard and drop do what people mean, and leave the caret where people expect it."""

import pytest
from PySide6.QtCore import QMimeData, QPointF, Qt
from PySide6.QtGui import QDropEvent, QInputMethodEvent, QTextCursor
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from pactoria_desktop.contract.text import HIDDEN, OBJECT
from pactoria_desktop.replica.changes import Place
from tests.ui.editor.readback import check, slots_of, text_of
from tests.ui.editor.samples import Desk, exchange


@pytest.fixture
def desk(look):
    made = Desk(look)
    made.view.show()
    yield made
    check(made.view, made.replica)
    made.close()


def commit(words: str, preedit: str = "", *, start: int = 0, length: int = 0) -> QInputMethodEvent:
    event = QInputMethodEvent(preedit, [])
    event.setCommitString(words, start, length)
    return event


def at(desk: Desk, slot: str, words: str) -> int:
    """UTF-16 offset of words in a slot."""
    before = text_of(desk.replica, slot).partition(words)[0]
    return len(before.encode("utf-16-le")) // 2


def test_keys_type_and_the_caret_stands_behind_them(desk):
    desk.place_caret("s1", at(desk, "s1", "here"))
    QTest.keyClicks(desk.editor, "right ")
    assert "noted right here" in text_of(desk.replica, "s1").replace(HIDDEN, "")
    assert desk.commands.caret == Place("s1", at(desk, "s1", "here"))


def test_keys_in_a_row_are_one_step_of_undo_and_a_click_ends_it(desk):
    before = text_of(desk.replica, "s1")
    desk.place_caret("s1", 4)
    QTest.keyClicks(desk.editor, "one")
    QTest.keyClick(desk.editor, Qt.Key.Key_Left)
    between = text_of(desk.replica, "s1")
    QTest.keyClicks(desk.editor, "two")
    desk.commands.undo()
    assert text_of(desk.replica, "s1") == between
    desk.commands.undo()
    assert text_of(desk.replica, "s1") == before


def test_typing_over_a_selection_is_one_step(desk):
    before = text_of(desk.replica, "s0")
    start = at(desk, "s0", "body")
    desk.place_caret("s0", start + 4, ("s0", start))
    QTest.keyClicks(desk.editor, "X")
    assert "\nX inserted" in text_of(desk.replica, "s0")
    desk.commands.undo()
    assert text_of(desk.replica, "s0") == before


@pytest.mark.parametrize("suggesting", [False, True])
def test_a_preedit_over_a_selection_deletes_it_by_command(desk, suggesting):
    desk.view.set_suggesting(suggesting)
    start = at(desk, "s0", "body")
    desk.place_caret("s0", start + 4, ("s0", start))
    QApplication.sendEvent(desk.editor, QInputMethodEvent("に", []))
    check(desk.view, desk.replica)
    struck = any(key.startswith("del:") for text, marks in desk.replica.spans("s0") if "body" in text for key in marks)
    assert struck if suggesting else "body" not in text_of(desk.replica, "s0")
    QApplication.sendEvent(desk.editor, commit("日本"))
    assert "日本" in text_of(desk.replica, "s0")
    assert desk.editor.textCursor().block().layout().preeditAreaText() == ""


def test_a_preedit_alone_changes_nothing(desk):
    before = desk.replica.plain_export()
    desk.place_caret("s1", 3)
    QApplication.sendEvent(desk.editor, QInputMethodEvent("かな", []))
    QApplication.processEvents()
    assert desk.replica.plain_export() == before
    QApplication.sendEvent(desk.editor, QInputMethodEvent("", []))


def test_an_input_method_may_replace_what_was_typed(desk):
    desk.place_caret("s1", at(desk, "s1", "here") + 4)
    QApplication.sendEvent(desk.editor, commit("there", start=-4, length=4))
    assert "noted there" in text_of(desk.replica, "s1").replace(HIDDEN, "")


@pytest.mark.parametrize("suggesting", [False, True])
def test_pasted_lines_become_paragraphs(desk, suggesting):
    desk.view.set_suggesting(suggesting)
    data = QMimeData()
    data.setText("one\r\ntwo\rthree\u2029fo\x00ur\u2060")
    start = at(desk, "s0", "body")
    desk.place_caret("s0", start)
    desk.editor.insertFromMimeData(data)
    assert "one\ntwo\nthree\nfourbody" in text_of(desk.replica, "s0")
    assert desk.commands.caret == Place("s0", at(desk, "s0", "body"))


def test_backspace_takes_a_whole_grapheme(desk):
    end = at(desk, "s1", " last")
    desk.place_caret("s1", end)
    QTest.keyClick(desk.editor, Qt.Key.Key_Backspace)
    assert text_of(desk.replica, "s1").endswith("\n last\n")


def test_arrows_and_backspace_pass_over_hidden_characters(desk):
    text = text_of(desk.replica, "s0")
    start = at(desk, "s0", HIDDEN)
    desk.place_caret("s0", start)
    QTest.keyClick(desk.editor, Qt.Key.Key_Right)
    assert desk.commands.caret == Place("s0", start + 3), "behind the field's first digit"
    QTest.keyClick(desk.editor, Qt.Key.Key_Left)
    desk.place_caret("s0", start + 2)
    QTest.keyClick(desk.editor, Qt.Key.Key_Backspace)
    after = text_of(desk.replica, "s0")
    assert after == text.replace("clause " + HIDDEN, "clause" + HIDDEN)


def test_backspace_in_suggesting_walks_over_what_is_struck(desk):
    desk.view.set_suggesting(True)
    start = at(desk, "s1", "noted")
    desk.place_caret("s1", start + 5)
    before = text_of(desk.replica, "s1")
    for _ in range(3):
        QTest.keyClick(desk.editor, Qt.Key.Key_Backspace)
    assert text_of(desk.replica, "s1") == before
    assert desk.commands.caret == Place("s1", start + 2)
    for _ in range(2):
        QTest.keyClick(desk.editor, Qt.Key.Key_Delete)
    assert desk.commands.caret == Place("s1", start + 4)


def test_enter_divides_and_the_caret_begins_the_second_half(desk):
    start = at(desk, "s1", " here")
    desk.place_caret("s1", start)
    QTest.keyClick(desk.editor, Qt.Key.Key_Return)
    assert "noted\n here" in text_of(desk.replica, "s1").replace(HIDDEN, "")
    assert desk.commands.caret == Place("s1", start + 1)
    QTest.keyClick(desk.editor, Qt.Key.Key_Backspace)
    assert desk.commands.caret == Place("s1", start)


def test_tab_goes_from_cell_to_cell_and_adds_a_row_behind_the_last(desk):
    cells = [slot for slot in slots_of(desk.replica) if slot.startswith("g")]
    desk.place_caret(cells[0], 0)
    for cell in cells[1:]:
        QTest.keyClick(desk.editor, Qt.Key.Key_Tab)
        assert desk.commands.caret.slot == cell
    for cell in reversed(cells[:-1]):
        QTest.keyClick(desk.editor, Qt.Key.Key_Backtab)
        assert desk.commands.caret.slot == cell
    desk.place_caret(cells[-1], 0)
    QTest.keyClick(desk.editor, Qt.Key.Key_Tab)
    now = [slot for slot in slots_of(desk.replica) if slot.startswith("g") or slot not in cells]
    assert len(slots_of(desk.replica)) > len(cells) + 3, now
    assert desk.commands.caret.slot not in cells


def test_no_key_joins_a_cell_with_its_neighbour_or_a_story_with_another(desk):
    before = {slot: text_of(desk.replica, slot) for slot in slots_of(desk.replica)}
    for slot in slots_of(desk.replica):
        if slot.startswith("g") or slot == "n1":
            desk.place_caret(slot, 0)
            QTest.keyClick(desk.editor, Qt.Key.Key_Backspace)
            desk.place_caret(slot, desk.replica.length(slot) - 1)
            QTest.keyClick(desk.editor, Qt.Key.Key_Delete)
    assert {slot: text_of(desk.replica, slot) for slot in slots_of(desk.replica)} == before


def test_a_rectangle_of_cells_loses_its_words_and_nothing_else(desk):
    positions = desk.view.view.positions
    cursor = desk.editor.textCursor()
    cursor.setPosition(positions.text_start(positions.index("g11")))
    cursor.setPosition(positions.text_start(positions.index("g22")), QTextCursor.MoveMode.KeepAnchor)
    desk.editor.setTextCursor(cursor)
    assert {stretch.slot for stretch in desk.commands.selection} == {"g11", "g12", "g21", "g22"}
    QTest.keyClick(desk.editor, Qt.Key.Key_Delete)
    assert [text_of(desk.replica, slot) for slot in ("g11", "g12", "g21", "g22")] == ["\n"] * 4
    assert text_of(desk.replica, "g10") == "tall\n"


def test_arrows_reach_every_slot_and_never_get_stuck(desk):
    def press(forward: bool) -> None:
        leftward = desk.editor.textCursor().block().textDirection() == Qt.LayoutDirection.RightToLeft
        QTest.keyClick(desk.editor, Qt.Key.Key_Right if forward != leftward else Qt.Key.Key_Left)

    desk.place_caret("s0", 0)
    seen = {desk.commands.caret.slot}
    for _ in range(desk.view.view.positions.total + 9):
        press(True)
        seen.add(desk.commands.caret.slot)
    assert seen == set(slots_of(desk.replica))
    for _ in range(desk.view.view.positions.total + 9):
        press(False)
    assert desk.commands.caret == Place("s0", 0)


def test_copied_words_hold_nothing_hidden_struck_or_wordless(desk):
    desk.place_caret("s0", desk.replica.length("s0") - 1, ("s0", 0))
    copied = desk.commands.copied_text()
    assert "see clause 1.2 and ." in copied
    assert "struck" not in copied
    assert HIDDEN not in copied
    assert OBJECT not in copied


def test_bold_at_the_caret_waits_for_the_next_key(desk):
    desk.place_caret("s1", at(desk, "s1", " here"))
    desk.commands.bold()
    assert desk.commands.is_on("bold")
    QTest.keyClicks(desk.editor, "xy")
    assert [marks.get("bold") for text, marks in desk.replica.spans("s1") if text == "xy"] == [True]


def test_bold_goes_off_only_where_the_whole_selection_has_it(desk):
    start = at(desk, "s1", "noted")
    desk.place_caret("s1", start + 2, ("s1", start))
    desk.commands.bold()
    desk.place_caret("s1", start + 5, ("s1", start))
    desk.commands.bold()
    bold = "".join(text for text, marks in desk.replica.spans("s1") if marks.get("bold"))
    assert bold == "noted"
    desk.place_caret("s1", start + 5, ("s1", start))
    desk.commands.bold()
    assert not any(marks.get("bold") for _, marks in desk.replica.spans("s1"))


def test_a_paragraphs_style_gives_its_words_their_look(desk):
    desk.place_caret("s1", at(desk, "s1", "here"))
    desk.commands.set_style("Quote")
    assert desk.editor.textCursor().charFormat().fontItalic()
    check(desk.view, desk.replica)
    desk.commands.set_style("Body")
    assert not desk.editor.textCursor().charFormat().fontItalic()


def test_next_change_goes_round_and_reject_takes_it_away(desk):
    desk.place_caret("s1", 3)
    assert desk.commands.next_change()
    assert desk.commands.changes_here() == ("r1",)
    assert desk.commands.next_change()
    assert desk.commands.changes_here() == ("r2",)
    assert desk.commands.previous_change()
    desk.commands.reject_here()
    assert "inserted" not in text_of(desk.replica, "s0")


@pytest.mark.parametrize("deed", ["cut", "insert", "remove", "block"])
def test_an_edit_behind_our_back_becomes_a_command(desk, deed):
    start = at(desk, "s1", "noted")
    desk.place_caret("s1", start + 5, ("s1", start))
    cursor = desk.editor.textCursor()
    before = text_of(desk.replica, "s1")
    if deed == "cut":
        type(desk.editor).__mro__[2].cut(desk.editor)
    elif deed == "insert":
        cursor.insertText("“é😀")
    elif deed == "remove":
        cursor.removeSelectedText()
    else:
        cursor.setPosition(cursor.selectionEnd())
        cursor.insertBlock()
    QApplication.processEvents()
    check(desk.view, desk.replica)
    expected = {
        "cut": before.replace("noted", ""),
        "insert": before.replace("noted", "“é😀"),
        "remove": before.replace("noted", ""),
        "block": before.replace("noted", "noted\n"),
    }
    assert text_of(desk.replica, "s1") == expected[deed]


def test_words_dragged_inside_the_page_move_in_one_step(desk):
    before = text_of(desk.replica, "s1")
    assert desk.editor.canInsertFromMimeData(_words("x"))
    start = at(desk, "s1", " here")
    desk.place_caret("s1", start + 5, ("s1", start))
    assert desk.commands.copied_text() == " here"
    desk.commands.cut()
    desk.commands.undo()
    assert text_of(desk.replica, "s1") == before


def _words(text: str) -> QMimeData:
    data = QMimeData()
    data.setText(text)
    return data


def test_a_read_only_page_takes_nothing(desk):
    before = desk.replica.plain_export()
    desk.view.set_read_only(True)
    desk.place_caret("s1", 3)
    QTest.keyClicks(desk.editor, "x")
    for key in (Qt.Key.Key_Backspace, Qt.Key.Key_Delete, Qt.Key.Key_Return):
        QTest.keyClick(desk.editor, key)
    QApplication.sendEvent(desk.editor, commit("y"))
    desk.commands.bold()
    desk.view.tables.insert_row()
    assert desk.replica.plain_export() == before


@pytest.mark.parametrize("suggesting", [False, True])
@pytest.mark.parametrize("backward", [False, True])
def test_dropped_words_come_in_at_the_pointer_and_moved_ones_leave_their_place(desk, suggesting, backward):
    desk.view.set_suggesting(suggesting)
    text = text_of(desk.replica, "s1")
    words, goal = ("noted", "here") if not backward else ("here", "noted")
    start = at(desk, "s1", words)
    desk.place_caret("s1", start + len(words), ("s1", start))
    positions = desk.view.view.positions
    target = QTextCursor(desk.view.view.document)
    target.setPosition(positions.position(Place("s1", at(desk, "s1", goal) + 2)))
    point = desk.editor.cursorRect(target).center()

    class Dropped(QDropEvent):
        def source(self):
            return desk.editor

    data = _words(words)
    event = Dropped(
        QPointF(point),
        Qt.DropAction.MoveAction | Qt.DropAction.CopyAction,
        data,
        Qt.MouseButton.LeftButton,
        Qt.KeyboardModifier.NoModifier,
    )
    event.setDropAction(Qt.DropAction.MoveAction)
    desk.editor.dropEvent(event)
    QApplication.processEvents()
    assert event.dropAction() == Qt.DropAction.CopyAction, "Qt must not delete what was moved"
    now = text_of(desk.replica, "s1")
    assert (goal[:2] + words + goal[2:]) in now
    if not suggesting:
        assert sorted(now) == sorted(text)
    desk.commands.undo()
    assert text_of(desk.replica, "s1") == text


def test_a_preedit_goes_with_the_caret_when_somebody_types_before_it(desk, look):
    other = Desk(look, copy=desk.replica, me="Dele Okafor", peer=8)
    caret = at(desk, "s1", " here")
    desk.place_caret("s1", caret)
    QApplication.sendEvent(desk.editor, QInputMethodEvent("かな", []))
    other.place_caret("s1", 2)
    other.commands.type("XYZ")
    exchange(desk, other)
    cursor = desk.editor.textCursor()
    layout = cursor.block().layout()
    assert layout.preeditAreaText() == "かな"
    assert layout.preeditAreaPosition() == cursor.positionInBlock()
    assert desk.commands.caret == Place("s1", caret + 3)
    QApplication.sendEvent(desk.editor, commit("仮名"))
    assert "仮名 here" in text_of(desk.replica, "s1")
    assert layout.preeditAreaText() == ""
    other.close()
