"""Joining pairs of the corpus: theirs arrives exactly, mine stays, one undo takes it back, rejecting does too."""

import random
import time
import zlib
from collections import Counter

import pytest

from pactoria_desktop.contract.accepted import accepted
from pactoria_desktop.contract.text import ContractText, paragraphs_of
from pactoria_desktop.documents.package import Package
from pactoria_desktop.documents.reader import read
from pactoria_desktop.replica.changes import Stretch
from pactoria_desktop.replica.errors import ReplicaError
from pactoria_desktop.replica.resolving import Selection
from pactoria_desktop.services.files import WordFile, splice
from pactoria_desktop.services.joining import received
from tests.unit.documents.generated_contracts import Block, contract, document
from tests.unit.documents.test_merge import applied, base_of, edits_of, file_of, own_words, scribbled
from tests.unit.services.join_desk import CORPUS, DATE, Pair, body, edit, lay, lines, pairs, replica_of, shared_lines

needs_corpus = pytest.mark.skipif(
    not (CORPUS / "PAIRS.tsv").exists(), reason="../shared/data/word/PAIRS.tsv is missing: no pairs to join"
)
SAMPLE = random.Random(4).sample(pairs(), 22) if pairs() else []
FILE = "services-agreement.docx"
BEFORE: list[Block] = [("p", ["Before it all."])]
TABLE: Block = ("t", [[["a one"], ["b two"]], [["c three"], ["d four"]], [["e five"], ["f six"]]])


def run(pair: Pair, seed: int) -> None:
    old, new = pair.packages()
    base, theirs = read(old), read(new)
    replica = replica_of(base)
    chance = random.Random(seed * 1000 + zlib.crc32(f"{pair.old} {pair.new}".encode()))
    typed = edit(replica, chance, 6 if seed else 0, shared_lines(base, theirs))
    mine = replica.text()
    found = received(base, mine, new, DATE, old)
    assert found.left_out == 0
    lay(replica, found)
    joined = replica.text()
    got = "\n".join(lines(joined))
    assert [word for word in typed if word not in got] == []
    for word in typed:
        got = got.replace(f" {word}", "")
    assert Counter("\n".join(lines(theirs)).split()) - Counter(got.split()) == Counter()
    if not found.clashes:
        assert got == "\n".join(lines(theirs))
        assert notes_named(joined) == notes_named(theirs)
    splice(WordFile(found.package), joined, tracked=False)
    came = Selection(ids=frozenset(joined.revisions) - frozenset(mine.revisions))
    replica.accept(came)
    assert body(replica.text()) == body(joined)
    splice(WordFile(found.package), replica.text(), tracked=False)
    if came.ids:
        replica.undo()
    assert replica.text().sections == joined.sections
    replica.undo()
    assert replica.text().sections == mine.sections
    replica.redo()
    assert lines(replica.text()) == lines(joined)
    replica.reject(came)
    assert body(replica.text()) == body(mine)
    if set(notes_named(base)) <= {one.part for one in base.sections}:
        splice(WordFile(found.package), replica.text(), tracked=False)
    replica.close()


def notes_named(text: ContractText) -> list[str]:
    """The notes that the accepted text speaks of, in its order."""
    found = []
    for section in text.sections:
        for paragraph in paragraphs_of(section):
            for span in paragraph.spans:
                one = text.material.objects.get(str(span.marks.get("obj")))
                if one is not None and one.kind == "note" and not any(is_gone(key) for key in span.marks):
                    found.append(f"{one.role.removesuffix('Reference')}:{one.ref}")
    return found


def is_gone(key: str) -> bool:
    return key.partition(":")[0] in ("del", "moveFrom")


@needs_corpus
@pytest.mark.parametrize("pair", SAMPLE, ids=lambda one: one.new.rpartition("/")[2])
def test_a_later_version_joins_edits_of_mine(pair: Pair) -> None:
    run(pair, 1)


@needs_corpus
@pytest.mark.parametrize("seed", range(1, 4))
def test_words_of_mine_stand_in_rows_that_they_moved(seed: int) -> None:
    folder = "contracts/openagreements/restrictive-covenant"
    run(Pair(f"{folder}-oklahoma.docx", f"{folder}-oregon.docx"), seed)


@pytest.mark.parametrize("start", [0, 640, 1120])
def test_every_word_that_only_one_put_stands_in_the_living_text(start: int) -> None:
    clashes = 0
    for seed in range(start, start + 50):
        dice = random.Random(seed)
        blocks = contract(dice)
        base, mine = (read(Package(document(each), "x.docx")) for each in (blocks, scribbled(dice, blocks, "mine")))
        package = Package(document(scribbled(dice, blocks, "theirs")), "theirs.docx")
        replica = replica_of(mine)
        found = received(base, mine, package, DATE)
        lay(replica, found)
        joined = replica.text()
        clashes += found.clashes
        assert own_words(lines(mine)) | own_words(lines(read(package))) <= own_words(lines(joined)), seed
        splice(WordFile(found.package), joined, tracked=False)
        replica.reject(Selection(ids=frozenset(joined.revisions) - frozenset(mine.revisions)))
        assert lines(replica.text()) == lines(mine), seed
        replica.close()
    assert clashes


