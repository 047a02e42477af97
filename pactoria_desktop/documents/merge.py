"""Joins two people's edits of one Word file (CLI.md, ``merge``), and a received file into a living text.

Both sides are laid over their common base as marks on MINE: first what MINE changed without tracking, then what THEIRS
changed. Edits that were tracked keep their authors and dates. ``contract/three_way`` has the rules of a clash.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import groupby

from pactoria_desktop.contract.rewriting import Author, Register
from pactoria_desktop.contract.text import (
    HIDDEN,
    Cell,
    CommentNote,
    ContractText,
    Marks,
    MarkValue,
    Paragraph,
    Revision,
    Row,
    Section,
    Span,
    TableSection,
    TextSection,
    WordObject,
    id_of,
    kind_of,
    paragraphs_of,
)
from pactoria_desktop.contract.three_way import Clash, Operation, Sides, judged, once, operations
from pactoria_desktop.documents.compare import compared, part_kind, style_ids
from pactoria_desktop.documents.compare_parts import PartCarrier
from pactoria_desktop.documents.compare_setting import Setting, Tracked
from pactoria_desktop.documents.package import Package
from pactoria_desktop.documents.reader import read
from pactoria_desktop.documents.writer import write

Judge = Callable[[Marks], bool]
Change = Callable[[Marks], Marks]

_OTHER_KIND = {"ins": "del", "del": "ins", "moveTo": "moveFrom", "moveFrom": "moveTo"}
# The marks that a word or a newline takes along into another row: how it looks, not what it belongs to.
_COPIED = ("run", "bold", "italic", "underline", "strike", "el", "p:props", "p:style", "p:num", "p:lvl")
_KINDS = ("main", "footnote", "endnote", "header", "footer", "textbox")
_OTHER_REVISION = {
    "insertion": "deletion",
    "deletion": "insertion",
    "row_insertion": "row_deletion",
    "row_deletion": "row_insertion",
}


@dataclass(frozen=True, slots=True)
class MergedText:
    """MINE with both sides' changes in it as tracked changes. ``theirs`` are the ids of the revisions that came in.

    ``objects`` leads from the objects of MINE to the same ones of THEIRS, ``parts`` does so for stories.
    """

    text: ContractText
    clashes: tuple[Clash, ...]
    theirs: frozenset[str]
    merged: int
    remarks: tuple[str, ...]
    objects: Mapping[str, str] = field(default_factory=dict)
    parts: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class MergeResult:
    """A merged file: bytes on MINE's package, how many changes of THEIRS came in, and the clashes."""

    data: bytes
    merged: int
    clashes: tuple[Clash, ...]
    remarks: tuple[str, ...]


def merge(
    base: Package,
    mine: Package,
    theirs: Package,
    *,
    mine_author: str = "Mine",
    theirs_author: str = "Theirs",
    date: str,
) -> MergeResult:
    """Both sides' edits as tracked changes on MINE; untracked ones get the authors named here.

    Raises DocumentError where one of the files cannot be read, or MINE cannot be written.
    """
    base_text, mine_text, theirs_text = read(base), read(mine), read(theirs)
    carriers = (PartCarrier(mine, base), PartCarrier(mine, theirs))
    packages = (base, mine, theirs)
    result = merge_texts(
        base_text,
        mine_text,
        theirs_text,
        Author(mine_author, date),
        Author(theirs_author, date),
        packages=packages,
        carriers=carriers,
    )
    data = write(mine, mine_text, result.text)
    for carrier in carriers:
        written = Package(data, mine.name)
        parts = carrier.parts(written)
        data = written.with_parts(parts) if parts else data
    return MergeResult(data, result.merged, result.clashes, result.remarks)


