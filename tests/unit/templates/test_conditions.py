"""A condition holds as a lawyer reads it, and says why."""

from typing import Any

import pytest

from pactoria_desktop.protocol.templates import TemplateDefinition
from pactoria_desktop.templates.conditions import asking_order, explain, holds, judged
from pactoria_desktop.templates.faults import DefinitionError
from pactoria_desktop.templates.values import Values, ValuesReader, read_values

VARIABLES: list[dict[str, Any]] = [
    {"kind": "yes_no", "id": "personal", "label": "Personal data is processed"},
    {"kind": "choice", "id": "model", "label": "Model", "choices": [
        {"id": "fixed", "label": "Fixed"}, {"id": "hourly", "label": "Hourly"}, {"id": "free", "label": "Free"}]},
    {"kind": "number", "id": "seats", "label": "Seats", "places": 1},
    {"kind": "money", "id": "fee", "label": "Fee", "currencies": ["GBP", "USD"]},
    {"kind": "date", "id": "start", "label": "Start"},
    {"kind": "period", "id": "term", "label": "Term", "units": ["days", "business_days", "weeks", "months", "years"]},
    {"kind": "period", "id": "weeks", "label": "Weeks"},
    {"kind": "text", "id": "place", "label": "Place"},
    {"kind": "list", "id": "works", "label": "Works", "item_label": "Work", "least": 0,
     "of": [{"kind": "text", "id": "title", "label": "Title"}]},
]  # fmt: skip
RAW: dict[str, object] = {
    "personal": True, "model": "hourly", "seats": "5.5", "fee": "GBP 500", "start": "2026-03-01", "term": "6 months",
    "weeks": "2 weeks",
    "place": "Leeds", "works": [{"title": "A"}, {"title": "B"}],
}  # fmt: skip


def described(when: object, *, required: bool = True) -> TemplateDefinition:
    return TemplateDefinition.model_validate({
        "id": "t", "title": "T", "category": "c", "variables": [one | {"required": required} for one in VARIABLES],
        "conditions": [{"id": "it", "title": "It", "when": when}],
    })  # fmt: skip


@pytest.mark.parametrize(
    ("variable", "test", "value", "answer"),
    [
        ("personal", "is", True, True), ("personal", "is", False, False), ("personal", "is_not", True, False),
        ("personal", "given", None, True), ("personal", "missing", None, False),
        ("model", "is", "hourly", True), ("model", "one_of", ["fixed", "hourly"], True),
        ("model", "one_of", ["free"], False),
        ("seats", "at_least", "5.5", True), ("seats", "at_least", 6, False), ("seats", "at_most", "5.4", False),
        ("seats", "is", "5.50", True), ("seats", "one_of", ["1", "5.5"], True),
        ("fee", "at_least", 50_000, True), ("fee", "at_least", 50_001, False), ("fee", "at_most", "GBP 500.00", True),
        ("fee", "at_least", "USD 1", False), ("fee", "at_most", "USD 1", False),
        ("start", "at_least", "2026-03-01", True), ("start", "at_most", "28 February 2026", False),
        ("start", "is", "2026-03-01", True),
        ("term", "at_least", "6 months", True), ("term", "at_most", "1 year", True),
        ("term", "at_least", "10 days", False),
        ("term", "at_most", "10 days", False), ("weeks", "at_least", "14 days", True),
        ("weeks", "at_least", "15 days", False),
        ("term", "at_most", 5, False),
        ("place", "is", "Leeds", True), ("place", "is_not", "York", True),
        ("works", "at_least", 2, True), ("works", "at_most", 1, False), ("works", "given", None, True),
    ],
)  # fmt: skip
def test_each_test_compares_as_its_kind_does(variable: str, test: str, value: object, answer: bool) -> None:
    definition = described({"variable": variable, "test": test, "value": value})
    assert holds(definition.conditions[0].when, read_values(definition, RAW)) is answer


@pytest.mark.parametrize("one", VARIABLES, ids=lambda one: str(one["id"]))
def test_what_is_not_given_is_missing_and_nothing_else(one: dict[str, Any]) -> None:
    definition = described({"variable": one["id"], "test": "missing"}, required=False)
    nothing = read_values(definition, {})
    assert holds(definition.conditions[0].when, nothing)
    assert not holds(described({"variable": one["id"], "test": "given"}).conditions[0].when, nothing)
    if one["kind"] in ("number", "money", "date", "period"):
        limit = "2020-01-01" if one["kind"] == "date" else 1
        for test in ("at_least", "at_most"):
            assert not holds(
                described({"variable": one["id"], "test": test, "value": limit}).conditions[0].when, nothing
            )


