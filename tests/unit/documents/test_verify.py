import zipfile
from io import BytesIO
from pathlib import Path

import pytest

from pactoria_desktop.contract.accepted import accepted
from pactoria_desktop.documents.errors import DocumentError
from pactoria_desktop.documents.package import Package
from pactoria_desktop.documents.reader import read
from pactoria_desktop.documents.tracked import tracked_changes
from pactoria_desktop.documents.verify import verify_redline
from tests.unit.documents.test_guard import document, packed, packed_without
from tests.unit.documents.test_tracked import CORPUS, DEL, gone, needs_corpus, paragraph, run, tracked_files

NEW = 'w:author="N" w:date="2025-05-05T05:05:00Z"'
EARLIER = f"{DEL}{gone('earlier')}</w:del>"
ORIGINAL = paragraph(run("The term is two years.") + EARLIER) + paragraph(run("Second."))
REDLINE = paragraph(
    f'{run("The term is ")}<w:del w:id="11" {NEW}>{gone("two")}</w:del><w:ins w:id="12" {NEW}>{run("three")}</w:ins>'
    f"{run(' years.')}{EARLIER}"
) + paragraph(run("Second."))
WANTED = "The term is three years.\nSecond.\n"


def written(body: str) -> bytes:
    return packed(main=document(body))


def problems(body: str, expected: str | None = REDLINE) -> set[str]:
    text = accepted(read(Package(written(expected)))) if expected is not None else None
    found = verify_redline(Package(written(ORIGINAL)), written(body), accepted=text, author="N")
    return {one.kind for one in found.problems}


def test_an_honest_redline_passes() -> None:
    assert accepted(read(Package(written(REDLINE)))).text == WANTED
    assert problems(REDLINE) == set()
    package = Package(written(paragraph(run("The term is three years.")) + paragraph(run("Second."))))
    assert verify_redline(Package(written(ORIGINAL)), written(REDLINE), accepted=package, author="N").passed


@pytest.mark.parametrize(
    ("change", "kind"),
    [
        ((gone("two"), gone("too")), "rejecting_differs"),
        ((run("three"), run("four")), "accepting_differs"),
        ((run(" years."), run(" years")), "rejecting_differs"),
        ((paragraph(run("Second.")), ""), "rejecting_differs"),
        (('w:id="12"', 'w:id="11"'), "id_doubled"),
        ((gone("two"), run("two")), "misplaced_text"),
        ((EARLIER, run("earlier")), "history_lost"),
        (('w:author="A"', 'w:author="B"'), "history_lost"),
        (("2024-01-01", "2024-01-02"), "history_lost"),
        (("</w:ins>", ""), "unreadable"),
        (("<w:ins ", "<w:moveFrom "), "unreadable"),
    ],
)
def test_every_tampering_is_found(change: tuple[str, str], kind: str) -> None:
    body = REDLINE.replace(*change)
    assert body != REDLINE
    assert kind in problems(body)


def test_words_of_a_struck_text_box_are_in_place_and_struck_words_in_it_are_not() -> None:
    def redline(words: str) -> str:
        box = f"<w:pict><w:txbxContent>{paragraph(words)}</w:txbxContent></w:pict>"
        return paragraph(f'<w:del w:id="11" {NEW}><w:r>{box}</w:r></w:del>')

    original = Package(written(redline(run("in the box")).replace("w:del ", "w:ins ").replace("w:del>", "w:ins>")))
    for words, wrong in (
        (run("in the box"), False),
        (f'<w:del w:id="12" {NEW}>{run("in the box")}</w:del>', True),
    ):
        found = verify_redline(original, written(redline(words)), author="N", rejects_to_original=False)
        assert ("misplaced_text" in {one.kind for one in found.problems}) is wrong


def test_a_lost_or_reordered_member_is_found() -> None:
    original = Package(written(ORIGINAL))
    assert {one.kind for one in verify_redline(original, packed_without("[Content_Types].xml")).problems} >= {
        "member_lost"
    }
    out = BytesIO()
    with zipfile.ZipFile(BytesIO(written(ORIGINAL))) as old, zipfile.ZipFile(out, "w") as new:
        for name in reversed(old.namelist()):
            new.writestr(name, old.read(name))
    assert [one.kind for one in verify_redline(original, out.getvalue()).problems] == ["member_lost"]


def test_garbage_is_a_problem_and_not_an_exception() -> None:
    assert [one.kind for one in verify_redline(Package(written(ORIGINAL)), b"PK garbage").problems] == ["unreadable"]


def test_requiring_a_pass_gives_one_sentence() -> None:
    with pytest.raises(DocumentError, match=r"offer\.docx was not written"):
        verify_redline(Package(written(ORIGINAL)), written(ORIGINAL + paragraph(run("x")))).require("offer.docx")


@needs_corpus
def test_reader_and_walker_see_the_same_words_in_the_corpus() -> None:
    lines = (CORPUS / "MANIFEST.tsv").read_text("utf-8").splitlines()[1:]
    paths = [line.split("\t")[0] for line in lines][::25] + tracked_files()[::2]
    for path in paths:
        try:
            package = Package((CORPUS / Path(path)).read_bytes(), path)
            text = accepted(read(package))
        except DocumentError:
            continue
        assert verify_redline(package, package.data, accepted=text).problems == (), path


@needs_corpus
def test_accepting_in_the_text_equals_accepting_in_the_file() -> None:
    for path in tracked_files():
        package = Package((CORPUS / path).read_bytes(), path)
        changes = tracked_changes(package)
        if any(one.kind == "cell" for one in changes.revisions):
            continue
        assert accepted(read(package)).text == accepted(read(Package(changes.accept().data))).text, path
