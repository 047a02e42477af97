"""One open contract in the window: its page, the journal behind its keys, and what the panels show of it."""

from bisect import bisect_right
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal

from pactoria_desktop.contract.text import REVISION_KINDS
from pactoria_desktop.replica.changes import Place, Stretch
from pactoria_desktop.replica.errors import ReplicaError
from pactoria_desktop.replica.resolving import Selection
from pactoria_desktop.runtime.work import Lane
from pactoria_desktop.services.opened import OpenContract
from pactoria_desktop.services.overview import KIND_WORDS, Overview, overview, words_under
from pactoria_desktop.ui.editor.contract_view import ContractView
from pactoria_desktop.ui.review.changes import ChangeRow
from pactoria_desktop.ui.review.findings import FindingRow
from pactoria_desktop.ui.review.outline import OutlineRow
from pactoria_desktop.ui.shell.tasks import BackgroundTasks
from pactoria_desktop.ui.theme.look import Look

if TYPE_CHECKING:
    from pactoria_desktop.replica.ahead import ReadAhead
    from pactoria_desktop.services.choosing import ChoosingReviewer
    from pactoria_desktop.services.reviewing import ReviewedContract
    from pactoria_desktop.services.summary import Facts

JOURNAL_PAUSE = 400
OVERVIEW_PAUSE = 450
SEARCH_PAUSE = 3000
FIRST_LOOK = 60  # milliseconds after which the panels are read: the page is painted before
Keep = Callable[[Mapping[str, object]], None]


