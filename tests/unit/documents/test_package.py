import io
import zipfile

import pytest

from pactoria_desktop.documents.errors import DocumentError
from pactoria_desktop.documents.package import Package
from tests.unit.documents.word_files import BROKEN, document, sample, story, word_files


def members(data: bytes) -> list[tuple[str, bytes]]:
    with zipfile.ZipFile(io.BytesIO(data)) as file:
        return [(info.filename, file.read(info)) for info in file.infolist()]


def test_every_word_file_opens_or_is_refused_in_one_sentence() -> None:
    broken = set(word_files(BROKEN))
    for path in [*sample(40), *broken]:
        if path in broken:
            with pytest.raises(DocumentError) as refused:
                Package(path.read_bytes(), path.name)
            assert path.name in str(refused.value)
            assert "\n" not in str(refused.value)
        else:
            package = Package(path.read_bytes(), path.name)
            assert package.stories[0].member == package.main


def test_nothing_changed_gives_the_same_bytes() -> None:
    data = document("<w:p/>")
    package = Package(data)
    assert package.with_parts({}) == data
    assert package.with_parts({package.main: package.part(package.main)}) == data


def test_one_part_changed_leaves_all_others_as_they_were() -> None:
    for path in sample(40):
        try:
            package = Package(path.read_bytes(), path.name)
        except DocumentError:
            continue
        changed = package.part(package.main) + b"<!-- more -->" * 50
        written = package.with_parts({package.main: changed, "word/quite new é.xml": b"<new/>"})
        before, after = members(package.data), members(written)
        expected = [(name, changed if name == package.main else data) for name, data in before]
        assert after == [*expected, ("word/quite new é.xml", b"<new/>")]
        assert Package(written).part(package.main) == changed


def test_compressed_bytes_and_times_of_other_members_stay() -> None:
    data = document("<w:p/>", styles=story("styles", "<w:style/>" * 50))
    package = Package(data)
    written = package.with_parts({"word/styles.xml": b"<styles/>"})
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(io.BytesIO(written)) as new:
        for one, two in zip(old.infolist(), new.infolist(), strict=True):
            assert (one.date_time, one.external_attr, one.create_system) == (
                two.date_time,
                two.external_attr,
                two.create_system,
            )
            if one.filename != "word/styles.xml":
                record = data[one.header_offset : one.header_offset + 30 + one.compress_size]
                assert written[two.header_offset : two.header_offset + 30 + two.compress_size] == record


def test_stories_come_in_reading_order() -> None:
    empty = story("hdr", "<w:p/>")
    package = Package(
        document("<w:p/>", header10=empty, footer1=empty, header2=empty, endnotes=empty, footnotes=empty, styles=empty)
    )
    assert [one.member.removeprefix("word/") for one in package.stories] == [
        "document.xml",
        "footnotes.xml",
        "endnotes.xml",
        "header2.xml",
        "header10.xml",
        "footer1.xml",
    ]


@pytest.mark.parametrize("data", [b"", b"PK", b"\xd0\xcf\x11\xe0 old Word", document("<w:p/>")[:200]])
def test_what_is_no_word_file_is_refused(data: bytes) -> None:
    with pytest.raises(DocumentError, match=r"^letter.docx "):
        Package(data, "letter.docx")


def test_a_doubled_member_is_refused() -> None:
    archive = io.BytesIO(document("<w:p/>"))
    with zipfile.ZipFile(archive, "a") as file, pytest.warns(UserWarning, match="Duplicate"):
        file.writestr("word/document.xml", "<other/>")
    with pytest.raises(DocumentError, match="twice"):
        Package(archive.getvalue())


def test_a_damaged_part_is_refused_when_it_is_read() -> None:
    data = bytearray(document("<w:p/>" * 100))
    place = data.index(b"word/document.xml") + 40
    data[place : place + 8] = b"\xff" * 8
    package = Package(bytes(data))
    with pytest.raises(DocumentError, match="damaged"):
        package.part(package.main)


def test_a_document_type_is_refused() -> None:
    package = Package(document("<w:p/>", styles='<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>'))
    with pytest.raises(DocumentError, match="document type"):
        package.parse("word/styles.xml")
