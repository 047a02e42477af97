"""What signed contracts rightly say is not called a fault, and the fault beside it still is.

Each case is a kind of passage from real contracts that a lawyer would not correct, and one that he would.
"""

import pytest

from pactoria_desktop.contract.findings import Finding, settle
from pactoria_desktop.contract.segmentation import ReviewedText, TextParagraph, plain_text, sentences_of
from pactoria_desktop.review.engine import checks
from pactoria_desktop.review.scan import scan


def findings_in(text: str) -> tuple[Finding, ...]:
    reviewed = plain_text(text)
    return settle(checks(scan(reviewed, sentences_of(reviewed), {})), text, "contract")


def quotes(text: str, rule: str) -> list[str]:
    return [each.evidence[0].quote for each in findings_in(text) if each.rule == rule]


def test_a_definition_may_use_its_words_in_their_ordinary_sense() -> None:
    text = (
        "1.1 “Gross Purchases” means the gross purchases that the Buyer makes.\n\n"
        "1.2 The Buyer shall report the Gross Purchases in the Gross Purchases Report.\n\n"
        "1.3 Interest runs on the Gross Purchases.{}"
    )
    assert quotes(text.format(""), "wrong-case") == []
    assert quotes(text.format(" A rebate is paid on the gross purchases."), "wrong-case") == ["gross purchases"]


def test_the_effective_date_of_something_else_is_another_date() -> None:
    text = (
        "This Agreement is made as of May 2, 2020 (the “Effective Date”).\n\n1. From the Effective Date it binds.\n\n"
        "2. After the Effective Date it may be assigned.\n\n3. The buyer pays after the effective date {}."
    )
    assert quotes(text.format("of such assignment"), "wrong-case") == []
    assert quotes(text.format("of termination of the lease"), "wrong-case") == []
    assert quotes(text.format("of this Agreement"), "wrong-case") == ["effective date"]


def test_a_use_that_points_to_its_definition_is_not_too_early() -> None:
    text = (
        "1. The Buyer shall pay for the goods that are delivered to it during the Season{} and for nothing else.\n\n"
        "2. The goods are delivered between May and June of every year (the “Season”). The Season ends in June."
    )
    assert quotes(text.format(" (as defined below)"), "used-before-definition") == []
    assert quotes(text.format(""), "used-before-definition") == ["Season"]


@pytest.mark.parametrize(
    "definition",
    [
        "“Originating Bank” or “ODB” means the bank that receives the orders.",
        "Each person that is so covered (each, an “ODB” and, together, the “ODBs”) is listed.",
    ],
)
def test_one_of_two_names_of_a_definition_is_enough(definition: str) -> None:
    assert quotes(f"1. {definition}\n\n2. The ODB shall keep a register of what it did.", "unused-term") == []
    assert quotes(f"1. {definition}\n\n2. The keeper shall keep a register of what he did.", "unused-term") != []


UNDEFINED = (
    "1. “Goods” means the goods. The Goods are new. The occupational disease and safety of systems is products.\n\n"
    "2. The Supplier shall hand over {} before the Goods are sent.\n\n"
)


@pytest.mark.parametrize(
    "named",
    [
        "the Products Liability Insurance",
        "the Goods to Systems Products, Inc.",
        "the Occupational Safety and Health Administration form",
    ],
)
def test_names_of_firms_offices_and_kinds_of_insurance_need_no_definition(named: str) -> None:
    assert quotes(UNDEFINED.format(named), "undefined-term") == []
    assert quotes(UNDEFINED.format("the Safety Products"), "undefined-term") == ["Safety Products"]


def test_the_short_name_of_a_party_may_stand_by_its_signature_again() -> None:
    text = (
        "This Agreement is made between Tri City Bank, a bank of Ohio (“Customer”), and others. {}\n\n"
        "1. The Customer pays.\n\n{}"
    )
    assert quotes(text.format("", "TRI CITY NATIONAL BANK (“Customer”)"), "duplicate-definition") == []
    again = "2. The buyer of the goods in the annex (the “Customer”) pays for them."
    assert quotes(text.format("", again), "duplicate-definition") == ["Customer"]


