"""The versions of a contract: the text as it is now on top, the versions below, what can be done with one at the
foot."""

from collections.abc import Callable, Sequence
from datetime import datetime

from PySide6.QtCore import QPoint, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QAction, QPainter
from PySide6.QtWidgets import QHBoxLayout, QMenu, QStackedWidget, QVBoxLayout, QWidget

from pactoria_desktop.ui.review.version_list import VersionList, VersionRow
from pactoria_desktop.ui.theme.look import Look
from pactoria_desktop.ui.theme.marks import draw_severity
from pactoria_desktop.ui.widgets.buttons import Button
from pactoria_desktop.ui.widgets.empty_state import EmptyState
from pactoria_desktop.ui.widgets.layouts import column, row, rule
from pactoria_desktop.ui.widgets.text import Label, Painted

SHORT_COMPARE, MORE = "Compare with now", "More…"


class SmallMark(Painted):
    """A severity's mark, beside a sentence that says the same."""

    def __init__(self, look: Look) -> None:
        super().__init__(look, "")
        self._severity = "ok"
        self.setFixedSize(self.sizeHint())

    def sizeHint(self) -> QSize:
        """A square of the mark's side and air above it, so that it stands at the first line."""
        return QSize(self.look.pixels(12), self.look.pixels(18))

    def on_look_changed(self) -> None:
        """Another size of text is another side."""
        self.setFixedSize(self.sizeHint())
        super().on_look_changed()

    def show_severity(self, severity: str) -> None:
        """Draw another one."""
        self._severity = severity
        self.update()

    def draw(self, painter: QPainter, area: QRectF) -> None:
        """The mark."""
        side = self.look.pixels(11)
        draw_severity(
            painter, self.look.theme, self._severity, QRectF(0, (area.height() - side) / 2, side, side)
        )  # fmt: skip


class VersionsPanel(QWidget):
    """Shows versions, newest first. ``compare_wanted`` when the chosen one is opened (Enter, double click), ``chosen``
    gives its key when another one becomes current.

    ``compare``, ``save`` and ``verify`` are what the buttons do; ``more`` is what the menu of a version holds, None for
    a line between. Buttons and menu can be pressed while their action can, and say why not in their tooltips.
    """

    compare_wanted = Signal()
    chosen = Signal(str)

    def __init__(
        self, look: Look, now: Callable[[], datetime], *, save: QAction, compare: QAction, verify: QAction,
        more: Sequence[QAction | None],
    ) -> None:  # fmt: skip
        super().__init__()
        self._more = tuple(more)
        self.menu: QMenu | None = None
        self.save = _following(Button(look, "Save a version…"), save)
        self.compare = _following(Button(look, SHORT_COMPARE), compare)
        self.verify = _following(Button(look, "Verify", "quiet"), verify)
        self.verify.setAccessibleName("Verify the history")
        self.more = Button(look, MORE)
        self.more.setAccessibleName("More for this version")
        self._state = Label(look, "", 12, 400, "text2", wrap=True)
        self._mark = SmallMark(look)
        self._verdict = Label(look, "", 12, 500, wrap=True)
        self.list = VersionList(look, now)
        self._empty = EmptyState(look, "history", "")
        self._pages = QStackedWidget()
        self._blank = QWidget()
        self._pages.addWidget(self._blank)
        self._pages.addWidget(self._empty)
        self._pages.addWidget(self.list)
        head = row(Label(look, "Now", 13, 600), None, self.save)
        self._top = column(head, self._state, margins=(16, 10, 12, 10), spacing=4)
        said = QWidget()
        across = QHBoxLayout(said)
        across.setContentsMargins(16, 8, 16, 8)
        across.setSpacing(8)
        across.addWidget(self._mark, 0, Qt.AlignmentFlag.AlignTop)
        across.addWidget(self._verdict, 1)
        self._said = column(said, rule())
        self._foot = column(
            rule(), row(self.compare, self.more, None, self.verify, margins=(16, 10, 8, 12), spacing=8)
        )  # fmt: skip
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        for widget in (self._top, rule(), self._said):
            layout.addWidget(widget)
        layout.addWidget(self._pages, 1)
        layout.addWidget(self._foot)
        self.list.opened.connect(lambda key: self.compare_wanted.emit())
        self.list.moved.connect(self.chosen)
        self.list.menu_wanted.connect(self.open_menu)
        self.more.clicked.connect(lambda: self.open_menu())
        self.show_nothing("No contract is shown")
        self.show_verdict("", "")

    @property
    def state(self) -> str:
        """What is said of the text as it is now."""
        return self._state.text()

    @property
    def verdict(self) -> str:
        """What was said of the history; empty while it was not verified."""
        return self._verdict.text() if not self._said.isHidden() else ""

    def clear(self) -> None:
        """Show nothing yet: what is asked for now may be there in a moment."""
        self.list.set_rows(())
        self._pages.setCurrentWidget(self._blank)
        self._foot.setVisible(False)
        self.show_state("")
        self.show_verdict("", "")

    def show_nothing(self, fact: str, detail: str = "") -> None:
        """Say why there are no versions to be seen."""
        self._empty.set_words(fact, detail)
        self._pages.setCurrentWidget(self._empty)
        self.list.set_rows(())
        self._foot.setVisible(False)

    def show_versions(self, rows: Sequence[VersionRow]) -> None:
        """Show versions, newest first."""
        self.list.set_rows(rows)
        self._pages.setCurrentWidget(self.list)
        self._foot.setVisible(True)

    def show_state(self, words: str) -> None:
        """Say how the text of now stands to the last version."""
        self._state.setText(words)
        self._state.setVisible(bool(words))

    def show_verdict(self, severity: str, sentence: str) -> None:
        """Say what verifying found; "" takes it away."""
        self._mark.show_severity(severity or "ok")
        self._verdict.setText(sentence)
        self._said.setVisible(bool(sentence))

    def open_menu(self, at: QPoint | None = None) -> QMenu:
        """Open what can be done with the chosen version, at a global place or above the button."""
        menu = QMenu(self)
        current = next((one for one in self.list.rows() if one.key == self.list.current_key()), None)
        menu.setAccessibleName(current.name if current is not None else "Version")
        menu.setToolTipsVisible(True)
        for action in self._more:
            if action is None:
                menu.addSeparator()
            else:
                menu.addAction(action)
        menu.aboutToHide.connect(menu.deleteLater)
        above = self.more.mapToGlobal(QPoint(0, -menu.sizeHint().height()))
        menu.popup(at or above)
        self.menu = menu
        return menu


def _following(button: Button, action: QAction) -> Button:
    """A button that does what an action does, while that can be done."""

    def follow() -> None:
        button.setEnabled(action.isEnabled())
        button.setToolTip(action.toolTip())

    button.clicked.connect(action.trigger)
    action.changed.connect(follow)
    follow()
    return button
