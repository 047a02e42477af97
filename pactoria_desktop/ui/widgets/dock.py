"""A dock with a head of its own: a title or tabs, actions, close. It is movable and remembered."""

from collections.abc import Sequence

from PySide6.QtCore import QPoint, QSize, Qt, Signal
from PySide6.QtGui import QResizeEvent, QShowEvent
from PySide6.QtWidgets import QDockWidget, QHBoxLayout, QMenu, QStackedWidget, QVBoxLayout, QWidget

from pactoria_desktop.ui.theme.look import Look
from pactoria_desktop.ui.widgets.buttons import ToolButton
from pactoria_desktop.ui.widgets.layouts import rule
from pactoria_desktop.ui.widgets.tabs import PanelTabs
from pactoria_desktop.ui.widgets.text import Label

HEAD_HEIGHT = 39
LEAST_WIDTH = 180


class DockHead(QWidget):
    """The head of a dock; Qt moves the dock when its free part is dragged, because it leaves the mouse to its
    parent."""

    def __init__(self, look: Look) -> None:
        super().__init__()
        self._look = look
        self.setObjectName("panel")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.row = QHBoxLayout(self)
        self.row.setContentsMargins(8, 0, 8, 0)
        self.row.setSpacing(2)

    def sizeHint(self) -> QSize:
        """The height of every head; Qt asks for it while the dock is still hidden."""
        return QSize(super().sizeHint().width(), self._look.pixels(HEAD_HEIGHT))

    def minimumSizeHint(self) -> QSize:
        """The same height."""
        return QSize(super().minimumSizeHint().width(), self._look.pixels(HEAD_HEIGHT))


