"""Organizations themselves: which somebody belongs to, a new one, a change of one, the end of one."""

from typing import Any

from pydantic import JsonValue
from sqlalchemy import Row, Select, delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from pactoria_desktop.contract.history import FIRST
from pactoria_desktop.platform.api.refusals import Refusal, not_found
from pactoria_desktop.platform.database.committed import access_changed, records_moved
from pactoria_desktop.platform.database.schema import organizations as tables
from pactoria_desktop.platform.house import House
from pactoria_desktop.platform.operations.outbox import PURGE, later
from pactoria_desktop.platform.organizations.changing import Change
from pactoria_desktop.protocol.organizations import Organization, OrganizationChange
from pactoria_desktop.protocol.permissions import Role
from pactoria_desktop.protocol.problems import Code


def _with_membership(person: str) -> Select[Any]:
    organization, membership = tables.Organization, tables.Membership
    return (
        select(organization.__table__, membership.role, membership.billing)
        .join(membership, membership.organization_id == organization.organization_id)
        .where(membership.person_id == person, organization.deleted_at.is_(None))
    )


async def organizations_of(connection: AsyncConnection, person: str) -> tuple[Organization, ...]:
    """Where a person belongs, their own organization first, in a transaction of that person."""
    table = tables.Organization
    asked = _with_membership(person).order_by(table.personal_of.is_(None), table.created_at, table.organization_id)
    return tuple(_shown(row) for row in await connection.execute(asked))


async def organization_of(connection: AsyncConnection, organization: str, person: str) -> Organization:
    """One organization as a member sees it. Raises Refusal."""
    asked = _with_membership(person).where(tables.Organization.organization_id == organization)
    row = (await connection.execute(asked)).one_or_none()
    if row is None:
        raise not_found("organization")
    return _shown(row)


async def create_organization(change: Change, name: str) -> None:
    """Make the change's organization; whoever makes it is its owner."""
    now = change.house.clock.now()
    organization = change.organization
    await change.connection.execute(
        insert(tables.Organization).values(organization_id=organization, name=name, created_at=now, changed_at=now)
    )
    await change.connection.execute(insert(tables.AuditHead).values(organization_id=organization, number=0, hash=FIRST))
    await change.connection.execute(
        insert(tables.Membership).values(
            organization_id=organization, person_id=change.actor, role=Role.OWNER.value, billing=True, joined_at=now
        )
    )
    await change.audit("organization.created", "organization", organization)


async def locked(connection: AsyncConnection, organization: str) -> Row[Any]:
    """The organization's row, held until the end of the transaction: changes of an organization and its members
    come one after the other. Raises Refusal when it was deleted meanwhile."""
    table = tables.Organization
    row = (
        await connection.execute(
            select(table.__table__)
            .where(table.organization_id == organization, table.deleted_at.is_(None))
            .with_for_update()
        )
    ).one_or_none()
    if row is None:
        raise not_found("organization")
    return row


async def change_organization(change: Change, row: Row[Any], wanted: OrganizationChange) -> None:
    """Change what is wanted otherwise; nothing is written where nothing would be."""
    values = {
        name: value for name, value in wanted.model_dump(exclude_none=True).items() if getattr(row, name) != value
    }
    if not values:
        return
    table = tables.Organization
    await change.connection.execute(
        update(table)
        .where(table.organization_id == change.organization)
        .values(**values, version=table.version + 1, changed_at=change.house.clock.now())
    )
    # The name itself is no line of the log: an organization of one bears its person's.
    policy = {"ai_policy": values["ai_policy"], "was": row.ai_policy} if "ai_policy" in values else {}
    await change.audit(
        "organization.changed", "organization", change.organization, fields=list[JsonValue](sorted(values)), **policy
    )
    if "name" in values:
        await change.tell("organization", change.organization, {"name": values["name"], "tier": row.tier})


async def delete_organization(change: Change, row: Row[Any]) -> None:
    """Close the organization to everybody at once; a job then removes what it held. Raises Refusal."""
    if row.personal_of is not None:
        raise Refusal(
            Code.CONFLICT,
            "This organization is a person's own and goes only with the account; nothing was deleted.",
        )
    now = change.house.clock.now()
    table = tables.Organization
    await change.audit("organization.deleted", "organization", change.organization)
    await change.connection.execute(
        update(table)
        .where(table.organization_id == change.organization)
        .values(deleted_at=now, changed_at=now, version=table.version + 1)
    )
    await later(change.connection, change.house.seals, PURGE, organization=change.organization)
    # Nobody pulls from it any more, but who is connected asks and learns so.
    records_moved(change.connection, change.organization)
    access_changed(change.connection)


async def purge_organization(house: House, organization: str) -> bool:
    """Remove all rows of an organization that was deleted; whether none is left. Safe to repeat."""
    table = tables.Organization
    async with house.database.transaction(organization=organization) as connection:
        await connection.execute(
            delete(table).where(table.organization_id == organization, table.deleted_at.is_not(None))
        )
        left = select(table.organization_id).where(table.organization_id == organization)
        return (await connection.execute(left)).one_or_none() is None


def _shown(row: Row[Any]) -> Organization:
    return Organization(
        id=row.organization_id,
        name=row.name,
        personal=row.personal_of is not None,
        tier=row.tier,
        ai_policy=row.ai_policy,
        version=row.version,
        role=Role(row.role),
        billing=row.billing,
        created_at=row.created_at,
        changed_at=row.changed_at,
    )
