"""Who may only read changes nothing, who may only suggest decides on nothing of others; what others do arrives."""

import pytest

from pactoria_desktop.contract.accepted import rejected
from pactoria_desktop.replica.changes import Place, Stretch
from pactoria_desktop.replica.errors import ReplicaError
from pactoria_desktop.replica.identity import Identity
from pactoria_desktop.replica.replica import Replica
from pactoria_desktop.replica.resolving import Selection
from pactoria_desktop.replica.rights import Rights
from pactoria_desktop.runtime.clock import SystemClock
from tests.unit.replica.rehearsal import exchange, plain_contract

COMMANDS = {
    "insert": lambda one, slot: one.insert(Place(slot, 1), "x"),
    "delete": lambda one, slot: one.delete([Stretch(slot, 0, 2)]),
    "replace": lambda one, slot: one.replace([Stretch(slot, 0, 2)], "x"),
    "replace each": lambda one, slot: one.replace_each([Stretch(slot, 0, 2)], "x"),
    "format": lambda one, slot: one.format([Stretch(slot, 0, 2)], "bold", True),
    "comment": lambda one, slot: one.comment([Stretch(slot, 0, 2)], "Why?"),
    "accept": lambda one, slot: one.accept(Selection()),
    "reject": lambda one, slot: one.reject(Selection()),
    "move": lambda one, slot: one.move_section(slot, None),
    "table": lambda one, slot: one.new_table(slot, 2, 2),
}


def opened(snapshot: bytes, who: str, peer: int) -> Replica:
    return Replica.open(snapshot, identity=Identity(who, f"user-{who}"), clock=SystemClock(), peer=peer)


def begun() -> Replica:
    made = Replica.create(plain_contract(), identity=Identity("Ann", "user-Ann"), clock=SystemClock(), peer=1)
    made.suggesting = True
    return made


@pytest.mark.parametrize("name", COMMANDS)
def test_who_may_only_read_changes_nothing(name: str) -> None:
    one = begun()
    slot = one.slots()[0]
    one.insert(Place(slot, 1), "their ")
    before, version = one.text(), one.version()
    one.rights = Rights.READ
    with pytest.raises(ReplicaError, match="only be read"):
        COMMANDS[name](one, slot)
    one.undo()
    assert (one.text(), one.version(), one.can_undo, one.can_redo) == (before, version, False, False)
    one.rights = Rights.ALL
    one.undo()
    assert one.text() != before


def test_what_others_do_arrives_where_one_may_only_read() -> None:
    ann = begun()
    reader = opened(ann.snapshot(), "Ben", 2)
    reader.rights = Rights.READ
    ann.insert(Place(ann.slots()[0], 1), "news ")
    reader.import_updates(ann.updates_since(reader.version()))
    assert reader.text() == ann.text()


def test_who_may_only_suggest_cannot_stop_suggesting() -> None:
    ann = begun()
    ben = opened(ann.snapshot(), "Ben", 2)
    ben.rights = Rights.SUGGEST
    assert ben.suggesting
    ben.suggesting = False
    assert ben.suggesting
    before = rejected(ann.text()).text
    slot = ben.slots()[0]
    ben.replace([Stretch(slot, 0, 3)], "other")
    ben.comment([Stretch(slot, 4, 6)], "Why?")
    exchange(ann, ben)
    assert rejected(ann.text()).text == before
    assert ann.text() == ben.text()


@pytest.mark.parametrize("name", ["accept", "reject", "move"])
def test_who_may_only_suggest_decides_on_nothing(name: str) -> None:
    ann = begun()
    ann.insert(Place(ann.slots()[0], 1), "hers ")
    ben = opened(ann.snapshot(), "Ben", 2)
    ben.rights = Rights.SUGGEST
    before = ben.text()
    with pytest.raises(ReplicaError, match="left to editors"):
        COMMANDS[name](ben, ben.slots()[0])
    (hers,) = ben.revisions
    with pytest.raises(ReplicaError, match="left to editors"):
        next(ben.gradually.reject(Selection(ids=frozenset({hers}))))
    assert ben.text() == before


def test_who_may_only_suggest_takes_back_what_was_their_own() -> None:
    ann = begun()
    before = ann.text()
    ben = opened(ann.snapshot(), "Ben", 2)
    ben.rights = Rights.SUGGEST
    ben.insert(Place(ben.slots()[0], 1), "mine ")
    (mine,) = ben.revisions
    with pytest.raises(ReplicaError, match="left to editors"):
        ben.accept(Selection(ids=frozenset({mine})))
    assert ben.reject(Selection(ids=frozenset({mine}))) == 1
    exchange(ann, ben)
    assert ann.text() == before
