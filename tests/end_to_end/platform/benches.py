"""A person's whole desktop without its window: library, sign-in, the line that is kept up, and open contracts."""

import asyncio
import concurrent.futures
import contextlib
import hashlib
import threading
import time
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import TypeVar

import httpx2

from pactoria_desktop.contract.accepted import accepted
from pactoria_desktop.documents.package import Package
from pactoria_desktop.documents.reader import read
from pactoria_desktop.protocol.identity import CLIENT_ID, REVOKE_PATH
from pactoria_desktop.protocol.texts import Present
from pactoria_desktop.replica.changes import Place, Stretch
from pactoria_desktop.runtime.clock import SystemClock
from pactoria_desktop.runtime.errors import PactoriaError
from pactoria_desktop.runtime.library_key import LibraryKey
from pactoria_desktop.runtime.paths import Home
from pactoria_desktop.runtime.secrets import KeyringUnusable
from pactoria_desktop.services.accounts import Accounts
from pactoria_desktop.services.library import LibraryService
from pactoria_desktop.services.local_texts import has_text
from pactoria_desktop.services.opened import OpenContract, load
from pactoria_desktop.services.sources import Source
from pactoria_desktop.services.together import Together
from pactoria_desktop.store.library import open_library
from pactoria_desktop.sync.tokens import KeyringTokenStore
from tests.end_to_end.platform.people import PASSWORD, Person, fill_in
from tests.samples import sample_bytes

Result = TypeVar("Result")


class NoKeyring:
    """A system without a keyring, as a server has it."""

    def get(self, account: str) -> str | None:
        """Nothing was kept."""
        return None

    def put(self, account: str, secret: str) -> None:
        """Raises KeyringUnusable."""
        raise KeyringUnusable("none")

    def remove(self, account: str) -> None:
        """Nothing was kept."""


def browsing(person: Person) -> Callable[[str], bool]:
    """A browser in which a person signs in at once."""

    def browse(page: str) -> bool:
        values = {"email": person.email, "password": PASSWORD, "decision": "allow"}
        threading.Thread(target=fill_in, args=(page,), kwargs=values).start()
        return True

    return browse


class OpenHere:
    """A contract that is open, its replica on a thread of its own as the window's is."""

    def __init__(self, bench: "Bench", contract: str) -> None:
        """Open it and take part in its room."""
        self._bench, self.contract = bench, contract
        self._thread = concurrent.futures.ThreadPoolExecutor(1, thread_name_prefix="replica")
        self.arrivals: list[tuple[float, str]] = []
        self._sent = 0
        self._changed = threading.Condition()
        bench.together.opening(contract)
        self.opened = self.on(self._open)
        bench.together.opened(self.opened, self._on_replica)

    def _open(self) -> OpenContract:
        service, person = self._bench.service, self._bench.service.person
        found = load(service.library, self.contract, person.user, person.device)
        opened = OpenContract(
            service.library, found, self._bench.accounts.identity(self.contract), service.clock, service.mint,
            time.monotonic,
        )  # fmt: skip
        opened.replica.subscribe(lambda changes: self._heard(changes.origin))
        return opened

    def _heard(self, origin: str) -> None:
        if self.opened.replica.written != self._sent:
            self._sent = self.opened.replica.written
            self._bench.together.typed(self.contract)
        with self._changed:
            self.arrivals.append((time.monotonic(), origin))
            self._changed.notify_all()

    def on(self, call: Callable[[], Result]) -> Result:
        """Do something where the replica lives."""
        return self._thread.submit(call).result()

    def _on_replica(self, call: Callable[[], Result]) -> Awaitable[Result]:
        return asyncio.wrap_future(self._thread.submit(call))

    def words(self) -> str:
        """The words as they stand."""
        return self.on(lambda: "".join(words for slot in self.opened.replica.slots()
                                       for words, _ in self.opened.replica.spans(slot)))  # fmt: skip

    def type(self, slot: int, offset: int, words: str) -> None:
        """Type words at a place."""

        def typing() -> None:
            self.opened.replica.insert(Place(self.opened.replica.slots()[slot], offset), words)

        self.on(typing)

    def replace(self, old: str, new: str) -> None:
        """Put words in the place of others, which stand there once, without tracking."""

        def typing() -> None:
            replica = self.opened.replica
            for slot in replica.slots():
                words = "".join(found for found, _ in replica.spans(slot))
                if old in words:
                    start = len(words[: words.index(old)].encode("utf-16-le")) // 2
                    first = next(at for at in range(len(old)) if old[at] != new[at])
                    last = next(at for at in range(1, len(old)) if old[-at] != new[-at]) - 1
                    stretch = Stretch(slot, start + first, start + len(old) - last)
                    replica.replace([stretch], new[first : len(new) - last])
                    return
            raise AssertionError(f"{old!r} is not in the text")

        self.on(typing)

    def await_words(self, wanted: str, seconds: float = 10.0) -> float:
        """Wait until words are there; gives when they were (monotonic). Raises AssertionError."""
        until = time.monotonic() + seconds
        while True:
            if wanted in self.words():
                return time.monotonic()
            left = until - time.monotonic()
            assert left > 0, f"{wanted!r} did not come"
            with self._changed:
                self._changed.wait(min(left, 0.5))

    def close(self) -> None:
        """Close it as the window does."""
        together = self._bench.together
        together.closing(self.contract)
        self.on(self.opened.close)
        self._thread.shutdown()
        together.closed(self.contract)


