"""Styles of a package resolved to looks: document defaults, basedOn chains, linked numbering, theme fonts by name."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Final

from lxml import etree

from pactoria_desktop.contract.text import CharacterLook, Numbering, ParagraphLook, Style
from pactoria_desktop.documents.names import DRAWING, word
from pactoria_desktop.documents.numbering import LEVELS, is_on, number, value

_TOGGLES: Final = {
    "b": "bold",
    "i": "italic",
    "caps": "caps",
    "smallCaps": "small_caps",
    "strike": "strike",
    "dstrike": "strike",
    "vanish": "hidden",
}
_ALIGNMENTS: Final = {
    "center": "center",
    "right": "right",
    "end": "right",
    "both": "justify",
    "distribute": "justify",
    "lowKashida": "justify",
    "mediumKashida": "justify",
    "highKashida": "justify",
    "thaiDistribute": "justify",
}
_HEADING: Final = re.compile(r"heading ([1-9])", re.IGNORECASE)
_DEPTH: Final = 40

Properties = dict[str, object]


@dataclass(frozen=True, slots=True)
class _Definition:
    """A style as its file has it; ``characters`` and ``layout`` after basedOn, without document defaults."""

    id: str
    name: str
    kind: str
    based_on: str
    element: etree._Element


@dataclass(frozen=True, slots=True)
class ResolvedParagraph:
    """What a paragraph's style and direct properties give together."""

    style: str
    numbering: str | None
    level: int
    look: ParagraphLook


@dataclass(slots=True)
class StyleTable:
    """Resolves properties to looks. Built once for a package; answers are kept by style."""

    numberings: Mapping[str, Numbering]
    default_style: str = ""
    _definitions: dict[str, _Definition] = field(default_factory=dict)
    _theme_fonts: dict[str, str] = field(default_factory=dict)
    _default_characters: Properties = field(default_factory=dict)
    _default_layout: Properties = field(default_factory=dict)
    _characters: dict[str, Properties] = field(default_factory=dict)
    _layouts: dict[str, Properties] = field(default_factory=dict)

    def characters(self, paragraph_style: str, run: etree._Element | None) -> CharacterLook:
        """How characters look under a paragraph style and their own ``w:rPr`` (None for none)."""
        base = self._style_characters(paragraph_style)
        if run is None:
            return _look({**self._default_characters, **base})
        direct = self._character_properties(run)
        named = value(run, "rStyle")
        style = self._style_characters(named) if named else {}
        merged = {**self._default_characters, **base, **style}
        for toggle in set(_TOGGLES.values()):
            if toggle in base and toggle in style:
                merged[toggle] = bool(base[toggle]) != bool(style[toggle])
        return _look({**merged, **direct})

    def paragraph(self, properties: etree._Element | None) -> ResolvedParagraph:
        """What a ``w:pPr`` (None for none) comes to."""
        style = (value(properties, "pStyle") if properties is not None else None) or ""
        if style not in self._definitions or self._definitions[style].kind != "paragraph":
            style = self.default_style
        merged = {**self._default_layout, **self._style_layout(style)}
        if properties is not None:
            self._lay_paragraph(merged, properties, "")
        numbering, level = merged.get("numbering"), merged.get("level", 0)
        return ResolvedParagraph(
            style,
            numbering if isinstance(numbering, str) and numbering not in ("", "0") else None,
            level if isinstance(level, int) else 0,
            _layout(merged),
        )

    def table(self) -> Mapping[str, Style]:
        """All paragraph styles by id."""
        found = {}
        for style in self._definitions.values():
            if style.kind != "paragraph":
                continue
            merged = {**self._default_layout, **self._style_layout(style.id)}
            numbering, level = merged.get("numbering"), merged.get("level", 0)
            named = _HEADING.fullmatch(style.name.strip())
            layout = _layout(merged)
            outline = layout.outline_level
            heading = int(named.group(1)) if named else None if outline is None else outline + 1
            found[style.id] = Style(
                style.id,
                style.name,
                heading,
                numbering if isinstance(numbering, str) and numbering not in ("", "0") else None,
                level if isinstance(level, int) else 0,
                self.characters(style.id, None),
                layout,
            )
        return found

    def _style_characters(self, style: str) -> Properties:
        if style not in self._characters:
            merged: Properties = {}
            for one in self._chain(style):
                properties = one.element.find(word("rPr"))
                if properties is not None:
                    merged.update(self._character_properties(properties))
            self._characters[style] = merged
        return self._characters[style]

    def _style_layout(self, style: str) -> Properties:
        if style not in self._layouts:
            merged: Properties = {}
            for one in self._chain(style):
                properties = one.element.find(word("pPr"))
                if properties is not None:
                    self._lay_paragraph(merged, properties, one.id)
            self._layouts[style] = merged
        return self._layouts[style]

    def _chain(self, style: str) -> list[_Definition]:
        """A style and what it is based on, the root first; circles end where they close."""
        chain: list[_Definition] = []
        seen: set[str] = set()
        while style in self._definitions and style not in seen and len(chain) < _DEPTH:
            seen.add(style)
            chain.append(self._definitions[style])
            style = chain[-1].based_on
        return chain[::-1]

    def _character_properties(self, properties: etree._Element) -> Properties:
        found: Properties = {}
        for child in properties:
            name = child.tag.rpartition("}")[2] if isinstance(child.tag, str) else ""
            text = child.get(word("val"), "") if name else ""
            if name in _TOGGLES:
                toggle = _TOGGLES[name]
                found[toggle] = is_on(child) or (name == "dstrike" and bool(found.get(toggle)))
            elif name == "u":
                found["underline"] = text not in ("none", "")
            elif name == "sz":
                found["size"] = number(text, 0) or None
            elif name == "color":
                found["colour"] = text.upper() if re.fullmatch("[0-9A-Fa-f]{6}", text) else None
            elif name == "highlight":
                found["highlight"] = text if text != "none" else None
            elif name == "vertAlign":
                found["raised"] = {"superscript": 1, "subscript": -1}.get(text, 0)
            elif name == "rFonts":
                font = self._font(child)
                if font:
                    found["font"] = font
        return found

    def _font(self, fonts: etree._Element) -> str | None:
        theme = fonts.get(word("asciiTheme")) or fonts.get(word("hAnsiTheme"))
        if theme:
            resolved = self._theme_fonts.get("major" if theme.startswith("major") else "minor")
            if resolved:
                return resolved
        named: str | None = fonts.get(word("ascii")) or fonts.get(word("hAnsi"))
        return named

    def _lay_paragraph(self, merged: Properties, properties: etree._Element, style: str) -> None:
        """Lay one ``w:pPr`` over what lies below it; its numbering's indents go under its own."""
        numbering = properties.find(word("numPr"))
        if numbering is not None:
            self._lay_numbering(merged, numbering, style)
        for child in properties:
            name = child.tag.rpartition("}")[2] if isinstance(child.tag, str) else ""
            if name == "ind":
                _lay_indents(merged, child)
            elif name == "spacing":
                for attribute in ("before", "after", "line"):
                    text = child.get(word(attribute))
                    if text is not None:
                        merged[attribute] = number(text, 0)
            elif name == "jc":
                merged["alignment"] = _ALIGNMENTS.get(child.get(word("val"), ""), "left")
            elif name == "outlineLvl":
                level = number(child.get(word("val")), 9)
                merged["outline_level"] = level if 0 <= level < LEVELS else None
            elif name == "pageBreakBefore":
                merged["page_break_before"] = is_on(child)
            elif name == "bidi":
                merged["right_to_left"] = is_on(child)

    def _lay_numbering(self, merged: Properties, element: etree._Element, style: str) -> None:
        named, level = value(element, "numId"), value(element, "ilvl")
        if named is not None:
            merged["numbering"] = named
        definition = self.numberings.get(str(merged.get("numbering", "")))
        if level is not None:
            merged["level"] = min(max(number(level, 0), 0), LEVELS - 1)
        elif style and definition is not None:
            linked = [place for place, one in enumerate(definition.levels) if one.style == style]
            merged["level"] = linked[0] if linked else 0
        elif named is not None:
            merged["level"] = 0
        if definition is not None:
            place = merged.get("level", 0)
            step = definition.levels[place if isinstance(place, int) else 0]
            merged["left"], merged["first_line"] = step.left, -step.hanging
        elif named == "0":
            merged["left"] = merged["first_line"] = 0