class Dock(QDockWidget):
    """A dock whose pages are tabs of words; with one page the head is its title. ``page_changed`` gives the page's
    key.

    Where there is no room for all tabs, the last ones are in a menu behind them; the current one is always to be seen.
    """

    page_changed = Signal(str)

    def __init__(self, look: Look, key: str, title: str, width: int) -> None:
        super().__init__(title)
        self._look, self._width = look, width
        self.setObjectName(f"dock-{key}")
        self.setAccessibleName(title)
        self.setFeatures(
            QDockWidget.DockWidgetFeature.DockWidgetMovable | QDockWidget.DockWidgetFeature.DockWidgetClosable
        )
        self._keys: list[str] = []
        self._away: set[str] = set()
        self._actions: list[ToolButton] = []
        self.menu: QMenu | None = None
        self.head = DockHead(look)
        self._title = Label(look, title, 13, 600)
        self._title.setContentsMargins(8, 0, 0, 0)
        self._tabs = PanelTabs(look, f"{title} pages", ())
        self._tabs.currentChanged.connect(self._on_tab)
        self._tabs.hide()
        self.close_button = ToolButton(look, "close", f"Close {title.lower()}", 13)
        self.close_button.clicked.connect(self.close)
        self.head.row.addWidget(self._title)
        self.head.row.addWidget(self._tabs, 0, Qt.AlignmentFlag.AlignBottom)
        self.more = ToolButton(look, "more", f"More pages of {title.lower()}", 16)
        self.more.clicked.connect(self.open_menu)
        self.more.hide()
        self.head.row.addWidget(self.more)
        self.head.row.addStretch(1)
        self.head.row.addWidget(self.close_button)
        self.pages = QStackedWidget()
        body = QWidget()
        body.setObjectName("panel")
        body.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        inner = QVBoxLayout(body)
        inner.setContentsMargins(0, 0, 0, 0)
        inner.setSpacing(0)
        self.setTitleBarWidget(self.head)
        inner.addWidget(rule())
        inner.addWidget(self.pages, 1)
        self.setWidget(body)
        self._dress()
        look.changed.connect(self._dress)

    def _dress(self) -> None:
        self.head.setFixedHeight(self._look.pixels(HEAD_HEIGHT))
        self.setMinimumWidth(self._look.pixels(LEAST_WIDTH))
        self._fit()

    def sizeHint(self) -> QSize:
        """The width the dock was given."""
        return QSize(self._look.pixels(self._width), 400)

    def preferred_width(self) -> int:
        """The width to open with, in logical pixels."""
        return self._look.pixels(self._width)

    def add_page(self, key: str, title: str, page: QWidget, actions: Sequence[ToolButton] = ()) -> None:
        """Add a page; a second one turns the title into tabs. ``actions`` stand in the head, before close."""
        self._keys.append(key)
        self.pages.addWidget(page)
        self._tabs.addTab(title)
        self._tabs.setVisible(len(self._keys) > 1)
        self._title.setVisible(len(self._keys) == 1)
        if len(self._keys) == 1:
            self._title.setText(title)
        self._actions += actions
        self._fit()
        for action in actions:
            self.head.row.insertWidget(self.head.row.count() - 1, action)

    def page_keys(self) -> tuple[str, ...]:
        """The keys of the pages in their order."""
        return tuple(self._keys)

    def current_page(self) -> str:
        """The key of the page shown; empty without pages."""
        return self._keys[self._tabs.currentIndex()] if self._keys else ""

    def show_page(self, key: str) -> None:
        """Open the dock at a page. Raises ValueError for an unknown key."""
        self._tabs.setCurrentIndex(self._keys.index(key))
        self._fit()
        self.show()
        self.raise_()

    def set_page_shown(self, key: str, shown: bool) -> None:
        """Show the way to a page, or put it away; from a page that is put away the first one is gone to."""
        number = self._keys.index(key)
        if not shown and self._tabs.currentIndex() == number:
            self._tabs.setCurrentIndex(0)
        (self._away.discard if shown else self._away.add)(key)
        self._fit()

    def is_page_shown(self, key: str) -> bool:
        """Whether there is a way to a page: its tab, or its line in the menu behind the tabs."""
        return key in self._keys and key not in self._away

    def hidden_pages(self) -> tuple[str, ...]:
        """The pages that the menu behind the tabs leads to."""
        return tuple(
            key for number, key in enumerate(self._keys)
            if key not in self._away and not self._tabs.isTabVisible(number)
        )  # fmt: skip

    def open_menu(self) -> QMenu:
        """Open the menu of the pages whose tabs find no room."""
        menu = QMenu(self)
        menu.setAccessibleName(self.more.accessibleName())
        for key in self.hidden_pages():
            action = menu.addAction(self._tabs.tabText(self._keys.index(key)))
            action.triggered.connect(lambda *_, key=key: self.show_page(key))
        menu.aboutToHide.connect(menu.deleteLater)
        menu.popup(self.more.mapToGlobal(QPoint(0, self.more.height())))
        self.menu = menu
        return menu

    def _fit(self) -> None:
        """Show as many tabs as there is room for, the current one among them."""
        numbers = [number for number, key in enumerate(self._keys) if key not in self._away]
        if self.isHidden():
            shown = set(numbers)
        else:
            shown = self._tabs.fitting(numbers, self._room(with_menu=False))
            if len(shown) < len(numbers):
                shown = self._tabs.fitting(numbers, self._room(with_menu=True))
        for number in range(len(self._keys)):
            self._tabs.show_tab(number, number in shown)
        self.more.setVisible(len(shown) < len(numbers))

    def _room(self, *, with_menu: bool) -> int:
        """The width that tabs may take, in logical pixels."""
        row = self.head.row
        margins = row.contentsMargins()
        beside = [*self._actions, self.close_button, *([self.more] if with_menu else [])]
        taken = sum(button.sizeHint().width() + row.spacing() for button in beside)
        return self.width() - margins.left() - margins.right() - taken - row.spacing()

    def showEvent(self, event: QShowEvent) -> None:
        """While it is hidden nobody knows its width."""
        super().showEvent(event)
        self._fit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Another width is room for more tabs, or fewer."""
        super().resizeEvent(event)
        self._fit()

    def _on_tab(self, number: int) -> None:
        if 0 <= number < self.pages.count():
            self.pages.setCurrentIndex(number)
            self._fit()
            self.page_changed.emit(self._keys[number])
