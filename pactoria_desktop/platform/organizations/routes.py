"""The routes of organizations and their members."""

from typing import Annotated

from fastapi import APIRouter, Request
from fastapi.responses import Response

from pactoria_desktop.platform.api.access import Access, Asker, allow, allow_signed_in, forbidden
from pactoria_desktop.platform.api.addresses import known_id
from pactoria_desktop.platform.api.conditional import conditional, require_match
from pactoria_desktop.platform.organizations import keeping, members
from pactoria_desktop.platform.organizations.announcing import WritePlatformRecord
from pactoria_desktop.platform.organizations.changing import Change, changing
from pactoria_desktop.platform.organizations.inviting import routes as inviting
from pactoria_desktop.platform.organizations.recording import routes as recording
from pactoria_desktop.protocol.base import Nothing
from pactoria_desktop.protocol.organizations import (
    Member,
    MemberChange,
    MemberList,
    NewOrganization,
    Organization,
    OrganizationChange,
    OrganizationList,
    Transfer,
)


def routes(announce: WritePlatformRecord) -> APIRouter:
    """All routes of the room; ``announce`` writes the records that devices learn of changes by."""
    router = APIRouter()
    router.include_router(_organizations(announce), tags=["organizations"])
    router.include_router(_members(announce), tags=["members"])
    router.include_router(inviting(announce), tags=["invitations"])
    router.include_router(recording(announce), tags=["audit and privacy"])
    return router


def _tag(version: int, access: Access) -> str:
    """The tag of an organization as a member sees it: their role is part of what they see."""
    return f'"v{version}-{access.role.value}{"-billing" if access.billing else ""}"'


def _organizations(announce: WritePlatformRecord) -> APIRouter:
    router = APIRouter()

    @router.get("/organizations", response_model=OrganizationList)
    async def list_organizations(
        request: Request, asker: Annotated[Asker, allow_signed_in("one's own organizations, whichever they are")]
    ) -> Response:
        """The organizations that the person belongs to, their own first."""
        async with asker.transaction() as connection:
            found = await keeping.organizations_of(connection, asker.person)
        return conditional(request, OrganizationList(organizations=found))

    @router.post("/organizations", status_code=201)
    async def create_organization(
        wanted: NewOrganization,
        asker: Annotated[Asker, allow_signed_in("anybody with an account may found an organization")],
    ) -> Organization:
        """Found an organization; whoever does so is its owner."""
        house = asker.house
        organization = house.mint.mint()
        async with house.database.transaction(organization=organization, person=asker.person) as connection:
            change = Change(connection, house, organization, asker.person, asker.device, announce)
            await keeping.create_organization(change, wanted.name)
            made = await keeping.organization_of(connection, organization, asker.person)
            await change.tell("organization", organization, {"name": made.name, "tier": made.tier})
            fields = members.record_of(asker.name, made.role, made.created_at)
            await change.tell("member", asker.person, fields)
        return made

    @router.get("/organizations/{organization}", response_model=Organization)
    async def read_organization(request: Request, access: Annotated[Access, allow("organization.read")]) -> Response:
        """An organization as the member sees it; its tag is its version and the member's role."""
        async with access.transaction() as connection:
            found = await keeping.organization_of(connection, access.organization, access.person)
        return conditional(request, found, tag=_tag(found.version, access))

    @router.patch("/organizations/{organization}", response_model=Organization)
    async def change_organization(
        request: Request, wanted: OrganizationChange, access: Annotated[Access, allow("organization.change")]
    ) -> Response:
        """Change an organization's name or policy; with If-Match only as it was when it was read."""
        async with changing(access, announce) as change:
            row = await keeping.locked(change.connection, access.organization)
            require_match(request, _tag(row.version, access))
            await keeping.change_organization(change, row, wanted)
            found = await keeping.organization_of(change.connection, access.organization, access.person)
        headers = {"ETag": _tag(found.version, access)}
        return Response(found.model_dump_json(), media_type="application/json", headers=headers)

    @router.delete("/organizations/{organization}")
    async def delete_organization(request: Request, access: Annotated[Access, allow("organization.delete")]) -> Nothing:
        """Delete an organization with all it holds: nobody reaches it from now on, and a job removes its rows."""
        async with changing(access, announce) as change:
            row = await keeping.locked(change.connection, access.organization)
            require_match(request, _tag(row.version, access))
            await keeping.delete_organization(change, row)
        return Nothing()

    @router.post("/organizations/{organization}/leave")
    async def leave_organization(access: Annotated[Access, allow("member.leave")]) -> Nothing:
        """Leave an organization; its last owner cannot."""
        async with changing(access, announce) as change:
            await keeping.locked(change.connection, access.organization)
            await members.remove_member(change, access.person, by=access.role)
        return Nothing()

    @router.post("/organizations/{organization}/transfer")
    async def transfer_organization(
        wanted: Transfer, access: Annotated[Access, allow("organization.transfer")]
    ) -> Organization:
        """Hand the organization over to another member, and stay as an admin."""
        async with changing(access, announce) as change:
            await keeping.locked(change.connection, access.organization)
            await members.transfer(change, wanted.person)
            return await keeping.organization_of(change.connection, access.organization, access.person)

    return router


def _members(announce: WritePlatformRecord) -> APIRouter:
    router = APIRouter()

    @router.get("/organizations/{organization}/members", response_model=MemberList)
    async def list_members(request: Request, access: Annotated[Access, allow("member.list")]) -> Response:
        """Everybody in the organization; viewers see no e-mail addresses."""
        addresses = access.may("member.see_addresses")
        async with access.transaction() as connection:
            found = await members.members_of(connection, access.organization, addresses=addresses)
        return conditional(request, MemberList(members=found))

    @router.patch("/organizations/{organization}/members/{person}")
    async def change_member(
        person: str, wanted: MemberChange, access: Annotated[Access, allow("member.change")]
    ) -> Member:
        """Give a member another role, or let them see and pay the bills."""
        person = known_id(person, "member")
        if wanted.billing is not None and not access.may("member.change_billing"):
            raise forbidden("member.change_billing", access.role)
        async with changing(access, announce) as change:
            await keeping.locked(change.connection, access.organization)
            await members.change_member(change, person, wanted, by=access.role)
            return await members.member_of(change.connection, access.organization, person, addresses=True)

    @router.delete("/organizations/{organization}/members/{person}")
    async def remove_member(person: str, access: Annotated[Access, allow("member.remove")]) -> Nothing:
        """End a membership: from the next request on the organization is not there for that person."""
        person = known_id(person, "member")
        async with changing(access, announce) as change:
            await keeping.locked(change.connection, access.organization)
            await members.remove_member(change, person, by=access.role)
        return Nothing()

    return router
