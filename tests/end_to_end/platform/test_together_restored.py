"""Desktops that are kept together by themselves, upon a platform that was restored: nobody does anything about it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from pactoria_desktop.services.local_texts import has_text
from pactoria_desktop.store.errors import NotInLibraryError
from tests.end_to_end.platform.benches import Bench, OpenHere, bench
from tests.end_to_end.platform.team import DELE, INES, Team
from tests.end_to_end.platform.test_restored import restore_afterwards, restored
from tests.end_to_end.platform.test_together import OpenHereOnce


@pytest.fixture
def both(team: Team, tmp_path: Path) -> Iterator[tuple[Bench, Bench]]:
    """Ines's and Dele's desktops, signed in."""
    with bench(tmp_path / "ines", INES) as mine, bench(tmp_path / "dele", DELE) as theirs:
        for each in (mine, theirs):
            each.sign_in(team.platform.address)
        yield mine, theirs


def words(desk: Bench, contract: str) -> str:
    """The words of a contract as a desktop has them; none as long as its text or its Word file has not come."""
    if not has_text(desk.service, contract):
        return ""
    try:
        return OpenHereOnce(desk, contract).words()
    except NotInLibraryError:
        return ""


@pytest.mark.parametrize(
    ("stays_open", "samples"),
    [
        (False, ("mutual-nda.docx", "services-agreement.docx")),
        (True, ("mutual-nda-from-tessel.docx", "services-agreement-from-corvane.docx")),
    ],
    ids=["closed", "open"],
)
def test_words_and_word_files_that_the_backup_does_not_know_are_there_again_by_themselves(
    team: Team, both: tuple[Bench, Bench], tmp_path: Path, stays_open: bool, samples: tuple[str, str]
) -> None:
    mine, theirs = both
    known = mine.bring_in(samples[0])
    mine.share(known, team.organization)
    mine.together.sync_now()
    theirs.wait(lambda: has_text(theirs.service, known), "the text did not come")
    backup = restore_afterwards(team, tmp_path)
    new = mine.bring_in(samples[1])
    mine.share(new, team.organization)
    mine.together.sync_now()
    opened = [OpenHere(mine, contract) for contract in (known, new)]
    for place, here in enumerate(opened):
        here.type(0, 0, f"After the backup {place}. ")
    for place, contract in enumerate((known, new)):
        theirs.wait(
            lambda contract=contract, place=place: f"After the backup {place}." in words(theirs, contract),  # type: ignore[misc]
            "did not come",
        )
    if not stays_open:
        for here in opened:
            here.close()
        mine.together.sync_now()
    restored(team, backup)
    with bench(tmp_path / "third", DELE) as third:
        third.sign_in(team.platform.address)
        for place, contract in enumerate((known, new)):
            third.wait(
                lambda contract=contract, place=place: f"After the backup {place}." in words(third, contract),  # type: ignore[misc]
                f"{contract} did not come back",
                40,
            )
        if stays_open:
            for place, here in enumerate(opened):
                here.type(0, 0, f"And on {place}. ")
                contract = here.contract
                third.wait(
                    lambda contract=contract, place=place: f"And on {place}." in words(third, contract),  # type: ignore[misc]
                    "the open contract is not in its room any more",
                    40,
                )
                here.close()
        third.together.sync_now()
        mine.together.sync_now()
        for contract in (known, new):
            assert third.text(contract) == mine.text(contract)
    assert not mine.refusals
    assert not theirs.refusals
