"""Playbooks are data: checked on reading, tested by their own examples, and unable to make the program slow."""

import time

import pytest

from pactoria_desktop.contract.segmentation import plain_text, sentences_of
from pactoria_desktop.review.playbook import PlaybookError, compile_phrase, read_playbook
from pactoria_desktop.review.playbook_rules import (
    apply_playbook,
    run_examples,
    shipped_playbook,
    shipped_playbooks,
    suggest,
    verdict_of,
)

SMALL = """
name: tiny
version: 1
title: Tiny playbook
side: mutual
description: For a test only.
rules:
  - id: law
    title: Governing law
    severity: high
    about: ["governed by"]
    missing: {message: No law is named.}
    examples:
      - {text: It is governed by the law of Ohio., expect: none}
      - {text: It is silent., expect: missing}
"""


@pytest.mark.parametrize("name", shipped_playbooks())
def test_a_shipped_playbook_passes_its_own_examples(name: str) -> None:
    failed = [item for item in run_examples(shipped_playbook(name)) if not item.passed]
    assert failed == []


def test_the_mutual_agreement_has_at_least_twenty_rules() -> None:
    assert len(shipped_playbook("mutual-nda").rules) >= 20


@pytest.mark.parametrize(
    ("change", "field"),
    [
        (("severity: high", "severity: awful"), "rules.0.severity"),
        (("title: Tiny playbook", "titel: Tiny"), "title"),
        (('about: ["governed by"]', 'about: ["governed (by"]'), "rules.0.about"),
        (("version: 1", "version: none"), "version"),
    ],
)
def test_a_mistake_is_named_by_its_field(change: tuple[str, str], field: str) -> None:
    with pytest.raises(PlaybookError) as caught:
        read_playbook(SMALL.replace(*change), "tiny.yaml")
    assert field in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    "words", ["a: [", "a: &x [1]\nb: *x", "- 1", "", "x" * 1_100_000, "!!python/object:os.system {}", "[" * 3000]
)
def test_a_hostile_playbook_is_refused_in_one_sentence(words: str) -> None:
    with pytest.raises(PlaybookError):
        read_playbook(words, "bad.yaml")


def test_no_phrase_is_slow_on_any_sentence() -> None:
    pattern = compile_phrase("(a|aa|a a) ... (a|aa) ... a* ... zzz")
    begun = time.perf_counter()
    assert pattern.search("a " * 3000) is None
    assert time.perf_counter() - begun < 5


def test_a_missing_clause_is_said_once_and_rests_on_no_words() -> None:
    book = read_playbook(SMALL, "tiny.yaml")
    reviewed = plain_text("This Agreement is silent. It says nothing.")
    (draft,) = apply_playbook(book, reviewed, sentences_of(reviewed), {})
    assert draft.rule == "tiny/law"
    assert draft.places == ()


@pytest.mark.parametrize(
    ("opening", "name"),
    [
        ("MUTUAL NON-DISCLOSURE AGREEMENT\nThis Agreement is made between A and B.", "mutual-nda"),
        ("Services agreement\nbetween A and B\nConfidential Information means", "buyer-services"),
        ("MASTER SERVICES AGREEMENT\nThe Supplier shall", "buyer-services"),
        ("LEASE\nThe landlord lets the house to the tenant.", None),
    ],
)
def test_a_playbook_is_suggested_by_the_words_of_the_contract(opening: str, name: str | None) -> None:
    assert suggest(opening) == name


def test_a_clause_in_other_words_is_not_missing() -> None:
    said = "All papers shall be handed back when the talks end."
    rule = next(rule for rule in shipped_playbook("mutual-nda").rules if rule.id == "return-or-destruction")
    assert verdict_of(rule, said) != "missing"
    assert verdict_of(rule, "The talks begin today.") == "missing"
