"""Whatever was done at random is taken back and done again as it was, and what others did meanwhile stays."""

import random

import pytest

from pactoria_desktop.contract.text import ContractText
from pactoria_desktop.replica.changes import Place
from pactoria_desktop.replica.replica import Replica
from tests.unit.replica.rehearsal import (
    DECISIONS,
    LOOKS,
    TABLES,
    WORDS,
    Desk,
    desks,
    exchange,
    plain_contract,
    rich_contract,
)

DEEDS = (*WORDS, *LOOKS, *DECISIONS, *TABLES, "move", "mode", "gradual")
EDITS = (*WORDS, *LOOKS, "row", "rowless", "move", "mode")
THEIRS = "ΑΒΓ"


def shown(replica: Replica) -> object:
    text: ContractText = replica.text()
    return text.sections, text.comments, replica.nodes()


def run_alone(seed: int, steps: int = 14) -> None:
    """One person, nobody else: every state on the way back and forth is the one that there was."""
    random_ = random.Random(seed)
    (desk,) = desks(rich_contract(random_) if seed % 2 else plain_contract(), random_, "A")
    states = [shown(desk.replica)]
    undone = 0
    for _ in range(steps):
        if undone and random_.random() < 0.3:
            desk.replica.redo()
            undone -= 1
            assert shown(desk.replica) == states[-1 - undone]
        elif len(states) - undone > 1 and random_.random() < 0.3:
            desk.replica.undo()
            undone += 1
            assert shown(desk.replica) == states[-1 - undone]
        else:
            before = shown(desk.replica)
            can = desk.replica.can_undo
            desk.do(DEEDS)
            after = shown(desk.replica)
            if after != before:
                assert desk.replica.can_undo
                del states[len(states) - undone :]
                undone = 0
                states.append(after)
                continue
            if desk.replica.can_undo != can or not desk.replica.can_redo:
                # A step that changed nothing people see is one all the same.
                del states[len(states) - undone :]
                undone = 0
            states, undone = [after], 0
            desk.replica._steps.clear()
        desk.check()
    while desk.replica.can_undo and len(states) - undone > 1:
        for _ in desk.replica.undo_gradually():
            desk.check()
        undone += 1
        assert shown(desk.replica) == states[-1 - undone]
    while undone:
        for _ in desk.replica.redo_gradually():
            desk.check()
        undone -= 1
        assert shown(desk.replica) == states[-1 - undone]
    desk.close()


def letters(replica: Replica, wanted: str) -> str:
    """The wanted letters of the shown text, in order of the letters."""
    words = "".join(text for slot in replica.slots() for text, _ in replica.spans(slot))
    return "".join(sorted(each for each in words if each in wanted))


def run_together(seed: int, steps: int = 24) -> None:
    """Somebody else types while one works and takes back: their words stay, and both come to one text."""
    random_ = random.Random(seed)
    mine, theirs = desks(rich_contract(random_) if seed % 2 else plain_contract(), random_, "AB")
    theirs.replica.suggesting = False
    for _ in range(steps):
        chance = random_.random()
        if chance < 0.35:
            mine.do(EDITS)
        elif chance < 0.6:
            place = theirs.place()
            theirs.replica.insert(Place(place.slot, place.offset), random_.choice(THEIRS))
        elif chance < 0.75:
            before = letters(mine.replica, THEIRS)
            (mine.replica.undo if random_.random() < 0.6 else mine.replica.redo)()
            # What one's own deletion took with it comes back and goes again; nothing else of theirs does.
            assert before or not letters(mine.replica, THEIRS) or mine.log
        else:
            exchange(mine.replica, theirs.replica)
        mine.check()
        theirs.check()
    exchange(mine.replica, theirs.replica)
    typed = letters(theirs.replica, THEIRS)
    while mine.replica.can_undo:
        for _ in mine.replica.undo_gradually():
            mine.check()
            if random_.random() < 0.2:
                place = theirs.place()
                theirs.replica.insert(place, random_.choice(THEIRS))
                exchange(mine.replica, theirs.replica)
                theirs.check()
    exchange(mine.replica, theirs.replica)
    mine.check()
    theirs.check()
    assert mine.replica.text() == theirs.replica.text()
    for letter in THEIRS:
        assert letters(mine.replica, letter).count(letter) >= typed.count(letter)
    mine.close()
    theirs.close()


def noted(desk: Desk) -> str:
    return str(desk.log[-6:])


@pytest.mark.parametrize("seed", range(30))
def test_every_state_comes_back_and_goes_again(seed: int) -> None:
    run_alone(seed)


@pytest.mark.parametrize("seed", range(20))
def test_words_of_others_stay_when_all_of_ones_own_is_taken_back(seed: int) -> None:
    run_together(seed)
