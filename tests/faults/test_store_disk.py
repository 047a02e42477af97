"""A full, read-only or failing disk is a sentence, and nothing that was typed is lost."""

import contextlib
import errno
import os
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlcipher3 import dbapi2

from pactoria_desktop.runtime.clock import ManualClock
from pactoria_desktop.runtime.errors import DiskFullError, ReadOnlyError, WriteError
from pactoria_desktop.runtime.library_key import LibraryKey
from pactoria_desktop.runtime.paths import Home
from pactoria_desktop.store.backup import back_up
from pactoria_desktop.store.cipher import connect
from pactoria_desktop.store.contracts import Contracts
from pactoria_desktop.store.errors import LibraryDamagedError
from pactoria_desktop.store.integrity import damages, page_damages
from pactoria_desktop.store.journal import JournalWriter
from pactoria_desktop.store.library import Library, open_library
from pactoria_desktop.store.packages import Packages
from pactoria_desktop.store.texts import Texts, Update

CLOCK = ManualClock(datetime(2026, 11, 22, tzinfo=UTC))


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    key = LibraryKey.random(os.urandom)
    with contextlib.closing(open_library(Home(tmp_path / "home"), lambda new: key, CLOCK)) as opened:
        with opened.writing() as session:
            Contracts(session).add("a", "A", at=1)
            Texts(session).save_snapshot("a", b"s", b"{}", "00", upto=0, at=1)
        yield opened


@pytest.mark.parametrize(
    ("limit", "kind"),
    [("PRAGMA max_page_count = {pages}", DiskFullError), ("PRAGMA query_only = ON", ReadOnlyError)],
)
def test_updates_stay_in_memory_until_the_disk_takes_them(library: Library, limit: str, kind: type[WriteError]):
    limited = [True]

    def write(group: object) -> None:
        with library.writing() as session:
            connection = session.connection()
            pages = connection.exec_driver_sql("PRAGMA page_count").scalar() or 0
            if limited[0]:
                connection.exec_driver_sql(limit.format(pages=pages + 4))
            try:
                Texts(session).append(group)  # type: ignore[arg-type]
            finally:
                connection.exec_driver_sql("PRAGMA query_only = OFF")
                connection.exec_driver_sql("PRAGMA max_page_count = 1000000")

    now = [0.0]
    writer = JournalWriter(write, lambda: now[0])
    updates = [Update("a", bytes([number]) * 20_000, number) for number in range(20)]
    for update in updates:
        writer.add(update)
    for _ in range(3):
        now[0] += 1
        assert writer.due()
        with pytest.raises(kind) as refused:
            writer.flush()
        assert "\n" not in refused.value.sentence
        assert writer.pending == len(updates)
    with library.reading() as session:
        assert Texts(session).open("a").updates == ()
    limited[0] = False
    assert writer.flush() == len(updates)
    with library.writing() as session:
        assert Texts(session).open("a").updates == tuple(update.content for update in updates)
        assert damages(session) == ()


def test_a_change_that_finds_no_room_is_undone_whole(library: Library):
    def grow() -> None:
        with library.writing() as session:
            connection = session.connection()
            pages = connection.exec_driver_sql("PRAGMA page_count").scalar() or 0
            connection.exec_driver_sql(f"PRAGMA max_page_count = {pages + 4}")
            Contracts(session).rename("a", title="B", at=2)
            Packages(session).add(os.urandom(1_000_000), "p.docx", at=2)

    with pytest.raises(DiskFullError):
        grow()
    with library.writing() as session:
        session.connection().exec_driver_sql("PRAGMA max_page_count = 1000000")
        assert Contracts(session).get("a").title == "A"
        assert session.execute(text("SELECT count(*) FROM package_chunk")).scalar() == 0
        assert damages(session) == ()


