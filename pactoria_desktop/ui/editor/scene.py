"""What is to be painted now: the visible paragraphs with the stretches that get a wash, a line or a mark."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from itertools import pairwise

from PySide6.QtCore import QRectF
from PySide6.QtGui import QTextBlock
from PySide6.QtWidgets import QTextEdit

from pactoria_desktop.ui.editor.drawn import Drawn
from pactoria_desktop.ui.editor.following import Following
from pactoria_desktop.ui.editor.formats import MARKS, PLAIN_MARKS
from pactoria_desktop.ui.editor.geometry import OnLine, on_lines, visible_blocks
from pactoria_desktop.ui.editor.view import View
from pactoria_desktop.ui.editor.writing import fragments

AIR = 3.0
TOUCHING = 0.5


@dataclass(slots=True)
class VisibleParagraph:
    """One paragraph on the viewport. ``offset`` is where it begins in its slot, ``newline`` the number of its marks."""

    block: QTextBlock
    box: QRectF
    slot: str
    offset: int
    newline: int
    runs: list[tuple[Drawn, list[OnLine]]] = field(default_factory=list)
    _text: str | None = None

    def lines(self, start: int, end: int) -> Iterator[OnLine]:
        """Where the slot's characters ``start`` to ``end`` stand, as far as they are in this paragraph."""
        first = max(0, start - self.offset)
        last = min(self.block.length() - 1, end - self.offset)
        if first < last:
            if self._text is None:
                self._text = self.block.text()
            yield from on_lines(self.block, self.box, first, last, self._text)


def visible_paragraphs(edit: QTextEdit, view: View, top: float, bottom: float) -> list[VisibleParagraph]:
    """The paragraphs between two heights of the viewport."""
    found: list[VisibleParagraph] = []
    positions, formats = view.positions, view.formats
    for block, box in visible_blocks(edit, top, bottom):
        position = block.position()
        if position >= positions.total:
            break
        entry = positions.entry_at(position)
        slot = positions.slots[entry]
        offset = position - positions.text_start(entry)
        if not slot or offset < 0:
            continue
        newline = int(block.blockFormat().property(MARKS) or PLAIN_MARKS)
        paragraph = VisibleParagraph(block, box, slot, offset, newline)
        for start, end, number, _ in fragments(block):
            drawn = formats.drawn(number)
            if not drawn.plain:
                lines = list(on_lines(block, box, start - position, end - position))
                paragraph.runs.append((drawn, lines))
        paragraph.runs = aired(paragraph.runs)
        found.append(paragraph)
    return found


def aired(runs: list[tuple[Drawn, list[OnLine]]]) -> list[tuple[Drawn, list[OnLine]]]:
    """The same with air where a deletion touches an insertion: the lines of both draw back, the words stand still."""
    for (one, lines), (other, following) in pairwise(runs):
        if not lines or not following or not _parts(one, other):
            continue
        left, right = lines[-1], following[0]
        if left.baseline != right.baseline:
            continue
        if abs(left.right - right.left) < TOUCHING:
            lines[-1] = replace(left, right=max(left.left, left.right - AIR / 2))
            following[0] = replace(right, left=min(right.right, right.left + AIR / 2))
        elif abs(right.right - left.left) < TOUCHING:
            lines[-1] = replace(left, left=min(left.right, left.left + AIR / 2))
            following[0] = replace(right, right=max(right.left, right.right - AIR / 2))
    return runs


def _parts(one: Drawn, other: Drawn) -> bool:
    """Whether one is struck and the other inserted, neither of them both."""
    return (bool(one.struck), bool(one.inserted)) in ((True, False), (False, True)) and (
        bool(other.struck),
        bool(other.inserted),
    ) == (bool(one.inserted), bool(one.struck))


@dataclass(frozen=True, slots=True)
class ShownFinding:
    """A finding as the page shows it; severity is high, medium, low or note."""

    id: str
    severity: str
    stale: bool


def stretches_in(paragraph: VisibleParagraph, following: Following) -> Iterator[tuple[str, bool, list[OnLine]]]:
    """Followed stretches in a paragraph: id, whether they were touched, and their lines."""
    end = paragraph.offset + paragraph.block.length()
    for one in following.within(paragraph.slot, paragraph.offset, end):
        yield one.id, one.touched, list(paragraph.lines(one.start, one.end))


def comment_anchors(scene: Iterable[VisibleParagraph]) -> list[tuple[str, OnLine]]:
    """The first line of each comment's words in sight, each comment once."""
    found: dict[str, OnLine] = {}
    for paragraph in scene:
        for drawn, lines in paragraph.runs:
            for comment in drawn.comments if lines else ():
                found.setdefault(comment, lines[0])
    return list(found.items())
