"""Commands on the library: made by a passphrase, listed, searched, exported, kept, put back, read by every command."""

import json
import shutil
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest

from pactoria_desktop.contract.history import Version, export_history, sealed
from pactoria_desktop.runtime.clock import SystemClock
from pactoria_desktop.runtime.library_key import recovery_text
from pactoria_desktop.runtime.paths import Home
from pactoria_desktop.runtime.secrets import KeyKeeper, PassphraseSources
from pactoria_desktop.services import keys as services_keys
from pactoria_desktop.services.library import library_service
from pactoria_desktop.services.shelf import Shelf
from tests.end_to_end.command_line import Outcome, call, keys, run
from tests.samples import NAMES, SAMPLES, sample_bytes
from tests.unit.documents import oracle

PASSPHRASE = "correct horse battery staple"
NDA_BACK = "mutual-nda-from-tessel.docx"
ROW = ("id", "title", "counterparty", "status", "folder", "tags", "created", "changed")


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A library with the samples, whose passphrase costs next to nothing to try."""
    folder = tmp_path_factory.mktemp("library")
    files = [SAMPLES / name for name in NAMES]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(services_keys, "KeyKeeper", partial(KeyKeeper, unlock_seconds=0.001))
        patch.setenv("PACTORIA_HOME", str(folder / "home"))
        patch.setenv("PACTORIA_PASSPHRASE", PASSPHRASE)
        outcome = call("import", *files, "--folder", "Samples", "--json")
    assert outcome.status == 0
    keys(outcome.json["files"], "file", "outcome", "id", "title", "message")
    assert [each["file"] for each in outcome.json["files"]] == [str(each) for each in files]
    assert {each["outcome"] for each in outcome.json["files"]} == {"imported"}
    ids = {Path(each["file"]).name: each["id"] for each in outcome.json["files"]}
    (folder / "ids.json").write_text(json.dumps(ids), encoding="utf-8")
    return folder / "home"


@pytest.fixture(autouse=True)
def _here(home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PACTORIA_HOME", str(home))
    monkeypatch.setenv("PACTORIA_PASSPHRASE", PASSPHRASE)


@pytest.fixture
def ids(home: Path) -> dict[str, str]:
    """The samples' ids by file name."""
    found: dict[str, str] = json.loads((home.parent / "ids.json").read_text(encoding="utf-8"))
    return found


def without_key(*words: str | Path, home: Path, key_file: Path | None = None) -> Outcome:
    given = ("--key-file", key_file) if key_file else ()
    return run(*words, *given, environment={"PACTORIA_HOME": str(home)})


def test_list_and_search_show_what_was_imported(ids: dict[str, str]) -> None:
    listed = call("list", "--json").json["contracts"]
    keys(listed, *ROW)
    assert {each["id"] for each in listed} == set(ids.values())
    assert {each["folder"] for each in listed} == {"Samples"}
    assert len(call("list").out.decode().splitlines()) == len(ids)
    found = call("search", "liability", "--json").json["contracts"]
    keys(found, *ROW, "excerpt")
    assert found
    for odd in ('"unclosed', "NEAR(", "*", "a AND", "", "é😀", "'; --", "x" * 5000, "-", "title:"):
        assert call("search", f" {odd}", "--json").status == 0
    assert call("list", "--folder", "Nowhere").status == 2
    assert call("search", "x", "--most", "0").status == 2


def test_a_key_file_opens_the_library_and_nothing_opens_it_without_one(home: Path, tmp_path: Path) -> None:
    (tmp_path / "key").write_text(PASSPHRASE + "\n", encoding="utf-8")
    assert without_key("list", "--json", home=home, key_file=tmp_path / "key").json["contracts"]
    refused = without_key("list", home=home)
    assert refused.status == 2
    assert "PACTORIA_PASSPHRASE" in refused.err
    assert "--key-file" in refused.err
    (tmp_path / "wrong").write_text("wrong", encoding="utf-8")
    for words in (("--key-file", "wrong"), ("--key-file", "missing")):
        assert call("list", *words).status == 2


def test_every_command_takes_an_id_in_the_place_of_a_file(ids: dict[str, str]) -> None:
    name = "services-agreement.docx"
    contract, other, path = ids[name], ids["services-agreement-from-corvane.docx"], SAMPLES / name
    assert call("text", contract).out == call("text", path).out
    for command in ("outline", "revisions"):
        assert call(command, contract, "--json").json == call(command, path, "--json").json
    for words in (
        ("accept", contract, "--out", "o.docx"),
        ("reject", contract, "--out", "o.docx"),
        ("edit", contract, "--ops", "[]", "--out", "o.docx"),
        ("compare", contract, other, "--out", "o.docx"),
        ("merge", contract, path, other, "--out", "o.docx"),
        ("convert", contract, "o.md"),
        ("review", contract, "--json"),
    ):
        assert call(*words).status == 0, words
    assert call("check-received", contract, other).status == 1
    assert run("text", contract, environment={"PACTORIA_HOME": "nowhere", "PACTORIA_PASSPHRASE": "x"}).status == 2
    assert not Path("nowhere").exists()
    assert call("text", contract[:-1] + ("0" if contract[-1] != "0" else "1")).status == 2


def test_export_gives_the_redline_the_clean_text_or_the_original(ids: dict[str, str]) -> None:
    before = sample_bytes(NDA_BACK)
    contract = ids[NDA_BACK]
    written = call("export", contract, "redline.docx", "--json").json
    keys([written], "written", "bytes", "mode")
    assert Path("redline.docx").read_bytes() == before
    call("export", contract, "original.docx", "--original")
    assert Path("original.docx").read_bytes() == before
    call("export", contract, "clean.docx", "--clean")
    clean = Path("clean.docx").read_bytes()
    assert oracle.view(clean, True) == oracle.view(clean, False) == oracle.view(before, True)
    assert call("export", contract, "x.pdf").status == 2
    assert call("export", "no-such", "x.docx").status == 2
    assert not Path("x.docx").exists()


