import pytest

from pactoria_desktop.contract.accepted import accepted
from pactoria_desktop.contract.text import (
    HIDDEN,
    OBJECT,
    Box,
    ContractText,
    Material,
    Numbering,
    NumberingLevel,
    Paragraph,
    ParagraphProperties,
    Span,
    TextSection,
    WordObject,
)
from pactoria_desktop.documents.errors import DocumentError
from pactoria_desktop.documents.fields import references, stale
from pactoria_desktop.documents.package import Package
from pactoria_desktop.documents.reader import read
from tests.unit.documents.test_tracked import CORPUS, needs_corpus

LEVELS = (
    NumberingLevel(text="%1."),
    NumberingLevel(text="%1.%2"),
    NumberingLevel("lowerLetter", "(%3)"),
    NumberingLevel("lowerRoman", "(%4)."),
)
OBJECTS = {
    "begin": WordObject("field", "<w:fldChar/>", True, "fldChar:begin"),
    "separate": WordObject("field", "<w:fldChar/>", True, "fldChar:separate"),
    "end": WordObject("field", "<w:fldChar/>", True, "fldChar:end"),
    "mark": WordObject("anchor", '<w:bookmarkStart w:id="1" w:name="_Ref1"/>', False, "bookmarkStart", "_Ref1"),
    "unmark": WordObject("anchor", '<w:bookmarkEnd w:id="1"/>', False, "bookmarkEnd", "1"),
    "note": WordObject("note", "<w:footnoteReference/>", True, "footnoteReference", "1"),
}


def hidden(key: str) -> Span:
    return Span(HIDDEN, {"obj": key})


def numbered(level: int, *spans: Span) -> Paragraph:
    return Paragraph(spans, {"p:props": f"l{level}"})


def contract(target: int, code: str, shown: str, *, place: int = 5, note: bool = False) -> ContractText:
    """Levels 0 1 2 3 3 and a paragraph of level ``place``; the bookmark is in paragraph ``target``."""
    objects = dict(OBJECTS)
    objects["code"] = WordObject("field", f"<w:instrText> {code} </w:instrText>", True, "instrText")
    field = [hidden("begin"), hidden("code"), hidden("separate"), Span(shown), hidden("end")]
    paragraphs = []
    for number, level in enumerate((0, 1, 2, 3, 3)):
        spans = [Span(f"words {number}")]
        if note:
            spans.append(Span(OBJECT, {"obj": "note"}))
        if number == target:
            spans = [hidden("mark"), *spans, hidden("unmark")]
        paragraphs.append(numbered(level, *spans))
    tail = [Span("see "), *field, Span(" end")]
    paragraphs.append(numbered(place, *tail) if place < 5 else Paragraph(tuple(tail)))
    material = Material(
        objects=objects,
        numberings={"1": Numbering("1", "0", LEVELS)},
        paragraphs={f"l{level}": ParagraphProperties(numbering="1", level=level) for level in range(4)},
    )
    return ContractText((TextSection("s", tuple(paragraphs)),), material=material)


@pytest.mark.parametrize(
    ("target", "switches", "place", "live"),
    [
        (0, "\\r \\h", 5, "1"),
        (1, "\\r \\h", 5, "1.1"),
        (2, "\\n \\h", 5, "(a)"),
        (2, "\\w \\h", 5, "1.1(a)"),
        (2, "\\r \\h", 5, "1.1(a)"),
        (4, "\\w", 5, "1.1(a)(ii)"),
        (4, "\\r", 3, "(ii)"),
        (4, "\\n", 5, "(ii)"),
        (2, "\\r", 2, "(a)"),
        (0, "\\p", 5, "above"),
        (3, "", 5, "words 3"),
    ],
)
def test_a_reference_shows_the_live_number(target: int, switches: str, place: int, live: str) -> None:
    (found,) = references(contract(target, f"REF _Ref1 {switches}", live, place=place))
    assert (found.live, found.state, found.shown) == (live, "current", live)
    assert stale(contract(target, f"REF _Ref1 {switches}", live, place=place)) == ()
    (old,) = stale(contract(target, f"REF _Ref1 {switches}", "9.9", place=place))
    assert (old.live, old.state, old.shown) == (live, "stale", "9.9")


def test_offsets_are_those_of_the_shown_words() -> None:
    text = contract(2, "REF _Ref1 \\r", "7.7")
    (found,) = references(text)
    assert accepted(text).text[found.start : found.end] == "7.7"
    assert found.paragraph == "p6"


def test_missing_bookmarks_are_told_and_page_numbers_left_alone() -> None:
    assert [one.state for one in references(contract(2, "REF _Gone \\r", "1"))] == ["missing"]
    assert [one.state for one in references(contract(2, "PAGEREF _Ref1 \\h", "12"))] == ["unknown"]
    assert [one.state for one in references(contract(2, "PAGEREF _Gone \\h", "12"))] == ["missing"]


def test_a_reference_to_a_note_counts_notes() -> None:
    (found,) = references(contract(2, "NOTEREF _Ref1 \\h", "3", note=True))
    assert (found.live, found.state) == ("3", "current")


def test_other_fields_are_not_references() -> None:
    assert references(contract(2, "TOC \\o", "x")) == ()
    assert references(contract(2, "REF", "x")) == ()


def test_a_simple_field_is_read_as_well() -> None:
    made = contract(2, "TOC", "x")
    boxes = {"b": Box("fldSimple", '<w:fldSimple w:instr=" REF _Ref1 \\w &quot;x&quot; "/>')}
    paragraph = Paragraph((Span("1.1(a)", {"box:b": {"d": 0}}),))
    section = made.sections[0]
    assert isinstance(section, TextSection)
    material = Material({}, made.material.paragraphs, made.material.objects, boxes, {}, made.material.numberings)
    text = ContractText((TextSection("s", (*section.paragraphs, paragraph)),), material=material)
    assert [(one.live, one.state) for one in references(text)] == [("1.1(a)", "current")]


def test_struck_fields_are_not_listed() -> None:
    made = contract(2, "REF _Ref1 \\r", "1")
    section = made.sections[0]
    assert isinstance(section, TextSection)
    struck = tuple(Span(span.text, {**span.marks, "del:x": {"d": 0}}) for span in section.paragraphs[-1].spans)
    text = ContractText((TextSection("s", (*section.paragraphs[:-1], Paragraph(struck))),), material=made.material)
    assert references(text) == ()


@needs_corpus
def test_numbers_that_word_cached_in_real_files_are_the_numbers_computed_here() -> None:
    lines = [line.split("\t") for line in (CORPUS / "MANIFEST.tsv").read_text("utf-8").splitlines()[1:]]
    compared = 0
    for columns in lines:
        if "xref" not in columns[4]:
            continue
        try:
            text = read(Package((CORPUS / columns[0]).read_bytes(), columns[0]))
        except DocumentError:
            continue
        for one in references(text):
            if one.live is not None and set(one.switches) & {"r", "n", "w"}:
                assert one.state == "current", (columns[0], one)
                compared += 1
    assert compared >= 5
