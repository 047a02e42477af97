"""Organizations on the wire: what they are, who belongs to them, and how somebody comes to belong."""

from typing import Annotated, Literal

from pydantic import AwareDatetime, Field, JsonValue, StringConstraints, model_validator

from pactoria_desktop.protocol.base import Email, Identity, Message, Name, Sequence
from pactoria_desktop.protocol.permissions import Role

MOST_MEMBERS = 5000
DAYS_TO_ACCEPT = 7
AiPolicy = Literal["off", "local", "zero_retention", "any"]
"""Which language models the organization lets contracts go to, the strictest first."""

InvitationToken = Annotated[str, StringConstraints(min_length=20, max_length=200, pattern=r"^[A-Za-z0-9_-]+$")]


def invitation_link(address: str, token: str) -> str:
    """The link that is sent to somebody who is invited."""
    return f"{address}/invitation/{token}"


class Organization(Message):
    """An organization as one of its members sees it. ``version`` counts its changes."""

    id: Identity
    name: Name
    personal: bool = Field(description="the organization of one person, which everybody has")
    tier: str
    ai_policy: AiPolicy
    version: Sequence
    role: Role
    billing: bool
    created_at: AwareDatetime
    changed_at: AwareDatetime


class OrganizationList(Message):
    """The organizations that a person belongs to, their own first."""

    organizations: tuple[Organization, ...]


class NewOrganization(Message):
    """What a new organization is called."""

    name: Name


class OrganizationChange(Message):
    """What becomes otherwise; what is not named stays."""

    name: Name | None = None
    ai_policy: AiPolicy | None = None

    @model_validator(mode="after")
    def _says_something(self) -> "OrganizationChange":
        if self.name is None and self.ai_policy is None:
            raise ValueError("nothing is to be changed")
        return self


class Member(Message):
    """A person in an organization. ``email`` is hidden from viewers."""

    person: Identity
    name: Name
    email: Email | None = None
    role: Role
    billing: bool
    joined_at: AwareDatetime


class MemberList(Message):
    """Everybody who belongs to an organization, in the order in which they joined."""

    members: tuple[Member, ...]


class MemberChange(Message):
    """A member's new role, or whether they see and pay the bills; what is not named stays."""

    role: Role | None = None
    billing: bool | None = None

    @model_validator(mode="after")
    def _says_something(self) -> "MemberChange":
        if self.role is None and self.billing is None:
            raise ValueError("nothing is to be changed")
        return self


class Transfer(Message):
    """The member who becomes owner in the place of whoever asks."""

    person: Identity


class NewInvitation(Message):
    """Whom to invite. With an address only its holder can accept; without one whoever has the link."""

    email: Email | None = None
    role: Role
    billing: bool = False


class Invitation(Message):
    """An invitation and what became of it."""

    id: Identity
    email: Email | None
    role: Role
    billing: bool
    invited_by: Identity | None
    created_at: AwareDatetime
    expires_at: AwareDatetime
    state: Literal["open", "accepted", "withdrawn", "expired"]


class InvitationList(Message):
    """An organization's invitations, the newest first."""

    invitations: tuple[Invitation, ...]


class InvitationMade(Message):
    """A new invitation. ``link`` is there only where no mail is sent; it is not shown again."""

    invitation: Invitation
    mailed: bool
    link: str | None = Field(default=None, max_length=3000)


class Acceptance(Message):
    """The token of an invitation's link."""

    token: InvitationToken


class PersonalData(Message):
    """All that an organization holds about a person: ``tables`` has rows by the name of their kind."""

    form: Literal["pactoria personal data 1"] = "pactoria personal data 1"
    organization: Identity
    person: Identity
    made_at: AwareDatetime
    tables: dict[str, tuple[dict[str, JsonValue], ...]]


class Erasure(Message):
    """What was erased, and what stays and why, in sentences for the person who asked."""

    person: Identity
    erased: dict[str, Sequence]
    person_erased: bool = Field(description="the account itself is gone, because it belonged nowhere else")
    stays: tuple[str, ...]
