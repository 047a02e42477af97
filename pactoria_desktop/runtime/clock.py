"""Time as a parameter: whoever needs the hour is given a clock."""

import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Protocol


class Clock(Protocol):
    """Tells the instant and a monotonic count of seconds."""

    def now(self) -> datetime:
        """The present instant, in UTC, with its zone."""
        ...

    def monotonic(self) -> float:
        """Seconds that never run backwards; only differences mean anything."""
        ...


@dataclass(frozen=True, slots=True)
class SystemClock:
    """The clock of this machine."""

    def now(self) -> datetime:
        """The present instant in UTC."""
        return datetime.now(UTC)

    def monotonic(self) -> float:
        """Seconds of the machine's monotonic clock."""
        return time.monotonic()


class ManualClock:
    """A clock that stands still until it is moved: for rehearsals and tests."""

    def __init__(self, start: datetime) -> None:
        """Stand at ``start``, an instant with a zone. Raises ValueError without one."""
        if start.tzinfo is None:
            raise ValueError("An instant needs its zone.")
        self._start = start.astimezone(UTC)
        self._passed = 0.0

    def now(self) -> datetime:
        """The instant that the clock was moved to, in UTC."""
        return self._start + timedelta(seconds=self._passed)

    def monotonic(self) -> float:
        """Seconds passed since the start."""
        return self._passed

    def advance(self, seconds: float) -> None:
        """Move on by ``seconds``. Raises ValueError for a negative count."""
        if seconds < 0:
            raise ValueError("A clock does not run backwards.")
        self._passed += seconds


def to_milliseconds(instant: datetime) -> int:
    """Milliseconds since 1970-01-01 UTC. Raises ValueError for an instant without a zone."""
    if instant.tzinfo is None:
        raise ValueError("An instant needs its zone.")
    return (instant - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(milliseconds=1)


def from_milliseconds(milliseconds: int) -> datetime:
    """The instant in UTC, from milliseconds since 1970-01-01."""
    return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=milliseconds)
