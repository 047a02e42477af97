"""Limits by address and by network: after a number of attempts each further one waits longer.

An attempt is counted before it is looked at, so that many at once get no more tries than one after the other, and it
is counted alike for addresses that are known and for those that are not. Keys are keyed hashes: a row names nobody.
"""

import hmac
import ipaddress
from dataclasses import dataclass
from datetime import timedelta

from fastapi import Request
from sqlalchemy import delete, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from pactoria_desktop.platform.api.refusals import Refusal
from pactoria_desktop.platform.database.schema.identity import SignInAttempts
from pactoria_desktop.platform.house import House
from pactoria_desktop.protocol.problems import Code


@dataclass(frozen=True, slots=True)
class Rule:
    """``free`` attempts within ``window`` seconds; each further one is followed by a wait that doubles, in seconds."""

    kind: str
    free: int
    window: int
    first_wait: int = 2
    longest_wait: int = 900

    def wait_after(self, attempts: int) -> int:
        """Seconds to wait after so many attempts."""
        over = attempts - self.free
        return 0 if over < 0 else min(self.longest_wait, self.first_wait * 2 ** min(over, 20))


SIGN_IN_ADDRESS = Rule("sign in to an address", free=5, window=3600)
SIGN_IN_NETWORK = Rule("sign in from a network", free=40, window=3600)
REGISTRATION = Rule("register from a network", free=10, window=3600, first_wait=30)
RESET_ADDRESS = Rule("reset of an address", free=3, window=3600, first_wait=60)
RESET_NETWORK = Rule("reset from a network", free=20, window=3600, first_wait=30)
DEVICE_CODE = Rule("device code from a network", free=20, window=600, first_wait=5)
USER_CODE = Rule("user code from a network", free=10, window=600, first_wait=5)
INVITATION_ORGANIZATION = Rule("invite into an organization", free=200, window=3600, first_wait=30)
INVITATION_NETWORK = Rule("invite from a network", free=200, window=3600, first_wait=30)
ACCEPTANCE_NETWORK = Rule("accept an invitation from a network", free=60, window=3600, first_wait=5)
TOKEN = Rule("refused token from a network", free=60, window=300, first_wait=1, longest_wait=60)
PASSWORD_CHANGE = Rule("change of a password", free=5, window=3600)


def network_of(request: Request) -> str:
    """The network that asks: an IPv4 address, or the first 64 bits of an IPv6 one, which one subscriber holds."""
    host = request.client.host if request.client is not None else ""
    try:
        found = ipaddress.ip_address(host)
    except ValueError:
        return "unknown"
    if isinstance(found, ipaddress.IPv6Address):
        if found.ipv4_mapped is not None:
            return str(found.ipv4_mapped)
        return str(ipaddress.ip_network((found, 64), strict=False))
    return str(found)


def key_of(house: House, rule: Rule, whom: str) -> bytes:
    """The row's key for an address or a network under a rule."""
    return hmac.digest(house.seals.derived("attempts"), f"{rule.kind}\x1f{whom}".encode("utf-8", "replace"), "sha256")


async def count(house: House, connection: AsyncConnection, rule: Rule, whom: str) -> float:
    """Count an attempt; gives the seconds to wait before there may be one, 0 where this one may go on.

    An attempt that must wait is not counted. In a transaction of the room ``auth``.
    """
    now = house.clock.now()
    key = key_of(house, rule, whom)
    table = SignInAttempts
    await connection.execute(
        insert(table).values(key=key, failures=0, first_at=now, locked_until=None).on_conflict_do_nothing()
    )
    row = (
        await connection.execute(
            select(table.failures, table.first_at, table.locked_until).where(table.key == key).with_for_update()
        )
    ).one()
    if row.locked_until is not None and row.locked_until > now:
        return float((row.locked_until - now).total_seconds())
    begun_again = row.first_at + timedelta(seconds=rule.window) <= now
    attempts = 1 if begun_again else row.failures + 1
    wait = rule.wait_after(attempts)
    await connection.execute(
        update(table)
        .where(table.key == key)
        .values(
            failures=attempts,
            first_at=now if begun_again else row.first_at,
            locked_until=now + timedelta(seconds=wait) if wait else None,
        )
    )
    return 0.0


async def waiting(house: House, connection: AsyncConnection, rule: Rule, whom: str) -> float:
    """Seconds to wait before there may be an attempt, 0 where there may be one; counts nothing."""
    now = house.clock.now()
    until = await connection.scalar(
        select(SignInAttempts.locked_until).where(SignInAttempts.key == key_of(house, rule, whom))
    )
    return 0.0 if until is None or until <= now else (until - now).total_seconds()


async def forgive(house: House, connection: AsyncConnection, rule: Rule, whom: str) -> None:
    """Forget the attempts: this one was right."""
    await connection.execute(delete(SignInAttempts).where(SignInAttempts.key == key_of(house, rule, whom)))


async def take_back(house: House, connection: AsyncConnection, rule: Rule, whom: str) -> None:
    """Uncount one attempt: it was right, and says nothing about the others from there."""
    table = SignInAttempts
    await connection.execute(
        update(table)
        .where(table.key == key_of(house, rule, whom), table.failures > 0)
        .values(failures=table.failures - 1, locked_until=None)
    )


async def hold(house: House, *limits: tuple[Rule, str]) -> None:
    """Count an attempt under each rule, in a transaction of its own. Raises Refusal (429) with the time to wait."""
    async with house.database.transaction(sign_in=True) as connection:
        waits = [await count(house, connection, rule, whom) for rule, whom in limits]
    if (longest := max(waits)) > 0:
        raise too_many(longest)


def too_many(seconds: float) -> Refusal:
    """The refusal of an attempt that must wait."""
    return Refusal(
        Code.TOO_MANY_REQUESTS,
        "There were too many attempts; nothing was changed; wait a little and try again.",
        retry_after=seconds,
    )
