"""What was read of the stored parts beside the opening is what the living text says, or is not given."""

import random

import pytest

from pactoria_desktop.replica.ahead import ReadAhead, read_ahead
from pactoria_desktop.replica.changes import Place, Stretch
from pactoria_desktop.replica.identity import Identity
from pactoria_desktop.replica.replica import Replica
from pactoria_desktop.replica.resolving import Selection
from pactoria_desktop.runtime.clock import SystemClock
from tests.bench.contracts import contract

CLOCK = SystemClock()


@pytest.fixture(scope="module")
def parts() -> tuple[bytes, list[bytes]]:
    """A snapshot and two updates after it."""
    made = Replica.create(contract(12, changes=60, comments=9, tables=2), identity=Identity("x"), clock=CLOCK)
    snapshot, updates = made.snapshot(), []
    for words in ("first ", "second "):
        before = made.version()
        made.insert(Place(made.slots()[2], 7), words)
        updates.append(made.updates_since(before))
    return snapshot, updates


def opened(parts: tuple[bytes, list[bytes]]) -> Replica:
    return Replica.open(*parts, identity=Identity("Ines Falk", "me"), clock=CLOCK)


def test_it_is_what_the_living_text_says(parts):
    replica, other = opened(parts), opened(parts)
    ahead = read_ahead(*parts, CLOCK)
    assert set(ahead.spans) == set(replica.slots())
    replica.take_ahead(ahead)
    for slot in other.slots():
        first, again = replica.spans(slot), replica.spans(slot)
        assert first == again == other.spans(slot)
        assert replica.names(slot) == other.names(slot)


@pytest.mark.parametrize("seed", range(10))
def test_nothing_that_has_changed_is_taken_or_given(parts, seed):
    """Whether it changed before the taking or after it."""
    dice = random.Random(seed)
    replica, other = opened(parts), opened(parts)
    ahead = read_ahead(*parts, CLOCK)

    def change() -> None:
        slot = dice.choice(replica.slots())
        match dice.randrange(6):
            case 0:
                replica.insert(Place(slot, 3), "typed")
            case 1:
                replica.delete([Stretch(slot, 1, 4)])
            case 2:
                replica.accept(Selection())
            case 3:
                replica.undo()
            case 4:
                replica.move_section(replica.slots()[0], replica.slots()[-1])
            case _:
                version = other.version()
                other.insert(Place(dice.choice(other.slots()), 0), "there")
                replica.import_updates(other.updates_since(version))

    for _ in range(dice.randrange(3)):
        change()
    replica.take_ahead(ahead)
    for _ in range(dice.randrange(1, 3)):
        change()
    control = Replica.open(replica.snapshot(), identity=Identity("z"), clock=CLOCK)
    for slot in replica.slots():
        assert replica.spans(slot) == control.spans(slot)
        assert replica.names(slot) >= control.names(slot)


def test_what_was_read_of_other_parts_is_not_taken(parts):
    replica = opened(parts)
    slot = replica.slots()[0]
    wrong = ReadAhead(b"another", {slot: [("wrong\n", {})]}, {slot: frozenset()})
    replica.take_ahead(wrong)
    assert replica.spans(slot) != wrong.spans[slot]
    older = read_ahead(parts[0], (), CLOCK)
    replica.take_ahead(older)
    third = replica.slots()[2]
    assert replica.spans(third) != older.spans[third]


def test_tracked_changes_are_known_to_stand_without_reading_the_text_again(parts):
    replica, other = opened(parts), opened(parts)
    replica.take_ahead(read_ahead(*parts, CLOCK))
    assert replica._living.revisions_open()
    assert other._living.revisions_open()
