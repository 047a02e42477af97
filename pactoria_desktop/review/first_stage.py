"""Trains the first stage of the clause model: sentences and short passages. Needs scikit-learn; seeded."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy
from numpy.typing import NDArray
from scipy import sparse
from sklearn.linear_model import SGDClassifier

from pactoria_desktop.review.corpus import LabelledContract, folds_by_filer
from pactoria_desktop.review.grams import GramReader
from pactoria_desktop.review.matching import matches, word_set
from pactoria_desktop.review.model import ShortModel, squeeze
from pactoria_desktop.review.passages import HASHED, SHORT_CATEGORIES, ShortPassage, short_passages, surroundings
from pactoria_desktop.review.sentence_model import (
    CONTEXT_SCALE,
    SentenceModel,
    Vocabulary,
    entries_of,
    headings_of,
)

FOLDS = 5
SEED = 20261122
OWN_GRAMS = 50_000
CONTEXT_GRAMS = 12_000
LEAST_OCCURRENCES = 4
SHARE_OF_OTHERS = 0.3
PASSES = 6
STRENGTH = 1.5e-6
SETTINGS = (SEED, OWN_GRAMS, CONTEXT_GRAMS, LEAST_OCCURRENCES, SHARE_OF_OTHERS, PASSES, STRENGTH)

Floats = NDArray[numpy.float32]


@dataclass(frozen=True)
class Prepared:
    """The corpus as training sees it. Rows of ``labels`` are sentences of all contracts in order."""

    contracts: tuple[LabelledContract, ...]
    categories: tuple[str, ...]
    fold: NDArray[numpy.int64]
    sentences: tuple[str, ...]
    owner: NDArray[numpy.int64]
    heading: NDArray[numpy.int64]
    labels: NDArray[numpy.int8]
    shorts: tuple[tuple[ShortPassage, ...], ...]
    short_features: tuple[tuple[list[int], ...], ...]
    short_hits: tuple[NDArray[numpy.bool_], ...]


def prepare(contracts: Sequence[LabelledContract], categories: Sequence[str], seed: int = SEED) -> Prepared:
    """Sentences with their labels, and the short passages with theirs; ``seed`` deals the filers to folds."""
    index = {name: number for number, name in enumerate(categories)}
    texts: list[str] = []
    owner: list[int] = []
    heading: list[int] = []
    labels: list[NDArray[numpy.int8]] = []
    shorts, features, judged_hits = [], [], []
    for number, contract in enumerate(contracts):
        base = len(texts)
        texts += [contract.text[item.start : item.end] for item in contract.sentences]
        owner += [number] * len(contract.sentences)
        heading += [base + at if at >= 0 else -1 for at in headings_of(contract.sentences)]
        labels.append(_sentence_labels(contract, index))
        found = tuple(short_passages(contract.text, contract.sentences))
        shorts.append(found)
        features.append(tuple(surroundings(contract.text, item, contract.sentences[item.sentence]) for item in found))
        judged = {name: [(label, word_set(label)) for label in contract.passages(name)] for name in SHORT_CATEGORIES}
        judged_hits.append(
            numpy.asarray([hits(contract.text[p.start : p.end], judged[p.category], False) for p in found], dtype=bool)
        )
    folds = numpy.asarray(folds_by_filer([item.title for item in contracts], FOLDS, seed))
    return Prepared(
        tuple(contracts), tuple(categories), folds, tuple(texts), numpy.asarray(owner), numpy.asarray(heading),
        numpy.vstack(labels), tuple(shorts), tuple(features), tuple(judged_hits),
    )  # fmt: skip


def hits(found: str, labels: Sequence[tuple[str, frozenset[str]]], inside_counts: bool) -> bool:
    """Whether a found passage matches any of the labels."""
    words = word_set(found)
    return any(matches(label, label_words, found, words, inside_counts) for label, label_words in labels)


def _sentence_labels(contract: LabelledContract, index: dict[str, int]) -> NDArray[numpy.int8]:
    sentences = contract.sentences
    labels = numpy.zeros((len(sentences), len(index)), dtype=numpy.int8)
    starts = [item.start for item in sentences]
    same: dict[str, list[int]] = {}
    words = [" ".join(contract.text[item.start : item.end].split()) for item in sentences]
    for number, sentence in enumerate(words):
        same.setdefault(sentence, []).append(number)
    for category, spans in contract.labels.items():
        for start, end in spans:
            at = max(0, int(numpy.searchsorted(starts, start, side="right")) - 1)
            while at < len(sentences) and sentences[at].start < end:
                shared = min(end, sentences[at].end) - max(start, sentences[at].start)
                if shared > 0 and (2 * shared >= sentences[at].end - sentences[at].start or 2 * shared >= end - start):
                    labels[same[words[at]], index[category]] = 1
                at += 1
    return labels


def train_sentence_model(data: Prepared, chosen: NDArray[numpy.bool_]) -> SentenceModel:
    """The first stage, from the contracts that ``chosen`` marks."""
    rows = chosen[data.owner]
    grams = GramReader().read(data.sentences)
    mine = rows[grams.rows]
    hashes, places, counts = numpy.unique(grams.hashes[mine], return_inverse=True, return_counts=True)
    seen = sparse.csr_matrix(
        (numpy.ones(len(places), dtype=numpy.float32), (grams.rows[mine], places)),
        shape=(len(data.sentences), len(hashes)),
    )
    seen.data[:] = 1
    total = int(rows.sum())
    labels = data.labels * rows[:, None]
    before = _neighbour(labels, data.owner, 1)
    after = _neighbour(labels, data.owner, -1)
    useful = _association(seen, labels, counts, total)
    around = useful + _association(seen, before, counts, total) + _association(seen, after, counts, total)
    own = _vocabulary(hashes, counts, useful * (counts >= LEAST_OCCURRENCES), OWN_GRAMS, total)
    context = _vocabulary(hashes, counts, around * (counts >= 15), CONTEXT_GRAMS, total)
    own_rows = _matrix(grams, own, len(data.sentences))
    context_rows = _matrix(grams, context, len(data.sentences)) * CONTEXT_SCALE
    empty = sparse.csr_matrix((1, context_rows.shape[1]), dtype=numpy.float32)
    padded = sparse.vstack([context_rows, empty]).tocsr()
    same_before = numpy.r_[False, data.owner[1:] == data.owner[:-1]]
    same_after = numpy.r_[data.owner[1:] == data.owner[:-1], False]
    everyone = numpy.arange(len(data.sentences))
    matrix = sparse.hstack(
        [
            own_rows,
            padded[numpy.where(same_before, everyone - 1, -1)],
            padded[numpy.where(same_after, everyone + 1, -1)],
            padded[data.heading],
        ]
    ).tocsr()
    picked, weights = _sample(data, rows)
    taught = matrix[picked]
    coefficients = numpy.zeros((matrix.shape[1], len(data.categories)), dtype=numpy.float32)
    bias = numpy.zeros(len(data.categories), dtype=numpy.float32)
    for category in range(len(data.categories)):
        target = data.labels[picked, category]
        if not target.any():
            bias[category] = -12.0
            continue
        model = SGDClassifier(
            loss="log_loss", alpha=STRENGTH, max_iter=PASSES, tol=None, average=True, random_state=SEED + category
        )
        model.fit(taught, target, sample_weight=weights)
        coefficients[:, category] = model.coef_[0]
        bias[category] = model.intercept_[0]
    size, width = len(own.hashes), len(context.hashes)
    fields = coefficients[size:].reshape(3, width, -1).transpose(1, 0, 2).reshape(width, -1)
    return SentenceModel(own, context, squeeze(coefficients[:size]), squeeze(fields), bias)


def _neighbour(labels: NDArray[numpy.int8], owner: NDArray[numpy.int64], step: int) -> NDArray[numpy.int8]:
    moved = numpy.roll(labels, -step, axis=0)
    moved[numpy.roll(owner, -step) != owner] = 0
    return moved


def _association(
    seen: Any, labels: NDArray[numpy.int8], counts: NDArray[numpy.int64], total: int
) -> NDArray[numpy.float64]:
    observed = (seen.T @ sparse.csr_matrix(labels.astype(numpy.float32))).toarray()
    expected = counts[:, None] * (labels.sum(axis=0)[None, :] / total) + 0.05
    best: NDArray[numpy.float64] = ((observed - expected) ** 2 / expected).max(axis=1)
    return best


def _vocabulary(
    hashes: NDArray[numpy.uint32], counts: NDArray[numpy.int64], useful: NDArray[numpy.float64], size: int, total: int
) -> Vocabulary:
    kept = numpy.sort(numpy.argsort(-useful, kind="stable")[:size])
    kept = kept[useful[kept] > 0]
    weight = numpy.log(total / counts[kept]).astype(numpy.float16).astype(numpy.float32)
    return Vocabulary(hashes[kept], weight)


def _matrix(grams: Any, vocabulary: Vocabulary, count: int) -> Any:
    entries = entries_of(grams, vocabulary)
    return sparse.csr_matrix((entries.values, (entries.rows, entries.columns)), shape=(count, len(vocabulary.hashes)))


def _sample(data: Prepared, rows: NDArray[numpy.bool_]) -> tuple[NDArray[numpy.int64], Floats]:
    labelled = numpy.asarray(data.labels.any(axis=1))
    near = numpy.array(labelled)
    for step in (-2, -1, 1, 2):
        near |= numpy.roll(labelled, step)
    drawn = numpy.random.default_rng(SEED).random(len(rows)) < SHARE_OF_OTHERS
    picked = numpy.flatnonzero(rows & (near | drawn))
    weights = numpy.where(near[picked], 1.0, 1 / SHARE_OF_OTHERS).astype(numpy.float32)
    return picked, weights


def train_short_model(data: Prepared, chosen: NDArray[numpy.bool_]) -> ShortModel:
    """The words around names and dates, from the contracts that ``chosen`` marks."""
    features = [row for at, rows in enumerate(data.short_features) if chosen[at] for row in rows]
    target = numpy.concatenate([hit for at, hit in enumerate(data.short_hits) if chosen[at]])
    lengths = [len(row) for row in features]
    matrix = sparse.csr_matrix(
        (
            numpy.ones(sum(lengths), dtype=numpy.float32),
            numpy.fromiter((value for row in features for value in row), dtype=numpy.int32, count=sum(lengths)),
            numpy.r_[0, numpy.cumsum(lengths)],
        ),
        shape=(len(features), HASHED),
    )
    matrix.sum_duplicates()
    model = SGDClassifier(loss="log_loss", alpha=3e-4, max_iter=30, tol=None, average=True, random_state=SEED)
    model.fit(matrix, target)
    return ShortModel(squeeze(model.coef_.T.astype(numpy.float32))[:, 0], float(model.intercept_[0]))
