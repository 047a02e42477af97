"""A change in an organization: the transaction, who makes it, and whom to tell."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass

from pydantic import JsonValue
from sqlalchemy.ext.asyncio import AsyncConnection

from pactoria_desktop.platform.api.access import Access
from pactoria_desktop.platform.house import House
from pactoria_desktop.platform.organizations.announcing import WritePlatformRecord
from pactoria_desktop.platform.organizations.auditing import write_audit


@dataclass(frozen=True, slots=True)
class Change:
    """One transaction in an organization, by ``actor`` on ``device``."""

    connection: AsyncConnection
    house: House
    organization: str
    actor: str
    device: str
    announce: WritePlatformRecord

    async def audit(self, action: str, kind: str, subject: str, **details: JsonValue) -> None:
        """Write a line of the audit log."""
        await write_audit(
            self.connection,
            self.house,
            self.organization,
            actor=self.actor,
            device=self.device,
            action=action,
            subject_kind=kind,
            subject=subject,
            details=details,
        )

    async def tell(self, kind: str, record: str, fields: Mapping[str, object], *, deleted: bool = False) -> None:
        """Let every device know."""
        await self.announce(self.connection, self.house, self.organization, kind, record, fields, deleted)


@asynccontextmanager
async def changing(access: Access, announce: WritePlatformRecord) -> AsyncIterator[Change]:
    """A change by somebody who was let in; committed at the end."""
    async with access.transaction() as connection:
        yield Change(connection, access.house, access.organization, access.person, access.device, announce)
