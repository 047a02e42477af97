"""Versions that two devices saved apart verify on both, come together in the next one, and hide no tampering."""

import contextlib
from collections.abc import Iterator
from dataclasses import fields

import pytest
from sqlalchemy import text

from pactoria_desktop.contract.history import (
    Version,
    export_history,
    heads_of,
    problems_of,
    read_history,
    saved_apart,
    sealed,
)
from pactoria_desktop.services.verifying import history_problems
from pactoria_desktop.services.versions import verified
from pactoria_desktop.store.versions import Versions
from tests.unit.services.test_joining_apart import PAIRS, SAMPLES, Pairing, Place, desks, read_source, store
from tests.unit.services.test_transfers import FileDesk

__all__ = ["desks", "store"]
OTHER: dict[str, object] = {"direction": "received", "round": 7, "number": 9, "package_sha256": None}


@pytest.fixture
def pairing(desks) -> Iterator[Pairing]:
    made = Pairing(desks, read_source(str(SAMPLES / PAIRS[1][0])))
    with contextlib.closing(made):
        yield made


def seal(pairing: Pairing, number: int, name: str) -> Version:
    at = pairing.texts[number].at
    at.replica.insert(Place(at.replica.slots()[0], 0), f"{name} ")
    at.collect()
    at.flush()
    frozen = at.freeze()
    return at.note_sent(frozen, at.export(frozen, "redline"), f"{name}.docx", author=f"person {number}")


def versions(desk: FileDesk, contract: str) -> tuple[Version, ...]:
    with desk.library.reading() as session:
        return Versions(session).of(contract)


def together(pairing: Pairing) -> tuple[Version, ...]:
    """Sync everything; gives the history, which both have."""
    pairing.exchange((0, 1), apart=False)
    pairing.records()
    one, other = (versions(desk, pairing.contract) for desk in pairing.desks)
    assert one == other
    return one


def problems(pairing: Pairing) -> list[tuple[object, ...]]:
    return [history_problems(desk.library, pairing.contract, desk.clock) for desk in pairing.desks]


@pytest.fixture
def apart(pairing: Pairing) -> Pairing:
    """One version by the first, two by the second, apart; then one by the first that has all."""
    for number, name in ((0, "one"), (1, "other"), (1, "another")):
        seal(pairing, number, name)
    together(pairing)
    seal(pairing, 0, "last")
    together(pairing)
    return pairing


def test_a_history_of_two_lines_verifies_on_both_and_the_next_version_names_both(pairing: Pairing):
    mine, theirs = seal(pairing, 0, "mine"), seal(pairing, 1, "theirs")
    assert (mine.number, mine.former) == (theirs.number, theirs.former)
    made = together(pairing)
    assert problems(pairing) == [(), ()]
    assert saved_apart(made) == {mine.id, theirs.id}
    assert set(heads_of(made)) == {mine, theirs}
    for desk in pairing.desks:
        report = desk.service.verify(pairing.contract)
        assert (report["problems"], report["saved_apart"]) == ([], [2, 2])
        assert report["last_hash"] == " ".join(sorted([mine.hash, theirs.hash]))
    assert verified(pairing.desks[0].service, pairing.contract).sentence == (
        "The history is whole: 3 versions, none altered. 2 of them were saved apart, on devices that did not know of "
        "each other."
    )
    for number in (1, 0):
        last = seal(pairing, number, f"after {number}")
        made = together(pairing)
        assert problems(pairing) == [(), ()]
        assert heads_of(made) == (last,)
    assert made[-2].former == " ".join(sorted([mine.hash, theirs.hash]))
    assert made[-1].former == made[-2].hash
    assert saved_apart(made) == {mine.id, theirs.id}
    assert read_history(export_history(made)) == made
    assert problems_of(made, head=made[-1].hash) == ()


def test_lines_of_unlike_length_verify_whoever_went_on(apart: Pairing):
    assert [each.number for each in versions(apart.desks[0], apart.contract)] == [1, 2, 2, 3, 4]
    assert problems(apart) == [(), ()]
    seal(apart, 0, "on")
    seal(apart, 1, "on too")
    together(apart)
    assert problems(apart) == [(), ()]


def change(desk: FileDesk, statement: str, **values: object) -> None:
    with desk.library.writing() as session:
        session.connection().exec_driver_sql("PRAGMA defer_foreign_keys = ON")
        session.execute(text(statement), values)


@pytest.mark.parametrize("column", [one.name for one in fields(Version) if one.name != "contract"])
def test_every_column_that_was_changed_of_any_version_is_found(apart: Pairing, column: str):
    desk = apart.desks[1]
    for version in versions(desk, apart.contract):
        before = getattr(version, column)
        value = OTHER.get(column, "1" * 64)
        where = {"id": value if column == "id" else version.id}
        change(desk, f"UPDATE version SET {column} = :value WHERE id = :id", value=value, id=version.id)
        assert history_problems(desk.library, apart.contract, desk.clock), (version.number, column)
        change(desk, f"UPDATE version SET {column} = :value WHERE id = :id", value=before, **where)
        assert history_problems(desk.library, apart.contract, desk.clock) == ()


def test_every_version_taken_out_is_found_and_so_is_a_whole_line(apart: Pairing):
    made = versions(apart.desks[0], apart.contract)
    for version in made[:-1]:
        assert problems_of([each for each in made if each is not version]), version.number
    line = [each for each in made if each.name.startswith(("Sent as other", "Sent as another"))]
    assert len(line) == 2
    assert problems_of([each for each in made if each not in line])
    assert problems_of(made[:-1], head=made[-1].hash), "what was cut off at the end is found by who noted the end"


def test_another_order_a_doubled_version_and_a_second_beginning_are_found(apart: Pairing):
    made = list(versions(apart.desks[0], apart.contract))
    for place in range(len(made) - 1):
        swapped = made.copy()
        swapped[place], swapped[place + 1] = swapped[place + 1], swapped[place]
        assert problems_of(swapped), place
        assert problems_of([*made[: place + 1], *made[place:]]), place
    stranger = sealed(Version(made[0].contract, 0, made[0].id + "x", "n", "t", "a", "00", "0" * 64, "0" * 64))
    assert [each.kind for each in problems_of([made[0], stranger, *made[1:]])] == ["broken link"]


def test_a_version_whose_file_and_words_have_not_come_yet_says_so(pairing: Pairing):
    seal(pairing, 1, "theirs")
    mine, other = pairing.desks
    other.sync()
    mine.sync()
    sentences = [each.sentence for each in history_problems(mine.library, pairing.contract, mine.clock)]
    assert len(sentences) == 2
    assert all("yet" in each for each in sentences)
    together(pairing)
    assert problems(pairing) == [(), ()]
