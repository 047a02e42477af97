"""A Word file goes into the living text, is edited there by command, and comes out with every author's work intact."""

import random
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

import pytest

from pactoria_desktop.documents.errors import DocumentError
from pactoria_desktop.documents.package import Package
from pactoria_desktop.documents.reader import read
from pactoria_desktop.documents.writer import written
from pactoria_desktop.replica.changes import Place, Stretch
from pactoria_desktop.replica.errors import ReplicaError
from pactoria_desktop.replica.identity import Identity
from pactoria_desktop.replica.replica import Replica
from tests.unit.documents import oracle
from tests.unit.documents.test_writer import member_views
from tests.unit.documents.word_files import sample, word_files

COMMANDS = ("insert", "insert", "delete", "delete", "enter", "bold", "style", "row", "delete row", "comment")


class StoppedClock:
    def now(self) -> datetime:
        return datetime(2026, 11, 22, 12, 0, 0, tzinfo=UTC)


def command(replica: Replica, chance: random.Random, styles: list[str]) -> bool:
    """One random command; False where the text does not allow it there."""
    slot = chance.choice(replica.slots())
    length = replica.length(slot)
    start = chance.randrange(length)
    place, stretch = Place(slot, start), Stretch(slot, start, min(length, start + chance.choice([1, 9, 60, 300])))
    name = chance.choice(COMMANDS)
    try:
        if name == "insert":
            replica.insert(place, chance.choice(["word ", "é😀", "a\tb", "“§” עברית"]))
        elif name == "delete":
            replica.delete([stretch])
        elif name == "enter":
            replica.enter(place)
        elif name == "bold":
            replica.format([stretch], "bold", True)
        elif name == "style" and styles:
            replica.set_paragraph([stretch], "p:style", chance.choice(styles))
        elif name == "row":
            replica.insert_row(slot)
        elif name == "delete row":
            replica.delete_rows([slot])
        elif name == "comment":
            replica.comment([stretch], "Why?")
    except ReplicaError:
        return False
    return True


def travel(path: Path, seed: int) -> int:
    """The number of commands that were obeyed."""
    try:
        package = Package(path.read_bytes(), path.name)
        base = read(package)
    except DocumentError:
        return 0
    if package.strict:
        return 0
    chance = random.Random(seed)
    replica = Replica.create(base, identity=Identity("New Author"), clock=StoppedClock())
    try:
        assert replica.text() == base
        assert written(package, base, replica.text()).data == package.data
        replica.suggesting = True
        done = sum(command(replica, chance, sorted(base.material.styles)) for _ in range(30))
        text = replica.text()
    finally:
        replica.close()
    result = written(package, base, text)
    assert oracle.view(result.data, False) == oracle.view(package.data, False), "reject all is not the original"
    sound, as_it_was = member_views(package, base, True), oracle.view(package.data, True)
    accepted = oracle.view(result.data, True)
    for member, shown in member_views(package, text, True).items():
        if member in as_it_was and sound[member] == as_it_was[member]:
            assert accepted[member] == shown, f"accept all of {member}"
    assert not oracle.repeated_ids(result.data) - oracle.repeated_ids(package.data)
    assert oracle.plain_text_in_deletions(result.data) <= oracle.plain_text_in_deletions(package.data)
    again = read(Package(result.data))
    assert people(again) >= people(base), "an author, a date or a kind of change is gone"
    assert result.notices or len(again.comments) == len(text.comments)
    return done


def people(text) -> set[tuple[str, str, str]]:
    return set(Counter((one.kind, one.author, one.date) for one in text.revisions.values()))


def test_tracked_files_travel_through_the_living_text() -> None:
    assert sum(travel(path, 5) for path in [*sample(12, "tracked"), *sample(4, "comments"), *sample(6)]) > 250


@pytest.mark.long
@pytest.mark.parametrize("seed", range(2))
def test_every_tracked_or_commented_file_travels(seed: int) -> None:
    assert sum(travel(path, seed) for path in [*word_files("tracked"), *word_files("comments")]) > 1000
