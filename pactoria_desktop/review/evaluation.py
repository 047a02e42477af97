"""Judges the clause model on contracts it has not seen: ``python -m pactoria_desktop.review.evaluation``.

Five folds by filer. For each fold every stage, the priors and the threshold come from the other four; later stages
learn from earlier ones that did not see the contract either. The score card is written, never typed. ``--seed`` deals
the filers to other folds, to see what of a gain was luck; nothing is written then.
"""

import argparse
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path
from typing import Any

import numpy

from pactoria_desktop.review import training
from pactoria_desktop.review.corpus import categories_in, contracts_in, corpus_folder
from pactoria_desktop.review.crossing import Stage, first_stages
from pactoria_desktop.review.first_stage import FOLDS, SEED, Prepared, prepare
from pactoria_desktop.review.matching import Curve, Outcome, curve, outcome
from pactoria_desktop.review.model import LEAST_CONFIDENCE

RESAMPLES = 200


@dataclass(frozen=True)
class Judged:
    """One unseen contract: its outcome by category, and for presence the claims and the truth."""

    outcomes: Mapping[str, Outcome]
    claimed: tuple[bool, ...]
    truth: tuple[bool, ...]


def judge_fold(data: Prepared, fold: int, stages: Mapping[tuple[int, ...], Stage]) -> dict[int, Judged]:
    """Train the later stages on the other folds and judge the contracts of this one."""
    others = [at for at in range(len(data.contracts)) if data.fold[at] != fold]
    prior = training.prior_of(data, data.fold != fold)
    found, hits = {}, {}
    for at in others:
        pair = tuple(sorted((fold, int(data.fold[at]))))
        found[at] = training.candidates_in(data, at, *stages[pair], prior)
        hits[at] = training.hits_of(data, at, found[at])
    ranker = training.train_ranker([found[at].features for at in others], [hits[at] for at in others])
    rows = {}
    for inner in sorted(set(data.fold.tolist()) - {fold}):
        rest = [at for at in others if data.fold[at] != inner]
        partial = training.train_ranker([found[at].features for at in rest], [hits[at] for at in rest])
        for at in others:
            if data.fold[at] == inner:
                logits = partial.logits(found[at].features)
                rows[at] = training.presence_rows(data, at, found[at], logits, prior)
    targets = [training.presence_target(data, at) for at in others]
    presence = training.train_presence([rows[at] for at in others], targets)
    threshold = training.crossed_threshold(data.fold[others], [rows[at] for at in others], targets)
    judged = {}
    for at in (at for at in range(len(data.contracts)) if data.fold[at] == fold):
        candidates = training.candidates_in(data, at, *stages[(fold,)], prior)
        logits = ranker.logits(candidates.features)
        chances = 1 / (1 + numpy.exp(-logits.astype(float)))
        contract = data.contracts[at]
        listed: dict[str, list[tuple[str, float]]] = {name: [] for name in data.categories}
        for start, end, category, chance in zip(
            candidates.start, candidates.end, candidates.category, chances, strict=True
        ):
            if chance >= LEAST_CONFIDENCE:
                listed[data.categories[category]].append((contract.text[start:end], float(chance)))
        outcomes = {name: outcome(contract.passages(name), listed[name], name == "Parties") for name in data.categories}
        there = presence.logits(training.presence_rows(data, at, candidates, logits, prior)) >= threshold
        judged[at] = Judged(
            outcomes, tuple(bool(x) for x in there), tuple(bool(x) for x in training.presence_target(data, at))
        )
    return judged


def presence_figures(judged: Sequence[Judged]) -> dict[str, float]:
    """Micro precision, recall and F1 of presence, and how often a claim of absence is right."""
    claimed = numpy.asarray([item.claimed for item in judged])
    truth = numpy.asarray([item.truth for item in judged])
    both = float((claimed & truth).sum())
    return {
        "precision": both / max(1, int(claimed.sum())),
        "recall": both / max(1, int(truth.sum())),
        "f1": 2 * both / max(1, int(claimed.sum()) + int(truth.sum())),
        "absent_precision": float((~claimed & ~truth).sum()) / max(1, int((~claimed).sum())),
    }


def pooled(judged: Sequence[Judged]) -> Curve:
    """The paper's curve over all contracts and categories."""
    return curve([item for one in judged for item in one.outcomes.values()])


