"""Engines with one planted error each: the machine must find every one of them. They live here alone."""

import contextlib
from collections.abc import Callable, Iterator
from dataclasses import replace
from unittest.mock import patch

from pactoria_desktop.protocol.records import Outcome
from pactoria_desktop.sync import records
from pactoria_desktop.sync.errors import OfflineError
from pactoria_desktop.sync.overlay import enqueue, makes
from pactoria_desktop.sync.ports import Desk, Pending, Position
from pactoria_desktop.sync.records import RecordSync
from tests.unit.sync.machine import SyncMachine
from tests.unit.sync.memory_desk import MemoryDesk, MemoryDesks


def desks_of(kind: type[MemoryDesk]) -> type[MemoryDesks]:
    class Desks(MemoryDesks):
        @contextlib.contextmanager
        def __call__(self) -> Iterator[MemoryDesk]:
            with super().__call__() as desk:
                desk.__class__ = kind
                yield desk

    return Desks


class CursorSkips(RecordSync):
    def keep_cursor(self, desk: Desk, feed, position: Position) -> None:
        super().keep_cursor(desk, feed.model_copy(update={"sequence": feed.sequence + 1}), position)


class CursorBeforeRows(RecordSync):
    """The cursor is durable in a transaction of its own before the rows are."""

    def _take_news(self, desk, positions, answer, run, allow_removal):
        raise NotImplementedError

    def pull_once(self, *, digests=False, allow_removal=False, run=None) -> bool:
        run = run or records._Run()
        with self._desks() as desk:
            positions, epoch = desk.positions(), desk.epoch()
        answer = self._transport.pull(
            records.Pull(
                epoch=epoch,
                cursors=tuple(records.Cursor(scope=s, sequence=p.sequence) for s, p in positions.items()),
            )
        )
        if epoch in ("", answer.epoch):
            with self._desks() as desk:
                for feed in answer.feeds:
                    if not feed.reset:
                        desk.set_position(feed.scope, replace(positions.get(feed.scope, Position(0)),
                                                              sequence=feed.sequence))  # fmt: skip
        with self._desks() as desk:
            return RecordSync._take_news(self, desk, positions, answer, run, allow_removal)


class BlindRebase(RecordSync):
    """Every later operation of the record is taken for made upon what was acknowledged."""

    def raise_bases(self, desk: Desk, done: Pending, outcome: Outcome) -> None:
        for later in desk.outbox_of(done.kind, done.record):
            if later.state != "acknowledged" and not makes(later) and later.operation != done.operation:
                desk.change(replace(later, base_sequence=max(later.base_sequence, done.sequence)))


class RebaseAfterConflict(RecordSync):
    def raise_bases(self, desk: Desk, done: Pending, outcome: Outcome) -> None:
        super().raise_bases(desk, done, Outcome.APPLIED)


class EpochUnheeded(RecordSync):
    def begin_anew(self, desk: Desk, epoch: str) -> None:
        desk.set_epoch(epoch)


class BasesOutliveTheEpoch(RecordSync):
    def begin_anew(self, desk: Desk, epoch: str) -> None:
        before = {each.operation: each.base_sequence for each in desk.outbox()}
        super().begin_anew(desk, epoch)
        for each in desk.outbox():
            if before.get(each.operation):
                desk.change(replace(each, base_sequence=before[each.operation]))


class LostAnswerIsDone(RecordSync):
    """What was sent and not answered is taken for arrived."""

    def push_once(self, run=None) -> bool:
        try:
            return super().push_once(run)
        except OfflineError:
            with self._desks() as desk:
                for each in desk.outbox():
                    if each.state == "sent":
                        desk.remove(each.operation)
            raise


class UnknownKindsDropped(RecordSync):
    def keep_rows(self, desk: Desk, feed, touched) -> None:
        known = tuple(row for row in feed.rows if row.kind in records.KINDS)
        super().keep_rows(desk, feed.model_copy(update={"rows": known}), touched)


class LeftoversStay(RecordSync):
    def _end_renewal(self, desk, scope, sequence, touched) -> None:
        desk.set_position(scope, Position(sequence))


class NoJournal(MemoryDesk):
    def note_acknowledged(self, pending: Pending, at: int) -> None:
        return


class RefusedForgotten(MemoryDesk):
    def refuse(self, pending: Pending, reason: str, at: int) -> None:
        return


class LastWriterWins(RecordSync):
    """Every operation claims to know everything."""

    def push_once(self, run=None) -> bool:
        def knowing(pending: Pending):
            return original(pending).model_copy(update={"base_sequence": 0 if makes(pending) else 10**6})

        original = records.operation_of
        with patch.object(records, "operation_of", knowing):
            return super().push_once(run)


class EveryDeletionKnows(RecordSync):
    def push_once(self, run=None) -> bool:
        with patch.object(records, "_seen", lambda *_: True):
            return super().push_once(run)

    def pull_once(self, **more) -> bool:
        with patch.object(records, "_seen", lambda deletion, before, known, operations: not known.deleted):
            return super().pull_once(**more)


def enqueue_as_shown(desk: Desk, kind: str, record: str, patch, *, mint: Callable[[], str], at: int, deletes=False):
    """A new write is made upon the platform's record, though a waiting one hides it."""
    known = desk.known(kind, record)
    if deletes or known is None or known.deleted:
        enqueue(desk, kind, record, patch, mint=mint, at=at, deletes=deletes)
        return
    for name, value in patch.items():
        desk.add(Pending(mint(), kind, record, known.sequence, {name: value}, at, scope=known.scope))


def machine(name: str) -> type[SyncMachine]:
    """The machine with a planted error."""
    engines = (
        CursorSkips, CursorBeforeRows, BlindRebase, RebaseAfterConflict, EpochUnheeded, BasesOutliveTheEpoch,
        LostAnswerIsDone, UnknownKindsDropped, LeftoversStay, LastWriterWins, EveryDeletionKnows,
    )  # fmt: skip
    for one in engines:
        if one.__name__ == name:
            return type(name, (SyncMachine,), {"engine": one})
    for kept in (NoJournal, RefusedForgotten):
        if kept.__name__ == name:
            return type(name, (SyncMachine,), {"desks": desks_of(kept)})
    assert name == "MadeUponWhatIsHidden"
    return type(name, (SyncMachine,), {"enqueue": staticmethod(enqueue_as_shown)})


MUTANTS = (
    "CursorSkips", "CursorBeforeRows", "BlindRebase", "RebaseAfterConflict", "EpochUnheeded", "BasesOutliveTheEpoch",
    "LostAnswerIsDone", "UnknownKindsDropped", "LeftoversStay", "LastWriterWins", "EveryDeletionKnows", "NoJournal",
    "RefusedForgotten", "MadeUponWhatIsHidden",
)  # fmt: skip
