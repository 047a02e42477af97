"""Where two sides clash in a merged text, and what then stands: the rows that one struck and the other wrote in."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from itertools import groupby

from pactoria_desktop.contract.rewriting import Author, Register
from pactoria_desktop.contract.text import (
    Cell,
    CommentNote,
    ContractText,
    Marks,
    Paragraph,
    Row,
    Section,
    Span,
    TableSection,
    TextSection,
    WordObject,
    id_of,
    kind_of,
)
from pactoria_desktop.contract.three_way import Clash, Sides, judged, once

Judge = Callable[[Marks], bool]
Change = Callable[[Marks], Marks]

# What may stand in two rows.
_DOUBLED = ("drawing", "picture", "mathematics", "break", "other")
# The marks that a word or a newline takes along into another row: how it looks, not what it belongs to.
COPIED = ("run", "bold", "italic", "underline", "strike", "el", "p:props", "p:style", "p:num", "p:lvl")


def judged_text(
    text: ContractText, sides: Sides, author: Author, register: Register
) -> tuple[ContractText, list[Clash]]:
    """A text with both sides' changes, its clashes under comments by ``author``, and the clashes."""
    clashes: list[Clash] = []
    notes: list[CommentNote] = []
    taken = {note.id for note in text.comments}

    def comment(clash: Clash) -> str:
        number = len(taken) + 1
        while str(number) in taken:
            number += 1
        taken.add(str(number))
        words = f"Both sides changed these words. One reads “{_short(clash.mine)}”, the other “{_short(clash.theirs)}”."
        notes.append(CommentNote(str(number), None, author.name, author.date, words))
        return str(number)

    passed = 0
    sections: list[Section] = []
    for is_text, group in groupby(text.sections, lambda one: isinstance(one, TextSection)):
        for section in group:
            if is_text and isinstance(section, TextSection):
                verdict = judged(section.paragraphs, sides, comment, before=passed)
                passed += verdict.base_paragraphs
                clashes += verdict.clashes
                sections.append(replace(section, paragraphs=tuple(verdict.paragraphs)))
            elif isinstance(section, TableSection):
                rows: list[Row] = []
                for row in _once_put(section.rows, sides):
                    clash = _row_clash(row, sides, passed)
                    of_row = _same_comment(comment(clash)) if clash is not None else comment
                    clashes += [clash] if clash is not None else []
                    cells: list[Cell] = []
                    for cell in row.cells:
                        verdict = judged(cell.paragraphs, sides, of_row, before=passed)
                        passed += verdict.base_paragraphs if sides.was_in_base(row.marks) else 0
                        clashes += verdict.clashes if clash is None else []
                        cells.append(replace(cell, paragraphs=tuple(verdict.paragraphs)))
                    if clash is None:
                        rows.append(replace(row, cells=tuple(cells), marks=once(row.marks, sides)))
                    else:
                        kept = _kept_rows(row, tuple(cells), sides, register, text.material.objects)
                        rows += [_commented(one, of_row(clash)) for one in kept]
                sections.append(replace(section, rows=tuple(rows)))
    revisions = {**text.revisions, **register.made}
    return replace(text, sections=tuple(sections), comments=(*text.comments, *notes), revisions=revisions), clashes


def _once_put(rows: Sequence[Row], sides: Sides) -> list[Row]:
    """The rows without those that they put where I put one with the same words: between the same rows that stay."""
    groups: list[list[Row]] = [[]]
    for row in rows:
        groups[-1].append(row)
        if not any(sides.put(row.marks)) and not any(sides.struck(row.marks)):
            groups.append([])
    found: list[Row] = []
    for group in groups:
        mine = [_words_of_row(row) for row in group if sides.put(row.marks)[0]]
        for row in group:
            words = _words_of_row(row)
            if sides.put(row.marks)[1] and words in mine:
                mine.remove(words)
            else:
                found.append(row)
    return found


def _words_of_row(row: Row) -> str:
    return "\t".join("\n".join(one.text for one in cell.paragraphs) for cell in row.cells)


def _same_comment(name: str) -> Callable[[Clash], str]:
    """For what clashes within something that clashes as a whole."""

    def comment(clash: Clash) -> str:
        return name

    return comment


def _commented(row: Row, name: str) -> Row:
    mark = f"comment:{name}"

    def paragraphs(given: Sequence[Paragraph]) -> tuple[Paragraph, ...]:
        return tuple(
            Paragraph(tuple(Span(span.text, {**span.marks, mark: True}) for span in one.spans), one.marks)
            for one in given
        )

    cells = tuple(replace(cell, paragraphs=paragraphs(cell.paragraphs)) for cell in row.cells)
    return replace(row, cells=cells)


