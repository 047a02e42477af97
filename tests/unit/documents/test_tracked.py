import json
import os
import random
import re
import zipfile
from io import BytesIO
from pathlib import Path

import docx
import pytest
from docx.opc.exceptions import PackageNotFoundError
from lxml import etree

from pactoria_desktop.contract.accepted import accepted
from pactoria_desktop.documents.errors import DocumentError
from pactoria_desktop.documents.package import Package
from pactoria_desktop.documents.reader import read
from pactoria_desktop.documents.tracked import Selection, accept_all, reject_all, tracked_changes
from pactoria_desktop.documents.verify import verify_redline
from tests.unit.documents.test_guard import TYPES, W, document, packed

WHO = 'w:author="A" w:date="2024-01-01T10:00:00Z"'
INS = f'<w:ins w:id="1" {WHO}>'
DEL = f'<w:del w:id="2" {WHO}>'


def run(text: str) -> str:
    return f'<w:r><w:t xml:space="preserve">{text}</w:t></w:r>'


def gone(text: str) -> str:
    return f'<w:r><w:delText xml:space="preserve">{text}</w:delText></w:r>'


def mark(name: str, number: int = 7) -> str:
    return f'<w:pPr><w:rPr><w:{name} w:id="{number}" {WHO}/></w:rPr></w:pPr>'


def package(body: str) -> Package:
    return Package(packed(main=document(body)), "made.docx")


def body_of(data: bytes, member: str = "word/document.xml") -> str:
    with zipfile.ZipFile(BytesIO(data)) as archive:
        text = archive.read(member).decode()
    found = re.search(r"<w:body>(.*)</w:body>", text, re.DOTALL)
    return found[1] if found else text


def both(body: str) -> tuple[str, str]:
    made = package(body)
    return body_of(accept_all(made)), body_of(reject_all(made))


def paragraph(inside: str, properties: str = "") -> str:
    return f"<w:p>{properties}{inside}</w:p>"


ONE, TWO = run("one"), run("two")
CELL = "<w:tc><w:tcPr/><w:p>{}</w:p></w:tc>"
LEAVING = (
    f'<w:customXmlDelRangeStart w:id="3" {WHO}/><w:sdt><w:sdtPr/><w:sdtContent><w:customXmlDelRangeEnd w:id="3"/>',
    f'<w:customXmlDelRangeStart w:id="4" {WHO}/></w:sdtContent></w:sdt><w:customXmlDelRangeEnd w:id="4"/>',
)

