"""The first stage of the clause model: how much each sentence looks like each clause category.

A sentence is scored by its own grams, the grams of its neighbours and of the heading it stands under, each field with
its own weights. Scores are logits; the second stage (``ranking``) weighs them against the rest of the contract.
"""

from collections.abc import MutableMapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pactoria_desktop.contract.segmentation import Sentence
from pactoria_desktop.review.grams import GramReader, Grams

if TYPE_CHECKING:
    import numpy
    from numpy.typing import NDArray

FIELDS = ("own", "previous", "next", "heading")
CONTEXT_SCALE = 0.5


@dataclass(frozen=True)
class Vocabulary:
    """Grams that have weights: sorted 32-bit ``hashes`` and their inverse document frequency."""

    hashes: "NDArray[numpy.uint32]"
    weight: "NDArray[numpy.float32]"


@dataclass(frozen=True)
class Entries:
    """A sparse matrix of sentences by grams, unit length per sentence: entries sorted by row."""

    rows: "NDArray[numpy.int64]"
    columns: "NDArray[numpy.int64]"
    values: "NDArray[numpy.float32]"


def entries_of(grams: Grams, vocabulary: Vocabulary) -> Entries:
    """Sublinear term frequency times inverse document frequency of the known grams, each sentence at length one."""
    import numpy

    size = len(vocabulary.hashes)
    place = numpy.searchsorted(vocabulary.hashes, grams.hashes)
    place[place == size] = 0
    known = vocabulary.hashes[place] == grams.hashes
    keys, counts = numpy.unique(grams.rows[known] * size + place[known], return_counts=True)
    rows, columns = numpy.divmod(keys, size)
    values = (1 + numpy.log(counts)).astype(numpy.float32) * vocabulary.weight[columns]
    squares = numpy.bincount(rows, values * values, minlength=len(grams.lengths))
    values = (values / numpy.sqrt(squares[rows])).astype(numpy.float32)
    return Entries(rows, columns, values)


@dataclass(frozen=True)
class SentenceModel:
    """Weights of the first stage. ``own`` is grams by categories, ``context`` grams by (field after own, category)."""

    own_vocabulary: Vocabulary
    context_vocabulary: Vocabulary
    own: "NDArray[numpy.float32]"
    context: "NDArray[numpy.float32]"
    bias: "NDArray[numpy.float32]"

    @property
    def categories(self) -> int:
        """How many categories are scored."""
        return len(self.bias)

    def fields(self, sentences: Sequence[str], reader: GramReader) -> "NDArray[numpy.float32]":
        """What each sentence gives itself and its neighbours: (sentence, field, category) as in ``FIELDS``."""
        import numpy

        categories = self.categories
        grams = reader.read(sentences)
        scores = numpy.zeros((len(sentences), len(FIELDS) * categories), dtype=numpy.float32)
        own = entries_of(grams, self.own_vocabulary)
        _add(scores[:, :categories], own, self.own)
        context = entries_of(grams, self.context_vocabulary)
        _add(scores[:, categories:], context, self.context)
        scores[:, categories:] *= CONTEXT_SCALE
        return scores.reshape(len(sentences), len(FIELDS), categories)


def _add(into: "NDArray[numpy.float32]", entries: Entries, weights: "NDArray[numpy.float32]") -> None:
    import numpy

    if not len(entries.rows):
        return
    starts = numpy.flatnonzero(numpy.r_[True, entries.rows[1:] != entries.rows[:-1]])
    weighted = weights[entries.columns]
    weighted *= entries.values[:, None]
    into[entries.rows[starts]] = numpy.add.reduceat(weighted, starts, axis=0)


def headings_of(sentences: Sequence[Sentence]) -> list[int]:
    """For each sentence the index of the heading it stands under (itself when it is one), -1 before the first."""
    current = -1
    found = []
    for index, sentence in enumerate(sentences):
        if sentence.heading:
            current = index
        found.append(current)
    return found


@dataclass(frozen=True)
class SentenceScores:
    """Logits by (sentence, category), and the parts they are made of."""

    total: "NDArray[numpy.float32]"
    own: "NDArray[numpy.float32]"
    heading: "NDArray[numpy.float32]"


FieldCache = MutableMapping[str, "NDArray[numpy.float32]"]


def score_sentences(
    model: SentenceModel, text: str, sentences: Sequence[Sentence], reader: GramReader, cache: FieldCache
) -> SentenceScores:
    """Scores all sentences of a contract; only sentences whose words are not in ``cache`` are read."""
    import numpy

    words = [text[sentence.start : sentence.end] for sentence in sentences]
    missing = [sentence for sentence in dict.fromkeys(words) if sentence not in cache]
    if missing:
        cache.update(zip(missing, model.fields(missing, reader), strict=True))
    categories = model.categories
    if not words:
        empty = numpy.zeros((0, categories), dtype=numpy.float32)
        return SentenceScores(empty, empty, empty)
    fields = numpy.stack([cache[sentence] for sentence in words])
    under = numpy.asarray(headings_of(sentences))
    heading = numpy.where((under >= 0)[:, None], fields[under, 3], 0).astype(numpy.float32)
    total = fields[:, 0] + heading + model.bias
    total[1:] += fields[:-1, 1]
    total[:-1] += fields[1:, 2]
    return SentenceScores(total, fields[:, 0], heading)
