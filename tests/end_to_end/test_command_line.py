"""Every command in a process of its own: its result, its shape, its exit status."""

import io
import json
import time
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from pactoria_desktop import __version__
from pactoria_desktop.contract.accepted import text_sha256
from tests.end_to_end.command_line import COMMANDS, Outcome, call, keys, run
from tests.samples import SAMPLES, sample_bytes
from tests.unit.documents import oracle
from tests.unit.documents.word_files import document

NDA = SAMPLES / "mutual-nda.docx"
NDA_BACK = SAMPLES / "mutual-nda-from-tessel.docx"
SERVICES = SAMPLES / "services-agreement.docx"
SERVICES_BACK = SAMPLES / "services-agreement-from-corvane.docx"
NOT_YET = ("ai",)


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder to write in. Commands on bare files must not touch the library, so no folder for it appears."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PACTORIA_HOME", str(tmp_path / "home"))
    yield tmp_path
    assert not (tmp_path / "home").exists()


def bare(desk: Path, *words: str | Path, stdin: bytes = b"") -> Outcome:
    """A command on bare files, in a process of its own."""
    return run(*words, stdin=stdin, folder=desk, environment={"PACTORIA_HOME": str(desk / "home")})


def test_help_names_every_command_and_none_that_does_not_exist(desk: Path) -> None:
    words = bare(desk, "--help").out.decode().split()
    assert all(command in words for command in COMMANDS)
    assert not set(NOT_YET) & set(words)
    assert "platform" in words


def test_version_is_printed_in_under_a_second_and_a_half(desk: Path) -> None:
    seconds = []
    for _ in range(3):
        started = time.monotonic()
        outcome = bare(desk, "--version")
        seconds.append(time.monotonic() - started)
        assert outcome.out.decode() == f"pactoria {__version__}\n"
        if min(seconds) < 1.5:
            break
    assert min(seconds) < 1.5


def test_offsets_mean_the_same_text_in_text_outline_edit_and_review(desk: Path) -> None:
    shown = bare(desk, "text", SERVICES)
    text = shown.out.decode("utf-8")
    assert shown.status == 0
    assert shown.err == ""
    assert bare(desk, "text", SERVICES, "--json").json == {"text": text, "text_sha256": text_sha256(text)}

    rows = bare(desk, "outline", SERVICES, "--json").json
    assert list(rows) == ["paragraphs"]
    keys(rows["paragraphs"], "id", "label", "level", "style", "text", "start", "end", "part", "in_table")
    assert "".join(row["text"] + "\n" for row in rows["paragraphs"]) == text
    assert all(text[row["start"] : row["end"]] == row["text"] for row in rows["paragraphs"])

    reviewed = bare(desk, "review", SERVICES, SERVICES_BACK, "--playbook", "mutual-nda", "--json")
    assert reviewed.status == 0
    assert [file["file"] for file in reviewed.json["files"]] == [str(SERVICES), str(SERVICES_BACK)]
    keys(reviewed.json["files"], "file", "text_sha256", "clauses", "absent", "findings", "deadlines")
    file = reviewed.json["files"][0]
    assert file["text_sha256"] == text_sha256(text)
    keys(file["clauses"], "category", "start", "end", "quote", "confidence")
    keys(file["absent"], "category", "confidence")
    keys(file["findings"], "id", "rule", "severity", "title", "message", "confidence", "source", "evidence")
    keys(file["deadlines"], "kind", "date", "rule", "evidence")
    evidence = [each for row in (*file["findings"], *file["deadlines"]) for each in row["evidence"]]
    keys(evidence, "start", "end", "quote")
    assert file["clauses"]
    assert all(text[each["start"] : each["end"]] == each["quote"] for each in (*file["clauses"], *evidence))

    place = text.index("thirty-six (36)")
    operations = f'[{{"op": "replace", "start": {place}, "end": {place + 15}, "text": "twelve (12)"}}]'
    edited = bare(desk, "edit", SERVICES, "--ops", operations, "--out", "edited.docx", "--json")
    assert edited.json == {"replacements": 1, "inserted_paragraphs": 0, "deleted_paragraphs": 0, "comments": 0}
    assert bare(desk, "text", "edited.docx").out.decode() == text.replace("thirty-six (36)", "twelve (12)", 1)


