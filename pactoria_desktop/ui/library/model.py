"""The list of contracts as Qt sees it: numbers of all rows in memory, the rows themselves in windows as they are
needed."""

from collections import OrderedDict
from collections.abc import Callable, Sequence
from datetime import datetime

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt

from pactoria_desktop.ui.library.values import Column, ContractRow
from pactoria_desktop.ui.library.when import spoken_instant

COLUMNS = tuple(Column)
WINDOW = 256
KEPT_WINDOWS = 24
ROW_ROLE = int(Qt.ItemDataRole.UserRole) + 1
Index = QModelIndex | QPersistentModelIndex
FetchWindow = Callable[[Sequence[int]], Sequence[ContractRow | None]]


class ContractModel(QAbstractTableModel):
    """Up to millions of rows; about 6,000 of them are held at a time."""

    def __init__(self, fetch: FetchWindow, now: Callable[[], datetime]) -> None:
        super().__init__()
        self._fetch, self._now = fetch, now
        self._numbers: Sequence[int] = ()
        self._windows: OrderedDict[int, Sequence[ContractRow | None]] = OrderedDict()
        self.order = Column.CHANGED
        self.descending = True

    def set_numbers(self, numbers: Sequence[int]) -> None:
        """Show another list."""
        self.beginResetModel()
        self._numbers = numbers
        self._windows.clear()
        self.endResetModel()

    def forget_rows(self) -> None:
        """Fetch the rows anew: some contract was renamed, moved or changed."""
        self._windows.clear()
        if self._numbers:
            self.dataChanged.emit(self.index(0, 0), self.index(len(self._numbers) - 1, len(COLUMNS) - 1))

    def set_order(self, order: Column, descending: bool) -> None:
        """Which head shows the arrow."""
        self.order, self.descending = order, descending
        self.headerDataChanged.emit(Qt.Orientation.Horizontal, 0, len(COLUMNS) - 1)

    def row_at(self, row: int) -> ContractRow | None:
        """The contract of a row; None for one that is gone since."""
        window, place = divmod(row, WINDOW)
        if window not in self._windows:
            numbers = self._numbers[window * WINDOW : (window + 1) * WINDOW]
            self._windows[window] = self._fetch(numbers)
            if len(self._windows) > KEPT_WINDOWS:
                self._windows.popitem(last=False)
        self._windows.move_to_end(window)
        rows = self._windows[window]
        return rows[place] if place < len(rows) else None

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's signature
        """How many contracts the list holds."""
        return 0 if parent.isValid() else len(self._numbers)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's signature
        """How many columns there are."""
        return 0 if parent.isValid() else len(COLUMNS)

    def words(self, row: ContractRow, column: Column) -> str:
        """A cell in words."""
        if column is Column.TITLE:
            return row.title
        if column is Column.COUNTERPARTY:
            return row.counterparty
        if column is Column.STATUS:
            return row.status
        if column is Column.TAGS:
            return ", ".join(row.tags)
        return spoken_instant(row.changed_at, self._now())

    def data(self, index: Index, role: int = 0) -> object:
        """The row under ``ROW_ROLE``, a cell's words for display and speech."""
        if role not in (ROW_ROLE, Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            return None
        row = self.row_at(index.row())
        if role == ROW_ROLE or row is None:
            return row
        column = COLUMNS[index.column()]
        words = self.words(row, column)
        if role == Qt.ItemDataRole.AccessibleTextRole and column is not Column.TITLE:
            return f"{column.value}: {words}" if words else f"no {column.value.lower()}"
        return words

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = 0) -> object:
        """The heads; the one the list is sorted by has an arrow, and says so."""
        if orientation != Qt.Orientation.Horizontal:
            return None
        column = COLUMNS[section]
        if role == Qt.ItemDataRole.DisplayRole:
            arrow = ("  ↓" if self.descending else "  ↑") if column is self.order else ""
            return f"{column.value}{arrow}"
        if role == Qt.ItemDataRole.AccessibleTextRole:
            direction = "descending" if self.descending else "ascending"
            return f"{column.value}, sorted {direction}" if column is self.order else column.value
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        return None
