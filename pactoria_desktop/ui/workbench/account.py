"""The account in the window: its place, the sync indicator, conflicts and sharing, on the signed-in account."""

from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt, QTimer, Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from pactoria_desktop.runtime.work import Lane
from pactoria_desktop.ui.account.values import SyncState
from pactoria_desktop.ui.theme.look import Look
from pactoria_desktop.ui.widgets.text import Label
from pactoria_desktop.ui.workbench.account_ports import AccountSide, NetworkErrands, SharingSide, SyncSide
from pactoria_desktop.ui.workbench.decided import conflicts_of, settle
from pactoria_desktop.ui.workbench.standing import Stand, Standings
from pactoria_desktop.ui.workbench.together_port import TogetherPort

if TYPE_CHECKING:
    from pactoria_desktop.ui.account.indicator import SyncIndicator
    from pactoria_desktop.ui.account.place import AccountPlace
    from pactoria_desktop.ui.sharing.conflicts import ConflictPanel
    from pactoria_desktop.ui.sharing.dialog import SharingDialog
    from pactoria_desktop.ui.sharing.values import Conflict
    from pactoria_desktop.ui.workbench.workbench import Workbench

PLACE, CONFLICTS = "account", "conflicts"
PAUSE = 150  # milliseconds in which what is heard of together is looked at once
WIDEST = 720
NOT_READY = "It is being made ready."
NOBODY, SOMEBODY = "nobody is signed in", "you are signed in"


class LatePage(QWidget):
    """Holds the place of a page that is made when it is first gone to."""

    def __init__(self, look: Look, name: str, widest: int = 0) -> None:
        """With ``widest`` the page stands below its name and grows to that many pixels at most."""
        super().__init__()
        self._look = look
        self.setObjectName("panel")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setAccessibleName(name)
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        self._line = QHBoxLayout()
        if widest:
            title = Label(look, name, 17, 600)
            title.setContentsMargins(16, 20, 16, 0)
            layout.addWidget(title)
            self._line.addStretch(0)
            look.changed.connect(self._dress)
        layout.addLayout(self._line, 1)
        self._widest = widest
        self._shown: QWidget | None = None

    def put(self, page: QWidget) -> None:
        """Show the page, and hand the focus on to it."""
        self._shown = page
        self._line.insertWidget(0, page, 1)
        self._dress()
        had = self.hasFocus()
        self.setFocusProxy(page)
        if had:
            page.setFocus()

    def _dress(self) -> None:
        if self._widest and self._shown is not None:
            self._shown.setMaximumWidth(self._look.pixels(self._widest))


