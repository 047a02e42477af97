"""What a text takes over from the package that it moves to: page set-up, objects, hyperlinks and other boxes.

What these say names other parts of their own package (relationships, notes, headers). So where a paragraph of the text
is one of the package, they become as the package has them; where it is none, what would lead nowhere goes.
"""

import hashlib
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from lxml import etree

from pactoria_desktop.contract.lines import accepted
from pactoria_desktop.contract.operations import Remark
from pactoria_desktop.contract.suggesting import depth
from pactoria_desktop.contract.text import (
    Box,
    ContractText,
    Material,
    Paragraph,
    ParagraphProperties,
    WordObject,
    id_of,
    kind_of,
    paragraphs_of,
)
from pactoria_desktop.documents.markup import element_of, fragment
from pactoria_desktop.documents.names import word

_OWN = ("p:props", "p:style", "p:num", "p:lvl")
_REFERENCE = re.compile(r'\b(?:r|o):(?:embed|link|id|pict|relid|dm|lo|qs|cs)="([^"]*)"')
_SECTION = word("sectPr")


@dataclass(frozen=True, slots=True)
class Standing:
    """A paragraph of the text: where it stands, and the paragraph of the package that it is (None for none).

    ``came`` are the spans of it, by number, that the package's text brought. ``part`` is its story in the package,
    ``here`` the same one in the file that the text stood on.
    """

    slot: str
    start: int
    paragraph: Paragraph
    there: Paragraph | None
    part: str = "main"
    last: bool = False
    came: frozenset[int] = frozenset()
    here: str = "main"


@dataclass(frozen=True, slots=True)
class Stray:
    """An object or a box of the text whose relationships the package has not, between its two stories."""

    key: str
    xml: str
    here: str
    there: str
    is_box: bool


_Box = tuple[str, bool]
# A box by its key, and whether the words in it came from the package.

Holds = Callable[[str, str, str], bool]
"""Whether what XML of a story of the old package names is there in a story of the new one: (XML, old, new)."""


@dataclass(slots=True)
class Adoption:
    """What is laid on the text, and the material that it names."""

    operations: list[Remark] = field(default_factory=list)
    paragraphs: dict[str, ParagraphProperties] = field(default_factory=dict)
    boxes: dict[str, Box] = field(default_factory=dict)
    objects: set[str] = field(default_factory=set)
    strays: dict[tuple[str, str, str], Stray] = field(default_factory=dict)

    def material(self, theirs: ContractText, moved: Mapping[str, WordObject]) -> Material:
        """The entries to add to the text's material; ``moved`` are objects under new keys."""
        known = {**theirs.material.objects, **moved}
        return Material(
            paragraphs=self.paragraphs, boxes=self.boxes, objects={key: known[key] for key in sorted(self.objects)}
        )


def adopted(
    lines: Sequence[Standing],
    theirs: ContractText,
    material: Material,
    base: ContractText,
    objects: Mapping[str, str],
    moved: frozenset[str],
    holds: Holds,
    boxes: Mapping[str, tuple[str, Box]],
) -> Adoption:
    """What a text takes over from the package of ``theirs``.

    ``material`` is the text's, ``base`` what both started from, ``objects`` leads from the text's objects to the same
    ones there, or to those that were ``moved`` to another place or carried there, as ``boxes`` were, by their ids.
    ``holds`` tells what of the text's old package is there as well; what is not, goes and is told as a stray.
    """
    taking = _Taking(theirs, material, base, dict(objects), moved, holds, boxes)
    for line in lines:
        taking.paragraph(line)
    return taking.found


