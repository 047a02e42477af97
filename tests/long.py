"""Runs what takes longer than the tests and writes down the result: ``python -m tests.long``.

The long tests (all files of the corpora, the fifty kills, the long random runs), the benchmarks and the
cross-validation of the clause model. The result (date, commit, figures, seconds) goes to ``.ci/long-result.md``.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
RESULT = ROOT / ".ci" / "long-result.md"
STEPS = {
    "long tests": [sys.executable, "-m", "pytest", "-m", "long", "-n", "2", "--dist", "loadfile", "-rs"],
    "benchmarks": [sys.executable, "-m", "pytest", "tests/bench", "--benchmark-enable", "-s"],
    "keys": [sys.executable, "-m", "tests.bench.keys", "--json"],
    "clause model, cross-validated": [sys.executable, "-m", "pactoria_desktop.review.evaluation"],
}


def run(command: list[str], figures: Path) -> tuple[int, str, float]:
    """A step's exit status, its last lines and its seconds."""
    environment = {**os.environ, "PACTORIA_FIGURES": str(figures), "QT_QPA_PLATFORM": "offscreen"}
    started = time.monotonic()
    done = subprocess.run(command, cwd=ROOT, env=environment, check=False, capture_output=True, text=True)
    sys.stdout.write(done.stdout + done.stderr)
    return done.returncode, "\n".join(done.stdout.strip().splitlines()[-12:]), time.monotonic() - started


def main() -> int:
    """Run every step; 1 when one failed. The result is written either way."""
    commit = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    lines = [
        "# Result of the last long run",
        "",
        f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC, commit {commit.stdout.strip()}, {os.cpu_count()} cores.",
        "",
    ]
    failed = False
    with tempfile.TemporaryDirectory() as folder:
        figures = Path(folder) / "figures.jsonl"
        for name, command in STEPS.items():
            status, tail, seconds = run(command, figures)
            failed = failed or status != 0
            outcome = "passed" if status == 0 else f"failed (exit {status})"
            lines += [f"## {name[0].upper()}{name[1:]}: {outcome}, {seconds:.0f} s", "", "```", tail, "```", ""]
        if figures.exists():
            lines += ["## Figures", "", "| what | measured | budget |", "|---|---|---|"]
            for line in figures.read_text(encoding="utf-8").splitlines():
                row = json.loads(line)
                lines.append(f"| {row['name']} | {row['value']} | {row['budget']} |")
            lines.append("")
    RESULT.write_text("\n".join(lines), encoding="utf-8")
    sys.stdout.write(f"Written to {RESULT.relative_to(ROOT)}\n")
    return 1 if failed else 0


if __name__ == "__main__":
    raise SystemExit(main())
