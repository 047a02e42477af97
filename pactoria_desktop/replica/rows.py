"""Rows and whole tables that go, with their words.

A struck row has no words but struck ones: accepting its deletion drops it whole, in Word as well.
"""

from collections.abc import Iterable, Iterator, Sequence

from pactoria_desktop.contract.suggesting import Fate, deletion_value, effective_deletions, fate_when_struck, is_struck
from pactoria_desktop.replica.deleting import delete_words
from pactoria_desktop.replica.living import LivingText, has_words
from pactoria_desktop.replica.loro_text import all_runs, is_empty
from pactoria_desktop.replica.structure import RowRecord, SectionRecord, Slot


def has_live_words(row: RowRecord) -> bool:
    """Whether a row has words that are not struck."""
    return any(has_words(run.text) and not is_struck(run.marks) for cell in row.cells for run in all_runs(cell.text))


def _has_words_of_others(living: LivingText, row: RowRecord) -> bool:
    """Whether words stay in a row when its author takes back what he put there."""
    return any(
        has_words(run.text) and fate_when_struck(run.marks, living.is_own) is not Fate.REMOVE
        for cell in row.cells
        for run in all_runs(cell.text)
    )


def remove_rows(living: LivingText, rows: Sequence[RowRecord]) -> None:
    """Delete or strike rows with their words; a row keeps standing where some of its words may not go."""
    id: str | None = None
    for row in rows:
        id = remove_row(living, row, id)


def remove_row(living: LivingText, row: RowRecord, id: str | None = None) -> str | None:
    """Delete or strike one row; ``id`` is the revision to go on with, and so is what is given for the next row.

    One's own inserted row in which others have words is struck like any other: it is still to be seen.
    """
    fate = fate_when_struck(row.marks, living.is_own)
    if living.suggesting and fate is Fate.REMOVE and _has_words_of_others(living, row):
        fate = Fate.STRIKE
    if not living.suggesting or fate is Fate.REMOVE:
        delete_words(living, row.cells)
        if all(is_empty(cell.text) for cell in row.cells):
            row.holder.insert("deleted", True)
    elif fate is Fate.STRIKE:
        id = id or living.new_revision("row_deletion")
        delete_words(living, row.cells, id)
        if not has_live_words(row):
            row.holder.insert(f"del:{id}", deletion_value(row.marks))
    living.structure.forget(row.key)
    return id


def settle_struck_rows(living: LivingText, cells: Iterable[Slot]) -> bool:
    """Let the rows of these cells stand that are struck and have words again; gives whether there were any."""
    rows = {cell.row.key: cell.row for cell in cells if cell.row is not None and effective_deletions(cell.row.marks)}
    changed = False
    for row in rows.values():
        if has_live_words(row):
            for key in effective_deletions(row.marks):
                row.holder.delete(key)
            living.structure.forget(row.key)
            changed = True
    return changed


def delete_table_gradually(living: LivingText, section: SectionRecord) -> Iterator[None]:
    """Delete a table with its words, or strike all its rows, row by row."""
    id: str | None = None
    suggesting = living.suggesting
    for key in [row.key for row in section.shown_rows]:
        row = living.structure.row_by_key(key)
        if row is None:
            continue
        if suggesting:
            id = remove_row(living, row, id)
        else:
            delete_words(living, row.cells)
        yield
    if not suggesting:
        section.holder.insert("deleted", True)
        living.structure.forget(section.key)
    yield
