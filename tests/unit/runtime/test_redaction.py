"""No word of a contract and no key reaches a log or a crash report."""

import ast
import logging
import subprocess
import sys
import threading
from datetime import UTC, datetime
from pathlib import Path

import pytest

import pactoria_desktop
from pactoria_desktop.runtime.clock import ManualClock
from pactoria_desktop.runtime.crash_reports import CrashReport, CrashWatch
from pactoria_desktop.runtime.library_key import LibraryKey
from pactoria_desktop.runtime.logging import LogFile, plain

CANARY = "Zanzibar indemnifies Hedgehogs"
KEY = LibraryKey(bytes(range(1, 33)))
IDENTITY = "01a203ee-baac-7718-b38e-e4804393aa12"
WORDS_OF_CONTRACTS = ("deed", "facade", "1750000", "20261122", "decade")  # each is also a number in hexadecimal
CLOCK = ManualClock(datetime(2026, 11, 22, tzinfo=UTC))


def everything_in(folder: Path) -> str:
    return "\n".join(path.read_bytes().decode("utf-8", "replace") for path in folder.rglob("*") if path.is_file())


def assert_clean(content: str) -> None:
    for word in CANARY.split():
        assert word not in content
    assert KEY.hexadecimal() not in content.lower()


def fail_with_text() -> None:
    clause = CANARY + KEY.hexadecimal()
    try:
        raise ValueError(clause)
    except ValueError as error:
        raise RuntimeError(clause) from error


def test_logs_hold_neither_text_nor_keys(tmp_path: Path):
    root = logging.Logger("root of the test")
    log = LogFile(tmp_path, level=logging.DEBUG, root=root)
    ours, foreign = logging.Logger("pactoria_desktop.store"), logging.Logger("sqlalchemy.engine")
    for logger in (ours, foreign):
        logger.parent = root
    ours.info("Opened %s in %d ms, %s, %s", CANARY, 12, KEY, plain("library"))
    ours.info("Contract %s", IDENTITY)
    ours.info("Key %(key)s of %(kind)s", {"key": KEY.hexadecimal(), "kind": [CANARY]})
    ours.info("Wrong places %d", CANARY)
    for word in WORDS_OF_CONTRACTS:
        ours.info("A value %s", word)
    foreign.warning(f"parameters: {CANARY}")
    foreign.warning("executing %s", (CANARY,))
    ours.error("A key slipped into a sentence: " + KEY.hexadecimal())
    try:
        fail_with_text()
    except RuntimeError:
        ours.exception("Failed while %s", plain("opening"))
        foreign.exception(CANARY)
    log.close()
    content = everything_in(tmp_path)
    assert_clean(content)
    for word in WORDS_OF_CONTRACTS:
        assert word not in content
    assert IDENTITY in content
    assert "12 ms" in content
    assert "library" in content
    assert "RuntimeError" in content
    assert "because of ValueError" in content
    assert "fail_with_text" in content
    assert str(Path(__file__).parents[2]) not in content


def test_a_log_that_cannot_be_written_shows_nothing_either(tmp_path: Path, capfd: pytest.CaptureFixture[str]):
    root = logging.Logger("root of the test")
    log = LogFile(tmp_path / "logs", root=root)
    (tmp_path / "logs").rmdir()  # the file is opened at the first line
    root.warning("Opened %s", CANARY)
    log.close()
    said = capfd.readouterr()
    assert (said.out, said.err) == ("", "")


