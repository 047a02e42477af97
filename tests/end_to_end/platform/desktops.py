"""A person's desktop at a real platform: an encrypted library that syncs its records, and texts beside it."""

import contextlib
import hashlib
import os
import random
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx2
from sqlalchemy import func, select

from pactoria_desktop.contract.text import ContractText, Paragraph, Span, TextSection
from pactoria_desktop.protocol.files import WORD
from pactoria_desktop.protocol.permissions import Role
from pactoria_desktop.replica.replica import Replica
from pactoria_desktop.runtime.clock import Clock, SystemClock
from pactoria_desktop.runtime.library_key import LibraryKey
from pactoria_desktop.runtime.paths import Home
from pactoria_desktop.services.accounts import Accounts, Organization
from pactoria_desktop.services.agreeing import Agreeing
from pactoria_desktop.services.library import LibraryService
from pactoria_desktop.services.shelf import Filter, Order, Shelf
from pactoria_desktop.services.sources import Source
from pactoria_desktop.services.syncing import Syncing, SyncResult
from pactoria_desktop.store.contracts import Contracts
from pactoria_desktop.store.library import open_library
from pactoria_desktop.store.packages import Packages
from pactoria_desktop.store.schema import OutboxEntry, SyncedRecord
from pactoria_desktop.store.texts import Texts
from pactoria_desktop.sync.transport import Http, RecordTransport
from tests.end_to_end.platform.people import SignIn, own_organization
from tests.samples import sample_bytes

LONGEST_PAUSE = 0.05


class Desktop:
    """A library with one seat. Pauses between two tries are cut to 50 ms, so that tests of faults take no minutes."""

    def __init__(self, folder: Path, signed_in: SignIn, *, clock: Clock | None = None, seed: int = 1) -> None:
        """Open the library of a folder and keep the account of a sign-in in it."""
        key = LibraryKey(hashlib.sha256(str(folder).encode()).digest())
        self.clock = clock or SystemClock()
        self.library = open_library(Home(folder), lambda new: key, self.clock)
        self.service = LibraryService(self.library, self.clock, signed_in.person.name)
        self.shelf, self.accounts, self.agreeing = Shelf(self.service), Accounts(self.service), Agreeing(self.service)
        self.signed_in = signed_in
        self.me: dict[str, Any] = signed_in.told("GET", "/me")
        self.organization: str = own_organization(signed_in)["id"]
        self.sit_down()
        self.syncing = Syncing(self.service, self.seat)
        self._chance = random.Random(seed)
        self._client = httpx2.Client(trust_env=False)

    def sit_down(self) -> None:
        """Keep the account and the organization as the platform says them now."""
        found = own_organization(self.signed_in)
        place = Organization(found["id"], found["name"], Role(found["role"]))
        me = self.me
        self.accounts.signed_in(
            self.signed_in.address, me["id"], me["name"], me["email"], self.signed_in.device.id, [place]
        )
        self.seat = next(one.number for one in self.accounts.seats() if one.organization == found["id"])

    def close(self) -> None:
        """Close the library and the line."""
        self._client.close()
        self.library.close()

    # Records

    def transport(self, address: str = "") -> RecordTransport:
        """The way of the records, through the platform's address or a proxy's."""
        http = Http(
            self._client, address or self.signed_in.address, self.signed_in.token, clock=self.clock,
            sleep=lambda seconds: time.sleep(min(seconds, LONGEST_PAUSE)), jitter=self._chance.random,
        )  # fmt: skip
        return RecordTransport(
            http, self.organization, note=self.syncing.note_departures, contract_of=self.syncing.contract_of
        )

    def sync(self, address: str = "", *, allow_removal: bool = False) -> SyncResult:
        """Sync the records to the end. Raises what ``RecordSync`` raises."""
        return self.syncing.sync_now(self.transport(address), allow_removal=allow_removal)

    def waiting(self) -> int:
        """Operations that wait, are on their way, or are acknowledged and not in the feed yet."""
        with self.library.reading() as session:
            return session.execute(select(func.count()).select_from(OutboxEntry)).scalar_one()

    def records(self) -> dict[tuple[str, str], dict[str, Any]]:
        """All that the platform has, as this device knows it: kind and id to fields."""
        with self.library.reading() as session:
            rows = session.execute(
                select(SyncedRecord.kind, SyncedRecord.record, SyncedRecord.fields).where(
                    SyncedRecord.seat == self.seat, SyncedRecord.deleted.is_(False), SyncedRecord.stale.is_(False)
                )
            ).all()
        return {(row.kind, row.record): dict(row.fields) for row in rows}

    def titles(self) -> dict[str, str]:
        """What the list of contracts shows: id to title."""
        rows = self.shelf.window(self.shelf.rows(Filter(), Order.TITLE, descending=False))
        return {one.id: one.title for one in rows if one is not None}

    def bring_in(self, sample: str) -> str:
        """Import one of the sample contracts; gives its id."""
        (result,) = self.service.bring_in([Source(sample, ".docx", sample_bytes(sample))])
        assert result.contract, result
        return result.contract

    def make(self, title: str) -> str:
        """A contract of one line, without a Word file; gives its id."""
        identity, at = self.service.mint(), self.library.now()
        paragraph = Paragraph((Span(title),), {"p:style": "Body"})
        text = ContractText((TextSection("s0", (paragraph,)),))
        replica = Replica.create(text, identity=self.service.identity, clock=self.clock)
        with self.library.writing() as session:
            Contracts(session).add(identity, title, at=at)
            Texts(session).save_snapshot(
                identity, replica.snapshot(), replica.plain_export(), replica.frontier().hex(), upto=0, at=at
            )
        replica.close()
        return identity

    def add(self, contract: str) -> None:
        """Let a contract join the organization."""
        self.accounts.add_contract(contract, self.seat)

    def bring_package(self, contract: str, signed_in: SignIn | None = None) -> None:
        """Send the Word file that a contract came from, which goes before its text."""
        (record,) = self.shelf.records([contract])
        assert record.package_sha256 is not None
        with self.library.reading() as session:
            data = Packages(session).read(record.package_sha256)
        path = f"/organizations/{self.organization}/files/{record.package_sha256}"
        answer = (signed_in or self.signed_in).ask("PUT", path, content=data, headers={"Content-Type": WORD})
        assert answer.status_code in (200, 201), answer.text


@contextlib.contextmanager
def desktop(folder: Path, signed_in: SignIn, **more: Any) -> Iterator[Desktop]:
    """A desktop, closed at the end."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    made = Desktop(folder, signed_in, **more)
    try:
        yield made
    finally:
        made.close()


def new_folder(parent: Path) -> Path:
    """A folder of its own under a test's."""
    return parent / os.urandom(6).hex()
