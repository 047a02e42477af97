"""What the list says of a change: whole words, their figures, where a moved clause was."""

import pytest

from pactoria_desktop.contract.comparison import ComparedPair, ComparedParagraph, Piece
from pactoria_desktop.ui.compare.describing import kind_of_change, spoken, summary


def side(number: str, *words: str) -> ComparedParagraph:
    """Words in stars are changed ones."""
    return ComparedParagraph(
        number, tuple(Piece(each.strip("*"), "changed" if each.startswith("*") else "same") for each in words)
    )


def changed(old: ComparedParagraph, new: ComparedParagraph, *, unmarked: bool = False) -> ComparedPair:
    return ComparedPair("p", "changed", old, new, unmarked)


FIGURES = changed(
    side("4.1", "within ", "*five*", " (", "*5*", ") days"), side("4.1", "within ", "*ten*", " (", "*10*", ") days")
)


def test_words_and_figures_of_one_number_are_one_change() -> None:
    assert summary(FIGURES) == "five (5) became ten (10)"
    assert kind_of_change(FIGURES) == "figures"
    assert spoken(FIGURES) == "Figures, at 4.1, five (5) became ten (10)"


@pytest.mark.parametrize(
    ("old", "new", "kind", "words"),
    [
        (side("1", "held ", "*twice*"), side("1", "held ", "*once*"), "changed", "twice became once"),
        (side("1", "at ", "*90*", " days"), side("1", "at ", "*30*", " days"), "figures", "90 became 30"),
        (side("1", "in ", "*one*", " week ", "*or so*"), side("1", "in", " week"), "figures", "Removed: one … or so"),
        (side("1", "be ", "paid"), side("1", "be ", "*always *", "paid"), "changed", "New: always"),
    ],
)  # fmt: skip
def test_a_change_is_told_in_the_words_of_the_drafts(
    old: ComparedParagraph, new: ComparedParagraph, kind: str, words: str
) -> None:
    pair = changed(old, new)
    assert (kind_of_change(pair), summary(pair)) == (kind, words)


def test_a_move_says_where_the_clause_was_and_what_nobody_marked_is_spoken_first() -> None:
    went = ComparedPair("a", "moved", side("10.2", "*The law of England governs.*"), None, partner="b")
    came = ComparedPair("b", "moved", None, side("10.1", "*The law of England governs.*"), partner="a")
    assert summary(came, went) == "Moved from 10.2: The law of England governs."
    quiet = changed(side("9.2", "*twelve*"), side("9.2", "*six*"), unmarked=True)
    assert spoken(quiet) == "Figures, at 9.2, not marked by the sender, twelve became six"
