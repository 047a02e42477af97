"""What was open comes back: contracts, caret, scroll, docks; what cannot be written is said and not lost."""

from pathlib import Path

import pytest
from PySide6.QtCore import Qt

from pactoria_desktop.runtime.errors import DiskFullError
from pactoria_desktop.ui.library.start_page import ContinueCard
from pactoria_desktop.ui.theme.look import Look
from tests.end_to_end.desk import CONTROL, SHIFT, desk
from tests.samples import SAMPLES

SERVICES, NDA = SAMPLES / "services-agreement.docx", SAMPLES / "mutual-nda.docx"


def test_closing_and_opening_again_brings_back_tabs_caret_scroll_and_docks(look: Look, tmp_path: Path) -> None:
    with desk(tmp_path, look) as at:
        at.drop(NDA)
        at.opened()
        at.drop(SERVICES)
        at.wait(lambda: len(at.bench.tabs) == 2, "the second contract")
        at.opened()
        at.go_to_words("Force majeure")
        at.tab.view.set_zoom(1.2)
        at.bench.panels.contents_dock.hide()
        at.settled()
        caret, top = at.tab.view.commands.caret, at.tab.view.editor.verticalScrollBar().value()
        front, keys = at.tab.key, at.window.documents.open_keys()
    with desk(tmp_path, look) as at:
        at.wait(lambda: len(at.bench.tabs) == 2, "both contracts")
        at.opened()
        assert at.tab.key == front
        assert set(at.window.documents.open_keys()) == set(keys)
        assert at.tab.view.commands.caret == caret
        assert at.tab.view.zoom == pytest.approx(1.2)
        assert abs(at.tab.view.editor.verticalScrollBar().value() - top) < 60
        assert at.bench.panels.contents_dock.isHidden()
        assert not at.bench.panels.review_dock.isHidden()


def test_a_window_that_goes_before_its_contract_is_there_again_has_not_forgotten_it(look: Look, tmp_path: Path) -> None:
    with desk(tmp_path, look) as at:
        at.drop(SERVICES)
        at.opened()
        at.settled()
    with desk(tmp_path, look) as at:
        assert not at.bench.tabs
        at.bench.opening.keep_session()
    with desk(tmp_path, look) as at:
        at.wait(lambda: at.bench.tabs, "the contract")


def test_switching_tabs_switches_every_panel(look: Look, tmp_path: Path) -> None:
    with desk(tmp_path, look) as at:
        at.drop(SAMPLES / "services-agreement-from-corvane.docx")
        at.opened()
        at.drop(NDA)
        at.wait(lambda: len(at.bench.tabs) == 2, "the second contract")
        at.opened()
        panels = at.bench.panels
        nda = [row.title for row in panels.outline.list.rows()]
        assert panels.changes.rows() == ()
        at.press(Qt.Key.Key_Tab, CONTROL)
        at.settled()
        assert panels.changes.rows() != ()
        assert [row.title for row in panels.outline.list.rows()] != nda
        assert "Force majeure" in [row.title for row in panels.outline.list.rows()]


def test_a_comparison_has_the_window_to_itself(look: Look, tmp_path: Path) -> None:
    with desk(tmp_path, look) as at:
        at.drop(SERVICES)
        tab = at.opened()
        at.bench.comparing.with_file(tab, SAMPLES / "services-agreement-from-corvane.docx")
        at.wait(lambda: at.bench.comparisons, "the comparison")
        at.settled()
        assert not at.window.panels_shown()
        assert at.bench.current() is None
        at.bench.opening.close_contract(next(iter(at.bench.comparisons)))
        at.settled()
        assert at.window.panels_shown()
        assert at.bench.current() is tab


