"""Answers that need not be sent again (RFC 9110, 13): a tag for each, 304 where the asker has it, and If-Match."""

import hashlib

from fastapi import Request
from fastapi.responses import Response
from pydantic import BaseModel

from pactoria_desktop.platform.api.refusals import Refusal
from pactoria_desktop.protocol.problems import Code


def tag_of(content: bytes) -> str:
    """A strong tag of the bytes that are answered."""
    return f'"{hashlib.sha256(content).hexdigest()[:32]}"'


def version_tag(version: int) -> str:
    """The tag of a record that counts its changes."""
    return f'"v{version}"'


def unchanged(request: Request, tag: str) -> bool:
    """Whether the asker has what the tag names (If-None-Match, weak comparison)."""
    said = request.headers.get("if-none-match", "")
    return said.strip() == "*" or any(one.strip().removeprefix("W/") == tag for one in said.split(","))


def conditional(request: Request, message: BaseModel, *, tag: str | None = None) -> Response:
    """A message as JSON with its tag, or 304 where the asker has it. Kept by the asker alone, and asked for again."""
    content = message.model_dump_json().encode()
    tag = tag or tag_of(content)
    headers = {"ETag": tag, "Cache-Control": "private, no-cache"}
    if unchanged(request, tag):
        return Response(status_code=304, headers=headers)
    return Response(content, media_type="application/json", headers=headers)


def require_match(request: Request, tag: str) -> None:
    """Hold a change to the state it was made upon. Raises Refusal (412) for another one; without If-Match, any goes."""
    said = request.headers.get("if-match")
    if said is None or said.strip() == "*" or tag in (one.strip() for one in said.split(",")):
        return
    raise Refusal(
        Code.CHANGED_MEANWHILE,
        "It was changed meanwhile; nothing was changed now; look at it again and repeat the change.",
    )