CASES: dict[str, tuple[str, str, str]] = {
    "insertion": (paragraph(ONE + INS + TWO + "</w:ins>"), paragraph(ONE + TWO), paragraph(ONE)),
    "deletion": (paragraph(ONE + DEL + gone("x") + "</w:del>"), paragraph(ONE), paragraph(ONE + run("x"))),
    "deletion in insertion": (
        paragraph(f"{INS}{ONE}{DEL}{gone('x')}</w:del></w:ins>{TWO}"),
        paragraph(ONE + TWO),
        paragraph(TWO),
    ),
    "moves": (
        paragraph(
            f'<w:moveFromRangeStart w:id="3" {WHO} w:name="m"/><w:moveFrom w:id="4" {WHO}>{ONE}</w:moveFrom>'
            f'<w:moveFromRangeEnd w:id="3"/>{TWO}<w:moveToRangeStart w:id="5" {WHO} w:name="m"/>'
            f'<w:moveTo w:id="6" {WHO}>{ONE}</w:moveTo><w:moveToRangeEnd w:id="5"/>'
        ),
        paragraph(TWO + ONE),
        paragraph(ONE + TWO),
    ),
    "struck mark joins": (
        paragraph(ONE, mark("del")) + paragraph(TWO, "<w:pPr><w:jc/></w:pPr>"),
        paragraph(ONE + TWO, "<w:pPr><w:jc/></w:pPr>"),
        paragraph(ONE) + paragraph(TWO, "<w:pPr><w:jc/></w:pPr>"),
    ),
    "inserted mark": (
        paragraph(ONE, mark("ins")) + paragraph(TWO),
        paragraph(ONE) + paragraph(TWO),
        paragraph(ONE + TWO),
    ),
    "chain of marks into an empty paragraph": (
        paragraph(ONE, mark("del")) + paragraph(TWO, mark("del", 8)) + "<w:p/>",
        paragraph(ONE + TWO),
        paragraph(ONE) + paragraph(TWO) + "<w:p/>",
    ),
    "a whole last paragraph": (
        paragraph(ONE) + paragraph(DEL + gone("x") + "</w:del>", mark("del")),
        paragraph(ONE),
        paragraph(ONE) + paragraph(run("x")),
    ),
    "a struck mark before a table keeps its words": (
        paragraph(ONE, mark("del")) + f"<w:tbl><w:tr>{CELL.format(TWO)}</w:tr></w:tbl>",
        paragraph(ONE) + f"<w:tbl><w:tr>{CELL.format(TWO)}</w:tr></w:tbl>",
        paragraph(ONE) + f"<w:tbl><w:tr>{CELL.format(TWO)}</w:tr></w:tbl>",
    ),
    "a struck mark joins over a table that goes": (
        paragraph(ONE, mark("del"))
        + f'<w:tbl><w:tr><w:trPr><w:del w:id="9" {WHO}/></w:trPr>{CELL.format(DEL + gone("c") + "</w:del>")}</w:tr>'
        + "</w:tbl>"
        + paragraph(TWO),
        paragraph(ONE + TWO),
        paragraph(ONE) + f"<w:tbl><w:tr>{CELL.format(run('c'))}</w:tr></w:tbl>" + paragraph(TWO),
    ),
    "an emptied cell keeps its paragraph": (
        f"<w:tbl><w:tr>{CELL.format(mark('del') + DEL + gone('c') + '</w:del>')}</w:tr></w:tbl>",
        f"<w:tbl><w:tr>{CELL.format('')}</w:tr></w:tbl>",
        f"<w:tbl><w:tr>{CELL.format(run('c'))}</w:tr></w:tbl>",
    ),
    "inserted row": (
        f'<w:tbl><w:tr>{CELL.format(ONE)}</w:tr><w:tr><w:trPr><w:cantSplit/><w:ins w:id="9" {WHO}/></w:trPr>'
        f"{CELL.format(TWO)}</w:tr></w:tbl>",
        f"<w:tbl><w:tr>{CELL.format(ONE)}</w:tr><w:tr><w:trPr><w:cantSplit/></w:trPr>{CELL.format(TWO)}</w:tr></w:tbl>",
        f"<w:tbl><w:tr>{CELL.format(ONE)}</w:tr></w:tbl>",
    ),
    "cells": (
        "<w:tbl><w:tr>"
        + f'<w:tc><w:tcPr><w:cellDel w:id="3" {WHO}/></w:tcPr><w:p/></w:tc>'
        + f'<w:tc><w:tcPr><w:cellIns w:id="4" {WHO}/></w:tcPr><w:p>{ONE}</w:p></w:tc></w:tr></w:tbl>',
        f"<w:tbl><w:tr><w:tc><w:tcPr></w:tcPr><w:p>{ONE}</w:p></w:tc></w:tr></w:tbl>",
        "<w:tbl><w:tr><w:tc><w:tcPr></w:tcPr><w:p/></w:tc></w:tr></w:tbl>",
    ),
    "merged cells": (
        f'<w:tbl><w:tr><w:tc><w:tcPr><w:cellMerge w:id="3" {WHO} w:vMerge="rest"/></w:tcPr><w:p/></w:tc></w:tr>'
        "</w:tbl>",
        '<w:tbl><w:tr><w:tc><w:tcPr><w:vMerge w:val="restart"/></w:tcPr><w:p/></w:tc></w:tr></w:tbl>',
        "<w:tbl><w:tr><w:tc><w:tcPr></w:tcPr><w:p/></w:tc></w:tr></w:tbl>",
    ),
    "run properties": (
        paragraph(
            f'<w:r><w:rPr><w:b/><w:rPrChange w:id="3" {WHO}><w:rPr><w:i/></w:rPr></w:rPrChange></w:rPr>'
            "<w:t>x</w:t></w:r>"
        ),
        paragraph("<w:r><w:rPr><w:b/></w:rPr><w:t>x</w:t></w:r>"),
        paragraph("<w:r><w:rPr><w:i/></w:rPr><w:t>x</w:t></w:r>"),
    ),
    "run properties where there were none": (
        paragraph(f'<w:r><w:rPr><w:b/><w:rPrChange w:id="3" {WHO}><w:rPr/></w:rPrChange></w:rPr><w:t>x</w:t></w:r>'),
        paragraph("<w:r><w:rPr><w:b/></w:rPr><w:t>x</w:t></w:r>"),
        paragraph("<w:r><w:t>x</w:t></w:r>"),
    ),
    "paragraph properties keep mark and section": (
        paragraph(
            ONE,
            f'<w:pPr><w:jc/><w:rPr><w:b/></w:rPr><w:sectPr><w:cols/></w:sectPr><w:pPrChange w:id="3" {WHO}><w:pPr>'
            "<w:ind/></w:pPr></w:pPrChange></w:pPr>",
        ),
        paragraph(ONE, "<w:pPr><w:jc/><w:rPr><w:b/></w:rPr><w:sectPr><w:cols/></w:sectPr></w:pPr>"),
        paragraph(ONE, "<w:pPr><w:ind/><w:rPr><w:b/></w:rPr><w:sectPr><w:cols/></w:sectPr></w:pPr>"),
    ),
    "table, row, cell and grid properties": (
        f'<w:tbl><w:tblPr><w:jc/><w:tblPrChange w:id="3" {WHO}><w:tblPr><w:tblW/></w:tblPr></w:tblPrChange></w:tblPr>'
        '<w:tblGrid><w:gridCol w:w="1"/><w:tblGridChange w:id="4"><w:tblGrid><w:gridCol w:w="2"/></w:tblGrid>'
        f'</w:tblGridChange></w:tblGrid><w:tr><w:trPr><w:jc/><w:trPrChange w:id="5" {WHO}><w:trPr><w:hidden/></w:trPr>'
        f'</w:trPrChange></w:trPr><w:tc><w:tcPr><w:noWrap/><w:tcPrChange w:id="6" {WHO}><w:tcPr><w:hideMark/></w:tcPr>'
        "</w:tcPrChange></w:tcPr><w:p/></w:tc></w:tr></w:tbl>",
        '<w:tbl><w:tblPr><w:jc/></w:tblPr><w:tblGrid><w:gridCol w:w="1"/></w:tblGrid><w:tr><w:trPr><w:jc/></w:trPr>'
        "<w:tc><w:tcPr><w:noWrap/></w:tcPr><w:p/></w:tc></w:tr></w:tbl>",
        '<w:tbl><w:tblPr><w:tblW/></w:tblPr><w:tblGrid><w:gridCol w:w="2"/></w:tblGrid><w:tr>'
        "<w:trPr><w:hidden/></w:trPr><w:tc><w:tcPr><w:hideMark/></w:tcPr><w:p/></w:tc></w:tr></w:tbl>",
    ),
    "section properties keep headers": (
        f'<w:p/><w:sectPr><w:headerReference w:id="h"/><w:pgSz w:w="1"/><w:sectPrChange w:id="3" {WHO}><w:sectPr>'
        '<w:pgSz w:w="2"/></w:sectPr></w:sectPrChange></w:sectPr>',
        '<w:p/><w:sectPr><w:headerReference w:id="h"/><w:pgSz w:w="1"/></w:sectPr>',
        '<w:p/><w:sectPr><w:headerReference w:id="h"/><w:pgSz w:w="2"/></w:sectPr>',
    ),
    "inserted numbering": (
        paragraph(
            ONE, f'<w:pPr><w:numPr><w:ilvl w:val="0"/><w:numId w:val="1"/><w:ins w:id="3" {WHO}/></w:numPr></w:pPr>'
        ),
        paragraph(ONE, '<w:pPr><w:numPr><w:ilvl w:val="0"/><w:numId w:val="1"/></w:numPr></w:pPr>'),
        paragraph(ONE),
    ),
    "control put round words": (
        f'<w:customXmlInsRangeStart w:id="3" {WHO}/><w:sdt><w:sdtPr/><w:sdtContent><w:customXmlInsRangeEnd w:id="3"/>'
        f'{paragraph(ONE)}<w:customXmlInsRangeStart w:id="4" {WHO}/></w:sdtContent></w:sdt>'
        '<w:customXmlInsRangeEnd w:id="4"/>',
        f"<w:sdt><w:sdtPr/><w:sdtContent>{paragraph(ONE)}</w:sdtContent></w:sdt>",
        paragraph(ONE),
    ),
    "no paragraph joins over the edge of a control that is taken away": (
        LEAVING[0] + paragraph(ONE, mark("del")) + LEAVING[1] + paragraph(TWO),
        paragraph(ONE) + paragraph(TWO),
        f"<w:sdt><w:sdtPr/><w:sdtContent>{paragraph(ONE)}</w:sdtContent></w:sdt>{paragraph(TWO)}",
    ),
    "an emptied control is taken away with its struck paragraph": (
        LEAVING[0] + paragraph(DEL + gone("x") + "</w:del>", mark("del")) + LEAVING[1] + paragraph(TWO),
        paragraph(TWO),
        f"<w:sdt><w:sdtPr/><w:sdtContent>{paragraph(run('x'))}</w:sdtContent></w:sdt>{paragraph(TWO)}",
    ),
    "a control within a paragraph goes with the last of its words": (
        paragraph(
            f"{ONE}<w:sdt><w:sdtPr/><w:sdtContent><w:sdt><w:sdtPr/><w:sdtContent>{DEL}{gone('x')}</w:del>"
            "</w:sdtContent></w:sdt></w:sdtContent></w:sdt>"
        ),
        paragraph(ONE),
        paragraph(
            f"{ONE}<w:sdt><w:sdtPr/><w:sdtContent><w:sdt><w:sdtPr/><w:sdtContent>{run('x')}"
            "</w:sdtContent></w:sdt></w:sdtContent></w:sdt>"
        ),
    ),
    "anchors survive the words around them": (
        paragraph(
            f'<w:commentRangeStart w:id="0"/>{DEL}{gone("x")}<w:bookmarkStart w:id="5" w:name="b"/></w:del>'
            f'<w:commentRangeEnd w:id="0"/>{DEL}<w:r><w:rPr><w:b/></w:rPr><w:commentReference w:id="0"/></w:r></w:del>'
            f'<w:bookmarkEnd w:id="5"/>'
        ),
        paragraph(
            '<w:commentRangeStart w:id="0"/><w:bookmarkStart w:id="5" w:name="b"/><w:commentRangeEnd w:id="0"/>'
            '<w:r><w:rPr><w:b/></w:rPr><w:commentReference w:id="0"/></w:r><w:bookmarkEnd w:id="5"/>'
        ),
        paragraph(
            f'<w:commentRangeStart w:id="0"/>{run("x")}<w:bookmarkStart w:id="5" w:name="b"/>'
            '<w:commentRangeEnd w:id="0"/><w:r><w:rPr><w:b/></w:rPr><w:commentReference w:id="0"/></w:r>'
            '<w:bookmarkEnd w:id="5"/>'
        ),
    ),
    "text boxes, choice and fallback alike": (
        "<w:p><w:r><mc:AlternateContent><mc:Choice><w:txbxContent>"
        + paragraph(INS + ONE + "</w:ins>" + TWO)
        + "</w:txbxContent></mc:Choice><mc:Fallback><w:pict><w:txbxContent>"
        + paragraph(INS + ONE + "</w:ins>" + TWO)
        + "</w:txbxContent></w:pict></mc:Fallback></mc:AlternateContent></w:r></w:p>",
        "<w:p><w:r><mc:AlternateContent><mc:Choice><w:txbxContent>"
        + paragraph(ONE + TWO)
        + "</w:txbxContent></mc:Choice><mc:Fallback><w:pict><w:txbxContent>"
        + paragraph(ONE + TWO)
        + "</w:txbxContent></w:pict></mc:Fallback></mc:AlternateContent></w:r></w:p>",
        "<w:p><w:r><mc:AlternateContent><mc:Choice><w:txbxContent>"
        + paragraph(TWO)
        + "</w:txbxContent></mc:Choice><mc:Fallback><w:pict><w:txbxContent>"
        + paragraph(TWO)
        + "</w:txbxContent></w:pict></mc:Fallback></mc:AlternateContent></w:r></w:p>",
    ),
    "comments and greater-than signs in the XML": (
        "<!-- <w:ins> <w:p> -->" + paragraph(f'{INS}<w:r w:x="a>b"><w:t><![CDATA[<w:del>]]></w:t></w:r></w:ins>'),
        "<!-- <w:ins> <w:p> -->" + paragraph('<w:r w:x="a>b"><w:t><![CDATA[<w:del>]]></w:t></w:r>'),
        "<!-- <w:ins> <w:p> -->" + paragraph(""),
    ),
}


