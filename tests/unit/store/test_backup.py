"""A backup opens with its passphrase or the printed key, and a damaged one costs nothing."""

import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO

import pytest

from pactoria_desktop.runtime.clock import ManualClock
from pactoria_desktop.runtime.errors import WriteError, WrongPassphraseError
from pactoria_desktop.runtime.library_key import LibraryKey, key_from_recovery, recovery_text
from pactoria_desktop.runtime.paths import Home
from pactoria_desktop.store.backup import (
    MAGIC,
    back_up,
    key_by_passphrase,
    key_by_recovery,
    read_head,
    restore,
)
from pactoria_desktop.store.contracts import Contracts
from pactoria_desktop.store.errors import BackupError, LibraryInUseError
from pactoria_desktop.store.integrity import damages
from pactoria_desktop.store.library import Library, open_library
from pactoria_desktop.store.packages import Packages
from pactoria_desktop.store.search import Search
from pactoria_desktop.store.texts import Texts, Update

Opening = Callable[[], Library]
CANARY = "Zanzibar indemnifies Hedgehogs"


def fill(library: Library) -> None:
    with library.writing() as session:
        Contracts(session).add("a", CANARY, at=1)
        Contracts(session).set_search_text("a", CANARY * 50, "0" * 64)
        Packages(session).add(CANARY.encode() * 20_000, "a.docx", at=1)
        Texts(session).save_snapshot("a", CANARY.encode(), b"{}", "00", upto=0, at=1)
        Texts(session).append([Update("a", b"update", 1)])


def make_backup(library: Library, target: Path, passphrase: str | None = "words") -> None:
    back_up(library, target, passphrase=passphrase, unlock_seconds=0.001)


def put_back(source: Path, home: Home, key: LibraryKey, clock: ManualClock, passphrase: str = "words") -> Path | None:
    return restore(
        source,
        home,
        open_key=lambda head: key_by_passphrase(head, passphrase),
        library_key=lambda: key,
        current_key=lambda: key,
        now=clock.now,
    )


def test_a_backup_is_a_whole_library_and_the_former_one_stays(
    library: Library, home: Home, key: LibraryKey, clock: ManualClock, tmp_path: Path
):
    fill(library)
    make_backup(library, tmp_path / "b.pactoria")
    content = (tmp_path / "b.pactoria").read_bytes()
    for secret in (CANARY.encode(), b"Hedgehogs", key.reveal(), key.hexadecimal().encode()):
        assert secret not in content
    assert sorted(path.name for path in tmp_path.iterdir()) == ["b.pactoria", "home"]
    with library.writing() as session:
        Contracts(session).add("later", "Later", at=2)
    library.close()
    former = put_back(tmp_path / "b.pactoria", home, key, clock)
    assert former is not None
    restored = open_library(home, lambda new: key, clock)
    with restored.writing() as session:
        assert damages(session) == ()
        assert Contracts(session).get("a").title == CANARY
        assert Contracts(session).find("later") is None
        assert Texts(session).open("a").updates == (b"update",)
        assert [one.contract.id for one in Search(session).ranked("hedgehogs")] == ["a"]
    restored.close()
    os.replace(former, home.library)
    again = open_library(home, lambda new: key, clock)
    with again.reading() as session:
        assert Contracts(session).get("later").title == "Later"
    again.close()


def test_a_backup_taken_while_work_goes_on_is_of_one_moment(library: Library, home: Home, tmp_path: Path):
    fill(library)
    with library.reading() as session:
        assert Contracts(session).find("a")
        with library.writing() as other:
            Contracts(other).add("b", "B", at=1)
        make_backup(library, tmp_path / "b")
    assert read_head(tmp_path / "b").length > 0


