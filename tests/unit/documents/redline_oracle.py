"""Reads Word files with all tracked changes accepted or rejected: the judge of redlines.

Written apart from the product and sharing no code with it: only zipfile, lxml and difflib.
"""

import difflib
import io
import re
import zipfile
from collections import Counter
from dataclasses import dataclass
from posixpath import dirname, join, normpath

from lxml import etree

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
MATH = "{http://schemas.openxmlformats.org/officeDocument/2006/math}"
FALLBACK = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
R = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"
STRICT = b"http://purl.oclc.org/ooxml/wordprocessingml/main"
PARSER = etree.XMLParser(huge_tree=True, resolve_entities=False, no_network=True)
GONE = {True: (W + "del", W + "moveFrom"), False: (W + "ins", W + "moveTo")}
CHARACTERS = {
    "tab": "\t",
    "cr": "\u2028",
    "noBreakHyphen": "\u2011",
    "softHyphen": "\u00ad",
    "sym": "\ufffc",
    "ptab": "\t",
}
OBJECTS = ("drawing", "pict", "object", "ruby")
TOKEN = re.compile(r"\w+|\s+|[^\w\s]")


@dataclass(frozen=True)
class Seen:
    """What a reader sees: paragraphs of the body (notes within), of text boxes, and headers and footers with words."""

    body: tuple[str, ...]
    boxes: tuple[tuple[str, ...], ...]
    margins: tuple[tuple[str, ...], ...]


class Reader:
    def __init__(self, data: bytes, accept: bool) -> None:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            self.parts = {name: archive.read(name) for name in archive.namelist()}
        self.accept = accept
        self.main = self._target("", "officeDocument")[0]
        self.notes: dict[tuple[str, str], list[str]] = {}
        self.note_boxes: dict[tuple[str, str], list[tuple[str, ...]]] = {}
        self.boxes: list[tuple[str, ...]] = []
        for kind in ("footnote", "endnote"):
            for member in self._target(self.main, kind + "s"):
                for note in self._root(member).iter(W + kind):
                    name = kind, note.get(W + "id", "")
                    self.notes[name] = self.lines(note, "note")
                    self.note_boxes[name], self.boxes = self.boxes, []

    def _target(self, member: str, kind: str) -> list[str]:
        folder, base = dirname(member), member.rpartition("/")[2]
        rels = normpath(join(folder, "_rels", base + ".rels"))
        if rels not in self.parts:
            return []
        found = []
        for one in etree.fromstring(self.parts[rels], PARSER):
            if one.get("Type", "").endswith("/" + kind) and one.get("TargetMode") != "External":
                target = one.get("Target", "")
                path = target.lstrip("/") if target.startswith("/") else normpath(join(folder, target))
                if path in self.parts and path not in found:
                    found.append(path)
        return found

    def _root(self, member: str) -> etree._Element:
        data = self.parts[member].replace(STRICT, W[1:-1].encode())
        return etree.fromstring(data, PARSER)

    def seen(self) -> Seen:
        body = self.lines(self._root(self.main).find(W + "body"), "body")
        margins = []
        for kind in ("header", "footer"):
            for member in self._target(self.main, kind):
                lines = self.lines(self._root(member), "margin")
                if any(line for line in lines):
                    margins.append((kind, *lines))
        return Seen(tuple(body), tuple(sorted(self.boxes)), tuple(sorted(margins)))

    def lines(self, container: etree._Element, kind: str) -> list[str]:
        out: list[str] = []
        held = ""
        pending = False

        def close(last: bool) -> None:
            nonlocal held, pending
            must = kind in ("cell", "note") or (last and kind in ("margin", "box") and not out)
            if pending and (held or must):
                out.append(held)
            held, pending = "", False

        for block in self._blocks(container):
            if block.tag == W + "p":
                held += self.words(block)
                pending = True
                if not self._mark_gone(block):
                    out.append(held)
                    held, pending = "", False
            elif block.tag == W + "tbl":
                rows = [
                    row
                    for row in block.iter(W + "tr")
                    if self._table_of(row) is block and not self._row_gone(row) and self._cells(row)
                ]
                if not rows:
                    continue
                close(False)
                for row in rows:
                    for cell in self._cells(row):
                        out += self.lines(cell, "cell")
            else:
                close(False)
        close(True)
        return out

    def _blocks(self, container: etree._Element):
        """Paragraphs and tables; the edges of controls are given as the control's element."""
        for child in container:
            if child.tag in (W + "p", W + "tbl"):
                yield child
            elif child.tag in (W + "sdt", W + "customXml", W + "sdtContent"):
                yield container
                yield from self._blocks(child)
                yield container

    @staticmethod
    def _table_of(row):
        return next(one for one in row.iterancestors() if one.tag == W + "tbl")

    @staticmethod
    def _row_of(cell):
        return next(one for one in cell.iterancestors() if one.tag == W + "tr")

    def _cells(self, row) -> list:
        """The cells of a row that are there; a row without any is not there either."""
        gone = W + ("cellDel" if self.accept else "cellIns")
        cells = [cell for cell in row.iter(W + "tc") if self._row_of(cell) is row]
        return [cell for cell in cells if cell.find(f"{W}tcPr/{gone}") is None]

    def _row_gone(self, row) -> bool:
        properties = row.find(W + "trPr")
        return properties is not None and any(properties.find(tag) is not None for tag in GONE[self.accept])

    def _mark_gone(self, paragraph) -> bool:
        marks = paragraph.find(f"{W}pPr/{W}rPr")
        return marks is not None and any(marks.find(tag) is not None for tag in GONE[self.accept])

    def words(self, element) -> str:
        out = []
        for child in element:
            if not isinstance(child.tag, str) or child.tag in GONE[self.accept] or child.tag == FALLBACK:
                continue
            name = child.tag.rpartition("}")[2]
            if child.tag in (W + "t", W + "delText", MATH + "t"):
                out.append(re.sub("[\n\r]", " ", child.text or "").replace("\u2060", ""))
            elif name in ("pPr", "rPr", "instrText", "delInstrText", "sdtPr"):
                continue
            elif child.tag == W + "txbxContent":
                self.boxes.append(tuple(self.lines(child, "box")))
            elif child.tag == W + "br":
                out.append("\u2028" if child.get(W + "type", "textWrapping") == "textWrapping" else "\ufffc")
            elif child.tag.startswith(W) and name in CHARACTERS:
                out.append(CHARACTERS[name])
            elif child.tag.startswith(W) and name in OBJECTS:
                out.append("\ufffc")
                self.words(child)
            elif name in ("footnoteReference", "endnoteReference") and child.tag.startswith(W):
                # A note is seen, with the boxes in it, where its reference stands.
                note = name[:-9], child.get(W + "id", "")
                out.append("{" + "¶".join(self.notes.get(note, ["?"])) + "}")
                self.boxes += self.note_boxes.get(note, [])
            else:
                out.append(self.words(child))
        return "".join(out)


