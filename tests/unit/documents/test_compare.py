import io
import random
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from pactoria_desktop.contract.accepted import accepted
from pactoria_desktop.documents.compare import compare
from pactoria_desktop.documents.package import Package
from pactoria_desktop.documents.reader import read
from tests.conftest import CORPUS
from tests.unit.documents.compare_scores import pairs, score
from tests.unit.documents.generated_contracts import W, contract, document, edit_paragraphs, edited, package, words
from tests.unit.documents.redline_oracle import changes_by, faults, least_marked, seen
from tests.unit.documents.word_files import document as word_document
from tests.unit.documents.word_files import story

DATE = "2026-11-22T12:00:00Z"


def redline(old: bytes, new: bytes, author: str = "Ann", date: str = DATE) -> bytes:
    return compare(Package(old), Package(new), author, date).data


def text_of(body: str) -> bytes:
    return package(f'<w:document xmlns:w="{W}"><w:body>{body}<w:sectPr/></w:body></w:document>')


def run(text: str) -> str:
    return f'<w:r><w:t xml:space="preserve">{text}</w:t></w:r>'


FIELD = (
    '<w:r><w:fldChar w:fldCharType="begin"/></w:r>'
    '<w:r><w:instrText xml:space="preserve"> REF a \\r </w:instrText></w:r>'
    f'<w:r><w:fldChar w:fldCharType="separate"/></w:r>{run("1.1")}<w:r><w:fldChar w:fldCharType="end"/></w:r>'
)


def body_of(data: bytes) -> str:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return archive.read("word/document.xml").decode()


@pytest.mark.parametrize("seed", range(60))
def test_accept_gives_the_new_text_and_reject_the_old(seed: int) -> None:
    dice = random.Random(seed)
    for _ in range(3):
        blocks = contract(dice)
        old = document(blocks, dice)
        new = document(edited(dice, blocks, dice.randint(0, 6)) if dice.random() < 0.8 else contract(dice), dice)
        written = redline(old, new)
        assert seen(written, accept=True) == seen(new, accept=True)
        assert seen(written, accept=False) == seen(old, accept=False)
        assert faults(written) == []


@pytest.mark.parametrize("seed", range(12))
def test_earlier_rounds_stay_with_their_authors_and_dates(seed: int) -> None:
    dice = random.Random(seed)
    blocks = contract(dice)
    written = first = document(blocks, dice)
    for number in range(6):
        before = changes_by(written)
        blocks = edited(dice, blocks, 3)
        new = document(blocks, dice)
        written = redline(written, new, f"Author {number}", f"2026-01-0{number + 1}T10:00:00Z")
        assert seen(written, accept=True) == seen(new, accept=True)
        assert seen(written, accept=False) == seen(first, accept=False)
        assert faults(written) == []
        after = changes_by(written)
        assert {key: after.get(key) for key in before} == before


def test_a_file_compared_with_itself_comes_back_byte_for_byte() -> None:
    dice = random.Random(1)
    old = document(contract(dice), dice)
    assert redline(old, old) == old


@pytest.mark.parametrize("seed", range(10))
def test_marks_are_hardly_more_than_a_word_difference_needs(seed: int) -> None:
    dice = random.Random(seed)
    paragraphs = [words(dice, 40) for _ in range(20)]
    changed = list(paragraphs)
    for _ in range(12):
        edit_paragraphs(dice, changed)
    old, new = document([("p", paragraphs)]), document([("p", changed)])
    marked = sum(changes_by(redline(old, new))["Ann", DATE].values())
    assert marked <= 1.05 * least_marked(seen(old, accept=True), seen(new, accept=True)) + 2


def test_a_split_paragraph_marks_only_the_new_end() -> None:
    old, new = document([("p", ["One two three four.", "End."])]), document([("p", ["One two", "three four.", "End."])])
    marked = changes_by(redline(old, new)).get(("Ann", DATE), {})
    assert sum(marked.values()) <= 1


def test_a_deleted_paragraph_is_struck_whole_with_its_own_end() -> None:
    written = redline(document([("p", ["A b.", "C d.", "E f."])]), document([("p", ["A b.", "E f."])]))
    assert dict(changes_by(written)["Ann", DATE]) == {"del": 4}


def test_a_change_of_format_alone_is_a_tracked_format() -> None:
    old = text_of(f"<w:p>{run('Plain words here.')}</w:p>")
    new = text_of(
        '<w:p><w:r><w:t xml:space="preserve">Plain </w:t></w:r><w:r><w:rPr><w:b/></w:rPr><w:t>words</w:t></w:r>'
        '<w:r><w:t xml:space="preserve"> here.</w:t></w:r></w:p>'
    )
    result = compare(Package(old), Package(new), "Ann", DATE)
    assert result.counts.formats == 1
    assert result.counts.insertions == result.counts.deletions == 0
    assert body_of(result.data).count("<w:rPrChange ") == 1


