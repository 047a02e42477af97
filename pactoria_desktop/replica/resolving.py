"""Accepting and rejecting tracked changes: chosen ones, an author's, a round's or all."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

from loro import LoroMap

from pactoria_desktop.contract.suggesting import is_inserted, resolve
from pactoria_desktop.contract.text import HIDDEN, Marks, MarkValue, id_of, kind_of
from pactoria_desktop.replica.boxes import keep_emptied_boxes
from pactoria_desktop.replica.changes import Stretch
from pactoria_desktop.replica.emptied import drop_emptied_ending, drop_lost_notes
from pactoria_desktop.replica.errors import ReplicaError
from pactoria_desktop.replica.joining import can_join_next, join_next, remove, take_back_ending
from pactoria_desktop.replica.living import TRACKED_KINDS, LivingText
from pactoria_desktop.replica.loro_text import Run, all_runs, is_empty, lay_marks, runs_between
from pactoria_desktop.replica.rights import ONLY_SUGGEST, Rights
from pactoria_desktop.replica.rows import settle_struck_rows
from pactoria_desktop.replica.structure import Slot
from pactoria_desktop.replica.writing import pieces


@dataclass(frozen=True, slots=True)
class Selection:
    """Which tracked changes: those that meet every condition that is set; with none set, all."""

    ids: frozenset[str] | None = None
    author: str | None = None
    round: int | None = None


def chooser(living: LivingText, selection: Selection) -> Callable[[str], bool]:
    """Whether a revision id is among the selected."""

    def chosen(id: str) -> bool:
        if selection.ids is not None and id not in selection.ids:
            return False
        if selection.author is None and selection.round is None:
            return True
        revision = living.revision(id)
        if revision is None:
            return False
        if selection.author is not None and revision.author != selection.author:
            return False
        return selection.round is None or revision.round == selection.round

    return chosen


def with_twins(living: LivingText, selection: Selection) -> Selection:
    """A selection by id with the other halves of its moves: half a move would double words or lose them.

    The halves are a ``moveFrom`` and a ``moveTo`` of one author and source with the same words.
    """
    if selection.ids is None:
        return selection
    words: dict[str, list[str]] = {}
    for slot in _texts(living):
        moves = {key for key in living.names_in(slot) if kind_of(key) in ("moveFrom", "moveTo")}
        for run in all_runs(slot.text) if moves else ():
            for key in moves.intersection(run.marks):
                words.setdefault(key, []).append(run.text.replace(HIDDEN, ""))
    if not any(id_of(key) in selection.ids for key in words):
        return selection
    halves: dict[tuple[str, str, str], list[str]] = {}
    for key, texts in words.items():
        revision = living.revision(id_of(key))
        if revision is not None:
            halves.setdefault((revision.author, revision.source, "".join(texts).strip("\n")), []).append(key)
    twins: set[str] = set()
    for keys in halves.values():
        left = [key for key in keys if kind_of(key) == "moveFrom"]
        come = [key for key in keys if kind_of(key) == "moveTo"]
        for one, other in zip(left, come, strict=False):
            if {id_of(one), id_of(other)} & selection.ids:
                twins |= {id_of(one), id_of(other)}
    return replace(selection, ids=selection.ids | twins)


def require_all(living: LivingText) -> None:
    """Refuse what is neither a comment nor a suggestion where nothing else is allowed. Raises ReplicaError."""
    if living.rights is not Rights.ALL:
        raise ReplicaError(ONLY_SUGGEST)


def _require_own(living: LivingText, selection: Selection, accept: bool) -> None:
    """Whoever may only suggest takes back suggestions of their own. Raises ReplicaError for everything else."""
    if living.rights is Rights.ALL:
        return
    found = [living.revision(id) for id in selection.ids or ()]
    user = living.identity.by
    if accept or not found or not user or any(one is None or one.by != user for one in found):
        raise ReplicaError(ONLY_SUGGEST)


def resolve_revisions(living: LivingText, selection: Selection, accept: bool) -> int:
    """Accept or reject the selected tracked changes; gives how many revisions were among them."""
    return max(resolve_gradually(living, selection, accept))


def resolve_gradually(living: LivingText, selection: Selection, accept: bool) -> Iterator[int]:
    """The same text by text; gives after each how many revisions have been met until then."""
    whole = with_twins(living, selection)
    _require_own(living, whole, accept)
    chosen = chooser(living, whole)
    touched: set[str] = set()
    standing = _standing(living, accept)
    gone = _resolve_rows(living, chosen, accept, touched)
    endings: list[tuple[Slot, bool]] = []
    resolved: list[Slot] = []
    for slot in _texts(living):
        names = {id_of(key) for key in living.names_in(slot) if kind_of(key) in TRACKED_KINDS}
        here = {id for id in names if chosen(id)}
        if here:
            touched |= here
            living.forget_names(slot)
            resolved.append(slot)
            ending = _resolve_slot(living, slot, chosen, accept)
            if ending is not None:
                endings.append((slot, ending))
            yield len(touched)
    gone.update(slot.section.key for slot, _ in endings)
    for each in standing:
        if each.key not in gone:
            each.settle(living)
    _settle_endings(living, endings, accept)
    drop_lost_notes(living, resolved)
    settle_struck_rows(living, resolved)
    yield len(touched)


def resolve_within(living: LivingText, stretch: Stretch, people: frozenset[str], accept: bool) -> int:
    """Accept or reject the tracked changes of people (ids of users) in a stretch, and no further; gives how many."""
    require_all(living)
    slot = living.structure.slot(stretch.slot)
    ids = {id_of(key) for key in living.names_in(slot) if kind_of(key) in TRACKED_KINDS}
    chosen = {id for id in ids if (found := living.revision(id)) is not None and found.by in people}
    if chosen:
        living.forget_names(slot)
        _resolve_slot(living, slot, chosen.__contains__, accept, stretch)
        drop_lost_notes(living, [slot])
    return len(chosen)


@dataclass(frozen=True, slots=True)
class _Standing:
    """A section, row or cell that somebody has removed, and that only words keep in the text."""

    key: str
    holder: LoroMap
    slots: tuple[Slot, ...]

    def settle(self, living: LivingText) -> None:
        """Let it stand without words as well, where they have gone with tracked changes.

        So it does in the values, which do not know that it was removed, and in a Word file.
        """
        if all(is_empty(slot.text) for slot in self.slots):
            self.holder.insert("deleted", False)
            living.structure.forget(self.key)


def _standing(living: LivingText, accept: bool) -> list[_Standing]:
    """What is to go on standing; not an inserted row that was removed, when changes are rejected.

    Notes, headers, footers and text boxes go with what refers to them, so only sections of the main story are among it.
    """
    found: list[_Standing] = []
    for section in living.structure.sections():
        if section.deleted and section.part == "main":
            slots = [section.slot] if section.slot is not None else living.structure.cells_of(section)
            found.append(_Standing(section.key, section.holder, tuple(slots)))
        for row in section.shown_rows:
            if row.deleted and (accept or not is_inserted(row.marks)):
                found.append(_Standing(row.key, row.holder, tuple(row.cells)))
            found += [_Standing(cell.key, cell.holder, (cell,)) for cell in row.cells if cell.deleted]
    return found


def _settle_endings(living: LivingText, endings: Sequence[tuple[Slot, bool]], accept: bool) -> None:
    """Last newlines of texts that go, the last first; each with whether it may join what follows."""
    left: set[str] = set()
    for slot, joins in reversed(endings):
        following = living.structure.after(slot) if joins and accept and can_join_next(living, slot) else None
        if following is not None:
            join_next(living, slot)
        elif joins and not accept:
            take_back_ending(living, slot)
        if (following is None and (accept or not joins)) or (following is not None and following.key in left):
            left.add(slot.key)
    for slot, _ in endings:
        if slot.key in left:
            drop_emptied_ending(living, slot)


def _texts(living: LivingText) -> list[Slot]:
    """Every slot of the shown sections, covered cells and hidden rows included."""
    found: list[Slot] = []
    for section in living.structure.sections():
        if section.slot is not None:
            found.append(section.slot)
        else:
            found.extend(living.structure.cells_of(section))
    return found


def _resolve_slot(
    living: LivingText, slot: Slot, chosen: Callable[[str], bool], accept: bool, within: Stretch | None = None
) -> bool | None:
    """Resolve one text, or a stretch of it; gives whether its last newline, where that goes, may join what follows."""
    living.remember(slot.text)
    length = slot.text.len_utf16
    gone: list[Run] = []
    ending: bool | None = None
    for run in all_runs(slot.text) if within is None else runs_between(slot.text, within.start, within.end):
        if not run.marks:
            continue
        result = resolve(run.marks, chosen, accept, living.same_hand)
        if result is None:
            continue
        lay_marks(slot.text, run.start, run.end, result.changes)
        if not result.kill:
            continue
        for piece in pieces(run):
            fixed = _is_fixed(living, piece.marks)
            if piece.text == "\n" and (piece.end == length or fixed):
                ending = not fixed if piece.end == length else ending
                settled: dict[str, MarkValue | None] = {
                    key: None for key in piece.marks if kind_of(key) in TRACKED_KINDS and chosen(id_of(key))
                }
                lay_marks(slot.text, piece.start, piece.end, settled)
            else:
                gone.append(piece)
    remove(living, slot, [(piece.start, piece.end) for piece in gone], first_stays=accept)
    keep_emptied_boxes(living, slot, gone)
    if slot.may_vanish:
        living.structure.forget(slot.key)
    return ending


def _is_fixed(living: LivingText, marks: Marks) -> bool:
    """Whether a newline joins nothing even where a tracked change takes it: a section or a field may end otherwise."""
    return "p:fix" in marks and not living.ends_section(marks) and not any(kind_of(key) == "fld" for key in marks)


def _resolve_rows(living: LivingText, chosen: Callable[[str], bool], accept: bool, touched: set[str]) -> set[str]:
    """Resolve the marks of rows; gives the keys of those that go.

    A row whose insertion is rejected keeps its marks: where words of others let it stand, it is still an inserted one.
    """
    gone: set[str] = set()
    for section in living.structure.sections():
        for row in section.shown_rows:
            result = resolve(row.marks, chosen, accept, living.same_hand) if row.marks else None
            if result is None:
                continue
            ids = [id_of(key) for key in row.marks if chosen(id_of(key))]
            touched.update(ids)
            changes = result.changes
            if result.kill:
                gone.add(row.key)
                row.holder.insert("deleted", True)
                changes = {key: None for key in row.marks if id_of(key) in ids} if accept else {}
            for key in changes:
                row.holder.delete(key)
            living.structure.forget(row.key)
    return gone
