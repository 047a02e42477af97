"""What a comparison carries with it: whose changes they are, and how words of NEW look once they stand in OLD."""

import hashlib
import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Protocol

from pactoria_desktop.contract.lines import Line, View, accepted, seen_spans
from pactoria_desktop.contract.rewriting import Author, Register
from pactoria_desktop.contract.text import (
    OBJECT,
    Cell,
    ContractText,
    Marks,
    MarkValue,
    Material,
    Paragraph,
    Revision,
    Span,
    WordObject,
    id_of,
    kind_of,
)
from pactoria_desktop.contract.words import Vocabulary
from pactoria_desktop.documents.compare_fields import FieldCarrier, FieldReader
from pactoria_desktop.documents.compare_formats import FormatCarrier
from pactoria_desktop.documents.compare_parts import PartCarrier, has_references, settled

_IDENTITY = re.compile(r'\s(?:[\w]+:)?(?:id|paraId|textId|rsid\w*|editId|anchorId|spid|name|title|descr)="[^"]*"')
_BOX_WORDS = re.compile(r"<(?:w:)?txbxContent\b.*?</(?:w:)?txbxContent>", re.DOTALL)
_RELATION = re.compile(r'\s(?:r|o):(?:embed|link|id|pict|relid|dm|lo|qs|cs)="([^"]*)"')
_PLACEHOLDER = "[object]"
_CARRIED_MARKS = ("bold", "italic", "underline", "strike", "el")


class Words(Protocol):
    """Lines of one side, as ``compare_flow.Flow`` has them."""

    @property
    def paragraphs(self) -> Sequence[Paragraph]:
        """The marked paragraphs."""

    @property
    def lines(self) -> Sequence[Line]:
        """The lines seen of them."""

    @property
    def view(self) -> View:
        """What is seen."""


@dataclass(frozen=True, slots=True)
class ObjectPair:
    """The same object on both sides: keys of ``Material.objects``."""

    old: str
    new: str


class Tracked:
    """Tracked changes of NEW that are told from what was changed without tracking, and keep their authors."""

    def __init__(self, revisions: Mapping[str, Revision], names: Collection[str]) -> None:
        """``names`` are the ids of the revisions that count as new; older ones count as accepted."""
        self._revisions = revisions
        self.names = frozenset(names)

    def before(self, marks: Marks) -> bool:
        """Whether characters with these marks were there before the new changes."""
        for key in marks:
            kind = kind_of(key)
            if kind in ("ins", "moveTo") and id_of(key) in self.names:
                return False
            if kind in ("del", "moveFrom") and id_of(key) not in self.names:
                return False
        return True

    def put_by(self, marks: Marks) -> Author | None:
        """Who put characters that are there after the new changes and were not before; None for any others."""
        by: Author | None = None
        for key in marks:
            kind = kind_of(key)
            if kind in ("del", "moveFrom"):
                return None
            if kind in ("ins", "moveTo") and id_of(key) in self.names:
                by = self._author(key)
        return by

    def struck_by(self, marks: Marks) -> Author | None:
        """Who struck characters that were there before the new changes."""
        return self._by(marks, ("del", "moveFrom"))

    def formatted_by(self, marks: Marks) -> Author | None:
        """Who changed the format of characters or of a paragraph."""
        return self._by(marks, ("fmt", "pfmt"))

    def _by(self, marks: Marks, kinds: tuple[str, ...]) -> Author | None:
        for key in marks:
            if kind_of(key) in kinds and id_of(key) in self.names:
                return self._author(key)
        return None

    def _author(self, key: str) -> Author:
        revision = self._revisions[id_of(key)]
        return Author(revision.author, revision.date)


