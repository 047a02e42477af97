"""The addresses of files. They hold what never changes, so that whoever has it need not ask again."""

import re
from collections.abc import AsyncIterator, Callable
from typing import Annotated, Any

from fastapi import APIRouter, Request, Response
from fastapi.responses import StreamingResponse

from pactoria_desktop.platform.api.access import Access, allow
from pactoria_desktop.platform.api.conditional import unchanged
from pactoria_desktop.platform.api.refusals import not_found
from pactoria_desktop.platform.contracts.files import Files
from pactoria_desktop.platform.operations.object_store import ObjectStore
from pactoria_desktop.protocol.files import MEDIA_TYPES, KeptFile

_SHA256 = re.compile(r"[0-9a-f]{64}")
_BODY = {
    "requestBody": {
        "required": True,
        "content": {one: {"schema": {"type": "string", "format": "binary"}} for one in MEDIA_TYPES},
    }
}
_BYTES: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "The file's bytes",
        "content": {one: {"schema": {"type": "string", "format": "binary"}} for one in MEDIA_TYPES},
    }
}


def routes(opening: Callable[[], ObjectStore]) -> APIRouter:
    """``/organizations/{organization}/files``."""
    router = APIRouter(prefix="/organizations/{organization}/files", tags=["files"])
    files = Files(opening)

    @router.put("/{sha256}", response_model=KeptFile, openapi_extra=_BODY, responses={201: {"model": KeptFile}})
    async def keep_file(request: Request, sha256: str, access: Annotated[Access, allow("file.add")]) -> Response:
        """Send a Word package or an attachment by the SHA-256 of its bytes; 201 where it is new, 200 where it was.

        Whoever sends it may fetch it from then on."""
        _known(sha256)
        media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
        kept, is_new = await files.keep(access, sha256, media_type, request.stream())
        return Response(kept.model_dump_json(), status_code=201 if is_new else 200, media_type="application/json")

    @router.get("/{sha256}", response_class=Response, responses=_BYTES)
    async def read_file(request: Request, sha256: str, access: Annotated[Access, allow("file.read")]) -> Response:
        """A file's bytes, for whoever holds it or reaches a contract that names it; 404 for everybody else."""
        _known(sha256)
        async with access.transaction() as connection:
            kept = await files.known(connection, access, sha256)
            seal = await access.house.seals.of(connection, access.organization)
        if unchanged(request, f'"{sha256}"'):
            return Response(status_code=304, headers=_headers(kept))
        pieces = files.read(seal, kept)
        # The first piece is opened before the answer begins: what does not open is an error and no half file.
        first = await anext(pieces)

        async def plain() -> AsyncIterator[bytes]:
            yield first
            async for piece in pieces:
                yield piece

        headers = {**_headers(kept), "Content-Length": str(kept.size)}
        return StreamingResponse(plain(), media_type=kept.media_type, headers=headers)

    @router.head("/{sha256}", response_class=Response)
    async def find_file(sha256: str, access: Annotated[Access, allow("file.read")]) -> Response:
        """Whether the platform has a file for whoever asks, and its size."""
        _known(sha256)
        async with access.transaction() as connection:
            kept = await files.known(connection, access, sha256)
        headers = {**_headers(kept), "Content-Length": str(kept.size)}
        return Response(media_type=kept.media_type, headers=headers)

    return router


def _known(sha256: str) -> None:
    if not _SHA256.fullmatch(sha256):
        raise not_found("file")


def _headers(kept: KeptFile) -> dict[str, str]:
    return {
        "ETag": f'"{kept.sha256}"',
        "Cache-Control": "private, max-age=31536000, immutable",
        "Content-Disposition": "attachment",
    }
