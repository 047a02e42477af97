import random

import pytest
from lxml import etree

from pactoria_desktop.documents import spans
from pactoria_desktop.documents.errors import DocumentError
from pactoria_desktop.documents.package import Package
from tests.unit.documents.word_files import W, sample, story, word_files


def check(xml: bytes) -> None:
    """Both ways of indexing agree, and each span holds exactly the element that lxml sees there."""
    found, slow = spans.index(xml), spans._parsed(xml)
    root = etree.fromstring(xml, etree.XMLParser(huge_tree=True))
    for name, quick, other in (
        ("p", found.paragraphs, slow.paragraphs),
        ("tbl", found.tables, slow.tables),
        ("tr", found.rows, slow.rows),
        ("tc", found.cells, slow.cells),
    ):
        elements = [
            element
            for element in root.iter(f"{{{W}}}{name}")
            if not any(above.tag == f"{{{W}}}p" for above in element.iterancestors())
        ]
        assert len(quick) == len(other) == len(elements)
        for one, two, element in zip(quick, other, elements, strict=True):
            assert (one.start, one.inner, one.close, one.end) == (two.start, two.inner, two.close, two.end)
            parent = element.getparent()
            assert parent is not None
            for prefix, address in parent.nsmap.items():
                assert two.namespaces[prefix or ""] == address
                assert one.namespaces[prefix or ""] == address
            assert xml[one.start : one.inner].startswith(b"<")
            assert one.inner == one.close == one.end or xml[one.close : one.end].startswith(b"</")


def check_file(path) -> None:
    try:
        package = Package(path.read_bytes(), path.name)
        for part in package.stories:
            package.parse(part.member)
            check(package.xml(part.member))
    except DocumentError:
        return


def test_spans_hold_the_elements_they_name() -> None:
    for path in sample(40):
        check_file(path)


@pytest.mark.long
def test_spans_hold_the_elements_they_name_in_every_file() -> None:
    for path in word_files():
        check_file(path)


@pytest.mark.parametrize(
    "body",
    [
        "<w:p/>",
        "<w:p />text<w:p\n></w:p >",
        "<w:p><w:r><w:t>&lt;w:p></w:t></w:r></w:p>",
        "<!-- <w:p> --><w:p a='>'/><?note <w:p> ?><w:p><![CDATA[</w:p>]]></w:p>",
        "<w:p><w:r><w:txbxContent><w:p/><w:tbl><w:tr><w:tc/></w:tr></w:tbl></w:txbxContent></w:r></w:p><w:p/>",
        "<w:tbl><w:tr><w:tc><w:tbl><w:tr/></w:tbl><w:p/></w:tc></w:tr></w:tbl>",
        f"<v:p xmlns:v='{W}'/><w:p/>",
        f"<p xmlns='{W}'><p/></p>",
        "<w:sdt xmlns:q='urn:q'><w:p q:a=''/></w:sdt><w:p xmlns:z='urn:z'/>",
        "<w:x xmlns:w='urn:other'><w:p/></w:x><w:p/>",
        "<w:pPr/><w:tblPr/><w:proofErr/>",
    ],
)
def test_spans_of_what_is_odd_but_well_formed(body: str) -> None:
    check(story("body", body).encode())


def test_spans_of_random_nesting() -> None:
    chance = random.Random(5)

    def grow(depth: int) -> str:
        if depth > 6 or chance.random() < 0.2:
            return chance.choice(["", "<w:p/>", "é>", "<w:r/>", '<w:p w:a="/>"/>'])
        name = chance.choice(["p", "tbl", "tr", "tc", "r", "sdt"])
        return f"<w:{name}>" + "".join(grow(depth + 1) for _ in range(chance.randrange(4))) + f"</w:{name}>"

    for _ in range(200):
        check(story("body", grow(0) + grow(0)).encode())


def test_a_document_type_is_refused() -> None:
    with pytest.raises(DocumentError, match="document type"):
        spans.index(b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>')


def test_what_is_not_well_formed_is_refused() -> None:
    with pytest.raises(DocumentError, match="not well-formed"):
        spans.index(b"<a><b></a>")
