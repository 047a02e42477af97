"""Joining a received text into the living one: its changes as their authors', then the sources on its package."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from pactoria_desktop.contract.suggesting import deletion_value
from pactoria_desktop.contract.text import CommentNote, Marks, MarkValue, Material, Revision, Section
from pactoria_desktop.contract.three_way import Operation, Put, PutRow, PutSection, Remark, Strike, StrikeRow
from pactoria_desktop.replica.errors import ReplicaError
from pactoria_desktop.replica.living import LivingText
from pactoria_desktop.replica.loro_text import lay_marks, runs_between, set_marks, utf16_before, utf16_length
from pactoria_desktop.replica.reading import write_row, write_section
from pactoria_desktop.replica.records import MATERIAL_TABLES, StoredComment
from pactoria_desktop.replica.structure import RowRecord, Slot
from pactoria_desktop.replica.writing import pieces


@dataclass(frozen=True, slots=True)
class Join:
    """A received text's changes (``contract.three_way.operations``) and what they name.

    ``sources`` leads from each paragraph's source as it stands here (``p:src``) to the received package's,
    ``row_sources`` does the same for rows.
    """

    operations: Sequence[Operation]
    revisions: Mapping[str, Revision] = field(default_factory=dict)
    material: Material = field(default_factory=Material)
    comments: Sequence[CommentNote] = ()
    sources: Mapping[str, str] = field(default_factory=dict)
    row_sources: Mapping[str, str] = field(default_factory=dict)


def rebase(living: LivingText, join: Join) -> None:
    """Lay a received text's changes on the living text, then move its sources.

    Raises ReplicaError where the operations speak of places that the text does not have; nothing is changed then.
    """
    _check(living, join.operations)
    for name in MATERIAL_TABLES:
        for key, value in getattr(join.material, name).items():
            living.add_material(name, key, value)
    for revision in join.revisions.values():
        living.add_revision(revision)
    known = living.comments
    order = max((comment.order for comment in known.values()), default=-1)
    for number, note in enumerate(join.comments, order + 1):
        if note.id not in known:
            living.write_comment(StoredComment(note, number))
    ends: dict[str, list[Put]] = {}
    for operation in reversed(join.operations):
        if isinstance(operation, Put) and _is_at_end(living, operation):
            ends.setdefault(operation.slot, []).insert(0, operation)
        elif isinstance(operation, Strike | Put | Remark):
            _words(living, operation)
    for slot, puts in ends.items():
        _put_at_end(living.structure.slot(slot), puts)
    _structure(living, [each for each in join.operations if isinstance(each, StrikeRow | PutRow | PutSection)])
    _move_sources(living, join.sources, join.row_sources)
    living.forget_all_names()


def _check(living: LivingText, operations: Sequence[Operation]) -> None:
    sentence = "The received changes do not fit this text; nothing was changed."
    for operation in operations:
        if isinstance(operation, Strike | Remark | Put):
            length = _slot(living, operation.slot).text.len_unicode
            last = operation.offset if isinstance(operation, Put) else operation.end
            first = operation.offset if isinstance(operation, Put) else operation.start
            if not 0 <= first <= last <= length:
                raise ReplicaError(sentence)
        elif isinstance(operation, StrikeRow):
            _row(living, operation.row)
        elif isinstance(operation, PutRow) and operation.after and not _known(operations, operation.after):
            _row(living, operation.after)


def _known(operations: Sequence[Operation], row: str) -> bool:
    return any(isinstance(each, PutRow) and each.row.id == row for each in operations)


def _slot(living: LivingText, id: str) -> Slot:
    for section in living.structure.sections():
        for cell in living.structure.cells_of(section):
            if cell.id == id:
                return cell
    return living.structure.slot(id)


def _row(living: LivingText, id: str) -> RowRecord:
    for section in living.structure.sections():
        for row in section.rows:
            if row.id == id:
                return row
    raise ReplicaError("The received changes speak of a row that is no longer there; nothing was changed.")


def _is_at_end(living: LivingText, put: Put) -> bool:
    return bool(put.offset >= _slot(living, put.slot).text.len_unicode)


def _plain(marks: Mapping[str, object]) -> dict[str, MarkValue]:
    return {key: value for key, value in marks.items() if isinstance(value, bool | int | str | dict | list)}


def _words(living: LivingText, operation: Strike | Put | Remark) -> None:
    text = _slot(living, operation.slot).text
    if isinstance(operation, Put):
        at = utf16_before(text, operation.offset)
        text.insert_utf16(at, operation.text)
        for run in runs_between(text, at, at + utf16_length(operation.text)):
            set_marks(text, run, _plain(operation.marks))
        return
    start, end = utf16_before(text, operation.start), utf16_before(text, operation.end)
    if isinstance(operation, Remark):
        changes: dict[str, MarkValue | None] = {key: None for key, value in operation.marks.items() if value is None}
        lay_marks(text, start, end, {**changes, **_plain(operation.marks)})
        return
    for run in runs_between(text, start, end):
        lay_marks(text, run.start, run.end, {f"del:{operation.revision}": deletion_value(run.marks)})


def _put_at_end(slot: Slot, puts: Sequence[Put]) -> None:
    """New paragraphs after the last of a slot: its last newline stays last, and becomes the last new one."""
    text = slot.text
    at = text.len_utf16 - 1
    ending = runs_between(text, at, at + 1)[0]
    sequence: list[tuple[str, Marks]] = [(put.text, put.marks) for put in puts]
    if sequence[-1][0] == "\n":
        last = _plain(sequence.pop()[1])
        sequence.insert(0, ("\n", ending.marks))
        set_marks(text, ending, last)
    for words, marks in sequence:
        text.insert_utf16(at, words)
        for run in runs_between(text, at, at + utf16_length(words)):
            set_marks(text, run, _plain(marks))
        at += utf16_length(words)


def _structure(living: LivingText, operations: Sequence[StrikeRow | PutRow | PutSection]) -> None:
    for operation in operations:
        if isinstance(operation, StrikeRow):
            row = _row(living, operation.row)
            row.holder.insert(f"del:{operation.revision}", deletion_value(row.marks))
            living.structure.forget(row.key)
        elif isinstance(operation, PutRow):
            _put_row(living, operation)
        else:
            section = operation.section
            write_section(living.structure.section_list, _index(living, operation.before, section), section)
            living.structure.forget()


def _put_row(living: LivingText, operation: PutRow) -> None:
    sections = living.structure.sections()
    table = next((section for section in sections if section.is_table and section.id == operation.table), None)
    if table is None or table.row_list is None:
        raise ReplicaError("The received changes speak of a table that is no longer there.")
    at = _row(living, operation.after).index + 1 if operation.after else 0
    write_row(table.row_list, at, operation.row)
    living.structure.forget(table.key)


def _index(living: LivingText, before: str, section: Section) -> int:
    if before:
        return living.structure.slot(before).section.index
    last = -1
    for each in living.structure.sections():
        if each.part == section.part:
            last = each.index
    return last + 1 if last >= 0 else len(living.structure.section_list)


def _move_sources(living: LivingText, sources: Mapping[str, str], row_sources: Mapping[str, str]) -> None:
    if not sources and not row_sources:
        return
    for section in living.structure.sections():
        slots = [section.slot] if section.slot is not None else list(living.structure.cells_of(section))
        for slot in slots:
            _move_in(slot, sources)
        for row in section.rows:
            if row.source in row_sources:
                row.holder.insert("source", row_sources[row.source])
                living.structure.forget(row.key)


def _move_in(slot: Slot, sources: Mapping[str, str]) -> None:
    for run in runs_between(slot.text, 0, slot.text.len_utf16):
        source = run.marks.get("p:src")
        if isinstance(source, str) and source in sources:
            for piece in pieces(run):
                if piece.text == "\n":
                    lay_marks(slot.text, piece.start, piece.end, {"p:src": sources[source]})
