"""Sync of a contract's text: 1,000 + 1,000 edits made offline in 300 pages come together.

Run by ``pytest tests/bench/test_sync.py --benchmark-enable -s`` on 300 pages; without that option on 10 pages, and
nothing is measured. Figures are processor time of this process.
"""

import random
import time
from collections.abc import Callable

import pytest

from pactoria_desktop.replica.changes import Place, Stretch
from pactoria_desktop.replica.identity import Identity
from pactoria_desktop.replica.parting import joined
from pactoria_desktop.replica.replica import Replica
from pactoria_desktop.runtime.clock import SystemClock
from tests.bench.contracts import WORDS, contract

Write = Callable[..., None]
CLOCK = SystemClock()


def edited(snapshot: bytes, who: str, count: int, seed: int, tracked: bool) -> Replica:
    rng = random.Random(seed)
    replica = Replica.open(snapshot, identity=Identity(who, who), clock=CLOCK)
    replica.suggesting = tracked
    slots = replica.slots()
    for _ in range(count):
        slot = rng.choice(slots)
        at = rng.randint(0, max(0, replica.length(slot) - 12))
        if rng.random() < 0.6:
            replica.insert(Place(slot, at), rng.choice(WORDS) + " ")
        else:
            replica.delete([Stretch(slot, at, at + rng.randint(1, 8))])
    return replica


@pytest.mark.parametrize("tracked", [True, False], ids=["tracked", "plain"])
def test_a_thousand_edits_on_each_side_come_together(
    request: pytest.FixtureRequest, figure: Write, tracked: bool
) -> None:
    full = bool(request.config.getoption("--benchmark-enable"))
    pages, count = (300, 1000) if full else (10, 50)
    made = Replica.create(contract(pages, changes=pages, tables=pages // 30), identity=Identity(""), clock=CLOCK)
    snapshot, known = made.snapshot(), made.version()
    made.close()
    one, other = (edited(snapshot, who, count, seed, tracked) for seed, who in enumerate(("a", "b")))
    there, back = one.updates_since(known), other.updates_since(known)
    seconds = []
    for replica, update in ((one, back), (other, there)):
        before = time.process_time()
        replica.import_updates(update)
        seconds.append(time.process_time() - before)
    assert one.text() == other.text()
    again = edited(snapshot, "b", count, 1, tracked)
    before = time.process_time()
    outcome = joined(
        again.snapshot(), known, [there], contract="c", me=Identity("b", "b"), others=Identity("a", "a"), clock=CLOCK
    )
    apart = time.process_time() - before
    kind = "tracked" if tracked else "plain"
    if full:
        name = f"sync, 1,000 + 1,000 {kind} edits, 300 pages"
        figure(f"{name}: bytes each way", max(len(there), len(back)), "≤ 65536")
        figure(f"{name}: merge, ms", round(max(seconds) * 1000, 1), "≤ 100")
        figure(f"{name}: sentences found and shown, ms", round(apart * 1000), "")
        figure(f"{name}: sentences asked about", len(outcome.clashes), "")
        assert max(len(there), len(back)) <= 65536
    for each in (one, other, again):
        each.close()
