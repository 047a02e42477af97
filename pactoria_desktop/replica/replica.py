"""The living text of a contract: one interface of commands over the replica document.

Every command validates, writes, commits once and then tells the subscribers; the same way out serves what arrives
from elsewhere and what undo brings back. Offsets are UTF-16 units of a slot. A command gives the new place of the
caret, or None where nothing may be done there. Nothing here is safe to use from two threads at once.
"""

import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial

from loro import ExportMode, Frontiers, LoroDoc, VersionVector

from pactoria_desktop.contract.anchors import Anchor, Located
from pactoria_desktop.contract.canonical import canonical_bytes, to_json
from pactoria_desktop.contract.text import (
    CommentNote,
    ContractText,
    Marks,
    MarkValue,
    Material,
    Revision,
    WordObject,
    id_of,
    kind_of,
)
from pactoria_desktop.replica import commenting, erasing, formatting, tables, writing
from pactoria_desktop.replica.anchoring import anchor_at, locate
from pactoria_desktop.replica.changes import Changes, Node, Origin, Place, Stretch
from pactoria_desktop.replica.errors import ReplicaError
from pactoria_desktop.replica.events import EventQueue, Report, caret_after, report, together
from pactoria_desktop.replica.gradual import Gradually, replace_each
from pactoria_desktop.replica.guarding import mend, mend_opened
from pactoria_desktop.replica.identity import Identity
from pactoria_desktop.replica.living import TRACKED_KINDS, LivingText
from pactoria_desktop.replica.loro_text import SYSTEM_ORIGIN, character_at, guarded, new_document, snapped
from pactoria_desktop.replica.packing import packed, unpacked
from pactoria_desktop.replica.reading import contract_text, spans_of, write_contract_text
from pactoria_desktop.replica.rebasing import Join, rebase
from pactoria_desktop.replica.resolving import Selection, resolve_revisions
from pactoria_desktop.replica.structure import Structure
from pactoria_desktop.replica.undoing import MarkKeeper, Step, UndoSteps
from pactoria_desktop.runtime.clock import Clock

Subscriber = Callable[[Changes], None]


def random_peer(randomness: Callable[[int], bytes] = os.urandom) -> int:
    """A peer id for one opening: 63 random bits, never 0."""
    return (int.from_bytes(randomness(8), "big") >> 1) or 1


