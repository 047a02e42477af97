"""Whether what somebody sent is no more than comments and suggestions of their own.

The check is made on values: with that person's own suggestions rejected and own comments left out, the text after is
the text before. So a suggestion may come, grow, or be withdrawn by its author, and nothing else may happen to anybody's
words, marks, rows or sections. An id that a person makes begins with a peer of that person's (``LivingText.new_id``),
so that nobody can take over what is another's.
"""

import hashlib
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from loro import ID, Frontiers, LoroDoc, LoroText

from pactoria_desktop.contract.suggesting import PARAGRAPH_KINDS, resolve
from pactoria_desktop.contract.text import Marks, MarkValue, Revision, id_of, kind_of
from pactoria_desktop.replica.errors import ReplicaError
from pactoria_desktop.replica.guarding import mend_whole
from pactoria_desktop.replica.identity import Identity
from pactoria_desktop.replica.living import LivingText
from pactoria_desktop.replica.loro_text import COMMENTS, REVISIONS, SECTIONS, all_runs, visible_marks
from pactoria_desktop.replica.reading import revision_of
from pactoria_desktop.replica.records import MATERIAL_TABLES, comment_from, decoded
from pactoria_desktop.replica.structure import RowRecord, SectionRecord, Structure
from pactoria_desktop.runtime.clock import SystemClock

_TEXT = (
    "A reviewer may comment and suggest tracked changes, and this change does more; nothing of it was kept; "
    "it stays on this device, where it can be exported."
)
_RECORDS = (
    "A reviewer may not change what others have noted beside the text; nothing of this change was kept; "
    "it stays on this device, where it can be exported."
)
_ROOTS = frozenset({SECTIONS, REVISIONS, COMMENTS, *MATERIAL_TABLES})


Character = tuple[str, tuple[tuple[str, str], ...]]


@dataclass(frozen=True, slots=True)
class Reviewer:
    """Somebody who may suggest and comment: the user's id, and the peers (hexadecimal) that are known as theirs."""

    person: str
    peers: frozenset[str]

    def made(self, id: str) -> bool:
        """Whether an id was made by an opening of this person's."""
        peer, dot, number = id.partition(".")
        return bool(dot) and peer in self.peers and number.isdecimal()


def reviewing_problem(before: LoroDoc, after: LoroDoc, reviewer: Reviewer) -> str | None:
    """Why what ``after`` has more than ``before`` is more than a reviewer may do, in a sentence; None where it is not.

    What was done is held against the text that its author saw: nobody is refused for what somebody else did meanwhile.
    """
    if not set(after.get_value()) <= _ROOTS | set(before.get_value()):
        return _TEXT
    for known, done in _steps(before, after):
        problem = _problem(known, done, reviewer)
        if problem is not None:
            return problem
    return None


def _steps(before: LoroDoc, after: LoroDoc) -> Iterator[tuple[LoroDoc, LoroDoc]]:
    """What is new, cut where its authors took in others' work: the text before and after each part."""
    new = before.oplog_vv.get_missing_span(after.oplog_vv)
    ends = [(int(span.peer), int(span.counter.start), int(span.counter.end)) for span in new]
    if len(ends) == 1:
        peer, start, end = ends[0]
        parts = list(_parts(after, peer, start, end))
        if len(parts) == 1 and parts[0][0].encode() == before.state_frontiers.encode():
            yield before, after
            return
    for peer, start, end in ends:
        for known, done in _parts(after, peer, start, end):
            yield after.fork_at(known), after.fork_at(done)


def _parts(document: LoroDoc, peer: int, start: int, end: int) -> Iterator[tuple[Frontiers, Frontiers]]:
    """A peer's operations, cut where they build on another's: what each part builds on, and its last operation."""
    known: Frontiers | None = None
    counter = start
    while counter < end:
        change = document.get_change(ID(peer, counter))
        if change is None:
            raise ReplicaError("The change that arrived is damaged; nothing of it was kept.")
        own = Frontiers.from_id(ID(peer, counter - 1)) if counter else None
        builds_on = change.deps if change.id.counter == counter else own
        if known is None or own is None or builds_on is None or builds_on.encode() != own.encode():
            if known is not None and own is not None:
                yield known, own
            known = builds_on if builds_on is not None else Frontiers.from_ids([])
        counter = int(change.id.counter) + int(change.len)
    if known is not None:
        yield known, Frontiers.from_id(ID(peer, end - 1))