def with_compatibility(body: str) -> Package:
    address = "http://schemas.openxmlformats.org/markup-compatibility/2006"
    return Package(packed(main=document(body).replace(b"<w:document ", f'<w:document xmlns:mc="{address}" '.encode())))


@pytest.mark.parametrize("name", CASES)
def test_every_kind_of_change_is_accepted_and_rejected(name: str) -> None:
    body, accepted, rejected = CASES[name]
    made = with_compatibility(body)
    assert body_of(accept_all(made)) == accepted
    assert body_of(reject_all(made)) == rejected


@pytest.mark.parametrize("name", CASES)
def test_nothing_is_left_to_decide_after_all_was_accepted_or_rejected(name: str) -> None:
    made = with_compatibility(CASES[name][0])
    assert tracked_changes(made).revisions or "control" in name
    for data in (accept_all(made), reject_all(made)):
        assert tracked_changes(Package(data)).revisions == ()


@pytest.mark.parametrize("name", [name for name in CASES if "control" in name])
def test_the_text_and_the_walker_agree_about_controls_that_come_and_go(name: str) -> None:
    made = with_compatibility(CASES[name][0])
    assert verify_redline(made, made.data, accepted=accepted(read(made))).problems == ()
    assert accepted(read(Package(accept_all(made)))).text == accepted(read(made)).text


