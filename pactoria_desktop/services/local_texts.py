"""A contract's text on this device as sync sees it: what is stored of it, or the opening that somebody works in.

A contract that is open belongs to its opening: whoever else would write its text is turned away
(``OpenElsewhereError``) and asks the opening instead.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from typing import Protocol, TypeVar

from sqlalchemy.orm import Session

from pactoria_desktop.contract.accepted import accepted
from pactoria_desktop.replica.identity import Identity
from pactoria_desktop.replica.parting import Clash
from pactoria_desktop.replica.relaying import includes, writers_of
from pactoria_desktop.replica.replica import Replica
from pactoria_desktop.runtime.errors import PactoriaError
from pactoria_desktop.services.library import LibraryService
from pactoria_desktop.services.opened import OpenContract
from pactoria_desktop.store.contracts import Contracts
from pactoria_desktop.store.errors import NotInLibraryError
from pactoria_desktop.store.exchanged import ExchangedText, TextStates
from pactoria_desktop.store.sessions import Peer, Peers
from pactoria_desktop.store.texts import Texts, Update
from pactoria_desktop.sync.apart import KIND, question_fields
from pactoria_desktop.sync.desk import LibraryDesk
from pactoria_desktop.sync.overlay import enqueue
from pactoria_desktop.sync.texts import NOTHING, Question, Sent, TextState

Result = TypeVar("Result")


class OpenElsewhereError(PactoriaError):
    """The contract was opened meanwhile: its opening exchanges the text."""


class NotHereError(PactoriaError):
    """The text of a contract has not come to this device."""


class OnReplica(Protocol):
    """Runs a call where the replica of an opening lives, and gives its result."""

    def __call__(self, call: Callable[[], Result]) -> Awaitable[Result]:
        """Raises what the call raises, and ClosedError where the opening has ended."""
        ...


class ClosedError(PactoriaError):
    """The opening has ended; what it wrote is in the library."""


class _Kept:
    """The part that both share: the state and the questions lie in the library."""

    def __init__(self, service: LibraryService, seat: int, contract: str) -> None:
        self._service, self._library = service, service.library
        self._person = service.person  # before any transaction: the first call writes one of its own
        self._seat = seat
        self.contract = contract

    def _read_state(self) -> TextState:
        with self._library.reading() as session:
            found = TextStates(session).get(self.contract, self._seat)
        return TextState() if found is None else _state_of(found, self.contract)

    def _write_state(self, session: Session, state: TextState, questions: Sequence[Question]) -> None:
        TextStates(session).put(self.contract, self._seat, _exchanged(state))
        if not questions:
            return
        at, desk = self._library.now(), LibraryDesk(session, self._seat, self._library.now())
        for each in questions:
            identity, fields = question_fields(each, self._library.instant())
            if desk.known(KIND, identity) is None and not desk.outbox_of(KIND, identity):
                enqueue(desk, KIND, identity, fields, mint=self._service.mint, at=at)
        desk.flush()
        self._service.when_waiting()

    def _peers(self, version: bytes) -> tuple[str, ...]:
        """Those openings on this device that wrote something, the youngest last."""
        written = writers_of(version)
        with self._library.reading() as session:
            return tuple(each.peer for each in Peers(session).of(self.contract) if each.peer in written)

    def _introduce(self, session: Session, peers: Sequence[str]) -> None:
        person, known = self._person, {each.peer for each in Peers(session).of(self.contract)}
        for each in peers:
            if each not in known:
                Peers(session).add(Peer(each, self.contract, person.device, person.user, self._library.now()))


class StoredText(_Kept):
    """A text that nobody has open here. ``is_open`` says whether that is still so. For one exchange."""

    def __init__(self, service: LibraryService, seat: int, contract: str, is_open: Callable[[str], bool]) -> None:
        """Of a seat's contract; there may be no text of it here yet."""
        super().__init__(service, seat, contract)
        self._is_open = is_open
        self._replica: Replica | None = None
        self._row: int | None = None
        """The last row of the journal that this exchange knows: what follows it was typed in an opening."""

    async def state(self) -> TextState:
        """What was kept last."""

        def read() -> TextState:
            if self._row is None:
                with self._library.reading() as session:
                    self._row = Texts(session).last_update(self.contract)
            return self._read_state()

        return await asyncio.to_thread(read)

    async def keep(self, state: TextState, questions: Sequence[Question] = ()) -> None:
        """Keep a state and its questions. Raises OpenElsewhereError, and what the disk raises."""

        def write() -> None:
            with self._library.writing() as session:
                self._require(session)
                self._write_state(session, state, questions)

        await asyncio.to_thread(write)

    async def version(self) -> bytes:
        """What the stored text knows."""
        return await asyncio.to_thread(lambda: NOTHING if self._opened() is None else self._living.version())

    async def updates_since(self, version: bytes) -> bytes:
        """What is new since a version."""
        return await asyncio.to_thread(lambda: self._living.updates_since(version))

    async def snapshot(self) -> bytes:
        """Everything, with its history."""
        return await asyncio.to_thread(lambda: self._living.snapshot())

    async def peers(self) -> Sequence[str]:
        """The openings on this device that wrote something."""
        return await asyncio.to_thread(lambda: self._peers(self._living.version()))

    async def take_in(self, updates: Sequence[bytes], introduced: Sequence[str] = ()) -> None:
        """Import updates and keep them. Raises ReplicaError, OpenElsewhereError, and what the disk raises."""
        await asyncio.to_thread(self._take_in, updates, introduced)

    def close(self) -> None:
        """Let the replica go."""
        if self._replica is not None:
            self._replica.close()
            self._replica = None

    # On a thread

    def _require(self, session: Session) -> None:
        """Nobody works in the text, and nobody has since it was read: the state of this exchange knows all of it."""
        if self._is_open(self.contract) or self._row not in (None, Texts(session).last_update(self.contract)):
            raise OpenElsewhereError("The contract was opened meanwhile; its text goes with the open one.")

    @property
    def _living(self) -> Replica:
        found = self._opened()
        if found is None:
            raise NotInLibraryError("The text of this contract has not come to this device yet; nothing was changed.")
        return found

    def _opened(self) -> Replica | None:
        if self._replica is None:
            try:
                with self._library.reading() as session:
                    stored = Texts(session).open(self.contract)
                    if self._row is None:
                        self._row = Texts(session).last_update(self.contract)
            except NotInLibraryError:
                return None
            self._replica = self._open(stored.snapshot, stored.updates)
        return self._replica

    def _open(self, first: bytes, more: Sequence[bytes] = ()) -> Replica:
        return Replica.open(first, more, identity=Identity(""), clock=self._service.clock)

    def _take_in(self, updates: Sequence[bytes], introduced: Sequence[str]) -> None:
        replica = self._opened()
        if replica is None:
            self._begin(updates)
            return
        before = replica.version()
        for each in updates:
            replica.import_updates(each)
        if includes(before, replica.version()):
            return
        view = accepted(replica.text())
        now = self._library.now()
        with self._library.writing() as session:
            self._require(session)
            self._introduce(session, (*introduced, *_wrote(replica)))
            Texts(session).append([Update(self.contract, replica.updates_since(before), now)])
            row = Texts(session).last_update(self.contract)
            Contracts(session).set_search_text(self.contract, view.text, view.sha256)
            Contracts(session).touched(self.contract, at=now)
        self._row = row

    def _begin(self, updates: Sequence[bytes]) -> None:
        """The text comes here for the first time: it is kept as a snapshot."""
        replica = self._open(updates[0], updates[1:])
        snapshot, export, frontier = replica.snapshot(), replica.plain_export(), replica.frontier().hex()
        view = accepted(replica.text())
        with self._library.writing() as session:
            self._require(session)
            self._introduce(session, _wrote(replica))
            Texts(session).save_snapshot(self.contract, snapshot, export, frontier, upto=0, at=self._library.now())
            Contracts(session).set_search_text(self.contract, view.text, view.sha256)
        self._replica = replica


