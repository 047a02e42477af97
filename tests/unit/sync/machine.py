"""Three devices, one platform, and everything that goes wrong between them, as a Hypothesis state machine.

Every written value is unique, and the machine notes what its writer saw. At rest (all devices have synced without a
fault) the promises of ``research/sync.md`` §6 must hold: I1 all devices show what the platform has; I2 nothing waits
(but for what waits for a record that a restored platform lost for good); I3 the greatest value and every member of a
set are there; I4 a written value that nobody overwrote knowingly is visible, or in a conflict, or among what was not
accepted; I5 a record goes only with what its deleter had seen; I6 all of it after a restored backup too.
"""

import contextlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule

from pactoria_desktop.contract.identity import identity_from
from pactoria_desktop.protocol.records import Pull, Pulled, Push, Pushed
from pactoria_desktop.sync.errors import AccessLostError, OfflineError, RemovalError
from pactoria_desktop.sync.overlay import enqueue, makes, needed_by, shown
from pactoria_desktop.sync.ports import Desk, Pending
from pactoria_desktop.sync.records import RecordSync
from tests.unit.sync.memory_desk import Crash, MemoryDesks
from tests.unit.sync.reference_platform import Ground, Record, ReferencePlatform, Revoked

DEVICES = 3
FAULTS = ("none", "none", "lost request", "lost answer", "doubled", "late", "late and again")
FIELDS = {"contract": ("title", "counterparty"), "party": ("name", "part"), "verdict": ("verdict", "reason")}


class WrongClock:
    """A clock that jumps by up to ten years at every look."""

    def __init__(self, device: int) -> None:
        self.looks = device

    def now(self) -> datetime:
        self.looks += 1
        return datetime(2026, 11, 22, tzinfo=UTC) + timedelta(days=3650 * ((self.looks * 7) % 3 - 1))

    def monotonic(self) -> float:
        return 0.0


class FaultyWire:
    """The way of one device to the platform; ``faults`` says what becomes of the next requests, one after the other."""

    def __init__(self, platform: ReferencePlatform, device: int) -> None:
        self.platform, self.device = platform, device
        self.faults: list[str] = []
        self.late: list[Push] = []

    def push(self, push: Push) -> Pushed:
        fault = self.faults.pop(0) if self.faults else "none"
        if fault in ("lost request", "late"):
            if fault == "late":
                self.late.append(push)
            raise OfflineError("lost")
        answer = self._at(lambda: self.platform.push(self.device, push))
        if fault == "doubled":
            answer = self._at(lambda: self.platform.push(self.device, push))
        if fault == "late and again":
            self.late.append(push)
        if fault == "lost answer":
            raise OfflineError("lost")
        return answer

    def pull(self, pull: Pull) -> Pulled:
        fault = self.faults.pop(0) if self.faults else "none"
        if fault in ("lost request", "lost answer"):
            raise OfflineError("lost")
        return self._at(lambda: self.platform.pull(self.device, pull))

    def arrive_late(self) -> None:
        if self.late and self.device in self.platform.members:
            self.platform.push(self.device, self.late.pop())

    def _at(self, call: Callable):
        try:
            return call()
        except Revoked as error:
            raise AccessLostError("revoked") from error


@dataclass(frozen=True)
class Write:
    key: tuple[str, str]
    name: str
    value: str
    saw: object


