"""What a review says about a contract: findings that quote the words they rest on, and how they follow the text.

Places are code points; for every piece of evidence ``text[start:end] == quote`` in the text that was reviewed.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from typing import Literal

Severity = Literal["high", "medium", "low"]
SEVERITIES: tuple[Severity, ...] = ("high", "medium", "low")
_AROUND = 32


@dataclass(frozen=True, slots=True)
class Evidence:
    """The words that a finding rests on, and where they stand."""

    start: int
    end: int
    quote: str


@dataclass(frozen=True, slots=True)
class Finding:
    """One finding. ``id`` stays the same while rule, contract and quoted words do; ``message`` names no place or count.

    ``source`` is "check", "playbook:<name>" or "model"; ``confidence`` lies between 0 and 1.
    """

    id: str
    rule: str
    version: int
    severity: Severity
    title: str
    message: str
    confidence: float
    source: str
    evidence: tuple[Evidence, ...]


@dataclass(frozen=True, slots=True)
class Draft:
    """A finding before it has an identity: its evidence is given as places."""

    rule: str
    version: int
    severity: Severity
    title: str
    message: str
    confidence: float
    source: str
    places: tuple[tuple[int, int], ...]


def normalised(quote: str) -> str:
    """A quote without differences that nobody reads: white space, case, kinds of quotation marks and dashes."""
    folded = quote.translate(str.maketrans("“”„‘’‐‑–—\u00a0", '"""\'\'---- '))
    return " ".join(folded.split()).casefold()


def settle(drafts: Iterable[Draft], text: str, contract: str) -> tuple[Finding, ...]:
    """Give each draft its identity and its quotes, in order of place.

    The identity is a hash of rule, rule version, contract, normalised quotes and which occurrence of the same it is.
    Raises ValueError when a draft points outside the text or at no words.
    """
    seen: dict[str, int] = {}
    found = []
    for draft in sorted(drafts, key=lambda item: (item.places, item.rule, item.message)):
        for start, end in draft.places:
            if not 0 <= start < end <= len(text):
                raise ValueError(f"The rule {draft.rule} points at {start} to {end}, where the contract has no words.")
        evidence = tuple(Evidence(start, end, text[start:end]) for start, end in draft.places)
        quotes = "\u001f".join(normalised(item.quote) for item in evidence)
        key = "\u001e".join((draft.rule, str(draft.version), contract, quotes))
        occurrence = seen[key] = seen.get(key, -1) + 1
        identity = sha256(f"{key}\u001e{occurrence}".encode("utf-8", "replace")).hexdigest()[:32]
        found.append(
            Finding(
                identity, draft.rule, draft.version, draft.severity, draft.title, draft.message, draft.confidence,
                draft.source, evidence,
            )
        )  # fmt: skip
    return tuple(found)


@dataclass(frozen=True, slots=True)
class Carried:
    """A finding taken over to a changed text: at its new places, or ``stale`` when its words are not there any more."""

    finding: Finding
    stale: bool


def carry(findings: Sequence[Finding], old_text: str, new_text: str) -> tuple[Carried, ...]:
    """Take findings over from one text to a later one.

    Evidence outside the changed middle moves with the text. Evidence inside it is looked for by its words; where they
    occur more than once, the words around them decide. A finding whose words are gone, or not told apart, is stale
    and keeps its old places.
    """
    prefix = _common_prefix(old_text, new_text)
    suffix = _common_suffix(old_text, new_text, prefix)
    shift = len(new_text) - len(old_text)
    carried = []
    for finding in findings:
        places = [_moved(item, old_text, new_text, prefix, suffix, shift) for item in finding.evidence]
        if any(place is None for place in places):
            carried.append(Carried(finding, True))
            continue
        evidence = tuple(
            Evidence(place, place + len(item.quote), item.quote)
            for place, item in zip(places, finding.evidence, strict=True)
            if place is not None
        )
        carried.append(Carried(replace(finding, evidence=evidence), False))
    return tuple(carried)


def _common_prefix(one: str, other: str) -> int:
    low, high = 0, min(len(one), len(other))
    while low < high:
        middle = (low + high + 1) // 2
        if one[:middle] == other[:middle]:
            low = middle
        else:
            high = middle - 1
    return low


def _common_suffix(one: str, other: str, prefix: int) -> int:
    low, high = 0, min(len(one), len(other)) - prefix
    while low < high:
        middle = (low + high + 1) // 2
        if one[len(one) - middle :] == other[len(other) - middle :]:
            low = middle
        else:
            high = middle - 1
    return low


def _moved(item: Evidence, old: str, new: str, prefix: int, suffix: int, shift: int) -> int | None:
    if item.end <= prefix:
        return item.start
    if item.start >= len(old) - suffix:
        return item.start + shift
    places = [found.start() for found in re.finditer(re.escape(item.quote), new)] if item.quote else []
    if not places:
        return None
    if len(places) == 1:
        return places[0]
    before, after = old[max(0, item.start - _AROUND) : item.start], old[item.end : item.end + _AROUND]
    ranked = sorted(places, key=lambda place: -_likeness(new, place, len(item.quote), before, after))
    best, second = (_likeness(new, place, len(item.quote), before, after) for place in ranked[:2])
    return ranked[0] if best > second else None


def _likeness(text: str, place: int, length: int, before: str, after: str) -> int:
    here = text[max(0, place - _AROUND) : place]
    there = text[place + length : place + length + _AROUND]
    return _common_suffix(before, here, 0) + _common_prefix(after, there)
