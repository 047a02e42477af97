"""A process killed while it writes loses at most two seconds of keys, and never the library."""

import contextlib
import os
import random
import subprocess
import sys
import time
from pathlib import Path

import pytest
from sqlalchemy import text

from pactoria_desktop.runtime.clock import SystemClock
from pactoria_desktop.runtime.library_key import LibraryKey
from pactoria_desktop.runtime.paths import Home
from pactoria_desktop.store.contracts import Contracts
from pactoria_desktop.store.integrity import damages
from pactoria_desktop.store.library import open_library
from pactoria_desktop.store.texts import Texts

PROMISED_SECONDS = 2.0


def killed_run(home: Home, key: LibraryKey, run: int, seconds: float) -> tuple[list[float], float]:
    """Let the writer edit for some seconds and kill it; gives when each update was made, and when the kill came."""
    writer = subprocess.Popen(
        [sys.executable, "-m", "tests.faults.store_writer"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        cwd=Path(__file__).parents[2],
    )
    assert writer.stdin is not None
    assert writer.stdout is not None
    with writer:
        writer.stdin.write(f"{home.folder} {key.hexadecimal()} {run}\n".encode())
        writer.stdin.flush()
        told = [writer.stdout.readline()]
        assert told[0], "the writer did not start"
        time.sleep(seconds)
        killed_at = time.monotonic()
        writer.kill()
        told += writer.stdout.readlines()
    return [float(line.split()[1]) for line in told if line.endswith(b"\n")], killed_at


def lost_seconds(home: Home, key: LibraryKey, run: int, made: list[float], killed_at: float, snapshot_at: int) -> float:
    """Checks the library after a kill; gives how old the oldest lost update was when the kill came."""
    library = open_library(home, lambda new: key, SystemClock())
    with contextlib.closing(library), library.writing() as session:
        assert damages(session) == ()
        assert Contracts(session).find("contract") is not None
        stored = Texts(session).open("contract")
        held = session.execute(text("SELECT count(*) FROM journal")).scalar()
        assert stored.damage is None
        first = session.execute(text("SELECT coalesce(min(number), 0) FROM journal")).scalar()
        numbers = session.execute(text("SELECT number FROM journal ORDER BY number")).scalars().all()
        assert first is not None
        assert numbers == list(range(first, first + (held or 0)))
        last = Texts(session).last_update("contract")
    kept = last - snapshot_at
    assert 0 <= kept <= len(made)
    for content in stored.updates:
        words = content.split(b" ", 2)
        if int(words[0]) == run:
            assert int(words[1]) <= kept
    return 0.0 if kept == len(made) else killed_at - made[kept]


def kills(home: Home, count: int, seed: int) -> list[float]:
    source, key = random.Random(seed), LibraryKey.random(os.urandom)
    losses: list[float] = []
    before = 0
    for run in range(count):
        made, killed_at = killed_run(home, key, run, source.uniform(0.05, 2.5))
        losses.append(lost_seconds(home, key, run, made, killed_at, before))
        library = open_library(home, lambda new: key, SystemClock())
        with contextlib.closing(library), library.reading() as session:
            before = Texts(session).last_update("contract")
    print(f"{count} kills: lost at most {max(losses):.2f} s (promised {PROMISED_SECONDS} s)")
    return losses


def test_a_killed_writer_loses_at_most_two_seconds(tmp_path: Path):
    assert max(kills(Home(tmp_path), 4, seed=1)) <= PROMISED_SECONDS


@pytest.mark.long
def test_fifty_kills_at_random_moments(tmp_path: Path):
    assert max(kills(Home(tmp_path), 50, seed=2)) <= PROMISED_SECONDS
