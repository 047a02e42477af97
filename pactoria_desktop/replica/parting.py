"""What two sides did to the same sentences while they were apart, and how it is shown: as both authors' changes.

The last version that both knew is the base. A sentence of it whose words both sides changed is a clash. In the joined
text its words are never left blended: what was typed there without tracking becomes its author's tracked insertion, and
what was deleted without tracking comes back as struck words. Tracked changes are both authors' already. Everything is
worked out on copies; what comes of it is one update, which any replica takes in like any other.
"""

import hashlib
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from loro import ID, Diff, LoroDoc, LoroText, Side, VersionVector

from pactoria_desktop.contract.segmentation import pieces_of
from pactoria_desktop.contract.suggesting import deletion_value, greatest_depth, ids_of_kind, is_inserted, is_struck
from pactoria_desktop.contract.text import HIDDEN, OBJECT, MarkValue, Revision, id_of, kind_of
from pactoria_desktop.replica.anchoring import anchor_at, words_between
from pactoria_desktop.replica.changes import Delta, Drop, Keep, Put, Stretch
from pactoria_desktop.replica.identity import Identity
from pactoria_desktop.replica.loro_text import (
    INTERNAL_MARK,
    REVISIONS,
    all_deltas,
    guarded,
    lay_marks,
    new_document,
    runs_between,
    set_marks,
    utf16_before,
    utf16_length,
)
from pactoria_desktop.replica.opening import random_peer
from pactoria_desktop.replica.packing import unpacked
from pactoria_desktop.replica.replica import Replica
from pactoria_desktop.replica.structure import Slot, Structure
from pactoria_desktop.runtime.clock import Clock

_UNTOUCHED = frozenset({HIDDEN, OBJECT, "\n"})


@dataclass(frozen=True, slots=True)
class Clash:
    """A sentence that two people changed apart. ``id`` is the same for all who come to it.

    ``people`` are their ids in order, ``versions`` the sentence as each left it, ``base`` as it was. ``start`` and
    ``end`` are cursors (hexadecimal) in the joined text, ``quote`` its words there.
    """

    id: str
    slot: str
    start: str
    end: str
    quote: str
    base: str
    people: tuple[str, str]
    versions: tuple[str, str]


@dataclass(frozen=True, slots=True)
class Joined:
    """Both sides' work as one update on what the others know. ``version`` is what is known with it.

    ``peer`` is the opening that laid marks, in hexadecimal digits.
    """

    update: bytes
    version: bytes
    peer: str
    clashes: tuple[Clash, ...]


@dataclass(frozen=True, slots=True)
class _Side:
    """One side's text and how it came from the base's, by container."""

    document: LoroDoc
    structure: Structure
    deltas: Mapping[str, tuple[Delta, ...]]
    revisions: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class _Sentence:
    """A sentence of the base by code points of its slot."""

    slot: Slot
    start: int
    end: int


def joined(
    mine: bytes,
    known: bytes,
    arrived: Sequence[bytes],
    *,
    contract: str,
    me: Identity,
    others: Identity,
    clock: Clock,
    lays_marks: bool = True,
    peer: int | None = None,
) -> Joined:
    """Join what arrived into a text (a snapshot with its history) that the platform knew up to ``known``.

    ``others`` is who the arrived changes are by. Without ``lays_marks`` clashes are found and nothing is written for
    them. Raises ReplicaError where something is broken.
    """
    sentence = "The text could not be joined with what arrived; both are as they were."
    ours = new_document(random_peer())
    guarded(partial(ours.import_, unpacked(mine, sentence)), sentence)
    shared = guarded(lambda: VersionVector.decode(known).intersection(ours.oplog_vv), sentence)
    theirs = guarded(lambda: ours.fork_at(ours.vv_to_frontiers(shared)), sentence)
    for update in arrived:
        guarded(partial(theirs.import_, unpacked(update, sentence)), sentence)
    # Among what arrived may be one's own work whose acknowledgement was lost: that both know as well.
    both = theirs.oplog_vv.intersection(ours.oplog_vv)
    base = guarded(lambda: ours.fork_at(ours.vv_to_frontiers(both)), sentence)
    text = Replica.open(mine, identity=me, clock=clock, peer=peer)
    try:
        for update in arrived:
            text.import_updates(update)
        sides = (_side(base, ours), _side(base, theirs))
        found = list(_clashing(Structure(base), sides))
        clashes: list[Clash] = []
        if found:
            frontiers = sorted(bytes(each.state_frontiers.encode()).hex() for each in (ours, theirs))
            together = _side(base, text._document)
            with text._command():
                # From the last to the first: what is laid moves nothing that stands before it.
                for each in reversed(found):
                    laying = _Laying(text, together, sides, (me, others), each, frontiers, contract, lays_marks)
                    clashes.append(laying.clash())
        update = text.updates_since(bytes(theirs.oplog_vv.encode()))
        return Joined(update, text.version(), f"{text.peer:x}", tuple(reversed(clashes)))
    finally:
        text.close()


