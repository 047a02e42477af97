"""Sessions of devices and their tokens: rotation, reuse, the grace for a lost answer, the end.

A session is one sign-in on one device. Its refresh token is exchanged once; the pair that came of it is kept sealed
under the exchanged token, so that the same request within ten seconds gets the same pair. Any other use of a token
that was exchanged means that two hold it: the session ends (RFC 9700, 4.14.2).
"""

from dataclasses import dataclass
from datetime import timedelta

from pydantic import BaseModel, ConfigDict
from sqlalchemy import delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from pactoria_desktop.platform.auth.clients import OAuthRefused
from pactoria_desktop.platform.auth.tokens import LONGEST_TOKEN, digest_of, new_token, open_under, seal_under
from pactoria_desktop.platform.database.committed import access_changed
from pactoria_desktop.platform.database.schema.identity import AccessToken, DeviceSession, Person, RefreshToken
from pactoria_desktop.platform.house import House
from pactoria_desktop.protocol.identity import (
    ACCESS_SECONDS,
    CLIENT_ID,
    GRACE_SECONDS,
    SESSION_SECONDS,
    OAuthCode,
    TokenAnswer,
)

INVALID_GRANT = OAuthRefused(
    OAuthCode.INVALID_GRANT, "The sign-in is not valid, was used before, or has ended; sign in again."
)


@dataclass(frozen=True, slots=True)
class Device:
    """The device that a session is for. Without an id of its own it gets one."""

    id: str | None
    name: str


class _Pair(BaseModel):
    """The tokens that came of an exchange, as they are sealed."""

    model_config = ConfigDict(frozen=True)
    access: str
    refresh: str


async def begin(
    house: House, connection: AsyncConnection, person: str, device: Device
) -> tuple[str, TokenAnswer] | None:
    """Start a session; gives its id and its first pair of tokens. A former one of the same device ends.

    None where the person was disabled or erased since they signed in.
    """
    now = house.clock.now()
    standing = select(Person.id).where(Person.id == person, Person.disabled_at.is_(None), Person.erased_at.is_(None))
    if await connection.scalar(standing) is None:
        return None
    device_id = device.id or house.mint.mint()
    await connection.execute(
        update(DeviceSession)
        .where(
            DeviceSession.person_id == person,
            DeviceSession.device_id == device_id,
            DeviceSession.ended_at.is_(None),
        )
        .values(ended_at=now, end_reason="signed in again")
    )
    access_changed(connection)
    session = house.mint.mint()
    await connection.execute(
        insert(DeviceSession).values(
            id=session,
            person_id=person,
            client_id=CLIENT_ID,
            device_id=device_id,
            device_name=device.name,
            created_at=now,
            seen_at=now,
            expires_at=now + timedelta(seconds=SESSION_SECONDS),
        )
    )
    return session, await _give_pair(house, connection, session, 1, _new_pair(house))


async def refresh(house: House, connection: AsyncConnection, token: str) -> TokenAnswer | OAuthRefused:
    """Exchange a refresh token for the next pair."""
    if len(token) > LONGEST_TOKEN:
        return INVALID_GRANT
    now = house.clock.now()
    digest = digest_of(token)
    session = await connection.scalar(select(RefreshToken.session_id).where(RefreshToken.token_sha256 == digest))
    if session is None:
        return INVALID_GRANT
    # Whoever exchanges a token of this session waits for the others here.
    held = (
        await connection.execute(
            select(DeviceSession.ended_at, DeviceSession.expires_at, Person.disabled_at, Person.erased_at)
            .join(Person, Person.id == DeviceSession.person_id)
            .where(DeviceSession.id == session)
            .with_for_update(of=DeviceSession)
        )
    ).one_or_none()
    if held is None or held.ended_at or held.disabled_at or held.erased_at or held.expires_at <= now:
        return INVALID_GRANT
    row = (
        await connection.execute(
            select(RefreshToken.generation, RefreshToken.used_at, RefreshToken.successor).where(
                RefreshToken.token_sha256 == digest
            )
        )
    ).one()
    if row.used_at is None:
        pair = _new_pair(house)
        await connection.execute(
            update(RefreshToken)
            .where(RefreshToken.token_sha256 == digest)
            .values(used_at=now, successor=seal_under(token, pair.model_dump_json().encode(), house.randomness))
        )
        # The grace is for the immediate predecessor: what was exchanged before this one can give nothing any more.
        await connection.execute(
            update(RefreshToken)
            .where(RefreshToken.session_id == session, RefreshToken.generation < row.generation)
            .values(successor=None)
        )
        await connection.execute(update(DeviceSession).where(DeviceSession.id == session).values(seen_at=now))
        return await _give_pair(house, connection, session, row.generation + 1, pair)
    within_grace = now < row.used_at + timedelta(seconds=GRACE_SECONDS)
    if within_grace and (again := await _given_again(house, connection, token, row.successor)):
        return again
    await end(house, connection, session, "a refresh token was used twice")
    return INVALID_GRANT


