"""The whole program at work leaves words and keys in no plain file: neither as they are, nor in a package or packed."""

import io
import os
import subprocess
import sys
import zipfile
import zlib
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from pactoria_desktop.runtime.library_key import LibraryKey, recovery_text
from pactoria_desktop.runtime.paths import Home
from pactoria_desktop.runtime.secrets import KeyKeeper, PassphraseSources
from pactoria_desktop.services import keys as services_keys
from tests.end_to_end.command_line import ROOT, call
from tests.samples import sample_bytes

CANARY = "Zanzibar indemnifies Hedgehogs"
PASSPHRASE = "correct horse battery Staple-9"
Leak = Callable[[Path], None]


def contract() -> bytes:
    """A Word file with the canary in its words."""
    out = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(sample_bytes("mutual-nda-from-tessel.docx"))) as old,
        zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for each in old.infolist():
            part = old.read(each)
            if each.filename == "word/document.xml":
                at = part.index(b"</w:t>")
                part = part[:at] + CANARY.encode() + part[at:]
            new.writestr(each, part)
    return out.getvalue()


def unpacked(content: bytes) -> bytes:
    """The bytes of a file, and those of every packed stream that begins anywhere in it."""
    found, at = [content], 0
    for sign, bits, skip in ((b"PK\x03\x04", -15, 30), (b"\x78", 15, 0), (b"\x1f\x8b", 31, 0)):
        at = content.find(sign)
        while at >= 0:
            begin = at
            if skip:
                name, extra = (int.from_bytes(content[at + place : at + place + 2], "little") for place in (26, 28))
                begin += skip + name + extra
            try:
                found.append(zlib.decompressobj(bits).decompress(content[begin:], 5_000_000))
            except zlib.error:
                found.append(b"")
            at = content.find(sign, at + 1)
    return b"\n".join(found)


def leaks(folder: Path, key: LibraryKey, known: set[Path]) -> set[str]:
    """The files under a folder that hold a word of the canary or a key in any form, ``known`` ones left out."""
    words = [form for word in CANARY.split() for form in (word.encode(), word.encode("utf-16-le"))]
    secrets = [PASSPHRASE.encode(), key.reveal(), key.hexadecimal().encode(), recovery_text(key).encode()]
    return {
        str(path.relative_to(folder))
        for path in folder.rglob("*")
        if path.is_file() and path not in known
        for content in [unpacked(path.read_bytes())]
        if any(needle in content for needle in (*words, *secrets))
    }


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder that holds everything that the program may write to: home, temporary files, the current folder."""
    monkeypatch.setattr(services_keys, "KeyKeeper", partial(KeyKeeper, unlock_seconds=0.001))
    for name in ("here", "home", "temporary"):
        (tmp_path / name).mkdir()
    for name in ("TMPDIR", "TEMP", "TMP", "SQLITE_TMPDIR"):
        monkeypatch.setenv(name, str(tmp_path / "temporary"))
    monkeypatch.setattr("tempfile.tempdir", None)
    for name in ("HOME", "XDG_CACHE_HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME"):
        monkeypatch.setenv(name, str(tmp_path / "home"))
    monkeypatch.setenv("PACTORIA_HOME", str(tmp_path / "home" / "library"))
    monkeypatch.setenv("PACTORIA_PASSPHRASE", PASSPHRASE)
    monkeypatch.chdir(tmp_path / "here")
    return tmp_path


def key_of(place: Path) -> LibraryKey:
    sources = PassphraseSources(environment={"PACTORIA_PASSPHRASE": PASSPHRASE})
    return services_keys.key_keeper(Home(place / "home" / "library"), sources).find()


WINDOW = """
import sys
from pathlib import Path
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication
from pactoria_desktop.ui import application
ends, was = [], application.run

def run(app, bench, watch, files, contracts):
    def look():
        if bench.current() is None:
            QTimer.singleShot(100, look)
            return
        try:
            raise ValueError(bench.current().overview or "Zanzibar indemnifies Hedgehogs")
        except ValueError:
            sys.excepthook(*sys.exc_info())
        QTimer.singleShot(800, app.quit)
    bench.window.show_error = lambda error: None
    QTimer.singleShot(100, look)
    return was(app, bench, watch, files, contracts)

application.run = run
application.open_workbench(sys.argv[1:])
"""


def test_no_word_and_no_key_is_in_a_plain_file(place: Path) -> None:
    source = Path("contract.docx").absolute()
    source.write_bytes(contract())
    (made,) = call("import", "contract.docx", "--folder", CANARY, "--json").json["files"]
    for words in (
        ("search", "Hedgehogs"), ("text", made["id"]), ("review", made["id"], "--json"), ("verify", made["id"]),
        ("revisions", made["id"]), ("check-received", made["id"], "contract.docx"), ("backup", "all.backup"),
        ("restore", "all.backup"), ("list", "--json"),
    ):  # fmt: skip
        assert call(*words).status in (0, 1), words
    window = subprocess.run(
        [sys.executable, "-c", WINDOW, made["id"]],
        env={**os.environ, "PYTHONPATH": str(ROOT), "QT_QPA_PLATFORM": "offscreen",
             "PYTHON_KEYRING_BACKEND": "keyring.backends.fail.Keyring"},
        capture_output=True, timeout=120, check=False,
    )  # fmt: skip
    assert window.returncode == 0, window.stderr
    for said in (window.stdout, window.stderr):
        assert b"Hedgehogs" not in said
    home = place / "home" / "library"
    assert list((home / "crashes").glob("report-*.json"))
    assert leaks(place, key_of(place), {source}) == set()


@pytest.mark.parametrize(
    "leak",
    [
        lambda folder: (folder / "a").write_text(f"log: {CANARY}"),
        lambda folder: (folder / "a").write_bytes(CANARY.encode("utf-16-le")),
        lambda folder: (folder / "a").write_bytes(b"head" + zlib.compress(CANARY.encode() * 9) + b"tail"),
        lambda folder: (folder / "a").write_bytes(contract()),
        lambda folder: (folder / "a").write_bytes(b"\0" * 99 + contract()[:-50]),
        lambda folder: (folder / "a").write_text(PASSPHRASE),
        lambda folder: (folder / "a").write_bytes(b"x" + bytes(range(32)) + b"x"),
        lambda folder: (folder / "a").write_text(recovery_text(LibraryKey(bytes(range(32))))),
    ],
)
def test_a_leak_of_any_kind_would_be_seen(tmp_path: Path, leak: Leak) -> None:
    key = LibraryKey(bytes(range(32)))
    (tmp_path / "deep").mkdir()
    assert leaks(tmp_path, key, set()) == set()
    leak(tmp_path / "deep")
    assert leaks(tmp_path, key, set()) == {os.path.join("deep", "a")}
