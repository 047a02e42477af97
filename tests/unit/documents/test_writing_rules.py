"""The serialisation rules one by one, on small documents made by hand."""

from dataclasses import replace

import pytest
from lxml import etree

from pactoria_desktop.contract.text import (
    Cell,
    ContractText,
    Paragraph,
    Revision,
    Row,
    Span,
    TableSection,
    TextSection,
)
from pactoria_desktop.documents.errors import DocumentError
from pactoria_desktop.documents.package import Package
from pactoria_desktop.documents.reader import read
from pactoria_desktop.documents.writer import write, written
from tests.unit.documents import oracle
from tests.unit.documents.word_files import W, document, story

DATE = "2026-11-22T12:00:00Z"
TYPED = {
    name: Revision(name, "insertion", author, DATE)
    for name, author in (("n", "New"), ("m", "Mary"), ("early", "Early"))
}


def opened(body: str, **parts: str) -> tuple[Package, ContractText]:
    package = Package(document(body, **parts))
    text = read(package)
    return package, replace(text, revisions={**text.revisions, **TYPED})


def run(text: str) -> str:
    return f'<w:r><w:t xml:space="preserve">{text}</w:t></w:r>'


def with_paragraphs(text: ContractText, paragraphs, section: int = 0) -> ContractText:
    sections = list(text.sections)
    sections[section] = replace(sections[section], paragraphs=tuple(paragraphs))
    return replace(text, sections=tuple(sections))


def body_of(data: bytes, member: str = "word/document.xml") -> str:
    """The part without namespaces and dates, quick to read."""
    xml = Package(data).part(member).decode()
    for noise in (f' xmlns:w="{W}"', f' w:date="{DATE}"'):
        xml = xml.replace(noise, "")
    return xml.partition("<w:body>")[2].partition("</w:body>")[0] or xml


def paragraphs(text: ContractText, section: int = 0) -> tuple[Paragraph, ...]:
    found = text.sections[section]
    assert isinstance(found, TextSection)
    return found.paragraphs


def test_typing_writes_an_insertion_with_author_and_date() -> None:
    package, text = opened(f"<w:p>{run('ab')}</w:p><w:p/>")
    first, second = paragraphs(text)
    own = first.spans[0].marks
    new = (Span("a", own), Span("x\t<", {**own, "ins:n": {"d": 0}}), Span("b", own))
    data = write(package, text, with_paragraphs(text, (replace(first, spans=new), second)))
    assert body_of(data) == (
        '<w:p><w:r><w:t>a</w:t></w:r><w:ins w:id="1" w:author="New"><w:r><w:t>x</w:t><w:tab/><w:t>&lt;</w:t></w:r>'
        "</w:ins><w:r><w:t>b</w:t></w:r></w:p><w:p/>"
    )


def test_an_insertion_inside_anothers_divides_it_and_only_the_first_half_keeps_its_id() -> None:
    package, text = opened(f'<w:p><w:ins w:id="7" w:author="A" w:date="{DATE}">{run("ab")}</w:ins></w:p>')
    (first,) = paragraphs(text)
    own = first.spans[0].marks
    new = (Span("a", own), Span("x", {"run": own["run"], "ins:n": {"d": 0}}), Span("b", own))
    data = write(package, text, with_paragraphs(text, (replace(first, spans=new),)))
    assert body_of(data) == (
        '<w:p><w:ins w:id="7" w:author="A"><w:r><w:t>a</w:t></w:r></w:ins>'
        '<w:ins w:id="8" w:author="New"><w:r><w:t>x</w:t></w:r></w:ins>'
        '<w:ins w:id="9" w:author="A"><w:r><w:t>b</w:t></w:r></w:ins></w:p>'
    )


