"""This device and its platform: signing in, and the line that is kept up on a thread of its own while somebody is.

One account is signed in at a time; all of its organizations sync. Without an account nothing runs here at all.
"""

import asyncio
import concurrent.futures
import contextlib
import logging
import os
import random
import socket
import threading
from collections.abc import Callable, Coroutine
from functools import cached_property
from typing import TYPE_CHECKING, Any, TypeVar

from pactoria_desktop.runtime.errors import PactoriaError
from pactoria_desktop.runtime.secrets import Keyring, SystemKeyring
from pactoria_desktop.services.library import LibraryService
from pactoria_desktop.services.sign_in_secrets import SignInSecrets
from pactoria_desktop.services.traffic import Traffic

if TYPE_CHECKING:
    from pactoria_desktop.protocol.texts import Present
    from pactoria_desktop.services.accounts import AccountRecord, Accounts, SeatRecord
    from pactoria_desktop.services.line import Exchanged, Line
    from pactoria_desktop.services.local_texts import OnReplica
    from pactoria_desktop.services.opened import OpenContract
    from pactoria_desktop.services.syncing import Syncing
    from pactoria_desktop.sync.sign_in import DevicePrompt, OpenBrowser
    from pactoria_desktop.sync.tokens import KeyringTokenStore
    from pactoria_desktop.sync.transport import Http

# What speaks to a network is imported on the line's own thread: the window does not wait for it.

_log = logging.getLogger("pactoria.sync")
_CHOSEN = "organization"
END_SECONDS = 2.0
"""How long the end waits for what is under way to be given up."""


Result = TypeVar("Result")


class NoAccountError(PactoriaError):
    """Nobody is signed in on this device."""


class SignedInAlreadyError(PactoriaError):
    """Somebody is signed in on this device."""


class EndedError(PactoriaError):
    """What was asked of the platform was given up, because the program ends."""


