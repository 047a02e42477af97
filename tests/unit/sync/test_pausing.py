"""A device that was offline for days comes back by itself."""

import asyncio
import itertools

import pytest

from pactoria_desktop.sync.courier import NotReachedError
from pactoria_desktop.sync.live import LiveLine
from pactoria_desktop.sync.pausing import pause_after
from tests.platform.collaboration.desktops import Notes


def test_the_pause_doubles_to_its_bound_and_stays_there_for_ever():
    assert [pause_after(number, 5.0, 60.0) for number in (-1, 0, 1, 2, 3, 4, 10_000)] == [5, 5, 10, 20, 40, 60, 60]


def test_a_live_line_that_cannot_connect_for_days_goes_on_trying(monkeypatch: pytest.MonkeyPatch):
    pauses: list[float] = []
    sleep = asyncio.sleep

    async def at_once(seconds: float) -> None:
        pauses.append(seconds)
        await sleep(0)

    tries = itertools.count(1)
    back = asyncio.Event()

    async def token() -> str:
        if next(tries) > 3000:
            back.set()
            await asyncio.Event().wait()
        raise NotReachedError("no network")

    async def run() -> None:
        line = LiveLine("ws://nowhere.test", token, lambda _: None, Notes(), lambda: 1.0)  # type: ignore[arg-type, return-value]
        running = asyncio.create_task(line.run())
        reached = asyncio.create_task(back.wait())
        await asyncio.wait((running, reached), return_when=asyncio.FIRST_COMPLETED)
        assert back.is_set(), running.exception()
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)

    monkeypatch.setattr(asyncio, "sleep", at_once)
    asyncio.run(run())
    assert max(pauses) == pauses[-1] == 4.0
