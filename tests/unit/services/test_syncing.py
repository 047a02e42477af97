"""Two people's libraries and one platform: what one does in the program, the other sees, and nothing goes unasked."""

import contextlib
import os
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import delete, func, select

from pactoria_desktop.contract.history import Version
from pactoria_desktop.contract.text import ContractText, Paragraph, Span, TextSection
from pactoria_desktop.protocol.permissions import Role
from pactoria_desktop.replica.replica import Replica
from pactoria_desktop.runtime.clock import ManualClock
from pactoria_desktop.runtime.errors import DiskFullError, ReadOnlyError
from pactoria_desktop.runtime.library_key import LibraryKey
from pactoria_desktop.runtime.paths import Home
from pactoria_desktop.services.accounts import Accounts, JoinError, NotAllowedError, Organization
from pactoria_desktop.services.agreeing import Agreeing
from pactoria_desktop.services.library import LibraryService, NotFoundError
from pactoria_desktop.services.shelf import Filter, Order, Shelf
from pactoria_desktop.services.syncing import Syncing
from pactoria_desktop.store.contracts import Contracts
from pactoria_desktop.store.findings import Findings
from pactoria_desktop.store.library import open_library
from pactoria_desktop.store.schema import LibraryFact, OutboxEntry, RecordChange, SyncedRecord
from pactoria_desktop.store.texts import Texts
from pactoria_desktop.store.threads import Threads
from pactoria_desktop.store.versions import Versions
from pactoria_desktop.sync.errors import AccessLostError, OfflineError
from tests.unit.sync.machine import FaultyWire
from tests.unit.sync.reference_platform import Record, ReferencePlatform

HASH = "0" * 64


class Desk:
    """A person at a desktop."""

    def __init__(self, library, clock, platform: ReferencePlatform, device: int, role: Role = Role.EDITOR) -> None:
        self.service = LibraryService(library, clock, f"Person {device}")
        self.library, self.device = library, device
        self.shelf, self.accounts, self.agreeing = Shelf(self.service), Accounts(self.service), Agreeing(self.service)
        self.wire = FaultyWire(platform, device)
        self.accounts.signed_in(
            "https://platform.test", f"p{device}", f"Person {device}", "", f"d{device}",
            [Organization("o1", "Kanzlei", role)],
        )  # fmt: skip
        (self.seat,) = self.accounts.seats()
        self.syncing = Syncing(self.service, self.seat.number)

    def make(self, title: str) -> str:
        identity = self.service.mint()
        text = ContractText((TextSection("s0", (Paragraph((Span(title),), {"p:style": "Body"}),)),))
        replica = Replica.create(text, identity=self.service.identity, clock=self.service.clock)
        with self.library.writing() as session:
            Contracts(session).add(identity, title, at=1)
            snapshot, export, frontier = replica.snapshot(), replica.plain_export(), replica.frontier().hex()
            Texts(session).save_snapshot(identity, snapshot, export, frontier, upto=0, at=1)
        replica.close()
        return identity

    def sync(self):
        return self.syncing.sync_now(self.wire)

    def waiting(self) -> int:
        with self.library.reading() as session:
            assert session.execute(select(func.count()).select_from(RecordChange)).scalar() == 0
            return session.execute(select(func.count()).select_from(OutboxEntry)).scalar_one()

    def titles(self) -> dict[str, str]:
        rows = self.shelf.window(self.shelf.rows(Filter(), Order.TITLE, descending=False))
        return {one.id: one.title for one in rows if one is not None}


@pytest.fixture
def platform() -> ReferencePlatform:
    made = ReferencePlatform()
    made.members, made.page = {0, 1}, 100
    return made


@pytest.fixture
def desks(tmp_path: Path, platform: ReferencePlatform) -> Iterator[tuple[Desk, Desk]]:
    clock = ManualClock(datetime(2026, 11, 22, 12, tzinfo=UTC))
    with contextlib.ExitStack() as stack:
        made = []
        for device in range(2):
            key = LibraryKey(os.urandom(32))
            home = Home(tmp_path / str(device))
            library = stack.enter_context(contextlib.closing(open_library(home, lambda new, key=key: key, clock)))
            made.append(Desk(library, clock, platform, device))
        yield made[0], made[1]


