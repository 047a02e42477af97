"""A template and values as a contract: conditions decided, lists repeated, fields filled, clauses put into their slots.

The contract holds nothing of the template but its fields: controls with tag and title round what was filled in. Which
conditions there were, and what was not chosen, is nobody else's business.
"""

import copy
import io
import zipfile
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

from lxml import etree

from pactoria_desktop.contract.accepted import accepted
from pactoria_desktop.documents.names import word
from pactoria_desktop.documents.package import CONTENT_TYPES_MEMBER, Package
from pactoria_desktop.documents.reader import read
from pactoria_desktop.documents.writer import write
from pactoria_desktop.protocol.clauses import Clause, ClauseVariant
from pactoria_desktop.protocol.templates import TemplateDefinition
from pactoria_desktop.replica.identity import Identity
from pactoria_desktop.replica.replica import Replica
from pactoria_desktop.runtime.clock import Clock
from pactoria_desktop.runtime.errors import PactoriaError
from pactoria_desktop.templates.adapting import AdaptedClause, adapt, read_contract
from pactoria_desktop.templates.conditions import holds
from pactoria_desktop.templates.controls import (
    CONTENT,
    PARAGRAPH,
    PROPERTIES,
    RUN,
    SDT,
    TEXT,
    VALUE,
    Control,
    controls_in,
    remove,
    shows_something,
    take_out_paragraph,
    unwrap,
)
from pactoria_desktop.templates.crossing import with_live_numbers
from pactoria_desktop.templates.definition_part import definition_member, read_definition
from pactoria_desktop.templates.inserting import insert_clause
from pactoria_desktop.templates.rendering import rendered
from pactoria_desktop.templates.synonyms import Synonyms
from pactoria_desktop.templates.tags import Tag
from pactoria_desktop.templates.value_set import Values
from pactoria_desktop.templates.writing import MOMENT

_SPACE = "{http://www.w3.org/XML/1998/namespace}space"
_PACKED = zipfile.ZIP_DEFLATED
_MARKS = (word("bookmarkStart"), word("bookmarkEnd"))
_ONLY_OF_PLACEHOLDERS = tuple(word(name) for name in ("showingPlcHdr", "placeholder", "dataBinding", "temporary"))


class FillingError(PactoriaError):
    """The template cannot be filled with these values; nothing was made."""


@dataclass(frozen=True, slots=True)
class Chosen:
    """A clause of the library for a slot, in one of its wordings."""

    clause: Clause
    variant: ClauseVariant


@dataclass(frozen=True, slots=True)
class Filled:
    """The contract's Word file. ``notices`` say in sentences what a lawyer should look at."""

    data: bytes
    notices: tuple[str, ...] = ()


def filled(
    data: bytes, name: str, values: Values, clock: Clock, synonyms: Synonyms, chosen: Mapping[str, Chosen] | None = None
) -> Filled:
    """The contract that a template gives with values. ``chosen`` are clauses by the id of their slot.

    The template has been read by ``package.read_template``. Raises FillingError where a slot that must have a clause
    has none, and the errors of documents.
    """
    package = Package(data, name)
    definition, member = read_definition(package), definition_member(package)
    assert member is not None
    chosen = chosen or {}
    roots = {story.member: package.parse(story.member) for story in package.stories}
    settling = _Settling(definition, values, chosen)
    for root in roots.values():
        settling.settle(root)
    slots = settling.take_slots(roots[package.main])
    for root in roots.values():
        settling.fill(root)
        _tidy(root)
    parts = {name: _bytes(root) for name, root in roots.items()}
    package = Package(_without_definition(package, member, parts), name)
    notices: list[str] = []
    if slots:
        inserted, notices = _with_clauses(package, slots, chosen, clock, synonyms)
        package = Package(inserted, name)
    root = package.parse(package.main)
    if with_live_numbers(package, root):
        package = Package(package.with_parts({package.main: _bytes(root)}), name)
    return Filled(package.data, tuple(notices))