def merge_texts(
    base: ContractText,
    mine: ContractText,
    theirs: ContractText,
    mine_author: Author,
    theirs_author: Author,
    *,
    packages: tuple[Package, Package, Package] | None = None,
    carriers: tuple[PartCarrier, PartCarrier] | None = None,
    leave_untracked: bool = False,
    arriving: bool = False,
) -> MergedText:
    """The same for texts. With ``leave_untracked`` what MINE changed without tracking stays untracked in the result.

    With ``arriving`` the result will stand on THEIRS' package: its objects and notes come as they are there.
    """
    styles = style_ids(packages[1]) if packages is not None else [*mine.material.styles, *theirs.material.styles]
    my_tracked = _new_revisions(base, mine)
    marking = Setting(
        mine,
        base,
        mine_author,
        old_styles=styles,
        old_view=Tracked(mine.revisions, my_tracked).before,
        prefix="x",
        parts=carriers[0] if carriers else None,
    )
    old, new = (packages[1], packages[0]) if packages else (None, None)
    backwards = compared(marking, mine, base, old=old, new=new)
    untracked = frozenset(marking.register.made)
    marked = _turned(backwards.text, untracked)
    my_names = my_tracked | untracked
    tracked = Tracked(theirs.revisions, _new_revisions(base, theirs))
    rooms: dict[str, str] = {}
    while True:
        incoming = (_Arriving if arriving else Setting)(
            marked,
            theirs,
            theirs_author,
            old_styles=styles,
            old_view=Tracked(marked.revisions, my_names).before,
            tracked=tracked,
            prefix="t",
            parts=carriers[1] if carriers else None,
        )
        known = {**_margin_pairs(marked, theirs), **rooms} if arriving else {}
        joined = compared(incoming, marked, theirs, known, old=old, new=packages[2] if packages else None)
        missing = _missing(incoming, known, theirs) if arriving and not rooms else []
        if not missing:
            break
        rooms = {_room(part): part for part in missing}
        pairs = _part_pairs(marked, theirs, {pair.old: pair.new for pair in incoming.pairs}, known)
        marked = replace(marked, sections=_with_rooms(marked, theirs, pairs, rooms))
    names = frozenset(incoming.register.made)
    sides = Sides(my_names, names)
    text, clashes = _judged(joined.text, sides, theirs_author, incoming.register)
    names = frozenset(incoming.register.made)
    if leave_untracked:
        text = _forgotten(text, untracked, names)
    text = _without_unused(text, my_names | names)
    came = names & set(text.revisions)
    objects = {pair.old: pair.new for pair in reversed(incoming.pairs)}
    parts = _part_pairs(marked, theirs, objects, known)
    return MergedText(text, tuple(clashes), came, len(came), joined.remarks, objects, parts)


def join(
    base: ContractText, mine: ContractText, theirs: ContractText, theirs_author: Author
) -> tuple[list[Operation], MergedText]:
    """What a received text changed, as operations on a living text that may have moved on since the base was sent."""
    merged = merge_texts(base, mine, theirs, Author("", ""), theirs_author, leave_untracked=True, arriving=True)
    return operations(mine, merged.text, merged.theirs), merged


def _new_revisions(base: ContractText, side: ContractText) -> frozenset[str]:
    """Ids of the tracked changes of a side that the base does not have, told by kind, author and date."""
    known = {(one.kind, one.author, one.date) for one in base.revisions.values()}
    return frozenset(name for name, one in side.revisions.items() if (one.kind, one.author, one.date) not in known)


# ---- arriving: what only theirs has, for a text that will stand on their package


class _Arriving(Setting):
    """A comparison whose result stands on NEW's package, which holds every part that its objects name."""

    def _carried_object(self, key: str) -> WordObject | None:
        return self._new.objects.get(key)


def _missing(setting: Setting, known: Mapping[str, str], theirs: ContractText) -> list[str]:
    """Stories of THEIRS without a partner: notes and text boxes that come with what was put, headers and footers."""
    put = setting.put_objects
    notes = {f"{one.role.removesuffix('Reference')}:{one.ref}" for one in put.values() if one.kind == "note"}
    met = set(known.values())
    return [
        part
        for part in dict.fromkeys(section.part for section in theirs.sections)
        if part in notes
        or (part_kind(part) in ("header", "footer") and part not in met)
        or (part_kind(part) == "textbox" and part.split(":")[1] in put)
    ]


def _room(part: str) -> str:
    kind, _, name = part.partition(":")
    return part if kind == "textbox" else f"{kind}:new-{name}"


def _empty(part: str) -> TextSection:
    return TextSection(f"room-{part}", (Paragraph((), {"p:fix": True}),), part)


def _with_rooms(
    mine: ContractText, theirs: ContractText, pairs: Mapping[str, str], rooms: Mapping[str, str]
) -> tuple[Section, ...]:
    """The sections with an empty one for each of these stories, in the order of THEIRS."""
    order = {part: place for place, part in enumerate(dict.fromkeys(one.part for one in theirs.sections))}
    waiting = list(rooms)
    out: list[Section] = []
    for section in mine.sections:
        partner = pairs.get(section.part, section.part if section.part == "main" else "")
        kind = part_kind(section.part)
        for room in list(waiting):
            later = partner in order and order[rooms[room]] < order[partner]
            if later or (_KINDS.index(part_kind(room)) < _KINDS.index(kind)):
                waiting.remove(room)
                out.append(_empty(room))
        out.append(section)
    return (*out, *(_empty(room) for room in waiting))


