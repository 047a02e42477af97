"""A platform in memory behind the ports of the account's screens; it writes down what it was asked to do."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from pactoria_desktop.protocol.permissions import Role
from pactoria_desktop.runtime.errors import PactoriaError
from pactoria_desktop.ui.account.place import AccountPorts
from pactoria_desktop.ui.account.values import (
    Account,
    Device,
    Invitation,
    Invited,
    Member,
    Organization,
    Server,
    SignInCode,
    SyncLine,
    SyncState,
    SyncStatus,
    Way,
)

NOW = datetime(2026, 11, 22, 10, 42, tzinfo=UTC)
NOW_MILLISECONDS = int(NOW.timestamp() * 1000)
MINUTE, DAY = 60_000, 86_400_000


def ago(milliseconds: int) -> int:
    return NOW_MILLISECONDS - milliseconds


MEMBERS = (
    Member("p1", "Ines Falk", Role.OWNER, "ines@northgate.example", 1, here=True, me=True),
    Member("p2", "Tomas Reyes", Role.ADMIN, "tomas@northgate.example", 3, here=True),
    Member("p3", "Ada Lindqvist", Role.EDITOR, "ada@northgate.example", 4, ago(12 * MINUTE)),
    Member("p4", "Samir Nath", Role.EDITOR, "samir@northgate.example", 5, ago(DAY)),
    Member("p5", "Petra Holm", Role.REVIEWER, "petra@northgate.example", 2, ago(5 * DAY)),
    Member("p6", "Oskar Wynn", Role.VIEWER, "oskar@northgate.example", 1, ago(20 * DAY)),
)
LINES = (
    SyncLine("w1", Way.WAITS, "Status: In review", "Services agreement", "Ines Falk", ago(MINUTE)),
    SyncLine(
        "r1", Way.REFUSED, "4 edits in clause 11", "Brightwater lease", "Ines Falk", ago(DAY),
        "Your right to edit it ended on 20 November.",
    ),
    SyncLine("c1", Way.CAME, "Comment on clause 9.2", "Services agreement", "Ada Lindqvist", ago(4 * MINUTE)),
    SyncLine("s1", Way.WENT, "12 edits in clauses 9 and 11", "Services agreement", "Ines Falk", ago(9 * MINUTE)),
    SyncLine("c2", Way.CAME, "Approved by Tomas Reyes", "Processing addendum", "Tomas Reyes", ago(DAY)),
)  # fmt: skip


class UnreachableError(PactoriaError):
    """The platform does not answer."""


class Platform:
    """Everything that the ports ask for. ``error`` is raised by whatever is asked next; ``did`` is what was done."""

    def __init__(self, *, signed_in: bool = True, role: Role = Role.OWNER, mails: bool = True) -> None:
        self.did: list[tuple[object, ...]] = []
        self.error: Exception | None = None
        self.let_in = True
        self.all_members: tuple[Member, ...] = tuple(
            replace(one, role=role) if one.me else one if role is Role.OWNER or one.role is not Role.ADMIN
            else replace(one, role=Role.OWNER)
            for one in MEMBERS
        )  # fmt: skip
        self.open: list[Invitation] = [
            Invitation("i1", "mara@northgate.example", Role.REVIEWER, "Ines Falk", ago(DAY), ago(-6 * DAY))
        ]
        self.state = SyncStatus(SyncState.SYNCED, ago(0), server="pactoria.northgate.example")
        self._signed_in = signed_in
        self._account = Account(
            "p1", "Ines Falk", "ines@northgate.example", Server("pactoria.northgate.example", "1.4", mails),
            (Organization("o1", "Northgate Legal", role, 6), Organization("o2", "Ines Falk", Role.OWNER, 1, True)),
            "o1",
        )  # fmt: skip

    def _do(self, *what: object) -> None:
        if self.error is not None:
            error, self.error = self.error, None
            raise error
        self.did.append(what)

    # signing in

    def in_browser(self, address: str) -> bool:
        self._do("browser", address)
        self._signed_in = self.let_in
        return self.let_in

    def ask_for_code(self, address: str) -> SignInCode:
        self._do("code", address)
        return SignInCode("WDJB-MJHT", "pactoria.northgate.example/device", ago(-10 * MINUTE))

    def await_code(self, code: SignInCode) -> bool:
        self._do("await", code.code)
        self._signed_in = self.let_in
        return self.let_in

    def cancel(self) -> None:
        self.did.append(("cancel",))

    def sign_out(self) -> None:
        self._do("sign out")
        self._signed_in = False

    # reading

    def account(self) -> Account | None:
        return self._account if self._signed_in else None

    def members(self) -> Sequence[Member]:
        self._do("members")
        return self.all_members

    def invitations(self) -> Sequence[Invitation]:
        self._do("invitations")
        return tuple(self.open)

    def devices(self) -> Sequence[Device]:
        self._do("devices")
        return (
            Device("d1", "Ines’s ThinkPad", ago(40 * DAY), ago(0), True),
            Device("d2", "Office iMac", ago(12 * DAY), ago(DAY)),
        )

    # deeds

    def choose_organization(self, key: str) -> None:
        self._do("choose", key)
        self._account = replace(self._account, organization=key)

    def create_organization(self, name: str) -> None:
        self._do("create", name)
        made = Organization("o3", name, Role.OWNER)
        self._account = replace(self._account, organizations=(*self._account.organizations, made), organization="o3")

    def invite(self, address: str, role: Role) -> Invited:
        self._do("invite", address, role)
        made = Invitation("i2", address, role, "Ines Falk", ago(0), ago(-7 * DAY))
        self.open.append(made)
        mails = self._account.server.mails
        return Invited(made, "" if mails else "https://pactoria.northgate.example/invitation/Xk2")

    def withdraw(self, invitation: str) -> None:
        self._do("withdraw", invitation)
        self.open = [one for one in self.open if one.key != invitation]

    def change_role(self, person: str, role: Role) -> None:
        self._do("role", person, role)
        self.all_members = tuple(replace(one, role=role) if one.person == person else one for one in self.all_members)

    def remove(self, person: str) -> None:
        self._do("remove", person)
        self.all_members = tuple(one for one in self.all_members if one.person != person)

    def leave(self) -> None:
        self._do("leave")
        self._account = replace(self._account, organizations=self._account.organizations[1:], organization="o2")

    def transfer(self, person: str) -> None:
        self._do("transfer", person)

    def end_session(self, device: str) -> None:
        self._do("end", device)

    # sync

    def status(self) -> SyncStatus:
        return self.state

    def log(self, limit: int) -> Sequence[SyncLine]:
        self._do("log", limit)
        return [line for line in LINES if line.way is not Way.REFUSED or ("drop",) not in self.did]

    def sync_now(self) -> None:
        self._do("sync")

    def drop_refused(self) -> int:
        self._do("drop")
        return sum(line.way is Way.REFUSED for line in LINES)

    def export_refused(self, path: Path) -> int:
        self._do("export", path)
        return 4


class AtOnce:
    """Does errands on the spot."""

    def run(self, owner: object, label: str, work: Callable, done: Callable, failed: Callable) -> None:
        try:
            result = work()
        except PactoriaError as error:
            failed(error)
        else:
            done(result)


class Later:
    """Keeps errands until the test lets them come."""

    def __init__(self) -> None:
        self.kept: list[Callable[[], None]] = []

    def run(self, owner: object, label: str, work: Callable, done: Callable, failed: Callable) -> None:
        self.kept.append(lambda: AtOnce().run(owner, label, work, done, failed))

    def come(self, number: int = 0) -> None:
        self.kept.pop(number)()


class Answers:
    """Answers as the test says, and keeps what was asked."""

    def __init__(self, *, yes: bool = True, words: str = "", file: Path | None = None) -> None:
        self.yes, self.said, self.file = yes, words, file
        self.asked: list[str] = []
        self.texts: list[str] = []
        self.dangers: list[bool] = []

    def words(self, title: str, explanation: str, action: str, given: str = "", **how: bool) -> str | None:
        self.asked.append(title)
        return self.said or None

    def choice(self, title: str, explanation: str, action: str, choices: object, current: str) -> str | None:
        self.asked.append(title)
        return self.said or None

    def decision(
        self, title: str, explanation: str, action: str, other: str = "", *, danger: bool = False
    ) -> bool | None:
        self.asked.append(title)
        self.dangers.append(danger)
        return self.yes

    def show_text(self, title: str, explanation: str, text: str, copy: str) -> None:
        self.texts.append(text)

    def file_to_write(self, title: str, proposed: str, kinds: str) -> Path | None:
        self.asked.append(title)
        return self.file


def ports(platform: Platform, errands: object = None, asks: object = None) -> AccountPorts:
    return AccountPorts(platform, platform, platform, platform, errands or AtOnce(), asks or Answers(), lambda: NOW)
