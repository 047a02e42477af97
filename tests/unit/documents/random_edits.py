"""Random edits on contract texts as plain values, and the words that should be left: made apart from the product."""

import random
from collections.abc import Callable
from dataclasses import replace

from pactoria_desktop.contract.text import (
    HIDDEN,
    Cell,
    ContractText,
    Paragraph,
    Revision,
    Row,
    Section,
    Span,
    TableSection,
    TextSection,
)

WORDS = ["shall", "thirty (30) days", "“Buyer”", "§ 7", "é😀", "עברית", "a\tb", "x\u2028y", "&<>", " "]
NESTED = ("ins", "del", "moveFrom", "moveTo", "box")


def nested(marks) -> list[str]:
    return [key for key in marks if key.partition(":")[0] in NESTED]


def gone(marks, accept: bool) -> bool:
    kinds = ("del", "moveFrom") if accept else ("ins", "moveTo")
    return any(key.partition(":")[0] in kinds for key in marks)


def lines(paragraphs, accept: bool, last_stays: bool) -> list[str]:
    """The words of paragraphs of one body, cell or note when everything is accepted or rejected."""
    out: list[str] = []
    carry, alive = "", False
    for number, one in enumerate(paragraphs):
        words = "".join(span.text for span in one.spans if not gone(span.marks, accept)).replace(HIDDEN, "")
        carry += words
        alive = alive or bool(words.strip("\u00ad"))
        killed = gone(one.marks, accept)
        if killed and not one.marks.get("p:fix"):
            continue
        if not killed or alive or (last_stays and number == len(paragraphs) - 1):
            out.append(carry)
        carry, alive = "", False
    return out


def view(text: ContractText, accept: bool) -> dict[str, list[str]]:
    """Part to words, tables in place; text boxes are parts of their own."""
    waiting: dict[str, list[Paragraph]] = {}
    out: dict[str, list[str]] = {}

    def flush(part: str) -> None:
        note = part.startswith(("footnote", "endnote"))
        out.setdefault(part, []).extend(lines(waiting.pop(part, []), accept, note))

    for section in text.sections:
        if isinstance(section, TextSection):
            waiting.setdefault(section.part, []).extend(section.paragraphs)
            continue
        if all(gone(row.marks, accept) for row in section.rows) and waiting.get(section.part):
            last = waiting[section.part][-1]
            loose = {key: value for key, value in last.marks.items() if key != "p:fix"}
            waiting[section.part][-1] = replace(last, marks=loose if gone(last.marks, accept) else last.marks)
            continue
        flush(section.part)
        for row in section.rows:
            if not gone(row.marks, accept):
                for cell in row.cells:
                    out[section.part] += lines(cell.paragraphs, accept, True)
    for part in list(waiting):
        flush(part)
    return out