WRITING_UNDER_A_LIMIT = """
import os, resource, sys
from pathlib import Path
from pactoria_desktop.runtime.clock import SystemClock
from pactoria_desktop.runtime.errors import WriteError
from pactoria_desktop.runtime.library_key import LibraryKey
from pactoria_desktop.runtime.paths import Home
from pactoria_desktop.store.contracts import Contracts
from pactoria_desktop.store.integrity import damages
from pactoria_desktop.store.library import open_library
from pactoria_desktop.store.packages import Packages

home, key = Home(Path(sys.argv[1])), LibraryKey(bytes(32))
library = open_library(home, lambda new: key, SystemClock())
resource.setrlimit(resource.RLIMIT_FSIZE, (1_500_000, resource.RLIM_INFINITY))
written, refused = 0, 0
for number in range(40):
    try:
        with library.writing() as session:
            Contracts(session).add(str(number), "T", at=1)
            Packages(session).add(os.urandom(100_000), "p", at=1)
        written += 1
    except WriteError:
        refused += 1
resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
with library.writing() as session:
    Contracts(session).add("last", "T", at=1)
library.close()
library = open_library(home, lambda new: key, SystemClock())
with library.writing() as session:
    assert damages(session) == (), damages(session)
    from sqlalchemy import text
    count = session.execute(text("SELECT count(*) FROM contract")).scalar()
    packages = session.execute(text("SELECT count(*) FROM package")).scalar()
print(written, refused, count, packages)
"""


def test_a_file_that_may_not_grow_loses_only_what_was_refused(tmp_path: Path):
    if sys.platform == "win32":
        pytest.skip("this system has no limit on the size of a process's files")
    done = subprocess.run(
        [sys.executable, "-c", WRITING_UNDER_A_LIMIT, str(tmp_path / "home")],
        capture_output=True,
        text=True,
        timeout=60,
        cwd=Path(__file__).parents[2],
        check=False,
    )
    assert done.returncode == 0, done.stderr
    written, refused, contracts, packages = map(int, done.stdout.split())
    assert refused > 0
    assert written > 0
    assert contracts == written + 1
    assert packages == written


def test_a_folder_that_may_not_be_written_is_a_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    home, key = Home(tmp_path / "home"), LibraryKey.random(os.urandom)
    home.prepare()

    def forbidden(*arguments: object) -> int:
        raise OSError(errno.EROFS, "Read-only file system")

    monkeypatch.setattr(os, "open", forbidden)
    with pytest.raises(ReadOnlyError) as refused:
        open_library(home, lambda new: key, CLOCK)
    assert "\n" not in refused.value.sentence


def test_what_the_disk_refuses_names_the_library_and_a_backup_its_target(library: Library, tmp_path: Path):
    def write() -> None:
        with library.writing() as session:
            session.connection().exec_driver_sql("PRAGMA query_only = ON")
            try:
                Contracts(session).rename("a", title="B", at=2)
            finally:
                session.connection().exec_driver_sql("PRAGMA query_only = OFF")

    with pytest.raises(ReadOnlyError, match=r"home/library\.db may not be written"):
        write()
    with pytest.raises(WriteError, match="could not be opened") as refused:
        connect(tmp_path / "none.db", library.key)
    assert "none.db" in refused.value.sentence

    def full(connection: object, target: Path) -> None:
        error = dbapi2.OperationalError("database or disk is full")
        error.sqlite_errorcode = 13  # type: ignore[attr-defined]
        raise error

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("pactoria_desktop.store.backup.copy_into", full)
        with pytest.raises(DiskFullError, match=r"my\.pactoria") as told:
            back_up(library, tmp_path / "my.pactoria", passphrase=None)
    assert "the library is safe" in told.value.sentence


def test_flipped_bits_are_found_and_never_read_as_text(tmp_path: Path):
    home, key = Home(tmp_path / "home"), LibraryKey.random(os.urandom)
    with contextlib.closing(open_library(home, lambda new: key, CLOCK)) as opened, opened.writing() as session:
        for number in range(50):
            Contracts(session).add(str(number), "Title " * 200, at=1)
        Packages(session).add(os.urandom(500_000), "p.docx", at=1)
    content = bytearray(home.library.read_bytes())
    for page in range(150, len(content) // 4096, 3):
        content[page * 4096 + 100] ^= 0x40
    home.library.write_bytes(content)
    with contextlib.closing(open_library(home, lambda new: key, CLOCK)) as opened:
        with opened.reading() as session:
            assert "pages" in {damage.subject for damage in page_damages(session)}

        def read_everything() -> None:
            with opened.reading() as session:
                for table in ("package_chunk", "contract", "search_text"):
                    session.execute(text(f"SELECT * FROM {table}")).all()

        with pytest.raises(LibraryDamagedError):
            read_everything()
