"""What was typed live, for the upload ledger: a line a minute for each contract instead of one for each key."""

import asyncio
from collections.abc import Callable

from pactoria_desktop.services.syncing import Departure
from pactoria_desktop.services.traffic import Traffic

LEDGER_SECONDS = 60.0


class TypedLive:
    """Gathers what goes by the rooms, on the line's loop. ``note`` writes one departure, on a thread."""

    def __init__(self, traffic: Traffic, note: Callable[[Departure], None]) -> None:
        self._traffic, self._note = traffic, note
        self._gathered: dict[str, tuple[int, str]] = {}

    def departed(self, contract: str, size: int, sha256: str) -> None:
        """A part of a text is about to go."""
        self._traffic.sent += size
        before, _ = self._gathered.get(contract, (0, ""))
        self._gathered[contract] = (before + size, sha256)

    async def run(self) -> None:
        """Write until cancelled."""
        while True:
            await asyncio.sleep(LEDGER_SECONDS)
            await asyncio.to_thread(self.write)

    def write(self) -> None:
        """What went since the last time, as one line for each contract with the hash of the last part."""
        gathered, self._gathered = self._gathered, {}
        for contract, (size, sha256) in gathered.items():
            self._note(Departure(contract, "typed live", size, sha256))
