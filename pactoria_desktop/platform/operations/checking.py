"""``pactoria platform check``: everything that would keep the platform from serving, a line each, changing nothing."""

import ssl
from collections.abc import Iterator

from sqlalchemy import create_engine, text
from sqlalchemy.exc import ArgumentError, DBAPIError

from pactoria_desktop.platform.database.engine import driver_url
from pactoria_desktop.platform.database.migrating import form_of, forms, unreachable
from pactoria_desktop.platform.settings import PREFIX, PlatformSettings


def problems(settings: PlatformSettings) -> Iterator[str]:
    """Each problem of settings that are valid by themselves, in one line."""
    yield from _certificate(settings)
    yield from _data(settings)
    if settings.database_url is not None and settings.database_owner_url is not None:
        yield from _database("DATABASE_URL", settings.database_url.get_secret_value(), application=True)
        yield from _database("DATABASE_OWNER_URL", settings.database_owner_url.get_secret_value(), application=False)


def _certificate(settings: PlatformSettings) -> Iterator[str]:
    if settings.certificate is None or settings.key is None:
        return
    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(settings.certificate, settings.key)
    except (OSError, ssl.SSLError) as error:
        reason = getattr(error, "strerror", None) or getattr(error, "reason", None) or "it cannot be read"
        yield f"{PREFIX}CERTIFICATE and {PREFIX}KEY: {reason}."


def _data(settings: PlatformSettings) -> Iterator[str]:
    folder = settings.platform_data
    if folder.exists() and not folder.is_dir():
        yield f"{PREFIX}PLATFORM_DATA: {folder} is not a folder."


def _database(name: str, url: str, *, application: bool) -> Iterator[str]:
    try:
        engine = create_engine(driver_url(url), connect_args={"connect_timeout": 5})
    except ArgumentError:
        yield f"{PREFIX}{name}: is not an address of a PostgreSQL database."
        return
    try:
        with engine.connect() as connection:
            if application:
                superuser, bypasses = connection.execute(
                    text("select rolsuper, rolbypassrls from pg_roles where rolname = current_user")
                ).one()
                if superuser or bypasses:
                    yield f"{PREFIX}{name}: the role passes over row-level security; give the application another."
            elif (form := form_of(connection)) != forms()[-1]:
                yield f"{PREFIX}{name}: the database has form {form or 'none'}; run pactoria platform migrate."
    except DBAPIError as error:
        yield f"{PREFIX}{name}: {unreachable(error)}"
    finally:
        engine.dispose()
