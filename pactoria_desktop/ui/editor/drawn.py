"""What marks mean for the eye: who inserted, who struck, which comments; and which number an author has."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from pactoria_desktop.contract.suggesting import effective_deletions
from pactoria_desktop.contract.text import Marks, Revision

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
    struck_keys: set[str] | None = None
    inserted = struck = reformatted = 0
    moved = False
    comments = []
    for key in marks:
        kind, colon, identifier = key.partition(":")
        if not colon:
            continue
        if kind == "comment":
            comments.append(identifier)
        elif kind in ("ins", "moveTo", "del", "moveFrom", "fmt", "pfmt"):
            revision = revisions.get(identifier)
            author = style_of(revision.author) if revision else UNKNOWN_STYLE
            moved = moved or kind in ("moveTo", "moveFrom")
            if kind in ("ins", "moveTo"):
                inserted = author
            elif kind in ("fmt", "pfmt"):
                reformatted = author
            else:
                if struck_keys is None:
                    struck_keys = set(effective_deletions(marks))
                if kind == "moveFrom" or key in struck_keys:
                    struck = author
    return Drawn(inserted, struck, moved, reformatted, tuple(comments))
