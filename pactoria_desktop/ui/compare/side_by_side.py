"""Two drafts side by side: each flows by itself, bands in the gutter join what belongs together, one bar scrolls both.

Paragraphs are laid out a few milliseconds at a time, first ones first, so that a long comparison never stalls the
window.
"""

from bisect import bisect_right
from collections.abc import Sequence
from time import perf_counter

from PySide6.QtCore import QRectF, Qt, QTimer, Signal
from PySide6.QtGui import QColor, QKeyEvent, QMouseEvent, QPainter, QPainterPath, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import QAbstractScrollArea

from pactoria_desktop.contract.comparison import ComparedPair
from pactoria_desktop.ui.compare.columns import LaidParagraph
from pactoria_desktop.ui.theme.look import Look

GUTTER = 44
SLICE = 0.012
BANDS = {"changed": ("text", 14), "added": ("author1", 22), "removed": ("author2", 22), "moved": ("author3", 22)}


class SideBySide(QAbstractScrollArea):
    """Shows pairs of paragraphs. ``moved`` tells the id of the change that became current."""

    moved = Signal(str)

    def __init__(self, look: Look) -> None:
        super().__init__()
        self._look = look
        self._pairs: tuple[ComparedPair, ...] = ()
        self._moves: tuple[tuple[int, int], ...] = ()
        self._old: list[LaidParagraph | None] = []
        self._new: list[LaidParagraph | None] = []
        self._tops: tuple[list[float], list[float], list[float]] = ([0.0], [0.0], [0.0])
        self._current = -1
        self._timer = QTimer(self)
        self._timer.setInterval(0)
        self._timer.timeout.connect(self._lay_out_some)
        self._wanted: int | None = None
        self.setAccessibleName("Both drafts side by side")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setFrameShape(QAbstractScrollArea.Shape.NoFrame)
        self.verticalScrollBar().setSingleStep(30)
        self.verticalScrollBar().setAccessibleName("Scroll both drafts")
        look.changed.connect(self._start_over)

    def show_pairs(self, pairs: Sequence[ComparedPair]) -> None:
        """Show another comparison from its beginning."""
        self._pairs = tuple(pairs)
        numbers = {pair.id: number for number, pair in enumerate(self._pairs)}
        self._moves = tuple(
            (number, numbers[pair.partner])
            for number, pair in enumerate(self._pairs)
            if pair.kind == "moved" and pair.new is not None and pair.partner in numbers
        )
        self._current = -1
        self.verticalScrollBar().setValue(0)
        self._start_over()

    def pairs(self) -> tuple[ComparedPair, ...]:
        """What is compared."""
        return self._pairs

    def current(self) -> str:
        """The id of the current change; empty without one."""
        return self._pairs[self._current].id if 0 <= self._current < len(self._pairs) else ""

    def go_to(self, id: str) -> None:
        """Make a change current and bring it into view."""
        for number, pair in enumerate(self._pairs):
            if pair.id == id:
                self._go(number)
                return

    def step(self, direction: int) -> None:
        """Go to the next (1) or previous (-1) change."""
        numbers = [
            number
            for number, pair in enumerate(self._pairs)
            if pair.kind != "same" and not (pair.kind == "moved" and pair.new is None)
        ]
        beyond = [number for number in numbers if (number - self._current) * direction > 0]
        if beyond:
            self._go(beyond[0] if direction > 0 else beyond[-1])

    def _go(self, number: int) -> None:
        self._current = number
        if number < len(self._old):
            self._reveal(number)
        else:
            self._wanted = number
        self.viewport().update()
        self.moved.emit(self._pairs[number].id)

    def _reveal(self, number: int) -> None:
        middle = self._tops[2][number] - self.viewport().height() * 0.3
        self.verticalScrollBar().setValue(int(max(0.0, middle)))

    # Layout

    def _column_width(self) -> float:
        return max(200.0, (self.viewport().width() - GUTTER) / 2)

    def _start_over(self) -> None:
        self._old, self._new = [], []
        self._tops = ([0.0], [0.0], [0.0])
        if self._current >= 0:
            self._wanted = self._current
        self._timer.start()
        self._lay_out_some()

    def _lay_out_some(self) -> None:
        until = perf_counter() + SLICE
        width = self._column_width()
        old_tops, new_tops, both_tops = self._tops
        while len(self._old) < len(self._pairs) and perf_counter() < until:
            pair = self._pairs[len(self._old)]
            old = LaidParagraph(self._look, pair.old, width, True) if pair.old is not None else None
            new = LaidParagraph(self._look, pair.new, width, False) if pair.new is not None else None
            self._old.append(old)
            self._new.append(new)
            heights = (old.height if old else 0.0, new.height if new else 0.0)
            old_tops.append(old_tops[-1] + heights[0])
            new_tops.append(new_tops[-1] + heights[1])
            both_tops.append(both_tops[-1] + max(heights))
        if len(self._old) == len(self._pairs):
            self._timer.stop()
        bar = self.verticalScrollBar()
        bar.setPageStep(self.viewport().height())
        bar.setRange(0, max(0, int(both_tops[-1] + 40 - self.viewport().height())))
        if self._wanted is not None and self._wanted < len(self._old):
            number, self._wanted = self._wanted, None
            self._reveal(number)
        self.viewport().update()

    def _offsets(self) -> tuple[float, float]:
        """How far each side is scrolled, so that what belongs together meets in the upper third of the window."""
        old_tops, new_tops, both_tops = self._tops
        anchor = self.viewport().height() / 3
        place = self.verticalScrollBar().value() + min(anchor, float(self.verticalScrollBar().value()))
        number = min(max(0, bisect_right(both_tops, place) - 1), max(0, len(both_tops) - 2))
        if len(both_tops) < 2:
            return 0.0, 0.0
        span = both_tops[number + 1] - both_tops[number]
        share = min(1.0, (place - both_tops[number]) / span) if span else 0.0
        shift = min(anchor, float(self.verticalScrollBar().value()))
        old = old_tops[number] + share * (old_tops[number + 1] - old_tops[number])
        new = new_tops[number] + share * (new_tops[number + 1] - new_tops[number])
        return max(0.0, old - shift), max(0.0, new - shift)

    # Painting

    def paintEvent(self, event: QPaintEvent) -> None:
        """Bands, words of both sides, and the gutter between."""
        painter = QPainter(self.viewport())
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        look, height = self._look, float(self.viewport().height())
        width = self._column_width()
        painter.fillRect(self.viewport().rect(), look.colour("page"))
        painter.fillRect(QRectF(width, 0, GUTTER, height), look.colour("panel"))
        old_scroll, new_scroll = self._offsets()
        old_tops, new_tops, _ = self._tops
        first = max(0, min(bisect_right(old_tops, old_scroll), bisect_right(new_tops, new_scroll)) - 1)
        for number in range(first, len(self._old)):
            old_top, new_top = old_tops[number] - old_scroll + 12, new_tops[number] - new_scroll + 12
            if old_top > height and new_top > height:
                break
            self._draw_pair(painter, number, old_top, new_top, width)
        self._draw_moves(painter, old_scroll, new_scroll, width, height)
        painter.end()

    def _draw_moves(self, painter: QPainter, old_scroll: float, new_scroll: float, width: float, height: float) -> None:
        """The ribbon of each moved paragraph, from where it was to where it is, though both be far apart."""
        old_tops, new_tops, _ = self._tops
        painter.setClipRect(QRectF(width, 0, GUTTER, height))
        for came, went in self._moves:
            new, old = (self._new[came], self._old[went]) if max(came, went) < len(self._old) else (None, None)
            if new is None or old is None:
                continue
            old_top, new_top = old_tops[went] - old_scroll + 12, new_tops[came] - new_scroll + 12
            if max(old_top + old.height, new_top + new.height) < 0 or min(old_top, new_top) > height:
                continue
            ribbon = _ribbon(width, old_top, old.height, width + GUTTER, new_top, new.height)
            painter.fillPath(ribbon, self._band(self._pairs[came]))

    def _draw_pair(self, painter: QPainter, number: int, old_top: float, new_top: float, width: float) -> None:
        pair, old, new = self._pairs[number], self._old[number], self._new[number]
        old_height, new_height = old.height if old else 0.0, new.height if new else 0.0
        right = width + GUTTER
        if pair.kind != "same":
            colour = self._band(pair)
            painter.fillRect(QRectF(0, old_top, width, old_height), colour)
            painter.fillRect(QRectF(right, new_top, width, new_height), colour)
            if not pair.partner:
                painter.fillPath(_ribbon(width, old_top, old_height, right, new_top, new_height), colour)
            if number == self._current:
                painter.setPen(QPen(self._look.colour("accent"), 2))
                painter.drawLine(1, int(old_top), 1, int(old_top + old_height))
                painter.drawLine(int(right) + 1, int(new_top), int(right) + 1, int(new_top + new_height))
        if pair.unmarked:
            size = self._look.pixels(15)
            self._look.draw_icon(painter, "eye", width - size - 4, old_top + 6, size, "high")
            self._look.draw_icon(painter, "eye", right + width - size - 4, new_top + 6, size, "high")
        if old is not None:
            painter.save()
            painter.setClipRect(QRectF(0, 0, width, self.viewport().height()))
            old.draw(painter, old_top)
            painter.restore()
        if new is not None:
            painter.save()
            painter.setClipRect(QRectF(right, 0, width, self.viewport().height()))
            painter.translate(right, 0)
            new.draw(painter, new_top)
            painter.restore()

    def _band(self, pair: ComparedPair) -> QColor:
        token, alpha = ("high", 24) if pair.unmarked else BANDS[pair.kind]
        return self._look.colour(token, alpha)

    # Input

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Another width breaks the lines anew."""
        super().resizeEvent(event)
        if event.oldSize().width() != event.size().width():
            self._start_over()

    def scrollContentsBy(self, dx: int, dy: int) -> None:
        """Everything is painted anew: the two sides move by different amounts."""
        self.viewport().update()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """A click on a changed paragraph makes it current."""
        old_scroll, new_scroll = self._offsets()
        width = self._column_width()
        tops, scroll = (self._tops[0], old_scroll) if event.position().x() < width else (self._tops[1], new_scroll)
        number = bisect_right(tops, event.position().y() - 12 + scroll) - 1
        if 0 <= number < len(self._pairs) and self._pairs[number].kind != "same":
            self._current = number
            self.viewport().update()
            self.moved.emit(self._pairs[number].id)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Down and Up scroll; N and P step through the changes."""
        steps = {Qt.Key.Key_N: 1, Qt.Key.Key_P: -1}
        if event.key() in steps and not event.modifiers():
            self.step(steps[Qt.Key(event.key())])
            return
        super().keyPressEvent(event)


def _ribbon(
    left: float, old_top: float, old_height: float, right: float, new_top: float, new_height: float
) -> QPainterPath:
    """The curved band that joins the two sides."""
    middle = (left + right) / 2
    path = QPainterPath()
    path.moveTo(left, old_top)
    path.cubicTo(middle, old_top, middle, new_top, right, new_top)
    path.lineTo(right, new_top + new_height)
    path.cubicTo(middle, new_top + new_height, middle, old_top + old_height, left, old_top + old_height)
    path.closeSubpath()
    return path