class OpenText(_Kept):
    """A text that somebody works in."""

    def __init__(self, service: LibraryService, seat: int, opened: OpenContract, on_replica: OnReplica) -> None:
        """``on_replica`` runs calls where the opening's replica lives, in order."""
        super().__init__(service, seat, opened.id)
        self._opened = opened
        self._on_replica = on_replica

    async def state(self) -> TextState:
        """What was kept last."""
        return await asyncio.to_thread(self._read_state)

    async def keep(self, state: TextState, questions: Sequence[Question] = ()) -> None:
        """Keep a state and its questions. What was typed meanwhile goes on waiting."""
        opened = self._opened
        count = opened.kept_own
        if state.waiting_since is None:
            version = await self._on_replica(opened.replica.version)
            if not includes(state.known, version):
                state = replace(state, waiting_since=self._library.now())

        def write() -> None:
            with self._library.writing() as session:
                typed = state.waiting_since is None and opened.kept_own != count
                kept = replace(state, waiting_since=self._library.now()) if typed else state
                self._write_state(session, kept, questions)

        await asyncio.to_thread(write)

    async def version(self) -> bytes:
        """What the text knows, all of it written to the disk. Raises what the disk raises."""

        def known() -> bytes:
            self._opened.collect()
            return self._opened.replica.version()

        version = await self._on_replica(known)
        await asyncio.to_thread(self._opened.flush)
        return version

    async def updates_since(self, version: bytes) -> bytes:
        """What is new since a version."""
        return await self._on_replica(lambda: self._opened.replica.updates_since(version))

    async def snapshot(self) -> bytes:
        """Everything, with its history."""
        return await self._on_replica(self._opened.replica.snapshot)

    async def peers(self) -> Sequence[str]:
        """The openings on this device that wrote something."""
        version = await self._on_replica(self._opened.replica.version)
        return await asyncio.to_thread(self._peers, version)

    async def take_in(self, updates: Sequence[bytes], introduced: Sequence[str] = ()) -> None:
        """Import updates, a turn for each, so that nobody waits; write them. Raises ReplicaError, and the disk's."""
        if introduced:
            await asyncio.to_thread(self._note, introduced)
        for each in updates:
            await self._on_replica(lambda update=each: self._opened.replica.import_updates(update))  # type: ignore[misc]
        await self._on_replica(self._opened.collect)
        await asyncio.to_thread(self._opened.flush)

    def _note(self, introduced: Sequence[str]) -> None:
        with self._library.writing() as session:
            self._introduce(session, introduced)


