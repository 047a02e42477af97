"""Compares tables: rows are aligned, then cells by their place in the grid, then their paragraphs.

Rows come and go as tracked rows. Word tracks no other change of structure, so a row whose cells are cut otherwise is
struck whole and put anew.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from pactoria_desktop.contract.alignment import Pair, equal_pairs, similar_pairs
from pactoria_desktop.contract.lines import accepted
from pactoria_desktop.contract.rewriting import Author, rewrite, struck
from pactoria_desktop.contract.text import Cell, Paragraph, Row, Span, TableSection
from pactoria_desktop.contract.words import words_of
from pactoria_desktop.documents.compare_cuts import cuts_of
from pactoria_desktop.documents.compare_flow import rewritten, steps_between
from pactoria_desktop.documents.compare_lines import Flow

if TYPE_CHECKING:
    from pactoria_desktop.documents.compare_setting import Setting


def _flow(setting: "Setting", cell: Cell, *, new: bool) -> Flow:
    known = setting.cells.get((id(cell), new))
    if known is None:
        known = setting.cells[id(cell), new] = (cell, Flow.of(cell.paragraphs, setting, new=new, keeps_last=True))
    return known[1]


def _shape(row: Row) -> tuple[tuple[int, bool], ...]:
    return tuple((cell.columns, cell.continues) for cell in row.cells)


def _seen(setting: "Setting", rows: Sequence[Row], *, new: bool) -> list[Row]:
    view = setting.new_view if new else setting.old_view
    return [row for row in rows if view(row.marks)]


def _row_key(setting: "Setting", row: Row, *, new: bool) -> object:
    return (
        _shape(row),
        tuple(tuple(line.key for line in _flow(setting, cell, new=new).lines) for cell in row.cells),
    )


def table_key(setting: "Setting", table: TableSection, *, new: bool) -> object:
    """Equal for tables with the same cells and words."""
    return tuple(_row_key(setting, row, new=new) for row in _seen(setting, table.rows, new=new))


def _words(setting: "Setting", rows: Sequence[Row], *, new: bool) -> str:
    tokens: list[str] = []
    for row in rows:
        for cell in row.cells:
            for line in _flow(setting, cell, new=new).lines:
                tokens += words_of(line.text)
    return setting.vocabulary.code(token for token in tokens if not token.isspace())


def table_code(setting: "Setting", table: TableSection | None, *, new: bool) -> str:
    """The words of a table, to be compared with another's."""
    return _words(setting, _seen(setting, table.rows, new=new), new=new) if table is not None else ""


def struck_row(setting: "Setting", row: Row, author: Author | None = None) -> Row:
    """A row struck with its words; the newlines of its cells stay (Word strikes them with the row)."""
    if any(key.startswith("del:") for key in row.marks):
        return row
    name = setting.register.new("row_deletion", author or setting.author)
    words = setting.register.new("deletion", author or setting.author)
    cells = tuple(
        replace(cell, paragraphs=tuple(_struck_words(setting, paragraph, words) for paragraph in cell.paragraphs))
        for cell in row.cells
    )
    return replace(row, cells=cells, marks=struck(row.marks, name))


def _struck_words(setting: "Setting", paragraph: Paragraph, name: str) -> Paragraph:
    spans = tuple(
        Span(span.text, struck(span.marks, name)) if setting.old_view(span.marks) and not _untouchable(span) else span
        for span in paragraph.spans
    )
    return Paragraph(spans, paragraph.marks)


def _untouchable(span: Span) -> bool:
    return "obj" in span.marks and span.text.startswith("\u2060") and not any(key[:4] == "fld:" for key in span.marks)


def struck_table(setting: "Setting", table: TableSection) -> TableSection:
    """A table of which every row is struck."""
    return replace(table, rows=tuple(struck_row(setting, row) for row in table.rows))


def new_row(setting: "Setting", row: Row) -> Row:
    """A row of NEW as an inserted row of OLD."""
    author = (setting.tracked.put_by(row.marks) if setting.tracked is not None else None) or setting.author
    name = setting.register.new("row_insertion", author)
    empty = Flow((), [], accepted, False, [])
    cells: list[Cell] = []
    for cell in row.cells:
        flow = _flow(setting, cell, new=True)
        steps = steps_between(setting, empty, flow, range(0), range(len(flow.lines)))
        paragraphs = rewrite((), steps, setting.register, setting.objects_material())
        last = paragraphs[-1]
        paragraphs[-1] = Paragraph(last.spans, {**last.marks, "p:fix": True})
        cells.append(Cell(f"{name}-{len(cells)}", tuple(paragraphs), columns=cell.columns, continues=cell.continues))
    return Row(name, tuple(cells), {f"ins:{name}": {"d": 0}})


def new_table(setting: "Setting", table: TableSection, part: str) -> TableSection:
    """A table of NEW as inserted rows of OLD."""
    rows = tuple(new_row(setting, row) for row in table.rows if _arrives(setting, row))
    return TableSection(f"table-{rows[0].id}", rows, table.widths, part)


