"""Operations laid on values give the joined text again, whatever stands between the slots."""

from pactoria_desktop.contract.laying import laid
from pactoria_desktop.contract.operations import PutSection, operations
from pactoria_desktop.contract.text import (
    Cell,
    ContractText,
    Marks,
    Paragraph,
    Row,
    Section,
    Span,
    TableSection,
    TextSection,
)

PUT: Marks = {"ins:t": {"d": 0}}


def line(words: str, marks: Marks | None = None) -> Paragraph:
    return Paragraph((Span(words, marks or {}),), marks or {})


def table(name: str, marks: Marks | None = None) -> TableSection:
    return TableSection(name, (Row(f"{name}-r", (Cell(f"{name}-c", (line(name, marks),)),), marks or {}),))


def text(*sections: Section) -> ContractText:
    return ContractText(sections)


def story(found: ContractText) -> list[str]:
    """Tables by their ids and paragraphs by their words, in order."""
    out: list[str] = []
    for section in found.sections:
        out += [section.id] if isinstance(section, TableSection) else [one.text for one in section.paragraphs]
    return out


def joined_again(mine: ContractText, joined: ContractText) -> ContractText:
    return laid(mine, operations(mine, joined, {"t"}))


def test_a_table_within_a_section_parts_it() -> None:
    mine = text(TextSection("a", (line("one"), line("two"))))
    joined = text(TextSection("a", (line("one"),)), table("new", PUT), TextSection("b", (line("two"),)))
    assert operations(mine, joined, {"t"}) == [PutSection("a", joined.sections[1], 4, "new-rest")]
    assert story(joined_again(mine, joined)) == ["one", "new", "two"]
    assert [one.id for one in joined_again(mine, joined).sections] == ["a", "new", "new-rest"]


def test_new_words_beside_a_table_stay_on_their_side_of_it() -> None:
    mine = text(TextSection("a", (line("one"),)), table("old"), TextSection("b", (line("two"),)))
    joined = text(
        TextSection("a", (line("one"), line("before", PUT))),
        table("old"),
        TextSection("b", (line("after", PUT), line("two"))),
    )
    assert story(joined_again(mine, joined)) == ["one", "before", "old", "after", "two"]


def test_new_words_between_two_tables_and_after_the_last_have_sections_of_their_own() -> None:
    mine = text(TextSection("a", (line("one"),)), table("t1"), table("t2"))
    joined = text(
        TextSection("a", (line("one"),)),
        table("t1"),
        TextSection("x", (line("between", PUT),)),
        table("t2"),
        TextSection("y", (line("after", PUT),)),
        table("t3", PUT),
        TextSection("z", (line("last", PUT),)),
    )
    assert story(joined_again(mine, joined)) == ["one", "t1", "between", "t2", "after", "t3", "last"]


def test_words_go_to_the_slots_that_hold_them_though_the_joined_text_has_fewer() -> None:
    mine = text(TextSection("a", (line("one"),)), TextSection("b", (line("two"),)))
    joined = text(TextSection("a", (line("one"), line("new", PUT), line("two", {"del:t": {"d": 0, "over": []}}))))
    found = joined_again(mine, joined)
    assert [(one.id, story(text(one))) for one in found.sections] == [("a", ["one"]), ("b", ["new", "two"])]
    assert "del:t" in list(found.sections[1].paragraphs)[1].marks  # type: ignore[union-attr]


def test_a_part_that_is_new_comes_as_sections() -> None:
    mine = text(TextSection("a", (line("one"),)))
    joined = text(*mine.sections, TextSection("n", (line("note", PUT),), "footnote:1"))
    assert joined_again(mine, joined) == joined