def test_kinds_authors_dates_words_and_parts_are_listed() -> None:
    body = paragraph(
        f'{ONE}{INS}{run("new")}</w:ins><w:del w:id="2" w:author="B &amp; C" w:date="">{gone("old")}</w:del>',
        mark("ins"),
    )
    listed = tracked_changes(package(body + paragraph(TWO))).revisions
    assert [(r.id, r.kind, r.direction, r.author, r.date, r.text, r.part) for r in listed] == [
        ("7", "paragraph_mark", "in", "A", "2024-01-01T10:00:00Z", "\n", "main"),
        ("1", "insertion", "in", "A", "2024-01-01T10:00:00Z", "new", "main"),
        ("2", "deletion", "out", "B & C", "", "old", "main"),
    ]
    assert [r.round for r in listed] == [1, 1, None]


def test_ids_are_told_apart_when_word_repeats_them() -> None:
    body = paragraph(f"{INS}{ONE}</w:ins>{TWO}{INS}{ONE}</w:ins>")
    changes = tracked_changes(package(body))
    assert [one.id for one in changes.revisions] == ["1", "1.2"]
    only = changes.reject(Selection(ids=frozenset({"1.2"})))
    assert body_of(only.data) == paragraph(f"{INS}{ONE}</w:ins>{TWO}")
    assert (only.counts, only.left) == ({"insertion": 1}, 1)


