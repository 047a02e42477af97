"""What a comparison shows: paragraphs of two drafts side by side, each in pieces that stayed, went or came."""

from dataclasses import dataclass
from typing import Literal

PieceKind = Literal["same", "changed"]
PairKind = Literal["same", "changed", "added", "removed", "moved"]


@dataclass(frozen=True, slots=True)
class Piece:
    """Words of one side; ``changed`` words are struck on the old side and underlined on the new."""

    text: str
    kind: PieceKind = "same"


@dataclass(frozen=True, slots=True)
class ComparedParagraph:
    """A paragraph of one draft. ``start`` is its offset in that draft's accepted text, in code points."""

    number: str
    pieces: tuple[Piece, ...]
    heading: bool = False
    level: int = 0
    start: int = 0

    @property
    def text(self) -> str:
        """All its words."""
        return "".join(piece.text for piece in self.pieces)


@dataclass(frozen=True, slots=True)
class ComparedPair:
    """Two paragraphs that belong together, or one that has no counterpart. ``unmarked`` where the sender changed words
    without a tracked change. A paragraph that moved is two pairs of kind ``moved``, one with its old and one with its
    new place; ``partner`` is the id of the other."""

    id: str
    kind: PairKind
    old: ComparedParagraph | None
    new: ComparedParagraph | None
    unmarked: bool = False
    partner: str = ""

    @property
    def number(self) -> str:
        """The number of the clause, of the new draft where it has one."""
        for side in (self.new, self.old):
            if side is not None and side.number:
                return side.number
        return ""
