"""What Word would show after accepting or rejecting everything: a second opinion that shares no code with the product.

It reads a .docx by itself and gives, story by story, each paragraph's words. Objects are U+FFFC.
"""

import io
import re
import zipfile
from collections import Counter

from lxml import etree

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
M = "{http://schemas.openxmlformats.org/officeDocument/2006/math}"
PARSER = etree.XMLParser(huge_tree=True, resolve_entities=False)
INVISIBLE = {
    W + name
    for name in [
        "rPr",
        "instrText",
        "delInstrText",
        "fldChar",
        "commentReference",
        "lastRenderedPageBreak",
        "annotationRef",
        "footnoteRef",
        "endnoteRef",
        "separator",
        "continuationSeparator",
    ]
}
PLAIN = {
    W + "tab": "\t",
    W + "ptab": "\t",
    W + "cr": "\u2028",
    W + "noBreakHyphen": "\u2011",
    W + "softHyphen": "\u00ad",
}
INSIDE = {
    W + name
    for name in [
        "ins",
        "del",
        "moveFrom",
        "moveTo",
        "hyperlink",
        "smartTag",
        "customXml",
        "dir",
        "bdo",
        "fldSimple",
        "sdt",
        "sdtContent",
    ]
}


def story_roots(data: bytes) -> dict[str, etree._Element]:
    with zipfile.ZipFile(io.BytesIO(data)) as file:
        names = [
            name
            for name in file.namelist()
            if re.search(r"(^|/)(document\d*|footnotes|endnotes|header\d*|footer\d*)\.xml$", name)
        ]
        return {name: etree.fromstring(file.read(name), PARSER) for name in sorted(names)}


def view(data: bytes, accept: bool) -> dict[str, list[str]]:
    """Member name to the words of its paragraphs, text boxes behind the paragraph that holds them left out."""
    return {name: Resolver(accept).blocks(root) for name, root in story_roots(data).items()}


class Resolver:
    def __init__(self, accept: bool) -> None:
        self.killers = {W + name for name in (("del", "moveFrom") if accept else ("ins", "moveTo"))}

    def blocks(self, container: etree._Element) -> list[str]:
        out: list[str] = []
        self._container(container, out)
        return out

    def _container(self, container: etree._Element, out: list[str]) -> None:
        carry, alive = "", False
        pieces = [child for child in container if isinstance(child.tag, str)]
        for number, child in enumerate(pieces):
            if child.tag == W + "p":
                words = self._words(child)
                carry += words
                alive = alive or bool(words.strip("\u00ad"))
                mark = child.find(f"{W}pPr/{W}rPr")
                killed = mark is not None and any(one.tag in self.killers for one in mark)
                following = self._following(pieces[number + 1 :])
                if killed and following == "p":
                    continue
                last = container.tag in (W + "tc", W + "footnote", W + "endnote") and following is None
                if not killed or alive or last:
                    out.append(carry)
                carry, alive = "", False
            elif child.tag == W + "tbl":
                self._table(child, out)
            elif child.tag in (W + "footnote", W + "endnote") and child.get(W + "type", "normal") != "normal":
                continue
            elif child.tag not in (W + "tblPr", W + "tcPr", W + "trPr") and next(child.iter(W + "p"), None) is not None:
                self._container(child, out)

    def _following(self, rest: list[etree._Element]) -> str | None:
        """The kind of the next block; a table whose rows all go is not there."""
        for one in rest:
            if one.tag == W + "p":
                return "p"
            if one.tag == W + "tbl":
                if not all(self._gone_row(row) for row in one.iter(W + "tr")):
                    return "tbl"
            elif next(one.iter(W + "p"), None) is not None:
                return "other"
        return None

    def _gone_row(self, row: etree._Element) -> bool:
        properties = row.find(W + "trPr")
        return properties is not None and any(one.tag in self.killers for one in properties)

    def _table(self, table: etree._Element, out: list[str]) -> None:
        for child in table:
            if child.tag == W + "tr":
                if not self._gone_row(child):
                    self._row(child, out)
            elif (
                isinstance(child.tag, str) and child.tag != W + "tblPr" and next(child.iter(W + "tr"), None) is not None
            ):
                self._table(child, out)

    def _row(self, row: etree._Element, out: list[str]) -> None:
        for child in row:
            if child.tag == W + "tc":
                self._container(child, out)
            elif isinstance(child.tag, str) and next(child.iter(W + "tc"), None) is not None:
                self._row(child, out)

    def _words(self, element: etree._Element) -> str:
        out = ""
        for child in element:
            tag = child.tag
            if not isinstance(tag, str) or tag in self.killers or tag == W + "pPr":
                continue
            if tag == W + "r":
                out += self._run(child)
            elif tag in INSIDE:
                if child.find(f".//{W}r") is not None or child.find(f".//{M}oMath") is not None:
                    out += self._words(child)
            elif tag.startswith(M):
                out += "".join(one.text or "" for one in child.iter(W + "t", M + "t")).replace("\n", " ") or "\ufffc"
            elif not tag.startswith(W):
                out += "\ufffc"
        return out

    def _run(self, run: etree._Element) -> str:
        out = ""
        for child in run:
            tag = child.tag
            if not isinstance(tag, str) or tag in INVISIBLE:
                continue
            if tag in (W + "t", W + "delText"):
                out += re.sub("[\n\r]", " ", child.text or "").replace("\u2060", "")
            elif tag in PLAIN:
                out += PLAIN[tag]
            elif tag == W + "br":
                out += "\u2028" if child.get(W + "type", "textWrapping") == "textWrapping" else "\ufffc"
            elif tag == W + "ruby":
                base = child.find(W + "rubyBase")
                out += (
                    "".join(one.text or "" for one in base.iter(W + "t", W + "delText"))
                    if base is not None
                    else "\ufffc"
                )
            else:
                out += "\ufffc"
        return out


REVISIONS = "ins del moveFrom moveTo rPrChange pPrChange trPrChange tcPrChange tblPrChange sectPrChange cellIns cellDel"


def repeated_ids(data: bytes) -> Counter[str]:
    """Revision ids that stand more than once in one part, fallbacks for older programs left out."""
    found: Counter[str] = Counter()
    for name, root in story_roots(data).items():
        ids = Counter(
            one.get(W + "id")
            for kind in REVISIONS.split()
            for one in root.iter(W + kind)
            if not any(str(above.tag).endswith("}Fallback") for above in one.iterancestors())
        )
        found.update({f"{name} {one}": count - 1 for one, count in ids.items() if count > 1})
    return found


def plain_text_in_deletions(data: bytes) -> int:
    return sum(
        1
        for root in story_roots(data).values()
        for struck in root.iter(W + "del")
        for text in struck.iter(W + "t", W + "instrText")
        if not any(above.tag == W + "txbxContent" for above in text.iterancestors())
    )


def authors(data: bytes) -> Counter[tuple[str, str, str]]:
    """Characters by (kind, author, date), as they stand under tracked insertions, deletions and moves."""
    found: Counter[tuple[str, str, str]] = Counter()
    for root in story_roots(data).values():
        for kind in ("ins", "del", "moveFrom", "moveTo"):
            for one in root.iter(W + kind):
                words = sum(len(text.text or "") for text in one.iter(W + "t", W + "delText"))
                found[kind, one.get(W + "author", ""), one.get(W + "date", "")] += words
    return found