class _Settling:
    """Decides what stands, and fills it."""

    def __init__(self, definition: TemplateDefinition, values: Values, chosen: Mapping[str, Chosen]) -> None:
        self._definition, self._values, self._chosen = definition, values, chosen
        self._conditions = {one.id: one.when for one in definition.conditions}
        self._slots = {one.id: one for one in definition.slots}

    def settle(self, root: etree._Element) -> None:
        """Decide conditions and repeat lists, outer ones first."""
        for control in list(controls_in(root)):
            if not _is_within(control.element, root):
                continue
            if control.tag.kind == "if":
                self._decide(control)
            elif control.tag.kind == "each":
                for made in self._repeat(control):
                    self.settle(made)

    def _decide(self, control: Control) -> None:
        if holds(self._conditions[control.tag.path], self._values):
            unwrap(control.element)
            return
        paragraph = next(control.element.iterancestors(PARAGRAPH), None)
        remove(control.element)
        if paragraph is not None and not shows_something(paragraph):
            take_out_paragraph(paragraph)

    def _repeat(self, control: Control) -> list[etree._Element]:
        """Put a copy of what is inside in its place for each item; gives the copies."""
        content, parent = control.content, control.element.getparent()
        made: list[etree._Element] = []
        if content is not None and parent is not None:
            place = parent.index(control.element)
            items = self._values.fields.get(control.tag.path)
            for item in range(1, len(items) + 1 if isinstance(items, tuple) else 1):
                for child in content:
                    one = copy.deepcopy(child)
                    holder = etree.Element("holder")
                    holder.append(one)
                    _number_fields(holder, control.tag.path, item)
                    if item > 1:
                        for mark in list(holder.iter(*_MARKS)):
                            remove(mark)
                    made += list(holder)
            for number, one in enumerate(made):
                parent.insert(place + number, one)
        remove(control.element)
        return [one for one in made if one.getparent() is not None]

    def take_slots(self, root: etree._Element) -> list[tuple[int, str]]:
        """Take the slots out; gives for each with a clause how many paragraphs stand before it, and its id."""
        found: list[tuple[int, str]] = []
        for control in list(controls_in(root)):
            if control.tag.kind != "slot":
                continue
            slot = self._slots[control.tag.path]
            stands = slot.when is None or holds(slot.when, self._values)
            if stands and slot.id in self._chosen:
                before = 0
                for element in root.iter(PARAGRAPH, SDT):
                    if element is control.element:
                        break
                    before += element.tag == PARAGRAPH
                if before == 0:
                    raise FillingError(
                        f"The slot {slot.title!r} ({slot.id}) stands before all paragraphs, where no clause can go."
                    )
                found.append((before, slot.id))
            elif stands and slot.required:
                raise FillingError(f"The slot {slot.title!r} ({slot.id}) needs a clause; choose one of the library.")
            remove(control.element)
        return found

    def fill(self, root: etree._Element) -> None:
        """Write the values into their fields; a field without value goes, with its paragraph where nothing is left."""
        for control in list(controls_in(root)):
            if control.tag.kind != "field" or not _is_within(control.element, root):
                continue
            words = rendered(control.tag.path, self._values, self._definition)
            if words:
                _write(control, words)
                continue
            paragraph = next(control.element.iterancestors(PARAGRAPH), None)
            remove(control.element)
            if paragraph is not None and not shows_something(paragraph):
                take_out_paragraph(paragraph)


def _is_within(element: etree._Element, root: etree._Element) -> bool:
    return element is root or any(above is root for above in element.iterancestors())


def _number_fields(root: etree._Element, path: str, item: int) -> None:
    for control in list(controls_in(root)):
        properties = control.element.find(PROPERTIES)
        if properties is None:
            continue
        for id in properties.findall(word("id")):
            properties.remove(id)
        steps = control.tag.path.split(".")
        if control.tag.kind == "field" and steps[0] == path:
            tag = properties.find(word("tag"))
            if tag is not None:
                tag.set(VALUE, Tag("field", ".".join([steps[0], str(item), *steps[1:]])).value)


def _write(control: Control, words: str) -> None:
    """Put words into a field's control, which then stands within its paragraph."""
    content, properties = control.content, control.element.find(PROPERTIES)
    if content is None or properties is None:
        raise FillingError(f"The field {control.tag.path!r} has no place for words; make it anew in Word.")
    for name in _ONLY_OF_PLACEHOLDERS:
        for one in properties.findall(name):
            properties.remove(one)
    look = next((run.find(word("rPr")) for run in content.iter(RUN) if run.find(TEXT) is not None), None)
    run = _run(words, look)
    if control.is_inline:
        for child in list(content):
            content.remove(child)
        content.append(run)
        return
    paragraph = next(content.iter(PARAGRAPH), None)
    if paragraph is None:
        raise FillingError(f"The field {control.tag.path!r} stands round no paragraph; make it anew in Word.")
    for child in list(paragraph):
        if child.tag != word("pPr"):
            paragraph.remove(child)
    shell = etree.SubElement(paragraph, SDT)
    shell.append(copy.deepcopy(properties))
    etree.SubElement(shell, CONTENT).append(run)
    for other in list(content.iter(PARAGRAPH)):
        if other is not paragraph and (parent := other.getparent()) is not None:
            parent.remove(other)
    unwrap(control.element)


