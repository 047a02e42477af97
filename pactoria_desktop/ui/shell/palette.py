"""The palette: one field over commands, contracts, clauses and terms, by keyboard alone."""

from collections.abc import Callable, Sequence

from PySide6.QtCore import QEvent, QObject, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFontMetricsF, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QApplication, QLineEdit, QVBoxLayout, QWidget
from shiboken6 import isValid

from pactoria_desktop.ui.shell.palette_sources import Entry, PaletteSource
from pactoria_desktop.ui.theme.look import Look
from pactoria_desktop.ui.theme.marks import draw_soft_shadow
from pactoria_desktop.ui.widgets.layouts import row, rule
from pactoria_desktop.ui.widgets.rows import Row, RowList
from pactoria_desktop.ui.widgets.text import RIGHT, Label, Painted, draw_line

WIDTH, TOP, MOST_HEIGHT = 640, 96, 520
PER_SOURCE, ALONE = 6, 60
FULL_TEXT = "?"
HINT = "Search or run a command"


class _Glass(Painted):
    def sizeHint(self) -> QSize:
        return QSize(self.look.pixels(20), self.look.pixels(20))

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def draw(self, painter: QPainter, area: QRectF) -> None:
        self.look.draw_icon_in(painter, "search", area, self.look.pixels(20))


class _Foot(Painted):
    """Which sign asks for what."""

    def __init__(self, look: Look) -> None:
        super().__init__(look, "Signs")
        self.signs: tuple[tuple[str, str], ...] = ()

    def set_signs(self, signs: tuple[tuple[str, str], ...]) -> None:
        self.signs = signs
        self.setAccessibleName("; ".join(f"{sign} for {meaning}" for sign, meaning in signs))
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(200, self.look.pixels(32))

    def draw(self, painter: QPainter, area: QRectF) -> None:
        left = 20.0
        strong, plain = self.look.font(12, 600), self.look.font(12)
        for sign, meaning in self.signs:
            room = QRectF(left, 0, 30, area.height())
            left += draw_line(painter, room, sign, strong, self.look.colour("text")) + 5
            width = QFontMetricsF(plain).horizontalAdvance(meaning) + 2
            room = QRectF(left, 0, width, area.height())
            left += draw_line(painter, room, meaning, plain, self.look.colour("text2")) + 18
        close = area.adjusted(0, 0, -20, 0)
        draw_line(painter, close, "Esc closes", plain, self.look.colour("text3"), RIGHT)