def seen(data: bytes, *, accept: bool) -> Seen:
    """What the file shows once every tracked change is accepted, or rejected."""
    return Reader(data, accept).seen()


def changes_by(data: bytes) -> dict[tuple[str, str], Counter]:
    """Characters under each tracked change of words, by (author, date): a count of characters by element."""
    found: dict[tuple[str, str], Counter] = {}
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        for name in archive.namelist():
            if not re.match(r"word/(document|header\d*|footer\d*|footnotes|endnotes)\.xml$", name):
                continue
            for words in etree.fromstring(archive.read(name), PARSER).iter(W + "t", W + "delText"):
                if any(above.tag == FALLBACK for above in words.iterancestors()):
                    continue
                for above in words.iterancestors():
                    if above.tag in (W + "ins", W + "del", W + "moveFrom", W + "moveTo"):
                        key = (above.get(W + "author", ""), above.get(W + "date", ""))
                        found.setdefault(key, Counter())[above.tag.rpartition("}")[2]] += len(words.text or "")
    return found


def faults(data: bytes) -> list[str]:
    """What Word would not accept in a file's tracked changes."""
    found = []
    taken: Counter = Counter()
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        for name in archive.namelist():
            if not name.endswith(".xml") and not name.endswith(".rels"):
                continue
            root = etree.fromstring(archive.read(name), PARSER)
            for element in root.iter(
                *(W + tag for tag in ("ins", "del", "moveFrom", "moveTo", "rPrChange", "pPrChange"))
            ):
                taken[element.get(W + "id")] += 1
            for element in root.iter(W + "t"):
                if any(above.tag == W + "del" for above in _up_to_box(element)):
                    found.append(f"{name}: w:t in w:del")
            for element in root.iter(W + "ins"):
                if any(above.tag == W + "del" for above in _up_to_box(element)):
                    found.append(f"{name}: w:ins in w:del")
    found += [f"id {name} {count} times" for name, count in taken.items() if count > 1]
    return found


def least_marked(old: Seen, new: Seen) -> int:
    """The characters that a plain paragraph and word difference marks, over all stories."""
    total = _least(old.body, new.body) + _least(
        [line for box in old.boxes for line in box], [line for box in new.boxes for line in box]
    )
    return total + _least(
        [line for one in old.margins for line in one[1:]], [line for one in new.margins for line in one[1:]]
    )


def _least(old, new) -> int:
    total = 0
    for tag, a, b, c, d in difflib.SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if tag == "equal":
            continue
        left = [token for line in old[a:b] for token in (*TOKEN.findall(line), "\n")]
        right = [token for line in new[c:d] for token in (*TOKEN.findall(line), "\n")]
        if len(left) * len(right) > 4e7:
            total += sum(map(len, left)) + sum(map(len, right))
            continue
        for step, i, j, k, m in difflib.SequenceMatcher(None, left, right, autojunk=False).get_opcodes():
            if step != "equal":
                total += sum(len(token) for token in (*left[i:j], *right[k:m]) if token != "\n")
    return total


def _up_to_box(element):
    """The elements around words, up to the text box that holds them: a struck box keeps its words as they are."""
    for above in element.iterancestors():
        if above.tag == W + "txbxContent":
            return
        yield above