def test_the_same_file_is_not_imported_twice_and_a_bad_one_stops_nothing(tmp_path: Path) -> None:
    (tmp_path / "bad.docx").write_bytes(b"words")
    outcome = call("import", SAMPLES / NDA_BACK, "bad.docx", "--json")
    assert outcome.status == 1
    assert [each["outcome"] for each in outcome.json["files"]] == ["already there", "refused"]
    assert call("import", "bad.docx").status == 2
    assert call("import", "missing.docx").status == 2


def test_a_backup_is_restored_elsewhere_with_everything(
    home: Path, ids: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    keys([call("backup", "all.backup", "--json").json], "written", "bytes")
    assert b"Tessel" not in Path("all.backup").read_bytes()
    monkeypatch.setenv("PACTORIA_HOME", str(tmp_path / "other"))
    assert call("export", ids[NDA_BACK], "x.docx").status == 2
    assert call("restore", "all.backup", "--json").json == {"restored": "all.backup", "former": None}
    assert {each["id"] for each in call("list", "--json").json["contracts"]} == set(ids.values())
    Path("cut.backup").write_bytes(Path("all.backup").read_bytes()[:5000])
    for wrong in ("cut.backup", "missing.backup"):
        assert call("restore", wrong).status == 2
    assert call("verify", ids[NDA_BACK]).status == 0


@pytest.mark.parametrize("loss", ["gone", "damaged"])
def test_a_backup_is_restored_where_the_librarys_own_key_is_lost(
    home: Path, ids: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, loss: str
) -> None:
    monkeypatch.setattr(services_keys, "KeyKeeper", partial(KeyKeeper, unlock_seconds=0.001))
    call("backup", "all.backup")
    shutil.copytree(home, tmp_path / "other")
    monkeypatch.setenv("PACTORIA_HOME", str(tmp_path / "other"))
    file = tmp_path / "other" / "library.key.json"
    if loss == "gone":
        file.unlink()
    else:
        file.write_bytes(b"{")
    assert "recovery key" in call("list").err
    assert call("restore", "all.backup").status == 0
    assert {each["id"] for each in call("list", "--json").json["contracts"]} == set(ids.values())
    kept = [path.read_bytes() for path in file.parent.glob("library-before-restore-*.key.json")]
    assert kept == ([b"{"] if loss == "damaged" else [])


def test_the_printed_recovery_key_opens_library_and_backup(
    home: Path, ids: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(services_keys, "KeyKeeper", partial(KeyKeeper, unlock_seconds=0.001))
    sources = PassphraseSources(environment={"PACTORIA_PASSPHRASE": PASSPHRASE})
    key = services_keys.key_keeper(Home(home), sources).find()
    call("backup", "all.backup")
    monkeypatch.setenv("PACTORIA_PASSPHRASE", recovery_text(key))
    assert call("list").status == 0
    monkeypatch.setenv("PACTORIA_HOME", str(tmp_path / "other"))
    assert call("restore", "all.backup").status == 0
    assert {each["id"] for each in call("list", "--json").json["contracts"]} == set(ids.values())


def test_verify_tells_a_whole_history_from_an_altered_one(home: Path, ids: dict[str, str], tmp_path: Path) -> None:
    report = call("verify", ids[NDA_BACK], "--json")
    assert report.status == 0
    keys([report.json], "id", "title", "versions", "last_hash", "saved_apart", "problems")
    first = sealed(Version("c", 0, "v", "As imported", "2026-01-01T00:00:00Z", "me", "00", "a" * 64, "b" * 64))
    for version, status in ((first, 0), (replace(first, text_sha256="c" * 64), 1)):
        Path("history.json").write_text(json.dumps(export_history([version])), encoding="utf-8")
        assert call("verify", "history.json", "--json").status == status
    assert call("verify", "no-such").status == 2
    written = call("verify", ids[NDA_BACK], "--out", "kept.json", "--json").json
    assert call("verify", "kept.json", "--json").json == {**written, "title": None}
    for content, status in (
        (b"", 2), (b"\xff", 2), (b"[" * 100_000, 2), (b"[]", 2),
        (b'{"form": "pactoria history 1", "versions": [7]}', 2), (b'{"form": "pactoria history 1", "versions": []}', 1),
    ):  # fmt: skip
        Path("history.json").write_bytes(content)
        outcome = call("verify", "history.json")
        assert outcome.status == status
        assert "codec" not in outcome.err
        assert "char 0" not in outcome.err
    assert "belongs to the library" in call("verify", ids[NDA_BACK], "--out", str(home / "library.db")).err


def test_a_file_that_lies_in_the_trash_is_named_as_lying_there(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    Path("a.txt").write_text("To be thrown away.\n", encoding="utf-8")
    monkeypatch.setattr(services_keys, "KeyKeeper", partial(KeyKeeper, unlock_seconds=0.001))
    monkeypatch.setenv("PACTORIA_HOME", str(tmp_path / "other"))
    (row,) = call("import", "a.txt", "--json").json["files"]
    sources = PassphraseSources(environment={"PACTORIA_PASSPHRASE": PASSPHRASE})
    with library_service(Home(tmp_path / "other"), sources, SystemClock()) as service:
        Shelf(service).trash([row["id"]])
    (again,) = call("import", "a.txt", "--json").json["files"]
    assert again["outcome"] == "already there"
    assert "in the trash" in again["message"]
