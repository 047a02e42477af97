"""One opening of a contract's living text: reading, subscribing, undo, exchange, and the one way out for all changes.

The same way out serves what commands did, what arrived from elsewhere and what undo brings back.
"""

import os
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING, Self

from loro import ExportMode, Frontiers, LoroDoc, VersionVector

from pactoria_desktop.contract.canonical import canonical_bytes, to_json
from pactoria_desktop.contract.text import (
    CommentNote,
    ContractText,
    Marks,
    Material,
    Revision,
)
from pactoria_desktop.replica.changes import Changes, Node, Origin, Place
from pactoria_desktop.replica.errors import ReplicaError
from pactoria_desktop.replica.events import EventQueue, Report, caret_after, report, together
from pactoria_desktop.replica.guarding import mend, mend_opened
from pactoria_desktop.replica.identity import Identity
from pactoria_desktop.replica.inverting import inverse_of, take_back
from pactoria_desktop.replica.living import LivingText
from pactoria_desktop.replica.loro_text import SYSTEM_ORIGIN, character_at, guarded, new_document, snapped
from pactoria_desktop.replica.packing import packed, unpacked
from pactoria_desktop.replica.reading import contract_text, spans_of, write_contract_text
from pactoria_desktop.replica.rights import ONLY_READ, Rights
from pactoria_desktop.replica.structure import Structure
from pactoria_desktop.replica.undoing import Part, UndoSteps
from pactoria_desktop.runtime.clock import Clock

if TYPE_CHECKING:
    from pactoria_desktop.replica.ahead import ReadAhead

Subscriber = Callable[[Changes], None]

_STUCK = "This step could not be taken back. No words were lost; the steps before it can no longer be undone."
_STANDS = "This change was made, but it and the steps before it can no longer be undone."


def random_peer(randomness: Callable[[int], bytes] = os.urandom) -> int:
    """A peer id for one opening: 63 random bits, never 0."""
    return (int.from_bytes(randomness(8), "big") >> 1) or 1


