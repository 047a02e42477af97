"""All shortcuts on one sheet, from the registry, so that it cannot be out of date."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QVBoxLayout, QWidget

from pactoria_desktop.ui.shell.commands import MENUS, CommandRegistry, shown_keys
from pactoria_desktop.ui.theme.look import Look
from pactoria_desktop.ui.widgets.buttons import Button
from pactoria_desktop.ui.widgets.rows import Row, RowList
from pactoria_desktop.ui.widgets.search_field import SearchField
from pactoria_desktop.ui.widgets.text import Label


def shortcut_rows(registry: CommandRegistry, typed: str = "") -> list[Row]:
    """A row for every command that has keys, grouped by menu, those whose title or keys hold the words."""
    rows = []
    for menu in MENUS:
        inside = [
            Row(command.identifier, command.title.rstrip("…"), right=shown_keys(command), icon=command.icon or "right")
            for command in registry.all()
            if command.menu == menu and command.shortcuts
        ]
        inside = [row for row in inside if typed.lower() in f"{row.title} {row.right}".lower()]
        if inside:
            rows += [Row(f"head:{menu}", menu, head=True), *inside]
    return rows


class ShortcutSheet(QDialog):
    """A list of keys to look in; Enter on a row runs the command."""

    def __init__(self, look: Look, registry: CommandRegistry, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("Keyboard shortcuts")
        self.setAccessibleName("Keyboard shortcuts")
        self._registry = registry
        layout = QVBoxLayout(self)
        layout.setContentsMargins(24, 20, 24, 20)
        layout.setSpacing(12)
        self.field = SearchField(look, "Search shortcuts", pause=0)
        self.rows = RowList(look, "Shortcuts", shortcut_rows(registry), 32)
        self.field.asked.connect(lambda typed: self.rows.set_rows(shortcut_rows(registry, typed)))
        self.field.left.connect(lambda: self.rows.setFocus(Qt.FocusReason.TabFocusReason))
        self.rows.opened.connect(self._run)
        buttons = QDialogButtonBox()
        close = Button(look, "Close")
        buttons.addButton(close, QDialogButtonBox.ButtonRole.RejectRole)
        close.clicked.connect(self.reject)
        for part in (Label(look, "Keyboard shortcuts", 18, 600), self.field, self.rows, buttons):
            layout.addWidget(part)
        self.resize(look.pixels(520), look.pixels(600))

    def _run(self, identifier: str) -> None:
        self.accept()
        self._registry.run(identifier)
