"""Who asks, and whether they may: a guard on every route, made from the table of permissions.

A handler takes the access that its rule gives it::

    @router.get("/organizations/{organization}/members")
    async def members(access: Annotated[Access, allow("member.list")]) -> MemberList: ...

A route without a rule does not pass the tests (``rule_of``). What is not there and what the asker may not know of look
alike: 404. What a member may not do is 403.
"""

import hashlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from fastapi import Depends, Request
from fastapi.routing import APIRoute
from sqlalchemy import Row, Uuid, cast, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from pactoria_desktop.contract.identity import is_identity
from pactoria_desktop.platform.api.refusals import Refusal, not_found, signed_out
from pactoria_desktop.platform.house import House
from pactoria_desktop.protocol.permissions import OPERATIONS, Role, may
from pactoria_desktop.protocol.problems import Code

_LONGEST_TOKEN = 512
_RULE = "pactoria_rule"


@dataclass(frozen=True, slots=True)
class Asker:
    """A person signed in on a device. ``house`` is the platform's parts."""

    house: House
    person: str
    session: str
    device: str
    device_name: str
    administrator: bool
    name: str
    email: str
    home_organization: str

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[AsyncConnection]:
        """A transaction for the person, in no organization."""
        async with self.house.database.transaction(person=self.person) as connection:
            yield connection


@dataclass(frozen=True, slots=True)
class Access:
    """A member of an organization who was let in to do ``operation`` there."""

    asker: Asker
    organization: str
    role: Role
    billing: bool
    operation: str

    @property
    def house(self) -> House:
        """The platform's parts."""
        return self.asker.house

    @property
    def person(self) -> str:
        """The person's id."""
        return self.asker.person

    @property
    def device(self) -> str:
        """The device's id."""
        return self.asker.device

    def may(self, operation: str) -> bool:
        """Whether the member may also do another operation."""
        return may(operation, self.role, billing=self.billing)

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[AsyncConnection]:
        """A transaction in the organization; committed before the answer leaves, so that what is confirmed is kept."""
        async with self.house.database.transaction(organization=self.organization, person=self.person) as connection:
            yield connection


def house_of(request: Request) -> House:
    """The parts that the application was made of."""
    house = request.app.state.house
    assert isinstance(house, House)
    return house


def token_of(authorization: str | None) -> bytes:
    """The SHA-256 of a bearer token (RFC 6750, 2.1). Raises Refusal without one."""
    kind, _, token = (authorization or "").partition(" ")
    token = token.strip()
    if kind.lower() != "bearer" or not token or len(token) > _LONGEST_TOKEN or not token.isascii():
        raise signed_out()
    return hashlib.sha256(token.encode()).digest()


async def known_by_token(house: House, token: bytes, organization: str | None) -> Row[Any]:
    """Who holds a token, and their membership in an organization (role is None where there is none). Raises Refusal."""
    async with house.database.unknown() as connection:
        tenant = cast(organization, Uuid(as_uuid=False))
        found = func.known_by_token(token, house.clock.now(), tenant).table_valued(
            "session_id", "person_id", "device_id", "device_name", "administrator", "name", "email",
            "home_organization_id", "role", "billing",
        )  # fmt: skip
        row = (await connection.execute(select(found))).one_or_none()
    if row is None:
        raise signed_out()
    return row


def asker_of(house: House, row: Row[Any]) -> Asker:
    """The person of a row that ``known_by_token`` gave."""
    return Asker(
        house,
        str(row.person_id),
        str(row.session_id),
        str(row.device_id),
        row.device_name,
        row.administrator,
        row.name,
        row.email,
        str(row.home_organization_id),
    )


async def access_by_token(house: House, token: bytes, organization: str, operation: str) -> Access:
    """The access of a token's holder to an organization for an operation. Raises Refusal: 401, 404, 403."""
    if not is_identity(organization):
        raise not_found("organization")
    row = await known_by_token(house, token, organization)
    if row.role is None:
        raise not_found("organization")
    role = Role(row.role)
    if not may(operation, role, billing=row.billing):
        raise forbidden(operation, role)
    return Access(asker_of(house, row), organization, role, row.billing, operation)


def forbidden(operation: str, role: Role) -> Refusal:
    """The refusal of what a role may not do."""
    sentence = OPERATIONS[operation].sentence
    article = "an" if role.value[0] in "aeio" else "a"
    return Refusal(
        Code.FORBIDDEN, f"As {article} {role.value} you may not {sentence}; nothing was changed; ask an owner."
    )


def allow(operation: str) -> Any:
    """The guard of a route under ``/organizations/{organization}``: signed in, a member, and allowed the operation."""
    if operation not in OPERATIONS:
        raise ValueError(f"There is no operation {operation}; add it to protocol.permissions.")

    async def guard(request: Request, organization: str) -> Access:
        house = house_of(request)
        access = await access_by_token(house, token_of(request.headers.get("authorization")), organization, operation)
        request.state.person, request.state.organization = access.person, organization
        return access

    setattr(guard, _RULE, operation)
    return Depends(guard)


def allow_signed_in(reason: str) -> Any:
    """The guard of a route that concerns the person alone; ``reason`` says why no organization's rule applies."""

    async def guard(request: Request) -> Asker:
        house = house_of(request)
        row = await known_by_token(house, token_of(request.headers.get("authorization")), None)
        asker = asker_of(house, row)
        request.state.person = asker.person
        return asker

    setattr(guard, _RULE, f"signed in: {reason}")
    return Depends(guard)


def open_to_all(reason: str) -> Any:
    """The rule of a route that anybody may call; ``reason`` says why."""

    async def guard() -> None:
        return None

    setattr(guard, _RULE, f"open: {reason}")
    return Depends(guard)


def rule_of(route: APIRoute) -> str | None:
    """The rule of a route: an operation, ``signed in: …`` or ``open: …``; None where it was forgotten."""
    rules = [getattr(one.call, _RULE) for one in route.dependant.dependencies if hasattr(one.call, _RULE)]
    return rules[0] if len(rules) == 1 else None
