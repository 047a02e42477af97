"""What the library's screens show, as plain rows, and who gives them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any, Protocol


class Column(Enum):
    """The columns of the list; the value is the head."""

    TITLE = "Title"
    COUNTERPARTY = "Counterparty"
    STATUS = "Status"
    TAGS = "Tags"
    CHANGED = "Changed"


@dataclass(frozen=True)
class ContractRow:
    """A contract in the list. ``changed_at`` counts milliseconds since 1970, UTC."""

    key: str
    title: str
    counterparty: str = ""
    status: str = ""
    tags: tuple[str, ...] = ()
    changed_at: int = 0


@dataclass(frozen=True)
class FolderRow:
    """A folder; ``parent`` is the key of the folder it lies in, empty at the top. ``contracts`` lie directly in it."""

    key: str
    name: str
    parent: str = ""
    contracts: int = 0


@dataclass(frozen=True)
class Counted:
    """A tag or a status and how many contracts bear it. ``title`` is what is shown, the name where it is empty."""

    name: str
    contracts: int
    title: str = ""


@dataclass(frozen=True)
class ListQuery:
    """Which contracts the list holds, and in which order. All conditions hold together; of ``statuses`` one must
    fit."""

    words: str = ""
    folder: str = ""
    tag: str = ""
    statuses: tuple[str, ...] = ()
    trashed: bool = False
    order: Column = Column.CHANGED
    descending: bool = True


class LibrarySource(Protocol):
    """The library as its screen reads it. ``rows`` may be called on another thread, everything else on the
    interface's."""

    def rows(self, query: ListQuery) -> Sequence[int]:
        """The numbers of the contracts of a list, in order: all of them, so it must be cheap (100,000 in some 40
        ms)."""

    def window(self, rows: Sequence[int]) -> Sequence[ContractRow | None]:
        """Some contracts by their numbers, each in its place; None for one that is gone since."""

    def folders(self) -> Sequence[FolderRow]:
        """All folders."""

    def tags(self) -> Sequence[Counted]:
        """All tags."""

    def statuses(self) -> Sequence[Counted]:
        """All statuses in use."""

    def count(self) -> int:
        """How many contracts there are, those in the trash aside."""


@dataclass(frozen=True)
class RecentContract:
    """A contract on the start page. ``place`` is where the caret was ("Clause 11.2"); ``opened_at`` in milliseconds
    UTC.

    ``sketch`` is the shape of its text around there: for each line its width (0 to 1) and the author (from 1) who
    changed it, 0 for nobody.
    """

    key: str
    title: str
    counterparty: str = ""
    place: str = ""
    opened_at: int = 0
    high: int = 0
    medium: int = 0
    sketch: tuple[tuple[float, int], ...] = ()


class StartSource(Protocol):
    """What the start page shows."""

    def recent(self, limit: int) -> Sequence[RecentContract]:
        """The contracts opened last, newest first."""

    def person(self) -> str:
        """The name of the person, empty when unknown."""


class ImportState(Enum):
    """How far one file of an import is."""

    WAITING = "waiting"
    READING = "reading"
    ADDED = "added"
    KNOWN = "known"
    REFUSED = "refused"


@dataclass(frozen=True)
class ImportLine:
    """One file of an import: its name, its state, one sentence on the outcome, and the contract's key when there is
    one."""

    file: str
    state: ImportState
    sentence: str = ""
    key: str = ""


Ask = Callable[[Callable[[], Any], Callable[[Any], None]], None]
"""Runs the first callable somewhere and hands its result to the second on the interface's thread."""


def ask_at_once(question: Callable[[], Any], answer: Callable[[Any], None]) -> None:
    """Asks on the spot, for tests and for small libraries."""
    answer(question())
