"""Proof c: a received file is joined into the living text, its sources move, and export splices onto it."""

import re

import pytest

from pactoria_desktop.contract.accepted import accepted
from pactoria_desktop.documents.package import Package
from pactoria_desktop.documents.reader import read
from pactoria_desktop.documents.tracked import TrackedChanges
from pactoria_desktop.replica.identity import Identity
from pactoria_desktop.replica.replica import Replica
from pactoria_desktop.runtime.clock import SystemClock
from pactoria_desktop.services.files import WordFile, splice
from pactoria_desktop.services.joining import received
from tests.samples import sample_package, sample_text

PAIRS = [
    ("services-agreement.docx", "services-agreement-from-corvane.docx"),
    ("mutual-nda.docx", "mutual-nda-from-tessel.docx"),
]


@pytest.mark.parametrize(("sent", "returned"), PAIRS)
@pytest.mark.parametrize("edited", [False, True])
def test_a_received_draft_joins_the_living_text_and_is_exported_on_itself(
    sent: str, returned: str, edited: bool
) -> None:
    base, package = sample_text(sent), sample_package(returned)
    replica = Replica.create(base, identity=Identity("Ines Falk", "me"), clock=SystemClock())
    try:
        if edited:
            replica.suggesting = True
            view = accepted(base)
            place = view.text.index("Governing law") if "Governing law" in view.text else view.text.index("Remedies")
            source = view.place(place)
            starts = 0
            for paragraph in base.sections[0].paragraphs[: source.paragraph]:  # type: ignore[union-attr]
                starts += len(paragraph.text.encode("utf-16-le")) // 2 + 1
            from pactoria_desktop.replica.changes import Place

            replica.insert(Place(source.slot, starts), "My own: ")
        mine = replica.text()
        found = received(base, mine, package, "2026-11-22T12:00:00Z")
        assert found.clashes == 0
        assert found.unmarked
        for each in found.joins:
            replica.rebase(each)
        joined = replica.text()
    finally:
        replica.close()
    theirs = accepted(read(package)).text
    expected = theirs.replace("Governing law", "My own: Governing law") if edited else theirs
    expected = (
        expected.replace("\nRemedies", "\nMy own: Remedies") if edited and "Governing law" not in theirs else expected
    )
    assert accepted(joined).text == expected
    data = splice(WordFile(package), joined, tracked=False)
    assert accepted(read(Package(data, returned))).text == expected
    before, after = TrackedChanges(package), TrackedChanges(Package(data, returned))
    assert said(after) == said(before)
    assert kept_paragraphs(package, Package(data, returned)) >= 0.8
    wanted = {(each.author, each.date) for each in before.revisions}
    assert wanted <= {(each.author, each.date) for each in after.revisions}


def said(changes: TrackedChanges) -> list[tuple[str, str, str, str]]:
    """Who commented what on which words."""
    return sorted((each.author, each.date, each.text, each.quote) for each in changes.comments)


def kept_paragraphs(before: Package, after: Package) -> float:
    """The share of paragraphs of the received file that left byte for byte."""
    old, new = (set(re.findall(rb"<w:p>.*?</w:p>", each.part(each.main))) for each in (before, after))
    return len(old & new) / len(old)
