"""Deciding on tracked changes in the living text gives what the accepted text and the walker of the file give."""

import pytest

from pactoria_desktop.contract.accepted import accepted, rejected
from pactoria_desktop.documents.package import Package
from pactoria_desktop.documents.reader import read
from pactoria_desktop.documents.tracked import accept_all, reject_all
from pactoria_desktop.replica.resolving import Selection
from pactoria_desktop.services.files import WordFile, splice
from tests.unit.documents.word_files import document, story
from tests.unit.services.join_desk import lines, replica_of

WHO = 'w:author="Bob" w:date="2026-01-01T00:00:00Z"'
TABLE = "<w:tbl><w:tblPr/><w:tblGrid><w:gridCol/></w:tblGrid><w:tr>{}<w:tc><w:p>{}</w:p></w:tc></w:tr></w:tbl>"
KEPT = "<w:p><w:r><w:t>Kept.</w:t></w:r></w:p>"


def changed(kind: str, words: str, properties: str = "", inside: str = "") -> str:
    """A paragraph that is struck or put whole."""
    text = "delText" if kind == "del" else "t"
    mark = f'<w:pPr><w:rPr><w:{kind} w:id="1" {WHO}/></w:rPr>{properties}</w:pPr>'
    return f'<w:p>{mark}{inside}<w:{kind} w:id="2" {WHO}><w:r><w:{text}>{words}</w:{text}></w:r></w:{kind}></w:p>'


def table(kind: str) -> str:
    row = f'<w:trPr><w:{kind} w:id="3" {WHO}/></w:trPr>' if kind else ""
    text = "delText" if kind == "del" else "t"
    cell = f"<w:r><w:{text}>cell</w:{text}></w:r>"
    return TABLE.format(row, f'<w:{kind} w:id="4" {WHO}>{cell}</w:{kind}>' if kind else cell)


BOOKMARK = '<w:bookmarkStart w:id="9" w:name="place"/><w:bookmarkEnd w:id="9"/>'
BODIES = {
    "before a table": "{0}" + table("") + KEPT,
    "after words, before a table": KEPT + "{0}" + table("") + KEPT,
    "at the end": KEPT + "{0}",
    "between tables": table("") + "{0}" + table("") + KEPT,
    "with anchors, between tables": table("") + "{2}" + table("") + KEPT,
    "at the end of a section": KEPT + "{1}" + KEPT,
    "two before a table": KEPT + "{0}{0}" + table("") + KEPT,
}


@pytest.mark.parametrize("name", BODIES)
@pytest.mark.parametrize("kind", ["ins", "del"])
@pytest.mark.parametrize("accept", [True, False])
def test_a_paragraph_that_goes_whole_leaves_nothing(name: str, kind: str, accept: bool) -> None:
    pieces = (
        changed(kind, "Gone."),
        changed(kind, "Gone.", "<w:sectPr/>"),
        changed(kind, "Gone.", inside=BOOKMARK),
    )
    package = Package(document(BODIES[name].format(*pieces)), "x.docx")
    check(package, accept)


@pytest.mark.parametrize("accept", [True, False])
def test_tables_that_go_whole_with_the_paragraphs_round_them_leave_nothing(accept: bool) -> None:
    for kind in ("ins", "del"):
        body = KEPT + changed(kind, "One.") + table(kind) + changed(kind, "Two.") + table(kind) + KEPT
        check(Package(document(body), "x.docx"), accept)


@pytest.mark.parametrize("accept", [True, False])
def test_a_note_goes_with_its_reference_and_its_words(accept: bool) -> None:
    reference = f'<w:del w:id="5" {WHO}><w:r><w:footnoteReference w:id="1"/></w:r></w:del>'
    struck = f'<w:del w:id="6" {WHO}><w:r><w:delText>Note.</w:delText></w:r></w:del>'
    notes = f'<w:footnote w:id="1"><w:p>{struck}</w:p></w:footnote>'
    body = f"<w:p><w:r><w:t>Kept.</w:t></w:r>{reference}</w:p>{KEPT}"
    package = Package(document(body, footnotes=story("footnotes", notes)), "x.docx")
    check(package, accept)


def check(package: Package, accept: bool) -> None:
    text = read(package)
    wanted = lines(accepted(text) if accept else rejected(text))
    file = Package((accept_all if accept else reject_all)(package))
    assert lines(read(file)) == wanted
    replica = replica_of(text)
    (replica.accept if accept else replica.reject)(Selection())
    assert lines(replica.text()) == wanted
    written = Package(splice(WordFile(package), replica.text(), tracked=False))
    assert lines(read(written)) == wanted
    assert written.part(written.main).count(b"w:bookmark") == package.part(package.main).count(b"w:bookmark")
    replica.undo()
    assert replica.text().sections == text.sections
    replica.close()
