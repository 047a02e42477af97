"""A paragraph of marked text as Word XML. The rules, numbered: research/revisions.md, "Serialisation rules"."""

import copy
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from lxml import etree

from pactoria_desktop.contract.suggesting import values_before
from pactoria_desktop.contract.text import (
    HIDDEN,
    LINE_BREAK,
    NESTED_KINDS,
    NO_BREAK_HYPHEN,
    SOFT_HYPHEN,
    Box,
    ContractText,
    Marks,
    MarkValue,
    Paragraph,
    Revision,
    Span,
    WordObject,
    id_of,
    kind_of,
)
from pactoria_desktop.documents.formatting import (
    Formatting,
    base_properties,
    insert_in_paragraph,
    with_change,
)
from pactoria_desktop.documents.identifiers import Identifiers
from pactoria_desktop.documents.inline import CONTAINERS, LITERAL_CHARACTERS
from pactoria_desktop.documents.markup import (
    WORD_SCOPE,
    attributes_of,
    escaped,
    escaped_attribute,
    fragment,
    opened,
    placed,
    shape,
)
from pactoria_desktop.documents.names import PREFIXES, WORD, word
from pactoria_desktop.documents.objects import with_words, words_of
from pactoria_desktop.documents.properties import MARK_KINDS, PARAGRAPH_CHANGE, RUN_PROPERTIES, SECTION

_SPECIAL: Final = re.compile(f"([\t\n\r{LINE_BREAK}{NO_BREAK_HYPHEN}{SOFT_HYPHEN}{HIDDEN}])")
_ELEMENTS: Final = {
    "\t": "<w:tab/>",
    "\n": "<w:br/>",
    "\r": "<w:br/>",
    LINE_BREAK: "<w:br/>",
    NO_BREAK_HYPHEN: "<w:noBreakHyphen/>",
    SOFT_HYPHEN: "<w:softHyphen/>",
}
_LITERALS: Final = {name: character for character, name in LITERAL_CHARACTERS.items()}
_PLACE_NAMES: Final = ("paraId", "textId")
_CHANGE_TAGS: Final = tuple(
    word(name) for name in ("rPrChange", "sectPrChange", "numberingChange", "ins", "del", "moveFrom", "moveTo")
)
_SHELLS_WITH_CONTENT: Final = {"sdt": "w:sdtContent"}
_NEVER_STRUCK: Final = (*MARK_KINDS, *CONTAINERS)
_ONCE: Final = ("sdt", "fldSimple")

Path = tuple[str, ...]


def _hand(revision: Revision) -> tuple[str, str, str]:
    return revision.author, revision.by, revision.source


@dataclass(frozen=True, slots=True)
class Inherited:
    """The survivor of joined paragraphs takes the properties of the first that kept words, as a tracked change."""

    marks: Marks
    revision: Revision


@dataclass(slots=True)
class Anchors:
    """What else is written at places of the text: comments that begin or end there, and objects that changed.

    ``opening`` and ``closing`` list new comments by paragraph identity and span; ``replies`` the new replies by the
    comment they answer; ``removed`` the comments whose anchors go; ``objects`` new XML for objects, by key.
    """

    opening: dict[tuple[int, int], list[str]] = field(default_factory=dict)
    closing: dict[tuple[int, int], list[str]] = field(default_factory=dict)
    replies: dict[str, list[str]] = field(default_factory=dict)
    removed: set[str] = field(default_factory=set)
    objects: dict[str, str] = field(default_factory=dict)
    reference_style: str = ""


