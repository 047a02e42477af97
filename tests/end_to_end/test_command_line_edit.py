"""What ``pactoria edit`` does to a file: all operations at once, on the file as given, and nothing else changes."""

import json
from pathlib import Path
from typing import Any

import pytest

from pactoria_desktop.services.sources import Source
from tests.end_to_end import corpus_judge as judge
from tests.end_to_end.command_line import call
from tests.samples import SAMPLES
from tests.unit.documents import oracle
from tests.unit.documents.word_files import document, story

SERVICES = SAMPLES / "services-agreement.docx"
NDA_BACK = SAMPLES / "mutual-nda-from-tessel.docx"


def paragraph(words: str, extra: str = "") -> str:
    return f'<w:p><w:r><w:t xml:space="preserve">{words}</w:t></w:r>{extra}</w:p>'


def field(code: str, result: str) -> str:
    def char(kind: str) -> str:
        return f'<w:r><w:fldChar w:fldCharType="{kind}"/></w:r>'

    return (
        f"{char('begin')}<w:r><w:instrText>{code}</w:instrText></w:r>{char('separate')}"
        f"<w:r><w:t>{result}</w:t></w:r>{char('end')}"
    )


@pytest.fixture(autouse=True)
def _folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


class Desk:
    """A file, its text and its rows."""

    def __init__(self, data: bytes) -> None:
        Path("file.docx").write_bytes(data)
        self.data = data
        self.text: str = call("text", "file.docx").out.decode()
        self.rows: list[dict[str, Any]] = call("outline", "file.docx", "--json").json["paragraphs"]

    def find(self, words: str, text: str | None = None) -> dict[str, Any]:
        """A replacement of these words, the first time they stand there."""
        start = self.text.index(words)
        return {"op": "replace", "start": start, "end": start + len(words), "text": text or ""}

    def row(self, words: str) -> dict[str, Any]:
        """The paragraph that begins with these words."""
        return next(row for row in self.rows if row["text"].startswith(words))

    def edit(self, *operations: dict[str, Any], options: tuple[str, ...] = ()) -> bytes:
        """The file after operations, judged as every edit is unless ``options`` ask for something else."""
        Path("ops.json").write_text(json.dumps(operations), encoding="utf-8")
        named = () if options else ("--author", judge.AUTHOR, "--date", judge.DATE)
        outcome = call("edit", "file.docx", "--ops", "ops.json", "--out", "out.docx", *named, *options)
        assert outcome.status == 0, outcome.err
        data = Path("out.docx").read_bytes()
        if not options:
            file = judge.Opened(Source("file.docx", ".docx", self.data), self.text, self.rows)
            assert list(judge.edit_problems(file, judge.Trial(list(operations), data), judge.Counter())) == []
        return data

    def refused(self, *operations: dict[str, Any], words: str) -> None:
        """These operations are refused with these words, and nothing is written."""
        outcome = call("edit", "file.docx", "--ops", json.dumps(operations), "--out", "none.docx")
        assert outcome.status == 2
        assert words in outcome.err
        assert not Path("none.docx").exists()


def lines(data: bytes, accept: bool = True) -> list[str]:
    return oracle.view(data, accept)["word/document.xml"]


PLAIN = document("".join(paragraph(words) for words in ("First words here.", "Second words.", "Third.", "Last.")))


def test_operations_mean_the_file_as_given_in_any_order() -> None:
    desk = Desk(PLAIN)
    operations = [
        desk.find("First", "The very first"),
        {"op": "insert_paragraph_after", "paragraph": desk.row("Second")["id"], "text": "New."},
        desk.find("Last", "The last"),
        {"op": "delete_paragraph", "paragraph": desk.row("Third")["id"]},
        desk.find("words.", "phrases."),
    ]
    wanted = ["The very first words here.", "Second phrases.", "New.", "The last."]
    for order in (operations, operations[::-1]):
        assert lines(desk.edit(*order)) == wanted


def test_a_replacement_over_newlines_strikes_paragraph_marks_and_newlines_in_words_make_paragraphs() -> None:
    desk = Desk(PLAIN)
    joined = desk.edit(desk.find("here.\nSecond", "and "))
    assert lines(joined) == ["First words and  words.", "Third.", "Last."]
    assert lines(joined, False) == lines(PLAIN)
    kinds = [each["kind"] for each in call("revisions", "out.docx", "--json").json["revisions"]]
    assert "paragraph_mark" in kinds
    split = desk.edit(desk.find(" words.", "\nOne\r\nTwo"))
    assert lines(split) == ["First words here.", "Second", "One", "Two", "Third.", "Last."]