def test_review_says_by_its_exit_status_what_needs_a_person(desk: Path) -> None:
    findings = call("review", SERVICES_BACK, "--json").json["files"][0]["findings"]
    worst = max((("low", "medium", "high").index(each["severity"]) for each in findings), default=-1)
    for rank, level in enumerate(("low", "medium", "high")):
        assert call("review", SERVICES_BACK, "--fail-on", level).status == (1 if worst >= rank else 0)


def test_revisions_lists_changes_and_comments_and_both_ways_take_them(desk: Path) -> None:
    listed = bare(desk, "revisions", NDA_BACK, "--json").json
    assert list(listed) == ["revisions", "comments"]
    keys(listed["revisions"], "id", "kind", "author", "date", "round", "text", "part")
    keys(listed["comments"], "id", "parent", "author", "date", "text", "quote", "resolved")
    assert listed["revisions"]
    before = sample_bytes("mutual-nda-from-tessel.docx")
    for command, accept in (("accept", True), ("reject", False)):
        done = call(command, NDA_BACK, "--out", "out.docx", "--json").json
        assert done[f"{command}ed"] == len(listed["revisions"])
        assert done["left"] == 0
        assert oracle.view((desk / "out.docx").read_bytes(), True) == oracle.view(before, accept)


def test_accept_takes_only_what_was_chosen(desk: Path) -> None:
    listed = bare(desk, "revisions", NDA_BACK, "--json").json["revisions"]
    one = listed[0]
    done = bare(desk, "accept", NDA_BACK, "--out", "out.docx", "--json", "--id", one["id"])
    assert done.json["accepted"] == 1
    left = call("revisions", "out.docx", "--json").json["revisions"]
    assert len(left) == len(listed) - 1
    assert one["id"] not in [each["id"] for each in left]
    nobody = call("reject", NDA_BACK, "--out", "out.docx", "--json", "--author", "Nobody")
    assert nobody.json["rejected"] == 0
    assert (desk / "out.docx").read_bytes() == NDA_BACK.read_bytes()
    for wrong in (["--id", "no-such"], ["--kind", "whim"], ["--since", "soon"], ["--round", "first"]):
        assert call("accept", NDA_BACK, "--out", "none.docx", *wrong).status == 2
    assert not (desk / "none.docx").exists()


ONE, TWO = ("Ada (Acme)", "2026-01-01T10:00:00Z"), ("Bo (Zenith)", "2026-02-01T10:00:00Z")


def marked(number: int, kind: str, by: tuple[str, str]) -> str:
    text = "delText" if kind == "del" else "t"
    return (
        f'<w:{kind} w:id="{number}" w:author="{by[0]}" w:date="{by[1]}"><w:r><w:{text}>{kind}{number} </w:{text}></w:r>'
        f"</w:{kind}>"
    )


@pytest.mark.parametrize(
    ("options", "taken"),
    [
        ((), "ins1 ins2 del3 del4"),
        (("--author", ONE[0]), "ins1 del3"),
        (("--author", ONE[0], "--kind", "deletion"), "del3"),
        (("--kind", "insertion"), "ins1 ins2"),
        (("--kind", "insertion", "--kind", "deletion"), "ins1 ins2 del3 del4"),
        (("--since", "2026-01-02"), "ins2 del4"),
        (("--until", "2026-01-01"), "ins1 del3"),
        (("--since", "2026-01-01T10:00:01Z", "--until", "2026-01-31"), ""),
        (("--round", "1"), "ins1 del3"),
        (("--round", "2", "--id", "2", "3"), "ins2"),
        (("--id", "1", "4"), "ins1 del4"),
    ],
)
def test_a_choice_of_changes_takes_those_that_meet_every_condition(
    desk: Path, options: tuple[str, ...], taken: str
) -> None:
    body = marked(1, "ins", ONE) + marked(2, "ins", TWO) + marked(3, "del", ONE) + marked(4, "del", TWO)
    (desk / "four.docx").write_bytes(document(f"<w:p>{body}</w:p>"))
    for command, accept in (("accept", True), ("reject", False)):
        counts = call(command, "four.docx", "--out", "out.docx", "--json", *options).json
        chosen = taken.split()
        assert counts[f"{command}ed"] == len(chosen)
        assert counts["left"] == 4 - len(chosen)
        stays = [name for name in ("ins1", "ins2") if accept or name not in chosen]
        stays += [name for name in ("del3", "del4") if not accept and name in chosen]
        assert oracle.view((desk / "out.docx").read_bytes(), True)["word/document.xml"] == [
            "".join(f"{name} " for name in stays)
        ]


