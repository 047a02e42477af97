"""What is done every hour for the whole platform: what is over is taken away, and what a node left undone is done.

Each is one job of the queue with the hour as its key, so that it is put in once however many nodes there are, by
whichever comes first; whichever is free does it. All of it may be done twice.
"""

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import text

from pactoria_desktop.platform.auth.sweeping import sweep
from pactoria_desktop.platform.collaboration.compacting import compact
from pactoria_desktop.platform.collaboration.resting import note_rested
from pactoria_desktop.platform.contracts.files import Files
from pactoria_desktop.platform.house import House
from pactoria_desktop.platform.operations.object_store import object_store
from pactoria_desktop.platform.organizations.privacy import forget_invited

_AT_ONCE = 500
_INVITED_ARE_KEPT = timedelta(days=90)
_ORGANIZATIONS = text("select organization_id::text from organizations_after(cast(:after as uuid), :most)")
_BEFORE_ALL = "00000000-0000-0000-0000-000000000000"


@dataclass(frozen=True, slots=True)
class Hourly:
    """A job of every hour: its name, the minute of the hour, what it is in words, and the doing of it, which gives how
    many things were taken away or done."""

    name: str
    minute: int
    title: str
    do: Callable[[House], Awaitable[int]]


async def organizations(house: House) -> AsyncIterator[str]:
    """Every organization that is not deleted, in the order of the ids."""
    after = _BEFORE_ALL
    while True:
        async with house.database.unknown() as connection:
            found = (await connection.execute(_ORGANIZATIONS, {"after": after, "most": _AT_ONCE})).scalars().all()
        for one in found:
            yield str(one)
        if len(found) < _AT_ONCE:
            return
        after = str(found[-1])


async def tend_records(house: House) -> int:
    """Let the feeds go of what is old, forget invitations that nobody took, tell numbers of texts that were not told.

    A transaction for each organization, so that nobody waits for the work on all of them.
    """
    done = 0
    before = house.clock.now() - _INVITED_ARE_KEPT
    async for organization in organizations(house):
        async with house.database.transaction(organization=organization) as connection:
            # Texts first: their counters are held until the end as those of what is compacted are, in one order.
            done += await note_rested(connection, house, organization)
        async with house.database.transaction(organization=organization) as connection:
            done += await compact(connection, house, organization)
            done += await forget_invited(connection, organization, before)
    return done


async def sweep_files(house: House) -> int:
    """Take away what was being sent when a node died."""
    files = Files(lambda: object_store(house.settings))
    done = 0
    async for organization in organizations(house):
        done += await files.sweep(organization, house.clock.now())
    return done


HOURLY = (
    Hourly("hourly_sign_ins", 7, "sign-ins, tokens and links that are over", sweep),
    Hourly("hourly_records", 17, "old tombstones and answers, invitations that nobody took", tend_records),
    Hourly("hourly_files", 27, "files whose sending broke off", sweep_files),
)
