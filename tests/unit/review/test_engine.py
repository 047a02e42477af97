"""The whole review: every quote is the text, the same words give the same result, one edit changes little."""

import json
from datetime import date

import pytest

from pactoria_desktop.review.engine import ReviewCache, review
from pactoria_desktop.review.playbook_rules import shipped_playbook
from pactoria_desktop.review.text import plain_text
from tests.unit.review.planting import planted

TODAY = date(2026, 1, 15)
HOSTILE = (
    "", "\n\n\n", "x", "😀" * 50, "(" * 2000, "“" * 500, "1.1.1.1.1.1 " * 300, "A" * 5000, "_" * 3000, "[" * 2000,
    "\u2028" * 100,
    "Section " * 500, "one hundred " * 400, "day of " * 400, "\ud800 lone surrogate", "“A” means “A” means " * 100,
)  # fmt: skip


def quotes(value: object) -> list[dict[str, object]]:
    if isinstance(value, dict):
        own = [value] if "quote" in value else []
        return own + [item for inner in value.values() for item in quotes(inner)]
    if isinstance(value, list):
        return [item for inner in value for item in quotes(inner)]
    return []


@pytest.fixture(scope="module")
def cache() -> ReviewCache:
    return ReviewCache()


@pytest.mark.parametrize("kind", ["placeholder", "broken_section", "undefined_term"])
def test_every_printed_quote_is_the_text_at_its_place(kind: str, cache: ReviewCache) -> None:
    text = planted(kind, 1).faulty
    shown = review(plain_text(text), shipped_playbook("mutual-nda"), today=TODAY, cache=cache).to_json()
    found = quotes(shown)
    assert len(found) > 20
    assert all(text[item["start"] : item["end"]] == item["quote"] != "" for item in found)  # type: ignore[misc]
    json.dumps(shown)


def test_the_shape_is_that_of_the_command_line(cache: ReviewCache) -> None:
    shown = review(plain_text(planted("placeholder", 1).faulty), None, today=TODAY, cache=cache).to_json()
    assert set(shown) == {"text_sha256", "clauses", "absent", "findings", "deadlines"}
    assert set(shown["clauses"][0]) == {"category", "start", "end", "quote", "confidence"}  # type: ignore[index]
    assert set(shown["findings"][0]) == {  # type: ignore[index]
        "id", "rule", "severity", "title", "message", "confidence", "source", "evidence",
    }  # fmt: skip
    assert min(item["confidence"] for item in shown["clauses"]) >= 0.001  # type: ignore[index, attr-defined]


def test_a_kept_cache_and_the_order_of_contracts_change_nothing(cache: ReviewCache) -> None:
    text = plain_text(planted("early_use", 2).faulty)
    review(plain_text(planted("early_use", 3).faulty), None, today=TODAY, cache=cache)
    assert review(text, None, today=TODAY, cache=cache).to_json() == review(text, None, today=TODAY).to_json()


def test_a_message_and_identity_do_not_change_through_an_edit_elsewhere(cache: ReviewCache) -> None:
    pair = planted("broken_section", 4)
    before = review(plain_text(pair.faulty), None, today=TODAY, contract="c", cache=cache).findings
    longer = pair.faulty.replace("7. General", "The parties wish each other well in all they do.\n\n7. General")
    after = review(plain_text(longer), None, today=TODAY, contract="c", cache=cache).findings
    assert {(item.id, item.message) for item in before} == {(item.id, item.message) for item in after}


@pytest.mark.parametrize("text", HOSTILE)
def test_no_text_breaks_the_review(text: str, cache: ReviewCache) -> None:
    result = review(plain_text(text), shipped_playbook("mutual-nda"), today=TODAY, cache=cache)
    assert all(text[item["start"] : item["end"]] == item["quote"] for item in quotes(result.to_json()))  # type: ignore[misc]


def test_governing_law_is_found_and_source_code_escrow_is_not_there(cache: ReviewCache) -> None:
    text = planted("placeholder", 1).clean
    result = review(plain_text(text), None, today=TODAY, cache=cache)
    best = {item.category: item for item in reversed(result.clauses.passages)}
    law = best["Governing Law"]
    assert "governed by the laws" in text[law.start : law.end]
    assert "Source Code Escrow" in dict(result.clauses.absent)
    assert "Governing Law" not in dict(result.clauses.absent)
