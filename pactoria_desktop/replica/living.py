"""The state that the commands share: the document, its structure, who edits and how, and what is marked where."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC
from typing import TypeVar

from loro import Frontiers, LoroDoc, LoroText

from pactoria_desktop.contract.text import HIDDEN, Marks, MarkValue, Material, Revision, kind_of
from pactoria_desktop.replica.changes import Changes, Keep, Put, Stretch
from pactoria_desktop.replica.deltas import Deltas, composed
from pactoria_desktop.replica.identity import Identity
from pactoria_desktop.replica.loro_text import (
    COMMENTS,
    REVISIONS,
    SYSTEM_ORIGIN,
    Run,
    all_deltas,
    all_runs,
    maps_in,
    paragraph_end,
    paragraph_start,
    runs_between,
    snapped,
)
from pactoria_desktop.replica.reading import comments_of, in_order, material_from, revision_of, revisions_of
from pactoria_desktop.replica.records import (
    MATERIAL_TABLES,
    StoredComment,
    comment_from,
    encoded,
    material_after,
    material_of,
    plain,
    revision_record,
)
from pactoria_desktop.replica.rights import Rights
from pactoria_desktop.replica.structure import Slot, Structure
from pactoria_desktop.runtime.clock import Clock

Entry = TypeVar("Entry")

TRACKED_KINDS = ("ins", "del", "moveFrom", "moveTo", "fmt", "pfmt")


@dataclass(frozen=True, slots=True)
class Part:
    """A stretch of a shown slot, its bounds between characters."""

    slot: Slot
    start: int
    end: int


class LivingText:
    """One opened replica document and what the commands need to know about it."""

    def __init__(self, document: LoroDoc, identity: Identity, clock: Clock) -> None:
        self.document = document
        self.identity = identity
        self.clock = clock
        self.suggesting = False
        self.in_company = False
        self.rights = Rights.ALL
        self.round: int | None = None
        self.structure = Structure(document)
        self._counter = max(0, document.oplog_vv.get_last(document.peer_id) or 0)
        self._revisions: dict[str, Revision] | None = None
        self._comments: dict[str, StoredComment] | None = None
        self._material: Material | None = None
        self._waiting: dict[str, Revision] = {}
        self._named: dict[str, frozenset[str]] = {}
        self._open: bool | None = None
        self._as_before: dict[str, Deltas] = {}
        self._arrivals: dict[str, Deltas] | None = None
        self._moves: dict[str, str | None] = {}
        self.has_withdrawn = False
        """Whether a join of this opening was withdrawn, because somebody else joined the same file."""
        self.committed: Frontiers = document.state_frontiers
        """The version that the running command began with, what was committed apart included."""

    # Ids, dates, revisions

    def new_id(self) -> str:
        """An id that no other opening of any replica gives."""
        self._counter += 1
        return f"{self.document.peer_id:x}.{self._counter}"

    def now(self) -> str:
        """The moment in UTC, to the second, as Word writes dates."""
        return self.clock.now().astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")

    @property
    def revisions(self) -> dict[str, Revision]:
        """Every registered revision, those of the running command included; not to be written to."""
        if self._revisions is None:
            self._revisions, _ = revisions_of(self.document)
        return {**self._revisions, **self._waiting} if self._waiting else self._revisions

    def revision(self, id: str) -> Revision | None:
        """A registered revision, None where nothing is known of it."""
        found = self._waiting.get(id)
        return found if found is not None else self.revisions.get(id)

    def is_own(self, id: str) -> bool:
        """Whether a revision was typed here by this person in this round."""
        found = self.revision(id)
        return (
            found is not None
            and found.source == "typed"
            and found.author == self.identity.author
            and found.by == self.identity.by
            and found.round == self.round
        )

    def same_hand(self, first: str, second: str) -> bool:
        """Whether two revisions are of one author."""
        if first == second:
            return True
        one, other = self.revision(first), self.revision(second)
        return one is not None and other is not None and (one.author, one.by) == (other.author, other.by)

    def new_revision(self, kind: str) -> str:
        """The id of a new revision of this person; it is registered when the command is done."""
        id = self.new_id()
        self._waiting[id] = Revision(id, kind, self.identity.author, self.now(), self.identity.by, "typed", self.round)
        return id

    def add_revision(self, revision: Revision) -> None:
        """Register a revision that somebody else made, as a received file has it."""
        if self.revision(revision.id) is None:
            self._waiting[revision.id] = revision

    def register_waiting(self) -> bool:
        """Write the revisions of the finished command; gives whether there were any.

        They are written apart from the command, so that undoing it never takes the author from words that somebody
        has carried elsewhere meanwhile.
        """
        if not self._waiting:
            return False
        table = self.document.get_map(REVISIONS)
        for id, revision in self._waiting.items():
            table.insert(id, revision_record(revision))
        if self._revisions is not None:
            self._revisions.update(self._waiting)
        self._waiting = {}
        return True

    def commit_apart(self) -> None:
        """Commit what a command has made hidden and empty, outside undo."""
        self.document.set_next_commit_origin(SYSTEM_ORIGIN)
        self.document.commit()
        self.begin()

    def begin(self) -> None:
        """A command begins, or goes on after something that was committed apart."""
        self.committed = self.document.state_frontiers
        self._as_before.clear()

    def remember(self, *texts: LoroText) -> None:
        """Read texts that are to be changed, so that what takes that back need not be asked of Loro, which knows it
        only at a price that grows with the history. Without effect once a command has written something.
        """
        if self.document.get_pending_txn_len() == 0:
            for text in texts:
                key = str(text.id)
                if key not in self._as_before:
                    self._as_before[key] = all_deltas(text.to_delta())

    def remembered(self, text: str) -> Deltas | None:
        """A text, named by its container, as it was before the command, None where nobody remembered it."""
        return self._as_before.get(text)

    # Sections

    def move_section(self, section: str, before: str | None) -> None:
        """Move the section of a map in front of that of another, None for the end; one that is gone stays gone."""
        items = self.structure.section_list
        order = [str(holder.id) for _, holder in maps_in(items)]
        places = {str(holder.id): index for index, holder in maps_in(items)}
        at = places.get(section)
        to = places.get(before, len(items)) if before is not None else len(items)
        if at is None:
            return
        if to > at:
            to -= 1
        if to == at:
            return
        number = order.index(section) + 1
        self._moves.setdefault(section, order[number] if number < len(order) else None)
        items.mov(at, to)
        self.structure.forget()

    def take_moves(self) -> dict[str, str | None]:
        """The sections that were moved since the last time, each with the one that followed it before."""
        found, self._moves = self._moves, {}
        return found

    # Comments and material

    @property
    def comments(self) -> dict[str, StoredComment]:
        """Every comment by id, in order."""
        if self._comments is None:
            self._comments = comments_of(self.document)
        return self._comments

    def write_comment(self, comment: StoredComment) -> None:
        """Store a comment anew or changed."""
        self.document.get_map(COMMENTS).insert(comment.note.id, plain(comment))
        self._comments = in_order({**self.comments, comment.note.id: comment})

    @property
    def material(self) -> Material:
        """What marks name."""
        if self._material is None:
            self._material = material_of(material_from(self.document))
        return self._material

    def add_material(self, table: str, key: str, value: object) -> None:
        """Add an entry to a table of the material; one that is there stays as it is."""
        if key in getattr(self.material, table):
            return
        stored = encoded(value)
        self.document.get_map(table).insert(key, stored)
        self._material = material_after(self.material, table, {key: stored})

    def is_locked_box(self, id: str) -> bool:
        """Whether a container's words cannot be edited."""
        box = self.material.boxes.get(id)
        return box is not None and (box.locked or box.kind == "fldSimple")

    def ends_section(self, marks: Marks) -> bool:
        """Whether a newline carries the properties of a Word section."""
        properties = self.material.paragraphs.get(str(marks.get("p:props", "")))
        return properties is not None and properties.ends_section

    # Places

    def parts(self, stretches: Iterable[Stretch]) -> list[Part]:
        """Stretches in document order, clipped to their slots and snapped to characters; empty ones are left out.

        Raises ReplicaError where a slot is gone.
        """
        found = []
        for stretch in stretches:
            slot = self.structure.slot(stretch.slot)
            start, end = sorted((stretch.start, stretch.end))
            start, end = snapped(slot.text, start), snapped(slot.text, end, forward=True)
            if start < end:
                found.append(Part(slot, start, end))
        return sorted(found, key=lambda part: (self.structure.place_of(part.slot), part.start))

    def paragraph_marks_at(self, slot: Slot, offset: int) -> dict[str, MarkValue]:
        """The marks of the newline that ends a paragraph."""
        end = paragraph_end(slot.text, offset)
        return runs_between(slot.text, end, end + 1)[0].marks

    def words_between(self, slot: Slot, start: int, end: int) -> bool:
        """Whether a range has anything but newlines and hidden characters."""
        if start >= end:
            return False
        return bool(str(slot.text.slice_utf16(start, end)).replace(HIDDEN, "").replace("\n", ""))

    def paragraph_bounds(self, slot: Slot, offset: int) -> tuple[int, int]:
        """Where the paragraph of an offset begins, and its newline."""
        return paragraph_start(slot.text, offset), paragraph_end(slot.text, offset)

    def look_runs(self, slot: Slot, offset: int) -> list[Run]:
        """The runs before an offset, nearest first, as far as the look of typed characters may come from."""
        start = snapped(slot.text, max(0, offset - 48))
        return list(reversed(runs_between(slot.text, start, offset)))

    # What is marked where

    def names_in(self, slot: Slot) -> frozenset[str]:
        """The keys of revision and comment marks in a slot; at times also of some that are gone."""
        found = self._named.get(slot.id)
        if found is None:
            found = self.note_names(slot, (run.marks for run in all_runs(slot.text)))
        return found

    def stretches_where(self, wanted: Callable[[str], bool]) -> list[Stretch]:
        """The stretches, in order, under a revision's or comment's mark whose key is wanted; touching ones joined."""
        found: list[Stretch] = []
        for slot in self.structure.slots():
            names = {key for key in self.names_in(slot) if wanted(key)}
            if not names:
                continue
            for run in all_runs(slot.text):
                if names.isdisjoint(run.marks):
                    continue
                if found and found[-1].slot == slot.id and found[-1].end == run.start:
                    found[-1] = Stretch(slot.id, found[-1].start, run.end)
                else:
                    found.append(Stretch(slot.id, run.start, run.end))
        return found

    def known_names(self, slot: str) -> frozenset[str]:
        """What is remembered of a slot's names, without reading it."""
        return self._named.get(slot, frozenset())

    def names_read(self, names: Mapping[str, frozenset[str]]) -> None:
        """Take over what was read of slots' names elsewhere, of the text as it is."""
        self._named.update(names)

    def note_names(self, slot: Slot, marks: Iterable[Marks]) -> frozenset[str]:
        """Remember which revisions and comments a slot's marks name."""
        keys: set[str] = set()
        for each in marks:
            keys.update(each)
        found = frozenset(key for key in keys if _is_name(key))
        self._named[slot.id] = found
        return found

    def names_changed(self, changes: Changes) -> None:
        """Keep up with what changed in texts."""
        if changes.structure:
            self._open = None
        for change in changes.texts:
            laid: set[str] = set()
            for delta in change.deltas:
                if isinstance(delta, Put | Keep):
                    laid.update(key for key, value in delta.marks.items() if value is not None)
            added = {key for key in laid if _is_name(key)}
            if any(kind_of(key) in TRACKED_KINDS for key in added):
                self._open = True
            known = self._named.get(change.slot)
            if known is not None and not added <= known:
                self._named[change.slot] = known | added

    def forget_names(self, slot: Slot) -> None:
        """Marks were taken away in a slot: look anew for what is still named there."""
        self._named.pop(slot.id, None)
        self._open = None

    def forget_all_names(self) -> None:
        """Much has changed: look anew everywhere."""
        self._named.clear()
        self._open = None

    def typing_is_told_apart(self) -> bool:
        """Whether words typed without tracking get an id: a deletion must know what it was aimed at."""
        return self.in_company or self.revisions_open()

    def revisions_open(self) -> bool:
        """Whether tracked changes stand anywhere in the text; at times still said just after the last has gone."""
        if self._open is None:
            self._open = any(
                kind_of(key) in TRACKED_KINDS for slot in self.structure.slots() for key in self.names_in(slot)
            ) or any(row.marks for section in self.structure.sections() for row in section.shown_rows)
        return self._open

    # What happens while a deed goes on in turns

    @contextmanager
    def watching(self) -> Iterator[None]:
        """Remember inside what is done to texts, by others, by another command or by the deed itself."""
        outer, self._arrivals = self._arrivals, {}
        try:
            yield
        finally:
            self._arrivals = outer

    def note_arrivals(self, texts: Iterable[tuple[str, Deltas]]) -> None:
        """Something was done to texts, named by their containers."""
        if self._arrivals is not None:
            for text, deltas in texts:
                self._arrivals[text] = composed(self._arrivals.get(text, ()), deltas)

    def arrived_in(self, text: str) -> Deltas:
        """What has been done to a text since the deed began that goes on."""
        return self._arrivals.get(text, ()) if self._arrivals is not None else ()

    # Caches

    def records_changed(self, table: str, changes: Mapping[str, object]) -> None:
        """Entries of a table beside the text came, changed or went (None): what was read of it follows."""
        if table == REVISIONS and self._revisions is not None:
            for id, value in changes.items():
                _put_or_drop(self._revisions, id, revision_of(value, id)[0])
        elif table == COMMENTS and self._comments is not None:
            for id, value in changes.items():
                comment = comment_from(value)
                _put_or_drop(self._comments, id, comment if comment and comment.note.id == id else None)
            self._comments = in_order(self._comments)
        elif table in MATERIAL_TABLES and self._material is not None:
            self._material = material_after(self._material, table, changes)


def _put_or_drop(entries: dict[str, Entry], key: str, value: Entry | None) -> None:
    if value is None:
        entries.pop(key, None)
    else:
        entries[key] = value


def _is_name(key: str) -> bool:
    return ":" in key and kind_of(key) in (*TRACKED_KINDS, "comment")


def has_words(text: str) -> bool:
    """Whether a text has a character that people see as a word or a thing."""
    return any(character not in (HIDDEN, "\n") for character in text)
