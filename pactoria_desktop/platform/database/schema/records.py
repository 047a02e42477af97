"""The feed of records: what every device of a scope comes to know, and who may reach a contract."""

from sqlalchemy import Computed, ForeignKey, ForeignKeyConstraint, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from pactoria_desktop.platform.database.schema.base import Base, Count, Digest, Id, Moment


class SyncScope(Base):
    """A feed and its counter: ``organization``, ``person:<id>`` or ``contract:<id>`` within an organization.

    Every write of a record takes the next sequence here, in the transaction that writes it. Tombstones at or below
    ``floor_sequence`` are gone: a device whose cursor is older begins again.
    """

    __tablename__ = "sync_scope"
    organization_id: Mapped[Id] = mapped_column(
        ForeignKey("organization.organization_id", ondelete="CASCADE"), primary_key=True
    )
    scope: Mapped[str] = mapped_column(primary_key=True)
    sequence: Mapped[Count]
    floor_sequence: Mapped[Count] = mapped_column(server_default="0")


class Record(Base):
    """A record as it is now. ``field_sequence`` says for each field at which sequence it was last written.

    Words of comments are sealed (``protocol.records`` says which fields); everything else is plain JSON. A contract's
    record has its own id as ``contract_id``. A deleted record keeps its fields until it is compacted, because an edit
    by somebody who did not know of the deletion brings it back.

    ``package_sha256`` is the field of that name as a column: row-level security keeps an expression on ``fields`` from
    using an index. ``package_by`` is who wrote that name.
    """

    __tablename__ = "record"
    __table_args__ = (
        Index("ix_record_organization_id_scope_sequence", "organization_id", "scope", "sequence", unique=True),
        Index("ix_record_organization_id_contract_id_kind", "organization_id", "contract_id", "kind"),
        Index(
            "ix_record_package",
            "organization_id",
            "package_sha256",
            postgresql_where=text("package_sha256 IS NOT NULL"),
        ),
        Index(
            "ix_record_restricted",
            "organization_id",
            "scope",
            postgresql_where=text("kind = 'contract' AND scope <> 'organization'"),
        ),
        Index("ix_record_deleted_by_change", "organization_id", "changed_at", postgresql_where=text("deleted")),
        Index(
            "ix_record_contracts_by_change",
            "organization_id",
            text("changed_at DESC"),
            text("id DESC"),
            postgresql_where=text("kind = 'contract' AND NOT deleted"),
        ),
        Index(
            "ix_record_contracts_by_title",
            "organization_id",
            text("lower(fields ->> 'title')"),
            "id",
            postgresql_where=text("kind = 'contract' AND NOT deleted"),
        ),
    )
    organization_id: Mapped[Id] = mapped_column(
        ForeignKey("organization.organization_id", ondelete="CASCADE"), primary_key=True
    )
    kind: Mapped[str] = mapped_column(primary_key=True)
    id: Mapped[str] = mapped_column(primary_key=True)
    scope: Mapped[str]
    contract_id: Mapped[Id | None]
    sequence: Mapped[Count]
    deleted: Mapped[bool] = mapped_column(default=False)
    fields: Mapped[dict[str, object]]
    field_sequence: Mapped[dict[str, object]]
    schema_version: Mapped[int]
    changed_by: Mapped[Id | None]
    changed_at: Mapped[Moment]
    created_at: Mapped[Moment]
    package_by: Mapped[Id | None]
    package_sha256: Mapped[str | None] = mapped_column(Computed("(fields ->> 'package_sha256'::text)", persisted=True))


class Departure(Base):
    """A record that left a scope for another: devices of the scope drop it. Gone when the record comes back."""

    __tablename__ = "departure"
    __table_args__ = (Index("ix_departure_organization_id_scope_sequence", "organization_id", "scope", "sequence"),)
    organization_id: Mapped[Id] = mapped_column(
        ForeignKey("organization.organization_id", ondelete="CASCADE"), primary_key=True
    )
    scope: Mapped[str] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(primary_key=True)
    id: Mapped[str] = mapped_column(primary_key=True)
    contract_id: Mapped[Id]
    sequence: Mapped[Count]
    at: Mapped[Moment]


class AppliedOperation(Base):
    """An operation that was applied, with the answer it got: the same id again gets the same answer and no effect."""

    __tablename__ = "applied_operation"
    __table_args__ = (Index("ix_applied_operation_organization_id_at", "organization_id", "at"),)
    organization_id: Mapped[Id] = mapped_column(
        ForeignKey("organization.organization_id", ondelete="CASCADE"), primary_key=True
    )
    operation: Mapped[Id] = mapped_column(primary_key=True)
    device: Mapped[Id]
    request_sha256: Mapped[Digest]
    result: Mapped[dict[str, object]]
    at: Mapped[Moment]


class ContractShare(Base):
    """Somebody who may reach a contract whose sharing is restricted, and as what."""

    __tablename__ = "contract_share"
    __table_args__ = (Index("ix_contract_share_person", "organization_id", "person_id", "contract_id"),)
    organization_id: Mapped[Id] = mapped_column(
        ForeignKey("organization.organization_id", ondelete="CASCADE"), primary_key=True
    )
    contract_id: Mapped[Id] = mapped_column(primary_key=True)
    person_id: Mapped[Id] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), primary_key=True)
    role: Mapped[str]
    shared_by: Mapped[Id]
    shared_at: Mapped[Moment]


class StoredFile(Base):
    """A Word package or an attachment in the object store, sealed under the organization's key."""

    __tablename__ = "stored_file"
    organization_id: Mapped[Id] = mapped_column(
        ForeignKey("organization.organization_id", ondelete="CASCADE"), primary_key=True
    )
    sha256: Mapped[str] = mapped_column(primary_key=True)
    size: Mapped[Count]
    media_type: Mapped[str]
    uploaded_by: Mapped[Id]
    uploaded_at: Mapped[Moment]


class FileHolder(Base):
    """Somebody who has had the bytes of a stored file: they sent them, or named the file while they might fetch it."""

    __tablename__ = "file_holder"
    __table_args__ = (
        ForeignKeyConstraint(
            ["organization_id", "sha256"], ["stored_file.organization_id", "stored_file.sha256"], ondelete="CASCADE"
        ),
    )
    organization_id: Mapped[Id] = mapped_column(primary_key=True)
    sha256: Mapped[str] = mapped_column(primary_key=True)
    person_id: Mapped[Id] = mapped_column(primary_key=True)
    since: Mapped[Moment]
