"""Compares every pair of the corpus and prints a score card: ``python -m tests.unit.documents.compare_scores [KIND]``.

Columns: pairs exact both ways, marked characters against a plain word difference, seconds of processor time; then the
pairs that are not exact, each with what differs.
"""

import csv
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from pactoria_desktop.documents.compare import compare
from pactoria_desktop.documents.package import Package
from tests.conftest import CORPUS
from tests.unit.documents.redline_oracle import Seen, changes_by, faults, least_marked, seen

AUTHOR, DATE = "Comparing Author", "2026-11-22T12:00:00Z"


@dataclass(frozen=True)
class Score:
    """How one pair fared. ``causes`` is empty for an exact one."""

    old: str
    new: str
    kind: str
    causes: tuple[str, ...]
    marked: int
    least: int
    seconds: float

    @property
    def ratio(self) -> float:
        return self.marked / self.least if self.least else float(self.marked > 0)


def pairs(kind: str = "") -> list[tuple[Path, Path, str]]:
    """The corpus pairs, of one kind or all."""
    folder = CORPUS / "word"
    if not (folder / "PAIRS.tsv").is_file():
        return []
    with (folder / "PAIRS.tsv").open(encoding="utf-8") as table:
        rows = csv.DictReader(table, delimiter="\t")
        return [(folder / row["old"], folder / row["new"], row["kind"]) for row in rows if kind in ("", row["kind"])]


def score(old: Path, new: Path, kind: str) -> Score:
    """One pair compared and judged."""
    one, other = old.read_bytes(), new.read_bytes()
    start = time.process_time()
    result = compare(Package(one, old.name), Package(other, new.name), AUTHOR, DATE)
    seconds = time.process_time() - start
    wanted = seen(other, accept=True)
    causes = [
        *differences("accept", wanted, seen(result.data, accept=True)),
        *differences("reject", seen(one, accept=False), seen(result.data, accept=False)),
    ]
    known = set(faults(one))
    causes += [fault for fault in faults(result.data) if fault not in known][:3]
    marked = sum(changes_by(result.data).get((AUTHOR, DATE), {}).values())
    least = least_marked(seen(one, accept=True), wanted)
    return Score(old.name, new.name, kind, tuple(causes), marked, least, seconds)


def differences(what: str, wanted: Seen, got: Seen) -> Iterator[str]:
    """What differs between two views, a line for each story."""
    for story in ("body", "boxes", "margins"):
        left, right = getattr(wanted, story), getattr(got, story)
        if left != right:
            place = next((at for at, (a, b) in enumerate(zip(left, right, strict=False)) if a != b), len(left))
            one, other = str(left[place : place + 1])[:80], str(right[place : place + 1])[:80]
            yield f"{what} {story} at {place}: {one} / {other}"


def main() -> None:
    """Print the score card."""
    scores = [score(*pair) for pair in pairs(sys.argv[1] if len(sys.argv) > 1 else "")]
    exact = [one for one in scores if not one.causes]
    least, marked = sum(one.least for one in exact), sum(one.marked for one in exact)
    print(f"pairs {len(scores)}, exact {len(exact)}, marked {marked} / least {least} = {marked / max(least, 1):.3f}")
    worst = sorted(exact, key=lambda one: (one.marked - one.least) / (one.least + 20), reverse=True)[:10]
    for one in worst:
        print(f"  {one.ratio:.2f}x {one.marked}/{one.least} {one.old} -> {one.new}")
    print("slowest", *(f"{one.seconds:.2f}s {one.old}" for one in sorted(scores, key=lambda one: -one.seconds)[:4]))
    for one in scores:
        if one.causes:
            print(f"NOT EXACT {one.kind} {one.old} -> {one.new}")
            for cause in one.causes:
                print("    ", cause)


if __name__ == "__main__":
    main()
