"""Formatting as a comparison sees it: the direct properties of runs and paragraphs, carried from one file to another.

Only direct formatting is compared, because looks that come from styles differ with the styles of a file and not with
an edit. What cannot be carried (a style or a numbering that the other file does not define) stays as that file has it.
"""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import replace

from lxml import etree

from pactoria_desktop.contract.text import Material, ParagraphProperties, RunProperties, WordObject

WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_PARSER = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=False)

# Orders of ECMA-376 part 1, 17.3.2.28 (run) and 17.3.1.26 (paragraph).
_RUN_NAMES = """
rStyle rFonts b bCs i iCs caps smallCaps strike dstrike outline shadow emboss imprint noProof snapToGrid vanish
webHidden color spacing w kern position sz szCs highlight u effect bdr shd fitText vertAlign rtl cs em lang
eastAsianLayout specVanish oMath
"""
_PARAGRAPH_NAMES = """
pStyle keepNext keepLines pageBreakBefore framePr widowControl numPr suppressLineNumbers pBdr shd tabs
suppressAutoHyphens kinsoku wordWrap overflowPunct topLinePunct autoSpaceDE autoSpaceDN bidi adjustRightInd
snapToGrid spacing ind contextualSpacing mirrorIndents suppressOverlap jc textDirection textAlignment
textboxTightWrap outlineLvl divId cnfStyle rPr sectPr pPrChange
"""
RUN_ORDER = tuple(_RUN_NAMES.split())
PARAGRAPH_ORDER = tuple(_PARAGRAPH_NAMES.split())
_RUN_COMPARED = frozenset(
    {"b", "i", "u", "caps", "smallCaps", "strike", "dstrike", "vanish", "color", "sz", "highlight", "vertAlign"}
)
_PARAGRAPH_COMPARED = frozenset(
    {
        "pStyle",
        "numPr",
        "jc",
        "ind",
        "spacing",
        "outlineLvl",
        "pageBreakBefore",
        "keepNext",
        "keepLines",
        "bidi",
        "tabs",
    }
)
_RUN_CARRIED = _RUN_COMPARED | {"rStyle", "rFonts", "bCs", "iCs", "szCs", "lang", "shd", "rtl", "cs", "noProof"}
_PARAGRAPH_CARRIED = _PARAGRAPH_COMPARED | {"contextualSpacing", "pBdr", "shd", "widowControl", "rPr"}
_TOGGLES = frozenset({"b", "i", "caps", "smallCaps", "strike", "dstrike", "vanish"})

Shape = tuple[object, ...]


def _name(tag: str) -> str:
    return f"{{{WORD}}}{tag}"


def _parsed(xml: str, tag: str) -> etree._Element:
    return etree.fromstring(xml.encode(), _PARSER) if xml else etree.Element(_name(tag), nsmap={"w": WORD})


def _local(element: etree._Element) -> str:
    tag = element.tag
    return tag[len(WORD) + 2 :] if isinstance(tag, str) and tag.startswith(f"{{{WORD}}}") else ""


def _shape(element: etree._Element) -> Shape:
    attributes = sorted((str(key), str(value)) for key, value in element.attrib.items() if "rsid" not in str(key))
    return (element.tag, tuple(attributes), tuple(_shape(child) for child in element if isinstance(child.tag, str)))


def _value(element: etree._Element) -> object:
    name = _local(element)
    if name in _TOGGLES:
        return element.get(_name("val")) not in ("0", "false", "off", "none")
    return _shape(element)


def _ordered(element: etree._Element, order: tuple[str, ...]) -> None:
    places = {name: place for place, name in enumerate(order)}
    children = sorted(element, key=lambda child: places.get(_local(child), len(order) - 2))
    for child in children:
        element.append(child)


def _key(prefix: str, xml: str) -> str:
    return f"{prefix}{hashlib.sha256(xml.encode()).hexdigest()[:16]}"