def test_a_full_disk_is_said_and_nothing_typed_is_lost(
    look: Look, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with desk(tmp_path, look) as at:
        at.drop(SERVICES)
        tab = at.opened()
        write, full = tab.opened._journal._write, [True]

        def refuse(group: object) -> None:
            if full[0]:
                raise DiskFullError("The disk is full. Nothing was lost; make room on it.")
            write(group)  # type: ignore[arg-type]

        monkeypatch.setattr(tab.opened._journal, "_write", refuse)
        tab.view.setFocus()
        at.type("kept words ")
        document = at.window.documents.document(tab.key)
        assert document is not None
        at.wait(lambda: "disk is full" in document.banner.sentence, "the sentence")
        assert "safe here" in document.banner.sentence
        assert tab.opened.unsaved
        at.bench.opening.close_contract(tab.key)
        at.rest(0.3)
        assert tab.key in at.bench.tabs, "the contract was closed over edits that are nowhere on the disk"
        at.bench.questions.decision = lambda *a: False  # type: ignore[method-assign]
        at.window.close()
        assert at.window.isVisible(), "the window was closed over edits that are nowhere on the disk"
        full[0] = False
        at.click_words(document.banner, "Try again")
        at.wait(lambda: not tab.opened.unsaved, "the writing")
        at.wait(lambda: "kept again" in document.banner.sentence, "the good news")
        key = tab.key
    with desk(tmp_path, look) as at:
        at.wait(lambda: key in at.bench.tabs, "the contract")
        at.opened()
        assert "kept words " in at.text()


def test_words_are_found_by_the_search_while_their_contract_is_open(look: Look, tmp_path: Path) -> None:
    with desk(tmp_path, look) as at:
        at.drop(SERVICES)
        tab = at.opened()
        assert at.bench.service.search("halcyon", 5) == []
        tab.view.setFocus()
        at.type("halcyon days ")
        at.wait(lambda: at.bench.service.search("halcyon", 5), "the words in the search")
        assert at.bench.service.search("halcyon", 5)[0]["id"] == tab.key


def test_the_start_page_says_where_i_was_and_what_is_open(look: Look, tmp_path: Path) -> None:
    with desk(tmp_path, look) as at:
        at.drop(SAMPLES / "services-agreement-from-corvane.docx")
        tab = at.opened()
        tab.review()
        at.wait(lambda: tab.reviewed is not None and not tab.reviewing, "the review")
        at.go_to_words("total liability in any Contract")
        high = [row for row in tab.finding_rows() if row.severity == "high"]
        at.settled()
        at.bench.deeds.decide(tab, high[0].id, "dismissed: known")
        at.settled()
        at.bench.opening.close_contract(tab.key)
        at.settled()
        at.window.show_place("start")
        at.settled()
        (card,) = at.bench.shelves.start.findChildren(ContinueCard)
        assert card.contract.place == "Clause 11.2"
        assert card.contract.high == len(high) - 1 > 0


def test_the_banner_leads_to_what_the_sender_did_not_mark(look: Look, tmp_path: Path) -> None:
    with desk(tmp_path, look) as at:
        at.drop(SERVICES)
        tab = at.opened()
        at.bench.exchange.receive_file(tab, SAMPLES / "services-agreement-from-corvane.docx")
        at.wait(lambda: len(tab.change_rows()) > 20, "their changes")
        at.settled()
        document = at.window.documents.document(tab.key)
        assert document is not None
        at.click_words(document.banner, "Compare")
        at.wait(lambda: at.bench.comparisons, "the comparison")
        at.settled()
        screen = at.bench.comparison()
        assert screen is not None
        unmarked = [pair for pair in screen.sides.pairs() if pair.unmarked]
        assert [pair.number for pair in unmarked] == ["9.2"]
        assert screen.counts() == ("13 changes", "1 not marked by the sender")
        first = screen.list.rows()[0]
        assert (first.number, first.icon) == ("9.2", "eye")
        assert screen.sides.current() == unmarked[0].id == screen.list.current_key()
        at.press(Qt.Key.Key_F8, SHIFT)
        assert screen.list.current_key() == screen.sides.current() != unmarked[0].id
        assert [row.key for row in screen.list.rows()].index(screen.sides.current()) > 0
        assert at.errors == []
