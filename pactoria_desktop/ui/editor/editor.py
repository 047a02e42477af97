"""Every way by which words can come into the page: keys, input methods, clipboard, drop, and edits behind our back."""

from collections.abc import Callable

from PySide6.QtCore import QMimeData, Qt, QTimer, Signal
from PySide6.QtGui import (
    QDropEvent,
    QFocusEvent,
    QInputMethodEvent,
    QKeyEvent,
    QKeySequence,
    QMouseEvent,
    QTextCursor,
    QTextDocument,
    QWheelEvent,
)
from PySide6.QtWidgets import QWidget

from pactoria_desktop.replica.changes import Place
from pactoria_desktop.ui.editor.commands import Commands
from pactoria_desktop.ui.editor.living import LivingText
from pactoria_desktop.ui.editor.moving import Moving
from pactoria_desktop.ui.editor.numbers import Numbers
from pactoria_desktop.ui.editor.page import Page
from pactoria_desktop.ui.editor.repair import Intrusion, as_command, intrusion_of
from pactoria_desktop.ui.editor.table_commands import TableCommands
from pactoria_desktop.ui.editor.view import View


class Editor(Page):
    """A page that is edited: no event reaches QTextEdit's own editing; what does all the same is undone and replayed.

    ``menu_wanted`` asks for the context menu at a global point; ``zoom_wanted`` for a larger (1) or smaller (-1) page.
    """

    menu_wanted = Signal(object)
    zoom_wanted = Signal(int)

    def __init__(self, view: View, numbers: Numbers, text: LivingText, parent: QWidget | None = None) -> None:
        self._intrusion: Intrusion | None = None
        super().__init__(view, numbers, text, parent)
        self.commands = Commands(self, text)
        self.moving = Moving(self)
        self.tables = TableCommands(self, text, self.commands)
        view.applied.connect(self._move_preedit)
        self._keys: list[tuple[QKeySequence.StandardKey, Callable[[], object]]] = [
            (QKeySequence.StandardKey.Undo, self.commands.undo),
            (QKeySequence.StandardKey.Redo, self.commands.redo),
            (QKeySequence.StandardKey.Cut, self.commands.cut),
            (QKeySequence.StandardKey.Copy, self.copy),
            (QKeySequence.StandardKey.Paste, self.commands.paste),
            (QKeySequence.StandardKey.Bold, self.commands.bold),
            (QKeySequence.StandardKey.Italic, self.commands.italic),
            (QKeySequence.StandardKey.Underline, self.commands.underline),
            (QKeySequence.StandardKey.DeleteStartOfWord, lambda: self.commands.delete_word(forward=False)),
            (QKeySequence.StandardKey.DeleteEndOfWord, lambda: self.commands.delete_word(forward=True)),
            (QKeySequence.StandardKey.InsertLineSeparator, self.commands.line_break),
            (QKeySequence.StandardKey.InsertParagraphSeparator, self.commands.enter),
        ]

    # -- keys

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Deeds become commands; only moving and selecting is left to QTextEdit."""
        kept = event.clone()
        if self.commands.turns.later(lambda: self.keyPressEvent(kept)):
            event.accept()
            return
        if self.view.at_edge(self.caret_position):
            self.view.catch_up()
        key = event.key()
        for sequence, deed in self._keys:
            if event.matches(sequence):
                deed()
                event.accept()
                return
        if key == Qt.Key.Key_Backspace:
            self.commands.delete_backward()
        elif key == Qt.Key.Key_Delete:
            self.commands.delete_forward()
        elif key in (Qt.Key.Key_Tab, Qt.Key.Key_Backtab):
            shift = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
            self._tab(back=shift or key == Qt.Key.Key_Backtab)
        elif self.moving.press(event):
            self.commands.bursts.end()
        elif self._is_typing(event):
            self.commands.type(event.text())
        else:
            event.ignore()
            return
        event.accept()

    def _is_typing(self, event: QKeyEvent) -> bool:
        words = event.text()
        modifiers = event.modifiers()
        plain = not modifiers & Qt.KeyboardModifier.ControlModifier and not modifiers & Qt.KeyboardModifier.AltModifier
        both = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier
        return bool(words) and words.isprintable() and (plain or (modifiers & both) == both)

    def _tab(self, back: bool) -> None:
        if self.tables.next_cell(back):
            return
        cursor = self.textCursor()
        numbered = self.view.formats.numbered(self.paragraph_number()).has_number
        if numbered and cursor.atBlockStart():
            self.commands.change_level(-1 if back else 1)
        elif not back:
            self.commands.type("\t")

    # -- input methods

    def inputMethodEvent(self, event: QInputMethodEvent) -> None:
        """Committed words are typed by command; only the preedit is QTextEdit's, and never with a selection."""
        kept = event.clone()
        if self.isReadOnly() or self.commands.turns.later(lambda: self.inputMethodEvent(kept)):
            return
        cursor = self.textCursor()
        if event.replacementLength():
            start = cursor.position() + event.replacementStart()
            cursor.setPosition(max(0, start))
            cursor.setPosition(max(0, start) + event.replacementLength(), QTextCursor.MoveMode.KeepAnchor)
            self.setTextCursor(cursor)
        if event.commitString():
            self._drop_preedit()
            self.commands.type(event.commitString())
        elif self.has_selection and event.preeditString():
            self.commands.delete_selection()
        cursor = self.textCursor()
        if cursor.hasSelection():
            cursor.clearSelection()
            self.setTextCursor(cursor)
        super().inputMethodEvent(QInputMethodEvent(event.preeditString(), event.attributes()))

    def _drop_preedit(self) -> None:
        if self.textCursor().block().layout().preeditAreaText():
            super().inputMethodEvent(QInputMethodEvent("", []))

    def _move_preedit(self) -> None:
        """What somebody typed before a running preedit moved the caret: the preedit goes with it."""
        cursor = self.textCursor()
        layout = cursor.block().layout()
        here = cursor.positionInBlock()
        if layout.preeditAreaText() and layout.preeditAreaPosition() != here:
            layout.setPreeditArea(here, layout.preeditAreaText())
            self.document().markContentsDirty(cursor.block().position(), cursor.block().length())

    # -- clipboard and drop

    def createMimeDataFromSelection(self) -> QMimeData:
        """What was selected as words: nothing hidden, nothing struck."""
        data = QMimeData()
        data.setText(self.commands.copied_text())
        return data

    def copy(self) -> None:
        """The selection to the clipboard, over pieces of tables as well."""
        self.commands.copy()

    def canInsertFromMimeData(self, source: QMimeData) -> bool:
        """Words only: a file that is dropped is for the window, which brings it in, and types no path here."""
        files = any(url.isLocalFile() for url in source.urls())
        return source.hasText() and not files and not self.isReadOnly()

    def insertFromMimeData(self, source: QMimeData) -> None:
        """Words come in as if typed, in one step."""
        words = source.text()
        if not self.commands.turns.later(lambda: self.commands.type(words)):
            self.commands.type(words)

    def dropEvent(self, event: QDropEvent) -> None:
        """Words dropped here are typed here; words dragged from this page move in one step."""
        if not self.canInsertFromMimeData(event.mimeData()) or self.turns.busy:
            event.ignore()
            return
        words = event.mimeData().text()
        position = self.cursorForPosition(event.position().toPoint()).position()
        own = event.source() in (self, self.viewport())
        selected = self.textCursor()
        if own and selected.selectionStart() <= position <= selected.selectionEnd():
            event.ignore()
            return
        target = self.view.positions.place(position)
        with self.commands.bursts.step():
            if own and event.dropAction() == Qt.DropAction.MoveAction:
                before = position < selected.selectionStart()
                length = self.view.positions.total
                self.commands.delete_selection_in_step()
                if not before:
                    target = self.view.positions.place(position + self.view.positions.total - length)
            self._type_at(target, words)
        event.setDropAction(Qt.DropAction.CopyAction)
        event.accept()

    def _type_at(self, place: Place | None, words: str) -> None:
        position = self.view.positions.position(place) if place else None
        if position is not None:
            self.show_caret(position)
            self.commands.type_in_step(words)

    # -- pointer

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """A click ends a burst of keys."""
        self.commands.bursts.end()
        super().mousePressEvent(event)

    def contextMenuEvent(self, event: object) -> None:
        """Our own menu: QTextEdit's would edit the document itself."""
        self.menu_wanted.emit(event.globalPos())  # type: ignore[attr-defined]
        event.accept()  # type: ignore[attr-defined]

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Ctrl and wheel zoom."""
        if event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            if event.angleDelta().y():
                self.zoom_wanted.emit(1 if event.angleDelta().y() > 0 else -1)
            event.accept()
            return
        super().wheelEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Leaving the page ends a burst of keys."""
        self.commands.bursts.end()
        super().focusOutEvent(event)

    # -- the net below

    def _watch(self, document: QTextDocument) -> None:
        document.contentsChange.connect(self._guard)

    def _guard(self, position: int, removed: int, added: int) -> None:
        """Somebody edited the document itself (accessibility, `cut()`, a drag): note it, undo and replay it soon."""
        view = self.view
        if view.writing or self.sender() not in (None, view.document):
            return
        if view.behind:
            self._intrusion = self._intrusion or Intrusion(position, None)
            QTimer.singleShot(0, self.repair)
            return
        found = intrusion_of(view, position, removed, added)
        if found is None:
            return
        if self._intrusion is None:
            self._intrusion = found
            QTimer.singleShot(0, self.repair)
        else:
            self._intrusion = Intrusion(found.start, None)

    def repair(self) -> None:
        """Show the text as it is again, then do by command what was done behind our back."""
        found, self._intrusion = self._intrusion, None
        if found is None:
            return
        self.view.load()
        deed = as_command(self.view, self.text, found)
        if deed is not None:
            with self.commands.bursts.step():
                deed()
