"""The desktop's engine against the real platform: what was made apart comes together once, whatever breaks."""

import random
from collections.abc import Callable

import httpx2
import pytest

from pactoria_desktop.contract.accepted import accepted
from pactoria_desktop.protocol.permissions import Role
from pactoria_desktop.replica.changes import Place, Stretch
from pactoria_desktop.replica.identity import Identity
from pactoria_desktop.replica.replica import Replica
from pactoria_desktop.runtime.clock import ManualClock, SystemClock, to_milliseconds
from pactoria_desktop.sync.apart import Apart, question_fields
from pactoria_desktop.sync.courier import HttpCourier, NotReachedError
from pactoria_desktop.sync.texts import NotAcceptedError, TextSync
from tests.bench.contracts import contract as generated
from tests.platform.collaboration.desktops import Faulty, MemoryText
from tests.platform.collaboration.parties import Party, Registry
from tests.platform.collaboration.test_texts import NOTHING, contract_text

pytestmark = pytest.mark.anyio


class Desktop:
    """A person's desktop with one contract."""

    def __init__(
        self, client: httpx2.AsyncClient, people: Registry, party: Party, text: MemoryText, clock: ManualClock,
        rng: random.Random | None = None, faults: float = 0, names: dict[str, str] | None = None, edits: bool = True,
    ) -> None:  # fmt: skip
        async def token() -> str:
            return party.token

        async def name_of(person: str) -> str:
            return (names or {}).get(person, "Somebody")

        self.text, self.clock, self.party = text, clock, party
        self.line = Faulty(HttpCourier(client, people.organization, token), rng or random.Random(0), faults)
        me = Identity(party.name, party.person)
        joiner = Apart(me, name_of, SystemClock(), may_edit=lambda _: edits)
        self.sync = TextSync(self.line, joiner, clock)

    async def exchange(self, attempts: int = 200) -> None:
        """Until it comes through."""
        for _ in range(attempts):
            try:
                await self.sync.exchange(self.text)
            except NotReachedError:
                continue
            return
        raise AssertionError("the exchange never came through")

    def was_offline(self) -> None:
        self.text.offline_since(to_milliseconds(self.clock.now()))


def opening(party: Party, snapshot: bytes) -> Replica:
    return Replica.open(snapshot, identity=Identity(party.name, party.person), clock=SystemClock())


Make = Callable[..., Desktop]


@pytest.fixture
def make(client: httpx2.AsyncClient, people: Registry, clock: ManualClock) -> Make:
    names: dict[str, str] = {}

    def made(name: str, contract: str, role: Role = Role.EDITOR, text: object = None, **more: object) -> Desktop:
        party = people.person(name, role)
        names[party.person] = name
        identity = Identity(name, party.person)
        replica = (
            Replica.create(text, identity=identity, clock=SystemClock())  # type: ignore[arg-type]
            if text is not None
            else opening(party, NOTHING.snapshot())
        )
        return Desktop(client, people, party, MemoryText(contract, replica), clock, names=names, **more)  # type: ignore[arg-type]

    return made


def edit(desktop: Desktop, old: str, new: str) -> None:
    replica = desktop.text.replica
    words = "".join(text for text, _ in replica.spans("s0"))
    at = words.index(old)
    replica.replace([Stretch("s0", at, at + len(old))], new)


@pytest.mark.parametrize("first", [0, 1])
async def test_the_same_sentence_edited_apart_is_asked_about_once_whoever_syncs_first(
    make: Make, people: Registry, clock: ManualClock, first: int
) -> None:
    contract = people.contract()
    ines = make("Ines Falk", contract, text=contract_text(("The Supplier delivers goods. It is quick.",)))
    dele = make("Dele Okafor", contract)
    await ines.exchange()
    await dele.exchange()
    edit(ines, "Supplier", "Vendor")
    edit(dele, "goods", "parts")
    for desktop in (ines, dele):
        desktop.was_offline()
    clock.advance(31)
    order = (ines, dele) if first == 0 else (dele, ines)
    for desktop in (*order, *order):
        await desktop.exchange()
    assert ines.text.replica.text() == dele.text.replica.text()
    questions = [*ines.text.asked, *dele.text.asked]
    assert len(questions) == 1
    assert order[1].text.asked == questions, "whoever comes second asks"
    identity, fields = question_fields(questions[0], clock.now())
    assert len(identity) == 64
    assert fields["ours"] == "The Vendor delivers goods."
    assert fields["theirs"] == "The Supplier delivers parts."
    revisions = ines.text.replica.text().revisions.values()
    assert sorted((each.author, each.kind) for each in revisions) == [
        ("Dele Okafor", "deletion"),
        ("Dele Okafor", "insertion"),
        ("Ines Falk", "deletion"),
        ("Ines Falk", "insertion"),
    ]
    assert accepted(dele.text.replica.text()).text.startswith("The Vendor delivers parts. It is quick.")
    # Nothing is left to do, and nobody asks again.
    number = people.count("select number from text_document")
    for desktop in order:
        await desktop.exchange()
    assert people.count("select number from text_document") == number
    assert len([*ines.text.asked, *dele.text.asked]) == 1


