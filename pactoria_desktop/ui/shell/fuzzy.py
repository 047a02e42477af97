"""Matching what a person types against names: a run of letters first, then letters in order; starts of words count
more."""

from dataclasses import dataclass

LONGEST = 200


@dataclass(frozen=True)
class Match:
    """How well words fit (greater is better) and the stretches (start, end), in code points, that were typed."""

    score: float
    stretches: tuple[tuple[int, int], ...]


def _starts(words: str) -> set[int]:
    """Where words begin: at the start, after a mark or blank, at a capital after a small letter."""
    return {
        place
        for place, letter in enumerate(words)
        if letter.isalnum()
        and (place == 0 or not words[place - 1].isalnum() or (letter.isupper() and words[place - 1].islower()))
    }


def _join(places: list[int]) -> tuple[tuple[int, int], ...]:
    joined: list[tuple[int, int]] = []
    for place in places:
        if joined and joined[-1][1] == place:
            joined[-1] = (joined[-1][0], place + 1)
        else:
            joined.append((place, place + 1))
    return tuple(joined)


def _fold(words: str) -> str:
    """Lower case of the same length, so that places stay."""
    return "".join(low if len(low := letter.lower()) == 1 else letter for letter in words)


def match(typed: str, words: str) -> Match | None:
    """How ``typed`` fits ``words``; None when its letters are not all there in order. Each typed word is looked for
    by itself."""
    needles = _fold(typed[:LONGEST]).split()
    low, starts = _fold(words[:LONGEST]), _starts(words[:LONGEST])
    places: set[int] = set()
    score = 0.0
    for needle in needles:
        found = _match_one(needle, low, starts)
        if found is None:
            return None
        score += found[0]
        places.update(found[1])
    return Match(score - len(words) / 100, _join(sorted(places)))


def _match_one(needle: str, low: str, starts: set[int]) -> tuple[float, list[int]] | None:
    """A run of letters at the start of a word, else the first letters of words in a row, else a run, else letters in
    order."""
    run = low.find(needle)
    at = run
    while at >= 0 and at not in starts:
        at = low.find(needle, at + 1)
    if at >= 0:
        return 32.0 + 2 * len(needle) + (6 if at == 0 else 0), list(range(at, at + len(needle)))
    ordered = sorted(starts)
    letters = "".join(low[place] for place in ordered)
    first = letters.find(needle)
    if first >= 0 and len(needle) > 1:
        return 22.0 + 2 * len(needle) + (6 if first == 0 else 0), ordered[first : first + len(needle)]
    if run >= 0:
        return 20.0 + 2 * len(needle), list(range(run, run + len(needle)))
    return _in_order(needle, low, ordered)


def _in_order(needle: str, low: str, ordered: list[int]) -> tuple[float, list[int]] | None:
    places: list[int] = []
    score, place = 0.0, 0
    for letter in needle:
        near = low.find(letter, place)
        if near < 0:
            return None
        following = [start for start in ordered if start >= place and low[start] == letter]
        chosen = near if not following or (near == place and places) else following[0]
        score += 3 if chosen in ordered else 2 if places and chosen == places[-1] + 1 else 0.5
        places.append(chosen)
        place = chosen + 1
    return score, places
