"""What the engine promises one by one, where the state machine only says that nothing is lost."""

import json
from dataclasses import replace

import pytest

from pactoria_desktop.contract.identity import identity_from
from pactoria_desktop.protocol.records import KINDS, MOST_OPERATIONS, Merge
from pactoria_desktop.sync.batching import MOST_BYTES, sendable
from pactoria_desktop.sync.errors import AccessLostError, OfflineError, RemovalError
from pactoria_desktop.sync.overlay import enqueue, laid_over, making, merge_of, shown
from pactoria_desktop.sync.ports import Known, Pending
from pactoria_desktop.sync.records import RecordSync
from tests.unit.sync.machine import FaultyWire, WrongClock
from tests.unit.sync.memory_desk import MemoryDesks
from tests.unit.sync.reference_platform import Record, ReferencePlatform


class Device:
    def __init__(self, platform: ReferencePlatform, number: int = 0) -> None:
        self.desks, self.wire, self.count = MemoryDesks(), FaultyWire(platform, number), number * 10_000
        self.engine = RecordSync(self.desks, self.wire, WrongClock(number))

    def mint(self) -> str:
        self.count += 1
        return identity_from(1_800_000_000_000 + self.count, 9)

    def make(self, **fields: object) -> str:
        record = self.mint()
        given = {"title": "T", "status": "draft", "created_at": "2026-01-01T00:00:00.000Z"} | fields
        self.change(record, making(given, "contract"))
        return record

    def change(self, record: str, patch: dict[str, object], *, deletes: bool = False) -> None:
        with self.desks() as desk:
            enqueue(desk, "contract", record, patch, mint=self.mint, at=0, deletes=deletes)

    def shown(self, record: str):
        return self.desks.kept.shown.get(("contract", record))


@pytest.fixture
def platform() -> ReferencePlatform:
    made = ReferencePlatform()
    made.members, made.page = {0, 1}, 1000
    return made


def test_a_sync_that_would_remove_too_much_stops_and_asks(platform: ReferencePlatform):
    device = Device(platform)
    records = [device.make() for _ in range(60)]
    device.engine.sync()
    device.engine.sync()
    for record in records[:21]:
        one = platform.ground.records["contract", record]
        one.deleted, one.sequence = True, platform._next("organization")
    before = device.desks.kept.copy()
    with pytest.raises(RemovalError, match="Sync would remove 21 of 60 records; nothing was removed"):
        device.engine.sync()
    assert device.desks.kept == before
    device.engine.sync(allow_removal=True)
    assert len(device.desks.kept.shown) == 39


def test_few_records_and_small_shares_go_without_a_question(platform: ReferencePlatform):
    device = Device(platform)
    records = [device.make() for _ in range(110)]
    device.engine.sync()
    for record in records[:21]:
        one = platform.ground.records["contract", record]
        one.deleted, one.sequence = True, platform._next("organization")
    device.engine.sync()
    assert len(device.desks.kept.shown) == 89


def test_a_platform_that_shows_no_scope_any_more_takes_nothing_away_unasked(platform: ReferencePlatform):
    device = Device(platform)
    for _ in range(30):
        device.make()
    device.engine.sync()
    platform.ground.counters = {}
    with pytest.raises(RemovalError):
        device.engine.sync()
    assert len(device.desks.kept.shown) == 30


def test_what_differs_from_the_platforms_digest_is_read_anew_and_noted(platform: ReferencePlatform):
    device = Device(platform)
    record, other = device.make(), device.make()
    assert device.engine.sync().anew == ()
    kept = device.desks.kept
    damaged = replace(kept.known["contract", record]["organization"], sequence=1_000, fields={"title": "damaged"})
    kept.known["contract", record] = {"organization": damaged}
    del kept.known["contract", other]
    result = device.engine.sync()
    assert result.anew == ("organization",)
    assert device.shown(record)["title"] == "T"
    assert device.shown(other)["title"] == "T"
    assert ("anew", 1, "organization") in device.desks.kept.log
    assert device.engine.sync().anew == ()


def test_batches_keep_their_order_and_their_bounds(platform: ReferencePlatform):
    device = Device(platform)
    for _ in range(450):
        device.make()
    with device.desks() as desk:
        batch = sendable(desk.outbox(), desk)
        assert batch == desk.outbox()[:MOST_OPERATIONS]
    for _ in range(3):
        device.make(counterparty="x" * 400_000)
    device.desks.kept.outbox = dict(list(device.desks.kept.outbox.items())[-3:])
    with device.desks() as desk:
        batch = sendable(desk.outbox(), desk)
        assert len(batch) == 2
        assert sum(len(json.dumps(dict(one.patch))) for one in batch) <= MOST_BYTES


def test_one_operation_too_large_for_a_batch_goes_alone(platform: ReferencePlatform):
    device = Device(platform)
    device.make(counterparty="x" * 2_000_000)
    device.make()
    with device.desks() as desk:
        assert len(sendable(desk.outbox(), desk)) == 1


