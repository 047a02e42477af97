"""The application: every room's routes on the house's parts."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

from fastapi import FastAPI
from fastapi.routing import APIRoute

from pactoria_desktop import __version__
from pactoria_desktop.platform.api import refusals
from pactoria_desktop.platform.api.describing import describe
from pactoria_desktop.platform.api.forwarded import Forwarded
from pactoria_desktop.platform.api.observing import Observing
from pactoria_desktop.platform.auth import routes as auth
from pactoria_desktop.platform.collaboration import routes as records
from pactoria_desktop.platform.collaboration.collaborating import collaboration_of
from pactoria_desktop.platform.collaboration.feed import write_platform_record
from pactoria_desktop.platform.contracts import file_routes as files
from pactoria_desktop.platform.contracts import routes as contracts
from pactoria_desktop.platform.house import House
from pactoria_desktop.platform.operations import health
from pactoria_desktop.platform.operations.jobs import jobs_ready
from pactoria_desktop.platform.operations.object_store import object_store
from pactoria_desktop.platform.organizations import routes as organizations
from pactoria_desktop.protocol.problems import Problem

PREFIX = "/api/v1"


def _operation(route: APIRoute) -> str:
    return route.name


def create_application(house: House) -> FastAPI:
    """The application on its parts. Closing it gives the database's connections back."""

    collaboration = collaboration_of(house)

    @asynccontextmanager
    async def lifespan(_application: FastAPI) -> AsyncIterator[None]:
        async with AsyncExitStack() as parts:
            parts.push_async_callback(house.database.close)
            parts.push_async_callback(collaboration.close)
            await collaboration.start()
            yield

    application = FastAPI(
        title="Pactoria platform",
        version=__version__,
        description="What the desktop syncs with. Refusals are problem details (RFC 9457) with a stable code.",
        lifespan=lifespan,
        docs_url=None,
        redoc_url=None,
        openapi_url=f"{PREFIX}/openapi.json",
        generate_unique_id_function=_operation,
        redirect_slashes=False,
        responses={"default": {"model": Problem, "description": "A refusal"}},
    )
    application.state.house = house
    refusals.install(application)
    application.include_router(auth.own_routes())
    application.include_router(auth.api_routes(), prefix=PREFIX)
    application.state.collaboration = collaboration
    application.include_router(collaboration.routes(), prefix=PREFIX)
    application.include_router(records.routes(), prefix=PREFIX)
    application.include_router(contracts.routes(), prefix=PREFIX)
    application.include_router(files.routes(lambda: object_store(house.settings)), prefix=PREFIX)
    application.include_router(organizations.routes(write_platform_record), prefix=PREFIX)
    application.include_router(
        health.routes({"database": health.database_ready, "storage": health.storage_ready, "jobs": jobs_ready})
    )
    describe(application)
    application.add_middleware(Observing, house=house)
    if house.settings.behind_proxy:
        application.add_middleware(Forwarded, proxies=house.settings.trusted_proxies)
    return application
