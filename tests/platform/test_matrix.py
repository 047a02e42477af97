"""Every route, every role, one's own and a foreign organization: who is let in, and that nothing gets across.

Made from the routes and the table of permissions: a route that is added is tested the day it is there.
"""

from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from datetime import UTC, datetime
from typing import Any

import httpx2
import psycopg
import pytest
from fastapi import FastAPI
from fastapi.routing import APIRoute
from psycopg import sql
from psycopg.types.json import Json
from sqlalchemy import (
    BindParameter,
    Boolean,
    DateTime,
    Delete,
    LargeBinary,
    Select,
    Text,
    Update,
    Uuid,
    event,
    select,
    true,
)  # fmt: skip
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlalchemy.sql import operators, visitors
from sqlalchemy.sql.elements import BinaryExpression
from starlette.routing import WebSocketRoute

from pactoria_desktop.platform.application import PREFIX
from pactoria_desktop.platform.database.engine import make_engine
from pactoria_desktop.platform.database.schema.organizations import Membership
from pactoria_desktop.platform.database.walls import tenant_tables
from pactoria_desktop.platform.house import House
from pactoria_desktop.protocol.permissions import OPERATIONS, Role, may
from pactoria_desktop.runtime.clock import ManualClock
from tests.platform.conftest import TestDatabase
from tests.platform.people import Somebody, make_member, make_organization, make_person
from tests.platform.routes import OWN_PAGES, Asked, all_routes, asked, body_of, of_tenants

pytestmark = pytest.mark.anyio

LIVE: dict[str, str] = {
    "/api/v1/live": "tests/platform/collaboration/test_live.py::test_whoever_may_not_stay_goes_at_once",
}
"""Routes of live connections and the test that proves who is let in there."""

BESIDE = ("/health", "/oauth/", "/.well-known/")
"""Addresses that others have laid down."""

CANARY = "Zanzibar"


async def ask(
    client: httpx2.AsyncClient, one: Asked, path: str, headers: dict[str, str] | None = None, body: object = None
) -> httpx2.Response:
    if one.method in ("GET", "HEAD", "DELETE"):
        return await client.request(one.method, path, headers=headers)
    return await client.request(one.method, path, headers=headers, json={} if body is None else body)


def is_the_tenants(answer: httpx2.Response) -> bool:
    """Whether a refusal is about the organization: it looks the same for one that there is not."""
    return answer.status_code == 404 and (not answer.content or "no such organization" in answer.json()["detail"])


def said(answer: httpx2.Response) -> dict[str, Any]:
    """What a refusal says, beside the id of its request; HEAD says nothing."""
    return {**answer.json(), "request": ""} if answer.content else {}


def wrong_rules(application: FastAPI) -> list[str]:
    """Routes whose rule is missing, or is not that of their address."""
    wrong = []
    for route in all_routes(application):
        if isinstance(route.original_route, WebSocketRoute):
            if route.path not in LIVE:
                wrong.append(f"{route.path}: a live connection that no test of LIVE proves")
        elif not isinstance(route.original_route, APIRoute) and route.path not in OWN_PAGES:
            wrong.append(f"{route.path}: not a route with a rule")
    for one in asked(application):
        tenant = "{organization}" in one.address
        if of_tenants(one.rule) != tenant:
            wrong.append(f"{one.name}: the rule {one.rule!r} does not fit the address")
        elif not of_tenants(one.rule) and not one.rule.startswith(("open: ", "signed in: ")):
            wrong.append(f"{one.name}: no rule")
        if one.route.include_in_schema and not one.address.startswith((PREFIX, *BESIDE)):
            wrong.append(f"{one.name}: outside {PREFIX}")
    return wrong


def test_every_route_has_one_rule_and_tenants_routes_a_tenant(application: FastAPI) -> None:
    assert wrong_rules(application) == []


def test_a_route_without_a_rule_would_be_found(application: FastAPI) -> None:
    @application.get("/forgotten")
    async def forgotten() -> None:
        return None

    assert "GET /forgotten: no rule" in wrong_rules(application)


