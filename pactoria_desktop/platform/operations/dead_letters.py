"""``pactoria platform jobs``: what waits, what was given up, and giving it another try; what is done every hour."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import psycopg

from pactoria_desktop.platform.operations.backup import plain_url
from pactoria_desktop.platform.operations.tending import HOURLY


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """A job that was given up: its number, kind, tries, and since when (ISO 8601)."""

    number: int
    kind: str
    tries: int
    since: str


@dataclass(frozen=True, slots=True)
class HourlyLine:
    """A job of every hour: what it takes away, when it was last put into the queue (ISO 8601; None: never yet), and
    what became of it (done, waits, at work, given up)."""

    kind: str
    title: str
    last: str | None
    state: str


@dataclass(frozen=True, slots=True)
class JobsReport:
    """The queue as it is: how many jobs wait or are being done, what was given up, and the jobs of every hour."""

    waiting: int
    given_up: tuple[DeadLetter, ...]
    again: int = 0
    hourly: tuple[HourlyLine, ...] = ()


_STATES = {"todo": "waits", "doing": "at work", "failed": "given up"}


def jobs_report(owner_url: str, *, again: bool = False) -> JobsReport:
    """Look at the queue as the owner; ``again`` puts everything that was given up back into it."""
    with psycopg.connect(plain_url(owner_url), connect_timeout=10) as connection:
        retried = 0
        if again:
            retried = connection.execute(
                "update procrastinate_jobs set status = 'todo', attempts = 0, scheduled_at = null, worker_id = null "
                "where status = 'failed'"
            ).rowcount
        rows = connection.execute(
            "select j.id, j.task_name, j.attempts, max(e.at) from procrastinate_jobs j "
            "left join procrastinate_events e on e.job_id = j.id where j.status = 'failed' group by j.id order by j.id"
        ).fetchall()
        waiting = connection.execute(
            "select count(*) from procrastinate_jobs where status in ('todo', 'doing')"
        ).fetchone()
        hourly = _hourly(connection)
    letters = tuple(DeadLetter(row[0], row[1], row[2], row[3].isoformat() if row[3] else "") for row in rows)
    return JobsReport(int(waiting[0]) if waiting else 0, letters, retried, hourly)


def _hourly(connection: psycopg.Connection[Any]) -> tuple[HourlyLine, ...]:
    """A job that was done is gone from the queue; the hour that it was for stays."""
    rows = connection.execute(
        "select p.task_name, max(p.defer_timestamp), "
        "(select j.status::text from procrastinate_jobs j where j.task_name = p.task_name order by j.id desc limit 1) "
        "from procrastinate_periodic_defers p group by p.task_name"
    ).fetchall()
    known = {name: (datetime.fromtimestamp(due, UTC).isoformat(), status) for name, due, status in rows}
    lines = []
    for one in HOURLY:
        last, status = known.get(one.name, (None, None))
        state = "not yet" if last is None else _STATES.get(status or "", "done")
        lines.append(HourlyLine(one.name, one.title, last, state))
    return tuple(lines)
