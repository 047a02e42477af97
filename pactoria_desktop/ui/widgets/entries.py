"""A list of people or things with two lines, a word and a time; what can be done with each is in its menu."""

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QPoint, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QContextMenuEvent, QKeyEvent, QMouseEvent, QPainter, QPen
from PySide6.QtWidgets import (
    QAbstractItemView,
    QListView,
    QMenu,
    QSizePolicy,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
)

from pactoria_desktop.ui.theme.look import Look
from pactoria_desktop.ui.theme.marks import SEVERITY_NAMES, draw_severity
from pactoria_desktop.ui.widgets.author import draw_avatar
from pactoria_desktop.ui.widgets.items import DISPLAY, ITEM_ROLE, SPEECH, Index, ItemModel
from pactoria_desktop.ui.widgets.text import RIGHT, draw_line

HEIGHT, LEFT, MORE = 46, 8, 28


@dataclass(frozen=True)
class Choice:
    """Something that can be done with an entry. ``on`` makes it one of several that exclude each other; ``group``
    parts the menu by lines; with ``why_not`` it is shown and cannot be chosen."""

    key: str
    words: str
    on: bool | None = None
    group: int = 0
    why_not: str = ""


@dataclass(frozen=True)
class ListEntry:
    """One line. ``number`` (from 1) draws the avatar of ``title``; without it ``icon`` or ``severity`` stands there.
    ``tag`` is a short word beside the title ("you")."""

    key: str
    title: str
    second: str = ""
    middle: str = ""
    right: str = ""
    number: int = 0
    icon: str = ""
    severity: str = ""
    tag: str = ""
    choices: tuple[Choice, ...] = ()

    def speech(self) -> str:
        """The entry in words."""
        mark = SEVERITY_NAMES[self.severity] if self.severity else ""
        more = f"{len(self.choices)} in the menu" if self.choices else ""
        return ", ".join(
            part for part in (mark, self.title, self.tag, self.second, self.middle, self.right, more) if part
        )


