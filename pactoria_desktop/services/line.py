"""One account's line to its platform, on an event loop: records, texts and files as they wait, and the live rooms.

Nothing here is lost when the line breaks: what waits lies in the library, and every exchange goes on where it was.
"""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Collection, Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import Protocol, TypeVar

from pactoria_desktop.protocol.identity import Me
from pactoria_desktop.protocol.organizations import OrganizationList
from pactoria_desktop.protocol.problems import Code
from pactoria_desktop.protocol.texts import Present
from pactoria_desktop.replica.errors import ReplicaError
from pactoria_desktop.replica.identity import Identity
from pactoria_desktop.runtime.errors import PactoriaError
from pactoria_desktop.runtime.handing_over import handed_over
from pactoria_desktop.runtime.secrets import Keyring
from pactoria_desktop.runtime.work import WaitingThreads
from pactoria_desktop.services.accounts import AccountRecord, Accounts, Organization, SeatRecord
from pactoria_desktop.services.admission import Admission
from pactoria_desktop.services.library import LibraryService
from pactoria_desktop.services.local_texts import ClosedError, OnReplica, OpenElsewhereError, OpenText, StoredText
from pactoria_desktop.services.opened import OpenContract
from pactoria_desktop.services.syncing import Departure, Syncing
from pactoria_desktop.services.text_lines import Noted, OneAtATime
from pactoria_desktop.services.traffic import Traffic
from pactoria_desktop.services.transfers import Transfers
from pactoria_desktop.services.typed_live import TypedLive
from pactoria_desktop.sync.apart import Apart
from pactoria_desktop.sync.courier import HttpCourier, NotReachedError
from pactoria_desktop.sync.errors import AccessLostError, OfflineError, SignedOutError, SyncError
from pactoria_desktop.sync.live import LiveLine
from pactoria_desktop.sync.pausing import pause_after
from pactoria_desktop.sync.texts import LocalText, NotAcceptedError, PushRefusedError, TextSync
from pactoria_desktop.sync.transport import Http, RecordTransport

_log = logging.getLogger("pactoria.sync")

Result = TypeVar("Result")

GATHER_SECONDS = 0.25
"""Changes within this time go together."""

LOOK_SECONDS = 60.0
"""How often the platform is asked though nothing was heard of it."""

AGAIN_SECONDS = 5.0, 60.0
"""The pause after the first exchange that failed, and the longest."""

WAITING_THREADS = 3


@dataclass(frozen=True, slots=True)
class Exchanged:
    """What one exchange did: records that came and went, texts that changed on either side, files that came or went,
    and what of the records was refused or lost against another's."""

    came: int = 0
    went: int = 0
    texts: int = 0
    files: int = 0
    refused: int = 0
    conflicts: int = 0

    def __add__(self, other: "Exchanged") -> "Exchanged":
        """Both together."""
        return Exchanged(
            self.came + other.came, self.went + other.went, self.texts + other.texts, self.files + other.files,
            self.refused + other.refused, self.conflicts + other.conflicts,
        )  # fmt: skip


class Hears(Protocol):
    """Hears of the line, on its thread; must not block."""

    def changed(self) -> None:
        """The state of the account, of sync, or of what was synced may be another."""
        ...

    def people(self, contract: str, people: tuple[Present, ...]) -> None:
        """Who else is at work in a contract."""
        ...

    def refused(self, contract: str, error: PactoriaError) -> None:
        """The platform did not take a contract's text; it stays on this device."""
        ...