def test_a_change_of_alignment_is_a_tracked_paragraph_format() -> None:
    old = text_of(f"<w:p>{run('Words.')}</w:p><w:p>{run('More.')}</w:p>")
    new = text_of(f'<w:p><w:pPr><w:jc w:val="center"/></w:pPr>{run("Words.")}</w:p><w:p>{run("More.")}</w:p>')
    result = compare(Package(old), Package(new), "Ann", DATE)
    assert result.counts.formats == 1
    assert body_of(result.data).count("<w:pPrChange ") == 1


def test_words_after_a_field_do_not_come_to_stand_in_it() -> None:
    old, new = text_of(f"<w:p>{run('See ')}{FIELD}</w:p>"), text_of(f"<w:p>{run('See ')}{FIELD}{run(' above')}</w:p>")
    written = body_of(redline(old, new))
    assert written.index('fldCharType="end"') < written.index("above")


def test_a_field_whose_words_all_go_is_struck_with_its_codes() -> None:
    old, new = text_of(f"<w:p>{run('See ')}{FIELD}{run(' now')}</w:p>"), text_of(f"<w:p>{run('See now')}</w:p>")
    written = redline(old, new)
    assert "delInstrText" in body_of(written)
    assert seen(written, accept=True) == seen(new, accept=True)


def test_every_corpus_pair_of_a_sample_is_exact() -> None:
    found = pairs()
    if not found:
        pytest.skip(f"the Word corpus is missing: no {CORPUS / 'word' / 'PAIRS.tsv'}")
    for pair in random.Random(7).sample(found, 20):
        result = score(*pair)
        assert result.causes == (), result


@pytest.mark.long
@pytest.mark.parametrize("kind", ["contract", "wc", "safe"])
def test_every_corpus_pair_is_exact_and_hardly_marks_more_than_needed(kind: str) -> None:
    found = pairs(kind)
    if not found:
        pytest.skip(f"the Word corpus is missing: no {CORPUS / 'word' / 'PAIRS.tsv'}")
    scores = [score(*pair) for pair in found]
    assert [(one.old, one.new, one.causes) for one in scores if one.causes] == []
    assert sum(one.marked for one in scores) <= 1.05 * sum(one.least for one in scores) + 40 * (kind == "wc")
    assert [one for one in scores if one.marked > 1.2 * one.least + 30] == []
    assert max(one.seconds for one in scores) <= 5


@pytest.mark.long
@pytest.mark.parametrize("seed", range(400))
def test_accept_and_reject_hold_for_many_contracts(seed: int) -> None:
    test_accept_gives_the_new_text_and_reject_the_old(1_000 + seed)


@pytest.mark.long
def test_a_long_contract_is_compared_within_its_budget(tmp_path: Path, figure) -> None:
    dice = random.Random(3)
    lines = [" ".join(f"w{dice.randint(0, 3000)}" for _ in range(20)) for _ in range(2_750)]
    changed = list(lines)
    for _ in range(170):
        changed[dice.randrange(len(changed))] += " and more"
    (tmp_path / "old.docx").write_bytes(document([("p", lines)]))
    (tmp_path / "new.docx").write_bytes(document([("p", changed)]))
    program = (
        "import resource, sys, time; from pathlib import Path\n"
        "from pactoria_desktop.documents.compare import compare\n"
        "from pactoria_desktop.documents.package import Package\n"
        "a, b = (Package(Path(name).read_bytes()) for name in sys.argv[1:3])\n"
        "compare(a, b, 'A', '2026-01-01T00:00:00Z')\n"
        "use = resource.getrusage(resource.RUSAGE_SELF)\n"
        # What getrusage tells of memory begins with that of the process which started this one.
        "most = next(line.split()[1] for line in open('/proc/self/status') if line.startswith('VmHWM'))\n"
        "print(use.ru_utime + use.ru_stime, int(most) / 1024)"
    )
    names = [str(tmp_path / "old.docx"), str(tmp_path / "new.docx")]
    out = subprocess.run([sys.executable, "-c", program, *names], capture_output=True, text=True, check=True).stdout
    seconds, megabytes = map(float, out.split())
    figure("compare 55,000 words, seconds of processor time, start included", round(seconds, 2), "1.0")
    figure("compare 55,000 words, MB", round(megabytes), "200")
    assert seconds <= 1.5
    assert megabytes <= 200


