"""A long contract is shown where it was left before the rest is built; the page is the text at the end all the same."""

import random

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QInputMethodEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from pactoria_desktop.replica.ahead import read_ahead
from pactoria_desktop.replica.changes import Place, Stretch
from pactoria_desktop.replica.identity import Identity
from pactoria_desktop.replica.replica import Replica
from pactoria_desktop.ui.editor import renewal, turns, view
from tests.bench.contracts import contract
from tests.ui.editor.readback import check
from tests.ui.editor.samples import Desk, FixedClock
from tests.ui.editor.test_view_follows import do

LEFT = {"zoom": 1.0, "place": "Clause 7.3", "caret": ["s16", 900], "anchor": ["s16", 900], "top": ["s16", 700]}


@pytest.fixture
def slowly(monkeypatch):
    """A few screens count as long, and every turn builds one piece only."""
    monkeypatch.setattr(view, "AT_ONCE_UNITS", 40_000)
    monkeypatch.setattr(view, "ROUND_UNITS", 4_000)
    monkeypatch.setattr(renewal, "TURN_SECONDS", 0.0)
    monkeypatch.setattr(turns, "FIRST_TURN_SECONDS", 0.0)
    monkeypatch.setattr(turns, "TURN_SECONDS", 0.0)


@pytest.fixture(scope="module")
def stored() -> bytes:
    made = Replica.create(contract(60, changes=120, comments=20, tables=6), identity=Identity("x"), clock=FixedClock())
    return made.snapshot()


class Copy:
    """What ``Desk`` makes its replica of."""

    def __init__(self, stored: bytes) -> None:
        self.snapshot = lambda: stored


@pytest.fixture
def desk(look, slowly, stored):
    made = Desk(look, copy=Copy(stored), session=LEFT)
    made.view.show()
    made.view.restore(LEFT)
    QApplication.processEvents()
    yield made
    made.close()


def make(desk: Desk, steps: int = 10_000) -> None:
    """So many turns of the building; without a number all of it."""
    for _ in range(steps):
        if desk.view.view.whole:
            break
        desk.editor.renewal._make()
    if steps == 10_000:
        desk.editor.turns.finish()


def top_of(desk: Desk) -> tuple[Place | None, int]:
    line = desk.editor.top_line()
    return desk.view.view.positions.place(line.position()), desk.editor.cursorRect(line).top()


def test_the_caret_stands_where_it_was_left_before_the_rest_is_built(desk):
    assert not desk.view.view.whole
    assert len(desk.view.view.positions) < len(desk.replica.slots()) / 2
    assert desk.commands.caret == Place("s16", 900)
    line, _ = top_of(desk)
    assert line is not None
    assert line.slot == "s16"
    assert abs(line.offset - 700) < 100
    assert not desk.view.view.whole, "asking for the caret built all of it"


def test_the_page_stays_where_it_is_when_the_rest_has_come(desk):
    before, caret = top_of(desk), desk.editor.cursorRect()
    desk.view.complete()
    make(desk)
    assert desk.view.view.whole
    assert not desk.editor.renewal.covered
    assert top_of(desk) == before
    assert desk.editor.cursorRect() == caret
    assert desk.commands.caret == Place("s16", 900)
    check(desk.view, desk.replica)


def test_what_is_typed_meanwhile_is_shown_at_once_and_stays(desk):
    desk.view.complete()
    for number, letter in enumerate("hereupon"):
        QTest.keyClick(desk.editor, letter)
        assert not desk.view.view.whole, "a key waited for the rest"
        words = "".join(text for text, _ in desk.replica.spans("s16"))
        assert words[900 : 901 + number] == "hereupon"[: number + 1]
        shown = desk.view.view.document.toPlainText()
        assert "hereupon"[: number + 1] in shown
        make(desk, 2)
    caret = desk.commands.caret
    make(desk)
    assert desk.commands.caret == caret == Place("s16", 908)
    check(desk.view, desk.replica)


@pytest.mark.parametrize("seed", range(12))
def test_random_deeds_while_the_rest_is_built_leave_the_page_equal_to_the_text(look, slowly, stored, seed):
    dice = random.Random(seed)
    desk = Desk(look, copy=Copy(stored), session=LEFT if seed % 3 else {})
    try:
        desk.view.show()
        desk.view.restore(LEFT if seed % 3 else {})
        if seed % 2:
            desk.replica.take_ahead(read_ahead(stored, (), FixedClock()))
        desk.view.complete()
        for _ in range(5):
            make(desk, dice.randrange(12))
            if dice.random() < 0.4:
                slot = dice.choice(desk.replica.slots())
                desk.replica.insert(Place(slot, 0), "from elsewhere ")
            else:
                do(desk, dice)
        make(desk)
        assert desk.view.view.whole
        check(desk.view, desk.replica)
    finally:
        desk.close()