class Setting:
    """One comparison of NEW with OLD, by one author at one time."""

    def __init__(
        self,
        old: ContractText,
        new: ContractText,
        author: Author,
        *,
        old_styles: Iterable[str] = (),
        old_view: View = accepted,
        new_view: View | None = None,
        tracked: Tracked | None = None,
        prefix: str = "c",
        parts: PartCarrier | None = None,
        notes: Mapping[str, str] | None = None,
    ) -> None:
        """``notes`` gives, for parts of notes that only NEW has, the note of OLD that takes their words."""
        self.author = author
        self.old_view = old_view
        self.tracked = tracked
        self.new_view: View = new_view or (tracked.before if tracked is not None else accepted)
        self.register = Register(old.revisions, prefix)
        self.vocabulary = Vocabulary()
        self.formats = FormatCarrier(old.material, new.material, old_styles)
        self.old_fields, self.new_fields = FieldReader(old.material), FieldReader(new.material)
        self.fields = FieldCarrier(old.material, new.material)
        self.pairs: list[ObjectPair] = []
        self.put_objects: dict[str, WordObject] = {}
        self.put_keys: set[str] = set()
        self.remarks: list[str] = []
        self.cells: dict[tuple[int, bool], tuple[Cell, Any]] = {}
        self.members = ("", "")
        self.missing_notes: list[str] = []
        self._parts = parts
        self._notes = dict(notes or {})
        self._old = old.material
        self._new = new.material
        self._old_parts = {section.part for section in old.sections}
        self._new_parts = {section.part for section in new.sections}
        self._signatures: dict[tuple[bool, str], str] = {}

    # ---- objects
    def old_signature(self, key: str) -> str:
        """What makes an object of OLD the same as another: its kind and content, not its ids."""
        return self._signature(key, self._old, False)

    def new_signature(self, key: str) -> str:
        """The same for an object of NEW."""
        return self._signature(key, self._new, True)

    def _signature(self, key: str, material: Material, new: bool) -> str:
        known = self._signatures.get((new, key))
        if known is None:
            known = signature_of(material.objects.get(key))
            if known.startswith("note:"):
                known += f":{self._has_note(material.objects[key], new)}"
            self._signatures[new, key] = known
        return known

    def _has_note(self, value: WordObject, new: bool) -> bool:
        """Whether the note that is referred to is there: some files refer to notes that they do not hold."""
        part = f"{value.role.removesuffix('Reference')}:{value.ref}"
        return part in (self._new_parts if new else self._old_parts)

    def ends_section(self, ending: Marks, *, new: bool) -> bool:
        """Whether a newline is fixed only because a section of the Word file or a field goes over it."""
        if "p:fix" not in ending:
            return False
        known = (self._new if new else self._old).paragraphs.get(str(ending.get("p:props", "")))
        return (known is not None and known.ends_section) or any(key.startswith("fld:") for key in ending)

    def met(self, old: Words, index: int, new: Words, other: int) -> None:
        """Remember the objects of two equal lines as pairs."""
        if old.lines[index].objects:
            self.met_between(old, index, 0, new, other, 0, len(old.lines[index].text))

    def met_between(
        self, old: Words, index: int, offset: int, new: Words, other: int, other_offset: int, count: int
    ) -> None:
        """Remember the objects within ``count`` equal characters of two lines as pairs."""
        if not old.lines[index].objects or not new.lines[other].objects:
            return
        left = _objects_in(old, index, offset, offset + count)
        right = _objects_in(new, other, other_offset, other_offset + count)
        self.pairs += [ObjectPair(a, b) for a, b in zip(left, right, strict=False)]

    def objects_material(self) -> Material:
        """The material that names the objects of OLD."""
        return self._old

    # ---- formatting
    def run_change(self, old: str, new: str) -> str | None:
        """The run properties that words of OLD get when NEW formats them otherwise, None where it does not."""
        if old == new or self.formats.run_shape(old, new=False) == self.formats.run_shape(new, new=True):
            return None
        return self.formats.restyled_run(old, new)

    def paragraph_change(self, old: str, new: str) -> str | None:
        """The same for paragraph properties."""
        if old == new or self.formats.paragraph_shape(old, new=False) == self.formats.paragraph_shape(new, new=True):
            return None
        return self.formats.repropertied(old, new)

    def new_paragraph_marks(self, ending: Marks) -> dict[str, MarkValue]:
        """The marks of a newline that NEW has and OLD has not."""
        key = ending.get("p:props")
        marks: dict[str, MarkValue] = {name: ending[name] for name in ("p:style", "p:num", "p:lvl") if name in ending}
        if key is not None:
            marks["p:props"] = self.formats.carried_paragraph(str(key))
        return marks

    def carried(self, span: Span) -> Span:
        """Words of NEW as they are written into OLD."""
        marks: dict[str, MarkValue] = {
            name: value for name, value in span.marks.items() if name in _CARRIED_MARKS or name.startswith("fld:new ")
        }
        if "run" in span.marks:
            marks["run"] = self.formats.carried_run(str(span.marks["run"]))
        key = span.marks.get("obj")
        if key is not None:
            known = self._carried_object(str(key))
            if known is None:
                self.remarks.append("A picture or object of the new file is shown by a placeholder.")
                return Span(_PLACEHOLDER if OBJECT in span.text else span.text, marks)
            same = self._new.objects.get(str(key)) or self.fields.objects.get(str(key))
            name = f"{key}-{len(self.put_objects)}" if known is not same else str(key)
            self.put_objects[name] = known
            self.put_keys.add(str(key))
            marks["obj"] = name
        return Span(span.text, marks)

    def _carried_object(self, key: str) -> WordObject | None:
        known = self._new.objects.get(key) or self.fields.objects.get(key)
        if known is None:
            return None
        if known.kind == "note":
            kind = known.role.removesuffix("Reference")
            part = f"{kind}:{known.ref}"
            place = self._notes.get(part)
            if place is None:
                self.missing_notes.append(part)
                return None
            number = place.partition(":")[2]
            return replace(known, ref=number, xml=re.sub(r'(\bw:id=")[^"]*"', rf'\g<1>{number}"', known.xml))
        known = settled(known)
        if not has_references(known):
            return known
        if self._parts is None or not all(self.members):
            return None
        return self._parts.carried(known, *self.members)

    def material(self) -> Material:
        """OLD's material with everything that was put."""
        grown = self.formats.material()
        return replace(grown, objects={**grown.objects, **self.put_objects})


def signature_of(known: WordObject | None) -> str:
    """Equal for objects that a reader would call the same."""
    if known is None:
        return ""
    if known.kind in ("note", "mathematics"):
        return f"{known.kind}:{known.role}"
    boxes = known.xml.count("txbxContent>")
    shell = _RELATION.sub("", _IDENTITY.sub("", _BOX_WORDS.sub("", known.xml)))
    if boxes:
        return f"{known.kind}:box"
    return f"{known.kind}:{known.role}:{hashlib.sha256(shell.encode()).hexdigest()[:16]}"


def _objects_in(flow: Words, index: int, start: int, end: int) -> list[str]:
    out: list[str] = []
    at = 0
    for span in seen_spans(flow.paragraphs, flow.lines[index], flow.view):
        if start <= at < end and "obj" in span.marks and not span.text.isspace():
            out += [str(span.marks["obj"])] * (len(span.text) if span.text[0] == OBJECT else 1)
        at += len(span.text)
    return out
