"""Whole paragraphs put behind one: their properties are theirs, the others keep their own, and nothing else changes."""

import random

import pytest

from pactoria_desktop.contract.accepted import accepted, rejected
from pactoria_desktop.contract.text import (
    LINE_BREAK,
    ContractText,
    Material,
    Paragraph,
    ParagraphProperties,
    Span,
    TextSection,
    kind_of,
    paragraphs_of,
)
from pactoria_desktop.replica.changes import Place
from pactoria_desktop.replica.errors import ReplicaError
from pactoria_desktop.replica.paragraphs import NewParagraph
from pactoria_desktop.replica.relaying import Relayed
from pactoria_desktop.replica.resolving import Selection
from pactoria_desktop.replica.rights import Rights
from pactoria_desktop.replica.suggested import Reviewer
from tests.samples import sample_text
from tests.unit.replica.rehearsal import exchange, opened, plain_contract, replica_of, rich_contract

NEW = (
    NewParagraph((("A ", {}), ("bold 😀", {"bold": True})), {"p:style": "H1", "p:num": "n7", "p:lvl": 2}),
    NewParagraph((("b", {}),)),
)


def own(text: ContractText) -> list[tuple[str, dict[str, object]]]:
    """The words of each paragraph and its own marks."""
    return [
        (one.text, {key: value for key, value in one.marks.items() if kind_of(key) == "p"})
        for section in text.sections
        for one in paragraphs_of(section)
    ]


@pytest.mark.parametrize("suggesting", [True, False])
def test_new_paragraphs_have_their_own_properties_and_the_others_keep_theirs(suggesting: bool) -> None:
    text = plain_contract()
    one = replica_of(text, "A", 1)
    one.suggesting = suggesting
    slot = one.slots()[0]
    first_line = len(text.sections[0].paragraphs[0].text.encode("utf-16-le")) // 2  # type: ignore[union-attr]
    after = one.insert_paragraphs(Place(slot, 2), NEW)
    assert after == Place(slot, first_line + 1 + len("A bold 😀") + 1 + 1 + 1)
    rows = own(one.text())
    assert rows[1] == ("A bold 😀", {"p:style": "H1", "p:num": "n7", "p:lvl": 2})
    assert rows[2] == ("b", {})
    assert [rows[0], *rows[3:]] == own(text)
    assert [span.marks.get("bold") for span in one.text().sections[0].paragraphs[1].spans] == [None, True]  # type: ignore[union-attr]
    assert bool(one.text().revisions) == suggesting
    one.undo()
    assert one.text().sections == text.sections


def test_behind_the_last_paragraph_of_a_section_they_go_before_the_next_ones_first() -> None:
    text = plain_contract()
    one = replica_of(text, "A", 1)
    one.suggesting = True
    end = sum(len(line.text) + 2 for line in text.sections[1].paragraphs) - 1  # type: ignore[union-attr]
    assert one.insert_paragraphs(Place("s1", end), NEW) is not None
    rows = own(one.text())
    assert [words for words, _ in rows[5:7]] == ["A bold 😀", "b"]
    assert [*rows[:5], *rows[7:]] == own(text)
    assert not any(
        kind_of(key) == "pfmt"
        for section in one.text().sections
        for line in paragraphs_of(section)
        for key in line.marks
    )


def test_at_the_end_of_the_text_the_last_paragraphs_properties_change_as_a_tracked_change() -> None:
    text = plain_contract()
    one = replica_of(text, "A", 1)
    one.suggesting = True
    assert one.insert_paragraphs(Place("s2", 0), NEW) is not None
    last = one.text().sections[2].paragraphs  # type: ignore[union-attr]
    assert [line.text for line in last[1:]] == ["A bold 😀", "b"]
    assert {kind_of(key) for key in last[2].marks} == {"p", "pfmt"}
    assert "p:style" not in last[2].marks
    assert accepted(one.text()).text.endswith("A bold 😀\nb\n")
    assert rejected(one.text()).text == rejected(text).text
    one.reject(Selection())
    assert one.text().sections == text.sections


