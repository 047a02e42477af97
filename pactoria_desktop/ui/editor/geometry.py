"""Where words stand on the viewport: the visible paragraphs, and the rectangles of stretches line by line."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QFontMetricsF, QTextBlock, QTextCursor, QTextDocument, QTextLine
from PySide6.QtWidgets import QTextEdit

HAIRLINE = 4.0


@dataclass(frozen=True, slots=True)
class OnLine:
    """A stretch on one line, in viewport coordinates; ``ascent`` and ``descent`` are those of its line's font."""

    left: float
    right: float
    baseline: float
    ascent: float
    descent: float

    @property
    def box(self) -> QRectF:
        """From above the capitals to below the descenders."""
        return QRectF(self.left, self.baseline - self.ascent, self.right - self.left, self.ascent + self.descent)


def visible_blocks(edit: QTextEdit, top: float, bottom: float) -> Iterator[tuple[QTextBlock, QRectF]]:
    """The paragraphs between two heights of the viewport, with their rectangles; cells of a shown row among them."""
    layout = edit.document().documentLayout()
    scrolled = edit.verticalScrollBar().value()
    block = _first_block_below(edit.document(), top + scrolled)
    table = QTextCursor(block).currentTable()
    if table is not None:
        block = table.firstCursorPosition().block()
    while block.isValid():
        box = layout.blockBoundingRect(block).translated(0, -scrolled)
        if box.top() > bottom:
            inside = QTextCursor(block).currentTable()
            if inside is None:
                return
            block = inside.lastCursorPosition().block().next()
            continue
        if box.bottom() >= top and block.isVisible():
            yield block, box
        block = block.next()


def first_line_in_sight(edit: QTextEdit) -> int:
    """Where in the document the first line begins of which more than a hairline is in sight.

    Qt's own search for a point names any place of a long document while that is not laid out to its end.
    """
    for block, box in visible_blocks(edit, 0, edit.viewport().height()):
        layout = block.layout()
        for number in range(layout.lineCount()):
            line = layout.lineAt(number)
            if box.top() + line.y() + line.height() > HAIRLINE:
                return block.position() + line.textStart()
    return 0


def _first_block_below(document: QTextDocument, height: float) -> QTextBlock:
    """The first block that ends below a height of the document.

    Found by steps that double from the top, then by halving: Qt lays out what it is asked for, and is asked for no
    more than twice of what stands above.
    """
    layout = document.documentLayout()

    def ends_above(number: int) -> bool:
        return layout.blockBoundingRect(document.findBlockByNumber(number)).bottom() < height

    first, last = 0, document.blockCount() - 1
    reach = 1
    while first + reach < last and ends_above(first + reach):
        first += reach
        reach *= 2
    last = min(last, first + reach)
    while first < last:
        middle = (first + last) // 2
        if ends_above(middle):
            first = middle + 1
        else:
            last = middle
    return document.findBlockByNumber(first)


def on_lines(block: QTextBlock, box: QRectF, start: int, end: int, text: str | None = None) -> Iterator[OnLine]:
    """Where a block's characters ``start`` to ``end`` (counted in the block) stand, spaces at their ends left out.

    ``text`` is the block's, for who asks often.
    """
    layout = block.layout()
    words = (block.text() if text is None else text)[start:end]
    if words and not words.isspace():
        start += len(words) - len(words.lstrip(" "))
        end -= len(words) - len(words.rstrip(" "))
    begin = layout.lineForTextPosition(start)
    for number in range(max(0, begin.lineNumber()) if begin.isValid() else 0, layout.lineCount()):
        line = layout.lineAt(number)
        first = line.textStart()
        last = first + line.textLength()
        if last <= start:
            continue
        if first >= end:
            return
        yield _on_line(line, box, max(first, start), min(last, end))


def _on_line(line: QTextLine, box: QRectF, start: int, end: int) -> OnLine:
    one, other = _x(line, start), _x(line, end)
    return OnLine(
        box.x() + min(one, other),
        box.x() + max(one, other),
        box.y() + line.y() + line.ascent(),
        min(line.ascent(), 18.0 if line.ascent() < 30 else line.ascent()),
        min(line.descent(), 6.0 if line.descent() < 10 else line.descent()),
    )


def _x(line: QTextLine, at: int) -> float:
    found: Any = line.cursorToX(at)
    return float(found[0] if isinstance(found, tuple) else found)


def first_baseline(block: QTextBlock, box: QRectF) -> QPointF:
    """Left end and baseline of a paragraph's first line."""
    line = block.layout().lineAt(0)
    if not line.isValid():
        return QPointF(box.x(), box.y() + QFontMetricsF(block.charFormat().font()).ascent())
    return QPointF(box.x() + line.x(), box.y() + line.y() + line.ascent())


def band(block: QTextBlock, box: QRectF) -> QRectF:
    """From above a paragraph's first line to below its last, without the space around it."""
    layout = block.layout()
    if layout.lineCount() == 0:
        return box
    first, last = layout.lineAt(0), layout.lineAt(layout.lineCount() - 1)
    top = box.y() + first.y()
    bottom = box.y() + last.y() + last.height()
    return QRectF(box.x(), top, box.width(), bottom - top)
