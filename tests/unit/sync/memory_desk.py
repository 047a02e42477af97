"""A desk in memory: what a library keeps, without its disk, so that thousands of runs fit a minute."""

import contextlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from pactoria_desktop.sync.ports import Known, Pending, Position


@dataclass
class Kept:
    """What is durable. Values are never changed in place, so that a copy of the containers is a backup."""

    epoch: str = ""
    heard: int = 0
    positions: dict[str, Position] = field(default_factory=dict)
    known: dict[tuple[str, str], Mapping[str, Known]] = field(default_factory=dict)
    outbox: dict[str, Pending] = field(default_factory=dict)
    journal: list[tuple[int, Pending]] = field(default_factory=list)
    refused: list[tuple[Pending, str]] = field(default_factory=list)
    shown: dict[tuple[str, str], Mapping[str, object]] = field(default_factory=dict)
    log: list[tuple[str, int, str]] = field(default_factory=list)

    def copy(self) -> "Kept":
        return Kept(
            self.epoch,
            self.heard,
            dict(self.positions),
            dict(self.known),
            dict(self.outbox),
            list(self.journal),
            list(self.refused),
            dict(self.shown),
            list(self.log),
        )


class MemoryDesk:
    def __init__(self, kept: Kept) -> None:
        self.kept = kept

    def epoch(self) -> str:
        return self.kept.epoch

    def set_epoch(self, epoch: str) -> None:
        self.kept.epoch = epoch

    def heard_at(self) -> int:
        return self.kept.heard

    def hear(self, at: int) -> None:
        self.kept.heard = at

    def positions(self) -> dict[str, Position]:
        return dict(self.kept.positions)

    def set_position(self, scope: str, position: Position) -> None:
        self.kept.positions[scope] = position

    def drop_position(self, scope: str) -> None:
        self.kept.positions.pop(scope, None)

    def read_ahead(self, keys: Iterable[tuple[str, str]]) -> None:
        return

    def known(self, kind: str, record: str) -> Known | None:
        found = self.kept.known.get((kind, record), {}).values()
        return max(found, key=lambda one: (not one.deleted, not one.stale, one.sequence), default=None)

    def places(self, kind: str, record: str) -> tuple[Known, ...]:
        return tuple(self.kept.known.get((kind, record), {}).values())

    def known_in(self, scope: str) -> list[Known]:
        return [by_scope[scope] for by_scope in self.kept.known.values() if scope in by_scope]

    def keep(self, known: Known) -> None:
        key = (known.kind, known.record)
        self.kept.known[key] = {**self.kept.known.get(key, {}), known.scope: known}

    def drop(self, scope: str, kind: str, record: str) -> None:
        left = {at: one for at, one in self.kept.known[kind, record].items() if at != scope}
        if left:
            self.kept.known[kind, record] = left
        else:
            del self.kept.known[kind, record]

    def age(self, scope: str) -> None:
        for one in self.known_in(scope):
            self.keep(replace(one, stale=True))

    def living(self) -> int:
        return sum(any(not one.deleted for one in by_scope.values()) for by_scope in self.kept.known.values())

    def outbox(self) -> tuple[Pending, ...]:
        return tuple(self.kept.outbox.values())

    def outbox_of(self, kind: str, record: str) -> tuple[Pending, ...]:
        return tuple(one for one in self.kept.outbox.values() if (one.kind, one.record) == (kind, record))

    def add(self, pending: Pending) -> None:
        assert pending.operation not in self.kept.outbox
        self.kept.outbox[pending.operation] = pending

    def change(self, pending: Pending) -> None:
        assert pending.operation in self.kept.outbox
        self.kept.outbox[pending.operation] = pending

    def remove(self, operation: str) -> None:
        del self.kept.outbox[operation]

    def put_first(self, operations: Iterable[Pending]) -> None:
        first = {one.operation: one for one in operations}
        assert not first.keys() & self.kept.outbox.keys()
        self.kept.outbox = first | self.kept.outbox

    def acknowledged(self) -> tuple[Pending, ...]:
        return tuple(pending for _, pending in self.kept.journal)

    def note_acknowledged(self, pending: Pending, at: int) -> None:
        self.kept.journal = [(when, one) for when, one in self.kept.journal if one.operation != pending.operation]
        self.kept.journal.append((at, pending))

    def forget_acknowledged(self, before: int | None) -> None:
        self.kept.journal = (
            [] if before is None else [(at, one) for at, one in self.kept.journal if at == 0 or at >= before]
        )

    def refuse(self, pending: Pending, reason: str, at: int) -> None:
        self.kept.refused.append((pending, reason))

    def show(self, kind: str, record: str, fields: Mapping[str, object] | None) -> None:
        if fields is None:
            self.kept.shown.pop((kind, record), None)
        else:
            self.kept.shown[kind, record] = fields

    def leave(self, kind: str, record: str, *, stays: bool = False) -> None:
        self.kept.shown.pop((kind, record), None)

    def note(self, what: str, count: int, words: str = "") -> None:
        self.kept.log.append((what, count, words))


class Crash(Exception):  # noqa: N818 - a kill, not an error
    """The program is killed."""


class MemoryDesks:
    """One device's desk; a block that ends badly leaves it as it was. ``crash_in`` counts transactions down to a kill,
    before or after the last one is durable."""

    def __init__(self) -> None:
        self.kept = Kept()
        self.crash_in: int | None = None
        self.crash_after = False

    @contextlib.contextmanager
    def __call__(self) -> Iterator[MemoryDesk]:
        desk = MemoryDesk(self.kept.copy())
        yield desk
        due = False
        if self.crash_in is not None:
            self.crash_in -= 1
            due = self.crash_in < 0
        if due and not self.crash_after:
            self.crash_in = None
            raise Crash
        self.kept = desk.kept
        if due:
            self.crash_in = None
            raise Crash
