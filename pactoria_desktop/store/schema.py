"""The tables of the library. Instants are milliseconds since 1970 UTC; hashes are SHA-256 in hexadecimal.

Long contents (packages, snapshots, exports) are rows of chunks. The search index lies beside (``search_index``).
"""

from sqlalchemy import JSON, ForeignKey, Index, LargeBinary, MetaData, UniqueConstraint
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


class Base(DeclarativeBase):
    """Carries the metadata."""

    metadata = MetaData(naming_convention=NAMES)


class LibraryFact(Base):
    """One fact about the library itself: its id, this device's id."""

    __tablename__ = "library_fact"
    name: Mapped[str] = mapped_column(primary_key=True)
    value: Mapped[str]


class Folder(Base):
    """A folder, in another or at the top."""

    __tablename__ = "folder"
    id: Mapped[str] = mapped_column(primary_key=True)
    parent: Mapped[str | None] = mapped_column(ForeignKey("folder.id"), index=True)
    name: Mapped[str]
    position: Mapped[int]


class Contract(Base):
    """A contract's own record. ``row`` is its number in lists and in the search index; the keys are for sorting.

    Each order has an index that also holds what lists are filtered by, so that a list never reads the rows themselves.
    """

    __tablename__ = "contract"
    __table_args__ = (
        Index("ix_contract_title", "trashed_at", "title_key", "row", "status", "folder"),
        Index("ix_contract_counterparty", "trashed_at", "counterparty_key", "row", "status", "folder"),
        Index("ix_contract_changed", "trashed_at", "changed_at", "row", "status", "folder"),
        Index("ix_contract_opened", "trashed_at", "opened_at", "row", "status", "folder"),
        Index("ix_contract_created", "trashed_at", "created_at", "row", "status", "folder"),
        Index("ix_contract_status", "trashed_at", "status", "row", "folder"),
        {"sqlite_autoincrement": True},
    )
    row: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    id: Mapped[str] = mapped_column(unique=True)
    title: Mapped[str]
    title_key: Mapped[str]
    counterparty: Mapped[str]
    counterparty_key: Mapped[str]
    status: Mapped[str]
    folder: Mapped[str | None] = mapped_column(ForeignKey("folder.id"), index=True)
    package_sha256: Mapped[str | None] = mapped_column(index=True)
    created_at: Mapped[int]
    opened_at: Mapped[int | None]
    changed_at: Mapped[int]
    trashed_at: Mapped[int | None]


class ContractTag(Base):
    """A tag on a contract. A tag is its name."""

    __tablename__ = "contract_tag"
    contract_row: Mapped[int] = mapped_column(ForeignKey("contract.row", ondelete="CASCADE"), primary_key=True)
    tag: Mapped[str] = mapped_column(primary_key=True, index=True)


class Package(Base):
    """A Word package as it came."""

    __tablename__ = "package"
    sha256: Mapped[str] = mapped_column(primary_key=True)
    size: Mapped[int]
    name: Mapped[str]
    added_at: Mapped[int]


class PackageChunk(Base):
    """A piece of a package."""

    __tablename__ = "package_chunk"
    sha256: Mapped[str] = mapped_column(ForeignKey("package.sha256", ondelete="CASCADE"), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True)
    content: Mapped[bytes] = mapped_column(LargeBinary)


class PackageEntry(Base):
    """A package that a contract came in or was sent as, in order of its coming."""

    __tablename__ = "package_of_contract"
    contract: Mapped[str] = mapped_column(ForeignKey("contract.id", ondelete="CASCADE"), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True)
    sha256: Mapped[str] = mapped_column(ForeignKey("package.sha256"), index=True)
    added_at: Mapped[int]


class Snapshot(Base):
    """The replica at a frontier, with its plain JSON beside; ``upto`` is the last journal row that it holds."""

    __tablename__ = "snapshot"
    __table_args__ = ({"sqlite_autoincrement": True},)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    contract: Mapped[str] = mapped_column(ForeignKey("contract.id", ondelete="CASCADE"), index=True)
    taken_at: Mapped[int]
    frontier: Mapped[str]
    upto: Mapped[int]
    sha256: Mapped[str]
    export_sha256: Mapped[str]


class SnapshotChunk(Base):
    """A piece of a snapshot; ``part`` is ``replica``, or ``export`` (the JSON, packed by zlib)."""

    __tablename__ = "snapshot_chunk"
    number: Mapped[int] = mapped_column(ForeignKey("snapshot.number", ondelete="CASCADE"), primary_key=True)
    part: Mapped[str] = mapped_column(primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True)
    content: Mapped[bytes] = mapped_column(LargeBinary)


