"""Runs what takes longer than the tests and writes down the result: ``python -m tests.long [STEP ...]``.

Steps: ``tests`` (all files of the corpora, the fifty kills, the long random runs, many planted defects),
``benchmarks``, ``keys``, ``pooled`` (the platform's tests behind pgbouncer in transaction mode, which
``apt-get install pgbouncer`` brings) and ``model`` (the cross-validation of the clause model); all of them when none is
named. Each
step's result (date, commit, seconds, figures) replaces its former one in ``.ci/long-result.json``, from which
``.ci/long-result.md`` is written.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
RESULTS, PAGE = ROOT / ".ci" / "long-result.json", ROOT / ".ci" / "long-result.md"
STEPS = {
    "tests": [sys.executable, "-m", "pytest", "-m", "long", "-n", "2", "--dist", "load", "-rfs"],
    "benchmarks": [sys.executable, "-m", "pytest", "tests/bench", "--benchmark-enable", "-s"],
    "keys": [sys.executable, "-m", "tests.bench.keys", "--json"],
    "pooled": [sys.executable, "-m", "pytest", "tests/platform", "-n", "2", "--dist", "load", "-rfs"],
    "model": [sys.executable, "-m", "pactoria_desktop.review.evaluation"],
}
TITLES = {
    "tests": "Long tests",
    "benchmarks": "Benchmarks",
    "keys": "From key to paint",
    "pooled": "The platform behind pgbouncer in transaction mode",
    "model": "Clause model, cross-validated",
}
WORDS = {"pooled": {"PACTORIA_TEST_POOLED": "1", "PACTORIA_DATABASE_PREPARED": "false"}}
"""What a step finds in its environment beside what is there."""
LINES_KEPT = 20


def run(name: str, figures: Path) -> tuple[int, str, float]:
    """A step's exit status, its last lines and its seconds; what it prints is printed as it comes."""
    told = {"PACTORIA_FIGURES": str(figures), "QT_QPA_PLATFORM": "offscreen", **WORDS.get(name, {})}
    environment = {**os.environ, **told}
    started = time.monotonic()
    lines: list[str] = []
    with subprocess.Popen(
        STEPS[name], cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as process:
        for line in process.stdout or ():
            sys.stdout.write(line)
            if line.strip():
                lines.append(line.rstrip())
    return process.returncode, "\n".join(lines[-LINES_KEPT:]), time.monotonic() - started


def step_result(name: str) -> dict[str, Any]:
    """Run one step."""
    commit = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    with tempfile.TemporaryDirectory() as folder:
        figures = Path(folder) / "figures.jsonl"
        status, tail, seconds = run(name, figures)
        rows = (
            [json.loads(line) for line in figures.read_text(encoding="utf-8").splitlines()] if figures.exists() else []
        )
    return {
        "date": f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC",
        "commit": commit.stdout.strip(),
        "status": status,
        "seconds": round(seconds),
        "load": round(os.getloadavg()[0], 1),
        "tail": tail.replace(str(ROOT), "."),
        "figures": rows,
    }


def page(results: dict[str, dict[str, Any]]) -> str:
    """The results as Markdown."""
    lines = ["# Result of the last long run", "", "Written by `.ci/long`; two shared cores.", ""]
    for name, title in TITLES.items():
        result = results.get(name)
        if result is None:
            lines += [f"## {title}: not run yet", ""]
            continue
        outcome = "passed" if result["status"] == 0 else f"failed (exit {result['status']})"
        lines += [
            f"## {title}: {outcome}",
            "",
            f"{result['date']}, commit {result['commit']}, {result['seconds']} s, load {result['load']} at its end.",
            "",
        ]
        if result["figures"]:
            lines += ["| what | measured | budget |", "|---|---|---|"]
            lines += [f"| {row['name']} | {row['value']} | {row['budget']} |" for row in result["figures"]]
            lines.append("")
        lines += ["```", result["tail"], "```", ""]
    return "\n".join(lines)


def main(names: list[str]) -> int:
    """Run the steps named, all when none is; 1 when one failed. The results are written after each step."""
    unknown = [name for name in names if name not in STEPS]
    if unknown:
        sys.stderr.write(f"There is no step {unknown[0]}; there are {', '.join(STEPS)}.\n")
        return 2
    failed = False
    for name in names or list(STEPS):
        result = step_result(name)
        failed = failed or result["status"] != 0
        known = json.loads(RESULTS.read_text(encoding="utf-8")) if RESULTS.exists() else {}
        known[name] = result
        RESULTS.write_text(json.dumps(known, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
        PAGE.write_text(page(known), encoding="utf-8")
    sys.stdout.write(f"Written to {PAGE.relative_to(ROOT)}\n")
    return 1 if failed else 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
