"""Caret and selection as people who come from Word expect them, over paragraphs, tables and their pieces."""

import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QInputMethodEvent, QMouseEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from pactoria_desktop.contract.text import ContractText, TextSection
from pactoria_desktop.replica.changes import Place, Stretch
from tests.ui.editor.readback import check, slots_of, text_of
from tests.ui.editor.samples import Desk, grid, long_table, material, paragraph, sample

CONTROL = Qt.KeyboardModifier.ControlModifier
SHIFT = Qt.KeyboardModifier.ShiftModifier
LONG = "The supplier delivers the goods within thirty days after the buyer has ordered them in writing. " * 4


def made(look, text: ContractText):
    """A shown desk, checked and closed when the test is over."""
    desk = Desk(look, text)
    desk.view.show()
    QApplication.processEvents()
    return desk


@pytest.fixture
def desk(look):
    desk = made(look, sample(rows=90))
    yield desk
    check(desk.view, desk.replica)
    desk.close()


@pytest.fixture
def plain(look):
    """Two long paragraphs and a short one."""
    sections = (TextSection("a", (paragraph(LONG), paragraph("second, one"), paragraph(LONG))),)
    desk = made(look, ContractText(sections, {}, (), material()))
    yield desk
    check(desk.view, desk.replica)
    desk.close()


def press(desk: Desk, key: Qt.Key, modifiers: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier, times: int = 1):
    """Press a key and give where the caret is."""
    for _ in range(times):
        QTest.keyClick(desk.editor, key, modifiers)
    return desk.commands.caret


def test_home_and_end_go_to_the_ends_of_the_line_not_of_the_paragraph(plain):
    plain.place_caret("a", 120)
    layout = plain.editor.textCursor().block().layout()
    line = layout.lineForTextPosition(120)
    assert line.lineNumber() > 0
    assert press(plain, Qt.Key.Key_Home) == Place("a", line.textStart())
    end = press(plain, Qt.Key.Key_End).offset
    assert layout.lineForTextPosition(end - 1).lineNumber() == line.lineNumber()
    assert end >= line.textStart() + line.textLength() - 1


def test_control_home_and_end_go_to_the_first_and_last_place_of_the_text(desk):
    desk.place_caret("s1", 3)
    last = desk.view.view.positions.slots[-1]
    assert press(desk, Qt.Key.Key_End, CONTROL) == Place(last, desk.replica.length(last) - 1)
    assert press(desk, Qt.Key.Key_Home, CONTROL) == Place("s0", 0)


def test_control_end_with_shift_selects_all_that_follows(desk):
    desk.place_caret("s1", 3)
    press(desk, Qt.Key.Key_End, CONTROL | SHIFT)
    slots = [slot for slot in desk.view.view.positions.slots if slot]
    stretches = desk.commands.selection
    assert stretches[0] == Stretch("s1", 3, desk.replica.length("s1"))
    assert [stretch.slot for stretch in stretches] == slots[slots.index("s1") :]


def test_page_down_and_up_move_by_what_is_seen_and_through_tables(desk):
    desk.place_caret("s0", 0)
    seen, before = [0], -1
    while seen[-1] != before:
        before = seen[-1]
        press(desk, Qt.Key.Key_PageDown)
        seen.append(desk.editor.textCursor().position())
    assert len(seen) > 3
    assert desk.commands.caret.slot == desk.view.view.positions.slots[-1]
    assert sorted(seen) == seen
    turns = 0
    while desk.commands.caret.slot != "s0" and turns < 40:
        press(desk, Qt.Key.Key_PageUp)
        turns += 1
    assert desk.commands.caret.slot == "s0"
    assert turns > 2


def test_page_down_with_shift_keeps_the_anchor(desk):
    desk.place_caret("s1", 3)
    anchor = desk.editor.anchor_position
    press(desk, Qt.Key.Key_PageDown, SHIFT)
    assert desk.editor.anchor_position == anchor
    assert desk.commands.selection[0].start == 3