def _problem(before: LoroDoc, after: LoroDoc, reviewer: Reviewer) -> str | None:
    step = after.diff(before.state_frontiers, after.state_frontiers)
    touched = {str(container) for container, _ in step.get_diff()}
    records = _Records(before, after, touched)
    own = records.own(reviewer)
    if not (records.revisions_fit(own) and records.comments_fit(reviewer) and records.material_fits()):
        return _RECORDS
    view = _Without(own, reviewer)
    if _same_texts(before, after, touched, view):
        return None
    # Every replica sets right by itself what two people's changes together have broken, and sends that on.
    first, second = _mended(before), _mended(after)
    return None if view.sections(Structure(first)) == view.sections(Structure(second)) else _TEXT


def _mended(document: LoroDoc) -> LoroDoc:
    fork = document.fork()
    mend_whole(LivingText(fork, Identity(""), SystemClock()))
    fork.commit()
    return fork


# Beside the text


class _Records:
    """The tables beside the text, before and after."""

    def __init__(self, before: LoroDoc, after: LoroDoc, touched: Collection[str]) -> None:
        self._before, self._after, self._touched = before, after, touched
        self._revisions = after.get_map(REVISIONS).get_value()

    def own(self, reviewer: Reviewer) -> frozenset[str]:
        """The ids of the reviewer's own suggestions."""
        found = set()
        for id, value in self._revisions.items():
            if not reviewer.made(id):
                continue
            revision, given = revision_of(value, id)
            if revision is not None and not given and _is_suggestion(revision, reviewer):
                found.add(id)
        return frozenset(found)

    def _changed(self, table: str) -> Iterable[tuple[str, object, object]]:
        """Entries that are not what they were: key, what it was and what it is (None where it is not there)."""
        if str(self._after.get_map(table).id) not in self._touched:
            return
        old = self._before.get_map(table).get_value()
        new = self._revisions if table == REVISIONS else self._after.get_map(table).get_value()
        for key in old.keys() | new.keys():
            if old.get(key) != new.get(key):
                yield key, old.get(key), new.get(key)

    def revisions_fit(self, own: frozenset[str]) -> bool:
        """New revisions are the reviewer's own, and none that was there is changed or gone."""
        return all(was is None and id in own for id, was, _ in self._changed(REVISIONS))

    def comments_fit(self, reviewer: Reviewer) -> bool:
        """Own comments come, change and go, with the answers to them; others' may be resolved and opened again."""
        for id, was, now in self._changed(COMMENTS):
            old, new = comment_from(was), comment_from(now)
            if now is not None and (new is None or new.note.id != id):
                return False
            if reviewer.made(id):
                continue
            if old is None:
                return False
            if new is None:
                if old.note.parent is None or not reviewer.made(old.note.parent):
                    return False
            elif replace(new, note=replace(new.note, resolved=old.note.resolved)) != old:
                return False
        return True

    def material_fits(self) -> bool:
        """Material only grows, and a key is the hash of what it names (``properties.content_key``).

        What nothing names any more may go: undoing the change that brought it takes it away.
        """
        gone: set[str] = set()
        for table, kind in MATERIAL_TABLES.items():
            for key, was, now in self._changed(table):
                if now is None:
                    gone.add(key)
                elif was is not None or not _is_material(kind, key, now):
                    return False
        return not gone or not self._named(gone)

    def _named(self, keys: Collection[str]) -> bool:
        structure = Structure(self._after)
        for slot in structure.slots():
            for run in all_runs(slot.text):
                said = repr(run.marks)
                if any(key in said for key in keys):
                    return True
        return False


