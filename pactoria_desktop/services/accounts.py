"""Accounts on platforms: signing in and out, and the named action by which a contract joins an organization.

Signing in uploads nothing, signing out takes nothing away. Tokens are not here: they lie in the system's keyring.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from pactoria_desktop.protocol.permissions import Role, may, weaker
from pactoria_desktop.replica.identity import Identity
from pactoria_desktop.runtime.errors import PactoriaError
from pactoria_desktop.services.keys import Person
from pactoria_desktop.services.library import LibraryService
from pactoria_desktop.store.accounts import AccountRecord, HomeRecord, SeatRecord, SyncState
from pactoria_desktop.store.accounts import Accounts as StoredAccounts

__all__ = [
    "AccountRecord", "Accounts", "HomeRecord", "JoinError", "NotAllowedError", "Organization", "SeatRecord", "Standing",
]  # fmt: skip
ALWAYS = (Role.OWNER, Role.ADMIN)
"""Those who reach every contract of their organization with their own role."""


class NotAllowedError(PactoriaError):
    """The person's role in the organization does not let them do this."""


class JoinError(PactoriaError):
    """A contract cannot join the organization."""


@dataclass(frozen=True, slots=True)
class Organization:
    """A person's place in an organization, as the platform says it."""

    id: str
    name: str
    role: Role


@dataclass(frozen=True, slots=True)
class Standing:
    """What the person may do with a contract of an organization: their role on it, and the organization's name.

    ``lost``: they do not belong there any more, and read what is here. ``of``: the contract came here with another
    person's sign-in, who is named; whoever is signed in now reads it.
    """

    role: Role
    organization: str
    lost: bool = False
    of: str = ""

    def why_not(self, operation: str) -> str:
        """Why they may not do an operation of ``protocol.permissions``, to go on after a name; "" where they may."""
        from pactoria_desktop.protocol.permissions import OPERATIONS

        if may(operation, self.role):
            return ""
        if self.lost:
            return f"you do not belong to {self.organization} any more"
        if self.of:
            return f"this contract came here with the sign-in of {self.of}"
        return f"as {self.role.value} of {self.organization} you may not {OPERATIONS[operation].sentence}"


