"""Who asks, where proxies stand in front: the address that the outermost proxy of ours saw, and no other.

Each proxy adds the address of whoever connected to it at the right end of ``X-Forwarded-For``. What stands further left
than our proxies wrote was sent by the asker, who may write there what they like; so the entry counted from the right
is taken, as many as there are proxies. Where there are fewer entries, the request did not come by all of them, and the
address of the connection itself counts: many may share it, but nobody can choose it.
"""

import ipaddress

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

_FOR, _SCHEME = "x-forwarded-for", "x-forwarded-proto"
_SECURE = {"http": "https", "ws": "wss"}


class Forwarded:
    """Wraps the application behind ``proxies`` proxies, at least one."""

    def __init__(self, application: ASGIApp, proxies: int) -> None:
        """Around ``application``."""
        self._application = application
        self._proxies = proxies

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let the application see who asks, and whether by TLS."""
        if scope["type"] in ("http", "websocket"):
            headers = Headers(scope=scope)
            if (found := asker_of(headers.getlist(_FOR), self._proxies)) is not None:
                scope["client"] = (found, 0)
            said = ",".join(headers.getlist(_SCHEME)).rpartition(",")[2].strip().lower()
            if said in ("https", "wss"):
                scope["scheme"] = _SECURE.get(scope["scheme"], scope["scheme"])
        await self._application(scope, receive, send)


def asker_of(said: list[str], proxies: int) -> str | None:
    """The address that the outermost of so many proxies saw, by all headers of the name in their order; None where it
    is not there or is no address."""
    entries = [one.strip() for one in ",".join(said).split(",")] if said else []
    if len(entries) < proxies:
        return None
    return _address(entries[-proxies])


def _address(entry: str) -> str | None:
    """An address with or without a port: ``192.0.2.1:4711``, ``[2001:db8::1]:4711``."""
    if entry.startswith("["):
        entry = entry[1:].partition("]")[0]
    elif entry.count(":") == 1:
        entry = entry.partition(":")[0]
    try:
        return str(ipaddress.ip_address(entry))
    except ValueError:
        return None
