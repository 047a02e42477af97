"""Dates, spelled numbers and periods are read as they are written."""

from datetime import date

import pytest

from pactoria_desktop.contract.quantities import after_months, dates_in, number_from_words, periods_in, spelled_numbers


@pytest.mark.parametrize(
    ("words", "value"),
    [
        ("thirty", 30), ("forty-five", 45), ("two hundred and five", 205), ("one hundred thousand", 100_000),
        ("one million five hundred thousand", 1_500_000), ("twenty-ten", None), ("three two", None),
    ],
)  # fmt: skip
def test_numbers_in_words(words: str, value: int | None) -> None:
    assert number_from_words(words) == value


@pytest.mark.parametrize(
    ("words", "value"),
    [
        ("January 30, 2000", date(2000, 1, 30)), ("this 2nd day of January 2020", date(2020, 1, 2)),
        ("the fifth day of May, 1999", date(1999, 5, 5)), ("31 October 2021", date(2021, 10, 31)),
        ("2024-02-29", date(2024, 2, 29)), ("12/31/2004", date(2004, 12, 31)), ("October __, 1999", None),
    ],
)  # fmt: skip
def test_dates_as_written(words: str, value: date | None) -> None:
    text = f"It is dated {words} and no other day."
    (found,) = dates_in(text)
    assert found.value == value
    assert not found.impossible
    assert words in text[found.start : found.end] or text[found.start : found.end] in words


@pytest.mark.parametrize("words", ["February 30, 2020", "the 31st day of June, 2021", "2023-02-29", "31 April 2021"])
def test_dates_that_no_calendar_has(words: str) -> None:
    assert [item.impossible for item in dates_in(f"Due on {words}.")] == [True]


def test_the_word_may_is_no_date() -> None:
    assert list(dates_in("The Buyer may 5 times refuse; it may 2020 times ask.")) == []


def test_words_and_figures_are_compared_with_scale_and_sign() -> None:
    text = "thirty (45) days, One Hundred Thousand Dollars ($100,000), ten percent (10%), two (2)"
    assert [item.agrees for item in spelled_numbers(text)] == [False, True, True, True]


@pytest.mark.parametrize(
    ("words", "agrees"),
    [
        ("30 (thirty) days", True),
        ("30 (forty) days", False),
        ("EUR 120,000 (one hundred and twenty thousand euros)", True),
        ("EUR 120,000 (one hundred and thirty thousand euros)", False),
        ("EUR 120.000 (one hundred twenty thousand)", True),
        ("NOK 1.5 million (two million kroner)", False),
        ("10% (ten percent)", True),
        ("7,5 % (eight percent)", None),
        ("1.200,50 (two)", None),
        ("one hundred thousand euros (EUR 130,000)", False),
        ("Section 3 (two)", None),
        ("5 (five copies)", None),
        ("at 9:30 (nine)", None),
    ],
)
def test_words_and_figures_are_compared_whichever_stands_in_brackets(words: str, agrees: bool | None) -> None:
    found = list(spelled_numbers(f"The amount is {words}."))
    assert [item.agrees for item in found] == ([] if agrees is None else [agrees])


def test_periods_have_their_unit() -> None:
    found = list(periods_in("for twenty-four (24) months, 30 days, five business days and a 2-year term"))
    assert [(item.number, item.unit, item.business) for item in found] == [
        (24, "month", False), (30, "day", False), (5, "day", True), (2, "year", False),
    ]  # fmt: skip


def test_months_end_on_the_last_day_of_a_shorter_month() -> None:
    assert after_months(date(2024, 1, 31), 1) == date(2024, 2, 29)
    assert after_months(date(2024, 3, 31), -1) == date(2024, 2, 29)
    with pytest.raises(OverflowError):
        after_months(date(9999, 12, 1), 1)
