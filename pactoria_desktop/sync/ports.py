"""What sync works with: a transport to the platform, and a desk, which is what one account has of one organization.

A desk is one transaction: all that is done on it is kept together or not at all.
"""

from collections.abc import Iterable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import Literal, Protocol

from pactoria_desktop.protocol.records import SCHEMA_VERSION, Pull, Pulled, Push, Pushed

State = Literal["waiting", "sent", "acknowledged"]
ORGANIZATION = "organization"


@dataclass(frozen=True, slots=True)
class Known:
    """A record as the platform had it when it was last heard of. A tombstone is ``deleted`` and has no fields.

    ``stale``: the scope is being read anew and the record has not come by yet. Its sequence counts for nothing then.
    """

    scope: str
    kind: str
    record: str
    sequence: int
    deleted: bool = False
    fields: Mapping[str, object] = field(default_factory=dict)
    field_sequence: Mapping[str, int] = field(default_factory=dict)
    schema_version: int = SCHEMA_VERSION
    changed_by: str | None = None
    changed_at: int | None = None
    stale: bool = False


@dataclass(frozen=True, slots=True)
class Pending:
    """An operation of this device. ``acknowledged``: the platform has it, the feed has not brought it yet.

    ``sequence`` is the record's after it, in ``scope``; ``lost`` are fields that another device's write kept.
    """

    operation: str
    kind: str
    record: str
    base_sequence: int
    patch: Mapping[str, object]
    created_at: int
    deletes: bool = False
    schema_version: int = SCHEMA_VERSION
    state: State = "waiting"
    scope: str = ORGANIZATION
    sequence: int = 0
    lost: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Position:
    """Up to where a scope is known. ``renewing``: it is being read anew from 0."""

    sequence: int
    renewing: bool = False


class Desk(Protocol):
    """What one account has of one organization, in one transaction. Order of the outbox is order of making."""

    def epoch(self) -> str:
        """The platform's epoch as last heard, "" before the first answer."""
        ...

    def set_epoch(self, epoch: str) -> None:
        """Keep the epoch."""
        ...

    def positions(self) -> dict[str, Position]:
        """Where each known scope stands."""
        ...

    def set_position(self, scope: str, position: Position) -> None:
        """Keep where a scope stands."""
        ...

    def drop_position(self, scope: str) -> None:
        """Forget a scope's place."""
        ...

    def read_ahead(self, keys: Iterable[tuple[str, str]]) -> None:
        """Kinds and records that are asked for next, many at once: a desk may read them together."""
        ...

    def known(self, kind: str, record: str) -> Known | None:
        """The record as the platform had it: of several scopes' one that lives, that is not stale, the youngest."""
        ...

    def places(self, kind: str, record: str) -> tuple[Known, ...]:
        """The record in each scope that has it or its tombstone."""
        ...

    def known_in(self, scope: str) -> Iterable[Known]:
        """All records and tombstones of a scope."""
        ...

    def keep(self, known: Known) -> None:
        """Keep a record in its scope, in place of what was there."""
        ...

    def drop(self, scope: str, kind: str, record: str) -> None:
        """Forget a record of a scope."""
        ...

    def age(self, scope: str) -> None:
        """Mark all records of a scope as stale."""
        ...

    def living(self) -> int:
        """How many records live, in all scopes."""
        ...

    def outbox(self) -> tuple[Pending, ...]:
        """All operations that wait, are on their way, or are acknowledged and not in the feed yet; in order."""
        ...

    def outbox_of(self, kind: str, record: str) -> tuple[Pending, ...]:
        """Those of one record, in order."""
        ...

    def add(self, pending: Pending) -> None:
        """Put an operation at the end."""
        ...

    def change(self, pending: Pending) -> None:
        """Keep an operation, by its id, as it now is."""
        ...

    def remove(self, operation: str) -> None:
        """Take an operation out."""
        ...

    def put_first(self, operations: Iterable[Pending]) -> None:
        """Put operations before all others, in this order."""
        ...

    def acknowledged(self) -> tuple[Pending, ...]:
        """The journal of what the platform acknowledged lately, in order."""
        ...

    def note_acknowledged(self, pending: Pending, at: int) -> None:
        """Add to the journal (milliseconds since 1970 UTC)."""
        ...

    def forget_acknowledged(self, before: int | None) -> None:
        """Cut the journal: what is dated before an instant (undated entries stay), all of it for None."""
        ...

    def heard_at(self) -> int:
        """The youngest instant that the platform wrote on a record (milliseconds since 1970 UTC), 0 for none yet."""
        ...

    def hear(self, at: int) -> None:
        """Keep that instant."""
        ...

    def refuse(self, pending: Pending, reason: str, at: int) -> None:
        """Keep an operation as not accepted, to be seen and exported."""
        ...

    def show(self, kind: str, record: str, fields: Mapping[str, object] | None) -> None:
        """Let the library show a record so; None: it is gone. Unknown kinds are kept by the desk and shown nowhere."""
        ...

    def leave(self, kind: str, record: str, *, stays: bool = False) -> None:
        """The record's scope was taken away: it leaves the lists; what lies on this device stays. With ``stays`` a
        contract does not leave, and is the person's own."""
        ...

    def note(self, what: str, count: int, words: str = "") -> None:
        """A line for the sync log: ``came``, ``went``, ``removed``, ``refused``, ``conflict``, ``anew``, ``lost``."""
        ...


class Desks(Protocol):
    """Opens the desk for one transaction."""

    def __call__(self) -> AbstractContextManager[Desk]:
        """The desk; kept when the block ends well, as it was before otherwise."""
        ...


class Transport(Protocol):
    """The way to the platform for one organization. Every call may raise the errors of ``sync.errors``."""

    def push(self, push: Push) -> Pushed:
        """Send operations."""
        ...

    def pull(self, pull: Pull) -> Pulled:
        """Ask for news."""
        ...
