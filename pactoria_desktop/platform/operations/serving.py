"""``pactoria platform serve``: database, migrations, walls, then the server, until it is told to stop."""

import asyncio
import contextlib
import json
import logging
import signal
import socket
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import uvicorn

from pactoria_desktop.platform.application import create_application
from pactoria_desktop.platform.auth.people import first_invitation
from pactoria_desktop.platform.database.migrating import migrate
from pactoria_desktop.platform.house import House
from pactoria_desktop.platform.notifications.smtp import SmtpMailer
from pactoria_desktop.platform.opening import LOCK, database_addresses, opened_house, prepared
from pactoria_desktop.platform.operations import garbage
from pactoria_desktop.platform.operations import logging as lines
from pactoria_desktop.platform.operations.jobs import handlers, working
from pactoria_desktop.platform.operations.reporting import report_errors
from pactoria_desktop.platform.settings import PlatformSettings
from pactoria_desktop.runtime.clock import Clock
from pactoria_desktop.runtime.errors import PactoriaError
from pactoria_desktop.runtime.locking import take_lock

_log = logging.getLogger("pactoria.platform")
_SECONDS_TO_FINISH = 15


class AddressError(PactoriaError):
    """The address cannot be listened on."""


@dataclass(frozen=True, slots=True)
class Announcement:
    """What is printed once the platform is ready; ``invitation`` is the first invitation's link, while it is open."""

    address: str
    invitation: str | None
    data: str

    def as_json(self) -> str:
        """One line of JSON."""
        return json.dumps({"address": self.address, "invitation": self.invitation, "data": self.data})

    def as_words(self) -> str:
        """Lines for a person."""
        first = [f"First invitation: {self.invitation}"] if self.invitation else []
        return "\n".join([f"Pactoria platform: {self.address}", *first, f"Data: {self.data}", "Stop it with Ctrl+C."])


Announce = Callable[[Announcement], None]


def listening(settings: PlatformSettings) -> socket.socket:
    """The socket of the settings' address. Raises AddressError."""
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    found = socket.socket(family, socket.SOCK_STREAM)
    found.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        found.bind((settings.host, settings.port))
    except OSError as error:
        found.close()
        raise AddressError(
            f"Port {settings.port} of {settings.host} cannot be listened on ({error.strerror}); nothing was started; "
            "choose another with --port."
        ) from error
    return found


def address_of(settings: PlatformSettings, port: int) -> str:
    """The address under which people reach the platform."""
    if settings.public_url is not None:
        return settings.public_url
    host = f"[{settings.host}]" if ":" in settings.host else settings.host
    return f"{'https' if settings.certificate else 'http'}://{host}:{port}"


def serve(settings: PlatformSettings, clock: Clock, announce: Announce) -> None:
    """Serve until SIGINT or SIGTERM; ``announce`` is told when the platform is ready.

    Raises the refusals of the database, the walls and the address; then nothing was started.
    """
    lines.configure(settings.log_level, settings.log_form)
    with contextlib.ExitStack() as held:
        held.callback(report_errors(settings))
        held.enter_context(_alone(settings))
        place = held.enter_context(contextlib.closing(listening(settings)))
        addresses = held.enter_context(database_addresses(settings))
        before, after = migrate(addresses.owner)
        if before != after:
            _log.info("migrated", extra={"version": after})
        address = address_of(settings, place.getsockname()[1])

        async def run() -> None:
            async with opened_house(settings, addresses, clock=clock, address=address) as house, _jobs(house):
                await _run(house, place, lambda invitation: announce(
                    Announcement(address, invitation, str(settings.platform_data))
                ))  # fmt: skip

        with asyncio.Runner(loop_factory=loop_factory()) as runner:
            runner.run(run())


@contextlib.contextmanager
def _alone(settings: PlatformSettings) -> Iterator[None]:
    """One process for a data folder whose database is its own; with a database elsewhere there may be many."""
    if not settings.owns_database:
        yield
        return
    folder = prepared(settings.platform_data)
    with (folder / LOCK).open("a+b") as lock:
        try:
            take_lock(lock)
        except OSError as error:
            raise PactoriaError(
                f"A platform already runs on the data folder {folder}; nothing was started; stop it or use --data."
            ) from error
        yield


def _jobs(house: House) -> contextlib.AbstractAsyncContextManager[None]:
    if not house.settings.jobs:
        return contextlib.nullcontext()
    mailer = SmtpMailer(house.settings, house.clock) if house.settings.smtp_host is not None else None
    return working(house, handlers(mailer))


class _Server(uvicorn.Server):
    """A server whose signals are ours: uvicorn would raise them again at its end, in the middle of our own."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave the signals alone."""
        yield


def loop_factory() -> Callable[[], asyncio.AbstractEventLoop]:
    """The event loop that this system is served by."""
    if sys.platform == "win32":
        # psycopg cannot use the proactor.
        return asyncio.SelectorEventLoop
    import uvloop

    return uvloop.new_event_loop


async def _run(house: House, place: socket.socket, ready: Callable[[str | None], None]) -> None:
    settings = house.settings
    configuration = uvicorn.Config(
        create_application(house),
        log_config=None,
        access_log=False,
        server_header=False,
        date_header=True,
        # Who asks behind a proxy is told by ``api.forwarded``, which counts from the proxies' end.
        proxy_headers=False,
        ssl_certfile=settings.certificate,
        ssl_keyfile=settings.key,
        timeout_graceful_shutdown=_SECONDS_TO_FINISH,
        ws="websockets-sansio",
        ws_max_size=4 * 1024 * 1024,
        limit_concurrency=4096,
    )
    server = _Server(configuration)
    loop = asyncio.get_running_loop()

    def stop() -> None:
        server.should_exit = True

    for name in (signal.SIGINT, signal.SIGTERM):
        with contextlib.suppress(NotImplementedError):
            loop.add_signal_handler(name, stop)
    serving = asyncio.create_task(server.serve([place]))
    while not server.started and not serving.done():
        await asyncio.sleep(0.01)
    if server.started:
        garbage.settle()
        ready(await first_invitation(house))
    await serving
