"""Trains the clause model on CUAD and writes it: ``python -m pactoria_desktop.review.training``.

Needs scikit-learn (the extra ``train``); at run time numpy alone scores. Every random choice is seeded.
"""

import argparse
from collections.abc import Sequence
from pathlib import Path

import numpy
from numpy.typing import NDArray
from sklearn.ensemble import HistGradientBoostingClassifier

from pactoria_desktop.review.corpus import categories_in, contracts_in, corpus_folder
from pactoria_desktop.review.crossing import first_stages
from pactoria_desktop.review.first_stage import FOLDS, SEED, Floats, Prepared, prepare
from pactoria_desktop.review.grams import GramReader
from pactoria_desktop.review.matching import matches, word_set
from pactoria_desktop.review.model import ClauseModel, ShortModel, write_model
from pactoria_desktop.review.ranking import FEATURES, Candidates, Prior, Trees, candidates_of, presence_features
from pactoria_desktop.review.sentence_model import SentenceModel, score_sentences

ROUNDS = 160
"""Trees of the second stage; its partial models have as many, so that their scores are of one kind."""


def prior_of(data: Prepared, chosen: NDArray[numpy.bool_]) -> Prior:
    """How often each category occurs and how long its passages are, in the chosen contracts."""
    contracts = [contract for at, contract in enumerate(data.contracts) if chosen[at]]
    rate = [sum(1 for c in contracts if c.labels.get(name)) / len(contracts) for name in data.categories]
    words = [
        [numpy.log1p(passage.count(" ") + 1) for c in contracts for passage in c.passages(name)] or [3.0]
        for name in data.categories
    ]
    return Prior(
        numpy.asarray(rate, dtype=numpy.float32), numpy.asarray([numpy.mean(w) for w in words], dtype=numpy.float32)
    )


def candidates_in(data: Prepared, at: int, sentence: SentenceModel, short: ShortModel, prior: Prior) -> Candidates:
    """The candidates of one contract as the first stage sees it."""
    contract = data.contracts[at]
    scores = score_sentences(sentence, contract.text, contract.sentences, GramReader(), {})
    category = [data.categories.index(item.category) for item in data.shorts[at]]
    logits = short.logits(data.short_features[at])
    return candidates_of(contract.text, contract.sentences, scores, data.shorts[at], logits, category, prior)


def hits_of(data: Prepared, at: int, candidates: Candidates) -> NDArray[numpy.bool_]:
    """Which candidates match a labelled passage by the paper's rules."""
    contract = data.contracts[at]
    labels = [[(label, word_set(label)) for label in contract.passages(name)] for name in data.categories]
    parties = data.categories.index("Parties")
    words: dict[tuple[int, int], frozenset[str]] = {}
    found = numpy.zeros(len(candidates.category), dtype=bool)
    for row, (start, end, category) in enumerate(
        zip(candidates.start.tolist(), candidates.end.tolist(), candidates.category.tolist(), strict=True)
    ):
        if not labels[category]:
            continue
        here = contract.text[start:end]
        known = words.get((start, end))
        if known is None:
            known = words[start, end] = word_set(here)
        found[row] = any(matches(label, its, here, known, category == parties) for label, its in labels[category])
    return found


def train_trees(rows: Floats, target: NDArray[numpy.bool_], rounds: int, leaves: int, least: int) -> Trees:
    """Boosted trees on the rows, as flat arrays."""
    model = HistGradientBoostingClassifier(
        learning_rate=0.08, max_iter=rounds, max_leaf_nodes=leaves, max_depth=6, min_samples_leaf=least,
        l2_regularization=5.0, max_bins=128, early_stopping=False, random_state=SEED,
    ).fit(rows, target)  # fmt: skip
    feature, threshold, left, right, value, roots = [], [], [], [], [], []
    count = 0
    for (tree,) in model._predictors:
        nodes = tree.nodes
        leaf = nodes["is_leaf"].astype(bool)
        itself = numpy.arange(len(nodes)) + count
        feature.append(numpy.where(leaf, 0, nodes["feature_idx"]))
        threshold.append(numpy.where(leaf, 0, nodes["num_threshold"]))
        left.append(numpy.where(leaf, itself, nodes["left"].astype(int) + count))
        right.append(numpy.where(leaf, itself, nodes["right"].astype(int) + count))
        value.append(numpy.where(leaf, nodes["value"], 0))
        roots.append(count)
        count += len(nodes)
    return Trees(
        numpy.concatenate(feature).astype(numpy.int16),
        numpy.concatenate(threshold).astype(numpy.float32),
        numpy.concatenate(left).astype(numpy.int32),
        numpy.concatenate(right).astype(numpy.int32),
        numpy.concatenate(value).astype(numpy.float32),
        numpy.asarray(roots, dtype=numpy.int32),
        6,
        float(numpy.asarray(model._baseline_prediction).ravel()[0]),
    )


