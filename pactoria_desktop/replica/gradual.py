"""Deeds on many places, text by text: after each text the caller may commit, tell and let others have a turn."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from itertools import groupby

from pactoria_desktop.replica import erasing
from pactoria_desktop.replica.aiming import Aim, aims_at, met, met_whole
from pactoria_desktop.replica.changes import Stretch
from pactoria_desktop.replica.formatting import format_characters
from pactoria_desktop.replica.living import LivingText, Part
from pactoria_desktop.replica.resolving import Selection, resolve_gradually


def _by_text(living: LivingText, stretches: Sequence[Stretch]) -> Iterator[list[Aim]]:
    """The stretches of each text in turn, the last first: what goes of a text may take the next one's beginning."""
    for _, group in groupby(reversed(aims_at(living.parts(stretches))), key=lambda each: each.slot):
        yield list(group)


def _stretch(part: Part) -> Stretch:
    return Stretch(part.slot.id, part.start, part.end)


def replace_gradually(living: LivingText, stretches: Sequence[Stretch], text: str) -> Iterator[int]:
    """Put text in the place of each stretch; gives how many are done. What has become another meanwhile stays."""
    done = 0
    for group in _by_text(living, stretches):
        for aim in group:
            part = met_whole(living, aim)
            if part is not None:
                erasing.replace(living, [_stretch(part)], text)
        done += len(group)
        yield done


def replace_each(living: LivingText, stretches: Sequence[Stretch], text: str) -> int:
    """The same in one go; gives how many there were."""
    return max(replace_gradually(living, stretches, text), default=0)


def format_gradually(living: LivingText, stretches: Sequence[Stretch], key: str, value: bool | None) -> Iterator[int]:
    """Give the characters of stretches a look; gives how many stretches are done."""
    done = 0
    id: str | None = None
    for group in _by_text(living, stretches):
        here = [_stretch(part) for aim in group for part in reversed(met(living, aim))]
        id = format_characters(living, here, key, value, id)
        done += len(group)
        yield done


class Gradually:
    """The large deeds of a replica. Each gives an iterator: one turn does one text and gives how many are done.

    Whoever stops early leaves a part done, which is one step of undo like the whole.
    """

    def __init__(
        self,
        living: LivingText,
        command: Callable[[], AbstractContextManager[None]],
        group: Callable[[], AbstractContextManager[None]],
    ) -> None:
        """``command`` commits and tells at its end; ``group`` makes one step of undo of what happens inside."""
        self._living = living
        self._command = command
        self._group = group

    def accept(self, selection: Selection) -> Iterator[int]:
        """Accept tracked changes; gives how many revisions have been met until then."""
        return self._run(resolve_gradually(self._living, selection, True))

    def reject(self, selection: Selection) -> Iterator[int]:
        """Reject tracked changes; gives how many revisions have been met until then."""
        return self._run(resolve_gradually(self._living, selection, False))

    def format(self, stretches: Sequence[Stretch], key: str, value: bool | None) -> Iterator[int]:
        """Give characters a look; gives how many stretches are done."""
        return self._run(format_gradually(self._living, stretches, key, value))

    def replace(self, stretches: Sequence[Stretch], text: str) -> Iterator[int]:
        """Put text in the place of each stretch; gives how many stretches are done."""
        return self._run(replace_gradually(self._living, stretches, text))

    def delete(self, stretches: Sequence[Stretch]) -> Iterator[int]:
        """Delete, or strike when suggesting; gives how many texts and rows of tables are done."""
        return self._run(erasing.delete_gradually(self._living, stretches))

    def _run(self, deed: Iterator[int]) -> Iterator[int]:
        with self._group(), self._living.watching():
            while True:
                with self._command():
                    done = next(deed, None)
                if done is None:
                    return
                yield done