class SyncMachine(RuleBasedStateMachine):
    engine: type[RecordSync] = RecordSync
    desks: Callable[[], MemoryDesks] = MemoryDesks
    enqueue = staticmethod(enqueue)

    def __init__(self) -> None:
        super().__init__()
        self.platform = ReferencePlatform()
        self.platform.members = set(range(DEVICES))
        self.devices = [self.desks() for _ in range(DEVICES)]
        self.wires = [FaultyWire(self.platform, device) for device in range(DEVICES)]
        self.clocks = [WrongClock(device) for device in range(DEVICES)]
        self.count = 0
        self.writes: list[Write] = []
        self.tags: dict[str, tuple[str, str]] = {}
        self.untagged: set[str] = set()
        self.greatest: list[tuple[tuple[str, str], str]] = []
        self.deleted: list[tuple[tuple[str, str], dict[str, object]]] = []
        self.restored = False
        self.kept_backup: Ground | None = None

    # What people do

    def mint(self) -> str:
        self.count += 1
        return identity_from(1_800_000_000_000 + self.count, 5)

    def value(self) -> str:
        self.count += 1
        return f"v{self.count:05}"

    def known_here(self, device: int, kinds: Iterable[str] = FIELDS) -> list[tuple[str, str]]:
        return [key for key in self.devices[device].kept.shown if key[0] in kinds]

    def change(self, device: int, key: tuple[str, str], patch: dict[str, object], *, deletes: bool = False) -> None:
        """What a use case does: the outbox and the shown record change together."""
        if self.devices[device].crash_in is not None:
            self.devices[device].crash_in = None
        with self.devices[device]() as desk:
            self.enqueue(desk, *key, patch, mint=self.mint, at=0, deletes=deletes)
            desk.show(*key, shown(desk.known(*key), desk.outbox_of(*key)))

    def make(self, device: int, kind: str, contract: str | None) -> None:
        key, fields = (kind, self.mint()), {name: self.value() for name in FIELDS[kind]}
        for name, value in fields.items():
            self.writes.append(Write(key, name, value, None))
        given = {"created_at": "2026-01-01T00:00:00.000Z", "status": "draft"}
        if kind != "contract":
            given = {"contract": contract or ""} | ({"finding": "f"} if kind == "verdict" else {})
        self.change(device, key, {**given, **fields})

    @initialize()
    def begin(self) -> None:
        self.make(0, "contract", None)
        self.sync_all(())

    @rule(device=st.integers(0, DEVICES - 1))
    def make_contract(self, device: int) -> None:
        self.make(device, "contract", None)

    @rule(device=st.integers(0, DEVICES - 1), pick=st.integers(0, 20), kind=st.sampled_from(("party", "verdict")))
    def make_part(self, device: int, pick: int, kind: str) -> None:
        contracts = self.known_here(device, ("contract",))
        if contracts:
            self.make(device, kind, contracts[pick % len(contracts)][1])

    @rule(device=st.integers(0, DEVICES - 1), pick=st.integers(0, 20), first=st.booleans())
    def write(self, device: int, pick: int, first: bool) -> None:
        keys = self.known_here(device)
        if keys:
            key = keys[pick % len(keys)]
            name = FIELDS[key[0]][0 if first else 1]
            value = self.value()
            self.writes.append(Write(key, name, value, self.devices[device].kept.shown[key].get(name)))
            self.change(device, key, {name: value})

    @rule(device=st.integers(0, DEVICES - 1), pick=st.integers(0, 20))
    def write_again(self, device: int, pick: int) -> None:
        """The same record on two devices apart: what most often comes to a conflict."""
        for one in (device, (device + 1) % DEVICES):
            self.write(one, pick, True)

    def write_title(self, device: int, key: tuple[str, str]) -> None:
        name, value = FIELDS[key[0]][0], self.value()
        self.writes.append(Write(key, name, value, self.devices[device].kept.shown[key].get(name)))
        self.change(device, key, {name: value})

    @rule(device=st.integers(0, DEVICES - 1), pick=st.integers(0, 20))
    def write_over_what_it_hides(self, device: int, pick: int) -> None:
        """A write on its way hides another's that the feed has brought, and the same person writes once more."""
        other, keys = (device + 1) % DEVICES, self.known_here(device)
        key = keys[pick % len(keys)] if keys else None
        if key is None or key not in self.devices[other].kept.shown:
            return
        self.write_title(device, key)
        self.wires[device].faults = ["lost request"]
        self.half_sync(device, True)
        self.wires[device].faults = []
        self.write_title(other, key)
        self.sync(other)
        self.half_sync(device, False)
        if key in self.devices[device].kept.shown:
            self.write_title(device, key)

    @rule(device=st.integers(0, DEVICES - 1), pick=st.integers(0, 20), add=st.booleans())
    def tag(self, device: int, pick: int, add: bool) -> None:
        contracts = self.known_here(device, ("contract",))
        if not contracts:
            return
        key = contracts[pick % len(contracts)]
        present = self.devices[device].kept.shown[key].get("tags") or []
        if add:
            value = self.value()
            self.tags[value] = key
            self.change(device, key, {"tags": {"add": [value], "remove": []}})
        elif present:
            value = present[pick % len(present)]
            self.untagged.add(value)
            self.change(device, key, {"tags": {"add": [], "remove": [value]}})

    @rule(device=st.integers(0, DEVICES - 1), pick=st.integers(0, 20), year=st.integers(2000, 2050))
    def decide(self, device: int, pick: int, year: int) -> None:
        verdicts = self.known_here(device, ("verdict",))
        if verdicts:
            key = verdicts[pick % len(verdicts)]
            self.count += 1
            value = f"{year}-{self.count:06}"
            self.greatest.append((key, value))
            self.change(device, key, {"decided_at": value})

    @rule(device=st.integers(0, DEVICES - 1), pick=st.integers(0, 20))
    def delete(self, device: int, pick: int) -> None:
        keys = self.known_here(device)
        if len(keys) > 1:
            key = keys[pick % len(keys)]
            self.deleted.append((key, dict(self.devices[device].kept.shown[key])))
            self.change(device, key, {}, deletes=True)

    # What syncs and what goes wrong

    def sync(self, device: int) -> None:
        """Sync as far as it goes. The engine is made anew: it keeps nothing in memory.

        Where so much would go that a person is asked first, they look and let it.
        """
        with contextlib.suppress(OfflineError, AccessLostError, Crash):
            try:
                self.engine(self.devices[device], self.wires[device], self.clocks[device]).sync()
            except RemovalError:
                self.engine(self.devices[device], self.wires[device], self.clocks[device]).sync(allow_removal=True)

    @rule(device=st.integers(0, DEVICES - 1), faults=st.lists(st.sampled_from(FAULTS), max_size=4))
    def sync_with_faults(self, device: int, faults: list[str]) -> None:
        self.wires[device].faults = list(faults)
        self.sync(device)
        self.wires[device].faults = []

    @rule(device=st.integers(0, DEVICES - 1), at=st.integers(0, 6), after=st.booleans())
    def sync_and_crash(self, device: int, at: int, after: bool) -> None:
        self.devices[device].crash_in, self.devices[device].crash_after = at, after
        self.sync(device)
        self.devices[device].crash_in = None

    @rule(device=st.integers(0, DEVICES - 1), push=st.booleans())
    def half_sync(self, device: int, push: bool) -> None:
        engine = self.engine(self.devices[device], self.wires[device], self.clocks[device])
        with contextlib.suppress(AccessLostError, OfflineError, RemovalError):
            _ = engine.push_once() if push else engine.pull_once()

    @rule(device=st.integers(0, DEVICES - 1))
    def late_request_arrives(self, device: int) -> None:
        self.wires[device].arrive_late()

    @rule(device=st.integers(0, DEVICES - 1))
    def membership(self, device: int) -> None:
        self.platform.members ^= {device}

    @rule(pick=st.integers(0, 20), devices=st.sets(st.integers(0, DEVICES - 1), min_size=1))
    def restrict(self, pick: int, devices: set[int]) -> None:
        contracts = [one.record for one in self.platform.ground.records.values() if one.kind == "contract"]
        if contracts:
            self.platform.restrict(contracts[pick % len(contracts)], devices)

    @rule()
    def unknown_kind(self) -> None:
        key, sequence = ("hologram", self.mint()), self.platform._next("organization")
        fields = {"depth": self.value(), "colours": ["red", {"not": "known"}]}
        self.platform.ground.records[key] = Record(
            *key, "organization", sequence, fields, dict.fromkeys(fields, sequence)
        )

    @rule()
    def back_up(self) -> None:
        self.kept_backup = self.platform.backup()

    @rule(takes=st.booleans())
    def restore(self, takes: bool) -> None:
        if self.kept_backup is not None:
            self.platform.takes_old_epochs = takes
            self.platform.restore(self.kept_backup)
            self.restored = True

    # At rest

    def sync_all(self, faults: Iterable[str]) -> None:
        for device in range(DEVICES):
            self.sync(device)

    @rule()
    def rest(self) -> None:
        self.platform.members = set(range(DEVICES))
        for wire in self.wires:
            while wire.late:
                wire.arrive_late()
        before = None
        for _ in range(12):
            self.sync_all(())
            now = [(one.kept.outbox, one.kept.shown, one.kept.epoch) for one in self.devices]
            if now == before:
                break
            before = now
        else:
            raise AssertionError("the devices find no rest")
        self.check()

    def teardown(self) -> None:
        self.rest()

    def check(self) -> None:
        ground = self.platform.ground
        for device, desks in enumerate(self.devices):
            visible = {
                key: one.fields
                for key, one in ground.records.items()
                if not one.deleted and self.platform.sees(device, one.scope)
            }
            here = desks.kept.shown
            other = {key for key in here.keys() | visible.keys() if here.get(key) != visible.get(key)}
            other -= {(one.kind, one.record) for one in desks.kept.outbox.values()}  # these I2 judges
            assert not other, f"I1: device {device} shows {[(key, here.get(key), visible.get(key)) for key in other]}"
            for one in desks.kept.outbox.values():
                missing = [key for key in needed_by(one) if key not in ground.records]
                assert self.restored, f"I2: {one} waits on device {device}"
                assert missing or self._held(one, desks), f"I2: {one} waits on device {device}"
        elsewhere = self._elsewhere()
        for write in self.writes:
            seen = any(other.key == write.key and other.name == write.name and other.saw == write.value
                       for other in self.writes)  # fmt: skip
            went = any(key == write.key and fields.get(write.name) == write.value for key, fields in self.deleted)
            record = ground.records.get(write.key)
            there = record is not None and not record.deleted and record.fields.get(write.name) == write.value
            assert there or seen or went or write.value in elsewhere, f"I4/I5: {write} is lost"
        for value, key in self.tags.items():
            record = ground.records.get(key)
            there = record is not None and not record.deleted and value in record.fields.get("tags", [])
            went = any(one == key and value in (fields.get("tags") or []) for one, fields in self.deleted)
            assert there or went or value in self.untagged or value in elsewhere, f"I3: tag {value} is lost"
            if there and value in self.untagged and value not in elsewhere:
                assert self.restored, f"I3: tag {value} was taken away and is back"
        for key, value in self.greatest:
            record = ground.records.get(key)
            there = record is not None and not record.deleted and record.fields.get("decided_at", "") >= value
            went = any(one == key and str(fields.get("decided_at")) >= value for one, fields in self.deleted)
            greater = any(one == key and other >= value and other in elsewhere for one, other in self.greatest)
            assert there or went or greater, f"I3: {value} is not counted"

    def _held(self, pending: Pending, desks: MemoryDesks) -> bool:
        """Whether it waits for another that waits, or for what this device may not see."""
        earlier = [one for one in desks.kept.outbox.values() if one.operation != pending.operation]
        return any(
            (one.kind, one.record) in needed_by(pending) or (one.kind, one.record) == (pending.kind, pending.record)
            for one in earlier
        ) or any(
            not self.platform.sees(self.devices.index(desks), self.platform.ground.records[key].scope)
            for key in needed_by(pending)
            if key in self.platform.ground.records
        )

    def _elsewhere(self) -> set[str]:
        """Values in conflicts, among what was not accepted, and in what waits for a lost record."""
        found: set[str] = set()
        for one in self.platform.ground.records.values():
            if one.kind == "conflict":
                _strings(one.fields["value"], found)
        for desks in self.devices:
            for pending, _ in desks.kept.refused:
                _strings(dict(pending.patch), found)
                if pending.deletes:
                    continue
            for pending in desks.kept.outbox.values():
                _strings(dict(pending.patch), found)
        return found


def _strings(value: object, found: set[str]) -> None:
    if isinstance(value, str):
        found.add(value)
    elif isinstance(value, dict):
        for each in value.values():
            _strings(each, found)
    elif isinstance(value, (list, tuple)):
        for each in value:
            _strings(each, found)


__all__ = ["Desk", "SyncMachine", "makes"]
