import random

import pytest

from pactoria_desktop.contract.accepted import accepted
from pactoria_desktop.contract.numbering import Counter, Record, Renumbering, labels_of, number, record
from pactoria_desktop.contract.ordinals import formatted
from pactoria_desktop.contract.text import (
    ContractText,
    Material,
    Numbering,
    NumberingLevel,
    Paragraph,
    ParagraphProperties,
    Span,
    Style,
    TextSection,
)


def levels(*described: tuple[str, str], **changes: object) -> tuple[NumberingLevel, ...]:
    return tuple(NumberingLevel(form, text) for form, text in described)


OUTLINE = Numbering(
    "1", "a", levels(("decimal", "%1."), ("decimal", "%1.%2"), ("lowerLetter", "(%3)"), ("lowerRoman", "(%4)"))
)


def labels(records: list[Record], *numberings: Numbering) -> list[str]:
    return number(records, {one.id: one for one in numberings})


def test_levels_count_restart_and_go_on() -> None:
    walk: list[Record] = [("1", level) for level in (0, 1, 1, 2, 2, 3, 2, 1, 0, 1, 2)]
    wanted = ["1.", "1.1", "1.2", "(a)", "(b)", "(i)", "(c)", "1.3", "2.", "2.1", "(a)"]
    assert labels(walk, OUTLINE) == wanted


def test_paragraphs_without_numbering_do_not_count() -> None:
    assert labels([("1", 0), (None, 0), ("9", 0), ("1", 7), ("1", 0)], OUTLINE) == ["1.", "", "", "", "2."]


def test_instances_of_one_definition_count_on_and_an_override_restarts_once() -> None:
    second = Numbering("2", "a", OUTLINE.levels)
    third = Numbering("3", "a", OUTLINE.levels, ((0, 1),))
    walk: list[Record] = [("1", 0), ("2", 0), ("3", 0), ("3", 0), ("1", 0), ("3", 0)]
    assert labels(walk, OUTLINE, second, third) == ["1.", "2.", "1.", "2.", "3.", "4."]


def test_an_override_can_start_anywhere() -> None:
    other = Numbering(
        "2",
        "b",
        levels(
            ("upperRoman", "Article %1"),
        ),
        ((0, 4),),
    )
    assert labels([("2", 0), ("2", 0)], other) == ["Article IV", "Article V"]


def test_a_level_that_never_restarts_and_one_that_restarts_after_a_chosen_level() -> None:
    made = Numbering(
        "1",
        "a",
        (
            NumberingLevel("decimal", "%1"),
            NumberingLevel("decimal", "%2", restart=0),
            NumberingLevel("decimal", "%3", restart=1),
        ),
    )
    walk: list[Record] = [("1", 0), ("1", 1), ("1", 2), ("1", 1), ("1", 2), ("1", 0), ("1", 1), ("1", 2)]
    assert labels(walk, made) == ["1", "1", "1", "2", "2", "2", "3", "1"]


def test_legal_numbering_shows_decimals() -> None:
    made = Numbering("1", "a", (NumberingLevel("upperRoman", "%1."), NumberingLevel("decimal", "%1.%2", legal=True)))
    assert labels([("1", 0), ("1", 0), ("1", 1)], made) == ["I.", "II.", "2.1"]


def test_a_level_above_that_was_not_used_shows_its_start() -> None:
    assert labels([("1", 1), ("1", 0)], OUTLINE) == ["1.1", "1."]


def test_bullets_and_percent_signs_are_kept() -> None:
    made = Numbering("1", "a", levels(("bullet", "\uf0b7"), ("decimal", "%2 %")))
    assert labels([("1", 0), ("1", 1)], made) == ["•", "1 %"]


@pytest.mark.parametrize(
    ("style", "value", "wanted"),
    [
        ("lowerLetter", 26, "z"),
        ("lowerLetter", 27, "aa"),
        ("upperLetter", 54, "BBB"),
        ("lowerRoman", 1994, "mcmxciv"),
        ("upperRoman", 0, "0"),
        ("ordinal", 11, "11th"),
        ("ordinal", 22, "22nd"),
        ("ordinal", 103, "103rd"),
        ("cardinalText", 21, "Twenty-one"),
        ("cardinalText", 1100, "One thousand one hundred"),
        ("ordinalText", 1, "First"),
        ("ordinalText", 22, "Twenty-second"),
        ("ordinalText", 40, "Fortieth"),
        ("ordinalText", 112, "One hundred twelfth"),
        ("decimalZero", 7, "07"),
        ("none", 3, ""),
        ("numberInDash", 3, "- 3 -"),
        ("unheardOf", 3, "3"),
    ],
)
def test_formats(style: str, value: int, wanted: str) -> None:
    assert formatted(value, style) == wanted


