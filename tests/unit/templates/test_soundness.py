"""What no values can answer is told to the author of the template, by the variable's name."""

from typing import Any

import pytest

from pactoria_desktop.protocol.templates import TemplateDefinition
from pactoria_desktop.templates.soundness import definition_faults

BASE = {"id": "it", "label": "It"}
OTHER: dict[str, Any] = {"kind": "text", "id": "other", "label": "Other"}


def faults(*variables: dict[str, Any], **more: Any) -> tuple[str, ...]:
    return definition_faults(
        TemplateDefinition.model_validate({"id": "t", "title": "T", "category": "c", "variables": variables} | more)
    )


def asks(test: str, value: object) -> dict[str, Any]:
    return OTHER | {"when": {"variable": "it", "test": test, "value": value}}


@pytest.mark.parametrize(
    ("variables", "said"),
    [
        ([BASE | {"kind": "number", "default": "1.5"}], "The default does not do: It (it) must be a whole number"),
        ([BASE | {"kind": "text", "default": "a\nb"}],
         "The default does not do: It (it) must be words without line breaks"),
        ([BASE | {"kind": "money", "default": {"amount_minor": 1, "currency": "USD"}}],
         "The default does not do: It (it) must be an amount of money in GBP"),
        ([BASE | {"kind": "party", "default": {"name": "A", "email": "a@b"}}],
         "The default does not do: It, e-mail address (it.email) is not asked for"),
        ([BASE | {"kind": "number", "least": 5, "most": 3}], "It (it) wants at least 5 and at most 3"),
        ([BASE | {"kind": "date", "earliest": "2026-01-02", "latest": "2026-01-01"}], "It (it) has an earliest date"),
        ([BASE | {"kind": "date", "after": "it"}], "It (it) must follow it, which is no other date."),
        ([BASE | {"kind": "list", "item_label": "I", "least": 9, "most": 3, "of": [OTHER]}],
         "It (it) wants at least 9"),
        ([BASE | {"kind": "list", "item_label": "I", "of": [{"kind": "date", "id": "d", "label": "D", "after": "x"}]}],
         "D (it.d) must follow x"),
        ([BASE | {"kind": "list", "item_label": "I", "of": [{"kind": "choice", "id": "d", "label": "D", "choices": [
            {"id": "a", "label": "A"}, {"id": "a", "label": "B"}]}]}], "D (it.d) has a choice twice."),
        ([BASE | {"kind": "number"}, asks("at_least", "many")],
         "A condition of this template compares it with something that is not a number."),
        ([BASE | {"kind": "money"}, asks("at_least", "a lot")],
         "A condition of this template compares it with something that is not an amount such as GBP 10000.00"),
        ([BASE | {"kind": "period"}, asks("at_most", "soon")],
         "A condition of this template compares it with something that is not a period such as 30 days"),
        ([BASE | {"kind": "date"}, asks("is", "soon")],
         "A condition of this template compares it with something that is not a date"),
    ],
)  # fmt: skip
def test_what_cannot_be_answered_is_said(variables: list[dict[str, Any]], said: str) -> None:
    (fault,) = faults(*variables)
    assert fault.startswith(said)


def test_a_slot_with_the_name_of_a_variable_is_said() -> None:
    slot = {"id": "other", "title": "Slot", "category": "law"}
    assert faults(OTHER, slots=[slot]) == ("The slot other of this template has the name of a variable.",)


def test_what_is_sound_has_no_fault() -> None:
    assert faults(BASE | {"kind": "number", "default": 3, "least": 1, "most": 5}, asks("at_least", "2")) == ()
