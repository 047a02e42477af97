"""The tree beside the list: all contracts, folders, tags, trash."""

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFontMetricsF, QPainter, QStandardItem, QStandardItemModel
from PySide6.QtWidgets import QAbstractItemView, QStyledItemDelegate, QStyleOptionViewItem, QTreeView

from pactoria_desktop.ui.library.values import Counted, FolderRow
from pactoria_desktop.ui.theme.look import Look
from pactoria_desktop.ui.widgets.rows import draw_row_ground
from pactoria_desktop.ui.widgets.text import RIGHT, draw_line

NODE_ROLE = int(Qt.ItemDataRole.UserRole) + 1
DEEPEST = 40
Index = QModelIndex | QPersistentModelIndex


@dataclass(frozen=True)
class Node:
    """One line of the tree. ``kind`` is all, folder, tag, trash or head (which only names what is below it)."""

    kind: str
    key: str
    title: str
    count: int | None = None


class TreeDelegate(QStyledItemDelegate):
    """Paints a line: chevron where something lies below, icon, name, count."""

    ICONS = {"all": "library", "folder": "folder", "tag": "tag", "trash": "delete"}  # noqa: RUF012 - never changed

    def __init__(self, look: Look, view: QTreeView) -> None:
        super().__init__(view)
        self._look, self._view = look, view

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        """One height for every line."""
        return QSize(60, self._look.pixels(30))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Draw the line over the whole width, indented by its depth."""
        look, node = self._look, index.data(NODE_ROLE)
        area = QRectF(0, option.rect.y(), self._view.viewport().width(), option.rect.height())
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if node.kind == "head":
            draw_line(painter, area.adjusted(20, 4, -8, 0), node.title, look.font(12, 600), look.colour("text2"))
            painter.restore()
            return
        chosen = draw_row_ground(painter, look, area, option)
        left = 14.0 + self._depth(index) * look.pixels(16)
        if self._view.model().hasChildren(index):
            size = look.pixels(13)
            shown = "down" if self._view.isExpanded(index) else "right"
            look.draw_icon(painter, shown, left, area.center().y() - size / 2, size, "text3")
        left += look.pixels(17)
        size = look.pixels(16)
        tone = "accent" if chosen else "text2"
        look.draw_icon(painter, self.ICONS[node.kind], left, area.center().y() - size / 2, size, tone)
        left += size + 9
        right = area.right() - 20
        if node.count is not None:
            font = look.font(12, 400, True)
            words = f"{node.count:,}"
            width = QFontMetricsF(font).horizontalAdvance(words)
            figure = QRectF(right - width - 1, area.y(), width + 2, area.height())
            draw_line(painter, figure, words, font, look.colour("text2"), RIGHT)
            right -= width + 8
        room = QRectF(left, area.y(), right - left, area.height())
        draw_line(painter, room, node.title, look.font(13, 500 if chosen else 400), look.colour("text"))
        painter.restore()

    @staticmethod
    def _depth(index: Index) -> int:
        depth, parent = 0, index.parent()
        while parent.isValid():
            if parent.data(NODE_ROLE).kind != "head":
                depth += 1
            parent = parent.parent()
        return depth


class FolderTree(QTreeView):
    """``chosen`` gives the node a person went to."""

    chosen = Signal(object)

    def __init__(self, look: Look) -> None:
        super().__init__()
        self._look = look
        self._items = QStandardItemModel()
        self.setModel(self._items)
        self.setItemDelegate(TreeDelegate(look, self))
        self.setAccessibleName("Folders and tags")
        self.setHeaderHidden(True)
        self.setIndentation(0)
        self.setRootIsDecorated(False)
        self.setUniformRowHeights(True)
        self.setMouseTracking(True)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.selectionModel().currentChanged.connect(self._on_current)
        self.clicked.connect(self._on_clicked)
        look.changed.connect(self._on_look)

    def _on_look(self) -> None:
        self.doItemsLayout()
        self.viewport().update()

    def show_nodes(
        self, total: int, folders: Sequence[FolderRow], tags: Sequence[Counted], *, with_trash: bool = True
    ) -> None:
        """Show folders and tags; what was chosen and open stays so where it is still there."""
        current, folded = self.node(), self._folded()
        self.blockSignals(True)
        self.selectionModel().blockSignals(True)
        self._items.clear()
        self._items.appendRow(self._item(Node("all", "", "All contracts", total)))
        self._add_folders(folders)
        if tags:
            self._items.appendRow(self._item(Node("head", "", "Tags")))
            for tag in tags:
                self._items.appendRow(self._item(Node("tag", tag.name, tag.name, tag.contracts)))
        if with_trash:
            self._items.appendRow(self._item(Node("trash", "", "Trash")))
        self.expandAll()
        for item in self._all_items():
            if item.data(NODE_ROLE).key in folded and item.data(NODE_ROLE).kind == "folder":
                self.collapse(item.index())
        self.selectionModel().blockSignals(False)
        self.blockSignals(False)
        self.choose(current.kind if current else "all", current.key if current else "")

    def _item(self, node: Node) -> QStandardItem:
        item = QStandardItem(node.title)
        item.setData(node, NODE_ROLE)
        item.setEditable(False)
        spoken = node.title if node.count is None else f"{node.title}, {node.count} contracts"
        item.setData(spoken, int(Qt.ItemDataRole.AccessibleTextRole))
        if node.kind == "head":
            item.setFlags(Qt.ItemFlag.NoItemFlags)
        return item

    def _add_folders(self, folders: Sequence[FolderRow]) -> None:
        """Folders under their parents. One whose parent is not there stands at the top, so that none is ever hidden."""
        known = {folder.key for folder in folders}
        below: dict[str, list[FolderRow]] = {}
        for folder in folders:
            below.setdefault(folder.parent if folder.parent in known else "", []).append(folder)
        placed: set[str] = set()

        def add(parent: QStandardItem, key: str, depth: int) -> None:
            for folder in below.get(key, ()):
                if folder.key in placed or depth > DEEPEST:
                    continue
                placed.add(folder.key)
                item = self._item(Node("folder", folder.key, folder.name, folder.contracts))
                parent.appendRow(item)
                add(item, folder.key, depth + 1)

        root = self._items.invisibleRootItem()
        add(root, "", 0)
        for folder in folders:
            if folder.key not in placed:
                placed.add(folder.key)
                root.appendRow(self._item(Node("folder", folder.key, folder.name, folder.contracts)))

    def _all_items(self) -> list[QStandardItem]:
        found: list[QStandardItem] = []
        waiting = [self._items.invisibleRootItem()]
        while waiting:
            parent = waiting.pop()
            for row in range(parent.rowCount()):
                found.append(parent.child(row))
                waiting.append(parent.child(row))
        return found

    def _folded(self) -> set[str]:
        return {
            item.data(NODE_ROLE).key
            for item in self._all_items()
            if item.hasChildren() and not self.isExpanded(item.index())
        }

    def nodes(self) -> tuple[Node, ...]:
        """Every line, in no certain order."""
        return tuple(item.data(NODE_ROLE) for item in self._all_items())

    def node(self) -> Node | None:
        """The line chosen."""
        index = self.currentIndex()
        return index.data(NODE_ROLE) if index.isValid() else None

    def choose(self, kind: str, key: str = "") -> None:
        """Go to a line; to all contracts where it is not there."""
        items = self._all_items()
        wanted = [item for item in items if (item.data(NODE_ROLE).kind, item.data(NODE_ROLE).key) == (kind, key)]
        target = wanted or [item for item in items if item.data(NODE_ROLE).kind == "all"]
        if target:
            self.setCurrentIndex(target[0].index())

    def _on_current(self, index: QModelIndex) -> None:
        if index.isValid() and index.data(NODE_ROLE).kind != "head":
            self.chosen.emit(index.data(NODE_ROLE))

    def _on_clicked(self, index: QModelIndex) -> None:
        if self._items.hasChildren(index):
            self.setExpanded(index, not self.isExpanded(index))
