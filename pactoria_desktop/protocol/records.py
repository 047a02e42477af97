"""Records that sync: particulars of contracts, parties, versions, comments, approvals, verdicts.

The platform keeps each record as it is now and hands out one feed for each scope (``organization``, ``contract:<id>``
for a contract whose sharing is restricted, ``person``). A device sends operations on single fields; each counts once by
its id. A record's sequences only grow, also when it moves to another scope: a scope's counter begins, or goes on, no
lower than that of the scope which a record comes from. How two writes of one field come together is that field's merge
class, declared here and nowhere else.
"""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import AwareDatetime, Field, JsonValue, StringConstraints

from pactoria_desktop.protocol.base import Identity, Message, Sequence, Words

SCHEMA_VERSION = 1
MOST_OPERATIONS = 200
MOST_ROWS = 500
LONGEST_RECORD_ID = 100


class Merge(StrEnum):
    """How two writes of a field come together.

    ``last``: the write that knew the other wins; of two that did not know each other the one that the platform had
    first stays and the other becomes a conflict that a person sees. ``set``: members are added and removed one by one
    (a patch is ``{"add": [...], "remove": [...]}``). ``greatest``: the greater value stays. ``once``: given when the
    record is made and never changed; where two devices make the same record the first one's stays and another value
    becomes a conflict, an instant of making aside. ``platform``: written by the platform alone.

    A deletion that did not know of an edit gives way to it, and an edit that did not know of a deletion brings the
    record back; either is a conflict about the field ``deleted``.
    """

    LAST = "last"
    SET = "set"
    GREATEST = "greatest"
    ONCE = "once"
    PLATFORM = "platform"


