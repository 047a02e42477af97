"""Backup and restore: everything comes back, or nothing is touched."""

import json
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg import sql
from sqlalchemy import make_url

from pactoria_desktop.platform.database.embedded import EmbeddedPostgres
from pactoria_desktop.platform.database.schema import Base
from pactoria_desktop.platform.house import House
from pactoria_desktop.platform.operations.backup import BackupError, make_backup
from pactoria_desktop.platform.operations.object_store import ObjectStore, object_store
from pactoria_desktop.platform.operations.outbox import later
from pactoria_desktop.platform.operations.restoring import restore
from pactoria_desktop.platform.settings import PlatformSettings
from pactoria_desktop.protocol.permissions import Role
from pactoria_desktop.runtime.clock import ManualClock
from tests.platform.conftest import TestDatabase
from tests.platform.people import make_member, make_organization

pytestmark = pytest.mark.anyio

KEY = b"\x07" * 32


def rows_of(url: str) -> dict[str, list[str]]:
    with psycopg.connect(url) as connection:
        return {
            table.name: sorted(
                row[0]
                for row in connection.execute(sql.SQL("select t::text from {} t").format(sql.Identifier(table.name)))
            )
            for table in Base.metadata.sorted_tables
        }


async def filled(house: House) -> ObjectStore:
    """A platform with people, sealed contents, a stored file, a job that waits and odd characters."""
    chambers = await make_organization(house, "Müller\t& \\N Partner\n")
    ana = await make_member(house, chambers, Role.OWNER)
    async with house.database.transaction(organization=chambers, person=ana.person) as connection:
        await house.seals.of(connection, chambers)
        await later(connection, house.seals, "mail", to="ana@example.org")
    store = object_store(house.settings)
    store.put(f"{chambers}/00ff", b"\x00sealed\xff" * 1000)
    store.put(f"{chambers}/incoming/half", b"on its way")
    return store


@pytest.fixture
def elsewhere(postgres: EmbeddedPostgres, test_database: TestDatabase) -> Any:
    """An empty database, by its owner's address and the superuser's."""
    name = make_url(test_database.superuser).database + "_b"
    admin = make_url(postgres.superuser_url).set(database="postgres").render_as_string(hide_password=False)
    with psycopg.connect(admin, autocommit=True) as connection:
        connection.execute(
            sql.SQL("create database {} owner pactoria_owner template template0").format(sql.Identifier(name))
        )
    yield tuple(
        make_url(url).set(database=name).render_as_string(hide_password=False)
        for url in (postgres.owner_url, postgres.superuser_url)
    )
    with psycopg.connect(admin, autocommit=True) as connection:
        connection.execute(sql.SQL("drop database {} with (force)").format(sql.Identifier(name)))


async def test_a_backup_taken_while_the_platform_works_comes_back_whole_elsewhere(
    house: House, test_database: TestDatabase, clock: ManualClock, tmp_path: Path, elsewhere: tuple[str, str]
) -> None:
    store = await filled(house)
    out = tmp_path / "night.tar.gz"
    report = make_backup(test_database.addresses.owner, KEY, store, out, clock)
    assert report.files == 1
    assert out.stat().st_mode & 0o077 == 0
    assert KEY not in out.read_bytes()
    owner, superuser = elsewhere
    target = object_store(PlatformSettings(platform_data=tmp_path / "other"))
    again = restore(owner, KEY, target, out, replace=False)
    assert (again.rows, again.files) == (report.rows, report.files)
    before, after = rows_of(test_database.superuser), rows_of(superuser)
    facts_before, facts_after = before.pop("platform_fact"), after.pop("platform_fact")
    assert before == after
    renewed = ("(epoch,", "(restored_at,")
    assert any(one.startswith("(restored_at,") for one in facts_after)
    assert [one for one in facts_before if not one.startswith(renewed)] == [
        one for one in facts_after if not one.startswith(renewed)
    ]
    assert facts_before != facts_after
    (page,) = list(target.list())
    assert bytes(target.get(page[0]["path"]).bytes()) == b"\x00sealed\xff" * 1000
    with psycopg.connect(superuser) as connection:
        assert connection.execute("select count(*) from procrastinate_jobs").fetchone() == (0,)


