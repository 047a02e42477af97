"""Folders, tags and particulars of the contracts that are chosen in the library; what is not named stays as it is."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt, QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from pactoria_desktop.services.shelf import ContractRecord, Filter, Order
from pactoria_desktop.ui.theme.look import Look
from pactoria_desktop.ui.widgets.dialogs import AskingDialog, Ticks
from pactoria_desktop.ui.workbench.chosen import folder_paths
from tests.end_to_end.desk import Desk, desk
from tests.samples import SAMPLES


@pytest.fixture
def at(look: Look, tmp_path: Path) -> Iterator[Desk]:
    with desk(tmp_path, look) as found:
        found.drop(SAMPLES / "services-agreement.docx", SAMPLES / "mutual-nda.docx")
        found.wait(lambda: found.window.place() == "library", "the library")
        found.settled()
        yield found
        assert found.errors == []


def choose(at: Desk, *rows: int) -> None:
    at.window.show_place("library")
    table = at.bench.shelves.library.table
    at.wait(lambda: at.bench.shelves.library.contracts.rowCount() == 2, "the list")
    table.clearSelection()
    for row in rows:
        index = table.model().index(row, 0)
        table.selectionModel().select(
            index, table.selectionModel().SelectionFlag.Select | table.selectionModel().SelectionFlag.Rows
        )
    at.bench.registry.refresh()


def records(at: Desk) -> list[ContractRecord]:
    shelf = at.bench.shelves.shelf
    found = shelf.window(shelf.rows(Filter(), Order.TITLE, descending=False))
    return [each for each in found if each is not None]


def tags(at: Desk) -> list[tuple[str, ...]]:
    return sorted(each.tags for each in records(at))


def answered(at: Desk, command: str, *fields: str) -> None:
    came = at.answer(*fields)
    assert at.bench.registry.run(command)
    came()
    at.settled()


def test_tags_are_added_and_taken_while_the_others_of_each_contract_stay(at: Desk) -> None:
    choose(at, 0)
    answered(at, "library.tags", "urgent, EU")
    choose(at, 1)
    answered(at, "library.tags", "urgent")
    choose(at, 0, 1)
    seen: list[dict[str, bool | None]] = []
    ticks = at.bench.questions.ticks

    def untick(title: str, action: str, states: object, field: str) -> object:
        seen.append(dict(states))  # type: ignore[call-overload]
        return {**dict(states), "urgent": False}, "renewal"  # type: ignore[call-overload]

    at.bench.questions.ticks = untick  # type: ignore[method-assign, assignment]
    assert at.bench.registry.run("library.tags")
    at.settled()
    at.bench.questions.ticks = ticks  # type: ignore[method-assign]
    assert seen == [{"EU": None, "urgent": True}], "a tag that some bear is neither on nor off"
    assert tags(at) == [("EU", "renewal"), ("renewal",)]


def test_the_boxes_of_the_dialog_are_ticked_by_the_keyboard(at: Desk) -> None:
    choose(at, 0)
    answered(at, "library.tags", "urgent")
    choose(at, 0)

    def untick() -> None:
        dialog = QApplication.activeModalWidget()
        if isinstance(dialog, AskingDialog):
            timer.stop()
            ticks = dialog.findChild(Ticks)
            assert ticks is not None
            QTest.keyClick(ticks, Qt.Key.Key_Space)
            at.click(dialog.primary)

    timer = QTimer(at.bench)
    timer.timeout.connect(untick)
    timer.start(20)
    assert at.bench.registry.run("library.tags")
    at.settled()
    assert tags(at) == [(), ()]


def test_contracts_go_into_a_folder_that_is_there_or_new_and_out_again(at: Desk) -> None:
    shelf = at.bench.shelves.shelf
    top = shelf.make_folder("Halden Marine")
    inner = shelf.make_folder("Renewals", top)
    assert folder_paths(shelf.folders()) == [(top, "Halden Marine"), (inner, "Halden Marine › Renewals")]
    offered: list[tuple[str, str]] = []

    def answer(choice: str) -> None:
        def choose_it(title: str, explanation: str, action: str, choices: object, current: str) -> str:
            offered[:] = choices  # type: ignore[assignment, call-overload]
            return choice

        at.bench.questions.choice = choose_it  # type: ignore[method-assign, assignment]

    choose(at, 0, 1)
    answer(inner)
    assert at.bench.registry.run("library.folder")
    at.settled()
    assert [words for _, words in offered] == [
        "No folder", "Halden Marine", "Halden Marine › Renewals", "A new folder…",
    ]  # fmt: skip
    assert {one.folder for one in records(at)} == {inner}
    choose(at, 0)
    answer("+")
    at.bench.questions.words = lambda *a, **k: "Signed ones"  # type: ignore[method-assign]
    assert at.bench.registry.run("library.folder")
    at.settled()
    assert {each.name for each in shelf.folders()} == {"Halden Marine", "Renewals", "Signed ones"}
    choose(at, 0, 1)
    answer("")
    assert at.bench.registry.run("library.folder")
    at.settled()
    assert {one.folder for one in records(at)} == {None}


def test_particulars_are_shown_in_the_list_and_on_the_open_tab(at: Desk) -> None:
    choose(at, 0)
    key = at.bench.shelves.library.selected_keys()[0]
    at.bench.opening.open_contract(key)
    at.opened()
    choose(at, *[row for row in (0, 1) if at.bench.shelves.library.contracts.row_at(row).key == key])  # type: ignore[union-attr]
    answered(at, "library.details", "Freight services", "Corvane Freight")
    record = at.bench.shelves.shelf.records([key])[0]
    assert (record.title, record.counterparty, record.status) == ("Freight services", "Corvane Freight", "draft")
    assert at.bench.tabs[key].title == "Freight services"
    assert "Freight services" in at.window.documents.tabs.tabText(0)
    choose(at, 0, 1)
    assert not at.bench.registry.command("library.details").enabled()
