"""A draft that comes back while somebody works on the contract: nothing is refused and nothing is lost."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from pactoria_desktop.contract.accepted import accepted
from pactoria_desktop.documents.package import Package
from pactoria_desktop.documents.reader import read
from pactoria_desktop.services.opened import OpenContract
from pactoria_desktop.ui.theme.look import Look
from pactoria_desktop.ui.workbench import exchange
from tests.end_to_end.desk import Desk, desk
from tests.samples import SAMPLES, sample_package

SENT, RETURNED = SAMPLES / "services-agreement.docx", SAMPLES / "services-agreement-from-corvane.docx"


@pytest.fixture
def at(look: Look, tmp_path: Path) -> Iterator[Desk]:
    with desk(tmp_path / "home", look) as found:
        yield found


def edit_before_each_join(monkeypatch: pytest.MonkeyPatch, at: Desk, times: int) -> list[str]:
    """Before the first joins another edit is made, as by keys or by an update that came; gives what was typed."""
    typed: list[str] = []
    joining = OpenContract.join

    def join(self: OpenContract, found, name, **how) -> None:
        if len(typed) < times:
            typed.append(f"Typed{len(typed)}. ")
            at.tab.view.commands.type(typed[-1])
        joining(self, found, name, **how)

    monkeypatch.setattr(OpenContract, "join", join)
    return typed


@pytest.mark.parametrize("times", [1, 2])
def test_what_is_typed_while_a_draft_is_read_stays_and_the_draft_joins(
    at: Desk, monkeypatch: pytest.MonkeyPatch, times: int
) -> None:
    at.drop(SENT)
    tab = at.opened()
    tab.view.setFocus()
    typed = edit_before_each_join(monkeypatch, at, times)
    before = at.text()
    at.bench.exchange.receive_file(tab, RETURNED)
    at.wait(lambda: len(tab.change_rows()) > 20, "their changes")
    at.settled()
    assert at.errors == []
    assert len(typed) == times
    words = "".join(typed)
    assert at.text().replace(words, "") == accepted(read(sample_package(RETURNED.name))).text
    assert words in at.text()
    assert at.bench.registry.run("edit.undo")
    at.settled()
    assert at.text().replace(words, "") == before


def test_a_text_that_changes_at_every_reading_is_refused_in_a_sentence(
    at: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    at.drop(SENT)
    tab = at.opened()
    tab.view.setFocus()
    typed = edit_before_each_join(monkeypatch, at, 99)
    before = at.text()
    at.bench.exchange.receive_file(tab, RETURNED)
    at.wait(lambda: at.errors, "the sentence")
    assert "has changed since the received draft was read" in str(at.errors.pop())
    assert len(typed) == exchange.MOST_READINGS
    assert at.text().replace("".join(typed), "") == before
    at.type("Still here. ")
    assert "Still here." in at.text()


def test_a_draft_that_comes_during_a_large_deed_joins_after_it(at: Desk) -> None:
    at.drop(SENT)
    tab = at.opened()
    deed = iter(range(3))
    done: list[int] = []

    def slowly() -> Iterator[int]:
        for number in deed:
            done.append(number)
            yield number

    frozen_after: list[int] = []
    freeze = tab.opened.freeze
    tab.opened.freeze = lambda: (frozen_after.append(len(done)), freeze())[1]  # type: ignore[method-assign]
    tab.view.commands.turns._running = iter(slowly())
    at.bench.exchange.receive_file(tab, RETURNED)
    assert frozen_after == []
    tab.view.commands.turns.finish()
    at.wait(lambda: len(tab.change_rows()) > 20, "their changes")
    at.settled()
    assert frozen_after[0] == 3
    assert at.errors == []


def test_exports_stand_on_the_draft_while_it_is_joined_and_on_the_file_before_once_that_is_undone(at: Desk) -> None:
    at.drop(SENT)
    tab = at.opened()
    opened = tab.opened

    def base() -> str:
        return opened.package(opened.replica.text()).sha256

    first = base()
    at.bench.exchange.receive_file(tab, RETURNED)
    at.wait(lambda: len(tab.change_rows()) > 20, "their changes")
    assert base() == sample_package(RETURNED.name).sha256
    at.settled()
    assert base() == sample_package(RETURNED.name).sha256
    assert at.bench.registry.run("edit.undo")
    at.settled()
    assert base() == first
    data = opened.export(opened.freeze(), "redline")
    assert Package(data).part("word/document.xml") == sample_package(SENT.name).part("word/document.xml")
    assert at.bench.registry.run("edit.redo")
    at.settled()
    assert base() == sample_package(RETURNED.name).sha256
    assert accepted(read(Package(opened.export(opened.freeze(), "redline")))).text == at.text()