class _Taking:
    def __init__(
        self,
        theirs: ContractText,
        material: Material,
        base: ContractText,
        objects: dict[str, str],
        moved: frozenset[str],
        holds: Holds,
        boxes: Mapping[str, tuple[str, Box]],
    ) -> None:
        self.found = Adoption()
        self._theirs = theirs
        self._material = material
        self._objects = objects
        self._moved = moved
        self._holds = holds
        self._carried_boxes = boxes
        self._base = {
            str(one.marks.get("p:src")): one.marks for section in base.sections for one in paragraphs_of(section)
        }

    def paragraph(self, line: Standing) -> None:
        """Lay on one paragraph what it takes over."""
        boxes = self._boxes_of(line)
        at = line.start
        for number, span in enumerate(line.paragraph.spans):
            changes: dict[str, object] = {}
            for key, value in span.marks.items():
                other = boxes.get((key, number in line.came)) if kind_of(key) == "box" else None
                if other is not None:
                    changes[key] = None
                    if other:
                        changes[other] = value
            name = str(span.marks.get("obj", ""))
            if name:
                new = self._object(name, line, number in line.came)
                if new != name:
                    changes["obj"] = new
            if changes:
                self.found.operations.append(Remark(line.slot, at, at + len(span.text), changes))
            at += len(span.text)
        self._newline(line, at)

    # ---- objects and boxes
    def _object(self, name: str, line: Standing, came: bool) -> str | None:
        # Keys are hashes of what they name: a note of theirs and another one of mine may have the same.
        came = came and name in self._theirs.material.objects
        new = name if came else self._objects.get(name, name)
        known = self._theirs.material.objects.get(new)
        is_theirs = came or name in self._objects
        if new in self._moved or (known is not None and (is_theirs or self._is_there(known.xml, line))):
            self.found.objects.add(new)
            return new
        old = self._material.objects.get(name)
        if old is None or old.kind == "note" or self._is_stray(name, old.xml, line, False):
            return None
        return name

    def _is_there(self, xml: str, line: Standing) -> bool:
        return not references_in(xml) or self._holds(xml, line.here, line.part)

    def _is_stray(self, key: str, xml: str, line: Standing, is_box: bool) -> bool:
        if self._is_there(xml, line):
            return False
        self.found.strays[key, line.here, line.part] = Stray(key, xml, line.here, line.part, is_box)
        return True

    def _boxes_of(self, line: Standing) -> dict[_Box, str]:
        """For each box of a paragraph the one that takes its place, "" where it goes."""
        here = list(dict.fromkeys(_boxes(line)))
        other = Standing("", 0, line.there or Paragraph(), None)
        there = [key for key, _ in dict.fromkeys(_boxes(other))]
        found: dict[_Box, str] = {}
        for key, came in here:
            if came and id_of(key) in self._theirs.material.boxes:
                self._take(found, (key, came), key, there)
        for by_words in (True, False):
            for box in here:
                partner = None if box in found else self._partner(box, line, other, there, by_words)
                if partner is not None:
                    self._take(found, box, partner, there)
        for key, came in here:
            if (key, came) in found:
                continue
            mine = self._material.boxes.get(id_of(key))
            new, carried = self._carried_boxes.get(id_of(key), ("", None))
            if carried is not None:
                found[key, came] = f"box:{new}"
                self.found.boxes[new] = carried
            elif mine is None or self._is_stray(id_of(key), mine.xml, line, True):
                found[key, came] = ""
        return {box: name for box, name in found.items() if box[0] != name}

    def _take(self, found: dict[_Box, str], box: _Box, key: str, there: list[str]) -> None:
        found[box] = key
        self.found.boxes[id_of(key)] = self._theirs.material.boxes[id_of(key)]
        if key in there:
            there.remove(key)

    def _partner(self, box: _Box, line: Standing, other: Standing, there: Sequence[str], by_words: bool) -> str | None:
        """The box there of the same kind, round the same words where that is asked; none for a link that is struck."""
        mine = self._material.boxes.get(id_of(box[0]))
        words = _words_in(line, box)
        if not words and mine is not None and references_in(mine.xml):
            return None
        for key in there:
            theirs = self._theirs.material.boxes.get(id_of(key))
            if theirs is None or theirs.kind != (mine.kind if mine is not None else ""):
                continue
            if not by_words or _words_in(other, (key, False)) == words:
                return key
        return None

    # ---- newlines
    def _newline(self, line: Standing, at: int) -> None:
        marks = line.paragraph.marks
        changes: dict[str, object] = {}
        key = str(marks.get("p:props", ""))
        known = self._material.paragraphs.get(key, ParagraphProperties())
        if line.there is None:
            if known.ends_section:
                changes["p:props"] = self._with_section(known, None)
        else:
            wanted = str(line.there.marks.get("p:props", ""))
            properties = self._theirs.material.paragraphs.get(wanted, ParagraphProperties())
            source = marks.get("p:src")
            before = self._base.get(str(source)) if source is not None else marks
            if before is not None and all(before.get(name) == marks.get(name) for name in _OWN):
                if wanted and wanted != key:
                    self.found.paragraphs[wanted] = properties
                    changes["p:props"] = wanted
                    changes.update({name: line.there.marks.get(name) for name in _OWN[1:] if name in marks})
                known_ends = properties.ends_section
            else:
                known_ends = properties.ends_section
                if known.ends_section or properties.ends_section:
                    changes["p:props"] = self._with_section(known, properties)
            if known_ends and "p:fix" not in marks:
                changes["p:fix"] = True
        ends = line.there is not None and self._ends_section(line.there)
        fielded = any(kind_of(name) == "fld" for name in marks)
        if known.ends_section and not ends and "p:fix" in marks and not line.last and not fielded:
            changes["p:fix"] = None
        changes = {name: value for name, value in changes.items() if marks.get(name) != value}
        if changes:
            self.found.operations.append(Remark(line.slot, at, at + 1, changes))

    def _ends_section(self, paragraph: Paragraph) -> bool:
        known = self._theirs.material.paragraphs.get(str(paragraph.marks.get("p:props", "")))
        return known is not None and known.ends_section

    def _with_section(self, properties: ParagraphProperties, there: ParagraphProperties | None) -> str:
        """The key of paragraph properties with the Word section of others, or with none."""
        element = element_of(properties.xml) if properties.xml else etree.Element(word("pPr"))
        for old in element.findall(_SECTION):
            element.remove(old)
        wanted = element_of(there.xml).find(_SECTION) if there is not None and there.xml else None
        if wanted is not None:
            change = element.find(word("pPrChange"))
            element.insert(len(element) if change is None else element.index(change), wanted)
        xml = fragment(element) if len(element) or element.attrib else ""
        found = replace(properties, xml=xml, ends_section=wanted is not None)
        key = f"a{hashlib.sha256((repr(found.attributes) + xml).encode()).hexdigest()[:16]}"
        self.found.paragraphs[key] = found
        return key


def references_in(xml: str) -> frozenset[str]:
    """The ids of the relationships that XML names."""
    return frozenset(name for name in _REFERENCE.findall(xml) if name)


def _boxes(line: Standing) -> Iterator[_Box]:
    """The boxes of a paragraph, from the outside in, each with whether its words came."""
    for number, span in enumerate(line.paragraph.spans):
        for key in sorted((key for key in span.marks if kind_of(key) == "box"), key=lambda key: depth(span.marks[key])):
            yield key, number in line.came


def _words_in(line: Standing, box: _Box) -> str:
    """The words in a box that are not struck, of those that came or of the others."""
    key, came = box
    return "".join(
        span.text
        for number, span in enumerate(line.paragraph.spans)
        if key in span.marks and (number in line.came) == came and accepted(span.marks)
    )
