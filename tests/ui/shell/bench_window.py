"""A window with places, docks and contracts made of simple parts, for the tests of the shell."""

from dataclasses import dataclass

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QTextEdit
from pytestqt.qtbot import QtBot

from pactoria_desktop.ui.shell.command_bar import SEPARATOR, STRETCH, CommandBar
from pactoria_desktop.ui.shell.commands import Command, CommandRegistry
from pactoria_desktop.ui.shell.palette_sources import RowSource
from pactoria_desktop.ui.shell.tasks import BackgroundTasks
from pactoria_desktop.ui.shell.window import MainWindow
from pactoria_desktop.ui.theme.look import Look
from pactoria_desktop.ui.widgets.card_list import CardList
from pactoria_desktop.ui.widgets.dock import Dock
from pactoria_desktop.ui.widgets.rows import Row, RowList
from tests.ui.widgets.sheet import CARDS

CLAUSES = tuple(
    Row(str(number), title, number=str(number), icon="outline")
    for number, title in ((10, "Confidentiality"), (11, "Limitation of liability"), (12, "Term and termination"))
)


class TextPage(QTextEdit):
    """Stands for the page of a contract."""

    def __init__(self, name: str) -> None:
        super().__init__("Each party keeps confidential what the other discloses.")
        self.setAccessibleName(f"Text of {name}")
        self.setTabChangesFocus(True)

    def session(self) -> dict[str, object]:
        """What the session keeps of the view."""
        return {"caret": self.textCursor().position()}


@dataclass
class Bench:
    """The window, its parts and what was done in it."""

    window: MainWindow
    registry: CommandRegistry
    tasks: BackgroundTasks
    done: list[str]
    left: Dock
    right: Dock

    def open(self, key: str, title: str) -> TextPage:
        """Open a contract in a tab."""
        page = TextPage(title)
        entries = ["edit.bold", "edit.italic", SEPARATOR, "review.suggest+", STRETCH]
        self.window.open_document(key, title, page, CommandBar(self.window.look, self.registry, "Editing", entries))
        return page


def make_bench(look: Look, qtbot: QtBot) -> Bench:
    """A window with two places, two docks, four commands and no contract."""
    done: list[str] = []
    registry, tasks = CommandRegistry(look), BackgroundTasks()
    window = MainWindow(look, registry, tasks)
    qtbot.addWidget(window, before_close_func=lambda _: tasks.close())
    state = {"suggesting": True}

    def toggle() -> None:
        state["suggesting"] = not state["suggesting"]
        done.append("suggest")

    registry.add(
        Command("edit.bold", "Bold", "Edit", lambda: done.append("bold"), ("Ctrl+B",), "bold"),
        Command("edit.italic", "Italic", "Edit", lambda: done.append("italic"), ("Ctrl+I",), "italic"),
        Command("review.suggest", "Suggesting", "Review", toggle, (), "suggest", checked=lambda: state["suggesting"]),
        Command("review.never", "Accept all changes", "Review", lambda: done.append("never"), enabled=lambda: False),
    )
    for key, title, icon, order in (("start", "Start", "home", 10), ("library", "Library", "library", 20)):
        window.add_place(key, title, icon, RowList(look, title, (Row("a", f"{title} row"),)), order=order)
    left, right = Dock(look, "outline", "Outline", 236), Dock(look, "findings", "Findings", 322)
    left.add_page("outline", "Outline", RowList(look, "Outline", CLAUSES))
    cards = CardList(look, "Findings")
    cards.set_cards(CARDS)
    right.add_page("findings", "Findings", cards)
    right.add_page("comments", "Comments", RowList(look, "Comments", (Row("c", "A comment"),)))
    window.add_dock(left, Qt.DockWidgetArea.LeftDockWidgetArea)
    window.add_dock(right, Qt.DockWidgetArea.RightDockWidgetArea)
    window.palette_sheet.add_source(
        RowSource("In this contract", "@", "clauses", lambda: CLAUSES, lambda key: done.append(f"clause {key}"))
    )
    window.show()
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow, timeout=3000)
    return Bench(window, registry, tasks, done, left, right)
