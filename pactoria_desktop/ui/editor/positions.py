"""Where every shown slot lies in the QTextDocument: prefix sums of slot lengths, in UTF-16 units.

A slot takes its own length; the first cell of a table piece takes one unit more (its *lead*), the frame marker that
stands before it. A cell's last newline is the marker behind it, so positions stay a sum of lengths. A *blank* is a
place of a table's grid where no slot lies; it has the empty name and one unit.
"""

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from pactoria_desktop.replica.changes import Place, Stretch

BLANK = ""


@dataclass(frozen=True, slots=True)
class ShownSlot:
    """One entry of the sum: a slot (BLANK for none), its lead (0 or 1) and the length of its text."""

    slot: str
    lead: int
    length: int


class Positions:
    """The sum itself. Growth of one slot is kept as a pending shift, so that a burst of keys costs nothing."""

    def __init__(self) -> None:
        self._slots: list[str] = []
        self._leads: list[int] = []
        self._lengths: list[int] = []
        self._starts: list[int] = [0]
        self._index: dict[str, int] = {}
        self._shift_after = 0
        self._shift = 0

    def __len__(self) -> int:
        return len(self._slots)

    def __contains__(self, slot: str) -> bool:
        return slot in self._index

    @property
    def slots(self) -> Sequence[str]:
        """All slots in document order, blanks included."""
        return self._slots

    @property
    def total(self) -> int:
        """Where the empty block begins that ends the document."""
        return self.start(len(self._slots))

    def clear(self) -> None:
        """Forget everything."""
        self.__init__()  # type: ignore[misc]

    def index(self, slot: str) -> int | None:
        """Which entry a slot is, None when it is not shown."""
        return self._index.get(slot)

    def start(self, index: int) -> int:
        """Where an entry begins, its lead included."""
        return self._starts[index] + (self._shift if index > self._shift_after else 0)

    def text_start(self, index: int) -> int:
        """Where the text of an entry begins."""
        return self.start(index) + self._leads[index]

    def lead(self, index: int) -> int:
        """One for the first entry of a table piece, else nought."""
        return self._leads[index]

    def length(self, index: int) -> int:
        """The length of an entry's text."""
        return self._lengths[index]

    def grow(self, index: int, by: int) -> None:
        """The text of an entry became longer (or shorter) by so many units."""
        if not by:
            return
        self._lengths[index] += by
        if self._shift and index != self._shift_after:
            self._settle()
        self._shift_after = index
        self._shift += by

    def insert(self, index: int, entries: Iterable[ShownSlot]) -> None:
        """Put entries before the one that stands at ``index``."""
        self._settle()
        added = list(entries)
        self._slots[index:index] = [entry.slot for entry in added]
        self._leads[index:index] = [entry.lead for entry in added]
        self._lengths[index:index] = [entry.length for entry in added]
        self._sum_from(index)

    def remove(self, index: int, count: int) -> None:
        """Take ``count`` entries out."""
        self._settle()
        for slot in self._slots[index : index + count]:
            self._index.pop(slot, None)
        del self._slots[index : index + count]
        del self._leads[index : index + count]
        del self._lengths[index : index + count]
        self._sum_from(index)

    def entry_at(self, position: int) -> int:
        """The entry a document position lies in; the nearest one for positions outside."""
        after = self._shift_after
        if self._shift and position >= self._starts[after + 1] + self._shift:
            found = bisect_right(self._starts, position - self._shift, after + 1) - 1
        elif self._shift:
            found = bisect_right(self._starts, position, 0, after + 1) - 1
        else:
            found = bisect_right(self._starts, position) - 1
        return max(0, min(found, len(self._slots) - 1))

    def locate(self, position: int) -> tuple[int, int]:
        """Entry and offset in its text of a document position (a lead counts as offset nought)."""
        index = self.entry_at(position)
        return index, max(0, min(position - self.text_start(index), max(0, self._lengths[index] - 1)))

    def place(self, position: int) -> Place | None:
        """The place of a document position, None on a blank or in an empty document."""
        if not self._slots:
            return None
        index, offset = self.locate(position)
        slot = self._slots[index]
        return Place(slot, offset) if slot else None

    def position(self, place: Place) -> int | None:
        """The document position of a place, held inside its slot; None when the slot is not shown."""
        index = self._index.get(place.slot)
        if index is None:
            return None
        return self.text_start(index) + max(0, min(place.offset, self._lengths[index] - 1))

    def stretches(self, start: int, end: int) -> tuple[Stretch, ...]:
        """What the document's stretch means in slots; blanks and leads are left out."""
        found: list[Stretch] = []
        if not self._slots or start >= end:
            return ()
        index = self.entry_at(start)
        while index < len(self._slots) and self.start(index) < end:
            text_start = self.text_start(index)
            first, last = max(start, text_start), min(end, text_start + self._lengths[index])
            if first < last and self._slots[index]:
                found.append(Stretch(self._slots[index], first - text_start, last - text_start))
            index += 1
        return tuple(found)

    def _settle(self) -> None:
        if self._shift:
            for index in range(self._shift_after + 1, len(self._starts)):
                self._starts[index] += self._shift
        self._shift = 0
        self._shift_after = 0

    def _sum_from(self, index: int) -> None:
        del self._starts[index + 1 :]
        position = self._starts[index]
        for lead, length in zip(self._leads[index:], self._lengths[index:], strict=True):
            position += lead + length
            self._starts.append(position)
        for at in range(index, len(self._slots)):
            if self._slots[at]:
                self._index[self._slots[at]] = at