def nobody_connected(superuser: str) -> None:
    """Wait until the application role has no connection: a pooler gives them up a little after the platform."""
    asked = "select count(*) from pg_stat_activity where datname = current_database() and usename = 'pactoria_app'"
    until = time.monotonic() + 20
    with psycopg.connect(superuser, autocommit=True) as connection:
        while connection.execute(asked).fetchone() != (0,):
            assert time.monotonic() < until
            time.sleep(0.05)


async def test_a_restore_refuses_before_it_touches_anything(
    house: House, test_database: TestDatabase, clock: ManualClock, tmp_path: Path
) -> None:
    store = await filled(house)
    out = tmp_path / "night.tar.gz"
    owner = test_database.addresses.owner
    make_backup(owner, KEY, store, out, clock)
    before = rows_of(test_database.superuser)
    for key, replace, why in (
        (b"\x08" * 32, True, "master key"),
        (KEY, True, "still runs"),
    ):
        with pytest.raises(BackupError, match=why):
            restore(owner, key, store, out, replace=replace)
    await house.database.close()
    nobody_connected(test_database.superuser)
    with pytest.raises(BackupError, match="--replace"):
        restore(owner, KEY, store, out, replace=False)
    content = out.read_bytes()
    chance = random.Random(7)
    for damage in range(25):
        place = chance.randrange(len(content))
        broken = (
            content[:place]
            if damage % 2
            else content[:place] + bytes([content[place] ^ chance.randrange(1, 256)]) + content[place + 1 :]
        )
        (tmp_path / "broken").write_bytes(broken)
        try:
            restore(owner, KEY, store, tmp_path / "broken", replace=True)
        except BackupError:
            assert rows_of(test_database.superuser) == before
        else:
            # Bytes of a gzip's head (its time, its system) hold nothing; then all came back.
            after = rows_of(test_database.superuser)
            after.pop("platform_fact")
            assert after == {name: rows for name, rows in before.items() if name != "platform_fact"}
            before = rows_of(test_database.superuser)
    with pytest.raises(BackupError, match="no file"):
        restore(owner, KEY, store, tmp_path / "nowhere", replace=True)


async def test_with_replace_the_backup_takes_the_place_of_everything(
    house: House, test_database: TestDatabase, clock: ManualClock, tmp_path: Path
) -> None:
    store = await filled(house)
    out = tmp_path / "night.tar.gz"
    owner = test_database.addresses.owner
    make_backup(owner, KEY, store, out, clock)
    before = rows_of(test_database.superuser)
    await make_member(house, await make_organization(house, "Later"), Role.OWNER, name="Later")
    await house.database.close()
    nobody_connected(test_database.superuser)
    restore(owner, KEY, store, out, replace=True)
    after = rows_of(test_database.superuser)
    for rows in (before, after):
        rows.pop("platform_fact")
    assert before == after


def run(*words: str, home: Path, **more: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "pactoria_desktop.cli.main", "platform", *words],
        capture_output=True,
        text=True,
        timeout=120,
        env={**os.environ, "PACTORIA_HOME": str(home), **more},
    )


@pytest.mark.long
def test_last_nights_backup_comes_back_on_another_machine_with_the_master_key(tmp_path: Path) -> None:
    tmp_path.chmod(0o711)
    there, here, out = tmp_path / "there", tmp_path / "here", tmp_path / "night.tar.gz"
    serving = subprocess.Popen(
        [sys.executable, "-m", "pactoria_desktop.cli.main", "platform", "serve", "--port", "0", "--json"],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PACTORIA_HOME": str(there)},
    )
    try:
        assert serving.stdout is not None
        assert json.loads(serving.stdout.readline())["address"].startswith("http://127.0.0.1:")
        made = run("backup", str(out), "--json", home=there)
        assert made.returncode == 0, made.stderr
        beside = run("restore", str(out), "--replace", home=there)
        assert (beside.returncode, "runs" in beside.stderr) == (2, True)
        assert serving.poll() is None
    finally:
        serving.send_signal(signal.SIGTERM)
        assert serving.wait(30) == 0
    wrong = run("restore", str(out), home=here)
    assert (wrong.returncode, "PACTORIA_MASTER_KEY" in wrong.stderr) == (2, True)
    key = json.loads((there / "platform" / "secrets.json").read_text())["master_key"]
    restored = run("restore", str(out), "--json", home=here, PACTORIA_MASTER_KEY=key)
    assert restored.returncode == 0, restored.stderr
    assert json.loads(restored.stdout)["rows"] == json.loads(made.stdout)["rows"]
    assert json.loads((here / "platform" / "secrets.json").read_text())["master_key"] == key
