"""Refusals on the wire (RFC 9457): a stable code for programs, one sentence for people."""

import json
from dataclasses import dataclass
from enum import StrEnum

from pydantic import Field

from pactoria_desktop.protocol.base import Message

MEDIA_TYPE = "application/problem+json"


class Code(StrEnum):
    """Every kind of refusal. A code is never given another meaning."""

    INVALID = "invalid"
    SIGNED_OUT = "signed_out"
    FORBIDDEN = "forbidden"
    NOT_FOUND = "not_found"
    CONFLICT = "conflict"
    CHANGED_MEANWHILE = "changed_meanwhile"
    GONE = "gone"
    TOO_LARGE = "too_large"
    UNSUPPORTED = "unsupported"
    PROTOCOL_VERSION = "protocol_version"
    TOO_MANY_REQUESTS = "too_many_requests"
    LIMIT_REACHED = "limit_reached"
    UNAVAILABLE = "unavailable"
    INTERNAL = "internal"
    METHOD = "method"


class FieldProblem(Message):
    """What is wrong with one field of a request."""

    field: str = Field(max_length=300)
    reason: str = Field(max_length=500)


class Problem(Message):
    """A refusal: ``title`` names the kind, ``detail`` is the sentence that is shown to a person."""

    type: str = "about:blank"
    title: str
    status: int = Field(ge=400, le=599)
    detail: str
    code: Code
    request: str = Field(default="", description="the id under which the platform's log knows this request")
    fields: tuple[FieldProblem, ...] = ()
    retry_after: int | None = Field(default=None, ge=0, description="seconds until it is worth another try")


@dataclass(frozen=True, slots=True)
class Told:
    """A refusal as it came. ``known``: its code is one of ``Code``; where it is not, ``problem`` says ``INVALID``."""

    problem: Problem
    known: bool


def told_problem(content: bytes) -> Told | None:
    """The refusal in the body of an answer, None where there is none.

    What a newer platform tells beside what is known here is left out, as RFC 9457, 3.2 asks.
    """
    try:
        read = json.loads(content)
        if not isinstance(read, dict):
            return None
        told = {name: read[name] for name in ("type", "title", "status", "detail", "request") if name in read}
        known = read.get("code") in tuple(Code)
        return Told(Problem.model_validate({**told, "code": read["code"] if known else Code.INVALID}), known)
    except (ValueError, RecursionError):
        return None
