"""Approvals and activity of the contract in front, beside its findings and changes; and its particulars."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from PySide6.QtCore import QObject, QTimer

from pactoria_desktop.runtime.work import Lane, Task
from pactoria_desktop.ui.sharing.approvals import ActivityPanel, ApprovalsPanel
from pactoria_desktop.ui.sharing.values import ActivityLine, Approval, TextHashes
from pactoria_desktop.ui.widgets.dock import Dock

if TYPE_CHECKING:
    from pactoria_desktop.services.opened import Frozen
    from pactoria_desktop.ui.workbench.contract_tab import ContractTab
    from pactoria_desktop.ui.workbench.workbench import Workbench

Decision = Literal["approved", "rejected"]
PAGES = ("approvals", "activity")
PAUSE = 300
PAGE = 60  # lines of activity that are shown at first, and more at each asking
MOVED_ON = (
    "The text changed while you decided, so nothing was noted. Look at it again and decide on the text as it is now."
)


@dataclass(frozen=True)
class Told:
    """What the library knows of a contract's approvals and activity, by whom in names, the newest activity first."""

    approvals: tuple[Approval, ...]
    activity: tuple[ActivityLine, ...]


class Agreements(QObject):
    """Fills two pages of the review dock for contracts of organizations; for others they are not there."""

    def __init__(self, bench: "Workbench", dock: Dock) -> None:
        super().__init__(bench)
        self._bench, self._dock = bench, dock
        self.approvals = ApprovalsPanel(bench.look, bench.account.now)
        self.activity = ActivityPanel(bench.look, bench.account.now)
        dock.add_page("approvals", "Approvals", self.approvals)
        dock.add_page("activity", "Activity", self.activity)
        for page in PAGES:
            dock.set_page_shown(page, False)
        dock.page_changed.connect(lambda page: self.show())
        self.approvals.wanted.connect(self._on_wanted)
        self.activity.earlier_wanted.connect(self._show_earlier)
        self._told: dict[str, Told] = {}
        self._hashes: dict[str, tuple[bytes, TextHashes]] = {}
        self._most = PAGE
        self._hashing = False
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(PAUSE)
        self._timer.timeout.connect(self._read)

    def follow(self, tab: "ContractTab") -> None:
        """Show what changes in a tab while it is in front."""
        tab.overview_changed.connect(lambda: self._moved(tab))
        tab.view.changed.connect(lambda changes: self._moved(tab))

    def _moved(self, tab: "ContractTab") -> None:
        if tab is self._bench.current() and self._visible():
            self._show_told(tab)
            self._timer.start()

    def _visible(self) -> bool:
        return not self._dock.isHidden() and self._dock.current_page() in PAGES

    def show(self) -> None:
        """Show the contract in front; nothing where it is in no organization."""
        tab = self._bench.current()
        inside = tab is not None and self._bench.roles.standing(tab.key) is not None
        for page in PAGES:
            if self._dock.is_page_shown(page) != inside:
                self._dock.set_page_shown(page, inside)
        if tab is not None and inside and self._visible():
            self._show_told(tab)
            self._timer.start()

    # Reading

    def _read(self) -> None:
        tab = self._bench.current()
        if tab is None or not self._visible():
            return
        bench, contract = self._bench, tab.key
        number = tab.view.authors.style

        def read(task: Task) -> "tuple[list[_Approved], list[_Done]]":
            return _read_approvals(bench, contract), _read_activity(bench, contract)

        def take(found: "tuple[list[_Approved], list[_Done]]") -> None:
            def colour(one: "_Approved | _Done") -> int:
                return 1 if one.me else number(one.by) if one.by else 0

            self._told[contract] = Told(
                tuple(Approval(one.key, one.by, colour(one), one.decision, one.at, one.of, one.reason, one.me)
                      for one in found[0]),
                tuple(ActivityLine(one.key, one.by or "Somebody", colour(one) or 2, one.what, one.at)
                      for one in found[1]),
            )  # fmt: skip
            if tab is bench.current():
                self._show_told(tab)

        bench.tasks.start(tab, Lane.COMPUTE, "Reading the approvals", read, on_result=take,
                          on_error=bench.window.show_error)  # fmt: skip
        self._hash(tab)

    def _hash(self, tab: "ContractTab") -> None:
        """Work out which text is shown now, once nobody has typed for a moment."""
        known = self._hashes.get(tab.key)
        if self._hashing or (known is not None and known[0] == tab.opened.replica.version()):
            return
        self._hashing = True
        frozen = tab.opened.freeze()

        def take(found: TextHashes) -> None:
            self._hashing = False
            self._hashes[tab.key] = (frozen.version, found)
            if tab is self._bench.current():
                self._show_told(tab)
                if self._current(tab) is None:
                    self._timer.start()

        self._bench.tasks.start(
            self, Lane.COMPUTE, "Reading the text", lambda task: _hashes(frozen), on_result=take,
            on_error=self._not_hashed, on_cancelled=self._stopped,
        )  # fmt: skip

    def _stopped(self) -> None:
        self._hashing = False

    def _not_hashed(self, error: Exception) -> None:
        self._stopped()
        self._bench.window.show_error(error)

    def _current(self, tab: "ContractTab") -> TextHashes | None:
        known = self._hashes.get(tab.key)
        return known[1] if known is not None and known[0] == tab.opened.replica.version() else None

    def _show_told(self, tab: "ContractTab") -> None:
        told = self._told.get(tab.key, Told((), ()))
        if self._bench.roles.standing(tab.key) is None:
            return
        self.approvals.show_approvals(
            told.approvals, self._current(tab), may_approve=True,
            why_not=self._bench.roles.sentence(tab.key, "contract.approve"),
        )  # fmt: skip
        self.activity.show_activity(told.activity[: self._most], more=len(told.activity) > self._most)

    def _show_earlier(self) -> None:
        self._most += PAGE
        self.show()

    # Deciding

    def _on_wanted(self, decision: str) -> None:
        self._bench.registry.run("contract.approve" if decision == "approved" else "contract.disapprove")

    def decide(self, tab: "ContractTab", decision: Decision) -> None:
        """Ask for the reason, and note the decision on the text as it is now and on no other."""
        bench = self._bench
        tab.view.commands.bursts.end()
        tab.opened.collect()
        frozen = tab.opened.freeze()
        approves = decision == "approved"
        reason = bench.questions.words(
            "Approve this text" if approves else "Reject this text",
            "It holds for exactly these words, with the tracked changes that are open now. You may give a reason; it "
            "is kept with it." if approves else
            "It holds for exactly these words, with the tracked changes that are open now. The reason is kept with it.",
            "Approve" if approves else "Reject", long=True, needed=not approves,
        )  # fmt: skip
        if reason is None:
            return
        if tab.opened.replica.version() != frozen.version:
            bench.say(tab.key, "medium", MOVED_ON)
            return
        contract = tab.key

        def hashed(found: TextHashes) -> None:
            self._hashes[contract] = (frozen.version, found)
            bench.tasks.start(
                self, Lane.WRITE, "Keeping your decision", lambda task: _keep(bench, contract, decision, found, reason),
                on_result=lambda nothing: self._decided(tab, decision), on_error=bench.window.show_error,
            )  # fmt: skip

        bench.tasks.start(self, Lane.COMPUTE, "Reading the text", lambda task: _hashes(frozen), on_result=hashed,
                          on_error=bench.window.show_error)  # fmt: skip

    def _decided(self, tab: "ContractTab", decision: Decision) -> None:
        bench = self._bench
        bench.say(tab.key, "ok", f"You {decision} this text. A change of it afterwards leaves this behind.")
        self._dock.show_page("approvals")
        self._read()
        if bench.account.together is not None:
            bench.account.together.wake()
        bench.account.look()


