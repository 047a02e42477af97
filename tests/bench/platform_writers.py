"""Writers for the benchmark of the feed: pushes of one change each at the repository's function, counted.

Started by ``test_platform.py`` as ``python -m tests.bench.platform_writers SECONDS WRITERS`` with the scopes as JSON on
standard input; prints how many transactions were committed and the processor seconds they took here.
"""

import asyncio
import base64
import json
import os
import random
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pactoria_desktop.platform.collaboration.feed import take
from pactoria_desktop.platform.opening import Addresses, opened_house
from pactoria_desktop.platform.settings import PlatformSettings
from pactoria_desktop.protocol.records import Operation, Outcome, Push
from pactoria_desktop.runtime.clock import SystemClock


@dataclass(frozen=True)
class Writer:
    """Who pushes."""

    organization: str
    person: str
    device: str


async def write(told: dict[str, Any], seconds: float, writers: int) -> tuple[int, float]:
    """Push for so long with so many at once; gives transactions and processor seconds."""
    addresses = Addresses(told["application"], told["owner"], base64.b64decode(told["master_key"]))
    settings = PlatformSettings(platform_data=Path(told["data"]), database_connections=writers + 1)
    done = 0
    async with opened_house(settings, addresses, clock=SystemClock()) as house:
        until = time.monotonic() + seconds

        async def one(seed: int) -> None:
            nonlocal done
            chance = random.Random(f"{os.getpid()} {seed}")
            while time.monotonic() < until:
                scope = chance.choice(told["scopes"])
                operation = Operation(
                    operation=house.mint.mint(), kind="contract", record=scope["contract"], base_sequence=2**53 - 1,
                    patch={"title": f"Title {chance.random()}"},
                )  # fmt: skip
                writer = Writer(scope["organization"], scope["person"], scope["device"])
                pushed = await take(house, writer, Push(epoch=told["epoch"], operations=(operation,)))
                assert pushed.results[0].outcome is Outcome.APPLIED, pushed.results[0]
                done += 1

        began = time.process_time()
        await asyncio.gather(*(one(number) for number in range(writers)))
        return done, time.process_time() - began


if __name__ == "__main__":
    count, spent = asyncio.run(write(json.load(sys.stdin), float(sys.argv[1]), int(sys.argv[2])))
    print(json.dumps({"transactions": count, "seconds": spent}))
