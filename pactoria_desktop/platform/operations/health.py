"""Health: alive means the process answers; ready means that it can serve, and says why when it cannot."""

import asyncio
import hmac
import ipaddress
import tempfile
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Literal

from fastapi import APIRouter, Request
from fastapi.responses import Response
from pydantic import Field
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from pactoria_desktop.platform.api.access import house_of, open_to_all
from pactoria_desktop.platform.api.refusals import not_found
from pactoria_desktop.platform.database.migrating import forms
from pactoria_desktop.platform.house import House
from pactoria_desktop.protocol.base import Message

Probe = Callable[[House], Awaitable[str | None]]
"""Looks at one part; gives the reason why it is not ready, None where it is."""


class Alive(Message):
    """The process answers."""

    status: Literal["alive"] = "alive"


class Ready(Message):
    """Whether the platform can serve. ``reasons`` names each part that cannot, in a sentence."""

    status: Literal["ready", "not ready"]
    reasons: dict[str, str] = Field(default_factory=dict)


async def database_ready(house: House) -> str | None:
    """Whether the database answers and has this program's form."""
    try:
        async with house.database.unknown() as connection:
            form = (await connection.execute(text("select version_num from alembic_version"))).scalar()
    except SQLAlchemyError:
        return "The database does not answer."
    known = forms()
    if form not in known:
        return "The database was made by a newer program."
    return None if form == known[-1] else "The database has an older form; run pactoria platform migrate."


async def storage_ready(house: House) -> str | None:
    """Whether the data folder takes a file, where files are kept in it."""
    if house.settings.storage_url is not None:
        return None
    return await asyncio.to_thread(_writable, house.settings.platform_data)


def _writable(folder: Path) -> str | None:
    try:
        folder.mkdir(mode=0o711, parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=folder, prefix=".ready-") as probe:
            probe.write(b"ready")
            probe.flush()
    except OSError as error:
        return f"The data folder cannot be written ({error.strerror})."
    return None


def routes(probes: dict[str, Probe]) -> APIRouter:
    """The routes of health and figures."""
    router = APIRouter(tags=["health"])

    @router.get("/health/live", dependencies=[open_to_all("a supervisor asks before anybody is known")])
    async def live() -> Alive:
        """Whether the process answers."""
        return Alive()

    @router.get(
        "/health/ready",
        dependencies=[open_to_all("a load balancer asks before anybody is known")],
        responses={503: {"model": Ready, "description": "Not ready, with the reasons"}},
    )
    async def ready(request: Request, response: Response) -> Ready:
        """Whether the platform can serve, with the reasons why not."""
        house = house_of(request)
        reasons: dict[str, str] = {}
        for name, probe in probes.items():
            try:
                reason = await probe(house)
            except SQLAlchemyError:
                reason = "The database does not answer."
            if reason is not None:
                reasons[name] = reason
        if reasons:
            response.status_code = 503
        return Ready(status="not ready" if reasons else "ready", reasons=reasons)

    @router.get(
        "/metrics",
        response_class=Response,
        include_in_schema=False,
        dependencies=[open_to_all("a token of its own, or this machine alone")],
    )
    async def metrics(request: Request) -> Response:
        """Figures for Prometheus."""
        house = house_of(request)
        if not may_see_metrics(house, request):
            raise not_found("page")
        return Response(house.metrics.text(), media_type="text/plain; version=0.0.4; charset=utf-8")

    return router


def may_see_metrics(house: House, request: Request) -> bool:
    """By the token where one is set; otherwise this machine alone, and nobody behind a proxy."""
    token = house.settings.metrics_token
    if token is not None:
        said = request.headers.get("authorization", "").removeprefix("Bearer ")
        return hmac.compare_digest(said.encode(), token.get_secret_value().encode())
    if house.settings.behind_proxy or request.client is None:
        return False
    try:
        return ipaddress.ip_address(request.client.host).is_loopback
    except ValueError:
        return False
