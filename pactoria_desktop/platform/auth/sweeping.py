"""Taking away what is over: tokens, codes, links, waiting devices, counts of attempts, sessions that ended long ago."""

from datetime import timedelta

from sqlalchemy import delete, or_

from pactoria_desktop.platform.database.schema.identity import (
    AccessToken,
    AuthorizationCode,
    DeviceGrant,
    DeviceSession,
    MailToken,
    SignInAttempts,
)
from pactoria_desktop.platform.house import House

_REUSE_IS_SEEN = timedelta(days=1)
"""How long a spent code is kept, so that its second use still ends the session."""
_SESSIONS_ARE_KEPT = timedelta(days=30)
_ATTEMPTS_ARE_KEPT = timedelta(hours=2)
"""Longer than any window and any wait of ``attempts``."""


async def sweep(house: House) -> int:
    """Take away what is over; gives the number of rows. For a job that runs every hour."""
    now = house.clock.now()
    table = SignInAttempts
    statements = (
        delete(AccessToken).where(AccessToken.expires_at <= now),
        delete(AuthorizationCode).where(AuthorizationCode.expires_at <= now - _REUSE_IS_SEEN),
        delete(DeviceGrant).where(DeviceGrant.expires_at <= now - _REUSE_IS_SEEN),
        delete(MailToken).where(MailToken.expires_at <= now - _REUSE_IS_SEEN),
        delete(table).where(
            table.first_at <= now - _ATTEMPTS_ARE_KEPT, or_(table.locked_until.is_(None), table.locked_until <= now)
        ),
        # Refresh tokens go with their session.
        delete(DeviceSession).where(
            or_(
                DeviceSession.ended_at <= now - _SESSIONS_ARE_KEPT, DeviceSession.expires_at <= now - _SESSIONS_ARE_KEPT
            )
        ),
    )
    async with house.database.transaction(sign_in=True) as connection:
        return sum([(await connection.execute(one)).rowcount for one in statements])
