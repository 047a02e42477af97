"""Who belongs to an organization: the list, roles, leaving, removing, handing over.

Every change holds the organization's row, so that two owners who leave at once do not leave it without one.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import Row, delete, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from pactoria_desktop.platform.api.access import forbidden
from pactoria_desktop.platform.api.refusals import Refusal, not_found
from pactoria_desktop.platform.database.schema import identity, records
from pactoria_desktop.platform.database.schema import organizations as tables
from pactoria_desktop.platform.organizations.changing import Change
from pactoria_desktop.protocol.organizations import MOST_MEMBERS, Member, MemberChange
from pactoria_desktop.protocol.permissions import Role, may_grant
from pactoria_desktop.protocol.problems import Code

_LAST_OWNER = (
    "An organization needs an owner and this is its last; nothing was changed; make somebody else owner first."
)


async def members_of(connection: AsyncConnection, organization: str, *, addresses: bool) -> tuple[Member, ...]:
    """Everybody in an organization; ``addresses`` says whether their e-mail addresses are shown."""
    membership = tables.Membership
    rows = await connection.execute(
        _members(organization).order_by(membership.joined_at, membership.person_id).limit(MOST_MEMBERS)
    )
    return tuple(_shown(row, addresses) for row in rows)


async def member_of(connection: AsyncConnection, organization: str, person: str, *, addresses: bool) -> Member:
    """One member. Raises Refusal."""
    asked = _members(organization).where(tables.Membership.person_id == person)
    row = (await connection.execute(asked)).one_or_none()
    if row is None:
        raise not_found("member")
    return _shown(row, addresses)


async def add_member(change: Change, person: str, name: str, role: Role, *, billing: bool, how: str) -> None:
    """Let a person belong to the organization. Raises Refusal when they do already."""
    now = change.house.clock.now()
    membership = tables.Membership
    known = select(membership.role).where(
        membership.organization_id == change.organization, membership.person_id == person
    )
    if (await change.connection.execute(known)).one_or_none() is not None:
        raise Refusal(Code.CONFLICT, "You belong to this organization already; nothing was changed.")
    await change.connection.execute(
        insert(membership).values(
            organization_id=change.organization, person_id=person, role=role.value, billing=billing, joined_at=now
        )
    )
    await change.audit("member.joined", "person", person, role=role.value, billing=billing, invitation=how)
    await change.tell("member", person, record_of(name, role, now))


async def change_member(change: Change, person: str, wanted: MemberChange, *, by: Role) -> None:
    """Give a member another role or the billing flag. Raises Refusal: 404, 403 beyond one's own role, 409."""
    member = await member_of(change.connection, change.organization, person, addresses=False)
    values: dict[str, Any] = {}
    details: dict[str, Any] = {}
    if wanted.role is not None and wanted.role is not member.role:
        if not (may_grant(by, wanted.role) and may_grant(by, member.role)):
            raise forbidden("member.change", by)
        if member.role is Role.OWNER:
            await _keep_an_owner(change, person)
        values["role"] = wanted.role.value
        details |= {"role": wanted.role.value, "was": member.role.value}
    if wanted.billing is not None and wanted.billing != member.billing:
        values["billing"] = details["billing"] = wanted.billing
    if not values:
        return
    await _update(change, person, **values)
    await change.audit("member.changed", "person", person, **details)
    await change.tell("member", person, record_of(member.name, wanted.role or member.role, member.joined_at))


async def transfer(change: Change, to: str) -> None:
    """Make another member owner; whoever hands over stays as an admin. Raises Refusal."""
    if to == change.actor:
        raise Refusal(Code.CONFLICT, "You are the owner already; nothing was changed.")
    new = await member_of(change.connection, change.organization, to, addresses=False)
    former = await member_of(change.connection, change.organization, change.actor, addresses=False)
    await _update(change, to, role=Role.OWNER.value)
    await _update(change, change.actor, role=Role.ADMIN.value)
    await change.audit("organization.transferred", "person", to, was=new.role.value)
    await change.tell("member", to, record_of(new.name, Role.OWNER, new.joined_at))
    await change.tell("member", change.actor, record_of(former.name, Role.ADMIN, former.joined_at))


async def remove_member(change: Change, person: str, *, by: Role) -> None:
    """End a membership: the next request of that person finds no organization. Sessions go on, for other
    organizations. Raises Refusal: 404, 403 for whom one may not remove, 409 for the last owner."""
    member = await member_of(change.connection, change.organization, person, addresses=False)
    leaves = person == change.actor
    if not leaves and not may_grant(by, member.role):
        raise forbidden("member.remove", by)
    if member.role is Role.OWNER:
        await _keep_an_owner(change, person)
    membership, share = tables.Membership, records.ContractShare
    for table in (membership, share):
        await change.connection.execute(
            delete(table).where(table.organization_id == change.organization, table.person_id == person)
        )
    await change.audit("member.left" if leaves else "member.removed", "person", person, was=member.role.value)
    await change.tell("member", person, record_of(member.name, member.role, member.joined_at), deleted=True)


async def _keep_an_owner(change: Change, without: str) -> None:
    membership = tables.Membership
    others = select(func.count()).where(
        membership.organization_id == change.organization,
        membership.role == Role.OWNER.value,
        membership.person_id != without,
    )
    if not (await change.connection.execute(others)).scalar():
        raise Refusal(Code.CONFLICT, _LAST_OWNER)


async def _update(change: Change, person: str, **values: object) -> None:
    membership = tables.Membership
    await change.connection.execute(
        update(membership)
        .where(membership.organization_id == change.organization, membership.person_id == person)
        .values(**values)
    )


def _members(organization: str):  # type: ignore[no-untyped-def]
    membership, person = tables.Membership, identity.Person
    return (
        select(
            membership.person_id, membership.role, membership.billing, membership.joined_at, person.name, person.email
        )
        .join(person, person.id == membership.person_id)
        .where(membership.organization_id == organization)
    )


def record_of(name: str, role: Role, joined_at: datetime) -> dict[str, object]:
    """The fields of a member's record in the feed."""
    return {"name": name, "role": role.value, "joined_at": joined_at.isoformat()}


def _shown(row: Row[Any], addresses: bool) -> Member:
    return Member(
        person=row.person_id,
        name=row.name,
        email=row.email if addresses else None,
        role=Role(row.role),
        billing=row.billing,
        joined_at=row.joined_at,
    )
