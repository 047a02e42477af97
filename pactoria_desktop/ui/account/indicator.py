"""Sync in a few words at the foot of the window; a click opens what lies behind them."""

from collections.abc import Callable
from datetime import datetime

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QSizePolicy

from pactoria_desktop.ui.account.saying import for_you, sync_explanation, sync_words
from pactoria_desktop.ui.account.values import SyncState, SyncStatus
from pactoria_desktop.ui.theme.look import Look
from pactoria_desktop.ui.theme.marks import draw_severity
from pactoria_desktop.ui.widgets.text import draw_line

ICONS = {
    SyncState.NO_ACCOUNT: "offline", SyncState.SIGNED_OUT: "lock", SyncState.SYNCED: "sync",
    SyncState.WAITING: "clock", SyncState.SENDING: "sent_up", SyncState.OFFLINE: "offline",
    SyncState.STOPPED: "offline",
}  # fmt: skip
HEIGHT, PAD = 24, 4


class SyncIndicator(QAbstractButton):
    """Says how this device stands to its platform; ``clicked`` asks for the sync panel."""

    def __init__(self, look: Look, now: Callable[[], datetime]) -> None:
        super().__init__()
        self._look, self._now = look, now
        self._status, self._words, self._urgent = SyncStatus(), "", False
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)  # painted anew as the mouse comes and goes
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        look.changed.connect(self._dress)
        self.show_status(SyncStatus())

    @property
    def words(self) -> str:
        """What it says."""
        return self._words

    def show_status(self, status: SyncStatus) -> None:
        """Say how it is now."""
        now = self._now()
        words, explanation = sync_words(status, now), sync_explanation(status, now)
        if (words, explanation, status.state) == (self._words, self.toolTip(), self._status.state):
            return
        self._status, self._words, self._urgent = status, words, bool(for_you(status))
        self.setAccessibleName(f"Sync: {words}")
        self.setAccessibleDescription(explanation)
        self.setToolTip(explanation)
        self._dress()

    def _dress(self) -> None:
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        """Icon, mark where something needs the person, words."""
        look = self._look
        mark = look.pixels(11) + 6 if self._urgent else 0
        width = look.pixels(15) + 6 + mark + look.text_width(self._words, 12, 400, True) + 2 * PAD
        return QSize(int(width) + 2, max(HEIGHT, look.pixels(HEIGHT)))

    def minimumSizeHint(self) -> QSize:
        """All of it."""
        return self.sizeHint()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Ground, icon, mark, words."""
        look, area = self._look, QRectF(self.rect())
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if self.hasFocus() or self.underMouse():
            painter.setPen(QPen(look.colour("accent"), 2) if self.hasFocus() else Qt.PenStyle.NoPen)
            painter.setBrush(look.colour("hover") if self.underMouse() else Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(area.adjusted(1, 1, -1, -1), 4, 4)
        size, left = look.pixels(15), float(PAD)
        live = self._status.state in (SyncState.SYNCED, SyncState.SENDING)
        tone = "accent" if live else "text2"
        receiving = self._status.state is SyncState.SENDING and not self._status.waiting
        icon = "came_down" if receiving else ICONS[self._status.state]
        look.draw_icon(painter, icon, left, area.center().y() - size / 2, size, tone)
        left += size + 6
        if self._urgent:
            side = look.pixels(11)
            draw_severity(painter, look.theme, "medium", QRectF(left, area.center().y() - side / 2, side, side))
            left += side + 6
        tone = "text" if live or self._urgent else "text2"
        words = area.adjusted(left, 0, 0, 0)
        draw_line(painter, words, self._words, look.font(12, 400, True), look.colour(tone))
        painter.end()
