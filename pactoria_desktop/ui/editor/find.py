"""The find and replace bar: hits appear while one types, counted, in small helpings of time."""

from collections.abc import Iterator
from time import perf_counter

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QLineEdit, QVBoxLayout, QWidget

from pactoria_desktop.replica.changes import Stretch
from pactoria_desktop.ui.editor.editor import Editor
from pactoria_desktop.ui.editor.living import LivingText
from pactoria_desktop.ui.editor.searching import Query, hits
from pactoria_desktop.ui.theme.look import Look
from pactoria_desktop.ui.widgets.buttons import Button, ToolButton

HELPING_SECONDS = 0.006
PAUSE_MILLISECONDS = 120


class FindBar(QWidget):
    """Find, step through the hits, replace one or all. ``closed`` when it is left."""

    closed = Signal()
    searched = Signal(int)

    def __init__(self, look: Look, editor: Editor, text: LivingText, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._look, self._editor, self._text = look, editor, text
        self._hits: list[Stretch] = []
        self._current = -1
        self._running: Iterator[list[Stretch]] | None = None
        self._helping = QTimer(self)
        self._helping.setInterval(0)
        self._helping.timeout.connect(self._help)
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(PAUSE_MILLISECONDS)
        self._pause.timeout.connect(self._search_again)
        self.setObjectName("panel")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setAccessibleName("Find and replace")
        self._words = self._field("Find in this contract")
        self._words.textChanged.connect(self._pause.start)
        self._replacement = self._field("Replace with")
        self._case = ToolButton(look, "text_size", "Match case", 16, checkable=True)
        self._whole = ToolButton(look, "text_size", "Whole words", 16, checkable=True)
        self._case.setText("Aa")
        self._whole.setText("Word")
        for button in (self._case, self._whole):
            button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextOnly)
            button.toggled.connect(self.search)
        self._count = QLabel(self)
        self._count.setFont(look.font(12, tabular=True))
        self._count.setAccessibleName("Hits")
        self._count.setMinimumWidth(86)
        self._lay_out()
        editor.view.edited.connect(self._edited)

    def _field(self, name: str) -> QLineEdit:
        field = QLineEdit(self)
        field.setPlaceholderText(name)
        field.setAccessibleName(name)
        field.setFont(self._look.font(13))
        return field

    def _lay_out(self) -> None:
        previous = ToolButton(self._look, "previous", "Previous hit", 16)
        following = ToolButton(self._look, "next", "Next hit", 16)
        close = ToolButton(self._look, "close", "Close", 16)
        previous.clicked.connect(lambda: self.step(-1))
        following.clicked.connect(lambda: self.step(1))
        close.clicked.connect(self.leave)
        first = QHBoxLayout()
        first.setSpacing(6)
        first.addWidget(self._words, 1)
        for widget in (self._count, self._case, self._whole, previous, following, close):
            first.addWidget(widget)
        one = Button(self._look, "Replace")
        everything = Button(self._look, "Replace all")
        one.clicked.connect(self.replace)
        everything.clicked.connect(self.replace_all)
        self._second = QWidget(self)
        second = QHBoxLayout(self._second)
        second.setContentsMargins(0, 0, 0, 0)
        second.setSpacing(6)
        second.addWidget(self._replacement, 1)
        second.addWidget(one)
        second.addWidget(everything)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 8, 12, 8)
        column.setSpacing(6)
        column.addLayout(first)
        column.addWidget(self._second)

    # -- what is looked for

    @property
    def query(self) -> Query:
        """What is looked for now."""
        return Query(self._words.text(), self._case.isChecked(), self._whole.isChecked())

    @property
    def count(self) -> int:
        """How many hits are known."""
        return len(self._hits)

    @property
    def searching(self) -> bool:
        """Whether hits may still come."""
        return self._running is not None

    def open(self, *, replacing: bool = False) -> None:
        """Show the bar with the selected words."""
        selected = self._editor.commands.copied_text()
        if selected and "\n" not in selected:
            self._words.setText(selected)
        self._second.setVisible(replacing)
        self.show()
        self._words.setFocus()
        self._words.selectAll()
        self.search()

    def look_for(self, words: str, *, match_case: bool = False, whole_words: bool = False) -> None:
        """Look for these words."""
        self._words.setText(words)
        self._case.setChecked(match_case)
        self._whole.setChecked(whole_words)
        self.search()

    def search(self) -> None:
        """Begin anew."""
        self._pause.stop()
        self._editor.view.catch_up()
        self._hits = []
        self._current = -1
        slots = [slot for slot in self._editor.view.positions.slots if slot]
        self._running = hits(self._text, slots, self.query)
        self._show_hits()
        self._helping.start()

    def finish(self) -> None:
        """Read on to the end now."""
        while self._running is not None:
            self._help()

    def _help(self) -> None:
        until = perf_counter() + HELPING_SECONDS
        while self._running is not None and perf_counter() < until:
            found = next(self._running, None)
            if found is None:
                self._running = None
                self._helping.stop()
                self._show_hits()
                self.searched.emit(len(self._hits))
                return
            self._hits.extend(found)

    def _edited(self) -> None:
        if self.isVisible() and self._words.text():
            self._pause.start()

    def _search_again(self) -> None:
        if self._editor.turns.busy:
            self._pause.start()
        else:
            self.search()

    def _show_hits(self) -> None:
        layers = self._editor.layers
        layers.hits.replace((str(number), stretch) for number, stretch in enumerate(self._hits))
        layers.current_hit = str(self._current) if self._current >= 0 else ""
        self._editor.viewport().update()
        if not self._words.text():
            self._count.setText("")
        elif self._current >= 0:
            self._count.setText(f"{self._current + 1} of {len(self._hits)}")
        else:
            self._count.setText("Not found" if not self._hits and not self.searching else f"{len(self._hits)} hits")

    # -- steps

    def step(self, by: int) -> None:
        """To the next hit (1) or the one before (-1), from the caret, round the ends."""
        if self._pause.isActive():  # the words are newer than the hits
            self.search()
        self.finish()
        if not self._hits:
            return
        if self._current >= 0:
            self._current = (self._current + by) % len(self._hits)
        else:
            self._current = self._from_caret(by)
        hit = self._hits[self._current]
        self._show_hits()
        self._editor.show_stretch(hit)

    def _from_caret(self, by: int) -> int:
        positions = self._editor.view.positions
        here = self._editor.textCursor().selectionStart()
        starts = []
        for stretch in self._hits:
            index = positions.index(stretch.slot)
            starts.append(positions.text_start(index) + stretch.start if index is not None else -1)
        if by > 0:
            return next((number for number, start in enumerate(starts) if start >= here), 0)
        return next((number for number in range(len(starts) - 1, -1, -1) if starts[number] < here), len(starts) - 1)

    def replace(self) -> None:
        """Replace the current hit and go to the next."""
        self.finish()
        if not self._hits:
            return
        if self._current < 0:
            self.step(1)
            return
        hit = self._hits[self._current]
        number = self._current
        with self._editor.commands.bursts.step():
            self._text.replace([hit], self._replacement.text())
        self.search()
        self.finish()
        if self._hits:
            after = [one for one in range(len(self._hits)) if one >= number]
            self._current = after[0] if after else 0
            hit = self._hits[self._current]
            self._show_hits()
            self._editor.show_stretch(hit)

    def replace_all(self) -> int:
        """Replace every hit, as one step of undo and tracked in suggesting mode; gives how many there are.

        In a long text it goes on in turns after this has returned (``Commands.turns``).
        """
        self.search()
        self.finish()
        found = tuple(self._hits)
        if not found or self._editor.isReadOnly():
            return 0
        words = self._replacement.text()
        commands = self._editor.commands
        commands.bursts.end()
        commands.turns.run(lambda: self._text.gradually.replace(found, words), self.search)
        return len(found)

    def replace_with(self, words: str) -> None:
        """Set the words to put in place of hits."""
        self._replacement.setText(words)

    def leave(self) -> None:
        """Hide the bar and take the marks of hits away."""
        self.hide()
        self._pause.stop()
        self._helping.stop()
        self._running = None
        self._editor.layers.hits.replace(())
        self._editor.viewport().update()
        self._editor.setFocus()
        self.closed.emit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter and Shift+Enter step, Escape leaves."""
        if event.key() == Qt.Key.Key_Escape:
            self.leave()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            if self._replacement.hasFocus():
                self.replace()
            else:
                self.step(-1 if event.modifiers() & Qt.KeyboardModifier.ShiftModifier else 1)
        else:
            super().keyPressEvent(event)
