"""Making a person: the row, their organization of one, and their place in the organization that invited them."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, func, insert, literal, select, text, update
from sqlalchemy.dialects.postgresql import insert as insert_or_keep
from sqlalchemy.ext.asyncio import AsyncConnection

from pactoria_desktop.platform.api.refusals import Refusal
from pactoria_desktop.platform.auth.tokens import LONGEST_TOKEN, digest_of, new_token
from pactoria_desktop.platform.collaboration.feed import write_platform_record
from pactoria_desktop.platform.database.engine import turn_to
from pactoria_desktop.platform.database.schema.identity import Person
from pactoria_desktop.platform.database.schema.organizations import Invitation, Membership, Organization
from pactoria_desktop.platform.house import House
from pactoria_desktop.platform.organizations.auditing import write_audit
from pactoria_desktop.platform.organizations.members import record_of
from pactoria_desktop.protocol.identity import Registration
from pactoria_desktop.protocol.permissions import Role
from pactoria_desktop.protocol.problems import Code

JOIN_PATH = "/join"
FIRST_INVITATION_DAYS = 30
_ONE_AT_A_TIME = 0x50_41_43_54
"""The advisory lock under which the first invitation is made."""


@dataclass(frozen=True, slots=True)
class OpenInvitation:
    """An invitation that can be taken. Without an organization it is the platform's first."""

    id: str
    organization: str | None
    organization_name: str | None
    email: str | None
    role: Role
    billing: bool

    @property
    def is_first(self) -> bool:
        """Whether whoever takes it becomes the platform's administrator."""
        return self.organization is None


async def open_invitation(house: House, connection: AsyncConnection, token: str) -> OpenInvitation:
    """The invitation of a link. Raises Refusal (410) where it was used, withdrawn, is over, or never was."""
    row: Row[Any] | None = None
    if len(token) <= LONGEST_TOKEN:
        found = func.invitation_by_token(digest_of(token)).table_valued(
            "id", "organization_id", "organization_name", "email", "role", "billing", "expires_at", "accepted_at",
            "revoked_at",
        )  # fmt: skip
        row = (await connection.execute(select(found))).one_or_none()
    if row is None or row.accepted_at or row.revoked_at or row.expires_at <= house.clock.now():
        raise used_up()
    return OpenInvitation(
        str(row.id),
        None if row.organization_id is None else str(row.organization_id),
        row.organization_name,
        row.email,
        Role(row.role),
        row.billing,
    )


def used_up() -> Refusal:
    """The refusal of an invitation that cannot be taken."""
    return Refusal(
        Code.GONE,
        "This invitation was used, was withdrawn or is over; nothing was changed; ask for a new one.",
    )


def taken() -> Refusal:
    """The refusal of an address that has an account."""
    return Refusal(
        Code.CONFLICT,
        "No account can be made with this address; nothing was changed; if it is yours, sign in with it.",
    )


async def register(
    house: House,
    connection: AsyncConnection,
    registration: Registration,
    password_hash: str,
    invitation: OpenInvitation | None,
) -> str:
    """Make a person with an organization of one, and take the invitation. Gives the person's id.

    In a transaction of the room ``auth``. Raises Refusal where the address has an account or the invitation was taken
    meanwhile; then nothing is kept, because the transaction goes with it.
    """
    now = house.clock.now()
    person, home = house.mint.mint(), house.mint.mint()
    # Whoever holds an invitation to an address was written to there, or is vouched for by whoever handed it over; the
    # first invitation stands on the console of the machine itself.
    vouched = invitation is not None and (invitation.is_first or invitation.email == registration.email)
    made = await connection.execute(
        insert_or_keep(Person)
        .values(
            id=person,
            email=registration.email,
            name=registration.name,
            password_hash=password_hash,
            verified_at=now if vouched else None,
            administrator=invitation is not None and invitation.is_first,
            home_organization_id=home,
            created_at=now,
        )
        .on_conflict_do_nothing(index_elements=["email"])
        .returning(Person.id)
    )
    if made.one_or_none() is None:
        raise taken()
    await _make_organization(connection, home, registration.name, person, now, personal=True)
    if invitation is not None:
        await take(house, connection, invitation, person, registration.organization)
    return person


