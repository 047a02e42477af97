import copy
import random
from dataclasses import replace

import pytest
from lxml import etree

from pactoria_desktop.contract.text import HIDDEN, LINE_BREAK, OBJECT, ContractText, TableSection, TextSection
from pactoria_desktop.documents.errors import DocumentError
from pactoria_desktop.documents.package import Package
from pactoria_desktop.documents.properties import same_properties
from pactoria_desktop.documents.reader import read
from pactoria_desktop.documents.writer import write, written
from tests.unit.documents.word_files import BROKEN, W, document, sample, story, word_files


def text_of(body: str, **parts: str) -> ContractText:
    return read(Package(document(body, **parts)))


def paragraph(body: str, **parts: str):
    section = text_of(f"<w:p>{body}</w:p>", **parts).sections[0]
    assert isinstance(section, TextSection)
    return section.paragraphs[0]


def run(text: str, properties: str = "") -> str:
    return f'<w:r>{properties}<w:t xml:space="preserve">{text}</w:t></w:r>'


def kinds(marks) -> set[str]:
    return {key.partition(":")[0] for key in marks}


def test_every_file_of_the_corpus_is_read_or_refused_in_one_sentence() -> None:
    check_all(sample(40))


@pytest.mark.long
def test_really_every_file_is_read_or_refused() -> None:
    check_all(word_files())


def check_all(paths) -> None:
    broken = set(word_files(BROKEN)) | set(word_files("altChunk"))
    for path in paths:
        try:
            text = read(Package(path.read_bytes(), path.name))
        except DocumentError as error:
            assert path in broken or "ExternalEntity" in path.name, path
            assert path.name in str(error)  # noqa: PT017
            continue
        assert text == read(Package(path.read_bytes(), path.name)), "reading twice differs"
        check_sound(text)


def check_sound(text: ContractText) -> None:
    """What contract/text.py promises of every text."""
    ids = [section.id for section in text.sections]
    assert len(set(ids)) == len(ids)
    for section in text.sections:
        if isinstance(section, TextSection):
            assert 1 <= len(section.paragraphs) <= 100 or section.part.startswith("textbox")
            groups = [section.paragraphs]
        else:
            assert section.rows
            groups = [cell.paragraphs for row in section.rows for cell in row.cells]
        for paragraphs in groups:
            assert paragraphs
            for one in paragraphs:
                assert all(span.text and "\n" not in span.text for span in one.spans)
                assert all(a.marks != b.marks for a, b in zip(one.spans, one.spans[1:], strict=False))
                for marks in (one.marks, *(span.marks for span in one.spans)):
                    for key, value in marks.items():
                        kind, _, name = key.partition(":")
                        if kind in ("ins", "del", "moveFrom", "moveTo", "fmt", "pfmt"):
                            assert name in text.revisions
                        if kind == "box":
                            assert name in text.material.boxes
                        if key == "run":
                            assert value in text.material.runs
                        if key == "obj":
                            assert value in text.material.objects
                        if key == "p:props":
                            assert value in text.material.paragraphs
                for span in one.spans:
                    assert HIDDEN not in span.text or "obj" in span.marks
                    assert OBJECT not in span.text or "obj" in span.marks


def test_characters_that_word_writes_as_elements() -> None:
    one = paragraph("<w:r><w:t>a</w:t><w:tab/><w:br/><w:noBreakHyphen/><w:softHyphen/><w:cr/></w:r>")
    assert one.text == f"a\t{LINE_BREAK}\u2011\u00ad{LINE_BREAK}"
    assert one.spans[-1].marks["el"] == "cr"


def test_characters_of_a_text_that_mean_something_else_here_are_marked() -> None:
    one = paragraph("<w:r><w:t>a\nb\u2028\u2060\ufffc</w:t></w:r>")
    assert one.text == f"a b{LINE_BREAK}{HIDDEN}{OBJECT}"
    assert [span.marks.get("el") for span in one.spans] == [None, "newline", None, "t", None, None]
    assert all("obj" in span.marks for span in one.spans[-2:])


def test_revisions_nest_as_word_nests_them() -> None:
    text = text_of(
        '<w:p><w:ins w:id="1" w:author="A" w:date="2020-01-01T00:00:00Z"><w:del w:id="2" w:author="B">'
        "<w:r><w:delText>gone</w:delText></w:r></w:del></w:ins></w:p>"
    )
    marks = text.sections[0].paragraphs[0].spans[0].marks
    inserted = next(key for key in marks if key.startswith("ins:"))
    deleted = next(key for key in marks if key.startswith("del:"))
    assert marks[inserted] == {"d": 0}
    assert marks[deleted] == {"d": 1, "over": [inserted[4:]]}
    assert text.revisions[inserted[4:]].author == "A"
    assert (text.revisions[deleted[4:]].author, text.revisions[deleted[4:]].date) == ("B", "")


