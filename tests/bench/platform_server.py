"""A server for the benchmarks of the platform, on a socket of its own: the platform, or a bare floor beside it.

Started by ``test_platform.py`` as ``python -m tests.bench.platform_server house|floor SOCKET``; addresses and folder
come as JSON on standard input, so that no password stands in the list of processes. Both run on the loop, and with the
garbage collection, that the platform is served with.
"""

import asyncio
import base64
import hashlib
import json
import sys
from pathlib import Path
from typing import Annotated, Any

import uvicorn
from fastapi import Depends, FastAPI, Header
from pydantic import BaseModel, JsonValue
from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine

from pactoria_desktop.platform.application import create_application
from pactoria_desktop.platform.database.engine import driver_url
from pactoria_desktop.platform.opening import Addresses, opened_house
from pactoria_desktop.platform.operations import garbage
from pactoria_desktop.platform.operations.serving import loop_factory
from pactoria_desktop.platform.settings import PlatformSettings
from pactoria_desktop.runtime.clock import SystemClock

_TOKEN = text(
    "select s.person_id from access_token t join device_session s on s.id = t.session_id where t.token_sha256 = :token"
)
_LIST = text(
    "select id, fields, changed_at from record where organization_id = :organization and kind = 'contract' "
    "and not deleted order by changed_at desc, id desc limit 50"
)
_COUNT = text(
    "update sync_scope set sequence = sequence + :count where organization_id = :organization "
    "and scope = 'organization' returning sequence"
)
_PUSH = text(
    "insert into record select cast(:organization as uuid), 'contract', id, 'organization', null, "
    ":first + row_number() over (), false, fields, '{}', 1, null, now(), now() "
    "from jsonb_to_recordset(cast(:rows as jsonb)) as r (id text, fields jsonb) "
    "on conflict (organization_id, kind, id) do update set fields = excluded.fields, sequence = excluded.sequence"
)


class Line(BaseModel):
    """A contract as the floor shows it."""

    id: str
    title: str
    status: str
    changed_at: Any


class Page(BaseModel):
    """A page of the floor."""

    contracts: list[Line]


class Change(BaseModel):
    """A row of the floor's push."""

    id: str
    fields: dict[str, JsonValue]


class Changes(BaseModel):
    """A push of the floor."""

    rows: list[Change]


def floor(url: str) -> FastAPI:
    """FastAPI and SQLAlchemy, a token looked up and one query; no rules, no walls."""
    engine = create_async_engine(driver_url(url), pool_size=10)
    application = FastAPI()

    async def known(authorization: Annotated[str, Header()]) -> None:
        token = hashlib.sha256(authorization.removeprefix("Bearer ").encode()).digest()
        async with engine.connect() as connection:
            (await connection.execute(_TOKEN, {"token": token})).one()

    @application.get("/list/{organization}", dependencies=[Depends(known)])
    async def listed(organization: str) -> Page:
        async with engine.connect() as connection:
            rows = (await connection.execute(_LIST, {"organization": organization})).all()
        return Page(
            contracts=[
                Line(id=row.id, title=row.fields["title"], status=row.fields["status"], changed_at=row.changed_at)
                for row in rows
            ]
        )

    @application.post("/push/{organization}", dependencies=[Depends(known)])
    async def pushed(organization: str, changes: Changes) -> dict[str, int]:
        rows = json.dumps([one.model_dump() for one in changes.rows])
        async with engine.begin() as connection:
            count = {"organization": organization, "count": len(changes.rows)}
            last = (await connection.execute(_COUNT, count)).scalar_one()
            first = last - len(changes.rows)
            await connection.execute(_PUSH, {"organization": organization, "rows": rows, "first": first})
        return {"sequence": last}

    return application


async def serve(kind: str, path: str, told: dict[str, str]) -> None:
    """Serve until the parent ends this process."""

    async def run(application: FastAPI) -> None:
        garbage.settle()
        await uvicorn.Server(uvicorn.Config(application, uds=path, log_level="error", access_log=False)).serve()

    if kind == "floor":
        await run(floor(told["superuser"]))
        return
    addresses = Addresses(told["application"], told["owner"], base64.b64decode(told["master_key"]))
    settings = PlatformSettings(platform_data=Path(told["data"]))
    async with opened_house(settings, addresses, clock=SystemClock()) as house:
        await run(create_application(house))


if __name__ == "__main__":
    with asyncio.Runner(loop_factory=loop_factory()) as runner:
        runner.run(serve(sys.argv[1], sys.argv[2], json.load(sys.stdin)))