def read_styles(
    root: etree._Element | None, theme: etree._Element | None, numberings: Mapping[str, Numbering]
) -> StyleTable:
    """The styles of a package; a package without styles has one unnamed look for everything."""
    table = StyleTable(numberings)
    if theme is not None:
        for kind in ("major", "minor"):
            latin = next(theme.iter(f"{{{DRAWING}}}{kind}Font"), None)
            latin = latin.find(f"{{{DRAWING}}}latin") if latin is not None else None
            if latin is not None and latin.get("typeface"):
                table._theme_fonts[kind] = latin.get("typeface", "")
    if root is None:
        return table
    for element in root.iterchildren(word("style")):
        name = element.get(word("styleId"), "")
        kind = element.get(word("type"), "paragraph")
        table._definitions[name] = _Definition(
            name, value(element, "name") or name, kind, value(element, "basedOn") or "", element
        )
        if kind == "paragraph" and element.get(word("default"), "0") in ("1", "true", "on"):
            table.default_style = table.default_style or name
    defaults = root.find(word("docDefaults"))
    if defaults is not None:
        characters = defaults.find(f"{word('rPrDefault')}/{word('rPr')}")
        layout = defaults.find(f"{word('pPrDefault')}/{word('pPr')}")
        if characters is not None:
            table._default_characters.update(table._character_properties(characters))
        if layout is not None:
            table._lay_paragraph(table._default_layout, layout, "")
    return table


def _lay_indents(merged: Properties, element: etree._Element) -> None:
    for name, attributes in (("left", ("left", "start")), ("right", ("right", "end"))):
        for attribute in attributes:
            text = element.get(word(attribute))
            if text is not None:
                merged[name] = number(text, 0)
    hanging, first = element.get(word("hanging")), element.get(word("firstLine"))
    if hanging is not None:
        merged["first_line"] = -number(hanging, 0)
    elif first is not None:
        merged["first_line"] = number(first, 0)


def _look(properties: Properties) -> CharacterLook:
    return CharacterLook(**properties)  # type: ignore[arg-type]


def _layout(properties: Properties) -> ParagraphLook:
    named = {key: one for key, one in properties.items() if key not in ("numbering", "level")}
    look = ParagraphLook(**named)  # type: ignore[arg-type]
    if look.right_to_left and look.alignment in ("left", "right"):
        return replace(look, alignment="right" if look.alignment == "left" else "left")
    return look
