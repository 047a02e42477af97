"""Writes the lock files again: every dependency at one version with the hashes of its files, and no index address.

Run by people who change dependencies, with uv on the path: ``python packaging/lock.py``.
"""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LOCKS = {
    "run.txt": [],
    "platform.txt": ["--extra", "platform"],
    "test.txt": ["--extra", "test"],
    "long.txt": ["--extra", "test", "--extra", "train"],
}


def compile_lock(name: str, extras: list[str]) -> None:
    """Resolve pyproject.toml with these extras for every system and Python 3.11 and later."""
    command = [
        "uv", "pip", "compile", "pyproject.toml", "packaging/locks/build.in", "--universal", "--generate-hashes",
        "--no-header", "--no-annotate", "--python-version", "3.11", "--quiet",
        "--output-file", f"packaging/locks/{name}", *extras,
    ]  # fmt: skip
    subprocess.run(command, cwd=ROOT, check=True)
    text = (ROOT / "packaging" / "locks" / name).read_text(encoding="utf-8")
    if "://" in text:
        raise SystemExit(f"packaging/locks/{name} names an address; lock without index options.")


if __name__ == "__main__":
    for lock, options in LOCKS.items():
        compile_lock(lock, options)
    sys.stdout.write("Locked " + ", ".join(LOCKS) + ".\n")
