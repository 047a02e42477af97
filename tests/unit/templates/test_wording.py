"""Terms of a clause in a contract's words: what it defines stays, one synonym takes its place, nothing is guessed."""

import random

import pytest

from pactoria_desktop.contract.terms import forms
from pactoria_desktop.templates.emphasis import Piece, pieces_of, plain
from pactoria_desktop.templates.synonyms import TermsFileError, is_defined, own_synonyms, read_synonyms
from pactoria_desktop.templates.wording import Terms, Wording, adapt_terms, terms_of
from tests.unit.templates.desk import SYNONYMS, VARIANTS


def worded(words: str, *known: str, bare: frozenset[str] = frozenset(), **answers: str) -> tuple[str, Wording]:
    """Words adapted to a contract that knows some terms."""
    named = {key.replace("_", " "): answer for key, answer in answers.items()}
    found = adapt_terms([pieces_of(words)], Terms(frozenset(known), bare), SYNONYMS, named)
    return plain(found.paragraphs[0]), found


@pytest.mark.parametrize(
    ("words", "known", "expected"),
    [
        ("The Supplier must act.", ["Provider"], "The Provider must act."),
        ("The Supplier’s duty and the Suppliers’ duties.", ["Vendor"], "The Vendor’s duty and the Vendors’ duties."),
        ("The Supplier must act.", ["Supplier", "Provider"], "The Supplier must act."),
        ("Each Affiliate and the Affiliates.", ["Group Company"], "Each Group Company and the Group Companies."),
        ("An Affiliate may; an Affiliate must.", ["Group Company"], "A Group Company may; a Group Company must."),
        ("Pay a Supplier.", ["Agency"], "Pay an Agency."),
        ("Within 1 Business Day or 5 Business Days.", ["Working Day"], "Within 1 Working Day or 5 Working Days."),
        ("the Customer Data and the Customer", ["Client", "Client Data"], "the Client Data and the Client"),
        ("the Customer Data", ["Client"], "the Client Data"),
        ("the Subsupplier and the Supplier-led work", ["Provider"], "the Subsupplier and the Supplier-led work"),
        ("In this Agreement", ["Deed"], "In this Deed"),
        ("Services end. The Services end.", ["Work"], "Works end. The Works end."),
        ("Service is good.", ["Work"], "Service is good."),
        ("the Deed of Gift Act 1999", ["Contract"], "the Deed of Gift Act 1999"),
    ],
)  # fmt: skip
def test_the_contracts_own_term_takes_the_place(words: str, known: list[str], expected: str) -> None:
    assert worded(words, *known)[0] == expected


def test_what_the_clause_puts_in_quotation_marks_is_its_own() -> None:
    words, found = worded("**“Fees”** means the Fees of the Supplier.", "Charges", "Provider")
    assert words == "“Fees” means the Fees of the Provider."
    assert found.unknown == ()
    assert found.doubled == ()
    assert worded("**“Fees”** means what is due.", "Fee")[1].doubled == ("Fees",)


def test_other_quotations_are_left_alone_too() -> None:
    words, found = worded(
        'A box marked “Supplier only” is the Supplier’s, as is a "Customer" box.', "Provider", "Client"
    )
    assert words == 'A box marked “Supplier only” is the Provider’s, as is a "Customer" box.'
    assert (found.replaced[0].count, found.unknown) == (1, ())


def test_several_candidates_are_a_question() -> None:
    words, found = worded("The Supplier and the Suppliers.", "Provider", "Contractor")
    assert words == "The Supplier and the Suppliers."
    assert [(one.term, one.candidates, one.count) for one in found.questions] == [
        ("Supplier", ("Provider", "Contractor"), 2)
    ]
    assert found.unknown == ()
    words, found = worded("The Supplier and the Suppliers.", "Provider", "Contractor", Supplier="Contractor")
    assert (words, found.questions) == ("The Contractor and the Contractors.", ())


def test_an_answer_that_the_contract_does_not_define_is_said() -> None:
    words, found = worded("The Supplier acts.", "Provider", "Contractor", Supplier="Builder")
    assert words == "The Builder acts."
    assert [one.term for one in found.unknown] == ["Builder"]


def test_what_nobody_defines_is_listed_with_its_places() -> None:
    words, found = worded("The Supplier pays the Security Deposit; a Security Deposit is no Fee.", "Provider")
    assert words.startswith("The Provider pays")
    assert {one.term: one.count for one in found.unknown} == {"Security Deposit": 2, "Fee": 1}
    for one in found.unknown:
        for paragraph, start, end in one.places:
            assert plain(found.paragraphs[paragraph])[start:end] in forms(one.term)


