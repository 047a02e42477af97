"""Two people who carry the same words over a border at the same moment leave them there once."""

from collections.abc import Callable

import pytest

from pactoria_desktop.contract.text import Cell, ContractText, Paragraph, Row, Span, TableSection, TextSection
from pactoria_desktop.replica.changes import Place, Stretch, TableNode
from pactoria_desktop.replica.replica import Replica
from tests.unit.replica.rehearsal import exchange, opened, replica_of

Act = Callable[[Replica], object]


def line(text: str, **marks: object) -> Paragraph:
    return Paragraph((Span(text),), marks)  # type: ignore[arg-type]


def text_of(sections: int = 2) -> ContractText:
    return ContractText(
        tuple(TextSection(f"s{number}", (line(f"one {number}"), line(f"two {number}"))) for number in range(sections))
    )


def table() -> ContractText:
    fixed = {"p:fix": True}
    rows = tuple(
        Row(f"r{row}", tuple(Cell(f"c{row}{column}", (line(f"w{row}{column} 😀", **fixed),)) for column in range(2)))
        for row in range(2)
    )
    return ContractText((TableSection("t", rows), TextSection("s", (line("end"),))))


def people(text: ContractText, count: int) -> list[Replica]:
    base = replica_of(text, "base", 99)
    snapshot = base.snapshot()
    base.close()
    return [opened(snapshot, "ABC"[number], 10 + number) for number in range(count)]


def settle(replicas: list[Replica]) -> list[str]:
    for _ in range(4):
        for first in replicas:
            for second in replicas:
                if first is not second:
                    exchange(first, second)
    texts = [replica.text() for replica in replicas]
    assert all(text == texts[0] for text in texts)
    return [paragraph.text for slot in replicas[0].slots() for paragraph in paragraphs(replicas[0], slot)]


def paragraphs(replica: Replica, slot: str) -> list[Paragraph]:
    found = "".join(text for text, _ in replica.spans(slot)).split("\n")[:-1]
    return [Paragraph((Span(text),) if text else ()) for text in found]


def join_border(replica: Replica) -> None:
    end = replica.length("s0")
    replica.delete([Stretch("s0", end - 1, end)])


@pytest.mark.parametrize("count", [2, 3])
def test_concurrent_merges_over_a_section_border_leave_one_paragraph(count: int) -> None:
    replicas = people(text_of(), count)
    for replica in replicas:
        join_border(replica)
        assert [each.text for each in paragraphs(replica, "s0")] == ["one 0", "two 0one 1"]
    assert settle(replicas) == ["one 0", "two 0one 1", "two 1"]


@pytest.mark.parametrize("act", [lambda r: r.merge_right("c00"), lambda r: r.merge_down("c00")])
@pytest.mark.parametrize("count", [2, 3])
def test_concurrent_merges_of_cells_do_not_double_words(act: Act, count: int) -> None:
    replicas = people(table(), count)
    for replica in replicas:
        act(replica)
    words = settle(replicas)
    assert sorted(words) == sorted(["w00 😀", "w01 😀", "w10 😀", "w11 😀", "end"])
    node = replicas[0].nodes()[0]
    assert isinstance(node, TableNode)
    assert node.columns == 2


def test_words_typed_meanwhile_in_carried_words_stay() -> None:
    first, second = people(text_of(), 2)
    join_border(first)
    second.insert(Place("s1", 3), "KEEP")
    assert "KEEP" in "".join(settle([first, second]))


def test_words_that_only_one_of_two_merges_saw_stay() -> None:
    first, second = people(text_of(), 2)
    join_border(first)
    second.insert(Place("s1", 3), "KEEP")
    join_border(second)
    words = settle([first, second])
    assert "".join(words).count("KEEP") == 1
    assert sorted("".join(words).replace("KEEP", "")) == sorted("one 0two 0one 1two 1")


@pytest.mark.parametrize(
    "act",
    [
        lambda r: r.delete_rows(["c00"]),
        lambda r: r.delete_column("c01"),
        lambda r: r.merge_right("c00"),
        lambda r: r.merge_down("c01"),
    ],
)
def test_words_typed_in_cells_that_go_show_again(act: Act) -> None:
    first, second = people(table(), 2)
    act(first)
    for slot in second.slots():
        second.insert(Place(slot, 0), f"KEEP {slot}.")
    words = "".join(settle([first, second]))
    assert all(f"KEEP {slot}." in words for slot in ("c00", "c01", "c10", "c11", "s"))


def test_undoing_a_new_row_keeps_what_others_wrote_in_it() -> None:
    first, second = people(table(), 2)
    place = first.insert_row("c00")
    exchange(first, second)
    second.insert(place, "KEEP")
    exchange(first, second)
    first.undo()
    assert "KEEP" in "".join(settle([first, second]))


def test_a_new_row_is_undone_and_redone() -> None:
    (replica,) = people(table(), 1)
    before = replica.text()
    replica.insert_row("c00")
    assert len(replica.text().sections[0].rows) == 3  # type: ignore[union-attr]
    replica.undo()
    assert replica.text() == before
    replica.redo()
    assert len(replica.text().sections[0].rows) == 3  # type: ignore[union-attr]


def test_a_paragraph_is_not_merged_across_a_table() -> None:
    text = ContractText((TextSection("a", (line("before"),)), *table().sections))
    (replica,) = people(text, 1)
    for suggesting in (False, True):
        replica.suggesting = suggesting
        replica.delete([Stretch("a", 6, 7)])
        replica.delete([Stretch("c11", 6, 99)])
        assert replica.text().sections == text.sections


def test_joined_paragraphs_keep_the_first_ones_properties_when_it_has_words() -> None:
    text = ContractText(
        (TextSection("a", (line("Head", **{"p:style": "H1", "p:src": "x:main:0"}), line("body", **{"p:style": "B"}))),)
    )
    (replica,) = people(text, 1)
    replica.delete([Stretch("a", 4, 5)])
    (joined,) = replica.text().sections[0].paragraphs  # type: ignore[union-attr]
    assert (joined.text, joined.marks) == ("Headbody", {"p:style": "H1", "p:src": "x:main:0"})
    replica.undo()
    replica.delete([Stretch("a", 0, 5)])
    (left,) = replica.text().sections[0].paragraphs  # type: ignore[union-attr]
    assert (left.text, left.marks) == ("body", {"p:style": "B"})


def test_a_whole_table_in_a_wider_selection_goes_and_a_part_loses_words_only() -> None:
    text = ContractText((TextSection("a", (line("before"),)), *table().sections))
    (replica,) = people(text, 1)
    everything = [Stretch(slot, 0, replica.length(slot)) for slot in replica.slots()]
    replica.delete(everything[1:3])
    assert len(replica.nodes()) == 3
    replica.delete([Stretch("a", 3, 7), *everything[1:5], Stretch("s", 0, 1)])
    assert [each.text for each in replica.text().sections[0].paragraphs] == ["befnd"]  # type: ignore[union-attr]
    assert len(replica.text().sections) == 1
