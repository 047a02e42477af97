"""Rows, columns, merged cells and new tables.

What is new is made twice: hidden and empty outside undo, then shown as the undoable step, so that undo hides it only
while nobody has written in it. What goes is flagged, and stays hidden only while it is empty. Rows can be suggested;
columns and merged cells cannot, because Word tracks them in ways that this text does not hold.
"""

from collections.abc import Sequence

from loro import LoroMap

from pactoria_desktop.contract.suggesting import paragraph_marks
from pactoria_desktop.contract.text import (
    Cell,
    Marks,
    MarkValue,
    Paragraph,
    Row,
    TableSection,
    TextSection,
    kind_of,
)
from pactoria_desktop.replica.carrying import carry
from pactoria_desktop.replica.changes import Place
from pactoria_desktop.replica.deleting import delete_words
from pactoria_desktop.replica.errors import ReplicaError
from pactoria_desktop.replica.living import LivingText
from pactoria_desktop.replica.loro_text import is_empty, runs_between, set_marks
from pactoria_desktop.replica.properties import split_properties
from pactoria_desktop.replica.reading import write_cell, write_row, write_section
from pactoria_desktop.replica.rows import remove_rows
from pactoria_desktop.replica.structure import RowRecord, SectionRecord, Slot, grid

MOST_COLUMNS = 63
"""Word's limit (ECMA-376 part 1, 17.4.12 leaves it open; Word refuses more)."""


def _cell(living: LivingText, id: str) -> tuple[Slot, RowRecord, SectionRecord]:
    slot = living.structure.slot(id)
    if slot.row is None:
        raise ReplicaError("The caret is not in a table.")
    return slot, slot.row, slot.section


def _direct_only(living: LivingText) -> None:
    if living.suggesting:
        raise ReplicaError("Columns and merged cells cannot be suggested; turn off suggesting to change them.")


def _newline_like(living: LivingText, slot: Slot) -> dict[str, MarkValue]:
    return {**split_properties(living, living.paragraph_marks_at(slot, 0)), "p:fix": True}


def _empty_cell(living: LivingText, like: Slot, columns: int, continues: bool) -> Cell:
    return Cell(living.new_id(), (Paragraph((), _newline_like(living, like)),), columns, continues)


def _column_of(cell: Slot, row: RowRecord) -> int:
    return sum(each.columns for each in row.cells[: row.cells.index(cell)])


def _inserted(living: LivingText) -> dict[str, MarkValue]:
    """The marks of new rows: tracked when suggesting.

    They are made with the row, outside undo: somebody may have written in the row by the time that its insertion is
    undone, and it is still an inserted one then.
    """
    if not living.suggesting:
        return {}
    return {f"ins:{living.new_revision('row_insertion')}": {"d": 0}}


def insert_row(living: LivingText, id: str, below: bool) -> Place:
    """A row beside that of a cell, with its widths; gives the caret in its first cell."""
    _, row, section = _cell(living, id)
    rows = section.row_list
    if rows is None:
        raise ReplicaError("This table cannot be changed.")
    at = row.index + 1 if below else row.index
    following = next((each for each in section.shown_rows if each.index >= at), None)
    cells = []
    for number, like in enumerate(row.cells):
        beneath = following.cells[number] if following is not None and number < len(following.cells) else None
        within = beneath is not None and beneath.continues and beneath.columns == like.columns
        cells.append(_empty_cell(living, like, like.columns, within))
    new = write_row(rows, at, Row(living.new_id(), tuple(cells), _inserted(living)))
    new.insert("deleted", True)
    living.commit_apart()
    new.insert("deleted", False)
    living.structure.forget(section.key)
    shown = next((cell.id for cell in cells if not cell.continues), cells[0].id)
    return Place(shown, 0)


def delete_rows(living: LivingText, ids: Sequence[str]) -> Place | None:
    """Delete or strike the rows of these cells; gives the caret."""
    rows: list[RowRecord] = []
    for id in ids:
        _, row, _ = _cell(living, id)
        if row not in rows:
            rows.append(row)
    if not rows:
        return None
    slot = living.structure.slot(ids[0])
    beside = living.structure.before(rows[0].cells[0]) or living.structure.after(rows[-1].cells[-1])
    remove_rows(living, rows)
    if living.structure.place_of(slot) >= 0:
        return Place(slot.id, 0)
    if beside is not None and living.structure.place_of(beside) >= 0:
        return Place(beside.id, beside.text.len_utf16 - 1)
    left = living.structure.slots()
    return Place(left[0].id, 0) if left else None


