"""From what a transaction changed in the library to operations in the outbox, before that transaction ends.

The database's own triggers mark which records of an organization's contracts were changed; here each is held against
what the platform knows with what waits, and only what differs becomes an operation.
"""

from collections.abc import Callable

from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session

from pactoria_desktop.protocol.records import KINDS
from pactoria_desktop.store.schema import Contract, ContractHome, RecordChange
from pactoria_desktop.sync.desk import LibraryDesk
from pactoria_desktop.sync.mapping import TABLES, contract_of, read_record, records_of
from pactoria_desktop.sync.overlay import differences, enqueue, making, shown


def mark_all(session: Session, contract: str) -> None:
    """Mark every record of a contract, so that the organization it has just joined hears of all of them."""
    rows = [{"kind": kind, "record": record, "contract": contract} for kind, record in records_of(session, contract)]
    session.execute(insert(RecordChange).prefix_with("OR IGNORE"), rows)


def record_changes(session: Session, *, mint: Callable[[], str], at: int) -> int:
    """Turn the marks of this transaction into operations; how many records they were of.

    ``mint`` gives ids of operations; ``at`` is milliseconds since 1970 UTC.
    """
    marks = session.execute(select(RecordChange.kind, RecordChange.record, RecordChange.contract)).all()
    if not marks:
        return 0
    session.execute(delete(RecordChange))
    order = ["contract", *TABLES]
    found = {_resolved(session, *mark) for mark in marks}
    for kind, record, contract in sorted(
        (one for one in found if one is not None), key=lambda one: (order.index(one[0]), one[1])
    ):
        _record(session, kind, record, contract, mint, at)
    return len(found)


def _resolved(session: Session, kind: str, record: str, contract: str) -> tuple[str, str, str] | None:
    """A mark with its contract: tags are the contract's, a comment is its thread's contract's."""
    if kind == "tags":
        of = session.execute(select(Contract.id).where(Contract.row == int(record))).scalar()
        return None if of is None else ("contract", of, of)
    return kind, record, contract or contract_of(session, kind, record) or ""


def _record(session: Session, kind: str, record: str, contract: str, mint: Callable[[], str], at: int) -> None:
    homes = select(ContractHome.seat).where(ContractHome.state == "member")
    seats = session.execute(homes.where(ContractHome.contract == contract) if contract else homes).scalars().all()
    for seat in sorted(set(seats)):
        desk = LibraryDesk(session, seat, at)
        before = shown(desk.known(kind, record), desk.outbox_of(kind, record))
        after = read_record(session, kind, record)
        of = contract or (str(before.get("contract")) if before is not None else "")
        if session.execute(select(Contract.id).where(Contract.id == of)).first() is None:
            continue  # the whole contract was removed from this device: that says nothing to the organization
        if after is None:
            if before is not None and KINDS[kind].delete is not None:
                enqueue(desk, kind, record, {}, mint=mint, at=at, deletes=True)
        elif before is None:
            enqueue(desk, kind, record, making(after, kind), mint=mint, at=at)
        else:
            patch = differences(kind, before, after)
            if patch:
                enqueue(desk, kind, record, patch, mint=mint, at=at)
