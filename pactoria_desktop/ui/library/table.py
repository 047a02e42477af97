"""The list of contracts on the screen: rows painted by a delegate, chosen and opened by mouse and keyboard."""

from collections.abc import Callable

from PySide6.QtCore import QItemSelection, QPoint, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QContextMenuEvent, QFontMetricsF, QKeyEvent, QPainter, QPen
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QMenu,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
)

from pactoria_desktop.ui.library.model import COLUMNS, ROW_ROLE, ContractModel, Index
from pactoria_desktop.ui.library.values import Column, ContractRow
from pactoria_desktop.ui.theme.look import Look
from pactoria_desktop.ui.widgets.text import draw_line

ROW_HEIGHT, HEAD_HEIGHT, PAD, FIRST_PAD = 36, 34, 12, 24
SHARES = {Column.TITLE: 37, Column.COUNTERPARTY: 21, Column.STATUS: 12, Column.TAGS: 16, Column.CHANGED: 14}


class ContractDelegate(QStyledItemDelegate):
    """Paints one cell; a chosen row is tinted through, the current one has a ring."""

    def __init__(self, look: Look, view: "ContractTable") -> None:
        super().__init__(view)
        self._look, self._view = look, view

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        """Every row is as high as any other."""
        return QSize(40, self._look.pixels(ROW_HEIGHT))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Ground and rule, then the words of the cell."""
        look, area = self._look, QRectF(option.rect)
        row: ContractRow | None = index.data(ROW_ROLE)
        chosen = bool(option.state & QStyle.StateFlag.State_Selected)
        if chosen:
            painter.fillRect(area, look.colour("accent_soft"))
        elif index.row() == self._view.hovered_row:
            painter.fillRect(area, look.colour("hover"))
        painter.fillRect(QRectF(area.x(), area.bottom() - 1, area.width(), 1), look.colour("line"))
        if row is not None:
            left = FIRST_PAD if index.column() == 0 else PAD
            self._draw_cell(painter, area.adjusted(left, 0, -PAD, -1), row, COLUMNS[index.column()], chosen)
        focused = self._view.hasFocus() and index.row() == self._view.currentIndex().row()
        if focused or (chosen and look.theme.outlined):
            self._draw_ring(painter, area, index.column())

    def _draw_ring(self, painter: QPainter, area: QRectF, column: int) -> None:
        accent = self._look.colour("accent")
        painter.fillRect(QRectF(area.x(), area.y(), area.width(), 2), accent)
        painter.fillRect(QRectF(area.x(), area.bottom() - 2, area.width(), 2), accent)
        if column == 0:
            painter.fillRect(QRectF(area.x(), area.y(), 2, area.height()), accent)
        if column == len(COLUMNS) - 1:
            painter.fillRect(QRectF(area.right() - 2, area.y(), 2, area.height()), accent)

    def _draw_cell(self, painter: QPainter, area: QRectF, row: ContractRow, column: Column, chosen: bool) -> None:
        look = self._look
        if column is Column.TITLE:
            size = look.pixels(16)
            tone = "accent" if chosen else "text3"
            look.draw_icon(painter, "document", area.x(), area.center().y() - size / 2, size, tone)
            words = area.adjusted(size + 10, 0, 0, 0)
            draw_line(painter, words, row.title, look.font(13, 500), look.colour("text"))
        elif column is Column.TAGS:
            self._draw_tags(painter, area, row.tags)
        else:
            words_of = self._view.contracts.words(row, column)
            font = look.font(12, 400, column is Column.CHANGED)
            draw_line(painter, area, words_of, font, look.colour("text2"))

    def _draw_tags(self, painter: QPainter, area: QRectF, tags: tuple[str, ...]) -> None:
        look, left = self._look, area.x()
        font = look.font(11, 500)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for place, tag in enumerate(tags):
            width = QFontMetricsF(font).horizontalAdvance(tag) + 14
            if left + width > area.right() and place:
                draw_line(
                    painter,
                    QRectF(left, area.y(), 40, area.height()),
                    f"+{len(tags) - place}",
                    font,
                    look.colour("text2"),
                )
                break
            height = look.pixels(19)
            pill = QRectF(left, area.center().y() - height / 2, min(width, area.right() - left), height)
            painter.setPen(QPen(look.colour("line2"), 1))
            painter.setBrush(look.colour("hover"))
            painter.drawRoundedRect(pill, 4, 4)
            draw_line(painter, pill.adjusted(7, 0, -5, 0), tag, font, look.colour("text2"))
            left += width + 5
        painter.restore()


class ContractTable(QTableView):
    """``opened`` gives the key on Enter or double click; ``chosen`` tells that other rows are chosen; ``sort_asked``
    a column.

    ``fill_menu`` fills the context menu, by mouse, the menu key or Shift+F10.
    """

    opened = Signal(str)
    chosen = Signal()
    sort_asked = Signal(object)

    def __init__(self, look: Look, contracts: ContractModel, fill_menu: Callable[[QMenu], None]) -> None:
        super().__init__()
        self._look, self.contracts, self._fill_menu = look, contracts, fill_menu
        self.hovered_row = -1
        self.setModel(contracts)
        self.setItemDelegate(ContractDelegate(look, self))
        self.setAccessibleName("Contracts")
        self.setShowGrid(False)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setTabKeyNavigation(False)
        self.setWordWrap(False)
        self.setMouseTracking(True)
        self.setCornerButtonEnabled(False)
        self.verticalHeader().hide()
        self.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        head = self.horizontalHeader()
        head.setSectionsClickable(True)
        head.setHighlightSections(False)
        head.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        head.setAccessibleName("Columns")
        head.sectionClicked.connect(lambda section: self.sort_asked.emit(COLUMNS[section]))
        self.activated.connect(self._on_activated)
        self.entered.connect(self._on_entered)
        look.changed.connect(self._dress)
        self._dress()

    def _dress(self) -> None:
        self.verticalHeader().setMinimumSectionSize(24)
        self.verticalHeader().setDefaultSectionSize(self._look.pixels(ROW_HEIGHT))
        self.horizontalHeader().setFixedHeight(self._look.pixels(HEAD_HEIGHT))
        self.viewport().update()

    def _on_activated(self, index: Index) -> None:
        row = index.data(ROW_ROLE)
        if row is not None:
            self.opened.emit(row.key)

    def _on_entered(self, index: Index) -> None:
        before, self.hovered_row = self.hovered_row, index.row()
        for number in {before, self.hovered_row}:
            self._repaint_row(number)

    def _repaint_row(self, number: int) -> None:
        if 0 <= number < self.contracts.rowCount():
            top = self.rowViewportPosition(number)
            self.viewport().update(0, top, self.viewport().width(), self.rowHeight(number))

    def selected_keys(self) -> tuple[str, ...]:
        """The keys of the chosen contracts, in the order of the list."""
        rows = sorted(index.row() for index in self.selectionModel().selectedRows())
        found = (self.contracts.row_at(row) for row in rows)
        return tuple(row.key for row in found if row is not None)

    def selectionChanged(self, selected: QItemSelection, deselected: QItemSelection) -> None:
        """Tell of another choice."""
        super().selectionChanged(selected, deselected)
        self.chosen.emit()

    def currentChanged(self, current: Index, previous: Index) -> None:
        """The ring is drawn over the whole row."""
        super().currentChanged(current, previous)
        for number in {current.row(), previous.row()}:
            self._repaint_row(number)

    def updateGeometries(self) -> None:
        """The columns share the width."""
        super().updateGeometries()
        width, head = self.viewport().width(), self.horizontalHeader()
        left, whole = width, sum(SHARES.values())
        for place, column in enumerate(COLUMNS):
            share = left if place == len(COLUMNS) - 1 else width * SHARES[column] // whole
            if head.sectionSize(place) != share:
                head.resizeSection(place, share)
            left -= share

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter opens on every platform."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.currentIndex().isValid():
            self._on_activated(self.currentIndex())
        else:
            super().keyPressEvent(event)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """A menu on the chosen contracts; by keyboard it opens at the current row."""
        if event.reason() == QContextMenuEvent.Reason.Keyboard and self.currentIndex().isValid():
            area = self.visualRect(self.currentIndex())
            place = self.viewport().mapToGlobal(QPoint(area.x() + 40, area.bottom()))
        else:
            place = event.globalPos()
        if not self.selectionModel().hasSelection():
            return
        menu = QMenu(self)
        self._fill_menu(menu)
        if menu.actions():
            menu.popup(place)
