"""What clauses cost: reading a contract of 300 pages for them, adapting one to it, ranking 300 passages (30 ms)."""

import random

from pytest_benchmark.fixture import BenchmarkFixture

from pactoria_desktop.contract.accepted import accepted
from pactoria_desktop.templates.adapting import adapt, read_contract
from pactoria_desktop.templates.precedents import precedents
from tests.bench.contracts import contract
from tests.unit.templates.desk import SYNONYMS, clause_named
from tests.unit.templates.test_precedents import LIBRARY, Candidate, changed


def test_three_hundred_passages(benchmark: BenchmarkFixture) -> None:
    chance = random.Random(1)
    many = [Candidate(f"c{n}", "T", changed(chance.choice(LIBRARY).text, chance, 0.2)) for n in range(300)]
    found = benchmark(lambda: precedents(LIBRARY[0].text, many))
    print("budget: 30 ms")
    assert found


def test_adapting_to_three_hundred_pages(benchmark: BenchmarkFixture) -> None:
    text = contract()
    view = accepted(text)
    after = view.paragraphs[len(view.paragraphs) // 2].id
    variant, title = clause_named("cap-on-liability")
    reading = read_contract(text, SYNONYMS, view)
    found = benchmark(lambda: adapt(variant, title, reading, after))
    assert found.paragraphs


def test_reading_three_hundred_pages(benchmark: BenchmarkFixture) -> None:
    text = contract()
    view = accepted(text)
    assert benchmark(lambda: read_contract(text, SYNONYMS, view)).rows