def test_a_deletion_stands_inside_what_it_strikes() -> None:
    package, text = opened(
        f'<w:p><w:hyperlink w:anchor="z"><w:ins w:id="3" w:author="A">{run("ab")}</w:ins></w:hyperlink></w:p>'
    )
    (first,) = paragraphs(text)
    marks = {**first.spans[0].marks, "del:n": {"d": 0, "over": []}}
    data = write(package, text, with_paragraphs(text, (replace(first, spans=(Span("ab", marks),)),)))
    assert body_of(data) == (
        '<w:p><w:hyperlink w:anchor="z"><w:ins w:id="3" w:author="A"><w:del w:id="4" w:author="New"><w:r>'
        "<w:delText>ab</w:delText></w:r></w:del></w:ins></w:hyperlink></w:p>"
    )


def test_of_two_deletions_the_earlier_is_written_and_the_other_told() -> None:
    package, text = opened(f"<w:p>{run('ab')}</w:p>")
    earlier = replace(TYPED["early"], date="2026-01-01T00:00:00Z")
    text = replace(text, revisions={**text.revisions, "early": earlier})
    (first,) = paragraphs(text)
    marks = {**first.spans[0].marks, "del:n": {"d": 0, "over": []}, "del:early": {"d": 1, "over": []}}
    result = written(package, text, with_paragraphs(text, (replace(first, spans=(Span("ab", marks),)),)))
    assert 'w:author="Early"' in body_of(result.data)
    assert body_of(result.data).count("<w:del ") == 1
    assert len(result.notices) == 1
    assert "New" in result.notices[0]


def test_a_split_gives_the_new_half_a_copy_without_section_and_names() -> None:
    ids = 'xmlns:w14="http://schemas.microsoft.com/office/word/2010/wordml" w14:paraId="11111111"'
    package, text = opened(
        f'<w:p {ids} w:rsidR="00AA"><w:pPr><w:jc w:val="center"/><w:rPr><w:b/></w:rPr><w:sectPr/></w:pPr>'
        f"{run('ab')}</w:p>"
    )
    (first,) = paragraphs(text)
    before = Paragraph((Span("a", first.spans[0].marks),), {"p:props": first.marks["p:props"], "ins:n": {"d": 0}})
    after = replace(first, spans=(Span("b", first.spans[0].marks),))
    data = write(package, text, with_paragraphs(text, (before, after)))
    new, old = body_of(data).split("</w:p>")[:2]
    assert new == (
        '<w:p><w:pPr><w:jc w:val="center"/><w:rPr><w:ins w:id="1" w:author="New"/><w:b/></w:rPr></w:pPr>'
        "<w:r><w:t>a</w:t></w:r>"
    )
    assert "paraId" in old
    assert "sectPr" in old
    assert oracle.view(data, False) == {"word/document.xml": ["ab"]}


def test_a_join_keeps_the_properties_of_the_first_paragraph_with_words() -> None:
    def aligned(side: str, words: str) -> str:
        return f'<w:p><w:pPr><w:jc w:val="{side}"/></w:pPr>{run(words)}</w:p>'

    package, text = opened(aligned("left", "a") + aligned("center", "b") + aligned("right", "c") + "<w:p/>")
    first, second, third, last = paragraphs(text)
    struck = {"del:n": {"d": 0, "over": []}}
    gone = tuple(Span(span.text, {**span.marks, **struck}) for span in first.spans)
    chain = (
        Paragraph(gone, {**first.marks, **struck}),
        replace(second, marks={**second.marks, **struck}),
        third,
        last,
    )
    body = body_of(write(package, text, with_paragraphs(text, chain)))
    survivor = body.split("</w:p>")[2]
    assert survivor.startswith('<w:p><w:pPr><w:jc w:val="center"/><w:pPrChange w:id="')
    assert 'w:author="New"><w:pPr><w:jc w:val="right"/></w:pPr></w:pPrChange></w:pPr>' in survivor
    kept = replace(chain[1], marks=second.marks)
    body = body_of(write(package, text, with_paragraphs(text, (chain[0], kept, third, last))))
    assert "pPrChange" not in body


