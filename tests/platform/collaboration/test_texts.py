"""Texts are kept in order, once, sealed, and by whom they may be."""

import hashlib
from collections.abc import Sequence

import httpx2
import pytest
from fastapi import FastAPI

from pactoria_desktop.contract.text import ContractText, Paragraph, Span, TextSection
from pactoria_desktop.platform.house import House
from pactoria_desktop.protocol.framing import MEDIA_TYPE
from pactoria_desktop.protocol.permissions import Role
from pactoria_desktop.protocol.texts import NUMBER_HEADER, TextNews, TextPush, message, news_of
from pactoria_desktop.replica.changes import Place, Stretch
from pactoria_desktop.replica.identity import Identity
from pactoria_desktop.replica.relaying import Relayed
from pactoria_desktop.replica.replica import Replica
from pactoria_desktop.runtime.clock import SystemClock
from tests.platform.collaboration.parties import Party, Registry, opened, peer_of

pytestmark = pytest.mark.anyio

NOTHING = Replica.create(ContractText(()), identity=Identity(""), clock=SystemClock(), peer=1)
EMPTY = bytes([0])


def contract_text(lines: Sequence[str] = ("The Supplier delivers.", "The Customer pays.")) -> ContractText:
    paragraphs = tuple(Paragraph((Span(line),), {"p:style": "Body"}) for line in lines)
    return ContractText((TextSection("s0", paragraphs),))


class Desk:
    """A desktop: a replica, and what it knows of the platform's."""

    def __init__(self, client: httpx2.AsyncClient, people: Registry, party: Party, contract: str) -> None:
        self.client, self.people, self.party, self.contract = client, people, party, contract
        self.address = f"/api/v1/organizations/{people.organization}/texts/{contract}/updates"
        self.replica: Replica | None = None
        self.number = 0
        self.known = b""

    @property
    def text(self) -> Replica:
        assert self.replica is not None
        return self.replica

    def begin(self, text: ContractText | None = None) -> None:
        identity = Identity(self.party.name, self.party.person)
        self.replica = Replica.create(text or contract_text(), identity=identity, clock=SystemClock())
        self.known = EMPTY

    async def send(
        self,
        update: bytes,
        *,
        peers: Sequence[str] | None = None,
        expect: int | None = None,
        relayed: Sequence[str] = (),
    ) -> httpx2.Response:
        introduced = tuple(peers) if peers is not None else (peer_of(self.text),)
        sha256 = hashlib.sha256(update).hexdigest()
        push = TextPush(updates=(sha256,), peers=introduced, relayed=tuple(relayed), expect=expect)
        return await self.client.post(
            self.address,
            content=message(push, (update,)),
            headers={**self.party.headers, "Content-Type": MEDIA_TYPE},
        )

    async def push(self) -> httpx2.Response:
        answer = await self.send(self.text.updates_since(self.known))
        if answer.status_code == 200:
            self.known = self.text.version()
        return answer

    async def pull(self) -> TextNews:
        answer = await self.client.get(self.address, params={"after": self.number}, headers=self.party.headers)
        assert answer.status_code == 200, answer.text
        news, blobs = news_of(answer.content)
        if self.replica is None:
            self.replica = opened(blobs[0] if news.snapshot else NOTHING.snapshot(), self.party)
        for blob in blobs:
            self.replica.import_updates(blob)
        self.number = news.upto
        self.known = self.replica.version()
        return news

    def words(self) -> str:
        return "\n".join(p.text for s in self.text.text().sections for p in s.paragraphs)  # type: ignore[union-attr]


async def begun(client: httpx2.AsyncClient, people: Registry) -> tuple[Desk, str]:
    """An editor's desk that has pushed a new text."""
    contract = people.contract()
    desk = Desk(client, people, people.person("Ines Falk", Role.EDITOR), contract)
    desk.begin()
    assert (await desk.push()).json() == {"number": 1, "numbers": [1]}
    desk.number = 1
    return desk, contract


async def test_two_desks_come_to_the_same_text_and_an_update_counts_once(
    client: httpx2.AsyncClient, people: Registry
) -> None:
    ines, contract = await begun(client, people)
    dele = Desk(client, people, people.person("Dele Okafor", Role.OWNER), contract)
    await dele.pull()
    assert dele.words() == ines.words()
    dele.text.insert(Place("s0", 4), "able ")
    update = dele.text.updates_since(dele.known)
    assert (await dele.send(update)).json() == {"number": 2, "numbers": [2]}
    assert (await dele.send(update)).json() == {"number": 2, "numbers": [2]}
    ines.text.insert(Place("s0", 0), "Now: ")
    assert (await ines.push()).json()["number"] == 3
    await ines.pull()
    await dele.pull()
    assert ines.words() == dele.words() == "Now: The able Supplier delivers.\nThe Customer pays."
    assert people.count("select count(*) from text_update") == 3
    # What is known already under other bytes holds nothing new and is not kept.
    again = ines.text.updates_since(EMPTY)
    assert (await ines.send(again)).json() == {"number": 3, "numbers": [0]}
    assert people.count("select count(*) from text_update where position('Supplier'::bytea in content) > 0") == 0


