import random

import pytest

from pactoria_desktop.contract.accepted import SourcePlace, accepted, rejected, text_sha256
from pactoria_desktop.contract.text import (
    HIDDEN,
    SOFT_HYPHEN,
    Cell,
    ContractText,
    Marks,
    Material,
    Paragraph,
    ParagraphProperties,
    Revision,
    Row,
    Span,
    TableSection,
    TextSection,
    WordObject,
    paragraphs_of,
)

INSERTED: Marks = {"ins:a": {"d": 0}}
STRUCK: Marks = {"del:b": {"d": 0, "over": []}}
BOTH: Marks = {"ins:a": {"d": 0}, "del:b": {"d": 1, "over": ["a"]}}


def line(*spans: str | tuple[str, Marks], **marks: object) -> Paragraph:
    made = tuple(Span(span) if isinstance(span, str) else Span(*span) for span in spans)
    return Paragraph(made, {key.replace("_", ":"): value for key, value in marks.items()})  # type: ignore[misc]


def struck(*spans: str | tuple[str, Marks], **marks: object) -> Paragraph:
    plain = line(*spans, **marks)
    return Paragraph(plain.spans, {**plain.marks, **STRUCK})


def main(*paragraphs: Paragraph, part: str = "main", name: str = "s") -> TextSection:
    return TextSection(name, paragraphs, part)


def lines(*sections: TextSection | TableSection) -> list[str]:
    return accepted(ContractText(sections)).text.split("\n")[:-1]


def test_insertions_are_in_and_deletions_are_out() -> None:
    text = ContractText(
        (main(line("one ", ("new ", INSERTED), ("old ", STRUCK), ("gone", BOTH), ("m", {"moveFrom:c": {"d": 0}}))),)
    )
    assert accepted(text).text == "one new \n"
    assert rejected(text).text == "one old m\n"


def test_hidden_characters_and_soft_hyphens_are_no_text() -> None:
    assert lines(main(line("ab" + HIDDEN + "c" + SOFT_HYPHEN + "d"))) == ["abcd"]


def test_struck_newlines_join_paragraphs_across_sections_of_one_part() -> None:
    assert lines(main(line("a"), struck("b"), name="1"), main(line("c"), name="2")) == ["a", "bc"]
    assert lines(main(struck("a"), name="1"), main(line("n"), part="footnote:1", name="2")) == ["a", "n"]


def test_a_struck_mark_joins_over_a_table_that_goes_but_not_over_one_that_stays() -> None:
    table = TableSection("t", (Row("r", (Cell("c", (line(("x", STRUCK), p_fix=True),)),), STRUCK),))
    kept = TableSection("t", (Row("r", (Cell("c", (line("x", p_fix=True),)),)),))
    first, last = main(struck("a", p_fix=True), name="1"), main(line("z"), name="2")
    assert lines(first, table, last) == ["az"]
    assert lines(first, kept, last) == ["a", "x", "z"]


def test_an_emptied_last_paragraph_goes_except_in_cells_notes_and_last_of_a_header() -> None:
    gone = struck(("a", STRUCK), p_fix=True)
    assert lines(main(line("x"), gone)) == ["x"]
    assert lines(main(gone, part="footnote:2")) == [""]
    assert lines(main(gone, part="header:h.xml")) == [""]
    assert lines(main(line("x"), gone, part="header:h.xml")) == ["x"]
    assert lines(TableSection("t", (Row("r", (Cell("c", (gone,)),)),))) == [""]
    assert lines(main(struck("words", p_fix=True))) == ["words"]


def test_the_end_of_a_word_section_joins_although_it_is_fixed() -> None:
    material = Material(paragraphs={"k": ParagraphProperties(ends_section=True)})
    section = main(struck("a", p_fix=True, p_props="k"), line("b"))
    assert accepted(ContractText((section,), material=material)).text == "ab\n"


def test_a_note_goes_with_its_reference_when_no_word_of_it_is_left() -> None:
    material = Material(objects={"k": WordObject("note", "<x/>", True, "footnoteReference", "2")})
    reference = Span("\ufffc", {"obj": "k", **STRUCK})
    for words, wanted in ((STRUCK, "a\n"), ({}, "a\nnote\n")):
        note = TextSection("n", (line(("note", words), p_fix=True),), "footnote:2")
        body = TextSection("s", (Paragraph((Span("a"), reference)),))
        assert accepted(ContractText((body, note), material=material)).text == wanted
        assert rejected(ContractText((body, note), material=material)).text == "a\ufffc\nnote\n"


def test_parts_follow_in_the_order_of_the_specification() -> None:
    parts = ["textbox:k:0", "footer:f.xml", "header:h.xml", "endnote:1", "footnote:1", "main"]
    holder = ("\ufffc", {"obj": "k"})
    text = ContractText(tuple(main(line(part, holder), part=part, name=part) for part in parts))
    assert [paragraph.part for paragraph in accepted(text).paragraphs] == parts[::-1]


def test_a_text_box_goes_and_comes_with_the_drawing_that_holds_it() -> None:
    for marks, before, after in ((STRUCK, True, False), (INSERTED, False, True), ({}, True, True)):
        holder = ("\ufffc", {"obj": "k", **marks})
        text = ContractText((main(line(holder)), main(line("boxed"), part="textbox:k:0", name="box")))
        assert ("boxed" in rejected(text).text) is before
        assert ("boxed" in accepted(text).text) is after


