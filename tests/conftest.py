"""What every test stands on: the corpora where they are, no network, and figures written down where asked for."""

import json
import os
import socket
from collections.abc import Callable
from pathlib import Path

import pytest

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
ROOT = Path(__file__).resolve().parent.parent
CORPUS = Path(os.environ.get("PACTORIA_CORPUS", ROOT.parent / "shared" / "data"))


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what takes minutes, unless it is asked for by ``-m long``."""
    if "long" in (config.getoption("-m") or ""):
        return
    kept = [item for item in items if item.get_closest_marker("long") is None]
    config.hook.pytest_deselected(items=[item for item in items if item not in kept])
    items[:] = kept


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say how many tests were skipped for want of the corpora."""
    skipped = terminalreporter.stats.get("skipped", [])
    missing = [
        report for report in skipped if "corpus" in str(report.longrepr) or "shared/data" in str(report.longrepr)
    ]
    if missing:
        terminalreporter.write_line(f"{len(missing)} tests skipped: the corpora in ../shared/data are missing")


@pytest.fixture(autouse=True)
def no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    """Offline means that no socket is opened: a connection to anything but a local file fails the test."""
    connect = socket.socket.connect

    def refuse(self: socket.socket, address: object) -> None:
        if self.family in (socket.AF_INET, socket.AF_INET6):
            raise AssertionError(f"A socket was opened to {address}")
        connect(self, address)  # type: ignore[arg-type]

    monkeypatch.setattr(socket.socket, "connect", refuse)


@pytest.fixture
def figure() -> Callable[..., None]:
    """Writes a measured figure beside its budget, to the terminal and to the file that PACTORIA_FIGURES names."""

    def write(name: str, value: float | int | str, budget: str = "") -> None:
        line = {"name": name, "value": value, "budget": budget}
        print(f"{name}: {value}" + (f" (budget {budget})" if budget else ""))
        target = os.environ.get("PACTORIA_FIGURES")
        if target:
            with open(target, "a", encoding="utf-8") as stream:
                stream.write(json.dumps(line) + "\n")

    return write