def test_a_tracked_mark_and_tracked_properties_stand_on_the_newline() -> None:
    text = text_of(
        '<w:p><w:pPr><w:jc w:val="center"/><w:rPr><w:del w:id="3" w:author="A"/></w:rPr>'
        '<w:pPrChange w:id="4" w:author="B"><w:pPr><w:jc w:val="right"/></w:pPr></w:pPrChange></w:pPr></w:p><w:p/>'
    )
    marks = text.sections[0].paragraphs[0].marks
    assert kinds(marks) == {"p", "del", "pfmt"}
    change = next(value for key, value in marks.items() if key.startswith("pfmt:"))
    now, before = (text.material.paragraphs[str(key)] for key in (marks["p:props"], change["props"]))
    assert (now.look.alignment, before.look.alignment) == ("center", "right")
    assert "Change" not in now.xml
    assert "w:del" not in now.xml


def test_tracked_formatting_names_what_was_before() -> None:
    text = text_of(
        "<w:p><w:r><w:rPr><w:b/><w:rPrChange w:id='1' w:author='A'><w:rPr><w:i/></w:rPr></w:rPrChange></w:rPr>"
        "<w:t>x</w:t></w:r></w:p>"
    )
    marks = text.sections[0].paragraphs[0].spans[0].marks
    change = next(value for key, value in marks.items() if key.startswith("fmt:"))
    assert text.material.runs[str(marks["run"])].look.bold
    assert not text.material.runs[str(change["run"])].look.bold
    assert text.material.runs[str(change["run"])].look.italic


def test_fields_reach_from_begin_to_end_over_paragraphs() -> None:
    text = text_of(
        '<w:p><w:r><w:t>See </w:t><w:fldChar w:fldCharType="begin"/><w:instrText>REF x</w:instrText>'
        '<w:fldChar w:fldCharType="separate"/><w:t>one</w:t></w:r></w:p>'
        '<w:p><w:r><w:t>two</w:t><w:fldChar w:fldCharType="end"/><w:t> after</w:t></w:r></w:p>'
    )
    first, second = text.sections[0].paragraphs
    assert "fld" not in kinds(first.spans[0].marks)
    assert all("fld" in kinds(span.marks) for span in first.spans[1:])
    assert first.marks["p:fix"] is True
    assert [("fld" in kinds(span.marks), span.text) for span in second.spans] == [
        (True, "two"),
        (True, HIDDEN),
        (False, " after"),
    ]


def test_containers_become_boxes_and_locked_ones_say_so() -> None:
    text = text_of(
        f'<w:p><w:hyperlink w:anchor="a">{run("link")}</w:hyperlink>'
        f"<w:sdt><w:sdtPr><w:lock w:val='sdtContentLocked'/></w:sdtPr><w:sdtContent>{run('fixed')}</w:sdtContent>"
        "</w:sdt>"
        f"<w:fldSimple w:instr='PAGE'>{run('3')}</w:fldSimple></w:p>"
    )
    spans = text.sections[0].paragraphs[0].spans
    assert [(span.text, span.marks.get("lock")) for span in spans] == [("link", None), ("fixed", True), ("3", True)]
    boxes = [text.material.boxes[next(k for k in span.marks if k.startswith("box:"))[4:]] for span in spans]
    assert [box.kind for box in boxes] == ["hyperlink", "sdt", "fldSimple"]


def test_bookmarks_and_comments_have_no_width() -> None:
    text = text_of(
        '<w:p><w:bookmarkStart w:id="0" w:name="here"/><w:commentRangeStart w:id="7"/><w:r><w:t>word</w:t></w:r>'
        '<w:commentRangeEnd w:id="7"/><w:r><w:commentReference w:id="7"/></w:r><w:r><w:t> on</w:t></w:r></w:p>'
    )
    one = text.sections[0].paragraphs[0]
    assert one.text.replace(HIDDEN, "") == "word on"
    assert [span.text for span in one.spans if "comment:7" in span.marks and span.text != HIDDEN] == ["word"]
    roles = [text.material.objects[str(span.marks["obj"])].role for span in one.spans if "obj" in span.marks]
    assert roles == ["bookmarkStart", "commentRangeStart", "commentRangeEnd", "commentReference"]