def test_signing_in_uploads_nothing_and_a_contract_joins_by_a_named_action(desks, platform: ReferencePlatform):
    mine, _ = desks
    contract = mine.make("Lease")
    mine.shelf.change_tags([contract], ["urgent"], [])
    assert mine.waiting() == 0
    mine.sync()
    assert platform.ground.records == {}
    assert mine.syncing.status().words == "Synced"
    mine.accounts.add_contract(contract, mine.seat.number)
    assert mine.syncing.status().words == "2 queued", "its record and its text"
    with pytest.raises(JoinError, match="Lease belongs to an organization already"):
        mine.accounts.add_contract(contract, mine.seat.number)
    assert mine.accounts.home(contract).seat == mine.seat.number


def test_a_contract_joins_in_a_program_that_was_just_started(desks):
    mine, _ = desks
    contract = mine.make("Lease")
    with mine.library.writing() as session:
        session.execute(delete(LibraryFact).where(LibraryFact.name == "user"))
    started = Accounts(LibraryService(mine.library, mine.service.clock, "Person 0"))
    started.add_contract(contract, mine.seat.number)
    assert mine.syncing.status().words == "2 queued"


def test_all_that_is_recorded_of_a_contract_comes_to_the_other_desk(desks):
    mine, other = desks
    contract = mine.make("Lease")
    with mine.library.writing() as session:
        threads = Threads(session)
        threads.start("01a3185c-5001-7000-8000-0000000000a1", contract, {"quote": "§ 2"}, visibility="internal", at=5)
        threads.say("01a3185c-5001-7000-8000-0000000000a1", "01a3185c-5001-7000-8000-0000000000a2", "me", "Why?", at=6)
    mine.accounts.add_contract(contract, mine.seat.number)
    # What is written after it has joined is heard of by whatever path it is written.
    mine.shelf.describe(contract, title="Lease, Berlin", counterparty="ACME", status="in_review")
    mine.shelf.change_tags([contract], ["urgent", "rent"], [])
    party = mine.agreeing.add_party(contract, "ACME GmbH", "lessor")
    mine.agreeing.decide(contract, "approved", text_sha256=HASH, content_sha256=HASH, reason="fine")
    mine.shelf.decide(contract, "f" * 32, "dismissed", "not ours")
    with mine.library.writing() as session:
        version = Versions(session).add(
            Version(contract, 0, mine.service.mint(), "Sent", "2026-11-22T12:00:00+00:00", "me", "00", HASH, HASH)
        )
    mine.sync()
    assert mine.waiting() == 0
    other.sync()
    assert other.waiting() == 0
    (record,) = other.shelf.records([contract])
    assert (record.title, record.counterparty, record.status) == ("Lease, Berlin", "ACME", "in_review")
    assert record.tags == ("rent", "urgent")
    assert record.created_at == 1
    assert [(one.id, one.name, one.part) for one in other.agreeing.parties(contract)] == [
        (party, "ACME GmbH", "lessor")
    ]
    (approval,) = other.agreeing.approvals(contract, HASH)
    assert (approval.approval.decision, approval.approval.reason, approval.fits) == ("approved", "fine", True)
    with other.library.reading() as session:
        (thread,) = Threads(session).of(contract)
        assert (thread.anchor, [one.text for one in thread.comments]) == ({"quote": "§ 2"}, ["Why?"])
        assert Versions(session).of(contract) == (version,)
        assert Findings(session).verdicts(contract)["f" * 32].verdict == "dismissed"
    other.agreeing.remove_party(contract, party)
    other.sync()
    mine.sync()
    assert mine.agreeing.parties(contract) == ()


def test_two_titles_given_apart_are_a_conflict_that_a_person_decides(desks):
    mine, other = desks
    contract = mine.make("Lease")
    mine.accounts.add_contract(contract, mine.seat.number)
    mine.sync()
    other.sync()
    mine.shelf.describe(contract, title="Lease A")
    other.shelf.describe(contract, title="Lease B")
    mine.sync()
    other.sync()
    assert mine.titles() == other.titles() == {contract: "Lease A"}
    status = other.syncing.status()
    assert (status.state, status.words) == ("conflict", "1 conflict")
    (found,) = other.syncing.conflicts()
    assert (found.contract, found.title, found.kind, found.record) == (contract, "Lease A", "contract", contract)


