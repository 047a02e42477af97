"""Word packages travel between two libraries over a platform's files, each once, whatever breaks on the way."""

import contextlib
import hashlib
import os
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import httpx2
import pytest

from pactoria_desktop.contract.text import ContractText
from pactoria_desktop.documents.reader import read
from pactoria_desktop.protocol.files import WORD, KeptFile
from pactoria_desktop.protocol.permissions import Role
from pactoria_desktop.protocol.problems import MEDIA_TYPE, Code, Problem
from pactoria_desktop.runtime.clock import ManualClock
from pactoria_desktop.runtime.library_key import LibraryKey
from pactoria_desktop.runtime.paths import Home
from pactoria_desktop.services.opened import OpenContract, load, package_of
from pactoria_desktop.services.sources import read_source
from pactoria_desktop.services.transfers import AGAIN_AFTER, Transfers
from pactoria_desktop.store.accounts import Accounts as StoredAccounts
from pactoria_desktop.store.errors import NotInLibraryError
from pactoria_desktop.store.library import open_library
from pactoria_desktop.store.packages import Packages
from pactoria_desktop.sync.errors import AccessLostError, OfflineError
from pactoria_desktop.sync.overlay import enqueue
from pactoria_desktop.sync.transport import Http
from tests.samples import SAMPLES
from tests.unit.services.test_syncing import Desk
from tests.unit.sync.reference_platform import ReferencePlatform


class Store:
    """A platform's files of one organization; ``mangle`` lets it answer otherwise."""

    def __init__(self) -> None:
        self.files: dict[str, bytes] = {}
        self.requests: list[tuple[str, str]] = []
        self.mangle: Callable[[httpx2.Request], httpx2.Response | None] = lambda request: None
        self.outside: Callable[[], None] = lambda: None

    def __call__(self, request: httpx2.Request) -> httpx2.Response:
        self.outside()
        sha256 = request.url.path.rpartition("/")[2]
        self.requests.append((request.method, sha256))
        answer = self.mangle(request)
        if answer is not None:
            return answer
        if request.method == "PUT":
            self.files[sha256] = request.content
        content = self.files.get(sha256)
        if content is None:
            return refusal(404, Code.NOT_FOUND)
        if request.method == "GET":
            return httpx2.Response(200, content=content, headers={"Content-Type": WORD})
        if request.method == "HEAD":
            return httpx2.Response(200, headers={"Content-Type": WORD})
        kept = KeptFile(sha256=sha256, size=len(content), media_type=WORD,
                        uploaded_by="01a3185c-5001-7000-8000-0000000000a1",
                        uploaded_at=datetime(2026, 11, 22, tzinfo=UTC))  # fmt: skip
        return httpx2.Response(201, content=kept.model_dump_json())

    def sent(self) -> list[str]:
        return [sha256 for method, sha256 in self.requests if method == "PUT"]


def refusal(status: int, code: Code) -> httpx2.Response:
    body = Problem(title="T", status=status, detail="The file is a bomb.", code=code).model_dump_json()
    return httpx2.Response(status, content=body, headers={"Content-Type": MEDIA_TYPE})


class FileDesk(Desk):
    """A person at a desktop whose Word files travel."""

    def __init__(self, library, clock, platform: ReferencePlatform, store: Store, device: int) -> None:
        super().__init__(library, clock, platform, device)
        self.clock = clock
        http = Http(
            httpx2.Client(transport=httpx2.MockTransport(store)), "https://platform.test", lambda renew: "token",
            clock=clock, sleep=lambda seconds: None, jitter=lambda: 0,
        )  # fmt: skip
        self.transfers = Transfers(self.service, self.seat.number, http)

    def bring_in(self, name: str) -> str:
        contract = self.service.importer().bring_in(read_source(str(SAMPLES / name))).contract
        self.accounts.add_contract(contract, self.seat.number)
        return contract

    def opened(self, contract: str) -> OpenContract:
        loaded = load(self.library, contract, self.service.person.user, self.service.person.device)
        return OpenContract(
            self.library, loaded, self.service.identity, self.clock, self.service.mint, self.clock.monotonic
        )  # fmt: skip

    def packages(self, contract: str) -> tuple[str, ...]:
        with self.library.reading() as session:
            return Packages(session).of(contract)

    def fetch_all(self) -> int:
        return sum(self.transfers.fetch(each) for each in self.transfers.wanted())


