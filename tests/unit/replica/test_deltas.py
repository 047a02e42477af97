"""Changes as values: composing is doing one after the other, and two that met come to the same text either way."""

import random

import pytest
from loro import LoroDoc

from pactoria_desktop.contract.text import MarkValue
from pactoria_desktop.replica.changes import Delta, Drop, Keep, Put
from pactoria_desktop.replica.deltas import Deltas, carried_over, composed, inverse
from pactoria_desktop.replica.inverting import lay
from pactoria_desktop.replica.loro_text import all_deltas, new_document
from pactoria_desktop.replica.undoing import LaidValues

Character = tuple[str, dict[str, MarkValue]]
KEYS = ("bold", "p:style", "ins:1")


def done(characters: list[Character], deltas: Deltas) -> list[Character]:
    """The test's own doing of a change."""
    found: list[Character] = []
    left = list(characters)
    for delta in deltas:
        if isinstance(delta, Put):
            found += [(each, dict(delta.marks)) for each in delta.text]
            continue
        taken, left = left[: delta.count], left[delta.count :]
        assert len(taken) == delta.count
        if isinstance(delta, Keep):
            for each, marks in taken:
                merged = {**marks, **delta.marks}
                found.append((each, {key: value for key, value in merged.items() if value is not None}))
    return found + left


def marks_of(random_: random.Random, none: bool) -> dict[str, MarkValue | None]:
    values: tuple[MarkValue | None, ...] = (True, "x", {"d": 1}) + ((None,) if none else ())
    return {key: random_.choice(values) for key in KEYS if random_.random() < 0.4}


def change(random_: random.Random, length: int) -> Deltas:
    deltas: list[Delta] = []
    left = length
    while left > 0 and len(deltas) < 8:
        count = random_.randint(1, min(4, left))
        kind = random_.random()
        if kind < 0.3:
            marks = {key: value for key, value in marks_of(random_, False).items() if value is not None}
            deltas.append(Put("".join(random_.choice("AB😀") for _ in range(random_.randint(1, 3))), marks))
            continue
        deltas.append(Drop(count) if kind < 0.5 else Keep(count, marks_of(random_, True) if kind < 0.8 else {}))
        left -= count
    return tuple(deltas)


def text_of(random_: random.Random) -> list[Character]:
    marks = [marks_of(random_, False) for _ in range(3)]
    return [
        (each, {key: value for key, value in random_.choice(marks).items() if value is not None})
        for each in "".join(random_.choice("ab\n§") for _ in range(random_.randint(0, 14)))
    ]


def laid_by(deltas: Deltas, random_: random.Random) -> LaidValues:
    """Values that the step which ``deltas`` takes back may have laid."""
    laid = LaidValues()
    for delta in deltas:
        if isinstance(delta, Keep):
            for key in delta.marks:
                laid.add(key, random_.choice((True, "x", {"d": 1}, None)))
    return laid


@pytest.mark.parametrize("block", range(10))
def test_composing_is_doing_one_after_the_other(block: int) -> None:
    for seed in range(block * 200, block * 200 + 200):
        random_ = random.Random(seed)
        text = text_of(random_)
        first = change(random_, len(text))
        between = done(text, first)
        second = change(random_, len(between))
        assert done(text, composed(first, second)) == done(between, second), seed


@pytest.mark.parametrize("block", range(4))
def test_an_inverse_gives_the_text_that_was_before(block: int) -> None:
    for seed in range(block * 200, block * 200 + 200):
        random_ = random.Random(seed)
        text = text_of(random_)
        deltas = change(random_, len(text))
        before = tuple(Put(each, marks) for each, marks in text)
        assert done(done(text, deltas), inverse(before, deltas)) == text, seed


@pytest.mark.parametrize("block", range(10))
def test_two_changes_that_met_come_to_the_same_text_either_way(block: int) -> None:
    for seed in range(block * 200, block * 200 + 200):
        random_ = random.Random(seed)
        text = text_of(random_)
        mine, theirs = change(random_, len(text)), change(random_, len(text))
        after_theirs, after_mine = carried_over(mine, theirs, laid_by(mine, random_))
        assert done(done(text, theirs), after_theirs) == done(done(text, mine), after_mine), seed


def test_a_mark_of_theirs_stays_and_one_of_the_step_goes_with_it() -> None:
    laid = LaidValues()
    laid.add("bold", True)
    mine = (Keep(4, {"bold": None}),)
    assert carried_over(mine, (Keep(2, {"bold": False}),), laid)[0] == (Keep(2, {}), Keep(2, {"bold": None}))
    assert carried_over(mine, (Keep(2, {"bold": True}),), laid)[0] == mine


def test_a_look_of_the_step_goes_from_words_that_came_amid_it_and_stays_on_those_beside() -> None:
    laid = LaidValues()
    laid.add("bold", True)
    mine = (Keep(2, {}), Keep(4, {"bold": None}))
    amid = (Keep(4, {}), Put("xy", {"bold": True}))
    assert carried_over(mine, amid, laid)[0] == (Keep(2, {}), Keep(6, {"bold": None}))
    before = (Keep(2, {}), Put("xy", {"bold": True}))
    assert carried_over(mine, before, laid)[0] == (Keep(4, {}), Keep(4, {"bold": None}))
    after = (Keep(6, {}), Put("xy", {"bold": True}))
    assert carried_over(mine, after, laid)[0] == mine


@pytest.mark.parametrize("block", range(4))
def test_a_change_is_laid_on_a_text_of_loros_as_it_says(block: int) -> None:
    for seed in range(block * 100, block * 100 + 100):
        random_ = random.Random(seed)
        characters = text_of(random_)
        document: LoroDoc = new_document(seed + 1)
        text = document.get_text("text")
        lay(text, tuple(Put(each, marks) for each, marks in characters))
        deltas = change(random_, len(characters))
        lay(text, deltas)
        found = [
            (each, dict(put.marks)) for put in all_deltas(text.to_delta()) if isinstance(put, Put) for each in put.text
        ]
        assert found == done(characters, deltas), seed