def test_control_arrows_stop_at_words_and_pass_over_paragraph_ends(plain):
    plain.place_caret("a", 0)
    assert press(plain, Qt.Key.Key_Right, CONTROL) == Place("a", 4)
    assert press(plain, Qt.Key.Key_Right, CONTROL) == Place("a", 13)
    assert press(plain, Qt.Key.Key_Left, CONTROL) == Place("a", 4)
    start = len(LONG) + 1
    plain.place_caret("a", start)
    press(plain, Qt.Key.Key_Left, CONTROL)
    assert plain.commands.caret.offset < start
    plain.place_caret("a", start + len("second, one"))
    assert press(plain, Qt.Key.Key_Right, CONTROL) == Place("a", start + len("second, one") + 1)


def word_on(desk: Desk, *, back: bool = False) -> Place:
    """A word forward or back, in the direction in which the caret's paragraph is written."""
    leftward = desk.editor.textCursor().block().textDirection() == Qt.LayoutDirection.RightToLeft
    return press(desk, Qt.Key.Key_Left if leftward != back else Qt.Key.Key_Right, CONTROL)


def test_control_arrows_pass_every_slot_and_come_back(desk):
    desk.place_caret("s0", 0)
    seen = set()
    for _ in range(2000):
        before = desk.editor.textCursor().position()
        seen.add(word_on(desk).slot)
        if desk.editor.textCursor().position() == before:
            break
    assert seen == set(slots_of(desk.replica))
    assert desk.commands.caret.slot == "n1"
    back = set()
    for _ in range(2000):
        before = desk.editor.textCursor().position()
        back.add(word_on(desk, back=True).slot)
        if desk.editor.textCursor().position() == before:
            break
    assert back == set(slots_of(desk.replica))


def test_control_up_and_down_go_from_paragraph_to_paragraph(plain):
    second = len(LONG) + 1
    third = second + len("second, one") + 1
    plain.place_caret("a", second + 4)
    assert press(plain, Qt.Key.Key_Down, CONTROL) == Place("a", third)
    assert press(plain, Qt.Key.Key_Up, CONTROL) == Place("a", second)
    assert press(plain, Qt.Key.Key_Up, CONTROL) == Place("a", 0)
    press(plain, Qt.Key.Key_Down, CONTROL | SHIFT)
    assert plain.commands.selection == (Stretch("a", 0, second),)


def test_shift_arrows_select_over_paragraphs_and_back(plain):
    second = len(LONG) + 1
    plain.place_caret("a", second + 4)
    press(plain, Qt.Key.Key_Up, SHIFT)
    start = plain.commands.caret.offset
    assert start < second
    assert plain.commands.selection == (Stretch("a", start, second + 4),)
    press(plain, Qt.Key.Key_Down, SHIFT)
    assert plain.commands.selection == ()


def test_shift_down_goes_into_a_table_and_out_behind_it(desk):
    desk.place_caret("s0", 3)
    slots = [slot for slot in desk.view.view.positions.slots if slot]
    anchor, reached = desk.editor.anchor_position, []
    for _ in range(400):
        press(desk, Qt.Key.Key_Down, SHIFT)
        assert desk.editor.anchor_position == anchor
        reached.append(desk.commands.caret.slot)
        if reached[-1] == "n1":
            break
    assert reached[-1] == "n1"
    order = [slots.index(slot) for slot in reached]
    assert order == sorted(order), "the selection never jumped back"
    chosen = [stretch.slot for stretch in desk.commands.selection]
    assert chosen == slots[: slots.index("n1") + 1][-len(chosen) :]
    assert chosen[0] == "s0"


def test_shift_from_one_piece_of_a_table_into_the_next_selects_all_between(desk):
    pieces = desk.view.view
    cells = [slot for slot in pieces.positions.slots if slot.startswith("l")]
    border = next(n for n, cell in enumerate(cells) if n and pieces.piece_of(cell) is not pieces.piece_of(cells[n - 1]))
    desk.place_caret(cells[border - 1], 1)
    for _ in range(6):
        press(desk, Qt.Key.Key_Right, SHIFT)
    chosen = [stretch.slot for stretch in desk.commands.selection]
    assert cells[border - 1] in chosen
    assert cells[border] in chosen


