"""Definitions are found in each way that contracts write them."""

import pytest

from pactoria_desktop.contract.terms import Uses, capitalised_uses, definitions_in, forms


@pytest.mark.parametrize(
    ("text", "term", "way"),
    [
        ("“Services” means the work.", "Services", "means"),
        ('"Net Sales" shall mean the sum.', "Net Sales", "means"),
        ("Acme, Inc. (the “Company”) and others", "Company", "bracket"),
        ('Acme, Inc. (hereinafter referred to as "Company")', "Company", "bracket"),
        ('Acme, hereinafter referred to as the "Buyer", agrees', "Buyer", "called"),
        ("Affiliate means a company under common control.", "Affiliate", "means"),
        ("“Losses” has the meaning set forth in Section 9.", "Losses", "meaning elsewhere"),
    ],
)
def test_ways_of_defining(text: str, term: str, way: str) -> None:
    (found,) = definitions_in(text)
    assert (found.term, found.way) == (term, way)
    assert text[found.start : found.end] == term


@pytest.mark.parametrize("text", ["He said “Hello” and left.", "the so called (see “Blue Book”) rules"])
def test_a_quotation_is_no_definition(text: str) -> None:
    assert list(definitions_in(text)) == []


def test_singular_and_plural_are_forms_of_one_term() -> None:
    assert set(forms("Party")) >= {"Party", "Parties"}
    assert set(forms("Services")) >= {"Services", "Service"}
    assert "Losse" not in forms("Loss")


def test_uses_know_their_place_in_the_sentence() -> None:
    text = "The Buyer pays. Each Order Form binds."
    found = {item.words: item for item in capitalised_uses(text)}
    assert text[found["Order Form"].start : found["Order Form"].end] == "Order Form" if "Order Form" in found else True
    assert any(item.opening for item in found.values())


def test_each_term_is_found_where_a_paragraph_first_uses_it_the_longest_first() -> None:
    paragraph = "In each Contract Year the Contract Years’ Fees and the Contract are Fees; a Feeder is not, nor fees."
    found = list(Uses(("Contract", "Contract Year", "The Fee", "12 Days")).first_in(paragraph))
    assert [(term, paragraph[start:end]) for term, start, end in found] == [
        ("Contract Year", "Contract Year"),
        ("Fee", "Fees"),
        ("Contract", "Contract"),
    ]
    assert [each[1:] for each in Uses(("12 Days",)).first_in("within 12  Days of it")] == [(7, 15)]
    assert list(Uses(()).first_in(paragraph)) == []
