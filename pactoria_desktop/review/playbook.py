"""Playbooks: what a side prefers, accepts and refuses, as data with examples that test it.

A playbook is a YAML file. A rule looks at the sentences that its ``about`` phrases pick; the first of its positions
that fits such a sentence is the verdict. A rule with ``missing`` speaks up when no sentence is about its subject.

Phrases are a small language, not regular expressions, so that a foreign file cannot make them slow: words in any case
and spacing, ``*`` for any letters, ``(one|two words)`` for a choice, ``...`` for up to twelve words between.
"""

import re
from functools import cached_property
from typing import Annotated, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError, field_validator

from pactoria_desktop.contract.quantities import periods_in

Verdict = Literal["preferred", "fallback", "not_acceptable"]
Identifier = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9-]{1,63}$")]
Words = Annotated[str, StringConstraints(min_length=2, max_length=400, strip_whitespace=True)]
MOST_BYTES = 1_000_000


class PlaybookError(Exception):
    """A playbook cannot be used; the message names the field and what is wrong with it."""


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


_PIECE = re.compile(r"\.\.\.|\(([^()]*)\)|([^\s()]+)")


def compile_phrase(phrase: str) -> re.Pattern[str]:
    """The pattern of one phrase. Raises ValueError, naming the phrase, when it is not well formed."""
    flat = re.sub(r"\([^()]*\)", "", phrase)
    if "(" in flat or ")" in flat or phrase.count("...") > 3 or not phrase.strip(". "):
        raise ValueError(f"the phrase “{phrase}” is not well formed")
    found = []
    gap = ""
    for piece in _PIECE.finditer(phrase):
        if piece[0] == "...":
            gap = r"(?:\S+\s+){0,12}?"
            continue
        if piece[1] is not None:
            choices = "|".join(r"\s+".join(_word(word) for word in choice.split()) for choice in piece[1].split("|"))
        else:
            choices = _word(piece[2])
        found.append(rf"(?>{gap}(?:{choices})(?!\w)\W{{0,4}}\s*)")
        gap = ""
    return re.compile(r"(?<!\w)" + "".join(found), re.IGNORECASE)


def stems_of(phrase: str) -> tuple[str, ...]:
    """Lower-case letters of which at least one stands in every sentence that a phrase fits (a cheap first look)."""
    for piece in _PIECE.finditer(phrase):
        if piece[0] == "...":
            continue
        choices = piece[1].split("|") if piece[1] is not None else [piece[2]]
        stems = tuple(re.split(r"[*'’]", choice.split()[0])[0].casefold() for choice in choices if choice.split())
        if all(stems):
            return stems
    return ("",)


def _word(word: str) -> str:
    return re.escape(word).replace(r"\*", r"\w*").replace("'", "['’]")


class Limit(_Strict):
    """A length of time that a sentence must name: more than ``above_months`` or less than ``below_months``."""

    above_months: float | None = None
    below_months: float | None = None

    def fits(self, sentence: str) -> bool:
        """Whether a period in the sentence lies beyond the limit."""
        for period in periods_in(sentence):
            if self.above_months is not None and period.months > self.above_months + 0.01:
                return True
            if self.below_months is not None and period.months < self.below_months - 0.01:
                return True
        return False


class Position(_Strict):
    """One position: the verdict where any phrase of ``says`` (and the limit) fits and none of ``unless`` does."""

    verdict: Verdict
    says: tuple[Words, ...] = ()
    unless: tuple[Words, ...] = ()
    period: Limit | None = None
    message: Words

    @field_validator("says", "unless")
    @classmethod
    def _well_formed(cls, phrases: tuple[str, ...]) -> tuple[str, ...]:
        for phrase in phrases:
            compile_phrase(phrase)
        return phrases

    @cached_property
    def _says(self) -> tuple[re.Pattern[str], ...]:
        return tuple(compile_phrase(phrase) for phrase in self.says)

    @cached_property
    def _unless(self) -> tuple[re.Pattern[str], ...]:
        return tuple(compile_phrase(phrase) for phrase in self.unless)

    def fits(self, sentence: str) -> bool:
        """Whether this position is what the sentence says."""
        if self._says and not any(pattern.search(sentence) for pattern in self._says):
            return False
        if self.period is not None and not self.period.fits(sentence):
            return False
        return not any(pattern.search(sentence) for pattern in self._unless)


