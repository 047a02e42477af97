"""Qt's layout of a long document a little at a time.

Qt lays out what is asked for and everything above it, then the rest by a timer in steps that double each time, up to
200,000 characters: a quarter of a second at once. Here its timer is answered by steps of a few milliseconds.
"""

from collections.abc import Callable, Iterator
from time import thread_time

from PySide6.QtCore import QEvent, QObject
from PySide6.QtGui import QTextBlock, QTextDocument

STEP_SECONDS = 0.012
BLOCKS_AT_ONCE = 8


class Unhurried(QObject):
    """Lays one document out. ``grew`` is called when more of it has its place."""

    def __init__(self, parent: QObject, grew: Callable[[], None]) -> None:
        super().__init__(parent)
        self._grew = grew
        self._document: QTextDocument | None = None

    def watch(self, document: QTextDocument) -> None:
        """Lay out this document from now on, and the former one no more."""
        if self._document is not None:
            self._document.documentLayout().removeEventFilter(self)
        self._document = document
        document.documentLayout().installEventFilter(self)

    def forget(self) -> None:
        """Leave the document to Qt."""
        if self._document is not None:
            self._document.documentLayout().removeEventFilter(self)
        self._document = None

    @property
    def complete(self) -> bool:
        """Whether every paragraph has its place."""
        return self._document is None or has_place(self._document.lastBlock())

    def up_to(self, position: int) -> Iterator[None]:
        """Lay out as far as a position of the document, a step for each turn of the iterator."""
        document = self._document
        while document is not None and document is self._document:
            target = document.findBlock(min(position, document.characterCount() - 1))
            if has_place(target):
                return
            self._step(document, target.blockNumber())
            yield

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Answer the timer of Qt's layout by one step, until all is done."""
        document = self._document
        if event.type() != QEvent.Type.Timer or document is None or self.complete:
            return False
        self._step(document, document.blockCount() - 1)
        self._grew()
        return True

    def _step(self, document: QTextDocument, last: int) -> None:
        layout, until = document.documentLayout(), thread_time() + STEP_SECONDS
        number = _first_without_place(document)
        while number <= last:
            number = min(last, number + BLOCKS_AT_ONCE)
            layout.blockBoundingRect(document.findBlockByNumber(number))
            if number == last or thread_time() >= until:
                return


def has_place(block: QTextBlock) -> bool:
    """Whether a paragraph is laid out; the empty one before a table never has a line, what follows it tells then."""
    if block.layout().lineCount():
        return True
    following = block.next()
    return following.isValid() and following.layout().lineCount() > 0


def _first_without_place(document: QTextDocument) -> int:
    first, last = 0, document.blockCount() - 1
    while first < last:
        middle = (first + last) // 2
        if has_place(document.findBlockByNumber(middle)):
            first = middle + 1
        else:
            last = middle
    return first