async def _given_again(
    house: House, connection: AsyncConnection, token: str, successor: bytes | None
) -> TokenAnswer | None:
    """The same pair; None once its refresh token was exchanged in turn, or its access token is gone."""
    now = house.clock.now()
    content = open_under(token, successor) if successor is not None else None
    if content is None:
        return None
    pair = _Pair.model_validate_json(content)
    expires = await connection.scalar(
        select(AccessToken.expires_at).where(AccessToken.token_sha256 == digest_of(pair.access))
    )
    if expires is None:
        return None
    return TokenAnswer(
        access_token=pair.access,
        expires_in=max(0, int((expires - now).total_seconds())),
        refresh_token=pair.refresh,
    )


def _new_pair(house: House) -> _Pair:
    return _Pair(access=new_token(house.randomness), refresh=new_token(house.randomness))


async def _give_pair(
    house: House, connection: AsyncConnection, session: str, generation: int, pair: _Pair
) -> TokenAnswer:
    now = house.clock.now()
    await connection.execute(
        insert(AccessToken).values(
            token_sha256=digest_of(pair.access),
            session_id=session,
            expires_at=now + timedelta(seconds=ACCESS_SECONDS),
        )
    )
    await connection.execute(
        insert(RefreshToken).values(
            token_sha256=digest_of(pair.refresh), session_id=session, generation=generation, created_at=now
        )
    )
    return TokenAnswer(access_token=pair.access, expires_in=ACCESS_SECONDS, refresh_token=pair.refresh)


async def revoke(house: House, connection: AsyncConnection, token: str) -> None:
    """Revoke a token (RFC 7009): a refresh token ends its session, an access token goes alone."""
    digest = digest_of(token)
    session = await connection.scalar(select(RefreshToken.session_id).where(RefreshToken.token_sha256 == digest))
    if session is not None:
        await end(house, connection, session, "signed out")
    await connection.execute(delete(AccessToken).where(AccessToken.token_sha256 == digest))


async def end(house: House, connection: AsyncConnection, session: str, reason: str) -> None:
    """End a session: its tokens are dead with the commit. In a transaction of the room ``auth``."""
    await connection.execute(
        update(DeviceSession)
        .where(DeviceSession.id == session, DeviceSession.ended_at.is_(None))
        .values(ended_at=house.clock.now(), end_reason=reason)
    )
    await connection.execute(delete(AccessToken).where(AccessToken.session_id == session))
    access_changed(connection)


async def end_own(house: House, connection: AsyncConnection, person: str, session: str, reason: str) -> bool:
    """End one of a person's sessions, in a transaction of that person; False where there is none such."""
    ended = await connection.execute(
        update(DeviceSession)
        .where(DeviceSession.id == session, DeviceSession.person_id == person, DeviceSession.ended_at.is_(None))
        .values(ended_at=house.clock.now(), end_reason=reason)
    )
    access_changed(connection)
    return ended.rowcount == 1


async def end_all(
    house: House, connection: AsyncConnection, person: str, reason: str, *, except_for: str | None = None
) -> int:
    """End a person's sessions; gives how many there were. The tokens die with them (``known_by_token`` asks)."""
    statement = (
        update(DeviceSession)
        .where(DeviceSession.person_id == person, DeviceSession.ended_at.is_(None))
        .values(ended_at=house.clock.now(), end_reason=reason)
    )
    if except_for is not None:
        statement = statement.where(DeviceSession.id != except_for)
    access_changed(connection)
    return (await connection.execute(statement)).rowcount
