"""Two desktops kept together by a platform in a process of its own: shared, fetched, typed live, apart and again."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from pactoria_desktop.contract.accepted import accepted
from pactoria_desktop.documents.package import Package
from pactoria_desktop.documents.reader import read
from pactoria_desktop.services.local_texts import has_text
from pactoria_desktop.services.questions import open_questions, seen_by, settle
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
    theirs.together.sync_now()
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

        return accepted(read(Package(self._bench.text(self._contract), "x.docx"))).text


def test_a_sentence_that_both_changed_apart_is_one_question_and_its_answer_holds_for_both(
    team: Team, both: tuple[Bench, Bench], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pactoria_desktop.sync.texts.APART_SECONDS", 0)
    mine, theirs = both
    contract = mine.bring_in("services-agreement.docx")
    mine.share(contract, team.organization)
    mine.together.sync_now()
    theirs.together.sync_now()
    theirs.together.fetch(contract)
    sentence = next(
        line for line in OpenHereOnce(mine, contract).words().split("\n") if len(line) > 80 and ". " not in line
    )
    word, other = sentence.split()[3], sentence.split()[6]
    for each, old, new in ((mine, word, "FIRST"), (theirs, other, "SECOND")):
        each.together.pause()
        opened = OpenHere(each, contract)
        opened.replace(sentence, sentence.replace(old, new, 1))
        opened.close()
    mine.together.resume()
    mine.together.sync_now()
    theirs.together.resume()
    theirs.together.sync_now()
    mine.together.sync_now()
    seats = [one.together.syncing() for one in both]
    asked = [open_questions(one, contract) for one in seats]
    assert [len(one) for one in asked] == [1, 1]
    assert asked[0] == asked[1]
    assert asked[0][0].base == sentence
    assert set(asked[0][0].versions) == {
        sentence.replace(word, "FIRST", 1), sentence.replace(other, "SECOND", 1)
    }  # fmt: skip
    mine.wait(lambda: mine.text(contract) == theirs.text(contract), "the texts did not become equal", 25.0)

    opened = OpenHere(theirs, contract)
    question, meaning = seen_by(asked[1][0], theirs.person_id)
    assert "SECOND" in question.versions[0]
    opened.on(lambda: settle(opened.opened.replica, question, "ours"))
    seats[1].answer(question.id, meaning["ours"])
    opened.close()
    theirs.together.sync_now()
    mine.together.sync_now()
    assert open_questions(seats[0], contract) == open_questions(seats[1], contract) == ()
    mine.wait(lambda: mine.text(contract) == theirs.text(contract), "the texts did not become equal", 25.0)
    words = OpenHereOnce(mine, contract).words()
    assert sentence.replace(other, "SECOND", 1) in words
    assert "FIRST" not in words


def test_an_access_token_that_ended_early_is_renewed_and_nobody_notices(team: Team, both: tuple[Bench, Bench]) -> None:
    mine, theirs = both
    contract = mine.bring_in("mutual-nda-from-tessel.docx")
    mine.share(contract, team.organization)
    mine.together.sync_now()
    here = OpenHere(mine, contract)
    mine.revoke_access(team.platform.address)
    mine.together.pause()
    mine.together.resume()
    here.type(0, 0, "After the token had ended. ")
    theirs.wait(lambda: theirs.fetched(contract), "the contract")
    theirs.wait(lambda: "After the token had ended." in theirs.words(contract), "the words", 30.0)
    assert mine.together.account is not None
    assert mine.together.connected
    here.close()
    assert not mine.refusals


def test_a_platform_that_goes_is_said_and_nobody_is_shown_at_work_until_it_is_back(
    team: Team, both: tuple[Bench, Bench]
) -> None:
    mine, theirs = both
    contract = mine.bring_in("services-agreement-from-corvane.docx")
    if mine.accounts.home(contract) is None:
        mine.share(contract, team.organization)
    mine.together.sync_now()
    theirs.together.sync_now()
    theirs.together.fetch(contract)
    here, there = OpenHere(mine, contract), OpenHere(theirs, contract)
    mine.wait(lambda: bool(mine.people.get(contract)), "nobody came")

    def state() -> str:
        seat = next(one for one in mine.together.seats if one.organization == team.organization)
        return mine.together.syncing(seat.number).status().state

    mine.wait(lambda: state() == "synced", "it does not rest")
    team.platform.end()
    try:
        mine.wait(lambda: mine.people.get(contract) == (), "somebody is still shown at work")
        mine.wait(lambda: state() == "offline", "nothing was said", seconds=20)
    finally:
        team.platform.start()
    mine.wait(lambda: bool(mine.people.get(contract)), "nobody came back", seconds=30)
    mine.wait(lambda: state() == "synced", "it is still said to be offline", seconds=30)
    for each in (here, there):
        each.close()
