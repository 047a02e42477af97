"""The description of the API (OpenAPI): what FastAPI makes, with the rule of each route and refusals as they are."""

from typing import Any

from fastapi import FastAPI
from fastapi.routing import APIRoute, iter_route_contexts

from pactoria_desktop.platform.api.access import rule_of
from pactoria_desktop.protocol.permissions import OPERATIONS
from pactoria_desktop.protocol.problems import MEDIA_TYPE

_SCHEME = "token"


def describe(application: FastAPI) -> None:
    """Let the application describe itself so, once and for all its routes."""
    made = application.openapi

    def described() -> dict[str, Any]:
        known = application.openapi_schema is not None
        document = made()
        if not known:
            _complete(application, document)
        return document

    application.openapi = described  # type: ignore[method-assign]


def _complete(application: FastAPI, document: dict[str, Any]) -> None:
    document.setdefault("components", {})["securitySchemes"] = {
        _SCHEME: {"type": "http", "scheme": "bearer", "description": "an access token of the platform (RFC 6750)"}
    }
    for route in iter_route_contexts(application.routes):
        if not isinstance(route.original_route, APIRoute) or not route.include_in_schema:
            continue
        rule = rule_of(route) or ""
        for method in route.methods or ():
            operation = document["paths"][route.path_format].get(method.lower())
            if operation is not None:
                _one(operation, rule)


def _one(operation: dict[str, Any], rule: str) -> None:
    operation["security"] = [] if rule.startswith("open: ") else [{_SCHEME: []}]
    if rule in OPERATIONS:
        operation["x-operation"] = rule
    refusal = operation["responses"].get("default", {}).get("content", {})
    if "application/json" in refusal:
        refusal[MEDIA_TYPE] = refusal.pop("application/json")