class Missing(_Strict):
    """What is said when no sentence is about the rule's subject."""

    message: Words


class Example(_Strict):
    """A text and the verdict that the rule must reach: a verdict, "missing" or "none"."""

    text: Annotated[str, StringConstraints(min_length=5, max_length=4000)]
    expect: Literal["preferred", "fallback", "not_acceptable", "missing", "none"]


class Rule(_Strict):
    """One rule of a playbook. ``version`` is raised when the rule's meaning changes."""

    id: Identifier
    version: int = Field(default=1, ge=1)
    title: Words
    severity: Literal["high", "medium", "low"]
    fallback_severity: Literal["high", "medium", "low"] = "low"
    why: Words | None = None
    about: tuple[Words, ...] = Field(min_length=1)
    unless: tuple[Words, ...] = ()
    positions: tuple[Position, ...] = ()
    missing: Missing | None = None
    examples: tuple[Example, ...] = Field(min_length=2)

    @field_validator("about", "unless")
    @classmethod
    def _well_formed(cls, phrases: tuple[str, ...]) -> tuple[str, ...]:
        for phrase in phrases:
            compile_phrase(phrase)
        return phrases

    @cached_property
    def _about(self) -> tuple[re.Pattern[str], ...]:
        return tuple(compile_phrase(phrase) for phrase in self.about)

    @cached_property
    def _unless(self) -> tuple[re.Pattern[str], ...]:
        return tuple(compile_phrase(phrase) for phrase in self.unless)

    @cached_property
    def _stems(self) -> tuple[str, ...]:
        return tuple({stem for phrase in self.about for stem in stems_of(phrase)})

    def concerns(self, sentence: str) -> bool:
        """Whether a sentence is about this rule's subject."""
        folded = sentence.casefold()
        if not any(stem in folded for stem in self._stems):
            return False
        return any(pattern.search(sentence) for pattern in self._about) and not any(
            pattern.search(sentence) for pattern in self._unless
        )

    def position_of(self, sentence: str) -> Position | None:
        """The first position that the sentence takes."""
        return next((position for position in self.positions if position.fits(sentence)), None)


class Playbook(_Strict):
    """A playbook: its rules are judged one by one, each on its own."""

    name: Identifier
    version: int = Field(ge=1)
    title: Words
    side: Literal["mutual", "customer", "supplier"]
    description: Words
    rules: tuple[Rule, ...] = Field(min_length=1, max_length=500)

    @field_validator("rules")
    @classmethod
    def _named_once(cls, rules: tuple[Rule, ...]) -> tuple[Rule, ...]:
        names = [rule.id for rule in rules]
        doubled = next((name for name in names if names.count(name) > 1), None)
        if doubled is not None:
            raise ValueError(f"the rule id {doubled} is given twice")
        return rules


def read_playbook(words: str, named: str) -> Playbook:
    """A playbook from its YAML. Raises PlaybookError with one sentence that names the field."""
    if len(words.encode("utf-8", "replace")) > MOST_BYTES:
        raise PlaybookError(f"The playbook {named} is larger than a megabyte.")
    try:
        data = yaml.load(words, Loader=_PlainLoader)
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        line = getattr(getattr(error, "problem_mark", None), "line", None)
        place = f" in line {line + 1}" if line is not None else ""
        raise PlaybookError(f"The playbook {named} is not well-formed YAML{place}.") from error
    try:
        return Playbook.model_validate(data)
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"]) or "the whole file"
        raise PlaybookError(f"The playbook {named} has a mistake in {place}: {first['msg']}.") from error


class _PlainLoader(yaml.SafeLoader):
    """Safe YAML without anchors' copies, which can grow without bound."""

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        if self.check_event(yaml.events.AliasEvent):
            raise yaml.constructor.ConstructorError(None, None, "aliases are not allowed", None)
        return super().compose_node(parent, index)
