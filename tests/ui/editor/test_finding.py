"""Find and replace over the pieces of a table and over tracked changes."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from pactoria_desktop.contract.text import ContractText, Revision, TextSection
from tests.ui.editor.readback import check, slots_of, text_of
from tests.ui.editor.samples import Desk, long_table, material, paragraph, words

STRUCK = {"del:d1": {"d": 0}}
ADDED = {"ins:i1": {"d": 0}}


@pytest.fixture
def desk(look):
    sections = (
        TextSection(
            "a",
            (
                paragraph("pay ", words("thirty", **STRUCK), words("ninety", **ADDED), " days"),
                paragraph("pay thir", words("ty", **STRUCK), words("teen", **ADDED), " days, thirty days"),
                paragraph("fo", words("reve", **STRUCK), "r and ", words("ever", **ADDED)),
            ),
        ),
        long_table(90),
    )
    revisions = {
        "d1": Revision("d1", "deletion", "Dele Okafor", "2026-11-01T10:00:00Z"),
        "i1": Revision("i1", "insertion", "Dele Okafor", "2026-11-01T10:00:00Z"),
    }
    made = Desk(look, ContractText(sections, revisions, (), material()))
    made.view.show()
    yield made
    check(made.view, made.replica)
    made.close()


def hits(desk: Desk, wanted: str, **how: bool) -> int:
    bar = desk.view.find_bar
    bar.open(replacing=True)
    bar.look_for(wanted, **how)
    bar.finish()
    return bar.count


def live(desk: Desk, slot: str) -> str:
    return "".join(text for text, marks in desk.replica.spans(slot) if not any(key.startswith("del:") for key in marks))


def test_struck_words_are_not_found(desk):
    assert hits(desk, "thirty") == 1
    assert hits(desk, "days") == 3
    assert hits(desk, "reve") == 0


def test_words_that_are_live_around_what_is_struck_are_found(desk):
    assert hits(desk, "thirteen") == 1
    assert hits(desk, "for and") == 1
    assert hits(desk, "pay ninety days", whole_words=True) == 1


def test_what_is_found_around_struck_words_is_replaced_without_them(desk):
    desk.view.set_suggesting(True)
    assert hits(desk, "thirteen") == 1
    desk.view.find_bar.replace_with("forty")
    assert desk.view.find_bar.replace_all() == 1
    assert "pay forty days, thirty days" in live(desk, "a")
    assert "ty" in text_of(desk.replica, "a")
    marks = [marks for text, marks in desk.replica.spans("a") if text == "forty"]
    assert marks
    assert all(any(key.startswith("ins:") for key in each) for each in marks)
    struck = [text for text, marks in desk.replica.spans("a") if any(key.startswith("del:") for key in marks)]
    assert "thir" in struck, "the words are there, struck"


def test_replacing_while_suggesting_is_a_tracked_change_and_one_step(desk):
    desk.view.set_suggesting(True)
    before = desk.replica.plain_export()
    assert hits(desk, "days") == 3
    desk.view.find_bar.replace_with("weeks")
    desk.view.find_bar.replace_all()
    assert live(desk, "a").count("weeks") == 3
    assert text_of(desk.replica, "a").count("days") == 3, "struck, not gone"
    assert hits(desk, "days") == 0
    desk.commands.undo()
    assert desk.replica.plain_export() == before


def test_hits_in_all_pieces_of_a_table_are_walked_and_replaced(desk):
    assert hits(desk, "5.1", whole_words=True) == 1
    count = hits(desk, ".1")
    assert count == 90
    bar = desk.view.find_bar
    desk.editor.show_caret(0)
    seen = []
    for _ in range(count):
        bar.step(1)
        seen.append(desk.commands.caret.slot)
    assert seen == [f"l{row}.1" for row in range(90)]
    bar.step(1)
    assert desk.commands.caret.slot == "l0.1", "round the end"
    bar.replace_with("!")
    assert bar.replace_all() == 90
    desk.commands.turns.finish()
    assert all(text_of(desk.replica, f"l{row}.1") == f"{row}!\n" for row in range(90))
    desk.commands.undo()
    desk.commands.turns.finish()
    assert text_of(desk.replica, "l89.1") == "89.1\n"


def test_replacing_one_goes_on_to_the_next(desk):
    assert hits(desk, "days") == 3
    bar = desk.view.find_bar
    desk.editor.show_caret(0)
    bar.replace_with("weeks")
    bar.replace()
    bar.replace()
    assert live(desk, "a").count("weeks") == 1
    assert bar.count == 2
    assert desk.editor.textCursor().selectedText() == "days"
    QTest.keyClick(bar, Qt.Key.Key_Escape)
    assert not bar.isVisible()
    assert len(slots_of(desk.replica)) == 271
