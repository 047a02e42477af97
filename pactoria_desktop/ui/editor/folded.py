"""Where the window is too narrow for the lane of cards: one card at a time, over the page, beside its mark."""

from collections.abc import Callable

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from pactoria_desktop.ui.editor.cards import CARD_WIDTH, LINE_DOWN, CommentCard, Thread
from pactoria_desktop.ui.theme.look import Look

WIDER = 72
FROM_EDGE = 14


class FoldedCard(QWidget):
    """The card of one thread; hidden while ``thread_id`` is empty. ``closed`` when a person has put it away by key."""

    reply_wanted = Signal(str, str)
    resolve_wanted = Signal(str, bool)
    activated = Signal(str)
    closed = Signal()

    def __init__(self, look: Look, number: Callable[[str], int], parent: QWidget) -> None:
        super().__init__(parent)
        self._look, self._number, self._over = look, number, parent
        self._at = QPoint()
        self.thread_id = ""
        self.card: CommentCard | None = None
        self.setAccessibleName("Comment")
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self.hide()

    def open(self, thread: Thread, at: QPoint) -> None:
        """Show a thread left of a point (a mark's, in the parent's coordinates) and give it the focus."""
        draft = self.card.draft if self.card is not None and self.thread_id == thread.id else ""
        self._clear()
        self.thread_id, self._at = thread.id, at
        card = self.card = CommentCard(self._look, thread, self._number, self)
        card.reply_wanted.connect(self.reply_wanted)
        card.resolve_wanted.connect(self.resolve_wanted)
        card.activated.connect(self.activated)
        card.take_draft(draft, focused=False)
        self._column.addWidget(card)
        width = min(CARD_WIDTH + WIDER, max(120, at.x() - 2 * FROM_EDGE))
        height = card.heightForWidth(width) if card.hasHeightForWidth() else card.sizeHint().height()
        top = max(0, min(at.y() - LINE_DOWN, self._over.height() - height - FROM_EDGE))
        self.setGeometry(at.x() - width - FROM_EDGE, top, width, height)
        self.show()
        self.raise_()
        card.setFocus(Qt.FocusReason.PopupFocusReason)

    def follow(self, thread: Thread | None) -> None:
        """The thread was answered, settled or taken away."""
        if thread is None:
            self.put_away()
        elif self.card is not None and self.card.thread_shown != thread:
            self.open(thread, self._at)

    def put_away(self) -> None:
        """Hide the card."""
        self._clear()
        self.hide()

    def _clear(self) -> None:
        if self.card is not None:
            self.card.hide()
            self.card.deleteLater()
        self.card, self.thread_id = None, ""

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Escape goes back to the page."""
        if event.key() == Qt.Key.Key_Escape:
            self.put_away()
            self.closed.emit()
            return
        super().keyPressEvent(event)
