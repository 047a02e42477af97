"""Edits given as operations: exactly the expected text, or refused in one sentence."""

import json
import random

import pytest

from pactoria_desktop.contract.accepted import accepted, rejected
from pactoria_desktop.contract.text import ContractText
from pactoria_desktop.replica.identity import Identity
from pactoria_desktop.replica.replica import Replica
from pactoria_desktop.runtime.clock import SystemClock
from pactoria_desktop.services.edits import apply_operations
from pactoria_desktop.services.operations import EditError, parse_operations
from tests.samples import NAMES, sample_text

ALPHABET = ["word", " and ", "“quoted”", "§ 4", "é", "😀", "שלום", "\n", "\t"]


def edited(text: ContractText, operations: list[dict[str, object]], *, clean: bool = False) -> ContractText:
    """The text after operations."""
    replica = Replica.create(text, identity=Identity("Ines Falk", "me"), clock=SystemClock())
    try:
        replica.suggesting = not clean
        apply_operations(replica, text, parse_operations(json.dumps(operations)))
        return replica.text()
    finally:
        replica.close()


def random_operations(text: ContractText, chance: random.Random) -> list[dict[str, object]]:
    """Operations that do not overlap, at random places."""
    view = accepted(text)
    operations: list[dict[str, object]] = []
    place = 0
    while place < len(view.text):
        place += chance.randrange(30, 900)
        length = chance.choice([0, 1, 4, 12, 40])
        if place + length >= len(view.text):
            break
        kind = chance.random()
        if kind < 0.7:
            words = "".join(chance.choice(ALPHABET) for _ in range(chance.randrange(0, 5)))
            if words or length:
                operations.append({"op": "replace", "start": place, "end": place + length, "text": words})
        elif kind < 0.8 and length:
            operations.append({"op": "comment", "start": place, "end": place + length, "text": "Why?"})
        else:
            paragraph = view.paragraph_at(place)
            if paragraph.start > place - 30:
                operations.append({"op": "insert_paragraph_after", "paragraph": paragraph.id, "text": "A new clause."})
                place = paragraph.end
        place += length + 1
    return operations


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("clean", [False, True])
def test_random_operations_give_the_expected_text_or_are_refused(name: str, clean: bool) -> None:
    text = sample_text(name)
    done = 0
    for seed in range(30):
        operations = random_operations(text, random.Random(seed))
        try:
            result = edited(text, operations, clean=clean)
        except EditError:
            continue
        done += 1
        if not clean:
            assert rejected(result).text == rejected(text).text
    assert done >= 5


def test_several_operations_mean_the_file_as_given() -> None:
    text = sample_text("services-agreement.docx")
    view = accepted(text)
    first, second = view.text.index("thirty-six (36)"), view.text.index("five years")
    result = edited(
        text,
        [
            {"op": "replace", "start": second, "end": second + 4, "text": "three"},
            {"op": "replace", "start": first, "end": first + len("thirty-six (36)"), "text": "twenty-four (24)"},
        ],
    )
    expected = view.text.replace("thirty-six (36)", "twenty-four (24)").replace("five years", "three years")
    assert accepted(result).text == expected


@pytest.mark.parametrize(
    ("operations", "words"),
    [
        ("nonsense", "not JSON"),
        ("{}", "not a list"),
        ('[{"op": "replace", "start": 0}]', "Operation 0"),
        ('[{"op": "vanish"}]', "Operation 0"),
        ('[{"op": "replace", "start": -1, "end": 2, "text": ""}]', "start"),
        ('[{"op": "replace", "start": 0, "end": 2, "text": 7}]', "text"),
        ('[{"op": "comment", "start": 0, "end": 2, "text": ""}]', "text"),
    ],
)
def test_malformed_operations_are_refused_by_name(operations: str, words: str) -> None:
    with pytest.raises(EditError, match=words):
        parse_operations(operations)


@pytest.mark.parametrize(
    ("operations", "words"),
    [
        ([{"op": "replace", "start": 5, "end": 10**9, "text": ""}], "the text has"),
        ([{"op": "replace", "start": 9, "end": 5, "text": ""}], "the text has"),
        ([{"op": "delete_paragraph", "paragraph": "nowhere"}], "not in the file"),
        ([{"op": "comment", "start": 5, "end": 5, "text": "x"}], "no characters"),
        (
            [
                {"op": "replace", "start": 5, "end": 15, "text": ""},
                {"op": "replace", "start": 10, "end": 20, "text": ""},
            ],
            "overlap",
        ),
        (
            [
                {"op": "replace", "start": 5, "end": 5, "text": "a"},
                {"op": "replace", "start": 5, "end": 5, "text": "b"},
            ],
            "overlap",
        ),
    ],
)
def test_impossible_operations_are_refused(operations: list[dict[str, object]], words: str) -> None:
    with pytest.raises(EditError, match=words):
        edited(sample_text("mutual-nda.docx"), operations)


def test_a_range_that_cuts_a_field_is_refused() -> None:
    text = sample_text("services-agreement.docx")
    view = accepted(text)
    place = view.text.index("Subject to clause 11.1, each") + len("Subject to clause ")
    with pytest.raises(EditError, match="field"):
        edited(text, [{"op": "replace", "start": place - 3, "end": place + 2, "text": "x"}])
    whole = edited(text, [{"op": "replace", "start": place, "end": place + 4, "text": "11.9"}])
    assert "Subject to clause 11.9, each" in accepted(whole).text
