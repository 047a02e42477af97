"""A library in memory, of any size, behind the Protocols of the screens."""

from collections.abc import Sequence
from datetime import UTC, datetime

from pactoria_desktop.ui.library.drawings import sketch
from pactoria_desktop.ui.library.values import Column, ContractRow, Counted, FolderRow, ListQuery, RecentContract

NOW = datetime(2026, 11, 22, 9, 30, tzinfo=UTC)
NOW_MILLISECONDS = int(NOW.timestamp() * 1000)
KINDS = (
    "Services agreement",
    "Processing addendum",
    "Lease",
    "Framework agreement",
    "Non-disclosure agreement",
    "Supply agreement",
)
PARTIES = (
    "Corvane Freight",
    "Brightwater Foods",
    "Halden Marine Systems",
    "Orrin & Vale LLP",
    "Tessel Robotics",
    "Gable Insurance",
)
STATUSES = ("Draft", "In review", "Signed")
FOLDERS = (
    FolderRow("f1", "Halden Marine Systems", "", 3),
    FolderRow("f2", "Renewals 2027", "f1", 2),
    FolderRow("f3", "Brightwater Foods", "", 2),
)


class MemoryLibrary:
    """``size`` made contracts; counts how often it is asked."""

    def __init__(self, size: int) -> None:
        self.size = size
        self.asked: list[ListQuery] = []
        self.windows = 0
        self.gone: set[int] = set()

    def contract(self, number: int) -> ContractRow:
        title = f"{KINDS[number % len(KINDS)]} {number + 1}" if number >= len(KINDS) else KINDS[number]
        tags = ("Urgent",) if number % 7 == 0 else ("Renewal", "EU") if number % 5 == 0 else ()
        changed = NOW_MILLISECONDS - number * 11 * 60 * 60 * 1000 // 5
        return ContractRow(
            f"c{number}", title, PARTIES[number % len(PARTIES)], STATUSES[number % 3], tags, max(1, changed)
        )

    def rows(self, query: ListQuery) -> Sequence[int]:
        self.asked.append(query)
        if query.trashed:
            return []
        plain = not (query.words or query.statuses or query.tag or query.folder)
        numbers: Sequence[int] = range(self.size)
        if not plain:
            found = []
            for number in range(self.size):
                one = self.contract(number)
                fits = query.words.lower() in f"{one.title} {one.counterparty}".lower()
                fits = fits and (not query.statuses or one.status in query.statuses)
                fits = fits and (not query.tag or query.tag in one.tags) and (not query.folder or number % 3 == 0)
                if fits:
                    found.append(number)
            numbers = found
        if query.order is Column.TITLE:
            numbers = sorted(numbers, key=lambda number: self.contract(number).title, reverse=query.descending)
        return numbers

    def window(self, rows: Sequence[int]) -> Sequence[ContractRow | None]:
        self.windows += 1
        return [None if number in self.gone else self.contract(number) for number in rows]

    def folders(self) -> Sequence[FolderRow]:
        return FOLDERS

    def tags(self) -> Sequence[Counted]:
        return (Counted("EU", 3), Counted("Renewal", 3), Counted("Urgent", 4))

    def statuses(self) -> Sequence[Counted]:
        return tuple(Counted(name, len(range(place, self.size, 3))) for place, name in enumerate(STATUSES))

    def count(self) -> int:
        return self.size


class MemoryStart:
    """``size`` recent contracts of a person."""

    def __init__(self, size: int, person: str = "Ines Falk") -> None:
        self.size, self._person = size, person

    def recent(self, limit: int) -> Sequence[RecentContract]:
        marked = sketch("45 30 90 88 94:2 80 92:1 60 90:1 50 86 90 40")
        return [
            RecentContract(
                f"c{number}", KINDS[number % 6], PARTIES[number % 6], f"Clause {11 - number}.2",
                NOW_MILLISECONDS - number**3 * 4 * 3_600_000 - 240_000, 2 if number == 0 else 0,
                1 if number == 2 else 0, marked if number in (0, 3) else (),
            )
            for number in range(min(limit, self.size))
        ]  # fmt: skip

    def person(self) -> str:
        return self._person
