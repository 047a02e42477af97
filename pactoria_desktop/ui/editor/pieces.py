"""What the page is made of: text sections, and tables cut into pieces that Qt can lay out at the speed of typing.

Qt lays a whole QTextTable out for every key in it, so a table is shown as several, each of at most MOST_CELLS cells.
Cuts depend on row ids, so that they stay where they are when rows come and go, and never divide a vertical merge
(one longer than LONGEST_MERGE cells is divided all the same; its lower part is then blank).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from zlib import crc32

from pactoria_desktop.contract.text import Marks
from pactoria_desktop.replica.changes import Node, RowNode, TableNode, TextNode
from pactoria_desktop.ui.editor.positions import BLANK

ENOUGH_CELLS = 40
MOST_CELLS = 120
LONGEST_MERGE = 480
CUT_EVERY = 8


@dataclass(frozen=True, slots=True)
class TextPiece:
    """A text section."""

    slot: str
    part: str

    @property
    def slots(self) -> tuple[str, ...]:
        """The one slot."""
        return (self.slot,)


@dataclass(frozen=True, slots=True)
class PlacedCell:
    """A cell of a piece's grid: row and column are counted in the piece; ``slot`` is BLANK where no cell lies."""

    slot: str
    row: int
    column: int
    rows: int
    columns: int


@dataclass(frozen=True, slots=True)
class TableShape:
    """What decides whether a shown piece must be built anew: its cells in document order and its grid."""

    table: str
    rows: int
    shares: tuple[float, ...]
    cells: tuple[PlacedCell, ...]


@dataclass(frozen=True, slots=True)
class TablePiece:
    """A piece of a table. ``row_marks`` colour its rows; they change without a new build."""

    shape: TableShape
    part: str
    row_marks: tuple[Marks, ...]

    @property
    def slots(self) -> tuple[str, ...]:
        """The cells' slots in document order, blanks included."""
        return tuple(cell.slot for cell in self.shape.cells)


Piece = TextPiece | TablePiece


def same_shape(one: Piece, other: Piece) -> bool:
    """Whether the document already shows ``other`` where it shows ``one``, colours aside."""
    if isinstance(one, TablePiece) and isinstance(other, TablePiece):
        return one.shape == other.shape
    return one == other


def shape_key(piece: Piece) -> object:
    """What is equal for two pieces that show the same, colours aside."""
    return piece.shape if isinstance(piece, TablePiece) else piece


def pieces_of(nodes: Iterable[Node]) -> list[Piece]:
    """The page's pieces in document order."""
    pieces: list[Piece] = []
    for node in nodes:
        if isinstance(node, TextNode):
            pieces.append(TextPiece(node.slot, node.part))
        else:
            pieces.extend(_table_pieces(node))
    return pieces


def _table_pieces(table: TableNode) -> list[TablePiece]:
    edges = _column_edges(table)
    column_of = {edge: number for number, edge in enumerate(edges)}
    shares = _shares(table, edges)
    pieces: list[TablePiece] = []
    first = 0
    for last in _cuts(table.rows):
        rows = table.rows[first:last]
        cells = _grid(rows, edges, column_of)
        if cells:
            shape = TableShape(table.id, len(rows), shares, cells)
            pieces.append(TablePiece(shape, table.part, tuple(row.marks for row in rows)))
        first = last
    return pieces


def _column_edges(table: TableNode) -> list[int]:
    """The grid lines some cell begins or ends at: as many columns as can be told apart, however wide the spans."""
    edges = {0, max(1, table.columns)}
    for row in table.rows:
        for cell in row.cells:
            edges.add(min(max(0, cell.column), table.columns))
            edges.add(min(max(0, cell.column + cell.columns), table.columns))
    return sorted(edges)


def _shares(table: TableNode, edges: Sequence[int]) -> tuple[float, ...]:
    """Per cent of the width for each column; equal shares where the file gives none."""
    widths = table.widths if len(table.widths) == table.columns and sum(table.widths) > 0 else (1,) * edges[-1]
    if len(widths) > 10_000:
        return (100 / (len(edges) - 1),) * (len(edges) - 1)
    total = sum(max(0, width) for width in widths)
    shares = [max(2.0, 100 * sum(max(0, w) for w in widths[a:b]) / total) for a, b in pairwise(edges)]
    return tuple(round(100 * share / sum(shares), 3) for share in shares)


