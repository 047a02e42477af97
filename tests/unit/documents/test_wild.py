"""Random files with the rarer things of Word in them: read, written back, resolved, edited, compared.

The judges (``oracle``, ``redline_oracle``) and the generator (``wild_word``) share no code with the product.
"""

import json
import random
from collections import Counter

import pytest

from pactoria_desktop.contract.accepted import accepted
from pactoria_desktop.documents.compare import compare
from pactoria_desktop.documents.package import Package
from pactoria_desktop.documents.reader import read
from pactoria_desktop.documents.spans import index
from pactoria_desktop.documents.tracked import tracked_changes
from pactoria_desktop.documents.verify import verify_redline
from pactoria_desktop.documents.writer import write, written
from pactoria_desktop.replica.identity import Identity
from pactoria_desktop.services.files import edit
from pactoria_desktop.services.operations import EditError, parse_operations
from pactoria_desktop.services.sources import Source
from tests.unit.documents import oracle, wild_word, word_files
from tests.unit.documents.redline_oracle import faults, seen
from tests.unit.documents.test_living_export import StoppedClock
from tests.unit.documents.trees import comparable

WORDS = ("", "x", "new words", "a\nb", "tab\there", "é “§”")


def drawn(seed: int) -> tuple[random.Random, list[int], float]:
    dice = random.Random(seed)
    return dice, wild_word.seeds(dice), dice.choice([0, 0.3, 0.6])


def round_trip(seed: int) -> None:
    """Nothing changed gives the same bytes; every paragraph written again gives the same tree; readers agree."""
    _, blocks, tracked = drawn(seed)
    package = Package(wild_word.made(blocks, tracked))
    base = read(package)
    assert write(package, base, read(package)) == package.data
    assert verify_redline(package, package.data, accepted=accepted(base)).problems == (), seed
    again = Package(written(package, base, base, everything=True).data)
    for story in package.stories:
        assert comparable(again.parse(story.member)) == comparable(package.parse(story.member)), (seed, story.member)


def resolution(seed: int) -> None:
    """Accepting and rejecting give what the oracle sees, and leave no mark-up of tracked changes."""
    _, blocks, tracked = drawn(seed)
    data = wild_word.made(blocks, tracked)
    changes = tracked_changes(Package(data))
    for accept in (True, False):
        resolved = (changes.accept() if accept else changes.reject()).data
        assert seen(resolved, accept=True) == seen(data, accept=accept), seed
        assert tracked_changes(Package(resolved)).revisions == ()


def comparison(seed: int) -> None:
    """Exact both ways. Single cells that were tracked by themselves are left out of OLD: a remark speaks of those."""
    dice, blocks, tracked = drawn(seed)
    old = wild_word.made(blocks, tracked, single_cells=False)
    new = wild_word.made(wild_word.changed(dice, blocks), dice.choice([0, 0, 0.3]))
    result = compare(Package(old), Package(new), "New Author", "2026-11-22T12:00:00Z").data
    assert seen(result, accept=True) == seen(new, accept=True), seed
    assert seen(result, accept=False) == seen(old, accept=False), seed
    assert set(faults(result)) <= set(faults(old)), seed
    assert verify_redline(Package(old), result).problems == (), seed


def operations(dice: random.Random, length: int, paragraphs: list[str]) -> list[dict[str, object]]:
    out: list[dict[str, object]] = []
    for _ in range(dice.randint(1, 2)):
        kind, start = dice.random(), dice.randrange(length)
        end = min(length, start + dice.choice([0, 1, 3, 10, 40]))
        if kind < 0.6:
            out.append({"op": "replace", "start": start, "end": end, "text": dice.choice(WORDS)})
        elif kind < 0.75:
            out.append({"op": "insert_paragraph_after", "paragraph": dice.choice(paragraphs), "text": "fresh"})
        elif kind < 0.9:
            out.append({"op": "delete_paragraph", "paragraph": dice.choice(paragraphs)})
        else:
            out.append({"op": "comment", "start": start, "end": end, "text": "why"})
    return out


def edits(seed: int) -> int:
    """Random operations are refused in a sentence or give a sound redline: how many were done."""
    dice, blocks, tracked = drawn(seed)
    data = wild_word.made(blocks, tracked)
    view = accepted(read(Package(data)))
    done = 0
    for _ in range(4):
        chosen = operations(dice, len(view.text), [one.id for one in view.paragraphs])
        clean = dice.random() < 0.2
        try:
            out = edit(
                Source("wild.docx", ".docx", data), parse_operations(json.dumps(chosen)), identity=Identity("N"),
                clock=StoppedClock(), clean=clean, date=None,
            ).data  # fmt: skip
        except EditError:
            continue
        done += 1
        assert clean or oracle.view(out, False) == oracle.view(data, False), (seed, chosen)
        assert clean or set(faults(out)) <= set(faults(data)), (seed, chosen)
        assert not oracle.repeated_ids(out) - oracle.repeated_ids(data), (seed, chosen)
        assert untouched(data, out) <= 6 + 4 * len(chosen), (seed, chosen)
    return done


def untouched(data: bytes, out: bytes) -> int:
    """How many paragraphs have other bytes."""
    changed = 0
    before, after = Package(data), Package(out)
    for story in before.stories:
        old, new = before.part(story.member), after.part(story.member)
        there = Counter(new[one.start : one.end] for one in index(new).paragraphs)
        changed += sum((Counter(old[one.start : one.end] for one in index(old).paragraphs) - there).values())
    return changed


@pytest.mark.parametrize("seed", range(40))
def test_rare_structures_come_back_as_they_were(seed: int) -> None:
    round_trip(seed)
    resolution(seed)


# 524: a note with a text box whose reference was moved away. 589: a soft hyphen as a character and as an element.
@pytest.mark.parametrize("seed", [*range(40), 524, 589])
def test_rare_structures_compare_exactly(seed: int) -> None:
    comparison(seed)


def test_the_judge_sees_soft_hyphens_alike_however_they_are_written() -> None:
    as_element = word_files.document("<w:p><w:r><w:t>ab</w:t><w:softHyphen/><w:t>c</w:t></w:r></w:p>")
    as_character = word_files.document("<w:p><w:r><w:t>ab\u00adc</w:t></w:r></w:p>")
    assert seen(as_element, accept=True).body == seen(as_character, accept=True).body == ("ab\u00adc",)


def test_the_judge_sees_the_boxes_of_a_note_only_where_its_reference_stands() -> None:
    box = "<w:r><w:pict><w:txbxContent><w:p><w:r><w:t>box</w:t></w:r></w:p></w:txbxContent></w:pict></w:r>"
    notes = word_files.story("footnotes", f'<w:footnote w:id="2"><w:p>{box}</w:p></w:footnote>')
    reference = '<w:del w:id="1" w:author="A"><w:r><w:footnoteReference w:id="2"/></w:r></w:del>'
    data = word_files.document(f"<w:p>{reference}</w:p>", footnotes=notes)
    assert seen(data, accept=False).boxes == (("box",),)
    assert seen(data, accept=True).boxes == ()


def test_rare_structures_are_edited_soundly() -> None:
    assert sum(edits(seed) for seed in range(45, 60)) > 25


@pytest.mark.long
@pytest.mark.parametrize("first", range(40, 640, 100))
def test_many_rare_structures(first: int) -> None:
    for seed in range(first, first + 100):
        round_trip(seed)
        resolution(seed)
        comparison(seed)
        edits(seed)
