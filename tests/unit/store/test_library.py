"""One library: encrypted, opened by its key alone, by one process, in one form."""

import contextlib
import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import text

from pactoria_desktop.runtime.clock import ManualClock
from pactoria_desktop.runtime.errors import WriteError
from pactoria_desktop.runtime.library_key import LibraryKey, key_from_recovery, recovery_text
from pactoria_desktop.runtime.paths import Home
from pactoria_desktop.runtime.secrets import KeyKeeper, PassphraseSources, SystemKeyring
from pactoria_desktop.store.cipher import connect
from pactoria_desktop.store.contracts import Contracts
from pactoria_desktop.store.engine import make_engine
from pactoria_desktop.store.errors import (
    LibraryClosedToKeyError,
    LibraryDamagedError,
    LibraryEndedError,
    LibraryInUseError,
    LibraryMissingError,
    LibraryNewerError,
    MigrationError,
)
from pactoria_desktop.store.forms import FORMS, SCRIPTS, bring_up_to_date
from pactoria_desktop.store.library import Library, open_library, temporary_library
from pactoria_desktop.store.making import make_new
from pactoria_desktop.store.schema import Base
from pactoria_desktop.store.search_index import is_index_table

Opening = Callable[[], Library]


def test_what_is_written_is_there_at_the_next_opening(opening: Opening):
    first = opening()
    with first.writing() as session:
        Contracts(session).add("a", "Master services", at=1)
    first.close()
    with opening().reading() as session:
        assert Contracts(session).get("a").title == "Master services"


def test_a_failed_block_and_a_reading_one_leave_nothing(library: Library):
    def fail() -> None:
        with library.writing() as session:
            Contracts(session).add("a", "A", at=1)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    with library.reading() as session:
        Contracts(session).add("b", "B", at=1)
    with library.reading() as session:
        assert Contracts(session).find("a") is None
        assert Contracts(session).find("b") is None


def test_a_reader_sees_one_state_while_others_write(library: Library):
    with library.reading() as session:
        assert Contracts(session).find("a") is None
        with library.writing() as other:
            Contracts(other).add("a", "A", at=1)
        assert Contracts(session).find("a") is None
    with library.reading() as session:
        assert Contracts(session).find("a") is not None