class Accounts:
    """Who is signed in where, and which contract belongs to which organization. Every call is one transaction."""

    def __init__(self, service: LibraryService) -> None:
        """On an open library."""
        self._service = service
        self._library = service.library

    def signed_in(
        self,
        platform: str,
        person: str,
        name: str,
        email: str,
        device: str,
        organizations: Sequence[Organization],
    ) -> AccountRecord:
        """Keep an account after the platform has let the person in; the same person again is the same account.

        ``platform`` is its address; ``person`` and ``device`` are its ids.
        """
        with self._library.writing() as session:
            accounts = StoredAccounts(session)
            known = accounts.find(platform, person)
            identity = self._service.mint() if known is None else known.id
            account = AccountRecord(identity, platform, person, name, email, device, self._library.now())
            accounts.put(account)
            for each in organizations:
                accounts.put_seat(identity, each.id, each.name, each.role.value)
        return account

    def renewed(self, account: str, name: str, email: str, organizations: Sequence[Organization]) -> None:
        """What the platform says now of an account and where it belongs; a place that is gone is lost."""
        from pactoria_desktop.sync.desk import LibraryDesk
        from pactoria_desktop.sync.records import put_aside

        with self._library.writing() as session:
            accounts = StoredAccounts(session)
            accounts.rename(account, name, email)
            for each in organizations:
                accounts.put_seat(account, each.id, each.name, each.role.value)
            here = {each.id for each in organizations}
            for seat in accounts.seats(account):
                if seat.organization not in here and seat.state == "member":
                    accounts.lose_seat(seat.number)
                    desk = LibraryDesk(session, seat.number, self._library.now())
                    put_aside(desk, self._library.now())
                    desk.flush()

    def sign_out(self, account: str) -> None:
        """Sign an account out: its contracts stay on this device, changes to them go on waiting."""
        with self._library.writing() as session:
            StoredAccounts(session).sign_out(account, at=self._library.now())

    def accounts(self) -> tuple[AccountRecord, ...]:
        """Every account that was ever signed in here."""
        with self._library.reading() as session:
            return StoredAccounts(session).all()

    def seats(self, account: str | None = None) -> tuple[SeatRecord, ...]:
        """The places in organizations, of one account or of all."""
        with self._library.reading() as session:
            return StoredAccounts(session).seats(account)

    def home(self, contract: str) -> HomeRecord | None:
        """Which organization a contract belongs to, None for one that is this device's alone."""
        with self._library.reading() as session:
            return StoredAccounts(session).home(contract)

    def add_contract(self, contract: str, seat: int) -> None:
        """Let a contract join an organization: all of its records wait to be sent from now on.

        Raises JoinError where it belongs to one already, NotAllowedError for a role that brings in no contracts.
        """
        from pactoria_desktop.store.contracts import Contracts
        from pactoria_desktop.store.exchanged import ExchangedText, TextStates
        from pactoria_desktop.store.texts import Texts
        from pactoria_desktop.sync.recording import mark_all
        from pactoria_desktop.sync.texts import NOTHING

        person = self._service.person  # noted in a transaction of its own, where this is the first to ask
        with self._library.writing() as session:
            accounts = StoredAccounts(session)
            record, place, home = Contracts(session).get(contract), accounts.seat(seat), accounts.home(contract)
            if home is not None and home.state == "member":
                raise JoinError(
                    f"{record.title} belongs to an organization already; nothing was changed; a contract has one place."
                )
            if place.state != "member":
                raise JoinError(f"You do not belong to {place.name} any more; nothing was changed.")
            self._require(place, "contract.create")
            accounts.put_home(contract, seat, at=self._library.now())
            if Texts(session).holds(contract):
                TextStates(session).put(contract, seat, ExchangedText(0, NOTHING, None, self._library.now()))
                self._own_text(session, contract, person)
            mark_all(session, contract)

    def _own_text(self, session: Session, contract: str, person: Person) -> None:
        """Whoever wrote a text until now wrote it on this device, as far as a platform is concerned."""
        from pactoria_desktop.replica.relaying import peers_of
        from pactoria_desktop.store.sessions import Peer, Peers
        from pactoria_desktop.store.texts import Texts

        stored = Texts(session).open(contract)
        wrote = frozenset().union(*(peers_of(part) for part in (stored.snapshot, *stored.updates)))
        noted = {one.peer for one in Peers(session).of(contract)}
        for peer in sorted(wrote - noted):
            Peers(session).add(Peer(peer, contract, person.device, person.user, self._library.now()))

    def identity(self, contract: str) -> Identity:
        """As whom a contract is edited here: in an organization as its member, else as whoever this device is of."""
        with self._library.reading() as session:
            accounts = StoredAccounts(session)
            home = accounts.home(contract)
            if home is None or home.state != "member":
                return self._service.identity
            seat = accounts.seat(home.seat)
            account = next(one for one in accounts.all() if one.id == seat.account)
        return Identity(account.name, account.person)

    def standing(self, contract: str) -> Standing | None:
        """What the person may do with a contract, None where it is their own: everything goes.

        In a contract whose sharing is restricted the role that was given there counts, as far as it was synced.
        """
        with self._library.reading() as session:
            accounts = StoredAccounts(session)
            home = accounts.home(contract)
            if home is None or home.state != "member":
                return None
            seat = accounts.seat(home.seat)
            if seat.state != "member":
                return Standing(Role.VIEWER, seat.name, lost=True)
            known = accounts.all()
            owner = next(one for one in known if one.id == seat.account)
            if owner.signed_out_at is not None and any(one.signed_out_at is None for one in known):
                return Standing(Role.VIEWER, seat.name, of=owner.name)
            return Standing(_role_on(SyncState(session, seat.number), seat, contract, accounts), seat.name)

    def may(self, contract: str, operation: str) -> bool:
        """Whether the person may do an operation of ``protocol.permissions`` on a contract. The platform judges again.

        What belongs to no organization is the person's own: everything goes.
        """
        standing = self.standing(contract)
        return standing is None or may(operation, standing.role)

    def require(self, contract: str, operation: str) -> None:
        """Raise NotAllowedError where ``may`` says no."""
        standing = self.standing(contract)
        reason = "" if standing is None else standing.why_not(operation)
        if reason:
            raise NotAllowedError(f"{reason[0].upper()}{reason[1:]}; nothing was changed; ask an owner or admin.")

    def _require(self, seat: SeatRecord, operation: str) -> None:
        from pactoria_desktop.protocol.permissions import OPERATIONS

        if not may(operation, Role(seat.role)):
            raise NotAllowedError(
                f"As {seat.role} of {seat.name} you may not {OPERATIONS[operation].sentence}; nothing was changed; "
                "ask an owner or admin."
            )


def _role_on(state: SyncState, seat: SeatRecord, contract: str, accounts: StoredAccounts) -> Role:
    role = Role(seat.role)
    if role in ALWAYS:
        return role
    known = dict(state.records("contract", contract)).get(contract, {})
    if not known.get("restricted"):
        return role
    person = next(one.person for one in accounts.all() if one.id == seat.account)
    given = [fields.get("role") for _, fields in state.records("share", contract) if fields.get("person") == person]
    named = [Role(one) for one in given if isinstance(one, str) and one in set(Role)]
    return weaker(role, named[0]) if named else Role.VIEWER
