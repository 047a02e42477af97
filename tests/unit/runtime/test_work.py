"""Background work ends in exactly one outcome, writes keep their order, and nothing is swallowed."""

import threading
import time
from datetime import UTC, datetime, timedelta, timezone

import pytest

from pactoria_desktop.runtime.clock import ManualClock, SystemClock, from_milliseconds, to_milliseconds
from pactoria_desktop.runtime.work import Job, Lane, State, Task, Work


class Unhandled(list[tuple[str, BaseException]]):
    def __call__(self, label: str, error: BaseException) -> None:
        self.append((label, error))


def test_writes_run_one_after_the_other_in_order():
    unhandled, running, order = Unhandled(), [], []
    work = Work(unhandled=unhandled)

    def write(number: int) -> int:
        running.append(number)
        assert len(running) == 1
        time.sleep(0.001)
        running.remove(number)
        return number

    for number in range(50):
        work.submit(Lane.WRITE, "write", lambda task, number=number: write(number), on_result=order.append)  # type: ignore[misc]
    work.close()
    assert order == list(range(50))
    assert unhandled == []


def test_each_job_has_one_outcome_and_errors_are_handed_on():
    unhandled, outcomes = Unhandled(), []
    work = Work(unhandled=unhandled)

    def fail(task: Task) -> None:
        raise ValueError("no")

    def callback_fails(result: int) -> None:
        raise KeyError(result)

    handled = work.submit(Lane.COMPUTE, "handled", fail, on_error=outcomes.append, on_result=outcomes.append)
    bare = work.submit(Lane.COMPUTE, "bare", fail)
    broken = work.submit(Lane.COMPUTE, "broken", lambda task: 1, on_result=callback_fails)
    for job in (handled, bare, broken):
        assert job.finished.wait(5)
    work.close()
    assert [type(one) for one in outcomes] == [ValueError]
    assert sorted((label, type(error).__name__) for label, error in unhandled) == [
        ("bare", "ValueError"),
        ("broken", "KeyError"),
    ]
    assert (handled.state, bare.state, broken.state) == (State.FAILED, State.FAILED, State.DONE)


@pytest.mark.parametrize("kind", [SystemExit, KeyboardInterrupt, GeneratorExit, BaseException])
def test_a_job_that_fails_beyond_exceptions_ends_and_is_told(kind: type[BaseException]):
    told: list[tuple[str, type[BaseException]]] = []
    work = Work(unhandled=lambda label, error: told.append((label, type(error))))

    def panic(task: Task) -> None:
        raise kind

    heard: list[Exception] = []
    jobs = [work.submit(Lane.WRITE, "a", panic), work.submit(Lane.WRITE, "b", panic, on_error=heard.append)]
    after = work.submit(Lane.WRITE, "after", lambda task: 1)
    for job in (*jobs, after):
        assert job.finished.wait(10)
    work.close()
    assert [job.state for job in (*jobs, after)] == [State.FAILED, State.FAILED, State.DONE]
    assert work.jobs() == ()
    assert told == [("a", kind)]
    assert [type(error.__cause__) for error in heard] == [kind]


def test_a_job_stops_at_its_next_check_and_tells_its_stopper():
    work, heard, begun = Work(unhandled=Unhandled()), [], threading.Event()

    def long(task: Task) -> None:
        task.when_cancelled(lambda: heard.append("interrupted"))
        begun.set()
        while True:
            task.progress(0.5, "half")
            time.sleep(0.001)

    job = work.submit(Lane.COMPUTE, "long", long, on_cancelled=lambda: heard.append("cancelled"))
    waiting = [work.submit(Lane.WRITE, "blocker", lambda task: begun.wait(5))]
    assert begun.wait(5)
    assert job in work.jobs()
    job.cancel()
    job.cancel()
    assert job.finished.wait(5)
    work.close()
    assert heard == ["interrupted", "cancelled"]
    assert job.state is State.CANCELLED
    assert job.latest.fraction == 0.5
    assert work.jobs() == ()
    assert waiting[0].state is State.DONE


def test_a_job_cancelled_before_its_turn_never_starts():
    work, gate, ran = Work(unhandled=Unhandled()), threading.Event(), []
    work.submit(Lane.WRITE, "gate", lambda task: gate.wait(5))
    job = work.submit(Lane.WRITE, "late", lambda task: ran.append(1))
    job.cancel()
    gate.set()
    assert job.finished.wait(5)
    work.close()
    assert ran == []
    with pytest.raises(RuntimeError):
        work.submit(Lane.WRITE, "closed", lambda task: None)


