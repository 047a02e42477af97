"""Pictures and links that only my file has: they come along to the file that came back."""

import io
import re
import zipfile

import pytest

from pactoria_desktop.contract.text import OBJECT
from pactoria_desktop.documents.package import Package
from pactoria_desktop.documents.reader import read
from pactoria_desktop.replica.resolving import Selection
from pactoria_desktop.services.files import WordFile, splice
from pactoria_desktop.services.joining import received
from tests.unit.services.join_desk import DATE, lay, lines, replica_of

OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
RELATIONSHIPS = "http://schemas.openxmlformats.org/package/2006/relationships"
TYPES = (
    '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Default Extension="png" ContentType="image/png"/><Override PartName="/word/document.xml" ContentType='
    '"application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/></Types>'
)
MAIN = (
    f'<Relationships xmlns="{RELATIONSHIPS}"><Relationship Id="r" Type="{OFFICE}/officeDocument" '
    'Target="word/document.xml"/></Relationships>'
)
SHAPE = (
    '<w:r><w:pict><v:shape xmlns:v="urn:schemas-microsoft-com:vml"><v:imagedata r:id="{}"/></v:shape></w:pict></w:r>'
)
LINK = '<w:hyperlink r:id="{}"><w:r><w:t>our terms</w:t></w:r></w:hyperlink>'
OTHER_LINK = LINK.replace("our terms", "this page elsewhere")
FIRST, SECOND, THIRD = (
    f"<w:r><w:t>The {name} clause stands here.</w:t></w:r>" for name in ("first", "second", "third")
)


def file(body: list[str], pictures: dict[str, bytes], links: dict[str, str]) -> Package:
    rows = [
        f'<Relationship Id="{id}" Type="{OFFICE}/image" Target="media/{id}.png"/>' for id in pictures
    ] + [
        f'<Relationship Id="{id}" Type="{OFFICE}/hyperlink" Target="{target}" TargetMode="External"/>'
        for id, target in links.items()
    ]  # fmt: skip
    paragraphs = "".join(f"<w:p>{one}</w:p>" for one in body)
    members = {
        "[Content_Types].xml": TYPES,
        "_rels/.rels": MAIN,
        "word/document.xml": f'<w:document xmlns:w="{W}" xmlns:r="{OFFICE}"><w:body>{paragraphs}</w:body></w:document>',
        "word/_rels/document.xml.rels": f'<Relationships xmlns="{RELATIONSHIPS}">{"".join(rows)}</Relationships>',
        **{f"word/media/{id}.png": data for id, data in pictures.items()},
    }
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return Package(out.getvalue(), "file.docx")


def pictures_of(data: bytes) -> list[bytes]:
    """The bytes of each picture in the order of the text, as the relationships lead to them."""
    package = Package(data)
    targets = {one.id: one.target for one in package.relationships(package.main)}
    names = re.findall(rb'imagedata [^>]*?r:id="([^"]*)"', package.part(package.main))
    return [package.part(targets[name.decode()]) for name in names]


def links_of(data: bytes) -> list[str]:
    package = Package(data)
    targets = {one.id: one.target for one in package.relationships(package.main)}
    names = re.findall(rb'<w:hyperlink [^>]*?r:id="([^"]*)"', package.part(package.main))
    return [targets[name.decode()] for name in names]


BASE = file(
    [FIRST, SECOND + SHAPE.format("rId1") + LINK.format("rId2"), THIRD], {"rId1": b"mine"}, {"rId2": "https://mine"}
)
CASES = {
    "their file has none": file([FIRST, THIRD], {}, {}),
    "their file has others under the same names": file(
        [FIRST + SHAPE.format("rId1"), THIRD + OTHER_LINK.format("rId2")],
        {"rId1": b"theirs"},
        {"rId2": "https://theirs"},
    ),
    "their file has other kinds under the same names": file(
        [FIRST + OTHER_LINK.format("rId1"), THIRD], {}, {"rId1": "https://theirs"}
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_what_they_struck_comes_back_with_its_picture_and_link_when_that_is_rejected(name: str) -> None:
    package = CASES[name]
    base = read(BASE)
    replica = replica_of(base)
    mine = replica.text()
    found = received(base, mine, package, DATE, BASE)
    lay(replica, found)
    joined = replica.text()
    theirs = Selection(ids=frozenset(joined.revisions))
    assert found.left_out == 0
    assert "could not be taken" not in found.sentence
    replica.accept(theirs)
    kept = splice(WordFile(found.package), replica.text(), tracked=False)
    assert pictures_of(kept) == pictures_of(package.data)
    assert "https://mine" not in links_of(kept)
    assert lines(read(Package(kept))) == lines(read(package))
    replica.undo()
    replica.reject(theirs)
    back = splice(WordFile(found.package), replica.text(), tracked=False)
    assert lines(read(Package(back))) == lines(mine)
    assert (pictures_of(back), links_of(back)) == ([b"mine"], ["https://mine"])
    replica.close()


def test_what_cannot_be_taken_along_is_said() -> None:
    base = read(BASE)
    found = received(base, base, CASES["their file has none"], DATE)
    assert found.left_out == 2
    assert "2 pictures or links of your text could not be taken into their file" in found.sentence


def test_a_picture_that_both_have_stays_one() -> None:
    package = file([FIRST, SECOND + SHAPE.format("rId9"), THIRD + FIRST], {"rId9": b"mine"}, {})
    base = read(BASE)
    replica = replica_of(base)
    found = received(base, base, package, DATE, BASE)
    lay(replica, found)
    data = splice(WordFile(found.package), replica.text(), tracked=False)
    assert pictures_of(data) == [b"mine"]
    assert accepted_objects(replica.text()) == 1
    replica.close()


def test_a_link_whose_target_they_changed_leads_where_theirs_does() -> None:
    package = file([FIRST, SECOND + LINK.format("rId5"), THIRD + FIRST], {}, {"rId5": "https://theirs"})
    base = read(file([FIRST, SECOND + LINK.format("rId2"), THIRD], {}, {"rId2": "https://mine"}))
    replica = replica_of(base)
    found = received(base, base, package, DATE, BASE)
    lay(replica, found)
    assert links_of(splice(WordFile(found.package), replica.text(), tracked=False)) == ["https://theirs"]
    replica.close()


def accepted_objects(text) -> int:
    return "".join(lines(text)).count(OBJECT)
