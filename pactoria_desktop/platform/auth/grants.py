"""The two ways to a session: a code for a program on the same machine, and a code for a device elsewhere."""

from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from pactoria_desktop.platform.auth import sessions
from pactoria_desktop.platform.auth.clients import AuthorizationRequest, OAuthRefused, is_verifier
from pactoria_desktop.platform.auth.sessions import INVALID_GRANT, Device
from pactoria_desktop.platform.auth.tokens import challenge_of, digest_of, new_token, new_user_code, shown_user_code
from pactoria_desktop.platform.database.schema.identity import AuthorizationCode, DeviceGrant
from pactoria_desktop.platform.house import House
from pactoria_desktop.protocol.identity import (
    CLIENT_ID,
    CODE_SECONDS,
    DEVICE_GRANT_SECONDS,
    DEVICE_PATH,
    POLL_SECONDS,
    DeviceAnswer,
    OAuthCode,
    TokenAnswer,
)

_TRIES_FOR_A_CODE = 5


async def make_code(house: House, connection: AsyncConnection, person: str, asked: AuthorizationRequest) -> str:
    """A code for the request, good for one minute and once."""
    code = new_token(house.randomness)
    now = house.clock.now()
    await connection.execute(
        insert(AuthorizationCode).values(
            code_sha256=digest_of(code),
            person_id=person,
            client_id=CLIENT_ID,
            redirect_uri=asked.redirect_uri,
            code_challenge=asked.code_challenge,
            device_id=asked.device_id,
            device_name=asked.device_name,
            created_at=now,
            expires_at=now + timedelta(seconds=CODE_SECONDS),
        )
    )
    return code


async def exchange_code(
    house: House, connection: AsyncConnection, code: str, redirect_uri: str, verifier: str
) -> TokenAnswer | OAuthRefused:
    """A session for a code (RFC 6749, 4.1.3; RFC 7636, 4.6). A code that comes again ends the session it made."""
    now = house.clock.now()
    row = (
        await connection.execute(
            select(AuthorizationCode).where(AuthorizationCode.code_sha256 == digest_of(code)).with_for_update()
        )
    ).one_or_none()
    if row is None:
        return INVALID_GRANT
    if row.used_at is not None:
        if row.session_id is not None:
            await sessions.end(house, connection, row.session_id, "a code was used twice")
        return INVALID_GRANT
    fits = (
        row.expires_at > now
        and row.redirect_uri == redirect_uri
        and is_verifier(verifier)
        and challenge_of(verifier) == row.code_challenge
    )
    device = Device(row.device_id, row.device_name)
    begun = await sessions.begin(house, connection, row.person_id, device) if fits else None
    # A code that came with the wrong words is spent too: it was in the wrong hands.
    await connection.execute(
        update(AuthorizationCode)
        .where(AuthorizationCode.code_sha256 == row.code_sha256)
        .values(used_at=now, session_id=begun[0] if begun else None)
    )
    return begun[1] if begun else INVALID_GRANT


async def ask_for_device(house: House, device: Device) -> DeviceAnswer:
    """Let a device wait for a person (RFC 8628, 3.2)."""
    device_code = new_token(house.randomness)
    now = house.clock.now()
    for remaining in reversed(range(_TRIES_FOR_A_CODE)):
        user_code = new_user_code(house.randomness)
        try:
            async with house.database.transaction(sign_in=True) as connection:
                await connection.execute(
                    insert(DeviceGrant).values(
                        device_code_sha256=digest_of(device_code),
                        user_code=user_code,
                        client_id=CLIENT_ID,
                        device_id=device.id,
                        device_name=device.name,
                        state="waiting",
                        interval_seconds=POLL_SECONDS,
                        created_at=now,
                        expires_at=now + timedelta(seconds=DEVICE_GRANT_SECONDS),
                    )
                )
            break
        except IntegrityError:
            # Another device waits under these letters.
            if not remaining:
                raise
    address = house.address + DEVICE_PATH
    return DeviceAnswer(
        device_code=device_code,
        user_code=shown_user_code(user_code),
        verification_uri=address,
        verification_uri_complete=f"{address}?user_code={shown_user_code(user_code)}",
        expires_in=DEVICE_GRANT_SECONDS,
        interval=POLL_SECONDS,
    )


@dataclass(frozen=True, slots=True)
class WaitingDevice:
    """A device that waits under a user code."""

    user_code: str
    device_name: str


async def waiting_device(house: House, connection: AsyncConnection, user_code: str) -> WaitingDevice | None:
    """The device that waits under these letters, None where none does (any more)."""
    row = (
        await connection.execute(
            select(DeviceGrant.device_name).where(
                DeviceGrant.user_code == user_code,
                DeviceGrant.state == "waiting",
                DeviceGrant.expires_at > house.clock.now(),
            )
        )
    ).one_or_none()
    return None if row is None else WaitingDevice(user_code, row.device_name)


async def decide_on_device(house: House, connection: AsyncConnection, user_code: str, *, person: str | None) -> bool:
    """Let the waiting device in as a person, or (without one) refuse it. False where it does not wait any more."""
    decided = await connection.execute(
        update(DeviceGrant)
        .where(
            DeviceGrant.user_code == user_code,
            DeviceGrant.state == "waiting",
            DeviceGrant.expires_at > house.clock.now(),
        )
        .values(state="refused" if person is None else "allowed", person_id=person)
    )
    return decided.rowcount == 1


async def poll_device(house: House, connection: AsyncConnection, device_code: str) -> TokenAnswer | OAuthRefused:
    """What a waiting device gets when it asks (RFC 8628, 3.5)."""
    now = house.clock.now()
    row = (
        await connection.execute(
            select(DeviceGrant).where(DeviceGrant.device_code_sha256 == digest_of(device_code)).with_for_update()
        )
    ).one_or_none()
    if row is None or row.state == "taken":
        return INVALID_GRANT
    changes: dict[str, object] = {"polled_at": now}
    answer: TokenAnswer | OAuthRefused
    if row.expires_at <= now:
        answer = OAuthRefused(OAuthCode.EXPIRED_TOKEN, "Nobody let the device in within ten minutes; begin again.")
    elif row.state == "refused":
        answer = OAuthRefused(OAuthCode.ACCESS_DENIED, "The device was refused.")
    elif row.state == "allowed":
        begun = await sessions.begin(house, connection, row.person_id, Device(row.device_id, row.device_name))
        answer = begun[1] if begun else INVALID_GRANT
        changes["state"] = "taken"
    elif row.polled_at is not None and row.polled_at + timedelta(seconds=row.interval_seconds) > now:
        changes["interval_seconds"] = row.interval_seconds + POLL_SECONDS
        answer = OAuthRefused(OAuthCode.SLOW_DOWN, "Ask less often.")
    else:
        answer = OAuthRefused(OAuthCode.AUTHORIZATION_PENDING, "Nobody has decided yet.")
    await connection.execute(
        update(DeviceGrant).where(DeviceGrant.device_code_sha256 == row.device_code_sha256).values(**changes)
    )
    return answer