def _cuts(rows: Sequence[RowNode]) -> list[int]:
    """After which rows a piece ends."""
    cuts: list[int] = []
    cells = 0
    merged_until = 0
    for number, row in enumerate(rows):
        coming = max(1, len(row.cells))
        crowded = cells + coming > MOST_CELLS
        good_place = cells >= ENOUGH_CELLS and crc32(row.id.encode()) % CUT_EVERY == 0
        free = number >= merged_until or cells >= LONGEST_MERGE
        if cells and free and (crowded or good_place):
            cuts.append(number)
            cells = 0
        cells += coming
        for cell in row.cells:
            merged_until = max(merged_until, number + cell.rows)
    if rows:
        cuts.append(len(rows))
    return cuts


def _grid(rows: Sequence[RowNode], edges: Sequence[int], column_of: dict[int, int]) -> tuple[PlacedCell, ...]:
    """Every place of the piece's grid covered once: gaps widen the cell before them, what remains is blank."""
    width = len(edges) - 1
    taken = [[False] * width for _ in rows]
    placed: list[PlacedCell] = []
    for number, row in enumerate(rows):
        in_row: list[PlacedCell] = []
        column = 0
        for cell in row.cells:
            while column < width and taken[number][column]:
                column += 1
            wanted = column_of[min(max(0, cell.column), edges[-1])]
            end = column_of[min(max(0, cell.column + cell.columns), edges[-1])]
            start = max(column, wanted)
            if start < width and taken[number][start]:
                start = next((at for at in range(start, width) if not taken[number][at]), width)
            if start >= width:
                start = width
            end = max(end, start + 1)
            span = 0
            while start + span < min(end, width) and not taken[number][start + span]:
                span += 1
            height = _free_height(taken, number, start, span, min(cell.rows, len(rows) - number))
            if span == 0:
                in_row = _squeeze_in(in_row, cell.slot)
                continue
            _take(taken, number, start, height, span)
            in_row.append(PlacedCell(cell.slot, number, start, height, span))
            column = start + span
        placed.extend(_filled(in_row, taken, number, width))
    return tuple(sorted(placed, key=lambda cell: (cell.row, cell.column)))


def _free_height(taken: list[list[bool]], row: int, column: int, span: int, wanted: int) -> int:
    height = 1
    while height < wanted and not any(taken[row + height][column : column + span]):
        height += 1
    return height


def _take(taken: list[list[bool]], row: int, column: int, height: int, span: int) -> None:
    for at in range(row, row + height):
        taken[at][column : column + span] = [True] * span


def _squeeze_in(in_row: list[PlacedCell], slot: str) -> list[PlacedCell]:
    """A cell for which its row has no column left takes half of the widest cell before it, so that no words hide."""
    widest = max(range(len(in_row)), key=lambda at: in_row[at].columns, default=None)
    if widest is None or in_row[widest].columns < 2:
        return in_row
    cell = in_row[widest]
    left = cell.columns // 2
    slots = [one.slot for one in in_row] + [slot]
    places = [
        *in_row[:widest],
        PlacedCell("", cell.row, cell.column, cell.rows, left),
        PlacedCell("", cell.row, cell.column + left, cell.rows, cell.columns - left),
        *in_row[widest + 1 :],
    ]
    return [PlacedCell(name, at.row, at.column, at.rows, at.columns) for name, at in zip(slots, places, strict=True)]


def _filled(in_row: list[PlacedCell], taken: list[list[bool]], row: int, width: int) -> list[PlacedCell]:
    filled = list(in_row)
    column = 0
    while column < width:
        if taken[row][column]:
            column += 1
            continue
        end = column
        while end < width and not taken[row][end]:
            end += 1
        before = next((at for at, cell in enumerate(filled) if cell.column + cell.columns == column), None)
        if before is not None and filled[before].rows == 1 and filled[before].slot:
            cell = filled[before]
            filled[before] = PlacedCell(cell.slot, cell.row, cell.column, 1, cell.columns + end - column)
        else:
            filled.append(PlacedCell(BLANK, row, column, 1, end - column))
        _take(taken, row, column, 1, end - column)
        column = end
    return filled