class Together:
    """The device together with its platform. Calls may come from any thread; those that wait say so."""

    def __init__(
        self,
        service: LibraryService,
        *,
        keyring: Keyring | None = None,
        open_browser: "OpenBrowser | None" = None,
        chance: Callable[[], float] = random.random,
        keeps_up: bool = True,
    ) -> None:
        """``keyring`` is the system's, where another is not given. Without ``keeps_up`` there is no line but during
        ``sync_once``."""
        self._service = service
        self._secrets = SignInSecrets(service.library, keyring or SystemKeyring())
        self._open_browser = open_browser
        self._chance = chance
        self._keeps_up = keeps_up
        self._listeners: list[Callable[[], None]] = []
        self._open_here: set[str] = set()
        self._opened: dict[str, tuple[OpenContract, OnReplica]] = {}
        self._traffic = Traffic()
        self._line: Line | None = None
        self._running: concurrent.futures.Future[None] | None = None
        self._signing_in: concurrent.futures.Future[Any] | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None
        self._lock = threading.Lock()
        self._account: AccountRecord | None = None
        self._seats: tuple[SeatRecord, ...] = ()
        self._chosen = ""
        self.hear_people: Callable[[str, tuple[Present, ...]], None] = lambda contract, people: None
        """Called on the line's thread with who else is at work in a contract."""
        self.hear_refusal: Callable[[str, PactoriaError], None] = lambda contract, error: None
        """Called on the line's thread when the platform did not take a contract's text."""

    @cached_property
    def _accounts(self) -> "Accounts":
        from pactoria_desktop.services.accounts import Accounts

        return Accounts(self._service)

    # Beginning and end

    def start(self) -> None:
        """Take up whoever is signed in. Waits for the library, never for a network."""
        self._read()
        if self._account is not None and self._keeps_up:
            self._begin(self._account)

    def pause(self) -> None:
        """Work offline: the line is ended until ``resume``. Waits for the line, never for a network."""
        self._end_line()
        self._tell()

    def resume(self) -> None:
        """Work with the platform again."""
        if self._running is None and self._account is not None and self._keeps_up:
            self._begin(self._account)
            self._tell()

    def close(self) -> None:
        """End the line; what was not sent waits in the library."""
        self._end_line()
        with self._lock:
            loop, thread, self._loop, self._thread = self._loop, self._thread, None, None
        if loop is not None and thread is not None:
            ended = asyncio.run_coroutine_threadsafe(_end_all(), loop)
            ended.result()
            loop.call_soon_threadsafe(loop.stop)
            thread.join()
            loop.close()

    # Who

    @property
    def account(self) -> "AccountRecord | None":
        """Who is signed in, None for nobody."""
        return self._account

    @property
    def seats(self) -> "tuple[SeatRecord, ...]":
        """The organizations that the account belongs to."""
        return self._seats

    @property
    def seat(self) -> "SeatRecord | None":
        """The organization that is shown; the first that is not the person's own until one was chosen."""
        chosen = next((one for one in self._seats if one.organization == self._chosen), None)
        return chosen or (self._seats[-1] if self._seats else None)

    def choose(self, organization: str) -> None:
        """Show another organization of the account. Waits for the library."""
        from pactoria_desktop.store.sessions import Sessions

        self._chosen = organization
        with self._service.library.writing() as session:
            Sessions(session).put(_CHOSEN, organization, at=self._service.library.now())
        self._tell()

    @property
    def connected(self) -> bool:
        """Whether the live line stands."""
        line = self._line
        return line is not None and line.is_connected

    @property
    def received(self) -> int:
        """Bytes that came since the program was started."""
        return self._traffic.received

    @property
    def sent(self) -> int:
        """Bytes that went since the program was started."""
        return self._traffic.sent

    def listen(self, hear: Callable[[], None]) -> Callable[[], None]:
        """Hear, on any thread, that account, sync or what was synced may have changed; gives the call that ends it."""
        self._listeners.append(hear)

        def stop() -> None:
            if hear in self._listeners:
                self._listeners.remove(hear)

        return stop

    # Signing in; all but cancel wait

    def sign_in_with_browser(self, address: str) -> bool:
        """Sign in on the platform's page in the system's browser; False when it was cancelled. Raises SignInError."""
        return self._signed_in(self._by_browser(address))

    def ask_for_code(self, address: str) -> "DevicePrompt":
        """Letters to be typed on another device; ``await_code`` waits for that. Raises SignInError."""
        shown: concurrent.futures.Future[DevicePrompt] = concurrent.futures.Future()
        work = self._submit(self._by_code(address, shown.set_result))
        self._signing_in = work

        def failed(done: "concurrent.futures.Future[None]") -> None:
            if not shown.done():
                error = None if done.cancelled() else done.exception()
                shown.set_exception(error or concurrent.futures.CancelledError())

        work.add_done_callback(failed)
        return shown.result()

    def await_code(self) -> bool:
        """Wait until the letters were typed; False when it was cancelled. Raises SignInError."""
        work = self._signing_in
        if work is None:
            return False
        return self._awaited(work)

    def cancel(self) -> None:
        """Let a sign-in that waits end. Does not wait."""
        work = self._signing_in
        if work is not None:
            work.cancel()

    def sign_out(self) -> bool:
        """End the sign-in here and on the platform; False where that could not be told. Everything here stays."""
        line, account = self._line, self._account
        if account is None:
            return True
        told = True
        if line is None:
            told = self._submit(self._sign_out_without_line(account)).result()
        else:
            told = self._submit(line.sign_out()).result()
        self._end_line()
        self._accounts.sign_out(account.id)
        self._read()
        self._tell()
        return told

    async def _sign_out_without_line(self, account: "AccountRecord") -> bool:
        line = self._make_line(account)
        try:
            return await line.sign_out()
        finally:
            await line.close()

    async def _by_browser(self, address: str) -> None:
        from pactoria_desktop.sync.sign_in import open_in_system_browser, sign_in_with_browser

        async with self._signing(address) as (client, platform, device, store):
            await sign_in_with_browser(
                client, platform, device, store,
                open_browser=self._open_browser or open_in_system_browser,
                clock=self._service.clock, randomness=os.urandom,
            )  # fmt: skip
            await self._introduce(platform, device.id, store)

    async def _by_code(self, address: str, show: "Callable[[DevicePrompt], None]") -> None:
        from pactoria_desktop.sync.sign_in import sign_in_as_device

        async with self._signing(address) as (client, platform, device, store):
            await sign_in_as_device(client, platform, device, store, show=show, clock=self._service.clock)
            await self._introduce(platform, device.id, store)

    @contextlib.asynccontextmanager
    async def _signing(self, address: str) -> Any:
        import httpx2

        from pactoria_desktop.sync.platform_address import platform_address
        from pactoria_desktop.sync.sign_in import ThisDevice
        from pactoria_desktop.sync.tokens import KeyringTokenStore

        platform = platform_address(address).url
        account = self._account
        if account is not None:  # its tokens are where the new ones would lie, and are to be ended on the platform
            raise SignedInAlreadyError(
                f"You are signed in to {account.platform} as {account.name}; nothing was changed; sign out first."
            )
        person = await asyncio.to_thread(lambda: self._service.person)
        device = ThisDevice(person.device, socket.gethostname()[:100] or "This computer")
        async with httpx2.AsyncClient(timeout=httpx2.Timeout(30.0, connect=5.0)) as client:
            yield client, platform, device, KeyringTokenStore(self._secrets, platform)

    async def _introduce(self, platform: str, device: str, store: "KeyringTokenStore") -> None:
        """Learn who was let in and where they belong, and keep it. What goes wrong leaves nobody signed in by half."""
        from pactoria_desktop.services.accounts import AccountRecord

        account = AccountRecord("", platform, "", "", "", device, 0)
        line = self._make_line(account)
        try:
            await line.refresh()
        except BaseException:
            await asyncio.shield(asyncio.to_thread(store.remove))
            raise
        finally:
            await line.close()

    def _signed_in(self, work: Coroutine[Any, Any, None]) -> bool:
        self._signing_in = self._submit(work)
        return self._awaited(self._signing_in)

    def _awaited(self, work: "concurrent.futures.Future[Any]") -> bool:
        try:
            work.result()
        except (concurrent.futures.CancelledError, asyncio.CancelledError):
            return False
        finally:
            self._signing_in = None
        self._end_line()
        self.start()
        self._tell()
        return True

    # Asking and syncing

    def http(self) -> "Http":
        """Requests of the account. Raises NoAccountError."""
        return self._require().http()

    def syncing(self, seat: int | None = None) -> "Syncing":
        """Sync of a seat, of the one that is shown where none is named. Raises NoAccountError."""
        from pactoria_desktop.services.syncing import Syncing

        if seat is not None:
            return Syncing(self._service, seat)
        shown = self.seat
        if shown is None:
            raise _nobody()
        return Syncing(self._service, shown.number)

    def refresh(self) -> None:
        """Ask again who the person is and where they belong. Waits. Raises the errors of sync."""
        self._waits(self._require().refresh())

    @property
    def stopped(self) -> PactoriaError | None:
        """What keeps sync from going on though the platform answers; None where nothing does."""
        line = self._line
        return None if line is None else line.stopped

    def sync_now(self, *, allow_removal: bool = False) -> "Exchanged":
        """Exchange everything that waits, on either side. Waits. Raises the errors of sync.

        ``allow_removal`` is a person's answer to RemovalError.
        """
        return self._waits(self._require().sync_all(allow_removal=allow_removal))

    def sync_once(self, *, allow_removal: bool = False) -> "Exchanged":
        """The same without a line that is kept up. Raises NoAccountError, and the errors of sync."""
        account = self._account
        if account is None:
            raise _nobody()

        async def once() -> "Exchanged":
            line = self._make_line(account)
            try:
                return await line.sync_all(allow_removal=allow_removal)
            finally:
                await line.close()

        return self._waits(once())

    def fetch(self, contract: str) -> None:
        """Bring a contract's text and files here. Waits. Raises the errors of sync, NoAccountError."""
        self._waits(self._require().fetch(contract))

    def wake(self) -> None:
        """Exchange soon."""
        self._post(lambda line: line.wake())

    # Open contracts

    def opening(self, contract: str) -> None:
        """A contract is about to be opened here: from now on its opening alone writes its text."""
        self._open_here.add(contract)

    def opened(self, opened: "OpenContract", on_replica: "OnReplica") -> None:
        """A contract was opened; as soon as it belongs to an organization it takes part in its room."""
        self._opened[opened.id] = (opened, on_replica)
        self.wake()

    def typed(self, contract: str) -> None:
        """Somebody typed in an open contract here."""
        self._post(lambda line: line.typed(contract))

    def at_work(self, contract: str, caret: str | None, anchor: str | None) -> None:
        """The caret has moved in an open contract."""
        line, loop = self._line, self._loop
        if line is not None and loop is not None and line.is_connected:
            asyncio.run_coroutine_threadsafe(line.at_work(contract, caret, anchor), loop)

    def closing(self, contract: str) -> None:
        """An opening is about to end: nothing more is asked of it. Does not wait."""
        self._opened.pop(contract, None)
        line, loop = self._line, self._loop
        if line is not None and loop is not None:
            asyncio.run_coroutine_threadsafe(line.leave(contract), loop)

    def closed(self, contract: str) -> None:
        """An opening has ended and all of it is in the library."""
        self._open_here.discard(contract)
        self.wake()

    # ``services.line.Hears``

    def changed(self) -> None:
        """The line has something new."""
        self._read()
        self._tell()

    def people(self, contract: str, people: "tuple[Present, ...]") -> None:
        """The line says who is at work."""
        self.hear_people(contract, people)

    def refused(self, contract: str, error: PactoriaError) -> None:
        """The line says what was not taken."""
        self.hear_refusal(contract, error)

    # The thread

    def _make_line(self, account: "AccountRecord") -> "Line":
        from pactoria_desktop.services.line import Line

        return Line(
            self._service, account, self._secrets, self, self._open_here.__contains__, self._opened,
            self._traffic, self._chance,
        )  # fmt: skip

    def _begin(self, account: "AccountRecord") -> None:
        self._service.when_waiting = self.wake
        self._running = self._submit(self._run(account))
        self._running.add_done_callback(self._ended)

    async def _run(self, account: "AccountRecord") -> None:
        line = self._make_line(account)
        self._line = line
        try:
            await line.run()
        finally:
            self._line = None

    def _ended(self, running: "concurrent.futures.Future[None]") -> None:
        if not running.cancelled() and (error := running.exception()) is not None:
            _log.error("line_ended", extra={"kind": type(error).__name__}, exc_info=error)

    def _end_line(self) -> None:
        running, self._running = self._running, None
        if running is not None:
            running.cancel()
            finished = self._submit(self._wait_for_line())
            finished.result()

    async def _wait_for_line(self) -> None:
        while self._line is not None:
            await asyncio.sleep(0.01)

    def _post(self, call: "Callable[[Line], None]") -> None:
        loop = self._loop
        if loop is None:
            return

        def run() -> None:
            if self._line is not None:
                call(self._line)

        with contextlib.suppress(RuntimeError):  # the loop was closed in between: nothing is left to tell
            loop.call_soon_threadsafe(run)

    def _submit(self, work: Coroutine[Any, Any, Result]) -> "concurrent.futures.Future[Result]":
        return asyncio.run_coroutine_threadsafe(work, self._running_loop())

    def _waits(self, work: Coroutine[Any, Any, Result]) -> Result:
        """The result of what waits for the platform. Raises EndedError where the program ends meanwhile."""
        try:
            return self._submit(work).result()
        except concurrent.futures.CancelledError as error:
            raise EndedError("The program ends; what waits to be sent is kept here and goes the next time.") from error

    def _running_loop(self) -> asyncio.AbstractEventLoop:
        with self._lock:
            if self._loop is None:
                self._loop = asyncio.new_event_loop()
                self._thread = threading.Thread(target=self._loop.run_forever, name="pactoria-line", daemon=True)
                self._thread.start()
            return self._loop

    def _require(self) -> "Line":
        if self._account is None:
            raise _nobody()
        line = self._line
        if line is None:  # it was begun a moment ago
            line = self._submit(self._line_soon()).result()
        return line

    async def _line_soon(self) -> "Line":
        while self._line is None:
            if self._running is None or self._running.done():
                raise _nobody()
            await asyncio.sleep(0.01)
        return self._line

    # What is kept

    def _read(self) -> None:
        from pactoria_desktop.store.sessions import Sessions

        signed_in = [one for one in self._accounts.accounts() if one.signed_out_at is None]
        self._account = max(signed_in, key=lambda one: one.signed_in_at, default=None)
        seats = self._accounts.seats(self._account.id) if self._account is not None else ()
        self._seats = tuple(one for one in seats if one.state == "member")
        with self._service.library.reading() as session:
            chosen = Sessions(session).get(_CHOSEN)
        self._chosen = chosen if isinstance(chosen, str) else ""

    def _tell(self) -> None:
        for hear in tuple(self._listeners):
            hear()


def _nobody() -> NoAccountError:
    return NoAccountError("Nobody is signed in on this device; nothing was sent; sign in to a platform first.")


async def _end_all() -> None:
    """Let whoever waits on a thread for something of this loop wait no longer: nothing of it would ever come."""
    others = asyncio.all_tasks() - {asyncio.current_task()}
    for each in others:
        each.cancel()
    if others:
        await asyncio.wait(others, timeout=END_SECONDS)
