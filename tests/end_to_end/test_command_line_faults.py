"""What commands do with broken, hostile, missing and unwritable things: one sentence, and old files stay whole."""

import functools
import io
import json
import os
import random
import re
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from tests.end_to_end.command_line import COMMANDS, call, run
from tests.samples import SAMPLES, sample_bytes
from tests.unit.documents.word_files import document

NDA = str(SAMPLES / "mutual-nda.docx")
BOMB = b"<!DOCTYPE x [<!ENTITY a 'aaaaaaaaaa'><!ENTITY b '&a;&a;&a;&a;&a;&a;'>]>"
OLD = b"what was there before"


@pytest.fixture(autouse=True)
def _folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PACTORIA_HOME", str(tmp_path / "home"))
    monkeypatch.delenv("PACTORIA_PASSPHRASE", raising=False)


def with_document(xml: bytes) -> bytes:
    """A sample whose body is replaced."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(sample_bytes("mutual-nda.docx"))) as old, zipfile.ZipFile(out, "w") as new:
        for each in old.infolist():
            new.writestr(each, xml if each.filename == "word/document.xml" else old.read(each))
    return out.getvalue()


@functools.cache
def broken_files() -> dict[str, bytes]:
    """Files that are not what their names say, by name."""
    whole = sample_bytes("mutual-nda.docx")
    bomb = io.BytesIO()
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", b"<Types/>")
        archive.writestr("word/document.xml", b" " * 50_000_000)
    deep = "<w:p>" * 60_000
    return {
        "empty.docx": b"",
        "words.docx": b"These are words, not a package.",
        "cut.docx": whole[: len(whole) // 2],
        "binary.docx": random.Random(1).randbytes(5_000),
        "bomb.docx": bomb.getvalue(),
        "entity.docx": with_document(BOMB + b"<x/>"),
        "malformed.docx": with_document(b"<w:document"),
        "other.docx": with_document(b"<a/>"),
        "deep.docx": document(deep),
        "old.doc": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600),
        "ole.docx": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600),
        "empty.pdf": b"",
        "cut.pdf": b"%PDF-1.7\n1 0 obj\n<<",
        "binary.pdf": b"%PDF-1.4\n" + random.Random(2).randbytes(3_000),
        "binary.txt": b"\0\1\2\3" * 40,
        "half.txt": b"\xff\xfe\x41",
        "binary.md": bytes(100),
        "empty.json": b"",
        "list.json": b"[1, 2]",
        "deep.json": b"[" * 100_000,
        "wrong.json": json.dumps({"sections": [{"kind": "text", "paragraphs": 7}]}).encode(),
        "archive.zip": whole,
        "no-ending": whole,
    }


READING = (("text",), ("outline",), ("review",))
WRITING = (("accept",), ("reject",), ("edit", "--ops", "[]"))


@pytest.mark.parametrize("name", sorted(broken_files()))
def test_a_broken_file_is_refused_by_name_and_nothing_is_written(name: str, tmp_path: Path) -> None:
    (tmp_path / name).write_bytes(broken_files()[name])
    (tmp_path / "out.docx").write_bytes(OLD)
    slow = name.endswith(".pdf")  # read in a process of its own
    for words in READING[: 1 if slow else None]:
        outcome = call(*words, name, "--json")
        assert outcome.status == 2, (words, outcome)
        assert name in outcome.err
    for words in (("compare", NDA),) if slow else (*WRITING, ("compare", NDA), ("merge", NDA, NDA)):
        outcome = call(*words, name, "--out", "out.docx")
        assert outcome.status == 2, (words, outcome)
        assert name in outcome.err
    for words in (("revisions", name), ("check-received", NDA, name), ("convert", name, "out.docx")):
        outcome = call(*words)
        assert outcome.status == 2, (words, outcome)
        assert name in outcome.err
    assert (tmp_path / "out.docx").read_bytes() == OLD
    assert sorted(each.name for each in tmp_path.iterdir()) == sorted({name, "out.docx"})


PIECES = (
    "<w:p/>", "<w:tbl/>", "<w:tr/>", "<w:tc/>", "<w:ins/>", '<w:del w:id="1"/>', "<w:sdt/>", "<w:footnoteReference/>",
    '<w:fldChar w:fldCharType="begin"/>', '<w:fldChar w:fldCharType="end"/>', "<w:commentRangeStart/>",
    "<w:r><w:t>x</w:t></w:r>", '<w:moveFromRangeStart w:id="5"/>', "<w:sectPr/>", "<w:body/>",
)  # fmt: skip


def damaged(xml: str, chance: random.Random) -> str:
    """A part with a tag lost, doubled, renamed or put in where it does not belong, or with another attribute."""
    tag = chance.choice(list(re.finditer(r"<[^>]*>", xml)))
    kind = chance.randrange(5)
    if kind == 0:
        return xml[: tag.start()] + xml[tag.end() :]
    if kind == 1:
        return xml[: tag.start()] + tag[0] + xml[tag.start() :]
    if kind == 2:
        return xml[: tag.start()] + chance.choice(PIECES) + xml[tag.start() :]
    if kind == 3:
        name = chance.choice(list(re.finditer(r"<(w:\w+)(?=[^>]*/>)", xml)))
        return xml[: name.start(1)] + chance.choice(("w:p", "w:r", "w:tbl", "w:ins")) + xml[name.end(1) :]
    value = chance.choice(list(re.finditer(r'w:\w+="([^"]*)"', xml)))
    return xml[: value.start(1)] + chance.choice(("", "-1", "99999999999", "x", "0.5")) + xml[value.end(1) :]


def test_documents_that_word_would_not_write_are_read_or_refused_but_never_break_a_command(tmp_path: Path) -> None:
    whole = zipfile.ZipFile(io.BytesIO(sample_bytes("mutual-nda.docx"))).read("word/document.xml").decode()
    statuses = []
    for seed in range(24):
        chance = random.Random(seed)
        (tmp_path / "d.docx").write_bytes(with_document(damaged(whole, chance).encode()))
        shown = call("text", "d.docx")
        statuses.append(shown.status)
        for words in (("outline", "d.docx"), ("revisions", "d.docx"), ("accept", "d.docx", "--out", "o.docx")):
            call(*words)
        if shown.status == 0 and shown.out.strip():
            place = chance.randrange(len(shown.out.decode()))
            operations = [{"op": "replace", "start": place, "end": place, "text": "x"}]
            call("edit", "d.docx", "--ops", json.dumps(operations), "--out", "o.docx")
    assert 0 < statuses.count(0) < len(statuses)


def test_missing_files_folders_and_streams_are_refused_by_name(tmp_path: Path) -> None:
    (tmp_path / "folder.docx").mkdir()
    os.mkfifo(tmp_path / "pipe.docx")
    (tmp_path / "endless.docx").symlink_to("/dev/zero")
    (tmp_path / "nowhere.docx").symlink_to("gone.docx")
    for name in ("missing.docx", "folder.docx", "pipe.docx", "endless.docx", "nowhere.docx", "x/y/z.docx"):
        for words in (("text", name), ("review", name), ("edit", name, "--ops", "[]", "--out", "o.docx")):
            outcome = call(*words)
            assert outcome.status == 2
            assert name in outcome.err
    assert not (tmp_path / "o.docx").exists()


@pytest.mark.skipif(os.name == "nt", reason="rights of folders are those of POSIX")
def test_targets_that_cannot_be_written_leave_the_old_file_whole(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    targets = ["folder", "missing/out.docx", f"{'n' * 300}.docx", NDA + "/out.docx"]
    if os.geteuid() != 0:
        (tmp_path / "closed").mkdir(mode=0o500)
        targets.append("closed/out.docx")
    for target in targets:
        for words in (("accept", NDA), ("edit", NDA, "--ops", "[]"), ("compare", NDA, NDA)):
            assert call(*words, "--out", target).status == 2
        assert call("convert", NDA, target if "." in target else target + ".txt/x.txt").status == 2
    assert list((tmp_path / "folder").iterdir()) == []


def test_an_operation_that_is_refused_leaves_the_old_file_whole(tmp_path: Path) -> None:
    (tmp_path / "out.docx").write_bytes(OLD)
    for operations in (
        "",
        "nonsense",
        "[",
        "7",
        "null",
        "{}",
        "[7]",
        '[{"op": "vanish"}]',
        '[{"op": "replace"}]',
        '[{"op": "replace", "start": 0, "end": 1, "text": "\\u0000"}]',
        '[{"op": "replace", "start": 0, "end": 1, "text": "\\ud800"}]',
        '[{"op": "replace", "start": 0, "end": 1, "text": "\\ufffc"}]',
        '[{"op": "replace", "start": true, "end": 1, "text": ""}]',
        '[{"op": "replace", "start": 0.5, "end": 1, "text": ""}]',
        '[{"op": "replace", "start": 0, "end": 1, "text": "", "style": "x"}]',
        '[{"op": "replace", "start": 0, "end": 99999999, "text": ""}]',
        '[{"op": "replace", "start": 9, "end": 2, "text": ""}]',
        '[{"op": "delete_paragraph", "paragraph": "\\ud800"}]',
        '[{"op": "insert_paragraph_after", "paragraph": "p0", "text": ""}]',
        "[" * 100_000,
    ):
        outcome = call("edit", NDA, "--ops", "-", "--out", "out.docx", stdin=operations.encode())
        assert outcome.status == 2, operations[:80]
    assert call("edit", NDA, "--ops", "-", "--out", "out.docx", stdin=b"[\xff]").status == 2
    assert call("edit", NDA, "--ops", str(tmp_path), "--out", "out.docx").status == 2
    for wrong in (["--date", "soon"], ["--author", "a\nb"], ["--author", "x" * 300]):
        assert call("edit", NDA, "--ops", "[]", "--out", "out.docx", *wrong).status == 2
    assert (tmp_path / "out.docx").read_bytes() == OLD


def test_words_that_are_no_command_line_are_refused_in_one_sentence() -> None:
    chance = random.Random(5)
    pool = [
        *COMMANDS, NDA, "--json", "--out", "o.docx", "--ops", "[]", "--id", "--kind", "--date", "--author", "--round",
        "-", "--", "", "é😀", "\udcff", "--no-such-option", "a\nb", "*", "%s", "-1", "--playbook", "--fail-on",
        "x" * 5000, "--since", "--until", "--most",
        "--folder", "--key-file", "--clean", "--today", "--against", "--mine-author",
    ]  # fmt: skip
    library = {"import", "list", "search", "export", "backup", "restore", "verify"}
    done = 0
    while done < 150:
        words = [chance.choice(pool) for _ in range(chance.randrange(1, 7))]
        if words[0] not in COMMANDS and (words[0] == "--" or words[0] == NDA or not words[0].startswith("-")):
            words.insert(0, chance.choice(COMMANDS))
        if words[0] in library and chance.random() < 0.8:
            continue
        call(*words)
        done += 1


def test_a_broken_pipe_and_a_closed_output_end_without_a_traceback(tmp_path: Path) -> None:
    assert run("text", NDA, stdin=b"").status == 0
    reader, writer = os.pipe()
    os.close(reader)
    for target in (writer, None):
        command = [sys.executable, "-m", "pactoria_desktop.cli.main", "text", NDA]
        shell = ["sh", "-c", '"$@" >&-', "sh", *command] if target is None else command
        root = Path(__file__).resolve().parents[2]
        done = subprocess.run(shell, stdout=target, stderr=subprocess.PIPE, check=False, cwd=root)
        assert b"Traceback" not in done.stderr
        assert len(done.stderr.splitlines()) <= 1
    os.close(writer)
