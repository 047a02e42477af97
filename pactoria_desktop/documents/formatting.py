"""Run and paragraph properties as they are written: overrides laid over Word's own, in the order of its schema."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from lxml import etree

from pactoria_desktop.contract.text import Marks, MarkValue, Material, ParagraphProperties, RunProperties
from pactoria_desktop.documents.markup import element_of, fragment
from pactoria_desktop.documents.names import word
from pactoria_desktop.documents.numbering import is_on
from pactoria_desktop.documents.properties import PARAGRAPH_CHANGE, RUN_PROPERTIES, SECTION

OVERRIDES: Final = {"bold": "b", "italic": "i", "underline": "u", "strike": "strike"}
PARAGRAPH_OVERRIDES: Final = ("p:style", "p:num", "p:lvl")
_RUN_ORDER: Final = [
    "rStyle",
    "rFonts",
    "b",
    "bCs",
    "i",
    "iCs",
    "caps",
    "smallCaps",
    "strike",
    "dstrike",
    "outline",
    "shadow",
    "emboss",
    "imprint",
    "noProof",
    "snapToGrid",
    "vanish",
    "webHidden",
    "color",
    "spacing",
    "w",
    "kern",
    "position",
    "sz",
    "szCs",
    "highlight",
    "u",
    "effect",
    "bdr",
    "shd",
    "fitText",
    "vertAlign",
    "rtl",
    "cs",
    "em",
    "lang",
    "eastAsianLayout",
    "specVanish",
    "oMath",
]
_PARAGRAPH_ORDER: Final = [
    "pStyle",
    "keepNext",
    "keepLines",
    "pageBreakBefore",
    "framePr",
    "widowControl",
    "numPr",
    "suppressLineNumbers",
    "pBdr",
    "shd",
    "tabs",
    "suppressAutoHyphens",
    "kinsoku",
    "wordWrap",
    "overflowPunct",
    "topLinePunct",
    "autoSpaceDE",
    "autoSpaceDN",
    "bidi",
    "adjustRightInd",
    "snapToGrid",
    "spacing",
    "ind",
    "contextualSpacing",
    "mirrorIndents",
    "suppressOverlap",
    "jc",
    "textDirection",
    "textAlignment",
    "textboxTightWrap",
    "outlineLvl",
    "divId",
    "cnfStyle",
    "rPr",
    "sectPr",
    "pPrChange",
]
_OWN_OF_PLACE: Final = (RUN_PROPERTIES, SECTION, PARAGRAPH_CHANGE)


@dataclass(slots=True)
class Formatting:
    """Lays overrides over the properties that the material holds. Answers are kept: runs repeat."""

    material: Material
    _runs: dict[tuple[object, ...], str] = field(default_factory=dict)

    def run(self, marks: Marks) -> tuple[tuple[tuple[str, str], ...], str]:
        """A run's attributes and its ``w:rPr`` ("" for none) with the overrides among its marks."""
        key = marks.get("run")
        overrides = tuple((name, bool(marks[name])) for name in OVERRIDES if marks.get(name) is not None)
        properties = self.material.runs.get(str(key), RunProperties()) if key is not None else RunProperties()
        return properties.attributes, self._laid(str(key), properties, overrides)

    def run_before(self, marks: Marks, old: MarkValue) -> str:
        """The ``w:rPr`` that a tracked change of formatting began with."""
        before: dict[str, MarkValue] = {
            name: value for name, value in marks.items() if name == "run" or name in OVERRIDES
        }
        if isinstance(old, Mapping):
            for name, value in old.items():
                if value is None:
                    before.pop(name, None)
                elif isinstance(value, (bool, str)):
                    before[name] = value
        return self.run(before)[1]

    def _laid(self, key: str, properties: RunProperties, overrides: tuple[tuple[str, bool], ...]) -> str:
        if not overrides:
            return properties.xml
        found = self._runs.get((key, overrides))
        if found is None:
            element = element_of(properties.xml) if properties.xml else etree.Element(RUN_PROPERTIES)
            changed = False
            for mark, wanted in overrides:
                changed = self._lay(element, mark, wanted, bool(getattr(properties.look, mark))) or changed
            found = fragment(element) if changed else properties.xml
            self._runs[key, overrides] = found
        return found

    @staticmethod
    def _lay(element: etree._Element, mark: str, wanted: bool, shown: bool) -> bool:
        name = OVERRIDES[mark]
        present = element.find(word(name))
        if present is None and shown == wanted:
            return False
        if present is not None:
            on = present.get(word("val"), "single") != "none" if name == "u" else is_on(present)
            if on == wanted:
                return False
            element.remove(present)
        new = etree.Element(word(name))
        if name == "u":
            new.set(word("val"), "single" if wanted else "none")
        elif not wanted:
            new.set(word("val"), "0")
        insert_in_order(element, new, _RUN_ORDER)
        return True

    def paragraph(self, marks: Marks) -> etree._Element:
        """A paragraph's ``w:pPr`` with the overrides among its newline's marks, without tracked changes."""
        properties = self.properties(marks.get("p:props"))
        element = element_of(properties.xml) if properties.xml else etree.Element(word("pPr"))
        style, numbering, level = (marks.get(name) for name in PARAGRAPH_OVERRIDES)
        if style is not None:
            _replace(element, "pStyle", str(style) or None)
        if numbering is not None or level is not None:
            self._number(element, properties, style, numbering, level)
        return element

    def paragraph_before(self, marks: Marks, old: MarkValue) -> etree._Element:
        """The ``w:pPr`` that a tracked change of paragraph properties began with."""
        before: dict[str, MarkValue] = {
            name: value for name, value in marks.items() if name == "p:props" or name in PARAGRAPH_OVERRIDES
        }
        if isinstance(old, Mapping):
            for name, value in old.items():
                mark = "p:props" if name == "props" else name
                if value is None:
                    before.pop(mark, None)
                elif isinstance(value, (str, int)):
                    before[mark] = value
        return self.paragraph(before)

    def properties(self, key: MarkValue | None) -> ParagraphProperties:
        """The paragraph properties of a key, empty ones for a key that the material does not know."""
        return self.material.paragraphs.get(str(key), ParagraphProperties())

    def _number(
        self,
        element: etree._Element,
        properties: ParagraphProperties,
        style: MarkValue | None,
        numbering: MarkValue | None,
        level: MarkValue | None,
    ) -> None:
        present = element.find(word("numPr"))
        named = self.material.styles.get(str(style) if style is not None else properties.style)
        of_style = named.numbering if named is not None else None
        direct = present.find(word("numId")) if present is not None else None
        chosen = (
            str(numbering) if numbering is not None else direct.get(word("val")) if direct is not None else of_style
        )
        if present is not None:
            element.remove(present)
        if not chosen or chosen == "0":
            if of_style is not None:
                insert_in_order(element, _number_properties(None, "0"), _PARAGRAPH_ORDER)
            return
        depth = int(level) if isinstance(level, int) else properties.level
        insert_in_order(element, _number_properties(str(min(max(depth, 0), 8)), chosen), _PARAGRAPH_ORDER)


