"""The same promises over the encrypted library, and what a person changes there becomes what the platform hears."""

import contextlib
import os
import shutil
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from hypothesis.stateful import run_state_machine_as_test
from sqlalchemy import select

from pactoria_desktop.runtime.clock import ManualClock
from pactoria_desktop.runtime.library_key import LibraryKey
from pactoria_desktop.runtime.paths import Home
from pactoria_desktop.store.accounts import AccountRecord, Accounts
from pactoria_desktop.store.library import Library, open_library
from pactoria_desktop.store.schema import NotAccepted
from pactoria_desktop.sync.desk import LibraryDesk, LibraryDesks
from pactoria_desktop.sync.ports import Pending
from tests.unit.sync.machine import SyncMachine
from tests.unit.sync.memory_desk import Crash, Kept

CLOCK = ManualClock(datetime(2026, 11, 22, tzinfo=UTC))


def seated(library: Library, device: int) -> int:
    with library.writing() as session:
        accounts = Accounts(session)
        account = AccountRecord(f"a{device}", "https://example.test", f"p{device}", "A", "", f"d{device}", 1)
        accounts.put(account)
        return accounts.put_seat(account.id, "organization", "Test", "editor")


class ShownDesk(LibraryDesk):
    """Notes beside what it is told to show, so that the machine can hold it against the platform."""

    shown: dict[tuple[str, str], object]

    def show(self, kind, record, fields) -> None:
        super().show(kind, record, fields)
        if fields is None:
            self.shown.pop((kind, record), None)
        else:
            self.shown[kind, record] = fields

    def leave(self, kind, record, *, stays=False) -> None:
        super().leave(kind, record, stays=stays)
        self.shown.pop((kind, record), None)


class StoredDesks:
    """One device's desk in a library of its own, killed where the machine says."""

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="pactoria-test-"))
        key = LibraryKey(os.urandom(32))
        self.library = open_library(Home(self.folder / "home"), lambda new: key, CLOCK)
        self.seat = seated(self.library, 0)
        self.shown: dict[tuple[str, str], object] = {}
        self.crash_in: int | None = None
        self.crash_after = False

    @contextlib.contextmanager
    def __call__(self) -> Iterator[ShownDesk]:
        before, due = dict(self.shown), False
        try:
            with self.library.writing() as session:
                desk = ShownDesk(session, self.seat, 0)
                desk.shown = self.shown
                yield desk
                desk.flush()
                if self.crash_in is not None:
                    self.crash_in -= 1
                    due = self.crash_in < 0
                if due and not self.crash_after:
                    raise Crash
        except BaseException:
            self.shown = before
            raise
        finally:
            if due:
                self.crash_in = None
        if due:
            raise Crash

    @property
    def kept(self) -> Kept:
        with self.library.reading() as session:
            desk = LibraryDesk(session, self.seat, 0)
            refused = [
                (Pending("", kind, record, 0, patch, 0), reason)
                for kind, record, patch, reason in session.execute(
                    select(NotAccepted.kind, NotAccepted.record, NotAccepted.patch, NotAccepted.reason)
                )
            ]
            return Kept(
                desk.epoch(),
                desk.heard_at(),
                desk.positions(),
                outbox={one.operation: one for one in desk.outbox()},
                refused=refused,
                shown=dict(self.shown),
            )

    def close(self) -> None:
        self.library.close()
        shutil.rmtree(self.folder)


class StoredMachine(SyncMachine):
    desks = StoredDesks

    def teardown(self) -> None:
        try:
            super().teardown()
        finally:
            for one in self.devices:
                one.close()


def run_stored(runs: int, steps: int) -> None:
    run_state_machine_as_test(
        StoredMachine,
        settings=settings(
            max_examples=runs,
            stateful_step_count=steps,
            deadline=None,
            database=None,
            report_multiple_bugs=False,
            suppress_health_check=list(HealthCheck),
        ),
    )


def test_nothing_is_lost_over_the_encrypted_library():
    run_stored(10, 30)


@pytest.mark.long
def test_nothing_is_lost_over_the_encrypted_library_in_many_runs():
    run_stored(300, 50)


def test_desks_of_one_library_are_apart(tmp_path: Path):
    key = LibraryKey(os.urandom(32))
    with contextlib.closing(open_library(Home(tmp_path / "home"), lambda new: key, CLOCK)) as library:
        one, other = LibraryDesks(library, seated(library, 1)), LibraryDesks(library, seated(library, 2))
        with one() as desk:
            desk.add(Pending("o1", "contract", "c", 0, {"title": "T"}, 0))
            desk.set_epoch("e")
        with other() as desk:
            assert desk.outbox() == ()
            assert desk.epoch() == ""
