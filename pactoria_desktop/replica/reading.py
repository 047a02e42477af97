"""From the replica document to a contract text and back."""

from collections.abc import Iterable, Mapping

from loro import LoroDoc, LoroMap, LoroMovableList, LoroText, TextDelta

from pactoria_desktop.contract.suggesting import effective_deletions
from pactoria_desktop.contract.text import (
    Cell,
    CommentNote,
    ContractText,
    Marks,
    Paragraph,
    Revision,
    Row,
    Section,
    Span,
    TableSection,
    TextSection,
    id_of,
    kind_of,
    paragraphs_of,
)
from pactoria_desktop.replica.errors import ReplicaError
from pactoria_desktop.replica.loro_text import COMMENTS, INTERNAL_MARK, REVISIONS, SECTIONS, visible_marks
from pactoria_desktop.replica.records import (
    MATERIAL_TABLES,
    StoredComment,
    comment_from,
    encoded,
    material_of,
    plain,
    revision_from,
)
from pactoria_desktop.replica.structure import Slot, Structure


def spans_of(text: LoroText) -> list[tuple[str, Marks]]:
    """The characters of a text under their marks, newlines included, neighbours with equal marks joined."""
    found: list[tuple[str, Marks]] = []
    last: Marks | None = None
    for delta in text.to_delta():
        marks = delta.attributes or {}
        if INTERNAL_MARK in marks:
            marks = visible_marks(marks)
        if marks == last:
            found[-1] = (found[-1][0] + delta.insert, marks)
        else:
            found.append((delta.insert, marks))
            last = marks
    return found


def paragraphs_from(spans: Iterable[tuple[str, Marks]]) -> tuple[Paragraph, ...]:
    """Paragraphs out of spans that end in a newline."""
    found: list[Paragraph] = []
    current: list[Span] = []
    for text, marks in spans:
        pieces = text.split("\n")
        for number, piece in enumerate(pieces):
            if number:
                found.append(Paragraph(tuple(current), marks))
                current = []
            if piece:
                current.append(Span(piece, marks))
    if current:
        found.append(Paragraph(tuple(current)))
    return tuple(found)


def counting_marks(marks: Marks) -> Marks:
    """Marks without the deletions that do not count, which only the living text can tell from those that do."""
    deletions = [key for key in marks if kind_of(key) == "del"]
    if not deletions:
        return marks
    counting = effective_deletions(marks)
    if len(counting) == len(deletions):
        return marks
    return {key: value for key, value in marks.items() if kind_of(key) != "del" or key in counting}


def values_of(text: LoroText) -> tuple[Paragraph, ...]:
    """The paragraphs of a text as values, under the marks that count."""
    found: list[tuple[str, Marks]] = []
    for words, marks in spans_of(text):
        counting = counting_marks(marks)
        if found and found[-1][1] == counting:
            found[-1] = (found[-1][0] + words, counting)
        else:
            found.append((words, counting))
    return paragraphs_from(found)


# Writing a contract text into an empty document


def deltas_of(paragraphs: Iterable[Paragraph]) -> list[TextDelta]:
    """Paragraphs as what Loro inserts at once."""
    deltas = []
    for paragraph in paragraphs:
        for span in paragraph.spans:
            deltas.append(TextDelta.Insert(span.text, dict(span.marks)))
        deltas.append(TextDelta.Insert("\n", dict(paragraph.marks)))
    return deltas


def _write_paragraphs(holder: LoroMap, paragraphs: tuple[Paragraph, ...]) -> None:
    holder.insert_container("text", LoroText()).apply_delta(deltas_of(paragraphs))


def write_section(sections: LoroMovableList, index: int, section: Section) -> LoroMap:
    """Put a section into the list of sections; gives its map."""
    holder = sections.insert_container(index, LoroMap())
    holder.insert("id", section.id)
    holder.insert("part", section.part)
    if isinstance(section, TextSection):
        holder.insert("kind", "text")
        _write_paragraphs(holder, section.paragraphs)
        return holder
    holder.insert("kind", "table")
    if section.widths:
        holder.insert("widths", list(section.widths))
    rows = holder.insert_container("rows", LoroMovableList())
    for number, row in enumerate(section.rows):
        write_row(rows, number, row)
    return holder


def write_row(rows: LoroMovableList, index: int, row: Row) -> LoroMap:
    """Put a row into a table; gives its map."""
    holder = rows.insert_container(index, LoroMap())
    holder.insert("id", row.id)
    if row.source:
        holder.insert("source", row.source)
    for key, value in row.marks.items():
        holder.insert(key, value)
    cells = holder.insert_container("cells", LoroMovableList())
    for number, cell in enumerate(row.cells):
        write_cell(cells, number, cell)
    return holder


def write_cell(cells: LoroMovableList, index: int, cell: Cell) -> LoroMap:
    """Put a cell into a row; gives its map."""
    holder = cells.insert_container(index, LoroMap())
    holder.insert("id", cell.id)
    if cell.columns != 1:
        holder.insert("columns", cell.columns)
    if cell.continues:
        holder.insert("continues", True)
    _write_paragraphs(holder, cell.paragraphs)
    return holder