def test_own_number_leaves_upper_levels_out() -> None:
    counter = Counter({"1": OUTLINE})
    counter.label("1", 0)
    second = counter.label("1", 1)
    third = counter.label("1", 2)
    assert second is not None
    assert third is not None
    assert (second.text, second.own, second.values) == ("1.1", "1", (1, 1))
    assert (third.own, third.values) == ("(a)", (1, 1, 1))


MATERIAL = Material(
    paragraphs={
        "plain": ParagraphProperties(),
        "direct": ParagraphProperties(xml="<w:pPr><w:numPr/></w:pPr>", numbering="1", level=1),
        "styled": ParagraphProperties(style="H", numbering="1", level=0),
        "end": ParagraphProperties(numbering="1", level=0, ends_section=True),
    },
    styles={"H": Style("H", "heading 1", 1, "1", 0), "B": Style("B", "Body")},
    numberings={"1": OUTLINE},
)


def test_direct_numbering_beats_the_style_and_the_editor_beats_both() -> None:
    assert record({"p:props": "direct", "p:style": "B"}, MATERIAL) == ("1", 1)
    assert record({"p:props": "styled", "p:style": "B"}, MATERIAL) == (None, 0)
    assert record({"p:props": "plain", "p:style": "H"}, MATERIAL) == ("1", 0)
    assert record({"p:props": "styled", "p:num": ""}, MATERIAL) == (None, 0)
    assert record({"p:props": "styled", "p:lvl": 2}, MATERIAL) == ("1", 2)
    assert record({"p:props": "plain", "p:num": "7"}, MATERIAL) == (None, 0)


def test_an_empty_paragraph_that_only_ends_a_word_section_is_not_counted() -> None:
    assert record({"p:props": "end"}, MATERIAL, empty=True) == (None, 0)
    assert record({"p:props": "end"}, MATERIAL) == ("1", 0)


def test_struck_paragraphs_do_not_count_in_the_accepted_view() -> None:
    struck = {"del:x": {"d": 0}}
    paragraphs = (
        Paragraph((Span("one"),), {"p:props": "styled"}),
        Paragraph((Span("gone", struck),), {"p:props": "styled", **struck}),
        Paragraph((Span("two"),), {"p:props": "styled"}),
    )
    view = accepted(ContractText((TextSection("s", paragraphs),), material=MATERIAL))
    assert [label and label.text for label in labels_of(view, MATERIAL)] == ["1.", "2."]


@pytest.mark.parametrize("seed", range(40))
def test_renumbering_after_an_edit_equals_numbering_anew(seed: int) -> None:
    chance = random.Random(seed)
    numberings = {
        "1": OUTLINE,
        "2": Numbering("2", "a", OUTLINE.levels, ((0, 3), (1, 5))),
        "3": Numbering("3", "b", OUTLINE.levels),
    }

    def any_record() -> Record:
        return chance.choice(
            [(None, 0), ("1", 0), ("1", 1), ("1", 1), ("1", 2), ("1", 3), ("2", 0), ("2", 1), ("3", 0)]
        )

    records = [any_record() for _ in range(chance.choice([0, 3, 700]))]
    kept = Renumbering(numberings)
    assert kept.update(records)[0] == number(records, numberings)
    for _ in range(25):
        before = list(kept.update(records)[0])
        at = chance.randint(0, len(records))
        match chance.randint(0, 3):
            case 0:
                records = [*records[:at], any_record(), *records[at:]]
            case 1:
                records = records[:at] + records[at + chance.randint(1, 150) :]
            case 2:
                records = [*records[:at], *[any_record() for _ in range(chance.randint(1, 150))], *records[at:]]
            case _ if records:
                records = [*records]
                records[min(at, len(records) - 1)] = any_record()
        now, first, end = kept.update(records)
        assert now == number(records, numberings)
        assert now[:first] == before[:first]
        tail = len(now) - end
        assert now[end:] == (before[-tail:] if tail else [])
