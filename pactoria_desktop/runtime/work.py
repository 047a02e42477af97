"""Work in the background without Qt: one lane that writes, a small pool that computes, one that waits for the network.

A job has a label, progress, a cancel and callbacks. Callbacks are handed to ``deliver``, which the caller may point at
its own thread (the interface posts them to its event loop); without it they run on the lane's thread.
"""

import queue
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from enum import Enum
from typing import Generic, TypeVar

Result = TypeVar("Result")
Deliver = Callable[[Callable[[], None]], None]


NETWORK_THREADS = 4
PATIENCE = 2.0
"""Seconds that closing waits for requests under way; what they were to bring is asked for again another time."""


class JobCancelled(Exception):  # noqa: N818 - an outcome, not an error
    """Raised inside a job at the first check after it was cancelled."""


class JobBroken(Exception):  # noqa: N818 - stands for its cause, which is no exception of Python's
    """A job ended by something beyond exceptions, such as a library's panic; ``__cause__`` is what it was."""


class Lane(Enum):
    """Where a job runs: writes one after the other, computations beside each other; what waits for the network holds
    up neither."""

    WRITE = "write"
    COMPUTE = "compute"
    NETWORK = "network"


class State(Enum):
    """How far a job is."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class Progress:
    """``fraction`` from 0 to 1, None while unknown; ``note`` says what is being done."""

    fraction: float | None = None
    note: str = ""


class Task:
    """What a job's function holds: its cancel token and the place to report progress."""

    def __init__(self, report: Callable[[Progress], None]) -> None:
        """``report`` is called with each progress, on the lane's thread."""
        self._report = report
        self._cancelled = threading.Event()
        self._on_cancel: list[Callable[[], None]] = []
        self._lock = threading.Lock()

    @property
    def cancelled(self) -> bool:
        """Whether the job was asked to stop."""
        return self._cancelled.is_set()

    def check(self) -> None:
        """Raises JobCancelled once the job was asked to stop."""
        if self._cancelled.is_set():
            raise JobCancelled

    def progress(self, fraction: float | None, note: str = "") -> None:
        """Report progress; raises JobCancelled once the job was asked to stop."""
        self.check()
        self._report(Progress(None if fraction is None else min(1.0, max(0.0, fraction)), note))

    def when_cancelled(self, stop: Callable[[], None]) -> None:
        """Call ``stop`` at the cancel, on the cancelling thread; at once if that has been. Must return quickly."""
        with self._lock:
            if not self._cancelled.is_set():
                self._on_cancel.append(stop)
                return
        stop()

    def cancel(self) -> None:
        """Ask the job to stop."""
        with self._lock:
            already = self._cancelled.is_set()
            self._cancelled.set()
            stops = [] if already else list(self._on_cancel)
        for stop in stops:
            stop()


class Job(Generic[Result]):
    """One piece of background work, from its submission to its outcome."""

    def __init__(self, label: str, lane: Lane, changed: Callable[["Job[Result]"], None]) -> None:
        """Made by ``Work``; ``changed`` hears of each new state and progress."""
        self.label = label
        self.lane = lane
        self.state = State.WAITING
        self.latest = Progress()
        self._changed = changed
        self.task = Task(self._progressed)
        self.finished = threading.Event()

    def cancel(self) -> None:
        """Ask the job to stop; it ends as cancelled at its next check, or never starts."""
        self.task.cancel()

    def _progressed(self, progress: Progress) -> None:
        self.latest = progress
        self._changed(self)

    def move_to(self, state: State) -> None:
        """Take on a state and tell of it."""
        self.state = state
        self._changed(self)


class WaitingThreads:
    """Threads for what waits, made when they are wanted. They end with the program: nothing waits for their answers."""

    def __init__(self, most: int, name: str) -> None:
        """At most ``most`` threads."""
        self._most, self._name = most, name
        self._calls: queue.SimpleQueue[Callable[[], None] | None] = queue.SimpleQueue()
        self._threads: list[threading.Thread] = []
        self._lock = threading.Lock()
        self._under_way = 0

    def submit(self, call: Callable[[], None]) -> None:
        """Run ``call`` on one of the threads, as soon as one is free. It must not raise."""
        with self._lock:
            self._under_way += 1
            if self._under_way > len(self._threads) and len(self._threads) < self._most:
                number = len(self._threads) + 1
                thread = threading.Thread(target=self._serve, name=f"{self._name}-{number}", daemon=True)
                self._threads.append(thread)
                thread.start()
        self._calls.put(call)

    def shutdown(self, seconds: float) -> bool:
        """Let the threads end; gives whether all did within the time."""
        for _ in self._threads:
            self._calls.put(None)
        until = time.monotonic() + seconds
        for thread in self._threads:
            thread.join(max(0.0, until - time.monotonic()))
        return not any(thread.is_alive() for thread in self._threads)

    def _serve(self) -> None:
        while (call := self._calls.get()) is not None:
            try:
                call()
            finally:
                with self._lock:
                    self._under_way -= 1


