"""A Word paragraph as spans of marked text: runs, revisions, containers, fields, comments and objects."""

import re
from dataclasses import dataclass, field
from typing import Final

from lxml import etree

from pactoria_desktop.contract.text import (
    HIDDEN,
    LINE_BREAK,
    NO_BREAK_HYPHEN,
    OBJECT,
    SOFT_HYPHEN,
    Box,
    MarkValue,
    Paragraph,
    Revision,
    Span,
)
from pactoria_desktop.documents.markup import attributes_of, digest, fragment
from pactoria_desktop.documents.names import MATHEMATICS, local_word_name, word
from pactoria_desktop.documents.objects import ObjectTable, ReadObject, text_boxes
from pactoria_desktop.documents.properties import (
    MARK_KINDS,
    RUN_CHANGE,
    RUN_PROPERTIES,
    PropertyTables,
)

# Every character carries a mark for each comment and field that is open over it.
MOST_OPEN: Final = 500
CONTAINERS: Final = ("hyperlink", "smartTag", "customXml", "dir", "bdo", "fldSimple", "sdt")
CONTAINER_PROPERTIES: Final = ("smartTagPr", "customXmlPr", "fldData", "sdtPr", "sdtEndPr")
REVISION_NAMES: Final = {
    "ins": "insertion",
    "del": "deletion",
    "moveFrom": "move_from",
    "moveTo": "move_to",
    "rPrChange": "format",
    "pPrChange": "paragraph_format",
}
ELEMENT_CHARACTERS: Final = {
    "tab": "\t",
    "br": LINE_BREAK,
    "cr": LINE_BREAK,
    "noBreakHyphen": NO_BREAK_HYPHEN,
    "softHyphen": SOFT_HYPHEN,
}
LITERAL_CHARACTERS: Final = {"\n": "newline", "\r": "return"}
_SPECIAL: Final = re.compile(f"([\t\n\r{LINE_BREAK}{NO_BREAK_HYPHEN}{SOFT_HYPHEN}{HIDDEN}{OBJECT}])")
_FIXED_CONTROLS: Final = frozenset(
    {"showingPlcHdr", "dropDownList", "comboBox", "date", "picture", "docPartObj", "citation", "equation"}
)
_TEXTS: Final = (word("t"), word("delText"))
_NAMES: Final = {word(name): name for name in (*CONTAINERS, *MARK_KINDS)}
_CHARACTER_NAMES: Final = {word(name): name for name in ELEMENT_CHARACTERS}
_RUN: Final = word("r")
_PARAGRAPH_PROPERTIES: Final = word("pPr")

Path = tuple[str, ...]


@dataclass(slots=True)
class Tables:
    """What reading a package collects besides its text."""

    package: str
    properties: PropertyTables
    objects: ObjectTable = field(default_factory=ObjectTable)
    boxes: dict[str, Box] = field(default_factory=dict)
    revisions: dict[str, Revision] = field(default_factory=dict)
    commented: frozenset[str] = frozenset()


class CrowdedError(Exception):
    """More comments or fields lie over the same words than ``MOST_OPEN``; the reader names the file."""


def _bounded(opened: tuple[str, ...]) -> None:
    if len(opened) >= MOST_OPEN:
        raise CrowdedError


@dataclass(frozen=True, slots=True)
class FoundBox:
    """The content of a text box, named by the object that holds it and its place among the object's boxes."""

    object: str
    place: int
    content: etree._Element
    paragraph: str


