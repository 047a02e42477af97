"""Record sync: the outbox goes, the feeds come, and nothing that was acknowledged is lost.

The engine keeps nothing in memory between two calls: all that it must know lies on the desk, so that a kill at any
point leaves a device that goes on where it was. Requests and local transactions alternate, never one inside the other.

The rules, and what each of them saves, are in ``research/sync.md`` §4 of the project's shared pages; in short: an
operation keeps its id until it is answered; a base is raised after an acknowledgement for the same fields only, and
only where nothing was lost; own operations lie over the platform's record until the feed has them; rows and cursor are
kept together; another epoch sends the journal of acknowledged operations anew.
"""

import hashlib
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from pactoria_desktop.protocol.records import (
    KINDS,
    MOST_ROWS,
    Applied,
    Cursor,
    Feed,
    Merge,
    Outcome,
    Pull,
    Pulled,
    Push,
    Pushed,
    Row,
)
from pactoria_desktop.runtime.clock import Clock, to_milliseconds
from pactoria_desktop.sync.batching import operation_of, sendable
from pactoria_desktop.sync.errors import AccessLostError, AnswerError, RemovalError
from pactoria_desktop.sync.overlay import makes, merge_of, needed_by, scope_of, shown
from pactoria_desktop.sync.ports import ORGANIZATION, Desk, Desks, Known, Pending, Position, Transport

JOURNAL_MILLISECONDS = 30 * 24 * 3600 * 1000
_FEW, _SHARE, _MOST_TURNS = 20, 0.2, 10_000
REVOKED = "access to the organization or the contract was taken away"


@dataclass(frozen=True, slots=True)
class SyncResult:
    """What one sync did: records that came, operations that went, and what of them was refused or lost a field."""

    came: int = 0
    went: int = 0
    refused: int = 0
    conflicts: int = 0
    anew: tuple[str, ...] = ()
    """Scopes that were read anew because the digest of what this device has was another than the platform's."""


@dataclass(slots=True)
class _Run:
    came: int = 0
    went: int = 0
    refused: int = 0
    conflicts: int = 0
    removed: int = 0
    known: int = 0
    anew: tuple[str, ...] = ()