def _is_material(kind: type, key: str, entry: object) -> bool:
    if not isinstance(entry, str) or decoded(kind, entry) is None:
        return False
    return hashlib.sha256(entry.encode("utf-8", "surrogatepass")).hexdigest()[:16] == key


def _is_suggestion(revision: Revision, reviewer: Reviewer) -> bool:
    return revision.by == reviewer.person and revision.source == "typed" and revision.kind != "typed"


# The text


def _same_texts(before: LoroDoc, after: LoroDoc, touched: Collection[str], view: "_Without") -> bool:
    """Whether both show the same without the person: only what was touched is read, where that is words alone."""
    old, new = Structure(before), Structure(after)
    for structure in (old, new):
        structure.sections()
    tables = {str(after.get_map(name).id) for name in (REVISIONS, COMMENTS, *MATERIAL_TABLES)}
    of_texts = {key for key in touched if key not in tables}
    if all(old.slot_by_key(key) and new.slot_by_key(key) for key in of_texts):
        pairs = ((old.slot_by_key(key), new.slot_by_key(key)) for key in of_texts)
        return all(
            first is not None and second is not None and view.characters(first.text) == view.characters(second.text)
            for first, second in pairs
        )
    return view.sections(old) == view.sections(new)


class _Without:
    """Shows a text without one person's suggestions and comments."""

    def __init__(self, own: frozenset[str], reviewer: Reviewer) -> None:
        self._own = own
        self._reviewer = reviewer

    def characters(self, text: LoroText) -> list[Character]:
        """Each character with its marks; equal texts give equal lists."""
        found: list[Character] = []
        for run in all_runs(text):
            for newline, words in _divided(run.text):
                marks = self.marks(run.marks, newline)
                if marks is not None:
                    found.extend((character, marks) for character in words)
        return found

    def marks(self, marks: Marks, newline: bool) -> tuple[tuple[str, str], ...] | None:
        """Marks as they are without the person, None for a character that goes with its suggestion."""
        shown: dict[str, MarkValue] = visible_marks(marks)
        if not newline:
            # Left behind where two changes met; every replica takes them away.
            shown = {key: value for key, value in shown.items() if kind_of(key) not in PARAGRAPH_KINDS}
        shown = {
            key: value
            for key, value in shown.items()
            if not (kind_of(key) == "comment" and self._reviewer.made(id_of(key)))
        }
        outcome = resolve(shown, self._own.__contains__, False, _is_one)
        if outcome is not None:
            if outcome.kill:
                return None
            for key, value in outcome.changes.items():
                shown.pop(key, None)
                if value is not None:
                    shown[key] = value
        return tuple(sorted((key, repr(_ordered(value))) for key, value in shown.items()))

    def sections(self, structure: Structure) -> list[object]:
        """All sections as values."""
        found = []
        for section in structure.sections():
            value = self._section(section)
            if value is not None:
                found.append(value)
        return found

    def _section(self, section: SectionRecord) -> object | None:
        if section.slot is not None:
            characters = self.characters(section.slot.text)
            return (section.slot.id, section.part, characters) if characters else None
        rows = [value for row in section.shown_rows if (value := self._row(row)) is not None]
        return (section.id, section.part, section.widths, rows) if rows else None

    def _row(self, row: RowRecord) -> object | None:
        marks = self.marks(row.marks, True)
        if marks is None:
            return None
        cells = [(cell.id, cell.columns, cell.continues, self.characters(cell.text)) for cell in row.cells]
        return (row.id, row.source, marks, cells)


def _is_one(first: str, second: str) -> bool:
    return first == second


def _divided(text: str) -> Iterable[tuple[bool, str]]:
    for number, line in enumerate(text.split("\n")):
        if number:
            yield True, "\n"
        if line:
            yield False, line


def _ordered(value: object) -> object:
    if isinstance(value, Mapping):
        return sorted((key, _ordered(item)) for key, item in value.items())
    return [_ordered(item) for item in value] if isinstance(value, list) else value
