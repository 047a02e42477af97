"""Word n-grams of sentences as numbers: the features of the clause model, the same in training and at run time.

A word is lower-cased letters, a run of digits written as zeros (at most five, so that years look alike), or one of the
signs that matter in contracts. A gram is a 32-bit mix of the hashes of one to three words; no list of words is kept.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING
from zlib import crc32

if TYPE_CHECKING:
    import numpy
    from numpy.typing import NDArray

_TOKEN = re.compile(r"[^\W\d_]+|\d+|[$%§€£*\[\]\"“(:;]|_+")
_SAME = {"“": '"', "”": '"', "’": "'"}
_MIX_SECOND, _MIX_THIRD = 0x9E3779B1, 0x85EBCA77


def words_of(sentence: str) -> list[str]:
    """The words of a sentence in the model's spelling."""
    return [_spelling(word) for word in _TOKEN.findall(sentence.lower())]


def _spelling(word: str) -> str:
    first = word[0]
    if first.isdigit():
        return "0" * min(len(word), 5)
    if first == "_":
        return "_"
    return _SAME.get(word, word)


@dataclass(frozen=True)
class Grams:
    """Grams of many sentences: ``hashes[k]`` is in sentence ``rows[k]`` (sorted); ``lengths`` are their words."""

    hashes: "NDArray[numpy.uint32]"
    rows: "NDArray[numpy.int64]"
    lengths: "NDArray[numpy.int64]"


class GramReader:
    """Turns sentences into grams; remembers the hashes of words it has met."""

    def __init__(self) -> None:
        self._hashes: dict[str, int] = {}

    def read(self, sentences: Sequence[str]) -> Grams:
        """The grams of one to three words of each sentence; a gram never crosses from one sentence to the next."""
        import numpy

        known = self._hashes
        if len(known) > 200_000:
            known.clear()
        ids: list[int] = []
        lengths: list[int] = []
        for sentence in sentences:
            before = len(ids)
            for raw in _TOKEN.findall(sentence.lower()):
                value = known.get(raw)
                if value is None:
                    value = known[raw] = crc32(_spelling(raw).encode())
                ids.append(value)
            lengths.append(len(ids) - before)
        sizes = numpy.asarray(lengths, dtype=numpy.int64)
        words = numpy.asarray(ids, dtype=numpy.uint32)
        rows = numpy.repeat(numpy.arange(len(sizes), dtype=numpy.int64), sizes)
        pairs = _rotated(words[:-1], 5) * numpy.uint32(_MIX_SECOND) + words[1:]
        triples = _rotated(pairs[:-1], 7) * numpy.uint32(_MIX_THIRD) + words[2:]
        same_two = rows[:-1] == rows[1:]
        same_three = rows[:-2] == rows[2:]
        hashes = numpy.concatenate([words, pairs[same_two], triples[same_three]])
        owners = numpy.concatenate([rows, rows[:-1][same_two], rows[:-2][same_three]])
        order = numpy.argsort(owners, kind="stable")
        return Grams(hashes[order], owners[order], sizes)


def _rotated(values: "NDArray[numpy.uint32]", by: int) -> "NDArray[numpy.uint32]":
    import numpy

    rotated: NDArray[numpy.uint32] = (values << numpy.uint32(by)) | (values >> numpy.uint32(32 - by))
    return rotated
