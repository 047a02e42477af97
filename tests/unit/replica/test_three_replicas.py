"""Three replicas whose updates arrive late, twice and in any order end with the same text."""

import random

import pytest

from tests.unit.replica.rehearsal import EVERYTHING, Desk, desks, exchange, plain_contract, rich_contract


def settle(people: list[Desk]) -> None:
    """Everybody learns everything, until nobody sets anything right any more."""
    for _ in range(6):
        for first in people:
            for second in people:
                if first is not second:
                    exchange(first.replica, second.replica)
        if len({desk.replica.frontier() for desk in people}) == 1:
            return


def run(seed: int, steps: int = 40) -> None:
    random_ = random.Random(seed)
    people = desks(rich_contract(random_) if seed % 2 else plain_contract(), random_, "ABC")
    sent = [desk.replica.version() for desk in people]
    waiting: list[tuple[int, bytes]] = []
    try:
        for _ in range(steps):
            number = random_.randrange(3)
            desk = people[number]
            desk.do(EVERYTHING)
            desk.check()
            if random_.random() < 0.4:
                update = desk.replica.updates_since(sent[number])
                sent[number] = desk.replica.version()
                waiting += [(other, update) for other in range(3) if other != number]
            if random_.random() < 0.4 and waiting:
                random_.shuffle(waiting)
                target, update = waiting[-1] if random_.random() < 0.2 else waiting.pop()
                people[target].replica.import_updates(update)
                people[target].check()
        settle(people)
        texts = [desk.replica.text() for desk in people]
        for desk in people:
            desk.check()
        assert texts[0] == texts[1] == texts[2]
    except BaseException as problem:
        problem.add_note(f"seed {seed}: {[desk.log[-3:] for desk in people]}")
        raise
    finally:
        for desk in people:
            desk.close()


@pytest.mark.parametrize("seed", range(12))
def test_three_replicas_end_alike(seed: int) -> None:
    run(seed)


@pytest.mark.long
@pytest.mark.parametrize("block", range(20))
def test_three_replicas_end_alike_at_length(block: int) -> None:
    for seed in range(1000 + 25 * block, 1025 + 25 * block):
        run(seed)
