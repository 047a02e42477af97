"""The sheet: one QTextEdit whose viewport is exactly the page, washes, lines and margins painted round its text."""

from collections.abc import Callable, Sequence

from PySide6.QtCore import QPointF, QRect, QRectF, QSizeF, Qt, QTimer, Signal
from PySide6.QtGui import (
    QFontMetricsF,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPalette,
    QPyTextObject,
    QResizeEvent,
    QTextCursor,
    QTextDocument,
    QTextFormat,
)
from PySide6.QtWidgets import QFrame, QTextEdit, QWidget

from pactoria_desktop.contract.text import Material, WordObject
from pactoria_desktop.replica.changes import Place, Stretch
from pactoria_desktop.ui.editor import margins, painting
from pactoria_desktop.ui.editor.caret import selected_stretches, standing
from pactoria_desktop.ui.editor.formats import MARKS, OBJECT_TYPE, Formats
from pactoria_desktop.ui.editor.geometry import first_line_in_sight
from pactoria_desktop.ui.editor.living import LivingText
from pactoria_desktop.ui.editor.numbers import Numbers
from pactoria_desktop.ui.editor.paper import (
    LANE_WIDTH,
    PAGE_TOP,
    PAGE_WIDTH,
    TEXT_BOTTOM,
    TEXT_LEFT,
    TEXT_RIGHT,
    TEXT_TOP,
    Paper,
)
from pactoria_desktop.ui.editor.reach import Reach, reach
from pactoria_desktop.ui.editor.remote import FLAG_HEIGHT, RemoteCarets
from pactoria_desktop.ui.editor.renewal import Renewal
from pactoria_desktop.ui.editor.scene import VisibleParagraph, comment_anchors, visible_paragraphs
from pactoria_desktop.ui.editor.turns import Turns
from pactoria_desktop.ui.editor.view import View
from pactoria_desktop.ui.editor.writing import Edited

THROWN_AWAY_AFTER_MILLISECONDS = 50
COMMENT_TARGET = 24.0
CHIP_NAMES = {
    "drawing": "Picture",
    "picture": "Picture",
    "mathematics": "Formula",
    "table_of": "Contents",
    "control": "Field",
    "other": "Object",
}


class ObjectChips(QPyTextObject):
    """Things without words (pictures, breaks, notes) as small labels in the line."""

    def __init__(self, parent: "Page") -> None:
        super().__init__(parent)
        self._page = parent

    def intrinsicSize(self, document: QTextDocument, position: int, made: QTextFormat) -> QSizeF:
        """Room for the label."""
        label, raised = self._page.object_label(made)
        metrics = QFontMetricsF(self._page.paper.interface(10 if raised else 11, 500, zoomed=True))
        return QSizeF(metrics.horizontalAdvance(label) + (2 if raised else 10), metrics.height())

    def drawObject(
        self, painter: QPainter, rect: QRectF | QRect, document: QTextDocument, position: int, made: QTextFormat
    ) -> None:
        """A rounded label; a note's number stands raised and without a frame."""
        paper, box = self._page.paper, QRectF(rect)
        label, raised = self._page.object_label(made)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setFont(paper.interface(10 if raised else 11, 500, zoomed=True))
        if raised:
            painter.setPen(paper.on_page("accent"))
            painter.drawText(box.translated(0, -box.height() * 0.35), int(Qt.AlignmentFlag.AlignCenter), label)
        else:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(paper.on_page("hover"))
            painter.drawRoundedRect(box.adjusted(1, 0, -1, 0), 4, 4)
            painter.setPen(paper.on_page("text2"))
            painter.drawText(box, int(Qt.AlignmentFlag.AlignCenter), label)
        painter.restore()


