"""How the account and its sync stand, read in the background and kept for the interface, which never waits for it."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from pactoria_desktop.protocol.permissions import Role
from pactoria_desktop.services.library import LibraryService
from pactoria_desktop.ui.account.values import Account, Organization, Server, SyncState, SyncStatus
from pactoria_desktop.ui.workbench.together_port import TogetherPort

if TYPE_CHECKING:
    from pactoria_desktop.services.accounts import AccountRecord, SeatRecord
    from pactoria_desktop.services.syncing import Status, Syncing


def shown_address(platform: str) -> str:
    """An address as people say it: "pactoria.example.com", with the port where there is one."""
    parts = urlsplit(platform)
    return f"{parts.netloc}{parts.path}".rstrip("/") or platform


@dataclass(frozen=True)
class Stand:
    """One look at the library: who is signed in, how sync stands, and the seats that this is about (those of who was
    signed in last, where nobody is). ``records`` is another one when records may have come, or rights changed."""

    account: Account | None = None
    status: SyncStatus = field(default_factory=SyncStatus)
    seats: "tuple[SeatRecord, ...]" = ()
    platform: str = ""
    records: tuple[object, ...] = ()


class Standings:
    """Keeps the last look; ``read`` takes another one, ``renew`` also tells of it."""

    def __init__(
        self, service: LibraryService, together: Callable[[], TogetherPort | None], changed: Callable[[], None]
    ) -> None:
        """``together`` gives the account's sync, None before there is one; ``changed`` is called on any thread."""
        self._service, self._together, self._changed = service, together, changed
        self.now = Stand()
        self.sending = 0
        """How many syncs a person asked for are under way."""

    def renew(self) -> None:
        """Look again after something was done, and tell of it."""
        self.read()
        self._changed()

    def read(self) -> Stand:
        """Look, keep and give it. On any thread but the interface's: it reads the library."""
        from pactoria_desktop.services.accounts import Accounts

        together = self._together()
        if together is None:
            return self.now
        record, seats = together.account, together.seats
        if record is None:
            known = Accounts(self._service).accounts()
            if not known:
                self.now = Stand()
                return self.now
            record = max(known, key=lambda one: one.signed_in_at)
            seats = Accounts(self._service).seats(record.id)
            self.now = Stand(None, self._status(together, record, seats, signed_in=False), seats, record.platform)
        else:
            account = self._account(together, record, seats)
            status = self._status(together, record, seats, signed_in=True)
            self.now = Stand(account, status, seats, record.platform, self._records(together, seats))
        return self.now

    def _records(self, together: TogetherPort, seats: "tuple[SeatRecord, ...]") -> tuple[object, ...]:
        """What stands for the records of all seats: the roles, and the last line of each log."""
        return tuple(
            (one.number, one.role, one.state, self._syncing(together, one, signed_in=True).log(1)) for one in seats
        )

    def _syncing(self, together: TogetherPort, seat: "SeatRecord", *, signed_in: bool) -> "Syncing":
        from pactoria_desktop.services.syncing import Syncing

        return together.syncing(seat.number) if signed_in else Syncing(self._service, seat.number)

    def _account(self, together: TogetherPort, record: "AccountRecord", seats: "tuple[SeatRecord, ...]") -> Account:
        members = [one for one in seats if one.state == "member"]
        organizations = tuple(
            Organization(
                one.organization, one.name, Role(one.role),
                max(1, len(self._syncing(together, one, signed_in=True).members())),
            )
            for one in members
        )  # fmt: skip
        shown = together.seat
        keys = [one.key for one in organizations]
        current = shown.organization if shown is not None and shown.organization in keys else keys[0] if keys else ""
        if not organizations:  # the platform has not said yet where the person belongs
            organizations, current = (Organization("", record.name, Role.VIEWER),), ""
        return Account(
            record.person, record.name, record.email, Server(shown_address(record.platform)), organizations, current
        )

    def _status(
        self, together: TogetherPort, record: "AccountRecord", seats: "tuple[SeatRecord, ...]", *, signed_in: bool
    ) -> SyncStatus:
        found: list[Status] = []
        questions = 0
        for seat in seats:
            syncing = self._syncing(together, seat, signed_in=signed_in)
            found.append(syncing.status())
            questions += sum(1 for _, fields in syncing.records("question") if not fields.get("answer"))
        waiting = sum(one.waiting for one in found)
        troubled = [one for one in found if one.state == "offline"]
        at = [one.synced_at or 0 for one in (troubled or found)]
        stopped = together.stopped if signed_in else None
        return SyncStatus(
            self._state(found, waiting, bool(troubled), stopped is not None, signed_in=signed_in),
            min(at, default=0), waiting,
            sum(one.conflicts for one in found), questions, sum(one.not_accepted for one in found),
            shown_address(record.platform), "" if stopped is None else stopped.sentence,
            together.received, together.sent,
        )  # fmt: skip

    def _state(
        self, found: "list[Status]", waiting: int, troubled: bool, stopped: bool, *, signed_in: bool
    ) -> SyncState:
        if not signed_in:
            return SyncState.SIGNED_OUT
        if self.sending:
            return SyncState.SENDING
        if stopped:
            return SyncState.STOPPED
        if troubled:
            return SyncState.OFFLINE
        if waiting:
            return SyncState.WAITING
        never = [one for one in found if one.synced_at is None and one.state != "lost"]
        return SyncState.SENDING if never or not found else SyncState.SYNCED
