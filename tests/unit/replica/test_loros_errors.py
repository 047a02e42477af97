"""What Loro raises becomes an error of ours; an interrupt stays one."""

import asyncio
from collections.abc import Callable
from functools import partial

import pytest
from loro import LoroDoc

from pactoria_desktop.replica.changes import Place, Stretch
from pactoria_desktop.replica.errors import ReplicaError
from pactoria_desktop.replica.loro_text import guarded
from pactoria_desktop.replica.replica import Replica
from tests.unit.replica.rehearsal import exchange, opened, plain_contract, replica_of


def fail(problem: BaseException) -> None:
    raise problem


@pytest.mark.parametrize("kind", [KeyboardInterrupt, SystemExit, GeneratorExit, asyncio.CancelledError])
def test_an_interrupt_passes_through(kind: type[BaseException]) -> None:
    with pytest.raises(kind):
        guarded(partial(fail, kind()), "This must not be said.")


def bare_error() -> object:
    return LoroDoc().get_text("text").slice(2, 1)


def panic() -> object:
    document = LoroDoc()
    subscription = document.subscribe_root(lambda event: fail(ValueError("a callback that fails")))
    document.get_text("text").insert(0, "words")
    try:
        return document.commit()
    finally:
        subscription.unsubscribe()


@pytest.mark.parametrize("act", [bare_error, panic])
def test_what_loro_raises_is_said_in_our_words(act: Callable[[], object]) -> None:
    with pytest.raises(ReplicaError, match="It was refused"):
        guarded(act, "It was refused.")


def test_undoing_many_changes_of_one_text_looks_at_the_text_as_it_is() -> None:
    """The last but one change of the step lay where there is nothing any more once the last has gone."""
    replica = replica_of(plain_contract())
    base = replica.text().sections
    other = opened(replica.snapshot(), "B", 2)
    with replica.undo_group():
        replica.insert(Place("s2", 0), "many words " * 20)
        end = replica.length("s2") - 1
        other.insert(Place("s1", 0), "meanwhile ")
        exchange(replica, other)
        replica.set_paragraph([Stretch("s2", end, end)], "p:style", "H3")
    replica.undo()
    assert replica.text().sections[2] == base[2]
    replica.redo()
    assert replica.text().sections[2] != base[2]


def broken(*_: object) -> object:
    """What Loro does where it meets a place that is not there."""
    raise BaseException("Index out of bound.")


def test_a_step_that_loro_cannot_undo_is_refused_and_nothing_else_is_lost(monkeypatch: pytest.MonkeyPatch) -> None:
    replica: Replica = replica_of(plain_contract())
    replica.insert(Place("s0", 0), "kept ")
    shown = replica.text()
    monkeypatch.setattr("pactoria_desktop.replica.opening.take_back", broken)
    with pytest.raises(ReplicaError, match="could not be taken back"):
        replica.undo()
    assert replica.text() == shown
    assert not replica.can_undo
    replica.insert(Place("s0", 0), "on ")
    assert replica.can_undo


def test_a_step_whose_inverse_loro_cannot_tell_stands_and_nothing_before_it_is_undone_wrongly(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    replica: Replica = replica_of(plain_contract())
    replica.insert(Place("s0", 0), "kept ")
    told: list[object] = []
    replica.subscribe(told.append)
    with monkeypatch.context() as failing:
        failing.setattr("pactoria_desktop.replica.opening.inverse_of", broken)
        with pytest.raises(ReplicaError, match="can no longer be undone"):
            replica.insert(Place("s0", 0), "on ")
    assert len(told) == 1
    assert replica.spans("s0")[0][0].startswith("on kept ")
    assert not replica.can_undo
    replica.insert(Place("s0", 0), "and ")
    replica.undo()
    assert replica.spans("s0")[0][0].startswith("on kept ")
