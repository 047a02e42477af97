"""The routes by which texts come and go without a live connection."""

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from pactoria_desktop.platform.api.access import Access, allow
from pactoria_desktop.platform.api.refusals import Refusal
from pactoria_desktop.platform.collaboration.rooms import Rooms
from pactoria_desktop.platform.collaboration.texts import Texts
from pactoria_desktop.protocol.framing import MEDIA_TYPE, FramingError
from pactoria_desktop.protocol.problems import Code
from pactoria_desktop.protocol.texts import TextPushed, message, push_of

_BINARY: dict[str, Any] = {MEDIA_TYPE: {"schema": {"type": "string", "format": "binary"}}}


def routes(texts: Texts, rooms: Rooms) -> APIRouter:
    """Push and pull of one text."""
    router = APIRouter(tags=["texts"])

    @router.post(
        "/organizations/{organization}/texts/{contract}/updates",
        openapi_extra={"requestBody": {"required": True, "content": _BINARY}},
    )
    async def push_text(
        request: Request, contract: str, access: Annotated[Access, allow("contract.suggest")]
    ) -> TextPushed:
        """Send updates of a contract's text: a ``TextPush`` in JSON with its updates behind it (see the protocol).

        The answer comes after they are durable. The same update again counts once. With ``expect`` nothing is kept
        unless the text's number is that one (``changed_meanwhile``; the header names the present number).
        """
        if request.headers.get("content-type", "").partition(";")[0].strip().lower() != MEDIA_TYPE:
            raise Refusal(Code.UNSUPPORTED, f"Updates of texts are sent as {MEDIA_TYPE}; nothing was changed.")
        try:
            push, contents = push_of(await request.body())
        except FramingError as error:
            raise Refusal(Code.INVALID, f"{error} Nothing was changed.") from error
        answer, added = await texts.push(access, contract, push, contents)
        if added is not None:
            await rooms.publish(added)
        return answer

    @router.get(
        "/organizations/{organization}/texts/{contract}/updates",
        response_class=Response,
        responses={200: {"content": _BINARY, "description": "A TextNews in JSON with its blobs behind it"}},
    )
    async def pull_text(
        contract: str,
        access: Annotated[Access, allow("contract.read")],
        after: Annotated[int, Query(ge=0, le=2**53 - 1)] = 0,
    ) -> Response:
        """What came after a number: a ``TextNews`` in JSON with its snapshot and updates behind it (see the protocol).

        Ask again from ``upto`` while it says that there is more.
        """
        news, blobs = await texts.pull(access, contract, after)
        return Response(message(news, blobs), media_type=MEDIA_TYPE)

    return router