@pytest.fixture
def store() -> Store:
    return Store()


@pytest.fixture
def desks(tmp_path: Path, store: Store) -> Iterator[tuple[FileDesk, FileDesk]]:
    platform = ReferencePlatform()
    platform.members, platform.page = {0, 1}, 100
    clock = ManualClock(datetime(2026, 11, 22, 12, tzinfo=UTC))
    with contextlib.ExitStack() as stack:
        made = []
        for device in range(2):
            key = LibraryKey(os.urandom(32))
            home = Home(tmp_path / str(device))
            library = stack.enter_context(contextlib.closing(open_library(home, lambda new, key=key: key, clock)))
            made.append(FileDesk(library, clock, platform, store, device))

        def writable() -> None:
            for each in made:  # whoever holds a transaction during a request waits for itself here
                with each.library.writing() as session:
                    StoredAccounts(session).all()

        store.outside = writable
        yield made[0], made[1]


def returned(desk: FileDesk, contract: str, name: str) -> None:
    """A draft comes back and is joined, as the window does it."""
    at = desk.opened(contract)
    found = at.receive(read_source(str(SAMPLES / name)), at.freeze())
    at.join(found, name)
    at.flush()
    at.note_received(found, at.freeze(), name, author=desk.service.person.user)
    at.close()


def text_of(desk: FileDesk, contract: str) -> ContractText:
    at = desk.opened(contract)
    try:
        return at.replica.text()
    finally:
        at.close()


def test_packages_reach_the_other_device_and_the_text_finds_its_own(desks, store: Store):
    mine, other = desks
    contract = mine.bring_in("services-agreement.docx")
    returned(mine, contract, "services-agreement-from-corvane.docx")
    first, second = mine.packages(contract)
    assert mine.transfers.send() == 2
    assert store.sent() == [first, second]
    uploads = [(one.contract, one.what, one.sha256) for one in mine.syncing.uploads()]
    assert uploads == [(contract, "file", first), (contract, "file", second)]
    mine.sync()
    other.sync()
    assert other.transfers.wanted() == (contract,)
    assert other.transfers.missing(contract) == (first, second)
    with pytest.raises(NotInLibraryError, match="has not come from the platform yet"):
        package_of(other.library, contract, text_of(mine, contract))
    assert other.fetch_all() == 2
    assert other.transfers.wanted() == ()
    assert other.transfers.missing(contract) == ()
    assert other.packages(contract) == (first, second)
    joined = text_of(mine, contract)
    assert package_of(other.library, contract, joined).sha256 == second
    before = read(read_package(mine, first))
    assert package_of(other.library, contract, before).sha256 == first, "the text of before the join has its own file"
    requests = len(store.requests)
    assert (mine.transfers.send(), other.transfers.send(), other.fetch_all()) == (0, 0, 0)
    assert len(store.requests) == requests, "nothing is asked about what is known"


def read_package(desk: FileDesk, sha256: str):
    from pactoria_desktop.documents.package import Package

    with desk.library.reading() as session:
        return Package(Packages(session).read(sha256), "x.docx")


def test_nothing_leaves_of_contracts_that_belong_to_nobody_else(desks, store: Store):
    mine, _ = desks
    mine.service.importer().bring_in(read_source(str(SAMPLES / "mutual-nda.docx")))
    assert mine.transfers.send() == 0
    assert store.requests == []


