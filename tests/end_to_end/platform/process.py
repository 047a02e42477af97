"""``pactoria platform serve`` in a process of its own: started, stopped, killed, and started again where it was."""

import contextlib
import json
import os
import select
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
SECONDS_TO_START, SECONDS_TO_STOP = 60.0, 30.0


@dataclass(frozen=True, slots=True)
class Announced:
    """What ``serve --json`` printed; ``invitation`` is the first invitation's link, None once it was taken."""

    address: str
    invitation: str | None
    data: str


class PlatformProcess:
    """A platform on a data folder. It keeps its port over every start, so that desktops find it again."""

    def __init__(self, data: Path, *, environment: Mapping[str, str] | None = None, port: int = 0) -> None:
        """``environment`` is what is set beside the data folder (``PACTORIA_*``); nothing is started yet.

        The folder must be one that other users may pass through, since the database runs as another user.
        """
        self.data = data
        self.port = port
        self.announced: Announced | None = None
        self.log = data.parent / f"{data.name}.log"
        self._environment = dict(environment or {})
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def address(self) -> str:
        """Where it listens, without a slash at the end."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def invitation(self) -> str:
        """The path of the first invitation, as the last start told it."""
        assert self.announced is not None
        assert self.announced.invitation is not None
        return self.announced.invitation.removeprefix(self.announced.address)

    @property
    def runs(self) -> bool:
        """Whether the process lives."""
        return self._process is not None and self._process.poll() is None

    def start(self) -> float:
        """Start it and wait until it is ready; gives the seconds that took."""
        assert not self.runs
        began = time.monotonic()
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                [*_COMMAND, "serve", "--json", "--port", str(self.port), "--data", str(self.data)],
                stdout=subprocess.PIPE, stderr=log, env=_environment(self._environment), cwd=self.data.parent,
            )  # fmt: skip
        line = self._first_line()
        self.announced = Announced(**json.loads(line))
        self.port = self.port or int(self.announced.address.rpartition(":")[2])
        return time.monotonic() - began

    def _first_line(self) -> bytes:
        assert self._process is not None
        assert self._process.stdout is not None
        ready, _, _ = select.select([self._process.stdout], [], [], SECONDS_TO_START)
        line = self._process.stdout.readline() if ready else b""
        assert line, f"the platform did not come up:\n{self._last_words()}"
        return line

    def _last_words(self) -> str:
        """What the platform and its database said last, without the lines of requests."""
        told = [line for line in self.log.read_text(encoding="utf-8").splitlines() if '"event": "request"' not in line]
        for place in self.data.glob("postgres-*/log"):
            told += place.read_text(encoding="utf-8", errors="replace").splitlines()[-20:]
        return "\n".join(told[-40:])

    def kill(self) -> None:
        """End it by SIGKILL. Its database goes on, as after a crash of the program; the next start takes it over."""
        assert self._process is not None
        self._process.kill()
        self._process.wait()
        if self._process.stdout is not None:
            self._process.stdout.close()

    def kill_with_database(self) -> None:
        """End it and its database by SIGKILL, as when the power fails."""
        self.kill()
        postmaster = self._postmaster()
        assert postmaster is not None
        children = _children_of(postmaster)
        for process in (postmaster, *children):
            with contextlib.suppress(ProcessLookupError):
                os.kill(process, signal.SIGKILL)
        _wait_for_end(postmaster)

    def stop(self) -> None:
        """Stop it in order, database and all; what was killed leaves a database, which is ended too."""
        self.end()
        self.end_database()

    def end_database(self) -> None:
        """Stop the platform's own database, where one runs."""
        postmaster = self._postmaster()
        if postmaster is not None:
            with contextlib.suppress(ProcessLookupError):
                os.kill(postmaster, signal.SIGINT)
            _wait_for_end(postmaster)

    def end(self) -> int:
        """Stop the program in order, and whatever of a database it started itself; gives how it ended."""
        if self._process is None:
            return 0
        if self.runs:
            self._process.send_signal(signal.SIGTERM)
        ended = self._process.wait(SECONDS_TO_STOP)
        if self._process.stdout is not None:
            self._process.stdout.close()
        return ended

    def run(self, *words: str) -> subprocess.CompletedProcess[bytes]:
        """A command on the data folder: ``backup OUT``, ``restore IN --replace``, ``jobs``; it must succeed."""
        done = subprocess.run(
            [*_COMMAND, *words, "--data", str(self.data)],
            capture_output=True, env=_environment(self._environment), cwd=self.data.parent, timeout=120, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr.decode()
        return done

    def _postmaster(self) -> int | None:
        """The process of the platform's own database, None where none runs."""
        for place in self.data.glob("postgres-*/postmaster.pid"):
            try:
                process = int(place.read_text(encoding="utf-8").split("\n", 1)[0])
                os.kill(process, 0)
            except (OSError, ValueError):
                continue
            return process
        return None


_COMMAND = (sys.executable, "-m", "pactoria_desktop.cli.main", "platform")


def _environment(more: Mapping[str, str]) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PACTORIA_")}
    path = os.pathsep.join([str(ROOT), kept.get("PYTHONPATH", "")]).rstrip(os.pathsep)
    return {**kept, "PYTHONPATH": path, "PYTHON_KEYRING_BACKEND": "keyring.backends.fail.Keyring", **more}


def _children_of(process: int) -> list[int]:
    import psutil

    return [child.pid for child in psutil.Process(process).children(recursive=True)]


def _wait_for_end(process: int) -> None:
    """Wait until a process, which may be nobody's child here, is gone."""
    until = time.monotonic() + SECONDS_TO_STOP
    while time.monotonic() < until:
        try:
            os.kill(process, 0)
        except ProcessLookupError:
            return
        with contextlib.suppress(ChildProcessError):
            os.waitpid(process, os.WNOHANG)
        if _is_zombie(process):
            return
        time.sleep(0.02)
    raise AssertionError(f"process {process} did not end")


def _is_zombie(process: int) -> bool:
    import psutil

    try:
        return bool(psutil.Process(process).status() == psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return True
