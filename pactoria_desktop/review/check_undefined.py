"""Terms that a contract uses as if it had defined them, and never defines."""

import re
from collections import defaultdict
from collections.abc import Iterator

from pactoria_desktop.contract.findings import Draft
from pactoria_desktop.contract.terms import forms
from pactoria_desktop.review.check_terms import Glossary
from pactoria_desktop.review.mentions import BARE, COUNTED, DETERMINED, INTRODUCED, singular
from pactoria_desktop.review.plain_words import word_list
from pactoria_desktop.review.scan import Scan

MOST_ONCE = 3
"""A contract with more such terms that are used once has capitals by habit: those say nothing then."""
LEAST_BY_HABIT = 6
"""So many terms, or half as many as are defined, may lack a definition before capitals count as a habit."""
_ELSEWHERE = re.compile(
    r"(?:capitali[sz]ed\s+(?:terms?|words?)|(?:terms?|words?)\s+(?:with|in)\s+(?:initial\s+)?capital)[^.]{0,120}?"
    r"(?:not|otherwise|without)[^.]{0,40}?\bdefin[^.]{0,80}?meaning",
    re.IGNORECASE,
)
_OPENING_SHARE = 0.15
_KINDS_OF_COVER = (" Insurance", " Liability", " Coverage")
"""Ends of the trade's names for kinds of insurance, which are written with capitals and need no definition."""


def undefined_terms(scan: Scan, known: Glossary) -> Iterator[Draft]:
    """Capitalised phrases of ordinary words that stand like a defined term and are defined nowhere.

    Nothing is said of a contract that defines nothing itself, or that opens by taking its terms from another document.
    """
    if not known.by_term or _ELSEWHERE.search(scan.text, 0, int(len(scan.text) * _OPENING_SHARE) + 1500):
        return
    places = _places(scan)
    defined = {form.casefold() for term in known.by_term for form in forms(term)}
    whole = "\n".join(sorted(defined))
    ordinary = _OrdinaryWords(scan)
    chosen: list[tuple[int, int, int]] = []
    for phrase, found in places.items():
        stands = [item[2] for item in found]
        counted, determined = stands.count(COUNTED), stands.count(DETERMINED)
        single = " " not in phrase
        if single and (not counted or counted + determined < 2 or 2 * (counted + determined) < len(found)):
            continue
        strong = counted + determined + (0 if single else stands.count(BARE))
        if (
            not strong
            or phrase.endswith(_KINDS_OF_COVER)
            or INTRODUCED in stands
            or _is_defined(phrase, defined, whole)
        ):
            continue
        if not all(ordinary.has(token) or ordinary.has(singular(token)) for token in phrase.casefold().split()):
            continue
        if phrase.upper() in scan.text:
            continue
        first = next(item for item in found if item[2] in (BARE, COUNTED, DETERMINED))
        chosen.append((first[0], first[1], len(found)))
    habit = len(chosen) > max(LEAST_BY_HABIT, len(known.by_term) // 2)
    once = sum(1 for _, _, count in chosen if count == 1)
    for start, end, count in chosen:
        if (count == 1 and once > MOST_ONCE) or (habit and count < 4):
            continue
        shown = " ".join(scan.text[start:end].split())
        yield Draft(
            "undefined-term", 1, "medium" if count > 1 else "low", "Term without a definition",
            f"“{shown}” is written like a defined term but is not defined.", 0.75 if count > 1 else 0.6, "check",
            ((start, end),),
        )  # fmt: skip


class _OrdinaryWords:
    """The words that a contract also writes small, and common ones."""

    def __init__(self, scan: Scan) -> None:
        self._common = word_list("common")
        self._small = tuple(scanned.lower for scanned in scan.paragraphs)
        self._known: dict[str, bool] = {}

    def has(self, word: str) -> bool:
        """Whether a word is one of them."""
        known = self._known.get(word)
        if known is None:
            known = self._known[word] = word in self._common or any(word in small for small in self._small)
        return known


def _places(scan: Scan) -> dict[str, list[tuple[int, int, int]]]:
    places: dict[str, list[tuple[int, int, int]]] = defaultdict(list)
    for paragraph, scanned in zip(scan.reviewed.paragraphs, scan.paragraphs, strict=True):
        if scanned.contents or scanned.capitals or paragraph.part.startswith(("header", "footer")):
            continue
        for item in scanned.mentions:
            places[item.phrase].append((paragraph.start + item.start, paragraph.start + item.end, item.stands))
    return places


def _is_defined(phrase: str, defined: set[str], whole: str) -> bool:
    """Whether a phrase is a defined term, holds one, or is part of one of several words."""
    folded = phrase.casefold()
    if folded in defined or folded + "s" in defined:
        return True
    tokens = folded.split()
    if len(tokens) > 1 and re.search(rf"\b{re.escape(folded)}", whole):
        return True
    runs = [tokens[a:b] for a in range(len(tokens)) for b in range(a + 1, len(tokens) + 1)]
    return any(" ".join(run) in defined and not (len(run) == 1 and singular(run[0]) + "s" in defined) for run in runs)
