"""Starts the real window on a library and tells when it was painted: ``python -m tests.bench.starting HOME [ID]``.

With the id of a contract it is opened, and the moment is told when its caret stands in the text. Prints one JSON line.
"""

import json
import sys
import time
from pathlib import Path


def main(folder: Path, contract: str) -> None:
    """Start, measure, end. Times are of the clock that all processes share; memory is in megabytes."""
    import psutil
    from PySide6.QtCore import QCoreApplication, QEvent, QEventLoop, QObject

    from pactoria_desktop.ui.application import create_application, dress
    from tests.end_to_end.desk import desk

    painted: list[float] = []

    class Eye(QObject):
        """Sees the first paint."""

        def eventFilter(self, watched: QObject, event: QEvent) -> bool:
            if event.type() == QEvent.Type.Paint and not painted:
                QCoreApplication.instance().removeEventFilter(self)  # type: ignore[union-attr]
                painted.extend((time.monotonic(), time.process_time()))
            return False

    eye = Eye()
    application = create_application(["bench"])
    application.installEventFilter(eye)
    look = dress(application, "light")
    told: dict[str, float] = {}
    with desk(folder, look) as at:
        at.window.show_place("library")
        at.wait(lambda: painted, "a paint")
        told["painted_at"], told["painted_work"] = painted
        at.settled()
        process = psutil.Process()
        told["idle_megabytes"] = process.memory_info().rss / 1e6
        if contract:
            begin, work = time.perf_counter(), time.process_time()
            at.bench.opening.open_contract(contract)
            while contract not in at.bench.tabs:
                application.processEvents(QEventLoop.ProcessEventsFlag.AllEvents, 5)
            at.tab.view.editor.viewport().repaint()
            assert at.tab.view.commands.caret is not None
            told["opened"] = time.perf_counter() - begin
            told["opened_work"] = time.process_time() - work
            at.wait(lambda: at.tab.overview is not None, "the panels", 120)
            at.settled()
            told["open_megabytes"] = process.memory_info().rss / 1e6
    print(json.dumps(told), flush=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2] if len(sys.argv) > 2 else "")
