"""The audit log: a line for every change, each sealed with the hash of the one before."""

from collections.abc import AsyncIterator, Mapping
from typing import Any

from pydantic import JsonValue
from sqlalchemy import Row, insert, select, update
from sqlalchemy.dialects.postgresql import insert as insert_or_keep
from sqlalchemy.ext.asyncio import AsyncConnection

from pactoria_desktop.contract.history import FIRST
from pactoria_desktop.platform.database.schema import organizations as tables
from pactoria_desktop.platform.house import House
from pactoria_desktop.protocol.audit import AuditEntry, AuditHeadLine, AuditPage, hash_of

_ENTRIES_AT_ONCE = 1000


async def write_audit(
    connection: AsyncConnection,
    house: House,
    organization: str,
    *,
    actor: str | None,
    device: str | None,
    action: str,
    subject_kind: str,
    subject: str,
    details: Mapping[str, JsonValue] | None = None,
) -> AuditEntry:
    """Add a line, in the transaction of the change that it tells of; whoever adds waits for whoever adds before.

    People are ids in it, never names or addresses: a line is kept when a person is erased.
    """
    head = tables.AuditHead
    ends = select(head.number, head.hash).where(head.organization_id == organization).with_for_update()
    last = (await connection.execute(ends)).one_or_none()
    if last is None:
        first = insert_or_keep(head).values(organization_id=organization, number=0, hash=FIRST)
        await connection.execute(first.on_conflict_do_nothing())
        last = (await connection.execute(ends)).one()
    draft = AuditEntry(
        organization=organization,
        number=last.number + 1,
        at=house.clock.now(),
        actor=actor,
        device=device,
        action=action,
        subject_kind=subject_kind,
        subject=subject,
        details=dict(details or {}),
        former=last.hash,
    )
    entry = draft.model_copy(update={"hash": hash_of(draft)})
    values = entry.model_dump(exclude={"organization"})
    await connection.execute(insert(tables.AuditEntry).values(organization_id=organization, **values))
    await connection.execute(
        update(head).where(head.organization_id == organization).values(number=entry.number, hash=entry.hash)
    )
    return entry


async def audit_page(connection: AsyncConnection, organization: str, *, after: int, most: int) -> AuditPage:
    """Entries after a number, in order."""
    entries = await _entries(connection, organization, after, 2**53, most + 1)
    shown = entries[:most]
    return AuditPage(entries=tuple(shown), next=shown[-1].number if len(entries) > most else None)


async def audit_head(connection: AsyncConnection, organization: str) -> AuditHeadLine:
    """Where the log ends now."""
    head = tables.AuditHead
    found = select(head.number, head.hash).where(head.organization_id == organization)
    row = (await connection.execute(found)).one_or_none()
    number, last = (row.number, row.hash) if row is not None else (0, FIRST)
    return AuditHeadLine(organization=organization, number=number, hash=last)


async def audit_entries(
    connection: AsyncConnection, organization: str, *, upto: int
) -> AsyncIterator[list[AuditEntry]]:
    """All entries up to a number, a thousand at once."""
    after = 0
    while after < upto:
        entries = await _entries(connection, organization, after, upto, _ENTRIES_AT_ONCE)
        if not entries:
            return
        yield entries
        after = entries[-1].number


async def _entries(
    connection: AsyncConnection, organization: str, after: int, upto: int, most: int
) -> list[AuditEntry]:
    table = tables.AuditEntry
    rows = await connection.execute(
        select(table.__table__)
        .where(table.organization_id == organization, table.number > after, table.number <= upto)
        .order_by(table.number)
        .limit(most)
    )
    return [_entry(row) for row in rows]


def _entry(row: Row[Any]) -> AuditEntry:
    return AuditEntry(
        organization=row.organization_id,
        number=row.number,
        at=row.at,
        actor=row.actor,
        device=row.device,
        action=row.action,
        subject_kind=row.subject_kind,
        subject=row.subject,
        details=row.details,
        former=row.former,
        hash=row.hash,
    )
