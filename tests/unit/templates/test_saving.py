"""A clause saved from a contract: what was inserted comes back, levels and bold included, and without its numbers."""

import pytest

from pactoria_desktop.contract.accepted import accepted
from pactoria_desktop.protocol.clauses import Clause, ClauseVariant
from pactoria_desktop.templates.adapting import read_contract
from pactoria_desktop.templates.emphasis import pieces_of
from pactoria_desktop.templates.saving import SelectionError, clause_paragraphs
from tests.samples import sample_text
from tests.unit.templates.desk import SYNONYMS, VARIANTS, adapted, inserted, new_rows
from tests.unit.templates.small_contract import contract, line, small_contract


@pytest.mark.parametrize(
    ("clause", "variant"), [pytest.param(*one, id=f"{one[0].id}-{one[1].id}") for one in VARIANTS[::5]]
)
def test_what_was_inserted_is_saved_as_it_was(clause: Clause, variant: ClauseVariant) -> None:
    text = small_contract(["Agreement"])
    result = adapted(text, "p9", clause, variant)
    new = inserted(text, result)
    rows, _, first = new_rows(new, result)
    saved = clause_paragraphs(read_contract(new, SYNONYMS), rows[first].id, rows[first + len(result.paragraphs) - 1].id)
    assert [(one.level, one.heading, pieces_of(one.text)) for one in saved] == [
        (one.level, one.heading, pieces_of(one.text)) for one in variant.paragraphs
    ]


def test_a_clause_of_a_sample_is_saved_with_its_levels() -> None:
    reading = read_contract(sample_text("services-agreement.docx"), SYNONYMS)
    saved = clause_paragraphs(reading, "p57", "p51")
    assert [(one.level, one.heading, one.text[:12]) for one in saved] == [
        (0, True, "Limitation o"), (1, False, "Nothing in t"), (1, False, "Subject to c"), (1, False, "Subject to c"),
        (2, False, "loss of prof"), (2, False, "loss of good"), (2, False, "loss or corr"),
    ]  # fmt: skip
    inner = clause_paragraphs(reading, "p54", "p57")
    assert [one.level for one in inner] == [0, 1, 1, 1]


def test_numbers_that_are_typed_are_left_out() -> None:
    rows = ["1.\tDelivery", "1.1\tIt is due:", "(a)\tat once; or", "(b)\tlater.", "2.\tPayment", "2.1\tPay.", "3.\tLaw"]
    text = contract([line("Contract"), *map(line, rows), line("Signed.")])
    saved = clause_paragraphs(read_contract(text, SYNONYMS), "p2", "p5")
    assert [(one.level, one.text) for one in saved] == [
        (0, "Delivery"), (1, "It is due:"), (2, "at once; or"), (2, "later."),
    ]  # fmt: skip


def test_stars_of_a_contract_make_nothing_bold() -> None:
    text = contract([line("Contract"), line("Delivery", "heading"), line("See ** and **.", "level2"), line("Signed.")])
    saved = clause_paragraphs(read_contract(text, SYNONYMS), "p3", "p3")
    assert pieces_of(saved[0].text)[0].text == "See * * and * *."


def test_what_is_no_clause_is_refused() -> None:
    text = contract([line("Contract"), line(""), line("Signed.")])
    reading = read_contract(text, SYNONYMS)
    with pytest.raises(SelectionError, match="no words"):
        clause_paragraphs(reading, "p2", "p2")
    with pytest.raises(SelectionError, match="not in this contract"):
        clause_paragraphs(reading, "p2", "p9")
    long = contract([line(f"Row {number}") for number in range(102)])
    with pytest.raises(SelectionError, match="at most 100"):
        clause_paragraphs(read_contract(long, SYNONYMS), "p1", accepted(long).paragraphs[-1].id)
