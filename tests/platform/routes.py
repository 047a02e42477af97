"""The application's routes, walked by the tests: their rules, addresses with ids in them, and bodies they take."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from fastapi import FastAPI
from fastapi.routing import APIRoute, RouteContext, iter_route_contexts

from pactoria_desktop.platform.api.access import rule_of
from pactoria_desktop.protocol.permissions import OPERATIONS

OWN_PAGES = frozenset({"/api/v1/openapi.json"})
"""Routes of the framework: the description of the API says nothing about anybody."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A route with one of its methods."""

    route: RouteContext
    address: str
    method: str
    rule: str

    @property
    def name(self) -> str:
        """For a person who reads a failure."""
        return f"{self.method} {self.address}"

    def path(self, **ids: str) -> str:
        """Its address with ids in it; what is not named becomes the id ``other``."""
        path = self.address
        for name in self.route.param_convertors:
            path = path.replace("{" + name + "}", ids.get(name, ids["other"]))
            path = path.replace("{" + name + ":path}", ids.get(name, ids["other"]))
        return path


def all_routes(application: FastAPI) -> Iterator[RouteContext]:
    """Every route with its whole address, also those of included routers, which ``application.routes`` hides."""
    return iter_route_contexts(application.routes)


def asked(application: FastAPI, *, of: Callable[[str], bool] = lambda _rule: True) -> list[Asked]:
    """Every route of the API with each method, whose rule is as asked for."""
    found = []
    for route in all_routes(application):
        if isinstance(route.original_route, APIRoute):
            rule = rule_of(route) or ""
            methods = sorted(route.methods or set())
            found += [Asked(route, str(route.path), method, rule) for method in methods if of(rule)]
    return found


def of_tenants(rule: str) -> bool:
    """A rule that is an operation in an organization."""
    return rule in OPERATIONS


def body_of(document: Mapping[str, Any], one: Asked, identity: str) -> object | None:
    """A body that the route takes, made from its description; every id in it is ``identity``. None without one."""
    operation = document["paths"][one.address][one.method.lower()]
    content = operation.get("requestBody", {}).get("content", {})
    if "application/json" not in content:
        return None
    return example(document, content["application/json"]["schema"], identity)


def example(document: Mapping[str, Any], schema: Mapping[str, Any], identity: str) -> Any:
    """A value of a JSON schema: the least that is taken, with everything that can be named."""
    if "$ref" in schema:
        name = schema["$ref"].rsplit("/", 1)[1]
        return example(document, document["components"]["schemas"][name], identity)
    for word in ("anyOf", "oneOf"):
        if word in schema:
            return example(document, schema[word][0], identity)
    if "const" in schema:
        return schema["const"]
    if "enum" in schema:
        return schema["enum"][-1]
    kind = schema.get("type")
    if kind == "object":
        return {name: example(document, one, identity) for name, one in schema.get("properties", {}).items()}
    if kind == "array":
        return [example(document, schema.get("items", {}), identity)]
    if kind == "string":
        return _words(schema, identity)
    return {"integer": schema.get("minimum", 1), "number": 1.0, "boolean": True}.get(str(kind), {})


def _words(schema: Mapping[str, Any], identity: str) -> str:
    if schema.get("format") == "date-time":
        return "2026-11-30T09:00:00Z"
    pattern = schema.get("pattern", "")
    if schema.get("minLength") == schema.get("maxLength") == 36:
        return identity
    if pattern == "^[0-9a-f]{64}$":
        return "0" * 64
    if "@" in pattern:
        return "somebody@example.org"
    return "a" * max(1, schema.get("minLength", 1))
