"""Rejecting everything gives the text as it was, accepting everything what was shown."""

import random

import pytest

from pactoria_desktop.contract.accepted import accepted, rejected
from pactoria_desktop.contract.text import (
    HIDDEN,
    ContractText,
    Marks,
    Paragraph,
    TableSection,
    TextSection,
    paragraphs_of,
)
from pactoria_desktop.replica.changes import Place, Stretch
from pactoria_desktop.replica.resolving import Selection
from tests.unit.replica.rehearsal import (
    SUGGESTIONS,
    Desk,
    desks,
    exchange,
    opened,
    plain_contract,
    replica_of,
    rich_contract,
)

TRACKED = ("ins:", "del:", "moveFrom:", "moveTo:", "fmt:", "pfmt:")
WITH_LOOKS = (*SUGGESTIONS, "format", "style", "format", "row", "rowless")


def struck(marks: Marks) -> bool:
    """The test's own reading of the rule: a deletion counts if it was aimed at every insertion there is."""
    if any(key.startswith("moveFrom:") for key in marks):
        return True
    known = {key[4:] for key in marks if key.startswith(("ins:", "typ:"))}
    deletions = [value for key, value in marks.items() if key.startswith("del:")]
    return any(known <= set(value.get("over", known)) for value in deletions)  # type: ignore[union-attr, call-overload]


def accepted_flow(text: ContractText) -> list[str]:
    """Words and newlines of each stretch of text sections and of each cell, struck ones left out."""
    flows: list[str] = []
    open_flow = False
    for section in text.sections:
        if isinstance(section, TextSection):
            if not open_flow:
                flows.append("")
            flows[-1] += _kept(section.paragraphs)
            open_flow = True
            continue
        rows = [row for row in section.rows if not struck(row.marks)]
        if rows:
            open_flow = False
        for row in rows:
            flows.extend(_kept(cell.paragraphs) for cell in row.cells)
    return [flow.replace(HIDDEN, "").rstrip("\n") for flow in flows]


def _kept(paragraphs: tuple[Paragraph, ...]) -> str:
    kept = ""
    for paragraph in paragraphs:
        kept += "".join(span.text for span in paragraph.spans if not struck(span.marks))
        if not struck(paragraph.marks) or "p:fix" in paragraph.marks:
            kept += "\n"
    return kept


def plain_flow(text: ContractText) -> list[str]:
    flows: list[str] = []
    open_flow = False
    for section in text.sections:
        if isinstance(section, TextSection):
            if not open_flow:
                flows.append("")
            flows[-1] += "".join(paragraph.text + "\n" for paragraph in section.paragraphs)
            open_flow = True
        else:
            open_flow = False
            for row in section.rows:
                flows.extend("".join(each.text + "\n" for each in cell.paragraphs) for cell in row.cells)
    return [flow.replace(HIDDEN, "").rstrip("\n") for flow in flows]


def tracked_left(text: ContractText) -> list[str]:
    found = []
    for section in text.sections:
        if isinstance(section, TableSection):
            found += [key for row in section.rows for key in row.marks if key.startswith(TRACKED)]
        for paragraph in paragraphs_of(section):
            for marks in (paragraph.marks, *(span.marks for span in paragraph.spans)):
                found += [key for key in marks if key.startswith(TRACKED)]
    return found


def suggested(seed: int, steps: int, rich: bool) -> tuple[ContractText, bytes, list[Desk]]:
    """A base and what two people made of it in suggesting mode."""
    random_ = random.Random(seed)
    base = rich_contract(random_) if rich else plain_contract()
    first, second = desks(base, random_, "AB", suggesting=True)
    for _ in range(steps):
        desk = random_.choice((first, second))
        desk.do(WITH_LOOKS)
        desk.check()
        if random_.random() < 0.15:
            exchange(first.replica, second.replica)
    exchange(first.replica, second.replica)
    assert first.replica.text() == second.replica.text()
    return base, first.replica.snapshot(), [first, second]


def run(seed: int, steps: int = 30) -> None:
    base, snapshot, people = suggested(seed, steps, rich=seed % 2 == 0)
    try:
        rejecting = opened(snapshot, "Z", 50)
        rejecting.reject(Selection())
        assert_same(rejecting.text().sections, base.sections)
        rejecting.undo()
        assert_same(rejecting.text().sections, people[0].replica.text().sections)
        rejecting.close()

        apart = opened(snapshot, "Z", 51)
        apart.reject(Selection(author="A"))
        apart.reject(Selection(author="B"))
        assert_same(apart.text().sections, base.sections)
        apart.close()

        accepting = opened(snapshot, "Z", 52)
        shown = accepted_flow(accepting.text())
        view = accepted(accepting.text()).text
        assert rejected(accepting.text()).text == accepted(base).text
        accepting.accept(Selection())
        assert not tracked_left(accepting.text())
        assert [flow for flow in plain_flow(accepting.text()) if flow] == [flow for flow in shown if flow]
        assert accepted(accepting.text()).text == view
        accepting.close()
    except BaseException as problem:
        problem.add_note(f"seed {seed}: {people[0].log[-8:]}")
        raise
    finally:
        for desk in people:
            desk.close()


def assert_same(found: tuple[object, ...], wanted: tuple[object, ...]) -> None:
    assert len(found) == len(wanted), f"{len(found)} sections, not {len(wanted)}: {found}"
    for one, other in zip(found, wanted, strict=True):
        assert one == other


@pytest.mark.parametrize("then", ["bold", "p:num"])
def test_formatting_again_keeps_the_look_before_whatever_is_laid_elsewhere_at_the_same_moment(then: str) -> None:
    base = replica_of(plain_contract())
    snapshot = base.snapshot()
    here = opened(snapshot, "A", 10)
    here.suggesting = True
    words = [Stretch("s0", 0, 4)]
    here.set_paragraph(words, "p:style", "H2") if then == "p:num" else here.format(words, "italic", True)
    there = opened(here.snapshot(), "A", 11)
    there.suggesting = True
    if then == "bold":
        here.format(words, "bold", True)
        there.format(words, "underline", True)
    else:
        here.set_paragraph(words, "p:num", "n9")
        there.set_paragraph(words, "p:lvl", 3)
    exchange(here, there)
    here.reject(Selection())
    assert_same(here.text().sections, base.text().sections)


@pytest.mark.parametrize("seed", range(24))
def test_reject_all_is_the_base_and_accept_all_what_was_shown(seed: int) -> None:
    run(seed)


@pytest.mark.long
@pytest.mark.parametrize("block", range(40))
def test_reject_all_is_the_base_and_accept_all_what_was_shown_at_length(block: int) -> None:
    for seed in range(1000 + block * 25, 1025 + block * 25):
        run(seed)


def test_words_typed_in_company_without_tracking_stand_beside_a_deletion_that_did_not_know_them() -> None:
    snapshot = replica_of(plain_contract()).snapshot()
    typing, striking = opened(snapshot, "A", 10), opened(snapshot, "B", 11)
    typing.in_company = True
    typing.insert(Place("s0", 3), "quick ")
    striking.suggesting = True
    striking.delete([Stretch("s0", 0, 8)])
    exchange(typing, striking)
    for replica in (typing, striking):
        spans = replica.spans("s0")
        assert "".join(text for text, marks in spans if not struck(marks)).startswith("quick ")
        assert (
            "".join(text for text, marks in spans if struck(marks))
            == plain_contract().sections[0].paragraphs[0].text[:8]
        )
