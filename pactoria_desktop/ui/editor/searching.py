"""Finding words in what is shown: slot by slot, in small helpings, so that typing never waits."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from pactoria_desktop.contract.suggesting import is_struck
from pactoria_desktop.contract.text import HIDDEN, OBJECT, Marks
from pactoria_desktop.replica.changes import Stretch
from pactoria_desktop.ui.editor.living import LivingText
from pactoria_desktop.ui.editor.writing import units

QUOTES = {"'": "['’‘]", '"': '["“”]', " ": "[ \u00a0]", "-": "[-\u2011]"}


@dataclass(frozen=True, slots=True)
class Query:
    """What is looked for."""

    words: str
    match_case: bool = False
    whole_words: bool = False

    def pattern(self) -> re.Pattern[str] | None:
        """As a regular expression over visible characters; straight quotes and plain spaces find typographic ones."""
        if not self.words:
            return None
        body = "".join(QUOTES.get(character, re.escape(character)) for character in self.words)
        if self.whole_words:
            body = rf"(?<!\w){body}(?!\w)"
        return re.compile(body, 0 if self.match_case else re.IGNORECASE)


def hits_in(slot: str, spans: Sequence[tuple[str, Marks]], pattern: re.Pattern[str]) -> list[Stretch]:
    """The hits in a slot's living words, what is struck or hidden looked through, in UTF-16 units.

    A hit may have struck words in its middle, never at its ends.
    """
    text = "".join(part for part, _ in spans)
    marked = any(marks and is_struck(marks) for _, marks in spans)
    if not marked and HIDDEN not in text and OBJECT not in text and text.isascii():
        return [Stretch(slot, hit.start(), hit.end()) for hit in pattern.finditer(text) if hit.end() > hit.start()]
    kept: list[int] = []
    visible: list[str] = []
    at = 0
    for part, marks in spans:
        if marks and is_struck(marks):
            at += units(part)
            continue
        for character in part:
            if character != HIDDEN:
                kept.append(at)
                visible.append(character)
            at += 2 if character > "\uffff" else 1
    found = []
    for hit in pattern.finditer("".join(visible)):
        if hit.end() > hit.start():
            last = hit.end() - 1
            found.append(Stretch(slot, kept[hit.start()], kept[last] + units(visible[last])))
    return found


def hits(text: LivingText, slots: Sequence[str], query: Query) -> Iterator[list[Stretch]]:
    """The hits slot by slot; an empty list for a slot without any, so that the reader can pause."""
    pattern = query.pattern()
    if pattern is None:
        return
    for slot in slots:
        yield hits_in(slot, text.spans(slot), pattern)