def test_writers_of_one_process_wait_for_each_other(library: Library):
    failures: list[BaseException] = []

    def write(number: int) -> None:
        try:
            for count in range(10):
                with library.writing() as session:
                    Contracts(session).add(f"{number}-{count}", "T", at=1)
        except BaseException as error:  # noqa: BLE001
            failures.append(error)

    threads = [threading.Thread(target=write, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    with library.reading() as session:
        assert session.execute(text("SELECT count(*) FROM contract")).scalar() == 40


def test_a_thread_that_comes_after_the_end_writes_into_no_file(opening: Opening, home: Home):
    library, begun, go_on = opening(), threading.Event(), threading.Event()
    with library.writing() as session:
        Contracts(session).add("a", "Before", at=1)
    outcome: list[object] = []

    def late() -> None:
        begun.set()
        go_on.wait(10)
        try:
            with library.writing() as session:
                Contracts(session).add("b", "Too late", at=2)
            outcome.append("written")
        except LibraryEndedError as error:
            outcome.append(error)

    thread = threading.Thread(target=late)
    thread.start()
    begun.wait(10)
    library.close()
    library.close()
    go_on.set()
    thread.join(10)
    assert isinstance(outcome[0], LibraryEndedError)
    with pytest.raises(LibraryEndedError), library.reading():
        pass
    with opening().reading() as session:
        assert Contracts(session).find("b") is None


def test_every_connection_is_durable_and_guarded(library: Library):
    with contextlib.ExitStack() as stack:
        for _ in range(4):
            session = stack.enter_context(library.reading())
            connection = session.connection()
            values = [
                connection.exec_driver_sql(f"PRAGMA {name}").scalar()
                for name in ("journal_mode", "synchronous", "foreign_keys", "temp_store")
            ]
            assert values == ["wal", 2, 1, 2]


def test_another_key_is_refused_in_one_sentence(
    opening: Opening, home: Home, clock: ManualClock, capfd: pytest.CaptureFixture[str]
):
    opening().close()
    before = home.library.read_bytes()
    with pytest.raises(LibraryClosedToKeyError) as refused:
        open_library(home, lambda new: LibraryKey.random(os.urandom), clock)
    assert "\n" not in refused.value.sentence
    assert home.library.read_bytes() == before
    said = capfd.readouterr()
    assert (said.out, said.err) == ("", "")
    opening()


def test_the_key_is_in_no_repr_and_no_error(library: Library, key: LibraryKey):
    engine = make_engine(library.home.library, key)
    shown = f"{engine!r} {engine.url!r} {engine.pool!r} {library!r} {vars(library)!r}"
    with pytest.raises(Exception, match="no such table") as error, engine.connect() as connection:
        connection.execute(text("SELECT :secret FROM nowhere"), {"secret": "Canary clause"})
    shown += repr(error.value) + str(error.value)
    engine.dispose()
    assert key.hexadecimal() not in shown.lower()
    assert "Canary" not in shown


def test_a_second_process_gets_one_sentence(library: Library, home: Home, key: LibraryKey, clock: ManualClock):
    with pytest.raises(LibraryInUseError, match=str(os.getpid())):
        open_library(home, lambda new: key, clock)
    program = f"""
import sys
from pathlib import Path
from pactoria_desktop.store.lock import LibraryLock
from pactoria_desktop.store.errors import LibraryInUseError
try:
    LibraryLock(Path({str(home.lock)!r}))
except LibraryInUseError as error:
    print(error.sentence)
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=True)
    assert str(os.getpid()) in done.stdout
    assert done.stdout.count("\n") == 1


def test_a_refused_opening_lets_the_lock_go(home: Home, key: LibraryKey, clock: ManualClock):
    with pytest.raises(LibraryMissingError):
        open_library(home, lambda new: key, clock, create=False)
    asked: list[bool] = []

    def refuse(new: bool) -> LibraryKey:
        asked.append(new)
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        open_library(home, refuse, clock)
    assert asked == [True]
    assert not home.library.exists()
    open_library(home, lambda new: key, clock).close()


def test_what_a_killed_backup_left_goes_at_the_next_opening(opening: Opening, home: Home):
    home.prepare()
    (home.folder / ".pactoria-x").mkdir()
    (home.folder / ".pactoria-x" / "copy.db").write_bytes(b"half")
    opening()
    assert sorted(path.name for path in home.folder.glob(".*")) == []


def test_the_recovery_key_opens_a_library_whose_keeper_forgot_it(
    opening: Opening, home: Home, key: LibraryKey, clock: ManualClock
):
    opening().close()
    printed = recovery_text(key)
    again = open_library(home, lambda new: key_from_recovery(printed), clock)
    sources = PassphraseSources(environment={"PACTORIA_PASSPHRASE": "new words"})
    keeper = KeyKeeper(
        home.key_file,
        keyring=SystemKeyring(),
        passphrases=sources,
        randomness=os.urandom,
        unlock_seconds=0.001,
    )
    keeper.keep(again.key)
    again.close()
    open_library(home, lambda new: keeper.find(), clock).close()


def test_a_temporary_library_leaves_nothing(clock: ManualClock):
    with temporary_library(clock) as library:
        folder = library.home.folder
        with library.writing() as session:
            Contracts(session).add("a", "A", at=1)
        assert folder.exists()
    assert not folder.exists()


def schema_of(path: Path, key: LibraryKey) -> set[tuple[str, str, str]]:
    with contextlib.closing(connect(path, key)) as connection:
        rows = connection.execute("SELECT type, name, coalesce(sql, '') FROM sqlite_master").fetchall()
    return {
        (kind, name, " ".join(sql.replace('"', "").split()).replace("( ", "(").replace(" )", ")"))
        for kind, name, sql in rows
    }


def test_the_migrations_and_the_tables_are_the_same(
    tmp_path: Path, key: LibraryKey, clock: ManualClock, library: Library
):
    empty, new = tmp_path / "migrated.db", tmp_path / "new.db"
    for path in (empty, new):
        connect(path, key, create=True).close()
    bring_up_to_date(empty, key, copies=tmp_path / "copies", now=clock.now)
    make_new(new, key)
    migrated, made = schema_of(empty, key), schema_of(new, key)
    assert {row[:2] for row in migrated} == {row[:2] for row in made}
    indexed = {row for row in migrated if is_index_table(row[1]) or row[0] == "trigger"}
    assert indexed == {row for row in made if is_index_table(row[1]) or row[0] == "trigger"}
    for path in (empty, new):
        engine = make_engine(path, key)
        with engine.connect() as connection:
            options = {"include_object": lambda item, name, kind, *rest: not (kind == "table" and is_index_table(name))}
            assert compare_metadata(MigrationContext.configure(connection, opts=options), Base.metadata) == []
        engine.dispose()


def test_the_known_forms_are_those_of_the_migrations():
    config = Config()
    config.set_main_option("script_location", SCRIPTS)
    scripts = ScriptDirectory.from_config(config)
    assert tuple(reversed([script.revision for script in scripts.walk_revisions()])) == FORMS


def later_scripts(folder: Path, body: str) -> str:
    """A copy of the migrations with one more form, as a later program would have it."""
    config = Config()
    config.set_main_option("script_location", SCRIPTS)
    shutil.copytree(ScriptDirectory.from_config(config).dir, folder / "later")
    (folder / "later" / "versions" / "later.py").write_text(
        "import sqlalchemy as sa\nfrom alembic import op\n"
        f"revision = 'later'\ndown_revision = {FORMS[-1]!r}\nbranch_labels = None\ndepends_on = None\n"
        f"def upgrade():\n    {body}\n"
    )
    return str(folder / "later")


@pytest.mark.parametrize("form", FORMS)
def test_each_released_form_is_brought_up_to_date_with_all_it_holds(
    tmp_path: Path, key: LibraryKey, clock: ManualClock, form: str
):
    path = tmp_path / "old.db"
    connect(path, key, create=True).close()
    older = FORMS[: FORMS.index(form) + 1]
    engine = make_engine(path, key)
    with engine.connect().execution_options(pactoria_writes=True) as connection, connection.begin():
        from alembic import command

        config = Config()
        config.set_main_option("script_location", SCRIPTS)
        config.attributes["connection"] = connection
        command.upgrade(config, older[-1])
        connection.exec_driver_sql(
            "INSERT INTO contract(id, title, title_key, counterparty, counterparty_key, status, created_at, "
            "changed_at) "
            "VALUES ('a', 'Kept', 'kept', 'C', 'c', 'draft', 1, 1)"
        )
        connection.exec_driver_sql("INSERT INTO contract_tag VALUES (1, 'tag')")
        connection.exec_driver_sql(
            "INSERT INTO version(contract, number, id, name, made_at, author, frontier, text_sha256, content_sha256, "
            "counterparty, former, hash) VALUES ('a', 1, 'v', 'Kept', '', '', '', '', '', '', '', 'h')"
        )
    engine.dispose()
    body = "\n    ".join(
        [
            "with op.batch_alter_table('contract', recreate='always') as batch:",
            "    batch.add_column(sa.Column('colour', sa.String(), nullable=True))",
        ]
    )
    scripts = later_scripts(tmp_path, body)
    copy = bring_up_to_date(
        path, key, copies=tmp_path / "copies", now=clock.now, forms=(*FORMS, "later"), scripts=scripts
    )
    assert copy is not None
    with contextlib.closing(connect(path, key)) as raw:
        assert raw.execute("SELECT title, colour FROM contract").fetchall() == [("Kept", None)]
        assert raw.execute("SELECT tag FROM contract_tag").fetchall() == [("tag",)]
        assert raw.execute("SELECT contract, number, id, hash FROM version").fetchall() == [("a", 1, "v", "h")]
    with contextlib.closing(connect(copy, key)) as raw:
        assert raw.execute("SELECT title FROM contract").fetchall() == [("Kept",)]
        assert raw.execute("SELECT version_num FROM alembic_version").fetchall() == [(form,)]


def test_a_failed_change_of_form_leaves_the_library_as_it_was(
    tmp_path: Path, opening: Opening, home: Home, key: LibraryKey, clock: ManualClock
):
    made = opening()
    with made.writing() as session:
        Contracts(session).add("a", "Kept", at=1)
    made.close()
    before = schema_of(home.library, key)
    scripts = later_scripts(tmp_path, "op.add_column('contract', sa.Column('x', sa.String())); op.execute('no sql')")
    with pytest.raises(MigrationError):
        bring_up_to_date(home.library, key, copies=home.copies, now=clock.now, forms=(*FORMS, "later"), scripts=scripts)
    assert schema_of(home.library, key) == before
    with opening().reading() as session:
        assert Contracts(session).get("a").title == "Kept"


def test_a_library_cut_to_nothing_is_refused_and_not_made_anew(opening: Opening, home: Home):
    opening().close()
    home.library.write_bytes(b"")
    home.library.with_name("library.db-wal").write_bytes(b"what was typed last")
    with pytest.raises(LibraryDamagedError, match=r"library\.db is empty"):
        opening()
    assert home.library.read_bytes() == b""
    assert home.library.with_name("library.db-wal").read_bytes() == b"what was typed last"


def test_a_log_without_its_library_is_never_laid_under_a_new_one(opening: Opening, home: Home):
    first = opening()
    with first.writing() as session:
        Contracts(session).add("a", "A", at=1)
    log = home.library.with_name("library.db-wal")
    content = log.read_bytes()
    first.close()
    home.library.rename(home.folder / "moved")
    log.write_bytes(content)
    with pytest.raises(LibraryDamagedError, match=r"library\.db is missing"):
        opening()
    assert log.read_bytes() == content
    assert not home.library.exists()
    (home.folder / "moved").rename(home.library)
    with opening().reading() as session:
        assert Contracts(session).find("a") is not None


def test_a_clock_that_was_set_back_does_not_cost_the_copy_just_made(
    tmp_path: Path, opening: Opening, home: Home, key: LibraryKey, clock: ManualClock
):
    opening().close()
    scripts = later_scripts(tmp_path, "op.execute('no sql')")
    instants = [clock.now() - timedelta(days=day) for day in (0, 1, 2, 2)]
    for number, instant in enumerate(instants):
        before = set(home.copies.iterdir()) if number else set()
        with pytest.raises(MigrationError):
            bring_up_to_date(
                home.library, key, copies=home.copies, now=lambda at=instant: at, kept=2, forms=(*FORMS, "later"),
                scripts=scripts,
            )  # fmt: skip
        assert len(set(home.copies.iterdir()) - before) == 1
    assert len(list(home.copies.iterdir())) == 2


def test_a_place_for_copies_that_cannot_be_made_is_a_sentence(
    opening: Opening, home: Home, key: LibraryKey, clock: ManualClock
):
    opening().close()
    home.copies.write_text("a file where the folder should be")
    with pytest.raises(WriteError, match="copies"):
        bring_up_to_date(home.library, key, copies=home.copies, now=clock.now, forms=(*FORMS, "later"))


def test_only_the_youngest_copies_stay(
    tmp_path: Path, opening: Opening, home: Home, key: LibraryKey, clock: ManualClock
):
    opening().close()
    scripts = later_scripts(tmp_path, "op.execute('no sql')")
    for _ in range(4):
        clock.advance(1)
        with pytest.raises(MigrationError):
            bring_up_to_date(
                home.library, key, copies=home.copies, now=clock.now, kept=2, forms=(*FORMS, "later"), scripts=scripts
            )
    assert len(list(home.copies.iterdir())) == 2


def test_a_newer_library_is_refused_in_one_sentence(opening: Opening, home: Home, key: LibraryKey):
    opening().close()
    with contextlib.closing(connect(home.library, key)) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(LibraryNewerError, match="9999"):
        opening()


@pytest.mark.parametrize("statement", ["DROP TABLE alembic_version", "DELETE FROM alembic_version"])
def test_a_library_without_a_form_is_refused(opening: Opening, home: Home, key: LibraryKey, statement: str):
    opening().close()
    with contextlib.closing(connect(home.library, key)) as connection:
        connection.execute(statement)
    with pytest.raises(LibraryDamagedError, match="form"):
        opening()
