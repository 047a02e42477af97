"""A platform restored from a backup takes nothing from anybody: what it acknowledged and lost is sent to it anew."""

from pathlib import Path

import pytest

from tests.end_to_end.platform.desktops import Desktop
from tests.end_to_end.platform.team import Team
from tests.end_to_end.platform.test_records import SAMPLE, together
from tests.end_to_end.platform.texts import TextDesk, exchange, same
from tests.samples import sample_text


def restore_afterwards(team: Team, tmp_path: Path) -> Path:
    """Make a backup while the platform runs; gives its file."""
    out = tmp_path / "platform.backup"
    team.platform.run("backup", str(out))
    return out


def restored(team: Team, backup: Path) -> None:
    """Put the backup in place and start again, at the same address."""
    team.platform.stop()
    team.platform.run("restore", str(backup), "--replace")
    team.platform.start()


def shared(desks: tuple[Desktop, Desktop]) -> str:
    mine, theirs = desks
    contract = mine.bring_in(SAMPLE)
    mine.add(contract)
    together(mine, theirs)
    return contract


def test_records_that_the_backup_does_not_know_come_back(
    team: Team, desks: tuple[Desktop, Desktop], tmp_path: Path
) -> None:
    mine, theirs = desks
    contract = shared(desks)
    backup = restore_afterwards(team, tmp_path)
    mine.shelf.describe(contract, title="After the backup", counterparty="Corvane")
    together(mine, theirs)
    theirs.shelf.change_tags([contract], ["seen"], [])
    theirs.shelf.describe(contract, status="in_review")
    theirs.agreeing.add_party(contract, "Corvane Ltd", "supplier")
    together(theirs, mine)
    other = mine.bring_in("mutual-nda.docx")
    mine.add(other)
    mine.sync()
    theirs.shelf.describe(contract, title="Written offline")
    restored(team, backup)
    # The one who made least comes first, with an old epoch and a base that the platform has not reached.
    theirs.sync()
    together(mine, theirs)
    assert mine.records() == theirs.records()
    for desk in desks:
        (record,) = desk.shelf.records([contract])
        conflicts = {(one.field, one.mine) for one in desk.syncing.conflicts(contract)}
        # Who knew of whose change is not known any more: each is there, or set aside for a person to see.
        for field, value in (("title", "After the backup"), ("title", "Written offline"), ("status", "in_review")):
            assert getattr(record, field) == value or (field, value) in conflicts, (field, value)
        assert (record.counterparty, record.tags) == ("Corvane", ("seen",))
        assert [one.name for one in desk.agreeing.parties(contract)] == ["Corvane Ltd"]
        assert other in desk.titles()
        assert desk.waiting() == 0
        assert desk.syncing.not_accepted() == ()


@pytest.mark.parametrize("first", [0, 1])
def test_words_that_the_backup_does_not_know_come_back_whoever_syncs_first(
    team: Team, desks: tuple[Desktop, Desktop], tmp_path: Path, first: int
) -> None:
    mine, theirs = desks
    contract = shared(desks)
    mine.bring_package(contract)

    def text_desk(desk: Desktop, *, begins: bool = False) -> TextDesk:
        text = sample_text(SAMPLE) if begins else None
        return TextDesk(desk.signed_in, desk.me["id"], team.organization, contract, text=text)

    one, other = text_desk(mine, begins=True), text_desk(theirs)

    async def before() -> None:
        await exchange(one)
        await exchange(other)

    async def after_backup() -> None:
        for number in range(3):
            one.type(f"Acknowledged {number}. ")
            await exchange(one)
        await exchange(other)
        one.type("Only Ines has this. ")
        await exchange(one)

    async def after_restore() -> None:
        order = (one, other) if first == 0 else (other, one)
        # The second comes only when the platform has counted beyond what the second knew of it.
        for number in range(8):
            order[0].type(f"Since {number}. ")
            await exchange(order[0])
        await exchange(order[1])
        await exchange(order[0])
        fresh = text_desk(theirs)
        await exchange(fresh)
        assert same(one, other, fresh)
        for words in ("Acknowledged 0. ", "Acknowledged 2. ", "Only Ines has this. ", "Since 0. ", "Since 7. "):
            assert fresh.words().count(words) == 1, words
        for desk in (one, other, fresh):
            await desk.close()

    team.lane.run(before())
    backup = restore_afterwards(team, tmp_path)
    team.lane.run(after_backup())
    restored(team, backup)
    team.lane.run(after_restore())
