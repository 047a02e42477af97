"""What the window kept is known before the database's library is imported, and is what a session would give."""

import contextlib
import subprocess
import sys
from pathlib import Path

import pytest

from pactoria_desktop.runtime.clock import SystemClock
from pactoria_desktop.runtime.library_key import LibraryKey
from pactoria_desktop.runtime.paths import Home
from pactoria_desktop.store.errors import LibraryDamagedError
from pactoria_desktop.store.library import Library, open_library
from pactoria_desktop.store.sessions import Sessions

KEY = LibraryKey(bytes(range(32)))
KEPT = {"place": "library", "theme": "dark", "documents": [{"key": "a", "view": {"caret": [1, "é"]}}], "none": None}
OPENING = """
import sys
from pathlib import Path
from pactoria_desktop.runtime.clock import SystemClock
from pactoria_desktop.runtime.library_key import LibraryKey
from pactoria_desktop.runtime.paths import Home
from pactoria_desktop.store.library import open_library

library = open_library(Home(Path(sys.argv[1])), lambda new: LibraryKey(bytes(range(32))), SystemClock(), create=False)
print(library.glance("window")["place"], "sqlalchemy" in sys.modules)
library.close()
"""


def opened(folder: Path) -> "contextlib.closing[Library]":
    return contextlib.closing(open_library(Home(folder), lambda new: KEY, SystemClock()))


def damage(file: Path) -> None:
    """Turn a byte round in each page of the later half."""
    data = bytearray(file.read_bytes())
    for place in range(len(data) // 2, len(data), 4_096):
        data[place] ^= 0xFF
    file.write_bytes(data)


def test_a_glance_sees_what_a_session_would(tmp_path: Path) -> None:
    with opened(tmp_path) as library:
        assert library.glance("window") is None
        with library.writing() as session:
            Sessions(session).put("window", KEPT, at=1)
        with library.reading() as session:
            assert library.glance("window") == Sessions(session).get("window") == KEPT


def test_opening_and_a_glance_need_no_sqlalchemy(tmp_path: Path) -> None:
    with opened(tmp_path) as library, library.writing() as session:
        Sessions(session).put("window", KEPT, at=1)
    ended = subprocess.run(
        [sys.executable, "-c", OPENING, str(tmp_path)], capture_output=True, check=True, text=True, timeout=60
    )  # fmt: skip
    assert ended.stdout.split() == ["library", "False"]


def test_a_glance_at_a_damaged_page_is_refused_in_a_sentence(tmp_path: Path) -> None:
    with opened(tmp_path) as library:
        with library.writing() as session:
            Sessions(session).put("window", {"long": "x" * 200_000}, at=1)
        library.shrink_log()
        damage(tmp_path / "library.db")
        with pytest.raises(LibraryDamagedError):
            library.glance("window")