class JournalEntry(Base):
    """One update of a replica, in the order in which it came."""

    __tablename__ = "journal"
    __table_args__ = (Index("ix_journal_contract_number", "contract", "number"), {"sqlite_autoincrement": True})
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    contract: Mapped[str] = mapped_column(ForeignKey("contract.id", ondelete="CASCADE"))
    at: Mapped[int]
    sha256: Mapped[str]
    content: Mapped[bytes] = mapped_column(LargeBinary)


class VersionEntry(Base):
    """A version or round; the fields are those of ``contract.history.Version``.

    Two devices that save a version apart may give both the same number.
    """

    __tablename__ = "version"
    __table_args__ = (Index("ix_version_contract_number", "contract", "number"),)
    id: Mapped[str] = mapped_column(primary_key=True)
    contract: Mapped[str] = mapped_column(ForeignKey("contract.id", ondelete="CASCADE"))
    number: Mapped[int]
    name: Mapped[str]
    made_at: Mapped[str]
    author: Mapped[str]
    frontier: Mapped[str]
    text_sha256: Mapped[str]
    content_sha256: Mapped[str]
    direction: Mapped[str | None]
    counterparty: Mapped[str]
    package_sha256: Mapped[str | None]
    round: Mapped[int | None]
    former: Mapped[str]
    hash: Mapped[str]


class Thread(Base):
    """A conversation about a place of a contract; ``visibility`` is ``internal`` or ``external``."""

    __tablename__ = "thread"
    id: Mapped[str] = mapped_column(primary_key=True)
    contract: Mapped[str] = mapped_column(ForeignKey("contract.id", ondelete="CASCADE"), index=True)
    anchor: Mapped[dict[str, object]] = mapped_column(JSON)
    visibility: Mapped[str]
    created_at: Mapped[int]
    resolved_at: Mapped[int | None]


class ThreadComment(Base):
    """One word said in a thread."""

    __tablename__ = "thread_comment"
    id: Mapped[str] = mapped_column(primary_key=True)
    thread: Mapped[str] = mapped_column(ForeignKey("thread.id", ondelete="CASCADE"), index=True)
    author: Mapped[str]
    text: Mapped[str]
    created_at: Mapped[int]
    edited_at: Mapped[int | None]


class FindingRun(Base):
    """One run of a review over one text; never changed afterwards."""

    __tablename__ = "finding_run"
    id: Mapped[str] = mapped_column(primary_key=True)
    contract: Mapped[str] = mapped_column(ForeignKey("contract.id", ondelete="CASCADE"), index=True)
    text_sha256: Mapped[str]
    playbook: Mapped[str]
    playbook_version: Mapped[str]
    model_version: Mapped[str]
    prompt_version: Mapped[str]
    finished_at: Mapped[int]


class FindingEntry(Base):
    """One finding of a run, as JSON, with what lists sort by beside."""

    __tablename__ = "finding"
    run: Mapped[str] = mapped_column(ForeignKey("finding_run.id", ondelete="CASCADE"), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True)
    finding: Mapped[str] = mapped_column(index=True)
    severity: Mapped[str]
    content: Mapped[dict[str, object]] = mapped_column(JSON)


class Verdict(Base):
    """What a person decided about a finding; it outlives the runs."""

    __tablename__ = "verdict"
    contract: Mapped[str] = mapped_column(ForeignKey("contract.id", ondelete="CASCADE"), primary_key=True)
    finding: Mapped[str] = mapped_column(primary_key=True)
    verdict: Mapped[str]
    reason: Mapped[str]
    assignee: Mapped[str]
    decided_by: Mapped[str]
    decided_at: Mapped[int]


class PeerEntry(Base):
    """A peer of a replica and who it is: one for each opening of a contract."""

    __tablename__ = "peer"
    peer: Mapped[str] = mapped_column(primary_key=True)
    contract: Mapped[str] = mapped_column(ForeignKey("contract.id", ondelete="CASCADE"), primary_key=True)
    device: Mapped[str]
    user: Mapped[str]
    opened_at: Mapped[int]


class Party(Base):
    """A party of a contract: who it is and what part it plays."""

    __tablename__ = "party"
    id: Mapped[str] = mapped_column(primary_key=True)
    contract: Mapped[str] = mapped_column(ForeignKey("contract.id", ondelete="CASCADE"), index=True)
    name: Mapped[str]
    part: Mapped[str]
    position: Mapped[int]


class Approval(Base):
    """A decision on a text, bound to its hashes; never changed. ``decided_by`` is a person's id."""

    __tablename__ = "approval"
    id: Mapped[str] = mapped_column(primary_key=True)
    contract: Mapped[str] = mapped_column(ForeignKey("contract.id", ondelete="CASCADE"), index=True)
    text_sha256: Mapped[str]
    content_sha256: Mapped[str]
    decision: Mapped[str]
    reason: Mapped[str]
    decided_at: Mapped[int]
    decided_by: Mapped[str]


