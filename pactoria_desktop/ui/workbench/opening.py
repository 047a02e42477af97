"""Opening and closing contracts, and what the window takes up again after an end of any kind."""

import time
from collections.abc import Callable
from importlib.resources import as_file
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer

from pactoria_desktop.runtime.errors import PactoriaError
from pactoria_desktop.runtime.resources import resource
from pactoria_desktop.runtime.work import Lane, Task
from pactoria_desktop.ui.shell.command_bar import SEPARATOR, STRETCH, CommandBar
from pactoria_desktop.ui.shell.session import SessionState
from pactoria_desktop.ui.workbench.shelves import Remembered

if TYPE_CHECKING:
    from pactoria_desktop.replica.identity import Identity
    from pactoria_desktop.services.opened import Loaded
    from pactoria_desktop.ui.workbench.contract_tab import ContractTab
    from pactoria_desktop.ui.workbench.workbench import Workbench

BAR = (
    "edit.undo", "edit.redo", SEPARATOR, "contract.bold", "contract.italic", "contract.underline", SEPARATOR,
    "contract.level_up", "contract.level_down", SEPARATOR, "contract.suggesting+", "review.comment", SEPARATOR,
    "review.previous_change", "review.next_change", "review.accept", "review.reject", STRETCH, "review.check",
)  # fmt: skip
MENU = ("edit.cut", "edit.copy", "edit.paste", "review.accept", "review.reject", "review.comment")
SAMPLE = "services-agreement-from-corvane.docx"
SESSION_PAUSE = 800
WARMING_PAUSE = 1_200  # milliseconds, in which a person begins to read
KEPT_AGAIN = "Your edits are kept again."


