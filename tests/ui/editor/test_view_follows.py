"""The page shows the living text exactly, after every deed, wherever it comes from."""

import random

import pytest
from PySide6.QtCore import QMimeData, Qt
from PySide6.QtGui import QInputMethodEvent, QTextCursor
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from pactoria_desktop.contract.text import REVISION_KINDS, id_of, kind_of
from pactoria_desktop.replica.resolving import Selection
from tests.ui.editor.readback import check, slots_of
from tests.ui.editor.samples import LETTERS, Desk, exchange, sample

KEYS = (
    Qt.Key.Key_A,
    Qt.Key.Key_Backspace,
    Qt.Key.Key_Delete,
    Qt.Key.Key_Return,
    Qt.Key.Key_Left,
    Qt.Key.Key_Right,
    Qt.Key.Key_Up,
    Qt.Key.Key_Down,
    Qt.Key.Key_End,
    Qt.Key.Key_Tab,
    Qt.Key.Key_Backtab,
)
DEEDS = (
    ["type"] * 6
    + ["backspace"] * 4
    + ["delete"] * 2
    + ["enter"] * 3
    + ["bold"] * 2
    + ["erase"] * 3
    + ["undo"] * 2
    + ["keys"] * 3
    + ["paste", "style", "comment", "redo", "accept", "reject", "mode", "ime", "level", "number", "cut", "word"]
    + ["row", "rows away", "column", "column away", "merge right", "merge down", "split", "move"]
)


def somewhere(desk: Desk, dice: random.Random, *, select: bool) -> None:
    """Put the caret anywhere, the anchor anywhere near."""
    editor = desk.editor
    last = max(0, desk.view.view.positions.total - 1)
    cursor = editor.textCursor()
    start = dice.randint(0, last)
    cursor.setPosition(start)
    if select:
        end = max(0, min(last, start + dice.choice((-20, -3, 1, 2, 5, 20, 60))))
        cursor.setPosition(end, QTextCursor.MoveMode.KeepAnchor)
    editor.setTextCursor(cursor)


def letters(dice: random.Random) -> str:
    """A few letters of the alphabet that breaks editors."""
    return "".join(dice.choice(LETTERS) for _ in range(dice.randint(1, 4)))


def do(desk: Desk, dice: random.Random) -> str:
    """One random deed; gives its name."""
    deed = dice.choice(DEEDS)
    commands, tables, editor = desk.commands, desk.view.tables, desk.editor
    select = deed in ("bold", "comment", "erase", "style", "cut") or (
        deed in ("type", "paste", "enter", "ime") and dice.random() < 0.2
    )
    if select or dice.random() < 0.7:
        somewhere(desk, dice, select=select)
    if deed == "type":
        commands.type(letters(dice))
    elif deed == "keys":
        QTest.keyClick(editor, dice.choice(KEYS))
    elif deed == "ime":
        QApplication.sendEvent(editor, QInputMethodEvent("ני", []))
        committed = QInputMethodEvent()
        committed.setCommitString("漢é")
        QApplication.sendEvent(editor, committed)
    elif deed == "paste":
        data = QMimeData()
        data.setText("\r\n".join(letters(dice) for _ in range(dice.choice((2, 3, 12)))))
        editor.insertFromMimeData(data)
    elif deed in ("accept", "reject"):
        chosen = Selection(author=dice.choice(("Ines Falk", "Dele Okafor", None)))
        if dice.random() < 0.4:
            chosen = Selection(ids=frozenset(dice.sample(open_ids(desk), min(2, len(open_ids(desk))))))
        commands.bursts.end()
        (desk.replica.accept if deed == "accept" else desk.replica.reject)(chosen)
    elif deed == "move":
        slots = slots_of(desk.replica)
        commands.bursts.end()
        desk.replica.move_section(dice.choice(slots), dice.choice((*slots, None)))
    else:
        {
            "backspace": commands.delete_backward,
            "delete": commands.delete_forward,
            "enter": commands.enter,
            "bold": lambda: commands.toggle(dice.choice(("bold", "italic", "underline"))),
            "erase": commands.delete_selection,
            "undo": commands.undo,
            "redo": commands.redo,
            "style": lambda: commands.set_style(dice.choice(("Heading1", "Body", "Quote"))),
            "comment": lambda: commands.comment("Why?"),
            "mode": lambda: desk.view.set_suggesting(not desk.view.suggesting),
            "level": lambda: commands.change_level(dice.choice((-1, 1))),
            "number": lambda: commands.set_numbering(dice.choice(("", "1"))),
            "cut": commands.cut,
            "word": lambda: commands.delete_word(forward=dice.random() < 0.5),
            "row": lambda: tables.insert_row(below=dice.random() < 0.5),
            "rows away": tables.delete_row,
            "column": tables.insert_column,
            "column away": tables.delete_column,
            "merge right": tables.merge_right,
            "merge down": tables.merge_down,
            "split": tables.split,
        }[deed]()
    return deed


def open_ids(desk: Desk) -> list[str]:
    """The revisions that stand in the text."""
    found = {
        id_of(key)
        for slot in slots_of(desk.replica)
        for _, marks in desk.replica.spans(slot)
        for key in marks
        if kind_of(key) in REVISION_KINDS
    }
    return sorted(found)


def run(look, seed: int, deeds: int, *, rows: int = 0) -> None:
    """Two people edit one contract; each one's page is compared with each one's text after every deed."""
    dice = random.Random(seed)
    first = Desk(look, sample(rows=rows), peer=11)
    second = Desk(look, copy=first.replica, me="Dele Okafor", peer=12)
    log: list[object] = []
    try:
        for desk in (first, second):
            desk.view.set_suggesting(dice.random() < 0.5)
            check(desk.view, desk.replica)
        for _ in range(deeds):
            desk = dice.choice((first, second))
            cursor = desk.editor.textCursor()
            log.append((desk is first, cursor.anchor(), cursor.position(), desk.view.suggesting))
            log.append(do(desk, dice))
            QApplication.processEvents()
            check(desk.view, desk.replica)
            if dice.random() < 0.15:
                log.append("exchange")
                exchange(first, second)
                check(first.view, first.replica)
                check(second.view, second.replica)
        exchange(first, second)
        check(first.view, first.replica)
        check(second.view, second.replica)
        assert first.replica.plain_export() == second.replica.plain_export()
    except BaseException as error:
        error.add_note(f"seed {seed}, the last deeds: {log[-8:]}")
        raise
    finally:
        first.close()
        second.close()


@pytest.mark.parametrize("seed", range(24))
def test_the_page_equals_the_text_after_every_deed(look, seed):
    run(look, seed, 30)


@pytest.mark.parametrize("seed", range(100, 103))
def test_a_table_in_pieces_equals_the_text_after_every_deed(look, seed):
    run(look, seed, 25, rows=90)


@pytest.mark.long
@pytest.mark.parametrize("seed", range(1000, 1150))
def test_many_random_sessions(look, seed):
    run(look, seed, 40, rows=random.Random(seed).choice((0, 0, 0, 60)))
