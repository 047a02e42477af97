import itertools
import random

from hypothesis import given
from hypothesis import strategies as st

from pactoria_desktop.contract.difference import Change, changes_between, marked_length
from pactoria_desktop.contract.words import Vocabulary, words_of

TEXT = st.text(alphabet="ab ,\n", max_size=40)


def changes(old: str, new: str) -> tuple[list[Change], list[str], list[str]]:
    vocabulary = Vocabulary()
    left, right = words_of(old), words_of(new)
    return changes_between(vocabulary.code(left), vocabulary.code(right), left, right), left, right


def applied(found: list[Change], old: list[str], new: list[str]) -> str:
    out, at = [], 0
    for change in found:
        out += [*old[at : change.old_start], *new[change.new_start : change.new_end]]
        at = change.old_end
    return "".join([*out, *old[at:]])


def least(old: list[str], new: list[str]) -> int:
    """Tokens marked by a longest common subsequence, the slow way."""
    rows = [0] * (len(new) + 1)
    for token in old:
        above = 0
        for place, other in enumerate(new, 1):
            above, rows[place] = rows[place], above + 1 if token == other else max(rows[place], rows[place - 1])
    return len(old) + len(new) - 2 * rows[-1]


@given(TEXT, TEXT)
def test_the_changes_make_the_new_text(old: str, new: str) -> None:
    found, left, right = changes(old, new)
    assert applied(found, left, right) == new


@given(TEXT, TEXT)
def test_changes_never_touch(old: str, new: str) -> None:
    found, _, _ = changes(old, new)
    pairs = itertools.pairwise(found)
    assert all(one.old_end < two.old_start and one.new_end < two.new_start for one, two in pairs)


@given(TEXT, TEXT)
def test_hardly_more_is_marked_than_a_longest_common_subsequence_leaves(old: str, new: str) -> None:
    found, left, right = changes(old, new)
    marked = sum(one.old_end - one.old_start + one.new_end - one.new_start for one in found)
    assert least(left, right) <= marked <= least(left, right) + 2 + 0.04 * marked_length(found, left, right)


def test_a_new_word_goes_with_the_space_after_it() -> None:
    found, _, right = changes("the fee", "the monthly fee")
    assert ["".join(right[one.new_start : one.new_end]) for one in found] == ["monthly "]


def test_a_new_sentence_begins_where_a_sentence_begins() -> None:
    found, _, right = changes("One. The end.", "One. The start. The end.")
    assert ["".join(right[one.new_start : one.new_end]) for one in found] == ["The start. "]


def test_a_struck_paragraph_goes_with_its_own_end() -> None:
    found, left, _ = changes("A.\nB.\nC.\n", "A.\nC.\n")
    assert ["".join(left[one.old_start : one.old_end]) for one in found] == ["B.\n"]


def test_long_texts_are_cut_where_they_agree() -> None:
    dice = random.Random(4)
    old = [f"w{dice.randrange(4_000)}" for _ in range(14_000)]
    new = list(old)
    for _ in range(200):
        new[dice.randrange(len(new))] = "changed"
    found, left, right = changes(" ".join(old), " ".join(new))
    assert applied(found, left, right) == " ".join(new)
    assert len(found) <= 200