def _run(words: str, look: etree._Element | None) -> etree._Element:
    run = etree.Element(RUN)
    if look is not None:
        kept = copy.deepcopy(look)
        for style in kept.findall(word("rStyle")):
            if style.get(VALUE) == "PlaceholderText":
                kept.remove(style)
        if len(kept):
            run.append(kept)
    for number, line in enumerate(words.replace("\n", "\u2028").split("\u2028")):
        if number:
            etree.SubElement(run, word("br"))
        if line:
            text = etree.SubElement(run, TEXT)
            text.text = line
            text.set(_SPACE, "preserve")
    return run


def _tidy(root: etree._Element) -> None:
    """A cell ends in a paragraph, a table has rows."""
    for table in list(root.iter(word("tbl"))):
        if next(table.iter(word("tr")), None) is None:
            remove(table)
    for cell in root.iter(word("tc")):
        if len(cell) == 0 or cell[-1].tag not in (PARAGRAPH, SDT):
            etree.SubElement(cell, PARAGRAPH)


def _bytes(root: etree._Element) -> bytes:
    data: bytes = etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True)
    return data


def _without_definition(package: Package, member: str, parts: Mapping[str, bytes]) -> bytes:
    """The package with other parts, without its definition and whatever belongs to that alone."""
    folder, _, base = member.rpartition("/")
    links = package.member(f"{folder}/_rels/{base}.rels" if folder else f"_rels/{base}.rels")
    gone = {member, *(one.target for one in package.relationships(member) if not one.external)}
    gone |= {links} if links is not None else set()
    changed = dict(parts)
    for holder in (package.main, ""):
        folder, _, base = holder.rpartition("/")
        name = package.member(f"{folder}/_rels/{base}.rels" if folder else f"_rels/{base}.rels")
        if name is not None:
            leave = {one.id for one in package.relationships(holder) if one.target in gone}
            root = package.parse(name)
            _drop(root, "Id", leave)
            changed[name] = _bytes(root)
    types = package.member(CONTENT_TYPES_MEMBER)
    if types is not None:
        root = package.parse(types)
        _drop(root, "PartName", {f"/{name}" for name in gone})
        changed[types] = _bytes(root)
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in package.members:
            if name not in gone:
                archive.writestr(zipfile.ZipInfo(name, MOMENT), changed.get(name) or package.part(name), _PACKED)
    return data.getvalue()


def _drop(root: etree._Element, attribute: str, values: Collection[str | None]) -> None:
    for child in list(root):
        if child.get(attribute) in values:
            root.remove(child)


def _with_clauses(
    package: Package, slots: Sequence[tuple[int, str]], chosen: Mapping[str, Chosen], clock: Clock, synonyms: Synonyms
) -> tuple[bytes, list[str]]:
    """Put each clause behind the paragraph before its slot, the last one first, as a lawyer would insert it."""
    base = read(package)
    replica = Replica.create(base, identity=Identity("Pactoria"), clock=clock)
    notices: list[str] = []
    try:
        for before, id in sorted(slots, reverse=True):
            one, text = chosen[id], replica.text()
            view = accepted(text)
            adapted = adapt(
                one.variant, one.clause.title, read_contract(text, synonyms, view), view.paragraphs[before - 1].id
            )
            insert_clause(replica, adapted)
            notices[:0] = [f"{one.clause.title}: {remark}" for remark in _to_look_at(adapted)]
        return write(package, base, replica.text()), notices
    finally:
        replica.close()


def _to_look_at(clause: AdaptedClause) -> Iterator[str]:
    """What a lawyer should look at in a clause that was put in, as the ends of sentences."""
    yield from clause.remarks
    if clause.unknown:
        yield f"the contract does not define {', '.join(f'“{one.term}”' for one in clause.unknown)}."
    for one in clause.questions:
        yield f"“{one.term}” may mean {' or '.join(f'“{each}”' for each in one.candidates)} here; it was left as it is."