def score_card(data: Prepared, judged: Mapping[int, Judged]) -> dict[str, object]:
    """All figures, with 5 to 95 % intervals from resampled contracts."""
    listed = [judged[at] for at in sorted(judged)]
    whole = pooled(listed)
    draws = numpy.random.default_rng(SEED)
    areas, precisions, scores, absents = [], [], [], []
    for _ in range(RESAMPLES):
        sample = [listed[at] for at in draws.integers(0, len(listed), len(listed))]
        one = pooled(sample)
        areas.append(one.area)
        precisions.append(one.precision_at_80)
        presence = presence_figures(sample)
        scores.append(presence["f1"])
        absents.append(presence["absent_precision"])
    presence = presence_figures(listed)

    def interval(values: Sequence[float]) -> list[float]:
        return [round(float(numpy.quantile(values, share)), 4) for share in (0.05, 0.95)]

    categories = {}
    for index, name in enumerate(data.categories):
        one = curve([item.outcomes[name] for item in listed])
        claimed = sum(item.claimed[index] for item in listed)
        truth = sum(item.truth[index] for item in listed)
        both = sum(item.claimed[index] and item.truth[index] for item in listed)
        categories[name] = {
            "contracts": truth,
            "span_aupr": round(100 * one.area, 1),
            "presence_f1": round(2 * both / max(1, claimed + truth), 3),
        }
    return {
        "contracts": len(listed),
        "passages": sum(len(item.labels) for one in listed for item in one.outcomes.values()),
        "folds": FOLDS,
        "seed": SEED,
        "presence": {name: round(value, 4) for name, value in presence.items()}
        | {"f1_interval": interval(scores), "absent_precision_interval": interval(absents)},
        "spans": {
            "aupr": round(100 * whole.area, 2),
            "precision_at_80_recall": round(100 * whole.precision_at_80, 2),
            "precision_at_90_recall": round(100 * whole.precision_at_90, 2),
            "aupr_interval": [round(100 * value, 2) for value in interval(areas)],
            "precision_at_80_recall_interval": [round(100 * value, 2) for value in interval(precisions)],
        },
        "categories": categories,
    }


def readable(card: Mapping[str, Any]) -> str:
    """The score card as a page of Markdown."""
    presence, spans = card["presence"], card["spans"]

    def between(name: str, figures: Mapping[str, Any]) -> str:
        low, high = figures[name + "_interval"]
        return f"{figures[name]} ({low} to {high})"

    rows = [
        ("Presence: F1 over all contracts and categories", between("f1", presence)),
        ("Presence: precision, recall", f"{presence['precision']}, {presence['recall']}"),
        ("Claims that a clause is absent: share that is right", between("absent_precision", presence)),
        ("Passages: area under precision and recall, in per cent", between("aupr", spans)),
        ("Passages: precision at a recall of 80 %", between("precision_at_80_recall", spans)),
    ]
    lines = [
        "# Scores of the clause model",
        "",
        f"Written by `python -m pactoria_desktop.review.evaluation`: {card['folds']} folds by filer over "
        f"{card['contracts']} contracts and {card['passages']:,} passages of CUAD (seed {card['seed']}). Every figure "
        "is of contracts whose filer no stage, prior or threshold was trained on. Brackets hold the 5 to 95 % interval "
        "of contracts drawn again.",
        "",
        "| Figure | Value |",
        "|---|---|",
        *(f"| {name} | {value} |" for name, value in rows),
        "",
        "| Category | Contracts that have it | Passages: area (%) | Presence: F1 |",
        "|---|---|---|---|",
    ]
    lines += [
        f"| {name} | {one['contracts']} | {one['span_aupr']} | {one['presence_f1']} |"
        for name, one in card["categories"].items()
    ]
    return "\n".join(lines) + "\n"


def main(arguments: Sequence[str] | None = None) -> None:
    """Cross-validate, print the score card and write it."""
    parser = argparse.ArgumentParser(description="Judge the clause model on unseen contracts of CUAD.")
    parser.add_argument("--corpus", help="folder of CUAD")
    parser.add_argument("--out", default=str(Path(__file__).resolve().parents[2] / "resources" / "clause_model"))
    parser.add_argument("--seed", type=int, default=SEED, help="other folds (a trial; nothing is written)")
    parser.add_argument("--limit", type=int, help="only so many contracts (a trial; nothing is written)")
    chosen = parser.parse_args(arguments)
    folder = corpus_folder(chosen.corpus)
    data = prepare(list(contracts_in(folder, chosen.limit)), categories_in(folder), chosen.seed)
    folds = range(FOLDS)
    stages = first_stages(data, [(fold,) for fold in folds] + list(combinations(folds, 2)))
    judged: dict[int, Judged] = {}
    for fold in folds:
        judged.update(judge_fold(data, fold, stages))
    card = score_card(data, judged) | {"seed": chosen.seed}
    words = json.dumps(card, indent=1)
    print(words)
    if chosen.limit is None and chosen.seed == SEED:
        (Path(chosen.out) / "scores.json").write_text(words + "\n", encoding="utf-8")
        (Path(chosen.out) / "SCORES.md").write_text(readable(card), encoding="utf-8")


if __name__ == "__main__":
    main()
