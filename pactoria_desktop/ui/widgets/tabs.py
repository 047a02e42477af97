"""The tabs of a panel: words with a line under the current one."""

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtGui import QFontMetricsF
from PySide6.QtWidgets import QTabBar

from pactoria_desktop.ui.theme.look import Look

SPACIOUS = 3
"""As many tabs stand with all their air beside each other in a dock."""
AIR, LITTLE_AIR = 22, 15
"""What a tab takes beside its words, alone and among many: the paddings and margins of the style sheet, in pixels."""


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

    def fitting(self, numbers: Sequence[int], room: int) -> set[int]:
        """The first of these tabs that a width in logical pixels has room for, and the current one in any case."""
        words = QFontMetricsF(self.font())
        current = self.currentIndex()
        widths = {number: words.horizontalAdvance(self.tabText(number)) + 1 for number in numbers}
        for many in range(len(numbers), 0, -1):
            shown = set(numbers[:many])
            if current in widths and current not in shown:
                shown = {*numbers[: many - 1], current}
            air = LITTLE_AIR if len(shown) > SPACIOUS else AIR
            if sum(widths[number] + air for number in shown) <= room:
                return shown
        return {current} if current in widths else set(numbers[:1])

    def _dress(self) -> None:
        self.setFont(self._look.font(13, 500))
