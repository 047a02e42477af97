"""The small language of a playbook's phrases, and a quick reader of sentences for many phrases at once.

Words stand in any case and spacing; ``*`` is any letters, ``(one|two words)`` a choice, ``...`` up to twelve words
between. Patterns are made so that no sentence makes them slow.

A phrase of a hundred is seldom in a sentence. Each piece of a phrase has *stems*: letters without white space or
apostrophes of which a sentence that fits must hold some. They are looked for once, word by word, and only phrases
whose pieces all have a stem in the sentence are searched for.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache

_PIECE = re.compile(r"\.\.\.|\(([^()]*)\)|([^\s()]+)")
_BETWEEN_STEMS = re.compile(r"[*'’\s]")
_CHUNK = re.compile(r"[^\s'’]+")
_MOST_CHUNKS = 50_000


@dataclass(frozen=True)
class ReadSentence:
    """A sentence, and the stems of the asked phrases that stand in it."""

    words: str
    stems: frozenset[str]


@dataclass(frozen=True)
class Phrase:
    """A phrase: its pattern, and for each piece the stems of its choices ("" where a choice has none)."""

    pattern: re.Pattern[str]
    pieces: tuple[frozenset[str], ...]

    @property
    def rarest(self) -> frozenset[str]:
        """The stems of the piece whose shortest choice is longest; "" stands in every sentence."""
        return max(self.pieces, key=lambda stems: min(map(len, stems)), default=frozenset(("",)))

    def fits(self, sentence: ReadSentence) -> bool:
        """Whether the phrase stands in the sentence."""
        here = sentence.stems
        return not any(stems.isdisjoint(here) for stems in self.pieces) and (
            self.pattern.search(sentence.words) is not None
        )


@cache
def phrase_from(phrase: str) -> Phrase:
    """Read one phrase. Raises ValueError, naming it, when it is not well formed."""
    flat = re.sub(r"\([^()]*\)", "", phrase)
    if "(" in flat or ")" in flat or phrase.count("...") > 5 or not phrase.strip(". "):
        raise ValueError(f"the phrase “{phrase}” is not well formed")
    found, pieces = [], []
    gap = ""
    for piece in _PIECE.finditer(phrase):
        if piece[0] == "...":
            gap = r"(?:\S+\s+){0,12}?"
            continue
        choices = piece[1].split("|") if piece[1] is not None else [piece[2]]
        words = "|".join(r"\s+".join(_word(word) for word in choice.split()) for choice in choices)
        found.append(rf"(?>{gap}(?:{words})(?!\w)\W{{0,4}}\s*)")
        pieces.append(frozenset(max(_BETWEEN_STEMS.split(choice), key=len).casefold() for choice in choices))
        gap = ""
    return Phrase(re.compile(r"(?<!\w)" + "".join(found), re.IGNORECASE), tuple(pieces))


def _word(word: str) -> str:
    return re.escape(word).replace(r"\*", r"\w*").replace("'", "['’]")


class SentenceReader:
    """Finds the stems of its phrases in sentences; remembers the words it has met."""

    def __init__(self, phrases: Iterable[Phrase]) -> None:
        stems = {stem for phrase in phrases for piece in phrase.pieces for stem in piece}
        self._stems = frozenset(stem for stem in stems if stem)
        self._lengths = tuple(sorted({len(stem) for stem in self._stems}))
        self._known: dict[str, frozenset[str]] = {}

    def read(self, sentence: str) -> ReadSentence:
        """The sentence with the stems in it."""
        known = self._known
        if len(known) > _MOST_CHUNKS:
            known.clear()
        found = {""}
        for chunk in _CHUNK.findall(sentence.casefold()):
            stems = known.get(chunk)
            if stems is None:
                stems = known[chunk] = self._stems_in(chunk)
            if stems:
                found |= stems
        return ReadSentence(sentence, frozenset(found))

    def _stems_in(self, chunk: str) -> frozenset[str]:
        size = len(chunk)
        pieces = (
            chunk[start : start + length]
            for length in self._lengths
            if length <= size
            for start in range(size - length + 1)
        )
        return self._stems.intersection(pieces)
