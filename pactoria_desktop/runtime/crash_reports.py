"""What is known after a crash, without a word of any contract: types, places, versions, system.

A report is written when an error reaches the top of a thread, and found at the next start after the interpreter itself
died: each run holds a fault log of its own, and one that nobody holds was left by a run that ended badly. The person
reads it before it goes anywhere; the same cause is reported once.
"""

import contextlib
import faulthandler
import hashlib
import json
import os
import platform
import re
import sys
import tempfile
import threading
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from types import TracebackType
from typing import BinaryIO

from pactoria_desktop.runtime.clock import Clock
from pactoria_desktop.runtime.errors import WriteError
from pactoria_desktop.runtime.files import write_atomically
from pactoria_desktop.runtime.locking import take_lock
from pactoria_desktop.runtime.logging import places_of, short_file

_FAULT_LOGS = "fault-*.log"
_LONGEST = 262_144
_MOST_REPORTS = 20
_FRAME = re.compile(r'^\s+File "(?P<file>[^"]*)", line (?P<line>\d+|\?\?\?) in (?P<name>[\w<>.]+)$')
_HEADLINE = re.compile(
    r"^(Fatal Python error: (Segmentation fault|Aborted|Bus error|Floating-point exception|Illegal instruction|"
    r"Stack overflow|none_dealloc)|(Current thread|Thread) 0x[0-9a-f]+|Windows fatal exception: [a-z ]+)"
)


@dataclass(frozen=True, slots=True)
class CrashReport:
    """One crash: its cause (a hash of kind and places), when (ISO, UTC), which program on what, and where."""

    cause: str
    at: str
    program: str
    python: str
    system: str
    places: tuple[str, ...]

    def text(self) -> str:
        """The report as a person reads it."""
        head = f"Pactoria Desktop {self.program}, Python {self.python}, {self.system}\n{self.at} cause {self.cause}\n"
        return head + "\n".join(self.places) + "\n"


class CrashWatch:
    """Watches over one run of the program. ``close`` at a good end."""

    def __init__(
        self, folder: Path, *, clock: Clock, program: str, on_report: Callable[[CrashReport], None] | None = None
    ) -> None:
        """``folder`` is this library's; ``on_report`` hears of each new cause, on the thread where it came up."""
        self._folder = folder
        self._clock = clock
        self._program = program
        self._on_report = on_report
        self._seen: set[str] = set()
        self._log: BinaryIO | None = None
        self._log_path = folder
        self._former: tuple[object, object] | None = None
        self.ended_badly = False

    def start(self) -> tuple[CrashReport, ...]:
        """Begin to watch; gives the reports of earlier runs that nobody has dismissed. Raises OSError."""
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        for path in sorted(self._folder.glob(_FAULT_LOGS)):
            self._collect_fault(path)
        descriptor, name = tempfile.mkstemp(prefix="fault-", suffix=".log", dir=self._folder)
        self._log, self._log_path = os.fdopen(descriptor, "r+b", buffering=0), Path(name)
        take_lock(self._log)
        faulthandler.enable(self._log, all_threads=True)
        self._former = (sys.excepthook, threading.excepthook)
        sys.excepthook = self._on_exception
        threading.excepthook = lambda raised: self._on_exception(
            raised.exc_type, raised.exc_value, raised.exc_traceback
        )
        return self.reports()

    def reports(self) -> tuple[CrashReport, ...]:
        """The reports that lie in the folder, oldest first; files that are no reports are left out."""
        found = (_read(path) for path in sorted(self._folder.glob("report-*.json")))
        return tuple(sorted((report for report in found if report is not None), key=lambda report: report.at))

    def dismiss(self, report: CrashReport) -> None:
        """Forget a report."""
        with contextlib.suppress(FileNotFoundError):
            self._path(report.cause).unlink()

    def record(
        self, error_type: type[BaseException], error: BaseException | None, trace: TracebackType | None
    ) -> CrashReport:
        """Make a report of an exception and keep it, once per cause."""
        return self._keep(tuple(places_of(error_type, error, trace)))

    def close(self) -> None:
        """End the watch: this run came to a good end."""
        if self._log is None:
            return
        faulthandler.disable()
        self._log.close()
        self._log = None
        if self._former is not None:
            sys.excepthook, threading.excepthook = self._former  # type: ignore[assignment]
        with contextlib.suppress(FileNotFoundError):
            self._log_path.unlink()

    def _on_exception(
        self, error_type: type[BaseException], error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if issubclass(error_type, (KeyboardInterrupt, SystemExit)):
            return
        try:
            self.record(error_type, error, trace)
        except (WriteError, OSError):
            print("A crash report could not be written; the library is untouched.", file=sys.stderr)

    def _collect_fault(self, path: Path) -> None:
        """Take in the fault log of a run that ended badly; one that its program still holds is left to it."""
        try:
            stream = path.open("r+b")
        except FileNotFoundError:
            return
        with stream:
            try:
                take_lock(stream)
            except OSError:
                return
            content = stream.read(_LONGEST).decode("utf-8", "replace")
        self.ended_badly = True
        places = tuple(line for line in map(_fault_line, content.splitlines()) if line)
        if places:
            self._keep(places)
        path.unlink(missing_ok=True)

    def _keep(self, places: tuple[str, ...]) -> CrashReport:
        cause = hashlib.sha256("\n".join(re.sub(r"0x[0-9a-f]+", "", place) for place in places).encode()).hexdigest()[
            :16
        ]
        report = CrashReport(
            cause,
            self._clock.now().isoformat(timespec="seconds"),
            self._program,
            platform.python_version(),
            f"{platform.system()} {platform.release()} {platform.machine()}",
            places,
        )
        if cause not in self._seen and len(self.reports()) < _MOST_REPORTS:
            self._seen.add(cause)
            content = json.dumps(asdict(report), indent=1, ensure_ascii=False)
            write_atomically(self._path(cause), content.encode(), mode=0o600)
            if self._on_report is not None:
                self._on_report(report)
        return report

    def _path(self, cause: str) -> Path:
        return self._folder / f"report-{cause}.json"


def _fault_line(line: str) -> str:
    """A line of the fault log if it is of a known form, shortened; anything else is dropped."""
    frame = _FRAME.match(line)
    if frame:
        return f"  {short_file(frame['file'])}:{frame['line']} {frame['name']}"
    headline = _HEADLINE.match(line)
    return headline[0] if headline else ""


def _read(path: Path) -> CrashReport | None:
    try:
        with path.open("rb") as stream:
            content = json.loads(stream.read(_LONGEST))
        if not isinstance(content, dict) or not isinstance(content.get("places"), list):
            return None
        words = {name: content[name] for name in ("cause", "at", "program", "python", "system")}
    except (OSError, ValueError, KeyError, RecursionError):
        return None
    if not all(isinstance(word, str) for word in (*words.values(), *content["places"])):
        return None
    if not re.fullmatch(r"[0-9a-f]{16}", words["cause"]):
        return None
    return CrashReport(**words, places=tuple(content["places"]))
