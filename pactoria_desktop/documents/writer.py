"""Writing a contract text back into the Word package it was read from.

Only paragraphs that changed are written again; all other bytes are copied. Nothing here looks at files or at time:
the same package and text give the same bytes.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pactoria_desktop.contract.text import (
    ContractText,
    Paragraph,
    Section,
    TableSection,
    TextSection,
    id_of,
    paragraphs_of,
)
from pactoria_desktop.documents.box_writing import with_boxes
from pactoria_desktop.documents.chains import survivors
from pactoria_desktop.documents.comment_writing import plan_comments, written_comments
from pactoria_desktop.documents.errors import DocumentError
from pactoria_desktop.documents.flow import FlowWriter
from pactoria_desktop.documents.identifiers import Identifiers
from pactoria_desktop.documents.likeness import same_paragraph
from pactoria_desktop.documents.package import Package
from pactoria_desktop.documents.parsing import from_utf8
from pactoria_desktop.documents.part_writing import PartWriter, Writing
from pactoria_desktop.documents.rendering import Anchors, Renderer

_BODY_END = re.compile(
    rb"(?:<(?:[\w.-]+:)?sectPr(?=[\s>/])(?:(?!<(?:[\w.-]+:)?sectPr(?=[\s>/])).)*)?</(?:[\w.-]+:)?body\s*>", re.DOTALL
)


@dataclass(frozen=True, slots=True)
class Written:
    """The file's bytes, and in sentences what Word could not hold."""

    data: bytes
    notices: tuple[str, ...]


def write(package: Package, base: ContractText, text: ContractText) -> bytes:
    """The package with ``text`` in place of ``base``, which is ``read(package)``; as ``written`` without notices."""
    return written(package, base, text).data


def written(package: Package, base: ContractText, text: ContractText, *, everything: bool = False) -> Written:
    """The package with ``text`` in place of ``base``, which is ``read(package)``.

    Changes that the text marks as revisions become tracked changes with their authors and dates, others are written
    plainly. With nothing changed these are the package's own bytes. ``everything`` writes every paragraph again: a
    test of the writer, not an export. Raises DocumentError for a strict file with changes, and when the text cannot
    be written as well-formed XML.
    """
    if text is base and not everything:
        return Written(package.data, ())
    identifiers = Identifiers(package)
    anchors = Anchors()
    plan, forced = plan_comments(package, base, text, identifiers, anchors)
    renderer = Renderer(text, identifiers, anchors)
    if plan.left_out:
        renderer.notices.append(
            f"{plan.left_out} comments speak of words that were removed: no place in Word, they are kept here."
        )
    boxes = _changed_boxes(base, text, plan.noted, forced, everything)
    forced |= _holders(text, set(boxes))
    forced |= survivors(text, renderer)
    changed, standing = _changed(base, text, plan.noted, forced, everything)
    identifiers.used |= standing
    writing = Writing(renderer, changed)
    for key, (old, new) in boxes.items():
        value = text.material.objects.get(key)
        if value is None:
            raise DocumentError(
                f"The drawing of a text box in {package.name} is not known to the text that is to be written; "
                "the file and your changes are untouched, please report this."
            )
        flow = FlowWriter(renderer, changed, lambda *_: [], lambda *_: b"")
        anchors.objects[key] = with_boxes(value.xml, old, new, flow)
    parts: dict[str, bytes] = {}
    gone = _lost_notes(base, text)
    for member, sections in _by_member(package, base).items():
        xml = package.xml(member)
        now = [section for section in text.sections if _member_of(package, section) == member]
        new_xml = PartWriter(package.name, member, xml, sections, writing).written(
            now, _ends(package, member, xml), gone
        )
        if new_xml != xml:
            parts[member] = from_utf8(new_xml, package.part(member))
    parts.update(written_comments(package, text, plan))
    if parts and package.strict:
        raise DocumentError(
            f"{package.name} is a strict Open XML file, which can be read but not changed here; "
            "save it in Word as an ordinary .docx and try again."
        )
    return Written(package.with_parts(parts), tuple(renderer.notices))


