"""What stands in the contract is what a lawyer writes, and is read back to the value that it was made from."""

from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pactoria_desktop.protocol.templates import ListVariable, Party, PartyVariable, TemplateDefinition
from pactoria_desktop.templates.faults import UnknownPathError
from pactoria_desktop.templates.rendering import entered, party_rendered, rendered, value_rendered
from pactoria_desktop.templates.values import read_values
from tests.unit.templates.generating import some_definition, valid_values


def shown(variable: dict[str, Any], raw: object, language: str = "en-GB") -> str:
    variables = [{"id": "it", "label": "It", "required": False} | variable]
    described = TemplateDefinition.model_validate(
        {"id": "t", "title": "T", "category": "c", "language": language, "variables": variables}
    )
    return rendered("it", read_values(described, {"it": raw}), described)


WORDS = {"written": "words_and_figures"}
MONEY = {"kind": "money", "currencies": ["GBP", "USD", "JPY", "KWD", "CHF", "EUR"]}


@pytest.mark.parametrize(
    ("variable", "raw", "words"),
    [
        (MONEY, "GBP 12500", "£12,500"), (MONEY, "GBP 12500.5", "£12,500.50"), (MONEY, "JPY 1250", "¥1,250"),
        (MONEY | {"written": "code"}, "£12,500", "GBP 12,500"), (MONEY, "KWD 1.25", "KWD 1.250"),
        (MONEY, "CHF 5", "CHF 5"),
        (MONEY, "USD 5", "US$5"), (MONEY, "-£0.05", "-£0.05"),
        ({"kind": "period"}, "30 days", "30 days"), ({"kind": "period"}, "1 year", "1 year"),
        ({"kind": "period"} | WORDS, "30 days", "thirty (30) days"),
        ({"kind": "period"} | WORDS, "1 month", "one (1) month"),
        ({"kind": "period", "units": ["business_days"]}, "5", "5 business days"),
        ({"kind": "number"}, 12500, "12,500"), ({"kind": "number", "places": 3, "unit": "%"}, "5.50", "5.5%"),
        ({"kind": "number"} | WORDS, 1_000_105, "one million one hundred and five (1,000,105)"),
        ({"kind": "number"} | WORDS, 1_005, "one thousand and five (1,005)"),
        ({"kind": "number"} | WORDS, -21, "minus twenty-one (-21)"),
        ({"kind": "number", "unit": "%"} | WORDS, 10, "ten per cent (10%)"),
        ({"kind": "date"}, "2026-12-01", "1 December 2026"),
        ({"kind": "choice", "choices": [{"id": "a", "label": "A", "text": "the first"}, {"id": "b", "label": "B"}]},
         "a", "the first"),
        ({"kind": "choice", "choices": [{"id": "a", "label": "A"}, {"id": "b", "label": "B"}]}, "b", "B"),
        ({"kind": "yes_no"}, False, "no"), ({"kind": "long_text"}, "a\nb", "a\nb"), ({"kind": "text"}, None, ""),
    ],
)  # fmt: skip
def test_values_are_written_as_in_britain(variable: dict[str, Any], raw: object, words: str) -> None:
    assert shown(variable, raw) == words


@pytest.mark.parametrize(
    ("variable", "raw", "words"),
    [
        ({"kind": "date"}, "2026-12-01", "December 1, 2026"), (MONEY, "USD 12500", "$12,500"),
        ({"kind": "number"} | WORDS, 1_005, "one thousand five (1,005)"),
        ({"kind": "number", "unit": "%"} | WORDS, 10, "ten percent (10%)"),
    ],
)  # fmt: skip
def test_values_are_written_as_in_america(variable: dict[str, Any], raw: object, words: str) -> None:
    assert shown(variable, raw, "en-US") == words


@pytest.mark.parametrize(
    ("party", "words"),
    [
        (Party(name="Acme Ltd", kind="company", number="123", place="Wales", address="1 High St"),
         "Acme Ltd, a company incorporated in Wales with number 123, of 1 High St"),
        (Party(name="Acme Ltd", address="1 High St"), "Acme Ltd, of 1 High St"),
        (Party(name="Acme Ltd", number="123"), "Acme Ltd, with number 123"),
        (Party(name="Ann Lee", kind="individual", place="Leeds"), "Ann Lee, an individual resident in Leeds"),
        (Party(name="A", kind="LLP"), "A, an LLP"), (Party(name="A", kind="university"), "A, a university"),
        (Party(name="A", kind="unincorporated association"), "A, an unincorporated association"),
        (Party(name="A", kind="US corporation"), "A, a US corporation"),
        (Party(name="A", kind="the Crown"), "A, the Crown"),
        (Party(name="A"), "A"),
    ],
)  # fmt: skip
def test_a_party_is_named_from_the_parts_that_are_there(party: Party, words: str) -> None:
    assert party_rendered(party) == words


def test_paths_lead_to_parts_and_items_or_are_refused() -> None:
    described = TemplateDefinition.model_validate({
        "id": "t", "title": "T", "category": "c", "variables": [
            {"kind": "party", "id": "client", "label": "Client"},
            {"kind": "list", "id": "works", "label": "Works", "item_label": "Work", "of": [
                {"kind": "text", "id": "title", "label": "Title"},
                {"kind": "party", "id": "maker", "label": "Maker", "required": False}]}],
    })  # fmt: skip
    works = [{"title": "One"}, {"title": "Two", "maker": "Ann"}]
    values = read_values(described, {"client": "Acme", "works": works})
    assert rendered("client.name", values, described, item=2) == "Acme"
    assert rendered("client.address", values, described) == ""
    assert rendered("works.title", values, described, item=2) == "Two"
    assert rendered("works.2.maker.name", values, described) == "Ann"
    assert rendered("works.1.maker.name", values, described) == ""
    refused = "works", "works.title", "works.3.title", "works.0.title", "works.1", "works.1.title.name", "works.1.x"
    for path in (*refused, "client.hat", "client.name.x", "nobody", "", "client."):
        with pytest.raises(UnknownPathError):
            rendered(path, values, described)


@given(st.integers(0, 2**32))
@settings(max_examples=120, deadline=None)
def test_what_is_rendered_is_read_back_to_the_same_value(seed: int) -> None:
    random = Random(seed)
    described = some_definition(random)
    values = read_values(described, valid_values(described, random))
    for write in (value_rendered, entered):
        raw: dict[str, object] = values.as_json()
        for variable in described.variables:
            value = values.fields.get(variable.id)
            if isinstance(variable, ListVariable):
                assert isinstance(value, tuple)
                known = {one.id: one for one in variable.of}
                raw[variable.id] = [
                    {name: _back(write, known[name], part, described.language) for name, part in item.items()}
                    for item in value
                ]
            elif variable.id in values.fields:
                raw[variable.id] = _back(write, variable, value, described.language)
        assert read_values(described, raw).fields == values.fields


def _back(write: Any, variable: Any, value: Any, language: str) -> object:
    if isinstance(variable, PartyVariable):
        return value if value is None else value.model_dump(exclude_defaults=True)
    return None if value is None else write(variable, value, language)