def test_a_decided_conflict_puts_the_value_in_place_for_everybody(desks, platform: ReferencePlatform):
    mine, other = desks
    contract = mine.make("Lease")
    mine.accounts.add_contract(contract, mine.seat.number)
    mine.sync()
    sequence = platform._next("organization")
    conflict, fields = (
        ("conflict", mine.service.mint()),
        {"contract": contract, "record_kind": "contract", "record": contract, "field": "title", "value": "Rent",
         "kept": "Lease", "author": "p1", "at": "2026-11-22T12:00:00.000Z", "resolved": None},
    )  # fmt: skip
    platform.ground.records[conflict] = Record(*conflict, "organization", sequence, fields, {})
    platform.ground.records["member", "p1"] = Record("member", "p1", "organization", sequence + 1, {"name": "Ines"}, {})
    platform.ground.counters["organization"] += 1
    for desk in desks:
        desk.sync()
    (found,) = other.syncing.conflicts(contract)
    assert (found.title, found.field, found.mine, found.theirs, found.author) == (
        "Lease", "title", "Rent", "Lease", "Ines"
    )  # fmt: skip
    other.syncing.resolve(found.id, "taken")
    assert other.syncing.conflicts() == ()
    assert other.titles() == {contract: "Rent"}
    with pytest.raises(NotFoundError, match="decided already"):
        other.syncing.resolve(found.id, "kept")
    other.sync()
    mine.sync()
    assert mine.titles() == {contract: "Rent"}
    assert mine.syncing.conflicts() == other.syncing.conflicts() == ()
    assert mine.syncing.members() == (("p1", "Ines", ""),)


def test_a_contract_of_another_organization_is_shown_as_its_own_says(desks, platform: ReferencePlatform):
    mine, _ = desks
    contract = mine.make("Lease")
    mine.accounts.add_contract(contract, mine.seat.number)
    mine.sync()
    elsewhere = ReferencePlatform()
    elsewhere.members = {0}
    fields = {"title": "Taken over", "status": "draft", "created_at": "2026-01-01T00:00:00.000Z"}
    elsewhere.ground.records["contract", contract] = Record(
        "contract", contract, "organization", elsewhere._next("organization"), fields, {}
    )
    mine.accounts.signed_in("https://other.test", "q", "Q", "", "d", [Organization("o2", "Other", Role.EDITOR)])
    Syncing(mine.service, mine.accounts.seats()[1].number).sync_now(FaultyWire(elsewhere, 0))
    assert mine.titles() == {contract: "Lease"}
    assert mine.waiting() == 0


def test_a_platform_takes_no_contract_that_is_this_devices_alone(desks, platform: ReferencePlatform):
    mine, _ = desks
    contract = mine.make("Private")
    mine.sync()
    fields = {"title": "Taken over", "status": "draft", "created_at": "2026-01-01T00:00:00.000Z"}
    row = Record("contract", contract, "organization", platform._next("organization"), fields, {})
    platform.ground.records["contract", contract] = row
    mine.sync()
    assert mine.titles() == {contract: "Private"}
    assert mine.accounts.home(contract) is None, "it would be sent whole"
    assert mine.syncing.behind() == ()
    platform.ground.records["contract", contract] = replace(
        row, deleted=True, fields={}, sequence=platform._next("organization")
    )
    mine.sync()
    assert mine.titles() == {contract: "Private"}, "nor does it go to the trash"
    # By what the person does it joins, upon what the platform has.
    mine.accounts.add_contract(contract, mine.seat.number)
    assert mine.accounts.home(contract).state == "member"


def test_a_platform_changes_nothing_that_hangs_on_another_organizations_contract(desks, platform: ReferencePlatform):
    mine, _ = desks
    contract, thread, comment = mine.make("Lease"), mine.service.mint(), mine.service.mint()
    with mine.library.writing() as session:
        Threads(session).start(thread, contract, {"quote": "§ 2"}, visibility="internal", at=5)
        Threads(session).say(thread, comment, "me", "Why?", at=6)
    mine.accounts.add_contract(contract, mine.seat.number)
    mine.sync()
    elsewhere, other = ReferencePlatform(), mine.service.mint()
    elsewhere.members = {0}

    def says(kind: str, record: str, fields: dict[str, object], deleted: bool = False) -> None:
        sequence = elsewhere._next("organization")
        elsewhere.ground.records[kind, record] = Record(
            kind, record, "organization", sequence, fields, {}, deleted=deleted
        )

    says("contract", other, {"title": "Bait", "status": "draft", "created_at": "2026-01-01T00:00:00.000Z"})
    says("comment", comment, {}, deleted=True)
    says("thread", thread, {"contract": other, "visibility": "external", "resolved_at": "2026-01-01T00:00:00.000Z"})
    said = mine.service.mint()
    says("comment", said, {"contract": other, "thread": thread, "text": "Sign.", "created_at": "2026-01-01T00:00:00Z"})
    mine.accounts.signed_in("https://other.test", "q", "Q", "", "d", [Organization("o2", "Other", Role.EDITOR)])
    Syncing(mine.service, mine.accounts.seats()[1].number).sync_now(FaultyWire(elsewhere, 0))
    with mine.library.reading() as session:
        (found,) = Threads(session).of(contract)
        assert [each.text for each in found.comments] == ["Why?"]
        assert found.resolved_at is None
    assert set(mine.titles().values()) == {"Lease", "Bait"}