class EntryDelegate(QStyledItemDelegate):
    """Paints entries, with a line under each."""

    def __init__(self, look: Look) -> None:
        super().__init__()
        self.look = look

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        """One height for all; the width is the view's."""
        return QSize(120, self.look.pixels(HEIGHT))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Ground, avatar or icon, two lines, the word, the time, and three dots where there is a menu."""
        entry: ListEntry = index.data(ITEM_ROLE)
        look, area = self.look, QRectF(option.rect)
        state: QStyle.StateFlag = option.state
        focused = bool(state & QStyle.StateFlag.State_HasFocus)
        hovered = bool(state & QStyle.StateFlag.State_MouseOver)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if focused or hovered:
            painter.setPen(QPen(look.colour("accent"), 2) if focused else Qt.PenStyle.NoPen)
            painter.setBrush(look.colour("hover") if hovered else Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(area.adjusted(1, 1, -1, -2), 6, 6)
        if index.row() + 1 < index.model().rowCount():
            painter.fillRect(QRectF(area.x(), area.bottom() - 1, area.width(), 1), look.colour("line"))
        left, right = area.x() + LEFT, area.right() - LEFT
        middle_y, side = area.center().y(), look.pixels(26)
        if entry.number:
            draw_avatar(painter, look, QRectF(left, middle_y - side / 2, side, side), entry.title, entry.number)
        elif entry.severity:
            mark = look.pixels(11)
            at = QRectF(left + (side - mark) / 2, middle_y - mark / 2, mark, mark)
            draw_severity(painter, look.theme, entry.severity, at)
        elif entry.icon:
            look.draw_icon_in(painter, entry.icon, QRectF(left, area.y(), side, area.height()), look.pixels(18))
        if entry.number or entry.severity or entry.icon:
            left += side + 12
        if entry.choices:
            look.draw_icon_in(painter, "more", self.dots(area), look.pixels(16))
        if self.has_menus(index):
            right -= MORE
        if entry.right:
            width = look.text_width(entry.right, 12, 400, True) + 2
            time = QRectF(right - width, area.y(), width, area.height())
            draw_line(painter, time, entry.right, look.font(12, 400, True), look.colour("text2"), RIGHT)
        column = area.x() + area.width() * 0.56
        right -= max(look.pixels(96), look.text_width(entry.right, 12, 400, True) + 14 if entry.right else 0)
        if entry.middle:
            word = QRectF(column, area.y(), max(20.0, right - column), area.height())
            draw_line(painter, word, entry.middle, look.font(13), look.colour("text"))
        words = QRectF(left, area.y(), (column if entry.middle else right) - left - 12, area.height())
        self._draw_words(painter, entry, words)
        painter.restore()

    def _draw_words(self, painter: QPainter, entry: ListEntry, area: QRectF) -> None:
        look, half = self.look, area.height() / 2
        top = area if not entry.second else QRectF(area.x(), area.y() + 3, area.width(), half - 1)
        tag = look.text_width(entry.tag, 11, 500) + 20 if entry.tag else 0
        title = top.adjusted(0, 0, -tag, 0)
        taken = draw_line(painter, title, entry.title, look.font(13, 500), look.colour("text"))
        if entry.tag:
            box = QRectF(area.x() + taken + 8, top.center().y() - look.pixels(8), tag - 8, look.pixels(16))
            painter.setPen(QPen(look.colour("line2"), 1))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(box, 4, 4)
            draw_line(painter, box.adjusted(6, 0, 0, 0), entry.tag, look.font(11, 500), look.colour("text2"))
        if entry.second:
            below = QRectF(area.x(), area.y() + half - 1, area.width(), half - 3)
            draw_line(painter, below, entry.second, look.font(12), look.colour("text2"))

    def dots(self, area: QRectF) -> QRectF:
        """Where the three dots of an entry are."""
        return QRectF(area.right() - MORE - 2, area.y(), MORE, area.height())

    def has_menus(self, index: Index) -> bool:
        """Whether room is left for dots: in every line, so that the times stand below each other."""
        model = index.model()
        return isinstance(model, ItemModel) and any(entry.choices for entry in model.items)


class EntryList(QListView):
    """Entries from top to bottom. ``chosen`` gives an entry's key and that of what a person chose in its menu, which
    opens by Enter, by the menu key, by the dots and by the other mouse button. ``opened`` gives the key of an entry
    without a menu on Enter or double click."""

    chosen = Signal(str, str)
    opened = Signal(str)

    def __init__(self, look: Look, accessible_name: str, *, all_shown: bool = False) -> None:
        super().__init__()
        self._look, self._entries, self._all_shown = look, _model(), all_shown
        self._delegate = EntryDelegate(look)
        self.menu: QMenu | None = None
        self.setModel(self._entries)
        self.setItemDelegate(self._delegate)
        self.setAccessibleName(accessible_name)
        self.setUniformItemSizes(True)
        self.setMouseTracking(True)
        self.setTabKeyNavigation(False)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        if all_shown:
            self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
            self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        look.changed.connect(self._on_look)

    def entries(self) -> tuple[ListEntry, ...]:
        """What is shown."""
        return self._entries.items

    def set_entries(self, entries: Sequence[ListEntry]) -> None:
        """Show others; the current one stays current when it is still there."""
        key = self.current_key()
        self._entries.set_items(entries)
        for number, entry in enumerate(self._entries.items):
            if entry.key == key or (not key and number == 0):
                self.setCurrentIndex(self._entries.index(number))
        self.updateGeometry()

    def current_key(self) -> str:
        """The key of the current entry; empty without one."""
        index = self.currentIndex()
        return str(index.data(ITEM_ROLE).key) if index.isValid() else ""

    def set_current(self, key: str) -> None:
        """Make the entry with a key current, if it is there."""
        for number, entry in enumerate(self._entries.items):
            if entry.key == key:
                self.setCurrentIndex(self._entries.index(number))

    def sizeHint(self) -> QSize:
        """All entries where all are shown."""
        if not self._all_shown:
            return super().sizeHint()
        return QSize(240, max(1, len(self._entries.items)) * self._look.pixels(HEIGHT) + 2)

    def minimumSizeHint(self) -> QSize:
        """The same where all are shown."""
        return QSize(120, self.sizeHint().height()) if self._all_shown else super().minimumSizeHint()

    def open_menu(self, at: QPoint | None = None) -> QMenu | None:
        """Open the menu of the current entry, at a global place or below the entry's dots; None without a menu."""
        index = self.currentIndex()
        entry: ListEntry | None = index.data(ITEM_ROLE) if index.isValid() else None
        if entry is None or not entry.choices:
            return None
        menu = QMenu(self)
        menu.setAccessibleName(entry.title)
        menu.setToolTipsVisible(True)
        group = entry.choices[0].group
        for choice in entry.choices:
            if choice.group != group:
                menu.addSeparator()
                group = choice.group
            action = menu.addAction(choice.words)
            action.setCheckable(choice.on is not None)
            action.setChecked(bool(choice.on))
            action.setEnabled(not choice.why_not)
            action.setToolTip(choice.why_not or choice.words)
            action.triggered.connect(lambda *_, key=choice.key: self.chosen.emit(entry.key, key))
        menu.aboutToHide.connect(menu.deleteLater)
        box = self._delegate.dots(QRectF(self.visualRect(index)))
        menu.popup(at or self.viewport().mapToGlobal(box.bottomLeft().toPoint()))
        self.menu = menu
        return menu

    def _on_look(self) -> None:
        self.doItemsLayout()
        self.updateGeometry()
        self.viewport().update()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """A click on the dots opens the menu."""
        super().mouseReleaseEvent(event)
        index = self.indexAt(event.position().toPoint())
        if index.isValid() and event.button() == Qt.MouseButton.LeftButton:
            box = self._delegate.dots(QRectF(self.visualRect(index)))
            if box.contains(event.position()):
                self.setCurrentIndex(index)
                self.open_menu()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Opens an entry without a menu."""
        super().mouseDoubleClickEvent(event)
        index = self.indexAt(event.position().toPoint())
        if index.isValid() and not index.data(ITEM_ROLE).choices:
            self.opened.emit(index.data(ITEM_ROLE).key)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """The other mouse button, or the menu key."""
        by_mouse = event.reason() == QContextMenuEvent.Reason.Mouse
        if by_mouse and self.indexAt(event.pos()).isValid():
            self.setCurrentIndex(self.indexAt(event.pos()))
        self.open_menu(event.globalPos() if by_mouse else None)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter opens the menu, or the entry where there is none."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.currentIndex().isValid():
            if self.open_menu() is None:
                self.opened.emit(self.current_key())
            return
        super().keyPressEvent(event)


def _model() -> ItemModel[ListEntry]:
    return ItemModel({DISPLAY: lambda entry: entry.title, SPEECH: ListEntry.speech})
