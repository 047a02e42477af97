"""What the tracked changes of a part are: kinds, authors, dates, words (ECMA-376 part 1, 17.13.5).

The branches of ``mc:AlternateContent`` say the same thing twice. Changes are listed from the first branch; each
change of a later branch follows its twin, the one of the same name and ``w:id``, else of the same place in the row.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final, Literal

from pactoria_desktop.documents.tracked_tree import Node, Tree

Kind = Literal["insertion", "deletion", "move_from", "move_to", "format", "paragraph_mark", "row", "cell"]
Direction = Literal["in", "out", "format"]

_RUN_KINDS: Final[dict[str, Kind]] = {
    "ins": "insertion",
    "del": "deletion",
    "moveFrom": "move_from",
    "moveTo": "move_to",
}
_DIRECTIONS: Final[dict[str, Direction]] = {
    "ins": "in",
    "moveTo": "in",
    "cellIns": "in",
    "del": "out",
    "moveFrom": "out",
    "cellDel": "out",
}
PROPERTY_CHANGES: Final = {
    "rPrChange": "rPr",
    "pPrChange": "pPr",
    "tblPrChange": "tblPr",
    "trPrChange": "trPr",
    "tcPrChange": "tcPr",
    "sectPrChange": "sectPr",
    "tblPrExChange": "tblPrEx",
    "tblGridChange": "tblGrid",
}
_CELLS: Final = ("cellIns", "cellDel", "cellMerge")
_MOVE_RANGES: Final = ("moveFromRangeStart", "moveToRangeStart")
_CONTAINER_RANGES: Final[dict[str, Direction]] = {
    "customXmlInsRangeStart": "in",
    "customXmlMoveToRangeStart": "in",
    "customXmlDelRangeStart": "out",
    "customXmlMoveFromRangeStart": "out",
}
_INTERESTING: Final = {
    *_RUN_KINDS,
    *_CELLS,
    *PROPERTY_CHANGES,
    "numberingChange",
    *_MOVE_RANGES,
    *(name.replace("Start", "End") for name in _MOVE_RANGES),
    *_CONTAINER_RANGES,
    *(name.replace("Start", "End") for name in _CONTAINER_RANGES),
}
LINE_BREAK_TYPES: Final = ("", "textWrapping")
FIXED_CHARACTERS: Final = {
    "tab": "\t",
    "ptab": "\t",
    "cr": "\u2028",
    "noBreakHyphen": "\u2011",
    "sym": "\ue000",
    "drawing": "\ufffc",
    "pict": "\ufffc",
    "object": "\ufffc",
    "footnoteReference": "\ufffc",
    "endnoteReference": "\ufffc",
}
_TEXT: Final = {"t", "delText", "m:t"}
_NO_WORDS: Final = {"pPr", "rPr", "tblPr", "tcPr", "trPr", "mc:Fallback", "instrText", "delInstrText", "sectPr", "rt"}


@dataclass(eq=False)
class Change:
    """One tracked change. ``direction`` tells whether its words come in, go out, or stay and look otherwise.

    ``listed`` is False for the parts that belong to another change: twins and the grids of tables. ``twin`` is the
    change of the first branch that this one follows.
    """

    node: Node
    kind: Kind
    direction: Direction
    part: str
    author: str
    date: str
    word_id: str
    listed: bool = True
    twin: "Change | None" = None


@dataclass(eq=False)
class MarkerRange:
    """The start and end elements of a moved stretch or of a tracked container, and the changes between them."""

    name: str
    start: Node
    end: Node | None
    author: str
    date: str
    changes: list[Change] = field(default_factory=list)


@dataclass(eq=False)
class PartChanges:
    """All changes of one part in document order."""

    tree: Tree
    changes: list[Change]
    moves: list[MarkerRange]
    containers: list[MarkerRange]
    strays: list[Node]


def collect(tree: Tree, label: str) -> PartChanges:
    """The changes of a part. ``label`` is its name in lists: "main", "footnotes", "header:<member>", ..."""
    found = PartChanges(tree, [], [], [], [])
    open_ranges: dict[tuple[str, str], MarkerRange] = {}
    if not tree.has_changes:
        return found
    _walk(tree.root, label, found, open_ranges)
    for one in (*found.moves, *found.containers):
        end = one.end.start if one.end is not None else one.start.end
        one.changes = [change for change in found.changes if one.start.end <= change.node.start < end]
    return found


def direction_of_container(name: str) -> Direction:
    """Whether a tracked container (a control put round words) came in or went out."""
    return _CONTAINER_RANGES[name]


def words(node: Node) -> str:
    """The visible characters inside an element, struck ones included; paragraphs are divided by newlines."""
    return "".join(_characters(node))


def _walk(
    node: Node,
    part: str,
    found: PartChanges,
    open_ranges: dict[tuple[str, str], MarkerRange],
) -> None:
    if node.name in ("footnote", "endnote") and node.parent is not None:
        part = f"{node.name}:{node.attribute('id')}"
    for child in node.children:
        if child.is_closed:
            continue
        if child.name in _INTERESTING:
            _take(child, part, found, open_ranges)
        if child.name == "mc:AlternateContent":
            _branches(child, part, found, open_ranges)
            continue
        if child.name in PROPERTY_CHANGES:
            found.strays += [one for one in child.descendants() if one.name in _INTERESTING]
            continue
        _walk(child, part, found, open_ranges)


def _branches(
    node: Node,
    part: str,
    found: PartChanges,
    open_ranges: dict[tuple[str, str], MarkerRange],
) -> None:
    first: list[Change] = []
    for number, branch in enumerate(node.children):
        before = len(found.changes)
        _walk(branch, part, found, open_ranges)
        mine = found.changes[before:]
        if not number:
            first = mine
            continue
        rest = list(first)
        for change in mine:
            same = [one for one in rest if one.node.name == change.node.name]
            exact = [one for one in same if one.word_id == change.word_id]
            if same:
                change.twin = (exact or same)[0]
                change.listed = False
                rest.remove(change.twin)


def _take(
    node: Node,
    part: str,
    found: PartChanges,
    open_ranges: dict[tuple[str, str], MarkerRange],
) -> None:
    name = node.name
    author, date, identifier = node.attribute("author"), node.attribute("date"), node.attribute("id")
    if name in _MOVE_RANGES or name in _CONTAINER_RANGES:
        made = MarkerRange(name, node, None, author, date)
        (found.moves if name in _MOVE_RANGES else found.containers).append(made)
        open_ranges[name.removesuffix("Start"), identifier] = made
        return
    if name.endswith("RangeEnd"):
        opened = open_ranges.pop((name.removesuffix("End"), identifier), None)
        if opened is None:
            found.strays.append(node)
        else:
            opened.end = node
        return
    kind, listed = _kind(node), name != "tblGridChange"
    if kind is None:
        found.strays.append(node)
        return
    direction = _DIRECTIONS.get(name, "format") if kind != "format" else "format"
    found.changes.append(Change(node, kind, direction, part, author, date, identifier, listed))


def _kind(node: Node) -> Kind | None:
    """The kind of a change element by its place; None where it is a bare marker without meaning of its own."""
    name, parent = node.name, node.parent
    if name in _CELLS:
        return "cell"
    if name in PROPERTY_CHANGES or name == "numberingChange":
        return "format"
    above = parent.name if parent is not None else ""
    if above == "trPr":
        return "row"
    if above == "numPr":
        return "format"
    if above == "rPr":
        is_mark = parent is not None and parent.parent is not None and parent.parent.name == "pPr"
        return "paragraph_mark" if is_mark else None
    return _RUN_KINDS[name]


def change_words(change: Change) -> str:
    """The words a change speaks of: its own, its row's or cell's, or those that look otherwise."""
    node = change.node
    if change.kind == "paragraph_mark":
        return "\n"
    around = {"row": ("tr",), "cell": ("tc",), "format": ("r", "p", "tr", "tc", "tbl", "sectPr", "style", "lvl")}
    names = around.get(change.kind)
    if names is None:
        return words(node)
    for one in node.ancestors():
        if one.name in names:
            if one.name == "p" and node.name == "rPrChange":
                return "\n"
            return words(one) if one.name != "sectPr" else ""
    return ""


def _characters(node: Node) -> Iterator[str]:
    paragraphs = 0
    for child in node.children:
        name = child.name
        if name in _TEXT:
            yield child.characters()
        elif name == "br":
            yield "\u2028" if child.attribute("type") in LINE_BREAK_TYPES else "\ufffc"
        elif name in FIXED_CHARACTERS:
            yield FIXED_CHARACTERS[name]
        elif name not in _NO_WORDS:
            if name in ("p", "tr", "tc", "tbl"):
                if paragraphs:
                    yield "\n"
                paragraphs += 1
            yield from _characters(child)
