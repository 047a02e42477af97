"""Words as a comparison sees them: a word, a stretch of white space, or one other character is one token.

Comparisons run over *codes*: a token sequence written as a string in which each distinct token is one character, so
that equal tokens are equal characters and compiled string algorithms can work on whole words.
"""

import re
from collections.abc import Iterable, Sequence

_TOKEN = re.compile(r"\w+|[^\S\n]+|\n|[^\w\s]")
_FIRST_CODE = 0x100
_SURROGATES = range(0xD800, 0xE000)


def words_of(text: str) -> list[str]:
    """The tokens of a text, in order; joined they are the text again. A newline is always a token of its own."""
    return _TOKEN.findall(text)


class Vocabulary:
    """Gives each distinct token one character, for as long as a comparison lasts.

    Raises OverflowError when a comparison holds more distinct tokens than there are characters (about 1.1 million).
    """

    def __init__(self) -> None:
        self._codes: dict[str, str] = {}

    def code(self, tokens: Iterable[str]) -> str:
        """The tokens as a string of one character each."""
        codes = self._codes
        out = []
        for token in tokens:
            known = codes.get(token)
            if known is None:
                number = _FIRST_CODE + len(codes)
                if number >= _SURROGATES.start:
                    number += len(_SURROGATES)
                if number > 0x10FFFF:
                    raise OverflowError("There are more different words in these texts than a comparison can hold.")
                known = codes[token] = chr(number)
            out.append(known)
        return "".join(out)


def starts_of(tokens: Sequence[str]) -> list[int]:
    """Where each token begins, in code points, with the whole length as a last entry."""
    starts = [0]
    for token in tokens:
        starts.append(starts[-1] + len(token))
    return starts