@dataclass(frozen=True)
class _Approved:
    key: str
    by: str
    decision: Decision
    at: int
    of: TextHashes
    reason: str
    me: bool


@dataclass(frozen=True)
class _Done:
    key: str
    by: str
    what: str
    at: int
    me: bool


def _hashes(frozen: "Frozen") -> TextHashes:
    from pactoria_desktop.services.agreeing import hashes_of

    found = hashes_of(frozen.text())
    return TextHashes(found.text, found.content)


def _keep(bench: "Workbench", contract: str, decision: Decision, of: TextHashes, reason: str) -> None:
    from pactoria_desktop.services.agreeing import Agreeing

    tab = bench.tabs.get(contract)
    if tab is not None:
        tab.opened.flush()
    Agreeing(bench.service).decide(
        contract, decision, text_sha256=of.text, content_sha256=of.content, reason=reason
    )  # fmt: skip


def _read_approvals(bench: "Workbench", contract: str) -> list[_Approved]:
    from pactoria_desktop.services.agreeing import Agreeing
    from pactoria_desktop.services.people import people_of

    people = people_of(bench.service, contract)
    return [
        _Approved(
            each.approval.id, people.name_of(each.approval.decided_by) or "somebody", each.approval.decision,
            each.approval.decided_at, TextHashes(each.approval.text_sha256, each.approval.content_sha256),
            each.approval.reason, each.approval.decided_by in people.me,
        )
        for each in Agreeing(bench.service).approvals(contract)
    ]  # fmt: skip


def _read_activity(bench: "Workbench", contract: str) -> list[_Done]:
    from pactoria_desktop.services.people import people_of
    from pactoria_desktop.services.record_words import activity_words
    from pactoria_desktop.services.syncing import instant_of

    people = people_of(bench.service, contract)
    if people.syncing is None:
        return []
    found = [
        _Done(
            key, people.name_of(fields.get("by")),
            activity_words(str(fields.get("what", "")), str(fields.get("subject", ""))),
            instant_of(fields.get("at")), fields.get("by") in people.me,
        )
        for key, fields in people.syncing.records("activity", contract)
    ]  # fmt: skip
    return sorted(found, key=lambda one: (-one.at, one.key))
