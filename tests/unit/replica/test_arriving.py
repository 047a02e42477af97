"""What arrives from elsewhere is taken in whole, kept until it fits, or refused; the text stays sound."""

import json
import random
from collections.abc import Callable

import pytest
from loro import ExportMode, LoroDoc, LoroMap, LoroText, VersionVector

from pactoria_desktop.contract.canonical import from_json
from pactoria_desktop.replica import packing
from pactoria_desktop.replica.changes import Place
from pactoria_desktop.replica.errors import ReplicaError
from pactoria_desktop.replica.identity import Identity
from pactoria_desktop.replica.loro_text import new_document
from pactoria_desktop.replica.replica import Replica
from pactoria_desktop.replica.resolving import Selection
from pactoria_desktop.runtime.clock import ManualClock
from tests.unit.replica.rehearsal import (
    CLOCK,
    Shadow,
    desks,
    exchange,
    opened,
    plain_contract,
    replica_of,
    rich_contract,
)


@pytest.mark.parametrize("seed", range(30))
def test_a_text_comes_back_as_it_was(seed: int) -> None:
    text = rich_contract(random.Random(seed))
    replica = replica_of(text)
    assert replica.text() == text
    again = opened(replica.snapshot(), "B", 2)
    assert again.text() == text
    assert again.snapshot()


@pytest.mark.parametrize("seed", range(40))
def test_damaged_bytes_are_refused_and_change_nothing(seed: int) -> None:
    random_ = random.Random(seed)
    first, second = desks(plain_contract(), random_, "AB")
    second.replica.insert(Place("s0", 3), "new words")
    update = bytearray(second.replica.updates_since(first.replica.version()))
    before = first.replica.text()
    kind = seed % 4
    if kind == 0:
        update = update[: random_.randrange(len(update))]
    elif kind == 1:
        update[random_.randrange(len(update))] ^= 1 << random_.randrange(8)
    elif kind == 2:
        update = bytearray(random_.randbytes(60))
    else:
        at = random_.randrange(len(update))
        update[at:at] = random_.randbytes(3)
    with pytest.raises(ReplicaError):
        first.replica.import_updates(bytes(update))
    assert first.replica.text() == before
    first.check()
    exchange(first.replica, second.replica)
    assert first.replica.text() == second.replica.text()


def test_a_damaged_snapshot_is_refused() -> None:
    data = replica_of(plain_contract()).snapshot()
    for broken in (b"", data[:-1], data[: len(data) // 2], b"{}" * 40):
        with pytest.raises(ReplicaError):
            Replica.open(broken, identity=Identity("A"), clock=ManualClock(CLOCK))


def test_updates_that_come_too_early_wait() -> None:
    first, second = desks(plain_contract(), random.Random(1), "AB")
    start = second.replica.version()
    second.replica.insert(Place("s0", 0), "one ")
    middle = second.replica.version()
    early = second.replica.updates_since(start)
    second.replica.insert(Place("s0", 4), "two ")
    first.replica.import_updates(second.replica.updates_since(middle))
    assert "two" not in "".join(text for text, _ in first.replica.spans("s0"))
    first.replica.import_updates(early)
    first.check()
    assert "".join(text for text, _ in first.replica.spans("s0")).startswith("one two head")


def hostile(replica: Replica) -> tuple[LoroDoc, bytes]:
    document = new_document(666)
    document.import_(replica.snapshot())
    return document, replica.version()


def struck_endings(document: LoroDoc) -> None:
    for index in range(len(document.get_movable_list("sections"))):
        text = document.get_movable_list("sections").get(index).container.get("text").container
        text.delete(text.len_unicode - 1, 1)
        text.insert(text.len_unicode, "no newline 😀")


def emptied_texts(document: LoroDoc) -> None:
    text = document.get_movable_list("sections").get(0).container.get("text").container
    text.delete(0, text.len_unicode)


def wrong_types(document: LoroDoc) -> None:
    sections = document.get_movable_list("sections")
    sections.insert(0, "not a map")
    sections.insert_container(1, LoroMap())
    table = sections.insert_container(2, LoroMap())
    table.insert("kind", "table")
    table.insert("rows", 7)
    doubled = sections.insert_container(3, LoroMap())
    doubled.insert("id", "s0")
    doubled.insert("part", 5)
    doubled.insert_container("text", LoroText()).insert(0, "second s0\n")
    document.get_map("revisions").insert("r", "no record")
    document.get_map("comments").insert("c", {"note": {"id": 3}})
    document.get_map("runs").insert("k", "{broken")


def strange_marks(document: LoroDoc) -> None:
    text = document.get_movable_list("sections").get(0).container.get("text").container
    for key, value in (
        ("del:x", 5),
        ("ins:x", "deep"),
        ("fmt:x", [1]),
        ("mv", 3),
        ("box:b", {"d": "x"}),
        ("p:props", 4),
    ):
        text.mark(0, text.len_unicode, key, value)


@pytest.mark.parametrize("attack", [struck_endings, emptied_texts, wrong_types, strange_marks])
def test_a_strangers_update_cannot_break_the_text(attack: Callable[[LoroDoc], None]) -> None:
    replica = replica_of(plain_contract())
    shadow = Shadow(replica)
    document, known = hostile(replica)
    attack(document)
    document.commit()
    replica.import_updates(bytes(document.export(ExportMode.Updates(VersionVector.decode(known)))))
    shadow.check()
    for suggesting in (False, True):
        replica.suggesting = suggesting
        for slot in replica.slots():
            replica.insert(Place(slot, 1), "typed")
            shadow.check()
    replica.accept(Selection())
    shadow.check()
    assert from_json(json.loads(replica.plain_export())).sections == replica.text().sections
    opened(replica.snapshot(), "C", 3).text()


def test_an_earlier_version_can_be_read() -> None:
    replica = replica_of(plain_contract())
    before, frontier = replica.text(), replica.frontier()
    replica.insert(Place("s0", 0), "later")
    assert replica.text_at(frontier) == before
    with pytest.raises(ReplicaError):
        replica.text_at(b"nothing")


def test_an_update_that_would_swell_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    first, second = desks(plain_contract(), random.Random(1), "AB")
    second.replica.insert(Place("s0", 0), "words " * 2000)
    update = second.replica.updates_since(first.replica.version())
    assert len(update) < 2000
    monkeypatch.setattr(packing, "MOST_BYTES", 4000)
    with pytest.raises(ReplicaError):
        first.replica.import_updates(update)
    monkeypatch.undo()
    first.replica.import_updates(update)
    assert first.replica.text() == second.replica.text()


@pytest.mark.parametrize("number", [None, 0, 7])
def test_a_revision_is_kept_as_it_was_registered(number: int | None) -> None:
    for author in ("A", "Ann\tTab", "Ünï 😀"):
        replica = replica_of(plain_contract(), author)
        replica.suggesting = True
        replica.round = number
        replica.insert(Place("s0", 0), "x")
        (revision,) = replica.revisions.values()
        again = opened(replica.snapshot(), "B", 2)
        assert dict(again.revisions) == {revision.id: revision}
        assert (revision.author, revision.round, revision.kind) == (author, number, "insertion")