class AccountFace(QObject):
    """What the window shows of the account. ``follow`` is given the account's sync once there is one."""

    _heard = Signal()

    def __init__(self, bench: "Workbench") -> None:
        super().__init__(bench)
        self._bench = bench
        self.together: TogetherPort | None = None
        self.errands = NetworkErrands(bench.tasks)
        self.standings = Standings(bench.service, lambda: self.together, self._heard.emit)
        self.side = AccountSide(self._present, self.standings, self.errands, bench.service.clock)
        self.sync = SyncSide(bench.service, self._present, self.standings)
        self.sharing = SharingSide(bench.service, self._present, self.standings)
        self.place: AccountPlace | None = None
        self.indicator: SyncIndicator | None = None
        self.conflicts: ConflictPanel | None = None
        self.dialog: SharingDialog | None = None
        self._shown = Stand()
        self._stop_listening: Callable[[], None] = lambda: None
        self._looking = self._again = False
        self._page = LatePage(bench.look, "Account")
        self._conflicts_page = LatePage(bench.look, "Conflicts", WIDEST)
        window = bench.window
        window.add_place(CONFLICTS, "Conflicts", "merge", self._conflicts_page, at_bottom=True)
        window.rail.set_shown(CONFLICTS, False)
        window.add_place(PLACE, "Account", "person", self._page, at_bottom=True)
        window.rail.set_usable(PLACE, False, NOT_READY)
        window.place_changed.connect(self._on_place)
        window.closing.connect(lambda session: self._end())
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(PAUSE)
        self._timer.timeout.connect(self.look)
        self._heard.connect(self._timer.start, Qt.ConnectionType.QueuedConnection)

    def _present(self) -> TogetherPort:
        assert self.together is not None, "asked for before it was there"
        return self.together

    def now(self) -> datetime:
        """The present."""
        return self._bench.service.clock.now()

    def follow(self, together: TogetherPort) -> None:
        """Show this account's sync from now on."""
        self._stop_listening()
        self.together = together
        self._stop_listening = together.listen(self._heard.emit)
        self._bench.window.rail.set_usable(PLACE, True)
        self.look()

    def _end(self) -> None:
        self._stop_listening()
        self._timer.stop()
        if self.together is not None:
            self.together.cancel()

    @property
    def signed_in(self) -> bool:
        """Whether somebody is."""
        return self.together is not None and self.together.account is not None

    # Looking

    def look(self) -> None:
        """Read how everything stands, in the background, and show it."""
        if self.together is None:
            return
        if self._looking:
            self._again = True
            return
        self._looking = True
        self._bench.tasks.start(
            self, Lane.COMPUTE, "Reading how sync stands", lambda task: self.standings.read(), on_result=self._show,
            on_error=self._not_read, on_cancelled=self._looked,
        )  # fmt: skip

    def _looked(self) -> None:
        self._looking = False
        if self._again:
            self._again = False
            self._timer.start()

    def _not_read(self, error: Exception) -> None:
        self._looked()
        self._bench.window.show_error(error)

    def _show(self, stand: Stand) -> None:
        before, self._shown = self._shown, stand
        self._looked()
        bench, status = self._bench, stand.status
        if status.state is not SyncState.NO_ACCOUNT or self.indicator is not None:
            self._indicator().show_status(status)
        bench.window.status.set_sent(status.sent)
        if self.place is not None:
            if stand.account != before.account or self.place.signed_in != (stand.account is not None):
                self.place.refresh()
            else:
                self.place.show_sync()
        here = bench.window.place() == CONFLICTS
        bench.window.rail.set_shown(CONFLICTS, here or bool(status.conflicts))
        if here:
            self._read_conflicts()
        if stand.records != before.records:
            bench.shelves.refresh()
            bench.roles.refresh()
            bench.agreements_changed()
        if (stand.account, status.conflicts) != (before.account, before.status.conflicts):
            bench.registry.refresh()

    def _indicator(self) -> "SyncIndicator":
        if self.indicator is None:
            from pactoria_desktop.ui.account.indicator import SyncIndicator

            self.indicator = SyncIndicator(self._bench.look, self.now)
            self.indicator.clicked.connect(self.show_log)
            self._bench.window.status.put_network(self.indicator)
        return self.indicator

    # Places

    def _on_place(self, place: str) -> None:
        if place == PLACE and self.together is not None:
            self._account_place().refresh()
        if place == CONFLICTS:
            self._read_conflicts()
        else:
            self._bench.window.rail.set_shown(CONFLICTS, bool(self._shown.status.conflicts))

    def _account_place(self) -> "AccountPlace":
        if self.place is None:
            from pactoria_desktop.ui.account.place import AccountPlace, AccountPorts

            ports = AccountPorts(
                self.side, self.side, self.side, self.sync, self.errands, self._bench.questions, self.now
            )  # fmt: skip
            self.place = AccountPlace(self._bench.look, ports, self._shown.platform)
            self.place.account_changed.connect(self.look)
            self.place.line_opened.connect(self._open_line)
            self.place.conflicts_wanted.connect(self.show_conflicts)
            self._page.put(self.place)
        return self.place

    def show_account(self, section: str = "") -> None:
        """Go to the account, and to a section of it."""
        self._bench.window.show_place(PLACE)
        if section:
            self._account_place().show_section(section)

    def show_log(self) -> None:
        """Go to the sync log."""
        self.show_account("log" if self._shown.account is not None else "")

    def _open_line(self, key: str) -> None:
        contract = key.partition(":")[2]
        if contract:
            self._bench.opening.open_contract(contract)

    # Conflicts

    def show_conflicts(self) -> None:
        """Go to what was written in two places."""
        self._bench.window.rail.set_shown(CONFLICTS, True)
        self._bench.window.show_place(CONFLICTS)

    def _conflict_panel(self) -> "ConflictPanel":
        if self.conflicts is None:
            from pactoria_desktop.ui.sharing.conflicts import ConflictPanel

            self.conflicts = ConflictPanel(self._bench.look, self.now)
            self.conflicts.settled.connect(self._settle)
            self.conflicts.opened.connect(lambda contract: self._bench.opening.open_contract(contract))
            self._conflicts_page.put(self.conflicts)
        return self.conflicts

    def _read_conflicts(self) -> None:
        panel, service, seats = self._conflict_panel(), self._bench.service, self.standings.now.seats

        def show(found: "tuple[Conflict, ...]") -> None:
            panel.show_conflicts(found)

        self._bench.tasks.start(
            panel, Lane.COMPUTE, "Reading the conflicts", lambda task: conflicts_of(service, seats), on_result=show,
            on_error=self._bench.window.show_error,
        )  # fmt: skip

    def _settle(self, settlement: dict[str, str]) -> None:
        bench, seats = self._bench, self.standings.now.seats
        wanted = {key: "taken" if side == "taken" else "kept" for key, side in settlement.items()}

        def done(number: int) -> None:
            words = "1 conflict is settled" if number == 1 else f"{number} conflicts are settled"
            bench.window.banner.show_sentence("ok", f"{words}, for everybody.")
            self._present().wake()
            bench.shelves.refresh()
            self.look()

        bench.tasks.start(
            self, Lane.WRITE, "Settling conflicts",
            lambda task: settle(bench.service, seats, wanted),  # type: ignore[arg-type]
            on_result=done, on_error=bench.window.show_error,
        )  # fmt: skip

    # Sharing

    def share(self, contract: str) -> "SharingDialog":
        """Show who reaches a contract, to be changed."""
        from pactoria_desktop.ui.sharing.dialog import SharingDialog

        bench = self._bench
        self.dialog = SharingDialog(bench.look, bench.window, self.sharing, self.errands, contract)
        self.dialog.changed.connect(self._shared)
        self.dialog.finished.connect(self.dialog.deleteLater)
        self.dialog.open()
        self.dialog.refresh()
        return self.dialog

    def _shared(self) -> None:
        self._bench.roles.refresh()
        self.look()

    def delete_for_everyone(self, contract: str, title: str) -> None:
        """Ask, then move a contract to everybody's trash."""
        bench = self._bench
        sure = bench.questions.decision(
            f"Delete “{title}” for everyone?",
            "It goes to the trash of everybody in the organization, and nobody there can edit it any more. "
            "You can take it out of your own trash.",
            "Delete for everyone",
            danger=True,
        )
        if not sure:
            return

        def done(nothing: None) -> None:
            bench.opening.close_contract(contract)
            bench.shelves.refresh()
            bench.window.banner.show_sentence("ok", f"“{title}” is in the trash, for everyone.")
            self.look()

        self.errands.run(
            self, "Deleting a contract", lambda: self.sharing.delete_for_everyone(contract), done,
            bench.window.show_error,
        )  # fmt: skip

    # Commands of the account

    def sync_now(self) -> None:
        """Sync at once, and say what failed."""
        self.errands.run(self, "Syncing", self.sync.sync_now, lambda nothing: self.look(), self._not_synced)
        self.look()

    def _not_synced(self, error: Exception) -> None:
        from pactoria_desktop.sync.errors import RemovalError

        self.look()
        if not isinstance(error, RemovalError):
            self._bench.window.show_error(error)
            return
        sure = self._bench.questions.decision(
            f"Let sync remove {error.removed} of {error.known} records?",
            "So many of the organization's records are gone on the platform. Contracts that are taken away from you "
            "go to the trash of this library, with their text. Ask whoever runs the organization when in doubt.",
            "Remove them",
            danger=True,
        )
        if sure:
            self.errands.run(
                self, "Syncing", lambda: self.sync.sync_now(allow_removal=True), lambda nothing: self.look(),
                self._bench.window.show_error,
            )  # fmt: skip
