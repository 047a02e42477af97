"""A part's XML as a light tree of byte offsets, so that tracked changes are resolved by cutting and moving bytes.

Outermost paragraphs without tracked changes stay closed leaves until they are asked for: most of a contract is
never looked into. Only elements are nodes; what lies between them is copied from the part.
"""

import gc
import html
import re
from bisect import bisect_left
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from pactoria_desktop.documents.names import STRICT_WORD, WORD

_ATTRIBUTES: Final = rb"""[^>"']*(?:"[^"]*"[^>"']*|'[^']*'[^>"']*)*"""
_SKIPPED: Final = rb"<!--.*?-->|<!\[CDATA\[.*?\]\]>|<\?.*?\?>|"
_TAG: Final = re.compile(_SKIPPED + rb"""<(/?)([^\s/>"'!?]+)""" + _ATTRIBUTES + rb">", re.DOTALL)
_DECLARATION: Final = re.compile(rb"""\sxmlns(?::([^\s=]+))?\s*=\s*("[^"]*"|'[^']*')""")
_ATTRIBUTE: Final = re.compile(rb"""\s([^\s=/>]+)\s*=\s*(?:"([^"]*)"|'([^']*)')""")
_BOUND_TO_WORD: Final = re.compile(
    rb"""xmlns(?::([^\s=]+))?\s*=\s*["'](?:%s|%s)["']""" % (re.escape(WORD.encode()), re.escape(STRICT_WORD.encode()))
)
_CDATA: Final = re.compile(rb"<!\[CDATA\[(.*?)\]\]>|<!--.*?-->|<\?.*?\?>", re.DOTALL)

CHANGE_NAMES: Final = (
    *("ins", "del", "moveFrom", "moveTo", "cellIns", "cellDel", "cellMerge"),
    *("rPrChange", "pPrChange", "tblPrChange", "trPrChange", "tcPrChange", "sectPrChange"),
    *("tblGridChange", "tblPrExChange", "numberingChange"),
    *("moveFromRangeStart", "moveFromRangeEnd", "moveToRangeStart", "moveToRangeEnd"),
    *("customXmlInsRangeStart", "customXmlInsRangeEnd", "customXmlDelRangeStart", "customXmlDelRangeEnd"),
    *("customXmlMoveFromRangeStart", "customXmlMoveFromRangeEnd"),
    *("customXmlMoveToRangeStart", "customXmlMoveToRangeEnd"),
)


