"""Words with bold stretches: two stars on either side, as clauses and templates write them."""

from dataclasses import dataclass


class EmphasisError(ValueError):
    """Stars that open a bold stretch and do not close it, as the end of a sentence."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of words, bold or not; never empty."""

    text: str
    bold: bool = False


def pieces_of(words: str) -> tuple[Piece, ...]:
    """The stretches of words with stars, without the stars. Raises EmphasisError where they do not pair."""
    parts = words.split("**")
    if len(parts) % 2 == 0:
        raise EmphasisError("two stars open a bold stretch that is not closed")
    return tuple(Piece(part, number % 2 == 1) for number, part in enumerate(parts) if part)


def plain(pieces: tuple[Piece, ...]) -> str:
    """The words of stretches."""
    return "".join(piece.text for piece in pieces)
