"""The first sync of an organization with ten thousand contracts, at a real platform: until the list can be used.

Run by ``pytest tests/bench/test_first_sync.py -s``. What the line of 10 Mbit/s takes is reckoned from the bytes that
came and added to the time that the sync took on this machine, where the line is fast.
"""

import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx2
import pytest

from pactoria_desktop.contract.identity import IdentityMint
from pactoria_desktop.protocol.records import Operation, Push, Pushed
from pactoria_desktop.services.shelf import Filter, Order
from pactoria_desktop.sync.transport import Http
from tests.end_to_end.platform.desktops import desktop
from tests.end_to_end.platform.lanes import Lane
from tests.end_to_end.platform.team import founded, platform_process
from tests.platform.conftest import no_network

__all__ = ["no_network"]

CONTRACTS, AT_ONCE = 10_000, 100
BITS = 10_000_000
Figure = Callable[..., None]


@pytest.fixture
def lane() -> Iterator[Lane]:
    """The loop on which tokens are asked for."""
    made = Lane()
    yield made
    made.close()


def operations(first: int, mint: IdentityMint) -> tuple[Operation, ...]:
    """Contracts with titles, counterparties and tags as people give them."""
    return tuple(
        Operation(
            operation=mint.mint(), kind="contract", record=mint.mint(), base_sequence=0,
            patch={
                "title": f"Services agreement {number:05d} with Corvane Freight", "status": "in_review",
                "counterparty": f"Corvane Freight {number % 97} B.V.", "created_at": "2026-11-30T12:00:00.000Z",
                "tags": {"add": [f"client-{number % 211}", "renewal"], "remove": []},
                "package_sha256": f"{number:064x}",
            },
        )
        for number in range(first, first + AT_ONCE)
    )  # fmt: skip


def test_the_list_of_ten_thousand_can_be_used_soon_after_the_first_sign_in(
    lane: Lane, tmp_path: Path, figure: Figure
) -> None:
    with platform_process() as platform:
        team = founded(platform, lane)
        mint = IdentityMint(lambda: int(time.time() * 1000), os.urandom)
        with httpx2.Client(trust_env=False) as client:
            http = Http(
                client, team.ines.address, team.ines.token, clock=team.ines.clock, sleep=time.sleep,
                jitter=lambda: 0.5,
            )  # fmt: skip
            path, epoch = f"/organizations/{team.organization}/sync/push", ""
            for first in range(0, CONTRACTS, AT_ONCE):
                push = Push(epoch=epoch, operations=operations(first, mint))
                epoch = http.ask("POST", path, Pushed, push.model_dump_json().encode()).epoch
        with desktop(tmp_path / "dele", team.dele) as desk:
            came = 0

            def count(response: httpx2.Response) -> None:
                nonlocal came
                came += int(response.headers.get("Content-Length", "0"))

            desk._client.event_hooks = {"response": [count]}
            began = time.monotonic()
            desk.sync()
            seconds = time.monotonic() - began
            rows = desk.shelf.rows(Filter(), Order.CHANGED, descending=True)
            assert len(rows) == CONTRACTS
    line = came * 8 / BITS
    figure("first sync of 10,000 contracts: MB that came", round(came / 1e6, 2), "")
    figure("first sync of 10,000 contracts: s, on this machine", round(seconds, 1), "")
    figure("first sync of 10,000 contracts: s until the list, at 10 Mbit/s", round(seconds + line, 1), "10")
    assert came > CONTRACTS * 100
