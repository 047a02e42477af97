"""Circles with Qt objects in them are taken apart on the interface's thread, whoever makes the next object."""

import gc
import threading
import weakref

from PySide6.QtCore import QObject, QThread
from pytestqt.qtbot import QtBot

from pactoria_desktop.ui.shell.garbage import FEW, MANY, GarbageSearch


class Circle(QObject):
    """Holds itself, and says on which thread it went."""

    def __init__(self, gone: list[str]) -> None:
        super().__init__()
        self.itself = self
        weakref.finalize(self, lambda: gone.append(threading.current_thread().name))


def busy(count: int) -> None:
    """Make objects that Python would search among."""
    kept = [[number] for number in range(count)]
    assert len(kept) == count


def test_a_thread_that_makes_many_objects_takes_no_circle_of_qt_apart(qtbot: QtBot) -> None:
    before = gc.isenabled()
    search = GarbageSearch()
    gone: list[str] = []
    try:
        Circle(gone)
        for _ in range(3):
            worker = threading.Thread(target=busy, args=(5_000,), name="worker")
            worker.start()
            worker.join()
        assert gone == []
        kept = [[number] for number in range(FEW)]
        search.look()
        assert gone == [threading.current_thread().name]
        assert QThread.currentThread() is search.thread()
        del kept
    finally:
        search.end()
    assert gc.isenabled() is before


def test_the_same_happens_on_the_worker_without_it(qtbot: QtBot) -> None:
    gone: list[str] = []
    enabled = gc.isenabled()
    gc.collect()
    gc.enable()
    try:
        Circle(gone)
        worker = threading.Thread(target=busy, args=(200_000,), name="worker")
        worker.start()
        worker.join()
    finally:
        if not enabled:
            gc.disable()
    assert gone == ["worker"], "if Python ever stops doing this, the search of our own may go"


def test_very_many_new_objects_are_set_aside_and_not_looked_at(qtbot: QtBot) -> None:
    search = GarbageSearch()
    try:
        gc.collect()
        kept = [[number] for number in range(MANY + 1_000)]
        before = gc.get_freeze_count()
        search.look()
        assert gc.get_freeze_count() > before
        assert len(kept) > MANY
    finally:
        gc.unfreeze()
        search.end()
