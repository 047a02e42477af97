import pytest

from pactoria_desktop.contract.operations import Put, Strike, operations
from pactoria_desktop.contract.text import ContractText, Paragraph, Span, TextSection
from pactoria_desktop.contract.three_way import Clash, Sides, judged

SIDES = Sides(frozenset({"m1", "m2"}), frozenset({"t1", "t2"}))


def span(text: str, *keys: str) -> Span:
    return Span(text, {key: {"d": depth} for depth, key in enumerate(keys)})


def verdict(*spans: Span) -> tuple[list[Clash], str]:
    out = judged([Paragraph((span("a "), *spans, span(" z")), {})], SIDES, lambda clash: "c1")
    accepted = "".join(
        one.text for one in out.paragraphs[0].spans if not any(key.startswith("del:") for key in one.marks)
    )
    return out.clashes, accepted


def test_different_words_for_the_same_words_clash() -> None:
    clashes, _ = verdict(span("old", "del:m1", "del:t1"), span("x", "ins:m2"), span("y", "ins:t2"))
    assert clashes == [Clash(0, "old", "x", "y")]


def test_the_same_words_for_the_same_words_are_put_once() -> None:
    clashes, text = verdict(span("old", "del:m1", "del:t1"), span("x", "ins:m2"), span("x", "ins:t2"))
    assert (clashes, text) == ([], "a x z")


def test_changes_side_by_side_do_not_clash() -> None:
    spans = span("one", "del:m1"), span("x", "ins:m2"), span("two", "del:t1"), span("y", "ins:t2")
    assert verdict(*spans) == ([], "a xy z")


def test_words_put_at_the_end_of_what_the_other_struck_do_not_clash() -> None:
    assert verdict(span("one two", "del:m1"), span("y", "ins:t2"))[0] == []


def test_words_put_within_what_the_other_struck_clash() -> None:
    clashes, _ = verdict(span("one ", "del:m1"), span("y ", "ins:t2"), span("two", "del:m1"))
    assert clashes == [Clash(0, "one two", "", "one y two")]


def test_of_two_deletions_of_a_character_mine_stays() -> None:
    out = judged([Paragraph((span("x", "del:m1", "del:t1"),), {})], SIDES, lambda clash: "c1")
    assert list(out.paragraphs[0].spans[0].marks) == ["del:m1"]


def test_a_clash_puts_its_comment_over_both_readings() -> None:
    spans = span("old", "del:m1", "del:t1"), span("x", "ins:m2"), span("y", "ins:t2")
    out = judged([Paragraph(spans, {})], SIDES, lambda clash: "c1")
    assert all("comment:c1" in one.marks for one in out.paragraphs[0].spans)


def text_of(*paragraphs: Paragraph) -> ContractText:
    return ContractText((TextSection("s", paragraphs),))


def test_operations_count_code_points_of_the_living_text() -> None:
    mine = text_of(Paragraph((span("😀 one two"),), {}), Paragraph((span("three"),), {}))
    joined = text_of(
        Paragraph((span("😀 "), span("one", "del:t1"), span("new", "ins:t2"), span(" two")), {}),
        Paragraph((span("three"),), {}),
    )
    assert operations(mine, joined, {"t1", "t2"}) == [
        Strike("s", 2, 5, "t1"),
        Put("s", 5, "new", {"ins:t2": {"d": 0}}, "t2"),
    ]


def test_a_text_that_was_not_made_from_the_living_one_is_refused() -> None:
    with pytest.raises(ValueError, match="lacks words"):
        operations(
            text_of(Paragraph((span("one"),), {}), Paragraph((), {})), text_of(Paragraph((span("one"),), {})), ()
        )
