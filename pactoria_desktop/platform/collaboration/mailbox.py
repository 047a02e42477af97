"""What waits to be sent over one live connection: bounded, so that a slow one costs nobody else anything."""

import asyncio
from collections import OrderedDict

from pactoria_desktop.protocol.texts import Behind, message

MOST_BYTES = 4 * 1024 * 1024
MOST_MESSAGES = 2000


class Mailbox:
    """Messages in their order. News that do not fit are dropped, and the device is told that it is behind."""

    def __init__(self, *, most_bytes: int = MOST_BYTES, most_messages: int = MOST_MESSAGES) -> None:
        """Empty."""
        self._most_bytes, self._most_messages = most_bytes, most_messages
        self._waiting: OrderedDict[object, tuple[str, bytes]] = OrderedDict()
        self._bytes = 0
        self._more = asyncio.Event()
        self._closed = False

    def put(self, said: bytes) -> None:
        """Add a message that is always kept."""
        self._add(object(), "", said)

    def put_news(self, contract: str, number: int, said: bytes) -> bool:
        """Add news of a contract up to a number; False where they, and all that waits of it, had to be dropped."""
        if self._bytes + len(said) <= self._most_bytes and len(self._waiting) < self._most_messages:
            self._add(object(), contract, said)
            return True
        for key in [key for key, (about, _) in self._waiting.items() if about == contract]:
            self._bytes -= len(self._waiting.pop(key)[1])
        self._add(object(), "", message(Behind(contract=contract, number=number)))
        return False

    def put_people(self, contract: str, said: bytes) -> None:
        """Add who is in a room, in the place of what waits of that."""
        key = ("people", contract)
        if key in self._waiting:
            self._bytes -= len(self._waiting.pop(key)[1])
        self._add(key, "", said)

    def put_moved(self, organization: str, said: bytes) -> None:
        """Add that records of an organization have moved, unless that waits to be said already."""
        key = ("moved", organization)
        if key not in self._waiting:
            self._add(key, "", said)

    def close(self) -> None:
        """Nothing comes any more; what waits is still given."""
        self._closed = True
        self._more.set()

    async def take(self) -> bytes | None:
        """The next message, None after the end."""
        while not self._waiting:
            if self._closed:
                return None
            self._more.clear()
            await self._more.wait()
        _, (_, said) = self._waiting.popitem(last=False)
        self._bytes -= len(said)
        return said

    def _add(self, key: object, about: str, said: bytes) -> None:
        self._waiting[key] = (about, said)
        self._bytes += len(said)
        self._more.set()