def test_formatting_goes_in_the_order_of_the_schema() -> None:
    package, text = opened('<w:p><w:r><w:rPr><w:rStyle w:val="S"/><w:sz w:val="20"/></w:rPr><w:t>a</w:t></w:r></w:p>')
    (first,) = paragraphs(text)
    own = first.spans[0].marks
    marks = {**own, "bold": True, "underline": True, "fmt:n": {"run": own["run"], "bold": None, "underline": None}}
    data = write(package, text, with_paragraphs(text, (replace(first, spans=(Span("a", marks),)),)))
    old = '<w:rPr><w:rStyle w:val="S"/><w:sz w:val="20"/></w:rPr>'
    assert body_of(data) == (
        '<w:p><w:r><w:rPr><w:rStyle w:val="S"/><w:b/><w:sz w:val="20"/><w:u w:val="single"/>'
        f'<w:rPrChange w:id="1" w:author="New">{old}</w:rPrChange></w:rPr><w:t>a</w:t></w:r></w:p>'
    )
    plain = {**own, "bold": False}
    same = write(package, text, with_paragraphs(text, (replace(first, spans=(Span("a", plain),)),)))
    assert body_of(same) == body_of(package.data)


def test_two_formattings_of_one_author_are_written_as_one() -> None:
    package, text = opened(f'<w:p><w:pPr><w:jc w:val="left"/></w:pPr>{run("a")}</w:p>')
    text = replace(text, revisions={**text.revisions, "again": TYPED["n"]})
    (first,) = paragraphs(text)
    words = {
        **first.spans[0].marks,
        "bold": True,
        "italic": True,
        "fmt:n": {"bold": None},
        "fmt:again": {"italic": None},
    }
    whole = {"pfmt:n": {"props": first.marks["p:props"], "p:style": None}, "pfmt:again": {"p:lvl": None, "p:num": None}}
    marks = {**first.marks, "p:style": "H", "p:num": "3", "p:lvl": 2, **whole}
    changed = replace(first, spans=(Span("a", words),), marks=marks)
    result = written(package, text, with_paragraphs(text, (changed,)))
    assert not result.notices
    body = body_of(result.data)
    assert 'w:author="New"><w:pPr><w:jc w:val="left"/></w:pPr></w:pPrChange>' in body
    assert 'w:author="New"><w:rPr/></w:rPrChange>' in body
    others = replace(text, revisions={**text.revisions, "again": TYPED["m"]})
    told = written(package, others, with_paragraphs(others, (changed,)))
    assert len(told.notices) == 1
    assert "Mary" in told.notices[0]


def test_style_and_numbering_are_written_with_their_change() -> None:
    package, text = opened(f'<w:p><w:pPr><w:keepNext/><w:jc w:val="left"/></w:pPr>{run("a")}</w:p>')
    (first,) = paragraphs(text)
    change = {"props": first.marks["p:props"], "p:style": None, "p:num": None, "p:lvl": None}
    marks = {**first.marks, "p:style": "H", "p:num": "3", "p:lvl": 2, "pfmt:n": change}
    data = write(package, text, with_paragraphs(text, (replace(first, marks=marks),)))
    assert body_of(data).startswith(
        '<w:p><w:pPr><w:pStyle w:val="H"/><w:keepNext/><w:numPr><w:ilvl w:val="2"/><w:numId w:val="3"/></w:numPr>'
        '<w:jc w:val="left"/><w:pPrChange w:id="1" w:author="New"><w:pPr><w:keepNext/><w:jc w:val="left"/></w:pPr>'
        "</w:pPrChange></w:pPr>"
    )


def test_paragraphs_that_came_moved_or_went() -> None:
    package, text = opened("".join(f"<w:p>{run(word)}</w:p>" for word in "abcd"))
    a, b, c, d = paragraphs(text)
    new = Paragraph((Span("new", {}),), {})
    for order, expected in (
        ((c, a, new, d), "canewd"),
        ((d,), "d"),
        ((a, b, c, d, new), "abcdnew"),
        ((b, a, c, d), "bacd"),
    ):
        shown = oracle.view(write(package, text, with_paragraphs(text, order)), True)["word/document.xml"]
        assert "".join(shown) == expected


