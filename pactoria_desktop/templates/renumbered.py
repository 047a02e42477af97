"""What inserting paragraphs does to the numbers of a contract: those of the new ones, and references that go astray."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pactoria_desktop.contract.accepted import AcceptedText
from pactoria_desktop.contract.numbering import number, record
from pactoria_desktop.contract.references import label_parts, references_in
from pactoria_desktop.contract.text import ContractText, Marks, kind_of
from pactoria_desktop.templates.source_words import SourceWords


@dataclass(frozen=True, slots=True)
class MovedReference:
    """A reference to a clause whose number becomes another one.

    ``start`` and ``end`` are code points of the accepted text, ``words`` stand there, ``becomes`` is the clause's new
    number. ``field``: it is a field of Word, which follows when fields are updated; else it is typed.
    """

    paragraph: str
    start: int
    end: int
    words: str
    becomes: str
    field: bool


@dataclass(frozen=True, slots=True)
class Renumbered:
    """The numbers of the new paragraphs, "" for none, and the references that mean another clause afterwards."""

    labels: tuple[str, ...]
    moved: tuple[MovedReference, ...]


def renumbered(text: ContractText, view: AcceptedText, place: int, new: Sequence[Marks]) -> Renumbered:
    """What happens when paragraphs with these marks are put behind paragraph ``place`` of a view."""
    material = text.material
    records = [
        record(paragraph.marks, material, empty=paragraph.start == paragraph.end) for paragraph in view.paragraphs
    ]
    added = [record(marks, material) for marks in new]
    before = number(records, material.numberings)
    after = number([*records[: place + 1], *added, *records[place + 1 :]], material.numberings)
    labels = after[place + 1 : place + 1 + len(new)]
    rest = after[place + 1 + len(new) :]
    changed = {
        label_parts(old): moved
        for old, moved in zip(before[place + 1 :], rest, strict=True)
        if old != moved and not old.lstrip().startswith("(")
    }
    changed.pop((), None)
    return Renumbered(tuple(labels), tuple(_moved(text, view, changed)) if changed else ())


def _moved(text: ContractText, view: AcceptedText, changed: Mapping[tuple[str, ...], str]) -> list[MovedReference]:
    found = []
    source = SourceWords(text)
    for paragraph in view.paragraphs:
        words = view.line(paragraph)
        for one in references_in(words):
            if one.foreign:
                continue
            known = next(
                (one.parts[:size] for size in range(len(one.parts), 0, -1) if one.parts[:size] in changed), None
            )
            if known is None:
                continue
            start, end = paragraph.start + one.start, paragraph.start + one.end
            field = _in_field(source, view, start, end)
            found.append(
                MovedReference(
                    paragraph.id, start, end, view.text[start:end], changed[known].strip().rstrip(".:)"), field
                )
            )
    return found


def _in_field(source: SourceWords, view: AcceptedText, start: int, end: int) -> bool:
    """Whether any of the words from start to end are a field's."""
    for stretch in view.stretches(start, end):
        at = 0
        for span in source.slots[stretch.slot][stretch.paragraph].spans:
            if (
                at < stretch.end
                and stretch.start < at + len(span.text)
                and any(kind_of(key) == "fld" for key in span.marks)
            ):
                return True
            at += len(span.text)
    return False
