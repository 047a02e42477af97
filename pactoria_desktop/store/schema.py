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
    """A version or round; the fields are those of ``contract.history.Version``."""

    __tablename__ = "version"
    contract: Mapped[str] = mapped_column(ForeignKey("contract.id", ondelete="CASCADE"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    id: Mapped[str] = mapped_column(unique=True)
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


class OutboxEntry(Base):
    """A change of a record that a platform has still to hear of, in order."""

    __tablename__ = "outbox"
    __table_args__ = (
        UniqueConstraint("operation"),
        Index("ix_outbox_state_position", "state", "position"),
        {"sqlite_autoincrement": True},
    )
    position: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    operation: Mapped[str]
    scope: Mapped[str]
    kind: Mapped[str]
    record: Mapped[str]
    base_sequence: Mapped[int]
    patch: Mapped[dict[str, object]] = mapped_column(JSON)
    deletes: Mapped[bool]
    schema_version: Mapped[int]
    state: Mapped[str]
    created_at: Mapped[int]


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