async def test_typing_online_is_not_asked_about(make: Make, people: Registry, clock: ManualClock) -> None:
    contract = people.contract()
    ines = make("Ines Falk", contract, text=contract_text(("The Supplier delivers goods.",)))
    dele = make("Dele Okafor", contract)
    await ines.exchange()
    await dele.exchange()
    edit(ines, "Supplier", "Vendor")
    edit(dele, "goods", "parts")
    for desktop in (ines, dele, ines):
        desktop.was_offline()
        clock.advance(5)
        await desktop.exchange()
    assert ines.text.words() == dele.text.words() == "The Vendor delivers parts."
    assert not ines.text.asked
    assert not dele.text.asked


async def test_a_reviewer_who_was_apart_asks_and_writes_nothing_for_others(
    make: Make, people: Registry, clock: ManualClock
) -> None:
    contract = people.contract()
    ines = make("Ines Falk", contract, text=contract_text(("The Supplier delivers goods.",)))
    rita = make("Rita", contract, Role.REVIEWER, edits=False)
    await ines.exchange()
    await rita.exchange()
    edit(ines, "Supplier", "Vendor")
    await ines.exchange()
    rita.text.replica.suggesting = True
    edit(rita, "goods", "parts")
    rita.was_offline()
    clock.advance(60)
    await rita.exchange()
    await ines.exchange()
    assert len(rita.text.asked) == 1
    assert ines.text.replica.text() == rita.text.replica.text()
    rita.text.replica.suggesting = False
    edit(rita, "Vendor", "Robber")
    with pytest.raises(NotAcceptedError):
        await rita.exchange()
    assert "Robber" in rita.text.words(), "it stays on the device"


@pytest.mark.parametrize("seed", [0])
async def test_three_devices_with_a_thousand_edits_each_come_together_over_a_line_that_breaks(
    make: Make, people: Registry, clock: ManualClock, seed: int
) -> None:
    rng = random.Random(seed)
    contract = people.contract()
    faulty = {"rng": rng, "faults": 0.2}
    desktops = [make("Ines Falk", contract, text=generated(6, changes=20, tables=1), **faulty)]
    desktops += [make(name, contract, **faulty) for name in ("Dele Okafor", "Tomas Reyes")]
    for desktop in desktops:
        await desktop.exchange()
    typed: dict[str, Desktop] = {}
    for desktop in desktops:
        replica = desktop.text.replica
        slots = replica.slots()
        for _ in range(1000 // 3 if desktop is desktops[2] else 1000):
            replica.suggesting = rng.random() < 0.5
            slot = rng.choice(slots)
            length = replica.length(slot)
            if rng.random() < 0.6:
                word = "".join(rng.choice("abcdefgh") for _ in range(9))
                if replica.insert(Place(slot, rng.randint(0, length - 1)), f" {word} ") is not None:
                    typed[word] = desktop
            elif length > 12:
                start = rng.randint(0, length - 8)
                replica.delete([Stretch(slot, start, start + rng.randint(1, 5))])
        desktop.was_offline()
    left = {word for word, desktop in typed.items() if word in accepted(desktop.text.replica.text()).text}
    clock.advance(3600)
    for desktop in [*rng.sample(desktops, 3), *rng.sample(desktops, 3), *desktops]:
        await desktop.exchange()
    texts = [desktop.text.replica.text() for desktop in desktops]
    assert texts[0] == texts[1] == texts[2]
    # A word may have struck letters of its author's between its own.
    everything = desktops[0].text.words() + accepted(texts[0]).text
    # Two words put at the very same place may cut each other: then the question holds both as they were.
    questions = [question for desktop in desktops for question in desktop.text.asked]
    everything += "\n".join(version for question in questions for version in question.clash.versions)
    assert [word for word in left if word not in everything] == []
    assert sum(desktop.line.faults for desktop in desktops) > 0
    asked = [question.clash.id for question in questions]
    assert asked
    assert len(asked) == len(set(asked))
