"""Background work reaches the interface on its own lane, shows itself, and never wakes a widget that is gone."""

import threading
import time

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot
from shiboken6 import delete

from pactoria_desktop.runtime.work import Lane, Task
from pactoria_desktop.ui.shell.tasks import BackgroundTasks
from pactoria_desktop.ui.shell.watchdog import StallWatch
from pactoria_desktop.ui.theme.look import Look
from tests.ui.shell.bench_window import make_bench


def test_a_result_arrives_on_the_interfaces_thread(qtbot: QtBot) -> None:
    tasks, owner = BackgroundTasks(), QObject()
    heard: list[tuple[int, int]] = []
    tasks.start(
        owner, Lane.COMPUTE, "Count", lambda task: 6 * 7, on_result=lambda n: heard.append((n, threading.get_ident()))
    )
    qtbot.waitUntil(lambda: bool(heard), timeout=3000)
    assert heard == [(42, threading.get_ident())]
    tasks.close()


def test_a_result_for_an_owner_that_is_gone_is_dropped(qtbot: QtBot) -> None:
    tasks, owner = BackgroundTasks(), QObject()
    heard: list[int] = []
    go = threading.Event()
    job = tasks.start(owner, Lane.COMPUTE, "Count", lambda task: int(go.wait(3)), on_result=heard.append)
    delete(owner)
    go.set()
    assert job.finished.wait(3)
    for _ in range(5):
        QApplication.processEvents()
    assert heard == []
    tasks.close()


def test_an_error_nobody_asked_for_is_shown_and_not_lost(look: Look, qtbot: QtBot) -> None:
    bench = make_bench(look, qtbot)

    class RefusedError(Exception):
        sentence = "The disk is full; nothing was changed; free some space."

    def fail(task: Task) -> None:
        raise RefusedError

    bench.tasks.start(bench.window, Lane.WRITE, "Save", fail)
    qtbot.waitUntil(lambda: bench.window.banner.sentence == RefusedError.sentence, timeout=3000)


def test_a_long_job_is_shown_with_progress_and_can_be_cancelled(look: Look, qtbot: QtBot) -> None:
    bench = make_bench(look, qtbot)
    ended: list[str] = []

    def read(task: Task) -> None:
        for number in range(400):
            task.progress(number / 400, f"Reading {number} of 400")
            time.sleep(0.01)

    bench.tasks.start(bench.window, Lane.COMPUTE, "Read files", read, on_cancelled=lambda: ended.append("cancelled"))
    qtbot.waitUntil(lambda: any(item.isVisible() for item in bench.window.status.job_items()), timeout=3000)
    item = bench.window.status.job_items()[0]
    assert item.accessibleName().startswith("Reading ")
    item.cancelled.emit()
    qtbot.waitUntil(lambda: ended == ["cancelled"] and bench.window.status.job_items() == (), timeout=3000)


def test_the_interface_stays_awake_while_work_runs_and_a_stall_is_seen(qtbot: QtBot) -> None:
    tasks, owner = BackgroundTasks(), QObject()
    done: list[float] = []
    with StallWatch() as watch:
        tasks.start(owner, Lane.COMPUTE, "Sleep", lambda task: time.sleep(0.3), on_result=lambda _: done.append(1.0))
        qtbot.waitUntil(lambda: bool(done), timeout=3000)
    assert [stall for stall in watch.stalls if stall.seconds > 0.25] == []
    with StallWatch() as watch:
        qtbot.wait(40)
        time.sleep(0.6)
        qtbot.wait(40)
    longest = max(watch.stalls, key=lambda stall: stall.seconds)
    assert longest.seconds > 0.5
    assert "test_the_interface_stays_awake" in longest.stack
    tasks.close()