def test_a_section_whose_end_the_text_lost_goes_with_its_paragraph() -> None:
    package, text = opened(f"<w:p><w:pPr><w:sectPr/></w:pPr>{run('a')}</w:p><w:p>{run('b')}</w:p>")
    data = write(package, text, with_paragraphs(text, paragraphs(text)[1:]))
    assert body_of(data) == f"<w:p>{run('b')}</w:p>"


def test_a_field_struck_whole_has_its_code_struck() -> None:
    package, text = opened(
        '<w:p><w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText> PAGE </w:instrText></w:r>'
        f'<w:r><w:fldChar w:fldCharType="end"/></w:r>{run("x")}</w:p>'
    )
    (first,) = paragraphs(text)
    spans = tuple(Span(one.text, {**one.marks, "del:n": {"d": 0, "over": []}}) for one in first.spans[:-1])
    data = write(package, text, with_paragraphs(text, (replace(first, spans=(*spans, first.spans[-1])),)))
    assert "<w:delInstrText> PAGE </w:delInstrText>" in body_of(data)
    assert body_of(data).count("<w:del ") == 1


def test_a_content_control_is_never_written_twice() -> None:
    package, text = opened(
        f'<w:p><w:sdt><w:sdtPr><w:id w:val="5"/></w:sdtPr><w:sdtContent>{run("ab")}</w:sdtContent></w:sdt></w:p>'
    )
    (first,) = paragraphs(text)
    own = first.spans[0].marks
    halves = (Paragraph((Span("a", own),), {}), replace(first, spans=(Span("b", own),)))
    result = written(package, text, with_paragraphs(text, halves))
    assert body_of(result.data).count("<w:sdt>") == 1
    assert oracle.view(result.data, True)["word/document.xml"] == ["a", "b"]
    assert result.notices


def test_an_emptied_control_stays() -> None:
    package, text = opened(f"<w:p><w:sdt><w:sdtContent>{run('ab')}</w:sdtContent></w:sdt></w:p>")
    (first,) = paragraphs(text)
    data = write(package, text, with_paragraphs(text, (replace(first, spans=(Span("\u2060", first.spans[0].marks),)),)))
    assert body_of(data) == "<w:p><w:sdt><w:sdtContent><w:r></w:r></w:sdtContent></w:sdt></w:p>"


def test_characters_that_xml_cannot_hold_are_replaced() -> None:
    package, text = opened(f"<w:p>{run('a')}</w:p>")
    (first,) = paragraphs(text)
    spans = (Span("x\x00\x0b\ud800]]>&", first.spans[0].marks),)
    data = write(package, text, with_paragraphs(text, (replace(first, spans=spans),)))
    assert oracle.view(data, True)["word/document.xml"] == ["x\ufffd\ufffd\ufffd]]>&"]


def test_a_strict_file_is_not_changed() -> None:
    package = Package(document(f"<w:p>{run('a')}</w:p>"))
    strict = package.part(package.main).replace(W.encode(), b"http://purl.oclc.org/ooxml/wordprocessingml/main")
    package = Package(package.with_parts({package.main: strict}), "strict.docx")
    text = read(package)
    assert write(package, text, read(package)) == package.data
    with pytest.raises(DocumentError, match=r"strict\.docx is a strict"):
        write(package, text, with_paragraphs(text, (Paragraph((Span("b"),), paragraphs(text)[0].marks),)))


def test_an_empty_body_can_be_typed_into() -> None:
    for body in ("", "<w:sectPr/>"):
        package, text = opened(body)
        (first,) = paragraphs(text)
        data = write(package, text, with_paragraphs(text, (replace(first, spans=(Span("hello"),)),)))
        assert oracle.view(data, True)["word/document.xml"] == ["hello"]
        assert body_of(data).endswith(body)


def test_hostile_material_never_makes_a_broken_file() -> None:
    package, text = opened(f"<w:p>{run('a')}</w:p>")
    (first,) = paragraphs(text)
    key = str(first.spans[0].marks["run"])
    bad = replace(text.material.runs[key], xml="<w:rPr></w:p><w:p>")
    broken = replace(text, material=replace(text.material, runs={**text.material.runs, key: bad}))
    with pytest.raises((DocumentError, etree.XMLSyntaxError)):
        write(package, text, with_paragraphs(broken, (replace(first, spans=(Span("ab", first.spans[0].marks),)),)))


