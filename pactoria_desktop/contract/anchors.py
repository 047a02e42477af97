"""Places that live through edits: a pair of cursors and the words that stood between them.

The cursors are opaque; only the living text that gave them can find them again. The quote is what a reader can check.
"""

from dataclasses import dataclass
from enum import Enum


class AnchorState(Enum):
    """What became of the words of an anchor: as quoted, other words in their place, or none."""

    KEPT = "kept"
    CHANGED = "changed"
    REMOVED = "removed"


@dataclass(frozen=True, slots=True)
class Anchor:
    """Words of a slot. ``start`` and ``end`` are cursors as hexadecimal digits, on the first and the last character."""

    slot: str
    start: str
    end: str
    quote: str


@dataclass(frozen=True, slots=True)
class Located:
    """Where an anchor stands now: UTF-16 offsets of a slot, and its words without struck and hidden characters.

    A removed one stands at a place of no length, or nowhere ("" for the slot) when its slot is gone.
    """

    state: AnchorState
    slot: str
    start: int
    end: int
    words: str


def compared(quote: str) -> str:
    """A quote as it is compared: white space of any kind and length counts as one space, none at the ends."""
    return " ".join(quote.split())


def state_of(quote: str, words: str) -> AnchorState:
    """What became of quoted words, given those that stand there now."""
    if not compared(words):
        return AnchorState.REMOVED
    return AnchorState.KEPT if compared(words) == compared(quote) else AnchorState.CHANGED
