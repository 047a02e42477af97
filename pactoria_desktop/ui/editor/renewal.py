"""What takes longer than a frame on the page, done in turns: another paper, and large changes shown bit by bit."""

from collections.abc import Iterator
from time import thread_time
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QSizeF, Qt, QTimer
from PySide6.QtGui import QPainter, QPixmap

from pactoria_desktop.replica.changes import Place
from pactoria_desktop.ui.editor.geometry import visible_blocks
from pactoria_desktop.ui.editor.turns import TURN_SECONDS
from pactoria_desktop.ui.editor.unhurried import Unhurried

if TYPE_CHECKING:
    from pactoria_desktop.ui.editor.page import Page

A_SCREEN_OF_UNITS = 4000
ASKED_AGAIN_AFTER_MILLISECONDS = 50


class Renewal(QObject):
    """Keeps a page in sight while its document is built anew, laid out, or brought up to the text."""

    def __init__(self, page: "Page") -> None:
        super().__init__(page)
        self._page = page
        self._wanted = 0
        self._under_way = False
        self._catching_up = False
        self._covered = False
        self._picture: QPixmap | None = None
        self._picture_zoom = 1.0
        self._kept: tuple[Place | None, float] = (None, 0.0)
        self._top: Place | None = None
        self._making: Iterator[None] | None = None
        self._making_timer = QTimer(self)
        self._making_timer.setInterval(0)
        self._making_timer.timeout.connect(self._make)
        self.unhurried = Unhurried(self, self._grew)

    @property
    def covered(self) -> bool:
        """Whether a picture of the former page stands in for the page."""
        return self._covered

    @property
    def top(self) -> Place | None:
        """Where the first line in sight begins, behind a picture the first one that the picture shows."""
        if self._covered:
            return self._top
        return self._page.view.positions.place(self._page.top_line().position())

    # -- another paper

    def begin(self, former_zoom: float) -> None:
        """The formats changed: build the document anew, in a long contract in turns; what is under way begins again."""
        self._wanted += 1
        self._cover(former_zoom)
        self._page.view.begin_again()
        if not self._under_way:
            self._under_way = True
            self._page.turns.run(self._renew, self._uncover)

    def _renew(self) -> Iterator[None]:
        done = 0
        while done != self._wanted:
            done = self._wanted
            yield from self._page.view.load_gradually()
            yield
        self._under_way = False

    def _cover(self, former_zoom: float) -> None:
        """Let a picture stand in, and go to the top behind it, so that nothing asks for the layout of what is above."""
        page = self._page
        if not self._covered:
            self._top = self.top
            line = page.textCursor()
            if not page.viewport().rect().intersects(page.cursorRect(line)):
                line = page.top_line()
            self._kept = page.view.positions.place(line.position()), float(page.cursorRect(line).top())
            self._picture = page.viewport().grab() if page.isVisible() else None
            self._picture_zoom = former_zoom
            self._covered = True
            page.viewport().setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
            page.verticalScrollBar().setValue(0)
        page.viewport().update()

    def _uncover(self) -> None:
        """Put the line that was kept where it stood, and show the page itself again."""
        page, (place, top) = self._page, self._kept
        self._covered, self._picture = False, None
        page.viewport().setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents, False)
        position = page.view.positions.position(place) if place is not None else None
        if position is not None:
            page.scroll_to(position, round(top))
        page.viewport().update()
        page.geometry_changed.emit()

    def paint(self, painter: QPainter) -> None:
        """The picture at the new zoom, held at the line that was kept."""
        if self._picture is None:
            return
        scale = self._page.paper.zoom / self._picture_zoom
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.translate(0, self._kept[1] * (1 - scale))
        painter.scale(scale, scale)
        painter.drawPixmap(0, 0, self._picture)

    # -- the rest of a first sight

    def complete(self) -> None:
        """Build the whole document beside the first sight of it, which may be edited meanwhile, then show that."""
        if not self._page.view.whole and self._making is None:
            self._making = self._page.view.make_ready()
            self._making_timer.start()

    def stop(self) -> None:
        """Build no further."""
        self._making_timer.stop()
        self._making = None

    def _make(self) -> None:
        if self._making is None or self._page.view.whole:
            self.stop()
            return
        until = thread_time() + TURN_SECONDS
        while True:
            if next(self._making, self) is self:
                break
            if thread_time() >= until:
                return
        if self._page.in_the_middle:
            self._making = iter(())  # built; asked again in a while
            self._making_timer.setInterval(ASKED_AGAIN_AFTER_MILLISECONDS)
            return
        self.stop()
        self._page.turns.run(self._change_over, self._changed_over, at_once=False)

    def _change_over(self) -> Iterator[None]:
        """The line that is kept stays where it is; in the middle of a long contract a picture stands in for a while."""
        if not self._page.view.whole:
            self._cover(self._page.paper.zoom)
            yield from self._page.view.hand_over_ready()

    def _changed_over(self) -> None:
        if self._covered and not self._under_way:  # else another paper is on its way, and uncovers the page
            self._uncover()

    # -- layout

    def lay_out(self, position: int) -> Iterator[None]:
        """Lay the document out in turns as far as a position, the line that is kept, and a screen more."""
        page = self._page
        page.layout_sheet()
        place, _ = self._kept
        kept = page.view.positions.position(place) if place is not None and self._covered else None
        yield from self.unhurried.up_to(max(position, kept or 0) + A_SCREEN_OF_UNITS)
        self._grew()

    def _grew(self) -> None:
        """Let the scroll bar know how long the page is by now; Qt tells it itself once everything has its place."""
        if not self.unhurried.complete:
            self._page.document().documentLayout().documentSizeChanged.emit(QSizeF())

    # -- large changes

    def in_sight(self) -> list[str]:
        """The slots in sight."""
        page = self._page
        if self._covered:
            return []
        positions = page.view.positions
        found = visible_blocks(page, 0, page.viewport().height())
        return [positions.slots[positions.entry_at(block.position())] for block, _ in found]

    def later(self) -> None:
        """Show in turns what the view owes."""
        if not self._catching_up:
            self._catching_up = True
            self._page.turns.run(self._catch_up, at_once=False)

    def _catch_up(self) -> Iterator[None]:
        """What stands at the top of what is in sight stays where it is meanwhile."""
        page = self._page
        self._catching_up = False
        steps = page.view.catching_up()
        while True:
            line = page.top_line()
            before = page.cursorRect(line).top()
            going_on = next(steps, self) is not self
            moved = page.cursorRect(line).top() - before
            if moved:
                bar = page.verticalScrollBar()
                bar.setValue(bar.value() + moved)
            if not going_on:
                return
            yield