class Bench:
    """The desktop of one person."""

    def __init__(self, folder: Path, person: Person, *, keeps_up: bool = True) -> None:
        """On a folder, new or known."""
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        key = LibraryKey(hashlib.sha256(str(folder).encode()).digest())
        self.person = person
        self.library = open_library(Home(folder), lambda new: key, SystemClock())
        self.service = LibraryService(self.library, SystemClock(), person.name)
        self.accounts = Accounts(self.service)
        self.together = Together(
            self.service, keyring=NoKeyring(), open_browser=browsing(person), keeps_up=keeps_up
        )  # fmt: skip
        self.people: dict[str, tuple[Present, ...]] = {}
        self.refusals: list[tuple[str, PactoriaError]] = []
        self.together.hear_people = self.people.__setitem__
        self.together.hear_refusal = lambda contract, error: self.refusals.append((contract, error))
        self.together.start()

    def sign_in(self, address: str) -> None:
        """Sign in as this person, by the browser."""
        assert self.together.sign_in_with_browser(address)

    @property
    def person_id(self) -> str:
        """The person's id on the platform."""
        assert self.together.account is not None
        return self.together.account.person

    def bring_in(self, sample: str) -> str:
        """Import a sample contract; gives its id."""
        (result,) = self.service.bring_in([Source(sample, ".docx", sample_bytes(sample))])
        assert result.contract, result
        return result.contract

    def share(self, contract: str, organization: str) -> None:
        """Put a contract in an organization."""
        seat = next(one for one in self.together.seats if one.organization == organization)
        self.accounts.add_contract(contract, seat.number)

    def text(self, contract: str) -> bytes:
        """What an export gives, to be held against another's."""
        return self.service.export(contract, "redline")

    def revoke_access(self, address: str) -> None:
        """Let the platform forget the access token alone, as when it ended early."""
        tokens = KeyringTokenStore(self.together._secrets, address).read()
        assert tokens is not None
        form = {"client_id": CLIENT_ID, "token": tokens.access, "token_type_hint": "access_token"}
        with httpx2.Client(trust_env=False) as client:
            assert client.post(address + REVOKE_PATH, data=form).status_code == 200

    def fetched(self, contract: str) -> bool:
        """Whether a contract's text and Word file are here."""
        return has_text(self.service, contract) and self._has_package(contract)

    def _has_package(self, contract: str) -> bool:
        from pactoria_desktop.store.errors import NotInLibraryError

        try:
            return bool(self.text(contract))
        except NotInLibraryError:
            return False

    def words(self, contract: str) -> str:
        """The words of a contract as the library has them."""
        return accepted(read(Package(self.text(contract), "contract.docx"))).text

    def wait(self, holds: Callable[[], bool], what: str, seconds: float = 15.0) -> None:
        """Wait until something holds."""
        until = time.monotonic() + seconds
        while not holds():
            assert time.monotonic() < until, what
            time.sleep(0.02)

    def close(self) -> None:
        """Close the line and the library."""
        self.together.close()
        self.library.close()


@contextlib.contextmanager
def bench(folder: Path, person: Person, **more: bool) -> Iterator[Bench]:
    """A desktop, closed at the end."""
    made = Bench(folder, person, **more)
    try:
        yield made
    finally:
        made.close()