def test_a_contract_that_never_leaves_keeps_its_packages_here(desks, store: Store):
    mine, _ = desks
    contract = mine.bring_in("mutual-nda.docx")
    with mine.syncing._desks() as desk:
        enqueue(desk, "contract", contract, {"never_leaves": True}, mint=mine.service.mint, at=1)
    assert mine.transfers.send() == 0
    assert store.requests == []
    with mine.syncing._desks() as desk:
        enqueue(desk, "contract", contract, {"never_leaves": False}, mint=mine.service.mint, at=1)
    assert mine.transfers.send() == 1


def test_who_may_not_add_files_sends_none(desks, store: Store):
    mine, _ = desks
    mine.bring_in("mutual-nda.docx")
    with mine.library.writing() as session:
        StoredAccounts(session).put_seat(mine.seat.account, "o1", "Kanzlei", Role.VIEWER.value)
    assert mine.transfers.send() == 0
    assert store.requests == []


def test_a_file_that_the_other_device_has_not_sent_goes_on_missing(desks, store: Store):
    mine, other = desks
    contract = mine.bring_in("mutual-nda.docx")
    mine.sync()
    other.sync()
    assert other.fetch_all() == 0
    assert other.transfers.troubles() == ()
    assert other.transfers.wanted() == (contract,)
    mine.transfers.send()
    assert other.fetch_all() == 1


def test_a_file_that_lies_here_for_another_contract_is_only_attached(desks, store: Store):
    mine, other = desks
    other.service.importer().bring_in(read_source(str(SAMPLES / "mutual-nda.docx")))
    contract = mine.bring_in("mutual-nda.docx")
    mine.sync()
    other.sync()
    assert other.transfers.missing(contract) == ()
    assert other.transfers.wanted() == (contract,)
    assert other.fetch_all() == 0
    assert other.packages(contract) == mine.packages(contract)
    assert store.requests == []


def test_after_a_crash_between_sending_and_noting_nothing_goes_twice(desks, store: Store, monkeypatch):
    mine, _ = desks
    mine.bring_in("mutual-nda.docx")

    def killed(*arguments: object) -> None:
        raise SystemExit

    with monkeypatch.context() as patch:
        patch.setattr("pactoria_desktop.services.transfers.KeptFiles.note", killed)
        with pytest.raises(SystemExit):
            mine.transfers.send()
    assert mine.transfers.send() == 0
    assert len(store.sent()) == len(mine.syncing.uploads()) == 1
    assert store.requests[-1][0] == "HEAD"


def test_a_lost_answer_sends_the_same_bytes_again_and_a_cut_line_loses_nothing(desks, store: Store):
    mine, _ = desks
    mine.bring_in("mutual-nda.docx")
    lost = ["lost"]

    def mangle(request: httpx2.Request) -> httpx2.Response | None:
        if request.method == "PUT" and lost:
            lost.pop()
            store.files[request.url.path.rpartition("/")[2]] = request.content
            raise httpx2.ReadError("cut")
        return None

    store.mangle = mangle
    assert mine.transfers.send() == 1
    assert len(mine.syncing.uploads()) == 1

    def down(request: httpx2.Request) -> httpx2.Response | None:
        raise httpx2.ConnectError("no")

    store.mangle = down
    mine.bring_in("services-agreement.docx")
    with pytest.raises(OfflineError):
        mine.transfers.send()
    store.mangle = lambda request: None
    assert mine.transfers.send() == 1


