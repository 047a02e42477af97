"""Contract text and keys are in no file of the library's folder, but inside the encrypted library."""

import base64
import contextlib
import logging
import os
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import text

from pactoria_desktop.contract.history import Version
from pactoria_desktop.runtime.clock import ManualClock
from pactoria_desktop.runtime.crash_reports import CrashWatch
from pactoria_desktop.runtime.library_key import LibraryKey, recovery_text
from pactoria_desktop.runtime.logging import LogFile
from pactoria_desktop.runtime.paths import Home
from pactoria_desktop.runtime.secrets import KeyKeeper, KeyringUnusable, PassphraseSources
from pactoria_desktop.runtime.settings import SettingsFile
from pactoria_desktop.store.backup import back_up
from pactoria_desktop.store.contracts import Contracts
from pactoria_desktop.store.findings import Findings, RunRecord
from pactoria_desktop.store.forms import FORMS, bring_up_to_date
from pactoria_desktop.store.library import Library, open_library
from pactoria_desktop.store.packages import Packages
from pactoria_desktop.store.search import Search
from pactoria_desktop.store.sessions import Sessions
from pactoria_desktop.store.texts import Texts, Update
from pactoria_desktop.store.threads import Threads
from pactoria_desktop.store.versions import Versions

TEXT = "Zanzibar indemnifies Hedgehogs"
PASSPHRASE = "correct horse battery Staple-9"


class NoKeyring:
    def get(self, account: str) -> str | None:
        raise KeyringUnusable

    def put(self, account: str, secret: str) -> None:
        raise KeyringUnusable

    def remove(self, account: str) -> None:
        raise KeyringUnusable


def needles(key: LibraryKey) -> dict[str, bytes]:
    found = {word: word.encode() for word in (*TEXT.split(), PASSPHRASE)}
    found |= {word + " in UTF-16": word.encode("utf-16-le") for word in TEXT.split()}
    found |= {
        "key": key.reveal(),
        "key in hexadecimal": key.hexadecimal().encode(),
        "KEY in hexadecimal": key.hexadecimal().upper().encode(),
        "key in base 64": base64.b64encode(key.reveal())[:40],
        "recovery key": recovery_text(key).encode()[:20],
    }
    return found


def found_in(folder: Path, key: LibraryKey) -> list[tuple[str, str]]:
    return [
        (str(path.relative_to(folder)), name)
        for path in folder.rglob("*")
        if path.is_file()
        for name, needle in needles(key).items()
        if needle in path.read_bytes()
    ]


def use_everything(library: Library) -> None:
    """Put the text wherever the library takes text."""
    with library.writing() as session:
        Contracts(session).add("a", TEXT, counterparty=TEXT, at=1)
        Contracts(session).set_tags("a", [TEXT], at=1)
        Contracts(session).set_search_text("a", TEXT * 200, "0" * 64)
        Packages(session).add(TEXT.encode() * 50_000, TEXT, at=1)
        Texts(session).save_snapshot("a", TEXT.encode() * 50_000, TEXT.encode() * 50_000, "00", upto=0, at=1)
        Texts(session).append([Update("a", TEXT.encode(), 1)])
        Versions(session).add(Version("a", 0, "v", TEXT, "", "u", "00", "0" * 64, "0" * 64, counterparty=TEXT))
        Threads(session).start("t", "a", {"quote": TEXT}, visibility="internal", at=1)
        Threads(session).say("t", "c", "u", TEXT, at=1)
        Findings(session).record(
            RunRecord("r", "a", "", "", "", "", "", 1), [{"id": "x", "severity": "low", "m": TEXT}]
        )
        Sessions(session).put("window", {"search": TEXT}, at=1)
    with library.reading() as session:
        Search(session).ranked(TEXT)
        # A sort too large for memory alone must not spill into a plain file.
        session.execute(
            text(
                "WITH RECURSIVE count(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM count WHERE n < 60000) "
                "SELECT max(words) FROM (SELECT :text || n || hex(randomblob(300)) AS words FROM count ORDER BY words)"
            ),
            {"text": TEXT},
        ).all()


def fail_everywhere(library: Library, watch: CrashWatch) -> None:
    """Errors with the text in their values, logged and reported."""
    logger = logging.getLogger("pactoria_desktop.store")
    for fault in ("INSERT INTO contract(title) VALUES (:text)", "SELECT nothing FROM nowhere WHERE x = :text"):
        try:
            with library.writing() as session:
                session.execute(text(fault), {"text": TEXT})
        except Exception as error:
            logger.exception("A statement failed on %s with key %s", TEXT, library.key.hexadecimal())
            watch.record(type(error), error, error.__traceback__)
            sys.excepthook(type(error), error, error.__traceback__)


def test_text_and_keys_are_in_no_plain_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    for name in ("TMPDIR", "SQLITE_TMPDIR", "TEMP", "TMP"):
        monkeypatch.setenv(name, str(temporary))
    home, clock = Home(tmp_path / "home"), ManualClock(datetime(2026, 11, 22, tzinfo=UTC))
    home.prepare()
    keeper = KeyKeeper(
        home.key_file,
        keyring=NoKeyring(),
        passphrases=PassphraseSources(environment={"PACTORIA_PASSPHRASE": PASSPHRASE}),
        randomness=os.urandom,
        unlock_seconds=0.001,
    )
    log = LogFile(home.logs, level=logging.DEBUG)
    watch = CrashWatch(home.crashes, clock=clock, program="1")
    watch.start()
    try:
        with contextlib.closing(open_library(home, lambda new: keeper.make(), clock)) as library:
            SettingsFile(home.settings).change(author_name="Somebody")
            use_everything(library)
            fail_everywhere(library, watch)
            back_up(library, home.folder / "backup.pactoria", passphrase=PASSPHRASE, unlock_seconds=0.001)
            assert home.library.with_name("library.db-wal").stat().st_size > 100_000
            key = library.key
            assert found_in(tmp_path, key) == []
            assert watch.reports()
            assert (home.logs / "pactoria.log").stat().st_size > 100
        assert keeper.find() == key
        with contextlib.suppress(Exception):
            bring_up_to_date(home.library, key, copies=home.copies, now=clock.now, forms=(*FORMS, "later"))
        assert list(home.copies.iterdir())
        assert found_in(tmp_path, key) == []
    finally:
        watch.close()
        log.close()
    assert found_in(tmp_path, key) == []
    assert home.library.read_bytes()[:6] != b"SQLite"
    (tmp_path / "control").write_bytes(TEXT.encode("utf-16-le") + key.reveal())
    assert len(found_in(tmp_path, key)) == 4
