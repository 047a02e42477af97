"""The tabs of a panel: words with a line under the current one."""

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QTabBar

from pactoria_desktop.ui.theme.look import Look

SPACIOUS = 3
"""As many tabs stand with all their air beside each other in a dock."""


class PanelTabs(QTabBar):
    """Tabs as words, never elided; walked by the arrow keys."""

    def __init__(self, look: Look, accessible_name: str, names: Sequence[str]) -> None:
        super().__init__()
        self._look = look
        self.setProperty("kind", "panel")
        self.setAccessibleName(accessible_name)
        self.setExpanding(False)
        self.setDrawBase(False)
        self.setElideMode(Qt.TextElideMode.ElideNone)
        self.setUsesScrollButtons(False)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        for name in names:
            self.addTab(name)
        self._dress()
        look.changed.connect(self._dress)

    def show_tab(self, number: int, shown: bool) -> None:
        """Show a tab, or put it away; many of them stand closer together."""
        self.setTabVisible(number, shown)
        many = sum(self.isTabVisible(each) for each in range(self.count())) > SPACIOUS
        if many != bool(self.property("many")):
            self.setProperty("many", many)
            self.style().unpolish(self)
            self.style().polish(self)
        self.updateGeometry()

    def _dress(self) -> None:
        self.setFont(self._look.font(13, 500))