class Opening:
    """What ``Replica`` gives its commands to. Use that."""

    def __init__(self, document: LoroDoc, identity: Identity, clock: Clock) -> None:
        """Take over a document that has its settings and its content. Use ``create`` or ``open`` instead."""
        self._document = document
        self._living = LivingText(document, identity, clock)
        self._steps = UndoSteps()
        self._turns: Iterator[Place | None] | None = None
        self._in_turn = False
        self._queue = EventQueue(document)
        self._subscribers: list[Subscriber] = []
        self._closed = False
        self._ahead: dict[str, list[tuple[str, Marks]]] = {}
        self._changed: set[str] = set()
        self._restructured = False
        self.stored_version = self.version()
        """What was in the stored parts that this replica was opened from, without what the opening set right."""

    @classmethod
    def create(cls, text: ContractText, *, identity: Identity, clock: Clock, peer: int | None = None) -> Self:
        """A new replica of a text. ``peer`` must be new to all replicas of this contract (random when left out).

        Raises ReplicaError where slots have no id, a doubled one, or no paragraph.
        """
        document = new_document(random_peer() if peer is None else peer)
        write_contract_text(document, text)
        document.commit()
        return cls(document, identity, clock)

    @classmethod
    def open(
        cls,
        snapshot: bytes,
        updates: Iterable[bytes] = (),
        *,
        identity: Identity,
        clock: Clock,
        peer: int | None = None,
    ) -> Self:
        """A replica from what ``snapshot`` and ``updates_since`` gave. Raises ReplicaError where they are broken."""
        document = new_document(random_peer() if peer is None else peer)
        sentence = "The stored text is damaged and could not be opened."
        for part in (snapshot, *updates):
            guarded(partial(document.import_, unpacked(part, sentence)), sentence)
        replica = cls(document, identity, clock)
        if mend_opened(replica._living):
            replica._system_commit()
            replica._finish("system")
        return replica

    def close(self) -> None:
        """Stop listening and let the memory go. The replica must not be used afterwards."""
        if not self._closed:
            self._closed = True
            self._queue.close()
            self._subscribers.clear()
            self._ahead = {}

    # Who and how

    @property
    def identity(self) -> Identity:
        """Who edits."""
        return self._living.identity

    @identity.setter
    def identity(self, identity: Identity) -> None:
        self._living.identity = identity

    @property
    def suggesting(self) -> bool:
        """Whether edits are tracked changes; always, where nothing else is allowed."""
        return self._living.suggesting

    @suggesting.setter
    def suggesting(self, suggesting: bool) -> None:
        self._living.suggesting = suggesting or self._living.rights is Rights.SUGGEST

    @property
    def rights(self) -> Rights:
        """What may be done here; every command beyond it is refused."""
        return self._living.rights

    @rights.setter
    def rights(self, rights: Rights) -> None:
        self._living.rights = rights
        self.suggesting = self.suggesting

    @property
    def in_company(self) -> bool:
        """Whether others may be at work on this text: what is typed without tracking is told apart from what they knew,
        so that a tracked deletion of theirs does not strike it."""
        return self._living.in_company

    @in_company.setter
    def in_company(self, in_company: bool) -> None:
        self._living.in_company = in_company

    def _get_round(self) -> int | None:
        return self._living.round

    def _set_round(self, number: int | None) -> None:
        self._living.round = number

    round = property(_get_round, _set_round, doc="The round that new tracked changes belong to.")

    @property
    def peer(self) -> int:
        """The peer id of this opening."""
        return int(self._document.peer_id)

    @property
    def written(self) -> int:
        """How much this opening has written itself: grows with every own change, not with what arrives."""
        last = self._document.oplog_vv.get_last(self.peer)
        return 0 if last is None else int(last) + 1

    # Reading

    def nodes(self) -> tuple[Node, ...]:
        """The shown sections in order."""
        return self._living.structure.nodes()

    def slots(self) -> tuple[str, ...]:
        """The ids of all shown slots in document order."""
        return tuple(slot.id for slot in self._living.structure.slots())

    def spans(self, slot: str) -> list[tuple[str, Marks]]:
        """A slot's characters under their marks, newlines included. Raises ReplicaError where it is not shown."""
        found = self._living.structure.slot(slot)
        ahead = self._ahead.pop(slot, None)
        if ahead is not None:
            return ahead
        spans = spans_of(found.text)
        self._living.note_names(found, (marks for _, marks in spans))
        return spans

    def take_ahead(self, ahead: "ReadAhead") -> None:
        """Take what was read elsewhere of the parts that this was opened from: ``spans`` gives it once for each slot.

        Of what has changed since nothing is taken.
        """
        if self._restructured or self._closed or ahead.version != self.stored_version:
            return
        fresh = [slot for slot in ahead.spans if slot not in self._changed]
        self._ahead = {slot: ahead.spans[slot] for slot in fresh}
        self._living.names_read({slot: ahead.names[slot] for slot in fresh})

    def _note_changed(self, changes: Changes) -> None:
        self._restructured = self._restructured or changes.structure
        if changes.structure:
            self._ahead = {}
        for change in changes.texts:
            self._changed.add(change.slot)
            self._ahead.pop(change.slot, None)

    def names(self, slot: str) -> frozenset[str]:
        """The keys of a slot's marks that name revisions and comments; at times also of some that are gone.

        Raises ReplicaError where the slot is not shown.
        """
        return self._living.names_in(self._living.structure.slot(slot))

    def length(self, slot: str) -> int:
        """UTF-16 units of a slot, its last newline included. Raises ReplicaError where it is not shown."""
        return int(self._living.structure.slot(slot).text.len_utf16)

    def character(self, place: Place) -> tuple[str, Marks] | None:
        """The character that begins at a place with its marks, None at the end of the slot.

        Raises ReplicaError where the slot is not shown.
        """
        text = self._living.structure.slot(place.slot).text
        return character_at(text, snapped(text, place.offset))

    @property
    def revisions(self) -> Mapping[str, Revision]:
        """Every revision that was ever registered, by id; which of them stand in the text, marks tell."""
        return self._living.revisions

    @property
    def comments(self) -> tuple[CommentNote, ...]:
        """The comments and answers, in order."""
        return tuple(comment.note for comment in self._living.comments.values())

    @property
    def material(self) -> Material:
        """What marks name."""
        return self._living.material

    def text(self) -> ContractText:
        """The whole text as values."""
        return contract_text(self._document, self._living.structure)

    # Subscribing

    def subscribe(self, callback: Subscriber) -> Callable[[], None]:
        """Have ``callback`` called with every change, when Loro is done with it; gives the way to stop that."""
        self._subscribers.append(callback)

        def unsubscribe() -> None:
            if callback in self._subscribers:
                self._subscribers.remove(callback)

        return unsubscribe

    # Undo

    @property
    def can_undo(self) -> bool:
        """Whether there is a step of one's own to undo."""
        return self._steps.can_undo and self.rights is not Rights.READ

    @property
    def can_redo(self) -> bool:
        """Whether there is a step to redo."""
        return self._steps.can_redo and self.rights is not Rights.READ

    def undo(self) -> Place | None:
        """Undo one's own last step; gives the caret."""
        return _first_place(self.undo_gradually())

    def redo(self) -> Place | None:
        """Redo the last undone step; gives the caret."""
        return _first_place(self.redo_gradually())

    def undo_gradually(self) -> Iterator[Place | None]:
        """The same part by part, each committed and told; gives the caret of each. A command does the rest first."""
        return self._in_turns(redo=False)

    def redo_gradually(self) -> Iterator[Place | None]:
        """The same for the last undone step."""
        return self._in_turns(redo=True)

    @contextmanager
    def undo_group(self) -> Iterator[None]:
        """Everything commanded inside is one step, whatever arrives from elsewhere meanwhile."""
        with self._steps.group():
            yield

    # Exchange

    def snapshot(self) -> bytes:
        """Everything, with its history."""
        return bytes(self._document.export(ExportMode.Snapshot()))

    def version(self) -> bytes:
        """What this replica knows, for ``updates_since`` of another."""
        return bytes(self._document.oplog_vv.encode())

    def updates_since(self, version: bytes) -> bytes:
        """What is new since a version. Raises ReplicaError where that is malformed."""
        known = guarded(lambda: VersionVector.decode(version), "The version to send changes since is malformed.")
        return packed(bytes(self._document.export(ExportMode.Updates(known))))

    def import_updates(self, data: bytes) -> None:
        """Take in what another replica gave. What comes too early is kept until what it builds on is there.

        Raises ReplicaError where it is broken; the text is then as it was.
        """
        sentence = "The change that arrived is damaged and was not taken in."
        update = unpacked(data, sentence)
        before = self._document.oplog_frontiers.encode()
        try:
            guarded(lambda: self._document.import_(update), sentence)
        except ReplicaError:
            if self._document.oplog_frontiers.encode() != before:
                self._steps.disturbed()
                self._finish("remote")
            raise
        outcome = report(self._living, self._queue, "remote")
        self._note_foreign(outcome)
        self._steps.disturbed()
        self._tell(together(outcome.changes, self._mend(outcome).changes))

    def frontier(self) -> bytes:
        """The name of the present state, for ``text_at``."""
        return bytes(self._document.oplog_frontiers.encode())

    def text_at(self, frontier: bytes) -> ContractText:
        """The text as it was at a frontier. Raises ReplicaError where this replica does not know it."""
        sentence = "This version is not in the history of the text."
        past = guarded(lambda: self._document.fork_at(Frontiers.decode(frontier)), sentence)
        return contract_text(past, Structure(past))

    def plain_export(self) -> bytes:
        """The text as plain JSON, so that it outlives the engine."""
        return canonical_bytes(to_json(self.text()))

    # The one way out

    @contextmanager
    def _command(self) -> Iterator[None]:
        if self._closed:
            raise ReplicaError("This text was closed.")
        if self.rights is Rights.READ:
            raise ReplicaError(ONLY_READ)
        self._finish_turns()
        self._living.begin()
        try:
            yield
        finally:
            self._finish("local")

    def _finish(self, origin: Origin) -> None:
        self._document.commit()
        outcome = report(self._living, self._queue, origin)
        self._note_foreign(outcome)
        self._living.note_arrivals(outcome.own.texts.items())
        try:
            self._steps.committed(self._inverse(outcome, _STANDS))
        except ReplicaError:
            self._steps.clear()
            self._tell(outcome.changes)
            raise
        if self._living.register_waiting():
            self._system_commit()
        self._tell(together(outcome.changes, report(self._living, self._queue, origin).changes))

    def _inverse(self, outcome: Report, sentence: str) -> list[Part]:
        return guarded(lambda: inverse_of(self._living, self._living.committed, outcome.own), sentence)

    def _note_foreign(self, outcome: Report) -> None:
        foreign = outcome.foreign
        if foreign.texts or foreign.values:
            self._steps.happened(foreign.texts.items(), foreign.written)
            self._living.note_arrivals(foreign.texts.items())

    def _system_commit(self) -> None:
        self._document.set_next_commit_origin(SYSTEM_ORIGIN)
        self._document.commit()

    def _mend(self, outcome: Report) -> Report:
        """Set right what something touched that arrived or was undone; gives what that did."""
        if mend(self._living, outcome):
            self._system_commit()
            self._steps.disturbed()
        if self._living.has_withdrawn:
            # Half of that step is another's now: taking it back would leave the other half standing.
            self._living.has_withdrawn = False
            self._steps.clear()
        mended = report(self._living, self._queue, "system")
        self._note_foreign(mended)
        return mended

    def _in_turns(self, redo: bool) -> Iterator[Place | None]:
        self._finish_turns()
        self._turns = self._turn_by_turn(redo)
        return self._turns

    def _finish_turns(self) -> None:
        """Do the rest of an undo that goes on in turns, unless it is that which is under way."""
        turns = self._turns
        if turns is None or self._in_turn:
            return
        self._turns = None
        for _ in turns:
            pass

    def _turn_by_turn(self, redo: bool) -> Generator[Place | None, None, None]:
        step = None if self._closed or self.rights is Rights.READ else self._steps.begin(redo)
        if step is None:
            return
        try:
            while not self._closed:
                exact = self._steps.is_exact(step)
                part = self._steps.next_part(redo)
                if part is None:
                    return
                self._in_turn = True
                try:
                    place = self._take_back(part, redo, exact)
                finally:
                    self._in_turn = False
                yield place
        finally:
            self._steps.end(redo)

    def _take_back(self, part: Part, redo: bool, exact: bool) -> Place | None:
        self._living.begin()
        try:
            guarded(lambda: take_back(self._living, part), _STUCK)
            self._document.commit()
            outcome = report(self._living, self._queue, "undo")
            self._steps.note(self._steps.stack(not redo), self._inverse(outcome, _STUCK))
        except ReplicaError:
            self._steps.clear()
            self._document.commit()
            self._tell(report(self._living, self._queue, "undo").changes)
            raise
        mended = None if exact else self._mend(outcome)
        self._tell(outcome.changes if mended is None else together(outcome.changes, mended.changes))
        return caret_after(self._living, outcome.changes)

    def _tell(self, changes: Changes) -> None:
        if not (changes.texts or changes.structure or changes.revisions or changes.comments):
            return
        self._note_changed(changes)
        for subscriber in tuple(self._subscribers):
            subscriber(changes)


def _first_place(places: Iterable[Place | None]) -> Place | None:
    """The first caret of several, when all that gives them is done."""
    return next((place for place in list(places) if place is not None), None)
