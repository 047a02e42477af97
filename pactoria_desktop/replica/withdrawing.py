"""A received file that two people joined apart stands once: one of the two joins is withdrawn, by every replica alike.

Whatever a join puts bears what it is (which change of which file, with its words) and the act that put it: words under
the internal mark, rows and sections in their map. Where two acts have put the same, what the act with the greater id
put is taken out again: its words as words that were carried twice (``carrying.doubled``), its rows and sections here.
What people typed there meanwhile stays where they typed it.
"""

import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from loro import LoroMap, LoroText

from pactoria_desktop.contract.operations import Operation, Put, PutRow, PutSection, Remark, Strike, StrikeRow
from pactoria_desktop.contract.text import (
    Cell,
    MarkValue,
    Row,
    Section,
    TableSection,
    id_of,
    kind_of,
    paragraphs_of,
)
from pactoria_desktop.replica.carrying import identity_of
from pactoria_desktop.replica.living import LivingText
from pactoria_desktop.replica.loro_text import (
    INTERNAL_MARK,
    Run,
    all_runs,
    lay_marks,
    list_of,
    maps_in,
    runs_between,
    text_of,
    utf16_length,
    value_of,
    visible_marks,
)

_WORDS = re.compile(r"\s|\S+", re.DOTALL)
_LOOKS = frozenset({"box", "fld", "run", "obj", "p"})
"""Kinds of marks that a file gives to words: where they stand in it and how they look."""

JOINED = "joined"
"""Under this key the map of a row or section holds what a join put: which, and the act that put it."""


@dataclass(frozen=True, slots=True)
class Act:
    """One person's joining of a received file. ``id`` is given once; ``words`` are each revision's, for its name."""

    id: str
    words: Mapping[str, str] = field(default_factory=dict)

    def mark_of(self, put: Put) -> dict[str, MarkValue]:
        """What words of a join bear. Two people who join the same file give the same name to the same change."""
        return {INTERNAL_MARK: [_name(put.revision, self.words.get(put.revision, put.text)), self.id]}

    def sign(self, holder: LoroMap, value: Section | Row) -> None:
        """Let a row or section that was just written bear what it is, and its words too, but for last newlines."""
        name = _name(value.id.removesuffix(f"~{self.id}"), "\n".join(_words_of(value)))
        holder.insert(JOINED, [name, self.id])
        for number, text in enumerate(_texts_in(holder)):
            lay_marks(text, 0, text.len_utf16 - 1, {INTERNAL_MARK: [f"{name}:{number}", self.id]})

    def sign_copy(self, holder: LoroMap, id: str, copied: Sequence[tuple[str, MarkValue]]) -> None:
        """Let a section that was just written bear what its words are copies of (``copies``).

        Words that somebody has typed among them at the same moment are in one of two copies only, and stay there.
        """
        holder.insert(JOINED, [id.removesuffix(f"~{self.id}"), self.id])
        text = text_of(holder, "text")
        if text is None:
            return
        offset = 0
        for words, value in copied:
            width = utf16_length(words)
            lay_marks(text, offset, min(offset + width, text.len_utf16 - 1), {INTERNAL_MARK: value})
            offset += width

    def copies(self, text: LoroText, start: int) -> list[tuple[str, MarkValue]]:
        """What copies of the words from an offset to the end of a text bear: which word each is, by its first letter.

        Words of this same act are what they are wherever they stand.
        """
        found: list[tuple[str, MarkValue]] = []
        point = len(text.slice_utf16(0, start))
        for run in runs_between(text, start, text.len_utf16):
            value = run.marks.get(INTERNAL_MARK)
            if isinstance(value, list) and value[1:2] == [self.id]:
                found.append((run.text, value))
            else:
                at = point
                for word in _WORDS.findall(run.text):
                    found.append((word, [identity_of(text, at), self.id]))
                    at += len(word)
            point += len(run.text)
        return found


def act_of(living: LivingText, operations: Iterable[Operation]) -> Act:
    """A new act that puts these operations' words."""
    words: dict[str, str] = {}
    for each in operations:
        if isinstance(each, Put):
            words[each.revision] = words.get(each.revision, "") + each.text
    return Act(living.new_id(), words)


def _name(id: str, words: str) -> str:
    return f"{id}:{hashlib.sha256(words.encode('utf-8', 'surrogatepass')).hexdigest()[:16]}"


def _words_of(section: Section | Row) -> list[str]:
    """The words of a section or row, paragraph by paragraph."""
    if isinstance(section, Row):
        return [paragraph.text for cell in section.cells for paragraph in cell.paragraphs]
    return [paragraph.text for paragraph in paragraphs_of(section)]


