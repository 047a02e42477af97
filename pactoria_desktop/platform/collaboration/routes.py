"""The addresses of record sync."""

from typing import Annotated

from fastapi import APIRouter, Response

from pactoria_desktop.platform.api.access import Access, allow
from pactoria_desktop.platform.collaboration import feed, pulling
from pactoria_desktop.protocol.base import Message
from pactoria_desktop.protocol.records import Pull, Pulled, Push, Pushed


def routes() -> APIRouter:
    """``/organizations/{organization}/sync``."""
    router = APIRouter(prefix="/organizations/{organization}/sync", tags=["sync"])

    @router.post("/push", response_model=Pushed)
    async def push_changes(access: Annotated[Access, allow("sync.push")], sent: Push) -> Response:
        """Send changes of records, in the order in which they were made. Everything answered is durable."""
        return _json(await feed.take(access.house, access, sent))

    @router.post("/pull", response_model=Pulled)
    async def pull_changes(access: Annotated[Access, allow("sync.pull")], asked: Pull) -> Response:
        """Receive what came after the device's cursors, in every scope that the person may see."""
        async with access.transaction() as connection:
            pulled = await pulling.pull(connection, access.house, access.organization, access.person, asked)
        return _json(pulled)

    return router


def _json(message: Message) -> Response:
    return Response(message.model_dump_json(), media_type="application/json")
