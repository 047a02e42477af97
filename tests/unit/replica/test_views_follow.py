"""Whatever is done, here or elsewhere, a view that applies the announced changes shows what the replica holds."""

import random

import pytest

from tests.unit.replica.rehearsal import EVERYTHING, Desk, desks, exchange, rich_contract


def run(seed: int, steps: int = 30) -> None:
    random_ = random.Random(seed)
    first, second = desks(rich_contract(random_), random_, "AB")
    try:
        for _ in range(steps):
            desk: Desk = random_.choice((first, second))
            desk.do(EVERYTHING)
            desk.check()
            if random_.random() < 0.15:
                exchange(first.replica, second.replica)
                first.check()
                second.check()
        exchange(first.replica, second.replica)
        first.check()
        second.check()
        assert first.replica.text() == second.replica.text()
        assert first.shadow.nodes == second.shadow.nodes
    except BaseException as problem:
        problem.add_note(f"seed {seed}: {first.log[-4:]} | {second.log[-4:]}")
        raise
    finally:
        first.close()
        second.close()


@pytest.mark.parametrize("seed", range(60))
def test_view_equals_replica_after_every_operation(seed: int) -> None:
    run(seed)


@pytest.mark.long
@pytest.mark.parametrize("block", range(40))
def test_view_equals_replica_after_every_operation_at_length(block: int) -> None:
    for seed in range(1000 + block * 50, 1050 + block * 50):
        run(seed)