def test_a_word_section_that_ends_at_the_place_keeps_its_properties() -> None:
    ending = ParagraphProperties(xml="<w:pPr><w:sectPr/></w:pPr>", ends_section=True)
    usual = ParagraphProperties(style="Body")
    material = Material(paragraphs={"ending": ending, "usual": usual})
    last = Paragraph((Span("Last", {}),), {"p:props": "ending", "p:fix": True})
    text = ContractText((TextSection("s0", (last,)),), material=material)
    for suggesting in (True, False):
        one = replica_of(text, "A", 1)
        one.suggesting = suggesting
        one.insert_paragraphs(Place("s0", 0), [NewParagraph((("New", {}),), {"p:props": "usual"})])
        new = one.text().sections[0].paragraphs[-1]  # type: ignore[union-attr]
        assert (new.text, new.marks["p:props"], new.marks["p:style"]) == ("New", "ending", "Body")


def test_they_stay_on_this_side_of_what_ends_here() -> None:
    here = Paragraph((Span("Here", {}),), {"p:fix": True})
    text = ContractText((TextSection("s0", (here,)), TextSection("s1", (Paragraph((Span("There", {}),), {}),))))
    one = replica_of(text, "A", 1)
    after = one.insert_paragraphs(Place("s0", 0), NEW)
    assert after is not None
    assert after.slot == "s0"
    assert [words for words, _ in own(one.text())] == ["Here", "A bold 😀", "b", "There"]


@pytest.mark.parametrize("seed", range(30))
def test_everywhere_rejecting_leaves_no_trace_and_accepting_gives_the_words(seed: int) -> None:
    chance = random.Random(seed)
    text = rich_contract(chance)
    one = replica_of(text, "A", 1)
    one.suggesting = True
    done = 0
    for _ in range(4):
        before = accepted(one.text()).text
        slot = chance.choice(one.slots())
        place = Place(slot, chance.randrange(one.length(slot)))
        if one.insert_paragraphs(place, NEW) is not None:
            done += 1
            assert len(accepted(one.text()).text) == len(before) + len("A bold 😀\nb\n")
    one.reject(Selection(ids=frozenset(one.revisions) - frozenset(text.revisions)))
    assert one.text().sections == text.sections
    assert done


def test_words_of_one_paragraph_stay_one_paragraph() -> None:
    one = replica_of(plain_contract(), "A", 1)
    one.insert_paragraphs(Place("s0", 0), [NewParagraph((("one\ntwo\x00\r\n", {}), ("", {})))])
    assert own(one.text())[1][0] == f"one{LINE_BREAK}two\ufffd{LINE_BREAK}"
    assert one.insert_paragraphs(Place("s0", 0), []) is None


def test_properties_of_a_models_identity_are_not_copied() -> None:
    text = sample_text("services-agreement.docx")
    one = replica_of(text, "A", 1)
    one.suggesting = True
    model = next(line for section in text.sections for line in paragraphs_of(section) if "p:src" in line.marks)
    one.insert_paragraphs(Place(one.slots()[0], 0), [NewParagraph((("New", {}),), {**model.marks, "p:fix": True})])
    assert own(one.text())[1] == ("New", {"p:props": model.marks["p:props"]})


def test_a_reviewer_may_suggest_paragraphs_and_a_reader_nothing() -> None:
    one = replica_of(plain_contract(), "A", 1)
    one.rights = Rights.READ
    with pytest.raises(ReplicaError, match="only be read"):
        one.insert_paragraphs(Place("s0", 0), NEW)
    one.rights = Rights.ALL
    reviewer = opened(one.snapshot(), "B", 2)
    reviewer.rights = Rights.SUGGEST
    relayed = Relayed.open([one.snapshot()])
    version = relayed.version()
    assert reviewer.insert_paragraphs(Place("s0", 0), NEW) is not None
    assert reviewer.insert_paragraphs(Place("s2", 0), NEW) is not None
    person = Reviewer(reviewer.identity.by, frozenset({f"{reviewer.peer:x}"}))
    relayed.take([reviewer.updates_since(version)], person)
    assert relayed.text() == reviewer.text()


def test_two_people_who_insert_at_one_place_end_with_both() -> None:
    one = replica_of(plain_contract(), "A", 1)
    other = opened(one.snapshot(), "B", 2)
    for each in (one, other):
        each.suggesting = True
        each.insert_paragraphs(Place("s0", 0), NEW)
    exchange(one, other)
    assert one.text() == other.text()
    assert [words for words, _ in own(one.text())].count("A bold 😀") == 2
