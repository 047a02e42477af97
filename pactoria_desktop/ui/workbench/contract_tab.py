"""One open contract in the window: its page, the journal behind its keys, and what the panels show of it."""

from collections.abc import Callable, Iterable
from datetime import datetime

from PySide6.QtCore import QObject, QTimer, Signal

from pactoria_desktop.contract.text import kind_of
from pactoria_desktop.replica.changes import Stretch
from pactoria_desktop.replica.errors import ReplicaError
from pactoria_desktop.replica.resolving import Selection
from pactoria_desktop.runtime.work import Lane
from pactoria_desktop.services.opened import OpenContract
from pactoria_desktop.services.overview import KIND_WORDS, Overview, overview
from pactoria_desktop.services.reviewing import ReviewedContract, Reviewer
from pactoria_desktop.ui.editor.contract_view import ContractView
from pactoria_desktop.ui.review.changes import ChangeRow
from pactoria_desktop.ui.review.findings import FindingRow
from pactoria_desktop.ui.review.outline import OutlineRow
from pactoria_desktop.ui.shell.tasks import BackgroundTasks
from pactoria_desktop.ui.theme.look import Look

JOURNAL_PAUSE = 400
OVERVIEW_PAUSE = 450


class ContractTab(QObject):
    """Follows one contract. ``overview_changed``, ``findings_changed`` and ``place_changed`` tell the panels;
    ``failed`` hands on an error."""

    overview_changed = Signal()
    findings_changed = Signal()
    place_changed = Signal()
    failed = Signal(object)

    def __init__(self, opened: OpenContract, look: Look, tasks: BackgroundTasks, reviewer: Reviewer) -> None:
        super().__init__()
        self.opened = opened
        self.reviewer = reviewer
        self.overview: Overview | None = None
        self.reviewed: ReviewedContract | None = None
        self.verdicts: dict[str, str] = {}
        self._tasks = tasks
        self._saving = False
        self._looking = False
        self._look_again = False
        self._ended = False
        self.view = ContractView(opened.replica, look, opened.replica.identity.author)
        self.view.caret_moved.connect(lambda place: self.place_changed.emit())
        self._journal_timer = QTimer(self)
        self._journal_timer.setInterval(JOURNAL_PAUSE)
        self._journal_timer.timeout.connect(self._keep)
        self._journal_timer.start()
        self._overview_timer = QTimer(self)
        self._overview_timer.setSingleShot(True)
        self._overview_timer.setInterval(OVERVIEW_PAUSE)
        self._overview_timer.timeout.connect(self._look_over)
        self.view.changed.connect(lambda changes: self._overview_timer.start())
        self._look_over()

    @property
    def key(self) -> str:
        """The contract's id."""
        return self.opened.id

    @property
    def title(self) -> str:
        """The contract's title."""
        return self.opened.record.title

    # Keeping

    def _keep(self) -> None:
        if not self.opened.collect() or self._saving:
            return
        self._saving = True
        self._tasks.start(
            self, Lane.WRITE, "Keeping your edits", lambda task: self.opened.flush(),
            on_result=lambda nothing: self._kept(), on_error=self._not_kept,
        )  # fmt: skip

    def _kept(self) -> None:
        self._saving = False

    def _not_kept(self, error: Exception) -> None:
        self._saving = False
        self.failed.emit(error)

    def end(self) -> Callable[[], None]:
        """Stop following; gives the work that writes what is left, for the writing lane."""
        self._ended = True
        self._journal_timer.stop()
        self._overview_timer.stop()
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
        frozen = self.opened.freeze()
        self._tasks.start(
            self, Lane.COMPUTE, "Reading the outline", lambda task: overview(frozen.text()),
            on_result=self._looked, on_error=self._not_looked, on_cancelled=self._stopped,
        )  # fmt: skip

    def _looked(self, found: Overview) -> None:
        self._stopped()
        self.overview = found
        self.overview_changed.emit()
        if self.reviewed is not None:
            self.findings_changed.emit()
        if self._look_again:
            self._look_again = False
            self._overview_timer.start()

    def _not_looked(self, error: Exception) -> None:
        self._stopped()
        self.failed.emit(error)

    def _stopped(self) -> None:
        self._looking = False

    def outline_rows(self) -> list[OutlineRow]:
        """The headings, each with its open findings."""
        if self.overview is None:
            return []
        headings = self.overview.headings
        rows = []
        for number, heading in enumerate(headings):
            end = headings[number + 1].start if number + 1 < len(headings) else len(self.overview.view.text) + 1
            inside = [each for each in self.finding_rows() if heading.start <= self._finding_start(each.id) < end
                      and not each.verdict]  # fmt: skip
            worst = next((name for name in ("high", "medium", "low") if any(x.severity == name for x in inside)), "")
            rows.append(OutlineRow(heading.id, heading.label, heading.title, heading.level, len(inside), worst))
        return rows

    def change_rows(self) -> list[ChangeRow]:
        """Tracked changes and comments in document order."""
        if self.overview is None:
            return []
        order = {slot: number for number, slot in enumerate(self.opened.replica.slots())}
        placed: list[tuple[tuple[int, int], ChangeRow]] = []
        number = self.view.authors.style
        for index, change in enumerate(self.overview.changes):
            row = ChangeRow(
                f"change-{index}-{change.ids[0]}", KIND_WORDS.get(change.kind, change.kind), change.author,
                number(change.author), shown_date(change.date), change.label, change.words, ids=change.ids,
            )  # fmt: skip
            placed.append(((order.get(change.place.slot, 0), change.place.start), row))
        for comment in self.overview.comments:
            note = comment.note
            place = comment.place
            row = ChangeRow(
                f"comment-{note.id}", "Comment", note.author, number(note.author), shown_date(note.date),
                comment.label, note.text, is_comment=True, resolved=note.resolved,
            )  # fmt: skip
            placed.append(((order.get(place.slot, 0), place.start) if place else (len(order), 0), row))
        return [row for _, row in sorted(placed, key=lambda each: each[0])]

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
        wanted = {f"{kind}:{id}" for id in ids for kind in ("ins", "del", "moveFrom", "moveTo", "fmt", "pfmt")}
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
        with replica.undo_group():
            (replica.accept if accept else replica.reject)(selection)

    def counts(self) -> tuple[int, int]:
        """How many characters stand inserted and struck; for tests and the status bar."""
        inserted = struck = 0
        for slot in self.opened.replica.slots():
            for words, marks in self.opened.replica.spans(slot):
                kinds = {kind_of(key) for key in marks}
                inserted += len(words) if "ins" in kinds else 0
                struck += len(words) if "del" in kinds else 0
        return inserted, struck

    # Review

    def review(self) -> None:
        """Check the contract in the background; findings appear when it is done."""
        frozen = self.opened.freeze()
        reviewer = self.reviewer
        self._tasks.start(
            self, Lane.COMPUTE, "Reviewing the contract", lambda task: reviewer.review_contract(frozen.text()),
            on_result=self.show_review, on_error=self.failed.emit,
        )  # fmt: skip

    def show_review(self, reviewed: ReviewedContract) -> None:
        """Show the findings of a review on the page and in the panel."""
        self.reviewed = reviewed
        self.view.show_findings(
            (each.id, each.stretches, each.severity, False)
            for each in reviewed.findings
            if each.id not in self.verdicts
        )
        self.findings_changed.emit()
        self.overview_changed.emit()

    def finding_rows(self) -> list[FindingRow]:
        """The findings, gravest first."""
        if self.reviewed is None:
            return []
        stale = set(self.view.touched_findings())
        return [
            FindingRow(
                each.id, each.severity, each.title, each.label, each.quote, each.message,
                stale=each.id in stale, verdict=self.verdicts.get(each.id, ""),
            )
            for each in self.reviewed.findings
        ]  # fmt: skip

    def _finding_start(self, id: str) -> int:
        if self.reviewed is None:
            return -1
        return next((each.start for each in self.reviewed.findings if each.id == id), -1)

    def decide(self, finding: str, verdict: str) -> None:
        """Keep a verdict on a finding; "" opens it again."""
        if verdict:
            self.verdicts[finding] = verdict
        else:
            self.verdicts.pop(finding, None)
        if self.reviewed is not None:
            self.show_review(self.reviewed)


def shown_date(date: str) -> str:
    """A date of Word's as people read it, "17 November 2026, 16:20"; as it is when it is none."""
    try:
        moment = datetime.fromisoformat(date.replace("Z", "+00:00"))
    except ValueError:
        return date
    return f"{moment.day} {moment:%B %Y, %H:%M}"