def test_access_that_is_lost_elsewhere_takes_no_contract_away(desks, platform: ReferencePlatform):
    mine, _ = desks
    contract = mine.make("Lease")
    mine.accounts.add_contract(contract, mine.seat.number)
    mine.sync()
    elsewhere = ReferencePlatform()
    elsewhere.members = {0}
    fields = {"title": "Taken over", "status": "draft", "created_at": "2026-01-01T00:00:00.000Z"}
    elsewhere.ground.records["contract", contract] = Record(
        "contract", contract, "organization", elsewhere._next("organization"), fields, {}
    )
    mine.accounts.signed_in("https://other.test", "q", "Q", "", "d", [Organization("o2", "Other", Role.EDITOR)])
    theirs, wire = Syncing(mine.service, mine.accounts.seats()[1].number), FaultyWire(elsewhere, 0)
    theirs.sync_now(wire)
    elsewhere.members = set()
    with pytest.raises(AccessLostError):
        theirs.sync_now(wire)
    assert mine.titles() == {contract: "Lease"}


def test_a_change_and_its_operation_are_kept_together_or_not_at_all(desks):
    mine, _ = desks
    contract = mine.make("Lease")
    mine.accounts.add_contract(contract, mine.seat.number)
    mine.sync()

    def fail() -> None:
        with mine.library.writing() as session:
            Contracts(session).rename(contract, title="Never", at=2)
            raise ValueError("in the middle")

    with pytest.raises(ValueError, match="in the middle"):
        fail()
    assert mine.waiting() == 0
    assert mine.titles() == {contract: "Lease"}


@pytest.mark.parametrize(
    ("limit", "kind"),
    [("PRAGMA max_page_count = {pages}", DiskFullError), ("PRAGMA query_only = ON", ReadOnlyError)],
)
def test_a_full_or_read_only_disk_takes_nothing_in_part_and_the_next_sync_goes_on(
    desks, limit: str, kind: type[Exception]
):
    mine, other = desks
    for number in range(40):
        contract = mine.make(f"Contract {number:03}" + " long" * 400)
        mine.accounts.add_contract(contract, mine.seat.number)
    mine.sync()
    before = other.library.before_commit

    def limited(session) -> None:
        connection = session.connection()
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar()
        connection.exec_driver_sql(limit.format(pages=pages))

    @contextlib.contextmanager
    def writing():
        with original() as session:
            limited(session)
            try:
                yield session
            finally:
                session.connection().exec_driver_sql("PRAGMA query_only = OFF")

    original = other.library.writing
    other.library.writing = writing
    with pytest.raises(kind) as refused:
        other.sync()
    other.library.writing = original
    assert "\n" not in refused.value.sentence
    with other.library.writing() as session:
        session.connection().exec_driver_sql("PRAGMA max_page_count = 1000000")
        assert session.execute(select(func.count()).select_from(SyncedRecord)).scalar() == 0
    assert other.titles() == {}
    assert other.library.before_commit == before
    other.sync()
    assert len(other.titles()) == 40


def test_what_was_written_after_access_was_taken_away_is_kept_and_exported(desks, platform: ReferencePlatform):
    mine, _ = desks
    contract = mine.make("Lease")
    mine.accounts.add_contract(contract, mine.seat.number)
    mine.sync()
    mine.shelf.describe(contract, title="Written too late")
    platform.members.discard(0)
    with pytest.raises(AccessLostError):
        mine.sync()
    status = mine.syncing.status()
    assert (status.state, status.not_accepted, status.waiting) == ("lost", 1, 0)
    (change,) = mine.syncing.export_not_accepted()["changes"]
    assert change["values"] == {"title": "Written too late"}
    assert mine.titles() == {contract: "Lease"}, "what was known there stays to be read"
    standing = mine.accounts.standing(contract)
    assert standing is not None
    assert standing.lost
    platform.members.add(0)
    mine.accounts.signed_in("https://platform.test", "p0", "P", "", "d0", [Organization("o1", "Kanzlei", Role.EDITOR)])
    mine.sync()
    assert mine.titles() == {contract: "Lease"}
    assert mine.syncing.status().state == "queued", "its text, which goes another way"


