"""Runs ``pactoria`` as a person or a script does: in a process of its own, or, for many runs, in this one."""

import io
import json
import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from pactoria_desktop.cli import documents
from pactoria_desktop.cli.main import main

ROOT = Path(__file__).resolve().parents[2]
COMMANDS = (
    "text", "outline", "revisions", "accept", "reject", "edit", "compare", "merge", "check-received", "convert",
    "review", "playbook", "import", "list", "search", "export", "backup", "restore", "verify", "templates",
)  # fmt: skip


@dataclass(frozen=True)
class Outcome:
    """What a command gave. Every outcome was checked against what holds for all commands."""

    status: int
    out: bytes
    err: str

    @property
    def json(self) -> Any:
        """The one JSON document on standard output."""
        return json.loads(self.out.decode("utf-8"))


def checked(outcome: Outcome, words: tuple[str, ...]) -> Outcome:
    """What holds for every command: its exit status, no traceback, one line when refused, one JSON document."""
    assert outcome.status in (0, 1, 2), outcome
    assert "Traceback" not in outcome.err, outcome.err
    assert "error of its own" not in outcome.err, outcome.err
    if outcome.status == 2:
        lines = outcome.err.splitlines()
        assert len(lines) == 1, outcome.err
        assert lines[0].endswith((".", "?")), lines[0]
        assert words[:1] == ("import",) or outcome.out == b"", outcome.out[:200]
    elif "--json" in words:
        assert outcome.json is not None
    return outcome


def run(
    *words: str | Path, stdin: bytes = b"", folder: Path | None = None, environment: Mapping[str, str] | None = None
) -> Outcome:
    """A process of its own, with no library, no terminal and no keyring unless ``environment`` says otherwise."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PACTORIA_")}
    whole = {
        **kept,
        "PYTHONPATH": os.pathsep.join([str(ROOT), kept.get("PYTHONPATH", "")]).rstrip(os.pathsep),
        "PYTHON_KEYRING_BACKEND": "keyring.backends.fail.Keyring",
        **(environment or {}),
    }
    named = tuple(map(str, words))
    done = subprocess.run(
        [sys.executable, "-m", "pactoria_desktop.cli.main", *named],
        input=stdin,
        cwd=folder,
        env=whole,
        capture_output=True,
        timeout=120,
        check=False,
    )
    return checked(Outcome(done.returncode, done.stdout, done.stderr.decode("utf-8")), named)


def call(*words: str | Path, stdin: bytes = b"") -> Outcome:
    """The same in this process, with this process's environment."""
    named = tuple(map(str, words))
    out, err = io.BytesIO(), io.StringIO()
    wrapped = io.TextIOWrapper(out, encoding="ascii", write_through=True)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(documents, "limit_memory", lambda: None)
        patch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.fail.Keyring")
        patch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin)))
        patch.setattr(sys, "stdout", wrapped)
        patch.setattr(sys, "stderr", err)
        status = main(named)
    wrapped.flush()
    return checked(Outcome(status, out.getvalue(), err.getvalue()), named)


def keys(rows: list[dict[str, Any]], *names: str) -> None:
    """Every row has exactly these keys."""
    for row in rows:
        assert set(row) == set(names), row
