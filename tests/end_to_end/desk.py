"""The real window on a real encrypted library, worked by mouse and keyboard; it hears errors and watches for stalls."""

import gc
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from PySide6.QtCore import QCoreApplication, QEvent, QEventLoop, QMimeData, QPoint, QPointF, Qt, QTimer, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QDialog, QWidget

from pactoria_desktop.runtime.clock import SystemClock
from pactoria_desktop.runtime.library_key import LibraryKey
from pactoria_desktop.runtime.paths import Home
from pactoria_desktop.runtime.settings import SettingsFile
from pactoria_desktop.services.library import LibraryService
from pactoria_desktop.store.library import open_library
from pactoria_desktop.ui.application import workbench
from pactoria_desktop.ui.shell.watchdog import LIMIT, StallWatch
from pactoria_desktop.ui.theme.look import Look
from pactoria_desktop.ui.widgets.card_list import CardList
from pactoria_desktop.ui.widgets.dialogs import AskingDialog
from pactoria_desktop.ui.widgets.rows import RowList
from pactoria_desktop.ui.workbench.contract_tab import ContractTab
from pactoria_desktop.ui.workbench.questions import WindowQuestions
from pactoria_desktop.ui.workbench.workbench import Workbench

AUTHOR = "Ines Falk"
KEY = LibraryKey(bytes(range(32)))
NO_KEYS = Qt.KeyboardModifier.NoModifier
CONTROL = Qt.KeyboardModifier.ControlModifier
SHIFT = Qt.KeyboardModifier.ShiftModifier


class FileAnswers(WindowQuestions):
    """Real dialogs, but for the system's own file dialogs: these give the paths that a test put here."""

    def __init__(self, look: Look, window: QWidget) -> None:
        super().__init__(look, window)
        self.paths: list[Path] = []
        self.proposed: list[str] = []

    def file_to_open(self, title: str, kinds: str) -> Path | None:
        return self.paths.pop(0) if self.paths else None

    def files_to_open(self, title: str, kinds: str) -> list[Path]:
        return [self.paths.pop(0)] if self.paths else []

    def file_to_write(self, title: str, proposed: str, kinds: str) -> Path | None:
        self.proposed.append(proposed)
        return self.paths.pop(0) if self.paths else None