def test_what_waits_and_was_never_sent_takes_the_newer_value(platform: ReferencePlatform):
    device = Device(platform)
    record = device.make()
    device.change(record, {"title": "A"})
    device.change(record, {"title": "B", "tags": {"add": ["x", "y"], "remove": []}})
    device.change(record, {"tags": {"add": ["z"], "remove": ["x"]}})
    (one,) = device.desks.kept.outbox.values()
    assert (one.patch["title"], one.patch["tags"]["add"]) == ("B", ["y", "z"])
    device.wire.faults = ["none", "lost answer"]
    with pytest.raises(OfflineError):
        device.engine.sync()
    device.change(record, {"title": "C"})
    assert [each.state for each in device.desks.kept.outbox.values()] == ["sent", "waiting"]
    result = device.engine.sync()
    assert (result.went, result.conflicts) == (2, 0)
    assert platform.ground.records["contract", record].fields["title"] == "C"


def test_own_writes_one_after_the_other_are_never_a_conflict(platform: ReferencePlatform):
    device = Device(platform)
    record = device.make()
    for title in "ABCDE":
        device.change(record, {"title": title})
        device.engine.push_once()
        if title in "BD":
            device.engine.pull_once()
    device.change(record, {}, deletes=True)
    result = device.engine.sync()
    assert result.conflicts == 0
    assert platform.ground.records["contract", record].deleted
    assert not any(kind == "conflict" for kind, _ in platform.ground.records)


def test_an_operation_goes_with_the_schema_that_it_was_made_by(platform: ReferencePlatform):
    device = Device(platform)
    device.make()
    ((name, one),) = device.desks.kept.outbox.items()
    device.desks.kept.outbox[name] = replace(one, schema_version=7)
    assert device.engine.sync().refused == 1
    assert [reason for _, reason in device.desks.kept.refused] == ["another schema"]


def test_unknown_fields_are_kept_as_they_came_and_handed_on(platform: ReferencePlatform):
    device = Device(platform)
    record = device.make()
    device.engine.sync()
    one = platform.ground.records["contract", record]
    one.fields["hologram"] = {"deep": [1, None, "é"]}
    one.sequence = platform._next("organization")
    device.engine.sync()
    device.change(record, {"title": "U"})
    device.engine.sync()
    assert device.shown(record)["hologram"] == {"deep": [1, None, "é"]}
    assert platform.ground.records["contract", record].fields["hologram"] == {"deep": [1, None, "é"]}


def test_a_change_waits_for_the_maker_of_a_record_that_a_restored_platform_lost(platform: ReferencePlatform):
    maker, other = Device(platform), Device(platform, 1)
    backup = platform.backup()
    record = maker.make()
    maker.engine.sync()
    other.engine.sync()
    other.change(record, {"title": "By the other"})
    other.engine.sync()
    platform.restore(backup)
    other.engine.sync()
    assert [one.patch for one in other.desks.kept.outbox.values()] == [{"title": "By the other"}]
    assert other.desks.kept.refused == []
    maker.engine.sync()
    other.engine.sync()
    assert dict(other.desks.kept.outbox) == {}
    conflicts = [one for one in platform.ground.records.values() if one.kind == "conflict"]
    assert [one.fields["value"] for one in conflicts] == [{"title": "By the other"}]


def test_what_was_acknowledged_stays_in_sight_when_access_ends_before_the_feed_brings_it(platform: ReferencePlatform):
    device = Device(platform)
    record = device.make()
    device.engine.sync()
    device.change(record, {"title": "Acknowledged"})
    device.engine.push_once()
    platform.members.remove(0)
    with pytest.raises(AccessLostError):
        device.engine.pull_once()
    assert device.shown(record)["title"] == "Acknowledged"
    assert device.desks.kept.refused == []
    platform.members.add(0)
    device.engine.sync()
    assert device.shown(record)["title"] == "Acknowledged"
    assert dict(device.desks.kept.outbox) == {}


def test_the_journal_is_cut_by_the_platforms_clock_alone(platform: ReferencePlatform):
    device = Device(platform)
    device.make()
    device.engine.sync()
    device.make()
    device.engine.sync()
    assert len(device.desks.kept.journal) == 2
    with device.desks() as desk:
        desk.hear(desk.heard_at() + 31 * 24 * 3600 * 1000)
    device.engine.sync()
    assert [at for at, _ in device.desks.kept.journal] == [0]


@pytest.mark.parametrize("kind", KINDS)
def test_a_patch_laid_over_says_what_each_merge_class_says(kind: str):
    for name in KINDS[kind].fields:
        merge = merge_of(kind, name)
        if merge is Merge.SET:
            assert laid_over({name: ["a", "b"]}, kind, {name: {"add": ["c"], "remove": ["a"]}}) == {name: ["b", "c"]}
        elif merge is Merge.GREATEST:
            assert laid_over({name: "2"}, kind, {name: "1"}) == {name: "2"}
        elif merge is Merge.ONCE:
            assert laid_over({name: "first"}, kind, {name: "second"}) == {name: "first"}
        else:
            assert laid_over({name: "first"}, kind, {name: "second"}) == {name: "second"}


def test_a_tombstone_is_not_brought_back_by_a_change_that_waits():
    known = Known("organization", "contract", "c", 5, deleted=True)
    assert shown(known, [Pending("o", "contract", "c", 3, {"title": "late"}, 0)]) is None


def test_a_record_of_a_kind_of_tomorrow_is_kept(platform: ReferencePlatform):
    device = Device(platform)
    platform.ground.records["hologram", "h"] = Record(
        "hologram", "h", "organization", platform._next("organization"), {"depth": 3}, {"depth": 1}
    )
    device.engine.sync()
    assert device.desks.kept.known["hologram", "h"]["organization"].fields == {"depth": 3}
