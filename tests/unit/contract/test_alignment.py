import itertools
import random
import time

from hypothesis import given
from hypothesis import strategies as st

from pactoria_desktop.contract.alignment import equal_pairs, longest_rising, similar_pairs

ITEMS = st.lists(st.sampled_from("abcdef"), max_size=30)


@given(ITEMS, ITEMS)
def test_pairs_are_equal_and_rise_on_both_sides(old: list[str], new: list[str]) -> None:
    pairs = equal_pairs(old, new)
    assert all(old[a] == new[b] for a, b in pairs)
    assert all(a < c and b < d for (a, b), (c, d) in itertools.pairwise(pairs))


@given(ITEMS)
def test_a_text_is_paired_with_itself_whole(items: list[str]) -> None:
    assert equal_pairs(items, items) == [(place, place) for place in range(len(items))]


@given(ITEMS, ITEMS)
def test_something_is_paired_where_something_is_equal(old: list[str], new: list[str]) -> None:
    assert bool(equal_pairs(old, new)) == bool(set(old) & set(new))


@given(st.permutations(range(12)))
def test_the_longest_rising_row_is_the_longest(values: list[int]) -> None:
    chosen = longest_rising(list(enumerate(values)))
    best = [1] * len(values)
    for index, value in enumerate(values):
        best[index] = 1 + max([best[place] for place in range(index) if values[place] < value], default=0)
    assert len(chosen) == max(best)
    assert [b for _, b in chosen] == sorted(b for _, b in chosen)


def test_an_empty_paragraph_is_told_by_its_neighbours() -> None:
    assert equal_pairs(["x", "", "changed"], ["", "", "other"]) == []


def test_a_new_clause_among_repeated_ones_leaves_the_others_paired() -> None:
    clauses = ["a", "b", "c", "d"] * 50
    new = [*clauses[:90], "new", *clauses[90:]]
    assert len(equal_pairs(clauses, new)) == len(clauses)


def test_similar_paragraphs_are_paired_in_order() -> None:
    assert similar_pairs(["abcdefgh", "mnopqrst"], ["xyz", "abcdefgi", "mnopqrsu"]) == [(0, 1), (1, 2)]


def test_what_may_not_be_paired_is_not() -> None:
    assert similar_pairs(["abcd"], ["abcd"], lambda _, __: False) == []


def test_two_thousand_repeated_paragraphs_take_little_time() -> None:
    dice = random.Random(1)
    old = [dice.randrange(300) for _ in range(2_700)]
    new = [item if dice.random() > 0.05 else -1 for item in old]
    start = time.process_time()
    assert len(equal_pairs(old, new)) >= 0.93 * len(old)
    assert time.process_time() - start < 1
