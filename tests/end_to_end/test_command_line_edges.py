"""The command line used oddly: names that are no words, streams that take nothing, places that are taken."""

import io
import json
import os
import random
import signal
import stat
import subprocess
import sys
import time
from functools import partial
from pathlib import Path

import pytest

from pactoria_desktop.cli import library as library_commands
from pactoria_desktop.runtime.secrets import KeyKeeper
from pactoria_desktop.services import keys as services_keys
from tests.end_to_end.command_line import ROOT, Outcome, call, checked, run
from tests.samples import NAMES, SAMPLES, sample_bytes

NDA = str(SAMPLES / "mutual-nda.docx")
NO_UTF8 = os.fsdecode(b"\xff\xfe.docx")
BROKEN_LINES = "two\nlines\t.docx"
posix = pytest.mark.skipif(os.name == "nt", reason="names, devices and signals are those of POSIX")


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(services_keys, "KeyKeeper", partial(KeyKeeper, unlock_seconds=0.001))
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    monkeypatch.setenv("PACTORIA_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("PACTORIA_PASSPHRASE", "words")


def in_process(*words: str, environment: dict[str, str] | None = None, **streams: object) -> "subprocess.Popen[bytes]":
    """A command in a process of its own, with streams as given."""
    kept = {name: value for name, value in os.environ.items() if name not in ("DISPLAY", "WAYLAND_DISPLAY")}
    whole = {**kept, "PYTHONPATH": str(ROOT), "PYTHON_KEYRING_BACKEND": "keyring.backends.fail.Keyring"}
    whole |= environment or {}
    command = [sys.executable, "-m", "pactoria_desktop.cli.main", *words]
    if os.name == "posix":
        streams["preexec_fn"] = _heeding_signals
    return subprocess.Popen(command, env=whole, stderr=subprocess.PIPE, **streams)  # type: ignore[call-overload, no-any-return]


def _heeding_signals() -> None:
    """What a shell ignores for its background jobs, the tests among them, a command of a person does not ignore."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_DFL)


@posix
def test_names_that_are_no_words_are_read_imported_and_printed_as_one_json_document() -> None:
    for number, name in enumerate((NO_UTF8, BROKEN_LINES)):
        Path(name).write_bytes(sample_bytes(NAMES[number]))
    rows = call("import", NO_UTF8, BROKEN_LINES, "--json").json["files"]
    assert [row["file"] for row in rows] == [NO_UTF8, BROKEN_LINES]
    assert {row["outcome"] for row in rows} == {"imported"}
    lines = call("import", BROKEN_LINES, NO_UTF8).out
    assert lines.count(b"\n") == 2
    assert b"\xff\xfe.docx" in lines
    assert call("review", NO_UTF8, "--json").json["files"][0]["file"] == NO_UTF8
    assert call("text", NO_UTF8).out
    assert call("convert", NO_UTF8, os.fsdecode(b"\xfd.md"), "--json").json["written"] == "\udcfd.md"
    bare = os.fsdecode(b"\xfe\n.txt")
    Path(bare).write_text("Words.\n", encoding="utf-8")
    titles = {row["title"] for row in call("import", bare, "--json").json["files"]}
    assert titles == {"\ufffd"}
    assert len(call("list").out.splitlines()) == 3
    for words in (("verify", "\udcff"), ("export", "\udcff", "x.docx"), ("import", bare, "--folder", "\udcff")):
        assert call(*words).status == 2
    for words in (("search", "\udcff x"), ("search", "é\udcff")):
        assert call(*words).status == 0


def test_two_hundred_mixed_files_have_an_outcome_each_and_nothing_stops_the_rest(tmp_path: Path) -> None:
    chance, mixed = random.Random(4), tmp_path / "mixed"
    (mixed / "inner" / "empty").mkdir(parents=True)
    for number in range(60):
        (mixed / f"{number}.txt").write_text(f"Clause {number}. Words.\n", encoding="utf-8")
        (mixed / f"{number}.md").write_text(f"# Clause {number}\n\nWords of another kind.\n", encoding="utf-8")
        (mixed / "inner" / f"{number}.docx").write_bytes(chance.randbytes(200))
    (mixed / "zero.txt").write_bytes(b"")
    (mixed / "control.txt").write_bytes(b"a\x01b")
    (mixed / "binary.md").write_bytes(bytes(40))
    (mixed / "wrong.json").write_text("{}")
    (mixed / "cut.docx").write_bytes(sample_bytes("mutual-nda.docx")[:9000])
    for number, name in enumerate(NAMES):
        (mixed / f"good {number}.docx").write_bytes(sample_bytes(name))
    loose = ["gone.docx", "n" * 300 + ".docx", str(mixed / "inner" / "empty"), NDA, NDA, str(mixed / "0.txt"), "a.exe"]
    outcome = call("import", str(mixed), *loose, "--json")
    assert outcome.status == 1
    rows = outcome.json["files"]
    files = sum(len(names) for _, _, names in os.walk(mixed))
    assert len(rows) == files + len(loose)
    told = {row["file"]: row["outcome"] for row in rows[:files]}
    assert len(told) == files
    assert {told[str(mixed / f"{number}.txt")] for number in range(60)} == {"imported"}
    assert {told[str(mixed / "inner" / f"{number}.docx")] for number in range(60)} == {"refused"}
    assert [row["outcome"] for row in rows[files:]] == ["refused"] * 3 + ["already there"] * 3 + ["refused"]
    for row in rows:
        assert (row["id"] is None) == (row["outcome"] == "refused")
        assert row["message"].endswith(".")
        assert "error of its own" not in row["message"]
    assert len(call("list", "--json").json["contracts"]) == sum(row["outcome"] == "imported" for row in rows)


def test_nothing_that_is_written_takes_the_place_of_the_librarys_own_files(tmp_path: Path) -> None:
    (contract,) = (row["id"] for row in call("import", NDA, "--json").json["files"])
    home = tmp_path / "home"
    before = {path.name: path.read_bytes() for path in home.iterdir() if path.name != "library.lock"}
    (tmp_path / "way.docx").symlink_to(home / "library.db")
    for words in (
        ("backup", str(home / "library.db")),
        ("backup", str(tmp_path / "way.docx")),
        ("export", contract, str(tmp_path / "way.docx")),
        ("convert", NDA, str(home / "library.key.json")),
        ("convert", NDA, str(home / "settings.json")),
        ("accept", NDA, "--out", str(home / "library.lock")),
        ("edit", NDA, "--ops", "[]", "--out", str(home / "library.db")),
        ("compare", NDA, NDA, "--out", str(home / "library.db")),
        ("merge", NDA, NDA, NDA, "--out", str(home / "library.db")),
    ):
        outcome = call(*words)
        assert outcome.status == 2, words
        assert "belongs to the library itself" in outcome.err
    after = {path.name: path.read_bytes() for path in home.iterdir() if path.name != "library.lock"}
    assert after.keys() == before.keys()
    assert after["library.key.json"] == before["library.key.json"]
    assert call("verify", contract).status == 0


@posix
def test_a_device_or_pipe_is_left_as_it_is(tmp_path: Path) -> None:
    os.mkfifo("pipe.docx")
    Path("null.docx").symlink_to("/dev/null")
    for target in ("pipe.docx", "null.docx", "/dev/null"):
        assert "ordinary file" in call("accept", NDA, "--out", target).err
    assert stat.S_ISCHR(os.stat("/dev/null").st_mode)


def test_settings_that_cannot_be_used_are_told_and_stop_nothing(tmp_path: Path) -> None:
    call("import", NDA)
    (tmp_path / "home" / "settings.json").write_text("{")
    told = call("list")
    assert told.status == 0
    assert told.err.count("\n") == 1
    assert "settings.unreadable.json" in told.err
    (tmp_path / "home" / "settings.json").write_text('{"author_name": 7}')
    assert "author_name" in call("list").err
    refused = call("verify", "no-such")
    assert refused.status == 2


def test_a_date_that_is_none_is_refused_with_its_option() -> None:
    for option in ("--since", "--until"):
        outcome = call("accept", NDA, "--out", "o.docx", option, "soon")
        assert outcome.status == 2
        assert f"{option} soon" in outcome.err


def test_a_file_may_be_its_own_target() -> None:
    Path("a.docx").write_bytes(sample_bytes("mutual-nda-from-tessel.docx"))
    assert call("accept", "a.docx", "--out", "a.docx").status == 0
    assert call("revisions", "a.docx", "--json").json["revisions"] == []
    assert call("compare", "a.docx", "a.docx", "--out", "a.docx").status == 0
    assert call("text", "a.docx").status == 0


@posix
def test_a_result_that_cannot_be_written_out_is_one_sentence(tmp_path: Path) -> None:
    if not Path("/dev/full").exists():
        pytest.skip("this system has no /dev/full")
    with open("/dev/full", "wb") as full:
        for words in (("text", NDA), ("outline", NDA, "--json")):
            process = in_process(*words, stdout=full)
            _, said = process.communicate(timeout=60)
            checked(Outcome(process.returncode, b"", said.decode()), words)
            assert process.returncode == 2
            assert b"standard output (No space left" in said
    for closed, status in (("1", 2), ("2", 0)):
        shell = f'exec "$@" {closed}>&-'
        done = subprocess.run(
            ["sh", "-c", shell, "sh", sys.executable, "-m", "pactoria_desktop.cli.main", "text", NDA],
            cwd=ROOT, capture_output=True, check=False,
        )  # fmt: skip
        assert done.returncode == status
        assert len(done.stderr.splitlines()) == (1 if closed == "1" else 0)
        assert b"error of its own" not in done.stderr


@posix
def test_a_current_folder_that_is_gone_costs_no_traceback(tmp_path: Path) -> None:
    script = 'mkdir gone; cd gone; rmdir ../gone; exec "$@"'
    for words, named in ((("text", "x.docx"), "x.docx"), (("convert", NDA, "out.md"), "out.md")):
        command = ["sh", "-c", script, "sh", sys.executable, "-m", "pactoria_desktop.cli.main", *words]
        done = subprocess.run(
            command, cwd=tmp_path, env={**os.environ, "PYTHONPATH": str(ROOT)}, capture_output=True, check=False
        )
        outcome = checked(Outcome(done.returncode, done.stdout, done.stderr.decode()), words)
        assert outcome.status == 2
        assert named in outcome.err


@posix
@pytest.mark.parametrize("home", ["~nobody-of-this-name/x", NDA, "/dev/null/x", "/proc/x"])
def test_a_home_that_cannot_be_is_refused_by_name(home: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PACTORIA_HOME", home)
    outcome = call("list")
    assert outcome.status == 2
    assert home in outcome.err
    assert "PACTORIA_HOME" in outcome.err


@posix
def test_a_system_without_a_home_is_refused_and_nothing_lands_in_the_current_folder(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    import platformdirs

    monkeypatch.delenv("PACTORIA_HOME")
    monkeypatch.setattr(platformdirs, "user_data_path", lambda *names, **words: Path("~/.local/share/Pactoria"))
    assert "PACTORIA_HOME" in call("list").err
    assert os.listdir() == []


def test_a_passphrase_that_nobody_types_is_a_refusal(monkeypatch: pytest.MonkeyPatch) -> None:
    def ends(question: str) -> str:
        raise EOFError

    monkeypatch.delenv("PACTORIA_PASSPHRASE")
    monkeypatch.setattr(library_commands.getpass, "getpass", ends)
    assert library_commands.prompt(True) is None
    assert library_commands.prompt(False) is None


@posix
@pytest.mark.parametrize("display", [{}, {"DISPLAY": ":94"}])
def test_a_window_without_a_display_is_refused_in_one_sentence(display: dict[str, str]) -> None:
    if sys.platform == "darwin":
        pytest.skip("this system always has a display")
    process = in_process(environment={"QT_QPA_PLATFORM": "", **display}, stdout=subprocess.PIPE)
    out, said = process.communicate(timeout=60)
    outcome = checked(Outcome(process.returncode, out, said.decode()), ())
    assert outcome.status == 2
    assert "display" in outcome.err


@posix
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_command_that_is_stopped_leaves_nothing_half_written(tmp_path: Path, number: signal.Signals) -> None:
    old = b"what was there before"
    Path("out.docx").write_bytes(old)
    words = ("edit", NDA, "--ops", "-", "--out", "out.docx")
    process = in_process(*words, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert process.stdin is not None
    process.stdin.write(b"[")
    process.stdin.flush()
    time.sleep(2.0)  # it has started, and waits for the rest of the operations
    process.send_signal(number)
    out, said = process.communicate(timeout=60)
    outcome = checked(Outcome(process.returncode, out, said.decode()), words)
    assert outcome.status == 2
    assert outcome.err == "Stopped; nothing was half written.\n"
    assert Path("out.docx").read_bytes() == old
    assert os.listdir() == ["out.docx"]


def test_an_import_that_is_stopped_keeps_whole_contracts_only(tmp_path: Path) -> None:
    for number in range(12):
        Path(f"{number}.txt").write_text(f"Clause {number}\n", encoding="utf-8")
    process = in_process("import", ".", stdout=subprocess.PIPE)
    assert process.stdout is not None
    first = process.stdout.readline()
    process.send_signal(signal.SIGINT)
    rest, said = process.communicate(timeout=60)
    assert process.returncode == 2
    assert said == b"Stopped; nothing was half written.\n"
    told = len((first + rest).splitlines())
    listed = call("list", "--json").json["contracts"]
    assert told <= len(listed) <= told + 1 < 12
    for row in listed:
        assert call("verify", row["id"]).status == 0
        assert call("text", row["id"]).out.startswith(b"Clause")


def test_library_commands_with_any_words_end_in_a_sentence() -> None:
    (contract,) = (row["id"] for row in call("import", NDA, "--json").json["files"])
    chance = random.Random(9)
    pool = [
        contract, contract[:8], "0", "", " ", NDA, "--json", "o.docx", "é😀", "\udcff", "a\nb", "%", "_", "'", '"',
        "x" * 5000, "--folder", "--most", "1", "-1", "--key-file", "--clean", "--original", ".", "/", "--", "*", "\x7f",
    ]  # fmt: skip
    for _ in range(120):
        command = chance.choice(("list", "search", "export", "verify", "import"))
        call(command, *(chance.choice(pool) for _ in range(chance.randrange(0, 4))))


def test_results_are_utf_8_whatever_the_terminal_says(tmp_path: Path) -> None:
    Path("a.txt").write_text("“é” 😀\n", encoding="utf-8")
    for encoding in ("ascii", "latin-1", "utf-16"):
        outcome = run("text", "a.txt", "--json", folder=Path.cwd(), environment={"PYTHONIOENCODING": encoding})
        assert json.loads(outcome.out.decode("utf-8"))["text"] == "“é” 😀\n"
    assert isinstance(sys.stdout, io.TextIOBase)
