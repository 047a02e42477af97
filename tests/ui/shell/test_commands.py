"""A command is declared once and is the same in menu, shortcut, palette and bar."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAction
from pytestqt.qtbot import QtBot

from pactoria_desktop.ui.shell.commands import Command, CommandError, CommandRegistry, shown_keys
from pactoria_desktop.ui.shell.shortcut_sheet import ShortcutSheet, shortcut_rows
from pactoria_desktop.ui.theme.icons import drawings
from pactoria_desktop.ui.theme.look import Look
from tests.ui.shell.bench_window import make_bench


def nothing() -> None:
    """A command that does nothing."""


def test_a_command_cannot_be_declared_twice(look: Look) -> None:
    registry = CommandRegistry(look)
    registry.add(Command("file.open", "Open…", "File", nothing))
    with pytest.raises(CommandError, match=r"file\.open is declared twice"):
        registry.add(Command("file.open", "Open", "File", nothing))
    with pytest.raises(CommandError, match="no command"):
        registry.action("file.close")


@pytest.mark.parametrize(
    ("command", "words"),
    [
        (Command("file.other", "Other", "File", nothing, ("Ctrl+O",)), "both use Ctrl+O"),
        (Command("file.other", "Open…", "File", nothing), "has the title of"),
        (Command("file.other", "Other", "Nowhere", nothing), "asks for a menu"),
        (Command("other", "Other", "File", nothing), "not named like"),
        (Command("file.other", "Other", "File", nothing, ("No such key",)), "is no key"),
    ],
)
def test_the_check_finds_a_wrong_declaration(look: Look, command: Command, words: str) -> None:
    registry = CommandRegistry(look)
    registry.add(Command("file.open", "Open…", "File", nothing, ("Ctrl+O",)))
    assert registry.check() == []
    registry.add(command)
    assert any(words in problem for problem in registry.check())


def test_the_commands_of_the_window_are_declared_well(look: Look, qtbot: QtBot) -> None:
    bench = make_bench(look, qtbot)
    assert bench.registry.check() == []
    for command in bench.registry.all():
        assert not command.icon or command.icon in drawings()


def test_a_command_that_cannot_be_used_does_not_run_by_any_way(look: Look, qtbot: QtBot) -> None:
    bench = make_bench(look, qtbot)
    action = bench.registry.action("review.never")
    assert not action.isEnabled()
    assert bench.registry.run("review.never") is False
    action.trigger()
    bench.window.palette_sheet.open("accept all")
    assert [row.title for row in bench.window.palette_sheet.list.rows() if "Accept" in row.title] == []
    assert bench.done == []


def test_menu_shortcut_palette_and_bar_run_the_same_command(look: Look, qtbot: QtBot) -> None:
    bench = make_bench(look, qtbot)
    page = bench.open("1", "Services agreement")
    bars = bench.window.documents.current()
    assert bars is not None
    assert bars.bar is not None
    menu = next(action for action in bench.window.menus.actions() if action.text() == "Edit").menu()
    bold = [action for action in menu.actions() if isinstance(action, QAction) and action.text() == "Bold"]
    bold[0].trigger()
    qtbot.keyClick(page, Qt.Key.Key_B, Qt.KeyboardModifier.ControlModifier)
    bars.bar.buttons["edit.bold"].click()  # type: ignore[attr-defined]
    palette = bench.window.palette_sheet
    palette.open()
    qtbot.keyClicks(palette.field, "bold")
    qtbot.keyClick(palette.field, Qt.Key.Key_Return)
    assert bench.done == ["bold"] * 4


def test_a_switch_shows_its_state_everywhere(look: Look, qtbot: QtBot) -> None:
    bench = make_bench(look, qtbot)
    bench.open("1", "Services agreement")
    action = bench.registry.action("review.suggest")
    assert action.isChecked()
    bench.registry.run("review.suggest")
    assert not action.isChecked()


def test_the_sheet_of_shortcuts_lists_every_key_and_runs_commands(look: Look, qtbot: QtBot) -> None:
    bench = make_bench(look, qtbot)
    listed = {row.key for row in shortcut_rows(bench.registry) if not row.head}
    assert listed == {command.identifier for command in bench.registry.all() if command.shortcuts}
    sheet = ShortcutSheet(look, bench.registry, bench.window)
    qtbot.addWidget(sheet)
    sheet.rows.set_rows(shortcut_rows(bench.registry, "ital"))
    sheet.rows.set_current("edit.italic")
    qtbot.keyClick(sheet.rows, Qt.Key.Key_Return)
    assert bench.done == ["italic"]


def test_keys_are_shown_with_blanks(look: Look) -> None:
    assert shown_keys(Command("a.b", "A", "File", nothing, ("Ctrl+Shift+P",))) == "Ctrl Shift P"
    assert shown_keys(Command("a.b", "A", "File", nothing)) == ""
