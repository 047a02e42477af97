"""From key to paint: `python -m tests.bench.keys --json` types into a 300-page contract and prints what each key took.

One sample is the time from the key event's arrival to the end of the paint it led to, with everything in between:
command, commit, view, layout, margins, findings. Rows: where (start, middle, end), how (direct, suggesting, enter,
remote), p50, p95, p99 in milliseconds by the clock, the same of the process's own work (what the clock would say with
nothing else on the machine), and the budget where there is one.
"""

import argparse
import json
import os
import random
import sys
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from pactoria_desktop.replica.changes import Place, Stretch
from pactoria_desktop.replica.identity import Identity
from pactoria_desktop.replica.replica import Replica
from pactoria_desktop.runtime.clock import SystemClock
from pactoria_desktop.ui.editor.contract_view import ContractView
from pactoria_desktop.ui.theme.look import Look
from tests.bench.contracts import AUTHORS, contract

KEYS = "the supplier shall "


@dataclass(frozen=True, slots=True)
class Figure:
    """One row: percentiles in milliseconds over ``keys`` samples, by the clock and of the process's own work."""

    place: str
    mode: str
    keys: int
    p50: float
    p95: float
    p99: float
    work_p50: float
    work_p95: float
    work_p99: float
    budget: str


class Bench:
    """A shown contract with findings and tracked changes, and somebody else who types as well."""

    def __init__(self, pages: int, findings: int, changes: int, tables: int) -> None:
        self.application = QApplication.instance() or QApplication([])
        self.look = Look()
        self.look.apply(self.application)
        text = contract(pages, changes=changes, comments=pages // 3, tables=tables)
        self.replica = Replica.create(text, identity=Identity(AUTHORS[0], "me"), clock=SystemClock())
        self.other = Replica.open(self.replica.snapshot(), identity=Identity(AUTHORS[1], "they"), clock=SystemClock())
        self.view = ContractView(self.replica, self.look, AUTHORS[0])
        self.view.resize(900, 860)
        self.view.show()
        self._find(findings)
        self.settle()

    def _find(self, count: int) -> None:
        dice = random.Random(3)
        slots = [slot for slot in self.view.view.positions.slots if slot]
        found = []
        for number in range(count):
            slot = slots[number % len(slots)]
            start = dice.randrange(max(1, self.replica.length(slot) - 60))
            found.append(
                (f"f{number}", [Stretch(slot, start, start + 40)], dice.choice(("high", "medium", "low")), False)
            )
        self.view.show_findings(found)

    def settle(self) -> None:
        """Let Qt lay everything out."""
        self.view.view.document.documentLayout().documentSize()
        until = time.perf_counter() + 1.5
        while time.perf_counter() < until:
            self.application.processEvents()

    def stand(self, share: float) -> None:
        """Put the caret at a share of the document, on running text."""
        positions = self.view.view.positions
        slots = [
            slot
            for slot in positions.slots
            if slot and not self.view.view.in_table(slot) and self.replica.length(slot) > 200
        ]
        slot = slots[min(len(slots) - 1, int(share * len(slots)))]
        offset = 120 if share < 1 else self.replica.length(slot) - 60
        self.view.editor.show_position(positions.position(Place(slot, offset)) or 0)
        self.settle()

    def measure(self, count: int, key: Callable[[int], None]) -> tuple[list[float], list[float]]:
        """Milliseconds from each key to the end of its paint, sorted: by the clock, and of own work."""
        taken, worked = [], []
        for number in range(count):
            start, work = time.perf_counter(), time.process_time()
            key(number)
            self.application.processEvents()
            taken.append((time.perf_counter() - start) * 1000)
            worked.append((time.process_time() - work) * 1000)
        return sorted(taken), sorted(worked)

    def press(self, number: int) -> None:
        """One key of a sentence."""
        QTest.keyClick(self.view.editor, KEYS[number % len(KEYS)])

    def divide(self, number: int) -> None:
        """Enter and Backspace in turn: each renumbers what follows."""
        QTest.keyClick(self.view.editor, Qt.Key.Key_Backspace if number % 2 else Qt.Key.Key_Return)

    def remote(self, share: float) -> Callable[[int], None]:
        """Keys of somebody else, as they arrive."""
        slots = [slot for slot in self.view.view.positions.slots if slot]
        slot = slots[min(len(slots) - 1, int(share * len(slots)))]

        def key(number: int) -> None:
            version = self.other.version()
            self.other.insert(Place(slot, 5), KEYS[number % len(KEYS)])
            self.replica.import_updates(self.other.updates_since(version))

        return key


class Repaints(QObject):
    """Counts paints, so that a key without a paint is found out."""

    def __init__(self) -> None:
        super().__init__()
        self.count = 0

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Count and let pass."""
        if event.type() == QEvent.Type.Paint:
            self.count += 1
        return False


def figure(place: str, mode: str, samples: tuple[list[float], list[float]], budget: str) -> Figure:
    """Percentiles of sorted samples."""

    def at(share: float, taken: list[float]) -> float:
        return round(taken[min(len(taken) - 1, int(share * len(taken)))], 2)

    found = [at(share, taken) for taken in samples for share in (0.5, 0.95, 0.99)]
    return Figure(place, mode, len(samples[0]), *found, budget)


def figures(pages: int, keys: int, findings: int, changes: int, tables: int) -> list[Figure]:
    """All rows."""
    bench = Bench(pages, findings, changes, tables)
    repaints = Repaints()
    bench.view.editor.viewport().installEventFilter(repaints)
    found = []
    for place, share in (("start", 0.0), ("middle", 0.5), ("end", 1.0)):
        budget = "p95 20, p99 33" if place == "start" else "p99 20"
        for mode in ("direct", "suggesting"):
            bench.view.set_suggesting(mode == "suggesting")
            bench.stand(share)
            repaints.count = 0
            taken = bench.measure(keys, bench.press)
            assert repaints.count >= keys, "a key was not painted"
            found.append(figure(place, mode, taken, budget))
            found.append(figure(place, f"{mode}, enter", bench.measure(keys // 2, bench.divide), "p99 33"))
        found.append(figure(place, "remote", bench.measure(keys // 2, bench.remote(share)), ""))
    bench.view.close_text()
    return found


def main(arguments: list[str]) -> int:
    """Print the rows, as JSON when asked to."""
    parser = argparse.ArgumentParser(prog="keys", description=__doc__)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--pages", type=int, default=300)
    parser.add_argument("--keys", type=int, default=200)
    parser.add_argument("--findings", type=int, default=500)
    parser.add_argument("--changes", type=int, default=2000)
    parser.add_argument("--tables", type=int, default=0)
    given = parser.parse_args(arguments)
    rows = figures(given.pages, given.keys, given.findings, given.changes, given.tables)
    if given.json:
        print(json.dumps([asdict(row) for row in rows], indent=1))
        return 0
    for row in rows:
        clock = f"p50 {row.p50:6.2f}  p95 {row.p95:6.2f}  p99 {row.p99:6.2f} ms"
        work = f"work {row.work_p50:6.2f} {row.work_p95:6.2f} {row.work_p99:6.2f}"
        print(f"{row.place:7} {row.mode:18} {clock}   {work}   {row.budget}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
