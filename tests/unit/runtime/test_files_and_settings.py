"""A file is old or new, never half; settings are typed, and a bad file costs no start."""

import errno
import json
import os
import stat
from pathlib import Path

import pytest

from pactoria_desktop.runtime.errors import DiskFullError, ReadOnlyError, SettingsError, WriteError
from pactoria_desktop.runtime.files import replacing, write_atomically
from pactoria_desktop.runtime.paths import home
from pactoria_desktop.runtime.settings import Settings, SettingsFile, refusal


@pytest.mark.parametrize(
    ("number", "kind"),
    [
        (errno.ENOSPC, DiskFullError),
        (errno.EROFS, ReadOnlyError),
        (errno.EACCES, ReadOnlyError),
        (errno.EIO, WriteError),
    ],
)
@pytest.mark.parametrize("step", ["fsync", "replace", "chmod"])
def test_a_failed_write_leaves_the_old_file_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int, kind: type[WriteError], step: str
):
    target = tmp_path / "contract.docx"
    target.write_bytes(b"old")

    def fail(*arguments: object) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(os, step, fail)
    with pytest.raises(kind, match=r"contract\.docx"):
        write_atomically(target, b"new")
    monkeypatch.undo()
    assert target.read_bytes() == b"old"
    assert os.listdir(tmp_path) == ["contract.docx"]


@pytest.mark.parametrize("error", [ZeroDivisionError, KeyboardInterrupt, SystemExit])
def test_an_error_of_the_writer_leaves_the_old_file_and_passes_through(tmp_path: Path, error: type[BaseException]):
    target = tmp_path / "a"
    target.write_bytes(b"old")

    def write_half() -> None:
        with replacing(target) as stream:
            stream.write(b"half")
            raise error

    with pytest.raises(error):
        write_half()
    assert target.read_bytes() == b"old"
    assert os.listdir(tmp_path) == ["a"]


def test_a_full_disk_is_told_as_such(tmp_path: Path):
    if not Path("/dev/full").exists():
        pytest.skip("this system has no /dev/full")

    def write() -> None:
        with replacing(tmp_path / "a") as stream:
            os.dup2(os.open("/dev/full", os.O_WRONLY), stream.fileno())
            stream.write(b"x" * 100_000)

    with pytest.raises(DiskFullError):
        write()
    assert os.listdir(tmp_path) == []


def test_rights_and_links_stay(tmp_path: Path):
    target, link = tmp_path / "real", tmp_path / "link"
    target.write_bytes(b"old")
    target.chmod(0o640)
    link.symlink_to(target)
    write_atomically(link, b"new")
    assert link.is_symlink()
    assert target.read_bytes() == b"new"
    assert target.stat().st_mode & 0o777 == 0o640
    write_atomically(target, b"new", mode=0o600)
    assert target.stat().st_mode & 0o777 == 0o600


def test_a_folder_that_is_not_there_is_a_sentence(tmp_path: Path):
    with pytest.raises(WriteError, match="could not be written"):
        write_atomically(tmp_path / "none" / "a", b"")


@pytest.mark.skipif(os.name == "nt", reason="such files are those of POSIX")
def test_what_is_no_ordinary_file_is_never_replaced(tmp_path: Path):
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "link").symlink_to("pipe")
    (tmp_path / "folder").mkdir()
    for name in ("pipe", "link", "folder"):
        with pytest.raises(WriteError, match=f"{name} is not an ordinary file"):
            write_atomically(tmp_path / name, b"new")
    assert stat.S_ISFIFO((tmp_path / "pipe").stat().st_mode)
    assert sorted(os.listdir(tmp_path)) == ["folder", "link", "pipe"]


@pytest.mark.parametrize("name", ["契" * 85, "n" * 255, "é" * 127, os.fsdecode(b"\xff" * 255)])
def test_every_name_that_the_system_takes_can_be_written(tmp_path: Path, name: str):
    try:
        (tmp_path / name).write_bytes(b"old")
    except OSError:
        pytest.skip("this file system takes no such name")
    write_atomically(tmp_path / name, b"new")
    assert (tmp_path / name).read_bytes() == b"new"
    assert os.listdir(tmp_path) == [name]


