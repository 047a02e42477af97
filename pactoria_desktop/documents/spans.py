"""Byte spans of paragraphs, tables, rows and cells in a part, so that a change leaves every other byte as it was.

A *span* has four offsets: ``start`` of its ``<``, ``inner`` behind the start tag, ``close`` before the end tag and
``end`` behind it; a self-closing element has ``inner == close == end``. Only outermost paragraphs have a span:
what lies in a text box belongs to the paragraph that holds the box. Rows, cells and tables in a text box have none.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Final
from xml.parsers import expat

from pactoria_desktop.documents.errors import DocumentError
from pactoria_desktop.documents.names import WORD

_NAMES: Final = ("p", "tbl", "tr", "tc")
_DECLARATION: Final = re.compile(rb"""[\s"']xmlns(?::([^\s=]+))?\s*=\s*(?:"([^"]*)"|'([^']*)')""")
_START_TAG: Final = re.compile(rb"""<[^>"']*(?:"[^"]*"[^>"']*|'[^']*'[^>"']*)*>""")
_ROOT: Final = re.compile(rb"""(?:\s|<\?.*?\?>|<!--.*?-->|\xef\xbb\xbf)*(<[A-Za-z_])""", re.DOTALL)


@dataclass(frozen=True, slots=True)
class ElementSpan:
    """Where an element lies in its part, in bytes, and the namespaces in scope at its place (prefix to address)."""

    start: int
    inner: int
    close: int
    end: int
    namespaces: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class PartIndex:
    """The spans of a part in document order (by start)."""

    paragraphs: tuple[ElementSpan, ...]
    tables: tuple[ElementSpan, ...]
    rows: tuple[ElementSpan, ...]
    cells: tuple[ElementSpan, ...]


def index(xml: bytes) -> PartIndex:
    """The spans of a well-formed part in UTF-8. Raises DocumentError when it is not well-formed or has a DTD."""
    prefix = _single_prefix(xml)
    found = _scanned(xml, *prefix) if prefix is not None else None
    return found if found is not None else _parsed(xml)


def start_tag_end(xml: bytes, start: int) -> int:
    """The offset behind the start tag (or self-closing tag) that begins at ``start``."""
    found = _START_TAG.match(xml, start)
    if found is None:
        raise DocumentError(
            "The document is damaged: a part of it is not well-formed XML; get a fresh copy of the file."
        )
    return found.end()


def child_span(xml: bytes, name: str, start: int, end: int) -> tuple[int, int] | None:
    """The first element of a local name between two offsets, whatever its prefix; None where there is none.

    Elements of the same name within it (as in tracked changes of properties) belong to it.
    """
    pattern = re.compile(
        rb"<(/?)(?:[\w.-]+:)?" + name.encode() + rb"""(?=[\s/>])[^>"']*(?:"[^"]*"[^>"']*|'[^']*'[^>"']*)*>"""
    )
    depth, first = 0, -1
    for tag in pattern.finditer(xml, start, end):
        if tag.group(1):
            depth -= 1
        elif first < 0:
            first = tag.start()
        if not tag.group(1) and xml[tag.end() - 2 : tag.end() - 1] != b"/":
            depth += 1
        if depth == 0 and first >= 0:
            return first, tag.end()
    return None


def _single_prefix(xml: bytes) -> tuple[bytes, Mapping[str, str]] | None:
    """The prefix that means WordprocessingML everywhere, with the root's declarations; None if it takes more to tell.

    It takes more when the prefix differs from place to place, or when declarations lie neither on the root element
    nor inside a paragraph (that is found out by the caller).
    """
    root = _ROOT.match(xml)
    if root is None or b"<!DOCTYPE" in xml:
        return None
    opened = _START_TAG.match(xml, root.start(1))
    if opened is None:
        return None
    declared: dict[str, str] = {}
    word = WORD.encode()
    prefixes: dict[bytes, set[bytes]] = {}
    for found in _declarations(xml):
        prefix, address = found.group(1) or b"", found.group(2) or found.group(3) or b""
        prefixes.setdefault(prefix, set()).add(address)
        if found.start() < opened.end():
            if b"&" in address or not (prefix + address).isascii():
                return None
            declared[prefix.decode()] = address.decode()
    mine = [prefix for prefix, addresses in prefixes.items() if word in addresses]
    if len(mine) != 1 or prefixes[mine[0]] != {word} or declared.get(mine[0].decode()) != WORD:
        return None
    return mine[0], declared


def _declarations(xml: bytes) -> Iterator[re.Match[bytes]]:
    """The namespace declarations, and what looks like one in a text."""
    at = xml.find(b"xmlns")
    while at > 0:
        found = _DECLARATION.match(xml, at - 1)
        if found is not None:
            yield found
        at = xml.find(b"xmlns", at + 5)


def _scanned(xml: bytes, prefix: bytes, declared: Mapping[str, str]) -> PartIndex | None:
    """The index by one pass of a pattern over the bytes; None where a declaration outside paragraphs asks for more."""
    lead = re.escape(prefix + b":" if prefix else b"")
    pattern = re.compile(
        rb"<!--.*?-->|<!\[CDATA\[.*?\]\]>|<\?.*?\?>|<(/?)"
        + lead
        + rb"""(p|tbl|tr|tc)(?=[\s/>])[^>"']*(?:"[^"]*"[^>"']*|'[^']*'[^>"']*)*>""",
        re.DOTALL,
    )
    found: dict[bytes, list[ElementSpan | None]] = {b"p": [], b"tbl": [], b"tr": [], b"tc": []}
    open_elements: list[tuple[bytes, int, int, int]] = []
    depth = 0
    for tag in pattern.finditer(xml):
        name = tag.group(2)
        if name is None:
            continue
        start, end = tag.span()
        if tag.group(1):
            if not open_elements or open_elements[-1][0] != name:
                return None
            _, opened, inner, place = open_elements.pop()
            depth -= name == b"p"
            if place >= 0:
                found[name][place] = ElementSpan(opened, inner, start, end, declared)
            continue
        outside = depth == 0
        if xml[end - 2 : end - 1] == b"/":
            if outside:
                found[name].append(ElementSpan(start, end, end, end, declared))
            continue
        if outside:
            found[name].append(None)
        open_elements.append((name, start, end, len(found[name]) - 1 if outside else -1))
        depth += name == b"p"
    if open_elements:
        return None
    lists = [tuple(span for span in spans if span is not None) for spans in found.values()]
    return PartIndex(*lists) if _declarations_inside(xml, lists[0]) else None


def _declarations_inside(xml: bytes, paragraphs: tuple[ElementSpan, ...]) -> bool:
    """Whether every namespace declaration lies on the root element or inside a paragraph."""
    position = paragraphs[0].start if paragraphs else len(xml)
    first = start_tag_end(xml, xml.index(b"<", _ROOT.match(xml).start(1)))  # type: ignore[union-attr]
    if _DECLARATION.search(xml, first, position):
        return False
    for one, two in pairwise(paragraphs):
        if two.start - one.end > 12 and _DECLARATION.search(xml, one.end, two.start):
            return False
    return not paragraphs or _DECLARATION.search(xml, paragraphs[-1].end) is None


class _Walk:
    """Collects the spans while expat goes over a part whose prefixes differ from place to place."""

    def __init__(self, xml: bytes) -> None:
        self.found: dict[str, list[ElementSpan | None]] = {name: [] for name in _NAMES}
        self._xml = xml
        self._parser = expat.ParserCreate("utf-8")
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._end
        self._parser.StartDoctypeDeclHandler = self._refuse
        self._stack: list[tuple[str, Mapping[str, str], int, int, int]] = []
        self._depth = 0
        self._parser.Parse(xml, True)

    def _refuse(self, *_: object) -> None:
        raise DocumentError("The document declares a document type, which no Word file has; it is refused.")

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        scope = self._stack[-1][1] if self._stack else {}
        own = {key[6:]: value for key, value in attributes.items() if key == "xmlns" or key.startswith("xmlns:")}
        scope = {**scope, **own} if own else scope
        prefix, _, local = name.rpartition(":")
        if local not in _NAMES or scope.get(prefix) != WORD:
            local = ""
        place, start, inner = -1, self._parser.CurrentByteIndex, 0
        if local and not self._depth:
            inner = start_tag_end(self._xml, start)
            place = len(self.found[local])
            self.found[local].append(None)
        self._depth += local == "p"
        self._stack.append((local, scope, start, inner, place))

    def _end(self, _: str) -> None:
        local, scope, start, inner, place = self._stack.pop()
        self._depth -= local == "p"
        if place < 0:
            return
        if self._xml[inner - 2 : inner - 1] == b"/":
            close = end = inner
        else:
            close = self._parser.CurrentByteIndex
            end = self._xml.index(b">", close) + 1
        self.found[local][place] = ElementSpan(start, inner, close, end, scope)


def _parsed(xml: bytes) -> PartIndex:
    try:
        walk = _Walk(xml)
    except expat.ExpatError as error:
        raise DocumentError(
            "The document is damaged: a part of it is not well-formed XML; open it in Word, save it and try again."
        ) from error
    return PartIndex(*(tuple(span for span in walk.found[name] if span is not None) for name in _NAMES))
