"""Lists of one-line rows: icon or mark, title, second words, figure at the right; painted, so that thousands cost
nothing."""

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QModelIndex, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFontMetricsF, QKeyEvent, QPainter, QPen
from PySide6.QtWidgets import QAbstractItemView, QListView, QStyle, QStyledItemDelegate, QStyleOptionViewItem

from pactoria_desktop.ui.theme.look import Look
from pactoria_desktop.ui.theme.marks import SEVERITY_NAMES, draw_severity
from pactoria_desktop.ui.widgets.items import DISPLAY, ITEM_ROLE, SPEECH, Index, ItemModel
from pactoria_desktop.ui.widgets.text import RIGHT, draw_line

INSET = 8


@dataclass(frozen=True)
class Row:
    """One line of a list.

    ``matches`` are stretches (start, end) of the title, in code points, drawn heavier; ``level`` indents; a ``head``
    names the group below it and cannot be chosen; ``spoken`` replaces what a screen reader says.
    """

    key: str
    title: str
    detail: str = ""
    right: str = ""
    icon: str = ""
    severity: str = ""
    number: str = ""
    level: int = 0
    head: bool = False
    matches: tuple[tuple[int, int], ...] = ()
    spoken: str = ""
    strong: bool = False

    def speech(self) -> str:
        """The row in words: severity first, then what it is."""
        if self.spoken:
            return self.spoken
        parts = (
            SEVERITY_NAMES[self.severity] if self.severity else "",
            self.number,
            self.title,
            self.detail,
            self.right,
        )
        return ", ".join(part for part in parts if part)


class RowModel(ItemModel[Row]):
    """Rows for a list view."""

    def __init__(self, rows: Sequence[Row] = ()) -> None:
        super().__init__({DISPLAY: lambda row: row.title, SPEECH: Row.speech}, rows)

    def flags(self, index: Index) -> Qt.ItemFlag:
        """A head is neither chosen nor walked over."""
        if self.items[index.row()].head:
            return Qt.ItemFlag.NoItemFlags
        return Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable | Qt.ItemFlag.ItemNeverHasChildren


def draw_row_ground(painter: QPainter, look: Look, area: QRectF, option: QStyleOptionViewItem) -> bool:
    """The ground of a chosen or hovered row; gives whether the row is chosen. A line too, where a tint is not
    enough."""
    state: QStyle.StateFlag = option.state
    chosen, hovered = bool(state & QStyle.StateFlag.State_Selected), bool(state & QStyle.StateFlag.State_MouseOver)
    focused = bool(state & QStyle.StateFlag.State_HasFocus)
    if not (chosen or hovered or focused):
        return False
    painter.setBrush(look.colour("accent_soft" if chosen else "hover") if chosen or hovered else Qt.BrushStyle.NoBrush)
    ring = look.theme.outlined and chosen
    painter.setPen(QPen(look.colour("accent"), 2) if ring or focused else Qt.PenStyle.NoPen)
    painter.drawRoundedRect(area.adjusted(INSET, 1, -INSET, -1), 6, 6)
    return chosen


