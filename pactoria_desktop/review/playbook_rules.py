"""Applies a playbook to a contract, and runs a playbook's own examples."""

from collections.abc import Iterator, MutableMapping
from dataclasses import dataclass

from pactoria_desktop.contract.findings import Draft
from pactoria_desktop.contract.segmentation import ReviewedText, Sentence, plain_text, sentences_of
from pactoria_desktop.review.playbook import Playbook, Position, Rule, read_playbook
from pactoria_desktop.runtime.resources import resource

RuleCache = MutableMapping[tuple[str, str], tuple[tuple[int, int | None], ...]]


def shipped_playbooks() -> tuple[str, ...]:
    """The names of the playbooks that come with the program."""
    folder = resource("playbooks")
    return tuple(sorted(item.name.removesuffix(".yaml") for item in folder.iterdir() if item.name.endswith(".yaml")))


def shipped_playbook(name: str) -> Playbook:
    """A playbook that comes with the program. Raises FileNotFoundError for an unknown name."""
    return read_playbook(resource("playbooks", f"{name}.yaml").read_text(encoding="utf-8"), name)


def apply_playbook(
    playbook: Playbook, reviewed: ReviewedText, sentences: tuple[Sentence, ...], cache: RuleCache
) -> Iterator[Draft]:
    """The findings of a playbook: unacceptable and fallback positions with their sentences, and what is missing.

    What is missing rests on no words: its evidence is empty.
    """
    text = reviewed.text
    concerned: set[int] = set()
    book = f"{playbook.name}/{playbook.version}"
    for sentence in sentences:
        words = text[sentence.start : sentence.end]
        known = cache.get((book, words))
        if known is None:
            known = cache[book, words] = tuple(_verdicts(playbook, words))
        for number, at in known:
            concerned.add(number)
            rule = playbook.rules[number]
            if at is not None and rule.positions[at].verdict != "preferred":
                yield _draft(playbook, rule, rule.positions[at], (sentence.start, sentence.end))
    if not sentences:
        return
    for number, rule in enumerate(playbook.rules):
        if rule.missing is not None and number not in concerned:
            yield Draft(
                f"{playbook.name}/{rule.id}", rule.version, rule.severity, rule.title, rule.missing.message, 0.8,
                f"playbook:{playbook.name}", (),
            )  # fmt: skip


def _verdicts(playbook: Playbook, words: str) -> Iterator[tuple[int, int | None]]:
    if len(words) < 12:
        return
    sentence = playbook.reader.read(words)
    for number in playbook.rules_for(sentence):
        rule = playbook.rules[number]
        if rule.concerns(sentence):
            position = rule.position_of(sentence)
            yield number, None if position is None else rule.positions.index(position)
        elif rule.is_said(sentence):
            yield number, None


def _draft(playbook: Playbook, rule: Rule, position: Position, place: tuple[int, int]) -> Draft:
    refused = position.verdict == "not_acceptable"
    return Draft(
        f"{playbook.name}/{rule.id}", rule.version, rule.severity if refused else rule.fallback_severity, rule.title,
        position.message, 0.85 if refused else 0.75, f"playbook:{playbook.name}", (place,),
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class ExampleOutcome:
    """What one example of a rule gave: ``passed`` when ``reached`` is what was expected."""

    rule: str
    example: int
    expected: str
    reached: str
    passed: bool


def run_examples(playbook: Playbook) -> tuple[ExampleOutcome, ...]:
    """Run each rule on its own examples."""
    outcomes = []
    for rule in playbook.rules:
        for number, example in enumerate(rule.examples):
            reached = verdict_of(rule, example.text)
            outcomes.append(ExampleOutcome(rule.id, number, example.expect, reached, reached == example.expect))
    return tuple(outcomes)


def verdict_of(rule: Rule, text: str) -> str:
    """The worst verdict that a rule reaches on a text; "missing" or "none" where no position fits."""
    reviewed = plain_text(text)
    found: set[str] = set()
    concerned = False
    for sentence in sentences_of(reviewed):
        read = rule.reader.read(text[sentence.start : sentence.end])
        if rule.concerns(read):
            concerned = True
            position = rule.position_of(read)
            if position is not None:
                found.add(position.verdict)
        concerned = concerned or rule.is_said(read)
    for verdict in ("not_acceptable", "fallback", "preferred"):
        if verdict in found:
            return verdict
    return "missing" if not concerned and rule.missing is not None else "none"
