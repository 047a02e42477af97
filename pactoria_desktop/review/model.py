"""The clause model as it ships: read from ``resources/clause_model`` and applied with numpy alone."""

import io
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pactoria_desktop.contract.segmentation import Sentence
from pactoria_desktop.review.grams import GramReader
from pactoria_desktop.review.passages import (
    AnswerCache,
    AnswerKey,
    ShortPassage,
    answer_key,
    short_passages,
    surroundings,
)
from pactoria_desktop.review.ranking import Prior, Trees, candidates_of, presence_features
from pactoria_desktop.review.sentence_model import FieldCache, SentenceModel, Vocabulary, score_sentences
from pactoria_desktop.runtime.resources import resource

if TYPE_CHECKING:
    import numpy
    from numpy.typing import NDArray

LEAST_CONFIDENCE = 0.001


@dataclass(frozen=True)
class ShortModel:
    """Weights of the words around names and dates."""

    weights: "NDArray[numpy.float32]"
    bias: float

    def logits(self, features: Sequence[Sequence[int]]) -> "NDArray[numpy.float32]":
        """The logit of each short passage."""
        import numpy

        return numpy.asarray(
            [self.weights[numpy.asarray(row)].sum() + self.bias for row in features], dtype=numpy.float32
        )


@dataclass(frozen=True, slots=True)
class Passage:
    """A candidate passage of a category with the confidence (0 to 1) that it is one."""

    category: str
    start: int
    end: int
    confidence: float


@dataclass(frozen=True, slots=True)
class Judgement:
    """What the model says of a contract: passages, and for each category the confidence that it is there at all."""

    passages: tuple[Passage, ...]
    present: tuple[tuple[str, float], ...]
    absent: tuple[tuple[str, float], ...]


@dataclass
class ModelCache:
    """What may be kept between two readings of one contract: sentence scores and short passages by their words."""

    reader: GramReader = field(default_factory=GramReader)
    fields: FieldCache = field(default_factory=dict)
    answers: AnswerCache = field(default_factory=dict)
    short: dict[AnswerKey, float] = field(default_factory=dict)
    ranked: "dict[bytes, float]" = field(default_factory=dict)


@dataclass(frozen=True)
class ClauseModel:
    """The model in two stages. ``threshold`` is the logit from which a category counts as present."""

    categories: tuple[str, ...]
    sentence: SentenceModel
    short: ShortModel
    prior: Prior
    ranker: Trees
    presence: Trees
    threshold: float

    def judge(self, text: str, sentences: tuple[Sentence, ...], cache: ModelCache | None = None) -> Judgement:
        """Find the passages of every category and say which categories are not there."""
        import numpy

        kept = cache or ModelCache()
        scores = score_sentences(self.sentence, text, sentences, kept.reader, kept.fields)
        shorts: tuple[ShortPassage, ...] = tuple(short_passages(text, sentences, kept.answers))
        owners = [self.categories.index(item.category) for item in shorts]
        logits = self._short_logits(text, sentences, shorts, kept)
        candidates = candidates_of(text, sentences, scores, shorts, logits, owners, self.prior)
        ranked = self._ranked(candidates.features, kept)
        presence = self.presence.logits(presence_features(candidates, ranked, self.prior, len(sentences)))
        chances = 1 / (1 + numpy.exp(-ranked.astype(numpy.float64)))
        order = numpy.lexsort((candidates.start, -chances, candidates.category))
        order = order[chances[order] >= LEAST_CONFIDENCE]
        columns = (candidates.category, candidates.start, candidates.end, chances)
        passages = [
            Passage(self.categories[category], start, end, chance)
            for category, start, end, chance in zip(*(column[order].tolist() for column in columns), strict=True)
        ]
        here = 1 / (1 + numpy.exp(-presence.astype(numpy.float64)))
        judged = [(name, float(chance), bool(logit >= self.threshold)) for name, chance, logit in
                  zip(self.categories, here, presence, strict=True)]  # fmt: skip
        return Judgement(
            tuple(passages),
            tuple((name, chance) for name, chance, there in judged if there),
            tuple((name, 1 - chance) for name, chance, there in judged if not there),
        )

    def _short_logits(
        self, text: str, sentences: tuple[Sentence, ...], shorts: tuple[ShortPassage, ...], kept: ModelCache
    ) -> "NDArray[numpy.float32]":
        """The logits of the short passages; those whose surroundings were judged before come from the cache."""
        import numpy

        keys = [answer_key(text, item, sentences[item.sentence]) for item in shorts]
        missing = [at for at, key in enumerate(keys) if key not in kept.short]
        found = self.short.logits([surroundings(text, shorts[at], sentences[shorts[at].sentence]) for at in missing])
        kept.short.update(zip((keys[at] for at in missing), found.tolist(), strict=True))
        return numpy.asarray([kept.short[key] for key in keys], dtype=numpy.float32)

    def _ranked(self, rows: "NDArray[numpy.float32]", kept: ModelCache) -> "NDArray[numpy.float32]":
        """The logits of the candidates; rows that were judged before come from the cache."""
        import numpy

        keys = [row.tobytes() for row in rows]
        missing = [at for at, key in enumerate(keys) if key not in kept.ranked]
        if missing:
            for at, logit in zip(missing, self.ranker.logits(rows[missing]).tolist(), strict=True):
                kept.ranked[keys[at]] = logit
        return numpy.asarray([kept.ranked[key] for key in keys], dtype=numpy.float32)


