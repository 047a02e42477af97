"""Accounts on platforms, their seats in organizations, and which contract belongs to which of them.

One library can hold several accounts and organizations. Signing in puts nothing into any of them: a contract joins an
organization by a named action.
"""

from dataclasses import dataclass
from typing import Any, Literal, cast

from sqlalchemy import CursorResult, delete, func, insert, select, update
from sqlalchemy.dialects.sqlite import insert as insert_or_update
from sqlalchemy.orm import Session

from pactoria_desktop.store.contracts import missing
from pactoria_desktop.store.schema import (
    Account,
    ContractHome,
    NotAccepted,
    OutboxEntry,
    Seat,
    SyncedRecord,
    SyncLogEntry,
    Upload,
)

HomeState = Literal["member", "gone", "lost"]


@dataclass(frozen=True, slots=True)
class AccountRecord:
    """A person on a platform. Instants in milliseconds since 1970 UTC; tokens lie in the keyring."""

    id: str
    platform: str
    person: str
    name: str
    email: str
    device: str
    signed_in_at: int
    signed_out_at: int | None = None


@dataclass(frozen=True, slots=True)
class SeatRecord:
    """An account's place in an organization."""

    number: int
    account: str
    organization: str
    name: str
    role: str
    state: Literal["member", "lost"]
    epoch: str
    synced_at: int | None
    trouble: str


@dataclass(frozen=True, slots=True)
class HomeRecord:
    """Which organization a contract belongs to, or belonged to."""

    contract: str
    seat: int
    state: HomeState
    since: int


@dataclass(frozen=True, slots=True)
class NotAcceptedRecord:
    """A change that the platform did not take, with why; it is kept until it is exported or dropped by a person."""

    number: int
    seat: int
    operation: str
    kind: str
    record: str
    contract: str | None
    patch: dict[str, object]
    deletes: bool
    reason: str
    at: int


@dataclass(frozen=True, slots=True)
class LogLine:
    """A line of the sync log."""

    at: int
    what: str
    count: int
    words: str


@dataclass(frozen=True, slots=True)
class UploadRecord:
    """What left for a platform; ``contract`` is "" for what belongs to none. ``size`` in bytes."""

    at: int
    contract: str
    what: str
    size: int
    sha256: str


_ACCOUNT = (
    Account.id, Account.platform, Account.person, Account.name, Account.email, Account.device, Account.signed_in_at,
    Account.signed_out_at,
)  # fmt: skip
_SEAT = (
    Seat.number, Seat.account, Seat.organization, Seat.name, Seat.role, Seat.state, Seat.epoch, Seat.synced_at,
    Seat.trouble,
)  # fmt: skip
_HOME = (ContractHome.contract, ContractHome.seat, ContractHome.state, ContractHome.since)


def _seat(*values: Any) -> SeatRecord:
    return SeatRecord(*values)


def _home(*values: Any) -> HomeRecord:
    return HomeRecord(*values)


def _refused(*values: Any) -> NotAcceptedRecord:
    return NotAcceptedRecord(*values)


class Accounts:
    """Accounts, seats and homes, in one transaction."""

    def __init__(self, session: Session) -> None:
        """On a session of the library."""
        self._session = session

    def put(self, account: AccountRecord) -> None:
        """Keep an account in place of the one with its id."""
        values = {column.key: getattr(account, column.key) for column in _ACCOUNT}
        statement = insert_or_update(Account).values(values)
        self._session.execute(statement.on_conflict_do_update(index_elements=[Account.id], set_=values))

    def all(self) -> tuple[AccountRecord, ...]:
        """Every account, the oldest first."""
        rows = self._session.execute(select(*_ACCOUNT).order_by(Account.signed_in_at, Account.id))
        return tuple(AccountRecord(*row) for row in rows)

    def find(self, platform: str, person: str) -> AccountRecord | None:
        """The account of a person on a platform."""
        return next((one for one in self.all() if (one.platform, one.person) == (platform, person)), None)

    def sign_out(self, account: str, *, at: int) -> None:
        """Note that an account is signed out; what it has here stays. Raises NotInLibraryError."""
        done = self._session.execute(update(Account).where(Account.id == account).values(signed_out_at=at))
        if cast("CursorResult[object]", done).rowcount != 1:
            raise missing(account)

    def rename(self, account: str, name: str, email: str) -> None:
        """Give an account the name and address that its platform says."""
        self._session.execute(update(Account).where(Account.id == account).values(name=name, email=email))

    def put_seat(self, account: str, organization: str, name: str, role: str) -> int:
        """Keep an account's place in an organization, which it has now; gives the seat's number."""
        known = self._session.execute(
            select(Seat.number).where(Seat.account == account, Seat.organization == organization)
        ).scalar()
        values = {"name": name, "role": role, "state": "member"}
        if known is not None:
            self._session.execute(update(Seat).where(Seat.number == known).values(values))
            return known
        made = self._session.execute(
            insert(Seat).values(
                account=account, organization=organization, epoch="", heard_at=0, synced_at=None, trouble="", **values
            )
        )
        return int(cast("CursorResult[object]", made).inserted_primary_key[0])  # type: ignore[index]

    def lose_seat(self, seat: int) -> None:
        """Note that the account does not belong to the organization any more."""
        self._session.execute(update(Seat).where(Seat.number == seat).values(state="lost"))

    def seats(self, account: str | None = None) -> tuple[SeatRecord, ...]:
        """All seats, or an account's, in order of their making."""
        found = select(*_SEAT).order_by(Seat.number)
        if account is not None:
            found = found.where(Seat.account == account)
        return tuple(_seat(*row) for row in self._session.execute(found))

    def seat(self, number: int) -> SeatRecord:
        """One seat. Raises NotInLibraryError."""
        found = next((one for one in self.seats() if one.number == number), None)
        if found is None:
            raise missing(str(number))
        return found

    def note_sync(self, seat: int, *, at: int | None, trouble: str) -> None:
        """Note how the last sync ended; ``at`` is None where it did not go through."""
        values: dict[str, object] = {"trouble": trouble}
        if at is not None:
            values["synced_at"] = at
        self._session.execute(update(Seat).where(Seat.number == seat).values(values))

    def home(self, contract: str) -> HomeRecord | None:
        """The organization that a contract belongs to, None where it never joined one."""
        row = self._session.execute(select(*_HOME).where(ContractHome.contract == contract)).first()
        return None if row is None else _home(*row)

    def homes(self, seat: int) -> tuple[HomeRecord, ...]:
        """The contracts of a seat."""
        rows = self._session.execute(select(*_HOME).where(ContractHome.seat == seat).order_by(ContractHome.contract))
        return tuple(_home(*row) for row in rows)

    def put_home(self, contract: str, seat: int, *, at: int) -> None:
        """Let a contract belong to an organization."""
        values = {"seat": seat, "state": "member", "since": at}
        statement = insert_or_update(ContractHome).values(contract=contract, **values)
        self._session.execute(statement.on_conflict_do_update(index_elements=[ContractHome.contract], set_=values))


