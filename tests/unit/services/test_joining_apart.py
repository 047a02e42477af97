"""Two people join the same received file apart: nothing is doubled, and all devices are alike whoever is first."""

import asyncio
import itertools
import random
from collections.abc import Sequence
from dataclasses import dataclass, field

import pytest

from pactoria_desktop.contract.accepted import accepted
from pactoria_desktop.contract.identity import identity_from
from pactoria_desktop.contract.text import ContractText, paragraphs_of
from pactoria_desktop.documents.package import Package
from pactoria_desktop.documents.reader import read
from pactoria_desktop.replica.changes import Place, Stretch
from pactoria_desktop.replica.identity import Identity
from pactoria_desktop.replica.relaying import Relayed
from pactoria_desktop.replica.replica import Replica
from pactoria_desktop.replica.resolving import Selection
from pactoria_desktop.replica.suggested import Reviewer
from pactoria_desktop.runtime.clock import SystemClock
from pactoria_desktop.services.joining import received
from pactoria_desktop.services.opened import OpenContract
from pactoria_desktop.services.sources import Source, read_source
from pactoria_desktop.store.texts import Texts
from pactoria_desktop.sync.apart import Apart
from pactoria_desktop.sync.texts import Question, TextState, TextSync
from tests.samples import SAMPLES, sample_package, sample_text
from tests.unit.services.join_desk import DATE, Pair, edit, lay, pairs, shared_lines
from tests.unit.services.test_joining import PAIRS
from tests.unit.services.test_transfers import FileDesk, desks, store
from tests.unit.sync.text_platform import TextPlatform

__all__ = ["desks", "store"]
PEOPLE = [identity_from(1_800_000_000_000, number) for number in (1, 2)]
LONG_AGO = 1


@dataclass
class OpenText:
    """An open contract's text as the engine of texts has it, journalled as in the program."""

    at: OpenContract
    kept: TextState
    asked: list[Question] = field(default_factory=list)

    @property
    def contract(self) -> str:
        return self.at.id

    async def state(self) -> TextState:
        return self.kept

    async def keep(self, state: TextState, questions: Sequence[Question] = ()) -> None:
        self.kept = state
        self.asked += questions

    async def version(self) -> bytes:
        return self.at.replica.version()

    async def updates_since(self, version: bytes) -> bytes:
        return self.at.replica.updates_since(version)

    async def take_in(self, updates: Sequence[bytes], introduced: Sequence[str] = ()) -> None:
        for each in updates:
            self.at.replica.import_updates(each)
        self.at.collect()
        self.at.flush()

    async def snapshot(self) -> bytes:
        return self.at.replica.snapshot()

    async def peers(self) -> Sequence[str]:
        return [f"{self.at.replica.peer:x}"]


class Pairing:
    """Two libraries with one contract, whose records, files and texts go over one platform."""

    def __init__(self, desks: tuple[FileDesk, FileDesk], sent: Source) -> None:
        self.desks = desks
        mine, other = desks
        self.contract = mine.service.importer().bring_in(sent).contract
        mine.accounts.add_contract(self.contract, mine.seat.number)
        self.records()
        with mine.library.reading() as session:
            stored = Texts(session).open(self.contract)
        with other.library.writing() as session:
            Texts(session).save_snapshot(self.contract, stored.snapshot, b"{}", "00", upto=0, at=1)
        self.platform = TextPlatform()
        self.texts = [OpenText(each.opened(self.contract), TextState()) for each in desks]
        for number, text in enumerate(self.texts):
            text.at.replica.identity = Identity(f"Person {number}", PEOPLE[number])
            text.kept = TextState(0, text.at.replica.stored_version)

    def records(self) -> None:
        """Files and records of both, until both have all."""
        for each in (*self.desks, *self.desks):
            each.transfers.send()
            each.sync()
            each.fetch_all()

    def join(self, number: int, back: Source) -> None:
        """One of the two imports the file and joins it, as the window does."""
        at = self.texts[number].at
        found = at.receive(back, at.freeze())
        at.join(found, back.name)
        at.flush()
        at.note_received(found, at.freeze(), back.name, author=PEOPLE[number])

    def exchange(self, order: Sequence[int], *, apart: bool) -> None:
        """Sync the texts in an order, as work that waited for long or as live work."""
        for number in (*order, order[0]):
            text = self.texts[number]
            state = text.kept
            text.kept = TextState(state.number, state.known, state.sent, LONG_AGO if apart else None)

            async def name_of(person: str) -> str:
                return f"Person {PEOPLE.index(person)}"

            joiner = Apart(text.at.replica.identity, name_of, SystemClock(), may_edit=lambda contract: True)
            line = self.platform.line(PEOPLE[number], PEOPLE[number])
            asyncio.run(TextSync(line, joiner, SystemClock()).exchange(text))

    def values(self, number: int) -> ContractText:
        return self.texts[number].at.replica.text()

    def close(self) -> None:
        for each in self.texts:
            each.at.close()


