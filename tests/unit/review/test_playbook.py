"""Playbooks are data: checked on reading, tested by their own examples, and unable to make the program slow."""

import time

import pytest

from pactoria_desktop.contract.segmentation import plain_text, sentences_of
from pactoria_desktop.review.phrases import SentenceReader, phrase_from
from pactoria_desktop.review.playbook import PlaybookError, read_playbook
from pactoria_desktop.review.playbook_rules import (
    apply_playbook,
    run_examples,
    shipped_playbook,
    shipped_playbooks,
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


@pytest.mark.parametrize("name", shipped_playbooks())
def test_what_a_reader_sees_of_a_playbook_has_curly_apostrophes(name: str) -> None:
    book = shipped_playbook(name)
    shown = [book.title, book.description]
    for rule in book.rules:
        shown += [rule.title, rule.why or "", rule.missing.message if rule.missing else ""]
        shown += [position.message for position in rule.positions]
    assert [words for words in shown if "'" in words or '"' in words] == []


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
    pattern = phrase_from("(a|aa|a a) ... (a|aa) ... a* ... zzz").pattern
    begun = time.perf_counter()
    assert pattern.search("a " * 3000) is None
    assert time.perf_counter() - begun < 5


def test_a_missing_clause_is_said_once_and_rests_on_no_words() -> None:
    book = read_playbook(SMALL, "tiny.yaml")
    reviewed = plain_text("This Agreement is silent. It says nothing.")
    (draft,) = apply_playbook(book, reviewed, sentences_of(reviewed), {})
    assert draft.rule == "tiny/law"
    assert draft.places == ()


def test_a_clause_in_other_words_is_not_missing() -> None:
    said = "All papers shall be handed back when the talks end."
    rule = next(rule for rule in shipped_playbook("mutual-nda").rules if rule.id == "return-or-destruction")
    assert verdict_of(rule, said) != "missing"
    assert verdict_of(rule, "The talks begin today.") == "missing"


@pytest.mark.parametrize(
    ("phrase", "sentence"),
    [
        ("(fee|fees) ... paid", "The FEES that were paid"),
        ("indemnif* ... (own|their own) staff", "It indemnifies its\u00a0own staff."),
        ("supplier's (rights|duty)", "The Supplier’s rights end."),
        ("days' notice", "thirty days’ notice"),
        ("(non-compete|*solicitation)", "A nonsolicitation duty."),
        ("set-off", "No set-off is allowed."),
    ],
)
def test_the_quick_look_passes_over_no_phrase_that_fits(phrase: str, sentence: str) -> None:
    read = phrase_from(phrase)
    assert read.pattern.search(sentence)
    assert read.fits(SentenceReader([read, phrase_from("other words")]).read(sentence))
    assert not read.fits(SentenceReader([read]).read("Nothing of the kind."))


@pytest.mark.parametrize("name", shipped_playbooks())
def test_the_quick_look_changes_no_verdict(name: str) -> None:
    book = shipped_playbook(name)
    texts = [example.text for rule in book.rules for example in rule.examples]
    for phrase in {phrase for rule in book.rules for phrase in rule.phrases}:
        assert [t for t in texts if phrase.fits(book.reader.read(t))] == [t for t in texts if phrase.pattern.search(t)]
