"""Persons, organizations, members and their access tokens, written straight into the database for tests::

chamber = await make_organization(house, "Chambers")
ana = await make_member(house, chamber, Role.EDITOR, name="Ana")
await client.get(f"/api/v1/organizations/{chamber}/members", headers=ana.headers)
"""

import hashlib
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from pactoria_desktop.contract.history import FIRST
from pactoria_desktop.platform.database.schema.identity import AccessToken, DeviceSession, Person
from pactoria_desktop.platform.database.schema.organizations import AuditHead, Membership, Organization
from pactoria_desktop.platform.house import House
from pactoria_desktop.protocol.permissions import Role

DAYS_SIGNED_IN = 3650


@dataclass(frozen=True, slots=True)
class Somebody:
    """A person signed in on a device, in an organization (their own one where nothing else was said)."""

    person: str
    name: str
    email: str
    organization: str
    session: str
    device: str
    token: str
    home: str

    @property
    def headers(self) -> dict[str, str]:
        """What to send with a request."""
        return {"Authorization": f"Bearer {self.token}"}


async def make_organization(house: House, name: str, *, personal_of: str | None = None) -> str:
    """An organization without members; gives its id."""
    organization = house.mint.mint()
    async with house.database.transaction(organization=organization) as connection:
        await _organization(house, connection, organization, name, personal_of)
    return organization


async def make_person(house: House, name: str, *, administrator: bool = False) -> Somebody:
    """A person with an organization of their own, signed in on a device."""
    person, home, session, device = (house.mint.mint() for _ in range(4))
    email, token = f"{name.lower()}.{person[-12:]}@example.org", f"token-of-{person}"
    now, later = house.clock.now(), house.clock.now() + timedelta(days=DAYS_SIGNED_IN)
    async with house.database.transaction(organization=home, person=person, sign_in=True) as connection:
        await connection.execute(
            insert(Person).values(
                id=person, email=email, name=name, verified_at=now, administrator=administrator,
                home_organization_id=home, created_at=now,
            )
        )  # fmt: skip
        await _organization(house, connection, home, name, person)
        await _membership(house, connection, home, person, Role.OWNER, billing=False)
        await connection.execute(
            insert(DeviceSession).values(
                id=session, person_id=person, client_id="pactoria-desktop", device_id=device,
                device_name=f"{name}'s desk", created_at=now, seen_at=now, expires_at=later,
            )
        )  # fmt: skip
        await connection.execute(
            insert(AccessToken).values(
                token_sha256=hashlib.sha256(token.encode()).digest(), session_id=session, expires_at=later
            )
        )
    return Somebody(person, name, email, home, session, device, token, home)


async def make_member(
    house: House, organization: str, role: Role, *, billing: bool = False, name: str = "Ana"
) -> Somebody:
    """A new person who belongs to an organization, signed in on a device."""
    somebody = await make_person(house, name)
    await join(house, organization, somebody, role, billing=billing)
    return Somebody(
        somebody.person, name, somebody.email, organization, somebody.session, somebody.device, somebody.token,
        somebody.home,
    )  # fmt: skip


async def join(house: House, organization: str, somebody: Somebody, role: Role, *, billing: bool = False) -> None:
    """Let a person belong to a further organization."""
    async with house.database.transaction(organization=organization) as connection:
        await _membership(house, connection, organization, somebody.person, role, billing=billing)


async def _organization(
    house: House, connection: AsyncConnection, organization: str, name: str, personal_of: str | None
) -> None:
    now = house.clock.now()
    await connection.execute(
        insert(Organization).values(
            organization_id=organization, name=name, personal_of=personal_of, created_at=now, changed_at=now
        )
    )
    await connection.execute(insert(AuditHead).values(organization_id=organization, number=0, hash=FIRST))


async def _membership(
    house: House, connection: AsyncConnection, organization: str, person: str, role: Role, *, billing: bool
) -> None:
    await connection.execute(
        insert(Membership).values(
            organization_id=organization, person_id=person, role=role.value, billing=billing,
            joined_at=house.clock.now(),
        )
    )  # fmt: skip
