"""Where two sides clash in a merged text, and what then stands: the rows that one struck and the other wrote in."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import groupby

from pactoria_desktop.contract.moved_edits import LOOKS, Settled, left_whole
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
COPIED = (*LOOKS, "p:props", "p:style", "p:num", "p:lvl")


def judged_text(
    text: ContractText, sides: Sides, author: Author, register: Register, settled: Settled | None = None
) -> tuple[ContractText, list[Clash]]:
    """A text with both sides' changes, its clashes under comments by ``author``, and the clashes.

    What is ``settled`` needs no judging.
    """
    settled = settled or Settled()
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
    material = text.material.objects
    for is_text, group in groupby(_tables_once(text.sections, sides), lambda one: isinstance(one, TextSection)):
        for section in group:
            if is_text and isinstance(section, TextSection):
                verdict = judged(section.paragraphs, sides, comment, before=passed, settled=settled.places(section.id))
                passed += verdict.base_paragraphs
                clashes += verdict.clashes
                kept = _kept_paragraphs(verdict.paragraphs, sides, register, material)
                sections.append(replace(section, paragraphs=_once_struck(kept, sides)))
            elif isinstance(section, TableSection):
                rows: list[Row] = []
                for row in _once_put(section.rows, sides):
                    clash = _row_clash(row, sides, passed) if row.id not in settled.rows else None
                    of_row = _same_comment(comment(clash)) if clash is not None else comment
                    clashes += [clash] if clash is not None else []
                    cells: list[Cell] = []
                    for cell in row.cells:
                        verdict = judged(cell.paragraphs, sides, of_row, before=passed, settled=settled.places(cell.id))
                        passed += verdict.base_paragraphs if sides.was_in_base(row.marks) else 0
                        clashes += verdict.clashes if clash is None else []
                        cells.append(replace(cell, paragraphs=tuple(verdict.paragraphs)))
                    if clash is None:
                        both = [replace(row, cells=tuple(cells), marks=once(row.marks, sides))]
                    else:
                        both = _kept_rows(row, tuple(cells), sides, register, material)
                        both = [_commented(one, of_row(clash)) for one in both]
                    rows += [_row_once_struck(one, sides) for one in both]
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


def _tables_once(sections: Sequence[Section], sides: Sides) -> list[Section]:
    """The sections without tables that they put where I put one with the same words, nothing between."""
    groups: list[list[Section]] = [[]]
    for section in sections:
        groups[-1].append(section)
        if isinstance(section, TextSection) or not all(any(sides.put(row.marks)) for row in section.rows):
            stays = not isinstance(section, TextSection) or any(
                sides.was_in_base(marks) for one in section.paragraphs for marks in _every_mark(one)
            )
            if stays:
                groups.append([])
    found: list[Section] = []
    for group in groups:
        mine = [_words_of_table(one) for one in group if _put_whole(one, sides, 0)]
        for section in group:
            words = _words_of_table(section)
            if _put_whole(section, sides, 1) and words in mine:
                mine.remove(words)
            else:
                found.append(section)
    return found


def _put_whole(section: Section, sides: Sides, side: int) -> bool:
    return isinstance(section, TableSection) and all(sides.put(row.marks)[side] for row in section.rows)


def _words_of_table(section: Section) -> str:
    return "\v".join(_words_of_row(row) for row in section.rows) if isinstance(section, TableSection) else ""


def _every_mark(paragraph: Paragraph) -> Iterator[Marks]:
    yield from (span.marks for span in paragraph.spans)
    yield paragraph.marks


def _kept_paragraphs(
    paragraphs: Sequence[Paragraph], sides: Sides, register: Register, objects: Mapping[str, WordObject]
) -> list[Paragraph]:
    """Judged paragraphs; one that one side struck whole and the other wrote in stands as the other has it.

    As with rows: what they struck stays, with my words in it. What I struck goes as I had it, and their reading of it
    comes after it as a paragraph of theirs.
    """
    out: list[Paragraph] = []
    for at, paragraph in enumerate(paragraphs):
        out.append(paragraph)
        wrote = [
            any(sides.put(span.marks)[side] and not sides.struck(span.marks)[1 - side] for span in paragraph.spans)
            for side in (0, 1)
        ]
        clashes = any(kind_of(key) == "comment" for span in paragraph.spans for key in span.marks)
        if not clashes or any(sides.put(paragraph.marks)):
            continue
        if wrote[0] and left_whole(paragraphs, at, sides, 1):
            if not sides.struck(paragraph.marks)[1]:
                out[-2] = Paragraph(out[-2].spans, _unstruck(out[-2].marks, sides))
            spans = tuple(Span(span.text, _unstruck(span.marks, sides)) for span in paragraph.spans)
            out[-1] = Paragraph(spans, _unstruck(paragraph.marks, sides))
        elif wrote[1] and left_whole(paragraphs, at, sides, 0) and sides.struck(paragraph.marks)[0]:
            whole = (Paragraph(paragraph.spans, {}),)
            words = next(name for name in (sides.put(span.marks)[1] for span in paragraph.spans) if name)
            fresh = register.new("insertion", Author(register.made[words].author, register.made[words].date))
            (own,) = _only_mine(whole, sides)
            (theirs,) = _their_reading(whole, sides, fresh, objects)
            looks = {key: value for key, value in paragraph.marks.items() if key in COPIED}
            out[-1] = Paragraph(own.spans, paragraph.marks)
            out.append(Paragraph(theirs.spans, {**looks, f"ins:{fresh}": {"d": 0}}))
    return out


def _once_struck(paragraphs: Sequence[Paragraph], sides: Sides) -> tuple[Paragraph, ...]:
    """Paragraphs without their strikes where I struck as well, now that each reading is told."""
    return tuple(
        Paragraph(tuple(Span(span.text, once(span.marks, sides)) for span in one.spans), once(one.marks, sides))
        for one in paragraphs
    )


def _row_once_struck(row: Row, sides: Sides) -> Row:
    cells = tuple(replace(cell, paragraphs=_once_struck(cell.paragraphs, sides)) for cell in row.cells)
    return replace(row, cells=cells)


def _unstruck(marks: Marks, sides: Sides) -> Marks:
    """Marks without a deletion by them."""
    name = sides.struck(marks)[1]
    return {key: value for key, value in marks.items() if id_of(key) != name} if name else marks


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
    cut = tuple(replace(cell, paragraphs=_only_mine(cell.paragraphs, sides)) for cell in row.cells)
    own = replace(row, cells=cut, marks=once(row.marks, sides))
    return [own, _their_row(row, sides, register, objects)]


def _only_mine(paragraphs: Sequence[Paragraph], sides: Sides) -> tuple[Paragraph, ...]:
    """Paragraphs without what they put, and without their strikes."""

    def gone(marks: Marks) -> bool:
        return sides.put(marks)[1] != ""

    return without(paragraphs, gone, lambda marks: _unstruck(marks, sides))


def _their_row(row: Row, sides: Sides, register: Register, objects: Mapping[str, WordObject]) -> Row:
    """Their reading of a row as a new one: the words and pictures of the base that they kept, and their own.

    Anchors, references to notes and text boxes stay in my row: there may be one of each. Results of fields come as
    words.
    """
    every = [marks for cell in row.cells for one in cell.paragraphs for marks in _every_mark(one)]
    first = next(name for name in (sides.put(marks)[1] for marks in every) if name)
    author = Author(register.made[first].author, register.made[first].date)
    name, words = register.new("row_insertion", author), register.new("insertion", author)
    cells: list[Cell] = []
    for cell in row.cells:
        *others, last = cell.paragraphs
        *paragraphs, end = _their_reading((*others, Paragraph(last.spans, {})), sides, words, objects)
        properties = {key: value for key, value in last.marks.items() if key in COPIED}
        end = Paragraph(end.spans, {**properties, "p:fix": True})
        cells.append(replace(cell, id=f"{name}-{len(cells)}", paragraphs=(*paragraphs, end)))
    return Row(name, tuple(cells), {f"ins:{name}": {"d": 0}})


def _their_reading(
    paragraphs: Sequence[Paragraph], sides: Sides, words: str, objects: Mapping[str, WordObject]
) -> tuple[Paragraph, ...]:
    """Their reading as put by them: their own words as they are, those of the base under the insertion ``words``."""
    every = [marks for one in paragraphs for marks in _every_mark(one)]
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

    return without(paragraphs, gone, kept)


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
