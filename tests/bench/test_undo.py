"""Undo of large deeds in the living text alone, without a page: the longest turn, and all of them.

Run by ``pytest tests/bench/test_undo.py --benchmark-enable -s`` on 300 pages with 2,000 tracked changes; without that
option the same runs on 10 pages and nothing is measured. The budget is that of any stall, 100 ms, and holds for each
turn. Measured with loro 1.17, own work, longest turn (all turns): undo of accepting all 3 ms (171), of a look on every
word 48 (885), of a burst of a hundred keys 3 (3), of deleting everything 39 (3,300), of striking everything 65 (2,000).
Nearly all that is left is Loro's work for the words and marks that are laid, and for telling what takes back a commit
that hides sections: about a millisecond for each million of characters that the history has.
"""

import time
from collections.abc import Callable, Iterator

import pytest

from pactoria_desktop.replica.changes import Place, Stretch
from pactoria_desktop.replica.identity import Identity
from pactoria_desktop.replica.replica import Replica
from pactoria_desktop.replica.resolving import Selection
from pactoria_desktop.runtime.clock import SystemClock
from tests.bench.contracts import contract

Write = Callable[..., None]


@pytest.fixture
def replica(request: pytest.FixtureRequest) -> Iterator[Replica]:
    pages = 300 if request.config.getoption("--benchmark-enable") else 10
    text = contract(pages, changes=pages * 7, comments=pages // 3, tables=pages // 30)
    made = Replica.create(text, identity=Identity("x"), clock=SystemClock())
    snapshot = made.snapshot()
    made.close()
    replica = Replica.open(snapshot, identity=Identity("me"), clock=SystemClock())
    yield replica
    replica.close()


def accept_all(replica: Replica) -> None:
    for _ in replica.gradually.accept(Selection()):
        pass


def embolden_all(replica: Replica) -> None:
    whole = [Stretch(slot, 0, replica.length(slot)) for slot in replica.slots()]
    for _ in replica.gradually.format(whole, "bold", True):
        pass


def type_a_hundred_keys(replica: Replica) -> None:
    slot = replica.slots()[3]
    with replica.undo_group():
        for number in range(100):
            replica.insert(Place(slot, 10 + number), "x")


def delete_all(replica: Replica) -> None:
    whole = [Stretch(slot, 0, replica.length(slot)) for slot in replica.slots()]
    for _ in replica.gradually.delete(whole):
        pass


def strike_all(replica: Replica) -> None:
    replica.suggesting = True
    delete_all(replica)


@pytest.mark.parametrize("deed", [accept_all, embolden_all, type_a_hundred_keys, delete_all, strike_all])
def test_undoing_a_large_deed(replica: Replica, figure: Write, deed: Callable[[Replica], None]):
    before = replica.text().sections
    deed(replica)
    assert replica.text().sections != before
    longest = whole = 0.0
    turns = replica.undo_gradually()
    ended = False
    while not ended:
        work = time.process_time()
        ended = next(turns, turns) is turns
        taken = (time.process_time() - work) * 1000
        longest, whole = max(longest, taken), whole + taken
    assert replica.text().sections == before
    name = f"undo in the living text: {deed.__name__.replace('_', ' ')}, 300 pages, ms of own work, longest turn (all)"
    figure(name, f"{longest:.0f} ({whole:.0f})", "100")
