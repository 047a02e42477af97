"""Telling the devices: changes of members and of an organization's name become records of its feed.

The room ``collaboration`` writes them; this port keeps the two rooms apart. The signature is that of its function.
"""

from collections.abc import Mapping
from typing import Protocol

from sqlalchemy.ext.asyncio import AsyncConnection

from pactoria_desktop.platform.house import House


class WritePlatformRecord(Protocol):
    """Writes a record of the platform's own into an organization's feed, in the transaction of the change."""

    async def __call__(
        self,
        connection: AsyncConnection,
        house: House,
        organization: str,
        kind: str,
        record: str,
        fields: Mapping[str, object],
        deleted: bool = False,
    ) -> object:
        """``fields`` are those of the kind in ``protocol.records``; ``deleted`` leaves a tombstone."""
        ...