def _texts_in(holder: LoroMap) -> Iterator[LoroText]:
    """The texts of a section, a row or a cell."""
    text = text_of(holder, "text")
    if text is not None:
        yield text
    for name in ("rows", "cells"):
        items = list_of(holder, name)
        for _, inner in maps_in(items) if items is not None else ():
            yield from _texts_in(inner)


# Marks of what was put


def seal(texts: Iterable[LoroText], act: Act) -> None:
    """Keep with the words that an act has put which marks they bear, when it is done with them.

    Marks that somebody lays at the same moment on words beside them can come to lie on them too (``settle``).
    """
    for text in texts:
        for run in all_runs(text):
            value = run.marks.get(INTERNAL_MARK)
            if isinstance(value, list) and len(value) == 2 and value[1] == act.id:
                marks: dict[str, MarkValue] = visible_marks(run.marks)
                lay_marks(text, run.start, run.end, {INTERNAL_MARK: [*value, marks]})


def is_put_by(run: Run, peer: int) -> bool:
    """Whether a join of an opening has put words."""
    value = run.marks.get(INTERNAL_MARK)
    return isinstance(value, list) and len(value) == 3 and str(value[1]).startswith(f"{peer:x}.")


def settle(text: LoroText, run: Run) -> None:
    """Take the marks from words that another's joining of the same file has laid beside them, not on them.

    What a person has done to the words since stays: a tracked change that was decided, a comment, a deletion.
    """
    value = run.marks.get(INTERNAL_MARK)
    sealed = value[2] if isinstance(value, list) and len(value) == 3 else None
    if not isinstance(value, list) or not isinstance(sealed, dict):
        return
    package = str(value[0]).partition(".")[0] + "."
    changes: dict[str, MarkValue | None] = {}
    for key in run.marks:
        if key not in sealed and (id_of(key).startswith(package) or kind_of(key) in _LOOKS):
            changes[key] = None
    for key, mark in sealed.items():
        if kind_of(key) in _LOOKS and run.marks.get(key) != mark:
            changes[key] = mark
    lay_marks(text, run.start, run.end, changes)


# Names of what is new


@dataclass(frozen=True, slots=True)
class Renaming:
    """New sections, rows and cells get names that no other joining of the same file gives them."""

    act: str
    names: frozenset[str]

    def of(self, id: str) -> str:
        """The name that an id goes by here."""
        return f"{id}~{self.act}" if id in self.names else id

    def operation(self, value: Operation) -> Operation:
        """An operation under the names that its places go by here."""
        if isinstance(value, Strike | Put | Remark):
            return replace(value, slot=self.of(value.slot))
        if isinstance(value, StrikeRow):
            return replace(value, row=self.of(value.row))
        if isinstance(value, PutRow):
            return replace(value, table=self.of(value.table), after=self.of(value.after), row=self._row(value.row))
        return replace(
            value, before=self.of(value.before), section=self._section(value.section), rest=self.of(value.rest)
        )

    def _row(self, row: Row) -> Row:
        return replace(row, id=self.of(row.id), cells=tuple(self._cell(each) for each in row.cells))

    def _cell(self, cell: Cell) -> Cell:
        return replace(cell, id=self.of(cell.id))

    def _section(self, section: Section) -> Section:
        if isinstance(section, TableSection):
            return replace(section, id=self.of(section.id), rows=tuple(self._row(each) for each in section.rows))
        return replace(section, id=self.of(section.id))


def renaming(operations: Iterable[Operation], act: str) -> Renaming:
    """The renaming of what operations bring."""
    names: set[str] = set()
    for each in operations:
        rows: tuple[Row, ...] = ()
        if isinstance(each, PutRow):
            rows = (each.row,)
        elif isinstance(each, PutSection):
            names |= {each.section.id, each.rest}
            rows = each.section.rows if isinstance(each.section, TableSection) else ()
        for row in rows:
            names |= {row.id, *(cell.id for cell in row.cells)}
    return Renaming(act, frozenset(names - {""}))


# What was put twice


def withdraw_doubled(living: LivingText) -> bool:
    """Flag the rows and sections that an act with a smaller id has put as well; they go when their words are gone."""
    found: dict[str, list[tuple[str, LoroMap]]] = {}
    for _, section in maps_in(living.structure.section_list):
        _note(section, found)
        rows = list_of(section, "rows")
        for _, row in maps_in(rows) if rows is not None else ():
            _note(row, found)
    changed = False
    for holders in found.values():
        first = min(act for act, _ in holders)
        for act, holder in holders:
            if act != first and value_of(holder, "deleted", False) is not True:
                holder.insert("deleted", True)
                changed = True
    if changed:
        living.structure.forget()
    return changed


def _note(holder: LoroMap, found: dict[str, list[tuple[str, LoroMap]]]) -> None:
    value: list[object] = value_of(holder, JOINED, [])
    if len(value) == 2:
        found.setdefault(str(value[0]), []).append((str(value[1]), holder))
