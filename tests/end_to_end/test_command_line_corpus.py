"""The corpus of Word files: read or refused in a sentence, and edited with nothing else touched.

All files: ``pytest -m long tests/end_to_end/test_command_line_corpus.py``, or, with the refusals by sentence,
``python -m tests.end_to_end.corpus_runs``.
"""

import random
from collections.abc import Callable

import pytest

from tests.end_to_end import corpus_runs

SAMPLE, SEED = 45, 20261122
EDITS, OPERATIONS = 3, 2_000


@pytest.fixture
def paths() -> list[corpus_runs.Path]:
    """The files of the corpus."""
    found = corpus_runs.word_files()
    if not found:
        pytest.skip("the Word corpus is missing: there is no ../shared/data/word (set PACTORIA_CORPUS)")
    return found


def test_a_sample_of_the_corpus_is_read_and_edited_without_a_fault(paths: list[corpus_runs.Path]) -> None:
    chosen = random.Random(SEED).sample(paths, min(SAMPLE, len(paths)))
    report = corpus_runs.run(chosen, edits=1, seed=SEED)
    assert report.problems == []
    assert report.edits >= 0.6 * report.opened


@pytest.mark.long
def test_the_whole_corpus_is_read_and_edited_without_a_fault(
    paths: list[corpus_runs.Path], figure: Callable[..., None]
) -> None:
    report = corpus_runs.run(paths, edits=EDITS, seed=SEED)
    figure("files of the corpus opened or refused in a sentence", report.files, "all")
    figure("random edits of the corpus, and their operations", f"{report.edits}, {report.operations}", "≥ 2,000")
    figure("of them at fault", len(report.problems), "0")
    assert report.problems == []
    assert report.operations >= OPERATIONS