def test_a_missing_exhibit_is_said_once() -> None:
    text = "1. See Exhibit A, Exhibit C and again Exhibit C.\n\n2. As in Exhibit C.\n\nEXHIBIT A\n\nThe list."
    assert quotes(text, "missing-attachment") == ["Exhibit C"]


def test_numbers_in_brackets_may_begin_again_and_roman_ones_are_no_figures() -> None:
    listed = "1. Orders\n\n(1) Paper\n\n(1) Pens of the same kind\n\n(1) Ink of another kind"
    assert quotes(listed, "numbering-duplicate") == []
    assert quotes("I. Orders\n\n1. The buyer orders.\n\n2. The seller sends.", "numbering-duplicate") == []
    assert quotes("1. The buyer orders.\n\n2. The seller sends.\n\n2. He pays.", "numbering-duplicate") == ["2."]


def test_what_an_amendment_cites_lies_in_the_contract_that_it_changes() -> None:
    body = "1. Section 6.0 of the Agreement is modified by adding Section {0}.\n\n2. Section 12 ({1}) is deleted.\n\n"
    text = body + "3. What is returned under Section 13 counts.\n\n6. Payment\n\n12. Stock"
    assert quotes(text.format("6.7", "Stock"), "broken-reference") == []
    plain = "1. The buyer pays.\n\n2. What is returned under Section 13 counts.\n\n3. The end"
    assert quotes(plain, "broken-reference") == ["Section 13"]


def test_a_blank_ends_with_its_bracket() -> None:
    assert quotes("It is made on [Date] in Rome, Italy, by and between: [Name] and others.", "blank") == [
        "[Date]",
        "[Name]",
    ]


def test_a_way_of_writing_is_said_once_and_another_contracts_term_not_at_all() -> None:
    text = (
        "1. “Receiving Party” means who is told. The Receiving Party is bound. The Receiving Party keeps silent.\n\n"
        "2. A is the “receiving Party” in the licence.\n\n3. {} pays.\n\n4. {} keeps a list."
    )
    assert quotes(text.format("He", "She"), "wrong-case") == []
    assert quotes(text.format("The receiving Party", "The receiving Party"), "wrong-case") == ["receiving Party"]


def test_a_number_that_lies_in_another_agreement_is_none_of_this_one() -> None:
    text = "1. The buyer pays.\n\n2. The rights in Sections 8.4 and 8.5{} stand.\n\n3. The end"
    assert quotes(text.format(", respectively, of the Holdings Agreement"), "broken-reference") == []
    assert quotes(text.format(""), "broken-reference") == ["Sections 8.4", "8.5"]


def test_another_reading_of_a_term_in_references_is_no_second_definition() -> None:
    text = (
        "1. “Bank” means the first bank. The Bank lends.\n\n2. Then {}“Bank” shall refer to the lender that takes over."
    )
    assert quotes(text.format("references herein to "), "duplicate-definition") == []
    assert quotes(text.format("the "), "duplicate-definition") == ["Bank"]


def test_a_letter_that_word_computes_is_a_place_to_point_at() -> None:
    text = (
        "Liability\nNeither pays more than it was paid.\nNeither pays for delay.\nThe limit in Section 8.1({}) stands."
    )
    labels = ("8.", "8.1", "(a)", "8.2")

    def found(letter: str) -> list[str]:
        words = text.format(letter)
        ends = [len("\n".join(words.split("\n")[: at + 1])) for at in range(4)]
        starts = [0, *(end + 1 for end in ends)]
        rows = zip(starts, ends, labels, strict=False)
        reviewed = ReviewedText(words, tuple(TextParagraph(start, end, label) for start, end, label in rows))
        drafts = checks(scan(reviewed, sentences_of(reviewed), {}))
        return [each.evidence[0].quote for each in settle(drafts, words, "c") if each.rule == "broken-reference"]

    assert found("a") == []
    assert found("c") == ["Section 8.1(c)"]
