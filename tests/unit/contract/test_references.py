"""References say where they point, and which of them leave the contract."""

import pytest

from pactoria_desktop.contract.references import attached_in, label_parts, parts_of, references_in, roman


def pointed(text: str) -> list[tuple[str, ...]]:
    return [item.parts for item in references_in(text) if not item.foreign]


def test_every_number_of_a_list_is_a_reference() -> None:
    assert pointed("Subject to Sections 9.2(b), 9.3 and Article IV, it ends.") == [("9", "2", "b"), ("9", "3"), ("4",)]


@pytest.mark.parametrize(
    "text",
    [
        "under Section 365 of the Bankruptcy Code", "as in Section 4 of the Licence Agreement dated today", "21 U.S.C. § 335",  # noqa: E501
        "Section 5.1 and Section 5.2 of the Separation Agreement", "in Section 306 of the FDCA",
        "Section 7.1(f), (g) and (h) of the Credit Agreement", "Section 3 of Exhibit A",
    ],
)  # fmt: skip
def test_statutes_and_other_agreements_are_foreign(text: str) -> None:
    assert pointed(text) == []


def test_references_within_this_agreement_are_not_foreign() -> None:
    assert pointed("Section 5 of this Agreement and Section 6 hereof") == [("5",), ("6",)]


def test_labels_and_references_meet() -> None:
    assert label_parts("Section 9.2.") == parts_of("9.2") == ("9", "2")
    assert label_parts("ARTICLE IX") == parts_of("9") == ("9",)
    assert label_parts("(i)") == ("i",)
    assert roman("XIV") == 14
    assert roman("HELLO") is None


def test_exhibits_are_headings_or_mentions() -> None:
    assert [item.whole for item in attached_in("EXHIBIT A")] == [True]
    assert [(item.kind, item.mark, item.opens) for item in attached_in("as set out in Schedule 2")] == [
        ("schedule", "2", False)
    ]
