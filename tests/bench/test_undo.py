"""Undo of large deeds in the living text alone, without a page: what the interface waits for before it can draw.

Run by ``pytest tests/bench/test_undo.py --benchmark-enable -s`` on 300 pages with 2,000 tracked changes; without that
option the same runs on 10 pages and nothing is measured. The budget is that of any stall, 100 ms. Where it is missed
nearly all of the time is one call of Loro's (1.17: 0.4 s after accepting all, 1.9 s after a look laid on every word).
It cannot be divided: several steps of Loro's would each be measured against all that came after them (100 steps: 19 s),
and it keeps the interpreter to itself, so that a thread does not help. What would is an inverse of our own for every
step, laid text by text.
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


@pytest.mark.parametrize("deed", [accept_all, embolden_all, type_a_hundred_keys])
def test_undoing_a_large_deed(replica: Replica, figure: Write, deed: Callable[[Replica], None]):
    before = replica.text().sections
    deed(replica)
    assert replica.text().sections != before
    work = time.process_time()
    replica.undo()
    taken = (time.process_time() - work) * 1000
    assert replica.text().sections == before
    figure(
        f"undo in the living text: {deed.__name__.replace('_', ' ')}, 300 pages, ms of own work", f"{taken:.0f}", "100"
    )