class Account(Base):
    """A person on a platform, with this device's id there. ``signed_out_at`` is None while signed in."""

    __tablename__ = "account"
    id: Mapped[str] = mapped_column(primary_key=True)
    platform: Mapped[str]
    person: Mapped[str]
    name: Mapped[str]
    email: Mapped[str]
    device: Mapped[str]
    signed_in_at: Mapped[int]
    signed_out_at: Mapped[int | None]


class Seat(Base):
    """An account's place in an organization, to which all that syncs belongs.

    ``state`` is ``member`` or ``lost``; ``epoch`` and ``heard_at`` are the platform's own (its restores, its clock).
    ``trouble`` is the last sentence why a sync did not go through, "" when it did.
    """

    __tablename__ = "seat"
    __table_args__ = (UniqueConstraint("account", "organization"), {"sqlite_autoincrement": True})
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    account: Mapped[str] = mapped_column(ForeignKey("account.id", ondelete="CASCADE"))
    organization: Mapped[str]
    name: Mapped[str]
    role: Mapped[str]
    state: Mapped[str]
    epoch: Mapped[str]
    heard_at: Mapped[int]
    synced_at: Mapped[int | None]
    trouble: Mapped[str]


class ContractHome(Base):
    """Which organization a contract belongs to. ``state``: ``member``; ``gone`` (deleted there) or ``lost`` (access was
    taken away), when what lies here is a copy of its own."""

    __tablename__ = "contract_home"
    contract: Mapped[str] = mapped_column(ForeignKey("contract.id", ondelete="CASCADE"), primary_key=True)
    seat: Mapped[int] = mapped_column(ForeignKey("seat.number", ondelete="CASCADE"), index=True)
    state: Mapped[str]
    since: Mapped[int]


class SyncedRecord(Base):
    """A record as the platform had it, in a scope; unknown kinds and fields are kept as they came."""

    __tablename__ = "synced_record"
    __table_args__ = (
        Index("ix_synced_record_record", "seat", "kind", "record"),
        Index("ix_synced_record_contract", "seat", "contract", "kind"),
    )
    seat: Mapped[int] = mapped_column(ForeignKey("seat.number", ondelete="CASCADE"), primary_key=True)
    scope: Mapped[str] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(primary_key=True)
    record: Mapped[str] = mapped_column(primary_key=True)
    contract: Mapped[str | None]
    sequence: Mapped[int]
    deleted: Mapped[bool]
    stale: Mapped[bool]
    fields: Mapped[dict[str, object]] = mapped_column(JSON)
    field_sequence: Mapped[dict[str, int]] = mapped_column(JSON)
    schema_version: Mapped[int]
    changed_by: Mapped[str | None]
    changed_at: Mapped[int | None]


class SyncCursor(Base):
    """Up to where a scope is known; ``renewing`` while it is read anew."""

    __tablename__ = "sync_cursor"
    seat: Mapped[int] = mapped_column(ForeignKey("seat.number", ondelete="CASCADE"), primary_key=True)
    scope: Mapped[str] = mapped_column(primary_key=True)
    sequence: Mapped[int]
    renewing: Mapped[bool]


class OutboxEntry(Base):
    """A change of a record that a platform has still to hear of, or that its feed has still to bring; in order.

    ``state`` is ``waiting``, ``sent`` or ``acknowledged``; ``sequence`` and ``lost`` are the platform's answer.
    """

    __tablename__ = "outbox"
    __table_args__ = (
        UniqueConstraint("operation"),
        Index("ix_outbox_seat_position", "seat", "position"),
        Index("ix_outbox_seat_record", "seat", "kind", "record"),
        {"sqlite_autoincrement": True},
    )
    position: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    seat: Mapped[int] = mapped_column(ForeignKey("seat.number", ondelete="CASCADE"))
    operation: Mapped[str]
    scope: Mapped[str]
    kind: Mapped[str]
    record: Mapped[str]
    base_sequence: Mapped[int]
    patch: Mapped[dict[str, object]] = mapped_column(JSON)
    deletes: Mapped[bool]
    schema_version: Mapped[int]
    state: Mapped[str]
    sequence: Mapped[int]
    lost: Mapped[list[str]] = mapped_column(JSON)
    created_at: Mapped[int]