async def take(
    house: House, connection: AsyncConnection, invitation: OpenInvitation, person: str, organization_name: str | None
) -> str:
    """Take an invitation for a person; gives the organization. Raises Refusal where it was taken meanwhile."""
    now = house.clock.now()
    await turn_to(connection, invitation.organization or "")
    done = await connection.execute(
        update(Invitation)
        .where(
            Invitation.id == invitation.id,
            Invitation.accepted_at.is_(None),
            Invitation.revoked_at.is_(None),
            Invitation.expires_at > now,
        )
        .values(accepted_at=now, accepted_by=person)
    )
    if done.rowcount != 1:
        raise used_up()
    if invitation.organization is None:
        organization = house.mint.mint()
        await connection.execute(update(Person).where(Person.id == person).values(administrator=True))
        name = organization_name or ""
        await _make_organization(connection, organization, name, person, now, personal=False)
        await write_audit(
            connection, house, organization, actor=person, device=None, action="organization.created",
            subject_kind="organization", subject=organization,
        )  # fmt: skip
        await write_platform_record(
            connection, house, organization, "organization", organization, {"name": name, "tier": "free"}
        )
        await _tell_of(house, connection, organization, person, Role.OWNER, now)
        return organization
    joined = await connection.execute(
        insert_or_keep(Membership)
        .values(
            organization_id=invitation.organization,
            person_id=person,
            role=invitation.role.value,
            billing=invitation.billing,
            joined_at=now,
        )
        .on_conflict_do_nothing()
        .returning(Membership.person_id)
    )
    if joined.one_or_none() is not None:
        await write_audit(
            connection, house, invitation.organization, actor=person, device=None, action="member.joined",
            subject_kind="person", subject=person,
            details={"role": invitation.role.value, "billing": invitation.billing, "invitation": invitation.id},
        )  # fmt: skip
        await _tell_of(house, connection, invitation.organization, person, invitation.role, now)
    return invitation.organization


async def _tell_of(
    house: House, connection: AsyncConnection, organization: str, person: str, role: Role, now: datetime
) -> None:
    """Let the organization's devices know of a new member."""
    name = (await connection.execute(select(Person.name).where(Person.id == person))).scalar_one()
    await write_platform_record(connection, house, organization, "member", person, record_of(name, role, now))


async def _make_organization(
    connection: AsyncConnection, organization: str, name: str, owner: str, now: datetime, *, personal: bool
) -> None:
    await turn_to(connection, organization)
    await connection.execute(
        insert(Organization).values(
            organization_id=organization,
            name=name,
            personal_of=owner if personal else None,
            created_at=now,
            changed_at=now,
        )
    )
    await connection.execute(
        insert(Membership).values(
            organization_id=organization, person_id=owner, role=Role.OWNER.value, billing=True, joined_at=now
        )
    )


async def first_invitation(house: House) -> str | None:
    """The link of the first invitation, as long as nobody has an account: made anew, and the former one withdrawn."""
    now = house.clock.now()
    token = new_token(house.randomness)
    async with house.database.transaction(sign_in=True) as connection:
        await connection.execute(text("select pg_advisory_xact_lock(:lock)"), {"lock": _ONE_AT_A_TIME})
        if await connection.scalar(select(literal(1)).select_from(Person).limit(1)):
            return None
        await connection.execute(
            update(Invitation)
            .where(
                Invitation.organization_id.is_(None), Invitation.accepted_at.is_(None), Invitation.revoked_at.is_(None)
            )
            .values(revoked_at=now)
        )
        await connection.execute(
            insert(Invitation).values(
                id=house.mint.mint(),
                role=Role.OWNER.value,
                token_sha256=digest_of(token),
                created_at=now,
                expires_at=now + timedelta(days=FIRST_INVITATION_DAYS),
            )
        )
    return f"{house.address}{JOIN_PATH}/{token}"
