"""How one side's changes reach the other's living text: operations that make the joined text of it."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from pactoria_desktop.contract.text import (
    ContractText,
    Marks,
    Paragraph,
    Row,
    Section,
    TableSection,
    TextSection,
    id_of,
    kind_of,
)

_STRUCK = ("del", "moveFrom")
_PUT = ("ins", "moveTo")


@dataclass(frozen=True, slots=True)
class Strike:
    """Characters ``start`` to ``end`` of a slot are struck (code points; a newline is one)."""

    slot: str
    start: int
    end: int
    revision: str


@dataclass(frozen=True, slots=True)
class Put:
    """Words come to stand at an offset of a slot. ``marks`` are all their marks; the text of a newline is ``\\n``."""

    slot: str
    offset: int
    text: str
    marks: Marks
    revision: str


@dataclass(frozen=True, slots=True)
class Remark:
    """Characters ``start`` to ``end`` of a slot get these marks; what has None is taken away."""

    slot: str
    start: int
    end: int
    marks: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class StrikeRow:
    """A row is struck; its words are struck by operations of their own."""

    row: str
    revision: str


@dataclass(frozen=True, slots=True)
class PutRow:
    """A row comes to stand after another of its table ("" for the first place)."""

    table: str
    after: str
    row: Row
    revision: str


@dataclass(frozen=True, slots=True)
class PutSection:
    """A new section comes to stand before another ("" for the end of the part).

    With ``offset`` above 0 it stands within the text section ``before``, after that many code points; the paragraphs
    after it become a text section of their own, which ``rest`` names.
    """

    before: str
    section: Section
    offset: int = 0
    rest: str = ""


Operation = Strike | Put | Remark | StrikeRow | PutRow | PutSection


def operations(mine: ContractText, joined: ContractText, made: Collection[str]) -> list[Operation]:
    """What makes ``joined`` of ``mine``: ``joined`` is mine with revisions ``made`` laid on it (see ``merge.join``).

    Offsets count code points of the slot as it is in ``mine``, all operations at once; apply them from the last to the
    first (``laying.laid`` does so on values). Parts that only ``joined`` has come as new sections. Raises ValueError
    where ``joined`` was not made from ``mine``.
    """
    found: list[Operation] = []
    old, new = _by_part(mine), _by_part(joined)
    order = list(new)
    for number, (part, sections) in enumerate(new.items()):
        if part in old:
            found += _part_operations(old[part], sections, frozenset(made))
        else:
            before = next((old[other][0].id for other in order[number:] if other in old), "")
            found += [PutSection(before, section) for section in sections]
    for part in old.keys() - new.keys():
        _part_operations(old[part], [], frozenset(made))
    return found


def _by_part(text: ContractText) -> dict[str, list[Section]]:
    found: dict[str, list[Section]] = {}
    for section in text.sections:
        found.setdefault(section.part, []).append(section)
    return found


def _part_operations(old: Sequence[Section], new: Sequence[Section], made: frozenset[str]) -> list[Operation]:
    found: list[Operation] = []
    tables = {section.id: section for section in old if isinstance(section, TableSection)}
    cursor = _Cursor(old)
    for section in new:
        if isinstance(section, TableSection):
            if section.id in tables:
                found += _table_operations(tables[section.id], section, made)
                cursor.passed(section.id)
            else:
                found.append(cursor.put_section(section))
        elif cursor.is_between_tables() and _is_new(section, made):
            found.append(cursor.put_section(section))
        else:
            found += cursor.walk(section.paragraphs, made)
    cursor.finish()
    return found


def _is_new(section: TextSection, made: frozenset[str]) -> bool:
    """Whether everything in a section was put."""
    return all(
        _put_by(marks, made)
        for paragraph in section.paragraphs
        for marks in (paragraph.marks, *(span.marks for span in paragraph.spans))
    )


def _put_by(marks: Marks, made: frozenset[str]) -> str:
    return next((id_of(key) for key in marks if kind_of(key) in _PUT and id_of(key) in made), "")


def _table_operations(old: TableSection, new: TableSection, made: frozenset[str]) -> list[Operation]:
    found: list[Operation] = []
    rows = {row.id: row for row in old.rows}
    after = ""
    for row in new.rows:
        known = rows.get(row.id)
        if known is None:
            name = next((id_of(key) for key in row.marks if id_of(key) in made), "")
            found.append(PutRow(old.id, after, row, name))
        else:
            struck = next((id_of(key) for key in row.marks if key not in known.marks and id_of(key) in made), "")
            if struck:
                found.append(StrikeRow(row.id, struck))
            for cell, other in zip(known.cells, row.cells, strict=True):
                cursor = _Cursor([TextSection(cell.id, cell.paragraphs)])
                found += cursor.walk(other.paragraphs, made)
                cursor.finish()
        after = row.id
    return found


Stretch = tuple[int, int, str, Marks]


class _Cursor:
    """Walks over the slots of the living text while the joined text is read; tables part the slots."""

    def __init__(self, sections: Sequence[Section]) -> None:
        self._slots: list[tuple[str, list[Stretch]]] = []
        self._walls: list[list[str]] = [[]]
        self._ids = [section.id for section in sections]
        self._names = set(self._ids)
        self._passed: set[str] = set()
        for section in sections:
            if isinstance(section, TextSection):
                self._slots.append((section.id, _characters(section.paragraphs)))
                self._walls.append([])
            else:
                self._walls[-1].append(section.id)
        self._at = 0
        self._offset = 0
        self._stretch = 0
        self._has_new_behind = False

    def passed(self, table: str) -> None:
        """A table of the living text was met."""
        self._passed.add(table)
        self._has_new_behind = False

    def _step(self) -> None:
        """On to the next slot when this one is read and no table that is still to come stands between."""
        while self._is_read() and self._may_go_on() and self._at + 1 < len(self._slots):
            self._at, self._offset, self._stretch = self._at + 1, 0, 0

    def _is_read(self) -> bool:
        return self._at < len(self._slots) and self._offset == self._slots[self._at][1][-1][1]

    def _may_go_on(self) -> bool:
        return all(table in self._passed for table in self._walls[self._at + 1])

    def is_between_tables(self) -> bool:
        """Whether no slot of the living text is here: what is new here needs a section of its own."""
        if not self._slots:
            return True
        self._step()
        if self._at == 0 and self._offset == 0:
            return not all(table in self._passed for table in self._walls[0])
        return self._is_read() and (self._has_new_behind or any(t in self._passed for t in self._walls[self._at + 1]))

    def put_section(self, section: Section) -> PutSection:
        """A new section at this place, under a name that no section of the living text has."""
        while section.id in self._names:
            section = replace(section, id=f"{section.id}-put")
        self._names.add(section.id)
        if self.is_between_tables() or self._is_read():
            self._has_new_behind = True
            return PutSection(self._next_section(), section)
        self._has_new_behind = False
        name = self._slots[self._at][0]
        return PutSection(name, section, self._offset, f"{section.id}-rest" if self._offset else "")

    def _next_section(self) -> str:
        """The id of the section of the living text that comes next, "" for none."""
        begun = self._slots[self._at][0] if self._slots and (self._at or self._offset) else None
        at = self._ids.index(begun) + 1 if begun is not None else 0
        while at < len(self._ids) and self._ids[at] in self._passed:
            at += 1
        return self._ids[at] if at < len(self._ids) else ""

    def walk(self, paragraphs: Sequence[Paragraph], made: frozenset[str]) -> Iterator[Operation]:
        for paragraph in paragraphs:
            for span in paragraph.spans:
                yield from self._take(span.text, span.marks, made)
            yield from self._take("\n", paragraph.marks, made)

    def _take(self, text: str, marks: Marks, made: frozenset[str]) -> Iterator[Operation]:
        put = _put_by(marks, made)
        if put:
            yield Put(*self._place(), text, marks, put)
            return
        while text:
            while self._is_read():
                self._at, self._offset, self._stretch = self._at + 1, 0, 0
            if self._at >= len(self._slots):
                raise ValueError("The joined text holds words that the living text does not have.")
            self._has_new_behind = False
            name, pieces = self._slots[self._at]
            while pieces[self._stretch][1] <= self._offset:
                self._stretch += 1
            _, end, there, old_marks = pieces[self._stretch]
            count = min(len(text), end - self._offset)
            if (there == "\n") != (text[0] == "\n"):
                raise ValueError("The joined text has a paragraph where the living text has words.")
            start = self._offset
            self._offset += count
            text = text[count:]
            changed: dict[str, object] = {key: value for key, value in marks.items() if old_marks.get(key) != value}
            changed.update({key: None for key in old_marks if key not in marks})
            struck = next((key for key in changed if kind_of(key) in _STRUCK and id_of(key) in made), "")
            if struck:
                yield Strike(name, start, start + count, id_of(struck))
                changed.pop(struck)
            if changed:
                yield Remark(name, start, start + count, changed)

    def _place(self) -> tuple[str, int]:
        if not self._slots:
            raise ValueError("The joined text has words where the living text has none.")
        self._step()
        return self._slots[self._at][0], self._offset

    def finish(self) -> None:
        """Raises ValueError where words of the living text were not met."""
        while self._is_read():
            self._at, self._offset = self._at + 1, 0
        if self._at < len(self._slots):
            raise ValueError("The joined text lacks words of the living text.")


def _characters(paragraphs: Sequence[Paragraph]) -> list[Stretch]:
    """Stretches of a slot: start, end, first character, marks."""
    out: list[Stretch] = []
    at = 0
    for paragraph in paragraphs:
        for span in paragraph.spans:
            out.append((at, at + len(span.text), span.text[0], span.marks))
            at += len(span.text)
        out.append((at, at + 1, "\n", paragraph.marks))
        at += 1
    return out
