"""Organizations with people of every role, made behind the walls, and what their devices send."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import count

import psycopg
from pydantic import JsonValue

from pactoria_desktop.platform.collaboration.feed import take
from pactoria_desktop.platform.collaboration.pulling import pull
from pactoria_desktop.platform.house import House
from pactoria_desktop.protocol.permissions import Role
from pactoria_desktop.protocol.records import Applied, Cursor, Operation, Pull, Pulled, Push, Row

NOON = "2026-11-30T12:00:00+00:00"
_ids = count(1)


def new_id() -> str:
    """A UUIDv7 that no test had before."""
    return f"01a22ec6-0000-7000-8000-{next(_ids):012x}"


@dataclass(frozen=True)
class Device:
    """A device of a person in an organization: pushes and pulls at the repository, and holds a token for the API."""

    house: House
    organization: str
    person: str
    device: str
    role: Role
    token: str

    @property
    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"}

    async def push(self, *operations: Operation, epoch: str | None = None) -> tuple[Applied, ...]:
        """Push in a transaction of its own."""
        epoch = await self.epoch() if epoch is None else epoch
        return (await take(self.house, self, Push(epoch=epoch, operations=operations))).results

    async def epoch(self) -> str:
        return (await self.pull()).epoch

    async def pull(
        self,
        cursors: dict[str, int] | None = None,
        *,
        limit: int = 500,
        digests: bool = False,
        epoch: str | None = None,
    ) -> Pulled:
        """Pull in a transaction of its own; without an epoch it says the true one."""
        async with self.house.database.transaction(organization=self.organization, person=self.person) as connection:
            if epoch is None:
                epoch = (await pull(connection, self.house, self.organization, self.person, Pull())).epoch
            asked = Pull(
                epoch=epoch,
                cursors=tuple(Cursor(scope=scope, sequence=at) for scope, at in (cursors or {}).items()),
                limit=limit,
                digests=digests,
            )
            return await pull(connection, self.house, self.organization, self.person, asked)

    async def rows(self) -> dict[tuple[str, str], Row]:
        """All records that the person may see, by kind and id."""
        found: dict[tuple[str, str], Row] = {}
        cursors: dict[str, int] = {}
        while True:
            pulled = await self.pull(cursors)
            for feed in pulled.feeds:
                cursors[feed.scope] = feed.sequence
                for row in feed.rows:
                    if row.deleted:
                        found.pop((row.kind, row.record), None)
                    else:
                        found[row.kind, row.record] = row
            if not any(feed.more for feed in pulled.feeds):
                return found


@dataclass
class Team:
    """An organization."""

    house: House
    superuser: str
    organization: str = field(default_factory=new_id)

    def __post_init__(self) -> None:
        with psycopg.connect(self.superuser) as connection:
            connection.execute(
                "insert into organization values (%s, 'Team', null, 'free', 'any', 1, now(), now(), null)",
                (self.organization,),
            )

    def member(self, role: Role) -> Device:
        """A person who joins in a role, signed in on a device until the year 2100."""
        person, session, device = new_id(), new_id(), new_id()
        token = f"token-{person}"
        with psycopg.connect(self.superuser) as connection:
            connection.execute(
                "insert into person values (%s, %s, 'Ana', null, null, false, %s, now(), null, null)",
                (person, f"{person}@example.org", self.organization),
            )
            connection.execute(
                "insert into membership values (%s, %s, %s, false, now())", (self.organization, person, role.value)
            )
            connection.execute(
                "insert into device_session values (%s, %s, 'desktop', %s, 'desk', now(), now(), '2100-01-01', "
                "null, null)",
                (session, person, device),
            )
            connection.execute(
                "insert into access_token values (%s, %s, '2100-01-01')",
                (hashlib.sha256(token.encode()).digest(), session),
            )
        return Device(self.house, self.organization, person, device, role, token)

    def sql(self, statement: str, values: Sequence[object] = ()) -> list[tuple[object, ...]]:
        """What the superuser sees."""
        with psycopg.connect(self.superuser) as connection:
            cursor = connection.execute(statement, values)  # type: ignore[call-overload]
            return cursor.fetchall() if cursor.description else []

    def remove(self, device: Device) -> None:
        self.sql(
            "delete from membership where organization_id = %s and person_id = %s", (self.organization, device.person)
        )


def edit(kind: str, record: str, base: int = 0, /, *, operation: str | None = None, **patch: JsonValue) -> Operation:
    """An operation on fields."""
    return Operation(
        operation=operation or new_id(), kind=kind, record=record, base_sequence=base, patch=patch
    )  # fmt: skip


def deletion(kind: str, record: str, base: int) -> Operation:
    """An operation that deletes."""
    return Operation(operation=new_id(), kind=kind, record=record, base_sequence=base, deletes=True)


def contract(record: str | None = None, title: str = "Lease", **more: JsonValue) -> Operation:
    """An operation that makes a contract."""
    return edit("contract", record or new_id(), title=title, status="draft", created_at=NOON, **more)


def version(of: str, record: str | None = None, name: str = "First") -> Operation:
    """An operation that makes a version of a contract."""
    return edit(
        "version", record or new_id(), contract=of, number=1, name=name, made_at=NOON, frontier="f",
        text_sha256="a" * 64, content_sha256="b" * 64, hash="c" * 64,
    )  # fmt: skip
