"""Invitations: a link that lets one person in, once, within seven days; only its hash is kept."""

import base64
import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from pactoria_desktop.platform.api.access import Asker, forbidden
from pactoria_desktop.platform.api.refusals import Refusal, not_found
from pactoria_desktop.platform.database.schema import identity
from pactoria_desktop.platform.database.schema import organizations as tables
from pactoria_desktop.platform.house import House
from pactoria_desktop.platform.organizations.changing import Change
from pactoria_desktop.protocol.organizations import DAYS_TO_ACCEPT, Invitation, NewInvitation
from pactoria_desktop.protocol.permissions import Role, may_grant
from pactoria_desktop.protocol.problems import Code

_TOKEN_BYTES = 32
_MOST_SHOWN = 500
MOST_OPEN = 500
"""Invitations that may be open at once in an organization."""


@dataclass(frozen=True, slots=True)
class Found:
    """An invitation that a token knows, still to be taken."""

    id: str
    organization: str
    organization_name: str
    email: str | None
    role: Role
    billing: bool


async def invite(change: Change, wanted: NewInvitation, *, by: Role) -> tuple[Invitation, str]:
    """A new invitation and its token, which nobody can find out again. A former one to the same address ends.

    Raises Refusal: 403 for a role that one may not give, 409 where the address belongs to a member.
    """
    if not may_grant(by, wanted.role):
        raise forbidden("member.invite", by)
    table = tables.Invitation
    now = change.house.clock.now()
    await _room_for_another(change, now)
    if wanted.email is not None:
        await _no_member_has(change, wanted.email)
        await change.connection.execute(
            update(table)
            .where(
                table.organization_id == change.organization,
                table.email == wanted.email,
                table.accepted_at.is_(None),
                table.revoked_at.is_(None),
            )
            .values(revoked_at=now)
        )
    token = base64.urlsafe_b64encode(change.house.randomness(_TOKEN_BYTES)).decode().rstrip("=")
    values = {
        "id": change.house.mint.mint(),
        "email": wanted.email,
        "role": wanted.role.value,
        "billing": wanted.billing,
        "invited_by": change.actor,
        "created_at": now,
        "expires_at": now + timedelta(days=DAYS_TO_ACCEPT),
    }
    await change.connection.execute(
        insert(table).values(organization_id=change.organization, token_sha256=digest_of(token), **values)
    )
    await change.audit(
        "invitation.made", "invitation", str(values["id"]),
        role=wanted.role.value, billing=wanted.billing, bound=wanted.email is not None,
    )  # fmt: skip
    return Invitation.model_validate({**values, "state": "open"}), token


async def invitations_of(connection: AsyncConnection, organization: str, now: datetime) -> tuple[Invitation, ...]:
    """An organization's invitations, the newest first."""
    table = tables.Invitation
    rows = await connection.execute(
        select(table.__table__)
        .where(table.organization_id == organization)
        .order_by(table.created_at.desc(), table.id.desc())
        .limit(_MOST_SHOWN)
    )
    return tuple(_shown(row, now) for row in rows)


async def withdraw(change: Change, invitation: str) -> None:
    """End an invitation that nobody took. Raises Refusal: 404, 409 when it was taken."""
    table = tables.Invitation
    row = (
        await change.connection.execute(
            select(table.accepted_at, table.revoked_at)
            .where(table.organization_id == change.organization, table.id == invitation)
            .with_for_update()
        )
    ).one_or_none()
    if row is None:
        raise not_found("invitation")
    if row.accepted_at is not None:
        raise Refusal(
            Code.CONFLICT, "The invitation was accepted already; nothing was changed; remove the member instead."
        )
    if row.revoked_at is not None:
        return
    await change.connection.execute(
        update(table)
        .where(table.organization_id == change.organization, table.id == invitation)
        .values(revoked_at=change.house.clock.now())
    )
    await change.audit("invitation.withdrawn", "invitation", invitation)


async def invitation_for(house: House, asker: Asker, token: str) -> Found:
    """The invitation of a token, for somebody signed in. Raises Refusal: 404, 410 when it is over, 403 when it is
    bound to another address."""
    async with house.database.unknown() as connection:
        found = func.invitation_by_token(digest_of(token)).table_valued(
            "id", "organization_id", "organization_name", "email", "role", "billing", "expires_at", "accepted_at",
            "revoked_at",
        )  # fmt: skip
        row = (await connection.execute(select(found))).one_or_none()
    if row is None or row.organization_id is None:
        raise not_found("invitation")
    if row.accepted_at is not None or row.revoked_at is not None or row.expires_at <= house.clock.now():
        raise _over()
    if row.email is not None and row.email != asker.email:
        raise Refusal(
            Code.FORBIDDEN,
            "This invitation is for another e-mail address; nothing was changed; sign in with that address.",
        )
    return Found(str(row.id), str(row.organization_id), row.organization_name, row.email, Role(row.role), row.billing)


async def take(change: Change, invitation: str) -> None:
    """Use the invitation up, in the transaction that adds the member. Raises Refusal when somebody was faster."""
    table = tables.Invitation
    now = change.house.clock.now()
    taken = await change.connection.execute(
        update(table)
        .where(
            table.organization_id == change.organization,
            table.id == invitation,
            table.accepted_at.is_(None),
            table.revoked_at.is_(None),
            table.expires_at > now,
        )
        .values(accepted_at=now, accepted_by=change.actor)
    )
    if taken.rowcount != 1:
        raise _over()


def digest_of(token: str) -> bytes:
    """What is kept of a token."""
    return hashlib.sha256(token.encode()).digest()


async def _room_for_another(change: Change, now: datetime) -> None:
    table = tables.Invitation
    waiting = select(func.count()).where(
        table.organization_id == change.organization,
        table.accepted_at.is_(None),
        table.revoked_at.is_(None),
        table.expires_at > now,
    )
    if ((await change.connection.execute(waiting)).scalar() or 0) >= MOST_OPEN:
        raise Refusal(
            Code.TOO_MANY_REQUESTS,
            f"{MOST_OPEN} invitations are open already; nobody was invited; withdraw some first.",
            retry_after=3600,
        )


async def _no_member_has(change: Change, email: str) -> None:
    membership, person = tables.Membership, identity.Person
    known = (
        select(membership.person_id)
        .join(person, person.id == membership.person_id)
        .where(membership.organization_id == change.organization, person.email == email)
    )
    if (await change.connection.execute(known)).first() is not None:
        raise Refusal(Code.CONFLICT, "Somebody with this address belongs to the organization; nobody was invited.")


def _over() -> Refusal:
    return Refusal(
        Code.GONE, "This invitation was used, withdrawn or is too old; nothing was changed; ask for a new one."
    )


def _shown(row: Row[Any], now: datetime) -> Invitation:
    if row.accepted_at is not None:
        state = "accepted"
    elif row.revoked_at is not None:
        state = "withdrawn"
    else:
        state = "open" if row.expires_at > now else "expired"
    return Invitation.model_validate(
        {
            **{name: getattr(row, name) for name in ("id", "email", "role", "billing", "invited_by")},
            "created_at": row.created_at,
            "expires_at": row.expires_at,
            "state": state,
        }
    )
