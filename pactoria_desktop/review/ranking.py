"""The second stage of the clause model: candidate passages weighed against the rest of their contract.

Every candidate is a row of features (``FEATURES``); boosted trees give the logit that it is a passage which a lawyer
marked, and from the best candidates of a category the logit that the category is in the contract at all.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pactoria_desktop.contract.segmentation import Sentence
from pactoria_desktop.review.passages import ShortPassage
from pactoria_desktop.review.sentence_model import SentenceScores

if TYPE_CHECKING:
    import numpy
    from numpy.typing import NDArray

CANDIDATES_PER_CATEGORY = 20
LOWEST_LOGIT = -8.0
_ROWS_AT_ONCE = 128
FEATURES = (
    "total", "own", "heading part", "previous", "next", "best", "second", "behind best", "rank", "other category",
    "position", "log words", "is heading", "has number", "kind", "rate", "length difference", "likely sentences",
    "log sentences", "short logit", "rank among short", "nearby", "category", "after next", "before previous",
)  # fmt: skip
PRESENCE_FEATURES = (
    "first",
    "second",
    "third",
    "any",
    "sum",
    "best total",
    "rate",
    "log sentences",
    "category",
    "fourth",
)


@dataclass(frozen=True)
class Trees:
    """Boosted trees, all in flat arrays: node -> feature, threshold, children (absolute); a leaf is its own child."""

    feature: "NDArray[numpy.int16]"
    threshold: "NDArray[numpy.float32]"
    left: "NDArray[numpy.int32]"
    right: "NDArray[numpy.int32]"
    value: "NDArray[numpy.float32]"
    roots: "NDArray[numpy.int32]"
    depth: int
    baseline: float

    def logits(self, rows: "NDArray[numpy.float32]") -> "NDArray[numpy.float32]":
        """The raw score of each row of features."""
        import numpy

        children = numpy.column_stack([self.left, self.right]).ravel()
        total = numpy.empty(len(rows), dtype=numpy.float32)
        for first in range(0, len(rows), _ROWS_AT_ONCE):
            some = numpy.ascontiguousarray(rows[first : first + _ROWS_AT_ONCE], dtype=numpy.float32)
            offset = (numpy.arange(len(some), dtype=numpy.int32) * some.shape[1])[:, None]
            node = numpy.broadcast_to(self.roots, (len(some), len(self.roots))).copy()
            flat = some.ravel()
            for _ in range(self.depth):
                right = flat.take(self.feature.take(node) + offset) > self.threshold.take(node)
                node = children.take(2 * node + right)
            total[first : first + len(some)] = self.value.take(node).sum(axis=1)
        total += numpy.float32(self.baseline)
        return total


@dataclass(frozen=True)
class Prior:
    """What is known of each category beforehand: share of contracts that have it, mean log words of its passages."""

    rate: "NDArray[numpy.float32]"
    log_words: "NDArray[numpy.float32]"


@dataclass(frozen=True)
class Candidates:
    """Candidate passages of one contract, with their features."""

    start: "NDArray[numpy.int64]"
    end: "NDArray[numpy.int64]"
    category: "NDArray[numpy.int64]"
    features: "NDArray[numpy.float32]"


def candidates_of(
    text: str,
    sentences: Sequence[Sentence],
    scores: SentenceScores,
    shorts: Sequence[ShortPassage],
    short_logits: "NDArray[numpy.float32]",
    short_category: Sequence[int],
    prior: Prior,
) -> Candidates:
    """The passages that may be clauses: for each category the best sentences, and the short passages."""
    import numpy

    total = scores.total
    count, categories = total.shape
    if not count:
        nothing = numpy.zeros(0, dtype=numpy.int64)
        return Candidates(nothing, nothing, nothing, numpy.zeros((0, len(FEATURES)), dtype=numpy.float32))
    keep = min(CANDIDATES_PER_CATEGORY, count)
    best = numpy.argpartition(-total, keep - 1, axis=0)[:keep]
    picked = numpy.take_along_axis(total, best, axis=0)
    order = numpy.argsort(-picked, axis=0, kind="stable")
    best = numpy.take_along_axis(best, order, axis=0)
    picked = numpy.take_along_axis(picked, order, axis=0)
    sentence = best.T.ravel()
    category = numpy.repeat(numpy.arange(categories), keep)
    rank = numpy.tile(numpy.arange(keep), categories)
    wanted = total[sentence, category] > LOWEST_LOGIT
    sentence, category, rank = sentence[wanted], category[wanted], rank[wanted]
    short_sentence = numpy.asarray([passage.sentence for passage in shorts], dtype=numpy.int64)
    begin = numpy.asarray([item.start for item in sentences], dtype=numpy.int64)
    finish = numpy.asarray([item.end for item in sentences], dtype=numpy.int64)
    start = numpy.r_[begin[sentence], numpy.asarray([p.start for p in shorts], dtype=numpy.int64)]
    end = numpy.r_[finish[sentence], numpy.asarray([p.end for p in shorts], dtype=numpy.int64)]
    kind = numpy.r_[numpy.zeros(len(sentence)), numpy.asarray([p.kind for p in shorts], dtype=float)]
    owner = numpy.r_[category, numpy.asarray(short_category, dtype=numpy.int64)]
    among = _rank_within(short_logits, numpy.asarray(short_category, dtype=numpy.int64))
    short_logit = numpy.r_[numpy.full(len(sentence), -20.0), short_logits]
    short_rank = numpy.r_[numpy.full(len(sentence), -1.0), among]
    at = numpy.r_[sentence, short_sentence]
    ranks = numpy.r_[rank, numpy.full(len(shorts), -1.0)]
    padded = numpy.pad(total, ((2, 2), (0, 0)), constant_values=-12.0)
    own_total = total[at, owner]
    others = _best_other(total, at, owner)
    second = picked[1] if keep > 1 else numpy.full(categories, -12.0)
    likely = (total > -1.0).sum(axis=0)
    words = numpy.log1p(numpy.asarray([text.count(" ", a, b) + 1 for a, b in zip(start, end, strict=True)]))
    is_heading = numpy.asarray([item.heading for item in sentences])
    numbered = numpy.asarray([bool(item.number) for item in sentences])
    nearby = numpy.stack([padded[at + step, owner] for step in (0, 1, 3, 4)])
    features = numpy.column_stack(
        [
            own_total, scores.own[at, owner], scores.heading[at, owner], nearby[1], nearby[2], picked[0][owner],
            second[owner], picked[0][owner] - own_total, ranks, others, at / count, words, is_heading[at],
            numbered[at], kind, prior.rate[owner], words - prior.log_words[owner], likely[owner],
            numpy.full(len(at), numpy.log(count)), short_logit, short_rank, nearby.max(axis=0), owner, nearby[3],
            nearby[0],
        ]
    ).astype(numpy.float32)  # fmt: skip
    return Candidates(start, end, owner, features)


def _rank_within(logits: "NDArray[numpy.float32]", groups: "NDArray[numpy.int64]") -> "NDArray[numpy.float64]":
    import numpy

    ranks = numpy.zeros(len(logits))
    for group in set(groups.tolist()):
        members = numpy.flatnonzero(groups == group)
        ranks[members[numpy.argsort(-logits[members], kind="stable")]] = numpy.arange(len(members))
    return ranks


def _best_other(
    total: "NDArray[numpy.float32]", at: "NDArray[numpy.int64]", owner: "NDArray[numpy.int64]"
) -> "NDArray[numpy.float32]":
    import numpy

    top = numpy.argmax(total, axis=1)
    highest = total[numpy.arange(len(total)), top]
    rest = total.copy()
    rest[numpy.arange(len(total)), top] = -numpy.inf
    second = rest.max(axis=1)
    other: NDArray[numpy.float32] = numpy.where(top[at] == owner, second[at], highest[at])
    return other


def presence_features(
    candidates: Candidates, logits: "NDArray[numpy.float32]", prior: Prior, sentences: int
) -> "NDArray[numpy.float32]":
    """One row of ``PRESENCE_FEATURES`` for each category, from the logits of the contract's candidates."""
    import numpy

    categories = len(prior.rate)
    top = numpy.full((categories, 4), -12.0, dtype=numpy.float32)
    order = numpy.lexsort((-logits, candidates.category))
    owner, sorted_logits = candidates.category[order], logits[order]
    counts = numpy.bincount(owner, minlength=categories)
    place = numpy.arange(len(owner)) - numpy.repeat(numpy.cumsum(counts) - counts, counts)
    first = place < top.shape[1]
    top[owner[first], place[first]] = sorted_logits[first]
    chance = 1 / (1 + numpy.exp(-sorted_logits))
    anything = numpy.bincount(owner, -numpy.log1p(-numpy.minimum(chance, 0.999)), minlength=categories)
    total = numpy.bincount(owner, chance, minlength=categories)
    best_total = numpy.full(categories, -12.0)
    numpy.maximum.at(best_total, candidates.category, candidates.features[:, 0])
    size = numpy.full(categories, numpy.log1p(sentences))
    rows: NDArray[numpy.float32] = numpy.column_stack(
        [
            top[:, 0],
            top[:, 1],
            top[:, 2],
            anything,
            total,
            best_total,
            prior.rate,
            size,
            numpy.arange(categories),
            top[:, 3],
        ]
    ).astype(numpy.float32)
    return rows
