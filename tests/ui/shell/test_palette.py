"""The palette finds commands, clauses and text by keyboard alone, and gives the focus back."""

import time

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from pactoria_desktop.ui.shell.fuzzy import match
from pactoria_desktop.ui.shell.palette_sources import RowSource
from pactoria_desktop.ui.theme.look import Look
from pactoria_desktop.ui.widgets.rows import Row
from tests.ui.screenshots import pictures, settle
from tests.ui.shell.bench_window import make_bench


@pytest.mark.parametrize(
    ("typed", "better", "worse"),
    [
        ("liab", "Limitation of liability", "Label in a book"),
        ("liab", "Liability cap", "Limitation of liability"),
        ("ac", "Accept change", "Back to the text"),
        ("nc", "Next contract", "Insert clause once"),
        ("term", "Term and termination", "Determination"),
    ],
)
def test_the_better_name_comes_first(typed: str, better: str, worse: str) -> None:
    first, second = match(typed, better), match(typed, worse)
    assert first is not None
    assert second is None or first.score > second.score


def test_what_was_typed_is_marked_in_the_name() -> None:
    found = match("LIAB cap", "Liability cap")
    assert found is not None
    assert found.stretches == ((0, 4), (10, 13))
    assert match("xyz", "Liability cap") is None
    turkish = match("i", "İstanbul lease is one")
    assert turkish is not None
    assert all(0 <= start < end <= 21 for start, end in turkish.stretches)


def test_keys_walk_run_and_close(look: Look, qtbot: QtBot) -> None:
    bench = make_bench(look, qtbot)
    page = bench.open("1", "Services agreement")
    palette = bench.window.palette_sheet
    qtbot.keyClick(page, Qt.Key.Key_K, Qt.KeyboardModifier.ControlModifier)
    assert palette.isVisible()
    assert QApplication.focusWidget() is palette.field
    first = palette.list.current_key()
    qtbot.keyClick(palette.field, Qt.Key.Key_Down)
    assert palette.list.current_key() not in ("", first)
    qtbot.keyClick(palette.field, Qt.Key.Key_Up)
    assert palette.list.current_key() == first
    qtbot.keyClick(palette.field, Qt.Key.Key_Tab)
    assert QApplication.focusWidget() is palette.field
    qtbot.keyClick(palette.field, Qt.Key.Key_Escape)
    assert palette.isHidden()
    assert QApplication.focusWidget() is page


def test_a_sign_asks_for_one_kind_alone(look: Look, qtbot: QtBot) -> None:
    bench = make_bench(look, qtbot)
    palette = bench.window.palette_sheet
    palette.open("@liab")
    assert [row.title for row in palette.list.rows()] == ["In this contract", "Limitation of liability"]
    qtbot.keyClick(palette.field, Qt.Key.Key_Return)
    assert bench.done == ["clause 11"]
    palette.open("@12")
    assert palette.list.current_key() == "12"
    page = bench.open("1", "Services agreement")
    qtbot.keyClick(page, Qt.Key.Key_P, Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier)
    assert palette.field.text() == ">"
    assert {row.key.split(":")[0] for row in palette.list.rows()} == {"head", "command"}


def test_recent_commands_come_first(look: Look, qtbot: QtBot) -> None:
    bench = make_bench(look, qtbot)
    bench.registry.run("edit.italic")
    bench.window.palette_sheet.open(">")
    assert bench.window.palette_sheet.list.current_key() == "command:edit.italic"
    assert bench.window.session().recent_commands == ("edit.italic",)


def test_full_text_is_offered_only_where_there_is_a_search(look: Look, qtbot: QtBot) -> None:
    bench = make_bench(look, qtbot)
    palette = bench.window.palette_sheet
    palette.open("indemnity")
    assert "full-text" not in [row.key for row in palette.list.rows()]
    asked: list[str] = []
    palette.full_text = asked.append
    palette.open("indemnity")
    qtbot.keyClick(palette.field, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    palette.open("? cap")
    qtbot.keyClick(palette.field, Qt.Key.Key_Return)
    assert asked == ["indemnity", "cap"]


def test_nothing_found_is_said(look: Look, qtbot: QtBot) -> None:
    bench = make_bench(look, qtbot)
    palette = bench.window.palette_sheet
    palette.open("zzzzqq")
    assert [row.title for row in palette.list.rows()] == ["Nothing here is named “zzzzqq”"]
    qtbot.keyClick(palette.field, Qt.Key.Key_Return)
    qtbot.keyClick(palette.field, Qt.Key.Key_Down)
    assert palette.isVisible()


def test_a_thousand_clauses_are_searched_within_a_frame(look: Look, qtbot: QtBot) -> None:
    rows = [
        Row(str(number), f"Clause {number} about the limitation of liability and notices") for number in range(1000)
    ]
    source = RowSource("In this contract", "@", "clauses", lambda: rows, lambda key: None)
    started = time.thread_time()
    assert len(source.find("liab notice", 60)) == 60
    assert time.thread_time() - started < 0.3


def test_the_palette_is_drawn_in_every_theme(look: Look, qtbot: QtBot) -> None:
    bench = make_bench(look, qtbot)
    bench.open("1", "Services agreement")
    bench.window.palette_sheet.open("li")
    settle()
    found = pictures(bench.window, look, "palette")
    assert len(found) == 4
