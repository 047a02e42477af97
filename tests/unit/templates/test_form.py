"""A form asks what must be known now, keeps what was entered, and says how far it has come."""

import json
from random import Random
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from pactoria_desktop.protocol.templates import TemplateDefinition
from pactoria_desktop.templates.form import Form, Question, draft_of, form_of
from pactoria_desktop.templates.values import ClauseChoice, ValuesReader
from tests.unit.templates.generating import invalid_values, some_definition, valid_values

DEFINITION = TemplateDefinition.model_validate({
    "id": "t", "title": "T", "category": "c",
    "variables": [
        {"kind": "party", "id": "client", "label": "Client", "group": "Parties"},
        {"kind": "money", "id": "fee", "label": "Fee", "group": "Terms"},
        {"kind": "yes_no", "id": "personal", "label": "Personal data is processed", "group": "Terms", "default": False},
        {"kind": "text", "id": "officer", "label": "Officer", "group": "Parties",
         "default": "nobody yet", "when": {"variable": "personal", "test": "is", "value": True}},
        {"kind": "period", "id": "notice", "label": "Notice", "group": "Terms",
         "default": {"count": 30, "unit": "days"}, "written": "words_and_figures"},
        {"kind": "text", "id": "note", "label": "Note", "required": False},
        {"kind": "list", "id": "works", "label": "Works", "item_label": "Work", "of": [
            {"kind": "text", "id": "title", "label": "Title"},
            {"kind": "yes_no", "id": "tested", "label": "Tested", "default": False},
            {"kind": "date", "id": "by", "label": "By", "default": "2026-12-01",
             "when": {"variable": "tested", "test": "is", "value": True}}]},
    ],
    "slots": [{"id": "law", "title": "Governing law", "category": "law", "required": True},
              {"id": "audit", "title": "Audit", "category": "audit",
               "when": {"variable": "personal", "test": "is", "value": True}}],
})  # fmt: skip


def question(form: Form, path: str) -> Question:
    questions = [one for group in form.groups for one in group.questions]
    questions += [one for each in questions for item in each.items for one in item]
    (found,) = (one for one in questions if one.path == path)
    return found


def test_questions_stand_under_their_headings_in_order() -> None:
    form = form_of(DEFINITION, {})
    assert [(group.heading, [one.path for one in group.questions]) for group in form.groups] == [
        ("Parties", ["client", "officer"]),
        ("Terms", ["fee", "personal", "notice"]),
        ("", ["note", "works"]),
    ]


def test_an_empty_form_says_what_is_missing_and_offers_the_defaults() -> None:
    form = form_of(DEFINITION, {})
    assert form.missing == ("client", "fee", "works", "law")
    assert (form.progress.answered, form.progress.of, form.is_complete) == (2, 6, False)
    assert question(form, "notice").words == "30 days"
    assert question(form, "notice").is_answered
    assert question(form, "fee").is_missing
    assert question(form, "fee").hint == "an amount of money in GBP, such as £12,500"
    assert question(form, "officer").asked is False
    assert question(form, "officer").words == "nobody yet"
    assert question(form, "officer").reason == "is left out because “Personal data is processed” is no"
    assert [slot.asked for slot in form.slots] == [True, False]


def test_good_values_stand_beside_faults_also_in_the_items_of_a_list() -> None:
    works = [{"title": "A", "tested": "yes", "by": "soon"}, {"title": "B"}]
    form = form_of(DEFINITION, {"client": "Acme", "fee": "much", "personal": "yes", "works": works, "law": "english"})
    fee = question(form, "fee")
    assert (fee.words, fee.value, fee.is_missing, len(fee.faults)) == ("much", None, False, 1)
    by = question(form, "works.1.by")
    assert (by.asked, by.words, [fault.path for fault in by.faults]) == (True, "soon", ["works.1.by"])
    assert question(form, "works.1.title").value == "A"
    assert question(form, "works.2.by").words == "1 December 2026"
    assert question(form, "works.2.by").reason == "is left out because “Tested” is no"
    assert question(form, "works").value == ({"title": "A", "tested": True}, {"title": "B", "tested": False})
    assert form.missing == ()
    assert form.slots[0].chosen == ClauseChoice("english")


def test_what_a_fault_decides_is_left_open() -> None:
    form = form_of(DEFINITION, {"personal": "perhaps", "works": [{"title": "A", "tested": "perhaps"}]})
    assert question(form, "officer").asked is None
    assert question(form, "officer").words == "nobody yet"
    assert question(form, "officer").reason == ""
    assert question(form, "works.1.by").asked is None
    assert form.slots[1].asked is None
    assert form.missing == ("client", "fee", "law")


def test_a_draft_keeps_every_entry_and_gives_the_same_form_again() -> None:
    raw: dict[str, Any] = {
        "fee": "much",
        "officer": "Ann",
        "works": [{"title": 3}],
        "nobody": 1,
        "client": {"name": ""},
    }
    draft = draft_of(DEFINITION, raw)
    assert draft == {name: raw[name] for name in ("client", "fee", "officer", "works")}
    again = form_of(DEFINITION, json.loads(json.dumps(draft)))
    assert again.read == ValuesReader(DEFINITION).partial(draft)
    assert question(again, "officer").words == "Ann"


@given(st.integers(0, 2**32))
@settings(max_examples=60, deadline=None)
def test_a_form_is_complete_when_the_values_can_be_read_and_only_then(seed: int) -> None:
    random = Random(seed)
    described = some_definition(random)
    raw = valid_values(described, random)
    form = form_of(described, raw)
    assert form.is_complete
    assert form.progress.answered == form.progress.of
    assert form_of(described, json.loads(json.dumps(draft_of(described, form.read.values.as_json())))).is_complete
    planted = invalid_values(described, random)
    broken = form_of(described, planted.raw)
    assert not broken.is_complete
    name = planted.path.split(".")[0]
    if any(variable.id == name for variable in described.variables):
        assert broken.progress.answered == broken.progress.of - 1
        assert question(broken, name).faults
