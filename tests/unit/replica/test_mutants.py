"""Planted mistakes are found by the random tests: what they promise, they test.

Each mutant is a mistake that somebody made or could make; with it, one of the runs must fail within a few seeds.
"""

from collections.abc import Callable, Iterable

import pytest

from pactoria_desktop.contract import suggesting
from pactoria_desktop.contract.suggesting import Fate
from pactoria_desktop.contract.text import Marks, kind_of
from pactoria_desktop.replica import (
    carrying,
    deleting,
    events,
    guarding,
    joining,
    living,
    loro_text,
    replica,
    resolving,
    rows,
    structure,
    undoing,
    writing,
)
from pactoria_desktop.replica.changes import Drop, Keep, Place, Stretch
from pactoria_desktop.replica.joining import merged
from pactoria_desktop.replica.resolving import Selection
from tests.unit.replica import (
    test_authorship,
    test_borders,
    test_suggestions,
    test_undo,
    test_undo_at_random,
    test_views_follow,
)
from tests.unit.replica.rehearsal import exchange, plain_contract, replica_of

Patch = Callable[[pytest.MonkeyPatch], None]


def all_seeds(run: Callable[[int], None], seeds: Iterable[int]) -> Callable[[], None]:
    def runs() -> None:
        for seed in seeds:
            run(seed)

    return runs


VIEWS = all_seeds(test_views_follow.run, range(40))
SUGGESTIONS = all_seeds(test_suggestions.run, range(40))
AUTHORS = all_seeds(test_authorship.run, range(40))
TOGETHER = all_seeds(test_undo_at_random.run_together, range(40))


def everywhere(patch: pytest.MonkeyPatch, name: str, value: object) -> None:
    """Replace a function in every module that imported it."""
    modules = (suggesting, carrying, deleting, events, guarding, joining, living, loro_text, replica)
    for module in (*modules, resolving, rows, structure, undoing, writing):
        if hasattr(module, name):
            patch.setattr(module, name, value)


def code_points_as_utf16(patch: pytest.MonkeyPatch) -> None:
    everywhere(patch, "utf16_length", len)


def no_snap(patch: pytest.MonkeyPatch) -> None:
    everywhere(patch, "snapped", lambda text, offset, forward=False: max(0, min(offset, text.len_utf16)))