def insert_column(living: LivingText, id: str, right: bool) -> Place:
    """A column beside that of a cell; a cell that spans the place gets wider. Gives the caret in it."""
    _direct_only(living)
    cell, row, section = _cell(living, id)
    columns, _ = grid(section)
    if columns >= MOST_COLUMNS:
        raise ReplicaError(f"A table has at most {MOST_COLUMNS} columns.")
    column = _column_of(cell, row) + (cell.columns if right else 0)
    new: list[tuple[LoroMap, str]] = []
    wider: list[Slot] = []
    caret = id
    for each in section.rows:
        at, position, spanning = 0, len(each.cell_list), None
        for like in each.cells:
            if at == column:
                position = _position(each, like)
                break
            if at < column < at + like.columns:
                spanning = like
                break
            at += like.columns
        if spanning is not None:
            wider.append(spanning)
        elif each.cells:
            made = _empty_cell(living, each.cells[min(len(each.cells) - 1, 0)], 1, False)
            holder = write_cell(each.cell_list, position, made)
            holder.insert("deleted", True)
            new.append((holder, made.id))
            caret = made.id if each.key == row.key else caret
    living.commit_apart()
    for holder, _ in new:
        holder.insert("deleted", False)
    for spanning in wider:
        spanning.holder.insert("columns", spanning.columns + 1)
    _forget_rows(living, section)
    return Place(caret, 0)


def _position(row: RowRecord, cell: Slot) -> int:
    key = str(cell.holder.id)
    return next(index for index in range(len(row.cell_list)) if str(row.cell_list.get(index).container.id) == key)


def _forget_rows(living: LivingText, section: SectionRecord) -> None:
    for row in section.rows:
        living.structure.forget(row.key)
    living.structure.forget(section.key)


def delete_column(living: LivingText, id: str) -> Place | None:
    """Delete the column that a cell begins in; a cell that spans it gets narrower. Gives the caret."""
    _direct_only(living)
    cell, row, section = _cell(living, id)
    column = _column_of(cell, row)
    for each in section.rows:
        at = 0
        for found in each.cells:
            if at <= column < at + found.columns:
                if found.columns > 1:
                    found.holder.insert("columns", found.columns - 1)
                else:
                    delete_words(living, [found])
                    found.holder.insert("deleted", True)
                break
            at += found.columns
    _forget_rows(living, section)
    if living.structure.place_of(cell) >= 0:
        return Place(cell.id, 0)
    left = [each for each in living.structure.slots() if each.row is not None and each.row.key == row.key]
    rest = left or living.structure.slots()
    return Place(rest[0].id, 0) if rest else None


def merge_right(living: LivingText, id: str) -> Place:
    """Merge a cell with the one at its right; its words come over. Gives the caret."""
    _direct_only(living)
    cell, row, section = _cell(living, id)
    position = row.cells.index(cell) + 1
    if position >= len(row.cells):
        raise ReplicaError("There is no cell to the right to merge with.")
    other = row.cells[position]
    caret = Place(cell.id, cell.text.len_utf16 - 1)
    _carry_cell(living, other, cell)
    cell.holder.insert("columns", cell.columns + other.columns)
    other.holder.insert("deleted", True)
    living.structure.forget(row.key)
    living.structure.forget(section.key)
    return caret


def merge_down(living: LivingText, id: str) -> Place:
    """Merge a cell with the one below it; its words come over. Gives the caret."""
    _direct_only(living)
    cell, row, section = _cell(living, id)
    column, columns = _column_of(cell, row), cell.columns
    rows = section.shown_rows
    for below in rows[rows.index(row) + 1 :]:
        other = next((each for each in below.cells if _column_of(each, below) == column), None)
        if other is None or other.columns != columns:
            break
        if other.continues and is_empty(other.text):
            continue
        caret = Place(cell.id, cell.text.len_utf16 - 1)
        _carry_cell(living, other, cell)
        other.holder.insert("continues", True)
        living.structure.forget(below.key)
        living.structure.forget(section.key)
        return caret
    raise ReplicaError("There is no cell of the same width below to merge with.")


