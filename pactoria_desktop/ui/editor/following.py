"""Stretches that follow the text: findings and hits keep their words while others type before, behind and in them."""

from bisect import bisect_left
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from pactoria_desktop.replica.changes import Stretch
from pactoria_desktop.ui.editor.writing import Edited


@dataclass(slots=True)
class Followed:
    """One stretch of something named ``id``; ``touched`` once its words were edited."""

    id: str
    slot: str
    start: int
    end: int
    touched: bool = False


class Following:
    """Stretches by slot, in order of their beginning."""

    def __init__(self) -> None:
        self._by_slot: dict[str, list[Followed]] = {}
        self._by_id: dict[str, list[Followed]] = {}
        self._longest: dict[str, int] = {}

    def replace(self, stretches: Iterable[tuple[str, Stretch]]) -> None:
        """Forget all and follow these (id, stretch)."""
        self._by_slot.clear()
        self._by_id.clear()
        self._longest.clear()
        for identifier, stretch in stretches:
            followed = Followed(identifier, stretch.slot, stretch.start, stretch.end)
            self._by_slot.setdefault(stretch.slot, []).append(followed)
            self._by_id.setdefault(identifier, []).append(followed)
        for slot, stretches_of_slot in self._by_slot.items():
            stretches_of_slot.sort(key=lambda one: (one.start, one.end))
            self._longest[slot] = max(one.end - one.start for one in stretches_of_slot)

    def edited(self, edit: Edited) -> None:
        """Move what stands behind an edit; what it touched is marked as touched and shrinks or grows with it."""
        change = edit.added - edit.removed
        gone = edit.offset + edit.removed
        for one in self._from(edit.slot, edit.offset):
            if one.end <= edit.offset:
                continue
            if one.start >= gone:
                one.start += change
                one.end += change
                continue
            one.touched = True
            if one.start > edit.offset:
                one.start = edit.offset + edit.added
            one.end = max(one.start, one.end + change if one.end >= gone else edit.offset)
            self._longest[edit.slot] = max(self._longest[edit.slot], one.end - one.start)

    def _from(self, slot: str, start: int) -> list[Followed]:
        """Those that may end behind a place of a slot, and all that follow."""
        stretches = self._by_slot.get(slot)
        if not stretches:
            return []
        return stretches[bisect_left(stretches, start - self._longest[slot], key=lambda one: one.start) :]

    def within(self, slot: str, start: int, end: int) -> Iterator[Followed]:
        """Those that share a character with a stretch of a slot."""
        for one in self._from(slot, start):
            if one.start >= end:
                return
            if one.end > start and one.end > one.start:
                yield one

    def of(self, identifier: str) -> tuple[Followed, ...]:
        """The stretches of one id in the order given."""
        return tuple(self._by_id.get(identifier, ()))

    def slots(self) -> tuple[str, ...]:
        """Slots that have any."""
        return tuple(self._by_slot)

    def __len__(self) -> int:
        return sum(len(stretches) for stretches in self._by_slot.values())