def test_a_backup_restores_into_a_new_home_under_another_key(
    library: Library, tmp_path: Path, key: LibraryKey, clock: ManualClock
):
    fill(library)
    make_backup(library, tmp_path / "b")
    elsewhere, fresh = Home(tmp_path / "other"), LibraryKey.random(os.urandom)
    assert put_back(tmp_path / "b", elsewhere, fresh, clock) is None
    restored = open_library(elsewhere, lambda new: fresh, clock)
    with restored.reading() as session:
        assert Contracts(session).get("a").title == CANARY
    restored.close()


@pytest.mark.parametrize("passphrase", ["words", None])
def test_the_printed_key_opens_a_backup(
    library: Library, tmp_path: Path, key: LibraryKey, clock: ManualClock, passphrase: str | None
):
    fill(library)
    make_backup(library, tmp_path / "b", passphrase)
    printed, fresh = key_from_recovery(recovery_text(key)), LibraryKey.random(os.urandom)
    arguments = {"library_key": lambda: fresh, "current_key": None, "now": clock.now}
    restore(tmp_path / "b", Home(tmp_path / "o"), open_key=lambda head: key_by_recovery(head, printed), **arguments)  # type: ignore[arg-type]
    with pytest.raises(BackupError, match="another library"):
        restore(tmp_path / "b", Home(tmp_path / "o"), open_key=lambda head: key_by_recovery(head, fresh), **arguments)  # type: ignore[arg-type]
    if passphrase is None:
        with pytest.raises(BackupError, match="no passphrase"):
            put_back(tmp_path / "b", Home(tmp_path / "o"), key, clock)


def test_a_wrong_passphrase_changes_nothing(
    opening: Opening, home: Home, key: LibraryKey, clock: ManualClock, tmp_path: Path
):
    library = opening()
    fill(library)
    make_backup(library, tmp_path / "b")
    library.close()
    before = home.library.read_bytes()
    with pytest.raises(WrongPassphraseError):
        put_back(tmp_path / "b", home, key, clock, "other")
    assert home.library.read_bytes() == before


def test_damaged_backups_are_refused_in_one_sentence_and_lose_nothing(
    opening: Opening, home: Home, key: LibraryKey, clock: ManualClock, tmp_path: Path
):
    library = opening()
    fill(library)
    make_backup(library, tmp_path / "b")
    library.close()
    good = (tmp_path / "b").read_bytes()
    names = sorted(path.name for path in home.folder.iterdir())
    before = home.library.read_bytes()
    middle = len(good) // 2
    bad = {
        "empty": b"",
        "foreign": b"PK\x03\x04" + good,
        "head": good[: len(MAGIC)] + b"{}\n" + good[len(MAGIC) :],
        "no end of head": MAGIC + b"[" * 100_000,
        "cut": good[:-1],
        "cut in half": good[:middle],
        "longer": good + b"x",
        "flipped": good[:middle] + bytes([good[middle] ^ 1]) + good[middle + 1 :],
    }
    for name, content in bad.items():
        (tmp_path / "bad").write_bytes(content)
        with pytest.raises(BackupError) as refused:
            put_back(tmp_path / "bad", home, key, clock)
        assert "\n" not in refused.value.sentence, name
        assert home.library.read_bytes() == before, name
        assert sorted(path.name for path in home.folder.iterdir()) == names, name
    with pytest.raises(BackupError):
        put_back(tmp_path / "absent", home, key, clock)
    put_back(tmp_path / "b", home, key, clock)


def test_nothing_is_restored_under_an_open_library(
    library: Library, home: Home, key: LibraryKey, clock: ManualClock, tmp_path: Path
):
    fill(library)
    make_backup(library, tmp_path / "b")
    with pytest.raises(LibraryInUseError):
        put_back(tmp_path / "b", home, key, clock)


