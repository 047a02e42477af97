"""The entry of the command line: every end is an exit status and at most one sentence."""

import argparse
from collections.abc import Callable

import pytest

from pactoria_desktop.cli import commands
from pactoria_desktop.cli.documents import checked_author, checked_date
from pactoria_desktop.cli.errors import UsageError
from pactoria_desktop.cli.main import build_parser, command_names, main
from pactoria_desktop.runtime.errors import PactoriaError

SECRET = "the price is seven million"


def ends_with(patch: pytest.MonkeyPatch, error: BaseException) -> Callable[[], int]:
    """``pactoria list`` whose work ends with this error."""

    def handle(arguments: argparse.Namespace) -> int:
        raise error

    patch.setattr(commands, "_handler", lambda module, name: handle)
    return lambda: main(["list"])


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (PactoriaError("One thing.\nAnother."), "One thing. Another.\n"),
        (MemoryError(), "more memory"),
        (RecursionError(), "nested"),
        (KeyboardInterrupt(), "Stopped"),
        (OSError(28, "No space left on device", "some/file.docx"), "some/file.docx could not be used"),
        (OSError("odd"), "odd"),
        (ValueError(SECRET), "error of its own (ValueError at test_main.py:"),
        (AssertionError(SECRET), "please report"),
    ],
)
def test_every_error_becomes_one_line_and_exit_status_two(
    error: BaseException, words: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert ends_with(monkeypatch, error)() == 2
    shown = capsys.readouterr()
    assert shown.out == ""
    assert words in shown.err
    assert shown.err.count("\n") == 1
    assert SECRET not in shown.err


def test_a_reader_that_goes_away_is_no_fault(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    import sys

    monkeypatch.setattr(sys, "stdout", sys.stdout)
    assert ends_with(monkeypatch, BrokenPipeError())() == 0
    assert capsys.readouterr().err == ""


def test_every_command_has_help_and_no_shortened_options(capsys: pytest.CaptureFixture[str]) -> None:
    for name in command_names():
        with pytest.raises(SystemExit) as end:
            build_parser().parse_args([name, "--help"])
        assert end.value.code == 0
        assert f"pactoria {name}" in capsys.readouterr().out
    with pytest.raises(UsageError, match="--js"):
        build_parser().parse_args(["list", "--js"])


def test_a_word_that_is_no_command_and_no_file_opens_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    for word in ("txet", "ai", "template", "a-b-c-d-e"):
        assert main([word]) == 2
        assert f"{word} is neither a command nor a file" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("given", "written"),
    [
        ("2026-01-31", "2026-01-31T00:00:00Z"),
        ("2026-01-31T18:00:00Z", "2026-01-31T18:00:00Z"),
        ("2026-01-31T18:00:00.5+02:00", "2026-01-31T16:00:00Z"),
        (None, None),
    ],
)
def test_dates_are_written_as_word_writes_them(given: str | None, written: str | None) -> None:
    assert checked_date(given) == written


@pytest.mark.parametrize("date", ["", "soon", "2026-02-30", "2026-01-31T25:00:00Z", "0000-00-00"])
def test_what_is_no_date_is_refused(date: str) -> None:
    with pytest.raises(UsageError, match="not a date"):
        checked_date(date)


def test_authors_are_names_that_word_can_hold() -> None:
    assert checked_author(" Inès O’Hara ", "--author") == "Inès O’Hara"
    assert checked_author(None, "--author") == checked_author("  ", "--author") == "Pactoria"
    for wrong in ("a\nb", "a\0b", "\udcff", "x" * 256):
        with pytest.raises(UsageError, match="--author"):
            checked_author(wrong, "--author")