@contextmanager
def collection_paused() -> Iterator[None]:
    """Trees are many small objects that live together: no search for cycles while they are made (a third faster)."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


class Node:
    """One element. ``name`` is the local name of a WordprocessingML element, the tag with prefix for any other.

    ``inner`` is the offset behind the start tag, ``close`` that of the end tag; both equal ``end`` when self-closing.
    """

    __slots__ = ("_children", "close", "end", "inner", "name", "parent", "start", "tree")

    def __init__(self, tree: "Tree", name: str, start: int, inner: int, parent: "Node | None") -> None:
        self.tree = tree
        self.name = name
        self.start = start
        self.inner = inner
        self.close = self.end = inner
        self.parent = parent
        self._children: list[Node] | None = []

    @property
    def children(self) -> "list[Node]":
        """Its elements; a closed paragraph is looked into now."""
        if self._children is None:
            self.open()
        return self._children if self._children is not None else []

    @property
    def is_closed(self) -> bool:
        """Whether it is a paragraph that was not looked into, because it holds no tracked change."""
        return self._children is None

    def open(self) -> None:
        """Looks into a closed paragraph."""
        if self._children is None:
            self._children = []
            self.tree.fill(self)

    def add(self, node: "Node") -> None:
        """Takes in the next element inside it."""
        if self._children is None:
            self._children = []
        self._children.append(node)

    def shut(self) -> None:
        """Makes it a closed leaf."""
        self._children = None

    def child(self, *names: str) -> "Node | None":
        """The first child with one of the names."""
        for node in self.children:
            if node.name in names:
                return node
        return None

    def descendants(self) -> "Iterator[Node]":
        """All elements inside it in document order."""
        for node in self.children:
            yield node
            yield from node.descendants()

    def ancestors(self) -> "Iterator[Node]":
        """The elements around it, innermost first."""
        node = self.parent
        while node is not None:
            yield node
            node = node.parent

    def attribute(self, name: str) -> str:
        """The value of an attribute of the given local name, "" without it."""
        wanted = name.encode()
        tag = self.tree.xml[self.start : self.inner]
        for found in _ATTRIBUTE.finditer(tag):
            if found[1].rpartition(b":")[2] == wanted and not found[1].startswith(b"xmlns"):
                value = found[2] if found[2] is not None else found[3]
                return html.unescape(value.decode("utf-8"))
        return ""

    def characters(self) -> str:
        """The characters directly inside it, for elements of text."""
        raw = self.tree.xml[self.inner : self.close]
        if b"<" in raw:
            pieces, position = [], 0
            for found in _CDATA.finditer(raw):
                pieces.append(html.unescape(raw[position : found.start()].decode("utf-8")))
                pieces.append((found[1] or b"").decode("utf-8"))
                position = found.end()
            return "".join(pieces) + html.unescape(raw[position:].decode("utf-8"))
        return html.unescape(raw.decode("utf-8"))


class Tree:
    """The tree of one well-formed part in UTF-8."""

    def __init__(self, xml: bytes) -> None:
        self.xml = xml
        self._prefixes = _word_prefixes(xml)
        self._names: dict[bytes, str] = {}
        alternatives = b"|".join(name.encode() for name in CHANGE_NAMES)
        lead = b"|".join(re.escape(prefix) for prefix in sorted(self._prefixes)) if self._prefixes else b"(?!)"
        changes = re.compile(rb"<(?:" + lead + rb")(?:" + alternatives + rb")(?=[\s/>])")
        self._paragraph = re.compile(_SKIPPED + rb"<(/?)(?:" + lead + rb")p(?=[\s/>])" + _ATTRIBUTES + rb">", re.DOTALL)
        self._changes = [found.start() for found in changes.finditer(xml)]
        self._root: Node | None = None

    @property
    def has_changes(self) -> bool:
        """Whether any tracked change is in the part (also in a comment or a character section, which is harmless)."""
        return bool(self._changes)

    @property
    def root(self) -> Node:
        """The part's root element. Raises ValueError when tags do not pair."""
        if self._root is None:
            top = Node(self, "", 0, 0, None)
            top.close = top.end = len(self.xml)
            self._read(top, closed_paragraphs=True)
            if not top.children:
                raise ValueError("the part has no root element")
            self._root = top.children[0]
            self._root.parent = None
        return self._root

    @property
    def word_prefixes(self) -> frozenset[bytes]:
        """The prefixes, colon included, that mean WordprocessingML somewhere in this part."""
        return self._prefixes

    @property
    def word_prefix(self) -> bytes:
        """A prefix, colon included, that means WordprocessingML in this part."""
        return min(self._prefixes, key=len) if b"w:" not in self._prefixes else b"w:"

    def fill(self, node: Node) -> None:
        """Reads the elements inside a node."""
        self._read(node, closed_paragraphs=False)

    def may_change(self, start: int, end: int) -> bool:
        """Whether a tracked change begins between two offsets."""
        place = bisect_left(self._changes, start)
        return place < len(self._changes) and self._changes[place] < end

    def _read(self, parent: Node, *, closed_paragraphs: bool) -> None:
        xml, search = self.xml, _TAG.search
        position, end = parent.inner, parent.close
        current = parent
        while (tag := search(xml, position, end)) is not None:
            position = tag.end()
            raw = tag[2]
            if raw is None:
                continue
            if tag[1]:
                if current is parent or self._name(raw) != current.name:
                    raise ValueError("tags do not pair")
                current.close, current.end = tag.start(), position
                assert current.parent is not None
                current = current.parent
                continue
            node = Node(self, self._name(raw), tag.start(), position, current)
            current.add(node)
            if xml[position - 2] == 0x2F:
                continue
            if closed_paragraphs and node.name == "p":
                node.close, node.end = self._end_of_paragraph(position)
                position = node.end
                node.shut()
                if self.may_change(node.inner, node.close):
                    node.open()
                continue
            current = node
        if current is not parent:
            raise ValueError("an element has no end")

    def _end_of_paragraph(self, position: int) -> tuple[int, int]:
        depth = 1
        while (tag := self._paragraph.search(self.xml, position)) is not None:
            position = tag.end()
            if tag[1] is None:
                continue
            if tag[1]:
                depth -= 1
                if not depth:
                    return tag.start(), position
            elif self.xml[position - 2] != 0x2F:
                depth += 1
        raise ValueError("a paragraph has no end")

    def _name(self, raw: bytes) -> str:
        name = self._names.get(raw)
        if name is None:
            prefix, colon, local = raw.rpartition(b":")
            name = (local if prefix + colon in self._prefixes else raw).decode("utf-8")
            if prefix + colon not in self._prefixes and not colon:
                name = ":" + name
            self._names[raw] = name
        return name


def declarations(tag: bytes) -> dict[bytes, bytes]:
    """The namespace declarations of a start tag: prefix (b"" for the default one) to the quoted address."""
    if b"xmlns" not in tag:
        return {}
    return {found[1] or b"": found[2] for found in _DECLARATION.finditer(tag)}


def with_declarations(tag: bytes, wanted: dict[bytes, bytes]) -> bytes:
    """A start tag that also declares these namespaces, where it does not declare their prefixes itself."""
    own = declarations(tag)
    missing = b"".join(
        b" xmlns" + (b":" + prefix if prefix else b"") + b"=" + address
        for prefix, address in wanted.items()
        if prefix not in own
    )
    if not missing:
        return tag
    end = -2 if tag.endswith(b"/>") else -1
    return tag[:end].rstrip() + missing + tag[end:]


def _word_prefixes(xml: bytes) -> frozenset[bytes]:
    """Every prefix, colon included, that is bound to WordprocessingML anywhere in the part (b"" for the default)."""
    found = set()
    for declaration in _BOUND_TO_WORD.finditer(xml):
        found.add(declaration[1] + b":" if declaration[1] else b"")
    return frozenset(found)