TABLE = (
    '<w:tbl><w:tblGrid><w:gridCol w:w="100"/><w:gridCol w:w="100"/></w:tblGrid>'
    + "".join(
        '<w:tr><w:trPr><w:cantSplit/></w:trPr><w:tc><w:tcPr><w:tcW w:w="100" w:type="dxa"/></w:tcPr>'
        f"<w:p>{run(row + '1')}</w:p></w:tc><w:tc><w:p>{run(row + '2')}</w:p></w:tc></w:tr>"
        for row in "abc"
    )
    + "</w:tbl><w:p/>"
)


def table_of(text: ContractText) -> TableSection:
    found = text.sections[0]
    assert isinstance(found, TableSection)
    return found


def with_table(text: ContractText, table: TableSection) -> ContractText:
    return replace(text, sections=(table, *text.sections[1:]))


def test_rows_come_and_go() -> None:
    package, text = opened(TABLE)
    table = table_of(text)
    a, b, c = table.rows
    new = Row(
        "r",
        (Cell("x", (Paragraph((Span("n1", {"ins:n": {"d": 0}}),), {"ins:n": {"d": 0}}),)), Cell("y", (Paragraph(),))),
        {"ins:n": {"d": 0}},
    )
    data = write(package, text, with_table(text, replace(table, rows=(a, new, c, b))))
    assert oracle.view(data, True)["word/document.xml"] == ["a1", "a2", "n1", "", "c1", "c2", "b1", "b2", ""]
    row = body_of(data).split("</w:tr>")[1]
    assert '<w:trPr><w:cantSplit/><w:ins w:id="' in row
    assert '<w:tcPr><w:tcW w:w="100" w:type="dxa"/></w:tcPr>' in row
    gone = write(package, text, with_table(text, replace(table, rows=(a, c))))
    assert oracle.view(gone, True)["word/document.xml"] == ["a1", "a2", "c1", "c2", ""]
    nothing = write(package, text, replace(text, sections=text.sections[1:]))
    assert body_of(nothing) == "<w:p/>"


def test_row_marks_are_added_changed_and_taken_away() -> None:
    change = (
        '<w:trPr><w:ins w:id="2" w:author="A"/><w:trPrChange w:id="3" w:author="A"><w:trPr/></w:trPrChange></w:trPr>'
    )
    body = f"<w:tbl><w:tr>{change}<w:tc><w:p/></w:tc></w:tr><w:tr><w:tc><w:p/></w:tc></w:tr></w:tbl><w:p/>"
    package, text = opened(body)
    table = table_of(text)
    first, second = table.rows
    struck = {"del:n": {"d": 1, "over": []}}
    rows = (replace(first, marks={**first.marks, **struck}), replace(second, marks=struck))
    data = body_of(write(package, text, with_table(text, replace(table, rows=rows))))
    assert '<w:ins w:id="2" w:author="A"/><w:del w:id="4" w:author="New"/><w:trPrChange' in data
    assert '<w:tr><w:trPr><w:del w:id="5" w:author="New"/></w:trPr><w:tc>' in data
    accepted = body_of(write(package, text, with_table(text, replace(table, rows=(replace(first, marks={}), second)))))
    assert "<w:trPr><w:trPrChange" in accepted
    assert "<w:ins" not in accepted