def test_what_is_not_known_leaves_open_only_what_hangs_on_it() -> None:
    personal = {"variable": "personal", "test": "is", "value": True}
    place = {"variable": "place", "test": "is", "value": "Leeds"}
    for kind, leeds, answer in (
        ("all", "Leeds", None), ("all", "York", False), ("any", "Leeds", True), ("any", "York", None),
    ):  # fmt: skip
        condition = described({kind: [personal, place]}).conditions[0].when
        assert judged(condition, {"place": leeds}, {"personal"}) is answer


@pytest.mark.parametrize(
    ("when", "words"),
    [
        ({"variable": "personal", "test": "is", "value": True}, "stands because “Personal data is processed” is yes"),
        ({"variable": "personal", "test": "is", "value": False},
         "is left out because “Personal data is processed” is yes"),
        ({"variable": "personal", "test": "is_not", "value": True},
         "is left out because “Personal data is processed” is yes"),
        ({"variable": "model", "test": "one_of", "value": ["fixed", "free"]},
         "is left out because “Model” is not “Fixed” or “Free”"),
        ({"variable": "fee", "test": "at_least", "value": 10_000}, "stands because “Fee” is £100 or more"),
        ({"variable": "term", "test": "at_most", "value": "3 months"},
         "is left out because “Term” is not 3 months or less"),
        ({"variable": "start", "test": "at_least", "value": "2026-01-01"},
         "stands because “Start” is 1 January 2026 or later"),
        ({"variable": "place", "test": "missing"}, "is left out because “Place” is given"),
        ({"all": [{"variable": "personal", "test": "is", "value": True}, {"variable": "place", "test": "missing"},
                  {"variable": "seats", "test": "at_least", "value": 9}]},
         "is left out because “Place” is given and “Seats” is not 9 or more"),
        ({"any": [{"variable": "place", "test": "missing"}, {"variable": "seats", "test": "at_least", "value": 1}]},
         "stands because “Seats” is 1 or more"),
    ],
)  # fmt: skip
def test_a_condition_says_why_words_stand_or_are_left_out(when: object, words: str) -> None:
    definition = described(when)
    assert explain(definition.conditions[0].when, definition, read_values(definition, RAW)) == words


def test_without_values_a_condition_says_when_words_stand() -> None:
    personal = {"variable": "personal", "test": "is", "value": True}
    definition = described({"all": [personal, {"any": [personal, {"variable": "place", "test": "given"}]}]})
    assert explain(definition.conditions[0].when, definition) == (
        "stands if “Personal data is processed” is yes; and “Personal data is processed” is yes or “Place” is given"
    )


def test_an_item_is_judged_with_what_is_outside_it() -> None:
    values = Values({"personal": True, "works": ({"title": "A"}, {"title": None})}, {})
    condition = described({"variable": "personal", "test": "is", "value": True}).conditions[0].when
    assert holds(condition, values.of_item("works", 2))
    assert values.of_item("works", 1).fields["title"] == "A"
    for item in (0, 3):
        with pytest.raises(IndexError):
            values.of_item("works", item)


def test_questions_that_hang_on_one_another_in_a_circle_are_refused() -> None:
    text = {"kind": "text"}
    first = text | {"id": "a", "label": "A", "when": {"variable": "b", "test": "given"}}
    second = text | {"id": "b", "label": "B", "when": {"variable": "a", "test": "missing"}}
    definition = TemplateDefinition.model_validate(
        {"id": "t", "title": "T", "category": "c", "variables": [first, second]}
    )
    with pytest.raises(DefinitionError, match=r"^Whether A \(a\) is asked for hangs on itself\.$"):
        ValuesReader(definition)
    inside = text | {"id": "c", "label": "C", "when": {"variable": "works", "test": "given"}}
    of_itself = {"kind": "list", "id": "works", "label": "Works", "item_label": "Work", "of": [inside]}
    definition = TemplateDefinition.model_validate({"id": "t", "title": "T", "category": "c", "variables": [of_itself]})
    with pytest.raises(DefinitionError, match=r"^Whether Works \(works\)"):
        asking_order(definition.variables)