def _lost_notes(base: ContractText, text: ContractText) -> frozenset[str]:
    """The notes that the text has no more and speaks of nowhere."""
    missing = {one.part for one in base.sections if one.part.partition(":")[0] in ("footnote", "endnote")}
    missing -= {one.part for one in text.sections}
    if not missing:
        return frozenset()
    known = text.material.objects
    named = {
        f"{one.role.removesuffix('Reference')}:{one.ref}"
        for section in text.sections
        for paragraph in paragraphs_of(section)
        for span in paragraph.spans
        if (one := known.get(str(span.marks.get("obj", "")))) is not None and one.kind == "note"
    }
    return frozenset(missing - named)


def _by_member(package: Package, base: ContractText) -> dict[str, list[Section]]:
    found: dict[str, list[Section]] = {}
    for section in base.sections:
        member = _member_of(package, section)
        if member:
            found.setdefault(member, []).append(section)
    return found


def _member_of(package: Package, section: Section) -> str:
    """The member a section lies in, "" for text boxes, which lie in objects."""
    kind, _, name = section.part.partition(":")
    if kind == "main":
        return package.main
    if kind in ("header", "footer"):
        return name
    if kind in ("footnote", "endnote"):
        return next((story.member for story in package.stories if story.kind == f"{kind}s"), "")
    return ""


def _ends(package: Package, member: str, xml: bytes) -> Mapping[str, int]:
    """Where a body's new paragraphs go when it has none: before its section properties or its end."""
    if member != package.main:
        return {}
    place = None
    for found in _BODY_END.finditer(xml, max(len(xml) - 20_000, 0)):
        place = found.start()
    return {} if place is None else {"main": place}


Boxes = dict[str, tuple[list[tuple[Paragraph, ...]], list[tuple[Paragraph, ...]]]]


def _changed_boxes(
    base: ContractText, text: ContractText, noted: frozenset[str], forced: set[int], everything: bool
) -> Boxes:
    """The objects whose text boxes changed, with the paragraphs before and after, box by box."""
    now = {one.part: one for one in text.sections if one.part.startswith("textbox:") and isinstance(one, TextSection)}
    found: Boxes = {}
    changed: set[str] = set()
    for section in base.sections:
        if not section.part.startswith("textbox:") or not isinstance(section, TextSection):
            continue
        key = section.part.split(":")[1]
        new = now[section.part].paragraphs if section.part in now else ()
        old_boxes, new_boxes = found.setdefault(key, ([], []))
        place = int(section.part.rpartition(":")[2])
        while len(old_boxes) <= place:
            old_boxes.append(())
            new_boxes.append(())
        old_boxes[place], new_boxes[place] = section.paragraphs, new
        if everything or any(id(one) in forced for one in new) or not _same(section.paragraphs, new, noted):
            changed.add(key)
    return {key: value for key, value in found.items() if key in changed}


def _same(old: Sequence[Paragraph], new: Sequence[Paragraph], noted: frozenset[str]) -> bool:
    return len(old) == len(new) and all(same_paragraph(one, other, noted) for one, other in zip(old, new, strict=True))


def _holders(text: ContractText, keys: set[str]) -> set[int]:
    """The paragraphs that hold one of these objects, by identity."""
    if not keys:
        return set()
    return {
        id(paragraph)
        for section in text.sections
        for paragraph in paragraphs_of(section)
        if any(span.marks.get("obj") in keys for span in paragraph.spans)
    }


def _changed(
    base: ContractText, text: ContractText, noted: frozenset[str], forced: set[int], everything: bool
) -> tuple[set[int], set[str]]:
    """The paragraphs to write, by identity, and the revisions (and ``box:`` ids) whose elements stay as they are, so
    that nothing else may take their ids."""
    sources = {
        str(paragraph.marks.get("p:src")): paragraph
        for section in base.sections
        for paragraph in paragraphs_of(section)
    }
    standing = set(base.revisions) | {f"box:{name}" for name in base.material.boxes}
    for section in base.sections:
        if isinstance(section, TableSection):
            standing.difference_update(id_of(key) for row in section.rows for key in row.marks)
    changed = set(forced)
    for section in text.sections:
        for paragraph in paragraphs_of(section):
            there = sources.get(str(paragraph.marks.get("p:src")))
            if there is None or everything or id(paragraph) in forced or not same_paragraph(paragraph, there, noted):
                changed.add(id(paragraph))
            else:
                sources.pop(str(paragraph.marks.get("p:src")))
    for paragraph in sources.values():
        for marks in (paragraph.marks, *(span.marks for span in paragraph.spans)):
            for key in marks:
                standing.discard(key if key.startswith("box:") else id_of(key))
    return changed, standing
