"""A list of cards of their own heights: mark, title, place, quote, detail; the current one may carry actions."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QModelIndex, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFont, QKeyEvent, QPainter, QPen, QResizeEvent, QTextLayout, QTextOption
from PySide6.QtWidgets import (
    QAbstractItemView,
    QListView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)

from pactoria_desktop.ui.theme.look import Look
from pactoria_desktop.ui.theme.marks import SEVERITY_NAMES, author_token, draw_severity
from pactoria_desktop.ui.widgets.author import draw_avatar
from pactoria_desktop.ui.widgets.items import DISPLAY, ITEM_ROLE, SPEECH, Index, ItemModel
from pactoria_desktop.ui.widgets.layouts import row
from pactoria_desktop.ui.widgets.text import RIGHT, draw_line

PAD, LEFT, ACTIONS_HEIGHT = 14, 36, 44


@dataclass(frozen=True)
class Card:
    """One card. ``author`` (number from 1, with ``author_name``) draws an avatar instead of the severity's mark."""

    key: str
    title: str
    place: str = ""
    quote: str = ""
    detail: str = ""
    severity: str = ""
    author: int = 0
    author_name: str = ""
    stale: bool = False
    quiet: bool = False
    foot: str = ""

    def speech(self) -> str:
        """The card in words: severity or author first."""
        first = SEVERITY_NAMES[self.severity] if self.severity else self.author_name
        parts = (first, self.title, f"at {self.place}" if self.place else "", self.quote, self.detail, self.foot)
        return ", ".join(part for part in parts if part)


@dataclass(frozen=True)
class _Part:
    """A wrapped piece of a card: where it starts in the card, and its lines."""

    kind: str
    top: float
    height: float
    lines: tuple[tuple[str, float], ...]


def wrap(words: str, font: QFont, width: float, most: int) -> tuple[tuple[str, float], ...]:
    """Words broken into at most ``most`` lines of a width; each line with its height. The last ends in "…" when words
    are left."""
    layout = QTextLayout(words.replace("\n", " "), font)
    option = QTextOption()
    option.setWrapMode(QTextOption.WrapMode.WordWrap)
    layout.setTextOption(option)
    layout.beginLayout()
    lines: list[tuple[str, float]] = []
    encoded = words.replace("\n", " ").encode("utf-16-le")
    while True:
        line = layout.createLine()
        if not line.isValid():
            break
        line.setLineWidth(max(20.0, width))
        start, end = line.textStart() * 2, (line.textStart() + line.textLength()) * 2
        piece = encoded[start:end].decode("utf-16-le", "replace").rstrip()
        if len(lines) == most:
            last, height = lines[-1]
            lines[-1] = (last[:-1].rstrip() + "…", height)
            break
        lines.append((piece, line.height()))
    layout.endLayout()
    return tuple(lines)


