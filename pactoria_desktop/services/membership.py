"""A person's account on a platform, asked over the network: organizations, members, invitations, devices.

Nothing here is kept on this device: what the platform says is the answer. Every call waits for the platform and may
raise the errors of ``sync.errors``, each with the platform's own sentence where it refused.
"""

from collections.abc import Callable
from typing import TypeVar
from urllib.parse import quote, urlsplit

from pydantic import ValidationError

from pactoria_desktop.protocol.base import Message, Nothing
from pactoria_desktop.protocol.identity import Me, SignIn, SignInList
from pactoria_desktop.protocol.organizations import (
    Acceptance,
    Invitation,
    InvitationList,
    InvitationMade,
    Member,
    MemberChange,
    MemberList,
    NewInvitation,
    NewOrganization,
    Organization,
    OrganizationList,
    Transfer,
)
from pactoria_desktop.protocol.permissions import Role
from pactoria_desktop.runtime.errors import PactoriaError
from pactoria_desktop.sync.transport import Http

__all__ = [
    "Invitation",
    "InvitationLinkError",
    "InvitationMade",
    "Member",
    "Membership",
    "Organization",
    "SignIn",
    "WrongInputError",
]

JOIN = "/join/"
Wanted = TypeVar("Wanted", bound=Message)


class InvitationLinkError(PactoriaError):
    """What was given is not the link of an invitation of this platform."""


class WrongInputError(PactoriaError):
    """What was typed cannot be a name or an address."""


class Membership:
    """One person at one platform. ``organization`` and ``person`` are the platform's ids."""

    def __init__(self, http: Callable[[], Http], platform: str) -> None:
        """``http`` gives authorized requests of the account; ``platform`` is its address."""
        self._http = http
        self._platform = platform

    # The person

    def me(self) -> Me:
        """The person who asks."""
        return self._http().ask("GET", "/me", Me)

    def devices(self) -> tuple[SignIn, ...]:
        """The devices on which the person is signed in, the newest first."""
        return self._http().ask("GET", "/me/sessions", SignInList).sessions

    def end_session(self, session: str) -> None:
        """Sign a device out at once."""
        self._http().ask("DELETE", f"/me/sessions/{_part(session)}", Nothing)

    # Organizations

    def organizations(self) -> tuple[Organization, ...]:
        """The organizations that the person belongs to, their own first."""
        return self._http().ask("GET", "/organizations", OrganizationList).organizations

    def create(self, name: str) -> Organization:
        """Found an organization, whose owner the person is. Raises WrongInputError for what is no name."""
        wanted = _checked(lambda: NewOrganization(name=name), "An organization's name has 1 to 200 characters.")
        return self._http().ask("POST", "/organizations", Organization, _body(wanted), once=True)

    def leave(self, organization: str) -> None:
        """End one's own membership; the last owner cannot."""
        self._http().ask("POST", f"{_of(organization)}/leave", Nothing, once=True)

    def transfer(self, organization: str, person: str) -> Organization:
        """Make another member owner, and stay as an admin; gives the organization as it is seen then."""
        wanted = Transfer(person=person)
        return self._http().ask("POST", f"{_of(organization)}/transfer", Organization, _body(wanted), once=True)

    # Members

    def members(self, organization: str) -> tuple[Member, ...]:
        """Everybody in the organization, in the order in which they joined. Viewers see no addresses."""
        return self._http().ask("GET", f"{_of(organization)}/members", MemberList).members

    def change_role(self, organization: str, person: str, role: Role) -> Member:
        """Give a member another role."""
        place = f"{_of(organization)}/members/{_part(person)}"
        return self._http().ask("PATCH", place, Member, _body(MemberChange(role=role)))

    def remove(self, organization: str, person: str) -> None:
        """End somebody's membership; from then on the organization is not there for them."""
        self._http().ask("DELETE", f"{_of(organization)}/members/{_part(person)}", Nothing, once=True)

    # Invitations

    def invitations(self, organization: str) -> tuple[Invitation, ...]:
        """The invitations that nobody has taken up yet, the newest first."""
        found = self._http().ask("GET", f"{_of(organization)}/invitations", InvitationList)
        return tuple(one for one in found.invitations if one.state == "open")

    def invite(self, organization: str, address: str, role: Role) -> InvitationMade:
        """Invite somebody; the answer holds the link where the platform sends no mail. Raises WrongInputError."""
        wanted = _checked(
            lambda: NewInvitation(email=address or None, role=role), f"“{address[:80]}” is not an e-mail address."
        )
        return self._http().ask("POST", f"{_of(organization)}/invitations", InvitationMade, _body(wanted), once=True)

    def withdraw(self, organization: str, invitation: str) -> None:
        """Make an invitation worthless."""
        self._http().ask("DELETE", f"{_of(organization)}/invitations/{_part(invitation)}", Nothing, once=True)

    def accept(self, link: str) -> Organization:
        """Join the organization of an invitation's link. Raises InvitationLinkError for what is no link of it."""
        wanted = _checked(
            lambda: Acceptance(token=self._token_of(link)),
            "This is not the link of an invitation; nothing was sent; copy all of it from the mail or message.",
        )
        return self._http().ask("POST", "/invitations/accept", Organization, _body(wanted), once=True)

    def _token_of(self, link: str) -> str:
        said = link.strip()
        if "/" not in said:
            return said
        before, found, token = said.rpartition(JOIN)
        if found and before.rstrip("/").casefold() != self._platform.rstrip("/").casefold():
            raise InvitationLinkError(
                f"This invitation is of {urlsplit(before).netloc or before[:80]}, and you are signed in to "
                f"{urlsplit(self._platform).netloc}; nothing was sent; sign in there to accept it."
            )
        return token.partition("?")[0].partition("#")[0] if found else said


def _part(identity: str) -> str:
    return quote(identity, safe="")


def _of(organization: str) -> str:
    return f"/organizations/{_part(organization)}"


def _body(message: Message) -> bytes:
    return message.model_dump_json(exclude_none=True).encode()


def _checked(make: Callable[[], Wanted], sentence: str) -> Wanted:
    """A message of what a person typed. Raises WrongInputError where it cannot be one."""
    try:
        return make()
    except ValidationError as error:
        raise WrongInputError(sentence) from error