def test_a_term_that_loses_its_plural_is_pointed_out() -> None:
    words, found = worded("The Fees are due.", "Remuneration")
    assert words == "The Remuneration are due."
    assert [(one.term, one.by, one.number) for one in found.replaced] == [("Fees", "Remuneration", True)]


def test_roles_stand_without_an_article_where_the_contract_does_so() -> None:
    words, found = worded(
        "The Supplier tells the Customer of the Services.",
        "Provider",
        "Customer",
        "Services",
        bare=frozenset(("Provider", "Customer")),
    )
    assert words == "Provider tells Customer of the Services."
    assert found.replaced[0].by == "Provider"


def test_an_agreement_that_calls_itself_so_in_small_letters_goes_on_doing_so() -> None:
    terms = terms_of(["This agreement binds the Supplier.", "Under this agreement it pays."], SYNONYMS)
    assert terms.itself == "agreement"
    found = adapt_terms([pieces_of("This Agreement ends. Nothing in this Agreement stays.")], terms, SYNONYMS)
    assert plain(found.paragraphs[0]) == "This agreement ends. Nothing in this agreement stays."
    assert found.unknown == ()
    assert (
        terms_of(["This Agreement binds.", "Under this agreement it pays, as this agreement says."], SYNONYMS).itself
        == ""
    )


def test_bold_stays_where_it_was() -> None:
    found = adapt_terms(
        [pieces_of("The **“Cap”** of the **Supplier** alone")], Terms(frozenset(("Service Provider",))), SYNONYMS
    )
    assert found.paragraphs[0] == (
        Piece("The "), Piece("“Cap”", True), Piece(" of the "), Piece("Service Provider", True), Piece(" alone"),
    )  # fmt: skip


def test_terms_of_a_contract_are_those_it_defines_or_lives_by() -> None:
    found = terms_of(
        [
            "Halden Ltd (the “Provider”) and Corvane BV (the “Client”)",
            "“Charges” means the sums in Schedule 2.",
            *["Under this Deed Purchaser pays, and Purchaser takes, what Deliverables hold."] * 2,
            *["We give Personal Information to Licensee when Personal Information is asked for."] * 2,
        ],
        own_synonyms(),
    )
    assert found.known >= {"Provider", "Client", "Charges", "Deed", "Personal Information"}
    assert not found.known & {"Purchaser", "Licensee", "Deliverable"}, "the contract defines another, or uses it seldom"
    assert "Client" not in found.bare


@pytest.mark.parametrize("seed", range(40))
def test_a_defined_term_is_never_replaced_and_what_comes_in_is_defined(seed: int) -> None:
    chance = random.Random(seed)
    known = frozenset(term.one for group in SYNONYMS.groups for term in group.terms if chance.random() < 0.35)
    for _, variant in chance.sample(VARIANTS, 12):
        before = [pieces_of(paragraph.text) for paragraph in variant.paragraphs]
        found = adapt_terms(before, Terms(known), SYNONYMS)
        for one in found.replaced:
            assert not is_defined(SYNONYMS.by_spelling[one.term][1], known)
            assert is_defined(SYNONYMS.by_spelling[one.by][1], known)
        for one in found.questions:
            assert len(one.candidates) > 1
            assert all(is_defined(SYNONYMS.by_spelling[other][1], known) for other in one.candidates)
        for unknown in found.unknown:
            assert unknown.term not in {form for term in known for form in forms(term)}
            assert unknown.count == len(unknown.places)
        again = adapt_terms(found.paragraphs, Terms(known), SYNONYMS)
        assert again.paragraphs == found.paragraphs, "adapting twice changes nothing more"
        assert again.replaced == ()
        for old, new in zip(before, found.paragraphs, strict=True):
            assert [piece.text for piece in new if "“" in piece.text] == [
                piece.text for piece in old if "“" in piece.text
            ]


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"groups: [{id: x1, terms: [Supplier]}]", "groups.0.id"),
        (b"groups: [{id: role, terms: [supplier]}]", "groups.0.terms.0"),
        (b"groups: [{id: role, terms: []}]", "groups.0.terms"),
        (b"groups: []\nmore: 1", "more"),
        (b"groups: [", "well-formed"),
    ],
)
def test_a_file_of_terms_with_a_mistake_names_the_field(data: bytes, words: str) -> None:
    with pytest.raises(TermsFileError, match=words):
        read_synonyms(data, "terms.yaml")
