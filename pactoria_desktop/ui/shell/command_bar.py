"""A bar of commands: buttons that follow the registry's actions, parted by rules."""

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QWidget

from pactoria_desktop.ui.shell.commands import CommandRegistry
from pactoria_desktop.ui.theme.look import Look
from pactoria_desktop.ui.widgets.buttons import ToolButton
from pactoria_desktop.ui.widgets.layouts import rule

SEPARATOR = "|"
STRETCH = ">"
AIR = 8


class CommandBar(QWidget):
    """``entries`` are command identifiers (with a trailing "+" the title stands beside the icon), widgets,
    ``SEPARATOR`` or ``STRETCH``."""

    def __init__(
        self, look: Look, registry: CommandRegistry, accessible_name: str, entries: Sequence[str | QWidget]
    ) -> None:
        super().__init__()
        self.setAccessibleName(accessible_name)
        self.buttons: dict[str, ToolButton] = {}
        self._look = look
        self._worded: list[ToolButton] = []
        layout = QHBoxLayout(self)
        layout.setContentsMargins(12, 0, 12, 0)
        layout.setSpacing(4)
        for entry in entries:
            if isinstance(entry, QWidget):
                layout.addSpacing(8)
                layout.addWidget(entry, 0, Qt.AlignmentFlag.AlignVCenter)
            elif entry == SEPARATOR:
                line = rule(vertical=True)
                line.setFixedHeight(look.pixels(20))
                layout.addSpacing(4)
                layout.addWidget(line, 0, Qt.AlignmentFlag.AlignVCenter)
                layout.addSpacing(4)
            elif entry == STRETCH:
                layout.addStretch(1)
            else:
                identifier, words = entry.rstrip("+"), entry.endswith("+")
                action = registry.action(identifier)
                button = ToolButton(look, registry.command(identifier).icon or "more", action.toolTip(), words=words)
                button.follow(action)
                if words:
                    button.setText(f" {action.text().rstrip('…')}")
                    button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
                    self._worded.append(button)
                button.setAccessibleName(action.toolTip())
                self.buttons[identifier] = button
                layout.addWidget(button, 0, Qt.AlignmentFlag.AlignVCenter)
        self._dress()
        look.changed.connect(self._dress)

    def _dress(self) -> None:
        """Words of buttons are never shortened where the bar is narrow; some of the air beside them may go."""
        for button in self._worded:
            button.setMinimumWidth(button.sizeHint().width() - self._look.pixels(AIR))