async def test_each_role_is_let_in_as_the_table_says(
    client: httpx2.AsyncClient, house: House, application: FastAPI
) -> None:
    wrong = []
    cells = 0
    for one in asked(application, of=of_tenants):
        for role in Role:
            # An organization for each question, because some end it.
            organization = await make_organization(house, "Chambers")
            other = await make_member(house, organization, Role.VIEWER, name="Other")
            for billing in (False, True) if OPERATIONS[one.rule].billing else (False,):
                member = await make_member(house, organization, role, billing=billing)
                path = one.path(organization=organization, person=other.person, other=other.person)
                answer = await ask(client, one, path, member.headers)
                let_in = answer.status_code not in (401, 403, 405) and not (answer.content and is_the_tenants(answer))
                refused = answer.status_code == 403 and said(answer).get("code", "forbidden") == "forbidden"
                cells += 1
                if may(one.rule, role, billing=billing) and not let_in:
                    wrong.append(f"{one.name} as {role}: {answer.status_code} {answer.text[:100]}")
                if not may(one.rule, role, billing=billing) and not refused:
                    wrong.append(f"{one.name} as {role}: let in with {answer.status_code}")
                if answer.status_code >= 500:
                    wrong.append(f"{one.name} as {role}: {answer.text}")
    assert wrong == []
    assert cells >= 5 * len(asked(application, of=of_tenants))


async def test_foreign_members_and_strangers_find_nothing_and_nobody_without_a_token_is_let_in(
    client: httpx2.AsyncClient, house: House, application: FastAPI, clock: ManualClock
) -> None:
    wrong = []
    organization = await make_organization(house, CANARY)
    member = await make_member(house, organization, Role.OWNER, name=CANARY)
    foreign = await make_member(house, await make_organization(house, "Other"), Role.OWNER, name="Foreign")
    stranger = await make_person(house, "Stranger")
    administrator = await make_person(house, "Administrator", administrator=True)
    document = application.openapi()
    nowhere = house.mint.mint()
    for one in asked(application, of=of_tenants):
        path = one.path(organization=organization, person=member.person, other=member.person)
        missing = one.path(organization=nowhere, person=member.person, other=member.person)
        body = body_of(document, one, member.person)
        for who in (foreign, stranger, administrator):
            answer = await ask(client, one, path, who.headers, body)
            absent = await ask(client, one, missing, who.headers, body)
            if not is_the_tenants(answer) or CANARY in answer.text:
                wrong.append(f"{one.name} for {who.name}: {answer.status_code} {answer.text[:100]}")
            if said(answer) != said(absent):
                wrong.append(f"{one.name} for {who.name}: tells an organization that there is from none")
        for headers in ({}, {"Authorization": "Bearer unknown"}, {"Authorization": "Basic " + member.token}):
            answer = await ask(client, one, path, headers, body)
            if answer.status_code != 401 or "www-authenticate" not in answer.headers:
                wrong.append(f"{one.name} without a token: {answer.status_code}")
    for one in asked(application, of=lambda rule: rule.startswith("signed in: ")):
        answer = await ask(client, one, one.path(other=member.person), {}, body_of(document, one, member.person))
        if answer.status_code != 401:
            wrong.append(f"{one.name} without a token: {answer.status_code}")
    clock.advance(60 * 60 * 24 * 3651)
    for one in asked(application, of=of_tenants):
        path = one.path(organization=organization, person=member.person, other=member.person)
        if (await ask(client, one, path, member.headers)).status_code != 401:
            wrong.append(f"{one.name} with a token that is too old")
    assert wrong == []


class FiltersOff:
    """Takes ``organization_id = …`` out of every statement: what is left between tenants is the database's wall."""

    def __init__(self) -> None:
        self.taken_out = 0

    def _replace(self, element: Any, **_more: Any) -> Any:
        if (
            isinstance(element, BinaryExpression)
            and element.operator is operators.eq
            and getattr(element.left, "name", "") == "organization_id"
            and isinstance(element.right, BindParameter)
        ):
            self.taken_out += 1
            return true()
        return None

    def before(self, _connection: Any, statement: Any, several: Any, values: Any, _options: Any) -> Any:
        if isinstance(statement, Select | Update | Delete):
            statement = visitors.replacement_traverse(statement, {}, self._replace)
        return statement, several, values

    @contextmanager
    def on(self, engine: AsyncEngine) -> Iterator[None]:
        event.listen(engine.sync_engine, "before_execute", self.before, retval=True)
        try:
            yield
        finally:
            event.remove(engine.sync_engine, "before_execute", self.before)


