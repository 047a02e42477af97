"""Rows and whole tables that go, with their words."""

from collections.abc import Sequence

from pactoria_desktop.contract.suggesting import Fate, deletion_value, fate_when_struck
from pactoria_desktop.replica.deleting import delete_words
from pactoria_desktop.replica.living import LivingText
from pactoria_desktop.replica.structure import RowRecord, SectionRecord


def remove_rows(living: LivingText, rows: Sequence[RowRecord]) -> None:
    """Delete or strike rows with their words."""
    id: str | None = None
    for row in rows:
        fate = fate_when_struck(row.marks, living.is_own)
        delete_words(living, row.cells)
        if not living.suggesting or fate is Fate.REMOVE:
            row.holder.insert("deleted", True)
        elif fate is Fate.STRIKE:
            id = id or living.new_revision("row_deletion")
            row.holder.insert(f"del:{id}", deletion_value(row.marks))
        living.structure.forget(row.key)


def delete_table(living: LivingText, section: SectionRecord) -> None:
    """Delete a table with its words, or strike all its rows."""
    if living.suggesting:
        remove_rows(living, section.shown_rows)
        return
    for row in section.shown_rows:
        delete_words(living, row.cells)
    section.holder.insert("deleted", True)
    living.structure.forget(section.key)