class Acknowledged(Base):
    """An operation that the platform acknowledged lately; sent anew when the platform was restored from a backup.

    ``at`` is the platform's own instant, 0 where none was heard yet.
    """

    __tablename__ = "acknowledged"
    __table_args__ = (UniqueConstraint("operation"), Index("ix_acknowledged_seat", "seat"))
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    seat: Mapped[int] = mapped_column(ForeignKey("seat.number", ondelete="CASCADE"))
    operation: Mapped[str]
    kind: Mapped[str]
    record: Mapped[str]
    patch: Mapped[dict[str, object]] = mapped_column(JSON)
    deletes: Mapped[bool]
    schema_version: Mapped[int]
    scope: Mapped[str]
    lost: Mapped[list[str]] = mapped_column(JSON)
    created_at: Mapped[int]
    at: Mapped[int]


class NotAccepted(Base):
    """An operation that the platform refused, kept to be seen and exported."""

    __tablename__ = "not_accepted"
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    seat: Mapped[int] = mapped_column(ForeignKey("seat.number", ondelete="CASCADE"), index=True)
    operation: Mapped[str]
    kind: Mapped[str]
    record: Mapped[str]
    contract: Mapped[str | None]
    patch: Mapped[dict[str, object]] = mapped_column(JSON)
    deletes: Mapped[bool]
    reason: Mapped[str]
    at: Mapped[int]


class RecordChange(Base):
    """A record of an organization's contract that this transaction has changed; empty between transactions."""

    __tablename__ = "record_change"
    kind: Mapped[str] = mapped_column(primary_key=True)
    record: Mapped[str] = mapped_column(primary_key=True)
    contract: Mapped[str]


class SyncLogEntry(Base):
    """A line of the sync log: what came, what went, what was refused."""

    __tablename__ = "sync_log"
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    seat: Mapped[int] = mapped_column(ForeignKey("seat.number", ondelete="CASCADE"), index=True)
    at: Mapped[int]
    what: Mapped[str]
    count: Mapped[int]
    words: Mapped[str]


class Upload(Base):
    """What left for a platform, noted before it goes: of which contract, how many bytes, with which SHA-256.

    ``contract`` is "" for what belongs to none; the hash is of the request's body.
    """

    __tablename__ = "upload"
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    seat: Mapped[int] = mapped_column(ForeignKey("seat.number", ondelete="CASCADE"), index=True)
    at: Mapped[int]
    contract: Mapped[str]
    what: Mapped[str]
    size: Mapped[int]
    sha256: Mapped[str]


class TextState(Base):
    """What a platform is known to hold of a contract's text (``sync.texts.TextState``).

    ``sent`` is a push whose answer has not come: ``{"sha256": ..., "questions": [...]}``. ``waiting_since`` is when the
    oldest change was made that the platform does not hold; ``epoch`` is the platform's in which ``number`` counts.
    """

    __tablename__ = "text_state"
    contract: Mapped[str] = mapped_column(ForeignKey("contract.id", ondelete="CASCADE"), primary_key=True)
    seat: Mapped[int] = mapped_column(ForeignKey("seat.number", ondelete="CASCADE"), index=True)
    number: Mapped[int]
    known: Mapped[bytes] = mapped_column(LargeBinary)
    sent: Mapped[dict[str, object] | None] = mapped_column(JSON(none_as_null=True))
    waiting_since: Mapped[int | None]
    epoch: Mapped[str]


class KeptFile(Base):
    """A Word file that a platform is known to hold, by its SHA-256."""

    __tablename__ = "kept_file"
    seat: Mapped[int] = mapped_column(ForeignKey("seat.number", ondelete="CASCADE"), primary_key=True)
    sha256: Mapped[str] = mapped_column(primary_key=True)


class Secret(Base):
    """A secret of this device, where the system has no keyring that keeps it; the library is encrypted."""

    __tablename__ = "secret"
    name: Mapped[str] = mapped_column(primary_key=True)
    value: Mapped[str]


class SessionState(Base):
    """What the window looked like: one JSON value for each name."""

    __tablename__ = "session_state"
    name: Mapped[str] = mapped_column(primary_key=True)
    value: Mapped[object] = mapped_column(JSON)
    changed_at: Mapped[int]


class SavedSearch(Base):
    """A search that a person gave a name."""

    __tablename__ = "saved_search"
    id: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    query: Mapped[dict[str, object]] = mapped_column(JSON)
    position: Mapped[int]


class SearchText(Base):
    """What a contract is found by: title and counterparty (kept in step by triggers) and its accepted text."""

    __tablename__ = "search_text"
    row: Mapped[int] = mapped_column(ForeignKey("contract.row", ondelete="CASCADE"), primary_key=True)
    title: Mapped[str]
    counterparty: Mapped[str]
    text: Mapped[str]
    text_sha256: Mapped[str]
