"""Real Word files in the replica: unedited they come back exactly, suggestions are rejected without a trace."""

import random
from pathlib import Path

import pytest

from pactoria_desktop.contract.accepted import accepted
from pactoria_desktop.contract.text import ContractText
from pactoria_desktop.documents.errors import DocumentError
from pactoria_desktop.documents.package import Package
from pactoria_desktop.documents.reader import read
from pactoria_desktop.replica.resolving import Selection
from tests.conftest import CORPUS
from tests.unit.replica.rehearsal import desks, opened
from tests.unit.replica.test_suggestions import tracked_left

FILES = sorted((CORPUS / "word").rglob("*.docx"))
SAMPLE = random.Random(20261122).sample(FILES, min(12, len(FILES)))
EDITS = (
    *("type", "type", "backspace", "backspace", "enter", "erase", "erase", "erase", "replace", "paste"),
    *("format", "style", "undo", "row", "rowless"),
)

needs_corpus = pytest.mark.skipif(not FILES, reason="the corpus ../shared/data/word is missing")


def text_in(path: Path) -> ContractText:
    try:
        return read(Package(path.read_bytes()))
    except DocumentError as refusal:
        pytest.skip(f"the reader refuses {path.name}: {refusal}")


def check(text: ContractText, seed: str) -> None:
    random_ = random.Random(seed)
    (desk,) = desks(text, random_, "A", suggesting=True)
    assert desk.replica.text() == text
    for _ in range(25):
        desk.do(EDITS)
    desk.check()
    snapshot = desk.replica.snapshot()
    desk.replica.reject(Selection(ids=frozenset(desk.replica.revisions) - frozenset(text.revisions)))
    desk.check()
    assert desk.replica.text().sections == text.sections
    accepting = opened(snapshot, "Z", 77)
    shown = accepted(accepting.text()).text
    accepting.accept(Selection())
    assert not tracked_left(accepting.text())
    assert accepted(accepting.text()).text == shown
    accepting.close()
    desk.close()


@needs_corpus
@pytest.mark.parametrize("path", SAMPLE, ids=lambda path: path.name)
def test_suggestions_on_a_word_file_are_rejected_without_a_trace(path: Path) -> None:
    check(text_in(path), path.name)


@needs_corpus
@pytest.mark.long
@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_suggestions_on_every_word_file_are_rejected_without_a_trace(path: Path) -> None:
    check(text_in(path), f"long {path.name}")
