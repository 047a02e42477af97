"""Accepting and rejecting tracked changes of one part by cutting and moving its bytes.

Only elements that a resolved change touches are written anew; every other byte of the part is copied. The words of a
struck paragraph go into the next paragraph of the same container, as Word does; where none follows, an emptied
paragraph goes, except in a cell or a note, and except the last block of any other container but the body. What has no
width (bookmarks, ends of comments and permissions) survives the words around it.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from pactoria_desktop.documents.tracked_changes import (
    FIXED_CHARACTERS,
    PROPERTY_CHANGES,
    Change,
    MarkerRange,
    PartChanges,
    direction_of_container,
)
from pactoria_desktop.documents.tracked_tree import Node, declarations, with_declarations

Verdict = Mapping[Change, bool]
"""What becomes of each resolved change: True accepts it, False rejects it; what is not named stays as it is."""

_MARKERS: Final = {
    "rPr": ("ins", "del", "moveFrom", "moveTo"),
    "pPr": ("rPr", "sectPr"),
    "trPr": ("ins", "del"),
    "tcPr": ("cellIns", "cellDel", "cellMerge"),
    "sectPr": ("headerReference", "footerReference"),
}
_MARKERS_FIRST: Final = ("rPr", "sectPr")
_MAY_VANISH: Final = ("rPr", "pPr", "trPr", "tblPrEx", "numPr")
_ANCHORS: Final = {
    "bookmarkStart": "bookmarkEnd",
    "bookmarkEnd": "bookmarkStart",
    "commentRangeStart": "commentRangeEnd",
    "commentRangeEnd": "commentRangeStart",
    "permStart": "permEnd",
    "permEnd": "permStart",
}
_SEEN: Final = {*FIXED_CHARACTERS, "br", "t", "delText", "m:t", "fldChar", "ruby"}
_BARRIERS: Final = ("tbl", "sdt", "customXml", "mc:AlternateContent", "altChunk")
_BLOCKS: Final = ("p", "tr", "tc", "tbl")
_SHELLS: Final = ("sdt", "sdtContent", "customXml")
_SHELL_PROPERTIES: Final = ("sdtPr", "sdtEndPr", "customXmlPr")
_WITHIN: Final = ("hyperlink", "smartTag", "customXml", "dir", "bdo", "fldSimple", "ins", "del", "moveFrom", "moveTo")
_KEEPS_LAST: Final = ("tc", "footnote", "endnote", "comment")


def resolve(found: PartChanges, verdict: Verdict, rest: bool | None = None) -> bytes:
    """The part with the named changes accepted or rejected, all other bytes as they were.

    ``rest`` is given when everything is resolved: whether what no change in the verdict names is accepted.
    """
    return _Resolver(found, verdict, rest).part()


class _Resolver:
    """Decides for each element what becomes of it, then writes the part."""

    def __init__(self, found: PartChanges, verdict: Verdict, rest: bool | None) -> None:
        self._found = found
        self._rest = rest
        self._verdict = verdict
        self._xml = found.tree.xml
        self._dropped: set[Node] = set()
        self._unwrapped: set[Node] = set()
        self._renamed: dict[Node, bytes] = {}
        self._composed: dict[Node, list[Node]] = {}
        self._replaced: dict[Node, bytes] = {}
        self._killed: set[Node] = set()
        self._absorbs: dict[Node, list[Node]] = {}
        self._absorbed: set[Node] = set()
        self._touched: set[Node] = set()

    def part(self) -> bytes:
        """Everything in order: single elements, then rows and tables, then joined paragraphs."""
        for change, accept in self._verdict.items():
            self._decide(change, accept)
        for node in self._found.strays:
            if self._is_loose(node):
                self._drop(node)
        self._ranges()
        self._empty_tables()
        self._emptied_controls()
        self._text_elements()
        self._joined()
        self._emptied_properties()
        self._comment_ranges()
        root = self._found.tree.root
        if not self._touched:
            return self._xml
        return self._xml[: root.start] + self._write(root) + self._xml[root.end :]

    def _touch(self, node: Node) -> None:
        current: Node | None = node
        while current is not None and current not in self._touched:
            self._touched.add(current)
            current = current.parent

    def _drop(self, node: Node) -> None:
        self._dropped.add(node)
        self._touch(node)

    def _unwrap(self, node: Node) -> None:
        self._unwrapped.add(node)
        self._touch(node)

    def _decide(self, change: Change, accept: bool) -> None:
        node, name = change.node, change.node.name
        goes = (change.direction == "out") if accept else (change.direction == "in")
        if change.kind in ("insertion", "deletion", "move_from", "move_to"):
            if goes:
                self._drop(node)
            else:
                self._unwrap(node)
        elif change.kind == "paragraph_mark":
            self._drop(node)
            paragraph = node.parent.parent.parent if node.parent and node.parent.parent else None
            if goes and paragraph is not None:
                self._killed.add(paragraph)
        elif change.kind in ("row", "cell"):
            self._drop(node)
            around = "tr" if change.kind == "row" else "tc"
            if goes:
                self._drop(next(one for one in node.ancestors() if one.name == around))
            elif name == "cellMerge":
                self._merged_cell(node, node.attribute("vMerge" if accept else "vMergeOrig"))
        elif name in PROPERTY_CHANGES:
            self._drop(node)
            if not accept:
                self._restore(node)
        else:
            self._drop(node)
            if name == "ins" and not accept and node.parent is not None:
                self._drop(node.parent)

    def _restore(self, change: Node) -> None:
        """Puts the old properties in the place of the new ones; what the change does not speak of stays."""
        owner = change.parent
        assert owner is not None
        old = change.child(PROPERTY_CHANGES[change.name])
        stays = _MARKERS.get(owner.name, ())
        if owner.name == "rPr" and (owner.parent is None or owner.parent.name != "pPr"):
            stays = ()
        kept = [one for one in owner.children if one.name in stays]
        before = [one for one in old.children if one.name not in stays] if old is not None else []
        self._composed[owner] = kept + before if owner.name in _MARKERS_FIRST else before + kept
        self._touch(owner)

    def _merged_cell(self, node: Node, state: str) -> None:
        if not state or node.parent is None:
            return
        for other in node.parent.children:
            if other.name == "vMerge":
                self._drop(other)
        prefix = self._found.tree.word_prefix
        value = b' %sval="restart"' % prefix if state == "rest" else b""
        self._dropped.discard(node)
        self._replaced[node] = b"<" + prefix + b"vMerge" + value + b"/>"

    def _is_loose(self, node: Node) -> bool:
        """Whether a marker that is no change of its own goes: its surroundings are being resolved, or it has none."""
        for one in node.ancestors():
            if one in self._dropped or one in self._composed:
                return True
        return self._rest is not None or all(change in self._verdict for change in self._found.changes)

    def _ranges(self) -> None:
        for one in self._found.moves:
            if all(change in self._verdict for change in one.changes if change.kind in ("move_from", "move_to")):
                self._drop_range(one)
        for one in self._found.containers:
            accept = self._rest
            if accept is None:
                same = [c for c in self._found.changes if (c.author, c.date) == (one.author, one.date)]
                verdicts = {self._verdict.get(change) for change in same}
                if len(verdicts) != 1:
                    continue
                accept = verdicts.pop()
                if accept is None:
                    continue
            self._drop_range(one)
            if (direction_of_container(one.name) == "out") == accept:
                self._open_containers(one)

    def _drop_range(self, one: MarkerRange) -> None:
        self._drop(one.start)
        if one.end is not None:
            self._drop(one.end)

    def _open_containers(self, one: MarkerRange) -> None:
        """Takes away the shells that begin inside a range; what they hold stays."""
        end = one.end.start if one.end is not None else one.start.end
        for node in _between(self._found.tree.root, one.start.end, end):
            if node.name == "sdt":
                for child in node.children:
                    if child.name == "sdtContent":
                        self._unwrap(child)
                    else:
                        self._drop(child)
                self._unwrap(node)
            elif node.name in ("customXml", "smartTag"):
                for child in node.children:
                    if child.name in ("customXmlPr", "smartTagPr"):
                        self._drop(child)
                self._unwrap(node)

    def _empty_tables(self) -> None:
        """A row whose cells all go, goes; so does a table whose rows all go, from the inside out."""
        dropped = sorted((one for one in self._dropped if one.name in ("tr", "tc")), key=lambda one: -one.start)
        for node in dropped:
            if node.name == "tc" and node.parent is not None:
                row = next((one for one in node.ancestors() if one.name == "tr"), None)
                if row is not None and all(one in self._dropped for one in _inside(row, "tc", "tbl")):
                    self._drop(row)
        for node in dropped + [one for one in self._dropped if one.name == "tr"]:
            table = next((one for one in node.ancestors() if one.name == "tbl"), None)
            if table is not None and all(one in self._dropped for one in _inside(table, "tr", "tbl")):
                self._drop(table)

    def _emptied_controls(self) -> None:
        """A content control within a paragraph goes with the last of its words: Word shows none that is empty."""
        inner = {one.parent for one in self._dropped if one.parent is not None}
        while inner:
            outer: set[Node] = set()
            for node in inner:
                control = node.parent
                if control is None or control in self._dropped:
                    continue
                if node.name != "sdtContent":
                    if node.name in _WITHIN and not self._holds_words(node):
                        outer.add(control)
                elif any(one.name == "p" for one in control.ancestors()) and not self._holds_words(node):
                    self._drop(control)
                    if control.parent is not None:
                        outer.add(control.parent)
            inner = outer

    def _holds_words(self, node: Node) -> bool:
        return any(
            one not in self._dropped and (one.name in ("r", "p", "tbl", "m:oMath") or self._holds_words(one))
            for one in node.children
        )

    def _text_elements(self) -> None:
        """Struck text becomes text again where nothing strikes it any more."""
        for node in list(self._unwrapped):
            if node.name not in ("del", "moveFrom"):
                continue
            for one in node.descendants():
                if one.name not in ("delText", "delInstrText") or one in self._renamed:
                    continue
                if any(up.name == "del" and up not in self._unwrapped for up in one.ancestors()):
                    continue
                self._renamed[one] = b"t" if one.name == "delText" else b"instrText"
                self._touch(one)

    def _joined(self) -> None:
        killed = {one for one in self._killed if not self._is_gone(one)}
        containers: dict[Node, None] = {}
        for paragraph in sorted(killed, key=lambda one: one.start):
            container = paragraph.parent
            while container is not None and container in self._unwrapped and container.name not in _SHELLS:
                container = container.parent
            if container is not None:
                containers[container] = None
        for container in containers:
            self._join_flow(container, killed)

    def _join_flow(self, container: Node, killed: set[Node]) -> None:
        waiting: list[Node] = []
        left = 0
        for node in self._flow(container):
            if node.name != "p":
                left += 1
                left += self._settle(container, waiting, left)
                waiting = []
            elif node in killed:
                waiting.append(node)
            else:
                left += 1
                self._absorb(node, waiting)
                waiting = []
        self._settle(container, waiting, left)

    def _absorb(self, node: Node, waiting: list[Node]) -> None:
        if waiting:
            self._absorbs[node] = [*waiting]
            self._dropped.update(waiting)
            self._absorbed.update(waiting)
            self._touch(node)
            for one in waiting:
                self._touch(one)

    def _settle(self, container: Node, waiting: list[Node], left: int) -> int:
        """Struck paragraphs that nothing follows: all words go to the last, which goes itself when it has none."""
        if not waiting:
            return 0
        last = waiting[-1]
        self._absorb(last, waiting[:-1])
        shells = [container] if container.name in _SHELLS else []
        while shells and shells[-1].parent is not None and shells[-1].parent.name in _SHELLS:
            shells.append(shells[-1].parent)
        outer = (shells[-1].parent if shells else None) or container
        stays = outer.name in _KEEPS_LAST or (outer.name != "body" and left == 0)
        if stays or any(self._is_seen(one) for one in waiting):
            return 1
        self._drop(last)
        for shell in shells:
            # Word wants something in a control: one that is emptied goes.
            emptied = all(one in self._dropped or one.name in _SHELL_PROPERTIES for one in shell.children)
            if emptied and shell not in self._unwrapped:
                self._drop(shell)
        return 0

    def _flow(self, container: Node) -> Iterator[Node]:
        """The blocks that stay in a container: paragraphs, and what no paragraph joins over.

        A control that is taken away is such an edge too, as it is for the contract text.
        """
        for node in container.children:
            if node in self._dropped:
                continue
            if node in self._unwrapped and node.name not in _SHELLS:
                yield from self._flow(node)
            elif node.name == "p" or node.name in _BARRIERS:
                yield node

    def _is_gone(self, node: Node) -> bool:
        return node in self._dropped or any(one in self._dropped for one in node.ancestors())

    def _is_seen(self, paragraph: Node) -> bool:
        """Whether anything that has width or is part of a field is left in a paragraph."""
        for node in paragraph.children:
            if node in self._dropped or node.name in ("pPr", "rPr"):
                continue
            if node.name in _SEEN and (node.name not in ("t", "delText", "m:t") or node.characters()):
                return True
            if self._is_seen(node):
                return True
        return False

    def _emptied_properties(self) -> None:
        """Property elements that held nothing but marks of tracked changes go with them."""
        candidates = [one.parent for one in (*self._dropped, *self._composed) if one.parent is not None]
        candidates += self._composed
        for node in sorted(set(candidates), key=lambda one: -one.start):
            owner: Node | None = node
            while owner is not None and owner.name in _MAY_VANISH and owner not in self._dropped:
                inside = self._composed.get(owner, owner.children)
                if any(one not in self._dropped for one in inside):
                    break
                self._drop(owner)
                owner = owner.parent

    def _comment_ranges(self) -> None:
        """Ends of comments whose reference goes with a whole row or paragraph."""
        lost = {
            one.attribute("id")
            for node in self._dropped
            if node.name in _BLOCKS and node not in self._absorbed
            for one in node.descendants()
            if one.name == "commentReference"
        }
        if lost:
            for node in self._found.tree.root.descendants():
                if node.name in ("commentRangeStart", "commentRangeEnd") and node.attribute("id") in lost:
                    self._drop(node)

    # ------------------------------------------------------------------------------------------------ writing

    def _write(self, node: Node) -> bytes:
        if node not in self._touched:
            return self._xml[node.start : node.end]
        replaced = self._replaced.get(node)
        if replaced is not None:
            return replaced
        if node in self._dropped:
            if node in self._absorbed:
                return b""
            return b"".join(self._anchors(one) for one in (*self._absorbs.get(node, ()), node))
        if node in self._unwrapped:
            return self._inside(node, declarations(self._xml[node.start : node.inner]))
        start, end = self._xml[node.start : node.inner], self._xml[node.close : node.end]
        renamed = self._renamed.get(node)
        if renamed is not None:
            return _with_name(start, renamed) + self._xml[node.inner : node.close] + _with_name(end, renamed)
        absorbed = self._absorbs.get(node)
        if absorbed:
            return self._joined_paragraph(node, absorbed, start, end)
        if node in self._composed:
            start = start if not start.endswith(b"/>") else start[:-2].rstrip() + b">"
            return start + b"".join(self._write(one) for one in self._composed[node]) + end
        return start + self._inside(node, {}) + end

    def _inside(self, node: Node, wanted: dict[bytes, bytes], skip: Node | None = None) -> bytes:
        """The content of an element; ``wanted`` namespaces are declared again on each child."""
        pieces = []
        position = node.inner
        for child in node.children:
            pieces.append(self._xml[position : child.start])
            position = child.end
            if child is skip:
                continue
            written = self._write(child)
            if wanted and written.startswith(b"<"):
                cut = self._tag_length(written)
                written = with_declarations(written[:cut], wanted) + written[cut:]
            pieces.append(written)
        pieces.append(self._xml[position : node.close])
        return b"".join(pieces)

    def _joined_paragraph(self, node: Node, absorbed: list[Node], start: bytes, end: bytes) -> bytes:
        """A paragraph that begins with the words of those struck before it."""
        if start.endswith(b"/>"):
            name = start[1:-2].split(None, 1)[0]
            start, end = start[:-2].rstrip() + b">", b"</" + name + b">"
        properties = node.child("pPr")
        pieces = [start]
        if properties is not None:
            pieces.append(self._write(properties))
        for one in absorbed:
            local = declarations(self._xml[one.start : one.inner])
            pieces.append(self._inside(one, local, skip=one.child("pPr")))
        pieces.append(self._inside(node, {}, skip=properties))
        pieces.append(end)
        return b"".join(pieces)

    def _anchors(self, node: Node) -> bytes:
        """What survives an element that goes. A whole block keeps only ends whose partner lies elsewhere."""
        block = node.name in _BLOCKS
        found: list[Node] = []
        for one in node.descendants():
            if one.name in _ANCHORS:
                found.append(one)
            elif one.name == "commentReference" and not block and one.parent is not None and one.parent.name == "r":
                found.append(one.parent)
        if block:
            pairs = {(one.name, one.attribute("id")) for one in found}
            found = [
                one
                for one in found
                if (_ANCHORS[one.name], one.attribute("id")) not in pairs and one not in self._dropped
            ]
        return b"".join(self._anchor(one) for one in found)

    def _anchor(self, node: Node) -> bytes:
        """An anchor, or a run cut down to its properties and its comment reference."""
        if node.name != "r":
            return self._xml[node.start : node.end]
        kept = [one for one in node.children if one.name in ("rPr", "commentReference")]
        inside = b"".join(self._xml[one.start : one.end] for one in kept)
        return self._xml[node.start : node.inner] + inside + self._xml[node.close : node.end]

    @staticmethod
    def _tag_length(written: bytes) -> int:
        quote = 0
        for place, letter in enumerate(written):
            if quote:
                quote = 0 if letter == quote else quote
            elif letter in b"\"'":
                quote = letter
            elif letter == 0x3E:
                return place + 1
        return len(written)


def _with_name(tag: bytes, name: bytes) -> bytes:
    """A start or end tag with another local name. Nothing stays nothing (a self-closing element has no end tag)."""
    if not tag:
        return tag
    lead = 2 if tag.startswith(b"</") else 1
    end = lead
    while tag[end] not in b" \t\r\n/>":
        end += 1
    prefix, colon, _ = tag[lead:end].rpartition(b":")
    return tag[:lead] + prefix + colon + name + tag[end:]


def _inside(node: Node, name: str, border: str) -> Iterator[Node]:
    """Elements of a name inside another, not those in a nested one of the name ``border``."""
    for child in node.children:
        if child.name == name:
            yield child
        elif child.name != border and not child.is_closed:
            yield from _inside(child, name, border)


def _between(node: Node, start: int, end: int) -> Iterable[Node]:
    """Elements whose start tag lies between two offsets."""
    for child in node.children:
        if child.start >= end or child.end <= start:
            continue
        if child.start >= start:
            yield child
        if not child.is_closed:
            yield from _between(child, start, end)
