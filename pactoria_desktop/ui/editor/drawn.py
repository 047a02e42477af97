"""What marks mean for the eye: who inserted, who struck, which comments; and which number an author has."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from pactoria_desktop.contract.suggesting import effective_deletions
from pactoria_desktop.contract.text import Marks, Revision, id_of, kind_of

AUTHOR_COLOURS = 5
UNKNOWN_STYLE = 2


class Authors:
    """Numbers of the people of one contract: I am 1, the others take the next one as they appear."""

    def __init__(self, me: str) -> None:
        self._numbers = {me: 1}

    def number(self, author: str) -> int:
        """The author's number, from 1 on, without end."""
        return self._numbers.setdefault(author, len(self._numbers) + 1)

    def style(self, author: str) -> int:
        """Which of the five colours and lines the author has; a sixth author begins again."""
        return (self.number(author) - 1) % AUTHOR_COLOURS + 1

    @property
    def names(self) -> tuple[str, ...]:
        """All authors in the order of their numbers."""
        return tuple(self._numbers)


@dataclass(frozen=True, slots=True)
class Drawn:
    """How a stretch is drawn. Authors are style numbers 1 to 5, nought for none."""

    inserted: int = 0
    struck: int = 0
    moved: bool = False
    reformatted: int = 0
    comments: tuple[str, ...] = ()

    @property
    def changed(self) -> bool:
        """Whether a bar stands in the margin beside it."""
        return bool(self.inserted or self.struck or self.reformatted)

    @property
    def plain(self) -> bool:
        """Whether there is nothing to draw beside the words."""
        return not (self.changed or self.comments)


PLAIN = Drawn()


def drawing_of(marks: Marks, revisions: Mapping[str, Revision], style_of: Callable[[str], int]) -> Drawn:
    """How a stretch with these marks is drawn; ``style_of`` gives the style number of an author."""
    if not any(":" in key for key in marks):
        return PLAIN
    struck_keys = set(effective_deletions(marks))
    inserted = struck = reformatted = 0
    moved = False
    comments = []
    for key in marks:
        kind, identifier = kind_of(key), id_of(key)
        if kind == "comment":
            comments.append(identifier)
        elif kind in ("ins", "moveTo", "del", "moveFrom", "fmt", "pfmt"):
            revision = revisions.get(identifier)
            author = style_of(revision.author) if revision else UNKNOWN_STYLE
            moved = moved or kind in ("moveTo", "moveFrom")
            if kind in ("ins", "moveTo"):
                inserted = author
            elif kind == "moveFrom" or key in struck_keys:
                struck = author
            elif kind in ("fmt", "pfmt"):
                reformatted = author
    return Drawn(inserted, struck, moved, reformatted, tuple(comments))
