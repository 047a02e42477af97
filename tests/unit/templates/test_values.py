"""Values are read as people and programs write them; what is wrong is a sentence that names the field."""

import random
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pactoria_desktop.protocol.templates import Money, MoneyVariable, Period, PeriodVariable, TemplateDefinition
from pactoria_desktop.templates.readings import ReadingError, date_from, money_from, number_from, period_from
from pactoria_desktop.templates.rendering import rendered, shown
from pactoria_desktop.templates.source import read_source
from pactoria_desktop.templates.spelling import spelled
from pactoria_desktop.templates.values import ValuesError, examine, read_values
from tests.unit.templates import generating

OWN = Path(__file__).parent / "everything.txt"


@pytest.fixture(scope="module")
def definition() -> TemplateDefinition:
    return read_source(OWN.read_bytes(), OWN.name).definition


def right(definition: TemplateDefinition, seed: int = 1) -> dict[str, object]:
    return generating.given(definition, random.Random(seed)).raw


@pytest.mark.parametrize(
    ("raw", "amount", "currency"),
    [
        ("£12,500", 1_250_000, "GBP"),
        ("12,500.50 GBP", 1_250_050, "GBP"),
        ("USD 5", 500, "USD"),
        ("¥300", 300, "JPY"),
        ("KWD 1.005", 1005, "KWD"),
        ("€ 7.5", 750, "EUR"),
        ({"amount_minor": 7, "currency": "CHF"}, 7, "CHF"),
    ],
)
def test_money_is_read_as_it_is_written(raw: object, amount: int, currency: str) -> None:
    assert money_from(raw) == Money(amount_minor=amount, currency=currency)


@pytest.mark.parametrize(
    "raw",
    [
        "12,500",
        "£1.2.3",
        "£12,50",
        "£1.005",
        "GBP USD 5",
        12.5,
        True,
        None,
        [],
        "£1e9",
        {"amount_minor": 1.5, "currency": "GBP"},
        "1.234,50 EUR",
    ],
)
def test_money_that_may_mean_two_things_is_refused(raw: object) -> None:
    with pytest.raises(ReadingError):
        money_from(raw)


def test_dates_are_never_guessed() -> None:
    for raw in ("2026-12-01", "1 December 2026", "1st Dec 2026", "December 1, 2026"):
        assert date_from(raw) == date(2026, 12, 1)
    for raw in ("01/12/2026", "1.12.2026", "31 February 2026", "December 2026", "1 Ju 2026", 20261201):
        with pytest.raises(ReadingError):
            date_from(raw)


def test_periods_and_numbers_say_one_thing() -> None:
    assert period_from("thirty (30) days") == Period(count=30, unit="days")
    assert period_from("10 working days") == Period(count=10, unit="business_days")
    assert period_from("twelve months") == Period(count=12, unit="months")
    assert number_from("1,250.50") == Decimal("1250.50")
    assert number_from("12%", "%") == 12
    for raw in ("thirty (31) days", "30", "-3 days", "1.5 months"):
        with pytest.raises(ReadingError):
            period_from(raw)
    with pytest.raises(ReadingError, match="two numbers"):
        number_from("five (6)")


@given(st.integers(0, 10**12))
def test_numbers_in_words_are_read_back(number: int) -> None:
    assert number_from(f"{spelled(number)} ({number:,})") == number


@given(
    st.integers(0, 10**12),
    st.sampled_from(["GBP", "USD", "EUR", "JPY", "KWD", "CHF"]),
    st.sampled_from(["symbol", "code"]),
)
def test_money_written_is_read_back(amount: int, currency: str, written: str) -> None:
    variable = MoneyVariable(id="fee", label="Fee", currencies=(currency,), written=written)  # type: ignore[arg-type]
    money = Money(amount_minor=amount, currency=currency)
    assert money_from(shown(variable, money)) == money


