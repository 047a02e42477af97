"""Two desktops kept together by a platform in a process of its own: shared, fetched, typed live, apart and again."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from pactoria_desktop.services.local_texts import has_text
from tests.end_to_end.platform.benches import Bench, OpenHere, bench
from tests.end_to_end.platform.team import DELE, INES, Team


@pytest.fixture
def both(team: Team, tmp_path: Path) -> Iterator[tuple[Bench, Bench]]:
    """Ines's and Dele's desktops, signed in."""
    with bench(tmp_path / "ines", INES) as mine, bench(tmp_path / "dele", DELE) as theirs:
        for each in (mine, theirs):
            each.sign_in(team.platform.address)
        yield mine, theirs


def test_a_contract_that_is_shared_comes_to_the_other_with_its_text_and_its_word_file(
    team: Team, both: tuple[Bench, Bench]
) -> None:
    mine, theirs = both
    contract = mine.bring_in("services-agreement-from-corvane.docx")
    mine.share(contract, team.organization)
    mine.together.sync_now()
    theirs.wait(lambda: has_text(theirs.service, contract), "the text did not come")
    theirs.wait(lambda: theirs.together.syncing().status().state == "synced", "not synced")
    assert theirs.text(contract) == mine.text(contract)
    assert not mine.refusals
    assert not theirs.refusals


def test_what_one_types_the_other_sees_and_what_was_typed_apart_comes_together(
    team: Team, both: tuple[Bench, Bench]
) -> None:
    mine, theirs = both
    contract = mine.bring_in("mutual-nda.docx")
    mine.share(contract, team.organization)
    mine.together.sync_now()
    theirs.together.sync_now()
    theirs.together.fetch(contract)
    here, there = OpenHere(mine, contract), OpenHere(theirs, contract)
    mine.wait(lambda: bool(mine.people.get(contract)), "nobody came")
    here.type(0, 0, "Ines was here. ")
    there.await_words("Ines was here. ")
    there.type(0, 0, "Dele as well. ")
    here.await_words("Dele as well. ")
    here.close()
    there.type(0, 0, "Typed while she was away. ")
    there.close()
    mine.wait(lambda: "Typed while she was away." in OpenHereOnce(mine, contract).words(), "did not come")
    theirs.together.sync_now()
    mine.together.sync_now()
    assert mine.text(contract) == theirs.text(contract)
    assert not mine.refusals
    assert not theirs.refusals


class OpenHereOnce:
    """Reads the words of a contract that is not open."""

    def __init__(self, mine: Bench, contract: str) -> None:
        self._bench, self._contract = mine, contract

    def words(self) -> str:
        """The words of the library."""
        from pactoria_desktop.contract.accepted import accepted
        from pactoria_desktop.documents.package import Package
        from pactoria_desktop.documents.reader import read

        return accepted(read(Package(self._bench.text(self._contract), "x.docx"))).text
