"""The parties of a contract, and the decisions on its text, each bound to the hashes of what was decided on."""

from dataclasses import dataclass
from typing import Any, Literal, cast

from sqlalchemy import CursorResult, delete, func, insert, select, update
from sqlalchemy.orm import Session

from pactoria_desktop.store.contracts import missing
from pactoria_desktop.store.schema import Approval, Party

Decision = Literal["approved", "rejected"]


@dataclass(frozen=True, slots=True)
class PartyRecord:
    """A party: who it is and what part it plays (buyer, licensor); ``position`` orders them."""

    id: str
    contract: str
    name: str
    part: str
    position: int


@dataclass(frozen=True, slots=True)
class ApprovalRecord:
    """A decision on one text; never changed. ``decided_at`` in milliseconds since 1970 UTC."""

    id: str
    contract: str
    text_sha256: str
    content_sha256: str
    decision: Decision
    reason: str
    decided_at: int
    decided_by: str


def _party(*values: Any) -> PartyRecord:
    return PartyRecord(*values)


def _approval(*values: Any) -> ApprovalRecord:
    return ApprovalRecord(*values)


class Agreements:
    """Parties and approvals, in one transaction."""

    def __init__(self, session: Session) -> None:
        """On a session of the library."""
        self._session = session

    def parties(self, contract: str) -> tuple[PartyRecord, ...]:
        """A contract's parties in their order."""
        row = Party
        rows = self._session.execute(
            select(row.id, row.contract, row.name, row.part, row.position)
            .where(row.contract == contract)
            .order_by(row.position, row.id)
        )
        return tuple(_party(*each) for each in rows)

    def add_party(self, identity: str, contract: str, name: str, part: str) -> None:
        """A new party, after those before it."""
        last = self._session.execute(select(func.max(Party.position)).where(Party.contract == contract)).scalar()
        position = 1 if last is None else last + 1
        self._session.execute(
            insert(Party).values(id=identity, contract=contract, name=name, part=part, position=position)
        )

    def change_party(self, identity: str, name: str, part: str) -> None:
        """Give a party another name or part. Raises NotInLibraryError."""
        done = self._session.execute(update(Party).where(Party.id == identity).values(name=name, part=part))
        if cast("CursorResult[object]", done).rowcount != 1:
            raise missing(identity)

    def remove_party(self, identity: str) -> None:
        """Take a party away. Raises NotInLibraryError."""
        done = self._session.execute(delete(Party).where(Party.id == identity))
        if cast("CursorResult[object]", done).rowcount != 1:
            raise missing(identity)

    def decide(self, approval: ApprovalRecord) -> None:
        """Keep a decision."""
        names = ("id", "contract", "text_sha256", "content_sha256", "decision", "reason", "decided_at", "decided_by")
        self._session.execute(insert(Approval).values({name: getattr(approval, name) for name in names}))

    def approvals(self, contract: str) -> tuple[ApprovalRecord, ...]:
        """The decisions on a contract, oldest first."""
        row = Approval
        rows = self._session.execute(
            select(row.id, row.contract, row.text_sha256, row.content_sha256, row.decision, row.reason,
                   row.decided_at, row.decided_by)
            .where(row.contract == contract)
            .order_by(row.decided_at, row.id)
        )  # fmt: skip
        return tuple(_approval(*each) for each in rows)
