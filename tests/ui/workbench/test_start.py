"""The first frame waits for nothing that it does not show; the library, the docks and the review come after it."""

import json
import os
import subprocess
import sys
from pathlib import Path

from pactoria_desktop.runtime.memory import give_back, look_through, set_aside
from pactoria_desktop.ui.theme.look import Look
from tests.end_to_end.desk import desk
from tests.samples import SAMPLES

ROOT = Path(__file__).resolve().parents[3]
LATER = {
    "sqlalchemy", "alembic", "asyncio", "loro", "lxml", "pydantic", "numpy", "yaml", "rapidfuzz", "keyring",
    "pactoria_desktop.documents", "pactoria_desktop.replica.replica", "pactoria_desktop.review",
    "pactoria_desktop.services.opened", "pactoria_desktop.ui.compare", "pactoria_desktop.ui.editor",
    "pactoria_desktop.ui.review",
}  # fmt: skip
STARTING = """
import builtins, contextlib, json, linecache, sys
from pathlib import Path
from pactoria_desktop.ui.application import workbench
from PySide6.QtCore import QEvent, QObject, QTimer
from pactoria_desktop.ui.shell.application import create_application, dress
from pactoria_desktop.runtime.clock import SystemClock
from pactoria_desktop.runtime.library_key import LibraryKey
from pactoria_desktop.runtime.paths import Home
from pactoria_desktop.runtime.settings import SettingsFile
from pactoria_desktop.services.library import LibraryService
from pactoria_desktop.store.library import open_library

application = create_application(["test"])
look = dress(application)
home = Home(Path(sys.argv[1]))
key = LibraryKey(bytes(range(32)))
told = {}

class Eye(QObject):
    def eventFilter(self, watched, event):
        if event.type() == QEvent.Type.Paint and not told:
            try:
                painted()
            finally:
                QTimer.singleShot(0, application.quit)
        return False

def painted():
    told["modules"] = sorted(sys.modules)
    told["sources"] = sorted(linecache.cache)
    told["import"] = builtins.__import__.__name__
    told["place"], told["theme"] = bench.window.place(), look.theme.name

with contextlib.closing(open_library(home, lambda new: key, SystemClock())) as library:
    service = LibraryService(library, SystemClock(), "Ines Falk")
    with workbench(service, look, SettingsFile(home.settings)) as bench:
        bench.opening.start_session(restore=True)
        eye = Eye()
        application.installEventFilter(eye)
        bench.window.show()
        application.exec()
print(json.dumps(told))
"""


def first_frame(folder: Path) -> dict[str, object]:
    """What a process of its own had read when its first frame was painted."""
    ended = subprocess.run(
        [sys.executable, "-c", STARTING, str(folder)], cwd=ROOT, capture_output=True, check=False, timeout=60,
        env={**os.environ, "QT_QPA_PLATFORM": "offscreen"},
    )  # fmt: skip
    assert ended.returncode == 0, ended.stderr.decode()
    told: dict[str, object] = json.loads(ended.stdout.splitlines()[-1])
    return told


def test_the_first_frame_waits_for_no_database_text_or_review(look: Look, tmp_path: Path) -> None:
    with desk(tmp_path, look) as at:
        at.window.show_place("library")
        at.window.choose_theme("dark")
        at.settled()
    told = first_frame(tmp_path)
    modules = told["modules"]
    assert isinstance(modules, list)
    early = {late for late in LATER for name in modules if name == late or name.startswith(f"{late}.")}
    assert not early, f"{sorted(early)} were imported before the first frame"
    assert (told["place"], told["theme"]) == ("library", "dark"), "the last session came after the first frame"


def test_imports_read_no_sources(look: Look, tmp_path: Path) -> None:
    with desk(tmp_path, look) as at:
        at.settled()
    told = first_frame(tmp_path)
    assert told["import"] != "__feature_import__", "PySide's hook reads the source of every module"
    sources = told["sources"]
    assert isinstance(sources, list)
    assert not [name for name in sources if "pactoria_desktop" in name]


def test_the_lists_come_after_the_first_frame_by_themselves(look: Look, tmp_path: Path) -> None:
    with desk(tmp_path, look) as at:
        at.drop(SAMPLES / "mutual-nda.docx")
        key = at.opened().key
        at.window.show_place("start")
        at.settled()
    with desk(tmp_path, look) as at:
        at.wait(lambda: key in at.bench.tabs, "the contract")
        at.settled()
        at.window.show_place("start")
        at.wait(lambda: not at.bench.shelves.start.is_first_minute(), "the start page")
        at.window.show_place("library")
        at.wait(lambda: at.bench.shelves.library.contracts.rowCount() == 1, "the library")
        assert not at.errors


def test_docks_are_made_with_the_first_contract(look: Look, tmp_path: Path) -> None:
    with desk(tmp_path, look) as at:
        at.settled()
        assert at.window.docks() == ()
        at.drop(SAMPLES / "mutual-nda.docx")
        at.opened()
        assert [dock.objectName() for dock in at.window.docks()] == ["dock-outline", "dock-review"]
        assert at.window.panels_shown()


def test_memory_goes_back_once_nothing_runs(look: Look, tmp_path: Path, monkeypatch) -> None:
    given: list[int] = []

    def note() -> bool:
        given.append(len(at.bench.tasks.jobs()))
        return give_back()

    monkeypatch.setattr("pactoria_desktop.ui.workbench.workbench.give_back", note)
    with desk(tmp_path, look) as at:
        at.drop(SAMPLES / "mutual-nda.docx")
        at.opened()
        at.wait(lambda: given, "the rest")
        assert given == [0] * len(given), "memory was given back while something ran"


def test_a_closed_contract_is_looked_for_at_the_next_rest(look: Look, tmp_path: Path, monkeypatch) -> None:
    steps: list[str] = []
    for step in (look_through, set_aside):
        monkeypatch.setattr(
            f"pactoria_desktop.ui.workbench.workbench.{step.__name__}",
            lambda step=step: (steps.append(step.__name__), step()),
        )
    with desk(tmp_path, look) as at:
        at.drop(SAMPLES / "mutual-nda.docx")
        tab = at.opened()
        at.wait(lambda: steps, "the first rest")
        assert set(steps) == {"set_aside"}
        at.bench.opening.close_contract(tab.key)
        at.wait(lambda: "look_through" in steps, "the rest after closing")
        assert steps[steps.index("look_through") :][:2] == ["look_through", "set_aside"]