class RowDelegate(QStyledItemDelegate):
    """Paints rows of ``height`` (at 13 px text) and heads of 28."""

    def __init__(self, look: Look, height: int) -> None:
        super().__init__()
        self.look, self.height = look, height

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        """The height of the row; the width is the view's."""
        row: Row = index.data(ITEM_ROLE)
        return QSize(60, self.look.pixels(28 if row.head else self.height))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Ground, icon or mark, title with its matches, second words, figure."""
        row: Row = index.data(ITEM_ROLE)
        look, area = self.look, QRectF(option.rect)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if row.head:
            head = area.adjusted(INSET + 12, 6, -INSET, 0)
            draw_line(painter, head, row.title, look.font(12, 600), look.colour("text2"))
            painter.restore()
            return
        chosen = draw_row_ground(painter, look, area, option)
        left = area.x() + INSET + 12 + row.level * look.pixels(18)
        right = area.right() - INSET - 12
        if row.icon:
            size = look.pixels(16)
            look.draw_icon(painter, row.icon, left, area.center().y() - size / 2, size, "accent" if chosen else "text2")
            left += size + 12
        if row.severity:
            side = look.pixels(11)
            draw_severity(
                painter, look.theme, row.severity, QRectF(right - side, area.center().y() - side / 2, side, side)
            )
            right -= side + 7
        if row.right:
            font = look.font(12, 400, True)
            width = QFontMetricsF(font).horizontalAdvance(row.right)
            draw_line(
                painter,
                QRectF(right - width, area.y(), width + 1, area.height()),
                row.right,
                font,
                look.colour("text2"),
                RIGHT,
            )
            right -= width + 10
        if row.number:
            font = look.font(12, 500 if chosen else 400, True)
            room = max(look.pixels(30), QFontMetricsF(font).horizontalAdvance(row.number) + look.pixels(8))
            draw_line(painter, QRectF(left, area.y(), room, area.height()), row.number, font, look.colour("text2"))
            left += room
        left += self._draw_title(painter, row, QRectF(left, area.y(), right - left, area.height()), chosen)
        if row.detail and right - left > 30:
            rest = QRectF(left + 10, area.y(), right - left - 10, area.height())
            draw_line(painter, rest, row.detail, look.font(12), look.colour("text2"))
        painter.restore()

    def _draw_title(self, painter: QPainter, row: Row, area: QRectF, chosen: bool) -> float:
        """The title in pieces, matched ones heavier; gives the width taken."""
        look = self.look
        plain = look.font(13, 600 if row.strong else 500 if chosen else 400)
        heavy = look.font(13, 700)
        metrics = QFontMetricsF(plain)
        if not row.matches or metrics.horizontalAdvance(row.title) > area.width() - 4:
            return draw_line(painter, area, row.title, plain, look.colour("text"))
        painter.setPen(look.colour("text"))
        baseline = area.center().y() + (metrics.ascent() - metrics.descent()) / 2
        x, place = area.x(), 0
        for start, end in (*row.matches, (len(row.title), len(row.title))):
            for words, font in ((row.title[place:start], plain), (row.title[start:end], heavy)):
                if words:
                    painter.setFont(font)
                    painter.drawText(QPointF(x, baseline), words)
                    x += QFontMetricsF(font).horizontalAdvance(words)
            place = end
        return x - area.x()


class RowList(QListView):
    """A list of rows. ``opened`` gives the key on Enter or double click, ``moved`` when another row becomes current."""

    opened = Signal(str)
    moved = Signal(str)

    def __init__(self, look: Look, accessible_name: str, rows: Sequence[Row] = (), height: int = 30) -> None:
        super().__init__()
        self._look, self._rows, self._height = look, RowModel(rows), height
        self._delegate = RowDelegate(look, height)
        self.setModel(self._rows)
        self.setItemDelegate(self._delegate)
        self.setAccessibleName(accessible_name)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setMouseTracking(True)
        self.setTabKeyNavigation(False)
        self.setUniformItemSizes(not any(row.head for row in rows))
        self.activated.connect(lambda index: self.opened.emit(index.data(ITEM_ROLE).key))
        self.selectionModel().currentChanged.connect(self._on_current)
        look.changed.connect(self._on_look)

    def _on_look(self) -> None:
        self.doItemsLayout()
        self.viewport().update()

    def _on_current(self, index: QModelIndex) -> None:
        if index.isValid():
            self.moved.emit(index.data(ITEM_ROLE).key)

    def rows(self) -> tuple[Row, ...]:
        """What is shown."""
        return self._rows.items

    def set_rows(self, rows: Sequence[Row], current: str = "") -> None:
        """Show other rows; ``current`` (or the key that was current) stays current when it is among them."""
        wanted = current or self.current_key()
        self.setUniformItemSizes(not any(row.head for row in rows))
        self._rows.set_items(rows)
        if wanted:
            self.set_current(wanted)

    def current_key(self) -> str:
        """The key of the current row; empty without one."""
        index = self.currentIndex()
        return str(index.data(ITEM_ROLE).key) if index.isValid() else ""

    def set_current(self, key: str) -> None:
        """Make the row with a key current, if it is there."""
        for number, row in enumerate(self._rows.items):
            if row.key == key and not row.head:
                self.setCurrentIndex(self._rows.index(number))
                return

    def content_height(self) -> int:
        """The height in logical pixels that shows all rows."""
        return sum(self._look.pixels(28 if row.head else self._height) for row in self._rows.items)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter opens the current row on every platform."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.currentIndex().isValid():
            self.opened.emit(self.current_key())
            return
        super().keyPressEvent(event)