class Replica:
    """One opening of a contract's living text. ``create`` and ``open`` make one; ``close`` it when done.

    ``identity``, ``suggesting`` and ``round`` may be changed at any time and hold for the commands after that.
    """

    def __init__(self, document: LoroDoc, identity: Identity, clock: Clock) -> None:
        """Take over a document that has its settings and its content. Use ``create`` or ``open`` instead."""
        self._document = document
        self._living = LivingText(document, identity, clock)
        self._steps = UndoSteps(document)
        self._queue = EventQueue(document)
        self._subscribers: list[Subscriber] = []
        self._closed = False
        self._running = 0
        self.stored_version = self.version()
        """What was in the stored parts that this replica was opened from, without what the opening set right."""

    @classmethod
    def create(cls, text: ContractText, *, identity: Identity, clock: Clock, peer: int | None = None) -> "Replica":
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
    ) -> "Replica":
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
        """Whether edits are tracked changes."""
        return self._living.suggesting

    @suggesting.setter
    def suggesting(self, suggesting: bool) -> None:
        self._living.suggesting = suggesting

    def _get_round(self) -> int | None:
        return self._living.round

    def _set_round(self, number: int | None) -> None:
        self._living.round = number

    round = property(_get_round, _set_round, doc="The round that new tracked changes belong to.")

    @property
    def peer(self) -> int:
        """The peer id of this opening."""
        return int(self._document.peer_id)

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
        spans = spans_of(found.text)
        self._living.note_names(found, (marks for _, marks in spans))
        return spans

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

    # Commands on words

    def insert(self, place: Place, text: str, formatting: Mapping[str, MarkValue | None] | None = None) -> Place | None:
        """Type or paste text, newlines start paragraphs. ``formatting`` is laid over the look of the place."""
        with self._command():
            return writing.insert(self._living, place, text, formatting)

    def insert_object(self, place: Place, thing: WordObject) -> Place | None:
        """Insert a piece of Word XML that has no words, such as a page break."""
        with self._command():
            return writing.insert_object(self._living, place, thing)

    def enter(self, place: Place) -> Place | None:
        """Start a new paragraph."""
        return self.insert(place, "\n")

    def delete(self, stretches: Sequence[Stretch], forward: bool = False) -> Place | None:
        """Delete, or strike when suggesting. With ``forward`` the caret goes after what stays struck."""
        with self._command():
            return erasing.delete(self._living, stretches, forward)

    def replace(
        self, stretches: Sequence[Stretch], text: str, formatting: dict[str, MarkValue | None] | None = None
    ) -> Place | None:
        """Put text in the place of stretches, as one step."""
        with self._command():
            return erasing.replace(self._living, stretches, text, formatting)

    def replace_each(self, stretches: Sequence[Stretch], text: str) -> int:
        """Put text in the place of each stretch, as one commit; gives how many there were."""
        with self._command():
            return replace_each(self._living, stretches, text)

    def format(self, stretches: Sequence[Stretch], key: str, value: bool | None) -> None:
        """Give characters ``bold``, ``italic``, ``underline`` or ``strike``; None takes the word of their run."""
        with self._command():
            formatting.format_characters(self._living, stretches, key, value)

    def set_paragraph(self, stretches: Sequence[Stretch], key: str, value: str | int | None) -> None:
        """Set ``p:style``, ``p:num`` or ``p:lvl`` of every paragraph that the stretches touch."""
        with self._command():
            formatting.set_paragraphs(self._living, stretches, key, value)

    # Comments

    def comment(self, stretches: Sequence[Stretch], text: str) -> str:
        """Comment on words; gives the comment's id."""
        with self._command():
            return commenting.comment(self._living, stretches, text)

    def reply(self, comment: str, text: str) -> str:
        """Answer in a comment's thread; gives the answer's id."""
        with self._command():
            return commenting.reply(self._living, comment, text)

    def resolve_comment(self, comment: str, resolved: bool = True) -> None:
        """Mark a thread as resolved, or open it again."""
        with self._command():
            commenting.resolve_comment(self._living, comment, resolved)

    def remove_comment(self, comment: str) -> None:
        """Remove a comment with its answers, or one answer."""
        with self._command():
            commenting.remove_comment(self._living, comment)

    def comment_stretches(self, comment: str) -> list[Stretch]:
        """Where the words of a comment stand, in order; none when they are gone."""
        return commenting.stretches_of(self._living, comment)

    def comment_anchor(self, comment: str) -> Anchor | None:
        """Where a comment was made and on which words; None for answers and for those that came with a file."""
        return commenting.stored(self._living, comment).anchor

    # Places that live through edits

    def anchor(self, stretch: Stretch) -> Anchor:
        """An anchor on the words of a stretch. Raises ReplicaError where it is empty."""
        return anchor_at(self._living, stretch)

    def locate(self, anchor: Anchor) -> Located:
        """Where an anchor stands now, and what became of its words. Raises ReplicaError for a foreign one."""
        return locate(self._living, anchor)

    def revision_stretches(self, revision: str) -> list[Stretch]:
        """Where the marks of a revision stand, in order, newlines included."""
        return self._living.stretches_where(lambda key: kind_of(key) in TRACKED_KINDS and id_of(key) == revision)

    # Sections

    def move_section(self, slot: str, before: str | None) -> None:
        """Move the section that holds a slot in front of the section that holds another, None for the end."""
        structure = self._living.structure
        section = structure.slot(slot).section
        target = structure.slot(before).section if before is not None else None
        with self._command():
            items = structure.section_list
            to = len(items) if target is None else target.index
            if to > section.index:
                to -= 1
            if to != section.index:
                items.mov(section.index, to)
                structure.forget()

    # Tables; a cell's slot names its row and column

    def insert_row(self, slot: str, below: bool = True) -> Place:
        """A row beside that of a cell; gives the caret in its first cell."""
        with self._command():
            return tables.insert_row(self._living, slot, below)

    def delete_rows(self, slots: Sequence[str]) -> Place | None:
        """Delete the rows of these cells, or strike them when suggesting."""
        with self._command():
            return tables.delete_rows(self._living, slots)

    def insert_column(self, slot: str, right: bool = True) -> Place:
        """A column beside that of a cell; not while suggesting. In a long table no step before can be undone then.

        Loro would need seconds for each earlier step (tables.LONG_TABLE).
        """
        with self._command():
            place = tables.insert_column(self._living, slot, right)
        self._forget_steps_of_long_table(slot)
        return place

    def delete_column(self, slot: str) -> Place | None:
        """Delete the column that a cell begins in; not while suggesting."""
        with self._command():
            place = tables.delete_column(self._living, slot)
        if place is not None:
            self._forget_steps_of_long_table(place.slot)
        return place

    def _forget_steps_of_long_table(self, slot: str) -> None:
        section = self._living.structure.slot(slot).section
        if len(section.rows) > tables.LONG_TABLE:
            self._steps.clear()

    def merge_right(self, slot: str) -> Place:
        """Merge a cell with the one at its right; not while suggesting."""
        with self._command():
            return tables.merge_right(self._living, slot)

    def merge_down(self, slot: str) -> Place:
        """Merge a cell with the one below it; not while suggesting."""
        with self._command():
            return tables.merge_down(self._living, slot)

    def split_cell(self, slot: str) -> Place:
        """Let the cells of a merged one stand by themselves again; not while suggesting."""
        with self._command():
            return tables.split_cell(self._living, slot)

    def new_table(self, slot: str, rows: int, columns: int) -> Place:
        """A table after the section of a slot."""
        with self._command():
            return tables.new_table(self._living, slot, rows, columns)

    def paragraph_beside(self, slot: str, before: bool) -> Place:
        """An empty paragraph before or after the table of a cell, where nobody could type otherwise."""
        with self._command():
            return tables.paragraph_beside(self._living, slot, before)

    # Tracked changes

    def accept(self, selection: Selection) -> int:
        """Accept tracked changes; gives how many revisions were among them."""
        with self._command():
            return resolve_revisions(self._living, selection, True)

    def reject(self, selection: Selection) -> int:
        """Reject tracked changes; gives how many revisions were among them."""
        with self._command():
            return resolve_revisions(self._living, selection, False)

    @property
    def gradually(self) -> Gradually:
        """Large deeds, text by text: each part is committed and told, all of them are one step of undo."""
        return Gradually(self._living, self._command, self._steps.group)

    def rebase(self, join: Join) -> None:
        """Lay a received text's changes on this one as their authors', then move the sources to its package."""
        with self._command():
            rebase(self._living, join)

    # Undo

    @property
    def can_undo(self) -> bool:
        """Whether there is a step of one's own to undo."""
        return self._steps.can_undo

    @property
    def can_redo(self) -> bool:
        """Whether there is a step to redo."""
        return self._steps.can_redo

    def undo(self) -> Place | None:
        """Undo one's own last step; gives the caret."""
        return self._take_back(self._steps.next_undo(), self._steps.undo)

    def redo(self) -> Place | None:
        """Redo the last undone step; gives the caret."""
        return self._take_back(self._steps.next_redo(), self._steps.redo)

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
                self._finish("remote")
            raise
        outcome = report(self._living, self._queue, "remote")
        self._mend(outcome)
        mended = report(self._living, self._queue, "remote").changes
        self._steps.committed()
        self._tell(together(outcome.changes, mended))

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
        try:
            yield
        finally:
            self._finish("local")

    def _finish(self, origin: Origin) -> None:
        self._document.commit()
        outcome = report(self._living, self._queue, origin)
        step = Step()
        for key, deltas in outcome.texts:
            step.note(key, deltas)
        self._steps.committed(step)
        if self._living.register_waiting():
            self._system_commit()
        self._tell(together(outcome.changes, report(self._living, self._queue, origin).changes))

    def _system_commit(self) -> None:
        self._document.set_next_commit_origin(SYSTEM_ORIGIN)
        self._document.commit()
        self._steps.committed()

    def _mend(self, outcome: Report) -> None:
        if mend(self._living, outcome):
            self._system_commit()

    def _take_back(self, step: Step | None, act: Callable[[Step], bool]) -> Place | None:
        if self._closed or step is None:
            return None
        texts = {key: self._living.structure.slot_by_key(key) for key in step.texts}
        keepers = {key: MarkKeeper(spans_of(slot.text)) for key, slot in texts.items() if slot is not None}
        opposite = Step()
        if not act(opposite):
            return None
        outcome = report(self._living, self._queue, "undo")
        restored = False
        for key, deltas in outcome.texts:
            opposite.note(key, deltas)
            if key in keepers:
                keepers[key].follow(deltas)
        for key, keeper in keepers.items():
            slot = texts[key]
            if slot is not None:
                restored = keeper.restore(slot.text, step.laid) or restored
        if restored:
            self._system_commit()
        self._mend(outcome)
        self._tell(together(outcome.changes, report(self._living, self._queue, "undo").changes))
        return caret_after(self._living, outcome.changes)

    def _tell(self, changes: Changes) -> None:
        if not (changes.texts or changes.structure or changes.revisions or changes.comments):
            return
        for subscriber in tuple(self._subscribers):
            subscriber(changes)
