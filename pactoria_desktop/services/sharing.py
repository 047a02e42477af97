"""Where a contract is and who reaches it: put into an organization, restricted, given to people, deleted for everyone.

Bringing a contract in and deleting it are changes of the library, which wait and go when the platform can be reached.
Who reaches a contract is decided on the platform alone and asked there.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import quote

from pactoria_desktop.protocol.contracts import SharedWith
from pactoria_desktop.protocol.contracts import Sharing as SharingMessage
from pactoria_desktop.protocol.permissions import Role, may
from pactoria_desktop.runtime.errors import PactoriaError
from pactoria_desktop.services.accounts import Accounts, SeatRecord, Standing
from pactoria_desktop.services.library import LibraryService
from pactoria_desktop.store.accounts import Accounts as StoredAccounts
from pactoria_desktop.store.contracts import ContractRecord, Contracts
from pactoria_desktop.store.packages import Packages
from pactoria_desktop.store.texts import Texts
from pactoria_desktop.store.threads import Threads
from pactoria_desktop.store.versions import Versions
from pactoria_desktop.sync.desk import LibraryDesk, LibraryDesks
from pactoria_desktop.sync.errors import ChangedThereError
from pactoria_desktop.sync.mapping import read_record, records_of
from pactoria_desktop.sync.overlay import enqueue, makes, shown
from pactoria_desktop.sync.ports import Desk
from pactoria_desktop.sync.transport import read_answer

if TYPE_CHECKING:
    from pactoria_desktop.sync.transport import Http

TRIES = 3


class NotSharedError(PactoriaError):
    """The contract is in no organization, so that nobody else reaches it."""


@dataclass(frozen=True, slots=True)
class Departing:
    """What is sent when a contract is put in an organization; ``size`` in bytes, all together."""

    versions: int
    comments: int
    files: int
    size: int


@dataclass(frozen=True, slots=True)
class Place:
    """Where a contract is: its seat (None: on this device alone), what the person may do there, and whether the
    platform has it yet."""

    contract: ContractRecord
    seat: SeatRecord | None = None
    standing: Standing | None = None
    arrived: bool = False


@dataclass(frozen=True, slots=True)
class Shared:
    """Who may reach a contract, as the platform says it: everybody by their role, or those named (person, role)."""

    restricted: bool
    people: tuple[tuple[str, Role], ...]


class Sharing:
    """Reads and changes where contracts are. Calls may come from any thread."""

    def __init__(self, service: LibraryService, http: "Callable[[], Http]") -> None:
        """On an open library; ``http`` gives authorized requests of the signed-in account."""
        self._service = service
        self._library = service.library
        self._http = http

    # Where it is

    def place(self, contract: str) -> Place:
        """Where a contract is. Raises NotInLibraryError."""
        with self._library.reading() as session:
            record, accounts = Contracts(session).get(contract), StoredAccounts(session)
            home = accounts.home(contract)
            if home is None or home.state != "member":
                return Place(record)
            seat = accounts.seat(home.seat)
            desk = LibraryDesk(session, seat.number, self._library.now())
            arrived = not any(makes(one) for one in desk.outbox_of("contract", contract))
        return Place(record, seat, Accounts(self._service).standing(contract), arrived)

    def departing(self, contract: str) -> Departing:
        """What would be sent if the contract were put in an organization, before anything is."""
        from pactoria_desktop.replica.identity import Identity
        from pactoria_desktop.replica.replica import Replica

        with self._library.reading() as session:
            stored = Texts(session).open(contract)
            versions = Versions(session).of(contract)
            said = sum(len(thread.comments) for thread in Threads(session).of(contract))
            packages = [Packages(session).read(one) for one in Packages(session).of(contract)]
            records = [read_record(session, *key) for key in records_of(session, contract)]
        replica = Replica.open(
            stored.snapshot, stored.updates, identity=Identity(""), clock=self._service.clock
        )  # fmt: skip
        try:
            said += len(replica.comments)
        finally:
            replica.close()
        text = len(stored.snapshot) + sum(map(len, stored.updates))
        noted = sum(len(repr(one).encode()) for one in records)
        return Departing(len(versions), said, len(packages), text + noted + sum(map(len, packages)))

    def homes(self, account: str) -> tuple[SeatRecord, ...]:
        """The organizations of an account that a contract may be put in."""
        return tuple(
            one
            for one in Accounts(self._service).seats(account)
            if one.state == "member" and may("contract.create", Role(one.role))
        )

    def put_in(self, contract: str, organization: str, account: str) -> None:
        """Let a contract join an organization: from now on it waits to be sent.

        Raises JoinError and NotAllowedError of ``services.accounts``.
        """
        seat = next((one for one in self.homes(account) if one.organization == organization), None)
        if seat is None:
            raise NotSharedError(
                "You may not bring contracts into that organization any more; nothing was changed; choose another."
            )
        Accounts(self._service).add_contract(contract, seat.number)

    # Who reaches it

    def reach(self, contract: str) -> Shared:
        """Who may reach a contract, asked on the platform."""
        http, path = self._http(), self._path(contract)
        return _shared(http.ask("GET", path, SharingMessage))

    def restrict(self, contract: str, restricted: bool) -> Shared:
        """Let only those reach it who are named, or everybody by their role."""
        return self._change(contract, lambda now: SharingMessage(restricted=restricted, people=now.people))

    def give(self, contract: str, person: str, role: Role | None) -> Shared:
        """Let somebody reach a restricted contract with a role, or no longer."""

        def changed(now: SharingMessage) -> SharingMessage:
            others = [one for one in now.people if one.person != person]
            given = [] if role is None else [SharedWith(person=person, role=role)]
            return SharingMessage(restricted=True, people=(*others, *given))

        return self._change(contract, changed)

    def _change(self, contract: str, changed: Callable[[SharingMessage], SharingMessage]) -> Shared:
        """Change it upon what the platform has now; somebody else's change in between is taken in first."""
        http, path = self._http(), self._path(contract)
        for attempt in range(1, TRIES + 1):
            answer = http.send("GET", path)
            wanted = changed(read_answer(answer, SharingMessage))
            tag = answer.headers.get("ETag", "*")
            try:
                now = http.ask(
                    "PUT", path, SharingMessage, wanted.model_dump_json().encode(), headers={"If-Match": tag}
                )
            except ChangedThereError:
                if attempt == TRIES:
                    raise
                continue
            return _shared(now)
        raise AssertionError("unreachable")

    def _path(self, contract: str) -> str:
        place = self.place(contract)
        if place.seat is None:
            raise NotSharedError("This contract is on this computer alone; nothing was changed; share it first.")
        organization = quote(place.seat.organization, safe="")
        return f"/organizations/{organization}/contracts/{quote(contract, safe='')}/sharing"

    # Deleting

    def delete_for_everyone(self, contract: str) -> None:
        """Delete a contract in its organization: it goes to everybody's trash, here at once.

        Raises NotSharedError, NotAllowedError.
        """
        place = self.place(contract)
        if place.seat is None:
            raise NotSharedError("This contract is on this computer alone; move it to the trash instead.")
        Accounts(self._service).require(contract, "contract.delete")
        with LibraryDesks(self._library, place.seat.number)() as desk:
            enqueue(
                desk, "contract", contract, {}, mint=self._service.mint, at=self._library.now(), deletes=True
            )  # fmt: skip
            _show(desk, contract)


def _show(desk: Desk, contract: str) -> None:
    desk.show("contract", contract, shown(desk.known("contract", contract), desk.outbox_of("contract", contract)))


def _shared(message: SharingMessage) -> Shared:
    return Shared(message.restricted, tuple((one.person, one.role) for one in message.people))
