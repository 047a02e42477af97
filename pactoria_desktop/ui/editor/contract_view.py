"""One contract on its page, with margins, comment cards and the find bar: what the window shows in a document tab."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Literal

from PySide6.QtCore import QPoint, QRectF, Qt, QTimer, Signal
from PySide6.QtGui import QAction, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QMenu, QVBoxLayout, QWidget

from pactoria_desktop.replica.changes import Changes, Place, Stretch
from pactoria_desktop.replica.rights import Rights
from pactoria_desktop.ui.editor.cards import Anchor, Lane, threads_of
from pactoria_desktop.ui.editor.caret import place_of
from pactoria_desktop.ui.editor.commands import Commands
from pactoria_desktop.ui.editor.drawn import Authors
from pactoria_desktop.ui.editor.editor import Editor
from pactoria_desktop.ui.editor.find import FindBar
from pactoria_desktop.ui.editor.folded import FoldedCard
from pactoria_desktop.ui.editor.formats import Formats
from pactoria_desktop.ui.editor.living import LivingText
from pactoria_desktop.ui.editor.numbers import Numbers
from pactoria_desktop.ui.editor.painting import RemoteCaret, paint_sides
from pactoria_desktop.ui.editor.paper import FOLD_BELOW, LANE_WIDTH, Paper
from pactoria_desktop.ui.editor.projection import Projection
from pactoria_desktop.ui.editor.scene import ShownFinding, comment_anchors
from pactoria_desktop.ui.editor.table_commands import TableCommands
from pactoria_desktop.ui.editor.view import View
from pactoria_desktop.ui.theme.look import Look

ZOOM_STEP = 1.1
CARDS_FOLLOW_MILLISECONDS = 40
SIDE = 8
Shown = Literal["changes", "final", "original"]


class ContractView(QWidget):
    """Shows and edits one living text. ``me`` is the name that my changes carry.

    With ``session``, what ``session()`` gave at the last opening, a long text is begun where it was left and shown
    there at once; ``complete`` then builds the rest in turns.

    Signals: ``caret_moved`` with the Place, ``changed`` with each Changes that was shown, ``finding_activated`` and
    ``comment_activated`` with an id, ``refused`` with a sentence, ``zoomed`` with the factor.
    """

    caret_moved = Signal(object)
    changed = Signal(object)
    finding_activated = Signal(str)
    comment_activated = Signal(str)
    refused = Signal(str)
    zoomed = Signal(float)

    def __init__(
        self, text: LivingText, look: Look, me: str, zoom: float = 1.0, parent: QWidget | None = None,
        session: Mapping[str, object] | None = None,
    ) -> None:  # fmt: skip
        super().__init__(parent)
        self._text, self._look = text, look
        self._waiting = False
        self.authors = Authors(me)
        self._shown: Shown = "changes"
        self._projected: ContractView | None = None
        self._met = 0
        self._card_opened_at: Place | None = None
        self._meet_authors()
        self._formats = Formats(text, self.authors, self._paper(zoom))
        self.view = View(text, self._formats, _slots_of(session))
        self.numbers = Numbers(self.view)
        self.editor = Editor(self.view, self.numbers, text, self)
        self.lane = Lane(look, self.authors.number, self)
        self.folded_card = FoldedCard(look, self.authors.number, self)
        self.find_bar = FindBar(look, self.editor, text, self)
        self.find_bar.hide()
        self.menu_actions: Sequence[QAction] = ()
        column = self._column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.find_bar)
        column.addWidget(self.editor, 1)
        self.setAccessibleName("Contract")
        self.setFocusProxy(self.editor)
        self._lane_timer = QTimer(self)
        self._lane_timer.setSingleShot(True)
        self._lane_timer.setInterval(0)
        self._lane_timer.timeout.connect(self._place_cards)
        self._threads = threads_of(text.comments)
        self._when_whole: list[Callable[[], object]] = []
        self._place_words = str((session or {}).get("place", ""))
        self._connect()
        self._unsubscribe = text.subscribe(self._apply)
        look.changed.connect(self._dress)
        self._fold()

    def _connect(self) -> None:
        editor = self.editor
        editor.style_of_comment = self._style_of_comment
        editor.caret_changed.connect(self._caret_changed)
        editor.finding_clicked.connect(self.finding_activated)
        editor.geometry_changed.connect(self._geometry_changed)
        editor.menu_wanted.connect(self._open_menu)
        editor.zoom_wanted.connect(lambda by: self.set_zoom(self.zoom * ZOOM_STEP**by))
        editor.commands.refused.connect(self.refused)
        for cards in (self.lane, self.folded_card):
            cards.activated.connect(self._show_comment)
            cards.reply_wanted.connect(self._reply)
            cards.resolve_wanted.connect(self._resolve)
        editor.comment_clicked.connect(self.open_comment)
        editor.verticalScrollBar().valueChanged.connect(lambda value: self.folded_card.put_away())
        self.folded_card.closed.connect(editor.setFocus)
        self.view.rebuilt.connect(self._rebuilt)

    def _rebuilt(self) -> None:
        self._lane_timer.start(0)
        waiting, self._when_whole = self._when_whole, []
        for deed in waiting:
            # not now: whatever it asks of the page comes after the line that is kept has its place again
            QTimer.singleShot(0, self, deed)

    def complete(self) -> None:
        """Build what a first sight has left out, in turns."""
        self.editor.renewal.complete()

    def when_whole(self, deed: Callable[[], object]) -> None:
        """Do something once the whole text is shown: at once where it is."""
        if self.view.whole:
            deed()
        else:
            self._when_whole.append(deed)

    def close_text(self) -> None:
        """Stop following the text; the widget may be thrown away afterwards."""
        self.editor.renewal.stop()
        self._when_whole = []
        self.editor.commands.bursts.end()
        self.find_bar.leave()
        self._unsubscribe()

    # -- parts

    @property
    def commands(self) -> Commands:
        """Deeds on words, looks, comments and changes."""
        return self.editor.commands

    @property
    def tables(self) -> TableCommands:
        """Deeds on tables."""
        return self.editor.tables

    @property
    def text(self) -> LivingText:
        """The text shown."""
        return self._text

    # -- look

    def _paper(self, zoom: float) -> Paper:
        look = self._look
        page = look.page_theme if look.page_theme is not look.theme else None
        return Paper(look.theme, look.families, 1.0, page).zoomed(zoom)

    def _dress(self) -> None:
        self.lane.forget()
        self.folded_card.put_away()
        self.editor.set_paper(self._paper(self.zoom))
        self.update()

    @property
    def zoom(self) -> float:
        """The page's size; 1.0 is 100 %."""
        return self._formats.paper.zoom

    def set_zoom(self, zoom: float) -> None:
        """Make the page larger or smaller."""
        paper = self._paper(zoom)
        if paper.zoom != self.zoom:
            self.editor.set_paper(paper)
            self._fold()
            if self._projected is not None:
                self._projected.set_zoom(zoom)
            self.zoomed.emit(paper.zoom)

    def set_running_head(self, left: str, right: str) -> None:
        """The words at the head of the page: what it is, and which draft."""
        self.editor.running_head = (left, right)
        self.editor.viewport().update()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Below a width the lane folds, so that the page never slides under it."""
        super().resizeEvent(event)
        self.folded_card.put_away()
        self._fold()

    def _fold(self) -> None:
        folded = self.width() < FOLD_BELOW or self._shown != "changes"
        lane = 0 if folded else LANE_WIDTH
        self.lane.setVisible(not folded)
        if self.editor.lane_width != lane:
            self.editor.lane_width = lane
            self.editor.layout_sheet()
        self._geometry_changed()

    def _geometry_changed(self) -> None:
        viewport = self.editor.viewport()
        corner = viewport.mapTo(self, QPoint(viewport.width(), 0))
        bar = self.editor.verticalScrollBar().width()
        self.lane.setGeometry(corner.x(), corner.y(), max(0, self.width() - corner.x() - bar), viewport.height())
        self._lane_timer.start(0)
        if self.editor.page_top > -viewport.height() or self.editor.page_bottom < 2 * viewport.height():
            self.update(0, corner.y(), corner.x(), viewport.height())
            self.update(corner.x(), corner.y(), SIDE, viewport.height())

    def paintEvent(self, event: QPaintEvent) -> None:
        """The desk round the page, and the page's shadow at both sides."""
        painter = QPainter(self)
        painter.fillRect(event.rect(), self._look.colour("desk"))
        viewport = self.editor.viewport()
        corner = viewport.mapTo(self, QPoint(0, 0))
        page = QRectF(
            corner.x(),
            corner.y() + self.editor.page_top,
            viewport.width(),
            self.editor.page_bottom - self.editor.page_top,
        )
        page = page.intersected(QRectF(0, corner.y(), self.width(), viewport.height()))
        paint_sides(painter, self._formats.paper, page)
        painter.end()

    # -- the text's changes

    def _apply(self, changes: Changes) -> None:
        if changes.revisions:
            self._meet_authors()
        self.view.apply(changes)
        if changes.comments:
            self._threads = threads_of(self._text.comments)
            self.folded_card.follow(self._threads.get(self.folded_card.thread_id))
        if not self._lane_timer.isActive():
            self._lane_timer.start(CARDS_FOLLOW_MILLISECONDS)
        self.changed.emit(changes)

    def _meet_authors(self) -> None:
        revisions = self._text.revisions
        if len(revisions) == self._met:
            return
        for revision in list(revisions.values())[self._met :]:
            self.authors.number(revision.author)
        self._met = len(revisions)

    def _caret_changed(self) -> None:
        place = place_of(self.view, self.editor.textCursor().position())
        if place != self._card_opened_at:
            self.folded_card.put_away()
        if place is not None:
            self.caret_moved.emit(place)

    # -- comments

    def _place_cards(self) -> None:
        if not self.lane.isVisible() or self.editor.renewal.covered:
            return
        self.lane.show_threads(self._threads, self._anchors())

    def _anchors(self) -> list[Anchor]:
        """The threads whose words are in sight."""
        viewport = self.editor.viewport()
        found: dict[str, Anchor] = {}
        for comment, line in comment_anchors(self.editor.scene(-200, viewport.height() + 40)):
            thread = self._thread_of(comment)
            found.setdefault(thread, Anchor(thread, line.right - viewport.width(), line.baseline))
        return list(found.values())

    def _style_of_comment(self, comment: str) -> int:
        thread = self._threads.get(self._thread_of(comment))
        return self.authors.style(thread.notes[0].author) if thread else 1

    def _thread_of(self, identifier: str) -> str:
        if identifier in self._threads:
            return identifier
        for thread in self._threads.values():
            if any(note.id == identifier for note in thread.notes):
                return thread.id
        return identifier

    def _show_comment(self, identifier: str) -> None:
        self.editor.layers.active_comment = identifier
        self.editor.viewport().update()
        self.comment_activated.emit(identifier)

    def show_comment(self, identifier: str) -> bool:
        """Scroll to the words a comment speaks of; False when they are gone."""
        if not self.view.whole:
            self.view.catch_up()
        for slot in self.view.positions.slots:
            at = 0
            for words, marks in self._text.spans(slot) if slot else ():
                length = len(words.encode("utf-16-le", "surrogatepass")) // 2
                if f"comment:{identifier}" in marks:
                    self.editor.show_stretch(Stretch(slot, at, at))
                    self._show_comment(identifier)
                    return True
                at += length
        return False

    def open_comment(self, identifier: str) -> bool:
        """Go to a comment's card: the one beside the page, or where the lane is folded one over it; False without."""
        thread = self._threads.get(self._thread_of(identifier))
        anchor = next((one for one in self._anchors() if thread is not None and one.thread == thread.id), None)
        if thread is None or anchor is None:
            return False
        if self.lane.isVisible():
            self._place_cards()
            self.lane.cards[thread.id].setFocus(Qt.FocusReason.ShortcutFocusReason)
        else:
            viewport = self.editor.viewport()
            at = viewport.mapTo(self, QPoint(viewport.width(), round(anchor.baseline)))
            self._card_opened_at = place_of(self.view, self.editor.caret_position)
            self.folded_card.open(thread, at)
        self._show_comment(thread.id)
        return True

    def open_comment_here(self) -> bool:
        """Go to the card of the comment at the caret; says so and gives False where there is none."""
        self.editor.ensureCursorVisible()
        if any(self.open_comment(identifier) for identifier in self.commands.comments_here()):
            return True
        self.refused.emit("There is no comment at the caret.")
        return False

    def _reply(self, identifier: str, words: str) -> None:
        with self.commands.bursts.step():
            self._text.reply(identifier, words)

    def _resolve(self, identifier: str, resolved: bool) -> None:
        with self.commands.bursts.step():
            self._text.resolve_comment(identifier, resolved)

    # -- findings and people

    def show_findings(self, findings: Iterable[tuple[str, Sequence[Stretch], str, bool]]) -> None:
        """Show these findings (id, stretches, severity, stale) in place of those before."""
        findings = list(findings)
        if not self.view.whole:
            self.when_whole(lambda: self.show_findings(findings))
            return
        if self.view.behind and self.editor.turns.later(lambda: self.show_findings(findings)):
            return  # the places are those of the text, which the page does not show yet
        known: dict[str, ShownFinding] = {}
        stretches: list[tuple[str, Stretch]] = []
        for identifier, places, severity, stale in findings:
            known[identifier] = ShownFinding(identifier, severity, stale)
            stretches.extend((identifier, place) for place in places)
        self.editor.layers.finding_of = known
        self.editor.layers.findings.replace(stretches)
        self.editor.viewport().update()

    def touched_findings(self) -> tuple[str, ...]:
        """Findings whose words were edited since they were shown."""
        layers = self.editor.layers
        return tuple(
            identifier
            for identifier in layers.finding_of
            if any(stretch.touched for stretch in layers.findings.of(identifier))
        )

    def show_finding(self, identifier: str) -> bool:
        """Scroll to a finding's words and mark it as the current one; False when its place is not shown."""
        self.editor.layers.current_finding = identifier
        self.editor.viewport().update()
        for found in self.editor.layers.findings.of(identifier):
            return self.editor.show_stretch(Stretch(found.slot, found.start, found.end))
        return False

    def show_terms(self, stretches: Iterable[Stretch]) -> None:
        """Underline defined terms with dots."""
        stretches = list(stretches)
        if not self.view.whole:
            self.when_whole(lambda: self.show_terms(stretches))
            return
        if self.view.behind and self.editor.turns.later(lambda: self.show_terms(stretches)):
            return
        self.editor.layers.terms.replace(("", stretch) for stretch in stretches)
        self.editor.viewport().update()

    def show_remote_carets(self, carets: Sequence[RemoteCaret]) -> None:
        """Show where others are."""
        self.editor.show_remote_carets(carets)

    def go_to(self, stretch: Stretch) -> bool:
        """Select a stretch and scroll to it; False when its slot is not shown."""
        self.editor.setFocus()
        return self.editor.show_stretch(stretch)

    def label_at(self, place: Place) -> str:
        """The number of the paragraph a place is in, empty for none."""
        index = self.view.positions.index(place.slot)
        position = self.view.positions.position(place)
        if index is None or position is None:
            return ""
        document = self.view.document
        first = document.findBlock(self.view.positions.text_start(index)).blockNumber()
        return self.numbers.label(place.slot, document.findBlock(position).blockNumber() - first)

    # -- modes

    def projected(self, *, accepted: bool) -> "ContractView":
        """A view that only shows the text with every change accepted, or rejected; it follows no later change."""
        shown = ContractView(Projection(self._text, accepted=accepted), self._look, self.authors.names[0], self.zoom)
        shown.set_read_only(True)
        return shown

    @property
    def shown(self) -> Shown:
        """What the page shows: all changes marked, the text as it will be, or as it was."""
        return self._shown

    def set_shown(self, shown: Shown) -> None:
        """Show the page with its changes marked, or, to read only, with all of them accepted or rejected.

        The read-only page is of this moment: ask again to see later changes. The editor keeps its caret meanwhile.
        """
        self.commands.bursts.end()
        place = self.commands.caret
        if self._projected is not None:
            self._projected.close_text()
            self._projected.deleteLater()
            self._projected = None
        self._shown = shown
        self.editor.setVisible(shown == "changes")
        if shown == "changes":
            self.setFocusProxy(self.editor)
        else:
            self._projected = self.projected(accepted=shown == "final")
            self._column.addWidget(self._projected)
            self.setFocusProxy(self._projected)
            self._projected.editor.running_head = self.editor.running_head
            self._projected.show()
            stand = self._projected.view.positions.position(place) if place is not None else None
            if stand is not None:
                self._projected.editor.show_position(stand)
        self._fold()

    @property
    def suggesting(self) -> bool:
        """Whether edits are tracked."""
        return self._text.suggesting

    def set_suggesting(self, on: bool) -> None:
        """Track edits, or make them without a trace."""
        self.commands.bursts.end()
        self._text.suggesting = on

    @property
    def rights(self) -> Rights:
        """What may be done to the text here."""
        return self._text.rights

    def set_rights(self, rights: Rights) -> None:
        """Let everything be done, or only be suggested, or only be read; the caret moves in any case."""
        self.commands.bursts.end()
        self._text.rights = rights
        self._show_rights()

    def set_read_only(self, on: bool) -> None:
        """Only read for a while; the caret still moves."""
        self._waiting = on
        self._show_rights()

    def _show_rights(self) -> None:
        on = self._waiting or self._text.rights is Rights.READ
        self.editor.setReadOnly(on)
        self.editor.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
            if on
            else Qt.TextInteractionFlag.TextEditorInteraction
        )

    # -- menu

    def _open_menu(self, at: QPoint) -> None:
        menu = QMenu(self)
        for action in self.menu_actions:
            menu.addAction(action)
        if self.menu_actions:
            menu.popup(at)
        menu.aboutToHide.connect(menu.deleteLater)

    # -- session

    def session(self) -> Mapping[str, object]:
        """Caret, scroll and zoom, to be kept until the next opening; and in words, as ``place``, where the caret is."""
        cursor = self.editor.textCursor()
        caret, anchor = (self.view.positions.place(at) for at in (cursor.position(), cursor.anchor()))
        top = self.editor.renewal.top
        label = self.label_at(caret) if caret is not None else ""
        if not self.view.begins_later:  # else the numbers are not known as yet
            self._place_words = f"Clause {label}" if label else ""
        return {
            "zoom": self.zoom,
            "place": self._place_words,
            **{
                name: [place.slot, place.offset]
                for name, place in (("caret", caret), ("anchor", anchor), ("top", top))
                if place is not None
            },
        }

    def restore(self, session: Mapping[str, object]) -> None:
        """Go back to where a session was; what is gone or unreadable is passed over. Its zoom belongs to the making."""
        top, caret, anchor = (_place(session.get(name)) for name in ("top", "caret", "anchor"))
        positions = self.view.positions
        stand = positions.position(caret) if caret else None
        if stand is not None:
            start = positions.position(anchor) if anchor else None
            self.editor.show_position(start if start is not None else stand, stand)
        above = positions.position(top) if top else None
        if above is not None:
            self.editor.scroll_to(above)


def _slots_of(session: Mapping[str, object] | None) -> tuple[str, ...] | None:
    """The slots in which a session stood."""
    if session is None:
        return None
    places = (_place(session.get(name)) for name in ("top", "caret", "anchor"))
    return tuple(place.slot for place in places if place is not None)


def _place(value: object) -> Place | None:
    if isinstance(value, list | tuple) and len(value) == 2 and isinstance(value[0], str) and isinstance(value[1], int):
        return Place(value[0], value[1])
    return None
