"""The history tells of every column that was changed, and of texts and files that are not those that were sealed."""

from collections.abc import Iterator
from dataclasses import fields

import pytest
from sqlalchemy import text

from pactoria_desktop.contract.history import Version
from pactoria_desktop.runtime.clock import SystemClock
from pactoria_desktop.services.library import LibraryService, temporary_service
from pactoria_desktop.services.sources import read_source
from pactoria_desktop.services.verifying import history_problems
from pactoria_desktop.store.texts import Texts
from tests.samples import SAMPLES
from tests.unit.services.test_opened import Page, opened

OTHER: dict[str, object] = {"direction": "received", "round": 7, "number": 9, "package_sha256": None}


@pytest.fixture
def service() -> Iterator[LibraryService]:
    with temporary_service(SystemClock(), "Ines Falk") as made:
        yield made


@pytest.fixture
def contract(service: LibraryService) -> str:
    """A contract with three versions, each of other words."""
    made = service.importer().bring_in(read_source(str(SAMPLES / "mutual-nda.docx"))).contract
    at = opened(service, made)
    page = Page(at)
    for name in ("first", "second"):
        page.type(f"{name} ")
        at.collect()
        at.flush()
        at.note_sent(at.freeze(), name.encode(), f"{name}.docx", author="somebody")
    at.close()
    assert history_problems(service.library, made, service.clock) == ()
    return made


def change(service: LibraryService, statement: str, **values: object) -> None:
    with service.library.writing() as session:
        session.connection().exec_driver_sql("PRAGMA defer_foreign_keys = ON")
        session.execute(text(statement), values)


@pytest.mark.parametrize("column", [one.name for one in fields(Version) if one.name != "contract"])
@pytest.mark.parametrize("number", [1, 2, 3])
def test_every_column_that_was_changed_is_found(
    service: LibraryService, contract: str, column: str, number: int
) -> None:
    value = OTHER.get(column, "0" * 64)
    change(
        service, f"UPDATE version SET {column} = :value WHERE contract = :contract AND number = :number",
        value=value if column != "former" or number > 1 else "1" * 64, contract=contract, number=number,
    )  # fmt: skip
    found = history_problems(service.library, contract, service.clock)
    assert found
    report = service.verify(contract)
    assert report["problems"]


@pytest.mark.parametrize("number", [1, 2])
def test_a_version_taken_out_is_found(service: LibraryService, contract: str, number: int) -> None:
    change(service, "DELETE FROM version WHERE contract = :c AND number = :n", c=contract, n=number)
    assert "missing" in {problem.kind for problem in history_problems(service.library, contract, service.clock)}


def test_a_history_taken_out_whole_is_found(service: LibraryService, contract: str) -> None:
    change(service, "DELETE FROM version WHERE contract = :c", c=contract)
    assert [problem.kind for problem in history_problems(service.library, contract, service.clock)] == ["missing"]


def test_another_text_in_the_place_of_the_sealed_one_is_found(service: LibraryService, contract: str) -> None:
    other = service.importer().bring_in(read_source(str(SAMPLES / "services-agreement.docx"))).contract
    with service.library.writing() as session:
        texts = Texts(session)
        stored = texts.open(other)
        upto = texts.last_update(contract)
        texts.save_snapshot(contract, stored.snapshot, b"{}", "00", upto=upto, at=1)  # with right hashes of its own
    found = history_problems(service.library, contract, service.clock)
    assert {problem.kind for problem in found} == {"text"}
    assert {problem.number for problem in found} == {1, 2, 3}
    assert history_problems(service.library, other, service.clock) == ()


def test_another_file_in_the_place_of_the_sent_one_is_found(service: LibraryService, contract: str) -> None:
    change(service, "UPDATE package_chunk SET content = :words WHERE content = :first", words=b"w", first=b"first")
    found = history_problems(service.library, contract, service.clock)
    assert [(problem.kind, problem.number) for problem in found] == [("file", 2)]


def test_a_damaged_text_is_a_problem_and_no_fault(service: LibraryService, contract: str) -> None:
    change(service, "UPDATE snapshot_chunk SET content = :words WHERE part = 'replica'", words=b"w")
    assert [problem.kind for problem in history_problems(service.library, contract, service.clock)] == ["text"]
