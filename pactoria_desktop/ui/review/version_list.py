"""The list of a contract's versions, drawn row by row: a thousand of them cost no more than those in sight."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from PySide6.QtCore import QModelIndex, QPoint, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QContextMenuEvent, QKeyEvent, QPainter, QPen
from PySide6.QtWidgets import QAbstractItemView, QListView, QStyle, QStyledItemDelegate, QStyleOptionViewItem

from pactoria_desktop.ui.account.saying import clock
from pactoria_desktop.ui.library.when import spoken_instant
from pactoria_desktop.ui.theme.look import Look
from pactoria_desktop.ui.theme.marks import draw_severity
from pactoria_desktop.ui.widgets.items import DISPLAY, ITEM_ROLE, SPEECH, TIP, Index, ItemModel
from pactoria_desktop.ui.widgets.text import RIGHT, draw_line

LEFT, PAD, ABOVE = 44, 14, 10
TITLE, LINE = 20, 18


@dataclass(frozen=True, slots=True)
class VersionMark:
    """A sentence about a version beside its mark: ``ok``, ``high``, ``low`` or ``note``."""

    severity: str
    words: str


@dataclass(frozen=True, slots=True)
class VersionRow:
    """One version. ``at`` in milliseconds since 1970 UTC; ``who`` says who made it and where it went or came from."""

    key: str
    number: int
    name: str
    at: int
    who: str
    file: str = ""
    marks: tuple[VersionMark, ...] = ()

    def lines(self) -> int:
        """How many lines stand below its name."""
        return 1 + (1 if self.file else 0) + len(self.marks)

    def speech(self, now: datetime) -> str:
        """The version in words."""
        said = (f"Version {self.number}", self.name, spoken_instant(self.at, now), self.who, self.file)
        return ", ".join(part for part in (*said, *(mark.words for mark in self.marks)) if part)

    def tip(self, now: datetime) -> str:
        """All of it, line by line, for what is cut off in the row."""
        said = (self.name, clock(self.at, now), self.who, self.file, *(mark.words for mark in self.marks))
        return "\n".join(part for part in said if part)


class VersionDelegate(QStyledItemDelegate):
    """Measures by counting lines, without looking at the words, and paints: number and name, then the lines."""

    def __init__(self, look: Look, model: ItemModel[VersionRow], now: Callable[[], datetime]) -> None:
        super().__init__()
        self._look, self._model, self._now = look, model, now

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        """As high as the lines are many."""
        pixels = self._look.pixels
        lines = self._model.items[index.row()].lines()
        return QSize(120, pixels(TITLE) + lines * pixels(LINE) + 2 * pixels(ABOVE))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Ground, bar of the chosen one, number and name, who and when, file, marks."""
        row, look, area = self._model.items[index.row()], self._look, QRectF(option.rect)
        state: QStyle.StateFlag = option.state
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if state & QStyle.StateFlag.State_Selected:
            painter.fillRect(area, look.colour("surface"))
            painter.fillRect(QRectF(area.x(), area.y(), 3, area.height()), look.colour("accent"))
        elif state & QStyle.StateFlag.State_MouseOver:
            painter.fillRect(area, look.colour("hover"))
        painter.fillRect(QRectF(area.x(), area.bottom() - 1, area.width(), 1), look.colour("line"))
        if state & QStyle.StateFlag.State_HasFocus:
            painter.setPen(QPen(look.colour("accent"), 2))
            painter.drawRect(area.adjusted(1, 1, -1, -2))
        self._draw_words(painter, row, area)
        painter.restore()

    def _draw_words(self, painter: QPainter, row: VersionRow, area: QRectF) -> None:
        look, left = self._look, area.x() + self._look.pixels(LEFT)
        y, title, line = area.y() + look.pixels(ABOVE), look.pixels(TITLE), look.pixels(LINE)
        figures, quiet = look.font(12, 500, True), look.colour("text2")
        number = QRectF(area.x(), y, look.pixels(LEFT - 12), title)
        draw_line(painter, number, str(row.number), figures, quiet, RIGHT)
        right = area.right() - PAD
        draw_line(painter, QRectF(left, y, right - left, title), row.name, look.font(13, 600), look.colour("text"))
        y += title
        # The name has its line to itself: names of files are long.
        when = spoken_instant(row.at, self._now())
        room = look.text_width(when, 12, 400, True) + 2
        draw_line(painter, QRectF(right - room, y, room, line), when, look.font(12, 400, True), quiet, RIGHT)
        who = QRectF(left, y, right - room - 12 - left, line)
        draw_line(painter, who, row.who, look.font(12), quiet)
        y += line
        if row.file:
            draw_line(painter, QRectF(left, y, right - left, line), row.file, look.font(12), quiet)
            y += line
        side = look.pixels(10)
        for mark in row.marks:
            draw_severity(painter, look.theme, mark.severity, QRectF(left, y + (line - side) / 2, side, side))
            words_at = QRectF(left + side + 6, y, right - left - side - 6, line)
            draw_line(painter, words_at, mark.words, look.font(12, 500), look.colour("text"))
            y += line


