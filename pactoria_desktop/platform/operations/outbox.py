"""Work for later: a job is written in the transaction of the change that wants it, so that both are kept or neither.

The queue is procrastinate's, on the same PostgreSQL. Arguments are sealed under a key of the platform, because a
mail's words and addresses must not lie open in the database.
"""

import base64
import json
from collections.abc import Mapping

from pydantic import JsonValue
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from pactoria_desktop.platform.database.sealing import OrganizationSeal, Seals

QUEUE = "pactoria"
MAIL = "mail"
PURGE = "purge_organization"
_DEFER = text(
    "select procrastinate_defer_jobs_v1(array[row(:queue, :task, 0, :lock, null, cast(:arguments as jsonb), null)"
    "::procrastinate_job_to_defer_v1])"
)


async def later(
    connection: AsyncConnection, seals: Seals, task: str, *, lock: str | None = None, **arguments: JsonValue
) -> None:
    """Write a job, to be done after this transaction is committed, and not at all where it is not.

    Jobs with the same ``lock`` are done one after the other.
    """
    values = {"queue": QUEUE, "task": task, "lock": lock, "arguments": json.dumps(sealed(seals, task, arguments))}
    await connection.execute(_DEFER, values)


def sealed(seals: Seals, task: str, arguments: Mapping[str, JsonValue]) -> dict[str, str]:
    """Arguments as they lie in the queue."""
    content = json.dumps(arguments, ensure_ascii=False).encode()
    return {"sealed": base64.b64encode(_seal(seals).seal(content, "job", task)).decode()}


def opened(seals: Seals, task: str, content: str) -> dict[str, JsonValue]:
    """Arguments as they were given. Raises UnsealError for those of another task or another platform."""
    value = json.loads(_seal(seals).open(base64.b64decode(content), "job", task))
    assert isinstance(value, dict)
    return value


def _seal(seals: Seals) -> OrganizationSeal:
    return OrganizationSeal("platform", 1, {1: seals.derived("arguments of jobs")})