def test_a_paragraph_that_moved_is_a_native_move() -> None:
    clause = "Each party keeps the other party's secrets for five years."
    old = document([("p", [clause, "One.", "Two.", "Three."])])
    new = document([("p", ["One.", "Two.", clause, "Three."])])
    result = compare(Package(old), Package(new), "Ann", DATE)
    assert (result.counts.moves, result.counts.insertions, result.counts.deletions) == (1, 0, 0)
    written = body_of(result.data)
    assert written.count("<w:moveFromRangeStart ") == written.count("<w:moveFromRangeEnd ") == 1
    assert written.count("<w:moveToRangeStart ") == written.count("<w:moveToRangeEnd ") == 1
    assert seen(result.data, accept=True) == seen(new, accept=True)
    assert seen(result.data, accept=False) == seen(old, accept=False)
    assert faults(result.data) == []


def with_header(body: str, words: str) -> bytes:
    """A file of one paragraph whose only section has a header."""
    related = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    section = f'<w:sectPr><w:headerReference xmlns:r="{related}" w:type="default" r:id="rId1"/></w:sectPr>'
    main = f'<w:document xmlns:w="{W}"><w:body><w:p>{run(body)}</w:p>{section}</w:body></w:document>'
    members = {
        "word/header1.xml": f'<w:hdr xmlns:w="{W}"><w:p>{run(words)}</w:p></w:hdr>',
        "word/_rels/document.xml.rels": (
            '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
            f'<Relationship Id="rId1" Type="{related}/header" Target="header1.xml"/></Relationships>'
        ),
    }
    out = io.BytesIO(package(main))
    with zipfile.ZipFile(out, "a") as archive:
        for name, text in members.items():
            archive.writestr(name, text)
    return out.getvalue()


def test_a_header_that_only_the_new_file_has_is_put_as_a_tracked_change() -> None:
    old, new = document([("p", ["Words."])]), with_header("Words.", "Confidential")
    written = redline(old, new)
    assert seen(written, accept=True) == seen(new, accept=True)
    assert seen(written, accept=False) == seen(old, accept=False)
    assert dict(changes_by(written)["Ann", DATE]) == {"ins": 12}


def test_a_changed_header_is_compared_word_by_word() -> None:
    old, new = with_header("Words.", "Draft of May"), with_header("Words.", "Draft of June")
    written = redline(old, new)
    assert seen(written, accept=True) == seen(new, accept=True)
    assert dict(changes_by(written)["Ann", DATE]) == {"del": 3, "ins": 4}


def celled(*cells: str) -> bytes:
    inside = "".join(f"<w:tc><w:tcPr>{mark}</w:tcPr><w:p>{run(words)}</w:p></w:tc>" for words, mark in zip(
        cells[::2], cells[1::2], strict=True))  # fmt: skip
    return text_of(f"<w:tbl><w:tblPr/><w:tblGrid/><w:tr>{inside}</w:tr></w:tbl><w:p/>")


def test_cells_that_were_tracked_by_themselves_are_accepted_in_new_and_told_of_in_old() -> None:
    going = '<w:cellDel w:id="7" w:author="Ben" w:date="2024-01-01T10:00:00Z"/>'
    plain, marked = celled("one", "", "two", ""), celled("one", "", "two", going)
    result = compare(Package(plain), Package(marked), "Ann", DATE)
    assert seen(result.data, accept=True) == seen(marked, accept=True) == seen(celled("one", ""), accept=True)
    assert seen(result.data, accept=False) == seen(plain, accept=False)
    told = compare(Package(marked), Package(celled("one", "", "2", "")), "Ann", DATE)
    assert any("single table cells" in one for one in told.remarks)
    assert seen(told.data, accept=False) == seen(marked, accept=False)
    assert not any("single table cells" in one for one in result.remarks)


def test_a_note_of_a_struck_row_is_neither_struck_nor_missed() -> None:
    def file(words: str) -> bytes:
        going = '<w:trPr><w:del w:id="7" w:author="Ben" w:date="2024-01-01T10:00:00Z"/></w:trPr>'
        note = '<w:r><w:footnoteReference w:id="1"/></w:r>'
        rows = f"<w:tr>{going}<w:tc><w:p>{run('cell')}{note}</w:p></w:tc></w:tr><w:tr><w:tc><w:p/></w:tc></w:tr>"
        table = f"<w:tbl><w:tblPr/><w:tblGrid/>{rows}</w:tbl>"
        notes = story("footnotes", f'<w:footnote w:id="1"><w:p>{run("The note.")}</w:p></w:footnote>')
        return word_document(f"{table}<w:p>{run(words)}</w:p>", footnotes=notes)

    result = compare(Package(file("two")), Package(file("three")), "Ann", DATE)
    assert (result.remarks, result.counts.deleted_characters) == ((), 3)
    assert accepted(read(Package(result.data))).text == accepted(read(Package(file("three")))).text
