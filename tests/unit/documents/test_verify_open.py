"""A text whose earlier changes were decided is checked by its own open changes, those that Word gave and new ones."""

import random
import re

import pytest

from pactoria_desktop.contract.accepted import accepted
from pactoria_desktop.contract.text import ContractText
from pactoria_desktop.documents.errors import DocumentError
from pactoria_desktop.documents.package import Package
from pactoria_desktop.documents.reader import read
from pactoria_desktop.documents.verify import Verification, verify_redline
from pactoria_desktop.documents.verify_open import Decided
from pactoria_desktop.documents.writer import write
from pactoria_desktop.replica.identity import Identity
from pactoria_desktop.replica.replica import Replica
from pactoria_desktop.replica.resolving import Selection
from tests.unit.documents.test_living_export import StoppedClock, command
from tests.unit.documents.test_tracked import body_of
from tests.unit.documents.word_files import document, sample, word_files

ANN, BEN = 'w:author="Ann" w:date="2024-01-01T10:00:00Z"', 'w:author="Ben" w:date="2024-02-02T10:00:00Z"'
BODY = (
    f'<w:p><w:pPr><w:rPr><w:del w:id="1" {BEN}/></w:rPr></w:pPr><w:r><w:t>The term </w:t></w:r>'
    f'<w:ins w:id="2" {ANN}><w:r><w:t>ends </w:t></w:r></w:ins>'
    f'<w:del w:id="3" {BEN}><w:r><w:delText>never</w:delText></w:r></w:del></w:p>'
    f'<w:p><w:r><w:rPr><w:b/><w:rPrChange w:id="4" {BEN}><w:rPr/></w:rPrChange></w:rPr><w:t>soon</w:t></w:r></w:p>'
    f'<w:tbl><w:tblPr/><w:tblGrid/><w:tr><w:trPr><w:ins w:id="5" {BEN}/></w:trPr><w:tc><w:p><w:ins w:id="6" {BEN}>'
    f"<w:r><w:t>row</w:t></w:r></w:ins></w:p></w:tc></w:tr></w:tbl>"
    f'<w:p><w:pPr><w:sectPr><w:sectPrChange w:id="8" {ANN}><w:sectPr/></w:sectPrChange></w:sectPr></w:pPr></w:p><w:p/>'
)


def decided(package: Package, base: ContractText, author: str) -> ContractText:
    """The text after everything of one author was accepted."""
    replica = Replica.create(base, identity=Identity("New Author"), clock=StoppedClock())
    try:
        replica.accept(Selection(author=author))
        return replica.text()
    finally:
        replica.close()


def checked(package: Package, base: ContractText, text: ContractText, data: bytes) -> Verification:
    return verify_redline(
        package, data, accepted=accepted(text), rejects_to_original=False, decided=Decided(base, text)
    )


def tampered(data: bytes, old: str, new: str) -> bytes:
    body = body_of(data)
    changed = body.replace(old, new)
    assert changed != body
    return document(changed)


def made() -> tuple[Package, ContractText, ContractText, bytes]:
    package = Package(document(BODY), "offer.docx")
    base = read(package)
    text = decided(package, base, "Ann")
    return package, base, text, write(package, base, text)


def test_an_export_with_decided_changes_passes() -> None:
    package, base, text, data = made()
    assert checked(package, base, text, data).problems == ()
    assert 'w:id="2"' not in body_of(data)
    assert all(f'w:id="{number}"' in body_of(data) for number in (1, 3, 4, 5, 6, 8))


@pytest.mark.parametrize(
    ("old", "new", "kinds"),
    [
        ('w:id="3" w:author="Ben"', 'w:id="3" w:author="Cid"', {"history_lost", "history_added"}),
        ('w:id="3" w:author="Ben" w:date="2024-02', 'w:id="3" w:author="Ben" w:date="2024-03', {"history_lost"}),
        ('w:id="3"', 'w:id="33"', {"history_lost"}),
        (f'<w:del w:id="1" {BEN}/>', "", {"history_lost"}),
        (f'<w:ins w:id="5" {BEN}/>', "", {"history_lost"}),
        ("<w:delText>never</w:delText>", "<w:delText>nev</w:delText>", {"history_lost"}),
        ("<w:delText>never</w:delText>", "<w:delText>never ever</w:delText>", {"history_added"}),
        (re.search(r"<w:rPrChange.*?</w:rPrChange>", BODY)[0], "", {"history_lost"}),  # type: ignore[index]
        ("<w:t>soon</w:t></w:r>", f'<w:t>soon</w:t></w:r><w:ins w:id="77" {ANN}><w:r><w:t>er</w:t></w:r></w:ins>',
         {"history_added"}),
        ("<w:p/>", f'<w:p><w:pPr><w:pPrChange w:id="78" {ANN[:-2]}9Z"><w:pPr/></w:pPrChange></w:pPr></w:p>',
         {"history_added"}),
    ],
)  # fmt: skip
def test_a_change_that_is_lost_altered_or_added_is_found(old: str, new: str, kinds: set[str]) -> None:
    package, base, text, data = made()
    found = {one.kind for one in checked(package, base, text, tampered(data, old, new)).problems}
    assert kinds <= found


def test_a_decided_change_that_comes_back_is_found() -> None:
    package, base, text, _ = made()
    assert "history_added" in {one.kind for one in checked(package, base, text, package.data).problems}


def travel(paths: list, seed: int) -> int:
    """Files whose changes were partly decided, then edited: the number that was written and passed."""
    passed = 0
    for path in paths:
        try:
            package = Package(path.read_bytes(), path.name)
            base = read(package)
        except DocumentError:
            continue
        if package.strict or not base.revisions:
            continue
        chance = random.Random(f"{seed} {path.name}")
        ids = sorted(base.revisions)
        replica = Replica.create(base, identity=Identity("New Author"), clock=StoppedClock())
        try:
            replica.accept(Selection(ids=frozenset(chance.sample(ids, len(ids) // 3))))
            replica.reject(Selection(ids=frozenset(chance.sample(ids, len(ids) // 3))))
            replica.suggesting = True
            for _ in range(10):
                command(replica, chance, sorted(base.material.styles))
            text = replica.text()
        finally:
            replica.close()
        assert checked(package, base, text, write(package, base, text)).problems == (), path.name
        passed += 1
    return passed


def test_decided_changes_of_real_files_leave_the_open_ones_as_they_are() -> None:
    paths = [*sample(8, "tracked"), *(one for one in word_files("tracked") if one.name.endswith("sample-docxv2.docx"))]
    assert travel(paths, 6) > 3


@pytest.mark.long
@pytest.mark.parametrize("seed", range(6))
def test_decided_changes_of_every_tracked_file(seed: int) -> None:
    assert travel(word_files("tracked"), seed) > 40
