"""Two real windows in processes of their own, live: shared while it is open, typed into on both sides, timed."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.end_to_end.platform.team import Team
from tests.end_to_end.platform.windows import Windows, windows


@pytest.fixture
def open_windows(team: Team, tmp_path: Path) -> Iterator[Windows]:
    """Ines's and Dele's windows on one contract."""
    with windows(tmp_path, team.platform.address) as found:
        yield found


def test_a_contract_shared_while_it_is_open_is_live_at_once_and_its_words_are_the_members(
    open_windows: Windows,
) -> None:
    ines, dele = open_windows.both
    open_windows.on(ines, "insert", behind="total liability", words=" «Ines»")
    open_windows.on(dele, "await_words", words="«Ines»", seconds=5)
    open_windows.on(dele, "insert", behind="«Ines»", words=" «Dele»")
    open_windows.on(ines, "await_words", words="«Dele»", seconds=5)
    open_windows.converged(5)
    open_windows.fine()
    for one in open_windows.both:
        assert open_windows.on(one, "authors") == ["Dele Okafor", "Ines Falk"]
        assert one.ask("status")["waiting"] == 0
