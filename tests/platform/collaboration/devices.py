"""A device on a live connection, as a test drives it."""

import asyncio
import hashlib
from collections.abc import Callable
from typing import TypeVar

from websockets.asyncio.client import ClientConnection, connect

from pactoria_desktop.protocol.texts import FromPlatform, Hello, Join, LivePush, from_platform, message
from tests.platform.collaboration.parties import Party

Kind = TypeVar("Kind")


class Device:
    """Says and hears messages; what was heard and not asked for yet is kept."""

    def __init__(self, connection: ClientConnection) -> None:
        self.connection = connection
        self.heard: list[tuple[FromPlatform, tuple[bytes, ...]]] = []
        self.requests = 0

    @classmethod
    async def connected(cls, address: str, party: Party) -> "Device":
        device = cls(await connect(f"{address}/api/v1/live", proxy=None, max_size=None))
        await device.connection.send(message(Hello(token=party.token, protocol=1)))
        return device

    async def hear(
        self, kind: type[Kind], which: Callable[[Kind], bool] = lambda _: True, seconds: float = 5
    ) -> tuple[Kind, tuple[bytes, ...]]:
        """The next message of a kind; others wait."""
        async with asyncio.timeout(seconds):
            while True:
                for at, (said, blobs) in enumerate(self.heard):
                    if isinstance(said, kind) and which(said):
                        del self.heard[at]
                        return said, blobs
                data = await self.connection.recv()
                assert isinstance(data, bytes)
                self.heard.append(from_platform(data))

    async def join(self, organization: str, contract: str, after: int) -> None:
        self.requests += 1
        said = Join(request=self.requests, organization=organization, contract=contract, after=after)
        await self.connection.send(message(said))

    async def push(self, contract: str, update: bytes, peer: str) -> None:
        self.requests += 1
        said = LivePush(
            request=self.requests, contract=contract, updates=(hashlib.sha256(update).hexdigest(),), peers=(peer,)
        )
        await self.connection.send(message(said, (update,)))

    async def close(self) -> None:
        await self.connection.close()
