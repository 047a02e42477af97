"""Joining pairs of the corpus: theirs arrives exactly, mine stays, one undo takes it back, rejecting does too."""

import random
import zlib

import pytest

from pactoria_desktop.contract.text import ContractText
from pactoria_desktop.documents.package import Package
from pactoria_desktop.documents.reader import read
from pactoria_desktop.replica.errors import ReplicaError
from pactoria_desktop.replica.resolving import Selection
from pactoria_desktop.services.files import WordFile, splice
from pactoria_desktop.services.joining import received
from tests.unit.services.join_desk import CORPUS, DATE, Pair, edit, lay, lines, pairs, replica_of, shared_lines

needs_corpus = pytest.mark.skipif(
    not (CORPUS / "PAIRS.tsv").exists(), reason="../shared/data/word/PAIRS.tsv is missing: no pairs to join"
)
NOT_EXACT = frozenset(
    {
        "WC__WC063-Footnote-Mod.docx",
        "software-license-agreement.docx",
        "csa-without-sla.docx",
        "csa-click-through.docx",
    }
)
SAMPLE = random.Random(4).sample(pairs(), 22) if pairs() else []
FILE = "services-agreement.docx"


def run(pair: Pair, seed: int) -> None:
    old, new = pair.packages()
    base, theirs = read(old), read(new)
    replica = replica_of(base)
    chance = random.Random(seed * 1000 + zlib.crc32(f"{pair.old} {pair.new}".encode()))
    typed = edit(replica, chance, 6 if seed else 0, shared_lines(base, theirs))
    mine = replica.text()
    found = received(base, mine, new, DATE)
    lay(replica, found)
    joined = replica.text()
    got = "\n".join(lines(joined))
    if not found.clashes:
        assert [word for word in typed if word not in got] == []
        for word in typed:
            got = got.replace(f" {word}", "")
        assert got == "\n".join(lines(theirs))
    splice(WordFile(found.package), joined, tracked=False)
    replica.undo()
    assert replica.text().sections == mine.sections
    replica.redo()
    assert lines(replica.text()) == lines(joined)
    replica.reject(Selection(ids=frozenset(joined.revisions) - frozenset(mine.revisions)))
    assert lines(replica.text()) == lines(mine)
    replica.close()


def is_exact(pair: Pair) -> bool:
    """Whether nothing of the pair is known to be lost: headers that go with their package do not come back."""
    return pair.new.rpartition("/")[2] not in NOT_EXACT


@needs_corpus
@pytest.mark.parametrize("pair", [one for one in SAMPLE if is_exact(one)], ids=lambda one: one.new.rpartition("/")[2])
def test_a_later_version_joins_edits_of_mine(pair: Pair) -> None:
    run(pair, 1)


@needs_corpus
@pytest.mark.long
@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("pair", [one for one in pairs() if is_exact(one)], ids=lambda one: one.new.rpartition("/")[2])
def test_every_later_version_joins_edits_of_mine(pair: Pair, seed: int) -> None:
    run(pair, seed)


def test_a_text_that_moved_on_is_left_as_it_is() -> None:
    from tests.samples import sample_package, sample_text

    base, package = sample_text(FILE), sample_package("services-agreement-from-corvane.docx")
    replica = replica_of(base)
    found = received(base, replica.text(), package, DATE)
    edit(replica, random.Random(1), 1, set(lines(base)))
    before = replica.text()
    with pytest.raises(ReplicaError, match="changed since"):
        lay(replica, found)
    assert replica.text() == before
    replica.close()


def test_a_second_draft_joins_after_an_export() -> None:
    from tests.samples import sample_package, sample_text

    base, package = sample_text(FILE), sample_package("services-agreement-from-corvane.docx")
    replica = replica_of(base)
    lay(replica, received(base, replica.text(), package, DATE))
    sent = Package(splice(WordFile(package), replica.text(), tracked=False), "sent.docx")
    again: ContractText = read(sent)
    other = replica_of(again)
    typed = edit(other, random.Random(3), 4, set(lines(again)))
    returned = Package(splice(WordFile(sent), other.text(), tracked=False), "returned.docx")
    mine = replica.text()
    found = received(again, mine, returned, DATE)
    lay(replica, found)
    assert found.clashes == 0
    assert typed
    assert lines(replica.text()) == lines(read(returned))
    splice(WordFile(found.package), replica.text(), tracked=False)
    replica.undo()
    assert replica.text().sections == mine.sections
    replica.close()
    other.close()
