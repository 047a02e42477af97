"""Amounts, numbers, periods and dates are read back from whatever they are written as."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pactoria_desktop.contract.quantities import number_from_words
from pactoria_desktop.protocol.templates import Money, Period, Unit
from pactoria_desktop.templates.dates import date_read, date_written
from pactoria_desktop.templates.faults import UnreadableError
from pactoria_desktop.templates.money import minor_places, money_read, money_written
from pactoria_desktop.templates.numerals import (
    in_words,
    number_read,
    number_written,
    period_read,
    period_written,
    plain,
)

LANGUAGES = st.sampled_from(["en-GB", "en-US"])
WRITTEN = st.sampled_from(["figures", "words_and_figures"])
CURRENCIES = st.sampled_from(["GBP", "USD", "EUR", "JPY", "KWD", "CLF", "CHF", "CAD", "AUD", "INR", "SEK", "ISK"])


@given(st.integers(-(10**15), 10**15), CURRENCIES, st.sampled_from(["symbol", "code"]), LANGUAGES)
@settings(max_examples=150, deadline=None)
def test_money_is_read_back_in_every_currency(amount: int, currency: str, written: str, language: str) -> None:
    money = Money(amount_minor=amount, currency=currency)
    words = money_written(money, written, language)
    assert (
        money_read(words, (currency, "GBP", "USD") if currency not in ("GBP", "USD") else (currency,), language)
        == money
    )


@pytest.mark.parametrize(("currency", "places"), [("JPY", 0), ("GBP", 2), ("KWD", 3), ("CLF", 4), ("XYZ", 2)])
def test_minor_units_are_those_of_the_currency(currency: str, places: int) -> None:
    assert minor_places(currency) == places


@pytest.mark.parametrize(
    "words", ["", "£", "1,2", "1,2345", "£1 GBP", "--1", "1.2.3", "1e5", "٣", "1" * 19, "-£-1", "£1,000,00"]
)
def test_what_is_no_amount_is_refused(words: str) -> None:
    with pytest.raises(UnreadableError):
        money_read(words, ("GBP",), "en-GB")


@given(
    st.decimals(Decimal(-(10**17)), Decimal(10**17), places=3), WRITTEN, st.sampled_from(["", "%", " kg"]), LANGUAGES
)
@settings(max_examples=150, deadline=None)
def test_numbers_are_read_back_in_words_and_figures(number: Decimal, written: str, unit: str, language: str) -> None:
    number = plain(number)
    assert number_read(number_written(number, written, unit, language), unit) == number


@given(st.integers(0, 10**12 - 1), LANGUAGES)
@settings(max_examples=100, deadline=None)
def test_numbers_in_words_are_those_that_the_review_reads(number: int, language: str) -> None:
    assert number_from_words(in_words(Decimal(number), language)) == number


@pytest.mark.parametrize(
    "words", ["thirty (31)", "3 (three)", "one (1) (1)", "(3)", "1,00", "NaN", "Infinity", "0x1", "1_0", "1" * 19]
)
def test_what_is_no_number_is_refused(words: str) -> None:
    with pytest.raises(UnreadableError):
        number_read(words, "")


@pytest.mark.parametrize("number", ["NaN", "Infinity", "1E+50", "1E-99"])
def test_a_number_that_no_contract_needs_is_refused_before_it_is_written_out(number: str) -> None:
    with pytest.raises(UnreadableError):
        plain(Decimal(number))


@given(
    st.integers(0, 100_000), st.sampled_from(["days", "business_days", "weeks", "months", "years"]), WRITTEN, LANGUAGES
)
@settings(max_examples=80, deadline=None)
def test_periods_are_read_back(count: int, unit: Unit, written: str, language: str) -> None:
    period = Period(count=count, unit=unit)
    assert period_read(period_written(period, written, language)) == period


@given(st.dates(date(1000, 1, 1)), LANGUAGES)
@settings(max_examples=80, deadline=None)
def test_dates_are_read_back(day: date, language: str) -> None:
    assert date_read(date_written(day, language)) == day
    assert date_read(day.isoformat()) == day


@pytest.mark.parametrize(
    "words",
    ["", "30 February 2026", "0999-01-01", "2026-1-1", "32/01/2026", "1 Mayday 2026", "1 May 26", "May 2026",
     "1 May 2026 or later", "1/2/2026"],
)  # fmt: skip
def test_what_is_no_date_or_two_is_refused(words: str) -> None:
    with pytest.raises(UnreadableError):
        date_read(words)
