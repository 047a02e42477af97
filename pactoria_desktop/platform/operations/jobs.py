"""The worker: does what the outbox holds, again with growing pauses where it failed, and shows what it gave up on."""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta

import procrastinate
from procrastinate.jobs import Job
from procrastinate.retry import BaseRetryStrategy, RetryDecision
from pydantic import JsonValue
from sqlalchemy import text

from pactoria_desktop.platform.house import House
from pactoria_desktop.platform.notifications.smtp import MailRefusedError, SmtpMailer
from pactoria_desktop.platform.operations.object_store import ObjectStore, object_store
from pactoria_desktop.platform.operations.outbox import MAIL, PURGE, QUEUE, opened
from pactoria_desktop.platform.operations.tending import HOURLY, Hourly
from pactoria_desktop.platform.organizations.keeping import purge_organization

Handler = Callable[[House, Mapping[str, JsonValue]], Awaitable[None]]
"""Does a job. It may be done twice (the worker died before it said so), so it must bear that."""

MOST_ATTEMPTS = 12
LATE = timedelta(minutes=15)
"""A job that waits this long although its time has come means that nobody works."""

_FIRST_PAUSE, _LONGEST_PAUSE = 5, 3600
_SECONDS_OF_SILENCE = 45
_SECONDS_TO_FINISH = 10
_SECONDS_TO_CONNECT = 5.0
_log = logging.getLogger("pactoria.jobs")


@dataclass(frozen=True, slots=True)
class Rhythm:
    """How often the worker looks, in seconds. Notices of PostgreSQL come in between where they can."""

    poll: float = 5.0
    sweep: float = 30.0
    first_pause: float = _FIRST_PAUSE
    every: str | None = None
    """When the hourly jobs are due, as cron says it with seconds at the end; None is once an hour."""


class _Patience(BaseRetryStrategy):
    """Pauses of 5 s, 10 s, 20 s and so on to an hour; twelve tries in all, which is about five hours."""

    def __init__(self, first_pause: float) -> None:
        self._first_pause = first_pause

    def get_retry_decision(self, *, exception: BaseException, job: Job) -> RetryDecision | None:
        """Another try, or none for what another try would not change."""
        if isinstance(exception, MailRefusedError) or job.attempts + 1 >= MOST_ATTEMPTS:
            return None
        seconds = min(_LONGEST_PAUSE, self._first_pause * 2**job.attempts)
        return RetryDecision(retry_in={"seconds": max(1, int(seconds)) if seconds >= 1 else 0})


def handlers(mailer: SmtpMailer | None) -> dict[str, Handler]:
    """What is done for each kind of job."""

    async def mail(house: House, arguments: Mapping[str, JsonValue]) -> None:
        if mailer is None:
            raise MailRefusedError("There is no mail server any more; the message is not sent.")
        await mailer.deliver(*(str(arguments[name]) for name in ("to", "subject", "text", "id")))

    async def purge(house: House, arguments: Mapping[str, JsonValue]) -> None:
        organization = str(arguments["organization"])
        if await purge_organization(house, organization):
            await _remove_files(object_store(house.settings), organization)

    return {MAIL: mail, PURGE: purge}


async def _remove_files(store: ObjectStore, organization: str) -> None:
    """Remove the stored files of an organization that is gone."""
    async for page in store.list(prefix=organization):
        await store.delete_async([str(found["path"]) for found in page])


@asynccontextmanager
async def working(
    house: House, tasks: Mapping[str, Handler], rhythm: Rhythm | None = None, *, hourly: Sequence[Hourly] = HOURLY
) -> AsyncIterator[None]:
    """Work in the background until the block ends; then jobs that are being done have ten seconds to finish."""
    rhythm = rhythm or Rhythm()
    connector = procrastinate.PsycopgConnector(
        conninfo=house.direct_database,
        min_size=1,
        max_size=4,
        timeout=_SECONDS_TO_CONNECT,
        kwargs={"application_name": "pactoria jobs", "prepare_threshold": 5 if house.notices else None},
    )
    queue = procrastinate.App(connector=connector)
    for name, handler in tasks.items():
        _register(queue, house, name, handler, rhythm)
    for one in hourly:
        _register_hourly(queue, house, one, rhythm)
    async with queue.open_async():
        worker = asyncio.create_task(
            queue.run_worker_async(
                queues=[QUEUE],
                concurrency=2,
                fetch_job_polling_interval=rhythm.poll,
                shutdown_graceful_timeout=_SECONDS_TO_FINISH,
                # A pooler that hands out other connections does not carry notices.
                listen_notify=house.notices,
                delete_jobs="successful",
                install_signal_handlers=False,
            )
        )
        sweeper = asyncio.create_task(_sweep(queue, house, rhythm))
        try:
            yield
        finally:
            sweeper.cancel()
            worker.cancel()
            for task in (sweeper, worker):
                try:
                    await task
                except asyncio.CancelledError:
                    continue
                except procrastinate.exceptions.ConnectorException as error:
                    # What was being done is taken up by the next worker, as after a crash.
                    _log.warning("worker_not_signed_off", extra={"kind": type(error).__name__})


