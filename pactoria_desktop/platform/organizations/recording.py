"""The routes of the audit log and of personal data."""

from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import Response, StreamingResponse

from pactoria_desktop.platform.api.access import Access, allow
from pactoria_desktop.platform.api.addresses import known_id
from pactoria_desktop.platform.organizations import auditing, privacy
from pactoria_desktop.platform.organizations.announcing import WritePlatformRecord
from pactoria_desktop.platform.organizations.changing import changing
from pactoria_desktop.protocol.audit import MEDIA_TYPE, MOST_ENTRIES, AuditPage, line
from pactoria_desktop.protocol.organizations import Erasure, PersonalData

_SAVED = {"Content-Disposition": 'attachment; filename="audit.jsonl"'}


def routes(announce: WritePlatformRecord) -> APIRouter:
    """Reading and exporting the log; taking and erasing what is held about a person."""
    router = APIRouter()

    @router.get("/organizations/{organization}/audit")
    async def read_audit(
        access: Annotated[Access, allow("audit.read")],
        after: Annotated[int, Query(ge=0, le=2**53 - 1, description="the number of the last entry known")] = 0,
        most: Annotated[int, Query(ge=1, le=MOST_ENTRIES)] = 100,
    ) -> AuditPage:
        """Entries of the audit log in order, after one that is known."""
        async with access.transaction() as connection:
            return await auditing.audit_page(connection, access.organization, after=after, most=most)

    @router.get(
        "/organizations/{organization}/audit/export",
        response_class=Response,
        responses={200: {"content": {MEDIA_TYPE: {"schema": {"type": "string"}}}, "description": "JSON lines"}},
    )
    async def export_audit(access: Annotated[Access, allow("audit.read")]) -> Response:
        """The whole log as JSON lines with its hashes, for ``pactoria verify``."""
        async with access.transaction() as connection:
            head = await auditing.audit_head(connection, access.organization)

        async def lines() -> AsyncIterator[bytes]:
            yield line(head)
            async with access.transaction() as connection:
                async for entries in auditing.audit_entries(connection, access.organization, upto=head.number):
                    yield b"".join(line(entry) for entry in entries)

        return StreamingResponse(lines(), media_type=MEDIA_TYPE, headers=_SAVED)

    @router.get("/organizations/{organization}/personal-data")
    async def export_own_data(access: Annotated[Access, allow("privacy.export_own")]) -> PersonalData:
        """All that the organization holds about whoever asks."""
        async with access.transaction() as connection:
            return await privacy.personal_data(connection, access.house, access.organization, access.person)

    @router.get("/organizations/{organization}/personal-data/{person}")
    async def export_personal_data(person: str, access: Annotated[Access, allow("privacy.export")]) -> PersonalData:
        """All that the organization holds about a member, or about somebody who was one."""
        person = known_id(person, "person")
        async with changing(access, announce) as change:
            found = await privacy.personal_data(change.connection, access.house, access.organization, person)
            await change.audit("privacy.exported", "person", person)
        return found

    @router.delete("/organizations/{organization}/personal-data/{person}")
    async def erase_personal_data(person: str, access: Annotated[Access, allow("privacy.erase")]) -> Erasure:
        """Erase the personal data of somebody who was a member, and say what stays and why."""
        person = known_id(person, "person")
        async with changing(access, announce) as change:
            return await privacy.erase(change, person)

    return router