class Page(QTextEdit):
    """Shows a view. ``scene_painted`` gives the visible paragraphs after each whole paint, for cards beside the page.

    The caret never stands where nothing can be typed: before a table's frame, on a blank of its grid, behind the end.
    """

    finding_clicked = Signal(str)
    comment_clicked = Signal(str)
    caret_changed = Signal()
    geometry_changed = Signal()

    def __init__(self, view: View, numbers: Numbers, text: LivingText, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.view = view
        self.numbers = numbers
        self.text = text
        self.layers = painting.Layers()
        self.running_head: tuple[str, str] = ("", "")
        self.remote = RemoteCarets()
        self.lane_width = LANE_WIDTH
        self.style_of_comment: Callable[[str], int] = lambda comment: 1
        self._marks: list[margins.MarginMark] = []
        self._came_from = 0
        self._shown_document: QTextDocument | None = None
        self._current_block = -1
        self._reach: Reach | None = None
        self._pressed_at: int | None = None
        self._chips = ObjectChips(self)
        self.turns = Turns(self)
        self.renewal = Renewal(self)
        self.setAccessibleName("Contract text")
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setUndoRedoEnabled(False)
        self.setAcceptRichText(False)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOn)
        self.setLineWrapMode(QTextEdit.LineWrapMode.FixedPixelWidth)
        self.setLineWrapColumnOrWidth(round(self.paper.length(PAGE_WIDTH)))
        self.setCursorWidth(2)
        self.viewport().setAutoFillBackground(False)
        self.viewport().setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setMouseTracking(True)
        view.adopt = self._adopt
        view.lay_out = self.renewal.lay_out
        view.in_sight = self.renewal.in_sight
        view.later = self.renewal.later
        view.selected = self._selected
        view.select = self._select
        view.edited.connect(self._follow)
        view.paragraphs_changed.connect(self._repaint)
        view.applied.connect(self._stand)
        self.cursorPositionChanged.connect(self._stand)
        self.selectionChanged.connect(self._stand)
        self.verticalScrollBar().valueChanged.connect(self._scrolled)
        self._apply_palette()
        self._adopt(view.document)

    # -- what it shows

    @property
    def formats(self) -> Formats:
        """The formats in use."""
        return self.view.formats

    @property
    def paper(self) -> Paper:
        """Colours, fonts and zoom in use."""
        return self.view.formats.paper

    def set_paper(self, paper: Paper) -> None:
        """Another theme, font or zoom: the document is built anew, in a long contract in turns."""
        former = self.paper.zoom
        self.formats.renew(paper)
        self._apply_palette()
        self.renewal.begin(former)

    def _apply_palette(self) -> None:
        palette = self.palette()
        palette.setColor(QPalette.ColorRole.Text, self.paper.on_page("text"))
        palette.setColor(QPalette.ColorRole.Base, self.paper.on_page("page"))
        palette.setColor(QPalette.ColorRole.Highlight, self.paper.on_page("select"))
        palette.setColor(QPalette.ColorRole.HighlightedText, self.paper.on_page("text"))
        self.setPalette(palette)

    def _adopt(self, document: QTextDocument) -> None:
        document.setParent(self)
        self._set_frame(document)
        document.documentLayout().registerHandler(OBJECT_TYPE, self._chips)
        before = self.verticalScrollBar().value()
        previous, self._shown_document = self._shown_document, document
        self.setDocument(document)
        if not self.renewal.covered:
            self.verticalScrollBar().setValue(before)
        self.renewal.unhurried.watch(document)
        if previous is not None and previous is not document:
            # a long document takes as long to be thrown away as a step of its layout: not in the same turn
            QTimer.singleShot(THROWN_AWAY_AFTER_MILLISECONDS, previous, previous.deleteLater)
        self._watch(document)
        self._current_block = -1

    def _watch(self, document: QTextDocument) -> None:
        """For the editor that guards the document against edits which are not the view's."""

    def object_label(self, made: QTextFormat) -> tuple[str, bool]:
        """What stands for an object, and whether it is a raised note number."""
        marks = self.formats.marks(int(made.property(MARKS) or 0))
        material: Material = self.text.material
        return label_of(material.objects.get(str(marks.get("obj", ""))))

    @property
    def in_the_middle(self) -> bool:
        """Whether the mouse draws a selection or an input method composes: the document must stay what it is."""
        return self._pressed_at is not None or bool(self.textCursor().block().layout().preeditAreaText())

    # -- geometry

    def _set_frame(self, document: QTextDocument) -> None:
        made = document.rootFrame().frameFormat()
        paper = self.paper
        made.setLeftMargin(paper.length(TEXT_LEFT))
        made.setRightMargin(paper.length(TEXT_RIGHT))
        made.setTopMargin(paper.length(TEXT_TOP))
        made.setBottomMargin(paper.length(TEXT_BOTTOM))
        document.rootFrame().setFrameFormat(made)

    def layout_sheet(self) -> None:
        """Put the page in the middle beside the lane; its width hangs on the zoom alone while there is room."""
        room = self.width() - self.verticalScrollBar().sizeHint().width()
        wanted = round(self.paper.length(PAGE_WIDTH))
        lane = self.lane_width
        page = max(120, min(wanted, room - lane - 24))
        left = max(12, (room - page - lane) // 2)
        right = max(0, room - page - left)
        if self.viewportMargins().left() != left or self.viewportMargins().right() != right:
            self.setViewportMargins(left, 0, right, 0)
        if self.lineWrapColumnOrWidth() != page:
            self.setLineWrapColumnOrWidth(page)
        self.geometry_changed.emit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Keep the page in its place."""
        super().resizeEvent(event)
        self.layout_sheet()

    @property
    def page_top(self) -> float:
        """Where the sheet begins in the viewport."""
        return self.paper.length(PAGE_TOP) - self.verticalScrollBar().value()

    @property
    def page_bottom(self) -> float:
        """Where the sheet ends in the viewport, at least below what is visible for a short text."""
        bar = self.verticalScrollBar()
        return max(bar.maximum() - 16, 40) + self.viewport().height() - bar.value()

    def scene(self, top: float, bottom: float) -> list[VisibleParagraph]:
        """The paragraphs between two heights of the viewport."""
        return visible_paragraphs(self, self.view, top, bottom)

    # -- painting

    def paintEvent(self, event: QPaintEvent) -> None:
        """Under the words, the words, over the words."""
        clip = QRectF(event.rect())
        width = float(self.viewport().width())
        if self.renewal.covered:
            painter = QPainter(self.viewport())
            painter.fillRect(clip, self.paper.on_page("page"))
            self.renewal.paint(painter)
            painter.end()
            return
        below = 2 * FLAG_HEIGHT if len(self.remote) else 2
        scene = self.scene(clip.top() - 2, clip.bottom() + below) if len(self.view.positions) else []
        painter = QPainter(self.viewport())
        painter.setClipRect(clip)
        painting.paint_sheet(painter, self.paper, width, clip, self.page_top, self.page_bottom)
        if self.page_top > -60:
            painting.paint_running_head(painter, self.paper, width, self.page_top, *self.running_head)
        margins.paint_current(painter, self.paper, scene, self._current_block)
        painting.paint_washes(painter, self.paper, scene, self.layers)
        painter.end()
        super().paintEvent(event)
        painter = QPainter(self.viewport())
        painter.setClipRect(clip)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painting.paint_lines(painter, self.paper, scene, self.layers)
        anchors = ((line, self.style_of_comment(name)) for name, line in comment_anchors(scene))
        painting.paint_comment_lines(painter, self.paper, anchors, width, folded=not self.lane_width)
        margins.paint_change_bars(painter, self.paper, scene, self.formats)
        margins.paint_numbers(
            painter, self.paper, scene, self.formats, self.numbers, self._first_blocks(scene), self.view.part_of
        )
        marks = margins.paint_severities(painter, self.paper, scene, self.layers, width)
        if clip.height() >= self.viewport().height() - 1:
            self._marks = marks
        else:
            outside = [mark for mark in self._marks if not clip.contains(mark.box.center())]
            self._marks = outside + marks
        self.remote.paint(painter, self.paper, scene, clip, width)
        painter.end()

    def _first_blocks(self, scene: Sequence[VisibleParagraph]) -> dict[str, int]:
        positions = self.view.positions
        found: dict[str, int] = {}
        for paragraph in scene:
            if paragraph.slot not in found:
                index = positions.index(paragraph.slot)
                start = positions.text_start(index) if index is not None else 0
                found[paragraph.slot] = self.document().findBlock(start).blockNumber()
        return found

    def show_remote_carets(self, carets: Sequence[painting.RemoteCaret]) -> None:
        """Show where others are; only what their carets cover and covered is painted anew."""
        changed = set(self.remote.all()) ^ set(carets)
        for _, box in self.remote.boxes(self, self.view, self.paper, changed):
            self.viewport().update(box.toAlignedRect())
        self.remote.replace(carets)

    def _repaint(self, slots: Sequence[str]) -> None:
        del slots
        self.viewport().update()

    def _scrolled(self) -> None:
        self.geometry_changed.emit()

    def _follow(self, edit: Edited) -> None:
        self.layers.findings.edited(edit)
        self.layers.hits.edited(edit)
        self.layers.terms.edited(edit)
        self.remote.edited(edit)

    # -- caret

    def _selected(self) -> tuple[int, int]:
        cursor = self.textCursor()
        return cursor.position(), cursor.anchor()

    def _select(self, caret: int, anchor: int) -> None:
        cursor = self.textCursor()
        cursor.setPosition(anchor)
        if caret != anchor:
            cursor.setPosition(caret, QTextCursor.MoveMode.KeepAnchor)
        self.setTextCursor(cursor)

    @property
    def reach(self) -> Reach | None:
        """The selection, where it goes from one table, or piece of one, to somewhere else."""
        return self._reach

    @property
    def caret_position(self) -> int:
        """Where in the document the caret is."""
        return self.textCursor().position()

    @property
    def anchor_position(self) -> int:
        """Where in the document the selection began; the caret's position when nothing is selected."""
        found = self.view.positions.position(self._reach.anchor) if self._reach else None
        return self.textCursor().anchor() if found is None else found

    @property
    def has_selection(self) -> bool:
        """Whether anything is selected."""
        return self._reach is not None or self.textCursor().hasSelection()

    @property
    def selected_stretches(self) -> tuple[Stretch, ...]:
        """What is selected, of what is shown."""
        return self._reach.stretches if self._reach else selected_stretches(self.view, self.textCursor())

    def selectAll(self) -> None:
        """All of the text, what is left out of the page as yet included."""
        self.view.catch_up()
        super().selectAll()

    def select_between(self, anchor: int, caret: int) -> None:
        """Select from one document position to another, over tables and their pieces."""
        found = reach(self.view, anchor, caret) if anchor != caret else None
        self._set_reach(None)
        self._select(caret, caret if found else anchor)
        self._set_reach(found)

    def _set_reach(self, found: Reach | None) -> None:
        if found is self._reach:
            return
        self._reach = found
        self.layers.selected = {one.slot: one for one in found.stretches} if found else {}
        self.viewport().update()
        self.selectionChanged.emit()

    def _hold_reach(self) -> None:
        """Let a reach go once the caret is elsewhere."""
        cursor = self.textCursor()
        if self._reach and (
            cursor.hasSelection() or self.view.positions.position(self._reach.caret) != cursor.position()
        ):
            self._set_reach(None)

    def _stand(self) -> None:
        if self.view.writing or self.renewal.covered or not len(self.view.positions):
            return
        self._hold_reach()
        cursor = self.textCursor()
        position = cursor.position()
        if not cursor.hasSelection():
            stand = standing(self.view, position, self._came_from)
            if stand != position:
                self._came_from = stand
                cursor.setPosition(stand)
                self.setTextCursor(cursor)
                return
        self._came_from = position
        block = cursor.blockNumber()
        if block != self._current_block:
            self._current_block = block
            self.viewport().update()
        self.caret_changed.emit()

    def show_caret(self, position: int) -> None:
        """Put the caret at a document position and scroll it into view."""
        self._set_reach(None)
        self._select(position, position)
        self.ensureCursorVisible()

    def show_stretch(self, stretch: Stretch) -> bool:
        """Select a stretch and scroll to it; False when its slot is not shown."""
        self.view.catch_up(stretch.slot)
        start = self.view.positions.position(Place(stretch.slot, stretch.start))
        end = self.view.positions.position(Place(stretch.slot, stretch.end))
        if start is None or end is None:
            return False
        self.show_position(start, end)
        return True

    def paragraph_number(self) -> int:
        """The number of the marks of the caret's paragraph."""
        return int(self.textCursor().blockFormat().property(MARKS) or 0)

    def show_position(self, start: int, end: int | None = None) -> None:
        """Put the caret (and the selection up to ``end``) there and scroll so that it stands in the upper half."""
        self._set_reach(None)
        self._select(end if end is not None else start, start)
        box = self.cursorRect()
        height = self.viewport().height()
        if box.top() < 40 or box.bottom() > height - 60:
            bar = self.verticalScrollBar()
            bar.setValue(bar.value() + box.top() - height // 3)

    def top_line(self) -> QTextCursor:
        """A cursor at the beginning of the first line in sight."""
        cursor = QTextCursor(self.document())
        cursor.setPosition(first_line_in_sight(self))
        return cursor

    def scroll_to(self, position: int, top: int = 4) -> None:
        """Bring the line of a document position so far below the top."""
        cursor = QTextCursor(self.document())
        cursor.setPosition(position)
        bar = self.verticalScrollBar()
        bar.setValue(bar.value() + self.cursorRect(cursor).top() - top)

    # -- mouse

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Begin a selection, or with Shift carry it on."""
        anchor = self.anchor_position
        self._set_reach(None)
        super().mousePressEvent(event)
        if event.button() == Qt.MouseButton.LeftButton:
            carried_on = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
            self._pressed_at = anchor if carried_on else self.textCursor().anchor()
            if carried_on:
                self._drag_to(event.position())

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Draw a selection out, from one piece of a table into another as well."""
        super().mouseMoveEvent(event)
        if event.buttons() & Qt.MouseButton.LeftButton and self._pressed_at is not None:
            self._drag_to(event.position())

    def _drag_to(self, point: QPointF) -> None:
        """Where Qt's selection would take a piece of a table whole, select ours instead."""
        caret = self.cursorForPosition(point.toPoint()).position()
        anchor = self._pressed_at
        if anchor is None:
            return
        if self._reach or reach(self.view, anchor, standing(self.view, caret, anchor)):
            self.select_between(anchor, standing(self.view, caret, anchor))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """A click on a margin mark names its finding."""
        if self._pressed_at is not None and self._reach:
            self._pressed_at = None
            event.accept()
            return
        self._pressed_at = None
        super().mouseReleaseEvent(event)
        found = self.mark_at(event.position())
        if event.button() != Qt.MouseButton.LeftButton:
            return
        if found:
            self.finding_clicked.emit(found)
        elif comment := self.comment_mark_at(event.position()):
            self.comment_clicked.emit(comment)

    def comment_mark_at(self, point: QPointF) -> str:
        """The comment whose mark, at the page's edge while the lane is folded, is at a point; empty for none."""
        if self.lane_width or point.x() < self.viewport().width() - COMMENT_TARGET:
            return ""
        marks = comment_anchors(self.scene(point.y() - COMMENT_TARGET, point.y() + COMMENT_TARGET))
        near = [(abs(line.baseline - 5 - point.y()), name) for name, line in marks]
        distance, name = min(near, default=(COMMENT_TARGET, ""))
        return name if distance <= COMMENT_TARGET / 2 else ""

    def mark_at(self, point: QPointF) -> str:
        """The finding whose margin mark is at a point of the viewport, empty for none."""
        return next((mark.finding for mark in self._marks if mark.box.adjusted(-5, -6, 5, 6).contains(point)), "")


def label_of(found: WordObject | None) -> tuple[str, bool]:
    """The label of an object in the line, and whether it is a raised note number."""
    if found is None:
        return "Object", False
    if found.kind == "note":
        return found.ref or "*", True
    if found.kind == "break":
        page = "page" in found.role or 'w:type="page"' in found.xml
        return ("Page break" if page else "Column break" if "column" in found.xml else "Break"), False
    return CHIP_NAMES.get(found.kind, "Object"), False
