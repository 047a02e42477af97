"""Sections, rows, cells and their texts as they stand in the replica document, read once and again where they changed.

Whatever is flagged ``deleted`` is hidden only while it has no words, so that nobody's words vanish because somebody
else removed the place they stood in. A cell that continues a vertical merge is covered only while it is empty and
stands under a cell of its own width. What a stranger's update has malformed is passed over.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

from loro import LoroDoc, LoroMap, LoroMovableList, LoroText

from pactoria_desktop.contract.text import MarkValue, kind_of
from pactoria_desktop.replica.changes import CellNode, Node, RowNode, TableNode, TextNode
from pactoria_desktop.replica.errors import ReplicaError
from pactoria_desktop.replica.loro_text import SECTIONS, is_blank, is_empty, list_of, maps_in, text_of, value_of


@dataclass(slots=True, eq=False)
class Slot:
    """One text: a text section or a cell. ``key`` names its container, ``holder`` is the map it lies in."""

    id: str
    key: str
    text: LoroText
    holder: LoroMap
    section: "SectionRecord"
    row: "RowRecord | None" = None
    columns: int = 1
    continues: bool = False
    deleted: bool = False

    @property
    def part(self) -> str:
        """The story that the slot belongs to."""
        return self.section.part

    @property
    def may_vanish(self) -> bool:
        """Whether what is shown depends on this slot having words."""
        if self.deleted or self.section.deleted or self.continues:
            return True
        return self.row is not None and self.row.deleted


@dataclass(slots=True, eq=False)
class RowRecord:
    """A row with all its cells that are not gone."""

    id: str
    key: str
    holder: LoroMap
    cell_list: LoroMovableList
    index: int
    section: "SectionRecord"
    source: str = ""
    deleted: bool = False
    marks: dict[str, MarkValue] = field(default_factory=dict)
    cells: list[Slot] = field(default_factory=list)

    @property
    def shown(self) -> bool:
        """Whether the row is still there."""
        return bool(self.cells) and not (self.deleted and all(is_empty(cell.text) for cell in self.cells))


@dataclass(slots=True, eq=False)
class SectionRecord:
    """A section: its one slot, or its rows when it is a table."""

    id: str
    key: str
    holder: LoroMap
    part: str
    is_table: bool
    index: int = 0
    deleted: bool = False
    widths: tuple[int, ...] = ()
    slot: Slot | None = None
    row_list: LoroMovableList | None = None
    rows: list[RowRecord] = field(default_factory=list)

    @property
    def shown(self) -> bool:
        """Whether the section is still there."""
        if self.slot is not None:
            return not (self.deleted and is_blank(self.slot.text))
        if not any(row.shown for row in self.rows):
            return False
        return not (self.deleted and all(is_empty(cell.text) for row in self.rows for cell in row.cells))

    @property
    def shown_rows(self) -> list[RowRecord]:
        """The rows that are still there, in order."""
        return [row for row in self.rows if row.shown]


@dataclass(slots=True)
class _Placed:
    """A cell on the grid while a table is laid out."""

    slot: Slot
    column: int
    columns: int
    row: int
    rows: int = 1


def grid(section: SectionRecord) -> tuple[int, list[list[_Placed]]]:
    """The columns of a table and, for each shown row, the cells that begin in it.

    In a shorter row the last cell reaches to the edge.
    """
    rows = section.shown_rows
    columns = max((sum(cell.columns for cell in row.cells) for row in rows), default=0)
    above: dict[int, _Placed] = {}
    laid: list[list[_Placed]] = []
    for number, row in enumerate(rows):
        here: dict[int, _Placed] = {}
        begun: list[_Placed] = []
        column = 0
        for position, cell in enumerate(row.cells):
            width = cell.columns if position < len(row.cells) - 1 else columns - column
            upper = above.get(column) if cell.continues and is_empty(cell.text) else None
            if upper is not None and upper.columns == width:
                upper.rows = number - upper.row + 1
                here[column] = upper
            else:
                here[column] = _Placed(cell, column, width, number)
                begun.append(here[column])
            column += width
        above = here
        laid.append(begun)
    return columns, laid


class Structure:
    """The sections of a replica document in order, read again only where something changed."""

    def __init__(self, document: LoroDoc) -> None:
        self._list = document.get_movable_list(SECTIONS)
        self._sections: dict[str, SectionRecord] = {}
        self._rows: dict[str, RowRecord] = {}
        self._owners: dict[str, tuple[str, str | None]] = {}
        self._by_key: dict[str, Slot] = {}
        self._names: dict[str, str] = {}
        self._order: list[SectionRecord] | None = None
        self._by_id: dict[str, Slot] = {}
        self._slots: list[Slot] = []
        self._places: dict[str, int] = {}
        self._nodes: tuple[Node, ...] = ()

    @property
    def section_list(self) -> LoroMovableList:
        """The list of all sections, hidden ones included."""
        return self._list

    def is_structure(self, key: str) -> bool:
        """Whether a container is one that this structure has read, or the list of sections itself."""
        return key in self._owners or key == str(self._list.id)

    def slot_by_key(self, key: str) -> Slot | None:
        """The slot whose text container has this key, shown or not."""
        return self._by_key.get(key)

    def row_by_key(self, key: str) -> RowRecord | None:
        """The row whose map has this key, shown or not."""
        self.sections()
        return self._rows.get(key)

    def forget(self, key: str | None = None) -> None:
        """Something about a container changed: read what belongs to it again when it is next asked for."""
        self._order = None
        if key is None:
            self._sections.clear()
            self._rows.clear()
            return
        section, row = self._owners.get(key, (None, None))
        if section is not None:
            self._sections.pop(section, None)
        if row is not None:
            self._rows.pop(row, None)

    def sections(self) -> list[SectionRecord]:
        """The shown sections in order."""
        if self._order is None:
            self._read()
        return [] if self._order is None else self._order

    def slots(self) -> list[Slot]:
        """The shown slots in order: text sections, and cells that are not covered."""
        self.sections()
        return self._slots

    def nodes(self) -> tuple[Node, ...]:
        """What is shown, as views see it."""
        self.sections()
        return self._nodes

    def slot(self, id: str) -> Slot:
        """The shown slot of an id. Raises ReplicaError where there is none."""
        self.sections()
        found = self._by_id.get(id)
        if found is None:
            raise ReplicaError("This place is no longer in the text; nothing was changed.")
        return found

    def place_of(self, slot: Slot) -> int:
        """The number of a shown slot in document order, -1 when it is not shown."""
        self.sections()
        return self._places.get(slot.key, -1)

    def after(self, slot: Slot) -> Slot | None:
        """The next shown slot, None after the last."""
        number = self.place_of(slot) + 1
        return self._slots[number] if 0 < number < len(self._slots) else None

    def before(self, slot: Slot) -> Slot | None:
        """The shown slot before, None at the first."""
        number = self.place_of(slot) - 1
        return self._slots[number] if number >= 0 else None

    def cells_of(self, section: SectionRecord) -> Iterator[Slot]:
        """Every cell of a table, covered ones included."""
        for row in section.rows:
            yield from row.cells

    # Reading

    def _read(self) -> None:
        found: list[SectionRecord] = []
        for index, holder in maps_in(self._list):
            key = str(holder.id)
            section = self._sections.get(key)
            if section is None:
                section = self._read_section(holder, key)
                if section is None:
                    continue
                self._sections[key] = section
            section.index = index
            found.append(section)
        self._by_id = {}
        shown = []
        for section in found:
            if not section.is_table and section.slot is not None:
                self._name(section.slot)
            for cell in self.cells_of(section):
                self._name(cell)
            if section.shown:
                shown.append(section)
        self._order = shown
        self._lay_out(shown)

    def _name(self, slot: Slot) -> None:
        """Let a slot have its id, unless another had it first: then it goes by its container."""
        if not slot.id or self._names.setdefault(slot.id, slot.key) != slot.key:
            slot.id = slot.key

    def _read_section(self, holder: LoroMap, key: str) -> SectionRecord | None:
        section = SectionRecord(
            id=value_of(holder, "id", "") or key,
            key=key,
            holder=holder,
            part=value_of(holder, "part", "main"),
            is_table=value_of(holder, "kind", "") == "table",
            deleted=value_of(holder, "deleted", False),
        )
        self._owners[key] = (key, None)
        if section.is_table:
            rows = list_of(holder, "rows")
            if rows is None:
                return None
            widths: list[object] = value_of(holder, "widths", [])
            section.widths = tuple(width for width in widths if isinstance(width, int))
            section.row_list = rows
            self._owners[str(rows.id)] = (key, None)
            for index, row_holder in maps_in(rows):
                row = self._read_row(row_holder, section)
                if row is not None:
                    row.index = index
                    section.rows.append(row)
            return section
        text = text_of(holder, "text")
        if text is None:
            return None
        slot = Slot(section.id, str(text.id), text, holder, section)
        section.slot = slot
        self._owners[slot.key] = (key, None)
        self._by_key[slot.key] = slot
        return section

    def _read_row(self, holder: LoroMap, section: SectionRecord) -> RowRecord | None:
        key = str(holder.id)
        known = self._rows.get(key)
        if known is not None:
            known.section = section
            for cell in known.cells:
                cell.section = section
            return known
        self._owners[key] = (section.key, key)
        cells = list_of(holder, "cells")
        if cells is None:
            return None
        self._owners[str(cells.id)] = (section.key, key)
        row = RowRecord(
            id=value_of(holder, "id", "") or key,
            key=key,
            holder=holder,
            cell_list=cells,
            index=0,
            section=section,
            source=value_of(holder, "source", ""),
            deleted=value_of(holder, "deleted", False),
        )
        for name in holder.keys():  # noqa: SIM118 - a Loro map is not iterable
            if kind_of(name) in ("ins", "del") and ":" in name:
                row.marks[name] = value_of(holder, name, {})
        for _, cell_holder in maps_in(cells):
            self._read_cell(cell_holder, row)
        self._rows[key] = row
        return row

    def _read_cell(self, holder: LoroMap, row: RowRecord) -> None:
        text = text_of(holder, "text")
        if text is None:
            return
        slot = Slot(
            id=value_of(holder, "id", ""),
            key=str(text.id),
            text=text,
            holder=holder,
            section=row.section,
            row=row,
            columns=min(max(1, value_of(holder, "columns", 1)), 63),
            continues=value_of(holder, "continues", False),
            deleted=value_of(holder, "deleted", False),
        )
        owner = (row.section.key, row.key)
        self._owners[slot.key] = self._owners[str(holder.id)] = owner
        self._by_key[slot.key] = slot
        if not (slot.deleted and is_empty(text)):
            row.cells.append(slot)

    def _lay_out(self, sections: list[SectionRecord]) -> None:
        nodes: list[Node] = []
        slots: list[Slot] = []
        for section in sections:
            if section.slot is not None:
                slots.append(section.slot)
                nodes.append(TextNode(section.slot.id, section.part))
                continue
            columns, laid = grid(section)
            rows = []
            for row, begun in zip(section.shown_rows, laid, strict=True):
                cells = tuple(CellNode(each.slot.id, each.column, each.columns, each.rows) for each in begun)
                rows.append(RowNode(row.id, cells, dict(row.marks)))
                slots.extend(each.slot for each in begun)
            nodes.append(TableNode(section.id, section.part, tuple(rows), columns, section.widths))
        self._slots = slots
        self._nodes = tuple(nodes)
        self._places = {slot.key: number for number, slot in enumerate(slots)}
        self._by_id = {slot.id: slot for slot in slots}