def test_an_unknown_id_or_date_is_refused() -> None:
    changes = tracked_changes(package(paragraph(ONE)))
    with pytest.raises(DocumentError, match="no tracked change with the id 9"):
        changes.accept(Selection(ids=frozenset({"9"})))
    with pytest.raises(DocumentError, match="not a date"):
        changes.accept(Selection(since="soon"))


def test_selection_by_author_kind_and_date() -> None:
    body = paragraph(
        f'<w:ins w:id="1" w:author="A" w:date="2024-01-01T23:30:00Z">{run("a")}</w:ins>'
        f'<w:ins w:id="2" w:author="B" w:date="2024-01-02T08:00:00Z">{run("b")}</w:ins>'
        f'<w:del w:id="3" w:author="B" w:date="2024-01-03T08:00:00Z">{gone("c")}</w:del>'
    )
    changes = tracked_changes(package(body))

    def ids(**conditions: object) -> list[str]:
        meets = Selection(**conditions).predicate()  # type: ignore[arg-type]
        return [one.id for one in changes.revisions if meets(one)]

    assert ids(authors=frozenset({"B"})) == ["2", "3"]
    assert ids(kinds=frozenset({"insertion"})) == ["1", "2"]
    assert ids(until="2024-01-01") == ["1"]
    assert ids(since="2024-01-02", until="2024-01-02T08:00:00Z") == ["2"]
    assert ids(round=2) == ["2", "3"]


