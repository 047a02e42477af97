"""The bar on top: the sign, the menus, the search field in the middle of the window, room for one action at the
right."""

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPainterPath, QPaintEvent, QPen
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QSizePolicy, QToolButton, QVBoxLayout, QWidget

from pactoria_desktop.ui.shell.menus import Menus
from pactoria_desktop.ui.theme.look import Look
from pactoria_desktop.ui.widgets.layouts import rule
from pactoria_desktop.ui.widgets.text import RIGHT, Painted, draw_line

HEIGHT, FINDER_WIDTH = 44, 372


class Sign(Painted):
    """The program's sign."""

    def __init__(self, look: Look) -> None:
        super().__init__(look, "Pactoria")

    def sizeHint(self) -> QSize:
        """As wide as the rail below it."""
        return QSize(max(64, self.look.pixels(62)), self.look.pixels(HEIGHT))

    def minimumSizeHint(self) -> QSize:
        """The same."""
        return self.sizeHint()

    def draw(self, painter: QPainter, area: QRectF) -> None:
        """A rounded square with a P of one line."""
        scale = self.look.text_scale
        painter.translate(area.center())
        painter.scale(scale, scale)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self.look.colour("accent"))
        painter.drawRoundedRect(QRectF(-11, -11, 22, 22), 6, 6)
        stroke = QPen(self.look.colour("on_accent"), 1.9)
        stroke.setCapStyle(Qt.PenCapStyle.RoundCap)
        stroke.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
        painter.setPen(stroke)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        letter = QPainterPath(QPointF(-3.4, 6))
        letter.lineTo(-3.4, -5.4)
        letter.lineTo(0.6, -5.4)
        letter.cubicTo(5.8, -5.4, 5.8, 1.7, 0.6, 1.7)
        letter.lineTo(-3.4, 1.7)
        painter.drawPath(letter)


class Finder(QToolButton):
    """Looks like a search field; a click or Enter opens the palette. ``set_keys`` gives the keys it shows."""

    def __init__(self, look: Look, words: str) -> None:
        super().__init__()
        self._look, self._words, self._keys = look, words, ""
        self.setObjectName("finder")
        self.setAccessibleName(words)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        look.changed.connect(self.updateGeometry)

    def set_keys(self, keys: str) -> None:
        """Show the keys that do the same."""
        self._keys = keys
        self.setAccessibleName(f"{self._words}, {keys}" if keys else self._words)
        self.update()

    def sizeHint(self) -> QSize:
        """A third of the usual window's width."""
        return QSize(self._look.pixels(FINDER_WIDTH), self._look.pixels(30))

    def minimumSizeHint(self) -> QSize:
        """The glass and some words."""
        return QSize(self._look.pixels(150), self._look.pixels(30))

    def paintEvent(self, event: QPaintEvent) -> None:
        """The styled ground, then glass, words and keys."""
        super().paintEvent(event)
        look, area = self._look, QRectF(self.rect())
        painter = QPainter(self)
        size = look.pixels(16)
        look.draw_icon(painter, "search", 10, area.center().y() - size / 2, size, "text3")
        keys = look.text_width(self._keys, 11, 500) + 12
        wide = area.width() > look.text_width(self._words) + keys + 50
        words = area.adjusted(size + 16, 0, -(keys if wide else 8), 0)
        draw_line(painter, words, self._words, look.font(13), look.colour("text3"))
        if wide:
            draw_line(painter, area.adjusted(0, 0, -10, 0), self._keys, look.font(11, 500), look.colour("text3"), RIGHT)
        painter.end()


class TopBar(QWidget):
    """Sign, menus, finder; ``set_right`` puts one thing at the right end."""

    def __init__(self, look: Look, menus: Menus, finder: Finder) -> None:
        super().__init__()
        self._look = look
        self.setObjectName("top")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setAccessibleName("Menus and search")
        menus.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self.menus, self.finder = menus, finder
        left = QWidget()
        left_row = QHBoxLayout(left)
        left_row.setContentsMargins(0, 0, 8, 0)
        left_row.setSpacing(6)
        left_row.addWidget(Sign(look))
        left_row.addWidget(menus, 1, Qt.AlignmentFlag.AlignVCenter)
        self._right = QWidget()
        self._right_row = QHBoxLayout(self._right)
        self._right_row.setContentsMargins(8, 0, 12, 0)
        self._right_row.addStretch(1)
        self._bar = QWidget()
        grid = QGridLayout(self._bar)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setSpacing(0)
        for place, part in enumerate((left, finder, self._right)):
            grid.addWidget(part, 0, place)
        grid.setColumnStretch(0, 1)
        grid.setColumnStretch(2, 1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self._bar)
        layout.addWidget(rule())
        self._dress()
        look.changed.connect(self._dress)

    def _dress(self) -> None:
        self._bar.setFixedHeight(self._look.pixels(HEIGHT))

    def set_right(self, widget: QWidget) -> None:
        """Put a widget at the right end."""
        self._right_row.addWidget(widget)
