"""Work done apart comes together with every word visible: in the text, or as both authors' changes with a question."""

import random

import pytest

from pactoria_desktop.contract.accepted import accepted
from pactoria_desktop.contract.text import ContractText, Paragraph, Span, TextSection, kind_of
from pactoria_desktop.replica.changes import Place, Stretch
from pactoria_desktop.replica.identity import Identity
from pactoria_desktop.replica.parting import Joined, joined
from pactoria_desktop.replica.replica import Replica
from pactoria_desktop.replica.resolving import Selection
from pactoria_desktop.runtime.clock import SystemClock

INES, DELE = Identity("Ines Falk", "person-1"), Identity("Dele Okafor", "person-2")
CLOCK = SystemClock()


def begun(*lines: str) -> Replica:
    paragraphs = tuple(Paragraph((Span(line),), {"p:style": "Body"}) for line in lines)
    return Replica.create(ContractText((TextSection("s0", paragraphs),)), identity=Identity(""), clock=CLOCK)


def opened(base: Replica, who: Identity) -> Replica:
    return Replica.open(base.snapshot(), identity=who, clock=CLOCK)


def edit(replica: Replica, old: str, new: str) -> None:
    words = "".join(text for text, _ in replica.spans("s0"))
    at = len(words[: words.index(old)].encode("utf-16-le")) // 2
    length = len(old.encode("utf-16-le")) // 2
    replica.replace([Stretch("s0", at, at + length)], new)


def met(base: Replica, first: Replica, second: Replica, *, lays_marks: bool = True) -> Joined:
    """``second`` comes when ``first``'s work is on the platform already."""
    known = base.version()
    return joined(
        second.snapshot(), known, [first.updates_since(known)], contract="c", me=second.identity,
        others=first.identity, clock=CLOCK, lays_marks=lays_marks,
    )  # fmt: skip


def shown(replica: Replica) -> list[tuple[str, list[str]]]:
    """Words with who changed them: + and the name for an insertion, - for a deletion."""
    found = []
    for text, marks in replica.spans("s0"):
        said = []
        for key in marks:
            if kind_of(key) in ("ins", "del"):
                revision = replica.revisions[key.partition(":")[2]]
                said.append(("+" if kind_of(key) == "ins" else "-") + revision.author.split()[0])
        found.append((text, sorted(said)))
    return found


@pytest.mark.parametrize("order", [0, 1])
def test_a_sentence_edited_plainly_on_both_sides_becomes_both_authors_changes(order: int) -> None:
    base = begun("Before 😀. The Supplier delivers goods. After.", "Another paragraph.")
    ines, dele = opened(base, INES), opened(base, DELE)
    edit(ines, "Supplier", "Vendor")
    edit(ines, "Before", "Prior")
    edit(dele, "goods", "parts")
    edit(dele, "Another", "One more")
    first, second = (ines, dele) if order == 0 else (dele, ines)
    outcome = met(base, first, second)
    assert len(outcome.clashes) == 1
    clash = outcome.clashes[0]
    assert clash.base == "The Supplier delivers goods."
    assert clash.people == ("person-1", "person-2")
    assert clash.versions == ("The Vendor delivers goods.", "The Supplier delivers parts.")
    first.import_updates(outcome.update)
    second.import_updates(first.updates_since(second.version()))
    assert first.text() == second.text()
    assert [each for each in shown(first) if each[1]] == [
        ("Supplier", ["-Ines"]),
        ("Vendor", ["+Ines"]),
        ("goods", ["-Dele"]),
        ("parts", ["+Dele"]),
    ]
    assert accepted(first.text()).text.startswith("Prior 😀. The Vendor delivers parts. After.\nOne more paragraph.")
    first.reject(Selection())
    assert accepted(first.text()).text.startswith("Prior 😀. The Supplier delivers goods. After.\nOne more")


def test_question_and_outcome_are_the_same_whichever_comes_first() -> None:
    base = begun("The Supplier delivers the goods without delay.")
    ines, dele = opened(base, INES), opened(base, DELE)
    edit(ines, "Supplier", "Vendor")
    edit(dele, "Supplier", "Seller")
    one, other = met(base, ines, dele), met(base, dele, ines)
    assert [(each.id, each.versions, each.people) for each in one.clashes] == [
        (each.id, each.versions, each.people) for each in other.clashes
    ]
    texts = []
    for first, outcome in ((ines, one), (dele, other)):
        replica = opened(first, Identity("reader"))
        replica.import_updates(outcome.update)
        texts.append(shown(replica))
    assert texts[0] == texts[1]


