"""Ids of what is written: revisions keep theirs where they stand first, everything new gets one above all others."""

import re
from dataclasses import dataclass, field
from typing import Final

from pactoria_desktop.contract.text import Revision
from pactoria_desktop.documents.names import word
from pactoria_desktop.documents.package import Package

_IDS: Final = re.compile(rb""":id\s*=\s*["'](\d{1,9})["']""")
_ID: Final = word("id")
_LARGEST: Final = 2_000_000_000


@dataclass(slots=True)
class Identifiers:
    """Hands out ``w:id`` values for one writing of a package."""

    package: Package
    used: set[str] = field(default_factory=set)
    _last: int = -1

    def next(self) -> str:
        """An id greater than every id in every part of the package."""
        if self._last < 0:
            self._last = 0
            for member in self.package.members:
                if member.lower().endswith(".xml"):
                    ids = _IDS.findall(self.package.part(member))
                    self._last = max(self._last, *map(int, ids)) if ids else self._last
        self._last = min(self._last + 1, _LARGEST)
        return str(self._last)

    def attributes(self, revision: Revision) -> tuple[tuple[str, str], ...]:
        """The attributes of a Word element for a revision. Only its first element keeps the id it came with."""
        first = revision.source == self.package.sha256 and revision.id not in self.used
        self.used.add(revision.id)
        rest = tuple((name, value) for name, value in revision.word if name != _ID)
        if not rest:
            rest = ((word("author"), revision.author),)
            rest = (*rest, (word("date"), revision.date)) if revision.date else rest
        kept = dict(revision.word).get(_ID)
        return ((_ID, kept if first and kept is not None else self.next()), *rest)
