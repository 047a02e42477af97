"""A picture of the real workbench with a contract open and reviewed, made without anybody watching."""

import time
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QEventLoop
from PySide6.QtWidgets import QApplication

from pactoria_desktop.runtime.clock import SystemClock
from pactoria_desktop.runtime.errors import PactoriaError
from pactoria_desktop.runtime.settings import SettingsFile
from pactoria_desktop.services.library import temporary_service
from pactoria_desktop.ui.application import workbench
from pactoria_desktop.ui.shell.application import create_application, dress

WIDTH, HEIGHT = 1440, 900
LONGEST = 60.0
AUTHOR = "Ines Falk"


class PictureError(PactoriaError):
    """The workbench did not come up in time."""


def wait(application: QApplication, ready: Callable[[], bool], what: str) -> None:
    """Run the application until something is ready. Raises PictureError after a minute."""
    until = time.monotonic() + LONGEST
    while not ready():
        if time.monotonic() > until:
            raise PictureError(f"The workbench did not show {what} within a minute; the machine may be too busy.")
        application.processEvents(QEventLoop.ProcessEventsFlag.AllEvents, 20)


def save_picture(contract: Path, target: Path, theme: str = "light", clause: str = "11") -> None:
    """Open a contract in a temporary library, review it, go to a clause, and save the window as a picture."""
    application = create_application(["pactoria"])
    look = dress(application, theme)
    with temporary_service(SystemClock(), AUTHOR) as service:
        settings = SettingsFile(service.library.home.settings)
        with workbench(service, look, settings) as bench:
            failures: list[BaseException] = []
            bench.tasks.failed.connect(lambda label, error: failures.append(error))
            bench.window.resize(WIDTH, HEIGHT)
            bench.window.show()
            bench.opening.review_when_opened = True
            bench.exchange.import_files([contract])

            def reviewed() -> bool:
                tab = bench.current()
                return bool(failures) or (tab is not None and tab.reviewed is not None and tab.overview is not None)

            wait(application, reviewed, "the reviewed contract")
            if failures:
                raise failures[0]
            tab = bench.current()
            for heading in tab.overview.headings if tab is not None and tab.overview is not None else ():
                if tab is not None and heading.label == clause:
                    tab.view.go_to(heading.place)
            settled = time.monotonic() + 0.6
            wait(application, lambda: time.monotonic() > settled, "its page")
            if not bench.window.grab().save(str(target)):
                raise PictureError(f"The picture could not be written to {target}; check the folder.")
