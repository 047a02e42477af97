"""Whatever goes wrong between three devices and a platform, nothing that a person wrote is lost unseen."""

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.unit.sync.machine import SyncMachine
from tests.unit.sync.mutants import MUTANTS, machine

STEPS = 50


def run(kind: type[SyncMachine], runs: int, *, steps: int = STEPS, planted: bool = False) -> None:
    """``planted``: the same runs each time and the first failure as it is, since which one does not matter."""
    run_state_machine_as_test(
        kind,
        settings=settings(
            max_examples=runs,
            stateful_step_count=steps,
            deadline=None,
            database=None,
            report_multiple_bugs=False,
            phases=(Phase.generate,) if planted else tuple(Phase),
            derandomize=planted,
            suppress_health_check=list(HealthCheck),
        ),
    )


def test_nothing_is_lost_in_a_thousand_runs_of_fifty_steps():
    run(SyncMachine, 1_000)


@pytest.mark.long
def test_nothing_is_lost_in_five_thousand_runs_of_fifty_steps():
    run(SyncMachine, 5_000)


@pytest.mark.parametrize("planted", MUTANTS)
def test_a_planted_error_is_found(planted: str):
    with pytest.raises(AssertionError, match=r"^(I\d|the devices find no rest)"):
        run(machine(planted), 1_500, planted=True)