class Desk:
    """One open window. ``errors`` are those that it showed; ``stalls`` what its watch saw."""

    def __init__(self, bench: Workbench, watch: StallWatch) -> None:
        self.bench, self.watch = bench, watch
        self.window = bench.window
        self.files = FileAnswers(bench.look, bench.window)
        bench.questions = self.files
        self.errors: list[BaseException] = []
        show = bench.window.show_error

        def heard(error: BaseException) -> None:
            self.errors.append(error)
            show(error)

        bench.window.show_error = heard  # type: ignore[method-assign]

    @property
    def tab(self) -> ContractTab:
        """The contract in front."""
        tab = self.bench.current()
        assert tab is not None, "no contract is shown"
        return tab

    # Waiting

    def wait(self, ready: Callable[[], object], what: str, seconds: float = 25) -> None:
        """Let the window live until something is ready."""
        until = time.monotonic() + seconds
        while not ready():
            assert time.monotonic() < until, f"{what} did not come; errors: {self.errors!r}"
            QCoreApplication.processEvents(QEventLoop.ProcessEventsFlag.AllEvents, 10)

    def rest(self, seconds: float) -> None:
        """Let the window live for a while."""
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            QCoreApplication.processEvents(QEventLoop.ProcessEventsFlag.AllEvents, 10)

    def settled(self) -> None:
        """Wait until nothing runs and the panels show the text as it is."""
        self.rest(0.5)
        self.wait(lambda: not self.bench.tasks.jobs(), "rest")
        self.rest(0.05)

    def opened(self) -> ContractTab:
        """Wait for the contract in front with its panels."""
        self.wait(lambda: self.bench.current() is not None and self.tab.overview is not None, "the contract")
        self.settled()
        return self.tab

    # Hands

    def drop(self, *paths: Path) -> None:
        """Drop files on the window."""
        data = QMimeData()
        data.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
        buttons, action = Qt.MouseButton.LeftButton, Qt.DropAction.CopyAction
        enter = QDragEnterEvent(QPoint(300, 300), action, data, buttons, NO_KEYS)
        QApplication.sendEvent(self.window, enter)
        assert enter.isAccepted()
        QApplication.sendEvent(self.window, QDropEvent(QPointF(300, 300), action, data, buttons, NO_KEYS))

    def press(self, key: Qt.Key, modifier: Qt.KeyboardModifier = NO_KEYS, times: int = 1) -> None:
        """Press a key where the focus is."""
        for _ in range(times):
            QTest.keyClick(QApplication.focusWidget() or self.window, key, modifier)
            QCoreApplication.processEvents()

    def type(self, words: str) -> None:
        """Type where the focus is."""
        for letter in words:
            QTest.keyClick(QApplication.focusWidget() or self.window, letter)
            QCoreApplication.processEvents()

    def click(self, widget: QWidget, at: QPoint | None = None) -> None:
        """Click a widget in its middle, or at a point of it."""
        QTest.mouseClick(widget, Qt.MouseButton.LeftButton, NO_KEYS, at or widget.rect().center())

    def click_card(self, cards: CardList, key: str) -> None:
        """Click a card near its top."""
        number = [card.key for card in cards.cards()].index(key)
        index = cards.model().index(number, 0)
        cards.scrollTo(index)
        QCoreApplication.processEvents()
        self.click(cards.viewport(), cards.visualRect(index).topLeft() + QPoint(60, 18))
        QCoreApplication.processEvents()

    def click_row(self, rows: RowList, title: str) -> None:
        """Click the row with a title."""
        number = [row.title for row in rows.rows()].index(title)
        index = rows.model().index(number, 0)
        rows.scrollTo(index)
        self.click(rows.viewport(), rows.visualRect(index).center())
        QCoreApplication.processEvents()

    def click_words(self, within: QWidget, words: str) -> None:
        """Click the visible button with these words."""
        from PySide6.QtWidgets import QAbstractButton

        found = [
            one for one in within.findChildren(QAbstractButton) if one.text().strip() == words and one.isVisible()
        ]  # fmt: skip
        assert found, f"there is no button {words}"
        self.click(found[-1])

    def go_to_words(self, words: str) -> None:
        """Find words with the find bar, and leave it with the words selected."""
        self.window.activateWindow()
        self.tab.view.setFocus()
        self.wait(self.tab.view.editor.hasFocus, "the page's focus")
        self.press(Qt.Key.Key_F, CONTROL)
        self.press(Qt.Key.Key_A, CONTROL)
        self.type(words)
        self.wait(lambda: self.tab.view.find_bar.count > 0, f"the words {words}")
        self.press(Qt.Key.Key_Return)
        self.press(Qt.Key.Key_Escape)
        self.wait(lambda: self.tab.view.editor.hasFocus(), "the page's focus")
        found = self.tab.view.commands.copied_text()
        assert words.casefold() in found.casefold(), f"{words!r} were not selected but {found!r}"

    def answer(self, *fields: str, button: str = "") -> Callable[[], None]:
        """When the next dialog comes, type into its fields and click its primary button (or the one with words).

        Call what it gives afterwards: it fails when no dialog came.
        """
        seen: list[str] = []

        def look() -> None:
            dialog = QApplication.activeModalWidget()
            if not isinstance(dialog, QDialog) or not dialog.isVisible():
                return
            timer.stop()
            seen.append(dialog.windowTitle())
            if isinstance(dialog, AskingDialog):
                for field, words in zip(dialog.fields, fields, strict=False):
                    field.setFocus()
                    QTest.keyClick(field, Qt.Key.Key_A, CONTROL)
                    QTest.keyClicks(field, words)
            if button:
                self.click_words(dialog, button)
            elif isinstance(dialog, AskingDialog):
                self.click(dialog.primary)
            else:
                QTest.keyClick(dialog, Qt.Key.Key_Escape)

        timer = QTimer(self.bench)
        timer.setInterval(20)
        timer.timeout.connect(look)
        timer.start()

        def came() -> None:
            timer.stop()
            assert seen, "no dialog came"
            self.window.activateWindow()  # the window manager's part, of which there is none off screen
            self.wait(self.window.isActiveWindow, "the window")

        return came

    def text(self) -> str:
        """The accepted text as it is now."""
        from pactoria_desktop.contract.accepted import accepted

        return accepted(self.tab.opened.replica.text()).text


def stall_limit() -> float:
    """The longest stall in seconds: 100 ms, more where other work keeps this machine's processors busy."""
    given = os.environ.get("PACTORIA_STALL_FACTOR")
    busy = os.getloadavg()[0] / (os.cpu_count() or 1) if hasattr(os, "getloadavg") else 1.0
    return LIMIT * (float(given) if given else 1.0 if busy < 0.6 else 1.0 + 2.0 * busy)


@contextmanager
def desk(folder: Path, look: Look, *, start: bool = True) -> Iterator[Desk]:
    """A window on the library of a folder, made at the first time; closed in order at the end."""
    home = Home(folder)
    home.prepare()
    watch, found = StallWatch(), None
    library = open_library(home, lambda new: KEY, SystemClock())
    try:
        service = LibraryService(library, SystemClock(), AUTHOR)
        with workbench(service, look, SettingsFile(home.settings)) as bench:
            found = Desk(bench, watch)
            if start:
                bench.opening.start_session(restore=True)
            bench.window.resize(1440, 900)
            bench.window.show()
            bench.window.activateWindow()
            yield found
    finally:
        library.close()
        del found
        QApplication.clipboard().clear()  # what Python made and the clipboard holds outlives Python otherwise
        gc.collect()  # Qt objects held in circles must go before the application does
        QCoreApplication.sendPostedEvents(None, int(QEvent.Type.DeferredDelete.value))
