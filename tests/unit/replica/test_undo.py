"""Undo takes back one's own steps, whole, and nothing else."""

import random

from pactoria_desktop.replica.changes import Place, Stretch
from pactoria_desktop.replica.replica import Replica
from tests.unit.replica.rehearsal import desks, exchange, plain_contract, replica_of


def pair() -> tuple[Replica, Replica]:
    first, second = desks(plain_contract(), random.Random(1), "AB", suggesting=False)
    return first.replica, second.replica


def words(replica: Replica) -> str:
    return "".join(text for text, _ in replica.spans("s0"))


def test_a_burst_is_one_step_even_when_others_type_in_between() -> None:
    first, second = pair()
    before = words(first)
    with first.undo_group():
        place = Place("s0", 2)
        for number, character in enumerate("typed"):
            after = first.insert(place, character)
            assert after is not None
            place = after
            if number in (1, 3):
                second.insert(Place("s0", 0), "X")
                exchange(first, second)
                place = Place(place.slot, place.offset + 1)
    assert words(first) == "XX" + before[:2] + "typed" + before[2:]
    first.undo()
    assert words(first) == "XX" + before
    first.redo()
    assert words(first) == "XX" + before[:2] + "typed" + before[2:]


def test_suggesting_and_replacing_are_one_step_each() -> None:
    replica = replica_of(plain_contract())
    before = replica.text().sections
    replica.suggesting = True
    replica.replace([Stretch("s0", 0, 4)], "Chapter")
    struck = replica.text().sections
    replica.insert(Place("s0", 20), "more")
    replica.undo()
    assert replica.text().sections == struck
    replica.undo()
    assert replica.text().sections == before
    assert not replica.can_undo
    assert replica.can_redo
    replica.redo()
    assert replica.text().sections == struck


def test_undo_leaves_what_somebody_else_has_set_since() -> None:
    for synced_before in (False, True):
        first, second = pair()
        first.suggesting = True
        first.delete([Stretch("s0", 3, first.length("s0") - 2)])
        if synced_before:
            exchange(first, second)
        second.set_paragraph([Stretch("s0", 0, 0)], "p:style", "NEW")
        second.format([Stretch("s0", 4, 6)], "bold", True)
        exchange(first, second)
        first.undo()
        marks = [marks for text, marks in first.spans("s0") if "\n" in text]
        assert marks[0]["p:style"] == "NEW"
        assert [text for text, marks in first.spans("s0") if marks.get("bold")] == [" 0"]
        first.redo()
        assert next(marks for text, marks in first.spans("s0") if "\n" in text)["p:style"] == "NEW"
        exchange(first, second)
        assert first.text() == second.text()


def test_undoing_typing_keeps_what_others_typed_inside_it() -> None:
    first, second = pair()
    first.insert(Place("s0", 0), "AAAA")
    exchange(first, second)
    second.insert(Place("s0", 2), "bb")
    exchange(first, second)
    first.undo()
    assert words(first).startswith("bbhead")
    first.redo()
    assert words(first).startswith("AAbbAAhead")


def test_a_registered_author_outlives_the_undo_of_the_typing() -> None:
    replica = replica_of(plain_contract())
    replica.suggesting = True
    replica.insert(Place("s0", 0), "x")
    (id,) = replica.revisions
    replica.undo()
    assert replica.revisions[id].author == "A"
    assert id not in replica.text().revisions


def test_a_burst_that_nobody_disturbed_is_taken_back_in_one_go() -> None:
    replica = replica_of(plain_contract())
    with replica.undo_group():
        for number in range(40):
            replica.insert(Place("s0", 2 + number), "x")
    told = []
    replica.subscribe(told.append)
    replica.undo()
    assert [len(changes.texts) for changes in told] == [1]
    assert len(told[0].texts[0].deltas) == 2
    replica.redo()
    assert words(replica).count("x" * 40) == 1


def test_undoing_a_burst_is_told_as_one_change_of_its_text() -> None:
    replica = replica_of(plain_contract())
    told: list[int] = []
    for suggesting in (False, True):
        replica.suggesting = suggesting
        with replica.undo_group():
            for number in range(20):
                replica.insert(Place("s1", 3 + number), "x")
        leave = replica.subscribe(lambda changes: told.append(len(changes.texts)))
        replica.undo()
        replica.redo()
        leave()
    assert told[:2] == [1, 1]
    assert max(told) <= 2  # the first key of a new revision registers its author, which closes Loro's step