class VersionList(QListView):
    """Versions from top to bottom. ``opened`` gives a key on Enter or double click, ``moved`` when a version becomes
    current; ``menu_wanted`` gives the global place for its menu, by the menu key or the other mouse button."""

    opened = Signal(str)
    moved = Signal(str)
    menu_wanted = Signal(QPoint)

    def __init__(self, look: Look, now: Callable[[], datetime]) -> None:
        super().__init__()
        self._versions = _model(now)
        self._delegate = VersionDelegate(look, self._versions, now)
        self.setModel(self._versions)
        self.setItemDelegate(self._delegate)
        self.setAccessibleName("Versions")
        self.setMouseTracking(True)
        self.setTabKeyNavigation(False)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.activated.connect(lambda index: self.opened.emit(index.data(ITEM_ROLE).key))
        self.selectionModel().currentChanged.connect(self._on_current)
        look.changed.connect(self._on_look)

    def rows(self) -> tuple[VersionRow, ...]:
        """What is shown."""
        return self._versions.items

    def set_rows(self, rows: Sequence[VersionRow]) -> None:
        """Show others. The current one stays current and in its place; without one it is the newest."""
        key, above = self.current_key(), self.verticalScrollBar().value()
        self._versions.set_items(rows)
        number = next((at for at, row in enumerate(self._versions.items) if row.key == key), 0)
        if self._versions.items:
            self.setCurrentIndex(self._versions.index(number))
            self.verticalScrollBar().setValue(above)

    def current_key(self) -> str:
        """The key of the current version; empty without one."""
        number = self.currentIndex().row()
        return self._versions.items[number].key if 0 <= number < len(self._versions.items) else ""

    def set_current(self, key: str) -> None:
        """Make the version with a key current, if it is there."""
        for number, row in enumerate(self._versions.items):
            if row.key == key:
                self.setCurrentIndex(self._versions.index(number))

    def _on_current(self, index: QModelIndex, before: QModelIndex) -> None:
        if index.isValid():
            self.moved.emit(self.current_key())

    def _on_look(self) -> None:
        self.doItemsLayout()
        self.viewport().update()

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """The menu of the version under the mouse, or of the current one by the keyboard."""
        index = self.currentIndex()
        if event.reason() == QContextMenuEvent.Reason.Mouse:
            index = self.indexAt(event.pos())
            if index.isValid():
                self.setCurrentIndex(index)
        if index.isValid():
            below = self.viewport().mapToGlobal(self.visualRect(index).bottomLeft() + QPoint(PAD, 0))
            self.menu_wanted.emit(event.globalPos() if event.reason() == QContextMenuEvent.Reason.Mouse else below)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter opens the current version on every platform."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.currentIndex().isValid():
            self.opened.emit(self.current_key())
            return
        super().keyPressEvent(event)


def _model(now: Callable[[], datetime]) -> ItemModel[VersionRow]:
    words = {DISPLAY: lambda row: row.name, SPEECH: lambda row: row.speech(now()), TIP: lambda row: row.tip(now())}
    return ItemModel(words)
