"""What the account's screens show, as plain values, and the ports that give and do it.

Instants count milliseconds since 1970, UTC; 0 is never. Every method that may wait for the network or the disk says so
and is called through ``Errands``; it raises an error with a ``sentence`` where it cannot be done.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import Protocol, TypeVar

from pactoria_desktop.protocol.permissions import Role

Result = TypeVar("Result")


class SyncState(Enum):
    """How this device stands to its platform."""

    NO_ACCOUNT = "no account"
    SIGNED_OUT = "signed out"
    SYNCED = "synced"
    WAITING = "waiting"
    SENDING = "sending"
    OFFLINE = "offline"
    STOPPED = "stopped"


@dataclass(frozen=True)
class SyncStatus:
    """What the indicator says. ``at`` is when all was synced last, offline: since when; ``waiting`` counts changes that
    the platform does not have yet, ``refused`` those that it did not accept; ``reason`` is why sync has stopped.
    ``received`` and ``sent`` are bytes since the program was started."""

    state: SyncState = SyncState.NO_ACCOUNT
    at: int = 0
    waiting: int = 0
    conflicts: int = 0
    questions: int = 0
    refused: int = 0
    server: str = ""
    reason: str = ""
    received: int = 0
    sent: int = 0


class Way(Enum):
    """Which way a line of the sync log went."""

    CAME = "came"
    WENT = "went"
    WAITS = "waits"
    REFUSED = "not accepted"


@dataclass(frozen=True)
class SyncLine:
    """One line of the sync log: "Comment on clause 9.2", the contract, by whom, when; ``reason`` why it waits or was
    not accepted, as a sentence."""

    key: str
    way: Way
    what: str
    contract: str = ""
    by: str = ""
    at: int = 0
    reason: str = ""


@dataclass(frozen=True)
class Organization:
    """An organization as one of its members sees it; ``role`` is that member's."""

    key: str
    name: str
    role: Role
    people: int = 1
    personal: bool = False


@dataclass(frozen=True)
class Server:
    """The platform. ``address`` as a person wrote it, ``version`` as it says itself, empty where that is not known;
    ``mails`` tells whether it sends e-mail, None where that is not known."""

    address: str
    version: str = ""
    mails: bool | None = None


@dataclass(frozen=True)
class Account:
    """Who is signed in and where; ``organization`` is the key of the one that is shown."""

    person: str
    name: str
    address: str
    server: Server
    organizations: tuple[Organization, ...]
    organization: str

    @property
    def current(self) -> Organization:
        """The organization that is shown. Raises LookupError when it is not among them."""
        for one in self.organizations:
            if one.key == self.organization:
                return one
        raise LookupError(self.organization)


@dataclass(frozen=True)
class Member:
    """Somebody in the organization. ``address`` is empty where it may not be seen; ``number`` is the colour of the
    avatar, from 1; ``seen_at`` is when they were last at work, now while ``here``."""

    person: str
    name: str
    role: Role
    address: str = ""
    number: int = 1
    seen_at: int = 0
    here: bool = False
    me: bool = False


@dataclass(frozen=True)
class Invitation:
    """An invitation that nobody has taken up yet. ``address`` is empty for one that whoever has the link may use."""

    key: str
    address: str
    role: Role
    by: str = ""
    made_at: int = 0
    ends_at: int = 0


@dataclass(frozen=True)
class Invited:
    """A new invitation; ``link`` is there only where the server sends no mail, and this once."""

    invitation: Invitation
    link: str = ""


@dataclass(frozen=True)
class Device:
    """A device on which the person is signed in."""

    key: str
    name: str
    began_at: int = 0
    seen_at: int = 0
    this: bool = False


@dataclass(frozen=True)
class SignInCode:
    """What a person types at ``page`` on any device to let this one in; it holds until ``ends_at``."""

    code: str
    page: str
    ends_at: int = 0