class RecordSync:
    """Brings one account's desk and one organization of a platform together. One call at a time."""

    def __init__(self, desks: Desks, transport: Transport, clock: Clock) -> None:
        """``clock`` dates what is shown to people; order comes from the platform's sequences."""
        self._desks = desks
        self._transport = transport
        self._clock = clock

    def sync(self, *, allow_removal: bool = False) -> SyncResult:
        """Pull and push until neither has anything left.

        Raises the errors of the transport, RemovalError where too much would go and ``allow_removal`` is not given, and
        the library's refusals. Whatever is raised, what was done is whole, and the next call goes on from there.
        """
        run = _Run()
        self._pull_all(run, allow_removal)
        for _ in range(_MOST_TURNS):
            if not self._push_all(run):
                break
            self._pull_all(run, allow_removal)
        self._check_digests(run, allow_removal)
        return SyncResult(run.came, run.went, run.refused, run.conflicts, run.anew)

    # Push

    def push_once(self, run: _Run | None = None) -> bool:
        """Send one batch; whether there was anything to send. Raises the errors of the transport."""
        with self._desks() as desk:
            batch = () if _renewing(desk) else sendable(desk.outbox(), desk)
            for each in batch:
                if each.state == "waiting":
                    desk.change(replace(each, state="sent"))
            epoch = desk.epoch()
        if not batch:
            return False
        push = Push(epoch=epoch, operations=tuple(operation_of(each) for each in batch))
        try:
            answer = self._transport.push(push)
        except AccessLostError:
            self._lose_all()
            raise
        with self._desks() as desk:
            self._take_answers(desk, epoch, answer, run or _Run())
        return True

    def _push_all(self, run: _Run) -> bool:
        sent = False
        for _ in range(_MOST_TURNS):
            if not self.push_once(run):
                return sent
            sent = True
        raise AnswerError("The platform takes changes again and again without an end; they wait here; try later.")

    def _take_answers(self, desk: Desk, epoch: str, answer: Pushed, run: _Run) -> None:
        if desk.epoch() != epoch:
            return  # another sync of this desk has begun anew meanwhile; what was answered is asked again
        restored = bool(epoch) and answer.epoch != epoch
        for result in answer.results:
            if restored and result.outcome is Outcome.REFUSED:
                continue  # what it was made upon may be on its way from another device; it is asked again
            found = next((each for each in desk.outbox() if each.operation == result.operation), None)
            if found is not None and found.state != "acknowledged":
                self._take_answer(desk, found, result, run)
        if restored:
            self.begin_anew(desk, answer.epoch)
        elif not epoch:
            desk.set_epoch(answer.epoch)
        if not answer.results and answer.epoch == epoch:
            raise AnswerError("The platform answered without saying what became of the changes; they wait here.")

    def _take_answer(self, desk: Desk, sent: Pending, result: Applied, run: _Run) -> None:
        now = self._now()
        if result.outcome is Outcome.REFUSED:
            run.refused += self._refuse(desk, sent, result.reason or "the platform refused it", now)
            return
        run.went += 1
        lost = result.fields or (tuple(sent.patch) if result.outcome is Outcome.CONFLICT else ())
        desk.note_acknowledged(replace(sent, lost=lost), desk.heard_at())
        if result.outcome is Outcome.CONFLICT:
            run.conflicts += 1
            desk.note("conflict", 1, f"{sent.kind} {sent.record}")
        done = replace(
            sent, state="acknowledged", sequence=result.sequence, lost=lost, scope=result.scope or sent.scope
        )
        stays = not lost if sent.deletes else bool(sent.patch.keys() - set(lost))
        if sent.deletes and result.outcome is Outcome.CONFLICT:
            stays = False
        if stays and not _brought(desk, done):
            desk.change(done)
        else:
            desk.remove(sent.operation)
        self.raise_bases(desk, done, result.outcome)
        _show(desk, sent.kind, sent.record)

    def raise_bases(self, desk: Desk, done: Pending, outcome: Outcome) -> None:
        """Later operations on the very fields that an acknowledged one wrote are made upon it."""
        if outcome is Outcome.CONFLICT or done.deletes:
            return
        for later in desk.outbox_of(done.kind, done.record):
            if later.state == "acknowledged" or later.operation == done.operation:
                continue
            if later.deletes or later.lost or makes(later):
                continue
            if later.patch.keys() <= done.patch.keys() and later.base_sequence < done.sequence:
                desk.change(replace(later, base_sequence=done.sequence))

    def _refuse(self, desk: Desk, refused: Pending, reason: str, now: int, *, leaving: bool = False) -> int:
        """Put an operation aside with all that need what it would have made; how many they were.

        ``leaving``: access was taken away, so that what lies on this device stays as it is.
        """
        count, gone = 0, [refused]
        while gone:
            each = gone.pop(0)
            desk.refuse(each, reason, now)
            desk.remove(each.operation)
            count += 1
            if makes(each) and desk.known(each.kind, each.record) is None:
                key = (each.kind, each.record)
                gone += [other for other in desk.outbox() if key in needed_by(other) and other not in gone]
            if leaving and not _lives(desk, each.kind, each.record):
                desk.leave(each.kind, each.record)
            else:
                _show(desk, each.kind, each.record)
        desk.note("refused", count, reason)
        return count

    # Pull

    def pull_once(self, *, digests: bool = False, allow_removal: bool = False, run: _Run | None = None) -> bool:
        """Ask for news once and keep it with its cursors; whether there is more. Raises the errors of the transport."""
        run = run or _Run()
        with self._desks() as desk:
            positions = desk.positions()
            epoch = desk.epoch()
        request = Pull(
            epoch=epoch,
            cursors=tuple(Cursor(scope=scope, sequence=each.sequence) for scope, each in positions.items()),
            limit=MOST_ROWS,
            digests=digests,
        )
        try:
            answer = self._transport.pull(request)
        except AccessLostError:
            self._lose_all()
            raise
        with self._desks() as desk:
            if desk.epoch() != epoch or desk.positions() != positions:
                return True
            return self._take_news(desk, positions, answer, run, allow_removal)

    def _pull_all(self, run: _Run, allow_removal: bool) -> None:
        for _ in range(_MOST_TURNS):
            if not self.pull_once(run=run, allow_removal=allow_removal):
                return
        raise AnswerError("The platform's news has no end; what came is kept; try later.")

    def _take_news(
        self, desk: Desk, positions: Mapping[str, Position], answer: Pulled, run: _Run, allow_removal: bool
    ) -> bool:
        epoch = desk.epoch()
        if epoch and answer.epoch != epoch:
            self.begin_anew(desk, answer.epoch)
            return True
        desk.set_epoch(answer.epoch)
        run.known = max(run.known, desk.living())
        touched: dict[tuple[str, str], bool] = {}
        desk.read_ahead((row.kind, row.record) for feed in answer.feeds for row in feed.rows)
        more = any(each.more for each in answer.feeds)
        for feed in answer.feeds:
            more = self._take_feed(desk, positions.get(feed.scope, Position(0)), feed, touched, run) or more
        for scope in set(answer.scopes) - {feed.scope for feed in answer.feeds}:
            position = desk.positions().get(scope)
            if position is None:
                desk.set_position(scope, Position(0))
            elif position.renewing and not more:
                self._end_renewal(desk, scope, position.sequence, touched)
        for kind, record in _in_order(touched):
            _show(desk, kind, record)
        run.removed += sum(lived and not _lives(desk, *key) for key, lived in touched.items())
        if not more:
            # Only now: what has moved to another scope has come by there, and nothing that waits for it is given up.
            for scope in positions.keys() - set(answer.scopes):
                run.removed += self._lose(desk, scope, run)
            self._give_up_unseen(desk, set(answer.scopes), run)
            self._forget_old(desk)
        if not allow_removal and run.removed > _FEW and run.removed > _SHARE * run.known:
            raise RemovalError(run.removed, run.known)
        return more

    def _take_feed(
        self, desk: Desk, position: Position, feed: Feed, touched: dict[tuple[str, str], bool], run: _Run
    ) -> bool:
        """Keep what a feed brings; whether it must be asked again at once."""
        if feed.reset:
            desk.age(feed.scope)
            desk.set_position(feed.scope, Position(0, renewing=True))
            return True
        self.keep_rows(desk, feed, touched)
        run.came += len(feed.rows)
        for of, count in _by_contract(desk, feed).items():
            desk.note("came", count, of)
        self.keep_cursor(desk, feed, position)
        if not feed.more and position.renewing:
            self._end_renewal(desk, feed.scope, feed.sequence, touched)
        if feed.digest is not None and not feed.more and feed.digest != digest(desk.known_in(feed.scope)):
            desk.age(feed.scope)
            desk.set_position(feed.scope, Position(0, renewing=True))
            desk.note("anew", 1, feed.scope)
            run.anew += (feed.scope,)
            return True
        return False

    def keep_cursor(self, desk: Desk, feed: Feed, position: Position) -> None:
        """Keep up to where the scope is known, in the transaction that holds its rows."""
        desk.set_position(feed.scope, Position(feed.sequence, position.renewing))

    def keep_rows(self, desk: Desk, feed: Feed, touched: dict[tuple[str, str], bool]) -> None:
        """Keep the rows of a feed; own operations that they contain are laid over no more."""
        for row in feed.rows:
            touched.setdefault((row.kind, row.record), _lives(desk, row.kind, row.record))
            before, known = desk.known(row.kind, row.record), _known(row, feed.scope)
            desk.keep(known)
            if known.changed_at is not None and known.changed_at > desk.heard_at():
                desk.hear(known.changed_at)
            operations = desk.outbox_of(row.kind, row.record)
            for each in operations:
                if each.state == "acknowledged" and _brought(desk, each):
                    desk.remove(each.operation)
                elif each.deletes and each.state != "acknowledged" and _seen(each, before, known, operations):
                    desk.change(replace(each, base_sequence=known.sequence))

    def _end_renewal(self, desk: Desk, scope: str, sequence: int, touched: dict[tuple[str, str], bool]) -> None:
        """The whole scope has come by: what has not is not there any more."""
        for each in [each for each in desk.known_in(scope) if each.stale]:
            touched.setdefault((each.kind, each.record), _lives(desk, each.kind, each.record))
            desk.drop(scope, each.kind, each.record)
        desk.set_position(scope, Position(sequence))

    # Losing and beginning anew

    def begin_anew(self, desk: Desk, epoch: str) -> None:
        """The platform was restored: send anew what it acknowledged lately, then what waits; read all scopes anew."""
        for scope in desk.positions():
            desk.age(scope)
            desk.set_position(scope, Position(0, renewing=True))
        for each in desk.outbox():
            if each.state == "acknowledged":
                desk.remove(each.operation)
            elif each.base_sequence:
                desk.change(replace(each, base_sequence=0))
        # As sent: the platform may know their ids, so that their patches may not change any more. What was lost then
        # is to be lost again, so that it comes to a conflict again, which the backup may not have.
        desk.put_first(replace(each, base_sequence=0, state="sent", sequence=0) for each in desk.acknowledged())
        desk.forget_acknowledged(None)
        for kind, record in _in_order({(each.kind, each.record) for each in desk.outbox()}):
            _show(desk, kind, record)
        desk.set_epoch(epoch)
        desk.note("anew", 1, "epoch")

    def _lose(self, desk: Desk, scope: str, run: _Run) -> int:
        """A scope was taken away: its records leave, what was not sent from it is kept as not accepted.

        Gives how many records left.
        """
        now, left = self._now(), 0
        for each in [one for one in desk.outbox() if scope_of(desk, one.kind, one.record, one.patch) == scope]:
            if each.state == "acknowledged":
                self._give_up(desk, each, run)
            elif any(one.operation == each.operation for one in desk.outbox_of(each.kind, each.record)):
                run.refused += self._refuse(desk, each, REVOKED, now, leaving=True)
        for known in list(desk.known_in(scope)):
            desk.drop(scope, known.kind, known.record)
            if not known.deleted and not _lives(desk, known.kind, known.record):
                desk.leave(known.kind, known.record)
                left += 1
            else:
                _show(desk, known.kind, known.record)
        desk.drop_position(scope)
        desk.note("lost", 1, scope)
        return left

    def _give_up_unseen(self, desk: Desk, scopes: set[str], run: _Run) -> None:
        """What was acknowledged into a scope that is not seen any more never comes by the feed: it leaves as well."""
        for done in [each for each in desk.outbox() if each.state == "acknowledged" and each.scope not in scopes]:
            self._give_up(desk, done, run)

    def _give_up(self, desk: Desk, done: Pending, run: _Run) -> None:
        """An acknowledged operation whose scope was taken away; what was to come after it is not accepted."""
        desk.remove(done.operation)
        if _lives(desk, done.kind, done.record):
            return
        for later in desk.outbox_of(done.kind, done.record):
            if later.state != "acknowledged":
                desk.refuse(later, REVOKED, self._now())
                desk.remove(later.operation)
                run.refused += 1
        desk.leave(done.kind, done.record)

    def _lose_all(self) -> None:
        """The person does not belong to the organization any more."""
        with self._desks() as desk:
            put_aside(desk, self._now())

    def _forget_old(self, desk: Desk) -> None:
        """Cut the journal by the platform's own instants: this device's clock may be years off."""
        heard = desk.heard_at()
        if heard > JOURNAL_MILLISECONDS:
            desk.forget_acknowledged(heard - JOURNAL_MILLISECONDS)

    def _check_digests(self, run: _Run, allow_removal: bool) -> None:
        """Hold what is here against the platform's digests; what differs is read anew, once."""
        if self.pull_once(digests=True, run=run, allow_removal=allow_removal):
            self._pull_all(run, allow_removal)

    def _now(self) -> int:
        return to_milliseconds(self._clock.now())