def test_new_files_have_the_usual_rights_and_the_process_keeps_its_mask(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    usual = tmp_path / "usual"
    usual.touch()
    monkeypatch.setattr(os, "umask", lambda mask: pytest.fail("another thread would make files open to all"))
    write_atomically(tmp_path / "new", b"new")
    assert (tmp_path / "new").stat().st_mode == usual.stat().st_mode


def test_a_file_is_its_owners_alone_until_it_is_whole(tmp_path: Path):
    with replacing(tmp_path / "a") as stream:
        stream.write(b"new")
        assert [path.stat().st_mode & 0o077 for path in tmp_path.iterdir()] == [0]


def test_a_current_folder_that_is_gone_is_a_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    (tmp_path / "gone").mkdir()
    monkeypatch.chdir(tmp_path / "gone")
    (tmp_path / "gone").rmdir()
    with pytest.raises(WriteError, match=r"out\.md"):
        write_atomically(Path("out.md"), b"new")


def test_a_folder_that_cannot_be_forced_to_the_disk_is_told_truly(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    force, number = os.fsync, [errno.EINVAL]

    def fail(descriptor: int) -> None:
        if stat.S_ISDIR(os.fstat(descriptor).st_mode):
            raise OSError(number[0], os.strerror(number[0]))
        force(descriptor)

    monkeypatch.setattr(os, "fsync", fail)
    write_atomically(tmp_path / "a", b"new")  # a file system that cannot do that for folders
    number[0] = errno.EIO
    with pytest.raises(WriteError, match="was written, but the disk") as told:
        write_atomically(tmp_path / "a", b"newer")
    assert "untouched" not in told.value.sentence


def test_settings_come_back_as_they_were_saved(tmp_path: Path):
    path = tmp_path / "settings.json"
    settings, heard = SettingsFile(path), []
    stop = settings.listen(heard.append)
    settings.change(theme="dark", page_zoom=120, author_name="Zoë 😀")
    stop()
    settings.change(page_zoom=130)
    assert SettingsFile(path).value == Settings(theme="dark", page_zoom=130, author_name="Zoë 😀")
    assert [one.page_zoom for one in heard] == [120]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("theme", "pink"),
        ("theme", 1),
        ("page_zoom", 10),
        ("page_zoom", 1000),
        ("page_zoom", True),
        ("restore_session", 1),
        ("nothing", 1),
    ],
)
def test_a_wrong_value_changes_nothing(tmp_path: Path, name: str, value: object):
    settings = SettingsFile(tmp_path / "s.json")
    with pytest.raises(SettingsError, match=name):
        settings.change(author_name="A", **{name: value})
    assert settings.value == Settings()
    assert not (tmp_path / "s.json").exists()


@pytest.mark.parametrize("name", ["a\nb", "\ud800", "x" * 256, "a\x00", "\u202eevil"])
def test_an_author_is_a_name_that_word_can_hold(tmp_path: Path, name: str):
    assert refusal("author_name", name)
    assert refusal("author_name", "Inès O’Hara") is None
    (tmp_path / "settings.json").write_text(json.dumps({"author_name": name}))
    read = SettingsFile(tmp_path / "settings.json")
    assert read.value.author_name == ""
    assert len(read.problems) == 1


def test_settings_set_aside_twice_are_both_kept(tmp_path: Path):
    for content in ("first {", "second {"):
        (tmp_path / "settings.json").write_text(content)
        assert SettingsFile(tmp_path / "settings.json").problems
    assert sorted(path.read_text() for path in tmp_path.iterdir()) == ["first {", "second {"]


def test_every_default_is_allowed():
    for name in Settings.__dataclass_fields__:
        assert refusal(name, getattr(Settings(), name)) is None


def test_wrong_values_in_the_file_cost_only_themselves_and_newer_ones_stay(tmp_path: Path):
    path = tmp_path / "s.json"
    path.write_text(json.dumps({"theme": "dark", "page_zoom": "big", "from_tomorrow": [1]}))
    settings = SettingsFile(path)
    assert settings.value == Settings(theme="dark")
    assert len(settings.problems) == 1
    settings.change(page_zoom=90)
    assert json.loads(path.read_text())["from_tomorrow"] == [1]


@pytest.mark.parametrize("content", [b"{", b"[]", b"\xff", b"[" * 100_000])
def test_an_unreadable_file_is_set_aside(tmp_path: Path, content: bytes):
    path = tmp_path / "s.json"
    path.write_bytes(content)
    settings = SettingsFile(path)
    assert settings.value == Settings()
    assert len(settings.problems) == 1
    assert (tmp_path / "s.unreadable.json").read_bytes() == content


def test_the_home_is_where_the_environment_says(tmp_path: Path):
    here = home({"PACTORIA_HOME": str(tmp_path / "h")})
    here.prepare()
    assert here.library.parent == tmp_path / "h"
    assert here.folder.stat().st_mode & 0o077 == 0
    assert home({}).folder.name.lower() == "pactoria"
    (tmp_path / "file").write_text("")
    with pytest.raises(ReadOnlyError, match="PACTORIA_HOME"):
        home({"PACTORIA_HOME": str(tmp_path / "file" / "h")}).prepare()