def test_edit_without_operations_gives_back_the_same_file(desk: Path) -> None:
    for source in (NDA_BACK, SERVICES):
        assert bare(desk, "edit", source, "--ops", "-", "--out", "same.docx", stdin=b"[]").status == 0
        assert (desk / "same.docx").read_bytes() == source.read_bytes()


def test_compare_writes_a_redline_that_leads_both_ways(desk: Path) -> None:
    words = ("compare", SERVICES, SERVICES_BACK, "--out", "r.docx", "--author", "Ada", "--date", "2026-01-31T10:00:00Z")
    counts = bare(desk, *words, "--json").json
    keys([counts], "insertions", "deletions", "moves", "formats", "inserted_characters", "deleted_characters")
    redline = (desk / "r.docx").read_bytes()
    assert oracle.view(redline, True) == oracle.view(SERVICES_BACK.read_bytes(), True)
    assert {("Ada", "2026-01-31T10:00:00Z")} == {
        key[1:] for key in oracle.authors(redline) - oracle.authors(SERVICES.read_bytes())
    }
    call(*words)
    assert (desk / "r.docx").read_bytes() == redline


def test_merge_names_clashes_and_exits_one_for_them(desk: Path) -> None:
    text = call("text", SERVICES).out.decode()
    place = text.index("thirty-six (36)")
    for name, words in (("mine", "twelve (12)"), ("theirs", "sixty (60)")):
        operations = f'[{{"op": "replace", "start": {place}, "end": {place + 15}, "text": "{words}"}}]'
        call("edit", SERVICES, "--ops", operations, "--out", f"{name}.docx", "--author", name)
    clashing = bare(desk, "merge", SERVICES, "mine.docx", "theirs.docx", "--out", "merged.docx", "--json")
    assert clashing.status == 1
    assert set(clashing.json) == {"merged", "clashes"}
    keys(clashing.json["clashes"], "paragraph", "base", "mine", "theirs")
    assert clashing.json["clashes"]
    calm = call("merge", SERVICES, SERVICES, "theirs.docx", "--out", "calm.docx", "--json")
    assert calm.status == 0
    assert call("text", "calm.docx").out == call("text", "theirs.docx").out


def test_check_received_finds_what_was_not_marked(desk: Path) -> None:
    quiet = call("check-received", NDA, NDA, "--json")
    assert (quiet.status, quiet.json) == (0, {"findings": []})
    found = bare(desk, "check-received", SERVICES, SERVICES_BACK, "--json")
    assert found.status == 1
    keys(found.json["findings"], "kind", "paragraph", "before", "after")


def test_convert_goes_by_the_endings_and_keeps_the_words(desk: Path) -> None:
    text = call("text", NDA).out
    assert bare(desk, "convert", NDA, "nda.pdf").status == 0
    assert (desk / "nda.pdf").read_bytes().startswith(b"%PDF-")
    for ending in ("docx", "md", "txt", "json"):
        assert call("convert", NDA, f"nda.{ending}").status == 0
    assert (desk / "nda.txt").read_bytes() == text
    assert call("text", "nda.json").out == text
    for ending in ("txt", "json", "md", "pdf"):
        assert call("convert", f"nda.{ending}", f"from-{ending}.docx").status == 0
        with zipfile.ZipFile(io.BytesIO((desk / f"from-{ending}.docx").read_bytes())) as archive:
            assert archive.testzip() is None
    assert call("text", "from-txt.docx").out == text
    assert call("convert", NDA, "nda.odt").status == 2


