"""Comments beside the page: a card for each thread that is in sight, joined to its words by a line."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from PySide6.QtCore import QPointF, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter, QPainterPath, QPaintEvent, QPen
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QLineEdit, QVBoxLayout, QWidget

from pactoria_desktop.contract.text import CommentNote
from pactoria_desktop.ui.theme.look import Look
from pactoria_desktop.ui.theme.marks import author_token
from pactoria_desktop.ui.widgets.author import Avatar
from pactoria_desktop.ui.widgets.buttons import ToolButton

GAP = 12
LEFT = 14
CARD_WIDTH = 178
LINE_DOWN = 22


@dataclass(frozen=True, slots=True)
class Thread:
    """A comment and its replies, oldest first."""

    id: str
    notes: tuple[CommentNote, ...]

    @property
    def resolved(self) -> bool:
        """Whether the thread was marked as settled."""
        return self.notes[0].resolved


@dataclass(frozen=True, slots=True)
class Anchor:
    """Where a thread's words stand: right end and baseline, in the lane's coordinates (x may be negative)."""

    thread: str
    x: float
    baseline: float


def threads_of(comments: Sequence[CommentNote]) -> dict[str, Thread]:
    """Threads by the id of their first comment, in the order of the comments."""
    replies: dict[str, list[CommentNote]] = {}
    for note in comments:
        if note.parent is not None:
            replies.setdefault(note.parent, []).append(note)
    return {note.id: Thread(note.id, (note, *replies.get(note.id, ()))) for note in comments if note.parent is None}


def shown_date(date: str) -> str:
    """A comment's date as people read it; empty where there is none that can be read."""
    try:
        parsed = datetime.fromisoformat(date)
    except ValueError:
        return date[:10]
    return f"{parsed.day} {parsed:%b %H:%M}"


class CommentCard(QFrame):
    """One thread. ``reply_wanted`` gives the words, ``resolve_wanted`` whether to settle or to open again."""

    reply_wanted = Signal(str, str)
    resolve_wanted = Signal(str, bool)
    activated = Signal(str)

    def __init__(self, look: Look, thread: Thread, number: Callable[[str], int], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._look = look
        self.thread_shown = thread
        self.setObjectName("card")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        first = thread.notes[0]
        settled = ", resolved" if thread.resolved else ""
        self.setAccessibleName(f"Comment by {first.author}{settled}: {first.text}")
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 12, 12, 11)
        column.setSpacing(8)
        for place, note in enumerate(thread.notes):
            if place:
                column.addWidget(self._hair())
            column.addLayout(self._head(note, number(note.author), with_tools=place == 0))
            column.addWidget(self._words(note))
        self._reply = QLineEdit(self)
        self._reply.setPlaceholderText("Reply")
        self._reply.setAccessibleName(f"Reply to {first.author}")
        self._reply.setFont(look.font(12))
        self._reply.returnPressed.connect(self._send)
        self._reply.setVisible(not thread.resolved)
        column.addWidget(self._reply)

    def _head(self, note: CommentNote, number: int, *, with_tools: bool) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(9)
        row.addWidget(Avatar(self._look, note.author or "?", number), 0, Qt.AlignmentFlag.AlignTop)
        names = QVBoxLayout()
        names.setSpacing(1)
        names.addWidget(self._label(note.author or "Unknown", 12, 600, "text"))
        when = "Resolved" if with_tools and self.thread_shown.resolved else shown_date(note.date)
        names.addWidget(self._label(when, 11, 400, "text2"))
        row.addLayout(names, 1)
        if with_tools:
            resolved = self.thread_shown.resolved
            button = ToolButton(self._look, "undo" if resolved else "tick", "Open again" if resolved else "Resolve", 15)
            button.clicked.connect(lambda: self.resolve_wanted.emit(self.thread_shown.id, not resolved))
            row.addWidget(button, 0, Qt.AlignmentFlag.AlignTop)
        return row

    def _words(self, note: CommentNote) -> QLabel:
        label = self._label(note.text, 12, 400, "text2" if self.thread_shown.resolved else "text")
        label.setWordWrap(True)
        label.setAccessibleName(f"{note.author}: {note.text}")
        label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        return label

    def _label(self, words: str, size: int, weight: int, token: str) -> QLabel:
        label = QLabel(self)
        label.setTextFormat(Qt.TextFormat.PlainText)
        label.setText(words)
        label.setFont(self._look.font(size, weight))
        palette = label.palette()
        palette.setColor(label.foregroundRole(), self._look.colour(token))
        label.setPalette(palette)
        label.setMinimumWidth(1)
        return label

    def _hair(self) -> QFrame:
        line = QFrame(self)
        line.setObjectName("hair")
        line.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        line.setFixedHeight(1)
        return line

    def _send(self) -> None:
        words = self._reply.text().strip()
        if words:
            self._reply.clear()
            self.reply_wanted.emit(self.thread_shown.id, words)

    @property
    def draft(self) -> str:
        """A reply that was begun and not sent."""
        return self._reply.text()

    def take_draft(self, words: str, focused: bool) -> None:
        """Go on with a reply that was begun on another card of the same thread."""
        self._reply.setText(words)
        if focused:
            self._reply.setFocus()

    @property
    def is_writing(self) -> bool:
        """Whether the reply has the focus."""
        return self._reply.hasFocus()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """A click shows the words that are spoken of."""
        super().mousePressEvent(event)
        self.activated.emit(self.thread_shown.id)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter shows the words that are spoken of."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and not self.is_writing:
            self.activated.emit(self.thread_shown.id)
            return
        super().keyPressEvent(event)


