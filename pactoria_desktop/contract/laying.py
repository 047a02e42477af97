"""Laying operations on a text as values: what the living text will be once it has taken them in.

``replica.rebasing`` does the same to the living text; what is worked out on this text (where comments and sources of a
received draft go) fits that one.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from pactoria_desktop.contract.operations import Operation, Put, PutRow, PutSection, Remark, Strike, StrikeRow
from pactoria_desktop.contract.suggesting import deletion_value
from pactoria_desktop.contract.text import (
    ContractText,
    Marks,
    MarkValue,
    Paragraph,
    Row,
    Section,
    Span,
    TableSection,
    TextSection,
)

Piece = tuple[str, Marks]
_Words = Strike | Put | Remark | PutSection


def laid(text: ContractText, operations: Sequence[Operation]) -> ContractText:
    """The text with operations laid on it; offsets as ``three_way.operations`` gives them.

    Raises ValueError where an operation speaks of a place that the text does not have.
    """
    return _Laying(text, operations).text


class _Laying:
    def __init__(self, text: ContractText, operations: Sequence[Operation]) -> None:
        self._words: dict[str, list[_Words]] = {}
        self._struck: dict[str, str] = {}
        self._rows: dict[tuple[str, str], list[Row]] = {}
        self._before: dict[str, list[Section]] = {}
        self._ends: dict[str, list[Section]] = {}
        for one in operations:
            if isinstance(one, Put | Strike | Remark):
                self._words.setdefault(one.slot, []).append(one)
            elif isinstance(one, StrikeRow):
                self._struck[one.row] = one.revision
            elif isinstance(one, PutRow):
                self._rows.setdefault((one.table, one.after), []).append(one.row)
            elif one.offset:
                self._words.setdefault(one.before, []).append(one)
            elif one.before:
                self._before.setdefault(one.before, []).append(one.section)
            else:
                self._ends.setdefault(one.section.part, []).append(one.section)
        sections: list[Section] = []
        last = {section.part: number for number, section in enumerate(text.sections)}
        for number, section in enumerate(text.sections):
            sections += self._before.pop(section.id, [])
            sections += [self._table(section)] if isinstance(section, TableSection) else self._text(section)
            if last[section.part] == number:
                sections += self._ends.pop(section.part, [])
        for added in self._ends.values():
            sections += added
        if self._words or self._rows or self._struck or self._before:
            raise ValueError("The changes speak of a place that the text does not have.")
        self.text = replace(text, sections=tuple(sections))

    def _text(self, section: TextSection) -> list[Section]:
        found: list[Section] = []
        name = section.id
        pieces: list[Piece] = []
        for part in _pieces(section.paragraphs, self._words.pop(section.id, [])):
            if isinstance(part, PutSection):
                if pieces:
                    found.append(replace(section, id=name, paragraphs=_paragraphs(pieces)))
                found.append(part.section)
                name, pieces = part.rest, []
            else:
                pieces.append(part)
        if pieces:
            found.append(replace(section, id=name, paragraphs=_paragraphs(pieces)))
        return found

    def _table(self, table: TableSection) -> TableSection:
        rows: list[Row] = self._new_rows(table.id, "")
        for row in table.rows:
            cells = tuple(
                replace(
                    cell,
                    paragraphs=_paragraphs(
                        [
                            one
                            for one in _pieces(cell.paragraphs, self._words.pop(cell.id))
                            if not isinstance(one, PutSection)
                        ]
                    ),
                )
                if cell.id in self._words
                else cell
                for cell in row.cells
            )
            marks = dict(row.marks)
            if row.id in self._struck:
                marks[f"del:{self._struck.pop(row.id)}"] = deletion_value(row.marks)
            rows.append(replace(row, cells=cells, marks=marks))
            rows += self._new_rows(table.id, row.id)
        return replace(table, rows=tuple(rows))

    def _new_rows(self, table: str, after: str) -> list[Row]:
        found: list[Row] = []
        for row in self._rows.pop((table, after), []):
            found.append(row)
            found += self._new_rows(table, row.id)
        return found


def _pieces(paragraphs: Sequence[Paragraph], operations: Sequence[_Words]) -> list[Piece | PutSection]:
    """The characters of a slot, with new ones among them and the marks laid on them."""
    edges: set[int] = set()
    puts: dict[int, list[Put | PutSection]] = {}
    laying: list[Strike | Remark] = []
    for one in operations:
        if isinstance(one, Put | PutSection):
            puts.setdefault(one.offset, []).append(one)
            edges.add(one.offset)
        else:
            laying.append(one)
            edges.update((one.start, one.end))
    cuts = sorted(edges)
    out: list[Piece | PutSection] = []
    at = cut = 0
    begun = 0
    laying.sort(key=lambda one: one.start)
    standing: list[Strike | Remark] = []
    for text, marks in _flat(paragraphs):
        rest = text
        while rest:
            while cut < len(cuts) and cuts[cut] <= at:
                out += [
                    one if isinstance(one, PutSection) else (one.text, one.marks) for one in puts.pop(cuts[cut], [])
                ]
                cut += 1
            count = min(len(rest), cuts[cut] - at) if cut < len(cuts) else len(rest)
            while begun < len(laying) and laying[begun].start <= at:
                standing.append(laying[begun])
                begun += 1
            standing = [one for one in standing if one.end > at]
            out.append((rest[:count], _marked(marks, standing)))
            rest = rest[count:]
            at += count
    for offset in sorted(puts):
        if offset != at:
            raise ValueError("The changes speak of a place that the text does not have.")
        out += [one if isinstance(one, PutSection) else (one.text, one.marks) for one in puts[offset]]
    return out


def _marked(marks: Marks, operations: Sequence[Strike | Remark]) -> Marks:
    if not operations:
        return marks
    out: dict[str, MarkValue] = dict(marks)
    for one in operations:
        if isinstance(one, Strike):
            out[f"del:{one.revision}"] = deletion_value(marks)
            continue
        for key, value in one.marks.items():
            if value is None:
                out.pop(key, None)
            elif isinstance(value, bool | int | str | dict | list):
                out[key] = value
    return out


def _flat(paragraphs: Sequence[Paragraph]) -> list[Piece]:
    found: list[Piece] = []
    for paragraph in paragraphs:
        found += [(span.text, span.marks) for span in paragraph.spans]
        found.append(("\n", paragraph.marks))
    return found


def _paragraphs(pieces: Sequence[Piece]) -> tuple[Paragraph, ...]:
    found: list[Paragraph] = []
    spans: list[Span] = []
    for text, marks in pieces:
        if text == "\n":
            found.append(Paragraph(tuple(spans), marks))
            spans = []
        elif spans and spans[-1].marks == marks:
            spans[-1] = Span(spans[-1].text + text, marks)
        else:
            spans.append(Span(text, marks))
    if spans:
        raise ValueError("The changes leave words without the end of a paragraph.")
    return tuple(found)


def slots_of(text: ContractText) -> Mapping[str, str]:
    """The words of each slot, newlines included."""
    found: dict[str, str] = {}
    for section in text.sections:
        if isinstance(section, TextSection):
            found[section.id] = _string(section.paragraphs)
        else:
            found.update({cell.id: _string(cell.paragraphs) for row in section.rows for cell in row.cells})
    return found


def _string(paragraphs: Sequence[Paragraph]) -> str:
    return "".join(one.text + "\n" for one in paragraphs)