def test_tracked_changes_stay_as_they_are_and_other_sentences_are_not_asked_about() -> None:
    base = begun("The Supplier delivers goods. The Customer pays.")
    ines, dele = opened(base, INES), opened(base, DELE)
    ines.suggesting = dele.suggesting = True
    edit(ines, "Supplier", "Vendor")
    edit(dele, "Customer", "Buyer")
    outcome = met(base, ines, dele)
    assert outcome.clashes == ()
    edit(dele, "goods", "parts")
    outcome = met(base, ines, dele)
    assert [each.versions for each in outcome.clashes] == [
        ("The Vendor delivers goods.", "The Supplier delivers parts.")
    ]
    before = len(dele.revisions) + len(ines.revisions)
    dele.import_updates(ines.updates_since(dele.version()))
    dele.import_updates(outcome.update)
    assert len(dele.revisions) == before, "nothing was laid on what was tracked already"
    assert accepted(dele.text()).text.startswith("The Vendor delivers parts. The Buyer pays.")


def test_what_its_author_struck_again_stays_struck() -> None:
    base = begun("The Supplier delivers goods.")
    ines, dele = opened(base, INES), opened(base, DELE)
    dele.suggesting = True
    edit(dele, "goods", "parts")
    dele.suggesting = False
    edit(dele, "delivers", "sends over")
    dele.suggesting = True
    edit(dele, " over", "")
    edit(ines, "Supplier", "Vendor")
    outcome = met(base, ines, dele)
    ines.import_updates(outcome.update)
    assert accepted(ines.text()).text.startswith("The Vendor sends parts.")


def test_a_reviewer_asks_without_writing() -> None:
    base = begun("The Supplier delivers goods.")
    ines, dele = opened(base, INES), opened(base, DELE)
    edit(ines, "Supplier", "Vendor")
    dele.suggesting = True
    edit(dele, "goods", "parts")
    outcome = met(base, ines, dele, lays_marks=False)
    assert len(outcome.clashes) == 1
    ines.import_updates(outcome.update)
    assert {each.author for each in ines.text().revisions.values()} == {DELE.author}


def _word(rng: random.Random) -> str:
    return "".join(rng.choice("abcdefghij") for _ in range(8)) + "é"


@pytest.mark.parametrize("seed", range(6))
def test_a_thousand_edits_on_each_side_leave_every_word_visible(seed: int) -> None:
    """Each side types words that occur nowhere else; every one that it left is in the text or in a question."""
    from tests.bench.contracts import contract

    rng = random.Random(seed)
    made = Replica.create(contract(5, changes=30, tables=1), identity=Identity(""), clock=CLOCK)
    base = opened(made, Identity(""))
    desks = [opened(base, INES), opened(base, DELE)]
    typed: list[list[str]] = [[], []]
    for number, desk in enumerate(desks):
        slots = desk.slots()
        for _ in range(1000):
            desk.suggesting = rng.random() < 0.5
            slot = rng.choice(slots)
            length = desk.length(slot)
            if rng.random() < 0.7 or length < 20:
                word = _word(rng)
                if desk.insert(Place(slot, rng.randint(0, length - 1)), f" {word} ") is not None:
                    typed[number].append(word)
            else:
                start = rng.randint(0, length - 8)
                desk.delete([Stretch(slot, start, start + rng.randint(1, 6))])
    left = []
    for desk, own in zip(desks, typed, strict=True):
        words = accepted(desk.text()).text
        left.append([word for word in own if word in words])
    outcome = met(base, *desks)
    desks[0].import_updates(outcome.update)
    desks[1].import_updates(desks[0].updates_since(desks[1].version()))
    assert desks[0].text() == desks[1].text()
    everything = "\n".join("".join(text for text, _ in desks[0].spans(slot)) for slot in desks[0].slots())
    # A word may have struck letters of its author's between its own.
    everything += accepted(desks[0].text()).text
    # Two words put at the very same place may cut each other: then the question holds both as they were.
    everything += "\n".join(version for clash in outcome.clashes for version in clash.versions)
    assert [word for words in left for word in words if word not in everything] == []
    assert sum(map(len, left)) > 1000
    assert outcome.clashes
