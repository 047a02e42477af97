"""Starts the real window on a library and tells when it was painted: ``python -m tests.bench.starting HOME [ID]``.

With the id of a contract it is opened, and the moments are told when its caret stands in the text and when all of it is
there, and the longest time for which the window stood still until the panels were read. Prints one JSON line.
Nothing is imported here that the program itself would not import by then.
"""

import contextlib
import json
import sys
import time
from collections.abc import Callable
from pathlib import Path

from pactoria_desktop.ui.application import workbench
from pactoria_desktop.ui.shell.application import create_application, dress


def resident() -> float:
    """The memory of this process that is resident, in megabytes (10^6 bytes); it starts no other to stay."""
    for line in Path("/proc/self/status").read_text(encoding="ascii").splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) * 1024 / 1e6
    raise OSError("The system does not tell the memory of a process.")


def main(folder: Path, contract: str) -> None:
    """Start, measure, end. Times are of the clock that all processes share; memory is in megabytes."""
    from PySide6.QtCore import QEventLoop, QTimer

    from pactoria_desktop.runtime.clock import SystemClock
    from pactoria_desktop.runtime.library_key import LibraryKey
    from pactoria_desktop.runtime.paths import Home
    from pactoria_desktop.runtime.settings import SettingsFile
    from pactoria_desktop.services.library import LibraryService
    from pactoria_desktop.store.library import open_library

    told: dict[str, float] = {}

    def note(name: str) -> None:
        told[f"{name}_at"], told[f"{name}_work"] = time.monotonic(), time.process_time()

    application = create_application(["bench"])
    look = dress(application, "light")
    home = Home(folder)
    home.prepare()
    key = LibraryKey(bytes(range(32)))

    def live(ready: Callable[[], object], seconds: float = 120) -> None:
        """Let the window live until something is ready; it sleeps between events, as it does for a person."""
        until = time.monotonic() + seconds
        while not ready():
            assert time.monotonic() < until, "The window did not get ready"
            application.processEvents(QEventLoop.ProcessEventsFlag.WaitForMoreEvents)

    def rest(milliseconds: int) -> None:
        over: list[bool] = []
        QTimer.singleShot(milliseconds, lambda: over.append(True))
        live(lambda: over)

    with (
        contextlib.closing(open_library(home, lambda new: key, SystemClock())) as library,
        workbench(LibraryService(library, SystemClock(), "Ines Falk"), look, SettingsFile(home.settings)) as bench,
    ):
        bench.opening.start_session(restore=False)
        bench.window.show_place("library")
        bench.window.first_painted.connect(lambda: note("painted"))
        bench.window.show()
        ticking = QTimer()
        ticking.start(5)
        live(lambda: "painted_at" in told)
        contracts = bench.shelves.library.contracts
        live(lambda: contracts.rowCount() or not (bench.tasks.jobs() or told.get("library_at")))
        bench.window.repaint()
        note("library")
        ticking.stop()
        rest(3_000)
        live(lambda: not bench.tasks.jobs())
        told["idle_megabytes"] = resident()
        if contract:
            gaps = [0.0]
            works = [0.0]
            beats = [(time.perf_counter(), time.thread_time())]

            def beat() -> None:
                now, worked = time.perf_counter(), time.thread_time()
                gaps.append(now - beats[0][0] - 0.005)
                works.append(worked - beats[0][1])
                beats[0] = now, worked

            beating = QTimer()
            beating.timeout.connect(beat)
            beating.start(5)
            rest(50)
            gaps.clear()
            works.clear()
            begin, work = time.perf_counter(), time.process_time()
            bench.opening.open_contract(contract)
            live(lambda: contract in bench.tabs)
            tab = bench.tabs[contract]
            tab.view.editor.viewport().repaint()
            assert tab.view.commands.caret is not None
            told["opened"] = time.perf_counter() - begin
            told["opened_work"] = time.process_time() - work
            live(lambda: tab.view.view.whole)
            told["whole"] = time.perf_counter() - begin
            told["whole_work"] = time.process_time() - work
            live(lambda: tab.overview is not None)
            beating.stop()
            told["longest_stall"], told["longest_stall_work"] = max(gaps), max(works)
            rest(6_000)
            live(lambda: not bench.tasks.jobs())
            told["open_megabytes"] = resident()
    print(json.dumps(told), flush=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2] if len(sys.argv) > 2 else "")
