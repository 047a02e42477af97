"""Joins two people's edits of one Word file (CLI.md, ``merge``), and a received file into a living text.

Both sides are laid over their common base as marks on MINE: first what MINE changed without tracking, then what THEIRS
changed. Edits that were tracked keep their authors and dates. ``contract/three_way`` has the rules of a clash.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from pactoria_desktop.contract.moved_edits import Settled, with_moved_edits
from pactoria_desktop.contract.operations import Operation, operations
from pactoria_desktop.contract.rewriting import Author
from pactoria_desktop.contract.text import (
    Cell,
    ContractText,
    Marks,
    MarkValue,
    Paragraph,
    Revision,
    Row,
    Section,
    Span,
    TextSection,
    id_of,
    kind_of,
)
from pactoria_desktop.contract.three_way import Clash, Sides
from pactoria_desktop.documents.compare import compared, part_kind, style_ids
from pactoria_desktop.documents.compare_margins import with_margins
from pactoria_desktop.documents.compare_parts import NoteCarrier, PartCarrier
from pactoria_desktop.documents.compare_setting import Setting, Tracked
from pactoria_desktop.documents.merge_arriving import (
    Arriving,
    margin_pairs,
    missing_stories,
    part_pairs,
    room_of,
    with_rooms,
)
from pactoria_desktop.documents.merge_judging import COPIED, Change, judged_text, without
from pactoria_desktop.documents.package import Package
from pactoria_desktop.documents.reader import read
from pactoria_desktop.documents.writer import write

_OTHER_KIND = {"ins": "del", "del": "ins", "moveTo": "moveFrom", "moveFrom": "moveTo"}
_OTHER_REVISION = {
    "insertion": "deletion",
    "deletion": "insertion",
    "row_insertion": "row_deletion",
    "row_deletion": "row_insertion",
}


@dataclass(frozen=True, slots=True)
class Missing:
    """Stories that MINE has no place for: notes of the base that MINE struck, and notes and margins of THEIRS."""

    base_notes: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    margins: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.base_notes or self.notes or self.margins)


@dataclass(frozen=True, slots=True)
class Rooms:
    """Places made in MINE for stories that it lacks, by the name of the story in the base or in THEIRS."""

    base_notes: Mapping[str, str] = field(default_factory=dict)
    notes: Mapping[str, str] = field(default_factory=dict)
    margins: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class MergedText:
    """MINE with both sides' changes in it as tracked changes. ``theirs`` are the ids of the revisions that came in.

    ``objects`` leads from the objects of MINE to the same ones of THEIRS, ``parts`` does so for stories. What has no
    place in MINE is ``missing``.
    """

    text: ContractText
    clashes: tuple[Clash, ...]
    theirs: frozenset[str]
    merged: int
    remarks: tuple[str, ...]
    objects: Mapping[str, str] = field(default_factory=dict)
    parts: Mapping[str, str] = field(default_factory=dict)
    missing: Missing = Missing()


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
    authors = Author(mine_author, date), Author(theirs_author, date)
    texts = read(base), read(theirs)
    mine_text, carriers, result = _merged(base, mine, theirs, texts, authors, Rooms())
    given, wanted = mine, Missing()
    while missing := result.missing:
        # Notes of the base first: where they have no place, the same ones of THEIRS look new.
        kept = (*wanted.base_notes, *missing.base_notes)
        wanted = Missing(kept, () if missing.base_notes else missing.notes, missing.margins or wanted.margins)
        mine, rooms = _with_places(given, theirs, wanted)
        mine_text, carriers, result = _merged(base, mine, theirs, texts, authors, rooms)
        if wanted.notes or not missing.base_notes:
            break
    data = write(mine, mine_text, result.text)
    for carrier in carriers:
        written = Package(data, mine.name)
        parts = carrier.parts(written)
        data = written.with_parts(parts) if parts else data
    return MergeResult(data, result.merged, result.clashes, result.remarks)


Carriers = tuple[PartCarrier, PartCarrier]


def _merged(
    base: Package,
    mine: Package,
    theirs: Package,
    texts: tuple[ContractText, ContractText],
    authors: tuple[Author, Author],
    rooms: Rooms,
) -> tuple[ContractText, Carriers, MergedText]:
    """The text of MINE, what carries parts into it, and the merged text. ``texts`` are those of base and THEIRS."""
    mine_text = read(mine)
    carriers = (PartCarrier(mine, base), PartCarrier(mine, theirs))
    packages = (base, mine, theirs)
    merged = merge_texts(
        texts[0], mine_text, texts[1], *authors, packages=packages, carriers=carriers, rooms=rooms
    )  # fmt: skip
    return mine_text, carriers, merged


def _with_places(mine: Package, theirs: Package, missing: Missing) -> tuple[Package, Rooms]:
    """MINE with empty places for the stories that it lacks."""
    carrier = NoteCarrier(mine)

    def places(parts: Sequence[str]) -> dict[str, str]:
        return {part: f"{part_kind(part)}:{carrier.place_for(part_kind(part))}" for part in parts}

    notes, others = places(missing.base_notes), places(missing.notes)
    roomy, margins = with_margins(carrier.package(), theirs, missing.margins)
    return roomy, Rooms(notes, others, {part: place for place, part in margins.items()})


def _turned_round(places: Mapping[str, str]) -> dict[str, str]:
    return {place: part for part, place in places.items()}


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
    rooms: Rooms = Rooms(),
) -> MergedText:
    """The same for texts. With ``leave_untracked`` what MINE changed without tracking stays untracked in the result.

    With ``arriving`` the result will stand on THEIRS' package: its objects and notes come as they are there. Else
    ``rooms`` are the places in MINE for stories that only the others have.
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
        notes=rooms.base_notes,
    )
    old, new = (packages[1], packages[0]) if packages else (None, None)
    backwards = compared(marking, mine, base, _turned_round(rooms.base_notes), old=old, new=new)
    untracked = frozenset(marking.register.made)
    marked = _turned(backwards.text, untracked)
    my_names = my_tracked | untracked
    tracked = Tracked(theirs.revisions, _new_revisions(base, theirs))
    new_rooms: dict[str, str] = {}
    known: dict[str, str] = {**_turned_round(rooms.notes), **_turned_round(rooms.margins)}
    while True:
        incoming = (Arriving if arriving else Setting)(
            marked,
            theirs,
            theirs_author,
            old_styles=styles,
            old_view=Tracked(marked.revisions, my_names).before,
            tracked=tracked,
            prefix="t",
            parts=carriers[1] if carriers else None,
            notes=rooms.notes,
        )
        if arriving:
            known = {**margin_pairs(marked, theirs), **new_rooms}
        joined = compared(incoming, marked, theirs, known, old=old, new=packages[2] if packages else None)
        missing = missing_stories(incoming, known, theirs) if arriving and not new_rooms else []
        if not missing:
            break
        new_rooms = {room_of(part): part for part in missing}
        pairs = part_pairs(marked, theirs, {pair.old: pair.new for pair in incoming.pairs}, known)
        marked = replace(marked, sections=with_rooms(marked, theirs, pairs, new_rooms))
    names = frozenset(incoming.register.made)
    sides = Sides(my_names, names)
    # What is laid on a living text keeps its place there: the words of MINE are not in this text's hands.
    followed, settled = (joined.text, Settled()) if leave_untracked else with_moved_edits(joined.text, sides)
    text, clashes = judged_text(followed, sides, theirs_author, incoming.register, settled)
    names = frozenset(incoming.register.made)
    if leave_untracked:
        text = _forgotten(text, untracked, names)
    text = _without_unused(text, my_names | names)
    came = names & set(text.revisions)
    objects = {pair.old: pair.new for pair in reversed(incoming.pairs)}
    parts = part_pairs(marked, theirs, objects, known)
    lacking = Missing(backwards.missing_notes, joined.missing_notes, joined.missing_margins)
    return MergedText(text, tuple(clashes), came, len(came), joined.remarks, objects, parts, lacking)


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
            paragraphs = without(section.paragraphs, gone, kept)
            if paragraphs:
                sections.append(replace(section, paragraphs=paragraphs))
            else:
                sections += _words_left(section, incoming)
            continue
        rows = tuple(
            replace(
                row,
                marks=kept(row.marks),
                cells=tuple(replace(cell, paragraphs=without(cell.paragraphs, gone, kept)) for cell in row.cells),
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
    marks = {key: value for key, value in last.items() if key in COPIED}
    paragraph = Paragraph(tuple(span for span, _ in puts), {**marks, puts[0][1]: {"d": 0}})
    return [replace(section, id=f"{section.id}-{id_of(puts[0][1])}", paragraphs=(paragraph,))]


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
