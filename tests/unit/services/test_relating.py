"""A draft that comes back is known again; a contract of another kind is not."""

import os
from collections.abc import Iterator

import pytest

from pactoria_desktop.runtime.clock import SystemClock
from pactoria_desktop.services.library import LibraryService, temporary_service
from pactoria_desktop.services.sources import Source
from tests.samples import sample_bytes


@pytest.fixture
def service() -> Iterator[LibraryService]:
    """A library with both contracts as they were sent."""
    with temporary_service(SystemClock(), "Ines Falk") as found:
        for name in ("services-agreement.docx", "mutual-nda.docx"):
            assert [each.outcome for each in found.bring_in((source(name),))] == ["imported"]
        yield found


def source(name: str) -> Source:
    """A sample as a file that is given."""
    return Source(name, ".docx", sample_bytes(name))


def test_each_returned_draft_is_known_again(service: LibraryService) -> None:
    for name, title in (
        ("services-agreement-from-corvane.docx", "Services agreement"),
        ("mutual-nda-from-tessel.docx", "Mutual non-disclosure agreement"),
    ):
        found = service.related_to(source(name))
        assert found is not None
        assert found.title == title
        assert found.share > 0.5


def test_the_same_file_and_unreadable_files_are_not_drafts(service: LibraryService) -> None:
    assert service.related_to(source("mutual-nda.docx")) is None
    assert service.related_to(Source("broken.docx", ".docx", os.urandom(2000))) is None
    assert service.related_to(Source("notes.txt", ".txt", b"words")) is None


def test_the_same_file_again_offers_the_contract_that_is_there(service: LibraryService) -> None:
    again = next(iter(service.bring_in((source("mutual-nda.docx"),))))
    assert again.outcome == "already there"
    assert again.contract
    broken = next(iter(service.bring_in((Source("broken.docx", ".docx", b"PK\x03\x04 nothing"),))))
    assert broken.outcome == "refused"
    assert broken.sentence.count("\n") == 0
