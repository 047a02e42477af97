"""What happens around every request: its id, the protocol's version, the size of its body, a figure and a line of log.

Plain ASGI, because streaming answers and live connections pass through it.
"""

import logging
import re
import time

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from pactoria_desktop.platform.api.refusals import answer, problem_of
from pactoria_desktop.platform.house import House
from pactoria_desktop.platform.operations.logging import request_id
from pactoria_desktop.protocol import version
from pactoria_desktop.protocol.problems import Code

REQUEST_ID = "X-Request-Id"
LARGEST_BODY = 4 * 1024 * 1024
LARGEST_FILE = 64 * 1024 * 1024
_SAYABLE = re.compile(r"^[A-Za-z0-9-]{8,64}$")
_log = logging.getLogger("pactoria.requests")


class _TooLargeError(Exception):
    """The body grew over what its address takes."""


class Observing:
    """Wraps the application. The files' address takes larger bodies than all others."""

    def __init__(self, application: ASGIApp, house: House) -> None:
        """Around ``application``."""
        self._application = application
        self._house = house

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request; live connections get an id and pass through."""
        if scope["type"] not in ("http", "websocket"):
            await self._application(scope, receive, send)
            return
        headers = Headers(scope=scope)
        said = headers.get(REQUEST_ID, "")
        identity = said if _SAYABLE.match(said) else self._house.mint.mint()
        scope.setdefault("state", {})["request_id"] = identity
        mark = request_id.set(identity)
        try:
            if scope["type"] == "websocket":
                await self._application(scope, receive, send)
            else:
                await self._serve(scope, headers, receive, send, identity)
        finally:
            request_id.reset(mark)

    async def _serve(self, scope: Scope, headers: Headers, receive: Receive, send: Send, identity: str) -> None:
        began = time.perf_counter()
        status = 0

        async def observed(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                answer_headers = MutableHeaders(scope=message)
                answer_headers[REQUEST_ID] = identity
                answer_headers[version.HEADER] = str(version.PROTOCOL)
                answer_headers.setdefault("X-Content-Type-Options", "nosniff")
                answer_headers.setdefault("Referrer-Policy", "no-referrer")
                answer_headers.setdefault("Cache-Control", "no-store")
                answer_headers.setdefault("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'")
            await send(message)

        largest = LARGEST_FILE if "/files/" in scope["path"] else LARGEST_BODY
        taken = 0

        async def bounded() -> Message:
            nonlocal taken
            message = await receive()
            if message["type"] == "http.request":
                taken += len(message.get("body", b""))
                if taken > largest:
                    raise _TooLargeError
            return message

        request = Request(scope)
        try:
            declared = headers.get("content-length", "")
            if refused := version.refusal(headers.get(version.HEADER)):
                await answer(request, problem_of(Code.PROTOCOL_VERSION, refused))(scope, receive, observed)
            elif declared.isdigit() and int(declared) > largest:
                await answer(request, _too_large(largest))(scope, receive, observed)
            else:
                await self._application(scope, bounded, observed)
        except _TooLargeError:
            if status:
                raise
            await answer(request, _too_large(largest))(scope, receive, observed)
        finally:
            self._note(scope, status, time.perf_counter() - began)

    def _note(self, scope: Scope, status: int, seconds: float) -> None:
        route = getattr(scope.get("route"), "path", "unknown")
        metrics = self._house.metrics
        metrics.requests.labels(scope["method"], route, str(status)).inc()
        metrics.request_seconds.labels(route).observe(seconds)
        state = scope.get("state", {})
        facts = {
            "method": scope["method"],
            "route": route,
            "status": status,
            "milliseconds": round(seconds * 1000, 1),
            **{name: state[name] for name in ("person", "organization") if name in state},
        }
        level = logging.ERROR if status >= 500 or status == 0 else logging.INFO
        _log.log(level, "request", extra=facts)


def _too_large(largest: int):  # type: ignore[no-untyped-def]
    sentence = f"The request is larger than {largest // 1024 // 1024} MB; nothing was changed; send it in parts."
    return problem_of(Code.TOO_LARGE, sentence)
