"""Findings keep their identity and follow the text, or say that they cannot."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pactoria_desktop.contract.findings import Draft, Finding, carry, settle


def draft(start: int, end: int) -> Draft:
    return Draft("rule", 1, "low", "Title", "Message.", 0.9, "check", ((start, end),))


def found(text: str, words: str) -> tuple[Finding, ...]:
    start = text.index(words)
    return settle([draft(start, start + len(words))], text, "contract")


def test_an_identity_does_not_change_with_place_case_or_quotation_marks() -> None:
    one = found("The “Fee” is due.", "“Fee”")[0]
    other = found('Before that. The "FEE" is due.', '"FEE"')[0]
    assert one.id == other.id
    assert one.id != found("The Fees are due.", "Fees")[0].id


def test_two_findings_on_the_same_words_have_two_identities() -> None:
    text = "blank and blank"
    both = settle([draft(0, 5), draft(10, 15)], text, "contract")
    assert both[0].id != both[1].id
    assert [item.evidence[0].start for item in both] == [0, 10]


def test_a_place_outside_the_text_is_refused() -> None:
    with pytest.raises(ValueError, match="points at"):
        settle([draft(3, 99)], "short", "contract")


@given(st.text("ab \n§😀", max_size=40), st.text("cd.\n“", max_size=20), st.text("ab \n§😀", max_size=40))
def test_a_carried_finding_always_quotes_the_new_text(before: str, between: str, after: str) -> None:
    old = before + "the quoted words" + after
    new = before[: len(before) // 2] + between + before[len(before) // 2 :] + "the quoted words" + after + between
    (carried,) = carry(found(old, "the quoted words"), old, new)
    assert not carried.stale
    evidence = carried.finding.evidence[0]
    assert new[evidence.start : evidence.end] == "the quoted words"


def test_a_finding_whose_words_went_is_stale_and_the_others_are_not() -> None:
    old = "First sentence. Second sentence. Third sentence."
    first, third = found(old, "First sentence"), found(old, "Third sentence")
    new = old.replace("First sentence", "Something else")
    results = carry((*first, *third), old, new)
    assert [item.stale for item in results] == [True, False]


def test_words_that_became_ambiguous_are_stale() -> None:
    old = "xx the word yy"
    new = "-- the word -- the word --"
    assert carry(found(old, "the word"), old, new)[0].stale