def test_playbooks_run_their_own_examples_and_show_flipped_verdicts(desk: Path) -> None:
    tested = bare(desk, "playbook", "test", "--json")
    assert tested.status == 0
    assert tested.json["rules"]
    flips = call("playbook", "backtest", "mutual-nda", "--against", SAMPLES, "--json")
    assert (flips.status, flips.json["flips"]) == (0, [])
    assert call("playbook", "backtest", "mutual-nda").status == 2
    assert call("playbook", "test", "no-such-playbook").status == 2


def test_templates_are_listed_shown_and_filled(desk: Path) -> None:
    listed = bare(desk, "templates", "list", "--json")
    names = [row["name"] for row in listed.json["templates"]]
    assert len(names) >= 12
    assert "mutual-nda" in names
    shown = call("templates", "show", "one-way-nda", "--json").json["template"]
    assert {one["id"] for one in shown["variables"]} >= {"discloser", "recipient", "purpose"}
    party = {"name": "Halden Marine Systems Ltd", "represented_by": "Ana Reyes"}
    values = {"agreement_date": "1 December 2026", "discloser": party, "recipient": {**party, "name": "Corvane B.V."},
              "purpose": "prepare an offer"}  # fmt: skip
    filled = bare(desk, "templates", "fill", "one-way-nda", "--values", json.dumps(values), "--out", "nda.docx")
    assert filled.status == 0
    text = bare(desk, "text", "nda.docx").out.decode()
    assert "Halden Marine Systems Ltd (the “Discloser”)" in text
    assert "in order to prepare an offer (the “Purpose”)" in text
    stdin = json.dumps(values).encode()
    again = bare(desk, "templates", "fill", "one-way-nda", "--values", "-", "--out", "again.docx", stdin=stdin)
    assert again.status == 0
    assert (desk / "again.docx").read_bytes() == (desk / "nda.docx").read_bytes()


def test_a_value_that_is_wrong_is_refused_in_a_sentence_that_names_the_field(desk: Path) -> None:
    (desk / "nda.docx").write_bytes(b"as it was")
    for words, said in (
        ('{"agreement_date": "01/02/2026"}', "(agreement_date)"),
        ('{"nothing": 1}', "“nothing”"),
        ("[1]", "JSON"),
        ("missing.json", "missing.json"),
    ):
        refused = call("templates", "fill", "mutual-nda", "--values", words, "--out", "nda.docx")
        assert refused.status == 2
        assert said in refused.err
    assert call("templates", "fill", "no-such", "--values", "{}", "--out", "nda.docx").status == 2
    assert call("templates", "fill", NDA, "--values", "{}", "--out", "nda.docx").status == 2
    assert call("templates", "fill", "mutual-nda", "--out", "nda.docx").status == 2
    assert call("templates", "show").status == 2
    assert (desk / "nda.docx").read_bytes() == b"as it was"


def test_a_table_fills_many_or_none(desk: Path) -> None:
    head = "agreement_date;discloser;recipient;purpose\n"
    rows = [f"2026-12-0{number};Halden Ltd;Corvane {number};talk\n" for number in (1, 2, 3)]
    (desk / "many.csv").write_text(head + "".join(rows), encoding="utf-8")
    made = call("templates", "fill", "one-way-nda", "--csv", "many.csv", "--out", "contracts", "--json")
    assert [Path(one["file"]).name for one in made.json["files"]] == [
        f"one-way-nda-000{number}.docx" for number in (1, 2, 3)
    ]
    assert "Corvane 2 (the “Recipient”)" in bare(desk, "text", made.json["files"][1]["file"]).out.decode()
    (desk / "many.csv").write_text(head + rows[0] + rows[1].replace("2026-12-02", "soon"), encoding="utf-8")
    refused = call("templates", "fill", "one-way-nda", "--csv", "many.csv", "--out", "others")
    assert refused.status == 2
    assert "Row 3, column agreement_date" in refused.err
    assert not (desk / "others").exists()


def test_a_text_file_is_its_own_text(desk: Path) -> None:
    words = "\tOne\r\nTwo\x0c three \u00ad “four”\n\n\nlast line"
    (desk / "plain.txt").write_bytes(words.encode())
    assert bare(desk, "text", "plain.txt").out.decode() == words
