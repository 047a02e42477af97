"""People, their devices and their contracts, written straight into a database, and desktops made of replicas."""

import asyncio
import hashlib
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import psycopg
from psycopg.types.json import Jsonb

from pactoria_desktop.contract.identity import IdentityMint
from pactoria_desktop.protocol.permissions import Role
from pactoria_desktop.replica.identity import Identity
from pactoria_desktop.replica.replica import Replica
from pactoria_desktop.runtime.clock import SystemClock


@dataclass(frozen=True, slots=True)
class Party:
    """A person signed in on a device."""

    person: str
    device: str
    session: str
    token: str
    name: str

    @property
    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"}


@dataclass
class Registry:
    """Writes rows as the superuser does, behind the walls."""

    address: str
    now: datetime
    mint: Callable[[], str]
    organization: str = field(init=False)

    def __post_init__(self) -> None:
        self.organization = self.new_organization("Falk & Partner")

    def _run(self, statement: str, *values: object) -> None:
        with psycopg.connect(self.address, autocommit=True) as connection:
            connection.execute(statement, values)

    def new_organization(self, name: str) -> str:
        id = self.mint()
        self._run(
            "insert into organization (organization_id, name, created_at, changed_at) values (%s, %s, %s, %s)",
            id, name, self.now, self.now,
        )  # fmt: skip
        return id

    def person(self, name: str, role: Role | None, organization: str = "") -> Party:
        organization = organization or self.organization
        person = self.mint()
        self._run(
            "insert into person (id, email, name, administrator, home_organization_id, created_at) "
            "values (%s, %s, %s, false, %s, %s)",
            person, f"{person}@example.org", name, organization, self.now,
        )  # fmt: skip
        if role is not None:
            self._run(
                "insert into membership (organization_id, person_id, role, billing, joined_at) "
                "values (%s, %s, %s, false, %s)",
                organization, person, role.value, self.now,
            )  # fmt: skip
        return self.device(person, name)

    def device(self, person: str, name: str) -> Party:
        device, session = self.mint(), self.mint()
        token = f"token-{session}"
        self._run(
            "insert into device_session (id, person_id, client_id, device_id, device_name, created_at, seen_at, "
            "expires_at) values (%s, %s, 'pactoria', %s, 'a desktop', %s, %s, %s)",
            session, person, device, self.now, self.now, self.now + timedelta(days=30),
        )  # fmt: skip
        self._run(
            "insert into access_token (token_sha256, session_id, expires_at) values (%s, %s, %s)",
            hashlib.sha256(token.encode()).digest(), session, self.now + timedelta(days=1),
        )  # fmt: skip
        return Party(person, device, session, token, name)

    def contract(self, scope: str = "organization", package: str | None = None, organization: str = "") -> str:
        id = self.mint()
        fields = Jsonb({"title": "Supply", **({"package_sha256": package} if package else {})})
        self._run(
            "insert into record (organization_id, kind, id, scope, contract_id, sequence, deleted, fields, "
            "field_sequence, schema_version, changed_at, created_at) "
            "values (%s, 'contract', %s, %s, %s, (select count(*) + 1 from record), false, %s, '{}', 1, %s, %s)",
            organization or self.organization, id, scope.format(id), id, fields, self.now, self.now,
        )  # fmt: skip
        return id

    def end_session(self, party: Party) -> None:
        self._run("update device_session set ended_at = %s where id = %s", self.now, party.session)

    def change_role(self, party: Party, role: Role) -> None:
        self._run("update membership set role = %s where person_id = %s", role.value, party.person)

    def package_arrives(self, sha256: str, party: Party) -> None:
        self._run(
            "insert into stored_file (organization_id, sha256, size, media_type, uploaded_by, uploaded_at) "
            "values (%s, %s, 1, 'application/zip', %s, %s)",
            self.organization, sha256, party.person, self.now,
        )  # fmt: skip

    def count(self, statement: str) -> int:
        with psycopg.connect(self.address, autocommit=True) as connection:
            row = connection.execute(statement).fetchone()
            assert row is not None
            return int(row[0])


def registry(address: str, now: datetime) -> Registry:
    numbers = iter(range(1, 10**9))
    mint = IdentityMint(lambda: int(now.timestamp() * 1000), lambda count: next(numbers).to_bytes(count, "big"))
    return Registry(address, now, mint.mint)


def opened(snapshot: bytes, party: Party, updates: Sequence[bytes] = ()) -> Replica:
    """A party's opening of a text."""
    return Replica.open(snapshot, updates, identity=Identity(party.name, party.person), clock=SystemClock())


def peer_of(replica: Replica) -> str:
    return f"{replica.peer:x}"


async def eventually(condition: Callable[[], object], seconds: float = 5.0) -> None:
    """Wait until something holds; fails when it does not come to hold."""
    async with asyncio.timeout(seconds):
        while not condition():
            await asyncio.sleep(0.01)


@asynccontextmanager
async def running(application: object) -> AsyncIterator[None]:
    """The application started and stopped as a server does it."""
    async with application.router.lifespan_context(application):  # type: ignore[attr-defined]
        yield