def test_mathematics_are_words_of_one_object() -> None:
    m = 'xmlns:m="http://schemas.openxmlformats.org/officeDocument/2006/math"'
    one = paragraph(f"<m:oMath {m}><m:r><m:t>a+b</m:t></m:r></m:oMath>")
    assert one.text == "a+b"
    assert "obj" in one.spans[0].marks


def test_segments_end_at_tables_controls_and_cells() -> None:
    text = text_of(
        "<w:p/><w:p/><w:tbl><w:tr><w:tc><w:p/><w:p/></w:tc></w:tr></w:tbl><w:p/>"
        "<w:sdt><w:sdtContent><w:p/></w:sdtContent></w:sdt><w:p/><w:bookmarkEnd w:id='1'/><w:p/>"
    )
    fixed = [
        [bool(one.marks.get("p:fix")) for one in section.paragraphs]
        for section in text.sections
        if isinstance(section, TextSection)
    ]
    assert fixed == [[False, True], [True, True, False, True]]
    table = text.sections[1]
    assert isinstance(table, TableSection)
    assert [bool(one.marks.get("p:fix")) for one in table.rows[0].cells[0].paragraphs] == [False, True]


def test_tables_keep_spans_ragged_rows_and_what_is_nested() -> None:
    text = text_of(
        '<w:tbl><w:tblGrid><w:gridCol w:w="100"/><w:gridCol w:w="200"/></w:tblGrid>'
        '<w:tr><w:tc><w:tcPr><w:gridSpan w:val="2"/><w:vMerge w:val="restart"/></w:tcPr><w:p/></w:tc></w:tr>'
        "<w:tr><w:trPr><w:ins w:id='5' w:author='A'/></w:trPr><w:tc><w:tcPr><w:gridSpan w:val='2'/><w:vMerge/></w:tcPr>"
        f"<w:p>{'<w:r><w:t>outer</w:t></w:r>'}</w:p><w:tbl><w:tr><w:tc><w:p><w:r><w:t>in</w:t></w:r></w:p></w:tc></w:tr>"
        "</w:tbl><w:p/></w:tc></w:tr><w:tr><w:tc><w:p/></w:tc></w:tr></w:tbl>"
    )
    table = text.sections[0]
    assert isinstance(table, TableSection)
    assert table.widths == (100, 200)
    assert [(cell.columns, cell.continues) for row in table.rows for cell in row.cells] == [
        (2, False),
        (2, True),
        (1, False),
    ]
    nested = table.rows[1].cells[0].paragraphs
    assert [(one.text, one.marks.get("p:fix")) for one in nested] == [("outer", True), ("in", True), ("", True)]
    assert kinds(table.rows[1].marks) == {"ins"}


def test_every_story_is_a_part() -> None:
    note = '<w:footnote w:type="separator" w:id="0"><w:p/></w:footnote><w:footnote w:id="2"><w:p/></w:footnote>'
    text = text_of(
        "<w:p/>", footnotes=story("footnotes", note), header1=story("hdr", "<w:p/>"), footer2=story("ftr", "<w:p/>")
    )
    assert [section.part for section in text.sections] == [
        "main",
        "footnote:2",
        "header:word/header1.xml",
        "footer:word/footer2.xml",
    ]


def test_text_boxes_are_parts_and_their_fallback_is_not() -> None:
    box = "<w:txbxContent><w:p><w:r><w:t>{}</w:t></w:r></w:p></w:txbxContent>"
    mc = 'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006"'
    text = text_of(
        f"<w:p><w:r><mc:AlternateContent {mc}><mc:Choice Requires='wps'>{box.format('shown')}</mc:Choice>"
        f"<mc:Fallback>{box.format('old')}</mc:Fallback></mc:AlternateContent></w:r></w:p>"
        f"<w:p><w:r><w:pict>{box.format('same')}</w:pict></w:r></w:p>"
        f"<w:p><w:r><w:pict>{box.format('same')}</w:pict></w:r></w:p>"
    )
    boxes = [section for section in text.sections if section.part.startswith("textbox:")]
    assert [section.paragraphs[0].text for section in boxes] == ["shown", "same", "same"]
    assert len({section.part for section in boxes}) == 3


def test_long_texts_are_cut_before_headings() -> None:
    heading = '<w:p><w:pPr><w:outlineLvl w:val="0"/></w:pPr></w:p>'
    text = text_of("<w:p/>" * 70 + heading + "<w:p/>" * 150 + heading + "<w:p/>" * 5)
    assert [len(section.paragraphs) for section in text.sections] == [70, 100, 57]


