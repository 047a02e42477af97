"""Run and paragraph properties as content-addressed values: the same properties have the same key in every file.

A key has three steps joined by "-": the name of the properties' XML, of the element's attributes, and of the look they
resolve to. So two keys with the same first step stand for the same Word properties.
"""

import copy
from dataclasses import dataclass, field, replace

from lxml import etree

from pactoria_desktop.contract.text import CharacterLook, ParagraphProperties, RunProperties
from pactoria_desktop.documents.markup import Shape, attributes_of, digest, fragment, properties_shape
from pactoria_desktop.documents.names import word
from pactoria_desktop.documents.numbering import is_on, value
from pactoria_desktop.documents.styles import StyleTable

RUN_PROPERTIES = word("rPr")
RUN_CHANGE = word("rPrChange")
PARAGRAPH_CHANGE = word("pPrChange")
SECTION = word("sectPr")
MARK_KINDS = ("ins", "del", "moveFrom", "moveTo")
MARK_TAGS = {word(kind): kind for kind in MARK_KINDS}
_PARAGRAPH_PROPERTIES = word("pPr")
_OVERRIDES = (("b", "bold"), ("i", "italic"), ("u", "underline"), ("strike", "strike"))


def same_properties(one: str, other: str) -> bool:
    """Whether two keys of runs or paragraphs stand for the same ``w:rPr`` or ``w:pPr``."""
    return one.partition("-")[0] == other.partition("-")[0]


@dataclass(frozen=True, slots=True)
class ReadParagraphProperties:
    """A paragraph's properties, and the tracked changes in them: the marks of its newline as (kind, element), and
    each ``w:pPrChange`` with the key of the properties before it."""

    key: str
    ends_section: bool
    marks: tuple[tuple[str, etree._Element], ...]
    changes: tuple[tuple[etree._Element, str], ...]


@dataclass(frozen=True, slots=True)
class ReadRunProperties:
    """A run's properties: their key, and the looks they turn off although a style may turn them on."""

    key: str
    switched_off: tuple[str, ...] = ()


@dataclass(slots=True)
class PropertyTables:
    """Collects the run and paragraph properties of a package; ``runs`` and ``paragraphs`` become its material."""

    styles: StyleTable
    runs: dict[str, RunProperties] = field(default_factory=dict)
    paragraphs: dict[str, ParagraphProperties] = field(default_factory=dict)
    _run_keys: dict[Shape, ReadRunProperties] = field(default_factory=dict)
    _paragraph_values: dict[Shape, tuple[str, str, ParagraphProperties]] = field(default_factory=dict)

    def run(
        self, attributes: tuple[tuple[str, str], ...], properties: etree._Element | None, style: str
    ) -> ReadRunProperties:
        """A run's properties under a paragraph style; a tracked change in them is left out."""
        known: Shape = (
            style,
            attributes,
            None if properties is None else _run_shape(properties),
        )
        found = self._run_keys.get(known)
        if found is None:
            xml = "" if properties is None else fragment(properties, _is_no_run_change)
            look = self.styles.characters(style, properties)
            found = ReadRunProperties(self._add_run(attributes, xml, look), switched_off(properties))
            self._run_keys[known] = found
        return found

    def _add_run(self, attributes: tuple[tuple[str, str], ...], xml: str, look: CharacterLook) -> str:
        key = f"{digest(xml)}-{digest(repr(attributes)) if attributes else ''}-{digest(repr(look))}"
        if key not in self.runs:
            self.runs[key] = RunProperties(attributes, xml, look)
        return key

    def paragraph(self, element: etree._Element) -> ReadParagraphProperties:
        """A paragraph's properties without tracked changes, and those changes beside."""
        attributes = attributes_of(element)
        properties = next(element.iterchildren(_PARAGRAPH_PROPERTIES), None)
        if properties is None:
            key, ends = self._paragraph(attributes, None, None)
            return ReadParagraphProperties(key, ends, (), ())
        marks: tuple[tuple[str, etree._Element], ...] = ()
        mark_properties = next(properties.iterchildren(RUN_PROPERTIES), None)
        if mark_properties is not None:
            marks = tuple((MARK_TAGS[child.tag], child) for child in mark_properties if child.tag in MARK_TAGS)
        key, ends = self._paragraph(attributes, properties, properties)
        changes = []
        for change in properties.iterchildren(PARAGRAPH_CHANGE):
            old, _ = self._paragraph(attributes, change.find(word("pPr")), properties)
            changes.append((change, old))
        return ReadParagraphProperties(key, ends, marks, tuple(changes))

    def _paragraph(
        self,
        attributes: tuple[tuple[str, str], ...],
        base: etree._Element | None,
        rest: etree._Element | None,
    ) -> tuple[str, bool]:
        """The key of ``base`` with the mark's and the section's properties of ``rest``."""
        shaped = None if rest is None else (*rest.items(), properties_shape(rest))
        known: Shape = (
            shaped if base is rest else None if base is None else (*base.items(), properties_shape(base)),
            shaped,
        )
        found = self._paragraph_values.get(known)
        if found is None:
            plain = _plain(base, rest)
            xml = "" if plain is None else fragment(plain)
            resolved = self.styles.paragraph(plain)
            ends = plain is not None and plain.find(SECTION) is not None
            values = (resolved.style, resolved.numbering, resolved.level, resolved.look)
            properties = ParagraphProperties(
                (), xml, resolved.style, resolved.numbering, resolved.level, resolved.look, ends
            )
            found = self._paragraph_values[known] = digest(xml), digest(repr(values)), properties
        first, last, properties = found
        key = f"{first}-{digest(repr(attributes)) if attributes else ''}-{last}"
        if key not in self.paragraphs:
            self.paragraphs[key] = replace(properties, attributes=attributes) if attributes else properties
        return key, properties.ends_section


