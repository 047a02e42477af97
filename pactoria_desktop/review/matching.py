"""When a found passage counts as a labelled one: the rules of the CUAD paper (arXiv 2103.06268), from its description.

Two passages match when their sets of words overlap by half (Jaccard 0.5 after punctuation is taken away); for the
category Parties it is enough that the labelled words stand inside the found ones. Over a falling threshold, a label
counts as found when any passage above the threshold matches it, and a passage that matches no label is a false one.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from numpy.typing import NDArray

LEAST_OVERLAP = 0.5
_PUNCTUATION = str.maketrans({".": None, ",": None, ";": None, ":": None, "/": " "})


def word_set(passage: str) -> frozenset[str]:
    """The set of lower-cased words that the paper compares."""
    return frozenset(passage.translate(_PUNCTUATION).lower().split())


def matches(
    label: str, label_words: frozenset[str], found: str, found_words: frozenset[str], inside_counts: bool
) -> bool:
    """Whether a found passage matches a labelled one."""
    union = len(label_words | found_words)
    if union and len(label_words & found_words) / union >= LEAST_OVERLAP:
        return True
    return inside_counts and label in found


@dataclass(frozen=True)
class Outcome:
    """The outcome for one contract: for each label the best score that found it (-inf for none), and the false ones."""

    labels: tuple[float, ...]
    false: tuple[float, ...]


def outcome(labels: Sequence[str], found: Sequence[tuple[str, float]], inside_counts: bool) -> Outcome:
    """Match the found passages (with their scores) of one category in one contract against its labels."""
    prepared = [(label, word_set(label)) for label in labels]
    best = [float("-inf")] * len(prepared)
    false = []
    for passage, score in found:
        words = word_set(passage)
        hit = False
        for index, (label, label_words) in enumerate(prepared):
            if matches(label, label_words, passage, words, inside_counts):
                hit = True
                best[index] = max(best[index], score)
        if not hit:
            false.append(score)
    return Outcome(tuple(best), tuple(false))


@dataclass(frozen=True)
class Curve:
    """Area under precision and recall, and the best precision at a recall of at least 0.8 and 0.9 (shares of 1)."""

    area: float
    precision_at_80: float
    precision_at_90: float


def curve(outcomes: Sequence[Outcome]) -> Curve:
    """Precision and recall over all thresholds, pooled over contracts and categories; precision made monotone."""
    import numpy

    labels = numpy.asarray([score for item in outcomes for score in item.labels])
    false = numpy.sort(numpy.asarray([score for item in outcomes for score in item.false]))[::-1]
    if not len(labels):
        return Curve(0.0, 0.0, 0.0)
    found = numpy.sort(labels[numpy.isfinite(labels)])[::-1]
    true_count = numpy.arange(1, len(found) + 1)
    false_count = numpy.searchsorted(-false, -found, side="right")
    precision: NDArray[numpy.float64] = true_count / (true_count + false_count)
    recall = true_count / len(labels)
    last = numpy.r_[found[1:] != found[:-1], True] if len(found) else numpy.zeros(0, dtype=bool)
    precision, recall = precision[last], recall[last]
    if not len(precision):
        return Curve(0.0, 0.0, 0.0)
    monotone = numpy.maximum.accumulate(precision[::-1])[::-1]
    area = float(numpy.trapezoid(numpy.r_[monotone[0], monotone], numpy.r_[0.0, recall]))
    at_80 = monotone[recall >= 0.8]
    at_90 = monotone[recall >= 0.9]
    return Curve(area, float(at_80[0]) if len(at_80) else 0.0, float(at_90[0]) if len(at_90) else 0.0)