def test_untouched_paragraphs_and_members_keep_every_byte() -> None:
    odd = '<w:p   w:rsidR = "1"><w:r><w:t>  odd </w:t></w:r></w:p >'
    made = packed(("word/other.xml", TYPES), main=document(odd + paragraph(INS + ONE + "</w:ins>") + odd))
    out = accept_all(Package(made))
    assert body_of(out) == odd + paragraph(ONE) + odd
    with zipfile.ZipFile(BytesIO(made)) as old, zipfile.ZipFile(BytesIO(out)) as new:
        assert old.namelist() == new.namelist()
        assert all(old.read(n) == new.read(n) for n in old.namelist() if n != "word/document.xml")


def test_a_note_without_reference_and_words_is_taken_out() -> None:
    types = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/footnotes"
    links = (
        '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
        f'<Relationship Id="r1" Type="{types}" Target="footnotes.xml"/></Relationships>'
    )
    struck = f"<w:p>{DEL}{gone('x')}</w:del></w:p>"
    notes = (
        f'<w:footnotes xmlns:w="{W}"><w:footnote w:id="0" w:type="separator"><w:p/></w:footnote>'
        f'<w:footnote w:id="2">{struck}</w:footnote><w:footnote w:id="3">{paragraph(ONE)}</w:footnote></w:footnotes>'
    )
    body = paragraph(
        f'{DEL}<w:r><w:footnoteReference w:id="2"/></w:r></w:del><w:r><w:footnoteReference w:id="3"/></w:r>'
    )
    made = Package(
        packed(
            ("word/_rels/document.xml.rels", links.encode()),
            ("word/footnotes.xml", notes.encode()),
            main=document(body),
        )
    )
    with zipfile.ZipFile(BytesIO(accept_all(made))) as archive:
        text = archive.read("word/footnotes.xml").decode()
    assert text == notes.replace(f'<w:footnote w:id="2">{struck}</w:footnote>', "")
    with zipfile.ZipFile(BytesIO(reject_all(made))) as archive:
        assert archive.read("word/footnotes.xml").decode() == notes.replace(struck, paragraph(run("x")))


def test_namespaces_declared_on_a_wrapper_stay_known_inside_it() -> None:
    body = paragraph('<w:ins w:id="1" xmlns:q="urn:q"><w:r q:a="1"><w:t>x</w:t></w:r></w:ins>') + (
        f'<w:p xmlns:z="urn:z">{mark("del")}<z:odd/></w:p><w:p/>'
    )
    for data in (accept_all(package(body)), reject_all(package(body))):
        etree.fromstring(zipfile.ZipFile(BytesIO(data)).read("word/document.xml"))


def test_another_prefix_or_a_default_namespace_is_understood() -> None:
    for prefix in ("", "word:"):
        body = document(paragraph(f"{ONE}{INS}{TWO}</w:ins>")).decode()
        other = body.replace("xmlns:w", "xmlns:word" if prefix else "xmlns").replace("<w:", f"<{prefix}")
        other = other.replace("</w:", f"</{prefix}")
        if not prefix:
            other = other.replace(" w:", " ")
        text = zipfile.ZipFile(BytesIO(reject_all(Package(packed(main=other.encode()))))).read("word/document.xml")
        assert b"two" not in text
        assert b"one" in text


CORPUS = Path(os.environ.get("PACTORIA_CORPUS", Path(__file__).parents[4] / "shared" / "data")) / "word"
LEFT_OVER = re.compile(
    rb"<w:(ins|del|moveFrom|moveTo|cell(Ins|Del|Merge)|(r|p|tbl|tr|tc|sect)PrChange|tblGridChange|numberingChange"
    rb"|moveFromRangeStart|moveToRangeEnd|delText)[ />]"
)


def tracked_files() -> list[str]:
    if not CORPUS.exists():
        return []
    lines = [line.split("\t") for line in (CORPUS / "MANIFEST.tsv").read_text("utf-8").splitlines()[1:]]
    return [columns[0] for columns in lines if "tracked" in columns[4] and "NOTZIP" not in columns[4]]


needs_corpus = pytest.mark.skipif(not CORPUS.exists(), reason="the Word corpus is missing (../shared/data/word)")