def _side(base: LoroDoc, document: LoroDoc) -> _Side:
    changes = document.diff(base.state_frontiers, document.state_frontiers).get_diff()
    deltas = {str(container): all_deltas(diff.diff) for container, diff in changes if isinstance(diff, Diff.Text)}
    revisions = frozenset(document.get_map(REVISIONS).keys()) - frozenset(base.get_map(REVISIONS).keys())
    return _Side(document, Structure(document), deltas, revisions)


def _clashing(base: Structure, sides: tuple[_Side, _Side]) -> Iterator[_Sentence]:
    """The sentences whose words both sides changed, in document order."""
    both = sides[0].deltas.keys() & sides[1].deltas.keys()
    alike = sides[0].revisions & sides[1].revisions
    for slot in base.slots():
        if slot.key not in both:
            continue
        joined_alike = _joins(sides[0].deltas[slot.key]) & _joins(sides[1].deltas[slot.key])
        touched = [_touched(side.deltas[slot.key], alike, joined_alike) for side in sides]
        for start, end in _sentences(slot.text.to_string()):
            if all(any(_meets(each, start, end) for each in side) for side in touched):
                yield _Sentence(slot, start, end)


def _sentences(words: str) -> Iterator[tuple[int, int]]:
    at = 0
    for line in words.split("\n"):
        for start, end, *_ in pieces_of(line):
            yield at + start, at + end
        at += len(line) + 1


@dataclass(frozen=True, slots=True)
class _Touch:
    """Base code points ``start`` to ``end`` that were changed; of words that were put between, their text."""

    start: int
    end: int
    put: str = ""


_Put = tuple[str, int, str]
"""Words that joining a file has put: which they are, where in the base, and their text."""


def _joins(deltas: Sequence[Delta]) -> frozenset[_Put]:
    """What joins of received files have put, each stretch of it that nobody has typed into."""
    found: list[_Put] = []
    at = 0
    last = -1
    for number, delta in enumerate(deltas):
        if isinstance(delta, Put):
            name = _join_of(delta)
            if name and found and last == number - 1 and found[-1][0] == name:
                found[-1] = (name, at, found[-1][2] + delta.text)
            elif name:
                found.append((name, at, delta.text))
            last = number if name else last
        else:
            at += delta.count
    return frozenset(found)


def _join_of(delta: Put) -> str:
    value = delta.marks.get(INTERNAL_MARK)
    return str(value[0]) if isinstance(value, list) and len(value) == 3 else ""


def _touched(deltas: Sequence[Delta], alike: Collection[str], joined_alike: Collection[_Put]) -> list[_Touch]:
    """What a side has changed. What both did by joining the same file is no change of either: revisions ``alike`` and
    words ``joined_alike``."""
    found: list[_Touch] = []
    names = {(name, at) for name, at, _ in joined_alike}
    at = 0
    for delta in deltas:
        if isinstance(delta, Put):
            if delta.text.strip(HIDDEN) and (_join_of(delta), at) not in names:
                found.append(_Touch(at, at, delta.text))
            continue
        count = delta.count
        if isinstance(delta, Drop) or any(
            kind_of(key) in ("del", "moveFrom") and id_of(key) not in alike for key in delta.marks
        ):
            found.append(_Touch(at, at + count))
        at += count
    return found


