"""A library of its own for each test."""

import contextlib
import os
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from pactoria_desktop.runtime.clock import ManualClock
from pactoria_desktop.runtime.library_key import LibraryKey
from pactoria_desktop.runtime.paths import Home
from pactoria_desktop.store.library import Library, open_library


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(datetime(2026, 11, 22, 12, tzinfo=UTC))


@pytest.fixture
def key() -> LibraryKey:
    return LibraryKey.random(os.urandom)


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path / "home")


@pytest.fixture
def opening(home: Home, key: LibraryKey, clock: ManualClock) -> Iterator[Callable[[], Library]]:
    """Opens the test's library as often as wanted; what stays open is closed at the end."""
    with contextlib.ExitStack() as stack:
        yield lambda: stack.enter_context(contextlib.closing(open_library(home, lambda new: key, clock)))


@pytest.fixture
def library(opening: Callable[[], Library]) -> Library:
    return opening()