def train_ranker(features: Sequence[Floats], hits: Sequence[NDArray[numpy.bool_]], rounds: int = ROUNDS) -> Trees:
    """The second stage, from the candidates of many contracts."""
    return train_trees(numpy.vstack(features), numpy.concatenate(hits), rounds=rounds, leaves=32, least=60)


def train_presence(rows: Sequence[Floats], target: Sequence[NDArray[numpy.bool_]]) -> Trees:
    """Whether a category is in the contract, from the presence features of many contracts."""
    return train_trees(numpy.vstack(rows), numpy.concatenate(target), rounds=60, leaves=12, least=40)


def presence_target(data: Prepared, at: int) -> NDArray[numpy.bool_]:
    """Which categories the lawyers found in a contract."""
    labels = data.contracts[at].labels
    return numpy.asarray([bool(labels.get(name)) for name in data.categories])


def presence_rows(data: Prepared, at: int, candidates: Candidates, logits: Floats, prior: Prior) -> Floats:
    """The presence features of one contract."""
    return presence_features(candidates, logits, prior, len(data.contracts[at].sentences))


def best_threshold(logits: Floats, target: NDArray[numpy.bool_]) -> float:
    """The logit that gives the best F1."""
    order = numpy.argsort(-logits, kind="stable")
    true = numpy.cumsum(target[order])
    scores = 2 * true / (numpy.arange(1, len(true) + 1) + true[-1])
    best = int(numpy.argmax(scores))
    following = logits[order[min(best + 1, len(order) - 1)]]
    return float((logits[order[best]] + following) / 2)


def main(arguments: Sequence[str] | None = None) -> None:
    """Train on every contract and write the model; the second stage learns from out-of-fold scores of the first."""
    parser = argparse.ArgumentParser(description="Train the clause model on CUAD.")
    parser.add_argument("--corpus", help="folder of CUAD")
    parser.add_argument("--out", default=str(Path(__file__).resolve().parents[2] / "resources" / "clause_model"))
    chosen = parser.parse_args(arguments)
    folder = corpus_folder(chosen.corpus)
    data = prepare(list(contracts_in(folder)), categories_in(folder))
    everyone = numpy.ones(len(data.contracts), dtype=bool)
    stages = first_stages(data, [(fold,) for fold in range(FOLDS)] + [()])
    features, hits, candidates = [], [], []
    prior = prior_of(data, everyone)
    for at in range(len(data.contracts)):
        sentence, short = stages[(int(data.fold[at]),)]
        found = candidates_in(data, at, sentence, short, prior)
        candidates.append(found)
        features.append(found.features)
        hits.append(hits_of(data, at, found))
    ranker = train_ranker(features, hits)
    rows = []
    for fold in range(FOLDS):
        others = [at for at in range(len(features)) if data.fold[at] != fold]
        partial = train_ranker([features[at] for at in others], [hits[at] for at in others])
        rows += [
            (at, presence_rows(data, at, candidates[at], partial.logits(features[at]), prior))
            for at in range(len(features))
            if data.fold[at] == fold
        ]
    rows.sort(key=lambda pair: pair[0])
    targets = [presence_target(data, at) for at in range(len(features))]
    presence = train_presence([row for _, row in rows], targets)
    threshold = crossed_threshold(data.fold, [row for _, row in rows], targets)
    sentence, short = stages[()]
    model = ClauseModel(data.categories, sentence, short, prior, ranker, presence, threshold)
    size = write_model(model, Path(chosen.out))
    print(f"Wrote the clause model: {size:,} bytes, {len(FEATURES)} features, threshold {threshold:.3f}.")


def crossed_threshold(
    fold: NDArray[numpy.int64], rows: Sequence[Floats], targets: Sequence[NDArray[numpy.bool_]]
) -> float:
    """The threshold of presence, chosen on logits of models that did not see the contract."""
    logits: list[Floats] = []
    judged: list[NDArray[numpy.bool_]] = []
    for one in sorted(set(fold.tolist())):
        inside = [at for at in range(len(rows)) if fold[at] == one]
        others = [at for at in range(len(rows)) if fold[at] != one]
        partial = train_presence([rows[at] for at in others], [targets[at] for at in others])
        logits += [partial.logits(rows[at]) for at in inside]
        judged += [targets[at] for at in inside]
    return best_threshold(numpy.concatenate(logits), numpy.concatenate(judged))


if __name__ == "__main__":
    main()
