"""What people do to the text, each deed a method: keys, menus, palette and tests all come through here."""

from collections.abc import Callable, Collection, Iterator, Sequence
from functools import partial

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QGuiApplication, QTextCharFormat, QTextCursor

from pactoria_desktop.contract.text import LINE_BREAK, REVISION_KINDS, Marks, MarkValue, id_of, kind_of
from pactoria_desktop.replica.changes import Place, Stretch
from pactoria_desktop.replica.errors import ReplicaError
from pactoria_desktop.replica.resolving import Selection
from pactoria_desktop.ui.editor.bursts import Bursts
from pactoria_desktop.ui.editor.caret import place_of, selected_stretches, step
from pactoria_desktop.ui.editor.formats import BOLD, MARKS, PLAIN_MARKS
from pactoria_desktop.ui.editor.living import LivingText
from pactoria_desktop.ui.editor.page import Page
from pactoria_desktop.ui.editor.reach import table_of
from pactoria_desktop.ui.editor.words import between, cleaned, copied
from pactoria_desktop.ui.editor.writing import fragments, units

TOGGLES = ("bold", "italic", "underline", "strike")


class Commands(QObject):
    """Deeds at the caret or on the selection of one page. ``refused`` gives a sentence when nothing could be done."""

    refused = Signal(str)

    def __init__(self, page: Page, text: LivingText) -> None:
        super().__init__(page)
        self._page = page
        self._text = text
        self._pending: dict[str, MarkValue] = {}
        self._pending_at = -1
        self.bursts = Bursts(text, self)
        self.turns = page.turns
        page.caret_changed.connect(self._caret_moved)

    # -- where

    @property
    def caret(self) -> Place | None:
        """Where the caret stands, in the text as it is."""
        view = self._page.view
        if view.behind:
            here = place_of(view, self._page.textCursor().position())
            if here is not None:
                view.catch_up(here.slot)
        return place_of(self._page.view, self._page.textCursor().position())

    @property
    def selection(self) -> tuple[Stretch, ...]:
        """What is selected, in document order, in the text as it is."""
        if self._page.has_selection:
            self._page.view.catch_up_shown()
        return self._page.selected_stretches

    def paragraph_ends(self) -> tuple[Stretch, ...]:
        """The newlines of the paragraphs that the selection touches, or of the caret's."""
        stretches = self.selection
        if not stretches:
            caret = self.caret
            if caret is None:
                return ()
            stretches = (Stretch(caret.slot, caret.offset, caret.offset + 1),)
        found = []
        view = self._page.view
        for stretch in stretches:
            index = view.positions.index(stretch.slot)
            if index is None:
                continue
            start = view.positions.text_start(index)
            block = view.document.findBlock(start + stretch.start)
            while block.isValid() and block.position() < start + max(stretch.end, stretch.start + 1):
                end = block.position() + block.length() - 1 - start
                found.append(Stretch(stretch.slot, end, end + 1))
                block = block.next()
        return tuple(found)

    # -- words

    def type(self, words: str) -> None:
        """Type at the caret, over the selection."""
        words = cleaned(words)
        if not words or self._page.isReadOnly():
            return
        stretches = self.selection
        formatting = self._formatting()
        if len(stretches) > 1:
            self._delete_in_turns(stretches, after=True, then=lambda: self._insert(words, formatting))
            return
        if stretches:
            with self.bursts.step():
                self._delete(stretches, after=True)
                self._insert(words, formatting)
            return
        if "\n" in words or units(words) > 40:
            with self.bursts.step():
                self._insert(words, formatting)
            return
        self.bursts.key()
        self._insert(words, formatting)

    def _insert(self, words: str, formatting: dict[str, MarkValue] | None) -> None:
        caret = self.caret
        if caret is None:
            return
        try:
            place = self._text.enter(caret) if words == "\n" else self._text.insert(caret, words, formatting)
        except ReplicaError as error:
            self.refused.emit(str(error))
            return
        if place is None:
            self.refused.emit("Nothing can be typed here: these words are locked.")
            return
        self._go(place)
        if formatting is not None:
            self._pending = dict(formatting)
            self._pending_at = self._page.textCursor().position()

    def enter(self) -> None:
        """End the paragraph."""
        self.type("\n")

    def line_break(self) -> None:
        """A new line in the same paragraph."""
        self.type(LINE_BREAK)

    def delete_backward(self) -> None:
        """Backspace."""
        self._delete_one(forward=False)

    def delete_forward(self) -> None:
        """The key Delete."""
        self._delete_one(forward=True)

    def delete_word(self, forward: bool) -> None:
        """Up to the beginning of this word or the end of it."""
        self._page.view.catch_up_shown()
        if self.selection:
            self._delete_one(forward)
            return
        cursor = self._page.textCursor()
        operation = QTextCursor.MoveOperation
        cursor.movePosition(operation.NextWord if forward else operation.PreviousWord, QTextCursor.MoveMode.KeepAnchor)
        stretches = selected_stretches(self._page.view, cursor)
        here = self.caret
        if len({stretch.slot for stretch in stretches}) == 1 and here and stretches[0].slot == here.slot:
            with self.bursts.step():
                self._delete(stretches, after=forward)
        else:
            self._delete_one(forward)

    def delete_selection(self) -> None:
        """Delete what is selected."""
        stretches = self.selection
        if stretches and not self._page.isReadOnly():
            self._delete_selected(stretches, after=False)

    def _delete_selected(self, stretches: Sequence[Stretch], after: bool) -> None:
        if len(stretches) > 1:
            self._delete_in_turns(stretches, after)
            return
        with self.bursts.step():
            self._delete(stretches, after)

    def _delete_in_turns(
        self, stretches: Sequence[Stretch], after: bool, then: Callable[[], None] | None = None
    ) -> None:
        """Delete what reaches over several texts, text by text (see ``turns``), and do something ``then``: one step."""
        self.bursts.end()

        def deed() -> Iterator[int]:
            with self._text.undo_group():
                rest = self._text.length(stretches[-1].slot) - stretches[-1].end
                try:
                    yield from self._text.gradually.delete(stretches)
                except ReplicaError as error:
                    self.refused.emit(str(error))
                    return
                self._stand(stretches, rest, after)
                if then is not None:
                    then()

        self.turns.run(deed)

    def delete_selection_in_step(self) -> None:
        """Delete what is selected, inside a step that is already open."""
        stretches = self.selection
        if stretches:
            self._delete(stretches, after=False)

    def type_in_step(self, words: str) -> None:
        """Type at the caret, inside a step that is already open."""
        self._insert(cleaned(words), None)

    def copy(self) -> None:
        """To the clipboard; what is long is read in turns, and is there when the last is done."""
        if not self._page.has_selection:
            return
        self.bursts.end()
        pieces, read = self.copied_pieces(), list[str]()

        def reading() -> Iterator[None]:
            for piece in pieces:
                read.append(piece)
                yield

        self.turns.run(reading, lambda: QGuiApplication.clipboard().setText("".join(read)))

    def cut(self) -> None:
        """To the clipboard, and delete."""
        self.copy()
        if not self.turns.later(self.delete_selection):
            self.delete_selection()

    def paste(self) -> None:
        """From the clipboard, as words."""
        self._page.paste()

    def _delete_one(self, forward: bool) -> None:
        if self._page.isReadOnly():
            return
        view = self._page.view
        view.catch_up_shown()
        if view.at_edge(self._page.textCursor().position()):
            view.catch_up()
        if self.selection:
            self._delete_selected(self.selection, after=forward)
            return
        position = self._page.textCursor().position()
        found = step(view, position, forward)
        if found is None:
            return
        stretches = view.positions.stretches(*found)
        here = place_of(view, position)
        if not stretches or here is None or self._crosses_border(here, stretches, forward):
            self._page.show_caret(found[1] if forward else found[0])
            return
        self.bursts.end()
        self._delete(stretches, after=forward)

    def _crosses_border(self, here: Place, stretches: Sequence[Stretch], forward: bool) -> bool:
        """Whether a one-character deletion would join a cell, or a story, with something else."""
        view = self._page.view
        slot = stretches[0].slot
        positions = view.positions
        index = positions.index(slot)
        if index is None:
            return True
        ends_slot = stretches[0].end >= positions.length(index)
        if not ends_slot and slot == here.slot:
            return False
        following = index + 1
        if view.in_table(slot) or view.in_table(here.slot) or following >= len(positions):
            return True
        other = positions.slots[following]
        return not other or view.in_table(other) or view.part_of(other) != view.part_of(slot)

    def _delete(self, stretches: Sequence[Stretch], after: bool) -> None:
        """Delete, then stand at the beginning, or behind what was only struck when ``after``."""
        rest = self._text.length(stretches[-1].slot) - stretches[-1].end
        try:
            place = self._text.delete(stretches)
        except ReplicaError as error:
            self.refused.emit(str(error))
            return
        self._stand(stretches, rest, after, place)

    def _stand(self, stretches: Sequence[Stretch], rest: int, after: bool, place: Place | None = None) -> None:
        """The caret after a deletion; ``rest`` units followed it in its last text."""
        view = self._page.view
        first, last = stretches[0], stretches[-1]
        view.catch_up(first.slot)
        if after and self._text.suggesting and last.slot in view.positions:
            self._go(Place(last.slot, max(0, self._text.length(last.slot) - rest)))
        elif first.slot in view.positions:
            self._go(Place(first.slot, first.start))
        elif place is not None:
            self._go(place)

    def copied_text(self) -> str:
        """What the selection is on the clipboard."""
        return "".join(self.copied_pieces())

    def copied_pieces(self) -> Iterator[str]:
        """The same cell by cell and section by section, of the selection as it is now; between cells a tab, between
        rows a line."""
        stretches, page = self.selection, self._page
        reach = page.reach
        in_cells = reach.in_cells if reach else page.textCursor().hasComplexSelection()
        rows = [self._row_of(stretch.slot) for stretch in stretches] if in_cells else []
        return self._pieces(stretches, rows)

    def _pieces(self, stretches: Sequence[Stretch], rows: Sequence[tuple[int, int]]) -> Iterator[str]:
        for number, stretch in enumerate(stretches):
            between_cells = ""
            if rows and number:
                between_cells = "\t" if rows[number] == rows[number - 1] else "\n"
            yield between_cells + copied(between(self._text.spans(stretch.slot), stretch.start, stretch.end))

    def _row_of(self, slot: str) -> tuple[int, int]:
        """Where a cell's table begins in the document, and its row."""
        positions = self._page.view.positions
        start = positions.text_start(positions.index(slot) or 0)
        table = table_of(self._page.view, start)
        return (table.firstPosition(), table.cellAt(start).row()) if table else (0, 0)

    # -- looks

    def toggle(self, key: str) -> None:
        """Bold, italic, underline or strike: off when the whole selection has it, else on."""
        if self._page.isReadOnly():
            return
        stretches = self._without_cell_ends(self.selection)
        value = not self.is_on(key)
        if not stretches:
            self._pending = {**(self._formatting() or {}), key: value}
            self._pending_at = self._page.textCursor().position()
            return
        self.bursts.end()
        self.turns.run(lambda: self._text.gradually.format(stretches, key, value))

    def bold(self) -> None:
        """Bold on or off."""
        self.toggle("bold")

    def italic(self) -> None:
        """Italic on or off."""
        self.toggle("italic")

    def underline(self) -> None:
        """Underline on or off."""
        self.toggle("underline")

    def is_on(self, key: str) -> bool:
        """Whether the selection, or what would be typed at the caret, has a look."""
        page = self._page
        pending = self._formatting()
        if pending and key in pending:
            return bool(pending[key])
        stretches = self._without_cell_ends(page.selected_stretches)
        if not stretches:
            return self._looks(page.textCursor().charFormat(), key)
        for stretch in stretches:
            index = page.view.positions.index(stretch.slot)
            if index is None:
                continue
            start = page.view.positions.text_start(index)
            block = page.document().findBlock(start + stretch.start)
            while block.isValid() and block.position() < start + stretch.end:
                for first, last, number, base in fragments(block):
                    inside = first < start + stretch.end and last > start + stretch.start
                    if inside and not self._looks(page.formats.characters(number, base), key):
                        return False
                block = block.next()
        return True

    def _looks(self, made: QTextCharFormat, key: str) -> bool:
        return bool(
            {
                "bold": made.boolProperty(BOLD),
                "italic": made.fontItalic(),
                "underline": made.fontUnderline(),
                "strike": made.fontStrikeOut(),
            }[key]
        )

    def _formatting(self) -> dict[str, MarkValue] | None:
        if self._pending and self._pending_at == self._page.textCursor().position():
            return dict(self._pending)
        return None

    def _without_cell_ends(self, stretches: Sequence[Stretch]) -> tuple[Stretch, ...]:
        """Stretches of words: the last newline of a cell carries no look."""
        view = self._page.view
        found = []
        for stretch in stretches:
            index = view.positions.index(stretch.slot)
            if index is None:
                continue
            end = min(stretch.end, view.positions.length(index) - 1)
            if stretch.start < end:
                found.append(Stretch(stretch.slot, stretch.start, end))
        return tuple(found)

    # -- paragraphs

    def set_style(self, style: str) -> None:
        """Give the paragraphs a style by its id."""
        self._set_paragraphs("p:style", style)

    def set_numbering(self, numbering: str) -> None:
        """Give the paragraphs a numbering by its id, "" for none."""
        self._set_paragraphs("p:num", numbering)

    def change_level(self, by: int) -> None:
        """One level of numbering deeper (1) or higher (-1)."""
        view = self._page.view
        ends = self.paragraph_ends()
        with self.bursts.step():
            for end in ends:
                index = view.positions.index(end.slot)
                if index is None:
                    continue
                block = view.document.findBlock(view.positions.text_start(index) + end.start)
                record = view.formats.numbered(int(block.blockFormat().property(MARKS) or PLAIN_MARKS)).record
                level = max(0, min(8, record[1] + by))
                if record[0] is not None and level != record[1]:
                    self._do(partial(self._text.set_paragraph, [end], "p:lvl", level))

    def style(self) -> str:
        """The id of the caret's paragraph style, empty for none."""
        block = self._page.textCursor().block()
        style = self._page.formats.style(int(block.blockFormat().property(MARKS) or PLAIN_MARKS))
        return style.id if style else ""

    def _set_paragraphs(self, key: str, value: str | int | None) -> None:
        ends = self.paragraph_ends()
        if ends and not self._page.isReadOnly():
            with self.bursts.step():
                self._do(lambda: self._text.set_paragraph(ends, key, value))

    # -- comments

    def comment(self, words: str) -> str | None:
        """Comment on the selection, or on the word at the caret; gives the comment's id."""
        stretches = self._without_cell_ends(self.selection)
        if not stretches:
            cursor = self._page.textCursor()
            cursor.select(QTextCursor.SelectionType.WordUnderCursor)
            stretches = self._without_cell_ends(selected_stretches(self._page.view, cursor))
        if not stretches:
            self.refused.emit("Select the words that the comment speaks of.")
            return None
        with self.bursts.step():
            try:
                return str(self._text.comment(stretches, words))
            except ReplicaError as error:
                self.refused.emit(str(error))
                return None

    # -- changes

    def changes_here(self) -> tuple[str, ...]:
        """The revision ids of the selection, or of what the caret touches."""
        return self._ids_here(REVISION_KINDS)

    def comments_here(self) -> tuple[str, ...]:
        """The comments on the selection, or on what the caret touches."""
        return self._ids_here(("comment",))

    def _ids_here(self, kinds: Collection[str]) -> tuple[str, ...]:
        found: dict[str, None] = {}
        stretches = self.selection
        caret = self.caret
        if not stretches and caret:
            stretches = (Stretch(caret.slot, max(0, caret.offset - 1), caret.offset + 1),)
        for stretch in stretches:
            for _, marks in between(self._text.spans(stretch.slot), stretch.start, stretch.end):
                for key in marks:
                    if kind_of(key) in kinds:
                        found[id_of(key)] = None
        return tuple(found)

    def accept_here(self) -> None:
        """Accept the changes that the caret or the selection touches."""
        self._resolve(accept=True)

    def reject_here(self) -> None:
        """Reject the changes that the caret or the selection touches."""
        self._resolve(accept=False)

    def _resolve(self, accept: bool) -> None:
        ids = self.changes_here()
        if not ids:
            self.refused.emit("There is no change at the caret.")
            return
        chosen = Selection(ids=frozenset(ids))
        with self.bursts.step():
            self._do(lambda: (self._text.accept if accept else self._text.reject)(chosen))

    def accept_all(self, selection: Selection | None = None) -> None:
        """Accept all changes, or the selected ones, text by text (see ``turns``)."""
        self.bursts.end()
        self.turns.run(lambda: self._text.gradually.accept(selection or Selection()))

    def reject_all(self, selection: Selection | None = None) -> None:
        """Reject all changes, or the selected ones, text by text (see ``turns``)."""
        self.bursts.end()
        self.turns.run(lambda: self._text.gradually.reject(selection or Selection()))

    def next_change(self) -> bool:
        """Select the next change after the caret, from the beginning again at the end; tells whether there is one."""
        return self._to_change(forward=True)

    def previous_change(self) -> bool:
        """Select the change before the caret, from the end again at the beginning; tells whether there is one."""
        return self._to_change(forward=False)

    def _to_change(self, forward: bool) -> bool:
        view = self._page.view
        view.catch_up()
        slots = [slot for slot in view.positions.slots if slot]
        cursor = self._page.textCursor()
        here = place_of(view, cursor.selectionEnd() if forward else cursor.selectionStart())
        if here is None:
            return False
        start = slots.index(here.slot)
        order = [slots[(start + (turn if forward else -turn)) % len(slots)] for turn in range(len(slots) + 1)]
        for turn, slot in enumerate(order):
            changed = changed_stretches(slot, self._text.spans(slot))
            if turn == 0:
                changed = [one for one in changed if (one.start >= here.offset if forward else one.end <= here.offset)]
            if changed:
                chosen = changed[0 if forward else -1]
                self._page.show_stretch(chosen)
                return True
        return False

    # -- undo

    def undo(self) -> None:
        """Take the last step back, a large one part by part (see ``turns``)."""
        self._step_back(self._text.undo_gradually)

    def redo(self) -> None:
        """Do again what was taken back."""
        self._step_back(self._text.redo_gradually)

    def _step_back(self, deed: Callable[[], Iterator[Place | None]]) -> None:
        if self.turns.later(lambda: self._step_back(deed)):
            return
        self.bursts.end()
        carets: list[Place] = []

        def parts() -> Iterator[None]:
            try:
                for place in deed():
                    if place is not None and not carets:
                        carets.append(place)
                    yield
            except ReplicaError as error:
                self.refused.emit(str(error))

        def stand() -> None:
            place = carets[0] if carets else self._page.view.last_touched
            if place is not None:
                self._go(place, words_alone=True)

        self.turns.run(parts, stand)

    # -- clauses

    def select_clause(self) -> None:
        """Select the caret's paragraph."""
        cursor = self._page.textCursor()
        block = cursor.block()
        cursor.setPosition(block.position())
        cursor.setPosition(block.position() + block.length() - 1, QTextCursor.MoveMode.KeepAnchor)
        self._page.setTextCursor(cursor)

    # -- the rest

    def _go(self, place: Place, *, words_alone: bool = False) -> None:
        self._page.view.catch_up(place.slot, words_alone=words_alone)
        position = self._page.view.positions.position(place)
        if position is not None:
            self._page.show_caret(position)

    def _do(self, deed: Callable[[], object]) -> None:
        try:
            deed()
        except ReplicaError as error:
            self.refused.emit(str(error))

    def _caret_moved(self) -> None:
        if self._pending and self._pending_at != self._page.textCursor().position():
            self._pending = {}


def changed_stretches(slot: str, spans: Sequence[tuple[str, Marks]]) -> list[Stretch]:
    """The stretches of a slot under tracked changes, neighbours of one revision joined."""
    found: list[Stretch] = []
    before: frozenset[str] = frozenset()
    at = 0
    for text, marks in spans:
        names = frozenset(id_of(key) for key in marks if kind_of(key) in REVISION_KINDS)
        length = units(text)
        if names:
            if found and found[-1].end == at and names & before:
                found[-1] = Stretch(slot, found[-1].start, at + length)
            else:
                found.append(Stretch(slot, at, at + length))
        before = names
        at += length
    return found