def test_columns_and_merges_rebuild_their_rows() -> None:
    package, text = opened(TABLE)
    table = table_of(text)
    rows = []
    for row in table.rows:
        new = Cell(f"new {row.id}", (Paragraph((Span("n"),), {}),))
        rows.append(replace(row, cells=(row.cells[0], new, row.cells[1])))
    wider = replace(table, rows=tuple(rows), widths=(100, 50, 50))
    data = write(package, text, with_table(text, wider))
    assert oracle.view(data, True)["word/document.xml"] == ["a1", "n", "a2", "b1", "n", "b2", "c1", "n", "c2", ""]
    assert '<w:tblGrid><w:gridCol w:w="100"/><w:gridCol w:w="50"/><w:gridCol w:w="50"/></w:tblGrid>' in body_of(data)
    a, b, c = table.rows
    wide = replace(a, cells=(replace(a.cells[0], columns=2),))
    tall = replace(c, cells=(replace(c.cells[0], continues=True), c.cells[1]))
    again = read(Package(write(package, text, with_table(text, replace(table, rows=(wide, b, tall))))))
    shapes = [[(cell.columns, cell.continues) for cell in row.cells] for row in table_of(again).rows]
    assert shapes == [[(2, False)], [(1, False), (1, False)], [(1, True), (1, False)]]
    assert '<w:vMerge w:val="restart"/>' in body_of(
        write(package, text, with_table(text, replace(table, rows=(wide, b, tall))))
    )


def test_a_reshaped_row_keeps_the_ids_of_its_tracked_changes() -> None:
    """The row below, which continued a merged cell, is gone: the row is written anew, its earlier deletion is not."""
    early = '<w:del w:id="7" w:author="Early"/>'
    cells = (
        f"<w:tc><w:tcPr><w:vMerge{value}/></w:tcPr><w:p>{run(name)}</w:p></w:tc><w:tc><w:p>{run('x')}</w:p></w:tc>"
        for name, value in (("a", ' w:val="restart"'), ("b", ""))
    )
    rows = "".join(f"<w:tr><w:trPr>{early if at == 0 else ''}</w:trPr>{one}</w:tr>" for at, one in enumerate(cells))
    package, text = opened(f"<w:tbl><w:tblPr/><w:tblGrid/>{rows}</w:tbl><w:p/>")
    table = table_of(text)
    out = body_of(write(package, text, with_table(text, replace(table, rows=table.rows[:1]))))
    assert "vMerge" not in out
    assert out.count("<w:del ") == 1
    assert early in out
    marked = replace(table.rows[0], marks={**table.rows[0].marks, "ins:n": {"d": 1}})
    out = body_of(write(package, text, with_table(text, replace(table, rows=(marked,)))))
    assert early in out
    assert '<w:ins w:id="8" w:author="New"/>' in out


def test_a_new_table_and_words_beside_tables() -> None:
    package, text = opened(TABLE)
    cells = (Cell("x", (Paragraph((Span("one"),), {"p:fix": True}),)), Cell("y", (Paragraph((), {"p:fix": True}),)))
    new = TableSection("t", (Row("r", cells),))
    between = TextSection("s", (Paragraph((Span("between"),), {"p:fix": True}),))
    sections = (text.sections[0], between, new, text.sections[1])
    data = write(package, text, replace(text, sections=sections))
    assert oracle.view(data, True)["word/document.xml"][6:] == ["between", "one", "", ""]
    assert [type(one).__name__ for one in read(Package(data)).sections] == [
        "TableSection",
        "TextSection",
        "TableSection",
        "TextSection",
    ]


def test_a_cell_without_any_paragraph_can_be_typed_into() -> None:
    package, text = opened("<w:tbl><w:tr><w:tc/><w:tc></w:tc></w:tr></w:tbl><w:p/>")
    assert write(package, text, read(package)) == package.data
    table = table_of(text)
    cells = tuple(
        replace(cell, paragraphs=(replace(cell.paragraphs[0], spans=(Span("in"),)),)) for cell in table.rows[0].cells
    )
    data = write(package, text, with_table(text, replace(table, rows=(replace(table.rows[0], cells=cells),))))
    assert oracle.view(data, True)["word/document.xml"] == ["in", "in", ""]


MC = 'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006"'


