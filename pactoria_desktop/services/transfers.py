"""Word packages of a seat's contracts on their way to the platform and from it: what is missing on either side goes.

No transaction of the library is open while a request is under way. A file that was refused, by the platform or by this
device, is a sentence: it is tried again after a day, or when a person asks for it.
"""

import contextlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Literal

from pactoria_desktop.documents import guard
from pactoria_desktop.documents.errors import DocumentError
from pactoria_desktop.protocol.permissions import Role, may
from pactoria_desktop.runtime.errors import PactoriaError
from pactoria_desktop.services.library import LibraryService
from pactoria_desktop.services.syncing import Syncing
from pactoria_desktop.store.accounts import Accounts, SeatRecord
from pactoria_desktop.store.contracts import Contracts
from pactoria_desktop.store.errors import LibraryDamagedError, NotInLibraryError
from pactoria_desktop.store.exchanged import KeptFiles
from pactoria_desktop.store.packages import Packages
from pactoria_desktop.store.sessions import Sessions
from pactoria_desktop.sync.desk import LibraryDesk
from pactoria_desktop.sync.errors import RefusedError, WrongFileError
from pactoria_desktop.sync.files import fetch_file, send_file
from pactoria_desktop.sync.overlay import shown
from pactoria_desktop.sync.transport import Http

Way = Literal["sending", "fetching"]
AGAIN_AFTER = 24 * 60 * 60 * 1000
"""How long a refused file rests before it is tried again, in milliseconds."""


@dataclass(frozen=True, slots=True)
class Trouble:
    """A file that did not go through: which way, what was said, and when (milliseconds since 1970 UTC)."""

    way: Way
    sha256: str
    sentence: str
    at: int


class Transfers:
    """The Word packages of one seat. Calls may come from any thread; ``send`` and ``fetch`` wait for the platform."""

    def __init__(self, service: LibraryService, seat: int, http: Http) -> None:
        """On an open library, over an account's line to its platform."""
        self._service = service
        self._library = service.library
        self._seat = seat
        self._http = http
        self._place = f"transfers:{seat}"

    def send(self, stopped: Callable[[], bool] = lambda: False) -> int:
        """Send every package of the seat's contracts that the platform does not hold; gives how many left.

        Each is in the upload ledger before it leaves. A contract that is marked to never leave stays here. Raises the
        errors of ``sync`` that concern more than one file; what went until then is noted. ``stopped`` ends it between
        two files.
        """
        sent = 0
        done: set[str] = set()
        for contract, sha256 in self._unsent():
            if stopped():
                break
            if sha256 in done:
                continue
            done.add(sha256)
            with self._kept_as_trouble("sending", sha256):
                sent += self._send(contract, sha256)
        return sent

    def missing(self, contract: str) -> tuple[str, ...]:
        """The packages that a contract's record and its versions name and the library does not hold, by SHA-256."""
        with self._library.reading() as session:
            packages = Packages(session)
            return tuple(each for each in packages.named(contract) if not packages.holds(each))

    def wanted(self) -> tuple[str, ...]:
        """The contracts of the seat for which there is something to ``fetch``."""
        with self._library.reading() as session:
            return Packages(session).lacking(self._seat)

    def fetch(self, contract: str) -> int:
        """Bring the packages that a contract lacks and attach them; gives how many came.

        What the platform does not have yet goes on missing. Raises the errors of ``sync`` that concern more than
        one file; what came until then is kept.
        """
        organization, came = self._seated().organization, 0
        resting = self._resting("fetching")
        for sha256 in self.missing(contract):
            if sha256 in resting:
                continue
            with self._kept_as_trouble("fetching", sha256):
                came += self._fetch(organization, contract, sha256)
        with self._library.writing() as session:
            packages = Packages(session)
            for sha256 in packages.named(contract):
                if packages.holds(sha256):
                    packages.attach(contract, sha256, at=self._library.now())
        return came

    def troubles(self) -> tuple[Trouble, ...]:
        """The files that did not go through, each with what was said, oldest first."""
        return tuple(sorted(self._troubles(), key=lambda each: (each.at, each.sha256)))

    def try_again(self) -> None:
        """Let the next ``send`` and ``fetch`` try again what was refused."""
        with self._library.writing() as session:
            Sessions(session).remove(self._place)

    # One file

    def _send(self, contract: str, sha256: str) -> bool:
        with self._library.reading() as session:
            content = Packages(session).read(sha256)
        note = Syncing(self._service, self._seat).note_departures
        left = send_file(self._http, self._seated().organization, contract, content, note)
        with self._library.writing() as session:
            KeptFiles(session, self._seat).note(sha256)
        return left

    def _fetch(self, organization: str, contract: str, sha256: str) -> bool:
        content = fetch_file(self._http, organization, sha256)
        if content is None:
            return False
        # It was scanned by the platform, but what comes from there is a stranger's file all the same.
        guard.check(content, f"The Word file {sha256[:12]}")
        with self._library.writing() as session:
            at, title = self._library.now(), Contracts(session).get(contract).title
            packages = Packages(session)
            packages.attach(contract, packages.add(content, f"{title}.docx", at=at), at=at)
            KeptFiles(session, self._seat).note(sha256)
        return True

    # What is to go, and what rests

    def _seated(self) -> SeatRecord:
        with self._library.reading() as session:
            return Accounts(session).seat(self._seat)

    def _unsent(self) -> tuple[tuple[str, str], ...]:
        seat = self._seated()
        if seat.state != "member" or not may("file.add", Role(seat.role)):
            return ()
        resting = self._resting("sending")
        with self._library.reading() as session:
            desk = LibraryDesk(session, self._seat, 0)
            found = []
            for contract, sha256 in KeptFiles(session, self._seat).unsent():
                fields = shown(desk.known("contract", contract), desk.outbox_of("contract", contract))
                if sha256 not in resting and not (fields or {}).get("never_leaves"):
                    found.append((contract, sha256))
        return tuple(found)

    def _resting(self, way: Way) -> frozenset[str]:
        since = self._library.now() - AGAIN_AFTER
        return frozenset(each.sha256 for each in self._troubles() if each.way == way and each.at > since)

    @contextlib.contextmanager
    def _kept_as_trouble(self, way: Way, sha256: str) -> Iterator[None]:
        """What one file meets stops no other; it is kept as a sentence until the file goes through."""
        try:
            yield
        except (RefusedError, WrongFileError, DocumentError, LibraryDamagedError, NotInLibraryError) as error:
            self._note(way, sha256, error)
        else:
            self._note(way, sha256, None)

    def _note(self, way: Way, sha256: str, error: PactoriaError | None) -> None:
        known = self._troubles()
        others = [each for each in known if (each.way, each.sha256) != (way, sha256)]
        if error is None and len(others) == len(known):
            return
        at = self._library.now()
        if error is not None:
            others.append(Trouble(way, sha256, error.sentence, at))
        with self._library.writing() as session:
            Sessions(session).put(
                self._place, [[each.way, each.sha256, each.sentence, each.at] for each in others], at=at
            )
            if error is not None:
                LibraryDesk(session, self._seat, at).note("refused", 1, error.sentence)

    def _troubles(self) -> tuple[Trouble, ...]:
        with self._library.reading() as session:
            stored = Sessions(session).get(self._place)
        return tuple(Trouble(*each) for each in stored) if isinstance(stored, list) else ()