def check_contract_text(text: ContractText) -> None:
    """Refuse what cannot live in a replica. Raises ReplicaError."""
    seen: set[str] = set()
    for section in text.sections:
        if isinstance(section, TextSection):
            holders = [(section.id, section.paragraphs)]
        else:
            holders = [(cell.id, cell.paragraphs) for row in section.rows for cell in row.cells]
        for id, paragraphs in holders:
            if not id or id in seen:
                raise ReplicaError(f"Two places of the text are both named {id!r}; the text cannot be opened.")
            if not paragraphs:
                raise ReplicaError(f"The place {id!r} of the text has no paragraph; the text cannot be opened.")
            seen.add(id)
        for paragraph in paragraphs_of(section):
            if "\n" in paragraph.text:
                raise ReplicaError("A paragraph of the text holds a newline; the text cannot be opened.")


def write_contract_text(document: LoroDoc, text: ContractText) -> None:
    """Fill an empty document. Raises ReplicaError where ids are missing or doubled or a text has no paragraph."""
    check_contract_text(text)
    sections = document.get_movable_list(SECTIONS)
    for index, section in enumerate(text.sections):
        write_section(sections, index, section)
    revisions = document.get_map(REVISIONS)
    for id, revision in text.revisions.items():
        revisions.insert(id, {**_record(revision), "given": True})
    comments = document.get_map(COMMENTS)
    for order, note in enumerate(text.comments):
        comments.insert(note.id, _record(StoredComment(note, order)))
    for name in MATERIAL_TABLES:
        table = document.get_map(name)
        for key, value in getattr(text.material, name).items():
            table.insert(key, encoded(value))


def _record(value: object) -> dict[str, object]:
    found = plain(value)
    return found if isinstance(found, dict) else {}


# Reading one out of a document


def _row(cells: Iterable[Slot]) -> tuple[Cell, ...]:
    return tuple(Cell(cell.id, values_of(cell.text), cell.columns, cell.continues) for cell in cells)


def sections_of(structure: Structure) -> tuple[Section, ...]:
    """The shown sections as values.

    A deletion that does not count on some words, because they were typed at the same moment, is not on them here: in
    Word a deletion strikes all that it covers.
    """
    found: list[Section] = []
    for section in structure.sections():
        if section.slot is not None:
            found.append(TextSection(section.slot.id, values_of(section.slot.text), section.part))
        else:
            rows = tuple(
                Row(row.id, _row(row.cells), counting_marks(dict(row.marks)), row.source) for row in section.shown_rows
            )
            found.append(TableSection(section.id, rows, section.widths, section.part))
    return tuple(found)


def revision_of(value: object, id: str) -> tuple[Revision | None, bool]:
    """A registered revision, None where it is malformed, and whether it came with the text."""
    given = False
    if isinstance(value, dict) and "given" in value:
        value = dict(value)
        given = value.pop("given") is True
    return revision_from(value, id), given


def revisions_of(document: LoroDoc) -> tuple[dict[str, Revision], frozenset[str]]:
    """Every registered revision by id, and the ids of those that came with the text."""
    found = {}
    given = set()
    for id, value in document.get_map(REVISIONS).get_value().items():
        revision, came = revision_of(value, id)
        if came:
            given.add(id)
        if revision is not None:
            found[id] = revision
    return found, frozenset(given)


def in_order(comments: Mapping[str, StoredComment]) -> dict[str, StoredComment]:
    """Comments by id as they follow each other."""
    return dict(sorted(comments.items(), key=lambda item: (item[1].order, item[0])))


def comments_of(document: LoroDoc) -> dict[str, StoredComment]:
    """Every comment that is not removed, by id, in order."""
    found = {}
    for id, value in document.get_map(COMMENTS).get_value().items():
        comment = comment_from(value)
        if comment is not None and comment.note.id == id:
            found[id] = comment
    return in_order(found)


def used_revisions(sections: Iterable[Section]) -> set[str]:
    """The revision ids that marks name."""
    found: set[str] = set()

    def note(marks: Marks) -> None:
        for key in marks:
            if ":" in key and kind_of(key) not in ("box", "fld", "p", "comment"):
                found.add(id_of(key))

    for section in sections:
        if isinstance(section, TableSection):
            for row in section.rows:
                note(row.marks)
        for paragraph in paragraphs_of(section):
            note(paragraph.marks)
            for span in paragraph.spans:
                note(span.marks)
    return found


def material_from(document: LoroDoc) -> Mapping[str, Mapping[str, object]]:
    """The stored tables of the material."""
    return {name: document.get_map(name).get_value() for name in MATERIAL_TABLES}


def contract_text(document: LoroDoc, structure: Structure) -> ContractText:
    """The whole text: what came with it, and every revision that a mark names."""
    sections = sections_of(structure)
    revisions, given = revisions_of(document)
    used = used_revisions(sections) | given
    notes: tuple[CommentNote, ...] = tuple(comment.note for comment in comments_of(document).values())
    return ContractText(
        sections,
        {id: revision for id, revision in revisions.items() if id in used},
        notes,
        material_of(material_from(document)),
    )