class CardDelegate(QStyledItemDelegate):
    """Measures and paints cards; measures are kept per card while the width stays."""

    def __init__(self, look: Look) -> None:
        super().__init__()
        self.look = look
        self.with_actions = False
        self._measured: dict[Card, tuple[_Part, ...]] = {}
        self._width = 0

    def forget(self) -> None:
        """Measure anew."""
        self._measured.clear()

    def _parts(self, card: Card, width: int) -> tuple[_Part, ...]:
        if width != self._width:
            self._measured.clear()
            self._width = width
        if card in self._measured:
            return self._measured[card]
        inner = width - LEFT - PAD
        place = self.look.text_width(card.place, 12, 400, True) + 12 if card.place else 0
        top, parts = float(PAD - 2), []
        for kind, words, font, room, most in (
            ("title", card.title, self.look.font(13, 600), inner - place, 3),
            ("quote", card.quote and f"“{card.quote}”", self.look.serif(13), inner - 10, 3),
            ("detail", card.detail, self.look.font(12), inner, 4),
            ("foot", card.foot, self.look.font(12), inner, 2),
        ):
            if not words and kind != "title":
                continue
            lines = wrap(words, font, room, most)
            height = sum(line_height + 2 for _, line_height in lines)
            parts.append(_Part(kind, top, height, lines))
            top += height + 6
        self._measured[card] = tuple(parts)
        return self._measured[card]

    def _is_current(self, index: Index) -> bool:
        view = self.parent()
        return isinstance(view, QListView) and view.currentIndex().row() == index.row()

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        """The height that the card's words need at the view's width, and its actions when it is current."""
        view = self.parent()
        width = view.viewport().width() if isinstance(view, QListView) else 300
        last = self._parts(index.data(ITEM_ROLE), width)[-1]
        actions = self.look.pixels(ACTIONS_HEIGHT) if self.with_actions and self._is_current(index) else 0
        return QSize(100, round(last.top + last.height + PAD + actions))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Ground, mark or avatar, title and place, quote with its bar, detail."""
        card: Card = index.data(ITEM_ROLE)
        look, area = self.look, QRectF(option.rect)
        state: QStyle.StateFlag = option.state
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if state & QStyle.StateFlag.State_Selected:
            painter.fillRect(area, look.colour("surface"))
            painter.fillRect(QRectF(area.x(), area.y(), 3, area.height()), look.colour("accent"))
        elif state & QStyle.StateFlag.State_MouseOver:
            painter.fillRect(area, look.colour("hover"))
        painter.fillRect(QRectF(area.x(), area.bottom() - 1, area.width(), 1), look.colour("line"))
        if state & QStyle.StateFlag.State_HasFocus:
            painter.setPen(QPen(look.colour("accent"), 2))
            painter.drawRect(area.adjusted(1, 1, -1, -2))
        quiet = card.stale or card.quiet
        if card.author:
            draw_avatar(painter, look, QRectF(area.x() + 9, area.y() + 11, 22, 22), card.author_name, card.author)
        elif card.severity:
            side = look.pixels(11)
            draw_severity(painter, look.theme, card.severity, QRectF(area.x() + 16, area.y() + PAD + 2, side, side))
        tones = {"title": "text3" if quiet else "text", "quote": "text3" if quiet else "text2",
                 "detail": "text" if card.foot else "text2", "foot": "text2"}  # fmt: skip
        fonts = {"title": look.font(13, 600), "quote": look.serif(13), "detail": look.font(12),
                 "foot": look.font(12)}  # fmt: skip
        for part in self._parts(card, round(area.width())):
            left, y = area.x() + LEFT + (10 if part.kind == "quote" else 0), area.y() + part.top
            if part.kind == "title" and card.place:
                place = QRectF(area.x(), y, area.width() - PAD, part.lines[0][1] + 2)
                draw_line(painter, place, card.place, look.font(12, 400, True), look.colour("text2"), RIGHT)
            if part.kind == "quote":
                bar = author_token(card.author) if card.author else "line2"
                painter.fillRect(QRectF(area.x() + LEFT, y, 2, part.height), look.colour(bar))
            for words, height in part.lines:
                room = QRectF(left, y, area.right() - PAD - left + 2, height + 2)
                draw_line(painter, room, words, fonts[part.kind], look.colour(tones[part.kind]))
                y += height + 2
        painter.restore()


class CardList(QListView):
    """Cards from top to bottom. ``opened`` gives a key on Enter or double click, ``moved`` when a card becomes
    current."""

    opened = Signal(str)
    moved = Signal(str)

    def __init__(
        self, look: Look, accessible_name: str, actions: Callable[[Card], Sequence[QWidget]] | None = None
    ) -> None:
        super().__init__()
        self._look, self._cards, self._actions = look, _model(), actions
        self._delegate = CardDelegate(look)
        self._delegate.setParent(self)
        self._delegate.with_actions = actions is not None
        self._holder: QWidget | None = None
        self.setModel(self._cards)
        self.setItemDelegate(self._delegate)
        self.setAccessibleName(accessible_name)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setMouseTracking(True)
        self.activated.connect(lambda index: self.opened.emit(index.data(ITEM_ROLE).key))
        self.selectionModel().currentChanged.connect(self._on_current)
        look.changed.connect(self._on_look)

    def cards(self) -> tuple[Card, ...]:
        """What is shown."""
        return self._cards.items

    def set_cards(self, cards: Sequence[Card]) -> None:
        """Show other cards; the current one stays current when it is still there."""
        key = self.current_key()
        self._drop_actions()
        self._delegate.forget()
        self._cards.set_items(cards)
        if key:
            self.set_current(key)

    def current_key(self) -> str:
        """The key of the current card; empty without one."""
        index = self.currentIndex()
        return str(index.data(ITEM_ROLE).key) if index.isValid() else ""

    def set_current(self, key: str) -> None:
        """Make the card with a key current, if it is there."""
        for number, card in enumerate(self._cards.items):
            if card.key == key:
                self.setCurrentIndex(self._cards.index(number))
                return

    def _drop_actions(self) -> None:
        if self._holder is not None:
            self._holder.deleteLater()
            self._holder = None

    def _on_current(self, index: QModelIndex, before: QModelIndex) -> None:
        self._drop_actions()
        if before.isValid():
            self.setIndexWidget(before, None)  # type: ignore[arg-type]
        if not index.isValid():
            return
        card: Card = index.data(ITEM_ROLE)
        if self._actions is not None:
            self._holder = self._action_row(self._actions(card))
            self.setIndexWidget(index, self._holder)
        self.scheduleDelayedItemsLayout()
        self.moved.emit(card.key)

    def _action_row(self, widgets: Sequence[QWidget]) -> QWidget:
        holder = QWidget()
        layout = QVBoxLayout(holder)
        layout.setContentsMargins(LEFT, 0, PAD, 10)
        layout.addStretch(1)
        layout.addWidget(row(*widgets, None, spacing=8))
        holder.setAttribute(Qt.WidgetAttribute.WA_NoMousePropagation, False)
        return holder

    def _on_look(self) -> None:
        self._delegate.forget()
        self.doItemsLayout()
        self.viewport().update()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Another width breaks the words anew."""
        super().resizeEvent(event)
        self.scheduleDelayedItemsLayout()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter opens the current card on every platform."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.currentIndex().isValid():
            self.opened.emit(self.current_key())
            return
        super().keyPressEvent(event)


def _model() -> ItemModel[Card]:
    return ItemModel({DISPLAY: lambda card: card.title, SPEECH: Card.speech})
