"""Changes of records that a platform has still to hear of, each with the id that makes it count once.

An operation is added in the same transaction as the change itself. Nothing is added for a contract that belongs to no
organization: the outbox of a library without an account stays empty.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from sqlalchemy import delete, insert, select, update
from sqlalchemy.orm import Session

from pactoria_desktop.store.schema import OutboxEntry

State = Literal["waiting", "sent", "refused"]


@dataclass(frozen=True, slots=True)
class Operation:
    """One change of one record. ``patch`` holds new values by field; ``base_sequence`` is what it was made upon."""

    operation: str
    scope: str
    kind: str
    record: str
    base_sequence: int
    patch: dict[str, object]
    created_at: int
    deletes: bool = False
    schema_version: int = 1


class Outbox:
    """The outbox, in one transaction."""

    def __init__(self, session: Session) -> None:
        """On a session of the library."""
        self._session = session

    def add(self, operation: Operation) -> None:
        """Put an operation at the end. Raises IntegrityError of SQLAlchemy when its id is there already."""
        self._session.execute(
            insert(OutboxEntry).values(
                operation=operation.operation,
                scope=operation.scope,
                kind=operation.kind,
                record=operation.record,
                base_sequence=operation.base_sequence,
                patch=operation.patch,
                deletes=operation.deletes,
                schema_version=operation.schema_version,
                state="waiting",
                created_at=operation.created_at,
            )
        )

    def waiting(self, *, limit: int = 200) -> tuple[Operation, ...]:
        """The oldest operations that wait, in order."""
        rows = self._session.execute(
            select(
                OutboxEntry.operation,
                OutboxEntry.scope,
                OutboxEntry.kind,
                OutboxEntry.record,
                OutboxEntry.base_sequence,
                OutboxEntry.patch,
                OutboxEntry.created_at,
                OutboxEntry.deletes,
                OutboxEntry.schema_version,
            )
            .where(OutboxEntry.state == "waiting")
            .order_by(OutboxEntry.position)
            .limit(limit)
        )
        return tuple(Operation(*row) for row in rows)

    def mark(self, operations: Sequence[str], state: State) -> None:
        """Give operations another state."""
        self._session.execute(update(OutboxEntry).where(OutboxEntry.operation.in_(operations)).values(state=state))

    def remove(self, operations: Sequence[str]) -> None:
        """Drop operations that a platform has made durable."""
        self._session.execute(delete(OutboxEntry).where(OutboxEntry.operation.in_(operations)))
