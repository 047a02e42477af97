"""The smallest word-level difference between two stretches of text, tidied where that costs next to nothing.

Source: the longest common subsequence of tokens, computed bit-parallel (Hyyrö 2004, as rapidfuzz has it); long
stretches are first cut at runs of words that occur once on either side.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from rapidfuzz.distance import Indel

from pactoria_desktop.contract.alignment import longest_rising

_BOUND = 1.5e8
_SHINGLE = 4
_TIDY_SHARE = 0.04


@dataclass(frozen=True, slots=True)
class Change:
    """Tokens ``old_start`` to ``old_end`` become tokens ``new_start`` to ``new_end``; what lies between is equal."""

    old_start: int
    old_end: int
    new_start: int
    new_end: int


def changes_between(old: str, new: str, old_tokens: Sequence[str], new_tokens: Sequence[str]) -> list[Change]:
    """The changes that make ``new`` of ``old``, in order and never touching each other.

    ``old`` and ``new`` are the codes (see ``Vocabulary``) of the tokens given beside them.
    """
    found = _smallest(old, new)
    for index, change in enumerate(found):
        found[index] = _settled(change, old, new, old_tokens, new_tokens, index, found)
    return _tidied(_joined(found), old_tokens, new_tokens)


def changes_by_parts(
    parts: Sequence[tuple[range, range]], old: str, new: str, old_tokens: Sequence[str], new_tokens: Sequence[str]
) -> list[Change]:
    """The changes where each part of OLD may only become its part of NEW. Parts follow each other without gaps."""
    found: list[Change] = []
    for part, other in parts:
        found += (
            Change(
                change.old_start + part.start,
                change.old_end + part.start,
                change.new_start + other.start,
                change.new_end + other.start,
            )
            for change in changes_between(
                old[part.start : part.stop],
                new[other.start : other.stop],
                old_tokens[part.start : part.stop],
                new_tokens[other.start : other.stop],
            )
        )
    return _joined(found)


def marked_length(changes: Sequence[Change], old_tokens: Sequence[str], new_tokens: Sequence[str]) -> int:
    """How many characters the changes mark."""
    return sum(
        sum(map(len, old_tokens[change.old_start : change.old_end]))
        + sum(map(len, new_tokens[change.new_start : change.new_end]))
        for change in changes
    )


def _smallest(old: str, new: str) -> list[Change]:
    start = 0
    shorter = min(len(old), len(new))
    while start < shorter and old[start] == new[start]:
        start += 1
    end = 0
    while end < shorter - start and old[-1 - end] == new[-1 - end]:
        end += 1
    old_end, new_end = len(old) - end, len(new) - end
    if start == old_end and start == new_end:
        return []
    if start in (old_end, new_end):
        return [Change(start, old_end, start, new_end)]
    if (old_end - start) * (new_end - start) > _BOUND:
        return _piecewise(old, start, old_end, new, start, new_end)
    return _exact(old, start, old_end, new, start, new_end)


def _exact(old: str, low: int, high: int, new: str, other_low: int, other_high: int) -> list[Change]:
    steps = Indel.opcodes(old[low:high], new[other_low:other_high])
    found = [
        Change(low + step.src_start, low + step.src_end, other_low + step.dest_start, other_low + step.dest_end)
        for step in steps
        if step.tag != "equal"
    ]
    return _joined(found)


def _joined(changes: Sequence[Change]) -> list[Change]:
    """Changes with nothing between them become one."""
    out: list[Change] = []
    for change in changes:
        if out and out[-1].old_end == change.old_start and out[-1].new_end == change.new_start:
            out[-1] = Change(out[-1].old_start, change.old_end, out[-1].new_start, change.new_end)
        else:
            out.append(change)
    return out


def _piecewise(old: str, low: int, high: int, new: str, other_low: int, other_high: int) -> list[Change]:
    """Long stretches are cut where the same run of words occurs once on either side, else into equal shares."""
    places = _single_shingles(old, low, high)
    other_places = _single_shingles(new, other_low, other_high)
    anchors = longest_rising(sorted((place, other_places[key]) for key, place in places.items() if key in other_places))
    cuts = [(low, other_low), *anchors, (high, other_high)]
    if not anchors:
        parts = int((high - low) * (other_high - other_low) / _BOUND) + 1
        cuts = [
            (low + (high - low) * part // parts, other_low + (other_high - other_low) * part // parts)
            for part in range(parts + 1)
        ]
    found: list[Change] = []
    for (start, other_start), (end, other_end) in pairwise(cuts):
        if (end - start) * (other_end - other_start) > _BOUND and anchors:
            found.extend(_piecewise(old, start, end, new, other_start, other_end))
        else:
            found.extend(_exact(old, start, end, new, other_start, other_end))
    return _joined(found)


def _single_shingles(codes: str, low: int, high: int) -> dict[str, int]:
    seen: dict[str, int] = {}
    for place in range(low, high - _SHINGLE + 1):
        key = codes[place : place + _SHINGLE]
        seen[key] = -1 if key in seen else place
    return {key: place for key, place in seen.items() if place >= 0}


def _settled(
    change: Change,
    old: str,
    new: str,
    old_tokens: Sequence[str],
    new_tokens: Sequence[str],
    index: int,
    changes: Sequence[Change],
) -> Change:
    """A pure insertion or deletion, slid to where a reader expects it: on whole paragraphs, sentences, words."""
    deletes = change.old_end > change.old_start
    if deletes and change.new_end > change.new_start:
        return change
    codes, tokens = (old, old_tokens) if deletes else (new, new_tokens)
    start, end = (change.old_start, change.old_end) if deletes else (change.new_start, change.new_end)
    least = most = 0
    room = start - (0 if not index else (changes[index - 1].old_end if deletes else changes[index - 1].new_end))
    while -least < room and codes[start + least - 1] == codes[end + least - 1]:
        least -= 1
    after = changes[index + 1] if index + 1 < len(changes) else None
    limit = len(codes) if after is None else (after.old_start if deletes else after.new_start)
    while end + most < limit and codes[start + most] == codes[end + most]:
        most += 1
    if least == most:
        return change
    slide = max(range(least, most + 1), key=lambda by: (_boundary(tokens, start + by), by == 0, by))
    return Change(change.old_start + slide, change.old_end + slide, change.new_start + slide, change.new_end + slide)


def _boundary(tokens: Sequence[str], place: int) -> int:
    """How natural it is to begin a change before this token."""
    if place == 0 or tokens[place - 1] == "\n":
        return 4
    if tokens[place - 1].isspace():
        return 3 if place > 1 and tokens[place - 2] in ".;:!?" else 2
    return 1 if place < len(tokens) and tokens[place].isspace() else 0


def _tidied(changes: list[Change], old_tokens: Sequence[str], new_tokens: Sequence[str]) -> list[Change]:
    """Join changes over a lone space or mark between them, cheapest first, within a small share of what is marked."""
    if len(changes) < 2:
        return changes
    marked = marked_length(changes, old_tokens, new_tokens)
    islands = []
    for index, (before, after) in enumerate(pairwise(changes)):
        between = old_tokens[before.old_end : after.old_start]
        if len(between) == 1 and "\n" not in between and not between[0].isalnum():
            islands.append((2 * len(between[0]), index))
    budget = marked * _TIDY_SHARE
    joined: set[int] = set()
    for cost, index in sorted(islands):
        if cost > budget:
            break
        budget -= cost
        joined.add(index)
    out: list[Change] = []
    for index, change in enumerate(changes):
        if out and index - 1 in joined:
            out[-1] = Change(out[-1].old_start, change.old_end, out[-1].new_start, change.new_end)
        else:
            out.append(change)
    return out