def test_what_was_not_sent_when_an_organization_is_gone_from_the_list_is_not_accepted_and_stays_readable(desks):
    mine, _ = desks
    contract = mine.make("Lease")
    mine.accounts.add_contract(contract, mine.seat.number)
    mine.sync()
    mine.shelf.describe(contract, title="Written too late")
    never_sent = mine.make("Will")
    mine.accounts.add_contract(never_sent, mine.seat.number)
    (account,) = mine.accounts.accounts()
    mine.accounts.renewed(account.id, "P", "", [])
    status = mine.syncing.status()
    assert (status.state, status.not_accepted) == ("lost", 2)
    assert mine.waiting() == 0
    changes = mine.syncing.export_not_accepted()["changes"]
    assert {"title": "Written too late"} in [change["values"] for change in changes]
    assert mine.titles() == {contract: "Lease", never_sent: "Will"}
    assert mine.accounts.standing(contract).lost
    assert mine.accounts.standing(never_sent) is None, "it never came there and is the person's own"
    mine.accounts.renewed(account.id, "P", "", [])
    assert mine.syncing.status().not_accepted == 2


def test_removing_a_contract_from_this_device_says_nothing_to_the_organization(desks, platform: ReferencePlatform):
    mine, _ = desks
    contract = mine.make("Lease")
    mine.accounts.add_contract(contract, mine.seat.number)
    mine.agreeing.add_party(contract, "ACME")
    mine.sync()
    with mine.library.writing() as session:
        Contracts(session).trash(contract, at=1)
        Contracts(session).remove(contract)
    assert mine.waiting() == 0
    mine.sync()
    assert not any(one.deleted for one in platform.ground.records.values())


def test_a_contract_of_somebody_elses_sign_in_is_read_until_they_sign_in_again(desks):
    mine, _ = desks
    contract = mine.make("Services agreement")
    mine.accounts.add_contract(contract, mine.seat.number)
    mine.accounts.sign_out(mine.seat.account)
    standing = mine.accounts.standing(contract)
    assert standing is not None
    assert standing.role is Role.EDITOR, "signed out, the person works on"
    mine.accounts.signed_in(
        "https://platform.test", "p9", "Person 9", "", "d9", [Organization("o1", "Kanzlei", Role.OWNER)]
    )
    standing = mine.accounts.standing(contract)
    assert standing is not None
    assert (standing.role, standing.of) == (Role.VIEWER, "Person 0")
    assert "Person 0" in standing.why_not("contract.edit")
    with pytest.raises(NotAllowedError, match="Person 0"):
        mine.accounts.require(contract, "contract.edit")


def test_without_the_platform_work_goes_on_and_waits(desks):
    mine, other = desks
    contract = mine.make("Lease")
    mine.accounts.add_contract(contract, mine.seat.number)
    mine.wire.faults = ["lost request"]
    with pytest.raises(OfflineError):
        mine.sync()
    mine.shelf.describe(contract, title="Meanwhile")
    assert mine.syncing.status().words == "Offline, 2 queued"
    mine.sync()
    assert mine.syncing.status().words == "1 queued", "its text, which goes another way"
    other.sync()
    assert other.titles() == {contract: "Meanwhile"}
    assert [line.what for line in other.syncing.log()] == ["came"]


def test_a_role_that_may_not_is_refused_in_a_sentence(tmp_path: Path, platform: ReferencePlatform, desks):
    mine, _ = desks
    contract = mine.make("Lease")
    mine.accounts.signed_in("https://platform.test", "p0", "P", "", "d0", [Organization("o1", "Kanzlei", Role.VIEWER)])
    with pytest.raises(NotAllowedError, match="As viewer of Kanzlei you may not bring contracts into the organization"):
        mine.accounts.add_contract(contract, mine.seat.number)
    assert mine.accounts.may(contract, "contract.edit")
