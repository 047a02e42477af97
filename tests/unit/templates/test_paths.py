"""Paths lead to one value each, and what they name twice or not at all is refused."""

import pytest

from pactoria_desktop.templates.faults import UnknownPathError
from pactoria_desktop.templates.paths import keys_of, nested, paths_of
from tests.unit.templates.test_table import DEFINITION


def test_every_path_of_a_definition_leads_somewhere_else() -> None:
    paths = paths_of(DEFINITION, {"works": 3})
    keys = {keys_of(path, DEFINITION) for path in paths}
    assert len(keys) == len(paths) == 15
    assert keys_of("works.3.maker.name", DEFINITION) == ("works", 2, "maker", "name")


@pytest.mark.parametrize(
    "path",
    ["", "nobody", "fee.x", "client.email", "client.name.x", "works", "works.1", "works.0.title", "works.01.title",
     "works.101.title", "works.١.title", "works.1.title.x", "works.1.maker.hat", "law.words", "law.clause.x", "Fee"],
)  # fmt: skip
def test_a_path_that_names_nothing_is_refused(path: str) -> None:
    with pytest.raises(UnknownPathError):
        keys_of(path, DEFINITION)


def test_values_by_their_paths_become_what_is_read() -> None:
    given = {"client.name": "A", "works.2.maker.name": "B", "fee": "£1", "law.clause": "x"}
    assert nested(given, DEFINITION) == {
        "client": {"name": "A"}, "works": [{}, {"maker": {"name": "B"}}], "fee": "£1", "law": {"clause": "x"},
    }  # fmt: skip


@pytest.mark.parametrize("given", [("client", "client.name"), ("client.name", "client"), ("law.clause", "law")])
def test_a_value_beside_its_own_part_is_refused(given: tuple[str, str]) -> None:
    with pytest.raises(UnknownPathError, match="beside what it is a part of"):
        nested(dict.fromkeys(given, "x"), DEFINITION)
