"""Replacing stretches of bytes: everything between them is copied."""

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise


@dataclass(frozen=True, slots=True)
class Cut:
    """Bytes ``start`` to ``end`` become ``new``; with ``start == end`` it is inserted there."""

    start: int
    end: int
    new: bytes


def spliced(data: bytes, cuts: Iterable[Cut], start: int = 0, end: int | None = None) -> bytes:
    """The stretch ``start`` to ``end`` of the bytes with the cuts made; insertions at one place keep their order."""
    out: list[bytes] = []
    place = start
    for cut in sorted(cuts, key=lambda one: (one.start, one.end)):
        out += (data[place : cut.start], cut.new)
        place = cut.end
    out.append(data[place : len(data) if end is None else end])
    return b"".join(out)


def longest_rising(places: Sequence[int]) -> set[int]:
    """The positions (in ``places``) of a longest rising run of numbers, by patience sorting; negatives never belong."""
    if all(place >= 0 for place in places) and all(one < two for one, two in pairwise(places)):
        return set(range(len(places)))
    tails: list[int] = []
    holders: list[int] = []
    before: list[int] = []
    for position, place in enumerate(places):
        if place < 0:
            before.append(-1)
            continue
        pile = bisect_left(tails, place)
        before.append(holders[pile - 1] if pile else -1)
        if pile == len(tails):
            tails.append(place)
            holders.append(position)
        else:
            tails[pile], holders[pile] = place, position
    found: set[int] = set()
    position = holders[-1] if holders else -1
    while position >= 0:
        found.add(position)
        position = before[position]
    return found
