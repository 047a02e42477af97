"""The caret's ways by key, as in Word: characters, words, lines, paragraphs, pages; into, through and out of tables."""

from collections.abc import Callable

from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QKeyEvent, QKeySequence, QTextCursor

from pactoria_desktop.ui.editor.caret import is_hidden, standing
from pactoria_desktop.ui.editor.page import Page
from pactoria_desktop.ui.editor.reach import table_of

Operation = QTextCursor.MoveOperation
Standard = QKeySequence.StandardKey
UNKNOWN = -1

MOVES: tuple[tuple[Standard, Standard, Operation], ...] = (
    (Standard.MoveToNextChar, Standard.SelectNextChar, Operation.Right),
    (Standard.MoveToPreviousChar, Standard.SelectPreviousChar, Operation.Left),
    (Standard.MoveToNextWord, Standard.SelectNextWord, Operation.WordRight),
    (Standard.MoveToPreviousWord, Standard.SelectPreviousWord, Operation.WordLeft),
    (Standard.MoveToStartOfLine, Standard.SelectStartOfLine, Operation.StartOfLine),
    (Standard.MoveToEndOfLine, Standard.SelectEndOfLine, Operation.EndOfLine),
    (Standard.MoveToStartOfDocument, Standard.SelectStartOfDocument, Operation.Start),
    (Standard.MoveToEndOfDocument, Standard.SelectEndOfDocument, Operation.End),
    (Standard.MoveToNextLine, Standard.SelectNextLine, Operation.Down),
    (Standard.MoveToPreviousLine, Standard.SelectPreviousLine, Operation.Up),
)
PAGES = (
    (Standard.MoveToNextPage, Standard.SelectNextPage, 1),
    (Standard.MoveToPreviousPage, Standard.SelectPreviousPage, -1),
)
FAR = (
    Standard.SelectAll, Standard.MoveToStartOfDocument, Standard.MoveToEndOfDocument, Standard.SelectStartOfDocument,
    Standard.SelectEndOfDocument,
)  # fmt: skip
SIDEWAYS = (Operation.Left, Operation.Right, Operation.WordLeft, Operation.WordRight)
LEFTWARD = (Operation.Left, Operation.WordLeft)


