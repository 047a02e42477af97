"""The menu bar, built from the registry: menus and groups in one fixed order, refreshed when they open."""

import sys

from PySide6.QtCore import QSize
from PySide6.QtWidgets import QMenu, QMenuBar

from pactoria_desktop.ui.shell.commands import MENUS, Command, CommandRegistry
from pactoria_desktop.ui.theme.look import Look


class Menus(QMenuBar):
    """A menu for each name that has commands; nothing is shown that does not exist."""

    def __init__(self, look: Look, registry: CommandRegistry) -> None:
        super().__init__()
        self._look, self._registry = look, registry
        self.setNativeMenuBar(sys.platform == "darwin")
        self.setAccessibleName("Menus")
        registry.changed.connect(self.rebuild)
        look.changed.connect(self._dress)
        self._dress()
        self.rebuild()

    def _dress(self) -> None:
        self.setFont(self._look.font(13))

    def minimumSizeHint(self) -> QSize:
        """All menus are shown; the search field beside them gives way first."""
        return self.sizeHint()

    def rebuild(self) -> None:
        """Build all menus again."""
        self.clear()
        commands = self._registry.all()
        for name in MENUS:
            inside = [command for command in commands if command.menu == name]
            if inside:
                self._fill(self.addMenu(name), inside)
        self.updateGeometry()

    def _fill(self, menu: QMenu, commands: list[Command]) -> None:
        menu.setFont(self._look.font(13))
        menu.setToolTipsVisible(True)
        menu.aboutToShow.connect(self._registry.refresh)
        submenus: dict[str, QMenu] = {}
        previous: int | None = None
        for command in sorted(commands, key=lambda one: one.group):
            if previous is not None and command.group != previous and command.submenu not in submenus:
                menu.addSeparator()
            previous = command.group
            if command.submenu and command.submenu not in submenus:
                submenus[command.submenu] = menu.addMenu(command.submenu)
                submenus[command.submenu].setFont(self._look.font(13))
                submenus[command.submenu].aboutToShow.connect(self._registry.refresh)
            (submenus[command.submenu] if command.submenu else menu).addAction(
                self._registry.action(command.identifier)
            )
