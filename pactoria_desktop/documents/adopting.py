"""What a text takes over from the package that it moves to: page set-up, objects, hyperlinks and other boxes.

What these say names other parts of their own package (relationships, notes, headers). So where a paragraph of the text
is one of the package, they become as the package has them; where it is none, what would lead nowhere goes.
"""

import hashlib
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from lxml import etree

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
from pactoria_desktop.contract.three_way import Remark
from pactoria_desktop.documents.markup import element_of, fragment
from pactoria_desktop.documents.names import word

_OWN = ("p:props", "p:style", "p:num", "p:lvl")
_REFERENCE = re.compile(r'\b(?:r|o):(?:embed|link|id|pict|relid|dm|lo|qs|cs)="([^"]*)"')
_SECTION = word("sectPr")


@dataclass(frozen=True, slots=True)
class Standing:
    """A paragraph of the text: where it stands, and the paragraph of the package that it is (None for none).

    ``came`` are the spans of it, by number, that the package's text brought.
    """

    slot: str
    start: int
    paragraph: Paragraph
    there: Paragraph | None
    part: str = "main"
    last: bool = False
    came: frozenset[int] = frozenset()


@dataclass(slots=True)
class Adoption:
    """What is laid on the text, and the material that it names."""

    operations: list[Remark] = field(default_factory=list)
    paragraphs: dict[str, ParagraphProperties] = field(default_factory=dict)
    boxes: dict[str, Box] = field(default_factory=dict)
    objects: set[str] = field(default_factory=set)

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
    references: Mapping[str, frozenset[str]],
) -> Adoption:
    """What a text takes over from the package of ``theirs``.

    ``material`` is the text's, ``base`` what both started from, ``objects`` leads from the text's objects to the same
    ones there, or to those that were ``moved`` to another place; ``references`` has the
    relationships of each part there.
    """
    taking = _Taking(theirs, material, base, dict(objects), moved, references)
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
        references: Mapping[str, frozenset[str]],
    ) -> None:
        self.found = Adoption()
        self._theirs = theirs
        self._material = material
        self._objects = objects
        self._moved = moved
        self._references = references
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
                if kind_of(key) == "box" and key in boxes:
                    changes[key] = None
                    if boxes[key]:
                        changes[boxes[key]] = value
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
        new = name if came else self._objects.get(name, name)
        known = self._theirs.material.objects.get(new)
        if known is not None or new in self._moved:
            self.found.objects.add(new)
            return new
        old = self._material.objects.get(name)
        if old is None or self._leads_nowhere(old.xml, line.part) or old.kind == "note":
            return None
        return name

    def _leads_nowhere(self, xml: str, part: str) -> bool:
        return not set(_REFERENCE.findall(xml)) <= self._references.get(part, frozenset())

    def _boxes_of(self, line: Standing) -> dict[str, str]:
        """For each box of a paragraph the one that takes its place, "" where it goes."""
        here = list(dict.fromkeys(_boxes(line.paragraph)))
        there = list(dict.fromkeys(_boxes(line.there))) if line.there is not None else []
        found: dict[str, str] = {}
        for key in here:
            mine = self._material.boxes.get(id_of(key))
            kind = mine.kind if mine is not None else ""
            for other in there:
                theirs = self._theirs.material.boxes.get(id_of(other))
                if theirs is not None and theirs.kind == kind:
                    found[key] = other
                    self.found.boxes[id_of(other)] = theirs
                    there.remove(other)
                    break
            else:
                if mine is None or self._leads_nowhere(mine.xml, line.part):
                    found[key] = ""
        return {key: other for key, other in found.items() if key != other}

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


def _boxes(paragraph: Paragraph) -> Iterator[str]:
    for span in paragraph.spans:
        yield from sorted((key for key in span.marks if kind_of(key) == "box"), key=lambda key: depth(span.marks[key]))
