"""Where others are: their carets on the page, painted in sight only. Nothing here asks for a layout that is not there
already."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QFont, QFontMetricsF, QPainter, QTextBlock
from PySide6.QtWidgets import QTextEdit

from pactoria_desktop.replica.changes import Place
from pactoria_desktop.ui.editor.geometry import OnLine, visible_blocks
from pactoria_desktop.ui.editor.painting import RemoteCaret
from pactoria_desktop.ui.editor.paper import Paper
from pactoria_desktop.ui.editor.scene import VisibleParagraph
from pactoria_desktop.ui.editor.view import View
from pactoria_desktop.ui.editor.writing import Edited
from pactoria_desktop.ui.theme.marks import author_token

CARET_WIDTH, FLAG_HEIGHT, FLAG_PAD, EDGE = 1.6, 16.0, 5.0, 4.0
Paragraph = tuple[QTextBlock, QRectF, str, int]
"""A block, its box on the viewport, its slot, and where in the slot it begins."""


class RemoteCarets:
    """The carets of others; they move with the words before them until their owners say where they are."""

    def __init__(self) -> None:
        self._by_slot: dict[str, list[RemoteCaret]] = {}
        self._flag: tuple[Paper, QFont, QFontMetricsF] | None = None

    def __len__(self) -> int:
        return sum(len(carets) for carets in self._by_slot.values())

    def all(self) -> tuple[RemoteCaret, ...]:
        """Every caret, in sight or not."""
        return tuple(caret for carets in self._by_slot.values() for caret in carets)

    def replace(self, carets: Iterable[RemoteCaret]) -> None:
        """Forget all and show these."""
        self._by_slot = _by_slot(carets)

    def edited(self, edit: Edited) -> None:
        """Words came or went: carets behind them move, carets in what went stand where it was."""
        carets = self._by_slot.get(edit.slot)
        if not carets:
            return
        gone, change = edit.offset + edit.removed, edit.added - edit.removed
        for at, caret in enumerate(carets):
            offset = caret.place.offset
            if offset >= gone:
                offset += change
            elif offset > edit.offset:
                offset = edit.offset
            if offset != caret.place.offset:
                carets[at] = replace(caret, place=Place(edit.slot, offset))

    def boxes(
        self, edit: QTextEdit, view: View, paper: Paper, carets: Iterable[RemoteCaret]
    ) -> Iterator[tuple[RemoteCaret, QRectF]]:
        """What each of these carets covers, flag and line together, as far as they are in sight."""
        wanted = _by_slot(carets)
        if not wanted:
            return
        viewport = edit.viewport()
        for caret, at in _standing(wanted, _paragraphs(edit, view, 0, viewport.height() + FLAG_HEIGHT)):
            flag = self.flag(paper, caret, at, viewport.width())
            line = QRectF(round(at.left), flag.bottom(), CARET_WIDTH, paper.length(19))
            yield caret, flag.united(line).adjusted(-1, -1, 1, 1)

    def flag(self, paper: Paper, caret: RemoteCaret, at: OnLine, width: float) -> QRectF:
        """Where the name of a caret stands: above it, and never beyond the page, which is ``width`` wide."""
        _, metrics = self._face(paper)
        wide = metrics.horizontalAdvance(caret.name) + 2 * FLAG_PAD
        left = max(EDGE, min(float(round(at.left)), width - EDGE - wide))
        return QRectF(left, self._top(paper, at) - FLAG_HEIGHT, wide, FLAG_HEIGHT)

    def paint(
        self, painter: QPainter, paper: Paper, scene: Iterable[VisibleParagraph], clip: QRectF, width: float
    ) -> None:
        """Lines first, then the names over them, the first caret's on top. The scene reaches a flag's height below what
        is painted, because names stand above their lines."""
        if not self._by_slot:
            return
        paragraphs = ((each.block, each.box, each.slot, each.offset) for each in scene)
        found = list(_standing(self._by_slot, paragraphs))
        for caret, at in reversed(found):
            line = QRectF(round(at.left), self._top(paper, at), CARET_WIDTH, paper.length(19))
            painter.fillRect(line, paper.on_page(author_token(caret.style)))
        painter.setFont(self._face(paper)[0])
        for caret, at in reversed(found):
            flag = self.flag(paper, caret, at, width)
            if not flag.intersects(clip):
                continue
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(paper.on_page(author_token(caret.style)))
            painter.drawRoundedRect(flag, 3, 3)
            painter.setPen(paper.on_page("page"))
            words = flag.adjusted(FLAG_PAD, 0, 0, 0)
            painter.drawText(words, int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter), caret.name)

    def _top(self, paper: Paper, at: OnLine) -> float:
        return at.baseline - paper.length(14)

    def _face(self, paper: Paper) -> tuple[QFont, QFontMetricsF]:
        if self._flag is None or self._flag[0] is not paper:
            font = paper.interface(11, 500)
            self._flag = (paper, font, QFontMetricsF(font))
        return self._flag[1], self._flag[2]


def _by_slot(carets: Iterable[RemoteCaret]) -> dict[str, list[RemoteCaret]]:
    found: dict[str, list[RemoteCaret]] = {}
    for caret in carets:
        found.setdefault(caret.place.slot, []).append(caret)
    return found


def _paragraphs(edit: QTextEdit, view: View, top: float, bottom: float) -> Iterator[Paragraph]:
    """The paragraphs between two heights of the viewport."""
    positions = view.positions
    if not len(positions):
        return
    for block, box in visible_blocks(edit, top, bottom):
        start = block.position()
        if start >= positions.total:
            return
        entry = positions.entry_at(start)
        yield block, box, positions.slots[entry], start - positions.text_start(entry)


def _standing(
    carets: Mapping[str, list[RemoteCaret]], paragraphs: Iterable[Paragraph]
) -> Iterator[tuple[RemoteCaret, OnLine]]:
    """The carets that stand in these paragraphs, and where."""
    for block, box, slot, offset in paragraphs:
        for caret in carets.get(slot, ()):
            here = caret.place.offset - offset
            if not 0 <= here < block.length():
                continue
            line = block.layout().lineForTextPosition(here)
            if line.isValid():
                found: object = line.cursorToX(here)
                left = box.x() + (float(found[0]) if isinstance(found, tuple) else float(found))  # type: ignore[arg-type]
                yield caret, OnLine(left, left, box.y() + line.y() + line.ascent(), line.ascent(), line.descent())