@dataclass(slots=True)
class InlineReader:
    """Reads the paragraphs of one part in document order; fields and comments may reach over several."""

    tables: Tables
    part: str
    boxes: list[FoundBox] = field(default_factory=list)
    _fields: tuple[str, ...] = ()
    _comments: tuple[str, ...] = ()
    _ordinal: int = 0
    _marks: dict[tuple[object, ...], dict[str, MarkValue]] = field(default_factory=dict)
    _texts: list[str] = field(default_factory=list)
    _current: dict[str, MarkValue] | None = None
    _spans: list[Span] = field(default_factory=list)
    _style: str = ""
    _source: str = ""
    _changes: dict[str, dict[str, MarkValue]] = field(default_factory=dict)

    def paragraph(self, element: etree._Element, source: str, fixed: bool) -> Paragraph:
        """One paragraph. ``source`` is its ``p:src``; ``fixed`` tells that its newline may not be deleted."""
        outer = self._texts, self._current, self._spans, self._style, self._source
        self._texts, self._current, self._spans, self._source = [], None, [], source
        properties = self.tables.properties.paragraph(element)
        self._style = self.tables.properties.paragraphs[properties.key].style
        self._walk(element, (), False)
        self._flush()
        marks: dict[str, MarkValue] = {"p:props": properties.key, "p:src": source}
        if fixed or properties.ends_section or self._fields:
            marks["p:fix"] = True
        path: list[str] = []
        for kind, mark in sorted(properties.marks, key=lambda one: MARK_KINDS.index(one[0])):
            path.append(f"{kind}:{self.revision(mark, kind)}")
        self._nest(marks, tuple(path))
        for change, old in properties.changes:
            marks[f"pfmt:{self.revision(change, 'pPrChange')}"] = {"props": old}
        for name in self._fields:
            marks[f"fld:{name}"] = True
        spans = tuple(self._spans)
        self._texts, self._current, self._spans, self._style, self._source = outer
        return Paragraph(spans, marks)

    def leave(self) -> None:
        """The end of a note, a text box or a story: what is still open ends here."""
        self._fields = ()
        self._comments = ()

    def between(self, element: etree._Element) -> None:
        """Note what stands between paragraphs: comments open and close there too."""
        for one in element.iter(word("commentRangeStart"), word("commentRangeEnd")):
            self._comment(local_word_name(one.tag), one.get(word("id"), ""))

    def revision(self, element: etree._Element, kind: str, name: str = "") -> str:
        """The id of the revision that an element makes; the same in every reading of this package."""
        rid = self._next("revision")
        self.tables.revisions[rid] = Revision(
            rid,
            name or REVISION_NAMES[kind],
            element.get(word("author"), ""),
            element.get(word("date"), ""),
            source=self.tables.package,
            word=attributes_of(element),
        )
        return rid

    def _next(self, what: str) -> str:
        self._ordinal += 1
        return digest(self.tables.package, self.part, what, str(self._ordinal))

    def _walk(self, element: etree._Element, path: Path, locked: bool) -> None:
        for child in element:
            tag = child.tag
            if tag == _RUN:
                self._run(child, path, locked)
                continue
            if tag == _PARAGRAPH_PROPERTIES:
                continue
            name = _NAMES.get(tag) or local_word_name(tag)
            if name in CONTAINER_PROPERTIES:
                continue
            if name in MARK_KINDS or name in CONTAINERS:
                self._container(child, name, path, locked)
            else:
                self._beside_runs(child, name, path, locked)

    def _container(self, element: etree._Element, name: str, path: Path, locked: bool) -> None:
        body: etree._Element | None = element.find(word("sdtContent")) if name == "sdt" else element
        if body is None or next(body.iter(_RUN, f"{{{MATHEMATICS}}}oMath"), None) is None:
            self._object(element, path, locked)
            return
        if name in MARK_KINDS:
            key = f"{name}:{self.revision(element, name)}"
        else:
            box = self._next("box")
            locked = locked or _is_locked(element, name)
            self.tables.boxes[box] = Box(name, _shell(element, name), locked)
            key = f"box:{box}"
        self._walk(body, (*path, key), locked)

    def _beside_runs(self, element: etree._Element, name: str, path: Path, locked: bool) -> None:
        if name in ("commentRangeStart", "commentRangeEnd"):
            self._comment(name, element.get(word("id"), ""))
        self._object(element, path, locked or not (name or element.tag == f"{{{MATHEMATICS}}}oMath"))

    def _comment(self, name: str, comment: str) -> None:
        if name == "commentRangeStart" and comment not in self._comments:
            _bounded(self._comments)
            self._comments = (*self._comments, comment)
        elif name == "commentRangeEnd":
            self._comments = tuple(one for one in self._comments if one != comment)

    def _object(self, element: etree._Element, path: Path, locked: bool) -> None:
        found = self.tables.objects.add(element, in_run=False)
        self._emit(found.text, self._marked(None, path, locked, (("obj", found.key),)))
        self._note_boxes(found, element)

    def _note_boxes(self, found: ReadObject, element: etree._Element) -> None:
        if found.text != OBJECT or not len(element):
            return
        for place, content in enumerate(text_boxes(element)):
            self.boxes.append(FoundBox(found.key, place, content, self._source))

    def _run(self, run: etree._Element, path: Path, locked: bool) -> None:
        properties: etree._Element | None = None
        plain: dict[str, MarkValue] | None = None
        base: tuple[object, ...] = ()
        empty = True
        for child in run:
            tag = child.tag
            if tag == RUN_PROPERTIES and properties is None:
                properties = child
                continue
            if plain is None:
                base = self._run_marks(run, properties)
                plain = self._marked(base, path, locked)
            empty = False
            if tag in _TEXTS:
                text = child.text
                if text and not _SPECIAL.search(text):
                    if plain is self._current:
                        self._texts.append(text)
                    else:
                        self._emit(text, plain)
                    continue
                if text:
                    self._special(text, base, path, locked)
                    continue
            elif (name := _CHARACTER_NAMES.get(tag, "")) and not len(child.attrib):
                usual = name != "cr"
                self._emit(
                    ELEMENT_CHARACTERS[name],
                    plain if usual else self._marked(base, path, locked, (("el", name),)),
                )
                continue
            self._in_run(child, base, path, locked)
            plain = self._marked(base, path, locked)
        if empty:
            base = self._run_marks(run, properties)
            key = self.tables.objects.empty_run()
            self._emit(HIDDEN, self._marked(base, path, locked, (("obj", key),)))

    def _in_run(self, element: etree._Element, base: tuple[object, ...], path: Path, locked: bool) -> None:
        """An object inside a run; field characters open and close fields."""
        found = self.tables.objects.add(element, in_run=True)
        extra: tuple[tuple[str, MarkValue], ...] = (("obj", found.key),)
        if found.role == "fldChar:begin":
            _bounded(self._fields)
            self._fields = (*self._fields, self._next("field"))
        if found.role == "commentReference" and found.ref not in self.tables.commented:
            extra = (*extra, (f"comment:{found.ref}", True))
        self._emit(found.text, self._marked(base, path, locked, extra))
        if found.role == "fldChar:end":
            self._fields = self._fields[:-1]
        self._note_boxes(found, element)

    def _special(self, text: str, base: tuple[object, ...], path: Path, locked: bool) -> None:
        """A Word text with characters that mean something else here."""
        for place, piece in enumerate(_SPECIAL.split(text)):
            if not place % 2:
                if piece:
                    self._emit(piece, self._marked(base, path, locked))
            elif piece in (HIDDEN, OBJECT):
                key = self.tables.objects.literal(piece)
                self._emit(piece, self._marked(base, path, locked, (("obj", key),)))
            else:
                name = LITERAL_CHARACTERS.get(piece)
                self._emit(" " if name else piece, self._marked(base, path, locked, (("el", name or "t"),)))

    def _run_marks(self, run: etree._Element, properties: etree._Element | None) -> tuple[object, ...]:
        """The run's key and what goes with it, as a cache key for its marks."""
        tables = self.tables.properties
        items = attributes_of(run)
        found = tables.run(items, properties, self._style)
        if properties is None:
            return (found.key,)
        change = next(properties.iterchildren(RUN_CHANGE), None)
        if change is None:
            return (found.key, *found.switched_off)
        before = tables.run(items, next(change.iterchildren(RUN_PROPERTIES), None), self._style)
        old: dict[str, MarkValue] = {"run": before.key}
        for mark in sorted({*found.switched_off, *before.switched_off}):
            old[mark] = False if mark in before.switched_off else None  # type: ignore[assignment]
        rid = self.revision(change, "rPrChange")
        self._changes[rid] = old
        return (found.key, *found.switched_off, f"fmt:{rid}")

    def _marked(
        self,
        base: tuple[object, ...] | None,
        path: Path,
        locked: bool,
        extra: tuple[tuple[str, MarkValue], ...] = (),
    ) -> dict[str, MarkValue]:
        """The marks for a place: one and the same mapping wherever all of it is the same."""
        known = (base, path, locked, extra, self._fields, self._comments)
        marks = self._marks.get(known)
        if marks is None:
            marks = {}
            if base is not None:
                marks["run"] = str(base[0])
                for name in base[1:]:
                    change = str(name).partition(":")[2]
                    marks[str(name)] = dict(self._changes[change]) if change else False
            self._nest(marks, path)
            for field_id in self._fields:
                marks[f"fld:{field_id}"] = True
            for comment in self._comments:
                marks[f"comment:{comment}"] = True
            if locked:
                marks["lock"] = True
            marks.update(extra)
            self._marks[known] = marks
        return marks

    @staticmethod
    def _nest(marks: dict[str, MarkValue], path: Path) -> None:
        """Lay the marks that Word nests, outermost first; a deletion names the insertions it stands in or over."""
        inserted: list[object] = [key.partition(":")[2] for key in path if key.startswith(("ins:", "moveTo:"))]
        for depth, key in enumerate(path):
            value: dict[str, object] = {"d": depth}
            if key.startswith("del:"):
                value["over"] = list(inserted)
            marks[key] = value

    def _emit(self, text: str, marks: dict[str, MarkValue]) -> None:
        if marks is not self._current:
            self._flush()
            self._current = marks
        self._texts.append(text)

    def _flush(self) -> None:
        if self._texts and self._current is not None:
            text = "".join(self._texts)
            if self._spans and self._spans[-1].marks == self._current:
                text = self._spans.pop().text + text
            self._spans.append(Span(text, self._current))
        self._texts = []


def _shell(element: etree._Element, name: str) -> str:
    """A container without its content; a content control keeps an empty ``w:sdtContent``."""
    if name == "sdt":
        shell = etree.Element(element.tag, attrib=dict(attributes_of(element)))
        for child in element:
            if local_word_name(child.tag) in CONTAINER_PROPERTIES:
                shell.append(etree.fromstring(fragment(child).encode("utf-8")))
            elif child.tag == word("sdtContent"):
                etree.SubElement(shell, child.tag, attrib=dict(attributes_of(child)))
        return fragment(shell)
    return fragment(element, lambda child: local_word_name(child.tag) in CONTAINER_PROPERTIES)


def _is_locked(element: etree._Element, name: str) -> bool:
    if name == "fldSimple":
        return True
    properties = element.find(word("sdtPr")) if name == "sdt" else None
    if properties is None:
        return False
    for child in properties:
        kind = local_word_name(child.tag)
        if not kind or kind in _FIXED_CONTROLS:
            return True
        if kind == "lock" and "content" in child.get(word("val"), "").lower():
            return True
    return False
