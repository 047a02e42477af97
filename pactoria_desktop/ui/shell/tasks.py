"""Background work brought to Qt: results arrive on the interface's lane and are dropped when their owner is gone."""

from collections.abc import Callable
from typing import Any, TypeVar

from PySide6.QtCore import QObject, Qt, QTimer, Signal
from shiboken6 import isValid

from pactoria_desktop.runtime.work import Job, Lane, State, Task, Work

Result = TypeVar("Result")
PAUSE = 40


class Postbox(QObject):
    """Runs calls, posted from any thread, on the thread it was made in, in their order."""

    _posted = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self._open = True
        self._posted.connect(self._run, Qt.ConnectionType.QueuedConnection)

    def post(self, call: Callable[[], None]) -> None:
        """Queue a call; after ``close`` it is dropped."""
        if self._open:
            self._posted.emit(call)

    def close(self) -> None:
        """Drop what is still to come."""
        self._open = False

    def _run(self, call: Callable[[], None]) -> None:
        if self._open:
            call()


class BackgroundTasks(QObject):
    """The program's background work as the interface sees it.

    ``jobs_changed`` is emitted when jobs start, move on or end, at most every 40 ms; ``failed`` carries the label and
    error of a job for
    whose error nobody asked.
    """

    jobs_changed = Signal()
    failed = Signal(str, object)

    def __init__(self, make_work: Callable[..., Work] = Work) -> None:
        """``make_work`` is given ``unhandled`` and ``deliver``."""
        super().__init__()
        self._postbox = Postbox()
        self._work = make_work(unhandled=self._on_unhandled, deliver=self._postbox.post)
        self._stop_listening = self._work.listen(self._on_job)
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(PAUSE)
        self._pause.timeout.connect(self.jobs_changed)

    @property
    def work(self) -> Work:
        """The lanes themselves, for services that start their own jobs."""
        return self._work

    def start(
        self,
        owner: QObject,
        lane: Lane,
        label: str,
        function: Callable[[Task], Result],
        *,
        on_result: Callable[[Result], None] | None = None,
        on_error: Callable[[Exception], None] | None = None,
        on_cancelled: Callable[[], None] | None = None,
    ) -> Job[Result]:
        """Run ``function`` on a lane. Callbacks come on this lane, and only while ``owner`` lives; a job outlives its
        owner."""
        return self._work.submit(
            lane,
            label,
            function,
            on_result=_while_alive(owner, on_result),
            on_error=_while_alive(owner, on_error),
            on_cancelled=None if on_cancelled is None else lambda: on_cancelled() if isValid(owner) else None,
        )

    def jobs(self) -> tuple[Job[object], ...]:
        """Jobs that wait or run, oldest first."""
        return self._work.jobs()

    def close(self) -> None:
        """Finish what writes, cancel what computes, and hear no more."""
        self._stop_listening()
        self._work.close()
        self._pause.stop()
        self._postbox.close()

    def _on_job(self, job: Job[object]) -> None:
        if not self._pause.isActive():
            self._pause.start()

    def _on_unhandled(self, label: str, error: BaseException) -> None:
        self._postbox.post(lambda: self.failed.emit(label, error))


def _while_alive(owner: QObject, receive: Callable[[Any], None] | None) -> Callable[[Any], None] | None:
    """The callback, silent once its owner has been destroyed."""
    if receive is None:
        return None

    def guarded(value: Any) -> None:
        if isValid(owner):
            receive(value)

    return guarded


__all__ = ["BackgroundTasks", "Job", "Lane", "Postbox", "State", "Task"]