def test_a_text_box_and_its_fallback_get_the_same_words() -> None:
    box = f"<w:txbxContent><w:p>{run('old')}</w:p><w:p>{run('same')}</w:p></w:txbxContent>"
    package, text = opened(
        f"<w:p>{run('host')}<w:r><mc:AlternateContent {MC}><mc:Choice Requires='w'>{box}</mc:Choice>"
        f"<mc:Fallback><w:pict>{box}</w:pict></mc:Fallback></mc:AlternateContent></w:r></w:p>"
    )
    first, second = paragraphs(text, 1)
    own = first.spans[0].marks
    spans = (Span("old", {**own, "del:n": {"d": 0, "over": []}}), Span("new", {**own, "ins:m": {"d": 0}}))
    data = write(package, text, with_paragraphs(text, (replace(first, spans=spans), second), 1))
    assert body_of(data).count(">new<") == 2
    assert body_of(data).count("<w:delText>old</w:delText>") == 2
    assert body_of(data).count(run("same")) == 2
    assert [one.text for one in paragraphs(read(Package(data)), 1)] == ["oldnew", "same"]
    shorter = write(package, text, with_paragraphs(text, (second,), 1))
    assert body_of(shorter).count(">old<") == 0


def test_a_text_box_that_the_text_does_not_know_is_refused_in_a_sentence() -> None:
    box = f"<w:txbxContent><w:p>{run('old')}</w:p></w:txbxContent>"
    package, text = opened(f"<w:p>{run('host')}<w:r><w:pict>{box}</w:pict></w:r></w:p>")
    (only,) = paragraphs(text, 1)
    changed = with_paragraphs(text, (replace(only, spans=(Span("new", {"ins:m": {"d": 0}}),)),), 1)
    with pytest.raises(DocumentError, match="text box"):
        write(package, text, replace(changed, material=replace(text.material, objects={})))


def test_notes_headers_and_footers_are_written() -> None:
    note = f'<w:footnote w:id="2"><w:p>{run("note")}</w:p></w:footnote><w:footnote w:id="3"><w:p/></w:footnote>'
    package, text = opened(
        "<w:p/>", footnotes=story("footnotes", note), header1=story("hdr", f"<w:p>{run('head')}</w:p>")
    )
    sections = [
        replace(one, paragraphs=(replace(one.paragraphs[0], spans=(Span("new"),)), *one.paragraphs[1:]))
        if one.part in ("footnote:2", "header:word/header1.xml")
        else one
        for one in text.sections
    ]
    new = Package(write(package, text, replace(text, sections=tuple(sections))))
    assert b"new" in new.part("word/footnotes.xml")
    assert b"new" in new.part("word/header1.xml")
    assert new.part(package.main) == package.part(package.main)


def test_other_prefixes_and_encodings_survive() -> None:
    plain = f"<p>{'<r><t>a</t></r>'}</p>"
    root = f'<?xml version="1.0" encoding="UTF-16"?><document xmlns="{W}"><body>{plain}{plain}</body></document>'
    package = Package(document(""))
    package = Package(package.with_parts({package.main: root.encode("utf-16")}))
    text = read(package)
    first, second = paragraphs(text)
    data = write(package, text, with_paragraphs(text, (replace(first, spans=(Span("é", {}),)), second)))
    new = Package(data)
    assert new.part(new.main).decode("utf-16").count(plain) == 1
    assert [one.text for one in paragraphs(read(new))] == ["é", "a"]


def test_an_object_with_words_is_written_once_however_its_stretch_is_marked() -> None:
    m = 'xmlns:m="http://schemas.openxmlformats.org/officeDocument/2006/math"'
    formula = f"<m:oMath {m}><m:r><m:t>a+b</m:t></m:r></m:oMath>"
    package, text = opened(f"<w:p>{run('x')}{formula}{formula}</w:p>")
    (first,) = paragraphs(text)
    start, twice = first.spans
    assert twice.text == "a+ba+b"
    pieces = (Span("a", twice.marks), Span("+ba", {**twice.marks, "bold": True}), Span("+b", twice.marks))
    data = write(package, text, with_paragraphs(text, (replace(first, spans=(start, *pieces)),)))
    assert oracle.view(data, True)["word/document.xml"] == ["xa+ba+b"]
