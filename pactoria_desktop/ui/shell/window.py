"""The main window: rail of places, top bar, docks around the work, state at the foot."""

from collections.abc import Callable, Sequence
from typing import Any

from PySide6.QtCore import QByteArray, QEvent, Qt, QTimer, Signal
from PySide6.QtGui import (
    QCloseEvent,
    QDragEnterEvent,
    QDragLeaveEvent,
    QDropEvent,
    QKeyEvent,
    QPaintEvent,
)
from PySide6.QtWidgets import (
    QHBoxLayout,
    QMainWindow,
    QStackedWidget,
    QTabBar,
    QTabWidget,
    QToolBar,
    QVBoxLayout,
    QWidget,
)

from pactoria_desktop.ui.shell.commands import CommandRegistry, shown_keys
from pactoria_desktop.ui.shell.documents import Documents
from pactoria_desktop.ui.shell.drop_sheet import DropSheet, dropped_files
from pactoria_desktop.ui.shell.errors import ErrorDialog, describe
from pactoria_desktop.ui.shell.menus import Menus
from pactoria_desktop.ui.shell.palette import HINT, Palette
from pactoria_desktop.ui.shell.palette_sources import CommandSource
from pactoria_desktop.ui.shell.panes import PaneCycle
from pactoria_desktop.ui.shell.rail import Rail
from pactoria_desktop.ui.shell.session import DocumentState, SessionState
from pactoria_desktop.ui.shell.shortcuts import ShortcutGuard
from pactoria_desktop.ui.shell.status_bar import StatusBar
from pactoria_desktop.ui.shell.tasks import BackgroundTasks
from pactoria_desktop.ui.shell.top_bar import Finder, TopBar
from pactoria_desktop.ui.shell.window_commands import window_commands
from pactoria_desktop.ui.theme.look import Look
from pactoria_desktop.ui.widgets.banner import Banner
from pactoria_desktop.ui.widgets.dock import Dock
from pactoria_desktop.ui.widgets.layouts import rule

CONTRACTS = "contracts"
STATE_VERSION = 1