class Moving:
    """Moves one page's caret. Up and down keep their column while nothing else moves it."""

    def __init__(self, page: Page) -> None:
        self._page = page
        self._column = UNKNOWN
        self._column_at = UNKNOWN

    def press(self, event: QKeyEvent) -> bool:
        """Move as the key says; False for a key that moves nothing."""
        page = self._page
        if any(event.matches(far) for far in FAR):
            page.view.catch_up()
        if event.matches(Standard.SelectAll):
            page.select_between(0, page.view.positions.total)
            return True
        chosen = self._chosen(event)
        if chosen is None:
            return False
        way, keeping = chosen
        caret = page.caret_position
        target = way(caret)
        page.select_between(page.anchor_position if keeping else target, target)
        page.ensureCursorVisible()
        return True

    def _chosen(self, event: QKeyEvent) -> tuple[Callable[[int], int], bool] | None:
        """The way a key asks for, and whether it selects."""
        modifiers = event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
        keeping = bool(modifiers & Qt.KeyboardModifier.ShiftModifier)
        if event.key() in (Qt.Key.Key_Up, Qt.Key.Key_Down) and modifiers & Qt.KeyboardModifier.ControlModifier:
            forward = event.key() == Qt.Key.Key_Down
            return (lambda caret: self._paragraph(caret, forward)), keeping
        for plain, selecting, operation in MOVES:
            for sequence in (plain, selecting):
                if event.matches(sequence):
                    return self._way(operation, sequence == selecting), sequence == selecting
        for plain, selecting, pages in PAGES:
            for sequence in (plain, selecting):
                if event.matches(sequence):
                    return (lambda caret, by=pages: self._by_page(caret, by)), sequence == selecting
        return None

    def _way(self, operation: Operation, keeping: bool) -> Callable[[int], int]:
        if operation in SIDEWAYS:
            return lambda caret: self._sideways(caret, operation, keeping)
        if operation in (Operation.Up, Operation.Down):
            return lambda caret: self._line(caret, operation)
        return lambda caret: self._stood(self._cursor(caret, operation).position(), caret)

    def _cursor(self, caret: int, operation: Operation, column: int = UNKNOWN) -> QTextCursor:
        cursor = QTextCursor(self._page.document())
        cursor.setVisualNavigation(True)
        cursor.setPosition(caret)
        cursor.setVerticalMovementX(column)
        cursor.movePosition(operation)
        return cursor

    def _stood(self, position: int, came_from: int) -> int:
        return standing(self._page.view, position, came_from)

    # -- along the line

    def _sideways(self, caret: int, operation: Operation, keeping: bool) -> int:
        """A character or a word; characters without width are passed over, and so are the borders of tables."""
        view, page = self._page.view, self._page
        block = view.document.findBlock(caret)
        leftward = operation in LEFTWARD
        back = leftward != (block.textDirection() == Qt.LayoutDirection.RightToLeft)
        selected = sorted((page.anchor_position, caret))
        if selected[0] != selected[1] and not keeping and operation in (Operation.Left, Operation.Right):
            return selected[0] if back else self._stood(selected[1], selected[1] + 1)
        position = caret
        while True:
            target = self._stood(self._cursor(position, operation).position(), position)
            if target == position or ((target > position) == back and not self._mixed(position, target)):
                target = self._past_border(position, back)
            if target == position or not is_hidden(view, min(position, target), max(position, target)):
                return target
            position = target

    def _mixed(self, one: int, other: int) -> bool:
        """Whether two positions are in one paragraph, where words of both directions may stand."""
        document = self._page.document()
        return document.findBlock(one) == document.findBlock(other)

    def _past_border(self, position: int, back: bool) -> int:
        """Into the next entry (or the end of the one before) that the caret may stand in; here where there is none."""
        positions = self._page.view.positions
        entry = positions.entry_at(position) + (-1 if back else 1)
        while 0 <= entry < len(positions) and not positions.slots[entry]:
            entry += -1 if back else 1
        if not 0 <= entry < len(positions):
            return position
        return positions.text_start(entry) + (positions.length(entry) - 1 if back else 0)

    # -- up and down

    def _line(self, caret: int, operation: Operation) -> int:
        """The line above or below, in the same column; a table is entered in the cell that stands there."""
        page = self._page
        column = self._column if self._column_at == caret else UNKNOWN
        cursor = self._cursor(caret, operation, column)
        column = cursor.verticalMovementX()
        target = self._stood(cursor.position(), caret)
        if target == caret and not self._at_edge(caret, operation):
            target = self._past_border(caret, operation == Operation.Up)
        entered = table_of(page.view, target)
        if entered is not None and entered != table_of(page.view, caret):
            layout = page.document().documentLayout()
            left = layout.blockBoundingRect(page.document().findBlock(caret)).left() + max(0, column)
            row = 0 if operation == Operation.Down else entered.rows() - 1
            block = page.document().findBlock(
                entered.cellAt(row, 0).firstPosition() if row == 0 else entered.cellAt(row, 0).lastPosition()
            )
            box = layout.blockBoundingRect(block)
            height = box.top() + 2 if operation == Operation.Down else box.bottom() - 2
            found = layout.hitTest(QPointF(left, height), Qt.HitTestAccuracy.FuzzyHit)
            target = self._stood(found, caret) if table_of(page.view, found) == entered else target
            column = UNKNOWN
        self._column, self._column_at = column, target
        return target

    def _at_edge(self, caret: int, operation: Operation) -> bool:
        """Whether the caret's line is the first or the last of all."""
        positions = self._page.view.positions
        entry = positions.entry_at(caret)
        return entry == (0 if operation == Operation.Up else len(positions) - 1)

    def _paragraph(self, caret: int, forward: bool) -> int:
        """The beginning of the next paragraph; backwards of this one, or of the one before when it stands there."""
        view = self._page.view
        block = view.document.findBlock(caret)
        if not forward and caret > block.position():
            return self._stood(block.position(), caret)
        other = block.next() if forward else block.previous()
        if not other.isValid():
            return caret
        stood = self._stood(other.position(), caret)
        if not forward:
            stood = self._stood(view.document.findBlock(stood).position(), caret)
        return stood

    def _by_page(self, caret: int, by: int) -> int:
        """As far as the viewport is high, less one line; the page scrolls along."""
        page = self._page
        cursor = QTextCursor(page.document())
        cursor.setPosition(caret)
        box, bar = page.cursorRect(cursor), page.verticalScrollBar()
        distance = by * max(box.height(), page.viewport().height() - 2 * box.height())
        at = QPointF(box.left(), box.center().y() + distance + bar.value())
        layout = page.document().documentLayout()
        found = layout.hitTest(at, Qt.HitTestAccuracy.FuzzyHit) if at.y() >= 0 else 0
        if at.y() >= layout.documentSize().height():
            found = page.view.positions.total
        target = self._stood(max(0, found), caret)
        if (target > caret) != (by > 0):
            target = self._stood(page.view.positions.total if by > 0 else 0, caret)
        bar.setValue(bar.value() + distance)
        return target
