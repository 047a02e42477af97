"""The page's margins: clause numbers, bars beside changes, the bar of the current clause, marks of findings."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QFont, QFontMetricsF, QPainter

from pactoria_desktop.ui.editor.formats import Formats
from pactoria_desktop.ui.editor.geometry import band, first_baseline
from pactoria_desktop.ui.editor.numbers import Numbers
from pactoria_desktop.ui.editor.painting import Layers
from pactoria_desktop.ui.editor.paper import TEXT_LEFT, TEXT_RIGHT, TEXT_SIZE, Paper
from pactoria_desktop.ui.editor.scene import VisibleParagraph, stretches_in
from pactoria_desktop.ui.theme.marks import author_pen, draw_severity

CURRENT_BAR = 3
MY_BAR = 12
OTHERS_BAR = 17
NUMBER_LEFT = 28
ITEM_HANG = 26
SEVERITY_GAP = 14
PART_CAPTIONS = {
    "footnote": "Note",
    "endnote": "End",
    "header": "Header",
    "footer": "Footer",
    "textbox": "Box",
}
SEVERITY_SIZE = 11


@dataclass(frozen=True, slots=True)
class MarginMark:
    """A finding's mark as painted: where to click."""

    finding: str
    box: QRectF


def paint_current(painter: QPainter, paper: Paper, scene: Sequence[VisibleParagraph], block_number: int) -> None:
    """The bar at the page's edge beside the paragraph that the caret is in."""
    for paragraph in scene:
        if paragraph.block.blockNumber() == block_number:
            beside = band(paragraph.block, paragraph.box)
            painter.fillRect(
                QRectF(0, round(beside.top()), CURRENT_BAR, round(beside.height())), paper.on_page("accent")
            )


def paint_change_bars(painter: QPainter, paper: Paper, scene: Sequence[VisibleParagraph], formats: Formats) -> None:
    """A bar in each author's line beside the lines that they changed, mine nearer to the edge."""
    for paragraph in scene:
        spans: dict[int, tuple[float, float]] = {}
        for drawn, lines in paragraph.runs:
            for style in {drawn.inserted, drawn.struck, drawn.reformatted} - {0}:
                for line in lines:
                    top, bottom = line.box.top() - 1, line.box.bottom() + 2
                    before = spans.get(style, (top, bottom))
                    spans[style] = (min(before[0], top), max(before[1], bottom))
        newline = formats.drawn(paragraph.newline)
        for style in {newline.inserted, newline.struck, newline.reformatted} - {0} - spans.keys():
            beside = band(paragraph.block, paragraph.box)
            spans[style] = (beside.bottom() - 20, beside.bottom())
        for style, (top, bottom) in spans.items():
            left = paper.length(MY_BAR if style == 1 else OTHERS_BAR)
            painter.setPen(author_pen(paper.sheet, style, 2))
            painter.drawLine(QPointF(left, top), QPointF(left, bottom))


def paint_numbers(
    painter: QPainter,
    paper: Paper,
    scene: Sequence[VisibleParagraph],
    formats: Formats,
    numbers: Numbers,
    first_blocks: dict[str, int],
    part_of: Callable[[str], str],
) -> None:
    """Labels beside the first lines of paragraphs; ``first_blocks`` gives the number of each slot's first block."""
    for paragraph in scene:
        label = numbers.label(paragraph.slot, paragraph.block.blockNumber() - first_blocks[paragraph.slot])
        if not label:
            if paragraph.offset == 0:
                _paint_part(painter, paper, paragraph, part_of(paragraph.slot))
            continue
        style = formats.style(paragraph.newline)
        heading = bool(style and style.heading)
        drawn = formats.drawn(paragraph.newline)
        font = _first_font(paragraph) or paper.serif(TEXT_SIZE + (1 if heading else 0), 600 if heading else 400)
        metrics = QFontMetricsF(font)
        at = first_baseline(paragraph.block, paragraph.box)
        indent = paragraph.block.blockFormat().leftMargin()
        hang = ITEM_HANG if indent > 0 else TEXT_LEFT - NUMBER_LEFT
        room = paper.length(hang) - 6
        width = metrics.horizontalAdvance(label)
        if width > room and indent <= 0:
            room = paper.length(TEXT_LEFT - OTHERS_BAR - 4)
        if width > room:
            font.setPixelSize(max(8, int(font.pixelSize() * room / width)))
            width = QFontMetricsF(font).horizontalAdvance(label)
        left = at.x() - paper.length(hang)
        left = min(left, at.x() - width - 5)
        painter.setFont(font)
        token = "text" if heading else "text2"
        if drawn.struck or drawn.inserted:
            token = f"author{drawn.struck or drawn.inserted}"
        painter.setPen(paper.on_page(token))
        painter.drawText(QPointF(left, at.y()), label)
        if drawn.struck:
            middle = round(at.y() - paper.length(4.5)) + 0.5
            painter.setPen(author_pen(paper.sheet, drawn.struck))
            painter.drawLine(QPointF(left, middle), QPointF(left + width, middle))


def _first_font(paragraph: VisibleParagraph) -> QFont | None:
    """The upright font of a paragraph's first words, in which its number is written; None for an empty one."""
    walk = paragraph.block.begin()
    if walk.atEnd():
        return None
    font = QFont(walk.fragment().charFormat().font())
    font.setItalic(False)
    font.setUnderline(False)
    font.setStrikeOut(False)
    return font


def _paint_part(painter: QPainter, paper: Paper, paragraph: VisibleParagraph, part: str) -> None:
    """Beside the beginning of a note, a header, a footer or a text box: what it is."""
    kind, _, name = part.partition(":")
    caption = PART_CAPTIONS.get(kind, "")
    if not caption:
        return
    font = paper.interface(11, zoomed=True)
    painter.setFont(font)
    painter.setPen(paper.on_page("text3"))
    at = first_baseline(paragraph.block, paragraph.box)
    words = f"{caption} {name}" if kind in ("footnote", "endnote") else caption
    width = QFontMetricsF(font).horizontalAdvance(words)
    painter.drawText(QPointF(max(20.0, at.x() - width - 8), at.y()), words)


def paint_severities(
    painter: QPainter, paper: Paper, scene: Sequence[VisibleParagraph], layers: Layers, width: float
) -> list[MarginMark]:
    """A mark at the right of the first line of each finding; gives what was painted where."""
    marks: list[MarginMark] = []
    marked: set[str] = set()
    size = SEVERITY_SIZE
    for paragraph in scene:
        in_line: dict[float, int] = {}
        for identifier, touched, lines in stretches_in(paragraph, layers.findings):
            finding = layers.finding_of.get(identifier)
            if finding is None or not lines or identifier in marked:
                continue
            marked.add(identifier)
            baseline = lines[0].baseline
            nth = in_line.get(baseline, 0)
            in_line[baseline] = nth + 1
            left = width - paper.length(TEXT_RIGHT) + SEVERITY_GAP + nth * (size + 2)
            if left + size > width - 2:
                continue
            box = QRectF(left, baseline - 10.5, size, size)
            stale = finding.stale or touched
            draw_severity(painter, paper.sheet, "note" if stale else finding.severity, box)
            marks.append(MarginMark(identifier, box))
    return marks