def test_a_refused_file_is_a_sentence_stops_no_other_and_rests(desks, store: Store):
    mine, _ = desks
    first, second = mine.bring_in("mutual-nda.docx"), mine.bring_in("services-agreement.docx")
    (bad,), (good,) = mine.packages(first), mine.packages(second)

    def mangle(request: httpx2.Request) -> httpx2.Response | None:
        refused = request.method == "PUT" and request.url.path.endswith(bad)
        return refusal(422, Code.INVALID) if refused else None

    store.mangle = mangle
    assert mine.transfers.send() == 1
    assert sorted(store.sent()) == sorted([bad, good])
    (trouble,) = mine.transfers.troubles()
    assert (trouble.way, trouble.sha256, trouble.sentence) == ("sending", bad, "The file is a bomb.")
    assert [(one.what, one.words) for one in mine.syncing.log()][:1] == [("refused", "The file is a bomb.")]
    requests = len(store.requests)
    assert mine.transfers.send() == 0
    assert len(store.requests) == requests, "it is not tried in a loop"
    mine.clock.advance(AGAIN_AFTER / 1000 + 1)
    mine.transfers.send()
    assert store.sent().count(bad) == 2
    store.mangle = lambda request: None
    mine.transfers.try_again()
    assert mine.transfers.send() == 1
    assert mine.transfers.troubles() == ()


def test_access_that_was_taken_away_ends_it(desks, store: Store):
    mine, _ = desks
    mine.bring_in("mutual-nda.docx")
    store.mangle = lambda request: refusal(403, Code.FORBIDDEN) if request.method == "PUT" else None
    with pytest.raises(AccessLostError):
        mine.transfers.send()
    assert mine.transfers.troubles() == ()


@pytest.mark.parametrize("kind", [WORD, "text/html"])
def test_a_file_that_is_another_is_not_kept_and_stops_no_other(desks, store: Store, kind: str):
    mine, other = desks
    contract = mine.bring_in("services-agreement.docx")
    returned(mine, contract, "services-agreement-from-corvane.docx")
    mine.transfers.send()
    mine.sync()
    other.sync()
    first, second = mine.packages(contract)

    def mangle(request: httpx2.Request) -> httpx2.Response | None:
        if request.method == "GET" and request.url.path.endswith(first):
            content = store.files[second] if kind == WORD else store.files[first]
            return httpx2.Response(200, content=content, headers={"Content-Type": kind})
        return None

    store.mangle = mangle
    assert other.fetch_all() == 1
    assert other.packages(contract) == (second,)
    assert other.transfers.missing(contract) == (first,)
    assert "is not that file" in other.transfers.troubles()[0].sentence
    requests = len(store.requests)
    assert other.fetch_all() == 0
    assert len(store.requests) == requests
    store.mangle = lambda request: None
    other.transfers.try_again()
    assert other.fetch_all() == 1
    assert other.transfers.wanted() == ()


def test_a_strangers_bomb_is_not_kept_though_its_hash_is_right(desks, store: Store):
    mine, other = desks
    contract = mine.bring_in("mutual-nda.docx")
    bomb = b"PK\x05\x06 no Word file"
    with mine.library.writing() as session:
        sha256 = Packages(session).add(bomb, "x.docx", at=1)
        Packages(session).attach(contract, sha256, at=1)
        from pactoria_desktop.store.contracts import Contracts

        Contracts(session).set_package(contract, sha256, at=1)
    store.files[hashlib.sha256(bomb).hexdigest()] = bomb
    mine.transfers.send()
    mine.sync()
    other.sync()
    assert other.fetch_all() == 1
    assert other.transfers.missing(contract) == (sha256,)
    assert [each.way for each in other.transfers.troubles()] == ["fetching"]


def test_a_package_that_is_damaged_here_is_not_sent(desks, store: Store):
    from sqlalchemy import text

    mine, _ = desks
    mine.bring_in("mutual-nda.docx")
    with mine.library.writing() as session:
        session.execute(text("UPDATE package_chunk SET content = :words"), {"words": b"w"})
    assert mine.transfers.send() == 0
    assert store.requests == []
    assert "damaged" in mine.transfers.troubles()[0].sentence


def test_the_transfer_is_stopped_between_files(desks, store: Store):
    mine, _ = desks
    for name in ("mutual-nda.docx", "services-agreement.docx"):
        mine.bring_in(name)
    assert mine.transfers.send(lambda: len(store.sent()) == 1) == 1
    assert mine.transfers.send() == 1
