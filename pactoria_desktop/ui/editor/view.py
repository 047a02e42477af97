"""The only writer of the QTextDocument: shows a living text and follows its changes, wherever they come from."""

from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QTextCursor, QTextDocument, QTextTable

from pactoria_desktop.replica.changes import Changes, Place, Stretch, TextChange
from pactoria_desktop.ui.editor.building import Builder, Built
from pactoria_desktop.ui.editor.formats import Formats
from pactoria_desktop.ui.editor.living import LivingText
from pactoria_desktop.ui.editor.pieces import Piece, TablePiece, pieces_of, same_shape, shape_key
from pactoria_desktop.ui.editor.positions import Positions, ShownSlot
from pactoria_desktop.ui.editor.writing import Edited, Writer

ONE_EDIT_BLOCK_FROM = 40
BUILD_ANEW_FROM = 60


@dataclass(frozen=True, slots=True)
class Selected:
    """Caret and anchor as places, with the entry numbers they had, for when their slots are gone."""

    caret: Place | None
    anchor: Place | None
    caret_entry: int = 0
    anchor_entry: int = 0


class View(QObject):
    """One document that shows one living text.

    ``select`` and ``selected`` read and set the caret of whoever shows the document; ``adopt`` hands them a newly
    built one. Signals: ``edited`` for each edit of words, ``paragraphs_changed`` with the slots whose paragraphs came,
    went or changed (empty for all), ``rebuilt`` when the document was built anew, ``applied`` after everything.
    """

    edited = Signal(object)
    paragraphs_changed = Signal(object)
    rebuilt = Signal()
    applied = Signal()

    def __init__(self, text: LivingText, formats: Formats) -> None:
        super().__init__()
        self.text = text
        self.formats = formats
        self.positions = Positions()
        self.document = QTextDocument()
        self.selected: Callable[[], tuple[int, int]] | None = None
        self.select: Callable[[int, int], None] | None = None
        self.adopt: Callable[[QTextDocument], None] | None = None
        self._pieces: list[Piece] = []
        self._firsts: list[int] | None = None
        self._builder = Builder(formats)
        self._writer = Writer(self.document, formats)
        self._writing = 0
        self._generation = 0
        self._last_touched: Place | None = None
        self.load()

    # -- reading

    @property
    def writing(self) -> bool:
        """Whether a change of the document now is the view's own."""
        return self._writing > 0

    @property
    def pieces(self) -> Sequence[Piece]:
        """What is shown, in document order."""
        return self._pieces

    @property
    def last_touched(self) -> Place | None:
        """Where the last change ended."""
        return self._last_touched

    def in_table(self, slot: str) -> bool:
        """Whether a slot is a cell."""
        index = self.positions.index(slot)
        return index is not None and self._piece_at_entry(index)[1] is not None

    def table_at(self, entry: int) -> QTextTable | None:
        """The QTextTable an entry of the positions lies in."""
        cursor = QTextCursor(self.document)
        cursor.setPosition(self.positions.text_start(entry))
        return cursor.currentTable()

    def piece_of(self, slot: str) -> Piece | None:
        """The piece a shown slot belongs to."""
        index = self.positions.index(slot)
        return None if index is None else self._piece_at_entry(index)[0]

    def part_of(self, slot: str) -> str:
        """The part of the contract ("main", "footnote:2", ...) a shown slot belongs to, empty when it is not shown."""
        piece = self.piece_of(slot)
        return piece.part if piece else ""

    def _piece_at_entry(self, entry: int) -> tuple[Piece, TablePiece | None]:
        piece = self._pieces[bisect_right(self._first_entries(), entry) - 1]
        return piece, piece if isinstance(piece, TablePiece) else None

    def _first_entries(self) -> list[int]:
        """The number of each piece's first entry, and of the one behind the last piece."""
        if self._firsts is None:
            self._firsts = [0, *accumulate(len(piece.slots) for piece in self._pieces)]
        return self._firsts

    # -- whole

    def load(self) -> None:
        """Build the document anew from the text, detached, and hand it over; the caret stays at its place."""
        for _ in self.load_gradually():
            pass

    def load_gradually(self) -> Iterator[None]:
        """``load`` piece by piece. The page shows the old document until the new one is whole.

        What changes meanwhile is shown in the old one; the new one is then begun again, without turns.
        """
        self._generation += 1
        begun = self._generation
        pieces = pieces_of(self.text.nodes())
        filled = ((piece, {slot: self.text.spans(slot) for slot in piece.slots if slot}) for piece in pieces)
        built: list[Built] = []
        for _ in self._builder.document(filled, built.append):
            yield
            if self._generation != begun:
                self.load()
                return
        self._hand_over(pieces, *built[0])

    def _hand_over(self, pieces: list[Piece], document: QTextDocument, slots: list[list[ShownSlot]]) -> None:
        kept = self._keep()
        self._writing += 1
        try:
            self._pieces = pieces
            self._firsts = None
            self.positions = Positions()
            self.positions.insert(0, [entry for piece in slots for entry in piece])
            self.document = document
            self._writer = Writer(document, self.formats)
            if self.adopt is not None:
                self.adopt(document)
            self._put_back(kept)
        finally:
            self._writing -= 1
        self.rebuilt.emit()
        self.paragraphs_changed.emit(())
        self.applied.emit()

    # -- changes

    def apply(self, changes: Changes) -> None:
        """Show what happened: words slot by slot, then, when rows or sections moved, the structure."""
        self._generation += 1
        shown = [change for change in changes.texts if change.slot in self.positions]
        if len(shown) >= BUILD_ANEW_FROM:
            self.load()
            return
        if changes.revisions:
            self.formats.forget_authors()
        changed_paragraphs: list[str] = []
        edits: list[Edited] = []
        cursor = QTextCursor(self.document)
        whole = len(shown) >= ONE_EDIT_BLOCK_FROM
        self._writing += 1
        try:
            if whole:
                cursor.beginEditBlock()
            for change in shown:
                made, paragraphs = self._apply_text(cursor, change, not whole)
                edits.extend(made)
                if paragraphs:
                    changed_paragraphs.append(change.slot)
            if whole:
                cursor.endEditBlock()
            restructured = changes.structure and self._restructure(cursor)
        finally:
            self._writing -= 1
        for edit in edits:
            self.edited.emit(edit)
        if restructured:
            self.paragraphs_changed.emit(())
        elif changed_paragraphs:
            self.paragraphs_changed.emit(tuple(changed_paragraphs))
        self.applied.emit()

    def _apply_text(self, cursor: QTextCursor, change: TextChange, own_block: bool) -> tuple[list[Edited], bool]:
        index = self.positions.index(change.slot)
        if index is None:
            return [], False
        start = self.positions.text_start(index)
        if own_block:
            cursor.beginEditBlock()
        try:
            edits, touched, paragraphs = self._writer.apply(cursor, change.slot, start, change.deltas)
        finally:
            if own_block:
                cursor.endEditBlock()
        self.positions.grow(index, sum(edit.added - edit.removed for edit in edits))
        if touched:
            self._last_touched = Place(change.slot, max(0, touched[1] - start))
        return edits, paragraphs

    def _restructure(self, cursor: QTextCursor) -> bool:
        """Drop and build the pieces that differ from the text's; tells whether any did."""
        new = pieces_of(self.text.nodes())
        kept = self._keep()
        wanted = {shape_key(piece) for piece in new}
        touched = False
        for number in range(len(self._pieces) - 1, -1, -1):
            if shape_key(self._pieces[number]) not in wanted:
                self._drop(cursor, number)
                touched = True
        for number, piece in enumerate(new):
            while number + 1 < len(self._pieces) and not same_shape(self._pieces[number], piece):
                if not same_shape(self._pieces[number + 1], piece):
                    break
                self._drop(cursor, number)
                touched = True
            if number < len(self._pieces) and same_shape(self._pieces[number], piece):
                touched = self._recolour(number, piece) or touched
                self._pieces[number] = piece
                continue
            touched = True
            later = next((at for at in range(number, len(self._pieces)) if same_shape(self._pieces[at], piece)), None)
            if later is not None:
                self._drop(cursor, later)
            self._build(cursor, number, piece)
        while len(self._pieces) > len(new):
            self._drop(cursor, len(self._pieces) - 1)
            touched = True
        if touched:
            self._put_back(kept)
        return touched

    def _recolour(self, number: int, piece: Piece) -> bool:
        old = self._pieces[number]
        if not isinstance(old, TablePiece) or not isinstance(piece, TablePiece) or old.row_marks == piece.row_marks:
            return False
        table = self.table_at(self._first_entry(number))
        if table is None:
            return False
        for row, (before, after) in enumerate(zip(old.row_marks, piece.row_marks, strict=True)):
            if before != after:
                self._builder.colour_row(table, piece, row)
        return True

    def _first_entry(self, number: int) -> int:
        return self._first_entries()[number]

    def _drop(self, cursor: QTextCursor, number: int) -> None:
        entry, count = self._first_entry(number), len(self._pieces[number].slots)
        cursor.beginEditBlock()
        self._writer.remove(cursor, self.positions.start(entry), self.positions.start(entry + count))
        cursor.endEditBlock()
        del self._pieces[number]
        self._firsts = None
        self.positions.remove(entry, count)

    def _build(self, cursor: QTextCursor, number: int, piece: Piece) -> None:
        entry = self._first_entry(number)
        cursor.beginEditBlock()
        cursor.setPosition(self.positions.start(entry))
        spans = {slot: self.text.spans(slot) for slot in piece.slots if slot}
        slots = self._builder.before(cursor, piece, spans, self._writer)
        cursor.endEditBlock()
        self._pieces.insert(number, piece)
        self._firsts = None
        self.positions.insert(entry, slots)

    # -- caret

    def _keep(self) -> Selected | None:
        if self.selected is None or not len(self.positions):
            return None
        caret, anchor = self.selected()
        positions = self.positions
        return Selected(
            positions.place(caret), positions.place(anchor), positions.entry_at(caret), positions.entry_at(anchor)
        )

    def _put_back(self, kept: Selected | None) -> None:
        if kept is None or self.select is None or not len(self.positions):
            return
        self.select(
            self._nearest(kept.caret, kept.caret_entry),
            self._nearest(kept.anchor, kept.anchor_entry),
        )

    def _nearest(self, place: Place | None, entry: int) -> int:
        position = self.positions.position(place) if place else None
        if position is not None:
            return position
        return self.positions.text_start(min(entry, len(self.positions) - 1))

    def stretches(self, start: int, end: int) -> tuple[Stretch, ...]:
        """What a stretch of the document means in slots."""
        return self.positions.stretches(start, end)
