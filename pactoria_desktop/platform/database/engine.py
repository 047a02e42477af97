"""Connections and transactions. A transaction says for whom it is before anything else; the walls rest on it."""

import re
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import psycopg
from sqlalchemy import event, make_url, text
from sqlalchemy.engine import URL
from sqlalchemy.exc import OperationalError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from pactoria_desktop.platform.database.committed import Committed, begin_noting

Observe = Callable[[str, float], None]
"""Told of each statement: its words (never its values) and its seconds."""

_BEGIN = (
    "begin; select set_config('app.organization', '{organization}', true), set_config('app.person', '{person}', true), "
    "set_config('app.sign_in', '{sign_in}', true), set_config('statement_timeout', '30000', true)"
)
_IS_ID = re.compile(r"[0-9a-f-]{0,36}")


def driver_url(url: str) -> URL:
    """A PostgreSQL address as SQLAlchemy takes it, for psycopg 3. Raises ArgumentError of SQLAlchemy."""
    return make_url(url).set(drivername="postgresql+psycopg")


def make_engine(
    url: str, *, connections: int, prepared: bool = True, observe: Observe | None = None, name: str = "pactoria"
) -> AsyncEngine:
    """An engine with a pool of its own. ``prepared`` is off behind a pooler that hands out other connections."""
    engine = create_async_engine(
        driver_url(url),
        pool_size=connections,
        max_overflow=0,
        pool_timeout=10,
        pool_pre_ping=False,
        pool_recycle=1800,
        pool_use_lifo=True,
        # Transactions begin by a statement of ours; a look-up alone is one by itself.
        isolation_level="AUTOCOMMIT",
        connect_args={
            "application_name": name,
            "connect_timeout": 10,
            "prepare_threshold": 5 if prepared else None,
        },
    )
    if observe is not None:
        _observe(engine, observe)
    return engine


def _observe(engine: AsyncEngine, observe: Observe) -> None:
    def before(_c: Any, _cursor: Any, _statement: str, _parameters: Any, context: Any, _many: bool) -> None:
        context.pactoria_began = time.perf_counter()

    def after(_c: Any, _cursor: Any, statement: str, _parameters: Any, context: Any, _many: bool) -> None:
        observe(statement, time.perf_counter() - context.pactoria_began)

    event.listen(engine.sync_engine, "before_cursor_execute", before)
    event.listen(engine.sync_engine, "after_cursor_execute", after)


async def turn_to(connection: AsyncConnection, organization: str) -> None:
    """Let a transaction go on in another organization: for the room ``auth``, where joining touches two."""
    await connection.execute(
        text("select set_config('app.organization', :organization, true)"), {"organization": organization}
    )


def _begin(organization: str | None, person: str | None, sign_in: bool) -> str:
    """What begins a transaction for somebody. Raises ValueError for what is no id: it stands in the statement."""
    ids = {"organization": organization or "", "person": person or ""}
    if not all(map(_IS_ID.fullmatch, ids.values())):
        raise ValueError("A transaction is for an organization and a person by their ids.")
    return _BEGIN.format(**ids, sign_in="on" if sign_in else "")


@asynccontextmanager
async def _told(
    connection: AsyncConnection, driver: "psycopg.AsyncConnection[Any]", statement: str
) -> AsyncIterator[None]:
    """What goes past SQLAlchemy fails as all else does, and a connection that broke goes back to no pool.

    After a restart of the database every idle connection of a pool is such a one.
    """
    try:
        yield
    except psycopg.Error as error:
        broke = driver.closed
        if broke:
            await connection.invalidate(error)
        raise OperationalError(statement, None, error, connection_invalidated=broke) from error


class Database:
    """The database as the application role sees it."""

    def __init__(self, engine: AsyncEngine) -> None:
        """On an engine of the application role."""
        self.engine = engine
        self.committed = Committed()
        """Who is told what a transaction has moved, once it is committed."""

    @asynccontextmanager
    async def transaction(
        self, *, organization: str | None = None, person: str | None = None, sign_in: bool = False
    ) -> AsyncIterator[AsyncConnection]:
        """A transaction for an organization and a person; committed at the end, rolled back on any error.

        ``sign_in`` opens the tables of people and is for the room ``auth`` alone.
        """
        async with self._begun(_begin(organization, person, sign_in)) as connection:
            moved = begin_noting(connection)
            yield connection
        self.committed.tell(moved)

    @asynccontextmanager
    async def _begun(self, begin: str) -> AsyncIterator[AsyncConnection]:
        """A transaction that a statement begins. The beginning and for whom it is go in one exchange, past SQLAlchemy,
        because every request pays for them. Where the block ends by an error, the pool takes the transaction back as it
        takes the connection. What the driver says there is told as SQLAlchemy tells all else: OperationalError."""
        async with self.engine.connect() as connection:
            driver = (await connection.get_raw_connection()).driver_connection
            assert isinstance(driver, psycopg.AsyncConnection)
            async with _told(connection, driver, "begin"):
                await driver.execute(begin.encode(), prepare=False)
            yield connection
            async with _told(connection, driver, "commit"):
                await driver.commit()

    @asynccontextmanager
    async def unknown(self) -> AsyncIterator[AsyncConnection]:
        """A transaction in which nobody is known: it sees no tenant and no person, and may call the named functions."""
        async with self._begun("begin") as connection:
            yield connection

    @asynccontextmanager
    async def looking(self) -> AsyncIterator[AsyncConnection]:
        """Like ``unknown`` for one look-up, which is a transaction of its own: every request asks who comes, and need
        not begin and end one for it."""
        async with self.engine.connect() as connection:
            yield connection

    async def close(self) -> None:
        """Give all connections back."""
        await self.engine.dispose()