def test_a_joined_paragraph_is_governed_by_the_first_when_struck_here_and_by_the_last_when_struck_in_word() -> None:
    section = main(struck("a", p_style="First"), line("b", p_style="Last"))
    typed = {"b": Revision("b", "deletion", "N", "", source="typed")}
    word = {"b": Revision("b", "deletion", "N", "", source="f" * 64)}
    assert accepted(ContractText((section,), typed)).paragraphs[0].style == "First"
    assert accepted(ContractText((section,), word)).paragraphs[0].style == "Last"


def test_row_and_cell_of_a_paragraph_are_told() -> None:
    table = TableSection("t", (Row("r1", (Cell("c1", (line("x"),)), Cell("c2", (line("y"),)))),))
    paragraphs = accepted(ContractText((main(line("a")), table))).paragraphs
    assert [(p.row, p.cell, p.slot, p.in_table) for p in paragraphs] == [
        ("", "", "s", False),
        ("r1", "c1", "c1", True),
        ("r1", "c2", "c2", True),
    ]


def test_hash_is_of_the_text_in_utf8() -> None:
    result = accepted(ContractText((main(line("é😀")),)))
    assert result.sha256 == text_sha256("é😀\n")
    assert result.sha256 != text_sha256("é😀")


ALPHABET = ["a", "b", " ", "“", "é", "😀", HIDDEN, SOFT_HYPHEN, "\u2028", "ש"]
CHOICES: list[Marks] = [{}, {}, {}, INSERTED, STRUCK, BOTH, {"moveTo:d": {"d": 0}}, {"moveFrom:c": {"d": 0}}]


def random_text(chance: random.Random) -> ContractText:
    def paragraph(fixed: bool) -> Paragraph:
        spans = tuple(
            Span("".join(chance.choices(ALPHABET, k=chance.randint(1, 4))), chance.choice(CHOICES))
            for _ in range(chance.randint(0, 4))
        )
        return Paragraph(spans, {**chance.choice(CHOICES), **({"p:fix": True} if fixed else {})})

    def paragraphs() -> tuple[Paragraph, ...]:
        count = chance.randint(1, 4)
        return tuple(paragraph(number + 1 == count) for number in range(count))

    sections: list[TextSection | TableSection] = []
    for number in range(chance.randint(1, 5)):
        if chance.random() < 0.4:
            rows = tuple(
                Row(
                    f"r{number}.{row}",
                    tuple(Cell(f"c{number}.{row}.{cell}", paragraphs()) for cell in range(chance.randint(1, 2))),
                    chance.choice([{}, {}, INSERTED, STRUCK]),
                )
                for row in range(chance.randint(1, 2))
            )
            sections.append(TableSection(f"t{number}", rows))
        else:
            sections.append(TextSection(f"s{number}", paragraphs()))
    sections.append(TextSection("f", paragraphs(), "footnote:1"))
    return ContractText(tuple(sections))


@pytest.mark.parametrize("seed", range(300))
def test_every_offset_leads_to_its_source_character_and_back(seed: int) -> None:
    text = random_text(random.Random(seed))
    slots = {}
    for section in text.sections:
        if isinstance(section, TextSection):
            slots[section.id] = section.paragraphs
        else:
            slots.update({cell.id: cell.paragraphs for row in section.rows for cell in row.cells})
    for result in (accepted(text), rejected(text)):
        for offset, character in enumerate(result.text):
            place = result.place(offset)
            assert (slots[place.slot][place.paragraph].text + "\n")[place.character] == character
            assert result.offset(place) == offset
            near = result.place(offset, after=False)
            assert result.offset(near) == offset
        for _ in range(5):
            start, end = sorted(random.Random(seed).choices(range(len(result.text) + 1), k=2))
            words = "".join(
                (slots[s.slot][s.paragraph].text + "\n")[s.start : s.end] for s in result.stretches(start, end)
            )
            assert words == result.text[start:end]
        for paragraph in result.paragraphs:
            assert result.text[paragraph.end] == "\n"
            assert "\n" not in result.line(paragraph)
            assert result.paragraph_at(paragraph.end) == paragraph
            assert result.paragraph_by_id(paragraph.id) == paragraph
        assert [p.start for p in result.paragraphs[1:]] == [p.end + 1 for p in result.paragraphs[:-1]]


@pytest.mark.parametrize("seed", range(100))
def test_without_tracked_changes_both_views_are_every_visible_character(seed: int) -> None:
    made = random_text(random.Random(seed))
    whole = "".join(p.text + "\n" for section in made.sections for p in paragraphs_of(section))
    bare = ContractText(
        tuple(
            TextSection(section.id, tuple(Paragraph((Span(p.text),) if p.text else ()) for p in paragraphs_of(section)))
            for section in made.sections
        )
    )
    wanted = whole.replace(HIDDEN, "").replace(SOFT_HYPHEN, "")
    assert accepted(bare).text == rejected(bare).text == wanted


def test_a_place_before_struck_words_and_one_behind_them() -> None:
    result = accepted(ContractText((main(line("ab", ("xx", STRUCK), "cd")),)))
    assert result.place(2) == SourcePlace("s", 0, 4)
    assert result.place(2, after=False) == SourcePlace("s", 0, 2)
    assert result.offset(SourcePlace("s", 0, 3)) == 2
