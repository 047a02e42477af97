"""Deeds on tables at the caret: rows, columns, merges, and the way from cell to cell."""

from collections.abc import Callable

from pactoria_desktop.replica.changes import Place
from pactoria_desktop.replica.errors import ReplicaError
from pactoria_desktop.ui.editor.commands import Commands
from pactoria_desktop.ui.editor.living import LivingText
from pactoria_desktop.ui.editor.page import Page
from pactoria_desktop.ui.editor.positions import Positions


class TableCommands:
    """Each method does nothing, and says so by False, where the caret is not in a table."""

    def __init__(self, page: Page, text: LivingText, commands: Commands) -> None:
        self._page = page
        self._text = text
        self._commands = commands

    @property
    def cell(self) -> str | None:
        """The slot of the cell that the caret is in."""
        caret = self._commands.caret
        return caret.slot if caret and self._page.view.in_table(caret.slot) else None

    def next_cell(self, back: bool = False) -> bool:
        """Select the words of the next cell (or the one before); behind the last, add a row. False outside tables."""
        cell = self.cell
        if cell is None:
            return False
        positions: Positions = self._page.view.positions
        step = -1 if back else 1
        index = positions.index(cell)
        following = (index if index is not None else 0) + step
        while 0 <= following < len(positions) and not positions.slots[following]:
            following += step
        inside = 0 <= following < len(positions) and self._page.view.in_table(positions.slots[following])
        if inside and self._same_table(cell, positions.slots[following]):
            start = positions.text_start(following)
            self._page.show_position(start, start + positions.length(following) - 1)
            return True
        if not back:
            self.insert_row()
        return True

    def _same_table(self, one: str, other: str) -> bool:
        pieces = (self._page.view.piece_of(one), self._page.view.piece_of(other))
        shapes = [getattr(piece, "shape", None) for piece in pieces]
        return None not in shapes and shapes[0].table == shapes[1].table  # type: ignore[union-attr]

    def insert_row(self, below: bool = True) -> bool:
        """A row below the caret's, or above it."""
        return self._do(lambda cell: self._text.insert_row(cell, below))

    def delete_row(self) -> bool:
        """Delete the caret's row, or the rows that are selected."""
        cells = [stretch.slot for stretch in self._commands.selection if self._page.view.in_table(stretch.slot)]
        return self._do(lambda cell: self._text.delete_rows(cells or [cell]))

    def insert_column(self, right: bool = True) -> bool:
        """A column beside the caret's."""
        return self._do(lambda cell: self._text.insert_column(cell, right))

    def delete_column(self) -> bool:
        """Delete the caret's column."""
        return self._do(lambda cell: self._text.delete_column(cell))

    def merge_right(self) -> bool:
        """Join the cell with the one at its right."""
        return self._do(lambda cell: self._text.merge_right(cell))

    def merge_down(self) -> bool:
        """Join the cell with the one below."""
        return self._do(lambda cell: self._text.merge_down(cell))

    def split(self) -> bool:
        """Divide a joined cell."""
        return self._do(lambda cell: self._text.split_cell(cell))

    def new_table(self, rows: int, columns: int) -> bool:
        """A table after the caret's section or table."""
        caret = self._commands.caret
        return caret is not None and self._at(caret.slot, lambda slot: self._text.new_table(slot, rows, columns))

    def paragraph_beside(self, before: bool) -> bool:
        """An empty paragraph before or after the caret's table."""
        return self._do(lambda cell: self._text.paragraph_beside(cell, before))

    def _do(self, deed: Callable[[str], Place | None]) -> bool:
        cell = self.cell
        return cell is not None and self._at(cell, deed)

    def _at(self, slot: str, deed: Callable[[str], Place | None]) -> bool:
        if self._page.isReadOnly():
            return False
        with self._commands.bursts.step():
            try:
                place = deed(slot)
            except ReplicaError as error:
                self._commands.refused.emit(str(error))
                return False
        position = self._page.view.positions.position(place) if place is not None else None
        if position is not None:
            self._page.show_caret(position)
        return True