class Errands(Protocol):
    """Runs what may wait away from the interface and brings the answer back to it, while ``owner`` lives."""

    def run(
        self,
        owner: object,
        label: str,
        work: Callable[[], Result],
        done: Callable[[Result], None],
        failed: Callable[[Exception], None],
    ) -> None:
        """Call ``work`` somewhere, then ``done`` with its result or ``failed`` with its error on the interface's
        thread."""


class SigningIn(Protocol):
    """How a device comes to be signed in and out. Everything but ``cancel`` waits."""

    def in_browser(self, address: str) -> bool:
        """Open the platform's page in the browser and wait until the person is through; False when cancelled."""

    def ask_for_code(self, address: str) -> SignInCode:
        """A code to be typed on another device."""

    def await_code(self, code: SignInCode) -> bool:
        """Wait until the code was typed; False when cancelled. Raises when it has run out."""

    def cancel(self) -> None:
        """Let ``in_browser`` or ``await_code`` end at once. Does not wait."""

    def sign_out(self) -> None:
        """End the sign-in of this device. Everything that is on this computer stays."""


class AccountSource(Protocol):
    """Who is signed in and what their organization holds. ``account`` is cheap; everything else waits."""

    def account(self) -> Account | None:
        """Who is signed in, None for nobody."""

    def members(self) -> Sequence[Member]:
        """Everybody in the organization."""

    def invitations(self) -> Sequence[Invitation]:
        """The invitations that are open; asked for only by those who may invite."""

    def devices(self) -> Sequence[Device]:
        """Where the person is signed in."""


class AccountDeeds(Protocol):
    """What a person does with their account and organization. Each waits and holds for the current organization."""

    def choose_organization(self, key: str) -> None:
        """Show another organization."""

    def create_organization(self, name: str) -> None:
        """Make an organization, own it, and show it."""

    def accept_invitation(self, link: str) -> str:
        """Join the organization of an invitation's link and show it; gives its name."""

    def invite(self, address: str, role: Role) -> Invited:
        """Invite somebody."""

    def withdraw(self, invitation: str) -> None:
        """Make an invitation worthless."""

    def change_role(self, person: str, role: Role) -> None:
        """Give a member another role."""

    def remove(self, person: str) -> None:
        """End somebody's membership."""

    def leave(self) -> None:
        """End one's own membership."""

    def transfer(self, person: str) -> None:
        """Make another member owner; whoever asks stays as an admin."""

    def end_session(self, device: str) -> None:
        """Sign a device out."""


class SyncSource(Protocol):
    """What sync does. ``status`` is cheap; everything else waits."""

    def status(self) -> SyncStatus:
        """How this device stands."""

    def log(self, limit: int) -> Sequence[SyncLine]:
        """What waits and what was not accepted, then what came and went, newest first."""

    def sync_now(self) -> None:
        """Ask the platform now, also while offline."""

    def export_refused(self, path: Path) -> int:
        """Write what was not accepted into a file that a person can read; gives how many changes it holds."""

    def drop_refused(self) -> int:
        """Forget what was not accepted; gives how many changes that were."""


class Asks(Protocol):
    """Asks a person and waits for the answer; ``ui.workbench.questions.Questions`` has it all."""

    def words(
        self, title: str, explanation: str, action: str, given: str = "", *, long: bool = False, secret: bool = False
    ) -> str | None:
        """A line of words; None when the person leaves."""

    def choice(
        self, title: str, explanation: str, action: str, choices: Sequence[tuple[str, str]], current: str
    ) -> str | None:
        """One of several (key, words)."""

    def decision(
        self, title: str, explanation: str, action: str, other: str = "", *, danger: bool = False
    ) -> bool | None:
        """Whether to do ``action``; with ``danger`` one that cannot simply be undone."""

    def show_text(self, title: str, explanation: str, text: str, copy: str) -> None:
        """Show text that can be copied."""

    def file_to_write(self, title: str, proposed: str, kinds: str) -> Path | None:
        """A file to write."""