def test_overlapping_operations_are_refused() -> None:
    desk = Desk(PLAIN)
    desk.refused(desk.find("First words", "x"), desk.find("words here", "y"), words="Operations 0 and 1 overlap")
    desk.refused(
        {"op": "delete_paragraph", "paragraph": desk.row("Second")["id"]},
        desk.find("Second", "x"),
        words="overlap",
    )
    desk.edit(desk.find("First", "x"), desk.find(" words", "y"))


def test_the_last_paragraph_goes_with_the_newline_before_it() -> None:
    desk = Desk(PLAIN)
    assert lines(desk.edit({"op": "delete_paragraph", "paragraph": desk.row("Last")["id"]})) == lines(PLAIN)[:-1]
    assert lines(
        desk.edit(
            {"op": "delete_paragraph", "paragraph": desk.row("Third")["id"]},
            {"op": "delete_paragraph", "paragraph": desk.row("Last")["id"]},
        )
    ) == ["First words here.", "Second words."]
    alone = Desk(document(paragraph("Alone.")))
    alone.refused({"op": "delete_paragraph", "paragraph": "p1"}, words="last paragraph")


def test_fields_and_controls_are_taken_whole_or_not_at_all() -> None:
    control = (
        '<w:sdt><w:sdtPr><w:alias w:val="Name"/></w:sdtPr><w:sdtContent><w:r><w:t>Acme Ltd</w:t></w:r></w:sdtContent>'
        "</w:sdt>"
    )
    reference = f"<w:p><w:r><w:t>See </w:t></w:r>{field(' REF a ', '11.1')}<w:r><w:t> there.</w:t></w:r></w:p>"
    party = f'<w:p><w:r><w:t xml:space="preserve">By </w:t></w:r>{control}<w:r><w:t>, today.</w:t></w:r></w:p>'
    desk = Desk(document(reference + party))
    desk.refused(desk.find("See 11", "x"), words="field")
    desk.refused(desk.find(".1 there", "x"), words="field")
    place = desk.text.index("1.1")
    desk.refused({"op": "replace", "start": place, "end": place, "text": "x"}, words="field")
    desk.refused(desk.find("By Ac", "x"), words="content control")
    desk.refused(desk.find("Ltd, to", "x"), words="content control")
    assert lines(desk.edit(desk.find("11.1", "12"))) == ["See 12 there.", "By Acme Ltd, today."]
    assert lines(desk.edit(desk.find("Acme", "Zenith"))) == ["See 11.1 there.", "By Zenith Ltd, today."]
    assert lines(desk.edit(desk.find("By Acme Ltd, ", ""))) == ["See 11.1 there.", "today."]


def table(*cells: str) -> str:
    inside = "".join(f"<w:tc><w:tcPr/>{cell}</w:tc>" for cell in cells)
    return f"<w:tbl><w:tblPr/><w:tblGrid/><w:tr>{inside}</w:tr></w:tbl>"


def test_tables_are_edited_within_their_cells() -> None:
    desk = Desk(document(paragraph("Before.") + table(paragraph("One.") + paragraph("Two."), paragraph("Three."))
                         + paragraph("After.")))  # fmt: skip
    assert [row["in_table"] for row in desk.rows] == [False, True, True, True, False]
    assert lines(desk.edit(desk.find("Three", "3"), desk.find("One.\nTwo", "1"))) == ["Before.", "1.", "3.", "After."]
    assert lines(desk.edit({"op": "delete_paragraph", "paragraph": desk.row("Two")["id"]}))[1:3] == ["One.", "Three."]
    assert lines(desk.edit({"op": "insert_paragraph_after", "paragraph": desk.row("Three")["id"], "text": "4"}))[
        3:5
    ] == ["Three.", "4"]
    desk.refused({"op": "delete_paragraph", "paragraph": desk.row("Three")["id"]}, words="table cell")
    desk.refused(desk.find("Two.\nThree", "x"), words="table cell")


def test_notes_headers_and_text_boxes_are_edited_in_their_own_parts() -> None:
    box = (
        '<w:r><w:pict><v:shape xmlns:v="urn:schemas-microsoft-com:vml"><v:textbox><w:txbxContent>'
        f"{paragraph('Boxed words.')}</w:txbxContent></v:textbox></v:shape></w:pict></w:r>"
    )
    reference = '<w:r><w:footnoteReference w:id="2"/></w:r>'
    section = (
        '<w:sectPr><w:headerReference w:type="default" r:id="rel0" '
        'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"/></w:sectPr>'
    )
    header = story("hdr", paragraph("Head words."))
    notes = story("footnotes", f'<w:footnote w:id="2">{paragraph("Noted words.")}</w:footnote>')
    body = paragraph("Body words.", reference) + paragraph("Holder.", box) + paragraph("Quiet.") + section
    desk = Desk(document(body, header=header, footnotes=notes))
    parts = [row["part"].partition(":")[0] for row in desk.rows]
    assert parts == ["main", "main", "main", "footnote", "header", "textbox"]
    for words, member in (
        ("Noted", "word/footnotes.xml"),
        ("Head", "word/header.xml"),
        ("Boxed", "word/document.xml"),
        ("Body", "word/document.xml"),
    ):
        data = desk.edit(desk.find(words, "New"))
        assert judge.changed_members(desk.data, data) == [member]
        assert "New words." in call("text", "out.docx").out.decode()
        assert paragraph("Quiet.").encode() in judge.members_of(data)["word/document.xml"]