class SyncState:
    """What waits, what was not accepted, what came and went at a seat, in one transaction."""

    def __init__(self, session: Session, seat: int) -> None:
        """On a session of the library."""
        self._session = session
        self._seat = seat

    def waiting(self) -> int:
        """How many changes have not reached the platform."""
        return self._count(OutboxEntry, OutboxEntry.state != "acknowledged")

    def not_accepted(self) -> tuple[NotAcceptedRecord, ...]:
        """Changes that the platform did not take, oldest first."""
        row = NotAccepted
        rows = self._session.execute(
            select(row.number, row.seat, row.operation, row.kind, row.record, row.contract, row.patch, row.deletes,
                   row.reason, row.at)
            .where(row.seat == self._seat)
            .order_by(row.number)
        )  # fmt: skip
        return tuple(_refused(*each) for each in rows)

    def drop_not_accepted(self) -> int:
        """Forget what was not accepted; gives how many changes that were."""
        gone = self._session.execute(
            delete(NotAccepted).where(NotAccepted.seat == self._seat).returning(NotAccepted.number)
        )
        return len(gone.all())

    def records(self, kind: str, contract: str | None = None) -> tuple[tuple[str, dict[str, object]], ...]:
        """The platform's records of a kind that live here, with their fields; of one contract where it is named."""
        found = (
            select(SyncedRecord.record, SyncedRecord.fields)
            .where(SyncedRecord.seat == self._seat, SyncedRecord.kind == kind, SyncedRecord.deleted.is_(False))
            .order_by(SyncedRecord.record)
        )
        if contract is not None:
            found = found.where(SyncedRecord.contract == contract)
        return tuple((record, dict(fields)) for record, fields in self._session.execute(found))

    def log(self, most: int) -> tuple[LogLine, ...]:
        """The last lines of the sync log, the youngest first."""
        row = SyncLogEntry
        rows = self._session.execute(
            select(row.at, row.what, row.count, row.words)
            .where(row.seat == self._seat)
            .order_by(row.number.desc())
            .limit(most)
        )
        return tuple(LogLine(*each) for each in rows)

    def note_upload(self, contract: str, what: str, size: int, sha256: str, *, at: int) -> None:
        """Note what is about to leave."""
        self._session.execute(
            insert(Upload).values(seat=self._seat, at=at, contract=contract, what=what, size=size, sha256=sha256)
        )

    def uploads(self, contract: str | None = None) -> tuple[UploadRecord, ...]:
        """What has left, oldest first; of one contract where it is named."""
        found = select(Upload.at, Upload.contract, Upload.what, Upload.size, Upload.sha256).where(
            Upload.seat == self._seat
        )
        if contract is not None:
            found = found.where(Upload.contract == contract)
        return tuple(UploadRecord(*each) for each in self._session.execute(found.order_by(Upload.number)))

    def _count(self, table: type[OutboxEntry], condition: object) -> int:
        return self._session.execute(
            select(func.count()).select_from(table).where(table.seat == self._seat, condition)  # type: ignore[arg-type]
        ).scalar_one()