class Lane(QWidget):
    """Where the cards stand, right of the page; the lines from the words to the cards are painted here and beyond."""

    reply_wanted = Signal(str, str)
    resolve_wanted = Signal(str, bool)
    activated = Signal(str)

    def __init__(self, look: Look, number: Callable[[str], int], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._look = look
        self._number = number
        self._cards: dict[str, CommentCard] = {}
        self._anchors: tuple[Anchor, ...] = ()
        self._threads: dict[str, Thread] = {}
        self._width = 0
        self.setAccessibleName("Comments")

    @property
    def cards(self) -> dict[str, CommentCard]:
        """The cards in sight, by thread."""
        return self._cards

    def forget(self) -> None:
        """The look changed: make every card anew."""
        for card in self._cards.values():
            card.deleteLater()
        self._cards.clear()
        self._anchors = ()

    def show_threads(self, threads: dict[str, Thread], anchors: Sequence[Anchor]) -> None:
        """Show the threads that have an anchor; cards push each other down and never overlap."""
        ordered = tuple(sorted(anchors, key=lambda anchor: (anchor.baseline, anchor.x)))
        if ordered == self._anchors and threads == self._threads and self.width() == self._width:
            return
        self._anchors, self._threads, self._width = ordered, threads, self.width()
        wanted = {anchor.thread for anchor in self._anchors}
        for identifier in [one for one in self._cards if one not in wanted or one not in threads]:
            if not self._cards[identifier].is_writing or identifier not in threads:
                self._cards.pop(identifier).deleteLater()
        below = -10_000.0
        width = max(120, min(CARD_WIDTH, self.width() - LEFT - 14))
        for anchor in self._anchors:
            thread = threads.get(anchor.thread)
            if thread is None:
                continue
            card = self._card(thread)
            top = max(below, anchor.baseline - LINE_DOWN + 4)
            height = card.heightForWidth(width) if card.hasHeightForWidth() else card.sizeHint().height()
            card.setGeometry(LEFT, round(top), width, height)
            card.show()
            below = round(top) + height + GAP
        self.update()

    def _card(self, thread: Thread) -> CommentCard:
        before = self._cards.get(thread.id)
        if before is not None and before.thread_shown == thread:
            return before
        card = CommentCard(self._look, thread, self._number, self)
        card.reply_wanted.connect(self.reply_wanted)
        card.resolve_wanted.connect(self.resolve_wanted)
        card.activated.connect(self.activated)
        if before is not None:
            card.take_draft(before.draft, before.is_writing)
            before.deleteLater()
        self._cards[thread.id] = card
        return card

    def paintEvent(self, event: QPaintEvent) -> None:
        """The lines' last pieces, from the page's edge to the cards."""
        del event
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for anchor in self._anchors:
            card = self._cards.get(anchor.thread)
            if card is None:
                continue
            author = card.thread_shown.notes[0].author
            painter.setPen(QPen(self._look.colour(author_token(self._number(author)), 190), 1.2))
            start = round(anchor.baseline + 6) + 0.5
            end = card.y() + LINE_DOWN
            path = QPainterPath(QPointF(0, start))
            if abs(end - start) > 2:
                path.cubicTo(LEFT * 0.7, start, LEFT * 0.3, end, card.x(), end)
            else:
                path.lineTo(card.x(), start)
            painter.drawPath(path)
        painter.end()

    def sizeHint(self) -> QSize:
        """The lane's usual width."""
        return QSize(CARD_WIDTH + 28, 200)