def has_text(service: LibraryService, contract: str) -> bool:
    """Whether the text of a contract is on this device."""
    with service.library.reading() as session:
        return Texts(session).holds(contract)


def _wrote(replica: Replica) -> tuple[str, ...]:
    """The opening's peer where it set something right itself."""
    return (f"{replica.peer:x}",) if replica.written else ()


def _exchanged(state: TextState) -> ExchangedText:
    sent: dict[str, object] | None = None
    if state.sent is not None:
        sent = {"sha256": state.sent.sha256, "questions": [_clash_fields(each.clash) for each in state.sent.questions]}
    return ExchangedText(state.number, state.known, sent, state.waiting_since, state.epoch)


def _clash_fields(clash: Clash) -> dict[str, object]:
    return {
        "id": clash.id,
        "slot": clash.slot,
        "start": clash.start,
        "end": clash.end,
        "quote": clash.quote,
        "base": clash.base,
        "people": list(clash.people),
        "versions": list(clash.versions),
    }


def _state_of(found: ExchangedText, contract: str) -> TextState:
    sent = None
    if found.sent is not None:
        kept = found.sent.get("questions")
        questions = tuple(Question(contract, _clash(each)) for each in kept) if isinstance(kept, list) else ()
        sent = Sent(str(found.sent["sha256"]), questions)
    return TextState(found.number, found.known, sent, found.waiting_since, found.epoch)


def _clash(fields: dict[str, object]) -> Clash:
    return Clash(
        str(fields["id"]), str(fields["slot"]), str(fields["start"]), str(fields["end"]), str(fields["quote"]),
        str(fields["base"]), _pair(fields["people"]), _pair(fields["versions"]),
    )  # fmt: skip


def _pair(value: object) -> tuple[str, str]:
    first, second = value if isinstance(value, list) else ("", "")
    return str(first), str(second)
