"""What a piece of Word XML inside a paragraph is to a reader: words, one object, or something without width."""

import re
from dataclasses import dataclass, field
from typing import Final

from lxml import etree

from pactoria_desktop.contract.text import HIDDEN, LINE_BREAK, NO_BREAK_HYPHEN, OBJECT, SOFT_HYPHEN, WordObject
from pactoria_desktop.documents.markup import Shape, digest, fragment
from pactoria_desktop.documents.names import MATHEMATICS, mathematics, word

TEXT_BOX_CONTENT: Final = word("txbxContent")
HIDDEN_IN_RUN: Final = frozenset(
    {
        "commentReference",
        "lastRenderedPageBreak",
        "annotationRef",
        "footnoteRef",
        "endnoteRef",
        "separator",
        "continuationSeparator",
        "fldChar",
        "instrText",
        "t",
    }
)
_KINDS: Final = {
    "fldChar": "field",
    "instrText": "field",
    "drawing": "drawing",
    "AlternateContent": "drawing",
    "pict": "picture",
    "object": "picture",
    "footnoteReference": "note",
    "endnoteReference": "note",
    "br": "break",
    "oMath": "mathematics",
    "oMathPara": "mathematics",
    "sdt": "control",
}
_CHARACTERS: Final = {
    "ptab": "\t",
    "tab": "\t",
    "cr": LINE_BREAK,
    "noBreakHyphen": NO_BREAK_HYPHEN,
    "softHyphen": SOFT_HYPHEN,
}
_UNSTRUCK: Final = {"delText": "t", "delInstrText": "instrText"}
_STRUCK: Final = {"t": "delText", "instrText": "delInstrText"}
_WORDS: Final = re.compile(r"<(/?)w:(txbxContent|t|delText|instrText|delInstrText)(?=[\s/>])[^>]*?(/?)>")
_WITH_BOXES: Final = ("drawing", "picture")


@dataclass(frozen=True, slots=True)
class ReadObject:
    """The object's key and the characters that stand for it."""

    key: str
    text: str
    role: str
    ref: str


@dataclass(slots=True)
class ObjectTable:
    """Collects the objects of a package; ``objects`` becomes part of its material."""

    objects: dict[str, WordObject] = field(default_factory=dict)
    _known: dict[Shape, ReadObject] = field(default_factory=dict)
    _boxed: dict[str, int] = field(default_factory=dict)

    def add(self, element: etree._Element, in_run: bool) -> ReadObject:
        """The object for an element, in a run or beside runs.

        An object with text boxes has a key of its own at each place, counted in reading order, because its words can
        be edited at one place alone.
        """
        if not isinstance(element.tag, str):
            return self._named(WordObject("anchor", fragment(element), in_run), HIDDEN, "")
        known: Shape = (in_run, element.tag, *element.items(), element.text or "") if not len(element) else ()
        found = self._known.get(known) if known else None
        if found is None:
            found = self._read(element, in_run)
            if known:
                self._known[known] = found
        return found

    def empty_run(self) -> str:
        """The key of a run without content."""
        return self._named(WordObject("anchor", "", True, "emptyRun"), HIDDEN, "").key

    def literal(self, character: str) -> str:
        """The key of a character of a Word text that has a meaning of its own here (U+FFFC, U+2060)."""
        element = etree.Element(word("t"))
        element.text = character
        return self._named(WordObject("other", fragment(element), True, "literal"), character, "").key

    def _read(self, element: etree._Element, in_run: bool) -> ReadObject:
        role = element.tag.rpartition("}")[2]
        xml = fragment(element)
        role = _UNSTRUCK.get(role, role)
        if "<w:del" in xml:
            xml = with_words(xml, struck=False)
        is_word = element.tag == word(role) or element.tag in (word("delText"), word("delInstrText"))
        kind = _KINDS.get(role, "other")
        ref = element.get(word("name")) or element.get(word("id")) or "" if is_word else ""
        text = OBJECT
        if element.tag.startswith("{" + MATHEMATICS):
            text = "".join(one.text or "" for one in element.iter(mathematics("t"), word("t"))).replace("\n", " ")
            text = text.replace("\r", " ").replace(HIDDEN, "") or OBJECT
            kind = "mathematics"
        elif is_word and (not in_run or role in HIDDEN_IN_RUN) and role not in ("sdt", "altChunk", "subDoc"):
            text, kind = HIDDEN, _KINDS.get(role, "anchor")
        elif is_word and role in _CHARACTERS:
            text = _CHARACTERS[role]
        elif is_word and role == "br" and element.get(word("type"), "textWrapping") == "textWrapping":
            text = LINE_BREAK
        elif is_word and role == "ruby":
            base = element.find(word("rubyBase"))
            text = "".join(one.text or "" for one in base.iter(word("t"))) if base is not None else ""
            text = text.replace("\n", " ") or OBJECT
        if role == "fldChar":
            role = f"fldChar:{element.get(word('fldCharType'), '')}"
        if kind in _WITH_BOXES and next(element.iter(TEXT_BOX_CONTENT), None) is not None:
            count = self._boxed[xml] = self._boxed.get(xml, 0) + 1
            return self._named(WordObject(kind, xml, in_run, role, ref), text, str(count))
        return self._named(WordObject(kind, xml, in_run, role, ref), text, "")

    def _named(self, value: WordObject, text: str, place: str) -> ReadObject:
        key = digest(value.xml, str(value.in_run), value.role if not value.xml else "", place)
        self.objects.setdefault(key, value)
        return ReadObject(key, text, value.role, value.ref)


def with_words(xml: str, *, struck: bool) -> str:
    """A run's element with its words named as struck ones are (``w:delText``) or as others (``w:t``).

    What stands in text boxes keeps its names: it is struck by its own marks.
    """
    names = _STRUCK if struck else _UNSTRUCK
    boxes = 0

    def named(found: re.Match[str]) -> str:
        nonlocal boxes
        closing, name, empty = found.groups()
        if name == "txbxContent":
            boxes += -1 if closing else 0 if empty else 1
        elif not boxes and name in names:
            return found[0].replace(f"w:{name}", f"w:{names[name]}", 1)
        return found[0]

    return _WORDS.sub(named, xml)


def words_of(value: WordObject) -> str:
    """The characters that stand for one object; a stretch may hold several equal objects side by side."""
    if value.role == "literal":
        return OBJECT if OBJECT in value.xml else HIDDEN
    if not value.xml or value.xml.startswith(("<!--", "<?")):
        return HIDDEN
    table = ObjectTable()
    parser = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=True, load_dtd=False)
    return table.add(etree.fromstring(value.xml.encode("utf-8"), parser), value.in_run).text


def text_boxes(element: etree._Element) -> list[etree._Element]:
    """The contents of text boxes that Word shows: those of a fallback are left out, so are boxes within boxes."""
    found = []
    for content in element.iter(TEXT_BOX_CONTENT):
        above = [
            ancestor.tag.rpartition("}")[2]
            for ancestor in _ancestors_below(content, element)
            if isinstance(ancestor.tag, str)
        ]
        if "Fallback" not in above and "txbxContent" not in above:
            found.append(content)
    return found


def _ancestors_below(element: etree._Element, top: etree._Element) -> list[etree._Element]:
    found = []
    above = element.getparent()
    while above is not None and element is not top:
        found.append(above)
        if above is top:
            break
        above = above.getparent()
    return found
