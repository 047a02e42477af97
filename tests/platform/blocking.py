"""Blocking requests of a desktop to the application of a test, which lives on the test's own event loop."""

import asyncio
from collections.abc import Callable

import httpx2
from fastapi import FastAPI

from pactoria_desktop.platform.house import House
from pactoria_desktop.sync.transport import Http
from tests.platform.conftest import ADDRESS
from tests.platform.people import Somebody

HTTPS = "https://platform.test"
"""The same platform by an address that a desktop sends to; requests go to the application in any case."""


class OnLoop(httpx2.BaseTransport):
    """Hands requests of other threads to an application on a loop. ``lose`` may raise in the place of an answer."""

    def __init__(self, application: FastAPI, loop: asyncio.AbstractEventLoop) -> None:
        self._inner = httpx2.ASGITransport(app=application, raise_app_exceptions=False, client=("127.0.0.1", 50000))
        self._loop = loop
        self.lose: Callable[[httpx2.Request], None] = lambda request: None
        self.asked: list[str] = []

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        self.asked.append(f"{request.method} {request.url.path}")

        async def ask() -> httpx2.Response:
            answer = await self._inner.handle_async_request(
                httpx2.Request(request.method, str(request.url).replace(HTTPS, ADDRESS), headers=request.headers,
                               content=request.read())
            )  # fmt: skip
            return httpx2.Response(answer.status_code, headers=answer.headers, content=await answer.aread())

        answer = asyncio.run_coroutine_threadsafe(ask(), self._loop).result(30)
        self.lose(request)
        return answer


def http_of(somebody: Somebody, wire: OnLoop, house: House) -> Http:
    """Authorized requests of somebody."""
    return Http(
        httpx2.Client(transport=wire), HTTPS, lambda renew: somebody.token, clock=house.clock,
        sleep=lambda seconds: None, jitter=lambda: 0.0,
    )  # fmt: skip
