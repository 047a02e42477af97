"""A selection that begins in one table, or piece of a table, and ends elsewhere: Qt's own would take pieces whole.

Between two cells of one table it is a rectangle of cells, over all the pieces between them; otherwise it is running
text with whole rows.
"""

from dataclasses import dataclass

from PySide6.QtGui import QTextCursor, QTextTable

from pactoria_desktop.replica.changes import Place, Stretch
from pactoria_desktop.ui.editor.pieces import TablePiece
from pactoria_desktop.ui.editor.view import View


@dataclass(frozen=True, slots=True)
class Reach:
    """Where the selection began, where its caret is, what lies in it, and whether that is a rectangle of cells."""

    anchor: Place
    caret: Place
    stretches: tuple[Stretch, ...]
    in_cells: bool


def table_of(view: View, position: int) -> QTextTable | None:
    """The piece of a table that a document position lies in."""
    cursor = QTextCursor(view.document)
    cursor.setPosition(position)
    return cursor.currentTable()


def reach(view: View, anchor: int, caret: int) -> Reach | None:
    """The selection between two document positions; None where Qt's own says the same, or nothing can be selected."""
    positions = view.positions
    start, end = positions.place(anchor), positions.place(caret)
    tables = table_of(view, anchor), table_of(view, caret)
    if start is None or end is None or tables[0] == tables[1]:
        return None
    pieces = view.piece_of(start.slot), view.piece_of(end.slot)
    if _is_one_table(*pieces):
        return Reach(start, end, _rectangle(view, anchor, caret), True)
    first, last = sorted((anchor, caret))
    return Reach(start, end, positions.stretches(_row_start(view, first), _row_end(view, last)), False)


def _is_one_table(one: object, other: object) -> bool:
    return isinstance(one, TablePiece) and isinstance(other, TablePiece) and one.shape.table == other.shape.table


def _rectangle(view: View, anchor: int, caret: int) -> tuple[Stretch, ...]:
    """The cells between the rows and columns of two, each without its last newline."""
    positions = view.positions
    first, last = sorted((anchor, caret))
    top, bottom = table_of(view, first), table_of(view, last)
    if top is None or bottom is None:
        return ()
    corners = top.cellAt(first), bottom.cellAt(last)
    left = min(cell.column() for cell in corners)
    right = max(cell.column() + cell.columnSpan() for cell in corners)
    found = []
    table = top
    for entry in range(positions.entry_at(_row_start(view, first)), positions.entry_at(_row_end(view, last) - 1) + 1):
        start = positions.text_start(entry)
        if start > table.lastPosition():
            table = table_of(view, start) or table
        cell = table.cellAt(start)
        if positions.slots[entry] and cell.column() < right and cell.column() + cell.columnSpan() > left:
            found.append(Stretch(positions.slots[entry], 0, positions.length(entry) - 1))
    return tuple(found)


def _row_start(view: View, position: int) -> int:
    """Where the first cell of a position's row begins; the position itself outside of tables."""
    table = table_of(view, position)
    if table is None:
        return position
    row = table.cellAt(position).row()
    entry = view.positions.entry_at(position)
    while entry and _begins_in(view, table, entry - 1, row):
        entry -= 1
    return view.positions.text_start(entry)


def _row_end(view: View, position: int) -> int:
    """Where the last cell of a position's row ends, its newline included; the position itself outside of tables."""
    table = table_of(view, position)
    if table is None:
        return position
    row = table.cellAt(position).row()
    entry = view.positions.entry_at(position)
    while entry + 1 < len(view.positions) and _begins_in(view, table, entry + 1, row):
        entry += 1
    return view.positions.text_start(entry) + view.positions.length(entry)


def _begins_in(view: View, table: QTextTable, entry: int, row: int) -> bool:
    start = view.positions.text_start(entry)
    return table.firstPosition() <= start <= table.lastPosition() and table.cellAt(start).row() == row