def put_aside(desk: Desk, at: int) -> None:
    """The person does not belong to the organization any more: what was not sent is not accepted there.

    What is known of its records stays to be read, with what the platform acknowledged laid over, which its feed may not
    have brought; a contract that never came there is the person's own again.
    """
    for each in desk.outbox():
        if each.state == "acknowledged" and desk.known(each.kind, each.record) is not None:
            continue
        if each.state != "acknowledged":
            desk.refuse(each, REVOKED, at)
        desk.remove(each.operation)
        if desk.known(each.kind, each.record) is None:
            desk.leave(each.kind, each.record, stays=True)
        else:
            _show(desk, each.kind, each.record)
    desk.note("lost", 1, ORGANIZATION)


def digest(known: Iterable[Known]) -> str:
    """The digest of a scope as ``protocol.records.Feed`` describes it."""
    total = 0
    for each in known:
        if not each.deleted:
            line = f"{each.kind}\n{each.record}\n{each.sequence}".encode()
            total ^= int.from_bytes(hashlib.sha256(line).digest()[:8], "big")
    return f"{total:016x}"


def _by_contract(desk: Desk, feed: Feed) -> Mapping[str, int]:
    """How many rows came of which contract, as words of the log; of many contracts together, as of the scope."""
    found: Counter[str] = Counter()
    for row in feed.rows:
        of: object = row.record if row.kind == "contract" else row.fields.get("contract")
        if row.kind == "comment" and (thread := desk.known("thread", str(row.fields.get("thread")))) is not None:
            of = thread.fields.get("contract")
        found[f"contract:{of}" if isinstance(of, str) else feed.scope] += 1
    return found if len(found) <= _FEW else {feed.scope: len(feed.rows)}


