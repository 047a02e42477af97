"""Undo and redo of one's own steps, never of anybody else's.

Loro closes a running group of steps whenever something arrives from elsewhere or is written without undo. So the
groups are kept here: a step is a number of Loro's steps, which are undone together.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from loro import LoroDoc, UndoManager

from pactoria_desktop.replica.loro_text import SYSTEM_ORIGIN

_MOST_STEPS = 100_000


class UndoSteps:
    """The steps of this opening. Every commit is a step unless a group is open."""

    def __init__(self, document: LoroDoc) -> None:
        self._manager = UndoManager(document)
        self._manager.set_max_undo_steps(_MOST_STEPS)
        self._manager.set_merge_interval(0)
        self._manager.add_exclude_origin_prefix(SYSTEM_ORIGIN)
        self._undo: list[int] = []
        self._redo: list[int] = []
        self._seen = 0
        self._depth = 0
        self._group = 0

    @property
    def can_undo(self) -> bool:
        """Whether there is a step to undo."""
        return bool(self._undo) or self._group > 0

    @property
    def can_redo(self) -> bool:
        """Whether there is a step to redo."""
        return bool(self._redo)

    def committed(self) -> None:
        """Something was committed here or arrived from elsewhere."""
        count = self._manager.undo_count()
        new = count - self._seen
        self._seen = count
        if self._depth:
            self._reopen()
            self._group = self._group + new
        elif new > 0:
            self._undo.append(new)
        if new > 0:
            self._redo.clear()

    def _reopen(self) -> None:
        self._manager.group_end()
        self._manager.group_start()

    @contextmanager
    def group(self) -> Iterator[None]:
        """Everything committed inside is one step; groups inside it belong to it."""
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
                self._group += count - self._seen
                self._seen = count
                if self._group > 0:
                    self._undo.append(self._group)
                self._group = 0

    def undo(self) -> bool:
        """Undo the last step; gives whether there was one."""
        return self._take_back(self._undo, self._redo, self._manager.undo)

    def redo(self) -> bool:
        """Redo the last undone step; gives whether there was one."""
        return self._take_back(self._redo, self._undo, self._manager.redo)

    def _take_back(self, source: list[int], target: list[int], act: Callable[[], bool]) -> bool:
        if not source or self._depth:
            return False
        count = source.pop()
        done = 0
        for _ in range(count):
            if not act():
                break
            done += 1
        if done:
            target.append(done)
        self._seen = self._manager.undo_count()
        return done > 0

    def clear(self) -> None:
        """Forget every step."""
        self._manager.clear()
        self._undo.clear()
        self._redo.clear()
        self._seen = 0
        self._group = 0