def test_numbers_are_pending_until_they_are_known_and_then_right(look, desk, stored):
    place = Place("s16", 900)
    assert desk.view.label_at(place) == ""
    assert desk.view.session()["place"] == LEFT["place"], "what the library remembers was overwritten by nothing"
    desk.view.complete()
    make(desk)
    whole = Desk(look, copy=Copy(stored))
    assert desk.view.label_at(place) == whole.view.label_at(place) != ""
    whole.close()


def test_numbers_at_the_beginning_are_right_at_once(look, slowly, stored):
    whole, desk = Desk(look, copy=Copy(stored)), Desk(look, copy=Copy(stored), session={})
    assert not desk.view.view.whole
    first = desk.replica.slots()[0]
    assert desk.view.numbers.labels(first) == whole.view.numbers.labels(first)
    whole.close()
    desk.close()


def test_findings_and_whatever_waits_for_the_whole_text_come_with_it(desk):
    done = []
    far = Stretch(desk.replica.slots()[-1], 3, 20)
    desk.view.show_findings([("one", [far], "high", False)])
    desk.view.when_whole(lambda: done.append(desk.view.show_finding("one")))
    QApplication.processEvents()
    assert not done
    desk.view.complete()
    make(desk)
    QTest.qWait(1)
    assert done == [True]
    assert desk.commands.selection == (far,)


@pytest.mark.parametrize(
    "deed",
    [
        lambda desk: desk.view.go_to(Stretch(desk.replica.slots()[-1], 2, 9)),
        lambda desk: desk.view.find_bar.look_for("liable"),
        lambda desk: desk.editor.selectAll(),
        lambda desk: QTest.keyClick(desk.editor, Qt.Key.Key_End, Qt.KeyboardModifier.ControlModifier),
        lambda desk: QTest.keyClick(desk.editor, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier),
        lambda desk: desk.replica.move_section(desk.replica.slots()[-1], desk.replica.slots()[0]),
        lambda desk: desk.commands.next_change(),
    ],
)
def test_what_needs_the_whole_text_has_it(desk, deed):
    deed(desk)
    assert desk.view.view.whole
    check(desk.view, desk.replica)


def test_a_finder_finds_all_that_a_whole_page_has(look, desk, stored):
    whole = Desk(look, copy=Copy(stored))
    for each in (desk, whole):
        each.view.find_bar.look_for("liable")
        each.view.find_bar.finish()
    assert desk.view.find_bar.count == whole.view.find_bar.count > 5
    whole.close()


@pytest.mark.parametrize(("key", "at_end"), [(Qt.Key.Key_Delete, True), (Qt.Key.Key_Backspace, False)])
def test_the_edge_of_the_first_sight_is_no_edge_of_the_text(look, desk, stored, key, at_end):
    slots = [slot for slot in desk.view.view.positions.slots if slot and not desk.view.view.in_table(slot)]
    slot = slots[-1 if at_end else 0]
    whole = Desk(look, copy=Copy(stored))
    for each in (desk, whole):
        each.place_caret(slot, each.replica.length(slot) - 1 if at_end else 0)
        QTest.keyClick(each.editor, key)
    assert desk.replica.text().sections == whole.replica.text().sections
    check(desk.view, desk.replica)
    whole.close()


def test_another_zoom_meanwhile_ends_in_the_whole_text(desk):
    desk.view.complete()
    make(desk, 3)
    desk.view.set_zoom(1.3)
    make(desk)
    desk.editor.turns.finish()
    assert desk.view.view.whole
    check(desk.view, desk.replica)


def test_the_page_is_not_changed_under_a_selection_that_is_drawn_or_words_that_are_composed(desk):
    desk.view.complete()
    QTest.mousePress(desk.editor.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(200, 200))
    for _ in range(200):
        desk.editor.renewal._make()
    assert not desk.view.view.whole
    QApplication.sendEvent(desk.editor, QInputMethodEvent("ni", []))
    QTest.mouseRelease(desk.editor.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(200, 200))
    for _ in range(200):
        desk.editor.renewal._make()
    assert not desk.view.view.whole
    committed = QInputMethodEvent()
    committed.setCommitString("你")
    QApplication.sendEvent(desk.editor, committed)
    make(desk)
    assert desk.view.view.whole
    check(desk.view, desk.replica)


def test_what_is_kept_while_a_picture_stands_in_is_where_the_page_was(desk):
    before = desk.view.session()["top"]
    desk.view.complete()
    covered = False
    while not (desk.view.view.whole and not desk.editor.turns.busy):
        if desk.editor.renewal._making is not None:
            desk.editor.renewal._make()
        else:
            desk.editor.turns._turn(0.0)
        covered = covered or desk.editor.renewal.covered
        assert desk.view.session()["top"] == before
    assert covered


def test_the_picture_that_stands_in_shows_the_page(desk):
    page = desk.editor.viewport()
    before = page.grab().toImage()
    desk.editor.renewal._cover(1.0)
    assert page.grab().toImage() == before
    desk.editor.renewal._uncover()
