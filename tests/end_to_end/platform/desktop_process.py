"""A person's desktop as it is in life: the real window in a process of its own, on a home of its own, told by lines."""

import concurrent.futures
import contextlib
import itertools
import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from tests.end_to_end.platform.people import Person
from tests.end_to_end.platform.process import ROOT

PASSPHRASE = "a passphrase of the tests"
SECONDS = 90.0


class DesktopFailedError(AssertionError):
    """The window could not do what it was told, or ended."""


class DesktopProcess:
    """A desktop on a folder; ``start`` again after it ended or was killed."""

    def __init__(self, folder: Path, person: Person, *, apart_after: float | None = None) -> None:
        """``apart_after`` are the seconds after which work counts as done apart, where they are not the usual ones."""
        self.folder, self.person = folder, person
        self.log = folder.parent / f"{folder.name}.log"
        self.events: list[dict[str, Any]] = []
        self._apart_after = apart_after
        self._process: subprocess.Popen[bytes] | None = None
        self._numbers = itertools.count(1)
        self._waiting: dict[int, concurrent.futures.Future[Any]] = {}
        self._reader: threading.Thread | None = None
        self._changed = threading.Condition()

    def start(self) -> float:
        """Open the window and wait for its first frame; gives the seconds that took."""
        began = time.monotonic()
        more = [] if self._apart_after is None else [str(self._apart_after)]
        self.events = []
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "tests.end_to_end.platform.window_program", self.person.email, *more],
                stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log, env=_environment(self.folder), cwd=ROOT,
            )  # fmt: skip
        self._reader = threading.Thread(target=self._read, args=(self._process,), daemon=True)
        self._reader.start()
        self.event(lambda one: one["event"] == "painted", "the first frame")
        return time.monotonic() - began

    def _read(self, process: "subprocess.Popen[bytes]") -> None:
        assert process.stdout is not None
        for line in process.stdout:
            if not line.endswith(b"\n"):
                break  # it was killed while it wrote
            said = json.loads(line)
            with self._changed:
                if "event" in said:
                    self.events.append(said)
                elif (waits := self._waiting.pop(said["id"], None)) is not None:
                    if "error" in said:
                        waits.set_exception(DesktopFailedError(f"{self.person.name}: {said['error']}"))
                    else:
                        waits.set_result(said["answer"])
                self._changed.notify_all()
        with self._changed:
            for waits in self._waiting.values():
                waits.set_exception(DesktopFailedError(f"{self.person.name}: the window ended\n{self.last_words()}"))
            self._waiting.clear()
            self.events.append({"event": "ended"})
            self._changed.notify_all()

    def last_words(self) -> str:
        """The end of what the process wrote on standard error."""
        return self.log.read_text(encoding="utf-8", errors="replace")[-4000:]

    def tell(self, do: str, **given: Any) -> "concurrent.futures.Future[Any]":
        """Let the window begin a deed of ``window_deeds``; gives what comes of it."""
        assert self._process is not None
        assert self._process.stdin is not None
        number = next(self._numbers)
        done: concurrent.futures.Future[Any] = concurrent.futures.Future()
        with self._changed:
            self._waiting[number] = done
        self._process.stdin.write(json.dumps({"id": number, "do": do, **given}).encode() + b"\n")
        self._process.stdin.flush()
        return done

    def ask(self, do: str, **given: Any) -> Any:
        """The same, and wait for it."""
        return self.tell(do, **given).result(SECONDS)

    def event(self, wanted: Callable[[dict[str, Any]], bool], what: str, seconds: float = SECONDS) -> dict[str, Any]:
        """Wait for an event."""
        until = time.monotonic() + seconds
        with self._changed:
            while True:
                found = next((one for one in self.events if one["event"] != "ended" and wanted(one)), None)
                if found is not None:
                    return found
                left = until - time.monotonic()
                assert left > 0, f"{self.person.name}: {what} did not come\n{self.last_words()}"
                assert self.events[-1:] != [{"event": "ended"}], f"{what}: ended\n{self.last_words()}"
                self._changed.wait(left)

    def kill(self) -> float:
        """End it by SIGKILL; gives when."""
        assert self._process is not None
        at = time.monotonic()
        self._process.kill()
        self._end()
        return at

    def close(self) -> None:
        """Close the window as a person does, and wait for the process."""
        if self._process is None:
            return
        if self._process.poll() is None:
            self.ask("quit")
            assert self._process.wait(SECONDS) == 0, self.last_words()
        self._end()

    def _end(self) -> None:
        assert self._process is not None
        self._process.wait(SECONDS)
        if self._reader is not None:
            self._reader.join(10)
        for stream in (self._process.stdin, self._process.stdout):
            if stream is not None:
                with contextlib.suppress(BrokenPipeError):  # what could not be told any more
                    stream.close()
        self._process = None


@contextlib.contextmanager
def desktop_process(folder: Path, person: Person, **more: Any) -> Iterator[DesktopProcess]:
    """A started desktop, closed at the end; killed where the test has failed."""
    made = DesktopProcess(folder, person, **more)
    made.start()
    try:
        yield made
    except BaseException as error:
        error.add_note(f"{person.name}:\n{made.last_words()}")
        if made._process is not None:
            made.kill()
        raise
    made.close()


def _environment(folder: Path) -> Mapping[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PACTORIA_")}
    return {
        **kept, "PYTHONPATH": str(ROOT), "PACTORIA_HOME": str(folder), "PACTORIA_PASSPHRASE": PASSPHRASE,
        "PYTHON_KEYRING_BACKEND": "keyring.backends.fail.Keyring", "QT_QPA_PLATFORM": "offscreen",
        "PYTHONFAULTHANDLER": "1",
    }  # fmt: skip
