"""The words of a part without tracked changes, one line a paragraph: quick enough to check every file that is written.

Objects without words are left out, so that two readers of a file can be compared by their words.
"""

import html
import re
from dataclasses import dataclass
from typing import Final

from pactoria_desktop.contract.text import LINE_BREAK, NO_BREAK_HYPHEN
from pactoria_desktop.documents.names import WORD
from pactoria_desktop.documents.tracked_tree import Node, Tree

_CHARACTERS: Final = {"tab": "\t", "ptab": "\t", "cr": LINE_BREAK, "noBreakHyphen": NO_BREAK_HYPHEN}
_SILENT: Final = {"pPr", "rPr", "instrText", "delInstrText", "mc:Fallback", "rt", "sectPr", "sdtPr", "sdtEndPr"}
_NOT_COUNTED: Final = re.compile("[\ufffc\ue000\u2060\u00ad]")
_SKELETON: Final = re.compile(
    rb"<!--.*?-->|<!\[CDATA\[.*?\]\]>|<\?.*?\?>|<(/?)w:(p|footnote|endnote)(?=[\s/>])"
    rb"""([^>"']*(?:"[^"]*"[^>"']*|'[^']*'[^>"']*)*)>""",
    re.DOTALL,
)
_SEPARATOR: Final = re.compile(rb"""\sw:type\s*=\s*["'](?!normal["'])""")
_ELSEWHERE: Final = re.compile(rb"<!\[CDATA\[|<mc:AlternateContent>\s*<mc:Choice[^>]*>\s*<w:(?:p|tbl|sdt)[ >]")
_COMPLEX: Final = re.compile(rb"<!|txbxContent|AlternateContent|<w:ruby|<w:object|<w:pict|<w:drawing")


@dataclass(frozen=True, slots=True)
class PartLines:
    """Lines of a part in document order: its own paragraphs, and apart from them those in text boxes."""

    own: tuple[str, ...]
    boxes: tuple[str, ...]


class LineReader:
    """Reads parts into lines; paragraphs of the same bytes are read once, whatever file they stand in."""

    def __init__(self) -> None:
        self._parts: dict[bytes, PartLines] = {}
        self._known: dict[bytes, tuple[str, tuple[str, ...]]] = {}

    def lines(self, xml: bytes) -> PartLines:
        """The lines of a well-formed part in UTF-8. Raises ValueError when its tags do not pair."""
        known = self._parts.get(xml)
        if known is None:
            tree = Tree(xml)
            own: list[str] = []
            boxes: list[str] = []
            if tree.word_prefixes == {b"w:"} and not _ELSEWHERE.search(xml):
                self._scan(xml, own, boxes)
            else:
                self._blocks(tree.root, own, boxes)
            known = self._parts[xml] = PartLines(tuple(own), tuple(boxes))
        return known

    def _scan(self, xml: bytes, own: list[str], boxes: list[str]) -> None:
        """Goes from paragraph to paragraph without looking at what lies between them."""
        depth, start, in_separator = 0, 0, False
        for found in _SKELETON.finditer(xml):
            closing, name, rest = found.groups()
            if name is None:
                continue
            if name != b"p":
                in_separator = not closing and _SEPARATOR.search(rest) is not None
            elif closing:
                depth -= 1
                if not depth and not in_separator:
                    self._closed(xml[start : found.end()], own, boxes)
            elif rest.endswith(b"/"):
                if not depth and not in_separator:
                    own.append("")
            else:
                if not depth:
                    start = found.start()
                depth += 1
        if depth:
            raise ValueError("a paragraph has no end")

    def _closed(self, raw: bytes, own: list[str], boxes: list[str]) -> None:
        known = self._known.get(raw)
        if known is None:
            if _COMPLEX.search(raw):
                pieces: list[str] = []
                inside: list[str] = []
                tree = Tree(b'<x xmlns:w="' + WORD.encode() + b'">' + raw + b"</x>")
                self._walk(tree.root.children[0], pieces, inside)
                known = (counted("".join(pieces)), tuple(inside))
            else:
                known = (counted(_words(raw)), ())
            self._known[raw] = known
        own.append(known[0])
        boxes += known[1]

    def _blocks(self, node: Node, own: list[str], boxes: list[str]) -> None:
        for child in node.children:
            if child.name == "p":
                pieces: list[str] = []
                self._walk(child, pieces, boxes)
                own.append(counted("".join(pieces)))
            elif child.name in ("footnote", "endnote") and child.attribute("type") not in ("", "normal"):
                continue
            elif child.name not in _SILENT:
                self._blocks(child, own, boxes)

    def _walk(self, node: Node, pieces: list[str], boxes: list[str]) -> None:
        for child in node.children:
            name = child.name
            if name in ("t", "delText") or name.endswith(":t"):
                pieces.append(child.characters())
            elif name in _CHARACTERS:
                pieces.append(_CHARACTERS[name])
            elif name == "br":
                pieces.append(LINE_BREAK if child.attribute("type") in ("", "textWrapping") else "")
            elif name == "txbxContent":
                self._blocks(child, boxes, boxes)
            elif name not in _SILENT:
                self._walk(child, pieces, boxes)


def counted(text: str) -> str:
    """A line without what has no words: objects, symbols of fonts, hidden characters, soft hyphens."""
    return _NOT_COUNTED.sub("", text.replace("\r\n", " ").replace("\n", " ").replace("\r", " "))


_TOKEN: Final = re.compile(
    rb"<(?:w:t|w:delText|m:t)(?:\s[^>]*)?(?<!/)>([^<]*)<|<w:(p?tab|cr|noBreakHyphen)(?=[\s/>])|<w:br(?=[\s/>])([^>]*)>"
)


def _words(raw: bytes) -> str:
    start = raw.rfind(b"</w:pPr>")
    pieces = []
    for text, name, attributes in _TOKEN.findall(raw, max(start, 0)):
        if name:
            pieces.append(_CHARACTERS[name.decode()])
        elif text:
            plain = text.decode("utf-8")
            pieces.append(html.unescape(plain) if "&" in plain else plain)
        elif attributes:
            pieces.append(LINE_BREAK if b"page" not in attributes and b"column" not in attributes else "")
    return "".join(pieces)
