"""Two libraries and a platform in a process of its own: what one person records, the other has, whatever happens."""

from pathlib import Path

import pytest

from pactoria_desktop.protocol.permissions import Role
from pactoria_desktop.sync.errors import AccessLostError
from tests.end_to_end.platform.desktops import Desktop, desktop
from tests.end_to_end.platform.people import Person
from tests.end_to_end.platform.team import Team

SAMPLE = "services-agreement.docx"


def together(*desks: Desktop) -> None:
    """Sync each twice, so that what the last sent has come to the first."""
    for one in (*desks, *desks):
        one.sync()


def test_a_contract_that_joins_comes_to_the_other_desk_and_edits_of_both_come_together(
    desks: tuple[Desktop, Desktop],
) -> None:
    mine, theirs = desks
    contract = mine.bring_in(SAMPLE)
    mine.sync()
    assert mine.records().keys() & {("contract", contract)} == set()
    mine.add(contract)
    mine.sync()
    theirs.sync()
    (record,) = theirs.shelf.records([contract])
    assert record.title == mine.titles()[contract]
    assert record.package_sha256 == mine.shelf.records([contract])[0].package_sha256
    mine.shelf.describe(contract, counterparty="Corvane Ltd")
    theirs.shelf.describe(contract, status="in_review")
    mine.shelf.change_tags([contract], ["mine"], [])
    theirs.shelf.change_tags([contract], ["theirs"], [])
    mine.agreeing.add_party(contract, "Corvane Ltd", "supplier")
    together(mine, theirs)
    for desk in desks:
        (record,) = desk.shelf.records([contract])
        assert (record.counterparty, record.status, record.tags) == ("Corvane Ltd", "in_review", ("mine", "theirs"))
        assert [one.name for one in desk.agreeing.parties(contract)] == ["Corvane Ltd"]
        assert desk.waiting() == 0
    assert mine.records() == theirs.records()


def test_two_writes_of_one_field_leave_one_and_a_conflict_that_both_see(desks: tuple[Desktop, Desktop]) -> None:
    mine, theirs = desks
    contract = mine.bring_in(SAMPLE)
    mine.add(contract)
    together(mine, theirs)
    theirs.shelf.describe(contract, title="Dele's title")
    mine.shelf.describe(contract, title="Ines's title")
    theirs.sync()
    result = mine.sync()
    theirs.sync()
    assert result.conflicts == 1
    for desk in desks:
        assert desk.titles()[contract] == "Dele's title"
        (conflict,) = desk.syncing.conflicts(contract)
        assert (conflict.field, conflict.mine, conflict.theirs) == ("title", "Ines's title", "Dele's title")
        assert conflict.author == "Ines Falk"
        assert desk.syncing.status().words == "1 conflict"
    theirs.syncing.resolve(conflict.id, "taken")
    together(theirs, mine)
    for desk in desks:
        assert desk.titles()[contract] == "Ines's title"
        assert desk.syncing.conflicts(contract) == ()


def test_a_member_who_is_removed_hears_it_and_keeps_what_was_not_sent(team: Team, tmp_path: Path) -> None:
    rosa = team.another(Person("Rosa Lind", "rosa@example.org"), Role.EDITOR)
    with desktop(tmp_path / "ines", team.ines) as mine, desktop(tmp_path / "rosa", rosa) as theirs:
        contract = mine.bring_in(SAMPLE)
        mine.add(contract)
        together(mine, theirs)
        theirs.shelf.describe(contract, title="Written too late")
        person = theirs.me["id"]
        assert team.ines.ask("DELETE", f"/organizations/{team.organization}/members/{person}").is_success
        with pytest.raises(AccessLostError):
            theirs.sync()
        status = theirs.syncing.status()
        assert (status.state, status.waiting, status.not_accepted) == ("lost", 0, 1)
        assert theirs.syncing.not_accepted()[0].patch == {"title": "Written too late"}
        assert theirs.titles()[contract] == "Services agreement", "what was known there stays to be read"
        standing = theirs.accounts.standing(contract)
        assert standing is not None
        assert standing.lost
        mine.sync()
        assert mine.titles()[contract] != "Written too late"


def test_a_contract_that_is_restricted_leaves_whoever_is_not_named_and_comes_back(
    team: Team, desks: tuple[Desktop, Desktop]
) -> None:
    mine, theirs = desks
    contract = mine.bring_in(SAMPLE)
    mine.add(contract)
    together(mine, theirs)
    before = mine.records()["contract", contract]
    sharing = f"/organizations/{team.organization}/contracts/{contract}/sharing"
    theirs.shelf.describe(contract, title="Not sent in time")
    team.ines.told("PUT", sharing, json={"restricted": True, "people": []})
    theirs.sync(allow_removal=True)
    assert contract not in theirs.titles()
    assert [one.patch for one in theirs.syncing.not_accepted()] == [{"title": "Not sent in time"}]
    mine.shelf.describe(contract, status="in_review")
    mine.sync()
    assert mine.titles()[contract] == before["title"]
    # Named, as an editor: it is there again, and what is written there goes on.
    people = [{"person": theirs.me["id"], "role": "editor"}]
    team.ines.told("PUT", sharing, json={"restricted": True, "people": people})
    theirs.sync()
    assert theirs.titles()[contract] == before["title"]
    theirs.shelf.describe(contract, title="Written by a guest")
    together(theirs, mine)
    assert mine.titles()[contract] == "Written by a guest"
    # Open again: the records go back to the organization's scope, and what is known of them still counts.
    mine.shelf.describe(contract, counterparty="Written while it moved")
    team.ines.told("PUT", sharing, json={"restricted": False, "people": []})
    together(mine, theirs)
    assert theirs.shelf.records([contract])[0].counterparty == "Written while it moved"
    assert mine.records() == theirs.records()
    assert not mine.syncing.conflicts(contract)
