"""Undo and redo of one's own steps, never of anybody else's.

Loro closes a running group of steps whenever something arrives from elsewhere or is written without undo. So the
groups are kept here: a step is a number of Loro's steps, which are undone together.

Loro's undo also lays back every mark that a character had when the step was made, whoever has changed it since, and
lays marks on characters that others have put in between (measured, loro 1.17). So a step remembers which values it
laid, and after an undo every mark that does not take back one of those is set as it was.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

from loro import LoroDoc, LoroText, UndoManager

from pactoria_desktop.contract.text import Marks, MarkValue
from pactoria_desktop.replica.changes import Delta, Drop, Keep, Put
from pactoria_desktop.replica.loro_text import SYSTEM_ORIGIN, guarded

_MOST_STEPS = 100_000
_STUCK = "This step could not be taken back. No words were lost; the steps before it can no longer be undone."


class LaidValues:
    """Which values of marks were laid (None for taken away), by key."""

    def __init__(self) -> None:
        self._plain: set[tuple[str, type, bool | int | str | None]] = set()
        self._nested: dict[str, list[MarkValue]] = {}

    def add(self, key: str, value: MarkValue | None) -> None:
        """Remember a value."""
        if not isinstance(value, dict | list):
            self._plain.add((key, type(value), value))
            return
        known = self._nested.setdefault(key, [])
        if value not in known:
            known.append(value)

    def holds(self, key: str, value: MarkValue | None) -> bool:
        """Whether a value was laid."""
        if not isinstance(value, dict | list):
            return (key, type(value), value) in self._plain
        return value in self._nested.get(key, ())

    def join(self, other: "LaidValues") -> None:
        """Take in what others hold."""
        self._plain |= other._plain
        for key, values in other._nested.items():
            for value in values:
                self.add(key, value)


_UNSEEN = -1


@dataclass(slots=True)
class Step:
    """One step: how many of Loro's it is, which texts it touched, and which mark values it laid.

    ``began`` counts the disturbances (see ``UndoSteps``) that there had been when it was made.
    """

    count: int = 0
    texts: set[str] = field(default_factory=set)
    laid: LaidValues = field(default_factory=LaidValues)
    began: int = _UNSEEN

    def note(self, text: str, deltas: Iterable[Delta]) -> None:
        """Remember what was done to a text."""
        self.texts.add(text)
        for delta in deltas:
            if isinstance(delta, Keep):
                for key, value in delta.marks.items():
                    self.laid.add(key, value)

    def join(self, other: "Step") -> None:
        """Take in what was done after this, as part of the same step."""
        self.count += other.count
        self.texts |= other.texts
        self.laid.join(other.laid)
        if self.began == _UNSEEN:
            self.began = other.began


class UndoSteps:
    """The steps of this opening. Every commit is a step unless a group is open.

    A disturbance is whatever was done to words without being a step: what arrived from elsewhere, and what the
    replica set right. Where there was none since a step, taking it back gives the text before it exactly.
    """

    def __init__(self, document: LoroDoc) -> None:
        self._manager = UndoManager(document)
        self._manager.set_max_undo_steps(_MOST_STEPS)
        self._manager.set_merge_interval(0)
        self._manager.add_exclude_origin_prefix(SYSTEM_ORIGIN)
        self._undo: list[Step] = []
        self._redo: list[Step] = []
        self._seen = 0
        self._depth = 0
        self._disturbances = 0
        self._group = Step()

    @property
    def can_undo(self) -> bool:
        """Whether there is a step to undo."""
        return bool(self._undo) or self._group.count > 0

    @property
    def can_redo(self) -> bool:
        """Whether there is a step to redo."""
        return bool(self._redo)

    def committed(self, step: Step | None = None) -> None:
        """Something was committed here: ``step`` (its count left open), or what belongs to no step."""
        count = self._manager.undo_count()
        done = Step()
        if step is not None:
            done = step
            done.began = self._disturbances
        done.count = count - self._seen
        self._seen = count
        if done.count > 0:
            self._redo.clear()
        if self._depth:
            self._group.join(done)
            if step is None:
                self._manager.group_end()
                self._manager.group_start()
        elif done.count > 0:
            self._undo.append(done)

    def disturbed(self) -> None:
        """Something arrived, or was set right by the replica itself."""
        self._disturbances += 1
        self.committed()

    def is_exact(self, step: Step) -> bool:
        """Whether taking a step back now gives the text that was before it: nothing has disturbed it since."""
        return step.began == self._disturbances

    @contextmanager
    def group(self) -> Iterator[None]:
        """Everything committed inside is one step; groups inside it belong to it.

        It stays one step of Loro's too, as far as nothing arrives meanwhile: taking back a hundred of those costs
        seconds, because each one is measured against all that came after it.
        """
        if self._depth == 0:
            self._manager.group_start()
        self._depth += 1
        try:
            yield
        finally:
            self._depth -= 1
            if self._depth == 0:
                self._manager.group_end()
                count = self._manager.undo_count()
                self._group.count += count - self._seen
                self._seen = count
                if self._group.count > 0:
                    self._undo.append(self._group)
                self._group = Step()

    def next_undo(self) -> Step | None:
        """The step that ``undo`` would take back; None where there is none or a group is open."""
        return self._undo[-1] if self._undo and not self._depth else None

    def next_redo(self) -> Step | None:
        """The step that ``redo`` would do again; None where there is none or a group is open."""
        return self._redo[-1] if self._redo and not self._depth else None

    def undo(self, opposite: Step) -> bool:
        """Undo the last step; ``opposite`` becomes the step to redo. Gives whether anything was undone."""
        return self._take_back(self._undo, self._redo, self._manager.undo, opposite)

    def redo(self, opposite: Step) -> bool:
        """Redo the last undone step; ``opposite`` becomes the step to undo. Gives whether anything was done."""
        return self._take_back(self._redo, self._undo, self._manager.redo, opposite)

    def _take_back(self, source: list[Step], target: list[Step], act: Callable[[], bool], opposite: Step) -> bool:
        step = source.pop()
        if self.is_exact(step):
            opposite.began = self._disturbances
        done = 0
        while done < step.count and guarded(act, _STUCK):
            done += 1
        if done:
            opposite.count = done
            target.append(opposite)
        self._seen = self._manager.undo_count()
        return done > 0

    def clear(self) -> None:
        """Forget every step."""
        self._manager.clear()
        self._undo.clear()
        self._redo.clear()
        self._seen = 0
        self._group = Step()


@dataclass(slots=True)
class _Piece:
    """Characters of a text as they were before an undo (None for new ones) and the marks that it laid on them."""

    length: int
    before: Marks | None
    laid: dict[str, MarkValue | None]


class MarkKeeper:
    """Knows the marks of a text before an undo, follows it, and says what must be set as it was."""

    def __init__(self, spans: Sequence[tuple[str, Marks]]) -> None:
        """Begin with the text as it is before the undo."""
        self._pieces = [_Piece(len(text), marks, {}) for text, marks in spans]

    def follow(self, deltas: Iterable[Delta]) -> None:
        """Something was done to the text."""
        source = list(reversed(self._pieces))
        result: list[_Piece] = []
        for delta in deltas:
            if isinstance(delta, Put):
                result.append(_Piece(len(delta.text), None, {}))
                continue
            left = delta.count
            while left > 0 and source:
                piece = source.pop()
                if piece.length > left:
                    source.append(_Piece(piece.length - left, piece.before, dict(piece.laid)))
                    piece = _Piece(left, piece.before, dict(piece.laid))
                left -= piece.length
                if isinstance(delta, Drop):
                    continue
                piece.laid.update(delta.marks)
                result.append(piece)
        self._pieces = result + source[::-1]

    def restore(self, text: LoroText, laid: LaidValues) -> bool:
        """Set as they were what the undone step, which laid these values, had not laid; whether there was any."""
        changed = False
        at = 0
        for piece in self._pieces:
            if piece.before is not None:
                for key, value in piece.laid.items():
                    before = piece.before.get(key)
                    if before == value or laid.holds(key, before):
                        continue
                    changed = True
                    if before is None:
                        text.unmark(at, at + piece.length, key)
                    else:
                        text.mark(at, at + piece.length, key, before)
            at += piece.length
        return changed
