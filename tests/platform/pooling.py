"""A pgbouncer in transaction mode before the tests' PostgreSQL: every transaction may have another connection.

Nothing of a session lives on from one transaction to the next there: no prepared statement, no ``SET``, no advisory
lock of the session, no ``LISTEN``. ``PACTORIA_TEST_POOLED=1`` sends all that the application role asks through it.
"""

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import make_url

VARIABLE = "PACTORIA_TEST_POOLED"
_PORT = 6432
_SECONDS_TO_START = 10


def pooled() -> bool:
    """Whether the tests are to go through a pooler."""
    return os.environ.get(VARIABLE) == "1"


@contextmanager
def pooler(application_url: str) -> Iterator[Path]:
    """A pgbouncer for the application role of an address; gives the folder of its socket.

    Fails where the program is missing: a run that was asked to be pooled is none without it.
    """
    program = shutil.which("pgbouncer", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
    if program is None:
        raise RuntimeError(f"{VARIABLE} asks for pgbouncer, which is not installed: apt-get install pgbouncer")
    address = make_url(application_url)
    with tempfile.TemporaryDirectory(prefix="pactoria-pooler-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        people = folder / "people.txt"
        people.write_text(f'"{address.username}" "{address.password}"\n', encoding="utf-8")
        settings = folder / "pgbouncer.ini"
        settings.write_text(
            "\n".join(
                [
                    "[databases]",
                    f"* = host={address.query['host']} port={address.query['port']}",
                    "[pgbouncer]",
                    f"unix_socket_dir = {folder}",
                    f"listen_port = {_PORT}",
                    "auth_type = plain",
                    f"auth_file = {people}",
                    "pool_mode = transaction",
                    # Handed out in turn, so that two transactions of one client rarely meet the same connection.
                    "server_round_robin = 1",
                    "default_pool_size = 6",
                    "max_client_conn = 500",
                    "server_idle_timeout = 2",
                    "ignore_startup_parameters = extra_float_digits",
                    "log_connections = 0",
                    "log_disconnections = 0",
                    "",
                ]
            ),
            encoding="utf-8",
        )
        as_whom = []
        if os.getuid() == 0:
            # It refuses to run as root, and must reach the socket: it runs as the one whose that is.
            whose = pwd.getpwuid(Path(str(address.query["host"])).stat().st_uid)
            for path in (folder, people, settings):
                os.chown(path, whose.pw_uid, whose.pw_gid)
            folder.chmod(0o711)
            as_whom = ["-u", whose.pw_name]
        process = subprocess.Popen([program, "-q", *as_whom, str(settings)])
        try:
            _await_start(folder / f".s.PGSQL.{_PORT}", process)
            yield folder
        finally:
            process.terminate()
            process.wait(10)


def through(url: str, folder: Path) -> str:
    """An address of the database, by the pooler in a folder."""
    query = {"host": str(folder), "port": str(_PORT)}
    return make_url(url).set(query=query).render_as_string(hide_password=False)


def _await_start(place: Path, process: "subprocess.Popen[bytes]") -> None:
    until = time.monotonic() + _SECONDS_TO_START
    while True:
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as line:
            try:
                line.connect(str(place))
            except OSError:
                if process.poll() is not None or time.monotonic() > until:
                    raise RuntimeError("pgbouncer did not start; see its words above.") from None
                time.sleep(0.05)
            else:
                return