class Opening(QObject):
    """Opens contracts in tabs and closes them. ``review_when_opened`` reviews each as soon as it is there."""

    def __init__(self, bench: "Workbench") -> None:
        super().__init__(bench)
        self._bench = bench
        self._under_way: set[str] = set()
        self._when_open: dict[str, Callable[[ContractTab], object]] = {}
        self._wanted_in_front = ""
        self._awaited: list[str] = []
        self._ended = False
        self.review_when_opened = False
        self._session_timer = QTimer(self)
        self._session_timer.setSingleShot(True)
        self._session_timer.setInterval(SESSION_PAUSE)
        self._session_timer.timeout.connect(self.keep_session)
        window = bench.window
        window.may_close = self._may_close
        window.closing.connect(self._on_closing)
        for moved in (window.documents.current_changed, window.documents.order_changed, window.place_changed):
            moved.connect(lambda *_: self._session_timer.start())

    # Opening

    def open_contract(self, contract: str, then: "Callable[[ContractTab], object] | None" = None) -> None:
        """Open a contract of the library in a tab, or bring its tab forward; ``then`` is called with the tab."""
        bench = self._bench
        if contract in bench.tabs:
            bench.window.documents.show_document(contract)
            bench.window.show_place("contracts")
            if then is not None:
                then(bench.tabs[contract])
            return
        if then is not None:
            self._when_open[contract] = then
        if contract in self._under_way:
            return
        self._under_way.add(contract)
        service, shelves, together = bench.service, bench.shelves, bench.together

        def work(task: Task) -> "tuple[Loaded, Remembered, Identity] | None":
            from pactoria_desktop.services.accounts import Accounts
            from pactoria_desktop.services.local_texts import has_text
            from pactoria_desktop.services.opened import load

            if together.account is not None and not has_text(service, contract):
                return None
            together.opening(contract)
            person = service.person
            loaded = load(service.library, contract, person.user, person.device)
            return loaded, shelves.remembered(contract), Accounts(service).identity(contract)

        def done(found: "tuple[Loaded, Remembered, Identity] | None") -> None:
            if found is None:
                self._fetch(contract, then)
            else:
                self._show_contract(*found)

        bench.tasks.start(
            self, Lane.WRITE, "Opening the contract", work, on_result=done,
            on_error=lambda error: self._not_opened(contract, error),
        )  # fmt: skip

    def _fetch(self, contract: str, then: "Callable[[ContractTab], object] | None") -> None:
        """Bring a contract's text from the platform, then open it."""
        together = self._bench.together

        def work(task: Task) -> None:
            from pactoria_desktop.services.local_texts import NotHereError, has_text

            together.fetch(contract)
            if not has_text(self._bench.service, contract):
                raise NotHereError(
                    "Whoever shared this contract has not sent its text yet; nothing was changed; try again later."
                )

        def done(nothing: None) -> None:
            self._under_way.discard(contract)
            self.open_contract(contract, then)

        self._bench.tasks.start(
            self, Lane.NETWORK, "Fetching the contract", work, on_result=done,
            on_error=lambda error: self._not_opened(contract, error),
        )  # fmt: skip

    def _not_opened(self, contract: str, error: Exception) -> None:
        self._under_way.discard(contract)
        self._when_open.pop(contract, None)
        self._await_no_more(contract)
        self._bench.together.closed(contract)
        self._bench.window.show_error(error)

    def _show_contract(self, loaded: "Loaded", remembered: Remembered, identity: "Identity") -> None:
        from pactoria_desktop.services.opened import OpenContract
        from pactoria_desktop.ui.widgets.author import AuthorLegend
        from pactoria_desktop.ui.workbench.contract_tab import ContractTab

        bench, contract = self._bench, loaded.record.id
        service, settings = bench.service, bench.settings.value
        self._under_way.discard(contract)
        try:
            opened = OpenContract(service.library, loaded, identity, service.clock, service.mint, time.monotonic)
        except PactoriaError as error:
            self._not_opened(contract, error)
            return
        opened.replica.suggesting = settings.suggesting_at_start
        shelves = bench.shelves
        tab = ContractTab(
            opened, bench.look, bench.tasks, bench.make_reviewer, remembered.zoom(settings.page_zoom / 100),
            lambda state: shelves.keep_view_state(contract, state), remembered.view,
        )  # fmt: skip
        tab.verdicts = dict(remembered.verdicts)
        tab.failed.connect(bench.window.show_error)
        tab.not_kept.connect(lambda error: self._not_kept(tab, error))
        tab.kept_again.connect(lambda: bench.say(tab.key, "ok", KEPT_AGAIN))
        tab.review_finished.connect(lambda reviewed: shelves.keep_review(contract, reviewed))
        tab.view.refused.connect(lambda sentence: bench.say(tab.key, "note", sentence))
        tab.view.editor.selectionChanged.connect(lambda: self._refresh(tab, ("edit.cut", "edit.copy")))
        tab.view.changed.connect(lambda changes: self._refresh(tab, ("edit.undo", "edit.redo")))
        bench.panels.follow(tab)
        bench.tabs[contract] = tab
        self._await_no_more(contract)
        bench.live.follow(tab)
        bench.apart.opened()
        legend = AuthorLegend(bench.look)
        tab.overview_changed.connect(lambda: legend.show_authors(tab.authors()))
        bar = CommandBar(bench.look, bench.registry, "Editing", [*BAR[:-1], legend, BAR[-1]])
        bench.window.open_document(contract, loaded.record.title, tab.view, bar)
        tab.view.menu_actions = [bench.registry.action(name) for name in MENU]
        tab.view.restore(remembered.view)
        if opened.damage:
            bench.say(contract, "high", opened.damage)
        if self.review_when_opened or remembered.reviewed:
            tab.review()
        if self._wanted_in_front in bench.tabs:
            bench.window.documents.show_document(self._wanted_in_front)
        shelves.refresh()
        bench.panels.show()
        QTimer.singleShot(WARMING_PAUSE, bench, bench.warm_for_review)
        QTimer.singleShot(0, self, self.keep_session)  # whoever types at once and is killed finds it open again
        then = self._when_open.pop(contract, None)
        if then is not None:
            then(tab)

    def _refresh(self, tab: "ContractTab", commands: tuple[str, ...]) -> None:
        if tab is self._bench.current():
            self._bench.registry.refresh(commands)

    def _not_kept(self, tab: "ContractTab", error: Exception) -> None:
        sentence = getattr(error, "sentence", "") or str(error)
        self._bench.say(
            tab.key,
            "high",
            f"{sentence} What you typed is safe here while the window is open.",
            "Try again",
            tab.keep_now,
        )

    # Closing

    def close_contract(self, key: str) -> None:
        """Close a tab once its last edits are on the disk; where they cannot be written it stays open."""
        bench = self._bench
        if key in bench.comparisons:
            del bench.comparisons[key]
            bench.window.close_document(key)
            bench.closed()
            return
        tab = bench.tabs.get(key)
        if tab is None:
            return
        tab.opened.collect()
        bench.tasks.start(
            tab, Lane.WRITE, "Keeping your edits", lambda task: tab.opened.flush(),
            on_result=lambda nothing: self._close(key), on_error=lambda error: self._not_kept(tab, error),
        )  # fmt: skip

    def _close(self, key: str) -> None:
        bench = self._bench
        tab = bench.tabs.pop(key, None)
        if tab is None:
            return
        bench.shelves.keep_view_state(key, tab.view.session())
        bench.live.ending(tab)
        self._settle(key, tab.end())
        bench.window.close_document(key)
        bench.panels.show()
        bench.closed()

    def _settle(self, contract: str, settle: Callable[[], None]) -> None:
        together = self._bench.together

        def work(task: Task) -> None:
            try:
                settle()
            finally:
                together.closed(contract)

        self._bench.tasks.work.submit(Lane.WRITE, "Keeping your edits", work)

    def _may_close(self) -> bool:
        """Whether the window may go: everything typed is on the disk, or the person gives it up knowingly."""
        for tab in self._bench.tabs.values():
            tab.opened.collect()
            try:
                tab.opened.flush()
            except PactoriaError as error:
                if not self._bench.questions.decision(
                    f"Your last edits to “{tab.title}” are not kept",
                    f"{error.sentence} Closing now loses them.",
                    "Close and lose them",
                ):
                    return False
        return True

    def _on_closing(self, session: object) -> None:
        bench = self._bench
        self._ended = True
        self._session_timer.stop()
        bench.shelves.keep_session(session, self._open_contracts(), with_docks=not bench.panels_away)
        for key in tuple(bench.tabs):
            tab = bench.tabs.pop(key)
            bench.shelves.keep_view_state(key, tab.view.session())
            bench.live.ending(tab)
            self._settle(key, tab.end())

    # Session

    def _open_contracts(self) -> list[str]:
        """The open contracts, and those of the last session that are still on their way."""
        return [*(key for key in self._bench.window.documents.open_keys() if key in self._bench.tabs), *self._awaited]

    def _await_no_more(self, contract: str) -> None:
        if contract in self._awaited:
            self._awaited.remove(contract)
            self._session_timer.start()

    def keep_session(self) -> None:
        """Keep which contracts are open and how the window stands, so that even a killed program finds them again.

        Until all of the last session is there, that one stands.
        """
        if self._ended or self._awaited:
            return
        bench = self._bench
        session, contracts, docks = bench.window.session(), self._open_contracts(), not bench.panels_away
        bench.tasks.start(
            self, Lane.WRITE, "Keeping the session",
            lambda task: bench.shelves.keep_session(session, contracts, with_docks=docks),
            on_error=bench.window.show_error,
        )  # fmt: skip

    def start_session(self, *, restore: bool) -> None:
        """Take up the window's last session; with ``restore`` its contracts, too."""
        bench = self._bench
        session = bench.shelves.session()
        if session is None:
            return
        bench.window.restore(session)
        if restore and bench.settings.value.restore_session:
            self._wanted_in_front = session.current
            self._awaited = [document.key for document in session.documents]
            bench.window.when_painted(lambda: self._take_up(session))

    def _take_up(self, session: SessionState) -> None:
        for document in session.documents:
            self.open_contract(document.key, lambda tab: self._taken_up(session.place))

    def _taken_up(self, place: str) -> None:
        if self._under_way:
            return
        self._wanted_in_front = ""
        if place in self._bench.window.place_keys():
            self._bench.window.show_place(place)

    def open_sample(self) -> None:
        """Import and open the sample contract that comes with the program, and review it."""
        with as_file(resource("samples", SAMPLE)) as path:
            self._bench.exchange.import_files([Path(path)], self._review)

    def _review(self, tab: "ContractTab") -> None:
        tab.review()
