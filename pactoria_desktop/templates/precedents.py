"""How did we word this before: the passages of other contracts that are most like given words, and the difference.

The candidates come from a full-text search; here some hundreds of them are put in order. Two measures count half each:
how much of the rare words both share, and how long a run of words, in order and with gaps, they have in common (the
longest common subsequence, bit-parallel as rapidfuzz has it). Of a long clause only the sentences count that are about
the same.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from heapq import nlargest
from math import log
from typing import Literal

from rapidfuzz.distance import LCSseq

from pactoria_desktop.contract.difference import changes_between
from pactoria_desktop.contract.segmentation import pieces_of
from pactoria_desktop.contract.words import Vocabulary, words_of

LEAST_SCORE = 0.25
_WORD = re.compile(r"[^\W_]+(?:[’'][a-z]+)?")
_DRAFT = 60
"""So many words are a draft, which is compared as a whole; the fewer they are, the less counts what else there is."""
_SMALL = 3
"""Words of so few letters say little, however few candidates there are to judge by."""
_COST = 0.4
"""What a word costs that a passage has, against what it gains if it is asked for and neither rare nor common."""
_LOOKED_AT = 3
"""For each passage that is asked for, so many candidates are looked at closely."""
_LONGEST_WORDS = 3_000


@dataclass(frozen=True, slots=True)
class Candidate:
    """A clause of a contract: its contract's id, the title to show, its words."""

    contract: str
    title: str
    text: str


@dataclass(frozen=True, slots=True)
class Part:
    """Words of both, of what was asked for alone, or of the passage alone."""

    kind: Literal["both", "asked", "passage"]
    text: str


@dataclass(frozen=True, slots=True)
class Precedent:
    """A passage like the words asked for, and how much, 0 to 1.

    ``start`` and ``end`` are code points of the candidate's text. ``difference`` leads from the words asked for to the
    passage; ``also`` are the other contracts that have the very same words.
    """

    contract: str
    title: str
    passage: str
    start: int
    end: int
    score: float
    difference: tuple[Part, ...]
    also: tuple[str, ...] = ()


def precedents(words: str, candidates: Iterable[Candidate], *, limit: int = 20) -> tuple[Precedent, ...]:
    """The most alike passages, the best first, each wording once."""
    asked = _terms(words)[:_LONGEST_WORDS]
    if not asked or limit < 1:
        return ()
    distinct: dict[str, list[Candidate]] = {}
    for candidate in candidates:
        distinct.setdefault(" ".join(candidate.text.split()), []).append(candidate)
    groups = list(distinct.values())
    read = [_terms(group[0].text)[:_LONGEST_WORDS] for group in groups]
    weights = _weights(asked, read)
    likely = nlargest(
        limit * _LOOKED_AT, range(len(groups)), key=lambda number: (_share(asked, read[number], weights), -number)
    )
    vocabulary = Vocabulary()
    code = vocabulary.code(asked)
    found: dict[str, tuple[float, int, int, list[Candidate]]] = {}
    for number in likely:
        start, end, score = _passage(groups[number][0].text, code, asked, weights, vocabulary)
        if score < LEAST_SCORE:
            continue
        key = " ".join(groups[number][0].text[start:end].split())
        known = found.get(key)
        if known is not None:
            known[3].extend(groups[number])
        else:
            found[key] = (score, start, end, list(groups[number]))
    best = nlargest(limit, found.values(), key=lambda one: one[0])
    return tuple(_precedent(words, *one) for one in best)


def _precedent(words: str, score: float, start: int, end: int, holders: Sequence[Candidate]) -> Precedent:
    first = holders[0]
    passage = first.text[start:end]
    others = dict.fromkeys(one.contract for one in holders[1:] if one.contract != first.contract)
    return Precedent(
        first.contract, first.title, passage, start, end, round(score, 4), difference(words, passage), tuple(others)
    )


def difference(asked: str, passage: str) -> tuple[Part, ...]:
    """What is the same in two wordings, and what only one of them has; joined, each gives its words again."""
    old, new = words_of(asked), words_of(passage)
    vocabulary = Vocabulary()
    parts: list[Part] = []
    at = 0
    for change in changes_between(vocabulary.code(old), vocabulary.code(new), old, new):
        parts += _part("both", old[at : change.old_start])
        parts += _part("asked", old[change.old_start : change.old_end])
        parts += _part("passage", new[change.new_start : change.new_end])
        at = change.old_end
    return (*parts, *_part("both", old[at:]))


def _part(kind: Literal["both", "asked", "passage"], tokens: Sequence[str]) -> Iterator[Part]:
    if tokens:
        yield Part(kind, "".join(tokens))


def _terms(words: str) -> list[str]:
    """The words of a text as they are compared: small, without a plural's "s"."""
    return [
        word[:-1] if len(word) > 3 and word.endswith("s") and not word.endswith("ss") else word
        for word in _WORD.findall(words.casefold().replace("’", "'"))
    ]


def _weights(asked: Sequence[str], read: Sequence[Sequence[str]]) -> dict[str, float]:
    """How rare each word asked for is among the candidates."""
    wanted = frozenset(asked)
    counts = Counter(word for words in read for word in wanted.intersection(words))
    return {
        word: (log((len(read) + 1) / (counts[word] + 0.5)) + 0.1) * (1.0 if len(word) > _SMALL else 0.2)
        for word in wanted
    }


def _share(asked: Sequence[str], words: Iterable[str], weights: dict[str, float]) -> float:
    """How much of the rare words asked for others have."""
    total = sum(weights.values())
    return sum(weights[word] for word in weights.keys() & frozenset(words)) / total


def _passage(
    text: str, code: str, asked: Sequence[str], weights: dict[str, float], vocabulary: Vocabulary
) -> tuple[int, int, float]:
    """The sentences of a clause that are about the same, and how alike they are."""
    sentences = list(_sentences(text)) or [(0, len(text))]
    words = [_terms(text[start:end]) for start, end in sentences]
    codes = [vocabulary.code(one) for one in words]
    first, last = _best_run(words, weights, len(code))
    start, end = sentences[first][0], sentences[last][1]
    passage = "".join(codes[first : last + 1])[:_LONGEST_WORDS]
    common = LCSseq.similarity(code, passage)
    more = (len(passage) - len(code)) / 2
    order = common / (len(code) + (more * min(1.0, len(code) / _DRAFT) if more > 0 else more))
    share = _share(asked, [word for one in words[first : last + 1] for word in one], weights)
    return start, end, (order + share) / 2


def _sentences(text: str) -> Iterator[tuple[int, int]]:
    at = 0
    for line in text.split("\n"):
        for start, end, *_ in pieces_of(line):
            yield at + start, at + end
        at += len(line) + 1


def _best_run(words: Sequence[Sequence[str]], weights: dict[str, float], asked: int) -> tuple[int, int]:
    """The sentences from first to last that have most of the rare words and least besides."""
    usual = sum(weights.values()) / len(weights)
    cost = _COST * min(1.0, 2 * asked / _DRAFT)
    best, best_run = float("-inf"), (0, 0)
    gain, begin = 0.0, 0
    for number, sentence in enumerate(words):
        if gain < 0:
            gain, begin = 0.0, number
        gain += sum(weights.get(word, 0.0) for word in sentence) / usual - cost * len(sentence)
        if gain > best:
            best, best_run = gain, (begin, number)
    return best_run
