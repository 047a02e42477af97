"""The only writer of the QTextDocument: shows a living text and follows its changes, wherever they come from."""

from bisect import bisect_right
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import accumulate
from time import thread_time

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QTextCursor, QTextDocument, QTextTable

from pactoria_desktop.replica.changes import Changes, Place, Stretch, TextChange
from pactoria_desktop.ui.editor.arrears import Arrears
from pactoria_desktop.ui.editor.building import Builder, Built, Spans
from pactoria_desktop.ui.editor.formats import Formats
from pactoria_desktop.ui.editor.living import LivingText
from pactoria_desktop.ui.editor.pieces import Piece, TablePiece, pieces_of, same_shape, shape_key
from pactoria_desktop.ui.editor.positions import Positions, ShownSlot
from pactoria_desktop.ui.editor.writing import Edited, Writer

AT_ONCE_SECONDS = 0.03
AT_ONCE_UNITS = 100_000
ROUND_UNITS = 12_000


@dataclass(frozen=True, slots=True)
class Selected:
    """Caret and anchor as places, with the entry numbers they had, for when their slots are gone."""

    caret: Place | None
    anchor: Place | None
    caret_entry: int = 0
    anchor_entry: int = 0


@dataclass(slots=True)
class Building:
    """A document in the making: the slots read so far, what changed of them since, and whether it is worth nothing."""

    read: set[str] = field(default_factory=set)
    late: list[TextChange] = field(default_factory=list)
    stale: bool = False

    def spans(self, view: "View", piece: Piece) -> dict[str, Spans]:
        """The characters of a piece's slots as they are now."""
        self.read.update(piece.slots)
        return {slot: view.text.spans(slot) for slot in piece.slots if slot}

    def note(self, changes: Changes) -> None:
        """Something happened meanwhile."""
        self.late.extend(change for change in changes.texts if change.slot in self.read)
        self.stale = self.stale or changes.structure


@dataclass(frozen=True, slots=True)
class Ready:
    """A document that is built whole and waits to be handed over; what changes until then is noted in ``building``."""

    building: Building
    pieces: list[Piece]
    document: QTextDocument
    slots: list[list[ShownSlot]]