@dataclass(slots=True)
class Renderer:
    """Writes paragraphs of one contract text for one package. ``notices`` says in sentences what could not be kept."""

    text: ContractText
    identifiers: Identifiers
    anchors: Anchors = field(default_factory=Anchors)
    notices: list[str] = field(default_factory=list)
    formatting: Formatting = field(init=False)
    _object_lengths: dict[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.formatting = Formatting(self.text.material)

    def paragraph(
        self, paragraph: Paragraph, scope: Mapping[str, str], kept: bool, inherited: Inherited | None = None
    ) -> str:
        """The ``w:p``. ``kept`` tells that it stands in place of the Word paragraph it came from; ``scope`` are the
        prefixes declared at its place."""
        here = {**scope, **WORD_SCOPE}
        declarations = "" if scope.get("w") == WORD else f' xmlns:w="{WORD}"'
        properties = self.formatting.properties(paragraph.marks.get("p:props"))
        attributes = self.attributes(
            tuple(
                (name, value)
                for name, value in properties.attributes
                if kept or not (name.endswith(_PLACE_NAMES) or "rsid" in name)
            ),
            here,
        )
        body = self._properties(paragraph.marks, here, kept, inherited)
        body += _Body(self, here, paragraph).written()
        opening = f"<w:p{declarations}{attributes}"
        return f"{opening}>{body}</w:p>" if body else f"{opening}/>"

    def attributes(self, attributes: tuple[tuple[str, str], ...], scope: Mapping[str, str]) -> str:
        """Attributes (Clark names) as text, namespaces that are not in scope declared."""
        out = []
        for name, value in attributes:
            uri, _, local = name[1:].rpartition("}") if name.startswith("{") else ("", "", name)
            prefix = PREFIXES.get(uri, "n0") if uri else ""
            if uri and prefix != "xml" and scope.get(prefix) != uri:
                out.append(f' xmlns:{prefix}="{escaped_attribute(uri)}"')
            out.append(f' {prefix + ":" if prefix else ""}{local}="{escaped_attribute(value)}"')
        return "".join(dict.fromkeys(out))

    def revision(self, rid: str, scope: Mapping[str, str]) -> str:
        """The attributes of an element for a revision, as text."""
        return self.attributes(self.identifiers.attributes(self.known(rid)), scope)

    def known(self, rid: str) -> Revision:
        """The revision of an id; one that the text does not list has no author."""
        return self.text.revisions.get(rid) or Revision(rid, "insertion", "Unknown author", "")

    def earliest(self, rids: list[str]) -> str:
        """Of several revisions that Word can hold only one of, the one that came first."""
        return min(rids, key=lambda rid: (self.known(rid).source == "typed", self.known(rid).date, rid))

    def _properties(self, marks: Marks, scope: Mapping[str, str], kept: bool, inherited: Inherited | None) -> str:
        element = self.formatting.paragraph(marks)
        if not kept:
            for section in element.findall(SECTION):
                element.remove(section)
            self._renumber(element)
        changes = sorted(key for key in marks if kind_of(key) == "pfmt")
        if changes:
            chosen, old = self.one_formatting(marks, changes)
            self._change(element, self.formatting.paragraph_before(marks, old), self.known(chosen))
        elif inherited is not None:
            own = element
            element = self.formatting.paragraph(inherited.marks)
            for child in [child for child in element if child.tag in (RUN_PROPERTIES, SECTION, PARAGRAPH_CHANGE)]:
                element.remove(child)
            self._renumber(element)
            for child in list(own):
                if child.tag in (RUN_PROPERTIES, SECTION):
                    element.append(element_copy(child))
            self._change(element, own, inherited.revision)
        self._mark(element, marks)
        if not len(element) and not self.formatting.properties(marks.get("p:props")).xml:
            return ""
        return placed(fragment(element), scope)

    def _change(self, element: etree._Element, before: etree._Element, revision: Revision) -> None:
        """Add a ``w:pPrChange`` unless nothing changed."""
        old = base_properties(before)
        if revision.source == "typed" and [shape(one) for one in old] == [
            shape(one) for one in base_properties(element)
        ]:
            return
        change = etree.SubElement(element, PARAGRAPH_CHANGE)
        for name, text in self.identifiers.attributes(revision):
            change.set(name, text)
        holder = etree.SubElement(change, word("pPr"))
        for name, text in attributes_of(before):
            holder.set(name, text)
        holder.extend([element_copy(child) for child in old])
        if revision.source == "typed":
            # A tracked numbering that the old properties hold may stand in the new ones, too.
            self._renumber(holder)

    def _mark(self, element: etree._Element, marks: Marks) -> None:
        """Write the tracked insertion, deletion and move of the paragraph's newline."""
        chosen = self.path({key: value for key, value in marks.items() if kind_of(key) in MARK_KINDS})
        if not chosen:
            return
        holder = element.find(RUN_PROPERTIES)
        if holder is None:
            holder = etree.Element(RUN_PROPERTIES)
            insert_in_paragraph(element, holder)
        for place, key in enumerate(sorted(chosen, key=lambda one: MARK_KINDS.index(kind_of(one)))):
            mark = etree.Element(word(kind_of(key)))
            for name, value in self.identifiers.attributes(self.known(id_of(key))):
                mark.set(name, value)
            holder.insert(place, mark)

    def _renumber(self, element: etree._Element) -> None:
        for one in element.iter(*_CHANGE_TAGS):
            if one.get(word("id")) is not None:
                one.set(word("id"), self.identifiers.next())

    def path(self, marks: Marks) -> Path:
        """The marks that Word nests, outermost first, as it can hold them: one deletion, inside what it strikes."""
        nested = [key for key in marks if kind_of(key) in NESTED_KINDS]
        if len(nested) > 1:
            nested.sort(key=lambda key: (_depth(marks[key]), NESTED_KINDS.index(kind_of(key)), key))
            struck = [key for key in nested if key.startswith("del:")]
            if len(struck) > 1 and any(self.known(id_of(key)).source == "typed" for key in struck):
                chosen = f"del:{self.earliest([id_of(key) for key in struck])}"
                self._note_others("deletion", chosen, struck)
                nested = [key for key in nested if key == chosen or key not in struck]
            typed = [key for key in nested if key.startswith("del:") and self.known(id_of(key)).source == "typed"]
            if typed and nested[-1] not in typed:
                nested = [key for key in nested if key not in typed] + typed
        return tuple(nested)

    def one_formatting(self, marks: Marks, keys: Sequence[str]) -> tuple[str, dict[str, object]]:
        """The id of the tracked formatting to write of several at a place, and the values before it.

        Those of one author go into one; those of others are named in the notices.
        """
        chosen = self.earliest([id_of(key) for key in keys])
        hand = _hand(self.known(chosen))
        same = [key for key in keys if _hand(self.known(id_of(key))) == hand]
        self._note_others("formatting", f"{kind_of(keys[0])}:{chosen}", [key for key in keys if key not in same])
        return chosen, values_before(marks, same)

    def _note_others(self, what: str, chosen: str, keys: Sequence[str]) -> None:
        for key in keys:
            if key != chosen:
                one, other = self.known(id_of(chosen)), self.known(id_of(key))
                sentence = (
                    f"Word holds one {what} at a place: that of {one.author or 'an unknown author'} was written, "
                    f"that of {other.author or 'an unknown author'} is kept here only."
                )
                if sentence not in self.notices:
                    self.notices.append(sentence)

    def object_length(self, key: str, value: WordObject) -> int:
        """How many characters stand for an object."""
        if key not in self._object_lengths:
            self._object_lengths[key] = max(len(words_of(value)), 1)
        return self._object_lengths[key]


class _Body:
    """Writes the spans of one paragraph: a stack of open containers and revisions, and one open run."""

    def __init__(self, renderer: Renderer, scope: Mapping[str, str], paragraph: Paragraph) -> None:
        self._renderer = renderer
        self._scope = scope
        self._paragraph = paragraph
        self._out: list[str] = []
        self._stack: list[str] = []
        self._closers: list[str] = []
        self._run: tuple[object, ...] | None = None
        self._texts: list[str] = []
        self._struck = False
        self._stretch = ("", 0, 0)

    def written(self) -> str:
        anchors, place = self._renderer.anchors, id(self._paragraph)
        spans = self._paragraph.spans
        for number, span in enumerate(spans):
            path = self._renderer.path(span.marks)
            for comment in anchors.opening.get((place, number), ()):
                self._turn_to(self._shared(path))
                self._close_run()
                self._out.append(f'<w:commentRangeStart w:id="{comment}"/>')
            self._span(span, path)
            closing = anchors.closing.get((place, number), ())
            if closing:
                following = self._renderer.path(spans[number + 1].marks) if number + 1 < len(spans) else ()
                shared = self._shared(following)
                struck = next((step for step, key in enumerate(shared) if kind_of(key) == "del"), len(shared))
                self._turn_to(shared[:struck])
                self._close_run()
                for comment in closing:
                    self._out.append(f'<w:commentRangeEnd w:id="{comment}"/>')
                for comment in closing:
                    self._reference(comment)
        self._turn_to(())
        self._close_run()
        return "".join(self._out)

    def _span(self, span: Span, path: Path) -> None:
        marks = span.marks
        key = marks.get("obj")
        value = self._renderer.text.material.objects.get(str(key)) if key is not None else None
        if value is None:
            self._stretch = ("", 0, 0)
            self._turn_to(path)
            self._words(span)
            return
        missing = self._objects_due(str(key), value, span.text)
        if value.role in ("commentRangeStart", "commentRangeEnd", "commentReference") and (
            value.ref in self._renderer.anchors.removed
        ):
            return
        if not value.in_run and value.role in _NEVER_STRUCK:
            # A revision or container without words, kept as it was: no deletion may stand round it.
            path = path[: next((at for at, one in enumerate(path) if kind_of(one) == "del"), len(path))]
        self._turn_to(path)
        xml = self._renderer.anchors.objects.get(str(key), value.xml)
        for _ in range(missing):
            self._object(value, placed(xml, self._scope) if xml else "", marks)

    def _objects_due(self, key: str, value: WordObject, text: str) -> int:
        """How many objects begin in a span: one with words may reach over several spans, equal ones stand in line."""
        same, length, written = self._stretch if self._stretch[0] == key else (key, 0, 0)
        length += len(text)
        due = -(-length // self._renderer.object_length(key, value))
        self._stretch = (same, length, due)
        return due - written

    def _object(self, value: WordObject, xml: str, marks: Marks) -> None:
        if not value.in_run:
            self._close_run()
            self._out.append(xml)
            for reply in self._replies(value):
                self._out.append(f'<w:{value.role} w:id="{reply}"/>')
            return
        if not xml:
            self._close_run()
            self._open_run(marks)
            self._close_run(keep_empty=True)
            return
        self._open_run(marks)
        if self._struck:
            xml = with_words(xml, struck=True)
        self._add(xml)
        for reply in self._replies(value):
            self._close_run()
            self._reference(reply)

    def _replies(self, value: WordObject) -> list[str]:
        if value.role in ("commentRangeStart", "commentRangeEnd", "commentReference"):
            return self._renderer.anchors.replies.get(value.ref, [])
        return []

    def _reference(self, comment: str) -> None:
        self._close_run()
        style = self._renderer.anchors.reference_style
        properties = f'<w:rPr><w:rStyle w:val="{escaped_attribute(style)}"/></w:rPr>' if style else ""
        self._out.append(f'<w:r>{properties}<w:commentReference w:id="{comment}"/></w:r>')

    def _words(self, span: Span) -> None:
        name = span.marks.get("el")
        if span.text.strip(HIDDEN) == "":
            self._close_run()
            self._open_run(span.marks)
            self._close_run(keep_empty=True)
            return
        self._open_run(span.marks)
        if name == "t" or name in _LITERALS:
            self._texts.append(_LITERALS[str(name)] * len(span.text) if name in _LITERALS else span.text)
            return
        for place, piece in enumerate(_SPECIAL.split(span.text)):
            if not place % 2:
                if piece:
                    self._texts.append(piece)
            elif piece != HIDDEN:
                self._add("<w:cr/>" if name == "cr" and piece == LINE_BREAK else _ELEMENTS[piece])

    def _open_run(self, marks: Marks) -> None:
        """Open a run for these marks, or go on in the open one when it has the same properties."""
        renderer = self._renderer
        attributes, xml = renderer.formatting.run(marks)
        # Two replicas of one text may hold its marks in another order; they write the same file.
        changes = tuple(sorted(key for key in marks if kind_of(key) == "fmt"))
        wanted = (attributes, xml, *((key, repr(sorted(values_before(marks, (key,)).items()))) for key in changes))
        if self._run == wanted:
            return
        self._close_run()
        self._run = wanted
        if changes:
            xml = self._changed(marks, changes, xml)
        shown = placed(xml, self._scope) if xml else ""
        self._out.append(f"<w:r{renderer.attributes(attributes, self._scope)}>{shown}")
        self._run_start = len(self._out)

    def _changed(self, marks: Marks, changes: tuple[str, ...], xml: str) -> str:
        renderer = self._renderer
        chosen, old = renderer.one_formatting(marks, changes)
        before = renderer.formatting.run_before(marks, old)
        if before == xml and renderer.known(chosen).source == "typed":
            return xml
        attributes = renderer.revision(chosen, self._scope)
        return with_change(placed(xml, self._scope), attributes, placed(before, self._scope))

    def _add(self, xml: str) -> None:
        self._flush()
        self._out.append(xml)

    def _flush(self) -> None:
        if not self._texts:
            return
        text = "".join(self._texts)
        self._texts = []
        name = "w:delText" if self._struck else "w:t"
        keep = ' xml:space="preserve"' if text[0] in " \t\r\n" or text[-1] in " \t\r\n" else ""
        self._out.append(f"<{name}{keep}>{escaped(text)}</{name}>")

    def _close_run(self, keep_empty: bool = False) -> None:
        if self._run is None:
            return
        self._flush()
        if len(self._out) == self._run_start and not keep_empty:
            self._out.pop()
        else:
            self._out.append("</w:r>")
        self._run = None

    _run_start = 0

    def _shared(self, path: Path) -> Path:
        """The part of what is open that a path shares."""
        shared = 0
        while shared < min(len(self._stack), len(path)) and self._stack[shared] == path[shared]:
            shared += 1
        return path[:shared]

    def _turn_to(self, path: Path) -> None:
        """Close what is open beyond the common prefix and open the rest."""
        shared = len(self._shared(path))
        if shared == len(self._stack) == len(path):
            return
        self._close_run()
        while len(self._stack) > shared:
            self._stack.pop()
            self._out.append(self._closers.pop())
        for key in path[shared:]:
            opening, closing = self._opened(key)
            self._out.append(opening)
            self._stack.append(key)
            self._closers.append(closing)
        self._struck = any(kind_of(key) == "del" for key in path)

    def _opened(self, key: str) -> tuple[str, str]:
        kind, name = kind_of(key), id_of(key)
        if kind != "box":
            return f"<w:{kind}{self._renderer.revision(name, self._scope)}>", f"</w:{kind}>"
        box = self._renderer.text.material.boxes.get(name)
        if box is None:
            return "", ""
        used = self._renderer.identifiers.used
        if f"box:{name}" in used and box.kind in _ONCE:
            self._renderer.notices.append(
                "An edit divides a field or a content control: its second part was written as plain words."
            )
            return "", ""
        used.add(f"box:{name}")
        return _shell_of(box, self._scope)


def _shell_of(box: Box, scope: Mapping[str, str]) -> tuple[str, str]:
    return opened(placed(box.xml, scope), _SHELLS_WITH_CONTENT.get(box.kind, ""))


def _depth(value: MarkValue) -> int:
    depth = value.get("d", 0) if isinstance(value, dict) else 0
    return depth if isinstance(depth, int) else 0


def element_copy(element: etree._Element) -> etree._Element:
    """A copy that can be put elsewhere, without its tail."""
    clone = copy.deepcopy(element)
    clone.tail = None
    return clone
