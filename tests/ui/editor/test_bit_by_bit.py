"""What is large is shown bit by bit: the page is the text at the end, and nothing goes astray on the way."""

import random
from itertools import pairwise

import pytest
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from pactoria_desktop.replica.changes import Place, Stretch
from pactoria_desktop.replica.resolving import Selection
from pactoria_desktop.ui.editor import turns, view
from tests.bench.contracts import contract
from tests.ui.editor.readback import check, expected, read_block
from tests.ui.editor.samples import Desk, exchange, sample
from tests.ui.editor.test_view_follows import do


@pytest.fixture
def slowly(monkeypatch):
    """Every turn shows one slot only."""
    monkeypatch.setattr(view, "AT_ONCE_SECONDS", 0.0)
    monkeypatch.setattr(turns, "FIRST_TURN_SECONDS", 0.0)
    monkeypatch.setattr(turns, "TURN_SECONDS", 0.0)


@pytest.fixture
def desk(look, slowly):
    made = Desk(look, contract(14, changes=80, tables=2))
    yield made
    made.close()


def shown_of(desk: Desk, slot: str) -> list[object]:
    """What the page shows of a slot now."""
    positions = desk.view.view.positions
    index = positions.index(slot)
    assert index is not None
    start = positions.text_start(index)
    block, found = desk.view.view.document.findBlock(start), []
    while block.isValid() and block.position() < start + positions.length(index):
        found.append(read_block(desk.view, block))
        block = block.next()
    return found


def test_what_is_in_sight_is_shown_first(desk):
    desk.view.show()
    last = [slot for slot in desk.replica.slots() if desk.replica.length(slot) > 500][-1]
    desk.editor.show_stretch(Stretch(last, 400, 401))
    desk.replica.accept(Selection())
    assert desk.view.view.behind
    in_sight = set(desk.editor.renewal.in_sight())
    assert last in in_sight
    for _ in in_sight:
        desk.editor.turns._turn(0.0)
    assert shown_of(desk, last) == expected(desk.replica, last)
    QTest.keyClick(desk.editor, "x")
    assert desk.view.view.behind
    desk.editor.turns.finish()
    assert not desk.view.view.behind
    check(desk.view, desk.replica)
    assert "x" in "".join(text for text, _ in desk.replica.spans(last))[399:402]


def test_findings_keep_their_words_through_undo_of_a_large_deed(desk):
    slots = [slot for slot in desk.replica.slots() if desk.replica.length(slot) > 500]

    def words(stretch) -> str:
        text = "".join(part for part, _ in desk.replica.spans(stretch.slot))
        return text[stretch.start : stretch.end]

    marked = [Stretch(slot, desk.replica.length(slot) - 40, desk.replica.length(slot) - 4) for slot in slots]
    before = [words(stretch) for stretch in marked]
    desk.view.show_findings((str(number), [stretch], "high", False) for number, stretch in enumerate(marked))
    for deed in (desk.commands.accept_all, desk.commands.undo):
        deed()
        desk.editor.turns.finish()
        followed = [desk.editor.layers.findings.of(str(number))[0] for number in range(len(marked))]
        untouched = [number for number, one in enumerate(followed) if not one.touched]
        assert len(untouched) > len(marked) // 2
        assert [words(followed[number]) for number in untouched] == [before[number] for number in untouched]


def test_commands_of_a_menu_see_the_text_as_it_is(desk):
    desk.replica.accept(Selection())
    assert desk.view.view.behind
    desk.editor.selectAll()
    assert desk.commands.selection
    assert not desk.view.view.behind
    desk.commands.undo()
    check(desk.view, desk.replica)


def test_what_arrives_while_the_page_is_built_anew_is_on_it(desk):
    slots = desk.replica.slots()
    for deed in (
        lambda: desk.replica.insert(Place(slots[0], 0), "early "),
        lambda: desk.replica.insert(Place(slots[-1], 0), "late "),
        lambda: desk.replica.move_section(slots[-1], slots[0]),
        lambda: desk.view.set_zoom(1.7),
    ):
        zoom = desk.view.zoom
        desk.view.set_zoom(zoom + 0.1)
        for _ in range(4):
            desk.editor.turns._turn(0.0)
        deed()
        desk.editor.turns.finish()
        check(desk.view, desk.replica)
    assert desk.view.zoom == 1.7
    font = desk.view.view.document.begin().begin().fragment().charFormat().font()
    assert font.pixelSize() >= round(15 * 1.7)


def test_the_line_of_the_caret_stays_where_it_is_when_the_page_grows(desk):
    desk.view.show()
    slots = [slot for slot in desk.replica.slots() if desk.replica.length(slot) > 500]
    desk.editor.show_stretch(Stretch(slots[-2], 300, 300))
    before = desk.editor.cursorRect().top()
    for zoom in (1.5, 0.8, 1.0):
        desk.view.set_zoom(zoom)
        assert desk.editor.renewal.covered
        desk.editor.turns.finish()
        assert not desk.editor.renewal.covered
        assert abs(desk.editor.cursorRect().top() - before) <= 3
        assert desk.commands.caret == Place(slots[-2], 300)


def test_qt_lays_a_long_page_out_in_small_steps(look, monkeypatch):
    desk = Desk(look, contract(60))
    desk.view.show()
    unhurried = desk.editor.renewal.unhurried
    reached = []
    step = unhurried._step

    def watched(document, last):
        step(document, last)
        reached.append(sum(1 for at in range(0, document.blockCount(), 10) if has_lines(document, at)))

    monkeypatch.setattr(unhurried, "_step", watched)
    monkeypatch.setattr("pactoria_desktop.ui.editor.unhurried.STEP_SECONDS", 0.0)
    assert not unhurried.complete
    for _ in range(2000):
        QApplication.processEvents()
        if unhurried.complete:
            break
    assert unhurried.complete
    assert len(reached) > 20
    assert max(later - earlier for earlier, later in pairwise(reached)) <= 12
    QTest.qWait(30)
    size = desk.view.view.document.documentLayout().documentSize().height()
    assert desk.editor.verticalScrollBar().maximum() >= size - desk.editor.viewport().height() - 2
    desk.close()


def has_lines(document, number: int) -> bool:
    return document.findBlockByNumber(number).layout().lineCount() > 0


@pytest.mark.parametrize("seed", [*range(900, 906), 50902])
def test_deeds_on_a_page_that_is_behind_the_text(look, slowly, seed):
    dice = random.Random(seed)
    first = Desk(look, sample(), peer=11)
    second = Desk(look, copy=first.replica, me="Dele Okafor", peer=12)
    try:
        for number in range(60):
            desk = dice.choice((first, second))
            do(desk, dice)
            if dice.random() < 0.5:
                desk.editor.turns._turn(0.0)
            if dice.random() < 0.1:
                exchange(first, second)
            if number % 5 == 4:
                for each in (first, second):
                    each.editor.turns.finish()
                    check(each.view, each.replica)
    finally:
        first.close()
        second.close()
