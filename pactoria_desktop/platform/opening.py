"""Making the parts of a platform from its settings: what ``serve``, the tests and the administrator's commands need."""

import base64
import logging
import os
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path

from pactoria_desktop.contract.identity import IdentityMint
from pactoria_desktop.platform.auth.passwords import PasswordHashing
from pactoria_desktop.platform.database.embedded import EmbeddedPostgres, Passwords
from pactoria_desktop.platform.database.engine import Database, make_engine
from pactoria_desktop.platform.database.roles import role_problem
from pactoria_desktop.platform.database.sealing import Seals
from pactoria_desktop.platform.database.secrets_file import own_secrets
from pactoria_desktop.platform.house import House
from pactoria_desktop.platform.notifications.mail import NoMailer
from pactoria_desktop.platform.notifications.posting import QueuedMailer
from pactoria_desktop.platform.operations.metrics import Metrics
from pactoria_desktop.platform.settings import PlatformSettings
from pactoria_desktop.runtime.clock import Clock
from pactoria_desktop.runtime.errors import PactoriaError
from pactoria_desktop.runtime.locking import take_lock

LOCK = "platform.lock"
"""Held in the data folder by the one platform that runs on it."""

_log = logging.getLogger("pactoria.database")


class WallsError(PactoriaError):
    """Nothing would keep organizations apart."""


@dataclass(frozen=True, slots=True)
class Addresses:
    """Where the database is for each role, and the key that everything is sealed under (32 bytes)."""

    application: str
    owner: str
    master_key: bytes
    direct: str | None = None
    """The application role's past a pooler, where there is one."""


@contextmanager
def database_addresses(settings: PlatformSettings, *, stop: bool = True) -> Iterator[Addresses]:
    """The database of the settings; the platform's own one runs inside the ``with``, and on where ``stop`` is False.

    Raises EmbeddedDatabaseError and SecretsFileError.
    """
    given = settings.master_key.get_secret_value() if settings.master_key else None
    if settings.database_url is not None and settings.database_owner_url is not None:
        assert given is not None
        yield Addresses(
            settings.database_url.get_secret_value(),
            settings.database_owner_url.get_secret_value(),
            base64.b64decode(given),
            settings.database_direct_url.get_secret_value() if settings.database_direct_url else None,
        )
        return
    folder = prepared(settings.platform_data)
    kept = own_secrets(folder)
    postgres = EmbeddedPostgres(
        folder, Passwords(kept.superuser_password, kept.owner_password, kept.application_password)
    )
    try:
        yield Addresses(postgres.application_url, postgres.owner_url, base64.b64decode(given or kept.master_key))
    finally:
        if stop:
            postgres.stop()


@contextmanager
def administered_addresses(settings: PlatformSettings, *, alone: bool = False) -> Iterator[Addresses]:
    """The database for a command: a platform that runs on it goes on running. ``alone`` refuses beside one.

    Raises PactoriaError when ``alone`` is asked for and the data folder is in use.
    """
    if not settings.owns_database:
        with database_addresses(settings) as addresses:
            yield addresses
        return
    folder = prepared(settings.platform_data)
    with (folder / LOCK).open("a+b") as lock:
        try:
            take_lock(lock)
        except OSError as error:
            if alone:
                raise PactoriaError(
                    f"A platform runs on the data folder {folder}; nothing was changed; stop it and try again."
                ) from error
            with database_addresses(settings, stop=False) as addresses:
                yield addresses
            return
        with database_addresses(settings) as addresses:
            yield addresses


def prepared(folder: Path) -> Path:
    """The data folder, made when missing. It can be passed through, because the database may run as another user."""
    try:
        folder.mkdir(mode=0o711, parents=True, exist_ok=True)
    except OSError as error:
        raise PactoriaError(
            f"The data folder {folder} cannot be made ({error.strerror}); nothing was started; "
            "name another one with --data."
        ) from error
    return folder


@asynccontextmanager
async def opened_house(
    settings: PlatformSettings,
    addresses: Addresses,
    *,
    clock: Clock,
    address: str = "",
    randomness: Callable[[int], bytes] = os.urandom,
) -> AsyncIterator[House]:
    """The parts on a database that has this program's form. Raises WallsError when the role is too strong."""
    metrics = Metrics()
    slow = settings.slow_query_ms / 1000

    def observe(statement: str, seconds: float) -> None:
        kind = statement.split(None, 1)[0].lower() if statement.strip() else ""
        metrics.statement_seconds.labels(kind).observe(seconds)
        if seconds >= slow:
            metrics.slow_statements.inc()
            # The statement's words hold no values: those are parameters.
            _log.warning("slow_statement", extra={"statement": statement[:300], "milliseconds": round(seconds * 1000)})

    engine = make_engine(
        addresses.application,
        connections=settings.database_connections,
        prepared=settings.database_prepared,
        observe=observe,
    )
    database = Database(engine)
    try:
        async with database.unknown() as connection:
            problem = await role_problem(connection)
        if problem is not None:
            raise WallsError(problem)
        mint = IdentityMint(lambda: int(clock.now().timestamp() * 1000), randomness)
        seals = Seals(addresses.master_key, clock, randomness)
        yield House(
            settings=settings,
            database=database,
            clock=clock,
            mint=mint,
            seals=seals,
            mailer=QueuedMailer(database, seals, mint) if settings.smtp_host is not None else NoMailer(),
            randomness=randomness,
            metrics=metrics,
            passwords=PasswordHashing(),
            address=address,
            direct_database=addresses.direct or addresses.application,
            notices=addresses.direct is not None or settings.database_prepared,
        )
    finally:
        await database.close()
