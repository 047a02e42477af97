"""Fields are found again in what others give back, never in the wrong place; a new value marks no more than it must."""

import random
from collections import Counter
from collections.abc import Callable
from functools import cache

import pytest

from pactoria_desktop.contract.accepted import accepted, rejected
from pactoria_desktop.contract.text import ContractText
from pactoria_desktop.contract.words import words_of
from pactoria_desktop.documents.package import Package
from pactoria_desktop.documents.reader import read
from pactoria_desktop.replica.identity import Identity
from pactoria_desktop.replica.replica import Replica
from pactoria_desktop.runtime.clock import SystemClock
from pactoria_desktop.services.edits import apply_operations
from pactoria_desktop.services.filling import Template, fill
from pactoria_desktop.services.operations import ReplaceOperation
from pactoria_desktop.templates.binding import How, Link, Standing, bind, link_of
from pactoria_desktop.templates.changing import change_of, edits_between, linked_anew
from pactoria_desktop.templates.fields import fields_of
from pactoria_desktop.templates.source import read_source
from pactoria_desktop.templates.writing import template_package
from tests.unit.templates.marking_up import marked_up

HEAD = """---
id: linked
title: Linked
category: test
variables:
  - {kind: party, id: client, label: Client, parts: [address]}
  - {kind: money, id: fee, label: Fee}
  - {kind: period, id: term, label: Term, written: words_and_figures}
  - {kind: date, id: starts, label: Start}
---
"""
SENTENCES = (
    "The Supplier sends {{client.name}} an invoice for {{fee}} at the end of the month.",
    "Unless {{client.name}} says otherwise, the work lasts {{term}} from {{starts}}.",
    "A reminder goes out after {{term}}, and interest is due from then.",
    "What is said of £12,500 and of thirty (30) days here is no field at all.",
    "For each further month the price of {{fee}} rises with the index of that year.",
    "Notices for {{client.name}} go to {{client.address}} by courier.",
    "The parties keep what they learn of each other secret, before {{starts}} and after it.",
    "Nothing in this clause limits what the law does not allow to be limited.",
)
VALUES = {"client": {"name": "Halden Marine Ltd", "address": "14 Quayside Row, Bristol"}, "fee": "£12,500",
          "term": "30 days", "starts": "2026-12-01"}  # fmt: skip


@cache
def contract() -> bytes:
    """Forty paragraphs and a table, each with a token of its own."""
    lines = [f"2 §{number:02} {SENTENCES[number % len(SENTENCES)]}" for number in range(40)]
    lines.insert(20, "1 §90 Second clause")
    lines += [
        "T §80 What | §81 How much",
        *(f"T §{82 + 2 * row} Step {row} | §{83 + 2 * row} {{{{fee}}}} each" for row in range(4)),
    ]
    source = HEAD + "1 §91 First clause\n" + "\n".join(lines) + "\n"
    template = Template("linked", template_package(read_source(source.encode(), "linked.txt")))
    return fill(template, VALUES, SystemClock()).data


def text_of(data: bytes) -> ContractText:
    return read(Package(data, "contract.docx"))


@cache
def link() -> Link:
    return link_of(text_of(contract()), "linked")


def token_at(text: ContractText, start: int) -> str:
    view = accepted(text)
    line = view.line(view.paragraph_at(start))
    return next((word for word in line.split() if word.startswith("§")), "")


@cache
def places() -> frozenset[tuple[str, str]]:
    text = text_of(contract())
    return frozenset((one.path, token_at(text, one.start)) for one in fields_of(text))


def check(seed: int) -> Counter[str]:
    """One marked-up copy; gives how many places were found, how many of those there are, and how many wrongly."""
    made, data = marked_up(contract(), seed)
    text = text_of(data)
    found: Counter[str] = Counter()
    alive = places() - made.gone
    seen: set[tuple[str, str]] = set()
    for one in bind(text, link()):
        if one.how in (How.LOST, How.STRUCK):
            continue
        place = (one.path, token_at(text, one.start))
        as_it_was = one.how is not How.CHANGED and accepted(text).text[one.start : one.end] == one.wanted
        if place not in alive or as_it_was is (place in made.changed):
            found["wrong"] += 1
        else:
            seen.add(place)
    there = {one for one in alive if one not in made.changed or one in seen}
    found["there"], found["found"] = len(there), len(seen & there)
    return found


def test_every_field_of_a_filled_contract_is_linked() -> None:
    assert Counter(one.path for one in link().places) == Counter(path for path, _ in places())
    assert {one.how for one in bind(text_of(contract()), link())} == {How.BOUND}
    assert Link.model_validate_json(link().model_dump_json()) == link()