def _carry_cell(living: LivingText, source: Slot, target: Slot) -> None:
    """Carry the words of a cell to the end of another, as paragraphs of their own where that has words."""
    if is_empty(source.text):
        return
    end, at = source.text.len_utf16 - 1, target.text.len_utf16 - 1
    source_ending = runs_between(source.text, end, end + 1)[0].marks
    ending = runs_between(target.text, at, at + 1)[0]
    separator: dict[str, MarkValue] | None = None
    new = {key: value for key, value in paragraph_marks(source_ending).items() if key != "p:src"}
    if is_empty(target.text):
        new.update({key: ending.marks[key] for key in ("p:src",) if key in ending.marks})
    else:
        separator = paragraph_marks(ending.marks)
    others = {key: value for key, value in ending.marks.items() if kind_of(key) not in ("p", "pfmt")}
    fixed: dict[str, MarkValue] = {"p:fix": True} if "p:fix" in ending.marks else {}
    set_marks(target.text, ending, {**new, **others, **fixed})
    carry(living, source.text, 0, end, target.text, at, separator)


def split_cell(living: LivingText, id: str) -> Place:
    """Undo a merge: the covered cells below stand by themselves again, or the columns of a wide cell."""
    cell, row, section = _cell(living, id)
    _direct_only(living)
    _, laid = grid(section)
    placed = next(each for begun in laid for each in begun if each.slot.key == cell.key)
    if placed.rows > 1:
        rows = section.shown_rows
        first = rows.index(row)
        for below in rows[first + 1 : first + placed.rows]:
            for other in below.cells:
                if other.continues and _column_of(other, below) == placed.column:
                    other.holder.insert("continues", False)
            living.structure.forget(below.key)
    elif cell.columns > 1:
        position = _position(row, cell)
        new = []
        for number in range(cell.columns - 1):
            holder = write_cell(row.cell_list, position + 1 + number, _empty_cell(living, cell, 1, False))
            holder.insert("deleted", True)
            new.append(holder)
        living.commit_apart()
        for holder in new:
            holder.insert("deleted", False)
        cell.holder.insert("columns", 1)
        living.structure.forget(row.key)
    else:
        raise ReplicaError("This cell is not merged.")
    living.structure.forget(section.key)
    return Place(cell.id, 0)


def new_table(living: LivingText, id: str, rows: int, columns: int) -> Place:
    """A table after the section that holds a slot, and a paragraph after it where none follows; gives the caret."""
    if not (rows >= 1 and 1 <= columns <= MOST_COLUMNS):
        raise ReplicaError(f"A table has at least a row and a column, and at most {MOST_COLUMNS} columns.")
    slot = living.structure.slot(id)
    section = slot.section
    newline = _newline_like(living, slot)
    tracked = _inserted(living)
    made = tuple(
        Row(living.new_id(), tuple(Cell(living.new_id(), (Paragraph((), newline),)) for _ in range(columns)), tracked)
        for _ in range(rows)
    )
    table = TableSection(living.new_id(), made, (), section.part)
    beyond = max(living.structure.place_of(each) for each in living.structure.slots() if each.section is section) + 1
    following = living.structure.slots()[beyond : beyond + 1]
    at = section.index + 1
    new = [write_section(living.structure.section_list, at, table)]
    if not following or following[0].row is not None or following[0].part != section.part:
        new.append(_new_paragraph(living, newline, at + 1, section.part)[0])
    _show(living, new)
    return Place(made[0].cells[0].id, 0)


def _new_paragraph(living: LivingText, beside: Marks, at: int, part: str) -> tuple[LoroMap, str]:
    """A section with an empty paragraph, whose newline is as one beside it; gives its map and the name of its slot."""
    marks = {key: value for key, value in split_properties(living, beside).items() if key != "p:fix"}
    if living.suggesting:
        marks[f"ins:{living.new_revision('insertion')}"] = {"d": 0}
    new = TextSection(living.new_id(), (Paragraph((), marks),), part)
    return write_section(living.structure.section_list, at, new), new.id


def _show(living: LivingText, new: Sequence[LoroMap]) -> None:
    """Let sections that were just made be hidden at first, outside undo, and shown as the step."""
    for holder in new:
        holder.insert("deleted", True)
    living.commit_apart()
    for holder in new:
        holder.insert("deleted", False)
    living.structure.forget()


def paragraph_beside(living: LivingText, id: str, before: bool) -> Place:
    """An empty paragraph before or after the table of a cell, where nobody could type; gives the caret."""
    slot, _, section = _cell(living, id)
    beside = living.paragraph_marks_at(slot, 0)
    holder, new = _new_paragraph(living, beside, section.index if before else section.index + 1, section.part)
    _show(living, [holder])
    return Place(new, 0)