def _register(queue: procrastinate.App, house: House, name: str, handler: Handler, rhythm: Rhythm) -> None:
    async def do(context: procrastinate.JobContext, sealed: str) -> None:
        async with _watched(house, context, patience):
            await handler(house, opened(house.seals, name, sealed))

    patience = _Patience(rhythm.first_pause)
    queue.task(name=name, queue=QUEUE, retry=patience, pass_context=True)(do)


def _register_hourly(queue: procrastinate.App, house: House, job: Hourly, rhythm: Rhythm) -> None:
    async def do(context: procrastinate.JobContext, timestamp: int) -> None:
        async with _watched(house, context, patience):
            done = await job.do(house)
            _log.info("tended", extra={"kind": job.name, "due": timestamp, "count": done})

    patience = _Patience(rhythm.first_pause)
    # One at work and one that waits at the most: an hour that comes while the former one fails is not queued up.
    task = queue.task(
        name=job.name, queue=QUEUE, retry=patience, pass_context=True, lock=job.name, queueing_lock=job.name
    )(do)
    queue.periodic(cron=rhythm.every or f"{job.minute} * * * *")(task)


@asynccontextmanager
async def _watched(house: House, context: procrastinate.JobContext, patience: _Patience) -> AsyncIterator[None]:
    """Count how a job ends, and write it down."""
    name = context.job.task_name
    facts = {"job": context.job.id, "kind": name, "attempt": context.job.attempts + 1}
    try:
        yield
    except Exception as error:
        last = patience.get_retry_decision(exception=error, job=context.job) is None
        outcome = "given_up" if last else "failed"
        house.metrics.jobs.labels(name, outcome).inc()
        if last:
            _log.error("job_given_up", extra=facts, exc_info=error)
        else:
            _log.warning("job_failed", extra=facts, exc_info=error)
        raise
    house.metrics.jobs.labels(name, "done").inc()
    _log.info("job_done", extra=facts)


async def _sweep(queue: procrastinate.App, house: House, rhythm: Rhythm) -> None:
    """Give jobs of workers that fell silent to others, and keep the figures."""
    while True:
        try:
            for job in await queue.job_manager.get_stalled_jobs(seconds_since_heartbeat=_SECONDS_OF_SILENCE):
                _log.warning("job_taken_over", extra={"job": job.id, "kind": job.task_name})
                await queue.job_manager.retry_job(job)
            waiting, given_up = await counts(house)
            house.metrics.jobs_waiting.set(waiting)
            house.metrics.jobs_given_up.set(given_up)
        except Exception as error:  # noqa: BLE001 - the database may be away for a moment; the next round sees
            _log.warning("jobs_not_swept", exc_info=error)
        await asyncio.sleep(rhythm.sweep)


async def counts(house: House) -> tuple[int, int]:
    """How many jobs wait or are being done, and how many were given up."""
    async with house.database.unknown() as connection:
        row = (
            await connection.execute(
                text(
                    "select count(*) filter (where status in ('todo', 'doing')), "
                    "count(*) filter (where status = 'failed') from procrastinate_jobs"
                )
            )
        ).one()
    return int(row[0]), int(row[1])


async def jobs_ready(house: House) -> str | None:
    """Whether somebody works: no job waits a quarter of an hour beyond its time."""
    late = text(
        "select exists (select 1 from procrastinate_jobs j where j.status = 'todo' and coalesce(j.scheduled_at, "
        "(select max(e.at) from procrastinate_events e where e.job_id = j.id)) < now() - cast(:late as interval))"
    )
    async with house.database.unknown() as connection:
        waits = (await connection.execute(late, {"late": LATE})).scalar()
    return "Jobs wait for more than a quarter of an hour; no node works on them." if waits else None