def test_looks_follow_styles_and_theme() -> None:
    styles = story(
        "styles",
        "<w:docDefaults><w:rPrDefault><w:rPr><w:rFonts w:asciiTheme='minorHAnsi'/><w:sz w:val='22'/></w:rPr>"
        "</w:rPrDefault></w:docDefaults>"
        "<w:style w:type='paragraph' w:default='1' w:styleId='N'><w:name w:val='Normal'/></w:style>"
        "<w:style w:type='paragraph' w:styleId='H1'><w:name w:val='heading 1'/><w:basedOn w:val='N'/>"
        "<w:pPr><w:jc w:val='center'/><w:ind w:left='720' w:hanging='360'/></w:pPr>"
        "<w:rPr><w:b/><w:sz w:val='32'/></w:rPr></w:style>"
        "<w:style w:type='character' w:styleId='S'><w:name w:val='Strong'/><w:rPr><w:b/></w:rPr></w:style>",
    )
    theme = (
        '<a:theme xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"><a:minorFont>'
        '<a:latin typeface="Aptos"/></a:minorFont></a:theme>'
    )
    text = text_of(
        f"<w:p>{run('plain')}</w:p><w:p><w:pPr><w:pStyle w:val='H1'/></w:pPr>{run('head')}"
        + run("both", "<w:rPr><w:rStyle w:val='S'/></w:rPr>")
        + run("off", "<w:rPr><w:b w:val='0'/></w:rPr>")
        + "</w:p>",
        styles=styles,
        theme=theme,
    )
    plain, head = text.sections[0].paragraphs
    looks = [text.material.runs[str(span.marks["run"])].look for one in (plain, head) for span in one.spans]
    assert [(look.bold, look.size, look.font) for look in looks] == [
        (False, 22, "Aptos"),
        (True, 32, "Aptos"),
        (False, 32, "Aptos"),
        (False, 32, "Aptos"),
    ]
    assert head.spans[-1].marks["bold"] is False
    layout = text.material.paragraphs[str(head.marks["p:props"])]
    assert (layout.style, layout.look.alignment, layout.look.left, layout.look.first_line) == (
        "H1",
        "center",
        720,
        -360,
    )
    assert text.material.styles["H1"].heading == 1
    keys = [str(one.spans[0].marks["run"]) for one in (plain, head)]
    assert keys[0] != keys[1]
    assert same_properties(*keys)


def test_equal_properties_have_equal_keys_whatever_the_prefix() -> None:
    ours = paragraph(run("x", "<w:rPr><w:b/></w:rPr>"))
    other = document(f'<q:p xmlns:q="{W}"><q:r><q:rPr><q:b/></q:rPr><q:t>x</q:t></q:r></q:p>')
    theirs = read(Package(other)).sections[0].paragraphs[0]
    assert ours.spans == theirs.spans
    assert ours.marks["p:props"] == theirs.marks["p:props"]


def test_numbering_comes_from_style_or_paragraph() -> None:
    numbering = story(
        "numbering",
        "<w:abstractNum w:abstractNumId='4'><w:lvl w:ilvl='0'><w:start w:val='1'/><w:numFmt w:val='upperRoman'/>"
        "<w:lvlText w:val='%1.'/><w:pPr><w:ind w:left='500' w:hanging='250'/></w:pPr></w:lvl>"
        "<w:lvl w:ilvl='1'><w:pStyle w:val='L2'/><w:isLgl/></w:lvl></w:abstractNum>"
        "<w:num w:numId='9'><w:abstractNumId w:val='4'/><w:lvlOverride w:ilvl='0'><w:startOverride w:val='5'/>"
        "</w:lvlOverride></w:num>",
    )
    styles = story(
        "styles",
        "<w:style w:type='paragraph' w:styleId='L2'><w:name w:val='Level 2'/><w:pPr><w:numPr><w:numId w:val='9'/>"
        "</w:numPr></w:pPr></w:style>",
    )
    text = text_of(
        "<w:p><w:pPr><w:numPr><w:ilvl w:val='0'/><w:numId w:val='9'/></w:numPr></w:pPr></w:p>"
        "<w:p><w:pPr><w:pStyle w:val='L2'/></w:pPr></w:p>"
        "<w:p><w:pPr><w:pStyle w:val='L2'/><w:numPr><w:numId w:val='0'/></w:numPr></w:pPr></w:p>",
        numbering=numbering,
        styles=styles,
    )
    values = [text.material.paragraphs[str(one.marks["p:props"])] for one in text.sections[0].paragraphs]
    assert [(value.numbering, value.level) for value in values] == [("9", 0), ("9", 1), (None, 0)]
    assert (values[0].look.left, values[0].look.first_line) == (500, -250)
    instance = text.material.numberings["9"]
    assert (instance.levels[0].format, instance.levels[0].text, instance.levels[0].start) == ("upperRoman", "%1.", 5)
    assert instance.starts == ((0, 5),)
    assert instance.levels[1].legal
    assert instance.levels[1].style == "L2"


