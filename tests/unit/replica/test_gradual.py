"""A deed done text by text ends as the same deed done at once, is one step of undo, and lets others in between."""

import random

import pytest

from pactoria_desktop.contract.suggesting import is_struck
from pactoria_desktop.contract.text import ContractText, Marks, Paragraph, Revision, Span, TextSection
from pactoria_desktop.replica.changes import Place, Stretch
from pactoria_desktop.replica.identity import Identity
from pactoria_desktop.replica.replica import Replica
from pactoria_desktop.replica.resolving import Selection
from pactoria_desktop.runtime.clock import SystemClock
from tests.bench.contracts import contract

ME = Identity("Ines Falk", "me")


def pair(seed: int) -> tuple[Replica, Replica]:
    first = Replica.create(
        contract(6, changes=40, tables=2, seed=seed), identity=ME, clock=SystemClock(), peer=seed * 2 + 1
    )
    return first, Replica.open(first.snapshot(), identity=Identity("O", "o"), clock=SystemClock(), peer=seed * 2 + 2)


def words_of(replica: Replica) -> object:
    return replica.text().sections


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("accept", [True, False])
def test_resolving_text_by_text_ends_as_at_once(seed: int, accept: bool) -> None:
    slowly, at_once = pair(seed)
    before = words_of(slowly)
    met = list((slowly.gradually.accept if accept else slowly.gradually.reject)(Selection()))
    assert met[-1] == (at_once.accept if accept else at_once.reject)(Selection()) == 40
    assert words_of(slowly) == words_of(at_once)
    slowly.undo()
    assert words_of(slowly) == before
    slowly.redo()
    assert words_of(slowly) == words_of(at_once)


@pytest.mark.parametrize("suggesting", [True, False])
def test_a_look_and_replaced_words_are_one_step_though_others_type_between(suggesting: bool) -> None:
    mine, theirs = pair(9)
    mine.suggesting = suggesting
    random_ = random.Random(2)
    everything = [Stretch(slot, 0, mine.length(slot) - 1) for slot in mine.slots()]
    for deed in (
        lambda: mine.gradually.format(everything, "bold", True),
        lambda: mine.gradually.replace([Stretch(one.slot, 0, 1) for one in everything], "new words"),
    ):
        before = "".join(text for slot in mine.slots() for text, _ in mine.spans(slot))
        typed = 0
        for _ in deed():
            if random_.random() < 0.3:
                version = mine.version()
                theirs.import_updates(mine.updates_since(theirs.version()))
                theirs.insert(Place(random_.choice(theirs.slots()), 3), "@")
                mine.import_updates(theirs.updates_since(version))
                typed += 1
        assert typed
        mine.undo()
        after = "".join(text for slot in mine.slots() for text, _ in mine.spans(slot))
        assert after.count("@") == before.count("@") + typed
        assert after.replace("@", "") == before.replace("@", "")
        left = {text for slot in mine.slots() for text, marks in mine.spans(slot) if "bold" in marks}
        assert {text.strip("@") for text in left} <= {""}


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("suggesting", [True, False])
def test_deleting_text_by_text_ends_as_at_once(seed: int, suggesting: bool) -> None:
    slowly, at_once = pair(seed)
    before = words_of(slowly)
    for replica in (slowly, at_once):
        replica.suggesting = suggesting
        replica.identity = ME
    random_ = random.Random(seed)
    slots = slowly.slots()
    first, last = (0, len(slots) - 1) if seed % 2 else sorted(random_.sample(range(len(slots)), 2))
    start = 0 if seed % 2 else 3
    chosen = [
        Stretch(slot, start if slot == slots[first] else 0, slowly.length(slot)) for slot in slots[first : last + 1]
    ]
    assert list(slowly.gradually.delete(chosen))
    at_once.delete(chosen)
    assert shapes(slowly) == shapes(at_once)
    gone = words_of(slowly)
    assert gone != before
    turns = list(slowly.undo_gradually())
    assert len(turns) > len(chosen) / 4
    assert words_of(slowly) == before
    slowly.redo()
    assert words_of(slowly) == gone
    assert not slowly.can_redo


def shapes(replica: Replica) -> list[object]:
    """The text without the names of revisions, which two replicas give each in its own way."""
    return [
        [
            (text, {key.partition(":")[0] if key.startswith("del:") else key for key in marks})
            for text, marks in replica.spans(slot)
        ]
        for slot in replica.slots()
    ]


@pytest.mark.parametrize("suggesting", [True, False])
def test_what_arrives_while_everything_is_deleted_stays(suggesting: bool) -> None:
    mine, theirs = pair(5)
    mine.suggesting = suggesting
    before = "".join(text for slot in mine.slots() for text, _ in mine.spans(slot))
    typed = 0
    for turn, _ in enumerate(mine.gradually.delete([Stretch(slot, 0, mine.length(slot)) for slot in mine.slots()])):
        if turn % 3 == 0:
            version = mine.version()
            theirs.import_updates(mine.updates_since(theirs.version()))
            theirs.insert(Place(theirs.slots()[0], 3), "@")
            mine.import_updates(theirs.updates_since(version))
            typed += 1
    assert typed > 2
    live = [text for slot in mine.slots() for text, marks in mine.spans(slot) if not is_struck(marks)]
    assert "".join(live).count("@") == typed
    assert "".join(live).replace("@", "").strip("\n") == ""
    mine.undo()
    after = "".join(text for slot in mine.slots() for text, _ in mine.spans(slot))
    assert after.replace("@", "") == before
    assert after.count("@") == typed


def test_replacing_each_is_one_commit() -> None:
    mine, _ = pair(3)
    told: list[object] = []
    mine.subscribe(told.append)
    stretches = [Stretch(slot, at, at + 1) for slot in mine.slots() for at in (0, 5)]
    assert mine.replace_each(stretches, "é") == len(stretches)
    assert len(told) == 1


@pytest.mark.parametrize("accept", [True, False])
@pytest.mark.parametrize("half", ["out", "in"])
def test_half_a_move_takes_the_other_half_with_it(accept: bool, half: str) -> None:
    def paragraph(text: str, key: str) -> Paragraph:
        marks: Marks = {key: {"d": 0}} if key else {}
        return Paragraph((Span(text, marks),), marks)

    text = ContractText(
        (
            TextSection("a", (paragraph("goes", "moveFrom:out"), paragraph("stays", ""))),
            TextSection("b", (paragraph("goes", "moveTo:in"), paragraph("end", ""))),
        ),
        {
            "out": Revision("out", "move_from", "Dele", "", source="f" * 64),
            "in": Revision("in", "move_to", "Dele", "", source="f" * 64),
        },
    )
    replica = Replica.create(text, identity=ME, clock=SystemClock())
    (replica.accept if accept else replica.reject)(Selection(ids=frozenset({half})))
    shown = ["".join(text for text, _ in replica.spans(slot)) for slot in replica.slots()]
    assert shown == (["stays\n", "goes\nend\n"] if accept else ["goes\nstays\n", "end\n"])