class Palette(QWidget):
    """A sheet over its window. ``full_text`` is given the words on Ctrl+Enter or after "?"; None leaves both out."""

    closed = Signal()

    def __init__(self, look: Look, window: QWidget, sources: Sequence[PaletteSource] = ()) -> None:
        super().__init__(window)
        self._look, self._host = look, window
        self._sources: list[PaletteSource] = list(sources)
        self.full_text: Callable[[str], None] | None = None
        self._entries: dict[str, Entry] = {}
        self._before: QWidget | None = None
        self.setAccessibleName("Palette")
        self.panel = QWidget(self)
        self.field = QLineEdit()
        self.field.setProperty("kind", "bare")
        self.field.setPlaceholderText(HINT)
        self.field.setAccessibleName(HINT)
        self.field.textChanged.connect(self.search)
        self.field.installEventFilter(self)
        self._count = Label(look, "", 12, 400, "text3")
        self.list = RowList(look, "Results", (), 36)
        self.list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.list.opened.connect(self._run)
        self.list.clicked.connect(lambda: self._run(self.list.current_key()))
        self._foot = _Foot(look)
        head = row(_Glass(look, ""), self.field, self._count, margins=(20, 0, 20, 0), spacing=10)
        self._head = head
        layout = QVBoxLayout(self.panel)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        for part in (head, rule()):
            layout.addWidget(part)
        layout.addSpacing(4)
        layout.addWidget(self.list, 1)
        layout.addSpacing(4)
        layout.addWidget(rule())
        layout.addWidget(self._foot)
        self.hide()
        window.installEventFilter(self)
        look.changed.connect(self._dress)
        self._dress()

    def add_source(self, source: PaletteSource) -> None:
        """Find in one more source, below the others."""
        self._sources.append(source)

    def _dress(self) -> None:
        self.field.setFont(self._look.font(17))
        self._head.setFixedHeight(self._look.pixels(51))
        self._foot.setFixedHeight(self._look.pixels(32))
        self._place()
        self.update()

    def open(self, typed: str = "") -> None:
        """Show the palette over its window, with words typed already."""
        focus = QApplication.focusWidget()
        if focus is None or not self.isAncestorOf(focus):
            self._before = focus
        signs = [(source.prefix, source.meaning) for source in self._sources if source.prefix]
        if self.full_text is not None:
            signs.append((FULL_TEXT, "full text"))
        self._foot.set_signs(tuple(signs))
        self.setGeometry(self._host.rect())
        self.field.setText(typed)
        self.search(typed)
        self.show()
        self.raise_()
        self.field.setFocus()
        self.field.setCursorPosition(len(typed))

    def dismiss(self) -> None:
        """Go, and give the focus back to where it was."""
        if self.isHidden():
            return
        self.hide()
        if self._before is not None and isValid(self._before):
            self._before.setFocus()
        self._before = None
        self.closed.emit()

    def search(self, typed: str) -> None:
        """Show what fits the words."""
        chosen = [source for source in self._sources if source.prefix and typed.startswith(source.prefix)]
        words = typed[len(chosen[0].prefix) :] if chosen else typed
        asked_full = self.full_text is not None and typed.startswith(FULL_TEXT)
        rows: list[Row] = []
        self._entries = {}
        best = (-1.0, "")
        for source in () if asked_full else chosen or self._sources:
            entries = source.find(words.strip(), ALONE if chosen else PER_SOURCE)
            if entries:
                rows.append(Row(f"head:{source.title}", source.title, head=True))
            for entry in entries:
                rows.append(entry.row)
                self._entries[entry.row.key] = entry
                if entry.score > best[0]:
                    best = (entry.score, entry.row.key)
        found = len(self._entries)
        words = typed[1:].strip() if asked_full else words.strip()
        if self.full_text is not None and words and not chosen:
            text = Row(
                "full-text", f"Search the text of all contracts for “{words}”", right="Ctrl Enter", icon="search"
            )
            rows.append(text)
            self._entries[text.key] = Entry(text, lambda: self._search_text(words))
        if not rows:
            rows.append(Row("head:nothing", f"Nothing here is named “{words}”", head=True))
        self.list.set_rows(rows)
        first = next((one.key for one in rows if not one.head), "")
        self.list.set_current(best[1] if words and best[1] else first)
        self.list.scrollToTop()
        self.list.scrollTo(self.list.currentIndex())
        self._count.setText("1 result" if found == 1 else f"{found} results")
        self._place()

    def _search_text(self, words: str) -> None:
        if self.full_text is not None:
            self.full_text(words)

    def _run(self, key: str) -> None:
        entry = self._entries.get(key)
        if entry is not None:
            self.dismiss()
            entry.run()

    def _place(self) -> None:
        around = self._host.rect()
        width = min(self._look.pixels(WIDTH), around.width() - 40)
        fixed = self._head.height() + self._foot.height() + 12
        top = min(TOP, max(12, around.height() // 10))
        height = min(fixed + self.list.content_height(), self._look.pixels(MOST_HEIGHT), around.height() - top - 20)
        self.panel.setGeometry((around.width() - width) // 2, top, width, height)
        self.update()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Follow the window's size; walk and run from the field."""
        if event.type() == QEvent.Type.Resize and watched is self._host:
            self.setGeometry(self._host.rect())
            self._place()
        elif event.type() == QEvent.Type.FocusOut and watched is self.field and not self.isHidden():
            if QApplication.activeWindow() is self.window() and QApplication.activePopupWidget() is None:
                self._before = None if QApplication.focusWidget() else self._before
                self.dismiss()
        elif event.type() == QEvent.Type.KeyPress and watched is self.field and isinstance(event, QKeyEvent):
            return self._on_key(event)
        return False

    def _on_key(self, event: QKeyEvent) -> bool:
        key = event.key()
        if key in (Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_PageUp, Qt.Key.Key_PageDown):
            self._walk(
                {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1, Qt.Key.Key_PageUp: -8, Qt.Key.Key_PageDown: 8}[Qt.Key(key)]
            )
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            control = bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier)
            words = self.field.text().lstrip(FULL_TEXT).strip()
            if control and self.full_text is not None and words:
                self.dismiss()
                self._search_text(words)
            else:
                self._run(self.list.current_key())
        elif key == Qt.Key.Key_Escape:
            self.dismiss()
        elif key not in (Qt.Key.Key_Tab, Qt.Key.Key_Backtab):
            return False
        return True

    def _walk(self, steps: int) -> None:
        keys = [one.key for one in self.list.rows() if not one.head]
        if not keys:
            return
        current = self.list.current_key()
        place = keys.index(current) if current in keys else -1
        single = abs(steps) == 1
        following = (place + steps) % len(keys) if single else min(len(keys) - 1, max(0, place + steps))
        self.list.set_current(keys[following])
        if following == 0:
            self.list.scrollToTop()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """A press beside the panel closes."""
        if not self.panel.geometry().contains(event.position().toPoint()):
            self.dismiss()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Scrim, shadow, panel."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        look, area = self._look, QRectF(self.panel.geometry())
        painter.fillRect(self.rect(), look.colour("scrim", look.theme.alphas["scrim"]))
        draw_soft_shadow(painter, look.theme, area, rounds=14, radius=12, spread=1.7, drop=10)
        painter.setBrush(look.colour("surface"))
        painter.setPen(QPen(look.colour("line2"), 2 if look.theme.outlined else 1))
        painter.drawRoundedRect(area.adjusted(-0.5, -0.5, 0.5, 0.5), 12, 12)
        painter.end()
