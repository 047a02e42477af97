"""From the start of the process to the first paint, opening a stored contract, and memory, beside the budgets.

Run by ``pytest tests/bench/test_start.py -s``; the long run has 300 pages with 2,000 tracked changes and 100,000
contracts. Figures by the clock grow with whatever else the machine does, so they are held to the budget only loosely.
"""

import contextlib
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from pactoria_desktop.contract.accepted import accepted
from pactoria_desktop.replica.identity import Identity
from pactoria_desktop.replica.replica import Replica
from pactoria_desktop.runtime.clock import SystemClock
from pactoria_desktop.runtime.library_key import LibraryKey
from pactoria_desktop.runtime.paths import Home
from pactoria_desktop.store.contracts import Contracts, sort_key
from pactoria_desktop.store.library import open_library
from pactoria_desktop.store.packages import Packages
from pactoria_desktop.store.texts import Texts
from tests.bench.contracts import contract
from tests.samples import sample_bytes

Figure = Callable[..., None]
KEY = LibraryKey(bytes(range(32)))
ID = "0000-long-contract"


def stored(folder: Path, pages: int, changes: int, contracts: int = 0) -> None:
    """A library with one made-up contract and as many more titles as wanted."""
    home = Home(folder)
    home.prepare()
    text = contract(pages, changes=changes)
    replica = Replica.create(text, identity=Identity("Ines Falk", "me"), clock=SystemClock())
    with (
        contextlib.closing(open_library(home, lambda new: KEY, SystemClock())) as library,
        library.writing() as session,
    ):
        view, at = accepted(text), library.now()
        sha256 = Packages(session).add(sample_bytes("services-agreement.docx"), "long.docx", at=at)
        Contracts(session).add(ID, "Long agreement", at=at, package_sha256=sha256)
        Packages(session).attach(ID, sha256, at=at)
        Texts(session).save_snapshot(
            ID, replica.snapshot(), replica.plain_export(), replica.frontier().hex(), upto=0, at=at
        )
        Contracts(session).set_search_text(ID, view.text, view.sha256)
        names = (f"Agreement {number} with Party {number % 997}" for number in range(contracts))
        rows = [
            {"id": f"{number:08x}", "title": name, "title_key": sort_key(name), "counterparty": "",
             "counterparty_key": "", "status": "draft", "created_at": number, "changed_at": number}
            for number, name in enumerate(names)
        ]  # fmt: skip
        if rows:
            from sqlalchemy import insert

            from pactoria_desktop.store.schema import Contract

            session.execute(insert(Contract), rows)
    replica.close()


def started(folder: Path, identity: str = "") -> dict[str, float]:
    """One start in a process of its own; ``painted`` are the seconds from its start to the first paint."""
    begin = time.monotonic()
    ended = subprocess.run(
        [sys.executable, "-m", "tests.bench.starting", str(folder), identity], capture_output=True, check=True,
        cwd=Path(__file__).parents[2], env={**os.environ, "QT_QPA_PLATFORM": "offscreen"}, timeout=240,
    )  # fmt: skip
    told: dict[str, float] = json.loads(ended.stdout.splitlines()[-1])
    told["painted"] = told["painted_at"] - begin
    return told


def test_an_empty_library_is_painted_soon_in_little_memory(tmp_path: Path, figure: Figure) -> None:
    started(tmp_path)
    told = started(tmp_path)
    figure("start to first paint, empty library (s)", round(told["painted"], 2), "0.6")
    figure("the same, this process's own work (s)", round(told["painted_work"], 2), "0.6")
    figure("memory, idle (MB)", round(told["idle_megabytes"]), "140")
    assert told["painted"] < 20
    assert told["idle_megabytes"] < 400


@pytest.mark.long
def test_a_long_contract_among_a_hundred_thousand_opens_soon(tmp_path: Path, figure: Figure) -> None:
    stored(tmp_path, 300, 2_000, 100_000)
    told = started(tmp_path, ID)
    figure("start to first paint, 100,000 contracts (s)", round(told["painted"], 2), "1.0")
    figure("opening 300 pages with 2,000 changes, caret ready (s)", round(told["opened"], 3), "0.35")
    figure("the same, this process's own work (s)", round(told["opened_work"], 3), "0.35")
    figure("memory with 300 pages (MB)", round(told["open_megabytes"]), "260")
    assert told["opened"] < 20
