"""Real processes that talk over this machine's own network, and nothing beyond it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.end_to_end.platform.desktops import Desktop, desktop
from tests.end_to_end.platform.lanes import Lane
from tests.end_to_end.platform.team import Team, founded, platform_process
from tests.platform.conftest import no_network

__all__ = ["no_network"]


@pytest.fixture(scope="session")
def lane() -> Iterator[Lane]:
    """The loop on which asynchronous parts run."""
    made = Lane()
    yield made
    made.close()


@pytest.fixture(scope="module")
def team(lane: Lane) -> Iterator[Team]:
    """A platform of the module's own with Ines and Dele."""
    with platform_process() as platform:
        yield founded(platform, lane)


@pytest.fixture
def desks(team: Team, tmp_path: Path) -> Iterator[tuple[Desktop, Desktop]]:
    """Ines's and Dele's desktops, each with an empty library."""
    with desktop(tmp_path / "ines", team.ines) as mine, desktop(tmp_path / "dele", team.dele) as theirs:
        yield mine, theirs