def test_a_strict_file_is_read() -> None:
    package = Package(document(f"<w:p>{run('strict')}</w:p>"))
    strict = package.part("word/document.xml").replace(W.encode(), b"http://purl.oclc.org/ooxml/wordprocessingml/main")
    package = Package(package.with_parts({"word/document.xml": strict}))
    assert package.strict
    assert read(package).sections[0].paragraphs[0].text == "strict"


def test_other_encodings_are_read() -> None:
    package = Package(document(f"<w:p>{run('é “x”')}</w:p>"))
    text = package.part("word/document.xml").decode()
    for encoding in ("utf-16", "utf-8-sig", "windows-1252"):
        declared = text.replace("UTF-8", encoding.removesuffix("-sig"))
        other = Package(package.with_parts({"word/document.xml": declared.encode(encoding)}))
        assert read(other).sections[0].paragraphs[0].text == "é “x”"


@pytest.mark.parametrize(
    "body",
    ["<w:altChunk/>", "<w:tbl/>", "<w:tbl><w:tr/></w:tbl>", "", "<w:sectPr/>", "<w:tbl><w:tr><w:tc/></w:tr></w:tbl>"],
)
def test_bodies_without_paragraphs_still_have_a_place_to_type(body: str) -> None:
    if "altChunk" in body:
        with pytest.raises(DocumentError, match="altChunk"):
            text_of(body)
        return
    check_sound(replace(text_of(body), comments=()))
    assert text_of(body).sections


@pytest.mark.parametrize(
    "opening", ['<w:commentRangeStart w:id="{}"/>', '<w:r><w:fldChar w:id="{}" w:fldCharType="begin"/></w:r>']
)
def test_thousands_of_comments_or_fields_over_the_same_words_are_refused(opening: str) -> None:
    body = "<w:p>" + "".join(opening.format(number) + run("a") for number in range(2_000)) + "</w:p>"
    with pytest.raises(DocumentError, match="more comments or fields over the same words"):
        text_of(body)


def test_content_nested_too_deeply_is_refused() -> None:
    inserted = "<w:p>" + "<w:ins>" * 1500 + run("x") + "</w:ins>" * 1500 + "</w:p>"
    controlled = "<w:sdt>" * 1500 + "<w:p/>" + "</w:sdt>" * 1500
    for inner in (inserted, controlled):
        with pytest.raises(DocumentError):
            text_of(inner)


def test_whatever_is_damaged_inside_is_read_or_refused_and_written_back_unchanged() -> None:
    chance = random.Random(11)
    files = [path for path in sample(60) if path.stat().st_size < 60_000]
    done = 0
    for path in files:
        if path in word_files(BROKEN):
            continue
        package = Package(path.read_bytes(), path.name)
        members = [story.member for story in package.stories] + [
            member for kind in ("styles", "numbering", "comments") if (member := package.related(kind))
        ]
        try:
            parts = {member: damaged(package.parse(member), chance) for member in members}
            hurt = Package(package.with_parts(parts), path.name)
            text = read(hurt)
        except DocumentError:
            continue
        assert write(hurt, text, read(hurt)) == hurt.data
        if not hurt.strict:
            read(Package(written(hurt, text, text, everything=True).data))
            done += 1
    assert done > 20


def damaged(root: etree._Element, chance: random.Random) -> bytes:
    """The part with a few elements taken out, doubled, moved or given odd attributes."""
    elements = list(root.iter(etree.Element))[1:]
    for _ in range(5 if elements else 0):
        one, other = chance.choice(elements), chance.choice(elements)
        parent = one.getparent()
        if parent is None:
            continue
        kind = chance.randrange(4)
        if kind == 0:
            parent.remove(one)
        elif kind == 1:
            parent.append(copy.deepcopy(one))
        elif kind == 2 and one.attrib:
            one.set(chance.choice(list(one.attrib)), chance.choice(["", "-1", "x", "9" * 14, "a:b"]))
        elif kind == 3 and one is not other and one not in other.iterancestors() and other not in one.iterancestors():
            other.append(one)
    return etree.tostring(root)
