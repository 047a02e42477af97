"""Undo and redo of one's own steps, never of anybody else's.

A step holds its inverse: for every text that it changed the change that takes this back, for every value of a section,
row, cell or comment the value before. What is done to words without being a step (what arrived from elsewhere, what the
replica set right) is kept with the last step that changed the same text, and carried over that step's inverse when it
is taken back, down to the step before. A value that somebody else has written since stays.

The parts of a step that can be taken back each by itself are kept apart, so that a large step goes back in turns.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace

from loro import ContainerID

from pactoria_desktop.contract.text import MarkValue
from pactoria_desktop.replica.changes import Delta, Keep
from pactoria_desktop.replica.deltas import Deltas, carried_over, composed

_MOST_STEPS = 100_000
_UNSEEN = -1

Written = tuple[str, str]
"""A value that can be taken back: the container that holds it, by name, and its key there."""


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

    def add_all(self, deltas: Iterable[Delta]) -> None:
        """Remember the values that a change lays on words that were there."""
        for delta in deltas:
            if isinstance(delta, Keep):
                for key, value in delta.marks.items():
                    self.add(key, value)

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


@dataclass(slots=True)
class Words:
    """What takes back a step in one text, the values that the step laid, and what was done there ``since``."""

    target: ContainerID
    inverse: Deltas
    laid: LaidValues
    since: Deltas = ()


@dataclass(frozen=True, slots=True)
class Value:
    """A value before a step (None where there was none), and when the step was made."""

    target: ContainerID
    before: object
    made: int = 0


@dataclass(slots=True)
class Part:
    """What must be taken back at once: texts and values by name."""

    texts: dict[str, Words] = field(default_factory=dict)
    values: dict[Written, Value] = field(default_factory=dict)

    @property
    def empty(self) -> bool:
        """Whether there is nothing to take back."""
        return not self.texts and not self.values


@dataclass(slots=True)
class Step:
    """One step in parts, in the order in which they were done.

    ``began`` counts the disturbances (see ``UndoSteps``) that there had been when it was made.
    """

    parts: list[Part] = field(default_factory=list)
    began: int = _UNSEEN

    def words(self, text: str) -> Words | None:
        """What takes this step back in a text, None where it changed nothing there."""
        for part in self.parts:
            found = part.texts.get(text)
            if found is not None:
                return found
        return None


class UndoSteps:
    """The steps of this opening. Every commit is a step unless a group is open.

    A disturbance is whatever was done to words without being a step. Where there was none since a step, taking it back
    gives the text before it exactly.
    """

    def __init__(self) -> None:
        self._undo: list[Step] = []
        self._redo: list[Step] = []
        self._depth = 0
        self._disturbances = 0
        self._moment = 0
        self._written: dict[Written, int] = {}

    @property
    def can_undo(self) -> bool:
        """Whether there is a step to undo."""
        return any(step.parts for step in reversed(self._undo))

    @property
    def can_redo(self) -> bool:
        """Whether there is a step to redo."""
        return any(step.parts for step in reversed(self._redo))

    def stack(self, redo: bool) -> list[Step]:
        """The steps to redo or to undo, the next one last."""
        return self._redo if redo else self._undo

    def committed(self, own: Sequence[Part]) -> None:
        """A command has done something here: the parts that take it back."""
        own = [part for part in own if not part.empty]
        if not own:
            return
        self._redo.clear()
        if not self._depth:
            self._undo.append(Step())
        if self._undo[-1].began == _UNSEEN:
            self._undo[-1].began = self._disturbances
        self.note(self._undo, own)
        if len(self._undo) > _MOST_STEPS:
            del self._undo[0]

    def note(self, stack: list[Step], own: Sequence[Part]) -> None:
        """Take more into the last step of a stack."""
        step = stack[-1]
        for part in own:
            if part.empty:
                continue
            met = [one for one in step.parts if _meet(one, part)]
            now = {name: replace(value, made=self._moment) for name, value in part.values.items()}
            whole = Part()
            for one in [*met, Part(part.texts, now)]:
                self._join(whole, one, stack[:-1])
            step.parts = [one for one in step.parts if not any(one is each for each in met)]
            step.parts.append(whole)

    def _join(self, whole: Part, part: Part, below: Sequence[Step]) -> None:
        """Take a part that was done after what ``whole`` holds into it."""
        for text, words in part.texts.items():
            known = whole.texts.get(text)
            if known is None:
                whole.texts[text] = words
                continue
            self._settle(text, known, below)
            laid = known.laid
            laid.join(words.laid)
            whole.texts[text] = Words(words.target, composed(words.inverse, known.inverse), laid, words.since)
        for name, value in part.values.items():
            before = whole.values.get(name)
            if before is None or self._is_foreign(name, before):
                whole.values[name] = value

    def _settle(self, text: str, words: Words, below: Sequence[Step]) -> None:
        """Carry what was done since over an inverse, and what is left of it down to the steps below."""
        if words.since:
            words.inverse, rest = carried_over(words.inverse, words.since, words.laid)
            words.since = ()
            _receive(below, text, rest)

    def _is_foreign(self, name: Written, value: Value) -> bool:
        """Whether somebody else has written a value since."""
        return self._written.get(name, _UNSEEN) > value.made

    def happened(self, texts: Iterable[tuple[str, Deltas]], written: Iterable[Written]) -> None:
        """Something was done that is no step of one's own."""
        self._moment += 1
        for text, deltas in texts:
            _receive(self._undo, text, deltas)
            _receive(self._redo, text, deltas)
        for name in written:
            self._written[name] = self._moment

    def disturbed(self) -> None:
        """What happened may have changed what a step gives back."""
        self._disturbances += 1

    def is_exact(self, step: Step) -> bool:
        """Whether taking a step back now gives the text that was before it: nothing has disturbed it since."""
        return step.began == self._disturbances

    @contextmanager
    def group(self) -> Iterator[None]:
        """Everything committed inside is one step; groups inside it belong to it."""
        if self._depth == 0:
            self._undo.append(Step())
        self._depth += 1
        try:
            yield
        finally:
            self._depth -= 1
            if self._depth == 0 and self._undo and not self._undo[-1].parts:
                self._undo.pop()

    def begin(self, redo: bool) -> Step | None:
        """The step to take back next; None where there is none or a group is open.

        A step that takes it in is put on the other stack.
        """
        stack = self.stack(redo)
        if self._depth or not stack:
            return None
        opposite = Step(began=self._disturbances if self.is_exact(stack[-1]) else _UNSEEN)
        self.stack(not redo).append(opposite)
        return stack[-1]

    def next_part(self, redo: bool) -> Part | None:
        """What of the last step is to be done now, carried over what was done since; None when all is."""
        stack = self.stack(redo)
        if not stack or not stack[-1].parts:
            return None
        part = stack[-1].parts.pop()
        for text, words in part.texts.items():
            self._settle(text, words, stack[:-1])
        part.values = {name: value for name, value in part.values.items() if not self._is_foreign(name, value)}
        return part

    def end(self, redo: bool) -> None:
        """The step was taken back, or what was to be of it."""
        for stack in (self._undo, self._redo):
            if stack and not stack[-1].parts:
                stack.pop()

    def clear(self) -> None:
        """Forget every step."""
        self._undo.clear()
        self._redo.clear()
        if self._depth:
            self._undo.append(Step())


def _meet(one: Part, other: Part) -> bool:
    """Whether two parts speak of one text or one value."""
    return not (one.texts.keys().isdisjoint(other.texts) and one.values.keys().isdisjoint(other.values))


def _receive(steps: Sequence[Step], text: str, deltas: Deltas) -> None:
    """Keep what was done to a text with the last step that changed it."""
    if not deltas:
        return
    for step in reversed(steps):
        words = step.words(text)
        if words is not None:
            words.since = composed(words.since, deltas)
            return


def parts_of(texts: Mapping[str, Words], values: Mapping[Written, Value], together: bool) -> list[Part]:
    """The parts of one commit: one, or one for each text where they do not hang ``together``."""
    if together or values:
        return [Part(dict(texts), dict(values))]
    return [Part({text: words}) for text, words in texts.items()]