def run(seeds: range) -> tuple[float, Counter[str]]:
    total: Counter[str] = Counter()
    for seed in seeds:
        total += check(seed)
    return total["found"] / total["there"], total


def test_fields_are_found_again_in_marked_up_copies_and_none_wrongly() -> None:
    share, total = run(range(40))
    assert total["wrong"] == 0
    assert share >= 0.97, total


@pytest.mark.long
def test_fields_are_found_again_in_many_marked_up_copies(figure: Callable[..., None]) -> None:
    share, total = run(range(100, 700))
    figure("fields found again in 600 marked-up copies, %", round(share * 100, 2), "≥ 97")
    figure("of them bound wrongly", total["wrong"], "0")
    assert total["wrong"] == 0
    assert share >= 0.97


NEW = {"client.name": "Halden Ocean Systems Ltd", "fee": "£14,750", "term": "forty-five (45) days",
       "starts": "15 January 2027", "client.address": "2 Harbour Street, Bristol"}  # fmt: skip


def changed(text: ContractText, standings: tuple[Standing, ...], path: str, tracked: bool = True) -> ContractText:
    change = change_of(standings, path, NEW[path])
    replica = Replica.create(text, identity=Identity("Me"), clock=SystemClock())
    try:
        replica.suggesting = tracked
        operations = [ReplaceOperation(one.start, one.end, one.text) for one in change.edits]
        return apply_operations(replica, text, operations).text
    finally:
        replica.close()


@pytest.mark.parametrize("path", sorted(NEW))
def test_a_new_value_stands_everywhere_as_tracked_changes_and_stays_bound(path: str) -> None:
    text = text_of(contract())
    standings = bind(text, link())
    after = changed(text, standings, path)
    assert rejected(after).text == rejected(text).text
    count = sum(one.path == path for one in link().places)
    wanted = accepted(text).text
    for one in sorted(standings, key=lambda each: -each.start):
        if one.path == path:
            wanted = wanted[: one.start] + NEW[path] + wanted[one.end :]
    assert accepted(after).text == wanted
    again = bind(after, linked_anew(link(), path, NEW[path]))
    assert Counter(one.how for one in again if one.path == path) == {How.BOUND: count}
    assert {one.how for one in again} == {How.BOUND}


@pytest.mark.parametrize("path", sorted(NEW))
def test_a_new_value_without_tracking_stays_bound(path: str) -> None:
    text = text_of(contract())
    after = changed(text, bind(text, link()), path, tracked=False)
    assert not after.revisions
    assert {one.how for one in bind(after, linked_anew(link(), path, NEW[path]))} == {How.BOUND}


@pytest.mark.parametrize("seed", range(6))
def test_a_new_value_goes_into_a_marked_up_copy_where_nobody_else_changed_it(seed: int) -> None:
    made, data = marked_up(contract(), seed + 1_000)
    text = text_of(data)
    standings = bind(text, link())
    after = changed(text, standings, "fee")
    now = {one.start: one for one in bind(after, linked_anew(link(), "fee", NEW["fee"])) if one.path == "fee"}
    shown = sum(one.path == "fee" and one.shows_it for one in standings)
    assert sum(one.words == NEW["fee"] for one in now.values()) == shown
    questions = change_of(standings, "fee", NEW["fee"]).questions
    assert len(questions) == sum(one.path == "fee" and one.how is How.CHANGED for one in standings)
    assert made.changed or not questions


def test_a_new_value_marks_no_more_than_it_must() -> None:
    """Against the smallest word-by-word difference, by the textbook's table."""
    chance = random.Random(3)
    marks = least = 0
    values = [
        "30 days", "45 days", "£12,500", "£12,500.50", "thirty (30) days", "forty-five (45) days", "1 December 2026",
        "15 January 2027", "Halden Marine Ltd", "Halden Ocean Systems Ltd", "14 Quayside Row, Bristol",
    ]  # fmt: skip
    for _ in range(300):
        old, new = chance.choice(values), chance.choice(values)
        edits = edits_between(0, old, new)
        made = old
        for one in sorted(edits, key=lambda each: -each.start):
            made = made[: one.start] + one.text + made[one.end :]
        assert made == new
        marks += sum(one.end - one.start + len(one.text) for one in edits)
        least += smallest(words_of(old), words_of(new))
    assert marks <= 1.05 * least


def smallest(old: list[str], new: list[str]) -> int:
    """The fewest characters struck and written that make one list of words of the other."""
    row = [0]
    for word in new:
        row.append(row[-1] + len(word))
    for one in old:
        before, row = row, [row[0] + len(one)]
        for place, other in enumerate(new):
            same = before[place] if one == other else before[place] + len(one) + len(other)
            row.append(min(same, before[place + 1] + len(one), row[-1] + len(other)))
    return row[-1]