def test_a_failed_swap_leaves_the_library_whole(
    opening: Opening, home: Home, key: LibraryKey, clock: ManualClock, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    library = opening()
    fill(library)
    make_backup(library, tmp_path / "b")
    library.close()

    def fail(*arguments: object) -> None:
        raise OSError(5, "input/output error")

    monkeypatch.setattr(os, "replace", fail)
    with pytest.raises(WriteError):
        put_back(tmp_path / "b", home, key, clock)
    monkeypatch.undo()
    with opening().reading() as session:
        assert Contracts(session).get("a").title == CANARY


def test_a_damaged_library_is_kept_beside_when_its_backup_is_restored(
    opening: Opening, home: Home, key: LibraryKey, clock: ManualClock, tmp_path: Path
):
    library = opening()
    fill(library)
    make_backup(library, tmp_path / "b")
    library.close()
    broken = b"broken" * 5000
    home.library.write_bytes(broken)
    home.library.with_name("library.db-wal").write_bytes(b"log")
    former = put_back(tmp_path / "b", home, key, clock)
    assert former is not None
    assert former.read_bytes() == broken
    assert former.with_name(former.name + "-wal").read_bytes() == b"log"
    second = put_back(tmp_path / "b", home, key, clock)
    assert second != former
    with opening().reading() as session:
        assert Contracts(session).get("a").title == CANARY


def test_an_older_backup_at_the_target_survives_a_failed_new_one(
    library: Library, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    fill(library)
    (tmp_path / "b").write_bytes(b"older")

    def fail(*arguments: object) -> None:
        raise OSError(28, "no space")

    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises(WriteError, match="no room"):
        make_backup(library, tmp_path / "b")
    assert (tmp_path / "b").read_bytes() == b"older"
    with pytest.raises(WriteError):
        make_backup(library, tmp_path / "none" / "b")


def test_a_backup_that_does_not_read_back_costs_no_older_one(
    library: Library, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    fill(library)
    (tmp_path / "b").write_bytes(b"older")
    copy = shutil.copyfileobj

    def torn(source: BinaryIO, target: BinaryIO, length: int = 0) -> None:
        copy(source, target, length)
        target.seek(-1, os.SEEK_CUR)
        target.write(b"?")

    monkeypatch.setattr(shutil, "copyfileobj", torn)
    with pytest.raises(BackupError, match="read back"):
        make_backup(library, tmp_path / "b")
    assert (tmp_path / "b").read_bytes() == b"older"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["b", "home"]


def test_a_backup_is_never_written_over_the_library_itself(library: Library, home: Home, tmp_path: Path):
    fill(library)
    (tmp_path / "way.pactoria").symlink_to(home.library)
    home.key_file.write_text("{}")
    before = {path.name: path.read_bytes() for path in home.folder.iterdir() if path.is_file()}
    for target in (home.library, home.key_file, home.settings, home.lock, tmp_path / "way.pactoria"):
        with pytest.raises(WriteError, match="belongs to the library"):
            make_backup(library, target)
    assert {path.name: path.read_bytes() for path in home.folder.iterdir() if path.is_file()} == before
    make_backup(library, home.folder / "mine.pactoria")


@pytest.mark.skipif(os.name == "nt", reason="names there are words, never bytes")
def test_a_backup_goes_where_names_are_no_words(library: Library, tmp_path: Path):
    fill(library)
    folder = tmp_path / os.fsdecode(b"\xff\xfe")
    folder.mkdir()
    make_backup(library, folder / os.fsdecode(b"\xfd"))
    assert read_head(folder / os.fsdecode(b"\xfd")).length > 0


def test_a_log_without_its_library_is_kept_beside_the_restored_one(
    opening: Opening, home: Home, key: LibraryKey, clock: ManualClock, tmp_path: Path
):
    library = opening()
    fill(library)
    make_backup(library, tmp_path / "b")
    with library.writing() as session:
        Contracts(session).add("later", "Later", at=2)
    log = home.library.with_name("library.db-wal")
    content = log.read_bytes()
    library.close()
    home.library.unlink()
    log.write_bytes(content)
    assert put_back(tmp_path / "b", home, key, clock) is None
    (kept,) = home.folder.glob("library-before-restore-*-wal")
    assert kept.read_bytes() == content
    with opening().writing() as session:
        assert damages(session) == ()
        assert Contracts(session).find("later") is None
        assert Contracts(session).get("a").title == CANARY
