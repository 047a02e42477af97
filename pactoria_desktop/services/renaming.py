"""The changes of a received draft under ids that no other draft gives, so that joins never mix."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from pactoria_desktop.contract.operations import Operation, Put, PutRow, Remark, Strike, StrikeRow
from pactoria_desktop.contract.text import (
    ContractText,
    Marks,
    MarkValue,
    Paragraph,
    Revision,
    Row,
    Section,
    Span,
    TableSection,
    id_of,
    kind_of,
)
from pactoria_desktop.documents.merge import MergedText


@dataclass(frozen=True, slots=True)
class Renamed:
    """The operations of a join and the revisions they bring, all under the new ids."""

    operations: tuple[Operation, ...]
    revisions: dict[str, Revision]


def renamed(merged: MergedText, operations: Sequence[Operation], mine: ContractText, prefix: str) -> Renamed:
    """The received changes under ids that no other received draft gives."""
    names = {id: f"{prefix}{id}" for id in merged.text.revisions if id not in mine.revisions}

    def marks(value: Marks) -> dict[str, MarkValue]:
        return {_renamed_key(key, names): _renamed_value(each, names) for key, each in value.items()}

    def paragraphs(values: tuple[Paragraph, ...]) -> tuple[Paragraph, ...]:
        return tuple(
            Paragraph(tuple(Span(span.text, marks(span.marks)) for span in each.spans), marks(each.marks))
            for each in values
        )

    known = _ids(mine)

    def named(id: str) -> str:
        return id if id in known or not id else f"{prefix}{id}"

    def row(value: Row) -> Row:
        cells = tuple(replace(cell, id=named(cell.id), paragraphs=paragraphs(cell.paragraphs)) for cell in value.cells)
        return replace(value, id=named(value.id), cells=cells, marks=marks(value.marks))

    def section(value: Section) -> Section:
        if isinstance(value, TableSection):
            return replace(value, id=named(value.id), rows=tuple(row(each) for each in value.rows))
        return replace(value, id=named(value.id), paragraphs=paragraphs(value.paragraphs))

    def operation(value: Operation) -> Operation:
        if isinstance(value, Strike | StrikeRow):
            return replace(value, revision=names.get(value.revision, value.revision))
        if isinstance(value, Put):
            revision = names.get(value.revision, value.revision)
            return replace(value, marks=marks(value.marks), revision=revision)
        if isinstance(value, Remark):
            return replace(value, marks={_renamed_key(key, names): each for key, each in value.marks.items()})
        if isinstance(value, PutRow):
            revision = names.get(value.revision, value.revision)
            return replace(value, after=named(value.after), row=row(value.row), revision=revision)
        return replace(value, section=section(value.section), rest=named(value.rest))

    revisions = {names[id]: replace(merged.text.revisions[id], id=names[id]) for id in names}
    return Renamed(tuple(operation(each) for each in operations), revisions)


def _ids(text: ContractText) -> frozenset[str]:
    """The ids of all sections, rows and cells."""
    found: set[str] = set()
    for section in text.sections:
        found.add(section.id)
        if isinstance(section, TableSection):
            for row in section.rows:
                found.update((row.id, *(cell.id for cell in row.cells)))
    return frozenset(found)


def _renamed_key(key: str, names: Mapping[str, str]) -> str:
    return f"{kind_of(key)}:{names[id_of(key)]}" if id_of(key) in names else key


def _renamed_value(value: MarkValue, names: Mapping[str, str]) -> MarkValue:
    if isinstance(value, dict) and isinstance(value.get("over"), list):
        return {**value, "over": [names.get(str(each), each) for each in value["over"]]}  # type: ignore[attr-defined]
    return value