def test_tab_goes_on_from_piece_to_piece_of_a_table_and_back(desk):
    cells = [slot for slot in desk.view.view.positions.slots if slot.startswith("l")]
    desk.place_caret(cells[0], 0)
    for cell in cells[1:]:
        assert press(desk, Qt.Key.Key_Tab).slot == cell
    for cell in reversed(cells[:-1]):
        assert press(desk, Qt.Key.Key_Tab, SHIFT).slot == cell
    length = len(slots_of(desk.replica))
    press(desk, Qt.Key.Key_Tab, SHIFT)
    assert len(slots_of(desk.replica)) == length
    assert desk.commands.caret.slot == cells[0]


def test_tab_selects_the_words_of_the_cell_it_comes_to(desk):
    desk.place_caret("g10", 0)
    press(desk, Qt.Key.Key_Tab)
    assert desk.commands.selection == (Stretch("g11", 0, 3),)
    QTest.keyClicks(desk.editor, "n")
    assert text_of(desk.replica, "g11") == "n\n"
    press(desk, Qt.Key.Key_Tab, SHIFT)
    assert desk.commands.selection == (Stretch("g10", 0, 4),)


def test_up_and_down_walk_through_the_pieces_of_a_table(desk):
    cells = [slot for slot in desk.view.view.positions.slots if slot.startswith("l")]
    desk.place_caret("l0.1", 0)
    for row in range(1, 90):
        assert press(desk, Qt.Key.Key_Down).slot == f"l{row}.1"
    for row in reversed(range(89)):
        assert press(desk, Qt.Key.Key_Up).slot == f"l{row}.1"
    assert len(cells) == 270


@pytest.mark.parametrize("suggesting", [False, True])
def test_an_input_method_writes_in_a_cell(desk, suggesting):
    desk.view.set_suggesting(suggesting)
    for slot in ("g11", "l60.1"):
        before = text_of(desk.replica, slot)
        desk.place_caret(slot, 1)
        QApplication.sendEvent(desk.editor, QInputMethodEvent("かん", []))
        assert text_of(desk.replica, slot) == before
        assert desk.editor.textCursor().block().layout().preeditAreaText() == "かん"
        committed = QInputMethodEvent("じ", [])
        committed.setCommitString("漢")
        QApplication.sendEvent(desk.editor, committed)
        assert text_of(desk.replica, slot) == before[0] + "漢" + before[1:]
        assert desk.commands.caret == Place(slot, 2)
        assert desk.editor.textCursor().block().layout().preeditAreaText() == "じ"
        QApplication.sendEvent(desk.editor, QInputMethodEvent("", []))
        inserted = [key for words, marks in desk.replica.spans(slot) if "漢" in words for key in marks]
        assert any(key.startswith("ins:") for key in inserted) == suggesting


def test_in_text_from_right_to_left_the_arrows_go_where_they_point(look):
    sections = (TextSection("a", (paragraph("שלום עולם"), paragraph("end"))),)
    desk = made(look, ContractText(sections, {}, (), material()))
    desk.place_caret("a", 0)
    assert desk.editor.textCursor().block().textDirection() == Qt.LayoutDirection.RightToLeft
    assert press(desk, Qt.Key.Key_Left) == Place("a", 1)
    assert press(desk, Qt.Key.Key_Left, CONTROL) == Place("a", 5)
    assert press(desk, Qt.Key.Key_Right, CONTROL) == Place("a", 0)
    assert press(desk, Qt.Key.Key_End) == Place("a", 9)
    assert press(desk, Qt.Key.Key_Home) == Place("a", 0)
    press(desk, Qt.Key.Key_Left, SHIFT, 4)
    assert desk.commands.selection == (Stretch("a", 0, 4),)
    desk.commands.type("אב")
    assert text_of(desk.replica, "a") == "אב עולם\nend\n"
    press(desk, Qt.Key.Key_Backspace)
    assert text_of(desk.replica, "a") == "א עולם\nend\n"
    check(desk.view, desk.replica)
    desk.close()


