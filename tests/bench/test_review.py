"""What the offline review costs, beside its budgets (BUDGETS.md): 30 pages 200 ms, one edit 20 ms, the model 5 MB.

The text is made here: about 88,000 characters in paragraphs of ordinary length. Whole reviews, playbook included.
"""

from datetime import date

import pytest
from pytest_benchmark.fixture import BenchmarkFixture

from pactoria_desktop.contract.segmentation import ReviewedText
from pactoria_desktop.review.engine import ReviewCache, review
from pactoria_desktop.review.model import load_model
from pactoria_desktop.review.playbook_rules import shipped_playbook
from pactoria_desktop.review.text import plain_text
from pactoria_desktop.runtime.resources import resource
from tests.unit.review.planting import planted

TODAY = date(2026, 1, 15)
THIRTY_PAGES = 88_000


@pytest.fixture(scope="module")
def thirty_pages() -> ReviewedText:
    parts: list[str] = []
    while sum(map(len, parts)) < THIRTY_PAGES:
        parts.append(planted("placeholder", len(parts)).faulty)
    return plain_text("\n\n".join(parts)[:THIRTY_PAGES])


def test_thirty_pages(benchmark: BenchmarkFixture, thirty_pages: ReviewedText) -> None:
    model, playbook = load_model(), shipped_playbook("mutual-nda")
    result = benchmark(lambda: review(thirty_pages, playbook, today=TODAY, cache=ReviewCache(clause_model=model)))
    print("budget: 200 ms")
    assert result.findings


def test_one_edit(benchmark: BenchmarkFixture, thirty_pages: ReviewedText) -> None:
    cache, playbook = ReviewCache(clause_model=load_model()), shipped_playbook("mutual-nda")
    review(thirty_pages, playbook, today=TODAY, cache=cache)
    place = thirty_pages.paragraphs[len(thirty_pages.paragraphs) // 2].end
    edits = iter(range(1, 10_000))

    def edited() -> ReviewedText:
        words = f" Item {next(edits)} is added by hand."
        return plain_text(thirty_pages.text[:place] + words + thirty_pages.text[place:])

    result = benchmark.pedantic(
        lambda text: review(text, playbook, today=TODAY, cache=cache), setup=lambda: ((edited(),), {}), rounds=10
    )
    print("budget: 20 ms")
    assert result.findings


def test_the_model_is_small(benchmark: BenchmarkFixture) -> None:
    size = sum(len(resource("clause_model", name).read_bytes()) for name in ("model.npz", "model.json"))
    benchmark(load_model)
    print(f"model: {size:,} bytes, budget: 5,000,000")
    assert size <= 5_000_000
