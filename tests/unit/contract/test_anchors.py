"""A quote tells what became of the words of an anchor."""

from pactoria_desktop.contract.anchors import AnchorState, state_of


def test_white_space_does_not_change_words() -> None:
    assert state_of("the  Seller\u2028shall", " the Seller shall ") is AnchorState.KEPT


def test_other_words_and_no_words_are_told_apart() -> None:
    assert state_of("the Seller", "the Buyer") is AnchorState.CHANGED
    assert state_of("the Seller", " \n ") is AnchorState.REMOVED
