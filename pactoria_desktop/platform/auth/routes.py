"""All routes of this room."""

from fastapi import APIRouter

from pactoria_desktop.platform.auth import account_routes, entering_routes, oauth_routes, person_routes


def api_routes() -> APIRouter:
    """What the desktop asks, under the API's prefix."""
    return person_routes.routes()


def own_routes() -> APIRouter:
    """The OAuth 2 server and its pages, at addresses of their own."""
    router = APIRouter()
    for part in (oauth_routes, entering_routes, account_routes):
        router.include_router(part.routes())
    return router
