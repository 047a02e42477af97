"""Files of clauses: what is written is read again, and what is wrong is said by file, clause and field."""

import json

import pytest

from pactoria_desktop.templates.clause_files import ClauseFileError, read_clauses, write_clauses
from tests.unit.templates.desk import CLAUSES

GOOD = """
- id: house-audit
  title: No
  category: audit
  variants:
    - id: first
      title: Usual
      standing: preferred
      paragraphs:
        - {level: 0, heading: true, text: Audit}
        - text: "**“Auditor”** means 2026-12-01."
"""


def test_what_is_written_is_read_again() -> None:
    assert read_clauses(write_clauses(CLAUSES), "all.yaml") == CLAUSES
    assert read_clauses(write_clauses(CLAUSES, "json"), "all.json") == CLAUSES


def test_words_stay_words() -> None:
    (clause,) = read_clauses(GOOD.encode(), "house.yaml")
    assert (clause.title, clause.variants[0].paragraphs[0].heading) == ("No", True)
    assert clause.variants[0].paragraphs[1].level == 1


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("id: house-audit", "id: house audit", "clause house audit: id: "),
        ("title: Usual", "title: ''", "clause house-audit: variants / first / title: "),
        ("standing: preferred", "standing: best", "variants / first / standing: "),
        ("standing: preferred", "standing: fallback", "no variant is the preferred one"),
        ("level: 0", "level: 7", "variants / first / paragraphs / 1 / level: "),
        ("text: Audit", "text: Audit, words: 3", "paragraphs / 1 / words: "),
        ("**“Auditor”**", "**“Auditor”", "paragraphs / 2: two stars"),
        ("level: 0, heading: true, text: Audit", "level: 0, text: ' '", "paragraphs / 1: it has no words"),
        ("- text: ", "- level: 3\n          text: ", "paragraphs / 2: its level is more than one deeper"),
        ("  title: No\n", "  title: No\n  title: Yes\n", "'title' twice"),
        ("  title: No\n", "  title: &a No\n  notice: *a\n", "alias in line"),
        ("- id: house-audit", "id: house-audit", "well-formed|not a list"),
        ("  category: audit\n", "", "clause house-audit: category: "),
        ("category: audit", "category: [audit]", "category: "),
        ("title: No", "title: [No", "well-formed YAML in line"),
    ],
)
def test_a_mistake_is_said_with_file_clause_and_field(old: str, new: str, words: str) -> None:
    assert old in GOOD
    with pytest.raises(ClauseFileError, match=words) as caught:
        read_clauses(GOOD.replace(old, new, 1).encode(), "house.yaml")
    assert caught.value.sentence.startswith("house.yaml")


def test_all_faults_are_kept_and_a_doubled_id_is_one() -> None:
    with pytest.raises(ClauseFileError) as caught:
        read_clauses((GOOD + GOOD).encode(), "house.yaml")
    assert caught.value.faults == ("house.yaml, clause house-audit: id: clause 1 has it already.",)
    with pytest.raises(ClauseFileError) as caught:
        read_clauses((GOOD.replace("Usual", "''") + GOOD.replace("preferred", "x")).encode(), "house.yaml")
    assert len(caught.value.faults) == 2


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"[]",
        b"\xff\xfe\x00",
        b"- " * 5_000,
        b"[" * 100_000,
        b"- 1\n" * 5_001,
        b"a: &a [x]\nb: [*a, *a]",
        b"!!python/object/apply:os.system ['true']",
        b"- !!python/object/new:os.system [x]",
        b"? [a]\n: b",
        b"x" * (4 * 1024 * 1024 + 1),
        b"- {id: a, id: b}",
        b"--- 1\n--- 2",
    ],
)  # fmt: skip
def test_hostile_files_are_refused_in_one_sentence(data: bytes) -> None:
    for name in ("house.yaml", "house.json"):
        with pytest.raises(ClauseFileError) as caught:
            read_clauses(data, name)
        assert caught.value.sentence.startswith("house.")
        assert "\n" not in caught.value.sentence


def test_a_number_without_end_in_json_is_refused() -> None:
    data = json.dumps([{"id": "a"}]).replace('"a"', "9" * 5_000).encode()
    with pytest.raises(ClauseFileError, match="too long"):
        read_clauses(data, "house.json")