def _margin_pairs(mine: ContractText, theirs: ContractText) -> dict[str, str]:
    """Headers and footers that belong together: those of the same words, of the same name, then by their order."""
    found: dict[str, str] = {}
    for kind in ("header", "footer"):
        left, right = _words_of_parts(mine, kind), _words_of_parts(theirs, kind)
        for alike in (_same_words, _same_name, _any):
            for part, words in left.items():
                partner = next(
                    (one for one in right if part not in found and alike((part, words), (one, right[one]))), ""
                )
                if partner:
                    found[part] = partner
                    right.pop(partner)
    return found


Margin = tuple[str, str]


def _same_words(one: Margin, other: Margin) -> bool:
    return one[1] == other[1] and (one[1] != "" or one[0] == other[0])


def _same_name(one: Margin, other: Margin) -> bool:
    return one[0] == other[0]


def _any(one: Margin, other: Margin) -> bool:
    return True


def _words_of_parts(text: ContractText, kind: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for section in text.sections:
        if part_kind(section.part) == kind:
            words = "".join(one.text for one in paragraphs_of(section)).replace(HIDDEN, "").strip()
            found[section.part] = found.get(section.part, "") + words
    return found


def _part_pairs(
    mine: ContractText, theirs: ContractText, objects: Mapping[str, str], known: Mapping[str, str]
) -> dict[str, str]:
    """Which story of THEIRS each story of MINE is."""
    parts = {section.part for section in theirs.sections}
    found = dict(known)
    for old, new in objects.items():
        one, other = mine.material.objects.get(old), theirs.material.objects.get(new)
        if one is not None and other is not None and one.kind == other.kind == "note":
            kind = one.role.removesuffix("Reference")
            if f"{kind}:{other.ref}" in parts:
                found[f"{kind}:{one.ref}"] = f"{kind}:{other.ref}"
    for part in dict.fromkeys(section.part for section in mine.sections):
        if part_kind(part) == "textbox" and part not in found:
            _, key, number = part.split(":")
            if f"textbox:{objects.get(key)}:{number}" in parts:
                found[part] = f"textbox:{objects[key]}:{number}"
    return found


# ---- turning: what leads back to the base leads, turned, from the base to here


def _turned(text: ContractText, names: frozenset[str]) -> ContractText:
    revisions = {
        name: replace(one, kind=_OTHER_REVISION.get(one.kind, one.kind)) if name in names else one
        for name, one in text.revisions.items()
    }
    return replace(_mapped(text, lambda marks: _turned_marks(marks, names)), revisions=revisions)


def _turned_marks(marks: Marks, names: frozenset[str]) -> Marks:
    if not any(id_of(key) in names for key in marks):
        return marks
    out: dict[str, MarkValue] = {}
    for key, value in marks.items():
        kind, name = kind_of(key), id_of(key)
        if name not in names or ":" not in key:
            out.setdefault(key, value)
        elif kind in _OTHER_KIND:
            turned: dict[str, object] = dict(value) if isinstance(value, dict) else {"d": 0}
            turned.pop("over", None)
            if _OTHER_KIND[kind] == "del":
                turned["over"] = []
            elif any(kind_of(other) in ("del", "moveFrom") for other in marks if id_of(other) not in names):
                turned["d"] = -1
            out[f"{_OTHER_KIND[kind]}:{name}"] = turned
        elif kind == "fmt" and isinstance(value, dict):
            out[key] = {"run": marks.get("run")}
            out["run"] = str(value.get("run"))
        elif kind == "pfmt" and isinstance(value, dict):
            out[key] = {"props": marks.get("p:props")}
            if value.get("props") is not None:
                out["p:props"] = str(value["props"])
        else:
            out[key] = value
    return out


def _forgotten(text: ContractText, names: frozenset[str], incoming: frozenset[str]) -> ContractText:
    """Without the marks of these revisions, as if they had been accepted; what the incoming ones put stays."""

    def gone(marks: Marks) -> bool:
        return any(kind_of(key) == "del" and id_of(key) in names for key in marks)

    def kept(marks: Marks) -> Marks:
        if not any(id_of(key) in names for key in marks):
            return marks
        return {key: value for key, value in marks.items() if id_of(key) not in names}

    sections: list[Section] = []
    for section in text.sections:
        if isinstance(section, TextSection):
            paragraphs = _without(section.paragraphs, gone, kept)
            if paragraphs:
                sections.append(replace(section, paragraphs=paragraphs))
            else:
                sections += _words_left(section, incoming)
            continue
        rows = tuple(
            replace(
                row,
                marks=kept(row.marks),
                cells=tuple(replace(cell, paragraphs=_without(cell.paragraphs, gone, kept)) for cell in row.cells),
            )
            for row in section.rows
            if not gone(row.marks)
        )
        if rows:
            sections.append(replace(section, rows=rows))
    return replace(text, sections=tuple(sections))


def _words_left(section: TextSection, incoming: frozenset[str]) -> list[TextSection]:
    """The words that these revisions put into a section of which nothing else is left: a paragraph of theirs."""
    puts = [
        (span, key)
        for paragraph in section.paragraphs
        for span in paragraph.spans
        for key in span.marks
        if kind_of(key) == "ins" and id_of(key) in incoming
    ]
    if not puts:
        return []
    last = section.paragraphs[-1].marks
    marks = {key: value for key, value in last.items() if key in _COPIED}
    paragraph = Paragraph(tuple(span for span, _ in puts), {**marks, puts[0][1]: {"d": 0}})
    return [replace(section, id=f"{section.id}-{id_of(puts[0][1])}", paragraphs=(paragraph,))]


def _without(paragraphs: Sequence[Paragraph], gone: Judge, kept: Change) -> tuple[Paragraph, ...]:
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


def _mapped(text: ContractText, change: Change) -> ContractText:
    """The text with every mapping of marks changed."""

    def paragraphs(given: Sequence[Paragraph]) -> tuple[Paragraph, ...]:
        return tuple(
            Paragraph(tuple(Span(span.text, change(span.marks)) for span in one.spans), change(one.marks))
            for one in given
        )

    def row(given: Row) -> Row:
        cells: tuple[Cell, ...] = tuple(replace(cell, paragraphs=paragraphs(cell.paragraphs)) for cell in given.cells)
        return replace(given, cells=cells, marks=change(given.marks))

    sections: list[Section] = [
        replace(section, paragraphs=paragraphs(section.paragraphs))
        if isinstance(section, TextSection)
        else replace(section, rows=tuple(row(one) for one in section.rows))
        for section in text.sections
    ]
    return replace(text, sections=tuple(sections))


# ---- judging


def _judged(text: ContractText, sides: Sides, author: Author, register: Register) -> tuple[ContractText, list[Clash]]:
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
                for row in section.rows:
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
                        kept = _kept_rows(row, tuple(cells), sides, register)
                        rows += [_commented(one, of_row(clash)) for one in kept]
                sections.append(replace(section, rows=tuple(rows)))
    revisions = {**text.revisions, **register.made}
    return replace(text, sections=tuple(sections), comments=(*text.comments, *notes), revisions=revisions), clashes


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


def _kept_rows(row: Row, cells: tuple[Cell, ...], sides: Sides, register: Register) -> list[Row]:
    """A row that one side struck and the other wrote in, so that the words of the other stand. ``cells`` are judged.

    What they struck stays a row, with my words in it. What I struck goes as I had it, and their reading of it comes to
    stand after it as a row of theirs.
    """
    mine, theirs = sides.struck(row.marks)
    if theirs and not mine:
        marks = {key: value for key, value in row.marks.items() if id_of(key) != theirs}
        return [replace(row, cells=cells, marks=marks)]
    own = replace(row, cells=tuple(_without_theirs(cell, sides) for cell in row.cells), marks=once(row.marks, sides))
    return [own, _their_row(row, sides, register)]


def _without_theirs(cell: Cell, sides: Sides) -> Cell:
    def gone(marks: Marks) -> bool:
        return sides.put(marks)[1] != ""

    def kept(marks: Marks) -> Marks:
        name = sides.struck(marks)[1]
        return {key: value for key, value in marks.items() if id_of(key) != name} if name else marks

    return replace(cell, paragraphs=_without(cell.paragraphs, gone, kept))


def _their_row(row: Row, sides: Sides, register: Register) -> Row:
    """Their reading of a row as a new one: the words of the base that they kept, and their own."""
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
        return sides.struck(marks)[1] != "" or not sides.was_in_base(marks) or "obj" in marks

    def kept(marks: Marks) -> Marks:
        if sides.put(marks)[1]:
            return {key: value for key, value in marks.items() if key not in holders}
        plain = {key: value for key, value in marks.items() if key in _COPIED}
        return {**plain, f"ins:{words}": {"d": 0}}

    cells: list[Cell] = []
    for cell in row.cells:
        *others, last = cell.paragraphs
        *paragraphs, end = _without((*others, Paragraph(last.spans, {})), gone, kept)
        properties = {key: value for key, value in last.marks.items() if key in _COPIED}
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


def _without_unused(text: ContractText, names: frozenset[str]) -> ContractText:
    """Without those of these revisions that no mark names any more."""
    used: set[str] = set()

    def note(marks: Marks) -> Marks:
        used.update(id_of(key) for key in marks)
        return marks

    _mapped(text, note)
    revisions: Mapping[str, Revision] = {
        name: one for name, one in text.revisions.items() if name not in names or name in used
    }
    return replace(text, revisions=revisions)
