"""The forms that a library has had, and bringing an older one to this program's.

Opening asks the library for its form with one statement; SQLAlchemy and Alembic, which take longer to import than the
window to paint, are imported only when there is something to do.
"""

import contextlib
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

from sqlcipher3 import dbapi2

from pactoria_desktop.runtime.files import write_error
from pactoria_desktop.runtime.library_key import LibraryKey
from pactoria_desktop.store.cipher import RawConnection, connect, copy_into
from pactoria_desktop.store.errors import LibraryDamagedError, LibraryNewerError, refusal_for

FORMS = ("0001", "0002", "0003")
SCRIPTS = "pactoria_desktop.store:migrations"


def form_of(connection: RawConnection) -> str | None:
    """The form of an open library, None for one without tables. Raises LibraryDamagedError when it has several."""
    tables = {name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    if "alembic_version" not in tables:
        if tables:
            raise LibraryDamagedError(
                "The library does not say which form it has; nothing was changed; restore a backup."
            )
        return None
    forms = connection.execute("SELECT version_num FROM alembic_version").fetchall()
    if len(forms) != 1:
        raise LibraryDamagedError("The library does not say which form it has; nothing was changed; restore a backup.")
    return str(forms[0][0])


def bring_up_to_date(
    path: Path,
    key: LibraryKey,
    *,
    copies: Path,
    now: Callable[[], datetime],
    kept: int = 3,
    forms: tuple[str, ...] = FORMS,
    scripts: str = SCRIPTS,
) -> Path | None:
    """Give the library at ``path`` the last form; an older one is copied to ``copies`` first, under its own key.

    Returns the copy, None where none was needed. Only the ``kept`` youngest copies stay. Raises LibraryNewerError for a
    form that this program does not know, MigrationError when the change failed and the library is as it was, and
    WriteError when there is no room for the copy.
    """
    with contextlib.closing(connect(path, key)) as connection:
        form = form_of(connection)
        if form == forms[-1]:
            return None
        if form is not None and form not in forms:
            raise LibraryNewerError(
                f"The library was made by a newer Pactoria (form {form[:40]}, this one knows {forms[-1]}); "
                "nothing was changed; install the newer program."
            )
        copy = None if form is None else _copy(connection, copies, form, now(), kept)
    from pactoria_desktop.store.making import upgrade

    upgrade(path, key, scripts)
    return copy


def _copy(connection: RawConnection, copies: Path, form: str, at: datetime, kept: int) -> Path:
    """A whole copy of the library as it is, encrypted by the same key."""
    try:
        copies.mkdir(mode=0o700, parents=True, exist_ok=True)
        older = sorted(copies.glob("library-*.db"), key=lambda path: path.name.rsplit("-", 1)[-1])
    except OSError as error:
        raise write_error(copies, error) from error
    # At the same instant or an earlier one than the last copy: a clock may have been set back.
    target = copies / f"library-{form}-{at.strftime('%Y%m%dT%H%M%S%f')}.db"
    while target.exists():
        at += timedelta(microseconds=1)
        target = target.with_name(f"library-{form}-{at.strftime('%Y%m%dT%H%M%S%f')}.db")
    try:
        copy_into(connection, target)
    except dbapi2.DatabaseError as error:
        target.unlink(missing_ok=True)
        refusal = refusal_for(error)
        if refusal is None:
            raise
        raise refusal from error
    target.chmod(0o600)
    for old in older[: max(0, len(older) + 1 - kept)]:
        old.unlink()
    return target