async def test_a_push_that_expects_another_number_keeps_nothing(client: httpx2.AsyncClient, people: Registry) -> None:
    ines, _ = await begun(client, people)
    ines.text.insert(Place("s0", 0), "x")
    update = ines.text.updates_since(ines.known)
    refused = await ines.send(update, expect=0)
    assert (refused.status_code, refused.json()["code"]) == (412, "changed_meanwhile")
    assert refused.headers[NUMBER_HEADER] == "1"
    assert (await ines.send(update, expect=1)).json()["number"] == 2


async def test_a_text_needs_its_contract_and_its_word_file(client: httpx2.AsyncClient, people: Registry) -> None:
    ines = people.person("Ines Falk", Role.EDITOR)
    nowhere = Desk(client, people, ines, people.mint())
    nowhere.begin()
    assert (await nowhere.push()).status_code == 404
    package = "ab" * 32
    desk = Desk(client, people, ines, people.contract(package=package))
    desk.begin()
    refused = await desk.push()
    assert (refused.status_code, refused.json()["code"]) == (409, "conflict")
    assert people.count("select count(*) from text_document") == 0
    people.package_arrives(package, ines)
    assert (await desk.push()).status_code == 200


async def test_what_is_broken_is_refused_and_nothing_of_it_is_kept(
    client: httpx2.AsyncClient, people: Registry
) -> None:
    ines, _ = await begun(client, people)
    ines.text.insert(Place("s0", 0), "first ")
    first = ines.text.updates_since(ines.known)
    between = ines.text.version()
    ines.text.insert(Place("s0", 0), "second ")
    second = ines.text.updates_since(between)
    import zlib

    bomb = b"z" + zlib.compress(b"loro" + bytes(80 * 1024 * 1024))
    hostile = [b"", b"loro", b"x" * 100, first[: len(first) // 2], first[:-3] + b"abc", bomb, second]
    for update in hostile:
        refused = await ines.send(update)
        assert (refused.status_code, refused.json()["code"]) == (422, "invalid"), update[:20]
    assert people.count("select count(*) from text_update") == 1
    wrong = TextPush(updates=("00" * 32,))
    headers = {**ines.party.headers, "Content-Type": MEDIA_TYPE}
    for content in (message(wrong, (first,)), message(wrong), b"PXT1", b"\x00" * 50, message(wrong)[:-1]):
        assert (await client.post(ines.address, content=content, headers=headers)).status_code == 422
    assert (await client.post(ines.address, content=b"", headers=ines.party.headers)).status_code == 415
    assert (await ines.push()).json()["number"] == 2


async def test_nobody_takes_another_peer_and_every_peer_is_introduced(
    client: httpx2.AsyncClient, people: Registry
) -> None:
    ines, contract = await begun(client, people)
    mallory = Desk(client, people, people.person("Mallory", Role.EDITOR), contract)
    await mallory.pull()
    stolen = Replica.open(
        mallory.text.snapshot(), identity=Identity("Mallory", ines.party.person), clock=SystemClock(),
        peer=ines.text.peer,
    )  # fmt: skip
    known = stolen.version()
    stolen.insert(Place("s0", 0), "not Ines: ")
    theft = stolen.updates_since(known)
    for peers in ([peer_of(stolen)], [peer_of(mallory.text)], []):
        refused = await mallory.send(theft, peers=peers)
        assert (refused.status_code, refused.json()["code"]) == (403, "forbidden")
    mallory.text.insert(Place("s0", 0), "hello ")
    unknown = mallory.text.updates_since(mallory.known)
    assert (await mallory.send(unknown, peers=[])).status_code == 422
    # The same person on another device does not go on with a peer either.
    second = Desk(client, people, people.device(ines.party.person, "Ines Falk"), contract)
    assert (await second.send(theft, peers=[peer_of(stolen)])).status_code == 403
    assert people.count("select count(*) from text_update") == 1
    assert people.count("select count(*) from text_peer") == 1
    ines.text.insert(Place("s0", 0), "still here ")
    assert (await ines.push()).status_code == 200
    assert (await mallory.send(unknown)).status_code == 200


async def test_a_reviewer_comments_and_suggests_and_does_nothing_else(
    client: httpx2.AsyncClient, people: Registry
) -> None:
    ines, contract = await begun(client, people)
    party = people.person("Rita", Role.REVIEWER)

    async def desk() -> Desk:
        made = Desk(client, people, party, contract)
        await made.pull()
        return made

    rita = await desk()
    rita.text.suggesting = True
    rita.text.insert(Place("s0", 4), "reliable ")
    rita.text.delete([Stretch("s0", 30, 36)])
    rita.text.enter(Place("s0", 10))
    rita.text.format([Stretch("s0", 0, 3)], "bold", True)
    note = rita.text.comment([Stretch("s0", 0, 3)], "who?")
    rita.text.reply(note, "them")
    assert (await rita.push()).status_code == 200, "comments and suggestions"
    rita.text.delete([Stretch("s0", 4, 9)])
    rita.text.undo()
    rita.text.remove_comment(note)
    assert (await rita.push()).status_code == 200, "own suggestions and comments are taken back"

    def plain(replica: Replica) -> None:
        replica.insert(Place("s0", 0), "unseen ")

    def erased(replica: Replica) -> None:
        replica.delete([Stretch("s0", 0, 3)])

    def restyled(replica: Replica) -> None:
        end = replica.length("s0")
        replica.set_paragraph([Stretch("s0", end - 2, end)], "p:style", "Heading1")

    def accepted(replica: Replica) -> None:
        from pactoria_desktop.replica.resolving import Selection

        replica.accept(Selection())

    def as_another(replica: Replica) -> None:
        replica.identity = Identity("Ines Falk", ines.party.person)
        replica.suggesting = True
        replica.insert(Place("s0", 0), "in her name ")

    def table(replica: Replica) -> None:
        replica.new_table("s0", 2, 2)

    numbers = people.count("select number from text_document")
    for deed in (plain, erased, restyled, accepted, as_another, table):
        another = await desk()
        deed(another.text)
        refused = await another.push()
        assert (refused.status_code, refused.json()["code"]) == (403, "forbidden"), deed.__name__
    assert people.count("select number from text_document") == numbers
    # An editor accepts what the reviewer takes back at the same moment: nobody is refused for what another did.
    await ines.pull()
    accepted(ines.text)
    rita.text.suggesting = True
    rita.text.insert(Place("s0", 0), "also ")
    assert (await ines.push()).status_code == 200
    assert (await rita.push()).status_code == 200


async def test_roles_and_tenants_are_kept_apart(client: httpx2.AsyncClient, people: Registry) -> None:
    ines, contract = await begun(client, people)
    viewer = Desk(client, people, people.person("Vera", Role.VIEWER), contract)
    await viewer.pull()
    viewer.text.insert(Place("s0", 0), "x")
    assert (await viewer.push()).status_code == 403
    stranger = Desk(client, people, people.person("Max", Role.OWNER, people.new_organization("Elsewhere")), contract)
    assert (await stranger.client.get(ines.address, headers=stranger.party.headers)).status_code == 404
    hidden = people.contract(scope="contract:{}")
    editor = Desk(client, people, people.person("Edda", Role.EDITOR), hidden)
    editor.begin()
    assert (await editor.push()).status_code == 404
    owner = Desk(client, people, people.person("Olga", Role.OWNER), hidden)
    owner.begin()
    assert (await owner.push()).status_code == 200
    reviewer = Desk(client, people, people.person("Rita", Role.REVIEWER), people.contract())
    reviewer.begin()
    assert (await reviewer.push()).status_code == 403, "a reviewer does not begin a text"


async def test_snapshots_replace_updates_and_keep_every_frontier(
    client: httpx2.AsyncClient, people: Registry, house: House, application: FastAPI, monkeypatch: pytest.MonkeyPatch
) -> None:
    from pactoria_desktop.platform.collaboration import texts

    monkeypatch.setattr(texts, "UPDATES_BEFORE_SNAPSHOT", 5)
    ines, contract = await begun(client, people)
    frontiers = []
    for number in range(17):
        ines.text.insert(Place("s0", 0), f"{number} ")
        frontiers.append(ines.text.frontier())
        assert (await ines.push()).status_code == 200
        await application.state.collaboration.texts.settle()
    assert people.count("select count(*) from text_snapshot") == 2
    floor = people.count("select floor_number from text_document")
    assert floor > 0
    assert people.count("select min(number) from text_update") == floor + 1
    dele = Desk(client, people, people.person("Dele Okafor", Role.EDITOR), contract)
    news = await dele.pull()
    assert news.snapshot is not None
    assert dele.words() == ines.words()
    kept = Relayed.open((dele.text.snapshot(),))
    assert all(kept.shows(frontier) for frontier in frontiers)
    assert len({str(dele.text.text_at(frontier).sections) for frontier in frontiers}) == len(frontiers)
    # The text goes on from the snapshot alone, also where the importing process holds nothing.
    await application.state.collaboration.importing.close()
    dele.text.insert(Place("s0", 0), "on ")
    assert (await dele.push()).status_code == 200
    # A device that knows of more than the platform begins again: the platform was restored.
    late = Desk(client, people, dele.party, contract)
    late.number = 999
    assert (await late.pull()).number == people.count("select number from text_document")
    assert late.words() == dele.words()


async def test_an_importing_process_that_ends_costs_nobody_anything(
    client: httpx2.AsyncClient, people: Registry, application: FastAPI
) -> None:
    ines, _ = await begun(client, people)
    for worker in application.state.collaboration.importing._workers:
        if worker._process is not None:
            worker._process.kill()
            await worker._process.wait()
    ines.text.insert(Place("s0", 0), "after ")
    assert (await ines.push()).json()["number"] == 2
