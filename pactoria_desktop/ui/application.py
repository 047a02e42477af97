"""Opening the workbench: the application, the library behind it, the window, and their orderly end."""

import contextlib
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication, QDialog, QLineEdit, QVBoxLayout

from pactoria_desktop import __version__
from pactoria_desktop.runtime.clock import SystemClock
from pactoria_desktop.runtime.crash_reports import CrashReport, CrashWatch
from pactoria_desktop.runtime.errors import PactoriaError
from pactoria_desktop.runtime.logging import LogFile
from pactoria_desktop.runtime.paths import home
from pactoria_desktop.runtime.settings import SettingsFile
from pactoria_desktop.services.keys import passphrase_sources
from pactoria_desktop.services.library import LibraryService, library_service, temporary_service
from pactoria_desktop.services.sources import is_contract_id
from pactoria_desktop.ui.shell.application import create_application, dress, follow_system, hear_uncaught_errors
from pactoria_desktop.ui.shell.tasks import BackgroundTasks
from pactoria_desktop.ui.theme.look import Look
from pactoria_desktop.ui.widgets.buttons import Button
from pactoria_desktop.ui.widgets.layouts import row
from pactoria_desktop.ui.widgets.text import Label
from pactoria_desktop.ui.workbench.together_port import TogetherPort
from pactoria_desktop.ui.workbench.workbench import Workbench

DEFAULT_AUTHOR = "Me"


class PassphraseDialog(QDialog):
    """Asks for the passphrase of the library, or for a new one, before the window opens."""

    def __init__(self, look: Look, choosing: bool) -> None:
        super().__init__()
        title = "Choose a passphrase" if choosing else "Passphrase of the library"
        self.setWindowTitle(title)
        self.setAccessibleName(title)
        self.field = QLineEdit()
        self.field.setEchoMode(QLineEdit.EchoMode.Password)
        self.field.setAccessibleName(title)
        why = (
            "This system has no keyring that can hold the library's key, so a passphrase protects it. "
            "Print the recovery key afterwards: without both, the library cannot be opened."
            if choosing
            else "It opens the encrypted library on this computer."
        )
        go_on = Button(look, "Make the library" if choosing else "Open the library", "primary")
        go_on.setDefault(True)
        go_on.clicked.connect(self.accept)
        leave = Button(look, "Quit")
        leave.clicked.connect(self.reject)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(24, 24, 24, 20)
        layout.setSpacing(12)
        layout.addWidget(Label(look, title, 17, 600))
        layout.addWidget(Label(look, why, 13, 400, "text2", wrap=True))
        layout.addWidget(self.field)
        layout.addWidget(row(None, leave, go_on))
        self.setMinimumWidth(look.pixels(440))


def ask_passphrase(look: Look) -> Callable[[bool], str | None]:
    """A question for the passphrase."""

    def ask(choosing: bool) -> str | None:
        dialog = PassphraseDialog(look, choosing)
        if dialog.exec() != QDialog.DialogCode.Accepted:
            return None
        return dialog.field.text() or None

    return ask


@contextlib.contextmanager
def workbench(
    service: LibraryService, look: Look, settings: SettingsFile, tasks: BackgroundTasks | None = None,
    together: TogetherPort | None = None,
) -> Iterator[Workbench]:  # fmt: skip
    """A workbench on a library, ended in order: what was typed is written before this returns.

    ``together`` is the way to a platform where it is not the usual one.
    """
    work = tasks or BackgroundTasks()
    bench = Workbench(service, look, work, settings, together=together)
    try:
        yield bench
    finally:
        bench.window.close()
        bench.live.close()
        work.close()
        clipboard = QApplication.clipboard()
        if clipboard.ownsClipboard():
            clipboard.setText(clipboard.text())  # data made in Python must not outlive it; the words stay
        bench.garbage.end()
        bench.window.deleteLater()
        bench.deleteLater()


def open_workbench(files: Sequence[str] = ()) -> int:
    """Open the window on the library of this device, and on these files. Returns when it is closed."""
    application = create_application(sys.argv[:1])
    place = home(os.environ)
    place.prepare()
    settings = SettingsFile(place.settings)
    theme = settings.value.theme if settings.value.theme != "system" else ""
    look = dress(application, theme)
    passphrases = passphrase_sources(os.environ, None, ask_passphrase(look))
    log = LogFile(place.logs)
    watch = CrashWatch(place.crashes, clock=SystemClock(), program=f"Pactoria {__version__}")
    reports = watch.start()
    try:
        with (
            library_service(place, passphrases, SystemClock()) as service,
            workbench(service, look, settings) as bench,
        ):
            if reports:
                QTimer.singleShot(0, lambda: _tell_of_crash(bench, watch, reports))
            return run(application, bench, watch, [Path(name) for name in files if not is_contract_id(name)],
                       [name for name in files if is_contract_id(name)])  # fmt: skip
    finally:
        watch.close()
        log.close()


def open_sample(sample: Path) -> int:
    """Open the window in a temporary library, whose key lies in memory alone, on a reviewed sample."""
    application = create_application(sys.argv[:1])
    look = dress(application)
    with temporary_service(SystemClock(), DEFAULT_AUTHOR) as service:
        settings = SettingsFile(service.library.home.settings)
        with workbench(service, look, settings) as bench:
            bench.opening.review_when_opened = True
            return run(application, bench, None, [sample], [])


def run(
    application: QApplication, bench: Workbench, watch: CrashWatch | None, files: Sequence[Path],
    contracts: Sequence[str],
) -> int:  # fmt: skip
    """Show the window and run until it is closed."""
    end_hook = hear_uncaught_errors(lambda error: _report(bench, watch, error))
    follow_system(application, bench.look, lambda: bench.window.theme_choice)
    bench.opening.start_session(restore=not files and not contracts)
    bench.window.show()
    if files:
        QTimer.singleShot(0, lambda: bench.exchange.import_files(list(files)))
    for contract in contracts:
        QTimer.singleShot(0, lambda contract=contract: bench.opening.open_contract(contract))
    try:
        return application.exec()
    finally:
        end_hook()


def _tell_of_crash(bench: Workbench, watch: CrashWatch, reports: Sequence[CrashReport]) -> None:
    """Show the report of the last run's end once, word for word."""
    bench.deeds.show_crash_report(reports[-1])
    for report in reports:
        watch.dismiss(report)


def _report(bench: Workbench, watch: CrashWatch | None, error: BaseException) -> None:
    """Show what nobody caught; keep a report without contract text."""
    if watch is not None and not isinstance(error, PactoriaError):
        watch.record(type(error), error, error.__traceback__)
    bench.window.show_error(error)