def boxed(words: str) -> str:
    return (
        '<w:r><w:pict><v:shape xmlns:v="urn:schemas-microsoft-com:vml"><v:textbox><w:txbxContent>'
        f"{paragraph(words)}</w:txbxContent></v:textbox></v:shape></w:pict></w:r>"
    )


def test_a_drawing_goes_with_the_words_of_its_text_box() -> None:
    desk = Desk(document(paragraph("Holder.", boxed("Boxed words.")) + paragraph("Quiet.") + paragraph("Last.")))
    named = ("--author", judge.AUTHOR, "--date", judge.DATE)
    for operation in (desk.find("\ufffc"), {"op": "delete_paragraph", "paragraph": desk.row("Holder")["id"]}):
        data = desk.edit(operation, options=named)
        assert "Boxed" not in call("text", "out.docx").out.decode()
        assert call("reject", "out.docx", "--out", "back.docx").status == 0
        assert call("text", "back.docx").out.decode() == desk.text
        assert oracle.plain_text_in_deletions(data) == 0
        clean = desk.edit(operation, options=("--clean",))
        assert b"txbxContent" not in judge.members_of(clean)["word/document.xml"]
    desk.refused(desk.find("\ufffc"), desk.find("Boxed", "x"), words="leave one of them out")
    struck = Desk(desk.edit(desk.find("\ufffc"), options=named))
    assert lines(struck.edit(struck.find("Last", "Final"), options=named))[-1] == "Final."


def test_a_literal_object_character_is_struck_as_words() -> None:
    desk = Desk(document(paragraph("Be\ufffcfore.", boxed("Boxed.")) + paragraph("Last.")))
    data = desk.edit(desk.find("Be\ufffcfore"))
    assert oracle.plain_text_in_deletions(data) == 0
    assert "<w:delText>\ufffc</w:delText>" in judge.members_of(data)["word/document.xml"].decode()
    assert b"Boxed." in judge.members_of(data)["word/document.xml"]


def test_clean_leaves_no_marks_and_keeps_earlier_ones() -> None:
    desk = Desk(NDA_BACK.read_bytes())
    place = desk.text.index("Quayside")
    operation = {"op": "replace", "start": place, "end": place + 8, "text": "Harbour"}
    data = desk.edit(operation, options=("--clean",))
    assert oracle.authors(data) == oracle.authors(desk.data)
    assert call("text", "out.docx").out.decode() == desk.text.replace("Quayside", "Harbour", 1)


def test_author_and_date_are_as_given() -> None:
    desk = Desk(SERVICES.read_bytes())
    operations = [desk.find("Supplier", "Carrier"), {**desk.find("Freight"), "op": "comment", "text": "Whose?\nHers."}]
    options = ("--author", "Inès “Zoë” O’Hara & Söhne <x>", "--date", "2026-01-31T18:00:00+02:00")
    desk.edit(*operations, options=options)
    listed = call("revisions", "out.docx", "--json").json
    assert {(each["author"], each["date"]) for each in listed["revisions"]} == {(options[1], "2026-01-31T16:00:00Z")}
    (comment,) = listed["comments"]
    assert (comment["author"], comment["date"]) == (options[1], "2026-01-31T16:00:00Z")
    assert (comment["quote"], comment["text"]) == ("Freight", "Whose?\nHers.")


def test_the_same_edit_gives_the_same_bytes() -> None:
    desk = Desk(SERVICES.read_bytes())
    operations = [desk.find("Supplier", "Carrier"), desk.find("Bristol")]
    assert desk.edit(*operations) == desk.edit(*operations)


def test_soft_hyphens_are_written_but_not_counted() -> None:
    desk = Desk(PLAIN)
    data = desk.edit(desk.find("Third", "Dritt\u00adletzter"))
    assert call("text", "out.docx").out.decode().splitlines()[2] == "Drittletzter."
    assert "Dritt\u00adletzter" in "".join(lines(data)) or b"softHyphen" in judge.members_of(data)["word/document.xml"]
