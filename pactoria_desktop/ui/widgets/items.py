"""The model below every painted list: items that are replaced as a whole."""

from collections.abc import Callable, Mapping, Sequence
from typing import Generic, TypeVar

from PySide6.QtCore import QAbstractListModel, QModelIndex, QPersistentModelIndex, Qt

ITEM_ROLE = int(Qt.ItemDataRole.UserRole) + 1
"""Under this an index gives the item itself."""

DISPLAY, SPEECH, TIP = Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole, Qt.ItemDataRole.ToolTipRole
Index = QModelIndex | QPersistentModelIndex
Item = TypeVar("Item")


class ItemModel(QAbstractListModel, Generic[Item]):
    """Items for a list view."""

    def __init__(self, words: Mapping[Qt.ItemDataRole, Callable[[Item], str]], items: Sequence[Item] = ()) -> None:
        """``words`` say what an item is for display, speech and tooltip."""
        super().__init__()
        self._words = words
        self.items = tuple(items)

    def set_items(self, items: Sequence[Item]) -> None:
        """Show others."""
        self.beginResetModel()
        self.items = tuple(items)
        self.endResetModel()

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's signature
        """How many there are."""
        return 0 if parent.isValid() else len(self.items)

    def data(self, index: Index, role: int = 0) -> object:
        """The item under ``ITEM_ROLE``; its words for the others."""
        item = self.items[index.row()]
        if role == ITEM_ROLE:
            return item
        words = self._words.get(Qt.ItemDataRole(role)) if role in _ROLES else None
        return None if words is None else words(item)


_ROLES = frozenset(int(role) for role in (DISPLAY, SPEECH, TIP))