class View(QObject):
    """One document that shows one living text.

    ``select`` and ``selected`` read and set the caret of whoever shows the document; ``adopt`` hands them a newly
    built one, ``lay_out`` brings it as far as a position before the caret is put there. A large change is shown only
    in part when ``apply`` returns, what is ``in_sight`` first; ``later`` is called to have the rest shown by
    ``catching_up``. Until then the positions are those of what is shown.

    With ``around``, a long text is begun by the pieces round these slots alone, which must be neighbours of a sort;
    whoever made the view then has it built whole in turns. Until it is, ``whole`` is False, and what asks for more
    (``catch_up`` of a slot that is not shown, a change of structure) builds all the rest at once.

    Signals: ``edited`` for each edit of words, ``paragraphs_changed`` with the slots whose paragraphs came, went or
    changed (empty for all), ``rebuilt`` when the document was built anew, ``applied`` after everything.
    """

    edited = Signal(object)
    paragraphs_changed = Signal(object)
    rebuilt = Signal()
    applied = Signal()

    def __init__(self, text: LivingText, formats: Formats, around: Sequence[str] | None = None) -> None:
        super().__init__()
        self.text = text
        self.formats = formats
        self.positions = Positions()
        self.document = QTextDocument()
        self.selected: Callable[[], tuple[int, int]] | None = None
        self.select: Callable[[int, int], None] | None = None
        self.adopt: Callable[[QTextDocument], None] | None = None
        self.lay_out: Callable[[int], Iterator[None]] | None = None
        self.in_sight: Callable[[], Iterable[str]] | None = None
        self.later: Callable[[], None] | None = None
        self._pieces: list[Piece] = []
        self._firsts: list[int] | None = None
        self._builder = Builder(formats)
        self._writer = Writer(self.document, formats)
        self._writing = 0
        self._arrears = Arrears()
        self._building: Building | None = None
        self._ready: Ready | None = None
        self._left_out = (0, 0)
        self._last_touched: Place | None = None
        if around is None or not self._begin(around):
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

        What changes meanwhile is shown in the old one, and laid on the new one before it is handed over; where pieces
        come or go, the new one is begun again.
        """
        ready = yield from self._build_whole()
        if ready is not None:
            yield from self._hand_over(ready)

    def _build_whole(self) -> Generator[None, None, Ready | None]:
        """A document of all pieces; None where another one was begun meanwhile."""
        while True:
            building = self._building = Building()
            pieces = pieces_of(self.text.nodes())
            built: list[Built] = []
            filled = ((piece, building.spans(self, piece)) for piece in pieces)
            for _ in self._builder.document(filled, built.append):
                yield
                if building.stale or self._building is not building:
                    break
            if self._building is not building:
                return None
            if not building.stale:
                return Ready(building, pieces, *built[0])

    # -- the first sight

    @property
    def whole(self) -> bool:
        """Whether all pieces are shown, or those that were when the last change came."""
        return self._left_out == (0, 0)

    @property
    def begins_later(self) -> bool:
        """Whether something before the first shown piece is left out as yet."""
        return self._left_out[0] > 0

    def _begin(self, around: Sequence[str]) -> bool:
        """Show the pieces round some slots alone; False where the text is so short that all of it may be shown."""
        pieces = pieces_of(self.text.nodes())
        lengths = [sum(self.text.length(slot) for slot in piece.slots if slot) for piece in pieces]
        if sum(lengths) <= AT_ONCE_UNITS:
            return False
        wanted = [number for number, piece in enumerate(pieces) if not set(around).isdisjoint(piece.slots)] or [0]
        first, last = _stretched(lengths, wanted[0], wanted[-1])
        if sum(lengths[first : last + 1]) > AT_ONCE_UNITS:
            return False
        shown, built = pieces[first : last + 1], list[Built]()
        building = Building()
        for _ in self._builder.document(((piece, building.spans(self, piece)) for piece in shown), built.append):
            pass
        for _ in self._hand_over(Ready(building, shown, *built[0])):
            pass
        self._left_out = first, len(pieces) - 1 - last
        return True

    def make_ready(self) -> Iterator[None]:
        """Build the whole document beside the one that is shown, which may be edited meanwhile."""
        self._ready = yield from self._build_whole()

    def hand_over_ready(self) -> Iterator[None]:
        """Show what ``make_ready`` built, or, where that is worth nothing any more, what is built anew."""
        ready, self._ready = self._ready, None
        if ready is not None and self._building is ready.building and not ready.building.stale:
            yield from self._hand_over(ready)
        elif not self.whole:
            yield from self.load_gradually()

    def begin_again(self) -> None:
        """The formats changed: what is being built is worth nothing."""
        if self._building is not None:
            self._building.stale = True

    def _hand_over(self, ready: Ready) -> Iterator[None]:
        document = ready.document
        self._building = self._ready = None
        for slot in list(self._arrears.slots):  # of these nobody has been told yet
            self._show_owed(QTextCursor(self.document), slot)
        kept = self._keep()
        self._writing += 1
        try:
            self._arrears.clear()
            self._left_out = 0, 0
            self._pieces = ready.pieces
            self._firsts = None
            self.positions = Positions()
            self.positions.insert(0, [entry for piece in ready.slots for entry in piece])
            self.document = document
            self._writer = Writer(document, self.formats)
            cursor = QTextCursor(document)
            for change in ready.building.late:
                self._apply_text(cursor, change)
            if self.adopt is not None:
                self.adopt(document)
        finally:
            self._writing -= 1
        if kept is not None:
            caret, anchor = self._cursor(kept.caret, kept.caret_entry), self._cursor(kept.anchor, kept.anchor_entry)
            if self.lay_out is not None:
                yield from self.lay_out(max(caret.position(), anchor.position()))
                if self.document is not document:
                    return
            self._writing += 1
            if self.select is not None:
                self.select(caret.position(), anchor.position())
            self._writing -= 1
        self.rebuilt.emit()
        self.paragraphs_changed.emit(())
        self.applied.emit()

    def _cursor(self, place: Place | None, entry: int) -> QTextCursor:
        """A cursor that stays at a place while others edit the document. Inside an edit it asks for no layout."""
        cursor = QTextCursor(self.document)
        cursor.beginEditBlock()
        cursor.setPosition(self._nearest(place, entry))
        cursor.endEditBlock()
        return cursor

    # -- changes

    @property
    def behind(self) -> bool:
        """Whether something of the text is not shown yet."""
        return bool(self._arrears) or not self.whole

    def apply(self, changes: Changes) -> None:
        """Show what happened: words slot by slot, then, when rows or sections moved, the structure."""
        if self._building is not None:
            self._building.note(changes)
        if changes.revisions:
            self.formats.forget_authors()
        if changes.structure and not self.whole:
            self.load()
            return
        self._arrears.add(change for change in changes.texts if change.slot in self.positions)
        self._arrears.structure = self._arrears.structure or changes.structure
        until = thread_time() + AT_ONCE_SECONDS
        for _ in self.catching_up():
            if self._arrears and thread_time() >= until and self.later is not None:
                self.later()
                return

    def catching_up(self) -> Iterator[None]:
        """Show what is owed, a slot at each turn of the iterator, what is in sight first, the structure at last."""
        cursor = QTextCursor(self.document)
        while self._arrears.slots:
            many = len(self._arrears.slots) > 1
            slot = self._arrears.next_slot(self.in_sight() if many and self.in_sight is not None else ())
            assert slot is not None
            paragraphs = self._show_owed(cursor, slot)
            self._tell((slot,) if paragraphs else None)
            if not self._arrears:
                return
            yield
            cursor = QTextCursor(self.document)
        restructured = False
        if self._arrears.structure:
            self._arrears.structure = False
            self._writing += 1
            try:
                restructured = self._restructure(cursor)
            finally:
                self._writing -= 1
        self._tell(() if restructured else None)

    def catch_up(self, slot: str | None = None, *, words_alone: bool = False) -> None:
        """Show what is owed of one slot now; all that is owed where none is named, or where the structure is owed.

        What is left out as yet is owed as well.

        With ``words_alone`` the structure may still be owed: enough for whoever looks, not for whoever edits.
        """
        if not self.whole and (slot is None or slot not in self.positions):
            self.load()
            return
        one = slot is not None and slot in self.positions and (words_alone or not self._arrears.structure)
        if one and slot is not None:
            if slot in self._arrears.slots:
                paragraphs = self._show_owed(QTextCursor(self.document), slot)
                self._tell((slot,) if paragraphs else None)
        else:
            self.catch_up_shown()

    def catch_up_shown(self) -> None:
        """Show all that is owed of what is shown, without what is left out as yet."""
        if self._arrears:
            for _ in self.catching_up():
                pass

    def at_edge(self, position: int) -> bool:
        """Whether a position lies in a piece beside which others are left out as yet."""
        before, after = self._left_out
        if not before and not after:
            return False
        number = bisect_right(self._first_entries(), self.positions.entry_at(position)) - 1
        return (before > 0 and number == 0) or (after > 0 and number >= len(self._pieces) - 1)

    def _show_owed(self, cursor: QTextCursor, slot: str) -> bool:
        """Show what is owed of a slot; tells whether paragraphs of it came, went or changed."""
        edits: list[Edited] = []
        changed = False
        self._writing += 1
        try:
            for change in self._arrears.take(slot):
                made, paragraphs = self._apply_text(cursor, change)
                edits.extend(made)
                changed = changed or paragraphs
        finally:
            self._writing -= 1
        for edit in edits:
            self.edited.emit(edit)
        return changed

    def _tell(self, paragraphs: Sequence[str] | None) -> None:
        if paragraphs is not None:
            self.paragraphs_changed.emit(paragraphs)
        self.applied.emit()

    def _apply_text(self, cursor: QTextCursor, change: TextChange) -> tuple[list[Edited], bool]:
        index = self.positions.index(change.slot)
        if index is None:
            return [], False
        start = self.positions.text_start(index)
        cursor.beginEditBlock()
        try:
            edits, touched, paragraphs = self._writer.apply(cursor, change.slot, start, change.deltas)
        finally:
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


def _stretched(lengths: Sequence[int], first: int, last: int) -> tuple[int, int]:
    """The pieces from ``first`` to ``last`` with as many more at both sides as some screens of text take."""
    before = after = 0
    while first > 0 and before < ROUND_UNITS:
        first -= 1
        before += lengths[first]
    while last < len(lengths) - 1 and after < ROUND_UNITS:
        last += 1
        after += lengths[last]
    return first, last