def switched_off(properties: etree._Element | None) -> tuple[str, ...]:
    """What a run's own properties turn off although its styles may turn it on, as the names of marks."""
    if properties is None:
        return ()
    return tuple(
        mark
        for name, mark in _OVERRIDES
        for child in [properties.find(word(name))]
        if child is not None and (value(properties, "u") == "none" if name == "u" else not is_on(child))
    )


def _is_no_run_change(element: etree._Element) -> bool:
    return str(element.tag) != RUN_CHANGE


def _run_shape(properties: etree._Element) -> Shape:
    """Quicker than ``shape`` for what runs mostly have: a flat list of empty elements."""
    return tuple(
        [
            (child.tag, *child.items()) if not len(child) else (child.tag, properties_shape(child))
            for child in properties
            if child.tag != RUN_CHANGE
        ]
    )


def _plain(base: etree._Element | None, rest: etree._Element | None) -> etree._Element | None:
    """A ``w:pPr`` without tracked changes; None where nothing is left of one that held only these."""
    plain = etree.Element(word("pPr"))
    if base is not None:
        for name, text in attributes_of(base):
            plain.set(name, text)
        plain.extend([_cloned(child) for child in base if child.tag not in (RUN_PROPERTIES, SECTION, PARAGRAPH_CHANGE)])
    held_changes = False
    if rest is not None:
        mark = rest.find(RUN_PROPERTIES)
        if mark is not None:
            kept = _cloned(mark)
            for child in [child for child in kept if child.tag in MARK_TAGS]:
                kept.remove(child)
            if len(kept) or not len(mark):
                plain.append(kept)
            else:
                held_changes = True
        section = rest.find(SECTION)
        if section is not None:
            plain.append(_cloned(section))
        held_changes = held_changes or rest.find(PARAGRAPH_CHANGE) is not None
    if not len(plain) and not plain.attrib and (held_changes or base is None):
        return None
    return plain


def _cloned(element: etree._Element) -> etree._Element:
    clone = copy.deepcopy(element)
    clone.tail = None
    return clone
