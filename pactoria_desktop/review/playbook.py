"""Playbooks: what a side prefers, accepts and refuses, as data with examples that test it.

A playbook is a YAML file. A rule looks at the sentences that its ``about`` phrases pick; the first of its positions
that fits such a sentence is the verdict. A rule with ``missing`` speaks up when no sentence is about its subject.

Phrases are a small language, not regular expressions, so that a foreign file cannot make them slow: words in any case
and spacing, ``*`` for any letters, ``(one|two words)`` for a choice, ``...`` for up to twelve words between.
"""

import re
from collections.abc import Iterator
from functools import cached_property
from typing import Annotated, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError, field_validator

from pactoria_desktop.contract.quantities import number_from_words, periods_in

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
    if "(" in flat or ")" in flat or phrase.count("...") > 5 or not phrase.strip(". "):
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
    """Lower-case letters of which at least one stands in every sentence that a phrase fits (a cheap first look).

    They come from the piece of the phrase whose shortest choice is longest: that piece is the rarest.
    """
    best: tuple[str, ...] = ("",)
    for piece in _PIECE.finditer(phrase):
        if piece[0] == "...":
            continue
        choices = piece[1].split("|") if piece[1] is not None else [piece[2]]
        longest = [max(re.split(r"[*'’\s]", choice), key=len).casefold() for choice in choices if choice.split()]
        if longest and min(map(len, longest)) > min(map(len, best)):
            best = tuple(longest)
    return best


def _word(word: str) -> str:
    return re.escape(word).replace(r"\*", r"\w*").replace("'", "['’]")


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
        return tuple(compile_phrase(phrase) for phrase in self.near)

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
        compile_phrase(phrase)
    return phrases


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
        if self.share is not None and not self.share.fits(sentence):
            return False
        return not any(pattern.search(sentence) for pattern in self._unless)


class Missing(_Strict):
    """What is said when no sentence is about the rule's subject and none fits a phrase of ``said``."""

    message: Words
    said: tuple[Words, ...] = ()

    @field_validator("said")
    @classmethod
    def _well_formed(cls, phrases: tuple[str, ...]) -> tuple[str, ...]:
        return _checked(phrases)

    @cached_property
    def _said(self) -> tuple[re.Pattern[str], ...]:
        return tuple(compile_phrase(phrase) for phrase in self.said)

    def is_said(self, sentence: str) -> bool:
        """Whether a sentence shows that the clause is there, in whatever words."""
        return any(pattern.search(sentence) for pattern in self._said)


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
    def _about(self) -> tuple[re.Pattern[str], ...]:
        return tuple(compile_phrase(phrase) for phrase in self.about)

    @cached_property
    def _unless(self) -> tuple[re.Pattern[str], ...]:
        return tuple(compile_phrase(phrase) for phrase in self.unless)

    @cached_property
    def stems(self) -> tuple[str, ...]:
        """Letters (folded) of which a sentence has some when it is about this rule's subject."""
        return tuple({stem for phrase in self.about for stem in stems_of(phrase)})

    @cached_property
    def said_stems(self) -> tuple[str, ...]:
        """Like ``stems``, of the phrases that show that the clause is there."""
        said = self.missing.said if self.missing is not None else ()
        return tuple({stem for phrase in said for stem in stems_of(phrase)})

    def concerns(self, sentence: str) -> bool:
        """Whether a sentence is about this rule's subject."""
        return any(pattern.search(sentence) for pattern in self._about) and not any(
            pattern.search(sentence) for pattern in self._unless
        )

    def is_said(self, sentence: str) -> bool:
        """Whether a sentence shows that the clause is not missing."""
        return self.missing is not None and self.missing.is_said(sentence)

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

    @cached_property
    def stems(self) -> tuple[tuple[str, tuple[int, ...]], ...]:
        """For each stem the rules whose phrases have it."""
        owners: dict[str, set[int]] = {}
        for number, rule in enumerate(self.rules):
            for stem in (*rule.stems, *rule.said_stems):
                owners.setdefault(stem, set()).add(number)
        return tuple((stem, tuple(sorted(numbers))) for stem, numbers in owners.items())

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
