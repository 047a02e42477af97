"""The answer of the sign-in page, received on this machine (RFC 8252, 7.3): one request on a port of our own."""

import asyncio
import contextlib
import hmac
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from urllib.parse import parse_qsl, urlsplit

from pactoria_desktop.protocol.identity import REDIRECT_PATH

_LARGEST_REQUEST = 8192
_SECONDS_TO_SAY_IT = 5
_PAGE = (
    '<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="color-scheme" content="light dark">'
    "<title>{title} – Pactoria</title></head><body><main><h1>{title}</h1><p>{words}</p></main></body></html>"
)


@dataclass(frozen=True, slots=True)
class Answer:
    """What the sign-in page said: a code, or the error of OAuth 2; ``issuer`` is who said it (RFC 9207)."""

    code: str | None
    error: str | None
    issuer: str | None


class LoopbackReceiver:
    """Waits for the answer that carries our state. Anything else that comes to the port changes nothing."""

    def __init__(self, state: str) -> None:
        """With the state that was sent along."""
        self._state = state
        self._answer: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
        self.redirect_uri = ""

    async def answer(self, seconds: float) -> Answer:
        """The answer. Raises TimeoutError."""
        return await asyncio.wait_for(asyncio.shield(self._answer), seconds)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer one connection."""
        try:
            head = await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), _SECONDS_TO_SAY_IT)
            writer.write(self._reply(head.decode("latin-1")))
            await writer.drain()
        except (TimeoutError, asyncio.IncompleteReadError, asyncio.LimitOverrunError, OSError):
            # Whoever this was, it was not a browser with our answer.
            pass
        finally:
            writer.close()
            with contextlib.suppress(OSError):
                await writer.wait_closed()

    def _reply(self, head: str) -> bytes:
        method, _, rest = head.split("\r\n", 1)[0].partition(" ")
        target = urlsplit(rest.rpartition(" ")[0])
        if method != "GET" or target.path != REDIRECT_PATH:
            return _page(404, "There is nothing here", "Go back to Pactoria Desktop.")
        pairs = parse_qsl(target.query, keep_blank_values=True)
        said = dict(pairs)
        ours = hmac.compare_digest(said.get("state", "").encode(), self._state.encode())
        if not ours or len(said) != len(pairs) or ("code" in said) == ("error" in said):
            return _page(400, "This is not the answer to your sign-in", "Begin again in Pactoria Desktop.")
        if not self._answer.done():
            self._answer.set_result(Answer(said.get("code"), said.get("error"), said.get("iss")))
        if "error" in said:
            return _page(200, "Nobody was signed in", "You can close this window.")
        return _page(200, "Go back to Pactoria Desktop", "The sign-in goes on there. You can close this window.")


@asynccontextmanager
async def receiving(state: str) -> AsyncIterator[LoopbackReceiver]:
    """A receiver on a free port of 127.0.0.1, closed at the end."""
    receiver = LoopbackReceiver(state)
    server = await asyncio.start_server(receiver.serve, "127.0.0.1", 0, limit=_LARGEST_REQUEST)
    receiver.redirect_uri = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}{REDIRECT_PATH}"
    try:
        yield receiver
    finally:
        server.close()
        await server.wait_closed()


def _page(status: int, title: str, words: str) -> bytes:
    body = _PAGE.format(title=title, words=words).encode()
    reason = {200: "OK", 400: "Bad Request", 404: "Not Found"}[status]
    head = (
        f"HTTP/1.1 {status} {reason}\r\nContent-Type: text/html; charset=utf-8\r\nContent-Length: {len(body)}\r\n"
        "Cache-Control: no-store\r\nReferrer-Policy: no-referrer\r\nX-Content-Type-Options: nosniff\r\n"
        "Content-Security-Policy: default-src 'none'; frame-ancestors 'none'\r\nConnection: close\r\n\r\n"
    )
    return head.encode() + body