def test_a_grid_at_the_end_of_the_text_can_be_left_by_no_key_but_selected_whole(look):
    desk = made(
        look, ContractText((TextSection("a", (paragraph("first"),)), grid(), long_table(50)), {}, (), material())
    )
    desk.place_caret("a", 2)
    last = desk.view.view.positions.slots[-1]
    assert press(desk, Qt.Key.Key_End, CONTROL).slot == last
    for key in (Qt.Key.Key_Down, Qt.Key.Key_Right, Qt.Key.Key_PageDown):
        assert press(desk, key).slot == last
    press(desk, Qt.Key.Key_A, CONTROL)
    assert {stretch.slot for stretch in desk.commands.selection} == set(slots_of(desk.replica))
    check(desk.view, desk.replica)
    desk.close()


def border(desk: Desk) -> tuple[str, str]:
    """The last cell of a table's first piece and the first one of its second."""
    view = desk.view.view
    cells = [slot for slot in view.positions.slots if slot.startswith("l")]
    number = next(n for n, cell in enumerate(cells) if n and view.piece_of(cell) is not view.piece_of(cells[n - 1]))
    return cells[number - 1], cells[number]


def test_a_selection_over_the_border_of_two_pieces_takes_the_cells_between_and_no_more(desk):
    last, first = border(desk)
    desk.place_caret(last.replace(".2", ".1"), 1)
    before = {slot: text_of(desk.replica, slot) for slot in slots_of(desk.replica)}
    press(desk, Qt.Key.Key_Down, SHIFT)
    row, following = last.partition(".")[0], first.partition(".")[0]
    assert {stretch.slot for stretch in desk.commands.selection} == {f"{row}.1", f"{following}.1"}
    press(desk, Qt.Key.Key_Up, SHIFT)
    assert desk.editor.reach is None
    press(desk, Qt.Key.Key_Down, SHIFT)
    press(desk, Qt.Key.Key_Delete)
    changed = {slot for slot in before if text_of(desk.replica, slot) != before[slot]}
    assert changed == {f"{row}.1", f"{following}.1"}
    desk.commands.undo()
    assert {slot: text_of(desk.replica, slot) for slot in slots_of(desk.replica)} == before


def test_a_selection_from_text_into_a_table_takes_whole_rows(desk):
    desk.place_caret("s1", desk.replica.length("s1") - 3)
    press(desk, Qt.Key.Key_Down, SHIFT, 2)
    chosen = [stretch.slot for stretch in desk.commands.selection]
    assert chosen == ["s1", *(f"l{row}.{column}" for row in range(2) for column in range(3))]
    press(desk, Qt.Key.Key_Left)
    assert desk.commands.selection == ()


def test_what_reaches_over_pieces_is_seen_copied_and_made_bold(desk):
    last, first = border(desk)
    desk.place_caret(last, 1)
    press(desk, Qt.Key.Key_Right, SHIFT, 5)
    assert desk.editor.reach is not None
    assert set(desk.editor.layers.selected) == {stretch.slot for stretch in desk.commands.selection}
    assert desk.commands.copied_text()
    desk.commands.bold()
    for stretch in desk.commands.selection:
        assert all(marks.get("bold") for words, marks in desk.replica.spans(stretch.slot) if words.strip())
    assert desk.editor.reach is not None
    desk.place_caret(first, 0)
    assert desk.editor.reach is None
    assert not desk.editor.layers.selected


def test_a_drag_from_one_piece_into_the_next_selects_the_cells_between(desk):
    last, first = border(desk)
    positions = desk.view.view.positions
    desk.place_caret(last, 1)
    ends = []
    for slot in (last, first.replace(".0", ".2")):
        cursor = desk.editor.textCursor()
        cursor.setPosition(positions.text_start(positions.index(slot)) + 1)
        ends.append(desk.editor.cursorRect(cursor).center())
    viewport = desk.editor.viewport()
    QTest.mousePress(viewport, Qt.MouseButton.LeftButton, pos=ends[0])
    for point in (ends[0], ends[1]):
        moved = QMouseEvent(
            QEvent.Type.MouseMove, point.toPointF(), viewport.mapToGlobal(point).toPointF(),
            Qt.MouseButton.NoButton, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier,
        )  # fmt: skip
        QApplication.sendEvent(viewport, moved)
    QTest.mouseRelease(viewport, Qt.MouseButton.LeftButton, pos=ends[1])
    assert [stretch.slot for stretch in desk.commands.selection] == [last, first.replace(".0", ".2")]
