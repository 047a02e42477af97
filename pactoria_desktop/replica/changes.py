"""What the living text tells its views: places, structure and changes. Offsets are UTF-16 units unless said otherwise.

A *slot* is one text of the replica: a text section or a table cell. It is named by a stable id, ends in a newline, and
its last newline is never deleted and nothing is inserted after it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from pactoria_desktop.contract.text import Marks, MarkValue

Origin = Literal["local", "remote", "undo", "system"]


@dataclass(frozen=True, slots=True)
class Place:
    """A position between two characters of a slot, in UTF-16 units from its start."""

    slot: str
    offset: int


@dataclass(frozen=True, slots=True)
class Stretch:
    """Characters ``start`` to ``end`` of a slot, in UTF-16 units."""

    slot: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class TextNode:
    """A shown text section: one slot."""

    slot: str
    part: str


@dataclass(frozen=True, slots=True)
class CellNode:
    """A shown cell. ``column`` is its first grid column; spans count grid columns and rows of the whole table.

    A cell that continues the one above it in a vertical merge is not listed: its upper cell's ``rows`` covers it.
    """

    slot: str
    column: int
    columns: int
    rows: int


@dataclass(frozen=True, slots=True)
class RowNode:
    """A shown row with the marks of its tracked insertion or deletion."""

    id: str
    cells: tuple[CellNode, ...]
    marks: Marks


@dataclass(frozen=True, slots=True)
class TableNode:
    """A shown table: ``columns`` grid columns, their widths in twentieths of a point (empty where unknown)."""

    id: str
    part: str
    rows: tuple[RowNode, ...]
    columns: int
    widths: tuple[int, ...]


Node = TextNode | TableNode


@dataclass(frozen=True, slots=True)
class Keep:
    """Go over ``count`` code points; ``marks`` are laid on them, None values take a mark away."""

    count: int
    marks: Mapping[str, MarkValue | None]


@dataclass(frozen=True, slots=True)
class Put:
    """Insert text with these marks (never None)."""

    text: str
    marks: Marks


@dataclass(frozen=True, slots=True)
class Drop:
    """Remove ``count`` code points."""

    count: int


Delta = Keep | Put | Drop


@dataclass(frozen=True, slots=True)
class TextChange:
    """What happened to one slot, as a walk from its start. Counts are CODE POINTS of the text before the change."""

    slot: str
    deltas: tuple[Delta, ...]


@dataclass(frozen=True, slots=True)
class Changes:
    """One commit, import or undo as the views see it: texts first, in order; then, when set, the structure anew.

    Views apply ``texts`` to slots they show and ignore the others, then compare ``Replica.nodes()`` with what they show
    when ``structure`` is set (rows, cells, sections came, went, moved or changed colour or span).
    """

    texts: tuple[TextChange, ...]
    structure: bool
    revisions: bool
    comments: bool
    origin: Origin
