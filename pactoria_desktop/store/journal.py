"""Keys reach the disk at most two seconds behind: updates wait in memory and go in groups, one commit for all."""

import threading
from collections.abc import Callable, Sequence
from typing import Generic, TypeVar

INTERVAL_SECONDS = 1.0

Entry = TypeVar("Entry")


class JournalWriter(Generic[Entry]):
    """Takes updates on the interface's lane, writes them on the writer's. It has no timer: ask ``due`` and ``flush``.

    Whoever asks at least every half second keeps the promise of two seconds, with time left for the write itself.
    """

    def __init__(
        self,
        write: Callable[[Sequence[Entry]], None],
        monotonic: Callable[[], float],
        *,
        interval: float = INTERVAL_SECONDS,
    ) -> None:
        """``write`` keeps a group whole or raises; ``interval`` is how long, in seconds, an update may wait."""
        self._write = write
        self._monotonic = monotonic
        self._interval = interval
        self._pending: list[Entry] = []
        self._since: float | None = None
        self._lock = threading.Lock()
        self._flushing = threading.Lock()

    def add(self, update: Entry) -> None:
        """Take an update; costs no more than a list's append."""
        with self._lock:
            self._pending.append(update)
            if self._since is None:
                self._since = self._monotonic()

    @property
    def pending(self) -> int:
        """How many updates are not on the disk yet."""
        with self._lock:
            return len(self._pending)

    def due(self) -> bool:
        """Whether an update has waited long enough to be written now."""
        with self._lock:
            return self._since is not None and self._monotonic() - self._since >= self._interval

    def flush(self) -> int:
        """Write what waits, as one group; gives how many updates that were.

        When ``write`` raises, so does this, and nothing is lost: the updates stay in order and are due again after
        the interval.
        """
        with self._flushing:
            with self._lock:
                group = tuple(self._pending)
                self._since = None
            if not group:
                return 0
            try:
                self._write(group)
            except BaseException:
                with self._lock:
                    self._since = self._monotonic()
                raise
            with self._lock:
                del self._pending[: len(group)]
                if self._pending and self._since is None:
                    self._since = self._monotonic()
            return len(group)