def rows_of_tenant(database: TestDatabase, organization: str) -> dict[str, list[str]]:
    with psycopg.connect(database.superuser) as connection:
        return {
            table.name: sorted(
                row[0]
                for row in connection.execute(
                    f"select t::text from {table.name} t where organization_id = %s", (organization,)
                )
            )
            for table in tenant_tables()
        }


@asynccontextmanager
async def _superuser(database: TestDatabase) -> AsyncIterator[AsyncEngine]:
    engine = make_engine(database.superuser, connections=2)
    yield engine
    await engine.dispose()


async def test_taking_the_filters_out_would_show_a_leak_where_there_is_no_wall(
    house: House, test_database: TestDatabase
) -> None:
    mine, theirs = [await make_member(house, await make_organization(house, name), Role.OWNER) for name in "AB"]
    asks = select(Membership.person_id).where(Membership.organization_id == mine.organization)
    off = FiltersOff()
    async with _superuser(test_database) as engine:
        async with engine.begin() as connection:
            assert (await connection.execute(asks)).scalars().all() == [mine.person]
        with off.on(engine):
            async with engine.begin() as connection:
                assert theirs.person in (await connection.execute(asks)).scalars().all()
    assert off.taken_out == 1


async def crossings(
    client: httpx2.AsyncClient,
    house: House,
    application: FastAPI,
    test_database: TestDatabase,
    of: Callable[[str], bool] = of_tenants,
) -> list[str]:
    """What gets across when the owner of one organization asks every route of it with another one's ids, filters off.

    The other organization has a row in every table, each with the canary in its words.
    """
    theirs = await make_organization(house, CANARY)
    them = await make_member(house, theirs, Role.OWNER, name=CANARY)
    thing = house.mint.mint()
    fill_every_table(test_database, them, thing)
    before = rows_of_tenant(test_database, theirs)
    assert all(before.values())
    document = application.openapi()
    off, wrong = FiltersOff(), []
    for one in asked(application, of=of):
        for identity in (them.person, thing, theirs):
            mine = await make_member(house, await make_organization(house, "Mine"), Role.OWNER, name="Mine")
            only_there(test_database, mine)
            path = one.path(organization=mine.organization, person=identity, other=identity)
            with off.on(house.database.engine):
                answer = await ask(client, one, path, mine.headers, body_of(document, one, identity))
            shown = [word for word in (CANARY, them.email, theirs) if word in answer.text and word != identity]
            if shown:
                wrong.append(f"{one.name}: shows {shown}")
            if answer.status_code >= 500:
                wrong.append(f"{one.name}: fails with {answer.text[:200]}")
            if rows_of_tenant(test_database, theirs) != before:
                wrong.append(f"{one.name}: changed another organization")
                before = rows_of_tenant(test_database, theirs)
    assert off.taken_out
    return wrong


async def test_with_the_applications_filters_off_the_database_alone_keeps_organizations_apart(
    client: httpx2.AsyncClient, house: House, application: FastAPI, test_database: TestDatabase
) -> None:
    assert await crossings(client, house, application, test_database) == []


@pytest.mark.parametrize(
    ("table", "operation"),
    [("invitation", "member.invite"), ("audit_entry", "audit.read")],
)
async def test_a_table_without_its_wall_would_be_found(
    client: httpx2.AsyncClient,
    house: House,
    application: FastAPI,
    test_database: TestDatabase,
    table: str,
    operation: str,
) -> None:
    with psycopg.connect(test_database.superuser) as connection:
        connection.execute(sql.SQL("alter table {} disable row level security").format(sql.Identifier(table)))
    assert await crossings(client, house, application, test_database, lambda rule: rule == operation) != []