def _known(row: Row, scope: str) -> Known:
    return Known(
        scope,
        row.kind,
        row.record,
        row.sequence,
        row.deleted,
        dict(row.fields),
        dict(row.field_sequence),
        row.schema_version,
        row.changed_by,
        None if row.changed_at is None else to_milliseconds(row.changed_at),
    )


def _brought(desk: Desk, done: Pending) -> bool:
    """Whether the platform's record, as it is here, contains an acknowledged operation.

    A record's sequences only grow, also when it moves to another scope.
    """
    return any(
        not each.stale and each.sequence >= done.sequence and (each.scope == done.scope or not each.deleted)
        for each in desk.places(done.kind, done.record)
    )


def _seen(deletion: Pending, before: Known | None, known: Known, operations: Iterable[Pending]) -> bool:
    """Whether all that was written to a record since a deletion was asked for is this device's own writing: what has
    come is what was known then with the acknowledged operations laid over."""
    if known.deleted or deletion.base_sequence != (0 if before is None else before.sequence):
        return False
    expected = shown(before, (each for each in operations if each.state == "acknowledged")) or {}
    return all(
        value == expected.get(name)
        for name, value in known.fields.items()
        if merge_of(known.kind, name) is not Merge.PLATFORM
    )


def _lives(desk: Desk, kind: str, record: str) -> bool:
    known = desk.known(kind, record)
    return known is not None and not known.deleted


def _show(desk: Desk, kind: str, record: str) -> None:
    """Let the library show a record as it now is."""
    known, operations = desk.known(kind, record), desk.outbox_of(kind, record)
    desk.show(kind, record, shown(known, operations))


_ORDER = {kind: place for place, kind in enumerate(KINDS)}


def _in_order(touched: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    """Contracts before what hangs on them, threads before their comments."""
    return sorted(touched, key=lambda key: _ORDER.get(key[0], len(_ORDER)))


def _renewing(desk: Desk) -> bool:
    return any(each.renewing for each in desk.positions().values())