def test_a_step_is_taken_back_exactly_until_something_arrives() -> None:
    first, second = pair()
    first.suggesting = True
    base = first.text().sections
    first.delete([Stretch("s0", 0, 4)])
    struck = first.text().sections
    first.undo()
    first.redo()
    assert first.text().sections == struck
    second.format([Stretch("s0", 0, 4)], "bold", True)
    exchange(first, second)
    first.undo()
    assert [text for text, marks in first.spans("s0") if marks.get("bold")] == ["head"]
    second.format([Stretch("s0", 0, 4)], "bold", None)
    exchange(first, second)
    assert first.text().sections == base
    first.redo()
    assert first.text().sections == struck


def test_undo_leaves_another_value_that_somebody_else_has_laid_since() -> None:
    first, second = pair()
    first.format([Stretch("s0", 0, 4)], "bold", True)
    exchange(first, second)
    second.format([Stretch("s0", 0, 2)], "bold", False)
    exchange(first, second)
    first.undo()
    assert [(text[:2], marks.get("bold")) for text, marks in first.spans("s0")][:2] == [("he", False), ("ad", None)]
    first.redo()
    assert [(text[:2], marks.get("bold")) for text, marks in first.spans("s0")][:2] == [("he", False), ("ad", True)]


def test_a_look_goes_from_words_that_others_typed_amid_it() -> None:
    first, second = pair()
    base = first.text().sections
    first.format([Stretch("s0", 0, 4)], "bold", True)
    second.insert(Place("s0", 2), "xx")
    second.set_paragraph([Stretch("s0", 0, 0)], "p:style", "NEW")
    exchange(first, second)
    first.format([Stretch("s0", 0, 3)], "italic", True)
    second.format([Stretch("s0", 0, 1)], "underline", True)
    exchange(first, second)
    first.undo()
    first.undo()
    assert not [text for text, marks in first.spans("s0") if "bold" in marks or "italic" in marks]
    second.delete([Stretch("s0", 2, 4)])
    second.format([Stretch("s0", 0, 1)], "underline", None)
    second.set_paragraph([Stretch("s0", 0, 0)], "p:style", "H1")
    exchange(first, second)
    assert first.text().sections == base


def test_undo_leaves_a_section_where_somebody_else_has_moved_it() -> None:
    first, second = pair()
    first.move_section("s0", None)
    assert first.slots() == ("s1", "s2", "s0")
    first.undo()
    assert first.slots() == ("s0", "s1", "s2")
    first.redo()
    exchange(first, second)
    second.move_section("s0", "s2")
    exchange(first, second)
    first.undo()
    assert first.slots() == ("s1", "s0", "s2")


def test_a_table_and_the_paragraph_after_it_are_taken_back_together() -> None:
    replica = replica_of(plain_contract())
    before = replica.nodes()
    replica.new_table("s2", 2, 2)
    assert len(replica.nodes()) == len(before) + 2
    made = replica.text().sections
    replica.undo()
    assert replica.nodes() == before
    replica.redo()
    assert replica.text().sections == made


def test_a_large_step_goes_back_in_turns_and_a_command_meanwhile_comes_after_it() -> None:
    replica = replica_of(plain_contract())
    before = replica.text().sections
    for _ in replica.gradually.format([Stretch(slot, 0, 3) for slot in replica.slots()], "bold", True):
        pass
    bold = replica.text().sections
    turns = replica.undo_gradually()
    next(turns)
    assert replica.text().sections not in (before, bold)
    replica.insert(Place("s0", 0), "x")
    assert list(turns) == []
    assert not replica.can_redo
    assert [text for slot in replica.slots() for text, marks in replica.spans(slot) if "bold" in marks] == []
    replica.undo()
    assert replica.text().sections == before
    assert not replica.can_undo


def test_whoever_stops_an_undo_early_leaves_the_rest_to_undo_and_the_done_part_to_redo() -> None:
    replica = replica_of(plain_contract())
    before = replica.text().sections
    for _ in replica.gradually.format([Stretch(slot, 0, 3) for slot in replica.slots()], "bold", True):
        pass
    bold = replica.text().sections
    turns = replica.undo_gradually()
    next(turns)
    turns.close()
    assert replica.can_undo
    assert replica.can_redo
    replica.undo()
    assert replica.text().sections == before
    replica.redo()
    replica.redo()
    assert replica.text().sections == bold