def fill_every_table(database: TestDatabase, owner: Somebody, thing: str) -> None:
    """A row of the owner's organization in every table of tenants; every id that is nobody's is ``thing``."""
    now = datetime(2026, 11, 30, tzinfo=UTC)
    of_type = {Uuid: thing, Text: CANARY, LargeBinary: CANARY.encode(), DateTime: now, Boolean: False, JSONB: Json({})}
    with psycopg.connect(database.superuser) as connection:
        for table in tenant_tables():
            question = sql.SQL("select count(*) from {} where organization_id = %s").format(sql.Identifier(table.name))
            row = connection.execute(question, (owner.organization,)).fetchone()
            if row is not None and row[0]:
                continue
            values: dict[str, object] = {}
            for column in (one for one in table.columns if one.computed is None):
                kind = next((one for one in of_type if isinstance(column.type, one)), None)
                values[column.name] = of_type[kind] if kind is not None else 1
                if column.name == "organization_id":
                    values[column.name] = owner.organization
                elif any(key.column.table.name == "person" for key in column.foreign_keys):
                    values[column.name] = owner.person
                elif column.name in ENDED:
                    values[column.name] = None
            connection.execute(
                sql.SQL("insert into {} ({}) values ({})").format(
                    sql.Identifier(table.name),
                    sql.SQL(", ").join(map(sql.Identifier, values)),
                    sql.SQL(", ").join([sql.Placeholder()] * len(values)),
                ),
                list(values.values()),
            )


def only_there(database: TestDatabase, somebody: Somebody) -> None:
    """Let a person belong to one organization alone: without filters a row of another of theirs would be a second."""
    with psycopg.connect(database.superuser) as connection:
        connection.execute(
            "delete from membership where person_id = %s and organization_id <> %s",
            (somebody.person, somebody.organization),
        )


ENDED = ("accepted_at", "accepted_by", "revoked_at", "deleted_at")


def test_every_route_declares_what_it_takes_what_it_gives_and_how_it_refuses(application: FastAPI) -> None:
    document = application.openapi()
    wrong = []
    names: set[str] = set()
    for one in asked(application):
        if not one.route.include_in_schema:
            continue
        operation = document["paths"][one.address][one.method.lower()]
        if operation["operationId"] in names:
            wrong.append(f"{one.name}: the operation id {operation['operationId']} is taken")
        names.add(operation["operationId"])
        if not operation.get("description"):
            wrong.append(f"{one.name}: no description")
        if not operation.get("tags"):
            wrong.append(f"{one.name}: no tag")
        if "Problem" not in str(operation["responses"].get("default", "")):
            wrong.append(f"{one.name}: no problem declared")
        given = [answer for status, answer in operation["responses"].items() if status.startswith(("2", "3"))]
        if one.method != "HEAD" and not (given and all(_says_what_it_is(answer) for answer in given)):
            wrong.append(f"{one.name}: no answer declared")
    for name, schema in document["components"]["schemas"].items():
        if schema.get("type") == "object" and schema.get("additionalProperties") is not False:
            wrong.append(f"{name}: takes fields that are not declared")
        wrong += [f"{name}: {problem}" for problem in _unbounded(schema, incoming=_incoming(document, name))]
    assert wrong == []


def _says_what_it_is(answer: Any) -> bool:
    """A content with a schema, or none and words that say so."""
    if "content" not in answer:
        return bool(answer["description"] != "Successful Response")
    return all(one.get("schema") for one in answer["content"].values())


def _incoming(document: Any, name: str) -> bool:
    bodies = [
        str(operation.get("requestBody", ""))
        for path in document["paths"].values()
        for operation in path.values()
        if isinstance(operation, dict)
    ]
    return any(f"/{name}'" in body for body in bodies)


def _unbounded(schema: Any, *, incoming: bool) -> Iterator[str]:
    """Words and lists of a request that may be of any length."""
    if not incoming:
        return
    for name, part in schema.get("properties", {}).items():
        for one in part.get("anyOf", [part]):
            bounded = {"maxLength", "enum", "const", "format"} & set(one) or str(one.get("pattern", "")).endswith("}$")
            if one.get("type") == "string" and not bounded:
                yield f"{name} is not bounded"
            if one.get("type") == "array" and "maxItems" not in one:
                yield f"{name} is a list without a bound"
