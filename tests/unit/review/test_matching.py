"""The paper's matching rules and curve, on cases reckoned by hand."""

import pytest

from pactoria_desktop.review.matching import curve, outcome


def test_half_of_the_words_is_a_match() -> None:
    assert outcome(["a b c d"], [("a b x y", 0.9)], False).labels == (float("-inf"),)
    assert outcome(["a b c"], [("a, b. x", 0.9)], False).labels == (0.9,)


def test_parties_may_stand_inside_a_longer_passage() -> None:
    long = "This agreement is made between Acme Inc and many other people"
    assert outcome(["Acme Inc"], [(long, 0.4)], True).labels == (0.4,)
    assert outcome(["Acme Inc"], [(long, 0.4)], False).false == (0.4,)


def test_the_curve_of_a_perfect_and_of_a_half_blind_reader() -> None:
    perfect = [outcome(["a b"], [("a b", 0.9)], False), outcome([], [], False)]
    assert curve(perfect).area == pytest.approx(1)
    assert curve(perfect).precision_at_80 == 1
    half = [outcome(["a b"], [("a b", 0.9)], False), outcome(["c d"], [("x y", 0.5)], False)]
    assert curve(half).area == pytest.approx(0.5)
    assert curve(half).precision_at_80 == 0
