"""The living texts on the platform: updates in the order in which they were acknowledged, and snapshots of them."""

from sqlalchemy import ForeignKey, ForeignKeyConstraint, LargeBinary, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from pactoria_desktop.platform.database.schema.base import Base, Count, Digest, Id, Moment


class TextDocument(Base):
    """The text of a contract: ``number`` is that of its last update."""

    __tablename__ = "text_document"
    organization_id: Mapped[Id] = mapped_column(
        ForeignKey("organization.organization_id", ondelete="CASCADE"), primary_key=True
    )
    contract_id: Mapped[Id] = mapped_column(primary_key=True)
    number: Mapped[Count]
    floor_number: Mapped[Count] = mapped_column(server_default="0")
    created_at: Mapped[Moment]
    changed_at: Mapped[Moment]


class TextUpdate(Base):
    """An update as a device sent it, sealed. ``sha256`` is that of the plain bytes: the same again counts once."""

    __tablename__ = "text_update"
    __table_args__ = (
        ForeignKeyConstraint(
            ["organization_id", "contract_id"],
            ["text_document.organization_id", "text_document.contract_id"],
            ondelete="CASCADE",
        ),
        UniqueConstraint("organization_id", "contract_id", "sha256"),
    )
    organization_id: Mapped[Id] = mapped_column(primary_key=True)
    contract_id: Mapped[Id] = mapped_column(primary_key=True)
    number: Mapped[Count] = mapped_column(primary_key=True)
    content: Mapped[bytes] = mapped_column(LargeBinary)
    size: Mapped[int]
    sha256: Mapped[Digest]
    person_id: Mapped[Id]
    device_id: Mapped[Id]
    at: Mapped[Moment]


class TextSnapshot(Base):
    """The text up to an update, sealed, so that a device need not read all that went before."""

    __tablename__ = "text_snapshot"
    __table_args__ = (
        ForeignKeyConstraint(
            ["organization_id", "contract_id"],
            ["text_document.organization_id", "text_document.contract_id"],
            ondelete="CASCADE",
        ),
    )
    organization_id: Mapped[Id] = mapped_column(primary_key=True)
    contract_id: Mapped[Id] = mapped_column(primary_key=True)
    upto: Mapped[Count] = mapped_column(primary_key=True)
    content: Mapped[bytes] = mapped_column(LargeBinary)
    size: Mapped[int]
    sha256: Mapped[Digest]
    made_at: Mapped[Moment]


class TextPeer(Base):
    """A peer of a text and the device and person it belongs to: bound once, by whoever brings it first."""

    __tablename__ = "text_peer"
    organization_id: Mapped[Id] = mapped_column(
        ForeignKey("organization.organization_id", ondelete="CASCADE"), primary_key=True
    )
    contract_id: Mapped[Id] = mapped_column(primary_key=True)
    peer: Mapped[str] = mapped_column(primary_key=True)
    device_id: Mapped[Id]
    person_id: Mapped[Id]
    bound_at: Mapped[Moment]
