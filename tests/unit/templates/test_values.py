"""Values are read as they are meant, and whatever is wrong is said in one sentence that names the field."""

import json
from datetime import date
from decimal import Decimal
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pactoria_desktop.protocol.templates import Money, Party, Period, TemplateDefinition
from pactoria_desktop.templates.soundness import definition_faults
from pactoria_desktop.templates.values import ClauseChoice, ValuesError, ValuesReader, read_values
from tests.unit.templates.generating import as_entered, invalid_values, some_definition, valid_values

SEEDS = st.integers(0, 2**32)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters(), max_size=12)
    | st.sampled_from(["£1", "30 days", "9" * 5_000, "\ud800", "1 May 2026", "yes", "fixed", 10**4_000])
    | st.sampled_from(["\u3000", "\x1f", "-", "()", "thirty ()", "1,,0", "0/0/2026", "GBP GBP", "days", "one (1)"]),
    lambda inner: st.lists(inner, max_size=3)
    | st.dictionaries(
        st.text(max_size=3) | st.sampled_from(["name", "kind", "amount_minor", "currency", "count", "unit", "clause"]),
        inner,
        max_size=4,
    ),
    max_leaves=8,
)  # fmt: skip


def definition(*variables: dict[str, Any], **more: Any) -> TemplateDefinition:
    return TemplateDefinition.model_validate(
        {"id": "t", "title": "Test", "category": "tests", "variables": variables} | more
    )


def only(variable: dict[str, Any], raw: object, language: str = "en-GB") -> object:
    described = definition({"id": "it", "label": "It"} | variable, language=language)
    return read_values(described, {"it": raw}).fields["it"]


NUMBER = {"kind": "number", "places": 2}
PERCENT = {"kind": "number", "places": 1, "unit": "%"}
MONEY = {"kind": "money"}
ANY_MONEY = {"kind": "money", "currencies": ["GBP", "USD", "JPY", "KWD", "CAD"]}
PERIOD = {"kind": "period", "units": ["days", "business_days", "months"]}
CHOICE = {
    "kind": "choice",
    "choices": [{"id": "a", "label": "First"}, {"id": "b", "label": "Second", "text": "the 2nd"}],
}


@pytest.mark.parametrize(
    ("variable", "raw", "value"),
    [
        (NUMBER, "1,250.50", Decimal("1250.5")), (NUMBER, 7, Decimal(7)), (NUMBER, "-3", Decimal(-3)),
        (NUMBER, "thirty (30)", Decimal(30)), (NUMBER, "-0.0", Decimal(0)),
        (NUMBER, "two point five (2.5)", Decimal("2.5")),
        (NUMBER, Decimal("1.50"), Decimal("1.5")), (PERCENT, "5.5 %", Decimal("5.5")),
        (PERCENT, "five per cent (5%)", Decimal(5)), (PERCENT, "ten percent (10%)", Decimal(10)),
        (MONEY, "£12,500", Money(amount_minor=1_250_000, currency="GBP")),
        (MONEY, "12500", Money(amount_minor=1_250_000, currency="GBP")),
        (MONEY, "12500 GBP", Money(amount_minor=1_250_000, currency="GBP")),
        (MONEY, "gbp 12,500.5", Money(amount_minor=1_250_050, currency="GBP")),
        (MONEY, "12 500 £", Money(amount_minor=1_250_000, currency="GBP")),
        (MONEY, "-£1", Money(amount_minor=-100, currency="GBP")),
        (ANY_MONEY, "JPY 1250", Money(amount_minor=1250, currency="JPY")),
        (ANY_MONEY, "KWD 1.250", Money(amount_minor=1250, currency="KWD")),
        (ANY_MONEY, "US$5", Money(amount_minor=500, currency="USD")),
        (ANY_MONEY, "C$5.10", Money(amount_minor=510, currency="CAD")),
        (MONEY, {"amount_minor": 5, "currency": "GBP"}, Money(amount_minor=5, currency="GBP")),
        ({"kind": "date"}, "1 December 2026", date(2026, 12, 1)), ({"kind": "date"}, "2026-12-01", date(2026, 12, 1)),
        ({"kind": "date"}, "December 1, 2026", date(2026, 12, 1)),
        ({"kind": "date"}, "1st of Dec. 2026", date(2026, 12, 1)),
        ({"kind": "date"}, "13/12/2026", date(2026, 12, 13)),
        ({"kind": "date"}, "the first day of May 2026", date(2026, 5, 1)),
        (PERIOD, "30 days", Period(count=30, unit="days")), (PERIOD, "1 Month", Period(count=1, unit="months")),
        (PERIOD, "five (5) business days", Period(count=5, unit="business_days")),
        (PERIOD, "10 working days", Period(count=10, unit="business_days")),
        (PERIOD, {"count": "6", "unit": "months"}, Period(count=6, unit="months")),
        ({"kind": "period", "units": ["weeks"]}, "3", Period(count=3, unit="weeks")),
        (CHOICE, "a", "a"), (CHOICE, " SECOND ", "b"), (CHOICE, "the 2nd", "b"),
        ({"kind": "yes_no"}, "Yes", True), ({"kind": "yes_no"}, "0", False), ({"kind": "yes_no"}, False, False),
        ({"kind": "text"}, "\u3000 a  b \n", "a  b"), ({"kind": "long_text"}, "a\r\nb\rc\n", "a\nb\nc"),
        ({"kind": "party"}, "Acme", Party(name="Acme")),
        ({"kind": "party"}, {"name": "Acme ", "address": "1 High St,\n\nLeeds"},
         Party(name="Acme", address="1 High St, Leeds")),
    ],
)  # fmt: skip
def test_what_is_entered_is_read_as_it_is_meant(variable: dict[str, Any], raw: object, value: object) -> None:
    assert only(variable, raw) == value


