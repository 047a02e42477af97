"""Playbooks: what a side prefers, accepts and refuses, as data with examples that test it.

A playbook is a YAML file. A rule looks at the sentences that its ``about`` phrases pick; the first of its positions
that fits such a sentence is the verdict. A rule with ``missing`` speaks up when no sentence is about its subject.

Phrases are a small language (``review.phrases``), not regular expressions, so that a foreign file cannot make them
slow.
"""

import re
from collections.abc import Iterator
from functools import cached_property
from typing import Annotated, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError, field_validator

from pactoria_desktop.contract.quantities import number_from_words, periods_in
from pactoria_desktop.review.phrases import Phrase, ReadSentence, SentenceReader, phrase_from

Verdict = Literal["preferred", "fallback", "not_acceptable"]
Identifier = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9-]{1,63}$")]
Words = Annotated[str, StringConstraints(min_length=2, max_length=400, strip_whitespace=True)]
MOST_BYTES = 1_000_000


class PlaybookError(Exception):
    """A playbook cannot be used; the message names the field and what is wrong with it."""


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Limit(_Strict):
    """A length of time that a sentence must name: more than one of ``above_...``, or less than one of ``below_...``.

    With ``near``, only lengths count that stand within sixty characters of one of those phrases.
    """

    above_months: float | None = None
    below_months: float | None = None
    above_days: float | None = None
    below_days: float | None = None
    above_hours: float | None = None
    below_hours: float | None = None
    near: tuple[Words, ...] = ()

    @field_validator("near")
    @classmethod
    def _well_formed(cls, phrases: tuple[str, ...]) -> tuple[str, ...]:
        return _checked(phrases)

    @cached_property
    def _near(self) -> tuple[re.Pattern[str], ...]:
        return tuple(phrase_from(phrase).pattern for phrase in self.near)

    @cached_property
    def _bounds(self) -> tuple[float, float]:
        """The least number of months above which, and the greatest below which, a length fits."""
        above = [(self.above_months, 1.0), (self.above_days, _DAY), (self.above_hours, _DAY / 24)]
        below = [(self.below_months, 1.0), (self.below_days, _DAY), (self.below_hours, _DAY / 24)]
        return (
            min((value * unit for value, unit in above if value is not None), default=float("inf")),
            max((value * unit for value, unit in below if value is not None), default=0.0),
        )

    def fits(self, sentence: str) -> bool:
        """Whether a length of time in the sentence lies beyond the limit."""
        above, below = self._bounds
        for start, end, months in _lengths_in(sentence):
            if not (months > above * 1.001 or months < below * 0.999):
                continue
            around = sentence[max(0, start - _AROUND) : end + _AROUND]
            if not self._near or any(pattern.search(around) for pattern in self._near):
                return True
        return False


_DAY = 1 / 30
_AROUND = 60
_HOURS = re.compile(r"(\d{1,4})\s*\)?[\s-]+hours?(?!\w)", re.IGNORECASE)
_SHARE = re.compile(
    r"(?P<figures>\d{1,4}(?:\.\d{1,3})?)\s*\)?\s?(?:%|per\s?cent|percent)"
    r"|(?P<words>(?:[a-z]+[\s-]+){1,5}?)(?:per\s?cent|percent)"
    r"|(?P<times>\d{1,2}(?:\.\d{1,2})?)\s*(?:x|times)(?!\w)|(?P<double>twice|double|two\s+times)(?!\w)",
    re.IGNORECASE,
)


def _lengths_in(sentence: str) -> Iterator[tuple[int, int, float]]:
    for period in periods_in(sentence):
        yield period.start, period.end, period.months
    for found in _HOURS.finditer(sentence):
        yield found.start(), found.end(), float(found[1]) * _DAY / 24


class Share(_Strict):
    """A percentage that a sentence must name: more than ``above`` or less than ``below`` ("twice" is 200)."""

    above: float | None = None
    below: float | None = None

    def fits(self, sentence: str) -> bool:
        """Whether a percentage in the sentence lies beyond the limit."""
        for value in _shares_in(sentence):
            if (self.above is not None and value > self.above) or (self.below is not None and value < self.below):
                return True
        return False


def _shares_in(sentence: str) -> Iterator[float]:
    for found in _SHARE.finditer(sentence):
        if found["figures"]:
            yield float(found["figures"])
        elif found["times"]:
            yield float(found["times"]) * 100
        elif found["double"]:
            yield 200.0
        else:
            words = found["words"].split()
            values = (number_from_words(" ".join(words[at:])) for at in range(len(words)))
            value = next((value for value in values if value), None)
            if value is not None:
                yield float(value)


def _checked(phrases: tuple[str, ...]) -> tuple[str, ...]:
    for phrase in phrases:
        phrase_from(phrase)
    return phrases


