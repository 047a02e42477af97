"""Open contracts in company: their texts take part in their rooms, and others' carets stand on the page.

Everything that the line to the platform says arrives on a thread of its own and is posted to the interface's.
"""

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, TypeVar

from PySide6.QtCore import QObject, QTimer, Signal
from shiboken6 import isValid

from pactoria_desktop.replica.changes import Changes, Place, Stretch
from pactoria_desktop.replica.errors import ReplicaError
from pactoria_desktop.runtime.errors import PactoriaError
from pactoria_desktop.runtime.handing_over import handed_over
from pactoria_desktop.runtime.work import Lane
from pactoria_desktop.ui.shell.tasks import Postbox

if TYPE_CHECKING:
    from pactoria_desktop.protocol.texts import Present
    from pactoria_desktop.ui.sharing.presence import PresenceBar
    from pactoria_desktop.ui.workbench.contract_tab import ContractTab
    from pactoria_desktop.ui.workbench.together_port import TogetherPort
    from pactoria_desktop.ui.workbench.workbench import Workbench

CARET_PAUSE = 80  # milliseconds in which a caret that moves is told once

Result = TypeVar("Result")


class OnInterface:
    """The way to the replica of a tab, which lives on the interface's thread (``services.local_texts.OnReplica``)."""

    def __init__(self, tab: "ContractTab", postbox: Postbox) -> None:
        self._tab, self._postbox = tab, postbox

    def __call__(self, call: Callable[[], Result]) -> Awaitable[Result]:
        """Post a call and give its result to the loop that asks. Raises ClosedError where the tab was closed."""

        def guarded() -> Result:
            from pactoria_desktop.services.local_texts import ClosedError

            if not isValid(self._tab) or self._tab.ended:
                raise ClosedError("The contract was closed; all of it is in the library.")
            return call()

        return handed_over(self._postbox.post, guarded)


class Live(QObject):
    """Joins the open contracts of a window to the platform. ``changed``: sync or the account may be another."""

    changed = Signal()

    def __init__(self, bench: "Workbench") -> None:
        super().__init__(bench)
        self._bench = bench
        self._started = False
        self._stop_listening: Callable[[], None] = lambda: None
        self._postbox = Postbox()
        self._company: dict[str, tuple[Present, ...]] = {}
        self._at: dict[str, Place] = {}
        self._bar: PresenceBar | None = None
        for moved in (bench.window.documents.current_changed, bench.window.place_changed):
            moved.connect(lambda *_: self._show_bar())
        self.changed.connect(self._show_bar)

    @property
    def together(self) -> "TogetherPort":
        """The device together with its platform."""
        return self._bench.together

    def start(self) -> None:
        """Take up whoever is signed in, in the background; not before the first frame."""
        self._stop_listening()
        together, self._started = self.together, True
        together.hear_people = lambda contract, people: self._postbox.post(lambda: self._show(contract, people))
        together.hear_refusal = lambda contract, error: self._postbox.post(lambda: self._refused(contract, error))
        self._stop_listening = together.listen(lambda: self._postbox.post(self.changed.emit))
        self._bench.tasks.start(
            self, Lane.COMPUTE, "Looking for the platform", lambda task: together.start(),
            on_result=lambda nothing: self._begun(together), on_error=self._bench.window.show_error,
        )  # fmt: skip

    def _begun(self, together: "TogetherPort") -> None:
        if together is self.together:
            self._bench.account.follow(together)
            self.changed.emit()

    def close(self) -> None:
        """End the line; what waits stays in the library."""
        self._postbox.close()
        if self._started:
            self._stop_listening()
            self.together.close()

    # An open contract

    def follow(self, tab: "ContractTab") -> None:
        """Let a contract that was just opened take part in its room."""
        contract, together, replica = tab.key, self.together, tab.opened.replica
        sent = replica.written

        def typed(changes: Changes) -> None:
            # Counted, not told from where a change comes: what arrives may have to be set right here, and that is sent.
            nonlocal sent
            if replica.written != sent:
                sent = replica.written
                together.typed(contract)

        replica.subscribe(typed)
        pause = QTimer(tab)
        pause.setSingleShot(True)
        pause.setInterval(CARET_PAUSE)
        pause.timeout.connect(lambda: self._tell_caret(tab))

        def moved(place: Place) -> None:
            self._at[contract] = place
            if together.connected and not pause.isActive():
                pause.start()

        tab.view.caret_moved.connect(moved)
        together.opened(tab.opened, OnInterface(tab, self._postbox))

    def ending(self, tab: "ContractTab") -> None:
        """A contract is about to be closed."""
        self.together.closing(tab.key)
        self._company.pop(tab.key, None)
        self._at.pop(tab.key, None)

    def _tell_caret(self, tab: "ContractTab") -> None:
        place = self._at.get(tab.key)
        if tab.ended or place is None:
            return
        try:
            cursor = tab.opened.replica.cursor(place)
        except ReplicaError:
            return
        self.together.at_work(tab.key, cursor, None)

    # Who else is there

    def _show(self, contract: str, people: "tuple[Present, ...]") -> None:
        from pactoria_desktop.ui.editor.painting import RemoteCaret

        tab = self._bench.tabs.get(contract)
        if tab is None:
            return
        self._company[contract] = people
        authors = tab.view.authors
        tab.view.show_remote_carets(
            [RemoteCaret(one.name, authors.style(one.name), place)
             for one in people if (place := self._place(tab, one.caret)) is not None]
        )  # fmt: skip
        self._show_bar()

    def _place(self, tab: "ContractTab", caret: str | None) -> Place | None:
        if caret is None:
            return None
        try:
            return tab.opened.replica.place(caret)
        except ReplicaError:
            return None

    def _show_bar(self) -> None:
        """Show who is at the contract in front."""
        if not self._started:
            return
        from pactoria_desktop.ui.sharing.values import Present as Shown

        tab = self._bench.current()
        people = self._company.get(tab.key, ()) if tab is not None else ()
        wanted = tab is not None and self.together.account is not None
        if self._bar is None:
            if not wanted:
                return
            from pactoria_desktop.ui.sharing.presence import PresenceBar

            self._bar = PresenceBar(self._bench.look)
            self._bar.followed.connect(self._follow_person)
            self._bar.share_wanted.connect(self._bench.registry.action("contract.share").trigger)
            self._bench.window.top.set_right(self._bar)
        self._bar.setVisible(wanted)
        shown = []
        if tab is not None:
            for one in {each.person: each for each in people}.values():
                place = self._place(tab, one.caret)
                clause = tab.clause_at(place)
                shown.append(
                    Shown(one.person, one.name, tab.view.authors.style(one.name), True,
                          f"Clause {clause}" if clause else "")
                )  # fmt: skip
        self._bar.show_people(shown)

    def _follow_person(self, person: str) -> None:
        tab = self._bench.current()
        if tab is None:
            return
        for one in self._company.get(tab.key, ()):
            place = self._place(tab, one.caret)
            if one.person == person and place is not None:
                tab.view.go_to(Stretch(place.slot, place.offset, place.offset))
                return

    def _refused(self, contract: str, error: PactoriaError) -> None:
        if contract in self._bench.tabs:
            self._bench.say(contract, "high", error.sentence)
