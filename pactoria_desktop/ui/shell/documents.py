"""Open contracts as tabs: the tab row, the current one's editor bar, its banner and its page."""

from dataclasses import dataclass

from PySide6.QtCore import QEvent, QObject, QSize, Qt, Signal
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QTabBar, QVBoxLayout, QWidget

from pactoria_desktop.ui.theme.look import Look
from pactoria_desktop.ui.widgets.banner import Banner
from pactoria_desktop.ui.widgets.buttons import ToolButton
from pactoria_desktop.ui.widgets.layouts import rule

ROW_HEIGHT, BAR_HEIGHT = 40, 43
LONGEST_TITLE = 40


@dataclass
class OpenDocument:
    """One open contract. ``page`` takes the focus of its text by ``setFocus``; a method
    ``session`` of it gives what the next start wants to find again."""

    key: str
    title: str
    page: QWidget
    bar: QWidget | None
    frame: QWidget
    banner: Banner


class Documents(QWidget):
    """Tabs over pages. ``current_changed`` gives the key now shown (empty for none); ``close_asked`` the key to close.

    ``row_double_clicked`` tells of a double click on the tab row, which hides and shows the docks.
    """

    current_changed = Signal(str)
    close_asked = Signal(str)
    order_changed = Signal()
    row_double_clicked = Signal()

    def __init__(self, look: Look) -> None:
        super().__init__()
        self._look = look
        self._open: list[OpenDocument] = []
        self.tabs = QTabBar()
        self.tabs.setAccessibleName("Open contracts")
        self.tabs.setExpanding(False)
        self.tabs.setDrawBase(False)
        self.tabs.setMovable(True)
        self.tabs.setElideMode(Qt.TextElideMode.ElideRight)
        self.tabs.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.tabs.setIconSize(QSize(15, 15))
        self.tabs.currentChanged.connect(self._on_current)
        self.tabs.tabMoved.connect(self._on_moved)
        self.tabs.installEventFilter(self)
        self._row = QWidget()
        self._row.setObjectName("tabrow")
        self._row.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._row.installEventFilter(self)
        self._row_layout = QHBoxLayout(self._row)
        self._row_layout.setContentsMargins(0, 0, 10, 0)
        self._row_layout.setSpacing(4)
        self._row_layout.addWidget(self.tabs, 0, Qt.AlignmentFlag.AlignBottom)
        self._row_layout.addStretch(1)
        self.pages = QStackedWidget()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self._row)
        layout.addWidget(self.pages, 1)
        self._dress()
        look.changed.connect(self._dress)

    def _dress(self) -> None:
        self.tabs.setFont(self._look.font(13))
        self._row.setFixedHeight(self._look.pixels(ROW_HEIGHT))
        for document in self._open:
            if document.bar is not None:
                document.bar.setFixedHeight(self._look.pixels(BAR_HEIGHT))

    def add_row_tool(self, button: ToolButton) -> None:
        """Put a button at the right end of the tab row."""
        self._row_layout.addWidget(button)

    def add(self, key: str, title: str, page: QWidget, bar: QWidget | None = None) -> OpenDocument:
        """Open a tab and show it. Raises ValueError when the key is open already."""
        if self.document(key) is not None:
            raise ValueError(f"The contract {key} is open already.")
        banner = Banner(self._look)
        frame = QWidget()
        layout = QVBoxLayout(frame)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        if bar is not None:
            bar.setObjectName("editorbar")
            bar.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
            bar.setFixedHeight(self._look.pixels(BAR_HEIGHT))
            layout.addWidget(bar)
            layout.addWidget(rule())
        layout.addWidget(banner)
        layout.addWidget(page, 1)
        document = OpenDocument(key, title, page, bar, frame, banner)
        self._open.append(document)
        self.pages.addWidget(frame)
        number = self.tabs.addTab(self._look.icon("document", "text3"), "")
        close = ToolButton(self._look, "close", f"Close {title}", 13)
        close.setMinimumSize(22, 22)
        close.setMaximumSize(24, 24)
        close.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        close.clicked.connect(lambda: self.close_asked.emit(document.key))
        self.tabs.setTabButton(number, QTabBar.ButtonPosition.RightSide, close)
        self._name_tab(number, title)
        self.tabs.setCurrentIndex(number)
        if number == 0:
            self._on_current(0)
        return document

    def _name_tab(self, number: int, title: str) -> None:
        shown = title if len(title) <= LONGEST_TITLE else title[: LONGEST_TITLE - 1].rstrip() + "…"
        self.tabs.setTabText(number, shown.replace("&", "&&"))
        self.tabs.setTabToolTip(number, title)
        self.tabs.setAccessibleTabName(number, title)
        self.tabs.updateGeometry()

    def document(self, key: str) -> OpenDocument | None:
        """An open contract by its key."""
        return next((document for document in self._open if document.key == key), None)

    def open_keys(self) -> tuple[str, ...]:
        """The open contracts in the order of their tabs."""
        return tuple(document.key for document in self._open)

    def current(self) -> OpenDocument | None:
        """The contract shown."""
        number = self.tabs.currentIndex()
        return self._open[number] if 0 <= number < len(self._open) else None

    def show_document(self, key: str) -> None:
        """Show an open contract. Raises ValueError when it is not open."""
        self.tabs.setCurrentIndex(self.open_keys().index(key))

    def set_title(self, key: str, title: str) -> None:
        """Name a tab anew. Raises ValueError when it is not open."""
        number = self.open_keys().index(key)
        self._open[number].title = title
        self._name_tab(number, title)

    def close_document(self, key: str) -> None:
        """Take a tab away and delete its page. Raises ValueError when it is not open."""
        number = self.open_keys().index(key)
        document = self._open.pop(number)
        self.pages.removeWidget(document.frame)
        self.tabs.blockSignals(True)
        self.tabs.removeTab(number)
        self.tabs.blockSignals(False)
        document.frame.deleteLater()
        self._on_current(self.tabs.currentIndex())

    def step(self, by: int) -> None:
        """Show the next (1) or previous (-1) tab, round the end."""
        if self._open:
            self.tabs.setCurrentIndex((self.tabs.currentIndex() + by) % len(self._open))

    def _on_current(self, number: int) -> None:
        document = self._open[number] if 0 <= number < len(self._open) else None
        if document is not None:
            self.pages.setCurrentWidget(document.frame)
        for place in range(self.tabs.count()):
            tone = "accent" if place == number else "text3"
            self.tabs.setTabIcon(place, self._look.icon("document", tone))
        self.current_changed.emit(document.key if document is not None else "")

    def _on_moved(self, before: int, after: int) -> None:
        self._open.insert(after, self._open.pop(before))
        self.order_changed.emit()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """A double click on the tab row, beside or on a tab; a middle click closes a tab."""
        if event.type() == QEvent.Type.MouseButtonDblClick:
            self.row_double_clicked.emit()
        elif event.type() == QEvent.Type.MouseButtonRelease and isinstance(event, QMouseEvent):
            number = self.tabs.tabAt(event.position().toPoint()) if watched is self.tabs else -1
            if event.button() == Qt.MouseButton.MiddleButton and number >= 0:
                self.close_asked.emit(self._open[number].key)
        return False