def _read(phrases: tuple[str, ...]) -> tuple[Phrase, ...]:
    return tuple(phrase_from(phrase) for phrase in phrases)


class Position(_Strict):
    """One position: the verdict where any phrase of ``says`` (and the limit) fits and none of ``unless`` does."""

    verdict: Verdict
    says: tuple[Words, ...] = ()
    unless: tuple[Words, ...] = ()
    period: Limit | None = None
    share: Share | None = None
    message: Words

    @field_validator("says", "unless")
    @classmethod
    def _well_formed(cls, phrases: tuple[str, ...]) -> tuple[str, ...]:
        return _checked(phrases)

    @cached_property
    def _says(self) -> tuple[Phrase, ...]:
        return _read(self.says)

    @cached_property
    def _unless(self) -> tuple[Phrase, ...]:
        return _read(self.unless)

    def fits(self, sentence: ReadSentence) -> bool:
        """Whether this position is what the sentence says."""
        if self._says and not any(phrase.fits(sentence) for phrase in self._says):
            return False
        if self.period is not None and not self.period.fits(sentence.words):
            return False
        if self.share is not None and not self.share.fits(sentence.words):
            return False
        return not any(phrase.fits(sentence) for phrase in self._unless)

    @property
    def phrases(self) -> tuple[Phrase, ...]:
        """The phrases that a sentence is read for."""
        return self._says + self._unless


class Missing(_Strict):
    """What is said when no sentence is about the rule's subject and none fits a phrase of ``said``."""

    message: Words
    said: tuple[Words, ...] = ()

    @field_validator("said")
    @classmethod
    def _well_formed(cls, phrases: tuple[str, ...]) -> tuple[str, ...]:
        return _checked(phrases)

    @cached_property
    def _said(self) -> tuple[Phrase, ...]:
        return _read(self.said)

    def is_said(self, sentence: ReadSentence) -> bool:
        """Whether a sentence shows that the clause is there, in whatever words."""
        return any(phrase.fits(sentence) for phrase in self._said)

    @property
    def phrases(self) -> tuple[Phrase, ...]:
        """The phrases that a sentence is read for."""
        return self._said


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
        return _checked(phrases)

    @cached_property
    def _about(self) -> tuple[Phrase, ...]:
        return _read(self.about)

    @cached_property
    def _unless(self) -> tuple[Phrase, ...]:
        return _read(self.unless)

    @cached_property
    def reader(self) -> SentenceReader:
        """Reads sentences for this rule alone."""
        return SentenceReader(self.phrases)

    @property
    def phrases(self) -> tuple[Phrase, ...]:
        """The phrases that a sentence is read for."""
        own = self._about + self._unless + (self.missing.phrases if self.missing is not None else ())
        return own + tuple(phrase for position in self.positions for phrase in position.phrases)

    @property
    def told(self) -> tuple[Phrase, ...]:
        """The phrases of which any makes a sentence one that this rule looks at."""
        return self._about + (self.missing.phrases if self.missing is not None else ())

    def concerns(self, sentence: ReadSentence) -> bool:
        """Whether a sentence is about this rule's subject."""
        return any(phrase.fits(sentence) for phrase in self._about) and not any(
            phrase.fits(sentence) for phrase in self._unless
        )

    def is_said(self, sentence: ReadSentence) -> bool:
        """Whether a sentence shows that the clause is not missing."""
        return self.missing is not None and self.missing.is_said(sentence)

    def position_of(self, sentence: ReadSentence) -> Position | None:
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

    @cached_property
    def reader(self) -> SentenceReader:
        """Reads sentences for all rules at once."""
        return SentenceReader(tuple(phrase for rule in self.rules for phrase in rule.phrases))

    @cached_property
    def _asked(self) -> dict[str, tuple[int, ...]]:
        """For each stem the rules of which a phrase may fit a sentence that has it."""
        owners: dict[str, set[int]] = {}
        for number, rule in enumerate(self.rules):
            for phrase in rule.told:
                for stem in phrase.rarest:
                    owners.setdefault(stem, set()).add(number)
        return {stem: tuple(sorted(numbers)) for stem, numbers in owners.items()}

    def rules_for(self, sentence: ReadSentence) -> list[int]:
        """The numbers of the rules that may have something to say of a sentence, in order."""
        asked = self._asked
        return sorted({number for stem in sentence.stems for number in asked.get(stem, ())})

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
        data = _plain_data(words)
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


_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_DEEPEST = 12


def _plain_data(words: str) -> object:
    """The data of safe YAML, without aliases (their copies can grow without bound) and of little depth."""
    depth = 0
    for event in yaml.parse(words, Loader=_LOADER):
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if isinstance(event, yaml.AliasEvent) or depth > _DEEPEST:
            raise ValueError("aliases and deep nesting are not allowed")
    return yaml.load(words, Loader=_LOADER)
