"""What is painted under and over the words: page, washes, authors' lines, findings, hits, remote carets."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QFontMetricsF, QPainter, QPen

from pactoria_desktop.replica.changes import Place, Stretch
from pactoria_desktop.ui.editor.drawn import Drawn
from pactoria_desktop.ui.editor.following import Following
from pactoria_desktop.ui.editor.geometry import OnLine
from pactoria_desktop.ui.editor.paper import TEXT_LEFT, TEXT_RIGHT, Paper
from pactoria_desktop.ui.editor.scene import ShownFinding, VisibleParagraph, stretches_in
from pactoria_desktop.ui.theme.marks import author_pen

CORNER = 3.0
EDGE = 12.0
SHADOW_ROUNDS = 6
EMPTY_SELECTED = 5.0


@dataclass(frozen=True, slots=True)
class RemoteCaret:
    """Where somebody else is: name, style number 1 to 5 and place."""

    name: str
    style: int
    place: Place


@dataclass
class Layers:
    """What lies over the text beside its own marks."""

    findings: Following = field(default_factory=Following)
    finding_of: Mapping[str, ShownFinding] = field(default_factory=dict)
    current_finding: str = ""
    hits: Following = field(default_factory=Following)
    current_hit: str = ""
    terms: Following = field(default_factory=Following)
    active_comment: str = ""
    selected: Mapping[str, Stretch] = field(default_factory=dict)


def paint_sheet(
    painter: QPainter, paper: Paper, width: float, clip: QRectF, page_top: float, page_bottom: float
) -> None:
    """Desk above and below, page between; no more is drawn than the clip shows."""
    ends = page_top > clip.top() - EDGE or page_bottom < clip.bottom() + EDGE
    if not ends:
        painter.fillRect(clip, paper.on_page("page"))
        return
    painter.fillRect(clip, paper.colour("desk"))
    near = QRectF(0, max(page_top, clip.top() - EDGE), width, 0)
    near.setBottom(min(page_bottom, clip.bottom() + EDGE))
    if not paper.theme.outlined:
        ring = paper.theme.alphas["ring"]
        for step in range(1, SHADOW_ROUNDS):
            shade = paper.colour("shadow", ring * (SHADOW_ROUNDS - step))
            painter.fillRect(QRectF(0, near.top() - step, width, 1), shade)
            painter.fillRect(QRectF(0, near.bottom() + step - 1, width, 1), shade)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(paper.colour("line"), 1) if paper.theme.name != "light" else Qt.PenStyle.NoPen)
    painter.setBrush(paper.on_page("page"))
    painter.drawRoundedRect(near, CORNER, CORNER)


def paint_sides(painter: QPainter, paper: Paper, page: QRectF) -> None:
    """The page's shadow on the desk at both sides, as upright strips."""
    if paper.theme.outlined:
        painter.fillRect(QRectF(page.left() - 1, page.top(), 1, page.height()), paper.colour("line"))
        painter.fillRect(QRectF(page.right(), page.top(), 1, page.height()), paper.colour("line"))
        return
    ring = paper.theme.alphas["ring"]
    for step in range(1, SHADOW_ROUNDS):
        shade = paper.colour("shadow", ring * (SHADOW_ROUNDS - step))
        painter.fillRect(QRectF(page.left() - step, page.top() + 1, 1, page.height()), shade)
        painter.fillRect(QRectF(page.right() + step - 1, page.top() + 1, 1, page.height()), shade)


def paint_washes(painter: QPainter, paper: Paper, scene: Sequence[VisibleParagraph], layers: Layers) -> None:
    """Soft grounds under the words: insertions, comments, findings and hits."""
    painter.setPen(Qt.PenStyle.NoPen)
    for paragraph in scene:
        for drawn, lines in paragraph.runs:
            if layers.active_comment and layers.active_comment in drawn.comments:
                colour = paper.on_page("select")
            elif drawn.inserted and not drawn.struck:
                colour = paper.on_page(f"author{drawn.inserted}", paper.insertion_wash)
            else:
                continue
            painter.setBrush(colour)
            for line in lines:
                painter.drawRoundedRect(line.box.adjusted(0, -1, 0, 0), 2, 2)
        for identifier, touched, lines in stretches_in(paragraph, layers.findings):
            finding = layers.finding_of.get(identifier)
            if finding is None or finding.stale or touched:
                continue
            current = identifier == layers.current_finding
            painter.setBrush(paper.on_page("select" if current else _soft(finding.severity)))
            for line in lines:
                painter.drawRoundedRect(_wash(line), 2, 2)
        for identifier, _, lines in stretches_in(paragraph, layers.hits):
            painter.setBrush(
                paper.on_page("accent", 90) if identifier == layers.current_hit else paper.on_page("select")
            )
            for line in lines:
                painter.drawRoundedRect(_wash(line), 2, 2)
        _paint_selected(painter, paper, paragraph, layers.selected.get(paragraph.slot))