@dataclass(frozen=True, slots=True)
class FieldRule:
    """One field of a kind. ``sealed`` fields hold words of contracts or people and are encrypted at rest."""

    merge: Merge
    kind: Literal["words", "name", "number", "flag", "instant", "hash", "identity", "choice", "names", "json"]
    required: bool = False
    choices: tuple[str, ...] = ()
    sealed: bool = False
    most: int = 10_000
    """The most code points of words, members of a set, or bytes of JSON."""


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of record. ``make``, ``change`` and ``delete`` are operations of ``protocol.permissions`` (None: nobody).

    ``own`` records are changed and deleted by whoever made them alone. ``of_contract`` records live where their
    contract lives: its scope is theirs.
    """

    name: str
    make: str | None
    change: str | None
    delete: str | None
    fields: dict[str, FieldRule] = field(default_factory=dict)
    of_contract: bool = True
    own: bool = False


VERDICTS = ("open", "accepted", "dismissed", "fixed")
STATUSES = ("draft", "in_review", "approved", "rejected", "signed")
_LAST, _ONCE, _PLATFORM = Merge.LAST, Merge.ONCE, Merge.PLATFORM

KINDS: dict[str, Kind] = {
    one.name: one
    for one in (
        Kind(
            "contract", "contract.create", "contract.edit", "contract.delete",
            {
                "title": FieldRule(_LAST, "name", required=True, most=500),
                "counterparty": FieldRule(_LAST, "name", most=500),
                "status": FieldRule(_LAST, "choice", required=True, choices=STATUSES),
                "tags": FieldRule(Merge.SET, "names", most=100),
                "package_sha256": FieldRule(_LAST, "hash"),
                "never_leaves": FieldRule(_LAST, "flag"),
                "created_at": FieldRule(_ONCE, "instant", required=True),
                "created_by": FieldRule(_PLATFORM, "identity"),
                "restricted": FieldRule(_PLATFORM, "flag"),
                "text_number": FieldRule(_PLATFORM, "number"),
            },
            of_contract=False,
        ),
        Kind(
            "party", "contract.edit", "contract.edit", "contract.edit",
            {
                "contract": FieldRule(_ONCE, "identity", required=True),
                "name": FieldRule(_LAST, "name", required=True, most=500),
                "part": FieldRule(_LAST, "name", most=200),
                "position": FieldRule(_LAST, "number"),
            },
        ),
        Kind(
            "version", "contract.edit", None, None,
            {
                "contract": FieldRule(_ONCE, "identity", required=True),
                "number": FieldRule(_ONCE, "number", required=True),
                "name": FieldRule(_ONCE, "name", required=True, most=500),
                "made_at": FieldRule(_ONCE, "name", required=True, most=64),
                "author": FieldRule(_ONCE, "name", most=200),
                "frontier": FieldRule(_ONCE, "words", required=True),
                "text_sha256": FieldRule(_ONCE, "hash", required=True),
                "content_sha256": FieldRule(_ONCE, "hash", required=True),
                "direction": FieldRule(_ONCE, "choice", choices=("sent", "received")),
                "counterparty": FieldRule(_ONCE, "name", most=500),
                "package_sha256": FieldRule(_ONCE, "hash"),
                "round": FieldRule(_ONCE, "number"),
                "former": FieldRule(_ONCE, "name", most=259),
                "hash": FieldRule(_ONCE, "hash", required=True),
                "made_by": FieldRule(_PLATFORM, "identity"),
            },
        ),
        Kind(
            "thread", "contract.comment", "contract.comment", "contract.comment",
            {
                "contract": FieldRule(_ONCE, "identity", required=True),
                "anchor": FieldRule(_ONCE, "json", required=True, sealed=True),
                "visibility": FieldRule(_ONCE, "choice", required=True, choices=("internal", "external")),
                "created_at": FieldRule(_ONCE, "instant", required=True),
                "created_by": FieldRule(_PLATFORM, "identity"),
                "resolved_at": FieldRule(_LAST, "instant"),
            },
        ),
        Kind(
            "comment", "contract.comment", "contract.comment", "contract.comment",
            {
                "contract": FieldRule(_ONCE, "identity", required=True),
                "thread": FieldRule(_ONCE, "identity", required=True),
                "text": FieldRule(_LAST, "words", required=True, sealed=True),
                "created_at": FieldRule(_ONCE, "instant", required=True),
                "edited_at": FieldRule(Merge.GREATEST, "instant"),
                "created_by": FieldRule(_PLATFORM, "identity"),
            },
            own=True,
        ),
        Kind(
            "approval", "contract.approve", None, None,
            {
                "contract": FieldRule(_ONCE, "identity", required=True),
                "text_sha256": FieldRule(_ONCE, "hash", required=True),
                "content_sha256": FieldRule(_ONCE, "hash", required=True),
                "decision": FieldRule(_ONCE, "choice", required=True, choices=("approved", "rejected")),
                "reason": FieldRule(_ONCE, "words", sealed=True),
                "decided_at": FieldRule(_ONCE, "instant", required=True),
                "decided_by": FieldRule(_PLATFORM, "identity"),
            },
        ),
        Kind(
            "verdict", "contract.judge", "contract.judge", None,
            {
                "contract": FieldRule(_ONCE, "identity", required=True),
                "finding": FieldRule(_ONCE, "name", required=True, most=200),
                "verdict": FieldRule(_LAST, "choice", required=True, choices=VERDICTS),
                "reason": FieldRule(_LAST, "words", sealed=True),
                "assignee": FieldRule(_LAST, "identity"),
                "decided_at": FieldRule(Merge.GREATEST, "instant"),
                "decided_by": FieldRule(_PLATFORM, "identity"),
            },
        ),
        Kind(
            "question", "contract.suggest", "contract.suggest", None,
            {
                "contract": FieldRule(_ONCE, "identity", required=True),
                "place": FieldRule(_ONCE, "json", required=True, sealed=True),
                "base": FieldRule(_ONCE, "words", sealed=True),
                "ours": FieldRule(_ONCE, "words", sealed=True),
                "theirs": FieldRule(_ONCE, "words", sealed=True),
                "asked_at": FieldRule(_ONCE, "instant", required=True),
                "answer": FieldRule(_LAST, "choice", choices=("ours", "theirs", "both", "own")),
                "answered_at": FieldRule(Merge.GREATEST, "instant"),
            },
        ),
        Kind(
            "conflict", None, "sync.push", None,
            {
                "contract": FieldRule(_PLATFORM, "identity"),
                "record_kind": FieldRule(_PLATFORM, "name"),
                "record": FieldRule(_PLATFORM, "name"),
                "field": FieldRule(_PLATFORM, "name"),
                "value": FieldRule(_PLATFORM, "json", sealed=True),
                "kept": FieldRule(_PLATFORM, "json", sealed=True),
                "author": FieldRule(_PLATFORM, "identity"),
                "at": FieldRule(_PLATFORM, "instant"),
                "resolved": FieldRule(_LAST, "choice", choices=("kept", "taken")),
            },
        ),
        Kind(
            "activity", None, None, None,
            {
                "contract": FieldRule(_PLATFORM, "identity"),
                "what": FieldRule(_PLATFORM, "name"),
                "subject": FieldRule(_PLATFORM, "name"),
                "by": FieldRule(_PLATFORM, "identity"),
                "at": FieldRule(_PLATFORM, "instant"),
            },
        ),
        Kind(
            "share", None, None, None,
            {
                "contract": FieldRule(_PLATFORM, "identity"),
                "person": FieldRule(_PLATFORM, "identity"),
                "role": FieldRule(_PLATFORM, "name"),
            },
        ),
        Kind(
            "member", None, None, None,
            {
                "name": FieldRule(_PLATFORM, "name"),
                "role": FieldRule(_PLATFORM, "name"),
                "joined_at": FieldRule(_PLATFORM, "instant"),
            },
            of_contract=False,
        ),
        Kind(
            "organization", None, None, None,
            {"name": FieldRule(_PLATFORM, "name"), "tier": FieldRule(_PLATFORM, "name")},
            of_contract=False,
        ),
    )
}  # fmt: skip
"""Every kind by its name. Kinds and fields that a device does not know are kept as they are and handed on."""

Scope = Annotated[str, StringConstraints(pattern=r"^(organization|person|contract:[0-9a-f-]{36})$")]
RecordId = Annotated[str, StringConstraints(min_length=1, max_length=LONGEST_RECORD_ID, pattern=r"^[A-Za-z0-9:_.-]+$")]
KindName = Annotated[str, StringConstraints(pattern=r"^[a-z_]{1,40}$")]
FieldName = Annotated[str, StringConstraints(pattern=r"^[a-z0-9_]{1,60}$")]


class Operation(Message):
    """One change of one record, made upon what the device knew at ``base_sequence`` (0: the record is new)."""

    operation: Identity
    kind: KindName
    record: RecordId
    base_sequence: Sequence
    patch: dict[FieldName, JsonValue] = Field(default_factory=dict, max_length=60)
    deletes: bool = False
    schema_version: int = Field(default=SCHEMA_VERSION, ge=1, le=10_000)


class Push(Message):
    """Operations of one device, in the order in which they were made. ``epoch`` is the last that the device knew; with
    another one than the platform's nothing counts as known, as if every base were 0.

    What an operation wrote without losing is known to those after it in the same push, also where it went before.
    The id of an operation stands for its kind, record, patch and deletion; its base may be raised when it goes again.
    """

    epoch: str = Field(default="", max_length=64)
    operations: tuple[Operation, ...] = Field(min_length=1, max_length=MOST_OPERATIONS)


class Outcome(StrEnum):
    """What became of an operation. ``conflict``: some fields were kept as another device had written them; the
    losing values are conflicts that a person sees. ``refused``: nothing of it was applied; ``reason`` says why."""

    APPLIED = "applied"
    CONFLICT = "conflict"
    REFUSED = "refused"


class Applied(Message):
    """The answer to one operation; the same id gets the same answer again, a refusal too: what is tried anew has a new
    id.

    ``sequence`` is the record's after it; ``fields`` are those that lost. ``scope`` is where the record lives.
    """

    operation: Identity
    outcome: Outcome
    scope: str = ""
    sequence: Sequence = 0
    fields: tuple[str, ...] = ()
    reason: Words = ""


class Pushed(Message):
    """The answer to a push: one for each operation, in order. Everything in it is durable."""

    epoch: str
    results: tuple[Applied, ...]


class Cursor(Message):
    """Up to where a device knows a scope."""

    scope: Scope
    sequence: Sequence = 0


class Pull(Message):
    """Ask for what came after the cursors, in all scopes that the person may see; scopes not named begin at 0.

    ``digests`` asks for a digest of each scope that is complete, to be held against the device's own.
    """

    epoch: str = Field(default="", max_length=64)
    cursors: tuple[Cursor, ...] = Field(default=(), max_length=10_000)
    limit: int = Field(default=MOST_ROWS, ge=1, le=MOST_ROWS)
    digests: bool = False


class Row(Message):
    """A record as it is. A tombstone has ``deleted`` and no fields.

    A record may leave a scope for another (a contract becomes restricted, or open again). The tombstone in the scope
    that it left takes away what came by that scope; a record that came by another scope stays.
    """

    kind: str
    record: str
    sequence: Sequence
    deleted: bool = False
    fields: dict[str, JsonValue] = Field(default_factory=dict)
    field_sequence: dict[str, int] = Field(default_factory=dict)
    schema_version: int = SCHEMA_VERSION
    changed_by: Identity | None = None
    changed_at: AwareDatetime | None = None


class Feed(Message):
    """News of one scope, in order of sequence. ``reset``: begin again from 0 (what the device has made and what waits
    in its outbox stays). ``sequence`` is the next cursor; ``more`` says that there is more at once.

    ``digest`` is the exclusive or, over all rows of the scope that are not deleted, of the first eight bytes (unsigned,
    big endian) of the SHA-256 of ``kind LF record LF sequence`` in UTF-8; sixteen hexadecimal digits.
    """

    scope: Scope
    sequence: Sequence
    more: bool = False
    reset: bool = False
    rows: tuple[Row, ...] = ()
    digest: str | None = None


class Pulled(Message):
    """The answer to a pull. ``scopes`` are all that the person may see now: one that is missing was taken away.

    Another ``epoch`` than the device's means that the platform was restored from a backup: the device begins again and
    sends anew what was acknowledged since.
    """

    epoch: str
    scopes: tuple[Scope, ...]
    feeds: tuple[Feed, ...]