class Editor:
    """Edits paragraphs as one author; ``tracked`` or plainly."""

    def __init__(self, text: ContractText, seed: int, tracked: bool, rows: bool) -> None:
        self.chance = random.Random(seed)
        self.text = text
        self.tracked = tracked
        self.rows = rows
        self.revisions: dict[str, Revision] = dict(text.revisions)
        self.done = 0

    def revision(self, kind: str) -> str:
        rid = f"new{len(self.revisions)}"
        self.revisions[rid] = Revision(rid, kind, "New & Author", "2026-11-22T12:00:00Z")
        return rid

    def edited(self, share: float) -> ContractText:
        sections: list[Section] = []
        for section in self.text.sections:
            if isinstance(section, TextSection):
                sections.append(replace(section, paragraphs=self.paragraphs(section.paragraphs, share)))
            else:
                sections.append(self.table(section, share))
        return replace(self.text, sections=tuple(sections), revisions=self.revisions)

    def table(self, table: TableSection, share: float) -> TableSection:
        rows: list[Row] = []
        for row in table.rows:
            cells = tuple(replace(cell, paragraphs=self.paragraphs(cell.paragraphs, share)) for cell in row.cells)
            row = replace(row, cells=cells)
            if self.rows and not row.marks and self.chance.random() < share / 3:
                row = self.struck_row(row)
            rows.append(row)
            if self.rows and self.chance.random() < share / 3:
                rows.append(self.new_row(row, len(self.revisions)))
        return replace(table, rows=tuple(rows))

    def struck_row(self, row: Row) -> Row:
        self.done += 1
        rid = self.revision("row_deletion")
        cells = tuple(
            replace(
                cell,
                paragraphs=tuple(
                    replace(one, spans=tuple(self.struck(span, rid) for span in one.spans)) for one in cell.paragraphs
                ),
            )
            for cell in row.cells
        )
        return replace(row, cells=cells, marks={f"del:{rid}": {"d": 0, "over": []}})

    def new_row(self, like: Row, number: int) -> Row:
        self.done += 1
        rid = self.revision("row_insertion")
        mark = {f"ins:{rid}": {"d": 0}}
        cells = tuple(
            Cell(
                f"newcell{number}.{place}",
                (Paragraph((Span(f"new {place}", mark),), {"p:fix": True, **mark}),),
                cell.columns,
            )
            for place, cell in enumerate(like.cells)
        )
        return Row(f"newrow{number}", cells, mark)

    def paragraphs(self, paragraphs: tuple[Paragraph, ...], share: float) -> tuple[Paragraph, ...]:
        out: list[Paragraph] = []
        for one in paragraphs:
            if self.chance.random() < share:
                edits: list[Callable[[Paragraph], list[Paragraph]]] = [
                    self.insert,
                    self.insert,
                    self.strike,
                    self.strike,
                    self.strike_newline,
                    self.split,
                    self.bold,
                    self.restyle,
                ]
                for _ in range(self.chance.choice([1, 1, 2, 3])):
                    *before, one = self.chance.choice(edits)(one)
                    out += before
            out.append(one)
        return tuple(out)

    def places(self, paragraph: Paragraph) -> list[tuple[int, int]]:
        """Where typing is allowed: (span number, characters into it)."""
        found = []
        spans = paragraph.spans
        if not spans:
            return [(0, 0)] if not any(key.startswith("fld:") for key in paragraph.marks) else []
        for number, span in enumerate(spans):
            free = not any(key.startswith("fld:") or key in ("lock", "obj") for key in span.marks)
            if free:
                found += [(number, place) for place in range(len(span.text) + 1)]
        return found

    def insert(self, paragraph: Paragraph) -> list[Paragraph]:
        places = self.places(paragraph)
        if not places:
            return [paragraph]
        self.done += 1
        number, place = self.chance.choice(places)
        spans = list(paragraph.spans)
        words = self.chance.choice(WORDS)
        marks: dict = {}
        if spans:
            own = spans[number].marks
            marks = {key: value for key, value in own.items() if key == "run" or key.startswith("box:")}
            boxes = [value["d"] for key, value in own.items() if key.startswith("box:")]
            outer = [value["d"] for key, value in own.items() if key in nested(own) and not key.startswith("box:")]
            enclosing = [depth for depth in outer if boxes and depth < max(boxes)]
            if enclosing:
                kinds = [key for key in nested(own) if own[key]["d"] in enclosing]
                marks |= {key: own[key] for key in kinds}
        if self.tracked:
            depths = [value["d"] for key, value in marks.items() if key in nested(marks)]
            marks[f"ins:{self.revision('insertion')}"] = {"d": max(depths, default=-1) + 1}
        pieces = [Span(words, marks)]
        if spans:
            old = spans[number]
            pieces = [Span(old.text[:place], old.marks), *pieces, Span(old.text[place:], old.marks)]
        spans[number : number + 1] = [one for one in pieces if one.text]
        return [replace(paragraph, spans=tuple(spans))]

    def struck(self, span: Span, rid: str) -> Span:
        marks = span.marks
        if span.text.strip(HIDDEN) == "" or gone(marks, True) or "lock" in marks:
            return span
        if any(key.startswith("fld:") for key in marks):
            return span
        depth = max((value["d"] for key, value in marks.items() if key in nested(marks)), default=-1) + 1
        over = [key[4:] for key in marks if key.startswith("ins:")]
        return Span(span.text, {**marks, f"del:{rid}": {"d": depth, "over": over}})

    def strike(self, paragraph: Paragraph) -> list[Paragraph]:
        length = len(paragraph.text)
        if not length:
            return [paragraph]
        self.done += 1
        start = self.chance.randrange(length)
        end = start + self.chance.choice([1, 3, 10, 300])
        rid = self.revision("deletion")
        out: list[Span] = []
        place = 0
        for span in paragraph.spans:
            low, high = max(start - place, 0), min(end - place, len(span.text))
            place += len(span.text)
            if low >= high or ("obj" in span.marks and (low, high) != (0, len(span.text))):
                out.append(span)
                continue
            pieces = [span.text[:low], span.text[low:high], span.text[high:]]
            for number, piece in enumerate(pieces):
                if piece and number != 1:
                    out.append(Span(piece, span.marks))
                elif piece:
                    new = self.struck(Span(piece, span.marks), rid)
                    if self.tracked or new.marks == span.marks:
                        out.append(new)
        return [replace(paragraph, spans=tuple(out))]

    def strike_newline(self, paragraph: Paragraph) -> list[Paragraph]:
        if paragraph.marks.get("p:fix") or gone(paragraph.marks, True) or not self.tracked:
            return [paragraph]
        self.done += 1
        over = [key[4:] for key in paragraph.marks if key.startswith("ins:")]
        mark = {f"del:{self.revision('deletion')}": {"d": 5, "over": over}}
        return [replace(paragraph, marks={**paragraph.marks, **mark})]

    def split(self, paragraph: Paragraph) -> list[Paragraph]:
        places = [
            (number, place)
            for number, place in self.places(paragraph)
            if not paragraph.spans or not any(key.startswith("box:") for key in paragraph.spans[number].marks)
        ]
        if not places or any(key.startswith("fld:") for key in paragraph.marks):
            return [paragraph]
        number, place = self.chance.choice(places)
        before, after = list(paragraph.spans[:number]), list(paragraph.spans[number:])
        if after:
            old = after.pop(0)
            before += [Span(old.text[:place], old.marks)] if place else []
            after[:0] = [Span(old.text[place:], old.marks)] if old.text[place:] else []
        depth = [key for one in before for key in one.marks if key.startswith("fld:")]
        if set(depth) & {key for one in after for key in one.marks}:
            return [paragraph]
        self.done += 1
        marks = {key: value for key, value in paragraph.marks.items() if key.startswith(("p:props", "p:style"))}
        if self.tracked:
            marks[f"ins:{self.revision('insertion')}"] = {"d": 0}
        return [Paragraph(tuple(before), marks), replace(paragraph, spans=tuple(after))]

    def bold(self, paragraph: Paragraph) -> list[Paragraph]:
        if not paragraph.spans:
            return [paragraph]
        number = self.chance.randrange(len(paragraph.spans))
        span = paragraph.spans[number]
        if "obj" in span.marks or "run" not in span.marks or any(key.startswith("fmt:") for key in span.marks):
            return [paragraph]
        self.done += 1
        marks = {**span.marks, "bold": not span.marks.get("bold", False)}
        if self.tracked:
            old = {"run": span.marks["run"], "bold": span.marks.get("bold")}
            marks[f"fmt:{self.revision('format')}"] = old
        spans = (*paragraph.spans[:number], Span(span.text, marks), *paragraph.spans[number + 1 :])
        return [replace(paragraph, spans=spans)]

    def restyle(self, paragraph: Paragraph) -> list[Paragraph]:
        styles = sorted(self.text.material.styles)
        if not styles or any(key.startswith("pfmt:") for key in paragraph.marks):
            return [paragraph]
        self.done += 1
        marks = {**paragraph.marks, "p:style": self.chance.choice(styles), "p:num": "", "p:lvl": 0}
        if self.tracked:
            old = {"props": paragraph.marks.get("p:props"), "p:style": None, "p:num": None, "p:lvl": None}
            marks[f"pfmt:{self.revision('paragraph_format')}"] = old
        return [replace(paragraph, marks=marks)]
