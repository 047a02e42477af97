"""``pactoria platform jobs``: what waits, what was given up, and giving it another try."""

from dataclasses import dataclass

import psycopg

from pactoria_desktop.platform.operations.backup import plain_url


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """A job that was given up: its number, kind, tries, and since when (ISO 8601)."""

    number: int
    kind: str
    tries: int
    since: str


@dataclass(frozen=True, slots=True)
class JobsReport:
    """The queue as it is: how many jobs wait or are being done, and what was given up."""

    waiting: int
    given_up: tuple[DeadLetter, ...]
    again: int = 0


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
    letters = tuple(DeadLetter(row[0], row[1], row[2], row[3].isoformat() if row[3] else "") for row in rows)
    return JobsReport(int(waiting[0]) if waiting else 0, letters, retried)
