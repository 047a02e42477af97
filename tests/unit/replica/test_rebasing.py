"""A received text joins the living one: its words and marks arrive, as its authors', and what was mine stays."""

import random

import pytest

from pactoria_desktop.contract.operations import Put, Remark, Strike
from pactoria_desktop.contract.text import (
    ContractText,
    Marks,
    Revision,
    Section,
    TableSection,
    paragraphs_of,
)
from pactoria_desktop.documents.compare_setting import Author
from pactoria_desktop.documents.merge import join
from pactoria_desktop.replica.errors import ReplicaError
from pactoria_desktop.replica.rebasing import Join
from pactoria_desktop.replica.resolving import Selection
from tests.unit.replica.rehearsal import canonical, desks, plain_contract, replica_of, rich_contract

EDITS = ("type", "backspace", "enter", "erase", "replace", "paste")


def uncommented(marks: Marks) -> Marks:
    return {key: value for key, value in marks.items() if not key.startswith("comment:")}


def flat(sections: tuple[Section, ...]) -> list[tuple[str, str]]:
    """Every character with its marks, comments aside."""
    found = []
    for section in sections:
        if isinstance(section, TableSection):
            # A row that is put gets a name that no other joining of the same file gives it.
            found += [(f"row {row.id.partition('~')[0]}", canonical(row.marks)) for row in section.rows]
        for paragraph in paragraphs_of(section):
            for span in paragraph.spans:
                found += [(character, canonical(uncommented(span.marks))) for character in span.text]
            found.append(("\n", canonical(paragraph.marks)))
    return found


def run(seed: int) -> None:
    random_ = random.Random(seed)
    base: ContractText = rich_contract(random_, tables=seed % 2 == 0)
    me, them = desks(base, random_, "AB", suggesting=True)
    for _ in range(8):
        me.do(EDITS)
        them.do(EDITS)
    mine = me.replica.text()
    operations, merged = join(base, mine, them.replica.text(), Author("B", "2026-02-02T00:00:00Z"))
    theirs = {id: revision for id, revision in merged.text.revisions.items() if id not in mine.revisions}
    me.replica.rebase(Join(operations, theirs, merged.text.material, merged.text.comments))
    me.check()
    joined = me.replica.text()
    assert flat(joined.sections) == flat(merged.text.sections)
    assert {id: joined.revisions[id] for id in mine.revisions} == dict(mine.revisions)
    me.replica.reject(Selection(ids=frozenset(theirs)))
    assert flat(me.replica.text().sections) == flat(mine.sections)
    me.close()
    them.close()


@pytest.mark.parametrize("seed", range(12))
def test_a_received_text_joins_and_can_be_rejected_whole(seed: int) -> None:
    run(seed)


@pytest.mark.long
@pytest.mark.parametrize("block", range(10))
def test_a_received_text_joins_and_can_be_rejected_whole_at_length(block: int) -> None:
    for seed in range(100 + 30 * block, 130 + 30 * block):
        run(seed)


def test_sources_move_to_the_received_package() -> None:
    replica = replica_of(plain_contract())
    replica.rebase(Join([], sources={"a:main:1": "b:main:7"}))
    sources = [each.marks.get("p:src") for section in replica.text().sections for each in paragraphs_of(section)]
    assert sources == ["a:main:0", "b:main:7", "a:main:2", "a:main:3", "a:main:4", "a:main:5"]


def test_new_paragraphs_after_the_last_go_again_when_rejected() -> None:
    text = plain_contract()
    replica = replica_of(text)
    end = len("".join(replica.spans("s2")[number][0] for number in range(len(replica.spans("s2")))))
    marks = {"ins:x1": {"d": 0}}
    operations = [Put("s2", end, "added", marks, "x1"), Put("s2", end, "\n", {**marks, "p:style": "Body"}, "x1")]
    replica.rebase(Join(operations, {"x1": Revision("x1", "insertion", "B", "")}))
    last = replica.text().sections[-1]
    assert [each.text for each in paragraphs_of(last)] == ["head 2é😀 “x” §1", "added"]
    assert [each.marks.get("p:src") for each in paragraphs_of(last)] == ["a:main:5", None]
    replica.reject(Selection(ids=frozenset(["x1"])))
    assert replica.text().sections == text.sections


@pytest.mark.parametrize(
    "operation", [Strike("s0", 0, 9999, "x"), Remark("nowhere", 0, 1, {}), Put("s0", -1, "a", {}, "x")]
)
def test_changes_that_do_not_fit_change_nothing(operation: Strike | Remark | Put) -> None:
    text = plain_contract()
    replica = replica_of(text)
    with pytest.raises(ReplicaError):
        replica.rebase(Join([Strike("s0", 0, 2, "x"), operation]))
    assert replica.text() == text
