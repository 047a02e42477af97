"""Joining a received text into the living one: its changes as their authors', then the sources on its package."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from loro import LoroMovableList, LoroText

from pactoria_desktop.contract.operations import Operation, Put, PutRow, PutSection, Remark, Strike, StrikeRow
from pactoria_desktop.contract.suggesting import deletion_value
from pactoria_desktop.contract.text import CommentNote, MarkValue, Material, Revision, Section, TextSection
from pactoria_desktop.replica.errors import ChangedMeanwhileError
from pactoria_desktop.replica.living import LivingText
from pactoria_desktop.replica.loro_text import (
    INTERNAL_MARK,
    lay_marks,
    runs_between,
    set_marks,
    utf16_before,
    utf16_length,
)
from pactoria_desktop.replica.reading import paragraphs_from, write_row, write_section
from pactoria_desktop.replica.records import MATERIAL_TABLES, StoredComment
from pactoria_desktop.replica.structure import RowRecord, Slot
from pactoria_desktop.replica.withdrawing import Act, act_of, renaming, seal
from pactoria_desktop.replica.writing import pieces

_OTHER_TEXT = (
    "The text has changed since the received draft was read, or the draft does not fit it; nothing was changed."
)


@dataclass(frozen=True, slots=True)
class Join:
    """A received text's changes (``contract.three_way.operations``) and what they name.

    ``sources`` leads from each paragraph's source as it stands here (``p:src``) to the received package's,
    ``row_sources`` does the same for rows, and ``parts`` for parts; ``lost`` are headers and footers that the received
    package has not, they go with its page set-up. ``words`` are slots as they were when this was
    worked out, by id: it is laid on no other words.
    ``then`` is laid on what this gives, in the same step.
    """

    operations: Sequence[Operation]
    revisions: Mapping[str, Revision] = field(default_factory=dict)
    material: Material = field(default_factory=Material)
    comments: Sequence[CommentNote] = ()
    sources: Mapping[str, str] = field(default_factory=dict)
    row_sources: Mapping[str, str] = field(default_factory=dict)
    parts: Mapping[str, str] = field(default_factory=dict)
    lost: frozenset[str] = frozenset()
    words: Mapping[str, str] = field(default_factory=dict)
    then: "Join | None" = None


def rebase(living: LivingText, join: Join) -> None:
    """Lay a received text's changes on the living text, then move its sources.

    Raises ChangedMeanwhileError where the operations speak of places that the text does not have, or it has changed
    since they were worked out; nothing is changed then.
    """
    act = act_of(living, join.operations)
    names = renaming(join.operations, act.id)
    following: Join | None = join
    while following is not None:
        operations = tuple(names.operation(each) for each in following.operations)
        _lay(living, replace(following, operations=operations), act)
        following = following.then
    seal([slot.text for slot in living.structure.slots()], act)


def _lay(living: LivingText, join: Join, act: Act) -> None:
    places = _Places(living, join.operations)
    places.check(join)
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
        if isinstance(operation, PutSection) and operation.offset:
            _split(places, operation, act)
        elif isinstance(operation, Put) and places.is_at_end(operation):
            ends.setdefault(operation.slot, []).insert(0, operation)
        elif isinstance(operation, Strike | Put | Remark):
            _words(places.text(operation.slot), operation, act)
    for id, puts in ends.items():
        _put_at_end(places.text(id), puts, act)
    living.structure.forget()
    _structure(
        living,
        [
            each
            for each in join.operations
            if isinstance(each, StrikeRow | PutRow) or (isinstance(each, PutSection) and not each.offset)
        ],
        act,
    )
    # What is lost goes under its old name, before another part takes that name.
    _lose(living, join.lost)
    _move_sources(living, join)
    living.forget_all_names()


class _Places:
    """The slots and rows that operations speak of, looked up once."""

    def __init__(self, living: LivingText, operations: Sequence[Operation]) -> None:
        self._living = living
        self._operations = operations
        self._slots: dict[str, Slot] = {}
        self._rows: set[str] = set()
        self._tables: set[str] = set()
        self._sections: set[str] = set()
        for section in living.structure.sections():
            self._sections.add(section.id)
            if section.is_table:
                self._tables.add(section.id)
            if section.slot is not None:
                self._slots[section.slot.id] = section.slot
            for row in section.rows:
                self._rows.add(row.id)
                for cell in row.cells:
                    self._slots.setdefault(cell.id, cell)

    @property
    def sections(self) -> LoroMovableList:
        """The list of all sections."""
        return self._living.structure.section_list

    def slot(self, id: str) -> Slot:
        """A slot by its id. Raises ChangedMeanwhileError where there is none."""
        found = self._slots.get(id)
        if found is None:
            raise ChangedMeanwhileError(_OTHER_TEXT)
        return found

    def text(self, id: str) -> LoroText:
        """The text of a slot."""
        return self.slot(id).text

    def is_at_end(self, put: Put) -> bool:
        """Whether words come after the last newline of a slot."""
        return bool(put.offset >= self.text(put.slot).len_unicode)

    def check(self, join: Join) -> None:
        """Raises ChangedMeanwhileError where a change does not fit."""
        for id, words in join.words.items():
            if self.text(id).to_string() != words:
                raise ChangedMeanwhileError(_OTHER_TEXT)
        rows = self._rows | {each.row.id for each in self._operations if isinstance(each, PutRow)}
        for operation in self._operations:
            if not self._fits(operation, rows):
                raise ChangedMeanwhileError(_OTHER_TEXT)

    def _fits(self, operation: Operation, rows: set[str]) -> bool:
        if isinstance(operation, Strike | Remark):
            return 0 <= operation.start <= operation.end <= int(self.text(operation.slot).len_unicode)
        if isinstance(operation, Put):
            return 0 <= operation.offset <= int(self.text(operation.slot).len_unicode)
        if isinstance(operation, StrikeRow):
            return operation.row in self._rows
        if isinstance(operation, PutRow):
            return operation.table in self._tables and (not operation.after or operation.after in rows)
        if operation.offset:
            text = self.text(operation.before)
            if not 0 < operation.offset < text.len_unicode:
                return False
            return bool(text.to_string()[operation.offset - 1] == "\n")
        return not operation.before or operation.before in self._sections


def _row(living: LivingText, id: str) -> RowRecord:
    for section in living.structure.sections():
        for row in section.rows:
            if row.id == id:
                return row
    raise ChangedMeanwhileError(_OTHER_TEXT)


def _split(places: _Places, operation: PutSection, act: Act) -> None:
    """A section within a text section: what comes after it moves into a text section of its own.

    Each character bears which one it is a copy of, so that two people who do so apart do not double them.
    """
    slot = places.slot(operation.before)
    text, sections = slot.text, places.sections
    at = utf16_before(text, operation.offset)
    rest = paragraphs_from(
        (run.text, {key: value for key, value in run.marks.items() if key != INTERNAL_MARK})
        for run in runs_between(text, at, text.len_utf16)
    )
    copied = act.copies(text, at)
    text.delete_utf16(at, text.len_utf16 - at)
    index = slot.section.index + 1
    act.sign(write_section(sections, index, operation.section), operation.section)
    holder = write_section(sections, index + 1, TextSection(operation.rest, rest, slot.part))
    act.sign_copy(holder, operation.rest, copied)


def _plain(marks: Mapping[str, object]) -> dict[str, MarkValue]:
    return {key: value for key, value in marks.items() if isinstance(value, bool | int | str | dict | list)}


def _words(text: LoroText, operation: Strike | Put | Remark, act: Act) -> None:
    if isinstance(operation, Put):
        at = utf16_before(text, operation.offset)
        text.insert_utf16(at, operation.text)
        for run in runs_between(text, at, at + utf16_length(operation.text)):
            set_marks(text, run, _plain(operation.marks) | act.mark_of(operation))
        return
    start, end = utf16_before(text, operation.start), utf16_before(text, operation.end)
    if isinstance(operation, Remark):
        changes: dict[str, MarkValue | None] = {key: None for key, value in operation.marks.items() if value is None}
        lay_marks(text, start, end, {**changes, **_plain(operation.marks)})
        return
    for run in runs_between(text, start, end):
        lay_marks(text, run.start, run.end, {f"del:{operation.revision}": deletion_value(run.marks)})


def _put_at_end(text: LoroText, puts: Sequence[Put], act: Act) -> None:
    """New paragraphs after the last of a slot: its last newline stays last, and becomes the last new one."""
    at = text.len_utf16 - 1
    ending = runs_between(text, at, at + 1)[0]
    sequence: list[tuple[str, dict[str, MarkValue]]] = [
        (put.text, _plain(put.marks) | act.mark_of(put)) for put in puts
    ]
    if sequence[-1][0] == "\n":
        last = _plain(sequence.pop()[1])
        # The newline that is put stands for the one that was there, which is the last put one now.
        sequence.insert(0, ("\n", {**ending.marks, **act.mark_of(puts[-1])}))
        last.pop(INTERNAL_MARK)
        set_marks(text, ending, last)
    for words, marks in sequence:
        text.insert_utf16(at, words)
        for run in runs_between(text, at, at + utf16_length(words)):
            set_marks(text, run, marks)
        at += utf16_length(words)


def _structure(living: LivingText, operations: Sequence[StrikeRow | PutRow | PutSection], act: Act) -> None:
    for operation in operations:
        if isinstance(operation, StrikeRow):
            row = _row(living, operation.row)
            row.holder.insert(f"del:{operation.revision}", deletion_value(row.marks))
            living.structure.forget(row.key)
        elif isinstance(operation, PutRow):
            _put_row(living, operation, act)
        else:
            section = operation.section
            holder = write_section(living.structure.section_list, _index(living, operation.before, section), section)
            act.sign(holder, section)
            if isinstance(section, TextSection) and any(one.spans for one in section.paragraphs):
                # Hidden as soon as its words go, so that nothing of it stays when they are rejected.
                holder.insert("deleted", True)
            living.structure.forget()


def _put_row(living: LivingText, operation: PutRow, act: Act) -> None:
    sections = living.structure.sections()
    table = next((section for section in sections if section.is_table and section.id == operation.table), None)
    if table is None or table.row_list is None:
        raise ChangedMeanwhileError(_OTHER_TEXT)
    at = _row(living, operation.after).index + 1 if operation.after else 0
    act.sign(write_row(table.row_list, at, operation.row), operation.row)
    living.structure.forget(table.key)


def _index(living: LivingText, before: str, section: Section) -> int:
    last = -1
    for each in living.structure.sections():
        if before and each.id == before:
            return each.index
        if each.part == section.part:
            last = each.index
    return last + 1 if last >= 0 else len(living.structure.section_list)


def _move_sources(living: LivingText, join: Join) -> None:
    if not join.sources and not join.row_sources and not join.parts:
        return
    for section in living.structure.sections():
        slots = [section.slot] if section.slot is not None else list(living.structure.cells_of(section))
        for slot in slots:
            _move_in(slot, join.sources)
        for row in section.rows:
            if row.source in join.row_sources:
                row.holder.insert("source", join.row_sources[row.source])
                living.structure.forget(row.key)
        if section.part in join.parts:
            section.holder.insert("part", join.parts[section.part])
            living.structure.forget(section.key)


def _lose(living: LivingText, parts: frozenset[str]) -> None:
    """Take away the words of parts and hide them."""
    for section in [one for one in living.structure.sections() if one.part in parts]:
        slots = [section.slot] if section.slot is not None else list(living.structure.cells_of(section))
        for slot in slots:
            slot.text.delete_utf16(0, slot.text.len_utf16 - 1)
        section.holder.insert("deleted", True)
    if parts:
        living.structure.forget()


def _move_in(slot: Slot, sources: Mapping[str, str]) -> None:
    for run in runs_between(slot.text, 0, slot.text.len_utf16):
        source = run.marks.get("p:src")
        if isinstance(source, str) and source in sources:
            for piece in pieces(run):
                if piece.text == "\n":
                    lay_marks(slot.text, piece.start, piece.end, {"p:src": sources[source]})
