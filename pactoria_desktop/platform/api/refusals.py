"""Refusals inside the platform, and how each leaves it: as a problem (RFC 9457) with one sentence."""

import logging
import math
from collections.abc import Sequence
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import Response
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from starlette.exceptions import HTTPException

from pactoria_desktop.protocol.problems import MEDIA_TYPE, Code, FieldProblem, Problem
from pactoria_desktop.runtime.errors import PactoriaError

_log = logging.getLogger("pactoria.platform")

STATUS: dict[Code, int] = {
    Code.INVALID: 422,
    Code.SIGNED_OUT: 401,
    Code.FORBIDDEN: 403,
    Code.NOT_FOUND: 404,
    Code.CONFLICT: 409,
    Code.CHANGED_MEANWHILE: 412,
    Code.GONE: 410,
    Code.TOO_LARGE: 413,
    Code.UNSUPPORTED: 415,
    Code.PROTOCOL_VERSION: 426,
    Code.TOO_MANY_REQUESTS: 429,
    Code.LIMIT_REACHED: 402,
    Code.UNAVAILABLE: 503,
    Code.INTERNAL: 500,
    Code.METHOD: 405,
}
_CODE_OF_STATUS = {status: code for code, status in STATUS.items()} | {400: Code.INVALID}


class Refusal(PactoriaError):  # noqa: N818 - a refusal is an answer, not a fault
    """A request that is not served. ``code`` says the kind, the sentence goes to the person."""

    def __init__(
        self,
        code: Code,
        sentence: str,
        *,
        retry_after: float | None = None,
        fields: Sequence[FieldProblem] = (),
        headers: dict[str, str] | None = None,
    ) -> None:
        """``retry_after`` in seconds."""
        super().__init__(sentence)
        self.code = code
        self.retry_after = None if retry_after is None else max(1, math.ceil(retry_after))
        self.fields = tuple(fields)
        self.headers = headers or {}


def not_found(what: str) -> Refusal:
    """The one refusal for what is not there and for what the asker may not know of."""
    return Refusal(Code.NOT_FOUND, f"There is no such {what}, or you may not see it.")


def signed_out(sentence: str = "You are not signed in, or the sign-in has ended; sign in again.") -> Refusal:
    """The refusal of a missing, unknown, expired or ended token (RFC 6750, 3)."""
    return Refusal(Code.SIGNED_OUT, sentence, headers={"WWW-Authenticate": 'Bearer realm="pactoria"'})


def answer(request: Request, problem: Problem, headers: dict[str, str] | None = None) -> Response:
    """A problem as a response."""
    problem = problem.model_copy(update={"request": getattr(request.state, "request_id", "")})
    return Response(
        problem.model_dump_json(exclude_none=True),
        status_code=problem.status,
        media_type=MEDIA_TYPE,
        headers={
            **(headers or {}),
            "Cache-Control": "no-store",
            **({"Retry-After": str(problem.retry_after)} if problem.retry_after is not None else {}),
        },
    )


def problem_of(code: Code, sentence: str, **more: Any) -> Problem:
    """A problem of a kind."""
    status = STATUS[code]
    return Problem(title=HTTPStatus(status).phrase, status=status, detail=sentence, code=code, **more)


def install(application: FastAPI) -> None:
    """Let every error leave as a problem."""

    @application.exception_handler(Refusal)
    async def refused(request: Request, error: Refusal) -> Response:
        problem = problem_of(error.code, error.sentence, retry_after=error.retry_after, fields=error.fields)
        return answer(request, problem, error.headers)

    @application.exception_handler(RequestValidationError)
    async def invalid(request: Request, error: RequestValidationError) -> Response:
        fields = tuple(_field(one) for one in error.errors()[:20])
        first = fields[0] if fields else FieldProblem(field="request", reason="cannot be read")
        sentence = f"The field {first.field} {first.reason}; nothing was changed; correct it and send it again."
        return answer(request, problem_of(Code.INVALID, sentence, fields=fields))

    @application.exception_handler(HTTPException)
    async def refused_by_the_router(request: Request, error: HTTPException) -> Response:
        code = _CODE_OF_STATUS.get(error.status_code, Code.INVALID)
        sentence = {
            404: "There is nothing at this address; the program and the platform may be of different versions.",
            405: "This address does not answer that kind of request.",
        }.get(error.status_code, "The request cannot be read; nothing was changed.")
        problem = Problem(
            title=HTTPStatus(error.status_code).phrase, status=error.status_code, detail=sentence, code=code
        )
        return answer(request, problem, dict(error.headers or {}))

    @application.exception_handler(DBAPIError)
    async def database_failed(request: Request, error: DBAPIError) -> Response:
        if is_passing(error):
            _log.warning("database_unavailable", extra={"kind": type(error.orig).__name__})
            sentence = "The platform's database does not answer right now; nothing was changed; try again in a moment."
            return answer(request, problem_of(Code.UNAVAILABLE, sentence, retry_after=2))
        return await failed(request, error)

    @application.exception_handler(PoolTimeoutError)
    async def too_busy(request: Request, _error: PoolTimeoutError) -> Response:
        sentence = "The platform is busy right now; nothing was changed; try again in a moment."
        return answer(request, problem_of(Code.UNAVAILABLE, sentence, retry_after=2))

    @application.exception_handler(Exception)
    async def failed(request: Request, error: Exception) -> Response:
        _log.error("request_failed", exc_info=error, extra={"kind": type(error).__name__})
        sentence = "The platform met an error of its own; what was not confirmed was not kept; try again."
        return answer(request, problem_of(Code.INTERNAL, sentence))


PASSING_STATES = ("08", "40", "53", "57", "55P03", "25P03", "25P04")
"""Classes of SQLSTATE that another try may get over: connection, rollback, resources, operator, locks, timeouts."""


def is_passing(error: DBAPIError) -> bool:
    """Whether another try may succeed: the line broke, the server restarts, or two transactions met."""
    state = getattr(error.orig, "sqlstate", None)
    return error.connection_invalidated or state is None or state.startswith(PASSING_STATES)


def _field(problem: Any) -> FieldProblem:
    place = ".".join(str(part) for part in problem["loc"] if part not in ("body", "query", "path", "header"))
    reason = str(problem["msg"]).removeprefix("Value error, ")
    return FieldProblem(field=(place or "request")[:300], reason=(reason[0].lower() + reason[1:])[:500])