class ContractTab(QObject):
    """Follows one contract. ``overview_changed``, ``findings_changed`` and ``place_changed`` tell the panels;
    ``failed`` hands on an error; ``not_kept`` the error when edits could not be written, ``kept_again`` its end."""

    overview_changed = Signal()
    findings_changed = Signal()
    place_changed = Signal()
    failed = Signal(object)
    not_kept = Signal(object)
    kept_again = Signal()
    review_finished = Signal(object)

    def __init__(
        self, opened: OpenContract, look: Look, tasks: BackgroundTasks, make_reviewer: "Callable[[], ChoosingReviewer]",
        zoom: float = 1.0, keep_view: Keep = lambda state: None, session: Mapping[str, object] | None = None,
    ) -> None:  # fmt: skip
        """``make_reviewer`` is called at the first review; ``keep_view`` keeps, on the writing lane, a caret that moved
        without typing; ``session`` is where the last opening stood."""
        super().__init__()
        self.opened = opened
        self._make_reviewer = make_reviewer
        self.overview: Overview | None = None
        self.reviewed: ReviewedContract | None = None
        self.reviewing = False
        self.verdicts: dict[str, str] = {}
        self.words = 0
        self._tasks, self._keep_view = tasks, keep_view
        self._order: dict[str, int] = {}
        self._stale: set[str] = set()
        self._proofs: dict[str, str] = {}
        self._review_again = False
        self._saving = False
        self._unkept = False
        self._moved = False
        self._looking = False
        self._look_again = False
        self._ended = False
        self.view = ContractView(
            opened.replica, look, opened.replica.identity.author, zoom, session=session if session is not None else {}
        )
        opened.shown_by(self.view.session)
        self.view.caret_moved.connect(self._on_caret)
        self._journal_timer = QTimer(self)
        self._journal_timer.setInterval(JOURNAL_PAUSE)
        self._journal_timer.timeout.connect(self._keep)
        self._journal_timer.start()
        self._overview_timer = QTimer(self)
        self._overview_timer.setSingleShot(True)
        self._overview_timer.setInterval(OVERVIEW_PAUSE)
        self._overview_timer.timeout.connect(self._look_over)
        self.view.changed.connect(lambda changes: self._overview_timer.start())
        self._search_timer = QTimer(self)
        self._search_timer.setSingleShot(True)
        self._search_timer.setInterval(SEARCH_PAUSE)
        self._search_timer.timeout.connect(self._keep_searchable)
        self.view.changed.connect(lambda changes: self._search_timer.start())
        if not self.view.view.whole:
            self.view.view.rebuilt.connect(self.place_changed)
            QTimer.singleShot(FIRST_LOOK, self, self._read_ahead)
        self.view.when_whole(lambda: QTimer.singleShot(FIRST_LOOK, self, self._look_over))

    def _read_ahead(self) -> None:
        """Show the rest of a long contract once it was read in the background."""
        if self._ended:
            return

        def complete(ahead: "ReadAhead") -> None:
            if not self._ended:
                self.opened.replica.take_ahead(ahead)
                self.view.complete()

        self._tasks.start(
            self, Lane.WRITE, "Opening the contract", lambda task: self.opened.read_ahead(), on_result=complete,
            on_error=self._not_read_ahead,
        )  # fmt: skip

    def _not_read_ahead(self, error: Exception) -> None:
        if not self._ended:
            self.view.complete()
        self.failed.emit(error)

    @cached_property
    def reviewer(self) -> "ChoosingReviewer":
        """What reviews this contract, made at the first review: it brings the clause model with it. On any thread."""
        return self._make_reviewer()

    @property
    def key(self) -> str:
        """The contract's id."""
        return self.opened.id

    @property
    def title(self) -> str:
        """The contract's title."""
        return self.opened.record.title

    @property
    def ended(self) -> bool:
        """Whether the contract was closed."""
        return self._ended

    # Keeping

    def _on_caret(self, place: Place) -> None:
        self._moved = True
        self.place_changed.emit()

    def _keep(self) -> None:
        due = self.opened.collect()
        if self._saving or not (due or (self._moved and not self.opened.unsaved)):
            return
        self.keep_now()

    def keep_now(self) -> None:
        """Write what was typed, with the place of the caret that belongs to it; or the caret alone where it moved."""
        if self._saving or self._ended:
            return
        self.opened.collect()
        self._saving, self._moved = True, False
        state = self.view.session()
        opened, keep_view = self.opened, self._keep_view

        def work(task: object) -> None:
            if not opened.flush():
                keep_view(state)

        self._tasks.start(
            self, Lane.WRITE, "Keeping your edits", work, on_result=lambda nothing: self._kept(),
            on_error=self._not_kept,
        )  # fmt: skip

    def _kept(self) -> None:
        self._saving = False
        if self._unkept:
            self._unkept = False
            self.kept_again.emit()

    def _not_kept(self, error: Exception) -> None:
        self._saving = False
        self._moved = True
        if not self._unkept:
            self._unkept = True
            self.not_kept.emit(error)

    def _keep_searchable(self) -> None:
        """Let the library find the contract by its present words, once nobody has typed for a while."""
        if self._looking or self._overview_timer.isActive() or self.overview is None:
            self._search_timer.start()
            return
        opened, view = self.opened, self.overview.view
        self._tasks.start(
            self, Lane.WRITE, "Noting the words for the search", lambda task: opened.keep_searchable(view),
            on_error=self.failed.emit,
        )  # fmt: skip

    def end(self) -> Callable[[], None]:
        """Stop following; gives the work that writes what is left, for the writing lane."""
        self._ended = True
        self._journal_timer.stop()
        self._overview_timer.stop()
        self._search_timer.stop()
        self.opened.collect()
        self.view.close_text()
        frozen = self.opened.end()
        return lambda: self.opened.settle(frozen)

    # Overview

    def _look_over(self) -> None:
        if self._ended:
            return
        if self._looking:
            self._look_again = True
            return
        self._looking = True
        frozen, places, proofs = self.opened.freeze(), self._finding_places(), self._proofs

        def work(task: object) -> tuple[Overview, set[str]]:
            text = frozen.text()
            now = words_under(text, places)
            return overview(text), {id for id in places if now[id] != proofs.get(id)}

        self._tasks.start(
            self, Lane.COMPUTE, "Reading the outline", work,
            on_result=lambda found: self._looked(*found), on_error=self._not_looked, on_cancelled=self._stopped,
        )  # fmt: skip

    def _finding_places(self) -> dict[str, list[Stretch]]:
        """Where the findings stand now."""
        layers = self.view.editor.layers
        return {
            id: [Stretch(one.slot, one.start, one.end) for one in layers.findings.of(id)] for id in layers.finding_of
        }

    def _looked(self, found: Overview, stale: set[str]) -> None:
        if self._ended:
            return
        self._stopped()
        self.overview = found
        self.words = found.words
        self._order = {slot: number for number, slot in enumerate(self.opened.replica.slots())}
        self._stale = stale
        if not (self._look_again or self._overview_timer.isActive()):  # else the places are those of an older text
            self.view.show_terms(found.term_uses)
        self.overview_changed.emit()
        if self._look_again:
            self._look_again = False
            self._overview_timer.start()

    def _not_looked(self, error: Exception) -> None:
        self._stopped()
        self.failed.emit(error)

    def _stopped(self) -> None:
        self._looking = False

    def outline_rows(self) -> list[OutlineRow]:
        """The headings, each with the open findings from it to the next one."""
        if self.overview is None:
            return []
        headings = self.overview.headings
        places = [self._rank(each.place.slot, each.place.start) for each in headings]
        found: dict[int, list[str]] = {}
        for row in self.finding_rows():
            stretches = self.view.editor.layers.findings.of(row.id)
            if row.verdict or not stretches:
                continue
            at = bisect_right(places, self._rank(stretches[0].slot, stretches[0].start)) - 1
            found.setdefault(at, []).append(row.severity)
        rows = []
        for number, heading in enumerate(headings):
            inside = found.get(number, [])
            worst = next((name for name in ("high", "medium", "low") if name in inside), "")
            rows.append(OutlineRow(heading.id, heading.label, heading.title, heading.level, len(inside), worst))
        return rows

    def heading_at(self, place: Place | None) -> str:
        """The id of the heading above a place, empty for none."""
        if self.overview is None or place is None:
            return ""
        places = [self._rank(each.place.slot, each.place.start) for each in self.overview.headings]
        at = bisect_right(places, self._rank(place.slot, place.offset)) - 1
        return self.overview.headings[at].id if at >= 0 else ""

    def clause_at(self, place: Place | None) -> str:
        """The number of the clause at a place, empty where there is none."""
        heading = self.heading_at(place)
        headings = self.overview.headings if self.overview is not None else ()
        return next((each.label for each in headings if each.id == heading), "")

    def _rank(self, slot: str, offset: int) -> tuple[int, int]:
        return self._order.get(slot, 0), offset

    def term_rows(self) -> list[OutlineRow]:
        """The defined terms in order of the alphabet, each with the clause where it is defined."""
        terms = self.overview.terms if self.overview is not None else ()
        return [OutlineRow(each.id, "", each.term, 0, 0, "", each.label) for each in terms]

    def reference_rows(self) -> list[OutlineRow]:
        """The cross-references; one that shows another number than it should says which, and is marked."""
        rows = []
        for each in self.overview.references if self.overview is not None else ():
            title = f"“{each.shown}” in clause {each.label}" if each.label else f"“{each.shown}”"
            right = "" if each.state == "current" else f"now {each.live}" if each.live else "leads nowhere"
            rows.append(OutlineRow(each.id, "", title, 0, 0, "medium" if right else "", right))
        return rows

    def go_to_term(self, id: str) -> None:
        """Select a term where it is defined."""
        for each in self.overview.terms if self.overview else ():
            if each.id == id:
                self.view.go_to(each.place)

    def go_to_reference(self, id: str) -> None:
        """Select a cross-reference."""
        for each in self.overview.references if self.overview else ():
            if each.id == id:
                self.view.go_to(each.place)

    def find(self, words: str) -> None:
        """Open the find bar on words."""
        self.view.find_bar.open()
        self.view.find_bar.look_for(words)
        self.view.find_bar.step(1)

    def change_rows(self) -> list[ChangeRow]:
        """Tracked changes and comments in document order."""
        if self.overview is None:
            return []
        placed: list[tuple[tuple[int, int], ChangeRow]] = []
        number = self.view.authors.style
        for index, change in enumerate(self.overview.changes):
            row = ChangeRow(
                f"change-{index}-{change.ids[0]}", KIND_WORDS.get(change.kind, change.kind), change.author,
                number(change.author), shown_date(change.date), change.label, change.words, ids=change.ids,
            )  # fmt: skip
            placed.append((self._rank(change.place.slot, change.place.start), row))
        for comment in self.overview.comments:
            note = comment.note
            place = comment.place
            row = ChangeRow(
                f"comment-{note.id}", "Comment", note.author, number(note.author), shown_date(note.date),
                comment.label, note.text, is_comment=True, resolved=note.resolved, quote=comment.quote,
                answers=len(comment.replies),
            )  # fmt: skip
            placed.append((self._rank(place.slot, place.start) if place else (len(self._order), 0), row))
        return [row for _, row in sorted(placed, key=lambda each: each[0])]

    def authors(self) -> list[tuple[str, int, int]]:
        """Who has open changes: name, number of colour and line, how many."""
        counts = Counter(change.author for change in self.overview.changes) if self.overview is not None else {}
        return [(name, self.view.authors.style(name), count) for name, count in counts.items()]

    def go_to_heading(self, id: str) -> None:
        """Scroll to a heading."""
        for heading in self.overview.headings if self.overview else ():
            if heading.id == id:
                self.view.go_to(heading.place)

    def go_to_change(self, row: str) -> None:
        """Scroll to a change or comment of the panel."""
        if row.startswith("comment-"):
            self.view.show_comment(row.removeprefix("comment-"))
            return
        for index, change in enumerate(self.overview.changes if self.overview else ()):
            if row == f"change-{index}-{change.ids[0]}":
                stretch = self.find_revision(change.place.slot, change.ids)
                if stretch is not None:
                    self.view.go_to(stretch)

    def find_revision(self, slot: str, ids: Iterable[str]) -> Stretch | None:
        """Where revisions stand now, in UTF-16 units; None when they are gone."""
        wanted = {f"{kind}:{id}" for id in ids for kind in REVISION_KINDS}
        at, start, end = 0, -1, -1
        try:
            spans = self.opened.replica.spans(slot)
        except ReplicaError:
            return None
        for words, marks in spans:
            length = len(words.encode("utf-16-le", "surrogatepass")) // 2
            if wanted & set(marks):
                start = at if start < 0 else start
                end = at + length
            at += length
        return Stretch(slot, start, end) if start >= 0 else None

    def resolve(self, ids: Iterable[str], *, accept: bool) -> None:
        """Accept or reject revisions as one step."""
        selection = Selection(ids=frozenset(ids))
        replica = self.opened.replica
        try:
            with replica.undo_group():
                (replica.accept if accept else replica.reject)(selection)
        except ReplicaError as error:
            self.failed.emit(error)

    def counter(self, row: str, words: str, reason: str) -> None:
        """Suggest other words in the place of a change of the panel, with the reason as a comment; one step."""
        for index, change in enumerate(self.overview.changes if self.overview else ()):
            if row != f"change-{index}-{change.ids[0]}":
                continue
            stretch = self.find_revision(change.place.slot, change.ids)
            if stretch is None:
                return
            replica, commands = self.opened.replica, self.view.commands
            before = replica.suggesting
            replica.suggesting = True
            try:
                with commands.bursts.step():
                    if change.kind == "insertion":
                        replica.delete([stretch])
                    behind = self.find_revision(change.place.slot, change.ids) or stretch
                    place = replica.insert(Place(stretch.slot, behind.end), words)
                    if place is not None and reason:
                        start = place.offset - len(words.encode("utf-16-le", "surrogatepass")) // 2
                        replica.comment([Stretch(place.slot, max(behind.end, start), place.offset)], reason)
            except ReplicaError as error:
                self.failed.emit(error)
            finally:
                replica.suggesting = before

    # Review

    def review(self) -> None:
        """Check the contract in the background; findings appear when it is done."""
        if self.reviewing:
            self._review_again = True
            return
        self.reviewing = True
        self.findings_changed.emit()
        frozen, contract = self.opened.freeze(), self.opened.id
        version = self.opened.replica.version()

        def work(task: object) -> "tuple[ReviewedContract, dict[str, str]]":
            text = frozen.text()
            found = self.reviewer.review_contract(text, contract)
            return found, words_under(text, {each.id: each.stretches for each in found.findings})

        def done(found: "tuple[ReviewedContract, dict[str, str]]") -> None:
            if self._ended:
                return
            if self.opened.replica.version() == version:
                self.show_review(*found)
            else:  # the places are those of words that have moved on
                self._review_again = True
                self._review_ended()

        self._tasks.start(
            self, Lane.COMPUTE, "Reviewing the contract", work, on_result=done,
            on_error=self._not_reviewed, on_cancelled=self._review_ended,
        )  # fmt: skip

    def _not_reviewed(self, error: Exception) -> None:
        self._review_ended()
        self.failed.emit(error)

    def _review_ended(self) -> None:
        self.reviewing = False
        if self._review_again:
            self._review_again = False
            self.review()
        else:
            self.findings_changed.emit()

    def show_review(self, reviewed: "ReviewedContract", proofs: dict[str, str]) -> None:
        """Show the findings of a review on the page and in the panel; ``proofs`` are the words they rest on."""
        self.reviewed, self._proofs = reviewed, proofs
        self._stale = set()
        self.view.show_findings(
            (each.id, each.stretches, each.severity, False)
            for each in reviewed.findings
            if each.id not in self.verdicts
        )
        self.review_finished.emit(reviewed)
        self._review_ended()

    def finding_rows(self) -> list[FindingRow]:
        """The findings, gravest first."""
        if self.reviewed is None:
            return []
        return [
            FindingRow(
                each.id, each.severity, each.title, each.label, each.quote, each.message,
                stale=each.id in self._stale, verdict=self.verdicts.get(each.id, ""),
            )
            for each in self.reviewed.findings
        ]  # fmt: skip

    def go_to_finding(self, id: str) -> None:
        """Select the words a finding rests on."""
        self.view.setFocus()
        self.view.show_finding(id)

    def decide(self, finding: str, verdict: str) -> None:
        """Take over a verdict on a finding; "" opens it again, which reads the contract anew."""
        if not verdict:
            self.verdicts.pop(finding, None)
            self.review()
            return
        self.verdicts[finding] = verdict
        shown = self.view.editor.layers.finding_of
        places = {id: stretches for id, stretches in self._finding_places().items() if id != finding}
        self.view.show_findings(
            [(id, stretches, shown[id].severity, id in self._stale) for id, stretches in places.items()]
        )
        self.findings_changed.emit()

    def facts(self, now: datetime) -> "Facts":
        """What a summary says beside the text itself."""
        from pactoria_desktop.services.summary import Facts, SummedFinding

        found = self.reviewed
        return Facts(
            self.title, self.opened.record.counterparty, now, found.playbook if found is not None else "",
            tuple(SummedFinding(row.severity, row.title, row.place, row.quote, row.message, row.verdict, row.stale)
                  for row in self.finding_rows()) if found is not None else None,
        )  # fmt: skip


def shown_date(date: str) -> str:
    """A date of Word's as people read it, "17 November 2026, 16:20"; as it is when it is none."""
    try:
        moment = datetime.fromisoformat(date.replace("Z", "+00:00"))
    except ValueError:
        return date
    return f"{moment.day} {moment:%B %Y, %H:%M}"