def _meets(touch: _Touch, start: int, end: int) -> bool:
    if not touch.put:
        return touch.start < end and touch.end > start
    if start < touch.start < end:
        return True
    # Beside a sentence: a part of it unless white space keeps it apart.
    return (touch.start == end and not touch.put[0].isspace()) or (touch.start == start and not touch.put[-1].isspace())


def _after(deltas: Sequence[Delta], offset: int, *, behind: bool) -> int:
    """Where a base offset stands after changes; with ``behind`` after what was put there, else before it."""
    at = moved = 0
    for delta in deltas:
        if isinstance(delta, Put):
            if at > offset or (at == offset and not behind):
                break
            moved += len(delta.text)
            continue
        if at > offset or (at == offset and not behind):
            break
        step = min(delta.count, offset - at)
        if isinstance(delta, Drop):
            moved -= step
        at += delta.count
    return offset + moved


class _Laying:
    """One clash, shown in the joined text."""

    def __init__(
        self,
        text: Replica,
        together: _Side,
        sides: tuple[_Side, _Side],
        authors: tuple[Identity, Identity],
        sentence: _Sentence,
        frontiers: Sequence[str],
        contract: str,
        lays_marks: bool,
    ) -> None:
        self._text, self._together, self._sides, self._authors = text, together, sides, authors
        self._sentence, self._lays_marks = sentence, lays_marks
        cursor = sentence.slot.text.get_cursor(sentence.start, Side.Middle)
        place = f"{cursor.id.peer}@{cursor.id.counter}" if cursor is not None and cursor.id is not None else ""
        seed = "\n".join((contract, sentence.slot.id, place, *frontiers))
        self.id = hashlib.sha256(seed.encode()).hexdigest()

    def clash(self) -> Clash:
        """Lay the marks, where that is wanted, and say what the clash is."""
        slot = self._text._living.structure.slot(self._sentence.slot.id)
        deltas = self._together.deltas.get(slot.key, ())
        start = _after(deltas, self._sentence.start, behind=False)
        end = _after(deltas, self._sentence.end, behind=True)
        if self._lays_marks:
            end += self._lay(slot.text, deltas)
            self._text._living.forget_names(slot)
        stretch = Stretch(slot.id, utf16_before(slot.text, start), utf16_before(slot.text, max(end, start + 1)))
        anchor = anchor_at(self._text._living, stretch)
        versions = [self._words(side) for side in self._sides]
        people = [author.by for author in self._authors]
        order = sorted((0, 1), key=lambda number: people[number])
        return Clash(
            self.id, slot.id, anchor.start, anchor.end, anchor.quote,
            self._base_words(), (people[order[0]], people[order[1]]), (versions[order[0]], versions[order[1]]),
        )  # fmt: skip

    def _base_words(self) -> str:
        text = self._sentence.slot.text
        return words_between(text, *(utf16_before(text, each) for each in (self._sentence.start, self._sentence.end)))

    def _words(self, side: _Side) -> str:
        side.structure.sections()
        slot = side.structure.slot_by_key(self._sentence.slot.key)
        if slot is None:
            return ""
        deltas = side.deltas.get(slot.key, ())
        start = _after(deltas, self._sentence.start, behind=False)
        end = _after(deltas, self._sentence.end, behind=True)
        return words_between(slot.text, utf16_before(slot.text, start), utf16_before(slot.text, end))

    def _lay(self, text: LoroText, deltas: Sequence[Delta]) -> int:
        """Lay the marks from the end to the beginning; gives how many code points came back."""
        places: list[tuple[int, int, Delta, int]] = []
        base = at = put = 0
        put_at = -1
        for delta in deltas:
            if isinstance(delta, Put):
                if put_at != base:
                    put_at, put = base, at
                places.append((base, at, delta, at))
                at += len(delta.text)
                continue
            # Struck words stand before those that took their place.
            places.append((base, at, delta, put if put_at == base else at))
            base += delta.count
            if isinstance(delta, Keep):
                at += delta.count
        came = 0
        for start, here, delta, before in reversed(places):
            if isinstance(delta, Put):
                touch = _Touch(start, start, delta.text)
                if _meets(touch, self._sentence.start, self._sentence.end):
                    self._track_insertions(text, here, len(delta.text))
            elif isinstance(delta, Drop):
                first = max(start, self._sentence.start)
                last = min(start + delta.count, self._sentence.end)
                if first < last:
                    came += self._bring_back(text, before, first, last)
        return came

    def _track_insertions(self, text: LoroText, at: int, count: int) -> None:
        start = at
        while start < at + count:
            side = self._owner(text, start)
            end = start + 1
            while end < at + count and self._owner(text, end) == side:
                end += 1
            if side is not None:
                first, last = utf16_before(text, start), utf16_before(text, end)
                for run in runs_between(text, first, last):
                    # A deletion counts against what it was aimed at: what is struck stays so without a new mark.
                    if not is_inserted(run.marks) and not is_struck(run.marks):
                        key = f"ins:{self._revision('insertion', side)}"
                        lay_marks(text, run.start, run.end, {key: {"d": greatest_depth(run.marks) + 1}})
            start = end

    def _owner(self, text: LoroText, point: int) -> int | None:
        cursor = text.get_cursor(point, Side.Middle)
        if cursor is None or cursor.id is None:
            return None
        id = ID(cursor.id.peer, cursor.id.counter)
        for number, side in enumerate(self._sides):
            if side.document.oplog_vv.includes_id(id):
                return number
        return None

    def _bring_back(self, text: LoroText, at: int, first: int, last: int) -> int:
        """Put words of the base back, struck by who deleted them; gives how many code points that are."""
        original = self._sentence.slot.text
        gone = [self._dropped(side, first, last) for side in self._sides]
        came = 0
        point = last
        while point > first:
            who = self._who(gone, point - 1)
            start = point - 1
            while start > first and self._who(gone, start - 1) == who:
                start -= 1
            if who is not None:
                came += self._put_struck(text, at, original, start, point, who)
            point = start
        return came

    @staticmethod
    def _who(gone: Sequence[frozenset[int]], point: int) -> int | None:
        """Which side alone deleted a base character; what both deleted is agreed on."""
        first, second = point in gone[0], point in gone[1]
        if first == second:
            return None
        return 0 if first else 1

    def _dropped(self, side: _Side, first: int, last: int) -> frozenset[int]:
        at = 0
        found: set[int] = set()
        for delta in side.deltas.get(self._sentence.slot.key, ()):
            if isinstance(delta, Put):
                continue
            if isinstance(delta, Drop):
                found.update(range(max(at, first), min(at + delta.count, last)))
            at += delta.count
        return frozenset(found)

    def _put_struck(self, text: LoroText, at: int, original: LoroText, start: int, end: int, side: int) -> int:
        runs = runs_between(original, utf16_before(original, start), utf16_before(original, end))
        came = 0
        for run in reversed(runs):
            if is_struck(run.marks) or self._withdrawn(run.marks, side) or set(run.text) & _UNTOUCHED:
                # Struck before, or one's own suggestion taken back: its going takes no words from anybody.
                continue
            marks: dict[str, MarkValue] = {key: value for key, value in run.marks.items() if key != INTERNAL_MARK}
            marks[f"del:{self._revision('deletion', side)}"] = deletion_value(marks)
            place = utf16_before(text, at)
            text.insert_utf16(place, run.text)
            for got in runs_between(text, place, place + utf16_length(run.text)):
                set_marks(text, got, marks)
            came += len(run.text)
        return came

    def _withdrawn(self, marks: Mapping[str, MarkValue], side: int) -> bool:
        by = self._authors[side].by
        revisions = (self._text.revisions.get(id) for id in ids_of_kind(marks, "ins"))
        return any(revision is not None and revision.by == by for revision in revisions)

    def _revision(self, kind: str, side: int) -> str:
        author = self._authors[side]
        other = self._authors[1 - side]
        number = 0 if author.by < other.by else 1
        id = f"apart.{self.id[:20]}.{kind[0]}{number}"
        living = self._text._living
        living.add_revision(Revision(id, kind, author.author, living.now(), author.by))
        return id