@needs_corpus
@pytest.mark.long
@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("pair", pairs(), ids=lambda one: one.new.rpartition("/")[2])
def test_every_later_version_joins_edits_of_mine(pair: Pair, seed: int) -> None:
    run(pair, seed)


@pytest.mark.parametrize("resolved", [False, True])
def test_a_thread_of_theirs_comes_with_its_answers_and_whether_it_is_resolved(resolved: bool) -> None:
    from tests.samples import sample_package, sample_text

    base, package = sample_text(FILE), sample_package(FILE)
    them = replica_of(base)
    view = accepted(base)
    line = next(one for one in view.paragraphs if len(view.line(one)) > 40)
    place = view.place(line.start)
    section = next(one for one in base.sections if one.id == place.slot)
    start = sum(len(one.text) + 1 for one in list(paragraphs_of(section))[: place.paragraph]) + place.character
    thread = them.comment([Stretch(place.slot, start, start + 10)], "Too long?")
    them.reply(thread, "It may be.")
    them.resolve_comment(thread, resolved)
    returned = Package(splice(WordFile(package), them.text(), tracked=False), "returned.docx")
    mine = replica_of(base)
    lay(mine, received(base, mine.text(), returned, DATE))
    known = {note.id for note in base.comments}
    notes = [note for note in mine.comments if note.id not in known]
    assert [(note.text, note.resolved) for note in notes if note.parent is None] == [("Too long?", resolved)]
    assert [note.text for note in notes if note.parent == notes[0].id] == ["It may be."]
    assert mine.comment_stretches(notes[0].id) == [Stretch(place.slot, start, start + 10)]
    again = read(Package(splice(WordFile(returned), mine.text(), tracked=False), "again.docx"))
    assert [(one.text, one.resolved) for one in again.comments if one.parent is None and one.text == "Too long?"] == [
        ("Too long?", resolved)
    ]
    mine.close()
    them.close()


def test_a_paragraph_that_they_moved_and_rows_that_they_changed_arrive() -> None:
    old = document([*BEFORE, ("p", ["Moved away to the end of it all."]), TABLE, ("p", ["After."])])
    new = document(
        [
            *BEFORE,
            ("t", [*TABLE[1][1:], [["new"], ["row"]]]),
            ("p", ["After."]),
            ("p", ["Moved away to the end of it all."]),
        ]
    )
    base, package = read(Package(old, "old.docx")), Package(new, "new.docx")
    replica = replica_of(base)
    edit(replica, random.Random(5), 1, {BEFORE[0][1][0]})
    mine = replica.text()
    found = received(base, mine, package, DATE)
    lay(replica, found)
    assert found.clashes == 0
    assert [one.replace(" mine0x", "") for one in lines(replica.text())] == lines(read(package))
    joined = replica.text()
    splice(WordFile(found.package), joined, tracked=False)
    replica.reject(Selection(ids=frozenset(joined.revisions) - frozenset(mine.revisions)))
    assert lines(replica.text()) == lines(mine)
    replica.close()


def test_a_table_that_comes_within_a_section_parts_it_and_goes_again() -> None:
    old = document([("p", ["One is here."]), ("p", ["Two is here."])])
    new = document([("p", ["One is here."]), TABLE, ("p", ["Two is here."])])
    base, package = read(Package(old, "old.docx")), Package(new, "new.docx")
    replica = replica_of(base)
    mine = replica.text()
    lay(replica, received(base, mine, package, DATE))
    joined = replica.text()
    assert lines(joined) == lines(read(package))
    splice(WordFile(package), joined, tracked=False)
    replica.reject(Selection(ids=frozenset(joined.revisions)))
    assert lines(replica.text()) == lines(mine)
    replica.close()


def test_joining_six_hundred_paragraphs_is_fast(figure) -> None:
    dice = random.Random(2)
    base = base_of(dice, 600)
    edits = edits_of(dice, base, 240)
    texts = [Package(file_of(applied(base, one)), "x.docx") for one in ([], edits[::2], edits[1::2])]
    start = time.process_time()
    found = received(read(texts[0]), read(texts[1]), texts[2], DATE)
    worked = time.process_time() - start
    replica = replica_of(read(texts[1]))
    start = time.process_time()
    lay(replica, found)
    laid = (time.process_time() - start) * 100 / found.changes
    figure("joining 600 paragraphs in the worker, seconds of processor time", round(worked, 2), "1.0")
    figure("rebase for 100 changes, seconds of processor time", round(laid, 3), "0.1")
    assert worked < 3
    assert laid < 0.3
    replica.close()


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