def _paint_selected(painter: QPainter, paper: Paper, paragraph: VisibleParagraph, selected: Stretch | None) -> None:
    """The ground of what is selected over the pieces of a table; an empty paragraph shows a narrow one."""
    if selected is None:
        return
    painter.setBrush(paper.on_page("select"))
    end = paragraph.offset + paragraph.block.length() - 1
    for line in paragraph.lines(selected.start, selected.end):
        painter.drawRect(_wash(line))
    if selected.start <= end <= selected.end and paragraph.block.length() == 1:
        painter.drawRect(QRectF(paragraph.box.left(), paragraph.box.top(), EMPTY_SELECTED, paragraph.box.height()))


def paint_comment_lines(
    painter: QPainter, paper: Paper, anchors: Iterable[tuple[OnLine, int]], width: float, *, folded: bool
) -> None:
    """From the words a comment speaks of to the page's edge; where the lane is folded, a mark at the edge instead."""
    painter.setBrush(Qt.BrushStyle.NoBrush)
    for line, style in anchors:
        colour = paper.on_page(f"author{style}", 190)
        height = round(line.baseline + 6) + 0.5
        if folded:
            painter.fillRect(QRectF(width - 5, line.baseline - 12, 3, 15), colour)
            painter.setPen(QPen(colour, 1.2))
            painter.drawLine(QPointF(line.left, height), QPointF(line.right, height))
            continue
        painter.setPen(QPen(colour, 1.2))
        painter.drawLine(QPointF(line.right + 3, height), QPointF(width, height))


def paint_lines(painter: QPainter, paper: Paper, scene: Sequence[VisibleParagraph], layers: Layers) -> None:
    """Authors' underlines and strikes, findings' and terms' lines."""
    painter.setBrush(Qt.BrushStyle.NoBrush)
    for paragraph in scene:
        for drawn, lines in paragraph.runs:
            for line in lines:
                paint_revision(painter, paper, drawn, line)
        for identifier, touched, lines in stretches_in(paragraph, layers.findings):
            finding = layers.finding_of.get(identifier)
            if finding is None:
                continue
            stale = finding.stale or touched
            token = "text3" if stale or finding.severity == "note" else finding.severity
            pen = QPen(paper.on_page(token), 1.2)
            if stale:
                pen.setDashPattern([1, 2])
            painter.setPen(pen)
            for line in lines:
                if not _on_insertion(paragraph, line):
                    _underline(painter, line, 3)
        pen = QPen(paper.on_page("text3"), 1.2)
        pen.setDashPattern([1, 2])
        painter.setPen(pen)
        for _, _, lines in stretches_in(paragraph, layers.terms):
            for line in lines:
                _underline(painter, line, 3)


def paint_revision(painter: QPainter, paper: Paper, drawn: Drawn, line: OnLine) -> None:
    """The lines of whoever inserted, struck or reformatted a stretch."""
    if drawn.inserted:
        painter.setPen(author_pen(paper.sheet, drawn.inserted))
        _underline(painter, line, 3)
        if drawn.moved:
            _underline(painter, line, 5)
    if drawn.struck:
        painter.setPen(author_pen(paper.sheet, drawn.struck))
        _underline(painter, line, -0.29 * line.ascent)
        if drawn.moved:
            _underline(painter, line, -0.29 * line.ascent - 2.5)
    if drawn.reformatted and not drawn.inserted:
        painter.setPen(author_pen(paper.sheet, drawn.reformatted, 1))
        _underline(painter, line, 5)


def _underline(painter: QPainter, line: OnLine, below: float) -> None:
    height = round(line.baseline + below) + 0.5
    painter.drawLine(QPointF(line.left, height), QPointF(line.right, height))


def _on_insertion(paragraph: VisibleParagraph, line: OnLine) -> bool:
    return any(
        drawn.inserted
        and any(one.baseline == line.baseline and one.left < line.right and one.right > line.left for one in lines)
        for drawn, lines in paragraph.runs
    )


def _wash(line: OnLine) -> QRectF:
    return line.box.adjusted(-1, -1, 1, 0)


def _soft(severity: str) -> str:
    return f"{severity}_soft" if severity in ("high", "medium", "low") else "hover"


def paint_running_head(painter: QPainter, paper: Paper, width: float, page_top: float, left: str, right: str) -> None:
    """The page's running head: what it is at the left, which draft at the right."""
    box = QRectF(
        paper.length(TEXT_LEFT),
        page_top + paper.length(22),
        width - paper.length(TEXT_LEFT + TEXT_RIGHT),
        paper.length(18),
    )
    font = paper.interface(11, zoomed=True)
    painter.setFont(font)
    painter.setPen(paper.on_page("text3"))
    metrics = QFontMetricsF(font)
    room = box.width() - metrics.horizontalAdvance(right) - 12
    painter.drawText(
        box,
        int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter),
        metrics.elidedText(left, Qt.TextElideMode.ElideRight, room),
    )
    painter.drawText(box, int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter), right)
