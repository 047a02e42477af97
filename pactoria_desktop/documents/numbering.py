"""Reading the numbering definitions of a package (ECMA-376 part 1, 17.9)."""

from collections.abc import Mapping
from dataclasses import replace

from lxml import etree

from pactoria_desktop.contract.text import Numbering, NumberingLevel
from pactoria_desktop.documents.names import word

LEVELS = 9


def read_numbering(root: etree._Element | None) -> Mapping[str, Numbering]:
    """The instances (``w:num``) by id, their levels after overrides; empty without a numbering part."""
    if root is None:
        return {}
    abstracts: dict[str, etree._Element] = {}
    by_style: dict[str, str] = {}
    for element in root.iterchildren(word("abstractNum")):
        name = element.get(word("abstractNumId"), "")
        abstracts[name] = element
        link = value(element, "styleLink")
        if link:
            by_style[link] = name
    instances: dict[str, Numbering] = {}
    for element in root.iterchildren(word("num")):
        abstract = value(element, "abstractNumId") or ""
        linked = abstracts.get(abstract)
        if linked is not None and linked.find(word("lvl")) is None:
            abstract = by_style.get(value(linked, "numStyleLink") or "", abstract)
        levels = [NumberingLevel(format="none")] * LEVELS
        _lay(levels, abstracts.get(abstract))
        starts = []
        for override in element.iterchildren(word("lvlOverride")):
            level = number(override.get(word("ilvl")), -1)
            if not 0 <= level < LEVELS:
                continue
            _lay(levels, override)
            start = value(override, "startOverride")
            if start is not None:
                starts.append((level, number(start, 1)))
                levels[level] = replace(levels[level], start=number(start, 1))
        name = element.get(word("numId"), "")
        instances[name] = Numbering(name, abstract, tuple(levels), tuple(starts))
    return instances


def value(element: etree._Element, name: str) -> str | None:
    """The ``w:val`` of a child element, None where it has no such child; "" for a child without value."""
    child = element.find(word(name))
    return None if child is None else child.get(word("val"), "")


def number(text: str | None, default: int) -> int:
    """A whole number as Word writes it (also "3.0" or "12pt"), the default where it is none."""
    try:
        return int(float(text.removesuffix("pt")) * (20 if text.endswith("pt") else 1)) if text else default
    except (ValueError, OverflowError):
        return default


def is_on(element: etree._Element | None) -> bool:
    """Whether an on/off element is there and on (17.17.4)."""
    return element is not None and element.get(word("val"), "true") not in ("0", "false", "off")


def _lay(levels: list[NumberingLevel], holder: etree._Element | None) -> None:
    if holder is None:
        return
    for element in holder.iterchildren(word("lvl")):
        level = number(element.get(word("ilvl")), -1)
        if 0 <= level < LEVELS:
            levels[level] = _level(element)


def _level(element: etree._Element) -> NumberingLevel:
    indent = element.find(f"{word('pPr')}/{word('ind')}")
    left = hanging = 0
    if indent is not None:
        left = number(indent.get(word("left"), indent.get(word("start"))), 0)
        hanging = number(indent.get(word("hanging")), 0) - number(indent.get(word("firstLine")), 0)
    restart = value(element, "lvlRestart")
    return NumberingLevel(
        format=value(element, "numFmt") or "decimal",
        text=value(element, "lvlText") or "",
        start=number(value(element, "start"), 0 if element.find(word("start")) is None else 1),
        restart=None if restart is None else number(restart, 0),
        legal=is_on(element.find(word("isLgl"))),
        suffix=value(element, "suff") or "tab",
        style=value(element, "pStyle") or "",
        left=left,
        hanging=hanging,
    )
