"""Deadlines are exact, and none is given where the text leaves a part open."""

from datetime import date

import pytest

from pactoria_desktop.contract.segmentation import plain_text, sentences_of
from pactoria_desktop.review.deadlines import deadlines
from pactoria_desktop.review.scan import scan

OPENING = "This Agreement is made as of {} (the “Effective Date”) by and between Acme Inc. and Beta LLC.\n\n"


def reckoned(text: str) -> list[tuple[str, date]]:
    reviewed = plain_text(text)
    found = deadlines(scan(reviewed, sentences_of(reviewed), {}))
    assert all(text[e.start : e.end] == e.quote for item in found for e in item.evidence)
    return [(item.kind, item.date) for item in found]


def test_term_renewal_and_notice() -> None:
    text = OPENING.format("March 1, 2024") + (
        "The initial term of this Agreement shall be two (2) years from the Effective Date. "
        "This Agreement shall automatically renew for one-year terms unless either party gives "
        "written notice at least ninety (90) days prior to the end of the term."
    )
    assert reckoned(text) == [
        ("notice", date(2025, 11, 30)), ("expiry", date(2026, 2, 28)), ("renewal", date(2026, 3, 1)),
    ]  # fmt: skip


def test_a_written_last_day() -> None:
    text = OPENING.format("March 1, 2024") + "The term of this Agreement shall continue until December 31, 2027."
    assert reckoned(text) == [("expiry", date(2027, 12, 31))]


@pytest.mark.parametrize(
    "sentence",
    [
        "The term of this Agreement shall be two (2) years from the delivery of the goods.",
        "The duties of confidentiality continue for two years after the term of this Agreement shall have expired.",
        "This Agreement shall continue until either party ends it by thirty days’ notice.",
        "The term of this Agreement shall be as the parties agree.",
    ],
)
def test_nothing_is_invented(sentence: str) -> None:
    assert reckoned(OPENING.format("March 1, 2024") + sentence) == []


def test_a_blank_date_gives_no_deadline() -> None:
    text = (
        OPENING.format("March __, 2024") + "The term of this Agreement shall be two (2) years from the Effective Date."
    )
    assert reckoned(text) == []
