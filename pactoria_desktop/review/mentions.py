"""Capitalised phrases of a paragraph that may be defined terms, and how strongly their surroundings say so.

What a phrase is follows from the words of its paragraph alone, so it is read once and kept with the paragraph.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from pactoria_desktop.contract.terms import capitalised_uses
from pactoria_desktop.review.plain_words import phrase_list, word_list

PLAIN, BARE, DETERMINED, COUNTED, INTRODUCED = range(5)
"""How a phrase stands: in a heading, at the opening, in a longer name; after a small word; after "the"; after "a",
"any", "its"; in quotation marks, as a heading of its own, "as defined"."""

_COUNTING = frozenset((
    "a", "an", "any", "each", "every", "its", "their", "no", "either", "neither", "all", "other", "such", "his", "her",
    "both",
))  # fmt: skip
_POINTING = frozenset((
    "the", "this", "these", "those", "said", "applicable", "relevant", "respective",
))  # fmt: skip
_LEAD = re.compile(r"(?:(?:The|This|These|Those|Such|Any|Each|Every|All|An|A|No|Its|Their|Either|Other|Both)\s+)+")
_JOINING = frozenset((
    "and", "or", "of", "for", "as", "under", "to", "with", "by", "in", "at", "from", "via", "called", "named", "titled",
    "entitled",
))  # fmt: skip
_HEADING_LENGTH = 70
_QUOTES = "\"“”„‘'’«»"
_LONGER_AFTER = re.compile(
    r"\s+(?:(?:of|for|&)\s+)?[A-Z]|\.[A-Z]|\s?[&/®™]|-|\s+(?:No\.?\s*)?[\d#]|['’]s\s+[A-Z]"
    r"|(?:,|\s+and|,\s+and)\s+(?:[A-Z][\w-]*\s+|and\s+){0,5}"
    r"(?:Act|Agreement|Code|Law|Regulations?|Rules?|Administration|Agency|Authority|Board|Commission|Department)\b"
    r"|,\s+(?:Inc|LLC|L\.L\.C|LLP|L\.?P|Ltd|Limited|Corp|Corporation|Co|PLC|plc|GmbH|N\.A|S\.A|B\.V)\b"
)
_DEFINED_AFTER = re.compile(
    r"[,\s]*\(?\s*(?:as\s+(?:such\s+terms?\s+(?:is|are)\s+|that\s+term\s+is\s+|hereinafter\s+|further\s+)?"
    r"(?:defined|described|specified|set\s+(?:out|forth))|defined|attached|annexed|entitled|means\b|shall\s+mean|"
    r"(?:has|have|shall\s+have)\s+the\s+(?:same\s+)?meaning|(?:the|each|an?)\s+[\"“]|"
    r"(?:herein(?:after)?|hereafter|collectively|together|also)\s|\(\s*[\"“])"
)
_SETS_OFF = re.compile(r"\s*(?:[:.–—-]|\s{2,}|$)")


@dataclass(frozen=True, slots=True)
class Mention:
    """A phrase (its last word in the singular), its place in the paragraph, and how it stands."""

    phrase: str
    start: int
    end: int
    stands: int


def singular(words: str) -> str:
    """A phrase without the plural of its last word."""
    return words[:-1] if words.endswith("s") and not words.endswith("ss") else words


def mentions_in(paragraph: str) -> Iterator[Mention]:
    """The phrases of a paragraph that can be terms: no names and no abbreviations."""
    names, ordinary = word_list("names"), phrase_list("ordinary")
    heading = len(paragraph) < _HEADING_LENGTH
    for use in capitalised_uses(paragraph):
        start, words = use.start, use.words
        lead = _LEAD.match(words)
        before = use.before
        if lead is not None:
            start, words, before = start + lead.end(), words[lead.end() :], lead[0].split()[-1].casefold()
        tokens = words.split()
        if not tokens or "'" in words or "’" in words or " ".join(tokens).casefold() in ordinary:
            continue
        if any(len(token) < 2 or token.isupper() or token in names or singular(token) in names for token in tokens):
            continue
        opening = use.opening and lead is None
        stands = _standing(paragraph, start, use.end, before, opening, heading)
        if lead is not None and (not use.opening or _SETS_OFF.match(paragraph, use.end)):
            stands = PLAIN
        yield Mention(singular(" ".join(tokens)), start, use.end, stands)


def _standing(paragraph: str, start: int, end: int, before: str, opening: bool, heading: bool) -> int:
    if (start and paragraph[start - 1] in _QUOTES) or _DEFINED_AFTER.match(paragraph, end):
        return INTRODUCED
    if opening and _SETS_OFF.match(paragraph, end):
        return INTRODUCED
    if heading or opening or _LONGER_AFTER.match(paragraph, end):
        return PLAIN
    if before in _COUNTING or before in _POINTING:
        return COUNTED if before in _COUNTING else DETERMINED
    return BARE if before.isalpha() and before.islower() and before not in _JOINING else PLAIN


__all__ = ["BARE", "COUNTED", "DETERMINED", "INTRODUCED", "PLAIN", "Mention", "mentions_in", "singular"]