def insert_in_order(element: etree._Element, child: etree._Element, order: list[str]) -> None:
    """Insert a child where the schema's sequence wants it; unknown children count as last."""
    rank = {word(name): place for place, name in enumerate(order)}
    mine = rank.get(child.tag, len(order))
    for place, other in enumerate(element):
        if rank.get(other.tag, len(order)) > mine:
            element.insert(place, child)
            return
    element.append(child)


def insert_in_paragraph(element: etree._Element, child: etree._Element) -> None:
    """Insert a child of ``w:pPr`` where the schema wants it."""
    insert_in_order(element, child, _PARAGRAPH_ORDER)


def base_properties(element: etree._Element) -> list[etree._Element]:
    """The children of a ``w:pPr`` that a tracked change of it covers: all but the mark's, the section's, the change."""
    return [child for child in element if child.tag not in _OWN_OF_PLACE]


def with_change(xml: str, attributes: str, before: str) -> str:
    """A run's ``w:rPr`` fragment with a ``w:rPrChange`` as its last child; ``before`` is the old ``w:rPr``."""
    old = before or "<w:rPr/>"
    change = f"<w:rPrChange{attributes}>{old}</w:rPrChange>"
    if not xml:
        return f"<w:rPr>{change}</w:rPr>"
    if xml.endswith("/>"):
        return f"{xml[:-2]}>{change}</w:rPr>"
    return xml.removesuffix("</w:rPr>") + change + "</w:rPr>"


def _replace(element: etree._Element, name: str, text: str | None) -> None:
    present = element.find(word(name))
    if present is not None:
        element.remove(present)
    if text is not None:
        child = etree.Element(word(name))
        child.set(word("val"), text)
        insert_in_order(element, child, _PARAGRAPH_ORDER)


def _number_properties(level: str | None, numbering: str) -> etree._Element:
    element = etree.Element(word("numPr"))
    if level is not None:
        etree.SubElement(element, word("ilvl")).set(word("val"), level)
    etree.SubElement(element, word("numId")).set(word("val"), numbering)
    return element