def _arrives(setting: "Setting", row: Row) -> bool:
    """Whether a row of NEW is there once its tracked changes are accepted."""
    return accepted(row.marks)


def has_rows(setting: "Setting", table: TableSection, *, new: bool) -> bool:
    """Whether anything of a table is seen, or of a table of NEW arrives with its tracked changes."""
    return bool(_seen(setting, table.rows, new=new)) or (new and any(_arrives(setting, row) for row in table.rows))


def compared_table(setting: "Setting", old: TableSection, new: TableSection) -> TableSection:
    """OLD's table with the changes to NEW's marked in it."""
    seen = [index for index, row in enumerate(old.rows) if setting.old_view(row.marks)]
    tracked = setting.tracked
    others = [row for row in new.rows if setting.new_view(row.marks) or (tracked and tracked.put_by(row.marks))]
    before = [place for place, row in enumerate(others) if setting.new_view(row.marks)]
    pairs = _row_pairs(setting, [old.rows[index] for index in seen], [others[place] for place in before])
    partner = {place: before[other] for place, other in pairs}
    rows: list[Row] = []
    at = 0
    order = {index: place for place, index in enumerate(seen)}
    for index, row in enumerate(old.rows):
        place = order.get(index)
        if place is None:
            rows.append(row)
            continue
        other = partner.get(place)
        if other is None:
            rows.append(struck_row(setting, row))
            continue
        rows += [new_row(setting, one) for one in others[at:other] if _arrives(setting, one)]
        by = tracked.struck_by(others[other].marks) if tracked is not None else None
        if by is not None:
            rows.append(struck_row(setting, row, by))
        elif not _can_be_told(setting, row, others[other]):
            rows += [struck_row(setting, row), new_row(setting, others[other])]
        else:
            rows.append(_compared_row(setting, row, others[other]))
        at = other + 1
    rows += [new_row(setting, one) for one in others[at:] if _arrives(setting, one)]
    return replace(old, rows=tuple(rows))


def _row_pairs(setting: "Setting", old: Sequence[Row], new: Sequence[Row]) -> list[Pair]:
    keys = [_row_key(setting, row, new=False) for row in old]
    other_keys = [_row_key(setting, row, new=True) for row in new]
    found: list[Pair] = []
    low = other_low = 0
    for high, other_high in [*equal_pairs(keys, other_keys), (len(old), len(new))]:
        found += _similar_rows(setting, old, new, range(low, high), range(other_low, other_high))
        if high < len(old):
            found.append((high, other_high))
        low, other_low = high + 1, other_high + 1
    return found


def _similar_rows(setting: "Setting", old: Sequence[Row], new: Sequence[Row], rows: range, others: range) -> list[Pair]:
    """Rows that may be compared cell by cell: those whose cells are cut alike."""
    if not rows or not others:
        return []
    if len(rows) == len(others) and all(
        len(old[a].cells) == len(new[b].cells) and _widths(old[a]) == _widths(new[b])
        for a, b in zip(rows, others, strict=True)
    ):
        return list(zip(rows, others, strict=True))
    left = [_words(setting, [old[index]], new=False) for index in rows]
    right = [_words(setting, [new[index]], new=True) for index in others]
    pairs = similar_pairs(left, right, lambda a, b: _widths(old[rows[a]]) == _widths(new[others[b]]), least=0.3)
    return [(rows[a], others[b]) for a, b in pairs]


def _widths(row: Row) -> tuple[int, ...]:
    return tuple(cell.columns for cell in row.cells)


def _can_be_told(setting: "Setting", old: Row, new: Row) -> bool:
    """Whether every paragraph of the row that goes can go: the ends of cells of a table within a cell cannot."""
    for cell, other in zip(old.cells, new.cells, strict=True):
        left, right = _flow(setting, cell, new=False), _flow(setting, other, new=True)
        pieces = cuts_of(setting, left, right, range(len(left.lines)), range(len(right.lines)))
        if any(piece and not other_piece for piece, other_piece in pieces):
            return False
    return True


def _compared_row(setting: "Setting", old: Row, new: Row) -> Row:
    for cell, other in zip(old.cells, new.cells, strict=True):
        if len([one for one in other.paragraphs if "p:fix" in one.marks]) > len(
            [one for one in cell.paragraphs if "p:fix" in one.marks]
        ):
            setting.remarks.append("A table within a table cell is new; its words are put as paragraphs of the cell.")
    cells = tuple(_compared_cell(setting, a, b) for a, b in zip(old.cells, new.cells, strict=True))
    return replace(old, cells=cells)


def _compared_cell(setting: "Setting", old: Cell, new: Cell) -> Cell:
    left, right = _flow(setting, old, new=False), _flow(setting, new, new=True)
    out: list[Paragraph] = []
    reached = 0
    for piece, other in cuts_of(setting, left, right, range(len(left.lines)), range(len(right.lines))):
        stop = left.lines[piece.stop - 1].last + 1
        out += rewritten(setting, left, right, piece, other, reached, stop)
        reached = stop
    out += old.paragraphs[reached:]
    paragraphs = tuple(out)
    return old if paragraphs == old.paragraphs else replace(old, paragraphs=paragraphs)
