"""Changes of one text as values: one after the other as one change, and two that met, each carried over the other.

All counts are code points. A change reaches as far as its last delta; what follows stays as it is. The rules are those
of operational transformation (Ellis and Gibbs, 1989): for two changes of one text, mine and then theirs carried over
mine gives the same words as theirs and then mine carried over theirs.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Protocol

from pactoria_desktop.contract.text import MarkValue
from pactoria_desktop.replica.changes import Delta, Drop, Keep, Put

Deltas = tuple[Delta, ...]
LaidMarks = Mapping[str, MarkValue | None]


class Laid(Protocol):
    """Which values of marks somebody has laid."""

    def holds(self, key: str, value: MarkValue | None) -> bool:
        """Whether a value was laid; None stands for one that was taken away."""


class _Made:
    """A change that is being written: neighbours of one kind become one, and nothing follows the last deed."""

    def __init__(self) -> None:
        self._deltas: list[Delta] = []

    def keep(self, count: int, marks: LaidMarks) -> None:
        last = self._deltas[-1] if self._deltas else None
        if isinstance(last, Keep) and last.marks == marks:
            self._deltas[-1] = Keep(last.count + count, marks)
        else:
            self._deltas.append(Keep(count, marks))

    def put(self, text: str, marks: Mapping[str, MarkValue]) -> None:
        last = self._deltas[-1] if self._deltas else None
        if isinstance(last, Put) and last.marks == marks:
            self._deltas[-1] = Put(last.text + text, marks)
        else:
            self._deltas.append(Put(text, marks))

    def drop(self, count: int) -> None:
        last = self._deltas[-1] if self._deltas else None
        if isinstance(last, Drop):
            self._deltas[-1] = Drop(last.count + count)
        else:
            self._deltas.append(Drop(count))

    def done(self) -> Deltas:
        while self._deltas and isinstance(self._deltas[-1], Keep) and not self._deltas[-1].marks:
            self._deltas.pop()
        return tuple(self._deltas)


class _Walk:
    """Goes through a change, any number of code points at a time."""

    def __init__(self, deltas: Iterable[Delta]) -> None:
        self._left = list(deltas)[::-1]
        self.inside = False
        """Whether the delta at hand was begun before."""

    @property
    def ended(self) -> bool:
        return not self._left

    @property
    def at_hand(self) -> Delta | None:
        return self._left[-1] if self._left else None

    @property
    def count(self) -> int | None:
        """Code points that are left of the delta at hand, None for any number of them behind the last."""
        delta = self.at_hand
        if delta is None:
            return None
        return len(delta.text) if isinstance(delta, Put) else delta.count

    def take(self, count: int) -> Delta:
        """So much of the delta at hand."""
        if not self._left:
            return Keep(count, {})
        delta = self._left.pop()
        whole = len(delta.text) if isinstance(delta, Put) else delta.count
        self.inside = count < whole
        if not self.inside:
            return delta
        if isinstance(delta, Put):
            self._left.append(Put(delta.text[count:], delta.marks))
            return Put(delta.text[:count], delta.marks)
        if isinstance(delta, Drop):
            self._left.append(Drop(whole - count))
            return Drop(count)
        self._left.append(Keep(whole - count, delta.marks))
        return Keep(count, delta.marks)


def _least(one: int | None, other: int | None) -> int:
    return min(count for count in (one, other) if count is not None)


def present(marks: LaidMarks) -> dict[str, MarkValue]:
    """Marks without those that are taken away."""
    return {key: value for key, value in marks.items() if value is not None}


def composed(first: Sequence[Delta], second: Sequence[Delta]) -> Deltas:
    """Two changes of a text, the second of what the first gives, as one."""
    if not first or not second:
        return tuple(first or second)
    made, earlier, later = _Made(), _Walk(first), _Walk(second)
    while not (earlier.ended and later.ended):
        if isinstance(earlier.at_hand, Drop):
            made.drop(earlier.at_hand.count)
            earlier.take(earlier.at_hand.count)
            continue
        if isinstance(later.at_hand, Put):
            made.put(later.at_hand.text, later.at_hand.marks)
            later.take(len(later.at_hand.text))
            continue
        count = _least(earlier.count, later.count)
        before, after = earlier.take(count), later.take(count)
        if isinstance(after, Drop):
            if isinstance(before, Keep):
                made.drop(count)
        elif isinstance(after, Keep):
            if isinstance(before, Put):
                made.put(before.text, present({**before.marks, **after.marks}) if after.marks else before.marks)
            elif isinstance(before, Keep):
                made.keep(count, {**before.marks, **after.marks})
    return made.done()


def inverse(before: Sequence[Delta], deltas: Sequence[Delta]) -> Deltas:
    """What takes a change back of the text that is ``before`` (all of it put)."""
    made, text = _Made(), _Walk(before)
    for delta in deltas:
        if isinstance(delta, Put):
            made.drop(len(delta.text))
            continue
        left = delta.count
        while left:
            count = min(left, text.count or left)
            left -= count
            there = text.take(count)
            marks = there.marks if isinstance(there, Put) else {}
            if isinstance(delta, Keep):
                back = {key: marks.get(key) for key, value in delta.marks.items()}
                made.keep(count, {key: value for key, value in back.items() if value != delta.marks[key]})
            elif isinstance(there, Put):
                made.put(there.text, there.marks)
    return made.done()


def carried_over(mine: Sequence[Delta], theirs: Sequence[Delta], laid: Laid) -> tuple[Deltas, Deltas]:
    """Two changes of one text: mine as it is to be done after theirs, and theirs as if it had been done after mine.

    ``mine`` takes a step back that has ``laid`` marks. A mark of theirs stays, unless it is one that the step has laid:
    then it is the step's, met on the way. So it is on words of theirs amid those whose mark is taken back.
    """
    if not mine or not theirs:
        return tuple(mine), tuple(theirs)
    my_made, their_made = _Made(), _Made()
    my_walk, their_walk = _Walk(mine), _Walk(theirs)
    while not (my_walk.ended and their_walk.ended):
        my, their = my_walk.at_hand, their_walk.at_hand
        if isinstance(my, Put):
            my_made.put(my.text, my.marks)
            their_made.keep(len(my.text), {})
            my_walk.take(len(my.text))
            continue
        if isinstance(their, Put):
            back: dict[str, MarkValue | None] = {}
            if isinstance(my, Keep) and my_walk.inside:
                back = {
                    key: my.marks[key]
                    for key, value in their.marks.items()
                    if key in my.marks and laid.holds(key, value)
                }
            my_made.keep(len(their.text), back)
            their_made.put(their.text, present({**their.marks, **back}) if back else their.marks)
            their_walk.take(len(their.text))
            continue
        count = _least(my_walk.count, their_walk.count)
        my, their = my_walk.take(count), their_walk.take(count)
        if isinstance(my, Drop):
            if isinstance(their, Keep):
                my_made.drop(count)
        elif isinstance(their, Drop):
            their_made.drop(count)
        elif isinstance(my, Keep) and isinstance(their, Keep):
            stay = {key for key, value in their.marks.items() if key in my.marks and not laid.holds(key, value)}
            gone = {key for key in my.marks if key in their.marks and key not in stay}
            my_made.keep(count, {key: value for key, value in my.marks.items() if key not in stay})
            their_made.keep(count, {key: value for key, value in their.marks.items() if key not in gone})
    return my_made.done(), their_made.done()


def places_after(start: int, end: int, deltas: Iterable[Delta]) -> list[tuple[int, int]]:
    """Where the characters ``start`` to ``end`` stand after a change, without what was put between them."""
    found: list[tuple[int, int]] = []
    before = after = 0

    def keep(count: int) -> None:
        first, last = max(start, before), min(end, before + count)
        if first < last:
            begin = after + first - before
            if found and found[-1][1] == begin:
                begin = found.pop()[0]
            found.append((begin, after + last - before))

    for delta in deltas:
        if isinstance(delta, Put):
            after += len(delta.text)
            continue
        if isinstance(delta, Keep):
            keep(delta.count)
            after += delta.count
        before += delta.count
    keep(max(0, end - before))
    return found
