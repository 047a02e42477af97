"""What one side moved, struck or put whole while the other edited it."""

import random

import pytest

from pactoria_desktop.documents.merge import MergeResult, merge
from pactoria_desktop.documents.package import Package
from pactoria_desktop.documents.tracked import Selection, TrackedChanges
from tests.unit.documents.generated_contracts import Block, document, words
from tests.unit.documents.redline_oracle import changes_by, faults, seen

DATE = "2026-11-22T12:00:00Z"
FIRST, FEE, LAST = (
    "The first paragraph says who is bound.",
    "The fee is due within thirty days after the invoice.",
    "The last paragraph names the law.",
)
ROWS = [[[f"Row {name}"], [f"the price of {name} is forty euro"]] for name in ("one", "two", "three", "four")]


def text_of(*lines: str) -> bytes:
    return document([("p", list(lines))])


def table_of(rows: list[list[list[str]]]) -> bytes:
    return document([("p", [FIRST]), ("t", rows), ("p", [LAST])])


def merged(base: bytes, mine: bytes, theirs: bytes) -> MergeResult:
    return merge(Package(base), Package(mine), Package(theirs), date=DATE)


def without(result: MergeResult, author: str) -> bytes:
    """What is left when one side's changes are rejected and the rest accepted."""
    rejected = TrackedChanges(Package(result.data)).reject(Selection(authors=frozenset({author})))
    return rejected.data


def judge(result: MergeResult, base: bytes, wanted: bytes) -> None:
    assert result.clashes == ()
    assert seen(result.data, accept=True) == seen(wanted, accept=True)
    assert seen(result.data, accept=False) == seen(base, accept=False)
    assert faults(result.data) == []


def reworded(dice: random.Random, line: str, place: int) -> str:
    """A line with words struck, put or replaced at a word of it."""
    tokens = line.split()
    kind = dice.choice(["put", "strike", "replace"])
    tokens[place : place + (kind != "put")] = [] if kind == "strike" else [f"edit{dice.randrange(1000)}"]
    return " ".join(tokens)


@pytest.mark.parametrize("turned", [False, True])
@pytest.mark.parametrize(
    "edited",
    [
        "But the fee is due within thirty days after the invoice.",
        "The fee is due within sixty days after the invoice.",
        "The fee is due after the invoice.",
        "The fee is due within thirty days after the invoice. It bears interest.",
    ],
)
def test_an_edit_goes_along_with_the_paragraph_that_the_other_moved(edited: str, turned: bool) -> None:
    base, moved, wanted = text_of(FIRST, FEE, LAST), text_of(FIRST, LAST, FEE), text_of(FIRST, LAST, edited)
    sides = [text_of(FIRST, edited, LAST), moved]
    result = merged(base, *(sides[::-1] if turned else sides))
    judge(result, base, wanted)
    if not turned:
        assert seen(without(result, "Theirs"), accept=True) == seen(sides[0], accept=True)
    assert {author for author, _ in changes_by(result.data)} == {"Mine", "Theirs"}


@pytest.mark.parametrize("seed", range(20))
def test_edits_of_both_sides_meet_in_a_moved_paragraph(seed: int) -> None:
    dice = random.Random(seed)
    lines = [words(dice, 16) for _ in range(8)]
    at = dice.randrange(len(lines))
    left = reworded(dice, lines[at], dice.randrange(0, 5))
    tail = len(lines[at].split()) - dice.randrange(2, 5)
    right, both = (reworded(random.Random(seed), line, tail + shift) for line, shift in (
        (lines[at], 0), (left, len(left.split()) - len(lines[at].split()))))  # fmt: skip
    to = dice.choice([place for place in range(len(lines)) if place != at])

    def moved(line: str) -> list[str]:
        rest = [*lines[:at], *lines[at + 1 :]]
        return [*rest[:to], line, *rest[to:]]

    base, mine = text_of(*lines), text_of(*lines[:at], left, *lines[at + 1 :])
    judge(merged(base, mine, text_of(*moved(lines[at]))), base, text_of(*moved(left)))
    judge(merged(base, mine, text_of(*moved(right))), base, text_of(*moved(both)))


@pytest.mark.parametrize("turned", [False, True])
@pytest.mark.parametrize("to", [0, 3])
def test_an_edit_goes_along_with_the_row_that_the_other_moved(to: int, turned: bool) -> None:
    edited = [["Row two"], ["the price of two is fifty euro net"]]
    rest = [ROWS[0], *ROWS[2:]]
    base = table_of(ROWS)
    sides = [table_of([ROWS[0], edited, *ROWS[2:]]), table_of([*rest[:to], ROWS[1], *rest[to:]])]
    result = merged(base, *(sides[::-1] if turned else sides))
    judge(result, base, table_of([*rest[:to], edited, *rest[to:]]))


@pytest.mark.parametrize("turned", [False, True])
@pytest.mark.parametrize(
    "edited",
    ["But the fee is due within thirty days after the invoice.", "The fee is due within sixty days after the invoice."],
)
def test_words_put_into_a_paragraph_that_the_other_struck_stay_in_their_paragraph(edited: str, turned: bool) -> None:
    base = text_of(FIRST, FEE, LAST)
    sides = [text_of(FIRST, edited, LAST), text_of(FIRST, LAST)]
    result = merged(base, *(sides[::-1] if turned else sides))
    (clash,) = result.clashes
    readings = [clash.mine.strip(), clash.theirs.strip()]
    assert readings == (["", edited] if turned else [edited, ""])
    assert seen(result.data, accept=True) == seen(sides[0], accept=True)
    assert seen(result.data, accept=False) == seen(base, accept=False)


def test_a_table_that_both_put_at_one_place_stands_once() -> None:
    def file(*blocks: Block) -> bytes:
        return document([("p", [FIRST, FEE]), *blocks, ("p", [LAST])])

    table: Block = ("t", [[["fee"], ["forty"]], [["term"], ["one year"]]])
    other: Block = ("t", [[["place"], ["Oslo"]], [["law"], ["Norway"]]])
    judge(merged(file(), file(table), file(table)), file(), file(table))
    both = merged(file(), file(table), file(other))
    assert seen(both.data, accept=False) == seen(file(), accept=False)
    shown = str(seen(both.data, accept=True))
    assert all(shown.count(word) == 1 for word in ("forty", "Oslo"))