class MainWindow(QMainWindow):
    """One window of the workbench.

    ``place_changed`` gives the key of the place now shown; ``files_dropped`` the paths dropped on it; ``close_asked``
    the key of a contract to close; ``closing`` comes once, before the window goes, and carries the session to keep;
    ``first_painted`` comes once, after the first frame.
    """

    place_changed = Signal(str)
    files_dropped = Signal(list)
    close_asked = Signal(str)
    closing = Signal(object)
    first_painted = Signal()

    def __init__(self, look: Look, registry: CommandRegistry, tasks: BackgroundTasks) -> None:
        super().__init__()
        self.look, self.registry, self.tasks = look, registry, tasks
        self.setObjectName("window")
        self.setWindowTitle("Pactoria")
        self.setAccessibleName("Pactoria")
        self.resize(1440, 900)
        self.setMinimumSize(720, 480)
        self.setAcceptDrops(True)
        self.setDockNestingEnabled(True)
        self.setTabPosition(Qt.DockWidgetArea.AllDockWidgetAreas, QTabWidget.TabPosition.North)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.NoContextMenu)
        self._places: dict[str, QWidget] = {}
        self._place = ""
        self._painted = False
        self._awaiting_paint: list[Callable[[], object]] = []
        self._docks: dict[str, Dock] = {}
        self._dock_state = QByteArray()
        self._dock_default = QByteArray()
        self._panels_hidden: list[Dock] = []
        self._theme_choice = ""
        self.may_close: Callable[[], bool] = lambda: True
        self.rail = Rail(look)
        self.rail.chosen.connect(self.show_place)
        self.documents = Documents(look)
        self.documents.current_changed.connect(self._on_document)
        self.documents.close_asked.connect(self.close_asked)
        self.documents.row_double_clicked.connect(self.toggle_panels)
        self.banner = Banner(look)
        self.status = StatusBar(look, tasks)
        self.panes = PaneCycle(self._pane_widgets, self)
        self._build_frame()
        self.palette_sheet = Palette(look, self)
        self.commands_source = CommandSource(registry)
        self._drop_sheet = DropSheet(look, self)
        self._guard = ShortcutGuard(registry, self)
        self.add_place(CONTRACTS, "Contracts", "document", self.documents, order=30)
        self.rail.set_usable(CONTRACTS, False, "No contract is open.")
        registry.add(*window_commands(self))
        self.top.finder.set_keys(shown_keys(registry.command("view.palette")))
        self.palette_sheet.add_source(self.commands_source)
        for command in registry.all():
            self.addAction(registry.action(command.identifier))
        registry.changed.connect(self._adopt_actions)
        tasks.failed.connect(self._on_failed)
        registry.refresh()

    def _build_frame(self) -> None:
        self.menus = Menus(self.look, self.registry)
        finder = Finder(self.look, HINT)
        finder.clicked.connect(lambda: self.palette_sheet.open())
        self.top = TopBar(self.look, self.menus, finder)
        self.setMenuWidget(self.top)
        holder = QToolBar("Places")
        holder.setObjectName("places-bar")
        holder.setMovable(False)
        holder.setStyleSheet("QToolBar { border: 0; padding: 0; margin: 0; spacing: 0; }")
        holder_layout = holder.layout()
        if holder_layout is not None:
            holder_layout.setContentsMargins(0, 0, 0, 0)
        holder.toggleViewAction().setEnabled(False)
        side = QWidget()
        side.setObjectName("places")
        side_layout = QHBoxLayout(side)
        side_layout.setContentsMargins(0, 0, 0, 0)
        side_layout.setSpacing(0)
        side_layout.addWidget(self.rail)
        side_layout.addWidget(rule(vertical=True))
        holder.addWidget(side)
        self.addToolBar(Qt.ToolBarArea.LeftToolBarArea, holder)
        centre = QWidget()
        centre.setObjectName("panel")
        centre.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        layout = QVBoxLayout(centre)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        self.stack = QStackedWidget()
        layout.addWidget(self.banner)
        layout.addWidget(self.stack, 1)
        self.setCentralWidget(centre)
        foot = self.statusBar()
        foot.setSizeGripEnabled(False)
        foot.setStyleSheet("QStatusBar { border: 0; } QStatusBar::item { border: 0; }")
        foot.setContentsMargins(0, 0, 0, 0)
        foot.addWidget(self.status, 1)

    def _adopt_actions(self) -> None:
        known = {id(action) for action in self.actions()}
        for command in self.registry.all():
            action = self.registry.action(command.identifier)
            if id(action) not in known:
                self.addAction(action)

    # -- places
    # ---------------------------------------------------------------------------------------------------------

    def add_place(
        self, key: str, title: str, icon: str, page: QWidget, *, order: int = 50, at_bottom: bool = False
    ) -> None:
        """Add a place to the rail, by ``order``, and its page to the middle. The first one added is shown first."""
        self._places[key] = page
        self.stack.addWidget(page)
        self.rail.add_place(key, title, icon, order=order, at_bottom=at_bottom)
        if key != CONTRACTS and not self._place:
            self.show_place(key)

    def place(self) -> str:
        """The key of the place shown."""
        return self._place

    def place_keys(self) -> tuple[str, ...]:
        """All places."""
        return tuple(self._places)

    def show_place(self, key: str) -> None:
        """Go to a place; the docks belong to the open contracts and are put away elsewhere. Raises KeyError."""
        page = self._places[key]
        if key == self._place:
            return
        was_contracts = self._place == CONTRACTS
        self._place = key
        if was_contracts:
            self._dock_state = self.saveState(STATE_VERSION)
            for dock in self._docks.values():
                dock.hide()
        self.stack.setCurrentWidget(page)
        self.rail.set_current(key)
        if key == CONTRACTS:
            if not self._dock_state.isEmpty():
                self.restoreState(self._dock_state, STATE_VERSION)
            else:
                self._open_docks()
        self.banner.hide()
        self.focus_text()
        self.registry.refresh()
        self.place_changed.emit(key)

    # -- contracts
    # ------------------------------------------------------------------------------------------------------

    def open_document(self, key: str, title: str, page: QWidget, bar: QWidget | None = None) -> None:
        """Show a contract in a tab of its own, or bring its tab forward."""
        if self.documents.document(key) is None:
            self.documents.add(key, title, page, bar)
        else:
            self.documents.show_document(key)
        self.rail.set_usable(CONTRACTS, True)
        self.show_place(CONTRACTS)
        page.setFocus()

    def close_document(self, key: str) -> None:
        """Take a contract's tab away; with the last one the window goes back to its first place."""
        self.documents.close_document(key)
        if not self.documents.open_keys():
            self.rail.set_usable(CONTRACTS, False, "No contract is open.")
            if self._place == CONTRACTS:
                others = [place for place in self._places if place != CONTRACTS]
                if others:
                    self.show_place(others[0])

    def _on_document(self, key: str) -> None:
        document = self.documents.document(key)
        self.setWindowTitle(f"{document.title} · Pactoria" if document is not None else "Pactoria")
        self.registry.refresh()

    def focus_text(self) -> None:
        """Put the focus into the text of the current contract, else into the middle of the window."""
        document = self.documents.current()
        if self._place == CONTRACTS and document is not None:
            document.page.setFocus()
            return
        page = self.stack.currentWidget()
        takes = page is not None and page.focusPolicy() != Qt.FocusPolicy.NoFocus
        target = page if takes else self.panes.target(self.stack)
        if target is not None:
            target.setFocus()

    # -- docks
    # ----------------------------------------------------------------------------------------------------------

    def add_dock(
        self, dock: Dock, area: Qt.DockWidgetArea, *, below: Dock | None = None, beside: Dock | None = None
    ) -> None:
        """Add a dock at an edge, below another dock, or tabbed with another one."""
        self._docks[dock.objectName()] = dock
        self.addDockWidget(area, dock)
        if below is not None:
            self.splitDockWidget(below, dock, Qt.Orientation.Vertical)
        if beside is not None:
            self.tabifyDockWidget(beside, dock)
        dock.visibilityChanged.connect(self._name_dock_tabs)
        self.resizeDocks([dock], [dock.preferred_width()], Qt.Orientation.Horizontal)
        if self._place != CONTRACTS:
            dock.hide()

    def _name_dock_tabs(self) -> None:
        """Qt makes the tabs of docks that share a place; they get our look and a name when they appear."""
        for tabs in self.findChildren(QTabBar, options=Qt.FindChildOption.FindDirectChildrenOnly):
            if not tabs.accessibleName():
                tabs.setAccessibleName("Panels in one place")
                tabs.setProperty("kind", "panel")
                tabs.setFont(self.look.font(13, 500))
                tabs.setDrawBase(False)
                tabs.setExpanding(False)

    def docks(self) -> tuple[Dock, ...]:
        """All docks in the order they were added."""
        return tuple(self._docks.values())

    def _open_docks(self) -> None:
        docks = list(self._docks.values())
        for dock in docks:
            dock.show()
        if docks:
            self.resizeDocks(docks, [dock.preferred_width() for dock in docks], Qt.Orientation.Horizontal)
        if self._dock_default.isEmpty():
            self._dock_default = self.saveState(STATE_VERSION)

    def panels_shown(self) -> bool:
        """Whether any dock is open."""
        return any(not dock.isHidden() for dock in self._docks.values())

    def toggle_panels(self) -> None:
        """Hide all docks, or bring back those that were open."""
        shown = [dock for dock in self._docks.values() if not dock.isHidden()]
        if shown:
            self._panels_hidden = shown
            for dock in shown:
                dock.hide()
        else:
            for dock in self._panels_hidden or self._docks.values():
                dock.show()
        self.registry.refresh()

    def reset_layout(self) -> None:
        """Put the docks back to where they were at first."""
        if self._place == CONTRACTS and not self._dock_default.isEmpty():
            self.restoreState(self._dock_default, STATE_VERSION)
            self._open_docks()
        else:
            self._dock_state = QByteArray(self._dock_default)

    # -- panes, errors, look
    # ---------------------------------------------------------------------------------------------

    def _pane_widgets(self) -> Sequence[QWidget]:
        left: list[QWidget] = []
        right: list[QWidget] = []
        for dock in self._docks.values():
            at_right = self.dockWidgetArea(dock) == Qt.DockWidgetArea.RightDockWidgetArea
            (right if at_right else left).append(dock)
        middle: list[QWidget] = [self.stack]
        document = self.documents.current()
        if self._place == CONTRACTS and document is not None:
            middle = [document.page, *([document.bar] if document.bar is not None else [])]
        return [self.top, self.rail, *left, *middle, *right, self.status]

    def show_error(self, error: BaseException) -> None:
        """Say what went wrong: an expected refusal across the screen, a fault of the program in a dialog with
        Details."""
        problem = describe(error)
        if problem.expected:
            self.banner.show_sentence("high", problem.sentence, "Details", lambda: self.show_details(error))
        else:
            self.show_details(error)

    def _on_failed(self, label: str, error: BaseException) -> None:
        self.show_error(error)

    def show_details(self, error: BaseException) -> None:
        """The dialog with what lies behind an error; it does not block the program."""
        dialog = ErrorDialog(self.look, describe(error), self)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.open()

    @property
    def theme_choice(self) -> str:
        """The theme that a person chose; empty while the system's is followed."""
        return self._theme_choice

    def choose_theme(self, name: str) -> None:
        """Use light, dark or contrast; empty follows the system from the next start."""
        self._theme_choice = name
        if name:
            self.look.set_theme(name)

    # -- session
    # --------------------------------------------------------------------------------------------------------

    def session(self) -> SessionState:
        """The window as it is, to be taken up at the next start."""
        docks = self.saveState(STATE_VERSION) if self._place == CONTRACTS else self._dock_state
        documents = []
        for key in self.documents.open_keys():
            document = self.documents.document(key)
            view: Any = getattr(document.page, "session", None) if document is not None else None
            documents.append(DocumentState(key, view() if callable(view) else {}))
        current = self.documents.current()
        return SessionState(
            place=self._place,
            geometry=bytes(self.saveGeometry().data()),
            docks=bytes(docks.data()),
            documents=tuple(documents),
            current=current.key if current is not None else "",
            theme=self._theme_choice,
            white_page=self.look.white_page,
            recent_commands=self.commands_source.recent,
        )

    def restore(self, state: SessionState) -> None:
        """Take up window, docks and look of a session; contracts are opened by whoever has them, before or after."""
        if state.geometry:
            self.restoreGeometry(QByteArray(state.geometry))
        if state.docks:
            self._dock_state = QByteArray(state.docks)
            if self._place == CONTRACTS:
                self.restoreState(self._dock_state, STATE_VERSION)
        if state.theme in ("light", "dark", "contrast"):
            self.choose_theme(state.theme)
        self.look.set_white_page(state.white_page)
        known = {command.identifier for command in self.registry.all()}
        self.commands_source.set_recent([one for one in state.recent_commands if one in known])
        usable = state.place in self._places and (state.place != CONTRACTS or self.documents.open_keys())
        if usable:
            self.show_place(state.place)

    # -- events
    # ---------------------------------------------------------------------------------------------------------

    def paintEvent(self, event: QPaintEvent) -> None:
        """The first time, tell of it once this frame is whole."""
        super().paintEvent(event)
        if not self._painted:
            self._painted = True
            QTimer.singleShot(0, self, self._after_first_frame)

    def when_painted(self, act: Callable[[], object]) -> None:
        """Act once the first frame has been painted: at once where it has."""
        if self._painted:
            act()
        else:
            self._awaiting_paint.append(act)

    def _after_first_frame(self) -> None:
        self.first_painted.emit()
        awaiting, self._awaiting_paint = self._awaiting_paint, []
        for act in awaiting:
            act()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Escape that nobody else wanted returns to the text."""
        if event.key() == Qt.Key.Key_Escape:
            self.focus_text()
        else:
            super().keyPressEvent(event)

    def closeEvent(self, event: QCloseEvent) -> None:
        """Tell the session before going; stay where ``may_close`` says no."""
        if not self.may_close():
            event.ignore()
            return
        self.closing.emit(self.session())
        event.accept()

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Take files of this computer."""
        if dropped_files(event.mimeData()):
            event.acceptProposedAction()
            self._drop_sheet.setGeometry(self.rect())
            self._drop_sheet.show()
            self._drop_sheet.raise_()

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        """The drag left the window."""
        self._drop_sheet.hide()

    def dropEvent(self, event: QDropEvent) -> None:
        """Hand the files on."""
        self._drop_sheet.hide()
        files = dropped_files(event.mimeData())
        if files:
            event.acceptProposedAction()
            self.files_dropped.emit(files)

    def changeEvent(self, event: QEvent) -> None:
        """Another window state may change what commands can do."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.WindowStateChange:
            self.registry.refresh()
