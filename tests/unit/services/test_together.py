"""One account is signed in at a time."""

import asyncio
import contextlib
import os
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from pactoria_desktop.protocol.permissions import Role
from pactoria_desktop.runtime.clock import ManualClock
from pactoria_desktop.runtime.errors import PactoriaError
from pactoria_desktop.runtime.library_key import LibraryKey
from pactoria_desktop.runtime.paths import Home
from pactoria_desktop.services.accounts import Accounts, Organization
from pactoria_desktop.services.library import LibraryService
from pactoria_desktop.services.line import Line
from pactoria_desktop.services.together import SignedInAlreadyError, Together
from pactoria_desktop.store.library import open_library

CLOCK = ManualClock(datetime(2026, 12, 1, 9, tzinfo=UTC))
ADDRESS = "https://platform.test"


class NoKeyring:
    """A system without one that holds anything."""

    def get(self, account: str) -> str | None:
        return None

    def put(self, account: str, secret: str) -> None: ...

    def remove(self, account: str) -> None: ...


@pytest.fixture
def service(tmp_path: Path) -> Iterator[LibraryService]:
    key = LibraryKey(os.urandom(32))
    with contextlib.closing(open_library(Home(tmp_path / "home"), lambda new: key, CLOCK)) as library:
        yield LibraryService(library, CLOCK, "Me")


def test_nobody_signs_in_beside_somebody(service: LibraryService, monkeypatch: pytest.MonkeyPatch):
    accounts = Accounts(service)
    accounts.signed_in(ADDRESS, "p1", "Ines", "", "d", [Organization("o1", "Kanzlei", Role.EDITOR)])
    together = Together(service, keyring=NoKeyring(), keeps_up=False)
    together.start()

    def refresh(line: Line) -> None:
        line.account = accounts.signed_in(
            ADDRESS, "p2", "Dele", "", "d", [Organization("o1", "Kanzlei", Role.VIEWER)]
        )  # fmt: skip

    async def signs_in(*given: object, **more: object) -> None: ...

    monkeypatch.setattr(Line, "_refresh", refresh)
    monkeypatch.setattr("pactoria_desktop.sync.sign_in.sign_in_with_browser", signs_in)
    with contextlib.closing(together):
        for address in (ADDRESS, "https://other.test"):  # the tokens of one lie where another's would
            with pytest.raises(SignedInAlreadyError, match=r"signed in to https://platform\.test as Ines"):
                together.sign_in_with_browser(address)
        assert together.account is not None
        assert together.account.name == "Ines"
        together.sign_out()
        assert together.account is None
        assert together.sign_in_with_browser(ADDRESS)
        assert together.account.name == "Dele"
    assert [one.name for one in accounts.accounts() if one.signed_out_at is None] == ["Dele"]


def test_whoever_waits_for_the_platform_waits_no_longer_than_the_program(
    service: LibraryService, monkeypatch: pytest.MonkeyPatch
):
    Accounts(service).signed_in(ADDRESS, "p1", "Ines", "", "d", [Organization("o1", "Kanzlei", Role.EDITOR)])
    waiting = threading.Event()

    async def for_ever(line: Line, *given: object) -> None:
        waiting.set()
        await asyncio.Event().wait()

    async def kept_up(line: Line) -> None:
        await asyncio.Event().wait()

    monkeypatch.setattr(Line, "fetch", for_ever)
    monkeypatch.setattr(Line, "run", kept_up)
    together, outcome = Together(service, keyring=NoKeyring()), list[BaseException]()
    together.start()

    def fetch() -> None:
        try:
            together.fetch("contract")
        except Exception as error:  # noqa: BLE001 - looked at below
            outcome.append(error)

    thread = threading.Thread(target=fetch, daemon=True)
    thread.start()
    assert waiting.wait(10)
    together.close()
    thread.join(5)
    assert not thread.is_alive(), "the program would never end"
    assert isinstance(outcome[0], PactoriaError)
