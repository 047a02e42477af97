"""What the caret and the selection mean in the living text, and where the caret may stand."""

from typing import Any

from PySide6.QtGui import QTextCursor

from pactoria_desktop.contract.text import HIDDEN
from pactoria_desktop.replica.changes import Place, Stretch
from pactoria_desktop.ui.editor.view import View


def place_of(view: View, position: int) -> Place | None:
    """The place of a document position, never behind a slot's last newline nor inside a surrogate pair."""
    return view.positions.place(snapped(view, position))


def snapped(view: View, position: int) -> int:
    """The position, or the one before it where it lies inside a surrogate pair."""
    behind = view.document.characterAt(position)
    inside = len(behind) == 1 and 0xDC00 <= ord(behind) <= 0xDFFF
    return position - 1 if inside and position else position


def selected_stretches(view: View, cursor: QTextCursor) -> tuple[Stretch, ...]:
    """The selection as people see it: a rectangle of cells, each without its last newline, or running text."""
    if not cursor.hasSelection() or not len(view.positions):
        return ()
    if cursor.hasComplexSelection():
        return _selected_cells(view, cursor)
    start = snapped(view, cursor.selectionStart())
    end = min(snapped(view, cursor.selectionEnd()), view.positions.total - 1)
    if cursor.selectionEnd() >= view.positions.total:
        end = view.positions.total
    return view.positions.stretches(start, end)


def _selected_cells(view: View, cursor: QTextCursor) -> tuple[Stretch, ...]:
    row, rows, column, columns = _rectangle(cursor)
    table, positions = cursor.currentTable(), view.positions
    entry = positions.entry_at(table.firstPosition())
    found = []
    while entry < len(positions) and positions.text_start(entry) <= table.lastPosition():
        cell = table.cellAt(positions.text_start(entry))
        across = cell.column() < column + columns and cell.column() + cell.columnSpan() > column
        down = cell.row() < row + rows and cell.row() + cell.rowSpan() > row
        if across and down and positions.slots[entry]:
            found.append(Stretch(positions.slots[entry], 0, positions.length(entry) - 1))
        entry += 1
    return tuple(found)


def _rectangle(cursor: QTextCursor) -> tuple[int, int, int, int]:
    found: Any = cursor.selectedTableCells()
    row, rows, column, columns = found
    return int(row), int(rows), int(column), int(columns)


def standing(view: View, position: int, came_from: int) -> int:
    """Where a caret that came to ``position`` really stands: not before a frame, nor on a blank, nor behind all.

    ``came_from`` is where it stood before; the caret leaves such a place in the direction in which it came.
    """
    positions = view.positions
    if not len(positions):
        return position
    if position >= positions.total:
        position = positions.total - 1
    back = position < came_from
    entry = positions.entry_at(position)
    while True:
        blank = not positions.slots[entry]
        before_frame = positions.lead(entry) == 1 and position < positions.text_start(entry)
        if not blank and not before_frame:
            return position
        if before_frame and not blank and not (back and entry > 0):
            return positions.text_start(entry)
        following = entry - 1 if back else entry + 1
        if not 0 <= following < len(positions):
            back = not back
            following = entry + (-1 if back else 1)
            if not 0 <= following < len(positions):
                return position
        entry = following
        position = positions.text_start(entry) + (positions.length(entry) - 1 if back else 0)


def step(view: View, position: int, forward: bool) -> tuple[int, int] | None:
    """The nearest visible character or newline from a position: its two ends; None at the document's end.

    Characters without width are passed over. Grapheme clusters count as one.
    """
    cursor = QTextCursor(view.document)
    last = view.positions.total - 1
    while True:
        cursor.setPosition(position)
        moved = cursor.movePosition(
            QTextCursor.MoveOperation.NextCharacter if forward else QTextCursor.MoveOperation.PreviousCharacter
        )
        if not moved or (forward and position >= last):
            return None
        start, end = sorted((position, cursor.position()))
        if not is_hidden(view, start, end):
            return start, end
        position = cursor.position()


def is_hidden(view: View, start: int, end: int) -> bool:
    """Whether a stretch of the document holds characters without width and nothing else."""
    return start < end and all(view.document.characterAt(at) == HIDDEN for at in range(start, end))