class FormatCarrier:
    """Compares formatting of NEW with OLD and carries it over; ``runs`` and ``paragraphs`` are what that added."""

    def __init__(self, old: Material, new: Material, old_styles: Iterable[str]) -> None:
        self._old = old
        self._new = new
        self._styles = frozenset(old_styles)
        self.runs: dict[str, RunProperties] = {}
        self.paragraphs: dict[str, ParagraphProperties] = {}
        self._run_shapes: dict[tuple[bool, str], frozenset[tuple[str, object]]] = {}
        self._paragraph_shapes: dict[tuple[bool, str], frozenset[tuple[str, object]]] = {}
        self._carried_runs: dict[str, str] = {}
        self._carried_paragraphs: dict[str, str] = {}
        self._restyled: dict[tuple[str, str], str] = {}
        self._repropertied: dict[tuple[str, str], str] = {}
        self._numberings: dict[str, str | None] = {}

    # ---- runs
    def run_shape(self, key: str, *, new: bool) -> frozenset[tuple[str, object]]:
        """The compared properties of a run."""
        known = self._run_shapes.get((new, key))
        if known is None:
            properties = (self._new if new else self._old).runs.get(key)
            known = self._compared(properties.xml if properties else "", "rPr", _RUN_COMPARED)
            self._run_shapes[new, key] = known
        return known

    def carried_run(self, key: str) -> str:
        """The key in OLD for words that NEW formats like this."""
        known = self._carried_runs.get(key)
        if known is None:
            known = self._carried_runs[key] = self._carry_run(key)
        return known

    def _carry_run(self, key: str) -> str:
        properties = self._new.runs.get(key)
        if properties is None:
            return self._add_run(RunProperties())
        element = _parsed(properties.xml, "rPr")
        for child in list(element):
            name = _local(child)
            if name not in _RUN_CARRIED or (name == "rStyle" and child.get(_name("val")) not in self._styles):
                element.remove(child)
        return self._add_run(RunProperties((), _written(element), properties.look))

    def restyled_run(self, old_key: str, new_key: str) -> str:
        """OLD's run properties with the compared ones as NEW has them."""
        known = self._restyled.get((old_key, new_key))
        if known is None:
            old, new = self._old.runs.get(old_key) or RunProperties(), self._new.runs.get(new_key) or RunProperties()
            element = _merged(old.xml, new.xml, "rPr", _RUN_COMPARED | {"bCs", "iCs", "szCs"}, RUN_ORDER)
            known = self._add_run(RunProperties(old.attributes, _written(element), new.look))
            self._restyled[old_key, new_key] = known
        return known

    def _add_run(self, properties: RunProperties) -> str:
        key = _key("r", repr(properties.attributes) + properties.xml)
        self.runs[key] = properties
        return key

    # ---- paragraphs
    def paragraph_shape(self, key: str, *, new: bool) -> frozenset[tuple[str, object]]:
        """The compared properties of a paragraph; styles and numberings of NEW under their ids in OLD."""
        known = self._paragraph_shapes.get((new, key))
        if known is None:
            properties = (self._new if new else self._old).paragraphs.get(key)
            element = _parsed(properties.xml if properties else "", "pPr")
            if new:
                self._map_references(element)
            known = frozenset(
                (_local(child), _value(child)) for child in element if _local(child) in _PARAGRAPH_COMPARED
            )
            self._paragraph_shapes[new, key] = known
        return known

    def carried_paragraph(self, key: str) -> str:
        """The key in OLD for a new paragraph that NEW formats like this."""
        known = self._carried_paragraphs.get(key)
        if known is None:
            properties = self._new.paragraphs.get(key) or ParagraphProperties()
            element = _parsed(properties.xml, "pPr")
            self._map_references(element)
            for child in list(element):
                if _local(child) not in _PARAGRAPH_CARRIED:
                    element.remove(child)
                elif _local(child) == "rPr":
                    for inner in list(child):
                        if _local(inner) not in _RUN_CARRIED - {"rStyle"}:
                            child.remove(inner)
            known = self._add_paragraph(replace(properties, attributes=(), xml=_written(element), ends_section=False))
            self._carried_paragraphs[key] = known
        return known

    def repropertied(self, old_key: str, new_key: str) -> str:
        """OLD's paragraph properties with the compared ones as NEW has them."""
        known = self._repropertied.get((old_key, new_key))
        if known is None:
            old = self._old.paragraphs.get(old_key) or ParagraphProperties()
            new = self._new.paragraphs.get(new_key) or ParagraphProperties()
            wanted = _parsed(new.xml, "pPr")
            self._map_references(wanted)
            element = _merged(old.xml, _written(wanted), "pPr", _PARAGRAPH_COMPARED, PARAGRAPH_ORDER)
            properties = replace(
                old, xml=_written(element), style=new.style, numbering=new.numbering, level=new.level, look=new.look
            )
            known = self._add_paragraph(properties)
            self._repropertied[old_key, new_key] = known
        return known

    def _add_paragraph(self, properties: ParagraphProperties) -> str:
        key = _key("p", repr(properties.attributes) + properties.xml)
        self.paragraphs[key] = properties
        return key

    # ---- shared
    def _compared(self, xml: str, tag: str, names: frozenset[str]) -> frozenset[tuple[str, object]]:
        if not xml:
            return frozenset()
        element = _parsed(xml, tag)
        return frozenset((_local(child), _value(child)) for child in element if _local(child) in names)

    def _map_references(self, element: etree._Element) -> None:
        """Styles that OLD lacks go; numberings become OLD's numbering with the same levels, or go."""
        style = element.find(_name("pStyle"))
        if style is not None and style.get(_name("val")) not in self._styles:
            element.remove(style)
        numbering = element.find(_name("numPr"))
        number = numbering.find(_name("numId")) if numbering is not None else None
        if numbering is not None and number is not None:
            mapped = self._numbering(str(number.get(_name("val"))))
            if mapped is None:
                element.remove(numbering)
            else:
                number.set(_name("val"), mapped)

    def _numbering(self, number: str) -> str | None:
        if number in self._numberings:
            return self._numberings[number]
        wanted = self._new.numberings.get(number)
        found: str | None = None
        if wanted is None or number == "0":
            found = number if number == "0" else None
        else:
            same = self._old.numberings.get(number)
            if same is not None and same.levels == wanted.levels:
                found = number
            else:
                found = next((key for key, have in self._old.numberings.items() if have.levels == wanted.levels), None)
        self._numberings[number] = found
        return found

    def objects(self) -> tuple[Mapping[str, WordObject], Mapping[str, WordObject]]:
        """The objects of OLD and of NEW."""
        return self._old.objects, self._new.objects

    def material(self) -> Material:
        """OLD's material with what was carried over."""
        return replace(
            self._old,
            runs={**self._old.runs, **self.runs},
            paragraphs={**self._old.paragraphs, **self.paragraphs},
        )


def _merged(old: str, new: str, tag: str, names: Iterable[str], order: tuple[str, ...]) -> etree._Element:
    element, wanted = _parsed(old, tag), _parsed(new, tag)
    chosen = frozenset(names)
    for child in list(element):
        if _local(child) in chosen:
            element.remove(child)
    for child in list(wanted):
        if _local(child) in chosen:
            element.append(child)
    _ordered(element, order)
    return element


def _written(element: etree._Element) -> str:
    for part in element.iter():
        part.tail = None
    if not len(element) and not element.attrib:
        return ""
    return str(etree.tostring(element, encoding="unicode"))
