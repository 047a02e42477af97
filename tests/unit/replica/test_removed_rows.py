"""Rows, sections and columns that were removed, and that somebody's words keep in the text."""

import pytest

from pactoria_desktop.contract.accepted import accepted, rejected
from pactoria_desktop.contract.text import Row, TableSection
from pactoria_desktop.replica.changes import Place, Stretch
from pactoria_desktop.replica.replica import Replica
from pactoria_desktop.replica.resolving import Selection
from tests.unit.replica.rehearsal import exchange
from tests.unit.replica.test_borders import people, table, text_of


def rows(replica: Replica) -> tuple[Row, ...]:
    found = next(section for section in replica.text().sections if isinstance(section, TableSection))
    return found.rows


def two(suggesting: bool) -> tuple[Replica, Replica]:
    first, second = people(table(), 2)
    first.suggesting = suggesting
    second.suggesting = True
    return first, second


@pytest.mark.parametrize("known", [True, False])
def test_a_row_whose_insertion_is_undone_under_somebodys_words_is_still_an_inserted_one(known: bool) -> None:
    first, second = two(suggesting=True)
    base = first.text()
    place = first.insert_row("c00")
    exchange(first, second)
    second.insert(place, "words")
    if known:
        exchange(first, second)
    first.undo()
    exchange(first, second)
    assert first.text() == second.text()
    (row,) = (row for row in rows(first) if row.cells[0].id == place.slot)
    assert [key for key in row.marks if key.startswith("ins:")]
    assert rejected(first.text()).text == accepted(base).text
    first.reject(Selection())
    assert first.text().sections == base.sections
    assert not first.text().revisions


def test_undoing_the_insertion_of_an_empty_row_hides_it_and_redoing_shows_it_tracked() -> None:
    first, _ = two(suggesting=True)
    base = first.text().sections
    place = first.insert_row("c00")
    shown = first.text().sections
    first.undo()
    assert first.text().sections == base
    first.redo()
    assert first.text().sections == shown
    assert rows(first)[1].cells[0].id == place.slot
    assert rows(first)[1].marks


def test_an_own_row_in_which_others_have_words_is_struck() -> None:
    first, second = two(suggesting=True)
    base = first.text()
    place = first.insert_row("c00")
    exchange(first, second)
    second.insert(place, "words")
    exchange(first, second)
    first.delete_rows([place.slot])
    row = rows(first)[1]
    assert sorted(key.partition(":")[0] for key in row.marks) == ["del", "ins"]
    assert accepted(first.text()).text == rejected(first.text()).text == accepted(base).text
    snapshot = first.text().sections
    first.accept(Selection())
    assert first.text().sections == base.sections
    first.undo()
    assert first.text().sections == snapshot
    first.reject(Selection())
    assert first.text().sections == base.sections


def test_an_own_row_goes_at_once_where_nobody_else_has_words() -> None:
    first, _ = two(suggesting=True)
    base = first.text().sections
    place = first.insert_row("c00")
    first.insert(place, "mine")
    first.delete_rows([place.slot])
    assert first.text().sections == base


def remove_row(replica: Replica) -> None:
    replica.delete_rows(["c00"])


def remove_column(replica: Replica) -> None:
    replica.delete_column("c00")


@pytest.mark.parametrize("remove", [remove_row, remove_column])
def test_what_words_kept_of_a_table_goes_on_standing_when_they_go(remove: object) -> None:
    for accept in (True, False):
        first, second = two(suggesting=False)
        second.insert(Place("c00", 0), "words")
        remove(first)  # type: ignore[operator]
        exchange(first, second)
        assert "words" in accepted(first.text()).text
        if accept:
            first.suggesting = True
            first.delete([Stretch("c00", 0, first.length("c00") - 1)])
        view = accepted(first.text()).text if accept else rejected(first.text()).text
        (first.accept if accept else first.reject)(Selection())
        assert "c00" in first.slots()
        assert accepted(first.text()).text == view
        first.undo()
        first.redo()
        assert accepted(first.text()).text == view


def test_a_section_that_words_kept_goes_on_standing_when_they_go() -> None:
    first, second = people(text_of(2), 2)
    second.suggesting = True
    second.insert(Place("s1", 0), "words")
    second.insert(Place("s1", second.length("s1") - 1), "more")
    first.delete([Stretch("s0", first.length("s0") - 1, first.length("s0")), Stretch("s1", 0, first.length("s1"))])
    exchange(first, second)
    assert "words" in accepted(first.text()).text
    view = rejected(first.text()).text
    first.reject(Selection())
    assert accepted(first.text()).text == view