def told(text: ContractText) -> list[tuple[str, str, dict[str, object]]]:
    """Every stretch with all its marks, and every paragraph's end with its own; the names of sections aside."""
    found: list[tuple[str, str, dict[str, object]]] = []
    for section in text.sections:
        for paragraph in paragraphs_of(section):
            for span in paragraph.spans:
                if found and found[-1][0] == section.part and found[-1][2] == dict(span.marks):
                    found[-1] = (section.part, found[-1][1] + span.text, dict(span.marks))
                else:
                    found.append((section.part, span.text, dict(span.marks)))
            found.append((section.part, "\n", dict(paragraph.marks)))
    return found


def alone(sent: Source, back: Source) -> ContractText:
    """What one person who joins the file by themselves has."""
    base = Package(sent.data, sent.name)
    text = read(base)
    replica = Replica.create(text, identity=Identity("A", "a"), clock=SystemClock())
    try:
        lay(replica, received(text, replica.text(), Package(back.data, back.name), DATE, base))
        return replica.text()
    finally:
        replica.close()


@pytest.mark.parametrize(("sent", "back"), PAIRS)
@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
@pytest.mark.parametrize("apart", [False, True])
@pytest.mark.parametrize("edited", [False, True])
def test_a_file_that_both_joined_stands_once_on_both(desks, sent: str, back: str, order, apart: bool, edited: bool):
    first, second = (read_source(str(SAMPLES / name)) for name in (sent, back))
    pairing = Pairing(desks, first)
    for number in (0, 1):
        if edited:
            replica = pairing.texts[number].at.replica
            slot = replica.slots()[0]
            at = len("".join(words for words, _ in replica.spans(slot)).partition("\n")[0])
            replica.insert(Place(slot, at), f" typed by {number}")
        pairing.join(number, second)
    pairing.exchange(order, apart=apart)
    one, other = pairing.values(0), pairing.values(1)
    assert one == other
    words = accepted(one).text
    expected = accepted(alone(first, second)).text
    if edited:
        for number in (0, 1):
            assert words.count(f" typed by {number}") == 1
            words = words.replace(f" typed by {number}", "")
    assert words == expected
    if not edited:
        assert told(one) == told(alone(first, second))
        assert [each for text in pairing.texts for each in text.asked] == [], "both did the same: nothing is asked"
    pairing.records()
    exports = []
    for desk, text in zip(desks, pairing.texts, strict=True):
        assert desk.syncing.conflicts() == ()
        assert desk.shelf.records([pairing.contract])[0].package_sha256 == Package(second.data, "x").sha256
        assert text.at.package(one).data == second.data
        assert sorted(each.name for each in text.at.versions()) == sorted(
            ["As imported", f"Received as {second.name}", f"Received as {second.name}"]
        )
        exports.append(text.at.export(text.at.freeze(), "redline"))
    assert exports[0] == exports[1]
    pairing.close()
    for desk in desks:
        again = desk.opened(pairing.contract)
        assert again.replica.text() == one, "what is in the library is what was shown"
        again.close()


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_only_what_they_did_beside_the_file_is_asked_about(desks, order):
    sent, back = (read_source(str(SAMPLES / name)) for name in PAIRS[0])
    pairing = Pairing(desks, sent)
    for number in (0, 1):
        pairing.join(number, back)
        replica = pairing.texts[number].at.replica
        slot, words = next(
            (slot, "".join(each for each, _ in replica.spans(slot)))
            for slot in replica.slots()
            if "suitably" in "".join(each for each, _ in replica.spans(slot))
        )
        at = words.index("suitably")
        replica.replace([Stretch(slot, at, at + len("suitably"))], ("fittingly", "duly")[number])
    pairing.exchange(order, apart=True)
    assert pairing.values(0) == pairing.values(1)
    asked = [each.clash for text in pairing.texts for each in text.asked]
    assert len(asked) == 1
    assert sorted("fittingly" in each for each in asked[0].versions) == [False, True]
    assert sorted("duly" in each for each in asked[0].versions) == [False, True]
    pairing.close()


def replicas(text: ContractText) -> list[Replica]:
    base = Replica.create(text, identity=Identity(""), clock=SystemClock())
    snapshot = base.snapshot()
    base.close()
    return [
        Replica.open(snapshot, identity=Identity(f"Person {number}", PEOPLE[number]), clock=SystemClock())
        for number in (0, 1)
    ]


def meet(one: Replica, other: Replica) -> None:
    """Both learn all of the other's, what each set right included."""
    for _ in range(2):
        first, second = one.updates_since(other.version()), other.updates_since(one.version())
        one.import_updates(second)
        other.import_updates(first)
    assert one.text() == other.text()


SOME = [pair for number, pair in enumerate(pairs()) if number % 8 == 0 or "independent-contractor" in pair.new]


