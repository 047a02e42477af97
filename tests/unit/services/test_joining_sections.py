"""Word sections that a received draft begins anew: they come with it, and go when their changes are rejected."""

import pytest

from pactoria_desktop.documents.package import Package
from pactoria_desktop.documents.reader import read
from pactoria_desktop.replica.resolving import Selection
from pactoria_desktop.services.files import WordFile, splice
from pactoria_desktop.services.joining import received
from tests.unit.documents.word_files import document
from tests.unit.services.join_desk import DATE, lay, lines, replica_of

BREAK = '<w:pPr><w:sectPr><w:pgSz w:w="9000" w:h="12000"/></w:sectPr></w:pPr>'


def paragraph(words: str, properties: str = "") -> str:
    return f"<w:p>{properties}<w:r><w:t>{words}</w:t></w:r></w:p>"


FIRST, SECOND = paragraph("The first clause stands here."), paragraph("The second clause stands here.")
TABLE = (
    "<w:tbl><w:tblPr/><w:tblGrid><w:gridCol/></w:tblGrid><w:tr><w:tc><w:p><w:r><w:t>cell</w:t></w:r></w:p></w:tc>"
    "</w:tr></w:tbl>"
)
CASES = {
    "words": (FIRST + SECOND, FIRST + paragraph("Put between.", BREAK) + SECOND),
    "no words": (FIRST + SECOND, FIRST + f"<w:p>{BREAK}</w:p>" + SECOND),
    "several": (FIRST + SECOND, FIRST + paragraph("Put.", BREAK) + paragraph("More.", BREAK) + SECOND),
    "before a table": (
        TABLE + f"<w:p>{BREAK}</w:p>" + SECOND,
        TABLE + f"<w:p>{BREAK}</w:p>" + paragraph("Put.") + TABLE + SECOND,
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_a_section_of_theirs_comes_and_goes_with_the_paragraph_that_ends_it(name: str) -> None:
    old, new = CASES[name]
    base, package = read(Package(document(old), "old.docx")), Package(document(new), "new.docx")
    replica = replica_of(base)
    mine = replica.text()
    found = received(base, mine, package, DATE)
    lay(replica, found)
    joined = replica.text()
    theirs = Selection(ids=frozenset(joined.revisions) - frozenset(mine.revisions))
    assert lines(joined) == lines(read(package))
    replica.accept(theirs)
    kept = Package(splice(WordFile(found.package), replica.text(), tracked=False))
    assert kept.part(kept.main).count(b"<w:sectPr>") == new.count("<w:sectPr>")
    replica.undo()
    replica.reject(theirs)
    assert lines(replica.text()) == lines(mine)
    assert lines(read(Package(splice(WordFile(found.package), replica.text(), tracked=False)))) == lines(mine)
    replica.close()
