"""Sentences, list items and headings lie where a reader sees them, and their places are exact."""

from hypothesis import given
from hypothesis import strategies as st

from pactoria_desktop.contract.segmentation import (
    ReviewedText,
    TextParagraph,
    clauses_of,
    plain_text,
    sentences_of,
)


def words(text: str) -> list[str]:
    return [text[item.start : item.end] for item in sentences_of(plain_text(text))]


def test_abbreviations_and_initials_end_no_sentence() -> None:
    text = "Acme Inc. of St. Louis, No. 5, pays J. Doe e.g. on Monday. The rest is due later."
    assert words(text) == ["Acme Inc. of St. Louis, No. 5, pays J. Doe e.g. on Monday.", "The rest is due later."]


def test_a_typed_number_belongs_to_the_words_after_it() -> None:
    found = sentences_of(plain_text("9.2 Payment. The Buyer pays at once. See Section 9.3 for more."))
    assert [item.number for item in found] == ["9.2", "", ""]
    assert [item.heading for item in found] == [True, False, False]


def test_items_of_a_list_are_pieces_of_their_own() -> None:
    text = "The Supplier shall do the following without delay: (a) deliver all the goods in time; (b) insure the goods against loss; and (c) send a bill."  # noqa: E501
    assert len(words(text)) == 4


def test_lines_broken_at_a_fixed_width_are_one_paragraph() -> None:
    text = "The parties agree that every notice under this contract has\nto be given in writing.\n\nAnother paragraph."
    assert len(plain_text(text).paragraphs) == 2


def test_a_computed_label_is_the_number_of_the_first_sentence() -> None:
    text = "Payment. The Buyer pays."
    reviewed = ReviewedText(text, (TextParagraph(0, len(text), label="4.1"),))
    assert [item.number for item in sentences_of(reviewed)] == ["4.1", ""]


def test_a_clause_has_its_number_and_heading() -> None:
    text = "1. Payment\n\nThe Buyer pays.\n\n2. Delivery\n\nThe Seller delivers."
    reviewed = plain_text(text)
    found = clauses_of(reviewed, sentences_of(reviewed))
    assert [(item.number, item.heading) for item in found] == [("1.", "Payment"), ("2.", "Delivery")]
    assert text[found[0].start : found[0].end].endswith("The Buyer pays.")


@given(st.text(alphabet="aB1.;:()[] \n\t“”§é😀\u2028\u00a0•_-", max_size=300))
def test_pieces_are_in_order_exact_and_lose_no_word(text: str) -> None:
    found = sentences_of(plain_text(text))
    position = 0
    for item in found:
        assert position <= item.start < item.end <= len(text)
        assert item.start <= item.words <= item.end
        assert not text[position : item.start].strip()
        position = item.end
    assert not text[position:].strip()


@given(st.text(alphabet="aB1.;:() \n“”", max_size=200))
def test_the_cache_changes_nothing(text: str) -> None:
    cache: dict[str, object] = {}
    first = sentences_of(plain_text(text), cache)  # type: ignore[arg-type]
    assert sentences_of(plain_text(text), cache) == first == sentences_of(plain_text(text))  # type: ignore[arg-type]