def _kept_rows(
    row: Row, cells: tuple[Cell, ...], sides: Sides, register: Register, objects: Mapping[str, WordObject]
) -> list[Row]:
    """A row that one side struck and the other wrote in, so that the words of the other stand. ``cells`` are judged.

    What they struck stays a row, with my words in it. What I struck goes as I had it, and their reading of it comes to
    stand after it as a row of theirs.
    """
    mine, theirs = sides.struck(row.marks)
    if theirs and not mine:
        marks = {key: value for key, value in row.marks.items() if id_of(key) != theirs}
        return [replace(row, cells=cells, marks=marks)]
    own = replace(row, cells=tuple(_without_theirs(cell, sides) for cell in row.cells), marks=once(row.marks, sides))
    return [own, _their_row(row, sides, register, objects)]


def _without_theirs(cell: Cell, sides: Sides) -> Cell:
    def gone(marks: Marks) -> bool:
        return sides.put(marks)[1] != ""

    def kept(marks: Marks) -> Marks:
        name = sides.struck(marks)[1]
        return {key: value for key, value in marks.items() if id_of(key) != name} if name else marks

    return replace(cell, paragraphs=without(cell.paragraphs, gone, kept))


def _their_row(row: Row, sides: Sides, register: Register, objects: Mapping[str, WordObject]) -> Row:
    """Their reading of a row as a new one: the words and pictures of the base that they kept, and their own.

    Anchors, references to notes and text boxes stay in my row: there may be one of each. Results of fields come as
    words.
    """
    every = [
        marks for cell in row.cells for one in cell.paragraphs for marks in (*(s.marks for s in one.spans), one.marks)
    ]
    first = next(name for name in (sides.put(marks)[1] for marks in every) if name)
    author = Author(register.made[first].author, register.made[first].date)
    name, words = register.new("row_insertion", author), register.new("insertion", author)
    holders = {key for marks in every if not sides.put(marks)[1] for key in marks if kind_of(key) in ("box", "fld")}

    def gone(marks: Marks) -> bool:
        if sides.put(marks)[1]:
            return False
        if sides.struck(marks)[1] or not sides.was_in_base(marks):
            return True
        held = objects.get(str(marks["obj"])) if "obj" in marks else None
        return held is not None and (held.kind not in _DOUBLED or "txbxContent" in held.xml)

    def kept(marks: Marks) -> Marks:
        if sides.put(marks)[1]:
            return {key: value for key, value in marks.items() if key not in holders}
        plain = {key: value for key, value in marks.items() if key in (*COPIED, "obj", "lock")}
        return {**plain, f"ins:{words}": {"d": 0}}

    cells: list[Cell] = []
    for cell in row.cells:
        *others, last = cell.paragraphs
        *paragraphs, end = without((*others, Paragraph(last.spans, {})), gone, kept)
        properties = {key: value for key, value in last.marks.items() if key in COPIED}
        end = Paragraph(end.spans, {**properties, "p:fix": True})
        cells.append(replace(cell, id=f"{name}-{len(cells)}", paragraphs=(*paragraphs, end)))
    return Row(name, tuple(cells), {f"ins:{name}": {"d": 0}})


def _row_clash(row: Row, sides: Sides, passed: int) -> Clash | None:
    """A row that one side struck while the other put words into it."""
    struck = sides.struck(row.marks)
    spans = [span for cell in row.cells for one in cell.paragraphs for span in one.spans]
    for side in (0, 1):
        if struck[side] and not struck[1 - side] and any(sides.put(span.marks)[1 - side] for span in spans):
            base = "".join(span.text for span in spans if sides.was_in_base(span.marks))
            other = "".join(
                span.text
                for span in spans
                if not sides.struck(span.marks)[1 - side]
                and (sides.put(span.marks)[1 - side] or sides.was_in_base(span.marks))
            )
            return Clash(passed, base, *(("", other) if side == 0 else (other, "")))
    return None


def _short(words: str) -> str:
    words = " ".join(words.split())
    return words if len(words) <= 120 else words[:117] + "..."


def without(paragraphs: Sequence[Paragraph], gone: Judge, kept: Change) -> tuple[Paragraph, ...]:
    """Paragraphs without what is ``gone``, the marks of the rest as ``kept`` gives them."""
    out: list[Paragraph] = []
    carried: list[Span] = []
    for paragraph in paragraphs:
        carried += [Span(span.text, kept(span.marks)) for span in paragraph.spans if not gone(span.marks)]
        if gone(paragraph.marks):
            continue
        out.append(Paragraph(tuple(carried), kept(paragraph.marks)))
        carried = []
    if carried and out:
        out[-1] = Paragraph((*out[-1].spans, *carried), out[-1].marks)
    return tuple(out)