@pytest.mark.parametrize(
    ("variable", "raw", "sentence"),
    [
        (NUMBER, 0.5, "It (it) must be a number with at most 2 places after the point, written as words such as "
         "“12.5”, not the binary fraction 0.5."),
        ({"kind": "number", "least": 1, "most": 90}, "91", "It (it) must be a whole number from 1 to 90, not “91”."),
        ({"kind": "number", "least": 5}, "4", "It (it) must be a whole number of at least 5, not “4”."),
        (PERCENT, "x %", "It (it) must be a number with at most 1 place after the point, in %, not “x %”."),
        (NUMBER, "ninety (30)", "It (it) must be a number whose words and figures agree, not “ninety (30)”."),
        (MONEY, "€5", "It (it) must be an amount of money in GBP, not “€5”."),
        (MONEY, 500, "It (it) must be an amount of money in GBP, such as £12,500, with its currency, not 500."),
        (MONEY, "1.005", "It (it) must be an amount with at most 2 places after the point, as GBP has "
         "them, not “1.005”."),
        (ANY_MONEY, "JPY 1.5", "It (it) must be an amount with no places after the point, as JPY has "
         "them, not “JPY 1.5”."),
        (ANY_MONEY, "5", "It (it) must be an amount that says its currency, GBP, USD, JPY, KWD or CAD, not “5”."),
        (ANY_MONEY, "$5", "It (it) must be an amount that says which currency $ is, USD or CAD, not “$5”."),
        (MONEY | {"least_minor": 10_000}, "£1", "It (it) must be an amount of money in GBP, such as £12,500, "
         "of at least £100, not “£1”."),
        ({"kind": "date", "earliest": "2026-05-01"}, "2026-04-30", "It (it) must be a date such as 1 December 2026 or "
         "2026-12-01, on or after 1 May 2026, not “2026-04-30”."),
        ({"kind": "date"}, "31 April 2026", "It (it) must be a date that the calendar has, not “31 April 2026”."),
        ({"kind": "date"}, "03/04/2026", "It (it) must be a date such as 1 December 2026 or 2026-12-01, because day "
         "and month could be either way round, not “03/04/2026”."),
        (PERIOD, "3 weeks", "It (it) must be a period in days, business days or months, from 1 to 10,000 of them, "
         "not “3 weeks”."),
        (CHOICE, "third", "It (it) must be one of “First” or “Second”, not “third”."),
        ({"kind": "yes_no"}, 1, "It (it) must be yes or no, not 1."),
        ({"kind": "text"}, "a\u2060b", "It (it) must be words without the character U+2060, not “a\ufffdb”."),
        ({"kind": "text"}, "a\nb", "It (it) must be words without line breaks, not “a\ufffdb”."),
        ({"kind": "text", "longest": 3}, "four", "It (it) must be one line of at most 3 characters; it has 4."),
        ({"kind": "text"}, "", "It (it) is missing: it must be one line of at most 500 characters."),
        ({"kind": "party"}, {"address": "Leeds"}, "It, name (it.name) is missing: a party has a name."),
        ({"kind": "party"}, {"name": "A", "email": "a@b"}, "It, e-mail address (it.email) is not asked for "
         "here: name, address are."),
        ({"kind": "party"}, {"name": "A", "hat": ""}, "It (it) has no part “hat”; it has name, address."),
        ({"kind": "list", "item_label": "Item", "of": [{"kind": "text", "id": "title", "label": "Title"}]}, [{}],
         "Title (it.1.title) is missing: it must be one line of at most 500 characters."),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_in_one_sentence(variable: dict[str, Any], raw: object, sentence: str) -> None:
    with pytest.raises(ValuesError) as caught:
        only(variable, raw)
    assert [fault.sentence for fault in caught.value.faults] == [sentence]
    assert str(caught.value) == sentence


def test_in_the_united_states_a_dollar_is_theirs() -> None:
    assert only(ANY_MONEY, "$5", "en-US") == Money(amount_minor=500, currency="USD")


PERSONAL = {"kind": "yes_no", "id": "personal", "label": "Personal data"}
OFFICER = {
    "kind": "text",
    "id": "officer",
    "label": "Officer",
    "when": {"variable": "personal", "test": "is", "value": True},
}


def test_a_condition_decides_what_is_asked_for_wherever_it_stands() -> None:
    described = definition(OFFICER, PERSONAL)
    assert read_values(described, {"personal": False}).fields == {"personal": False}
    kept = read_values(described, {"personal": "no", "officer": "Ann"})
    assert (kept.fields, kept.unasked) == ({"personal": False}, ("officer",))
    with pytest.raises(ValuesError, match=r"^Officer \(officer\) is missing"):
        read_values(described, {"personal": True})


def test_of_what_hangs_on_a_fault_nothing_is_missing_but_all_else_is_found() -> None:
    reader = ValuesReader(definition(PERSONAL, OFFICER))
    read = reader.partial({"personal": "perhaps"})
    assert ([fault.path for fault in read.faults], read.undecided) == (["personal"], {"officer"})
    read = reader.partial({"personal": "perhaps", "officer": "a\x00"})
    assert [fault.path for fault in read.faults] == ["personal", "officer"]


def test_a_default_fills_in_what_is_not_mentioned_and_null_takes_it_away() -> None:
    described = definition({"kind": "number", "id": "n", "label": "N", "default": 3, "required": False})
    assert read_values(described, {}).fields == {"n": 3}
    taken = read_values(described, {"n": None})
    assert taken.fields == {"n": None}
    assert read_values(described, taken.as_json()) == taken


def test_dates_keep_their_order() -> None:
    described = definition(
        {"kind": "date", "id": "b", "label": "Ends", "after": "a"},
        {"kind": "date", "id": "a", "label": "Starts"},
        {"kind": "date", "id": "c", "label": "Paid", "not_before": "b", "required": False},
    )
    assert read_values(described, {"a": "2026-01-01", "b": "2026-01-02", "c": "2026-01-02"})
    with pytest.raises(ValuesError) as caught:
        read_values(described, {"a": "2026-01-02", "b": "2026-01-02", "c": "2026-01-01"})
    assert [fault.sentence for fault in caught.value.faults] == [
        "Ends (b) must be after Starts (a), which is 2 January 2026, not 2 January 2026.",
        "Paid (c) must be on or after Ends (b), which is 2 January 2026, not 1 January 2026.",
    ]


def test_items_see_the_values_outside_and_their_own_first() -> None:
    part = {
        "kind": "text",
        "id": "note",
        "label": "Note",
        "when": {"variable": "personal", "test": "is", "value": True},
    }
    works = {"kind": "list", "id": "works", "label": "Works", "item_label": "Work"}
    outside = definition(PERSONAL, works | {"of": [part, {"kind": "text", "id": "title", "label": "Title"}]})
    read = read_values(outside, {"personal": False, "works": [{"title": "A"}, {"title": "B", "note": "C"}]})
    assert (read.fields["works"], read.unasked) == (({"title": "A"}, {"title": "B"}), ("works.2.note",))
    with pytest.raises(ValuesError, match=r"^Note \(works.1.note\) is missing"):
        read_values(outside, {"personal": True, "works": [{"title": "A"}]})
    inside = definition(PERSONAL, works | {"of": [part, PERSONAL]})
    with pytest.raises(ValuesError, match=r"^Note \(works.2.note\) is missing"):
        read_values(inside, {"personal": False, "works": [{"personal": False}, {"personal": True}]})


def test_a_clause_is_chosen_offered_or_refused() -> None:
    described = definition(slots=[{"id": "law", "title": "Law", "category": "law", "default": "english"}])
    for raw, chosen in (
        ({}, ClauseChoice("english")),
        ({"law": None}, None),
        ({"law": "scots/short"}, ClauseChoice("scots", "short")),
        ({"law": {"clause": "scots", "variant": "long"}}, ClauseChoice("scots", "long")),
    ):
        read = read_values(described, raw)
        assert read.slots == {"law": chosen}
        assert read_values(described, read.as_json()) == read
    for wrong in ("a/b/c", 3, {"clause": "not one!"}, {"clause": "a", "words": "b"}, ["a"]):
        with pytest.raises(ValuesError, match=r"^Law \(law\) must be a clause"):
            read_values(described, {"law": wrong})


@given(SEEDS)
@settings(max_examples=100, deadline=None)
def test_valid_values_are_read_and_kept_without_loss(seed: int) -> None:
    random = Random(seed)
    described = some_definition(random)
    assert definition_faults(described) == ()
    raw = valid_values(described, random)
    values = read_values(described, raw)
    assert read_values(described, json.loads(json.dumps(values.as_json()))).fields == values.fields
    entered = as_entered(described, raw, random)
    assert read_values(described, entered) == values


@given(SEEDS)
@settings(max_examples=200, deadline=None)
def test_every_planted_fault_is_found_and_named(seed: int) -> None:
    random = Random(seed)
    described = some_definition(random)
    planted = invalid_values(described, random)
    with pytest.raises(ValuesError) as caught:
        read_values(described, planted.raw)
    (fault, *others) = [fault for fault in caught.value.faults if fault.path == planted.path] or [None]
    assert fault is not None, (planted.how, caught.value.faults)
    assert planted.path in fault.sentence
    assert not others
    assert all(found.path.split(".")[0] == planted.path.split(".")[0] for found in caught.value.faults)


@given(SEEDS, st.data())
@settings(max_examples=150, deadline=None)
def test_no_json_brings_anything_but_sentences_that_name_their_field(seed: int, data: st.DataObject) -> None:
    random = Random(seed)
    described = some_definition(random)
    raw: Any = valid_values(described, random)
    for _ in range(random.randint(1, 4)):
        name = random.choice([*raw, "unknown"])
        items = [item for item in raw[name] if isinstance(item, dict)] if isinstance(raw.get(name), list) else []
        if items and random.random() < 0.7:
            item = dict(random.choice(items))
            item[random.choice([*item, "other"])] = data.draw(JSON)
            raw[name] = [*raw[name], item]
        else:
            raw[name] = data.draw(JSON)
    try:
        read_values(described, raw)
    except ValuesError as error:
        for fault in error.faults:
            assert fault.path in fault.sentence
            assert fault.sentence.isprintable()
            assert fault.sentence.endswith(".")
            fault.sentence.encode("utf-8")


@given(JSON)
@settings(max_examples=60, deadline=None)
def test_whatever_is_given_as_the_values_is_read_or_refused(raw: Any) -> None:
    read = ValuesReader(definition(PERSONAL)).partial(raw)
    assert read.faults
    assert all(fault.sentence.isprintable() for fault in read.faults)


@pytest.mark.parametrize("kind", [NUMBER, MONEY, {"kind": "text"}, {"kind": "date"}, PERIOD, {"kind": "yes_no"}])
def test_a_number_too_long_to_be_written_is_refused_like_any_other(kind: dict[str, Any]) -> None:
    with pytest.raises(ValuesError, match=r"^It \(it\) must be .*, not a number of more than 18 digits\.$"):
        only(kind, 10**6_000)
