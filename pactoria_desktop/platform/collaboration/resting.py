"""Texts that have come to rest: their contract's record is told the last number once more.

While somebody types, the record moves at most every ten seconds (``note_text``), so the last words of a sitting would
be news to nobody outside the room. They are remembered here and told once nothing more has come for two seconds, or
after ten. A node that dies in between leaves it to the hourly job (``note_rested``).
"""

import asyncio
import contextlib
import logging
from datetime import timedelta

from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection

from pactoria_desktop.platform.collaboration.feed import note_text
from pactoria_desktop.platform.house import House

_log = logging.getLogger("pactoria.collaboration")

REST_SECONDS, MOST_SECONDS = 2.0, 10.0
_FORGOTTEN_AFTER = timedelta(minutes=1)
_FORGOTTEN = text(
    "select t.contract_id::text as contract, t.number from text_document t "
    "join record r on r.organization_id = :organization and r.kind = 'contract' and r.contract_id = t.contract_id "
    "where t.organization_id = :organization and t.changed_at < :before and not r.deleted "
    "and coalesce((r.fields ->> 'text_number')::bigint, 0) < t.number"
)


class Resting:
    """The texts of one node that have come further than their records say."""

    def __init__(self, house: House) -> None:
        """Without any."""
        self._house = house
        self._waiting: dict[tuple[str, str], int] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._closing = asyncio.Event()

    def came_to(self, organization: str, contract: str, number: int, *, noted: bool) -> None:
        """A text has come to a number, committed; ``noted`` where the record says so already."""
        place = (organization, contract)
        if noted:
            self._waiting.pop(place, None)
            return
        waits = place in self._waiting
        self._waiting[place] = number
        if not waits:
            task = asyncio.create_task(self._rest(place))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def close(self) -> None:
        """Tell what waits, now."""
        self._closing.set()
        await asyncio.gather(*self._tasks)

    async def _rest(self, place: tuple[str, str]) -> None:
        waited, before = 0.0, -1
        while waited < MOST_SECONDS and not self._closing.is_set() and self._waiting.get(place, before) != before:
            before = self._waiting[place]
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(REST_SECONDS):
                    await self._closing.wait()
            waited += REST_SECONDS
        number = self._waiting.pop(place, None)
        if number is None:
            return
        organization, contract = place
        try:
            async with self._house.database.transaction(organization=organization) as connection:
                await note_text(connection, self._house, organization, contract, number, at_rest=True)
        except SQLAlchemyError as error:
            _log.warning("text_not_noted", extra={"kind": type(error).__name__, "contract": contract})
            if not self._closing.is_set() and place not in self._waiting:
                self.came_to(organization, contract, number, noted=False)


async def note_rested(connection: AsyncConnection, house: House, organization: str) -> int:
    """Tell the numbers of an organization's texts that a node was to tell and died; gives how many.

    In a transaction of the organization, for the hourly job.
    """
    values = {"organization": organization, "before": house.clock.now() - _FORGOTTEN_AFTER}
    found = (await connection.execute(_FORGOTTEN, values)).all()
    told = [
        await note_text(connection, house, organization, row.contract, row.number, at_rest=True)
        for row in sorted(found, key=lambda one: str(one.contract))
    ]
    return sum(told)
