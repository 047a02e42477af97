"""Defined terms: where a contract defines them and where it uses them.

A definition is a quoted term before "means" and its like, a quoted term in brackets ('(the "Services")'), a term that
is said to be "referred to as", or an unquoted capitalised term that opens a paragraph before "means".
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

Way = Literal["means", "bracket", "called", "meaning elsewhere"]
_OPEN, _CLOSE = '["“„]', '["”“]'
_TERM = r"(?P<{name}>[A-Z0-9][^\"“”„()\n]{{0,70}}?)"
_QUOTED = re.compile(rf"{_OPEN}\s?(?P<term>[A-Z0-9][^\"“”„()\n\[\]]{{0,70}}?)\s?[,.;]?\s?{_CLOSE}")
_MEANS = re.compile(
    r"\s*,?\s*(?:(?:\((?:[^()]{0,60})\)|(?:,\s*)?(?:and|or)\s+[\"“][^\"“”]{1,60}[\"”]"
    r"|,?\s*as used (?:in this Agreement|herein),?"
    r"|when used (?:in this Agreement|herein),?)\s*)*"
    r"(?P<verb>means?\b|shall\s+mean|will\s+mean|shall\s+(?:also\s+)?include|includes?\b|refers?\s+to|shall\s+refer\s+to|is\s+defined"
    r"|shall\s+be\s+defined|has\s+the\s+(?:same\s+)?meaning|have\s+the\s+(?:same\s+)?meaning|ha(?:s|ve)\s+the\s+respective\s+meaning"
    r"|shall\s+have\s+the\s+(?:same\s+)?meaning|ha(?:s|ve)\s+been\s+defined|as\s+defined|:)",
)
_CALLED = re.compile(
    r"(?:referred\s+to\s+(?:\w+\s+){0,4}?as|hereinafter(?:\s+called)?|hereafter(?:\s+called)?|known\s+as|called|designated\s+as|defined\s+as)"
    r"\s*,?\s*(?:collectively\s+)?(?:the\s+|a\s+|an\s+|this\s+|either\s+)?$",
    re.IGNORECASE,
)
_PLAIN = re.compile(
    r"(?:\(?[a-z0-9.]{1,5}[.)]\s*)?(?P<term>[A-Z][\w'’&/-]*(?:\s+(?:of|and|or|the|for|to|in|[A-Z][\w'’&/-]*)){0,5})\s*"
    r"(?:\([^()\n]{1,40}\)\s*)?(?P<verb>means\b|shall\s+mean\b|has\s+the\s+meaning\b|shall\s+have\s+the\s+meaning\b)"
)
_BRACKET = re.compile(r"\([^()\n]{0,260}?\)")


@dataclass(frozen=True, slots=True)
class Definition:
    """A term and the place of its words (without quotation marks) where it is defined, and in which way."""

    term: str
    start: int
    end: int
    way: Way


def tidy(term: str) -> str:
    """A term as it is compared: one space between words, no punctuation at its ends, straight apostrophes."""
    words = " ".join(term.replace("’", "'").replace("\u00ad", "").split()).strip(" ,.;:'")
    return words[4:] if words.startswith("The ") and len(words) > 6 else words


def definitions_in(paragraph: str) -> Iterator[Definition]:
    """The definitions in the words of one paragraph; places count from its start."""
    brackets = [found.span() for found in _BRACKET.finditer(paragraph)] if "(" in paragraph else []
    quoted: set[int] = set()
    for found in _QUOTED.finditer(paragraph):
        term = tidy(found["term"])
        if not term or len(term.split()) > 8:
            continue
        way = _way(paragraph, found.start(), found.end(), brackets)
        if way is not None:
            quoted.add(found.start("term"))
            yield Definition(term, found.start("term"), found.end("term"), way)
    plain = _PLAIN.match(paragraph)
    if plain is not None and plain.start("term") not in quoted and plain["term"] not in _NOT_TERMS:
        way = "meaning elsewhere" if "meaning" in plain["verb"] else "means"
        yield Definition(tidy(plain["term"]), plain.start("term"), plain.end("term"), way)


_NOT_TERMS = frozenset(("This", "That", "It", "The", "Such", "Which", "What", "Nothing", "The parties", "The Parties"))


def _way(paragraph: str, start: int, end: int, brackets: list[tuple[int, int]]) -> Way | None:
    means = _MEANS.match(paragraph, end)
    if means is not None:
        verb = " ".join(means["verb"].split())
        if verb == ":":
            return (
                "means" if not paragraph[:start].strip(" \t(").strip("abcdefghijklmnopqrstuvwxyz0123456789.)") else None
            )
        return "meaning elsewhere" if "meaning" in verb or verb in ("as defined", "has been defined") else "means"
    for opening, closing in brackets:
        if opening < start and end <= closing:
            inside = paragraph[opening + 1 : start].strip().casefold()
            if _INSIDE_BRACKET.search(inside):
                return "bracket"
            return None
    if _CALLED.search(paragraph, max(0, start - 60), start):
        return "called"
    return None


_INSIDE_BRACKET = re.compile(
    r"(?:^|\b(?:the|a|an|this|such|each|collectively|individually|together|hereinafter|herein|hereafter|as|and|or|called|its|their|any|all)|[,;:\"”])$"
)


@dataclass(frozen=True, slots=True)
class Use:
    """A place where capitalised words are used that may be a defined term.

    ``opening`` tells that a sentence starts there; ``before`` is the word before it, if it lies near.
    """

    words: str
    start: int
    end: int
    opening: bool
    determined: bool
    before: str


_CAPITALISED = re.compile(
    r"[A-Z](?<![\w'’.@/\\-][A-Z])[A-Za-z'’]*(?:-[A-Z][A-Za-z]*)*(?:\s{1,2}[A-Z][A-Za-z'’]*(?:-[A-Z][A-Za-z]*)*){0,4}(?![\w@])"
)
_DETERMINERS = frozenset((
    "the", "a", "an", "any", "each", "every", "such", "all", "this", "these", "those", "its", "their", "no",
    "applicable", "said", "either", "respective", "other", "of", "under", "relevant",
))  # fmt: skip


def capitalised_uses(paragraph: str) -> Iterator[Use]:
    """Runs of capitalised words in a paragraph."""
    for found in _CAPITALISED.finditer(paragraph):
        start = found.start()
        before = paragraph[max(0, start - 16) : start].rstrip()
        opening = not before or before[-1] in '.?!:;”")\u2028'
        word = before.rpartition(" ")[2]
        yield Use(found[0], start, found.end(), opening, word in _DETERMINERS, word)


def forms(term: str) -> tuple[str, ...]:
    """A term with its plural and singular, spelled as it would stand in the text."""
    found = [term]
    if term.endswith("ies") and len(term) > 4:
        found.append(term[:-3] + "y")
    elif term.endswith(("ses", "xes", "ches", "shes")):
        found.append(term[:-2])
        found.append(term[:-1])
    elif term.endswith("s") and not term.endswith("ss"):
        found.append(term[:-1])
    else:
        found.append(term + "s")
        if term.endswith("y"):
            found.append(term[:-1] + "ies")
        if term.endswith(("s", "x", "ch", "sh")):
            found.append(term + "es")
    return tuple(found)


def pattern_of(terms: Iterable[str]) -> re.Pattern[str]:
    """A pattern that finds any of the terms as whole words, however their words are spaced, the longest first."""
    ordered = sorted({tidy(term) for term in terms if tidy(term)}, key=lambda term: (-len(term), term))
    if not ordered:
        return re.compile(r"(?!)")
    words = (r"\s+".join(re.escape(word) for word in term.split()) for term in ordered)
    return re.compile(r"(?<![\w])(?:" + "|".join(words) + r")(?![\w])")


_BEGINNING = re.compile(r"(?<![\w'’-])[^\W_a-z][\w'’-]*")


class Uses:
    """Finds where a set of terms is used, each in the singular and in the plural, the longest term first."""

    def __init__(self, terms: Iterable[str]) -> None:
        found: dict[str, list[tuple[int, str, re.Pattern[str]]]] = {}
        for term in sorted({tidy(term) for term in terms}):
            for form in forms(term):
                words = form.split()
                if words:
                    pattern = re.compile(r"\s+".join(re.escape(word) for word in words) + r"(?!\w)")
                    found.setdefault(_first_word(words[0]), []).append((-len(form), term, pattern))
        self._by_first = {first: sorted(some, key=lambda each: each[:2]) for first, some in found.items()}

    def first_in(self, paragraph: str) -> Iterator[tuple[str, int, int]]:
        """Each term that a paragraph uses, where it does so first: term, start and end in code points."""
        seen: set[str] = set()
        until = 0
        for beginning in _BEGINNING.finditer(paragraph):
            if beginning.start() < until:
                continue
            for _, term, pattern in self._by_first.get(_first_word(beginning[0]), ()):
                found = pattern.match(paragraph, beginning.start())
                if found is not None:
                    until = found.end()
                    if term not in seen:
                        seen.add(term)
                        yield term, found.start(), found.end()
                    break


def _first_word(word: str) -> str:
    """What the first word of a term and of its uses have in common."""
    return word[:3]
