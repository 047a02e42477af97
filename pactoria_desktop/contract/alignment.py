"""Which paragraphs of two texts belong together.

Equal ones are found by patience (Bram Cohen's rule: what occurs once on either side anchors the rest), then by a
longest common subsequence in what is left; similar ones by an alignment that maximises the words in common. Nothing is
quadratic in the length of a contract: sizes above a bound fall back to a coarser answer.
"""

from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Hashable, Sequence

from rapidfuzz.distance import Indel

Pair = tuple[int, int]

_SUBSEQUENCE_BOUND = 4e7
_SIMILAR_BOUND = 40_000


def equal_pairs(old: Sequence[Hashable], new: Sequence[Hashable]) -> list[Pair]:
    """Indices of equal items, rising on both sides.

    Empty items (the empty string) are paired at the ends and beside each other, but never anchor anything between:
    which empty paragraph is which is told by its neighbours.
    """
    codes: dict[Hashable, int] = {}
    left = [codes.setdefault(item, len(codes)) for item in old]
    right = [codes.setdefault(item, len(codes)) for item in new]
    pairs: list[Pair] = []
    open_ranges = [(0, len(left), 0, len(right))]
    while open_ranges:
        low, high, other_low, other_high = open_ranges.pop()
        while low < high and other_low < other_high and left[low] == right[other_low]:
            pairs.append((low, other_low))
            low, other_low = low + 1, other_low + 1
        while low < high and other_low < other_high and left[high - 1] == right[other_high - 1]:
            high, other_high = high - 1, other_high - 1
            pairs.append((high, other_high))
        if low == high or other_low == other_high:
            continue
        anchors = _unique_pairs(left, low, high, right, other_low, other_high)
        if not anchors:
            found = _common_subsequence(left, low, high, right, other_low, other_high)
            pairs.extend(pair for pair in found if old[pair[0]] != "")
            continue
        for index, other_index in anchors:
            open_ranges.append((low, index, other_low, other_index))
            pairs.append((index, other_index))
            low, other_low = index + 1, other_index + 1
        open_ranges.append((low, high, other_low, other_high))
    pairs.sort()
    return pairs


def _unique_pairs(
    left: list[int], low: int, high: int, right: list[int], other_low: int, other_high: int
) -> list[Pair]:
    """The longest rising row of items that occur once on either side of the ranges."""
    counts = Counter(left[low:high])
    other_counts = Counter(right[other_low:other_high])
    places = {
        item: place
        for place, item in enumerate(right[other_low:other_high], other_low)
        if other_counts[item] == 1 and counts.get(item) == 1
    }
    found = [(place, places[item]) for place, item in enumerate(left[low:high], low) if item in places]
    return longest_rising(found)


def longest_rising(pairs: Sequence[Pair]) -> list[Pair]:
    """The longest part of pairs (sorted by their first) whose seconds rise as well. Patience sorting, n log n."""
    tops: list[int] = []
    top_at: list[int] = []
    before: list[int] = []
    for index, (_, value) in enumerate(pairs):
        pile = bisect_left(tops, value)
        before.append(top_at[pile - 1] if pile else -1)
        if pile == len(tops):
            tops.append(value)
            top_at.append(index)
        else:
            tops[pile] = value
            top_at[pile] = index
    chosen = []
    at = top_at[-1] if top_at else -1
    while at >= 0:
        chosen.append(pairs[at])
        at = before[at]
    chosen.reverse()
    return chosen


def _common_subsequence(
    left: list[int], low: int, high: int, right: list[int], other_low: int, other_high: int
) -> list[Pair]:
    if (high - low) * (other_high - other_low) > _SUBSEQUENCE_BOUND:
        return []
    pairs: list[Pair] = []
    for step in Indel.opcodes(left[low:high], right[other_low:other_high]):
        if step.tag == "equal":
            pairs.extend(
                (low + step.src_start + offset, other_low + step.dest_start + offset)
                for offset in range(step.src_end - step.src_start)
            )
    return pairs


def similar_pairs(
    old: Sequence[str], new: Sequence[str], alike: Callable[[int, int], bool] | None = None, *, least: float = 0.4
) -> list[Pair]:
    """Pairs, rising on both sides, with the greatest sum of words in common.

    ``old`` and ``new`` are codes (see ``Vocabulary``); ``alike`` says which indices may be paired at all; ``least`` is
    the smallest share of words in common, 0 to 1. Beyond 40,000 comparisons nothing is paired.
    """
    rows, columns = len(old), len(new)
    if not rows or not columns or rows * columns > _SIMILAR_BOUND:
        return []
    best = [[0.0] * (columns + 1) for _ in range(rows + 1)]
    shares: dict[Pair, float] = {}
    for row in range(rows - 1, -1, -1):
        here, below = best[row], best[row + 1]
        for column in range(columns - 1, -1, -1):
            value = max(below[column], here[column + 1])
            if alike is None or alike(row, column):
                share = Indel.normalized_similarity(old[row], new[column], score_cutoff=least)
                if share >= least:
                    shares[row, column] = weight = share * (1 + min(len(old[row]), len(new[column])))
                    value = max(value, below[column + 1] + weight)
            here[column] = value
    pairs: list[Pair] = []
    row = column = 0
    while row < rows and column < columns:
        weight = shares.get((row, column), 0.0)
        if weight and best[row][column] == best[row + 1][column + 1] + weight:
            pairs.append((row, column))
            row, column = row + 1, column + 1
        elif best[row][column] == best[row + 1][column]:
            row += 1
        else:
            column += 1
    return pairs