def test_callbacks_and_progress_come_by_the_given_delivery():
    posted: list[object] = []
    states: list[State] = []
    work = Work(unhandled=Unhandled(), deliver=posted.append)
    stop = work.listen(lambda job: states.append(job.state))
    results: list[int] = []
    job: Job[int] = work.submit(Lane.COMPUTE, "one", lambda task: 7, on_result=results.append)
    assert job.finished.wait(5)
    assert results == []
    assert states == []
    for call in posted:
        call()  # type: ignore[operator]
    stop()
    work.close()
    assert results == [7]
    assert states


def test_clocks_speak_utc():
    zone = timezone(timedelta(hours=2))
    clock = ManualClock(datetime(2026, 1, 1, 2, tzinfo=zone))
    clock.advance(1.5)
    assert clock.now() == datetime(2026, 1, 1, 0, 0, 1, 500_000, tzinfo=UTC)
    assert clock.monotonic() == 1.5
    assert SystemClock().now().tzinfo is UTC
    assert SystemClock().monotonic() <= SystemClock().monotonic()
    assert from_milliseconds(to_milliseconds(clock.now())) == clock.now()
    for wrong in (
        lambda: ManualClock(datetime(2026, 1, 1)),
        lambda: clock.advance(-1),
        lambda: to_milliseconds(datetime(2026, 1, 1)),
    ):
        with pytest.raises(ValueError, match=r"zone|backwards"):
            wrong()


def test_the_runtime_starts_without_heavy_libraries():
    import subprocess
    import sys

    modules = (
        "clock",
        "crash_reports",
        "errors",
        "files",
        "library_key",
        "logging",
        "paths",
        "secrets",
        "settings",
        "vault",
        "work",
    )
    program = "import sys\n" + "".join(f"import pactoria_desktop.runtime.{name}\n" for name in modules)
    program += (
        "print([m for m in ('sqlalchemy','keyring','cryptography','platformdirs','PySide6') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout.strip() == "[]"


def test_what_waits_for_the_network_holds_up_neither_writing_nor_computing():
    unhandled, done, release = Unhandled(), [], threading.Event()
    work = Work(unhandled=unhandled)
    waiting = [work.submit(Lane.NETWORK, "ask", lambda task: release.wait(20)) for _ in range(6)]
    written = work.submit(Lane.WRITE, "write", lambda task: done.append("written"))
    counted = work.submit(Lane.COMPUTE, "compute", lambda task: done.append("counted"))
    assert written.finished.wait(5)
    assert counted.finished.wait(5)
    assert sorted(done) == ["counted", "written"]
    until = time.monotonic() + 5  # a thread that was begun may not have had its turn
    while sum(job.state is State.RUNNING for job in waiting) < 4 and time.monotonic() < until:
        time.sleep(0.01)
    assert sum(job.state is State.RUNNING for job in waiting) == 4
    release.set()
    for job in waiting:
        assert job.finished.wait(5)
    work.close()
    assert unhandled == []


def test_closing_cancels_what_waits_and_leaves_behind_what_does_not_hear_it():
    unhandled, outcomes, deaf = Unhandled(), [], threading.Event()
    work = Work(unhandled=unhandled)

    def hearing(task: Task) -> None:
        stopped = threading.Event()
        task.when_cancelled(stopped.set)
        assert stopped.wait(20)
        task.check()

    heard = work.submit(Lane.NETWORK, "sign in", hearing, on_cancelled=lambda: outcomes.append("cancelled"))
    left = work.submit(Lane.NETWORK, "ask", lambda task: deaf.wait(20))
    while left.state is not State.RUNNING or heard.state is not State.RUNNING:
        time.sleep(0.005)
    began = time.monotonic()
    work.close()
    assert time.monotonic() - began < 10
    assert (outcomes, heard.state) == (["cancelled"], State.CANCELLED)
    assert left.state is State.RUNNING
    deaf.set()
    assert left.finished.wait(5)
    with pytest.raises(RuntimeError):
        work.submit(Lane.NETWORK, "late", lambda task: None)