def squeeze(weights: "NDArray[numpy.float32]") -> "NDArray[numpy.float32]":
    """Weights rounded to the 255 steps per column that the file keeps, so that what is judged is what ships."""
    steps, scale = _steps(weights)
    return steps.astype("float32") * scale


def _steps(weights: "NDArray[numpy.float32]") -> "tuple[NDArray[numpy.int8], NDArray[numpy.float32]]":
    import numpy

    scale = numpy.maximum(numpy.quantile(numpy.abs(weights), 0.9999, axis=0), 1e-6).astype(numpy.float32) / 127
    return numpy.clip(numpy.rint(weights / scale), -127, 127).astype(numpy.int8), scale


def _tree_arrays(name: str, trees: Trees) -> dict[str, Any]:
    parts = ("feature", "threshold", "left", "right", "value", "roots")
    return {f"{name}_{part}": getattr(trees, part) for part in parts}


def write_model(model: ClauseModel, folder: Path) -> int:
    """Write ``model.npz`` and ``model.json`` into a folder; gives the size of both in bytes."""
    import numpy

    own, own_scale = _steps(model.sentence.own)
    context, context_scale = _steps(model.sentence.context)
    short, short_scale = _steps(model.short.weights[:, None])
    arrays: dict[str, Any] = {
        "own_hashes": model.sentence.own_vocabulary.hashes,
        "own_weight": model.sentence.own_vocabulary.weight.astype(numpy.float16),
        "context_hashes": model.sentence.context_vocabulary.hashes,
        "context_weight": model.sentence.context_vocabulary.weight.astype(numpy.float16),
        "own": own, "own_scale": own_scale, "context": context, "context_scale": context_scale,
        "bias": model.sentence.bias, "short": short, "short_scale": short_scale,
        "rate": model.prior.rate, "log_words": model.prior.log_words,
        **_tree_arrays("ranker", model.ranker), **_tree_arrays("presence", model.presence),
    }  # fmt: skip
    folder.mkdir(parents=True, exist_ok=True)
    numpy.savez_compressed(folder / "model.npz", **arrays)
    settings = {
        "format": 1,
        "categories": list(model.categories),
        "short_bias": model.short.bias,
        "threshold": model.threshold,
        "ranker": {"depth": model.ranker.depth, "baseline": model.ranker.baseline},
        "presence": {"depth": model.presence.depth, "baseline": model.presence.baseline},
    }
    (folder / "model.json").write_text(json.dumps(settings, indent=1) + "\n", encoding="utf-8")
    return sum((folder / name).stat().st_size for name in ("model.npz", "model.json"))


def load_model() -> ClauseModel:
    """The clause model that comes with the program. Raises FileNotFoundError when it is missing."""
    import numpy

    settings = json.loads(resource("clause_model", "model.json").read_text(encoding="utf-8"))
    packed = io.BytesIO(resource("clause_model", "model.npz").read_bytes())
    with numpy.load(packed, allow_pickle=False) as arrays:
        kept = {name: arrays[name] for name in arrays.files}

    def weights(name: str) -> "NDArray[numpy.float32]":
        product: NDArray[numpy.float32] = kept[name].astype(numpy.float32) * kept[f"{name}_scale"]
        return product

    def trees(name: str) -> Trees:
        feature, threshold, left, right, value, roots = (
            kept[f"{name}_{part}"] for part in ("feature", "threshold", "left", "right", "value", "roots")
        )
        shape = settings[name]
        return Trees(feature, threshold, left, right, value, roots, shape["depth"], shape["baseline"])

    def vocabulary(name: str) -> Vocabulary:
        return Vocabulary(kept[f"{name}_hashes"], kept[f"{name}_weight"].astype(numpy.float32))

    sentence = SentenceModel(vocabulary("own"), vocabulary("context"), weights("own"), weights("context"), kept["bias"])
    return ClauseModel(
        tuple(settings["categories"]),
        sentence,
        ShortModel(weights("short")[:, 0], settings["short_bias"]),
        Prior(kept["rate"], kept["log_words"]),
        trees("ranker"),
        trees("presence"),
        settings["threshold"],
    )