class Work:
    """The lanes. Close it at the end: what is being written finishes, what only computes or waits is cancelled."""

    def __init__(
        self,
        *,
        unhandled: Callable[[str, BaseException], None],
        deliver: Deliver | None = None,
        computing_threads: int = 2,
    ) -> None:
        """``unhandled`` gets the label and error of a job that has no ``on_error``, and of a failing callback."""
        self._unhandled = unhandled
        self._deliver: Deliver = deliver or (lambda call: call())
        self._lanes = {
            Lane.WRITE: ThreadPoolExecutor(max_workers=1, thread_name_prefix="pactoria-write"),
            Lane.COMPUTE: ThreadPoolExecutor(max_workers=computing_threads, thread_name_prefix="pactoria-compute"),
        }
        self._network = WaitingThreads(NETWORK_THREADS, "pactoria-network")
        self._lock = threading.Lock()
        self._jobs: list[Job[object]] = []
        self._listeners: list[Callable[[Job[object]], None]] = []
        self._closed = False

    def submit(
        self,
        lane: Lane,
        label: str,
        function: Callable[[Task], Result],
        *,
        on_result: Callable[[Result], None] | None = None,
        on_error: Callable[[Exception], None] | None = None,
        on_cancelled: Callable[[], None] | None = None,
    ) -> Job[Result]:
        """Start ``function`` on a lane. Exactly one of the callbacks is delivered. Raises RuntimeError once closed."""
        job: Job[Result] = Job(label, lane, self._tell)
        with self._lock:
            if self._closed:
                raise RuntimeError("The background work has been closed.")
            self._jobs.append(job)  # type: ignore[arg-type]
            if lane is Lane.NETWORK:
                self._network.submit(lambda: self._run(job, function, on_result, on_error, on_cancelled))
            else:
                self._lanes[lane].submit(self._run, job, function, on_result, on_error, on_cancelled)
        self._tell(job)
        return job

    def jobs(self) -> tuple[Job[object], ...]:
        """Jobs that wait or run, oldest first."""
        with self._lock:
            return tuple(self._jobs)

    def listen(self, listener: Callable[[Job[object]], None]) -> Callable[[], None]:
        """Hear, by delivery, of each job's new state and progress; returns the call that ends it."""
        self._listeners.append(listener)

        def stop() -> None:
            if listener in self._listeners:
                self._listeners.remove(listener)

        return stop

    def close(self) -> None:
        """Cancel what computes or waits for the network, finish what writes, and end the threads.

        A request that does not end in time is left behind; its answer is not heard any more.
        """
        with self._lock:
            self._closed = True
            running = tuple(self._jobs)
        for job in running:
            if job.lane is not Lane.WRITE:
                job.cancel()
        self._network.shutdown(PATIENCE)
        for lane in (Lane.COMPUTE, Lane.WRITE):
            self._lanes[lane].shutdown(wait=True)

    def _run(
        self,
        job: Job[Result],
        function: Callable[[Task], Result],
        on_result: Callable[[Result], None] | None,
        on_error: Callable[[Exception], None] | None,
        on_cancelled: Callable[[], None] | None,
    ) -> None:
        try:
            job.task.check()
            job.move_to(State.RUNNING)
            result = function(job.task)
        except JobCancelled:
            self._end(job, State.CANCELLED, on_cancelled)
        except Exception as error:  # noqa: BLE001 - the lane's boundary: every failure is handed on, none is dropped
            if on_error is None:
                failure = error
                self._end(job, State.FAILED, lambda: self._unhandled(job.label, failure))
            else:
                handler, raised = on_error, error
                self._end(job, State.FAILED, lambda: handler(raised))
        except BaseException as error:  # noqa: BLE001 - a library's panic is none of Python's exceptions
            broken = JobBroken(type(error).__name__)
            broken.__cause__ = panic = error
            told = on_error
            self._end(
                job,
                State.FAILED,
                (lambda: self._unhandled(job.label, panic)) if told is None else (lambda: told(broken)),
            )
        else:
            receiver = on_result
            self._end(job, State.DONE, None if receiver is None else lambda: receiver(result))

    def _end(self, job: Job[Result], state: State, callback: Callable[[], None] | None) -> None:
        with self._lock:
            self._jobs.remove(job)  # type: ignore[arg-type]
        if callback is not None:
            self._deliver(lambda: self._guarded(job.label, callback))
        job.move_to(state)
        job.finished.set()

    def _guarded(self, label: str, callback: Callable[[], None]) -> None:
        try:
            callback()
        except Exception as error:  # noqa: BLE001 - a failing callback must not end the lane; it is handed on
            self._unhandled(label, error)

    def _tell(self, job: Job[Result]) -> None:
        for listener in tuple(self._listeners):
            told = listener
            self._deliver(lambda told=told: self._guarded(job.label, lambda: told(job)))  # type: ignore[misc]