@given(
    st.integers(1, 900),
    st.sampled_from(["days", "business_days", "weeks", "months", "years"]),
    st.sampled_from(["figures", "words_and_figures"]),
)
def test_periods_written_are_read_back(count: int, unit: str, written: str) -> None:
    variable = PeriodVariable(id="p", label="P", written=written)  # type: ignore[arg-type]
    period = Period(count=count, unit=unit)  # type: ignore[arg-type]
    assert period_from(shown(variable, period)) == period


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("fee", "12,500", "one currency"),
        ("fee", "JPY 5000", "must be in GBP or USD or CHF"),
        ("fee", "£0.10", "1 or more"),
        ("share", "101%", "between 1 and 100"),
        ("share", "1.5", "whole number"),
        ("starts", "01/02/2026", "must be a date"),
        ("ends", "2000-01-01", "must be after"),
        ("law", "french", "must be one of english, scots"),
        ("data", "maybe", "yes or no"),
        ("client", {"name": " "}, "has no name"),
        ("client", {"name": "X", "colour": "red"}, "no part 'colour'"),
        ("story", "a\x00b", "characters"),
        ("term", "90 days", "must be in months or years"),
        ("items", [], "1 to 20 items"),
        ("items", "x", "must be a list"),
        ("items", [{"title": "A"}], "is missing"),
        ("nothing", "x", "no field of this template"),
        ("remark", 2.5, "must be words"),
        ("extra", 5, "clause of the library"),
    ],
)
def test_a_bad_value_gets_one_sentence_that_names_the_field(
    definition: TemplateDefinition, field: str, value: object, said: str
) -> None:
    with pytest.raises(ValuesError) as caught:
        read_values(definition, {**right(definition), field: value})
    sentence = caught.value.sentence
    assert field in sentence
    assert said in sentence
    assert sentence.endswith(".")
    assert "\n" not in sentence
    assert all(fault.path.partition(".")[0] == field for fault in caught.value.faults)


def test_what_is_required_and_missing_is_said_and_what_is_not_asked_for_is_not(definition: TemplateDefinition) -> None:
    raw = {**right(definition), "data": True}
    raw.pop("officer", None)
    with pytest.raises(ValuesError, match=r"'Officer' \(officer\) is missing"):
        read_values(definition, raw)
    values = read_values(definition, {**raw, "data": "no", "officer": "Ana"})
    assert values.get("officer") is None
    assert rendered("officer", values, definition) == ""


def test_a_form_keeps_what_is_right_beside_what_is_wrong(definition: TemplateDefinition) -> None:
    values, faults = examine(definition, {"fee": "£5", "share": "x"})
    assert values.get("fee") == Money(amount_minor=500, currency="GBP")
    assert "share" in {one.path for one in faults}
    assert "client" in {one.path for one in faults}


@settings(max_examples=60)
@given(st.integers(0, 10_000))
def test_generated_values_are_right_and_render_as_expected(seed: int) -> None:
    definition = read_source(OWN.read_bytes(), OWN.name).definition
    made = generating.given(definition, random.Random(seed))
    values = read_values(definition, made.raw)
    for path, words in made.words.items():
        steps = path.split(".")
        item = int(steps[1]) if len(steps) > 1 and steps[1].isdigit() else None
        pattern = ".".join(step for step in steps if not step.isdigit())
        assert rendered(pattern, values, definition, item).replace("\n", "\u2028") == words


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)


@settings(max_examples=150)
@given(st.data())
def test_no_json_breaks_the_reading(data: st.DataObject) -> None:
    definition = read_source(OWN.read_bytes(), OWN.name).definition
    names = [one.id for one in (*definition.variables, *definition.slots)]
    raw = data.draw(st.dictionaries(st.sampled_from(names), JSON, max_size=4))
    _, faults = examine(definition, {**right(definition), **raw})
    assert all(fault.path.partition(".")[0] in names for fault in faults)