@pytest.mark.skipif(not SOME, reason="the corpus of Word files is not here")
@pytest.mark.parametrize("pair", SOME[::3], ids=lambda pair: pair.new.rpartition("/")[2])
def test_files_of_the_corpus_that_both_joined_stand_once_with_every_mark(pair: Pair):
    joined_by_both(pair)


@pytest.mark.long
@pytest.mark.skipif(not SOME, reason="the corpus of Word files is not here")
@pytest.mark.parametrize("pair", pairs(), ids=lambda pair: pair.new.rpartition("/")[2])
def test_all_files_of_the_corpus_that_both_joined_stand_once_with_every_mark(pair: Pair):
    joined_by_both(pair)


def joined_by_both(pair: Pair) -> None:
    old, new = pair.packages()
    base = read(old)
    first, second = replicas(base)
    one = replicas(base)[0]
    found = received(base, first.text(), new, DATE)
    for each in (first, second, one):
        lay(each, found)
    meet(first, second)
    assert told(first.text()) == told(one.text())
    again = Replica.open(first.snapshot(), identity=Identity(""), clock=SystemClock())
    assert again.text() == first.text()
    for each in (first, second, one, again):
        each.close()


@pytest.mark.skipif(not SOME, reason="the corpus of Word files is not here")
@pytest.mark.parametrize(("pair", "seed"), list(itertools.product(SOME[::3], (1, 2))), ids=str)
def test_what_each_typed_before_joining_stands_once_beside_the_file(pair: Pair, seed: int):
    old, new = pair.packages()
    base = read(old)
    both = replicas(base)
    typed = []
    for number, each in enumerate(both):
        words = edit(each, random.Random(seed + 10 * number), 5, shared_lines(base, read(new)))
        typed.append(len(words))
        lay(each, received(base, each.text(), new, DATE))
    meet(*both)
    words = accepted(both[0].text()).text
    assert sum(words.count(f"mine{number}x") for number in range(5)) == sum(typed)
    one = replicas(base)[0]
    lay(one, received(base, one.text(), new, DATE))
    for number in range(5):
        words = words.replace(f" mine{number}x", "")
    assert words == accepted(one.text()).text


def test_what_somebody_typed_into_the_words_that_came_stays():
    sent, back = PAIRS[0]
    base, package = sample_text(sent), sample_package(back)
    for number in (0, 1):
        both = replicas(base)
        found = received(base, both[0].text(), package, DATE)
        for each in both:
            lay(each, found)
        revision = next(id for id, one in found.joins[0].revisions.items() if one.kind == "insertion")
        place = both[number].revision_stretches(revision)[0]
        slot = place.slot
        both[number].insert(Place(slot, place.start + 1), "TYPED")
        meet(*both)
        assert accepted(both[0].text()).text.count("TYPED") == 1
        rest = accepted(both[0].text()).text.replace("TYPED", "")
        one = replicas(base)[0]
        lay(one, found)
        assert sorted(rest) == sorted(accepted(one.text()).text), "every letter that came stands once"


def test_a_join_that_gave_way_to_the_others_is_not_taken_back_by_half():
    sent, back = PAIRS[0]
    base = sample_text(sent)
    both = replicas(base)
    found = received(base, both[0].text(), sample_package(back), DATE)
    for each in both:
        lay(each, found)
    meet(*both)
    able = [each.can_undo for each in both]
    assert sorted(able) == [False, True], "one of the two stands"
    both[able.index(True)].undo()
    meet(*both)
    assert accepted(both[0].text()).text == accepted(base).text


def test_rejecting_all_gives_the_text_of_before():
    sent, back = PAIRS[0]
    base = sample_text(sent)
    both = replicas(base)
    found = received(base, both[0].text(), sample_package(back), DATE)
    for each in both:
        lay(each, found)
    meet(*both)
    both[0].reject(Selection())
    assert accepted(both[0].text()).text == accepted(base).text


@pytest.mark.parametrize(("sent", "back"), PAIRS)
def test_a_reviewer_whose_desktop_learns_of_both_joins_is_not_refused(sent: str, back: str):
    base = sample_text(sent)
    both = replicas(base)
    begun = both[0].snapshot()
    reviewer = Replica.open(begun, identity=Identity("Rosa Lindt", "person-3"), clock=SystemClock())
    found = received(base, both[0].text(), sample_package(back), DATE)
    updates = []
    for each in both:
        lay(each, found)
        updates.append(each.updates_since(reviewer.version()))
    for update in updates:
        reviewer.import_updates(update)
    reviewer.suggesting = True
    reviewer.insert(Place(reviewer.slots()[0], 3), "suggested")
    relayed = Relayed.open((begun, *updates))
    taken = relayed.take(
        [reviewer.updates_since(relayed.version())], Reviewer("person-3", frozenset({f"{reviewer.peer:x}"}))
    )  # fmt: skip
    assert taken.new == (True,)
    assert accepted(relayed.text()).text == accepted(reviewer.text()).text
