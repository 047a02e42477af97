"""A real PostgreSQL for each test process, a fresh database for each test, and the application on it."""

import os
import secrets
import socket
import tempfile
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import httpx2
import psycopg
import pytest
from fastapi import FastAPI
from psycopg import sql
from sqlalchemy import make_url

from pactoria_desktop.platform.application import create_application
from pactoria_desktop.platform.database.embedded import EmbeddedPostgres, Passwords
from pactoria_desktop.platform.database.migrating import migrate
from pactoria_desktop.platform.house import House
from pactoria_desktop.platform.opening import Addresses, opened_house
from pactoria_desktop.platform.settings import PlatformSettings
from pactoria_desktop.runtime.clock import ManualClock
from tests.platform.pooling import pooled, pooler, through

TEMPLATE = "pactoria"
ADDRESS = "http://platform.test"


@pytest.fixture(autouse=True)
def no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    """The platform may talk to this machine, and to nothing else."""
    connect = socket.socket.connect

    def refuse(self: socket.socket, address: object) -> None:
        if self.family in (socket.AF_INET, socket.AF_INET6):
            host = str(address[0]) if isinstance(address, tuple) else ""
            if not (host.startswith("127.") or host in ("::1", "localhost")):
                raise AssertionError(f"A socket was opened to {address}")
        connect(self, address)  # type: ignore[arg-type]

    monkeypatch.setattr(socket.socket, "connect", refuse)


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    """Asynchronous tests run on asyncio."""
    return "asyncio"


@pytest.fixture(scope="session")
def postgres() -> Iterator[EmbeddedPostgres]:
    """A PostgreSQL of this test process, with a migrated database that the tests' own are copied from."""
    with tempfile.TemporaryDirectory(prefix="pactoria-postgres-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        folder.chmod(0o711)
        server = EmbeddedPostgres(folder, Passwords("test-superuser", "test-owner", "test-application"))
        try:
            with psycopg.connect(server.superuser_url, autocommit=True) as connection:
                # Databases that live for a test need not outlive a power cut.
                connection.execute("alter system set fsync = off")
                connection.execute("select pg_reload_conf()")
            migrate(server.owner_url)
            yield server
        finally:
            server.stop()


@pytest.fixture(scope="session")
def pool(postgres: EmbeddedPostgres) -> Iterator[Path | None]:
    """The pooler that the application role goes through where the run is to be pooled (``pooling``)."""
    if not pooled():
        yield None
        return
    # As an operator sets it for such a pooler; the programs that the tests start read it too.
    before = os.environ.get("PACTORIA_DATABASE_PREPARED")
    os.environ["PACTORIA_DATABASE_PREPARED"] = "false"
    try:
        with pooler(postgres.application_url) as folder:
            yield folder
    finally:
        if before is None:
            del os.environ["PACTORIA_DATABASE_PREPARED"]
        else:
            os.environ["PACTORIA_DATABASE_PREPARED"] = before


@dataclass(frozen=True, slots=True)
class TestDatabase:
    """A fresh database: its addresses for each role. The superuser's is for looking behind the walls."""

    addresses: Addresses
    superuser: str

    __test__ = False


@pytest.fixture
def test_database(postgres: EmbeddedPostgres, pool: Path | None) -> Iterator[TestDatabase]:
    """A migrated database of this test's own."""
    name = f"test_{secrets.token_hex(6)}"
    administration = str(
        make_url(postgres.superuser_url).set(database="postgres").render_as_string(hide_password=False)
    )
    with psycopg.connect(administration, autocommit=True) as connection:
        connection.execute(
            sql.SQL("create database {} template {} owner pactoria_owner strategy file_copy").format(
                sql.Identifier(name), sql.Identifier(TEMPLATE)
            )
        )

    def at(url: str) -> str:
        return make_url(url).set(database=name).render_as_string(hide_password=False)

    direct = at(postgres.application_url)
    application = direct if pool is None else through(direct, pool)
    yield TestDatabase(Addresses(application, at(postgres.owner_url), b"\x07" * 32, direct), at(postgres.superuser_url))
    with psycopg.connect(administration, autocommit=True) as connection:
        connection.execute(sql.SQL("drop database {} with (force)").format(sql.Identifier(name)))


@pytest.fixture
def clock() -> ManualClock:
    """A clock that the test moves."""
    return ManualClock(datetime(2026, 11, 30, 9, 0, tzinfo=UTC))


@pytest.fixture
def settings(tmp_path: Path, pool: Path | None) -> PlatformSettings:
    """Settings as they are when nobody says anything, in a folder of the test."""
    return PlatformSettings(platform_data=tmp_path / "platform", database_connections=4)


@pytest.fixture
async def house(
    anyio_backend: str, test_database: TestDatabase, settings: PlatformSettings, clock: ManualClock
) -> AsyncIterator[House]:
    """The parts of a platform on a fresh database."""
    async with opened_house(settings, test_database.addresses, clock=clock, address=ADDRESS) as made:
        yield made


@pytest.fixture
def application(house: House) -> FastAPI:
    """The application on those parts."""
    return create_application(house)


@pytest.fixture
async def client(application: FastAPI) -> AsyncIterator[httpx2.AsyncClient]:
    """Asks the application without a network, as a client on this machine. Errors are answers, not exceptions."""
    transport = httpx2.ASGITransport(app=application, raise_app_exceptions=False, client=("127.0.0.1", 50000))
    async with httpx2.AsyncClient(transport=transport, base_url=ADDRESS) as made:
        yield made
