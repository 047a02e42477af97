"""The tenants: organizations, their members, invitations, keys and the audit log."""

from sqlalchemy import ForeignKey, Index, LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from pactoria_desktop.platform.database.schema.base import Base, Count, Digest, Id, Moment


class Organization(Base):
    """A tenant. ``version`` counts its changes (If-Match); ``personal_of`` is set for an organization of one."""

    __tablename__ = "organization"
    organization_id: Mapped[Id] = mapped_column(primary_key=True)
    name: Mapped[str]
    personal_of: Mapped[Id | None] = mapped_column(index=True)
    tier: Mapped[str] = mapped_column(server_default="free")
    ai_policy: Mapped[str] = mapped_column(server_default="any")
    version: Mapped[Count] = mapped_column(server_default="1")
    created_at: Mapped[Moment]
    changed_at: Mapped[Moment]
    deleted_at: Mapped[Moment | None]


class OrganizationKey(Base):
    """The key that an organization's contents are sealed under, itself sealed under the platform's master key."""

    __tablename__ = "organization_key"
    organization_id: Mapped[Id] = mapped_column(
        ForeignKey("organization.organization_id", ondelete="CASCADE"), primary_key=True
    )
    number: Mapped[int] = mapped_column(primary_key=True)
    sealed: Mapped[bytes] = mapped_column(LargeBinary)
    created_at: Mapped[Moment]


class Membership(Base):
    """A person in an organization."""

    __tablename__ = "membership"
    organization_id: Mapped[Id] = mapped_column(
        ForeignKey("organization.organization_id", ondelete="CASCADE"), primary_key=True
    )
    person_id: Mapped[Id] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), primary_key=True, index=True)
    role: Mapped[str]
    billing: Mapped[bool] = mapped_column(default=False)
    joined_at: Mapped[Moment]


class Invitation(Base):
    """An invitation by e-mail, used once; ``token_sha256`` knows the link, nothing else does.

    The first invitation of a platform belongs to no organization: whoever takes it becomes its administrator.
    """

    __tablename__ = "invitation"
    __table_args__ = (Index("ix_invitation_organization_id_created_at", "organization_id", "created_at"),)
    id: Mapped[Id] = mapped_column(primary_key=True)
    organization_id: Mapped[Id | None] = mapped_column(ForeignKey("organization.organization_id", ondelete="CASCADE"))
    email: Mapped[str | None]
    role: Mapped[str]
    billing: Mapped[bool] = mapped_column(default=False)
    token_sha256: Mapped[Digest] = mapped_column(unique=True)
    invited_by: Mapped[Id | None]
    created_at: Mapped[Moment]
    expires_at: Mapped[Moment]
    accepted_at: Mapped[Moment | None]
    accepted_by: Mapped[Id | None]
    revoked_at: Mapped[Moment | None]


class AuditEntry(Base):
    """One line of an organization's audit log; each holds the hash of the one before. People are ids, never names."""

    __tablename__ = "audit_entry"
    organization_id: Mapped[Id] = mapped_column(
        ForeignKey("organization.organization_id", ondelete="CASCADE"), primary_key=True
    )
    number: Mapped[Count] = mapped_column(primary_key=True)
    at: Mapped[Moment]
    actor: Mapped[Id | None]
    device: Mapped[Id | None]
    action: Mapped[str]
    subject_kind: Mapped[str]
    subject: Mapped[str]
    details: Mapped[dict[str, object]]
    former: Mapped[str]
    hash: Mapped[str]


class AuditHead(Base):
    """Where an organization's audit log ends; locked by whoever adds to it."""

    __tablename__ = "audit_head"
    organization_id: Mapped[Id] = mapped_column(
        ForeignKey("organization.organization_id", ondelete="CASCADE"), primary_key=True
    )
    number: Mapped[Count]
    hash: Mapped[str]
