"""Large deeds on the page in turns: a little, then the event loop, then more, so that the window never stands still."""

from collections import deque
from collections.abc import Callable, Iterator
from time import thread_time

from PySide6.QtCore import QObject, QTimer, Signal

FIRST_TURN_SECONDS = 0.03
TURN_SECONDS = 0.03

Deed = Callable[[], Iterator[object]]
Finished = Callable[[], None]


class Turns(QObject):
    """Runs deeds one after another. ``busy_changed`` tells when the page begins and ends to wait for one.

    Short deeds are done when ``run`` returns. While a longer one goes on, keys are kept (``later``) and pressed after
    it, so that nothing typed is lost and nothing is typed into a text that is half done.
    """

    busy_changed = Signal(bool)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._running: Iterator[object] | None = None
        self._finished: Finished | None = None
        self._waiting: deque[tuple[Deed, Finished | None]] = deque()
        self._kept: list[Callable[[], None]] = []
        self._told = False
        self._timer = QTimer(self)
        self._timer.setInterval(0)
        self._timer.timeout.connect(lambda: self._turn(TURN_SECONDS))

    @property
    def busy(self) -> bool:
        """Whether a deed is under way."""
        return self._running is not None

    def run(self, deed: Deed, finished: Finished | None = None, *, at_once: bool = True) -> None:
        """Begin a deed, or put it behind those that are under way; ``finished`` is called when it is done.

        Where a first turn was taken already, it is not ``at_once`` that the second one follows.
        """
        self._waiting.append((deed, finished))
        if self._running is None:
            self._next()
            self._turn(FIRST_TURN_SECONDS if at_once else None)

    def later(self, deed: Callable[[], None]) -> bool:
        """Keep something until nothing is under way; False when nothing is, and it may be done at once."""
        if self._running is None:
            return False
        self._kept.append(deed)
        return True

    def finish(self) -> None:
        """Do all that is left now, for whoever needs it done."""
        while self._running is not None:
            self._turn(10.0)

    def _next(self) -> None:
        deed, self._finished = self._waiting.popleft()
        self._running = iter(deed())

    def _turn(self, seconds: float | None) -> None:
        until = thread_time() + (seconds or 0)
        while self._running is not None and seconds is not None:
            if next(self._running, self) is self:
                self._done()
            if thread_time() >= until:
                break
        if (self._running is not None) != self._told:
            self._told = not self._told
            self.busy_changed.emit(self._told)
        if self._running is None:
            self._timer.stop()
        elif not self._timer.isActive():
            self._timer.start()

    def _done(self) -> None:
        self._running = None
        finished, self._finished = self._finished, None
        if finished is not None:
            finished()
        kept, self._kept = self._kept, []
        for place, deed in enumerate(kept):
            deed()
            if self._running is not None:
                self._kept = [*kept[place + 1 :], *self._kept]
                return
        if self._running is None and self._waiting:
            self._next()
