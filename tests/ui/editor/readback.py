"""Reads a shown document back and compares it with the living text, in every respect that the view answers for."""

import json

from PySide6.QtGui import QTextBlock, QTextCursor

from pactoria_desktop.replica.changes import TableNode
from pactoria_desktop.replica.replica import Replica
from pactoria_desktop.ui.editor.building import paragraphs
from pactoria_desktop.ui.editor.contract_view import ContractView
from pactoria_desktop.ui.editor.formats import MARKS, PLAIN_MARKS
from pactoria_desktop.ui.editor.pieces import TablePiece, pieces_of
from pactoria_desktop.ui.editor.writing import fragments, shown, units

FIRST_CELL, LAST_CELL = "\ufdd0", "\ufdd1"


def canonical(marks) -> str:
    """Marks as text that is equal when they are."""
    return json.dumps(dict(marks), sort_keys=True, ensure_ascii=False)


def joined(runs) -> list[tuple[str, str]]:
    """Neighbouring runs of equal marks made one."""
    found: list[tuple[str, str]] = []
    for text, marks in runs:
        if found and found[-1][1] == marks:
            found[-1] = (found[-1][0] + text, marks)
        else:
            found.append((text, marks))
    return found


def expected(replica: Replica, slot: str) -> list[tuple[list[tuple[str, str]], str]]:
    """A slot's paragraphs as the document must show them."""
    return [
        (joined((shown(text), canonical(marks)) for text, marks in runs), canonical(newline))
        for runs, newline in paragraphs(replica.spans(slot))
    ]


def read_block(view: ContractView, block: QTextBlock) -> tuple[list[tuple[str, str]], str]:
    """A shown paragraph; asserts that each run has the format of its marks and of its paragraph's style."""
    formats = view.view.formats
    newline = int(block.blockFormat().property(MARKS) or PLAIN_MARKS)
    base = formats.base(newline)
    runs = []
    text = block.text().encode("utf-16-le", "surrogatepass")
    for start, end, number, has in fragments(block):
        at = start - block.position()
        words = text[at * 2 : (at + end - start) * 2].decode("utf-16-le", "surrogatepass")
        assert has == base, f"{words!r} has the look of another style"
        runs.append((words, canonical(formats.marks(number))))
    return joined(runs), canonical(formats.marks(newline))


def check(view: ContractView, replica: Replica) -> None:
    """Assert that the document shows the text exactly, and that the caret stands where one can type."""
    view.view.catch_up()
    shown_view, document = view.view, view.view.document
    assert view.editor.document() is document
    assert not document.isUndoRedoEnabled()
    positions = shown_view.positions
    pieces = pieces_of(replica.nodes())
    assert [piece.slots for piece in shown_view.pieces] == [piece.slots for piece in pieces]
    assert [slot for slot in positions.slots if slot] == slots_of(replica)
    block = document.begin()
    entry = 0
    for piece in pieces:
        start = positions.start(entry)
        assert block.position() == start, "a piece begins elsewhere"
        if isinstance(piece, TablePiece):
            assert block.length() == 1
            assert document.characterAt(start) == FIRST_CELL
            block = block.next()
            _check_grid(view, piece, entry)
        for number, slot in enumerate(piece.slots):
            text_start = positions.text_start(entry)
            assert block.position() == text_start
            end = text_start + positions.length(entry)
            if slot:
                assert positions.length(entry) == replica.length(slot)
            read = []
            while block.isValid() and block.position() < end:
                read.append(read_block(view, block))
                block = block.next()
            if slot:
                assert read == expected(replica, slot), f"slot {slot}"
            if isinstance(piece, TablePiece):
                last = number == len(piece.slots) - 1
                assert document.characterAt(end - 1) == (LAST_CELL if last else FIRST_CELL)
            entry += 1
    assert entry == len(positions)
    assert block.position() == positions.total
    assert block.text() == ""
    assert not block.next().isValid()
    _check_caret(view)


def slots_of(replica: Replica) -> list[str]:
    """All shown slots."""
    found = []
    for node in replica.nodes():
        if isinstance(node, TableNode):
            found.extend(cell.slot for row in node.rows for cell in row.cells)
        else:
            found.append(node.slot)
    return found


def _check_grid(view: ContractView, piece: TablePiece, entry: int) -> None:
    shown_view, positions = view.view, view.view.positions
    table = shown_view.table_at(entry)
    assert table is not None
    assert (table.rows(), table.columns()) == (piece.shape.rows, len(piece.shape.shares))
    assert table.firstPosition() == positions.start(entry) + 1
    assert len(piece.shape.cells) <= 120 or any(cell.rows > 1 for cell in piece.shape.cells)
    for number, cell in enumerate(piece.shape.cells):
        found = table.cellAt(positions.text_start(entry + number))
        assert found.isValid()
        assert (found.row(), found.column()) == (cell.row, cell.column)
        assert (found.rowSpan(), found.columnSpan()) == (cell.rows, cell.columns)
        assert found.firstPosition() == positions.text_start(entry + number)
        assert found.lastPosition() == positions.start(entry + number + 1) - 1
        marks = shown_view.formats.marks(int(found.format().property(MARKS) or PLAIN_MARKS))
        assert canonical(marks) == canonical(piece.row_marks[cell.row])


def _check_caret(view: ContractView) -> None:
    positions = view.view.positions
    cursor: QTextCursor = view.editor.textCursor()
    if not len(positions):
        return
    entry = positions.entry_at(cursor.position())
    assert 0 <= cursor.anchor() <= positions.total
    assert cursor.position() <= positions.total
    if not cursor.hasSelection():
        assert cursor.position() < positions.total, "the caret stands behind the end"
        assert positions.slots[entry], "the caret stands on a blank"
        assert cursor.position() >= positions.text_start(entry), "the caret stands before a frame"


def text_of(replica: Replica, slot: str) -> str:
    """A slot's characters."""
    return "".join(text for text, _ in replica.spans(slot))


def length_of(text: str) -> int:
    """UTF-16 units."""
    return units(text)