@needs_corpus
def test_the_tracked_files_of_the_corpus_resolve_wholly_and_open_in_python_docx() -> None:
    for path in tracked_files():
        data = (CORPUS / path).read_bytes()
        changes = tracked_changes(Package(data, path))
        json.dumps(changes.to_json())
        assert len({one.id for one in changes.revisions}) == len(changes.revisions), path
        for out in (changes.accept().data, changes.reject().data):
            with zipfile.ZipFile(BytesIO(out)) as archive:
                for name in archive.namelist():
                    if name.endswith(".xml"):
                        part = archive.read(name)
                        etree.fromstring(part)
                        assert not LEFT_OVER.search(part), (path, name)
            assert opens(out) or not opens(data), path


@needs_corpus
@pytest.mark.parametrize("step", [5, pytest.param(1, marks=pytest.mark.long)])
def test_accepting_in_parts_equals_accepting_all(step: int) -> None:
    for path in tracked_files()[::step]:
        whole = Package((CORPUS / path).read_bytes(), path)
        changes = tracked_changes(whole)
        wanted = [Package(changes.accept().data), Package(changes.reject().data)]
        for accept, final in zip((True, False), wanted, strict=True):
            for by_author in (True, False):
                current = whole
                while left := tracked_changes(current).revisions:
                    if by_author:
                        selection = Selection(authors=frozenset({left[0].author}))
                    else:
                        selection = Selection(kinds=frozenset({left[0].kind}))
                    now = tracked_changes(current)
                    current = Package((now.accept if accept else now.reject)(selection).data)
                    assert len(tracked_changes(current).revisions) < len(left)
                for story in final.stories:
                    mine, theirs = texts(current, story.member), texts(final, story.member)
                    if by_author:
                        assert list(filter(None, mine)) == list(filter(None, theirs)), (path, accept)
                    else:
                        assert "".join(mine) == "".join(theirs), (path, accept)


@needs_corpus
def test_rejecting_one_and_accepting_the_others_leaves_the_bytes_around_alone() -> None:
    chance = random.Random(5)
    for path in tracked_files():
        whole = Package((CORPUS / path).read_bytes(), path)
        changes = tracked_changes(whole)
        if not changes.revisions:
            continue
        one = chance.choice(changes.revisions)
        out = Package(changes.accept(Selection(ids=frozenset({one.id}))).data)
        old, new = whole.part(whole.main), out.part(out.main)
        cut = re.compile(rb"(?=<w:p[ >])")
        before, after = cut.split(old), cut.split(new)
        assert len(set(after) - set(before)) <= 3, path


def opens(data: bytes) -> bool:
    """Whether python-docx opens a file; it does not open every one."""
    try:
        docx.Document(BytesIO(data))
    except (KeyError, ValueError, AttributeError, PackageNotFoundError):
        return False
    return True


def texts(package_: Package, member: str) -> list[str]:
    root = package_.parse(member)
    name = f"{{{W}}}"
    result = []
    for one in root.iter(name + "p"):
        result.append("".join(t.text or "" for t in one.iter(name + "t", name + "delText")))
    return result


def test_single_cells_and_rows_of_inner_tables_are_listed_and_decided() -> None:
    inner = f"<w:tbl><w:tblPr/><w:tr><w:trPr>{DEL[:-1]}/></w:trPr>{CELL.format(ONE)}</w:tr></w:tbl><w:p/>"
    cells = f"<w:tc><w:tcPr><w:cellIns w:id='5' {WHO}/></w:tcPr><w:p>{TWO}</w:p></w:tc><w:tc><w:tcPr/>{inner}</w:tc>"
    made = package(f"<w:tbl><w:tblPr/><w:tr>{cells}</w:tr></w:tbl><w:p/>")
    changes = tracked_changes(made)
    assert [(one.kind, one.direction, one.text) for one in changes.revisions] == [
        ("cell", "in", "two"),
        ("row", "out", "one"),
    ]
    assert changes.unknown_to_text == {"5", "2"}
    accepted, rejected = body_of(changes.accept().data), body_of(changes.reject().data)
    assert (TWO in accepted, ONE in accepted) == (True, False)
    assert (TWO in rejected, ONE in rejected) == (False, True)
    only = body_of(changes.accept(Selection(ids=frozenset({"5"}))).data)
    assert "cellIns" not in only
    assert DEL[:-1] in only
