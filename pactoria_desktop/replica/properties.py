"""Paragraph properties of a new paragraph that is split off another."""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import replace

from pactoria_desktop.contract.text import MarkValue, kind_of
from pactoria_desktop.replica.living import LivingText
from pactoria_desktop.replica.records import encoded


def content_key(value: object) -> str:
    """The key of a material entry that is made here: a hash of what it holds."""
    return hashlib.sha256(encoded(value).encode()).hexdigest()[:16]


def without_element(xml: str, name: str) -> str:
    """XML text without the elements ``w:<name>``, whatever they hold, nested ones of the same name included."""
    kept = []
    depth = 0
    at = 0
    for tag in re.finditer(rf"<(/?)(?:[\w.-]+:)?{re.escape(name)}(?=[\s/>])[^>]*?(/?)>", xml):
        if depth == 0:
            kept.append(xml[at : tag.start()])
        if tag.group(1):
            depth = max(0, depth - 1)
        elif not tag.group(2):
            depth += 1
        at = tag.end()
    if depth == 0:
        kept.append(xml[at:])
    return "".join(kept)


def split_properties(living: LivingText, marks: Mapping[str, MarkValue]) -> dict[str, MarkValue]:
    """The paragraph marks of a new paragraph that is split off one: the same, without what there is once only.

    Its Word identity, tracked change of properties, and properties of a Word section stay with the other half.
    """
    kept = {key: value for key, value in marks.items() if kind_of(key) == "p" and key not in ("p:src", "p:fix")}
    key = kept.get("p:props")
    properties = living.material.paragraphs.get(key) if isinstance(key, str) else None
    if properties is None:
        return kept
    attributes = tuple(pair for pair in properties.attributes if not pair[0].endswith(("}paraId", "}textId")))
    if attributes == properties.attributes and not properties.ends_section:
        return kept
    xml = without_element(properties.xml, "sectPr") if properties.ends_section else properties.xml
    new = replace(properties, attributes=attributes, xml=xml, ends_section=False)
    new_key = content_key(new)
    living.add_material("paragraphs", new_key, new)
    return {**kept, "p:props": new_key}
