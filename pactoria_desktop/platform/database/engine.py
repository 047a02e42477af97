"""Connections and transactions. A transaction says for whom it is before anything else; the walls rest on it."""

import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

from sqlalchemy import event, make_url, text
from sqlalchemy.engine import URL
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from pactoria_desktop.platform.database.committed import Committed, begin_noting

Observe = Callable[[str, float], None]
"""Told of each statement: its words (never its values) and its seconds."""

_FOR_WHOM = text(
    "select set_config('app.organization', :organization, true), set_config('app.person', :person, true), "
    "set_config('app.sign_in', :sign_in, true), set_config('statement_timeout', '30000', true)"
)


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


class Database:
    """The database as the application role sees it."""

    def __init__(self, engine: AsyncEngine) -> None:
        """On an engine of the application role."""
        self.engine = engine
        self.committed = Committed()
        """Who is told what a transaction has moved, once it is committed."""
        self._looking = engine.execution_options(isolation_level="AUTOCOMMIT")

    @asynccontextmanager
    async def transaction(
        self, *, organization: str | None = None, person: str | None = None, sign_in: bool = False
    ) -> AsyncIterator[AsyncConnection]:
        """A transaction for an organization and a person; committed at the end, rolled back on any error.

        ``sign_in`` opens the tables of people and is for the room ``auth`` alone.
        """
        async with self.engine.begin() as connection:
            moved = begin_noting(connection)
            await connection.execute(
                _FOR_WHOM,
                {"organization": organization or "", "person": person or "", "sign_in": "on" if sign_in else ""},
            )
            yield connection
        self.committed.tell(moved)

    @asynccontextmanager
    async def unknown(self) -> AsyncIterator[AsyncConnection]:
        """A transaction in which nobody is known: it sees no tenant and no person, and may call the named functions."""
        async with self.engine.begin() as connection:
            yield connection

    @asynccontextmanager
    async def looking(self) -> AsyncIterator[AsyncConnection]:
        """Like ``unknown`` for one look-up, which is a transaction of its own: every request asks who comes, and need
        not begin and end one for it."""
        async with self._looking.connect() as connection:
            yield connection

    async def close(self) -> None:
        """Give all connections back."""
        await self.engine.dispose()
