"""The account's place in the window: signing in, or the organization with its sections at the left."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QFocusEvent
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from pactoria_desktop.ui.account.devices import Devices
from pactoria_desktop.ui.account.members import Members
from pactoria_desktop.ui.account.overview import Overview
from pactoria_desktop.ui.account.page import Section
from pactoria_desktop.ui.account.saying import counted, sync_explanation
from pactoria_desktop.ui.account.server import ServerSection
from pactoria_desktop.ui.account.sign_in import SignInPage
from pactoria_desktop.ui.account.sync_log import SyncLog
from pactoria_desktop.ui.account.values import (
    AccountDeeds,
    AccountSource,
    Asks,
    Errands,
    SigningIn,
    SyncSource,
    SyncState,
)
from pactoria_desktop.ui.theme.look import Look
from pactoria_desktop.ui.widgets.layouts import column, rule
from pactoria_desktop.ui.widgets.rows import Row, RowList
from pactoria_desktop.ui.widgets.text import ElidedLabel, Label

SIDE = 208
SECTIONS = (
    ("overview", "Overview", "panel_right"), ("members", "Members", "people"), ("devices", "Devices", "device"),
    ("log", "Sync log", "history"), ("server", "Server", "cloud"),
)  # fmt: skip


@dataclass(frozen=True)
class AccountPorts:
    """All that the account's place is given."""

    source: AccountSource
    deeds: AccountDeeds
    signing_in: SigningIn
    sync: SyncSource
    errands: Errands
    asks: Asks
    now: Callable[[], datetime]


class AccountPlace(QWidget):
    """Shows who is signed in and their organization. ``account_changed`` after a sign-in, a sign-out or another
    organization; ``line_opened`` gives the key of a line of the sync log; ``conflicts_wanted`` asks for that panel."""

    account_changed = Signal()
    line_opened = Signal(str)
    conflicts_wanted = Signal()

    def __init__(self, look: Look, ports: AccountPorts, address: str = "") -> None:
        super().__init__()
        self._look, self._ports = look, ports
        self.setObjectName("panel")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setAccessibleName("Account")
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        source, deeds, errands, asks, now = ports.source, ports.deeds, ports.errands, ports.asks, ports.now
        self.sign_in = SignInPage(look, ports.signing_in, errands, address)
        self.overview = Overview(look, deeds, ports.signing_in, ports.sync, errands, asks, now)
        self.members = Members(look, source, deeds, errands, asks, now)
        self.devices = Devices(look, source, deeds, errands, asks, now)
        self.log = SyncLog(look, ports.sync, errands, asks, now)
        self.server = ServerSection(look, errands)
        self._sections: dict[str, Section] = {
            "overview": self.overview, "members": self.members, "devices": self.devices, "log": self.log,
            "server": self.server,
        }  # fmt: skip
        self._name = ElidedLabel(look, "", 15, 600)
        self._people = Label(look, "", 12, 400, "text2")
        self.list = RowList(look, "Account", [Row(key, title, icon=icon) for key, title, icon in SECTIONS], 33)
        self.list.moved.connect(self._show_section)
        self._side = column(
            column(self._name, self._people, margins=(18, 18, 18, 12), spacing=2), self.list,
        )  # fmt: skip
        self._pages = QStackedWidget()
        for section in self._sections.values():
            self._pages.addWidget(section)
        inside = QWidget()
        line = QHBoxLayout(inside)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(0)
        line.addWidget(self._side)
        line.addWidget(rule(vertical=True))
        line.addWidget(self._pages, 1)
        self._inside = inside
        self._stack = QStackedWidget()
        self._stack.addWidget(self.sign_in)
        self._stack.addWidget(inside)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self._stack)
        self.sign_in.signed_in.connect(self._changed)
        self.overview.changed.connect(self._changed)
        self.overview.log_wanted.connect(lambda: self.show_section("log"))
        self.members.changed.connect(self._changed)
        self.log.opened.connect(self.line_opened)
        self.log.conflicts_wanted.connect(self.conflicts_wanted)
        self._dress()
        look.changed.connect(self._dress)
        self.list.set_current("overview")

    def _dress(self) -> None:
        self._side.setFixedWidth(self._look.pixels(SIDE))

    @property
    def signed_in(self) -> bool:
        """Whether an account is shown."""
        return self._stack.currentWidget() is self._inside

    def section(self) -> str:
        """The key of the section shown."""
        return self.list.current_key()

    def refresh(self) -> None:
        """Show the account as it is now, and read the section that is shown."""
        account = self._ports.source.account()
        if account is None:
            status = self._ports.sync.status()
            ended = status.state is SyncState.SIGNED_OUT
            self.sign_in.say(sync_explanation(status, self._ports.now()) if ended else "")
            self._stack.setCurrentWidget(self.sign_in)
            return
        people = account.current.people
        self._name.setText(account.current.name)
        self._people.setText("Only you" if people <= 1 else f"Organization, {counted(people, 'person', 'people')}")
        self.overview.show_account(account)
        self.members.show_account(account)
        self.server.show_account(account)
        self._stack.setCurrentWidget(self._inside)
        self._sections[self.section()].refresh()

    def show_section(self, key: str) -> None:
        """Go to a section: overview, members, devices, log or server."""
        self.list.set_current(key)

    def show_sync(self) -> None:
        """Sync stands otherwise: say so where it is shown."""
        if self.signed_in:
            self.overview.show_sync()
            if self.section() == "log":
                self.log.refresh()

    def _show_section(self, key: str) -> None:
        section = self._sections[key]
        self._pages.setCurrentWidget(section)
        if self.signed_in:
            section.refresh()

    def _changed(self) -> None:
        self.refresh()
        self.account_changed.emit()

    def focusInEvent(self, event: QFocusEvent) -> None:
        """The focus goes on to the list, or to the address before anybody is signed in."""
        super().focusInEvent(event)
        (self.list if self.signed_in else self.sign_in.address).setFocus()
