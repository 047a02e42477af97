"""Buttons of the look: plain, primary, quiet, danger and chip with words; tool buttons with an icon."""

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QPushButton, QToolButton

from pactoria_desktop.ui.theme.look import Look

KINDS = ("plain", "primary", "quiet", "danger", "chip")


class Button(QPushButton):
    """A button with words. ``kind`` is one of ``KINDS``; a screen has one primary button at most."""

    def __init__(self, look: Look, words: str, kind: str = "plain", icon: str = "") -> None:
        super().__init__(f" {words}" if icon else words)
        if kind not in KINDS:
            raise ValueError(f"There is no kind of button named {kind}.")
        self._look, self._kind = look, kind
        self.setProperty("kind", kind)
        self.setAccessibleName(words)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setCheckable(kind == "chip")
        self.setAutoDefault(False)
        if icon:
            self.setIcon(look.icon(icon, "on_accent" if kind == "primary" else "text"))
        self._dress()
        look.changed.connect(self._dress)

    def _dress(self) -> None:
        self.setFont(self._look.font(12 if self._kind == "chip" else 13, 600 if self._kind == "primary" else 500))
        self.setIconSize(QSize(self._look.pixels(16), self._look.pixels(16)))


class ToolButton(QToolButton):
    """A button with an icon; ``name`` is its tooltip and what a screen reader says."""

    def __init__(
        self, look: Look, icon: str, name: str, size: int = 18, *, checkable: bool = False, words: bool = False
    ) -> None:
        super().__init__()
        self._look, self._size = look, size
        self.setIcon(look.icon(icon))
        self.setToolTip(name)
        self.setAccessibleName(name)
        self.setCheckable(checkable)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        if words:
            self.setText(name)
            self.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self._dress()
        look.changed.connect(self._dress)

    def follow(self, action: QAction) -> None:
        """Do, enable and check what an action does; the tooltip names its shortcut."""
        self.setDefaultAction(action)
        keys = action.shortcut().toString()
        self.setToolTip(f"{action.toolTip()} ({keys})" if keys else action.toolTip())

    def _dress(self) -> None:
        self.setFont(self._look.font(13, 500))
        self.setIconSize(QSize(self._look.pixels(self._size), self._look.pixels(self._size)))
        side = max(24, self._look.pixels(self._size + 12))
        self.setMinimumSize(side, side)