def test_a_second_program_on_one_home_takes_nothing_from_the_first(tmp_path: Path):
    program = f"""
import faulthandler, os, sys
from pathlib import Path
from pactoria_desktop.runtime.clock import SystemClock
from pactoria_desktop.runtime.crash_reports import CrashWatch
watch = CrashWatch(Path({str(tmp_path)!r}), clock=SystemClock(), program="1")
watch.start()
print("watching", flush=True)
sys.stdin.readline()
os.abort()
"""
    first = subprocess.Popen([sys.executable, "-c", program], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                             stderr=subprocess.DEVNULL)  # fmt: skip
    assert first.stdout is not None
    assert first.stdout.readline()
    second = CrashWatch(tmp_path, clock=CLOCK, program="1")
    assert second.start() == ()
    assert not second.ended_badly
    second.close()
    first.communicate(b"\n", timeout=60)
    third = CrashWatch(tmp_path, clock=CLOCK, program="1")
    (report,) = third.start()
    third.close()
    assert third.ended_badly
    assert "Abort" in report.text()


def test_no_log_sentence_is_put_together_before_it_is_logged():
    levels = {"debug", "info", "warning", "error", "exception", "critical", "log"}
    found = []
    for path in Path(pactoria_desktop.__file__).parent.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in levels):
                continue
            owner = node.func.value
            name = owner.id if isinstance(owner, ast.Name) else owner.attr if isinstance(owner, ast.Attribute) else ""
            sentence = node.args[int(node.func.attr == "log") :][:1]
            if "log" in name.lower() and not (sentence and isinstance(sentence[0], ast.Constant)):
                found.append(f"{path.name}:{node.lineno}")
    assert found == []


def test_a_crash_report_holds_places_and_no_text(tmp_path: Path):
    told: list[CrashReport] = []
    watch = CrashWatch(tmp_path, clock=CLOCK, program="1", on_report=told.append)
    assert watch.start() == ()
    hooks = (sys.excepthook, threading.excepthook)
    try:
        for _ in range(3):
            thread = threading.Thread(target=fail_with_text)
            thread.start()
            thread.join()
            try:
                fail_with_text()
            except RuntimeError:
                sys.excepthook(*sys.exc_info())  # type: ignore[arg-type]
    finally:
        watch.close()
    assert hooks != (sys.excepthook, threading.excepthook)
    assert_clean(everything_in(tmp_path))
    reports = watch.reports()
    assert len(reports) == len(told) == 2
    assert any("fail_with_text" in report.text() for report in reports)
    for report in reports:
        watch.dismiss(report)
    assert watch.reports() == ()


def test_the_interpreters_own_death_is_found_at_the_next_start(tmp_path: Path):
    program = f"""
import ctypes, os
from pathlib import Path
from pactoria_desktop.runtime.clock import SystemClock
from pactoria_desktop.runtime.crash_reports import CrashWatch
watch = CrashWatch(Path({str(tmp_path)!r}), clock=SystemClock(), program="1")
watch.start()
clause = {CANARY!r}
ctypes.string_at(0)
"""
    died = subprocess.run([sys.executable, "-c", program], capture_output=True, timeout=60, check=False)
    assert died.returncode != 0
    watch = CrashWatch(tmp_path, clock=CLOCK, program="1")
    try:
        (report,) = watch.start()
    finally:
        watch.close()
    assert watch.ended_badly
    assert "Segmentation fault" in report.text() or "access violation" in report.text()
    assert_clean(everything_in(tmp_path))
    again = CrashWatch(tmp_path, clock=CLOCK, program="1")
    again.start()
    again.close()
    assert not again.ended_badly


@pytest.mark.parametrize("content", [b"", b"[]", b'{"places": [1]}', b'{"places": [], "cause": "../../x"}'])
def test_what_is_no_report_is_left_out(tmp_path: Path, content: bytes):
    (tmp_path / "report-x.json").write_bytes(content)
    assert CrashWatch(tmp_path, clock=CLOCK, program="1").reports() == ()


def test_a_forged_fault_log_brings_no_text_in(tmp_path: Path):
    (tmp_path / "fault-x.log").write_text(
        f'Fatal Python error: {CANARY}\n  File "/a/b/c/d.py", line 3 in run\n{CANARY}\n'
    )
    watch = CrashWatch(tmp_path, clock=CLOCK, program="1")
    (report,) = watch.start()
    watch.close()
    assert report.places == ("  b/c/d.py:3 run",)
