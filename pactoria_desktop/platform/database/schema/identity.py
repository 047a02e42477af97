"""Who somebody is. These rows belong to a person, not to a tenant; the application reaches them by the person's id, or
through a few named functions while nobody is known yet (``walls``)."""

from sqlalchemy import ForeignKey, Index, LargeBinary, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from pactoria_desktop.platform.database.schema.base import Base, Count, Digest, Id, Moment


class PlatformFact(Base):
    """One fact about the platform itself: its id, the epoch of its feeds."""

    __tablename__ = "platform_fact"
    name: Mapped[str] = mapped_column(primary_key=True)
    value: Mapped[str]


class Person(Base):
    """A user. ``email`` is in small letters; ``erased_at`` leaves only the id, which hash chains hold."""

    __tablename__ = "person"
    id: Mapped[Id] = mapped_column(primary_key=True)
    email: Mapped[str | None] = mapped_column(unique=True)
    name: Mapped[str]
    password_hash: Mapped[str | None]
    verified_at: Mapped[Moment | None]
    administrator: Mapped[bool] = mapped_column(default=False)
    home_organization_id: Mapped[Id]
    created_at: Mapped[Moment]
    disabled_at: Mapped[Moment | None]
    erased_at: Mapped[Moment | None]


class SignInAttempts(Base):
    """Failures of a kind (an address, a client's network) within a window; the key is a hash, so it names nobody."""

    __tablename__ = "sign_in_attempts"
    key: Mapped[Digest] = mapped_column(primary_key=True)
    failures: Mapped[int]
    first_at: Mapped[Moment]
    locked_until: Mapped[Moment | None]


class MailToken(Base):
    """A single-use token in an e-mail: to confirm the address, or to set a new password."""

    __tablename__ = "mail_token"
    token_sha256: Mapped[Digest] = mapped_column(primary_key=True)
    person_id: Mapped[Id] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), index=True)
    purpose: Mapped[str]
    email: Mapped[str]
    created_at: Mapped[Moment]
    expires_at: Mapped[Moment]
    used_at: Mapped[Moment | None]


class AuthorizationCode(Base):
    """A code of the authorization endpoint (RFC 6749, 4.1; RFC 7636), used once within a minute."""

    __tablename__ = "authorization_code"
    code_sha256: Mapped[Digest] = mapped_column(primary_key=True)
    person_id: Mapped[Id] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), index=True)
    client_id: Mapped[str]
    redirect_uri: Mapped[str]
    code_challenge: Mapped[str]
    device_id: Mapped[Id | None]
    device_name: Mapped[str]
    created_at: Mapped[Moment]
    expires_at: Mapped[Moment]
    used_at: Mapped[Moment | None]
    session_id: Mapped[Id | None]


class DeviceGrant(Base):
    """A device that waits for a person to let it in elsewhere (RFC 8628)."""

    __tablename__ = "device_grant"
    device_code_sha256: Mapped[Digest] = mapped_column(primary_key=True)
    user_code: Mapped[str] = mapped_column(unique=True)
    client_id: Mapped[str]
    device_id: Mapped[Id | None]
    device_name: Mapped[str]
    state: Mapped[str]
    person_id: Mapped[Id | None] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), index=True)
    interval_seconds: Mapped[int]
    created_at: Mapped[Moment]
    expires_at: Mapped[Moment]
    polled_at: Mapped[Moment | None]


class DeviceSession(Base):
    """A person signed in on a device, until it ends or the day it must sign in again."""

    __tablename__ = "device_session"
    __table_args__ = (Index("ix_device_session_person_id_created_at", "person_id", "created_at"),)
    id: Mapped[Id] = mapped_column(primary_key=True)
    person_id: Mapped[Id] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"))
    client_id: Mapped[str]
    device_id: Mapped[Id]
    device_name: Mapped[str]
    created_at: Mapped[Moment]
    seen_at: Mapped[Moment]
    expires_at: Mapped[Moment]
    ended_at: Mapped[Moment | None]
    end_reason: Mapped[str | None]


class AccessToken(Base):
    """An access token, by its SHA-256."""

    __tablename__ = "access_token"
    token_sha256: Mapped[Digest] = mapped_column(primary_key=True)
    session_id: Mapped[Id] = mapped_column(ForeignKey("device_session.id", ondelete="CASCADE"), index=True)
    expires_at: Mapped[Moment] = mapped_column(index=True)


class RefreshToken(Base):
    """A refresh token, by its SHA-256; generations count up in a session.

    ``successor`` is the next pair of tokens, sealed under a key that only the holder of this token can make, so that an
    answer that was lost can be given again within ten seconds.
    """

    __tablename__ = "refresh_token"
    __table_args__ = (UniqueConstraint("session_id", "generation"),)
    token_sha256: Mapped[Digest] = mapped_column(primary_key=True)
    session_id: Mapped[Id] = mapped_column(ForeignKey("device_session.id", ondelete="CASCADE"))
    generation: Mapped[Count]
    created_at: Mapped[Moment]
    used_at: Mapped[Moment | None]
    successor: Mapped[bytes | None] = mapped_column(LargeBinary)
