"""The disk of one of two windows gives out while both type: it says so, typing goes on, and later all is there."""

from pathlib import Path

import pytest

from tests.end_to_end.platform.team import Team
from tests.end_to_end.platform.test_windows_killed import PAUSE, sentence_of
from tests.end_to_end.platform.windows import windows


@pytest.mark.parametrize(
    ("kind", "sentence"),
    [("room", "safe here while the window is open"), ("pages", "no room left"), ("rights", "may not be written")],
)
def test_a_disk_that_gives_out_during_sync_is_told_and_takes_nothing_from_anybody(
    team: Team, tmp_path: Path, kind: str, sentence: str
) -> None:
    with windows(tmp_path, team.platform.address) as pair:
        ines, dele = pair.both
        for one, mark in ((ines, "«I»"), (dele, "«D»")):
            pair.on(one, "insert", behind="total liability", words=f" {mark}")
        pair.converged(10)
        pair.on(ines, "go_to", words="«I»")
        pair.on(dele, "go_to", words="«D»")
        ines.ask("limit_disk", kind=kind)
        written = sentence_of(2000 if kind == "room" else 60)
        begun = dele.tell("keys", contract=pair.contract, words=sentence_of(60), pause=PAUSE)
        pair.on(ines, "keys", words=written[:60], pause=PAUSE)
        for start in range(60, len(written), 100):
            pair.on(ines, "insert", behind=written[start - 20 : start], words=written[start : start + 100])
        begun.result(60)
        assert sentence in pair.on(ines, "hears", words=sentence)
        pair.on(ines, "keys", words="typing goes on", pause=0.01)
        ines.ask("free_disk")
        pair.converged(30)
        pair.on(ines, "hears", words="kept again")
        for one in pair.both:
            text = pair.on(one, "words")
            assert "typing goes on" in text
            assert text.count("«D»" + sentence_of(60)) == 1
            assert one.ask("damages") == []
        before = pair.on(ines, "words")
        ines.close()
        ines.start()
        ines.ask("taken_up", contract=pair.contract)
        assert pair.on(ines, "words") == before
        pair.converged(10)