class Line:
    """An account's line. Made and run on its loop; ``http`` may be asked for on any thread."""

    def __init__(
        self,
        service: LibraryService,
        account: AccountRecord,
        secrets: Keyring,
        hears: Hears,
        is_open: Callable[[str], bool],
        openings: Mapping[str, tuple[OpenContract, OnReplica]],
        traffic: Traffic,
        chance: Callable[[], float],
    ) -> None:
        """``is_open`` says of a contract whether its text belongs to an opening here, ``openings`` are those that are
        whole, as they are at any time; ``chance`` gives numbers from 0 to 1."""
        self.account = account
        self.is_connected = False
        self._service, self._hears, self._chance = service, hears, chance
        self._is_open, self._openings = is_open, openings
        self._accounts = Accounts(service)
        self._loop = asyncio.get_running_loop()
        self.traffic = traffic
        self._admission = Admission(account.platform, secrets, service.clock, traffic, chance)
        self._threads = WaitingThreads(WAITING_THREADS, "pactoria-line")
        self._ended_by: Code | None = None
        self._texts: dict[str, TextSync] = {}
        self._locks: dict[str, asyncio.Lock] = {}
        self._open: dict[str, OpenText] = {}
        self._typed = TypedLive(traffic, self._note_typed)
        self._turned_away: dict[str, tuple[float, PactoriaError]] = {}
        self._wanted = asyncio.Event()
        self._whole = asyncio.Lock()
        self._failures = 0
        self.stopped: PactoriaError | None = None
        """What keeps sync from going on though the platform answers; None where nothing does."""
        self._asked_at = float("-inf")
        self._live = LiveLine(
            account.platform.replace("http", "ws", 1),
            self._admission.given,
            self._texts_of,
            self,
            chance,
            self._typed.departed,
        )

    async def run(self) -> None:
        """Keep the line up until cancelled."""
        work = [asyncio.create_task(self._kept_up(one)) for one in (self._live_on, self._sync_on, self._typed.run)]
        try:
            ended, _ = await asyncio.wait(work, return_when=asyncio.FIRST_COMPLETED)
            for each in ended:
                each.result()
        finally:
            self._admission.stop()
            for each in work:
                each.cancel()
            await asyncio.gather(*work, return_exceptions=True)
            self._nobody_here()
            await asyncio.to_thread(self._typed.write)
            await self.close()

    async def _kept_up(self, work: Callable[[], Awaitable[None]]) -> None:
        """Begin a part of the line anew where it ended by what nobody foresaw: a line that is gone says nothing."""
        while True:
            try:
                return await work()
            except Exception as error:  # noqa: BLE001 - logged with its place; the next exchange may go well
                _log.error("line_broke", extra={"kind": type(error).__name__}, exc_info=error)
                await asyncio.sleep(LOOK_SECONDS)

    async def close(self) -> None:
        """Close the connections; what still asks on a thread ends soon."""
        self._admission.stop()
        self._threads.shutdown(0.0)
        await self._admission.close()

    async def _waiting(self, call: Callable[..., Result], *values: object) -> Result:
        """Run what waits for the platform on a thread that the end of the program does not wait for."""
        return await handed_over(self._threads.submit, partial(call, *values))

    def http(self) -> Http:
        """Requests of this account that wait; to be used off the loop and off the interface's thread."""
        return self._admission.http()

    async def sign_out(self) -> bool:
        """End the sign-in; False where the platform could not be told."""
        return await self._admission.sign_out()

    # What the desktop says

    def wake(self) -> None:
        """Exchange soon. On the loop."""
        self._wanted.set()

    async def _enter(self, sent: Collection[str] = ()) -> None:
        """Whatever is open here takes part in its room, if the platform has had its text before, or if its records and
        files have just been ``sent``: without them a text is refused."""
        for contract, (opened, on_replica) in tuple(self._openings.items()):
            if contract in self._open or self._why_turned_away(contract) is not None:
                continue
            seat = await asyncio.to_thread(self._seat_of, contract)
            if seat is None:
                continue
            text = OpenText(self._service, seat.number, opened, on_replica)
            known = contract in sent or (await text.state()).number > 0
            if known and self._openings.get(contract) == (opened, on_replica):  # not closed or opened anew meanwhile
                self._open[contract] = text
                self._live.enter(seat.organization, text)

    def _shared(self, seat: int) -> set[str]:
        """The open contracts of a seat."""
        found = {contract: self._accounts.home(contract) for contract in tuple(self._openings)}
        return {contract for contract, home in found.items() if home is not None and home.seat == seat}

    def _why_turned_away(self, contract: str) -> PactoriaError | None:
        """How the platform refused a text a while ago, where nothing was heard of since that could have changed it."""
        at, error = self._turned_away.get(contract, (float("-inf"), None))
        return error if time.monotonic() - at < LOOK_SECONDS else None

    async def leave(self, contract: str) -> None:
        """The opening of a contract is about to end; gives back once nothing is asked of it any more."""
        self._open.pop(contract, None)
        self._turned_away.pop(contract, None)
        await self._live.leave(contract)
        async with self._locks.setdefault(contract, asyncio.Lock()):
            pass

    def typed(self, contract: str) -> None:
        """Something was typed. On the loop."""
        if self.is_connected and contract in self._open:
            self._live.stirred(contract)
        elif not self._failures:  # offline no key asks the network: it goes with the next try, or when it is back
            self._wanted.set()

    async def at_work(self, contract: str, caret: str | None, anchor: str | None) -> None:
        """Where the person is in a contract."""
        await self._live.at_work(contract, caret, anchor)

    async def fetch(self, contract: str) -> None:
        """Bring a contract's text and files to this device now. Raises the errors of sync."""
        seat = self._seat_of(contract)
        if seat is not None:
            await self._exchange(seat, contract)
            await self._waiting(Transfers(self._service, seat.number, self.http()).fetch, contract)

    async def refresh(self) -> None:
        """Ask who the person is and to which organizations they belong. Raises the errors of sync."""
        await self._waiting(self._refresh)
        self._hears.changed()

    def _refresh(self) -> None:
        http = self.http()
        me = http.ask("GET", "/me", Me)
        found = http.ask("GET", "/organizations", OrganizationList).organizations
        places = [Organization(one.id, one.name, one.role) for one in found]
        if self.account.id:
            self._accounts.renewed(self.account.id, me.name, me.email, places)
        else:
            self.account = self._accounts.signed_in(self.account.platform, me.id, me.name, me.email, me.device, places)
        self._asked_at = time.monotonic()

    def _seat_of(self, contract: str) -> SeatRecord | None:
        home = self._accounts.home(contract)
        if home is None or home.state != "member":
            return None
        return next((one for one in self._seats() if one.number == home.seat), None)

    def _seats(self) -> tuple[SeatRecord, ...]:
        return tuple(one for one in self._accounts.seats(self.account.id) if one.state == "member")

    # Exchanging

    async def sync_all(self, *, allow_removal: bool = False, anew: bool = True) -> Exchanged:
        """Exchange everything that waits, on either side. Raises the first error that kept something from going.

        ``allow_removal`` is a person's answer to RemovalError; with ``anew`` what was refused is asked again.
        """
        if anew:
            self._turned_away.clear()
        try:
            done = await self._sync_all(allow_removal)
        except SignedOutError:
            await asyncio.to_thread(self._accounts.sign_out, self.account.id)
            self._hears.changed()
            raise
        except (OfflineError, NotReachedError):
            raise
        except PactoriaError as error:
            self.stopped = error
            raise
        self.stopped = None
        return done

    async def _sync_all(self, allow_removal: bool) -> Exchanged:
        async with self._whole:
            try:
                return await self._sync_every_seat(allow_removal)
            except (OfflineError, NotReachedError, SignedOutError) as error:
                # Whatever was asked first: all that belongs to the platform stands still.
                await asyncio.to_thread(self._note_trouble, error.sentence)
                self._hears.changed()
                raise

    async def _sync_every_seat(self, allow_removal: bool) -> Exchanged:
        await self._enter()
        if time.monotonic() - self._asked_at > LOOK_SECONDS / 2:
            await self._waiting(self._refresh)
            self._hears.changed()
        done, first = Exchanged(), None
        for seat in await asyncio.to_thread(self._seats):
            try:
                done += await self._sync(seat, allow_removal)
            except (OfflineError, NotReachedError, SignedOutError):
                raise  # it would be the same at every organization
            except PactoriaError as error:
                if isinstance(error, AccessLostError):
                    self._asked_at = float("-inf")
                first = first or error
        if first is not None:
            raise first
        return done

    def _note_trouble(self, sentence: str) -> None:
        for seat in self._seats():
            Syncing(self._service, seat.number).note_trouble(sentence)

    async def _sync(self, seat: SeatRecord, allow_removal: bool) -> Exchanged:
        syncing, http = Syncing(self._service, seat.number), self.http()
        transport = RecordTransport(
            http, seat.organization, note=syncing.note_departures, contract_of=syncing.contract_of
        )
        shared = await asyncio.to_thread(self._shared, seat.number)
        try:
            records = await self._waiting(partial(syncing.sync_now, transport, allow_removal=allow_removal))
        finally:
            self._hears.changed()
        transfers = Transfers(self._service, seat.number, http)
        files = texts = 0
        first: PactoriaError | None = None
        try:
            files = await self._waiting(transfers.send)
        except SyncError as error:
            first = error  # words do not wait for a file that does not go through
        if records.came or files:  # another role, another way of sharing, a Word file that was missed
            self._turned_away.clear()
        await self._enter(shared)
        for contract in await asyncio.to_thread(syncing.behind):
            if self.is_connected and await self._is_live(contract):
                continue
            if (refused := self._why_turned_away(contract)) is not None:
                first = first or refused
                continue
            try:
                texts += await self._exchange(seat, contract)
            except (NotReachedError, OfflineError, SignedOutError):
                raise
            except PactoriaError as error:
                first = first or error
        if texts and await asyncio.to_thread(syncing.waits):  # the questions that came up
            again = await self._waiting(syncing.sync_now, transport)
            records = replace(records, came=records.came + again.came, went=records.went + again.went)
        for contract in await asyncio.to_thread(transfers.wanted):
            try:
                files += await self._waiting(transfers.fetch, contract)
            except SyncError as error:
                first = first or error
                break
        self._hears.changed()
        if first is not None:
            raise first
        return Exchanged(records.came, records.went, texts, files, records.refused, records.conflicts)

    async def _is_live(self, contract: str) -> bool:
        """Whether a room carries this text; the first time it goes the plain way even so, to be there at the end."""
        opened = self._open.get(contract)
        return opened is not None and (await opened.state()).number > 0

    async def _exchange(self, seat: SeatRecord, contract: str) -> bool:
        """Exchange one text; whether there was anything. Raises what keeps it from being exchanged; what the platform
        refuses is told as well."""
        opened = self._open.get(contract)
        stored = StoredText(self._service, seat.number, contract, self._is_open) if opened is None else None
        text: LocalText | None = opened or stored
        assert text is not None
        before = await text.state()
        try:
            await self._texts_of(seat.organization).exchange(text)
            after = await text.state()
        except (OpenElsewhereError, ClosedError):
            return False  # whoever has it open exchanges it, or it is asked for again
        except (NotAcceptedError, PushRefusedError, ReplicaError) as error:
            if isinstance(error, PushRefusedError) and error.code is Code.NOT_FOUND and before.number == 0:
                return False  # whoever shares it has not sent the text yet
            _log.info("text_not_taken", extra={"kind": type(error).__name__, "contract": contract})
            self._turned_away[contract] = (time.monotonic(), error)
            self._hears.refused(contract, error)
            raise
        finally:
            if stored is not None:
                await asyncio.to_thread(stored.close)
        return (before.number, before.known) != (after.number, after.known)

    def _texts_of(self, organization: str) -> TextSync:
        if organization not in self._texts:
            seat = next((one for one in self._seats() if one.organization == organization), None)
            if seat is None:
                raise AccessLostError("You do not belong to this organization any more; your work is kept here.")
            syncing = Syncing(self._service, seat.number)
            names = syncing.members

            async def name_of(person: str) -> str:
                found = await asyncio.to_thread(names)
                return next((name for identity, name, _ in found if identity == person), "")

            joiner = Apart(
                Identity(self.account.name, self.account.person), name_of, self._service.clock,
                may_edit=lambda contract: self._accounts.may(contract, "contract.edit"),
            )  # fmt: skip
            courier = HttpCourier(self._admission.client, organization, self._admission.given)
            self._texts[organization] = OneAtATime(
                TextSync(Noted(courier, syncing.note_departures), joiner, self._service.clock), self._locks,
                lambda contract: self._accounts.may(contract, "contract.suggest"), self._admission.renew,
            )  # fmt: skip
        return self._texts[organization]

    async def _sync_on(self) -> None:
        """Exchange whenever something is wanted, and now and then by itself; after a failure later and later."""
        self._wanted.set()
        while True:
            again = pause_after(self._failures - 1, *AGAIN_SECONDS)
            pause = again * (0.5 + self._chance() / 2) if self._failures else LOOK_SECONDS
            try:
                async with asyncio.timeout(pause):
                    await self._wanted.wait()
            except TimeoutError:
                pass
            await asyncio.sleep(GATHER_SECONDS)
            self._wanted.clear()
            try:
                await self.sync_all(anew=False)
            except SignedOutError:
                return
            except (SyncError, NotReachedError) as error:
                self._failures += 1
                _log.info("sync_failed", extra={"kind": type(error).__name__, "failures": self._failures})
            except PactoriaError as error:
                # The disk is full, a text was refused: said where it belongs, tried again later.
                self._failures += 1
                _log.warning("sync_stopped", extra={"kind": type(error).__name__, "failures": self._failures})
                self._hears.changed()
            else:
                self._failures = 0

    # The live rooms

    async def _live_on(self) -> None:
        renewed = False
        while True:
            self._ended_by = None
            try:
                await self._live.run()
                if self._ended_by is Code.SIGNED_OUT and not renewed:
                    renewed = True
                    await self._admission.renew()
                    continue
            except (SignedOutError, NotReachedError) as error:
                _log.info("live_line_signed_out", extra={"kind": type(error).__name__})
            renewed = False
            self._wanted.set()  # the exchange finds out why, and says so
            await asyncio.sleep(LOOK_SECONDS)

    def connected(self, connected: bool) -> None:
        """``sync.live.Listener``."""
        self.is_connected = connected
        if connected:
            self._failures = 0
        else:
            self._nobody_here()
        self._wanted.set()  # without the line, the exchange finds out whether the platform answers, and says so
        self._hears.changed()

    def _nobody_here(self) -> None:
        """Who is at work is not known while the line does not stand."""
        for contract in self._open:
            self._hears.people(contract, ())

    def people(self, contract: str, people: tuple[Present, ...]) -> None:
        """``sync.live.Listener``."""
        self._hears.people(contract, people)

    def moved(self, organization: str) -> None:
        """``sync.live.Listener``."""
        self._wanted.set()

    def refused(self, contract: str, error: PactoriaError) -> None:
        """``sync.live.Listener``."""
        self._open.pop(contract, None)  # its room is left; it is entered again when that may help
        self._turned_away[contract] = (time.monotonic(), error)
        self._asked_at = float("-inf")
        self._wanted.set()
        self._hears.refused(contract, error)

    def ended(self, code: Code, sentence: str) -> None:
        """``sync.live.Listener``."""
        _log.info("live_line_ended", extra={"code": code.value})
        self._ended_by = code
        self._wanted.set()

    def _note_typed(self, departure: Departure) -> None:
        seat = self._seat_of(departure.contract)
        if seat is not None:
            Syncing(self._service, seat.number).note_departures([departure])
