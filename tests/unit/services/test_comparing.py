"""A comparison on the screen: both drafts word for word, paired, changes where they are."""

import random

import pytest

from pactoria_desktop.contract.accepted import accepted
from pactoria_desktop.contract.comparison import ComparedPair
from pactoria_desktop.contract.text import HIDDEN, SOFT_HYPHEN, ContractText, Paragraph, Span, TextSection
from pactoria_desktop.services.comparing import screen_comparison
from tests.samples import NAMES, sample_text

SENTENCE = "the supplier shall deliver services under this agreement within thirty days of notice"
WORDS = tuple(SENTENCE.split(" "))


def plain(lines: list[str]) -> ContractText:
    """A text of these lines."""
    return ContractText((TextSection("s", tuple(Paragraph((Span(line),) if line else ()) for line in lines)),))


def side(pairs: tuple[ComparedPair, ...], which: str) -> list[str]:
    """The paragraphs of one draft as they are shown."""
    found = [getattr(pair, which) for pair in pairs]
    return [each.text for each in found if each is not None]


def lines_of(text: ContractText) -> list[str]:
    """The accepted paragraphs of a text."""
    view = accepted(text)
    return [view.line(paragraph) for paragraph in view.paragraphs]


def cleared(lines: list[str]) -> list[str]:
    """Without what no reader sees."""
    return [line.replace(HIDDEN, "").replace(SOFT_HYPHEN, "") for line in lines]


@pytest.mark.parametrize("seed", range(40))
def test_both_drafts_stand_there_word_for_word(seed: int) -> None:
    chance = random.Random(seed)
    old = [" ".join(chance.choices(WORDS, k=chance.randrange(0, 14))) for _ in range(chance.randrange(1, 14))]
    new = [line for line in old if chance.random() < 0.8]
    for _ in range(chance.randrange(0, 6)):
        place = chance.randrange(len(new) + 1)
        new.insert(place, " ".join(chance.choices(WORDS, k=chance.randrange(1, 10))))
    new = new or [""]
    found = screen_comparison(plain(old), plain(new)).pairs
    assert side(found, "old") == old
    assert side(found, "new") == new


@pytest.mark.parametrize(
    ("old", "new"),
    [(old, new) for old in NAMES for new in NAMES if old.partition("-from-")[0].removesuffix(".docx") in new],
)
def test_the_samples_stand_there_word_for_word(old: str, new: str) -> None:
    before, after = sample_text(old), sample_text(new)
    found = screen_comparison(before, after).pairs
    assert side(found, "old") == cleared(lines_of(before))
    assert side(found, "new") == cleared(lines_of(after))
    if old == new:
        assert all(pair.kind == "same" for pair in found)


def test_changes_are_found_where_they_are() -> None:
    found = screen_comparison(
        sample_text("services-agreement.docx"), sample_text("services-agreement-from-corvane.docx")
    ).pairs
    changed = {pair.number: pair.kind for pair in found if pair.kind != "same"}
    assert changed["9.2"] == "changed"
    assert changed["12.3"] == "added"
    assert changed["(c)"] == "removed"


def test_paragraphs_changed_without_a_mark_are_pointed_out() -> None:
    new = plain(["One two four.", "Four."])
    changed = accepted(new).paragraphs[0].id
    found = screen_comparison(plain(["One two three.", "Four."]), new, [changed])
    assert [pair.unmarked for pair in found.pairs] == [True, False]


def test_a_paragraph_that_stands_elsewhere_has_moved() -> None:
    law = "The law of England governs this agreement."
    old = plain(["One is here.", law, "Two is here.", "Three is here.", "Gone."])
    new = plain(["One is here.", "Two is here.", "Three is here.", law, "Come."])
    moved = {pair.id: pair for pair in screen_comparison(old, new).pairs if pair.kind == "moved"}
    assert len(moved) == 2
    went, came = sorted(moved.values(), key=lambda pair: pair.old is None)
    assert went.old is not None
    assert came.new is not None
    assert went.old.text == came.new.text == law
    assert (went.partner, came.partner) == (came.id, went.id)
    assert any(pair.kind == "changed" for pair in screen_comparison(old, new).pairs), "few words are no move"
