"""The routes of invitations."""

from typing import Annotated

from fastapi import APIRouter, Request

from pactoria_desktop.platform.api.access import Access, Asker, allow, allow_signed_in, forbidden
from pactoria_desktop.platform.api.addresses import known_id
from pactoria_desktop.platform.auth import attempts
from pactoria_desktop.platform.notifications.letters import invitation_letter
from pactoria_desktop.platform.notifications.posting import post
from pactoria_desktop.platform.organizations import invitations, keeping, members
from pactoria_desktop.platform.organizations.announcing import WritePlatformRecord
from pactoria_desktop.platform.organizations.changing import Change, changing
from pactoria_desktop.protocol.base import Nothing
from pactoria_desktop.protocol.organizations import (
    DAYS_TO_ACCEPT,
    Acceptance,
    InvitationList,
    InvitationMade,
    NewInvitation,
    Organization,
    invitation_link,
)


def routes(announce: WritePlatformRecord) -> APIRouter:
    """Making, listing, withdrawing and accepting invitations."""
    router = APIRouter()

    @router.get("/organizations/{organization}/invitations")
    async def list_invitations(access: Annotated[Access, allow("member.invite")]) -> InvitationList:
        """The organization's invitations, the newest first."""
        async with access.transaction() as connection:
            found = await invitations.invitations_of(connection, access.organization, access.house.clock.now())
        return InvitationList(invitations=found)

    @router.post("/organizations/{organization}/invitations", status_code=201)
    async def create_invitation(
        request: Request, wanted: NewInvitation, access: Annotated[Access, allow("member.invite")]
    ) -> InvitationMade:
        """Invite somebody. Where no mail can be sent the answer holds the link, once."""
        if wanted.billing and not access.may("member.change_billing"):
            raise forbidden("member.change_billing", access.role)
        house = access.house
        await attempts.hold(
            house,
            (attempts.INVITATION_ORGANIZATION, access.organization),
            (attempts.INVITATION_NETWORK, attempts.network_of(request)),
        )
        async with changing(access, announce) as change:
            row = await keeping.locked(change.connection, access.organization)
            made, token = await invitations.invite(change, wanted, by=access.role)
            link = invitation_link(house.address, token)
            mailed = False
            if wanted.email is not None:
                letter = invitation_letter(
                    organization=row.name,
                    inviter=access.asker.name,
                    role=wanted.role.value,
                    link=link,
                    days=DAYS_TO_ACCEPT,
                )
                mailed = house.settings.smtp_host is not None
                if mailed:
                    await post(change.connection, house.seals, house.mint, wanted.email, letter)
        return InvitationMade(invitation=made, mailed=mailed, link=None if mailed else link)

    @router.delete("/organizations/{organization}/invitations/{invitation}")
    async def withdraw_invitation(invitation: str, access: Annotated[Access, allow("member.invite")]) -> Nothing:
        """Withdraw an invitation that nobody has accepted."""
        invitation = known_id(invitation, "invitation")
        async with changing(access, announce) as change:
            await invitations.withdraw(change, invitation)
        return Nothing()

    @router.post("/invitations/accept")
    async def accept_invitation(
        request: Request,
        said: Acceptance,
        asker: Annotated[Asker, allow_signed_in("whoever is invited belongs to no organization of the invitation yet")],
    ) -> Organization:
        """Join the organization of an invitation. One that is bound to an address is for its holder alone."""
        house = asker.house
        await attempts.hold(house, (attempts.ACCEPTANCE_NETWORK, attempts.network_of(request)))
        found = await invitations.invitation_for(house, asker, said.token)
        organization = found.organization
        async with house.database.transaction(organization=organization, person=asker.person) as connection:
            change = Change(connection, house, organization, asker.person, asker.device, announce)
            await keeping.locked(connection, organization)
            await members.add_member(change, asker.person, asker.name, found.role, billing=found.billing, how=found.id)
            await invitations.take(change, found.id)
            return await keeping.organization_of(connection, organization, asker.person)

    return router