def none_marks_shown(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(events, "visible_marks", lambda attributes: dict(attributes or {}))

    original = events._deltas

    def lossy(found: object) -> tuple[object, ...]:
        return tuple(
            Keep(each.count, {key: value for key, value in each.marks.items() if value is not None})
            if isinstance(each, Keep)
            else each
            for each in original(found)  # type: ignore[arg-type]
        )

    patch.setattr(events, "_deltas", lossy)


def properties_lost_on_merge(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(joining, "_hand_on_properties", lambda living, slot, ranges: None)


def properties_lost_on_split(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(writing, "split_properties", lambda living, marks: {})


def forward_order(patch: pytest.MonkeyPatch) -> None:
    def remove(living_: object, slot: structure.Slot, ranges: list[tuple[int, int]], first_stays: bool) -> None:
        for start, end in merged(ranges):
            if end < slot.text.len_utf16:
                slot.text.delete_utf16(start, end - start)

    everywhere(patch, "remove", remove)


def deletions_count_always(patch: pytest.MonkeyPatch) -> None:
    everywhere(patch, "effective_deletions", lambda marks: sorted(key for key in marks if kind_of(key) == "del"))
    everywhere(patch, "is_struck", lambda marks: any(kind_of(key) == "del" for key in marks))


def over_always_empty(patch: pytest.MonkeyPatch) -> None:
    everywhere(patch, "deletion_value", lambda marks: {"d": suggesting.greatest_depth(marks) + 1, "over": []})


def others_insertions_inherited(patch: pytest.MonkeyPatch) -> None:
    def extended(neighbours: list[Marks], kind: str, is_own: object) -> str | None:
        return next((key for marks in neighbours for key in sorted(marks) if kind_of(key) == kind), None)

    everywhere(patch, "extended_insertion", extended)


def others_insertions_removed(patch: pytest.MonkeyPatch) -> None:
    def fate(marks: Marks, is_own: object) -> Fate:
        return Fate.REMOVE if any(kind_of(key) == "ins" for key in marks) else Fate.STRIKE

    everywhere(patch, "fate_when_struck", fate)


def copies_stay_doubled(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(guarding, "doubled", lambda texts: [])


def marks_of_others_taken_back(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(undoing.LaidValues, "holds", lambda self, key, value: True)


def own_marks_taken_for_others(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(undoing.LaidValues, "holds", lambda self, key, value: False)


def undo_where_the_words_stood(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(undoing.UndoSteps, "happened", lambda self, texts, written: None)


def nothing_handed_down_to_the_steps_below(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(
        undoing, "_receive", lambda steps, text, deltas: None if len(steps) > 1 else receive(steps, text, deltas)
    )
    receive = undoing._receive


def values_of_others_overwritten(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(undoing.UndoSteps, "_is_foreign", lambda self, name, value: False)


def hidden_cells_not_announced(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(structure.Slot, "may_vanish", property(lambda self: False))


def drops_miscounted(patch: pytest.MonkeyPatch) -> None:
    original = events._deltas

    def wrong(found: object) -> tuple[object, ...]:
        deltas = original(found)  # type: ignore[arg-type]
        return tuple(Drop(max(1, each.count - 1)) if isinstance(each, Drop) else each for each in deltas)

    patch.setattr(events, "_deltas", wrong)


def marks_left_on_words(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(writing, "set_marks", lambda text, run, wanted: None)


def words_of_struck_rows_stay(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(rows, "delete_words", lambda living, slots, id=None: None)
    patch.setattr(rows, "has_live_words", lambda row: False)


def striking_anothers_insertion_shows() -> None:
    """The assertion that the prototype's tests lacked: striking what somebody else inserted strikes it."""
    first = replica_of(plain_contract(), "A", 1)
    first.suggesting = True
    first.insert(Place("s0", 0), "theirs ")
    second = test_borders.opened(first.snapshot(), "B", 2)
    second.suggesting = True
    second.delete([Stretch("s0", 0, 7)])
    exchange(first, second)
    text, marks = first.spans("s0")[0]
    assert text == "theirs "
    assert suggesting.is_struck(marks)
    first.accept(Selection(author="B"))
    assert first.spans("s0")[0][0].startswith("head")


def carried_once() -> None:
    test_borders.test_concurrent_merges_over_a_section_border_leave_one_paragraph(2)


def row_words_struck() -> None:
    (desk,) = test_borders.people(test_borders.table(), 1)
    desk.suggesting = True
    desk.delete_rows(["c00"])
    for slot in ("c00", "c01"):
        assert all(suggesting.is_struck(marks) for text, marks in desk.spans(slot) if text.strip("\n"))


def properties_kept() -> None:
    test_borders.test_joined_paragraphs_keep_the_first_ones_properties_when_it_has_words()


def split_keeps_style() -> None:
    one = replica_of(plain_contract())
    one.enter(Place("s0", 2))
    assert [each.marks["p:style"] for each in one.text().sections[0].paragraphs[:2]] == ["H1", "H1"]  # type: ignore[union-attr]


MUTANTS: list[tuple[Patch, Callable[[], None]]] = [
    (code_points_as_utf16, VIEWS),
    (no_snap, VIEWS),
    (none_marks_shown, VIEWS),
    (properties_lost_on_merge, properties_kept),
    (properties_lost_on_split, split_keeps_style),
    (forward_order, SUGGESTIONS),
    (deletions_count_always, AUTHORS),
    (over_always_empty, striking_anothers_insertion_shows),
    (others_insertions_inherited, AUTHORS),
    (others_insertions_removed, AUTHORS),
    (copies_stay_doubled, carried_once),
    (marks_of_others_taken_back, test_undo.test_undo_leaves_another_value_that_somebody_else_has_laid_since),
    (own_marks_taken_for_others, test_undo.test_a_look_goes_from_words_that_others_typed_amid_it),
    (undo_where_the_words_stood, TOGETHER),
    (nothing_handed_down_to_the_steps_below, TOGETHER),
    (values_of_others_overwritten, test_undo.test_undo_leaves_a_section_where_somebody_else_has_moved_it),
    (hidden_cells_not_announced, VIEWS),
    (drops_miscounted, VIEWS),
    (marks_left_on_words, SUGGESTIONS),
    (words_of_struck_rows_stay, row_words_struck),
]


@pytest.mark.parametrize(("mutant", "test"), MUTANTS, ids=lambda value: getattr(value, "__name__", "runs"))
def test_a_planted_mistake_is_found(mutant: Patch, test: Callable[[], None], monkeypatch: pytest.MonkeyPatch) -> None:
    mutant(monkeypatch)
    with pytest.raises(BaseException):  # noqa: B017, PT011 - whatever way it fails is a way to find it
        test()


@pytest.mark.parametrize(
    "test", [striking_anothers_insertion_shows, carried_once, row_words_struck, properties_kept, split_keeps_style]
)
def test_without_a_mistake_nothing_is_found(test: Callable[[], None]) -> None:
    test()
