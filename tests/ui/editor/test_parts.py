"""The parts of the page: positions, pieces of tables, stretches that follow, numbers, searching, cards, session."""

import random
import re
from itertools import pairwise

import pytest
from PySide6.QtWidgets import QApplication

from pactoria_desktop.contract.text import HIDDEN, CommentNote
from pactoria_desktop.replica.changes import CellNode, Place, RowNode, Stretch, TableNode
from pactoria_desktop.ui.editor.cards import threads_of
from pactoria_desktop.ui.editor.following import Following
from pactoria_desktop.ui.editor.pieces import MOST_CELLS, TablePiece, pieces_of
from pactoria_desktop.ui.editor.positions import BLANK, Positions, ShownSlot
from pactoria_desktop.ui.editor.searching import Query, hits_in
from pactoria_desktop.ui.editor.words import between, cleaned, copied
from pactoria_desktop.ui.editor.writing import Edited, units
from tests.ui.editor.readback import check, slots_of, text_of
from tests.ui.editor.samples import LETTERS, Desk, sample


@pytest.mark.parametrize("seed", range(20))
def test_positions_are_the_sums_whatever_grows_comes_and_goes(seed):
    dice = random.Random(seed)
    positions, plain = Positions(), []
    for number in range(200):
        deed = dice.random()
        if deed < 0.2 or not plain:
            at = dice.randint(0, len(plain))
            made = [ShownSlot(f"s{number}.{one}", dice.randint(0, 1), dice.randint(1, 9)) for one in range(3)]
            positions.insert(at, made)
            plain[at:at] = [[one.slot, one.lead, one.length] for one in made]
        elif deed < 0.3:
            at = dice.randrange(len(plain))
            count = min(dice.randint(1, 3), len(plain) - at)
            positions.remove(at, count)
            del plain[at : at + count]
        else:
            at = dice.randrange(len(plain))
            by = dice.randint(1 - plain[at][2], 5)
            positions.grow(at, by)
            plain[at][2] += by
        start = 0
        for index, (slot, lead, length) in enumerate(plain):
            assert positions.start(index) == start
            assert positions.position(Place(slot, length - 1)) == start + lead + length - 1
            for position in range(start, start + lead + length):
                assert positions.entry_at(position) == index
            start += lead + length
        assert positions.total == start


def test_a_stretch_over_slots_leaves_leads_and_blanks_out():
    positions = Positions()
    positions.insert(0, [ShownSlot("a", 0, 5), ShownSlot("b", 1, 3), ShownSlot(BLANK, 0, 1), ShownSlot("c", 0, 4)])
    assert positions.stretches(3, 12) == (Stretch("a", 3, 5), Stretch("b", 0, 3), Stretch("c", 0, 2))
    assert positions.stretches(4, 4) == ()


def wild_table(dice: random.Random) -> TableNode:
    """A table as a hostile or broken file may have it: gaps, overlaps, ragged rows, wild spans."""
    columns = dice.choice((1, 3, 6, 40))
    rows = []
    for row in range(dice.randint(1, 60)):
        cells, column = [], dice.choice((0, 0, 0, 1))
        for number in range(dice.randint(0, 7)):
            span = dice.choice((1, 1, 1, 2, 5))
            height = dice.choice((1, 1, 1, 1, 3, 50))
            cells.append(CellNode(f"{row}.{number}", column, span, height))
            column += span + dice.choice((0, 0, 0, 1))
            if column >= columns:
                break
        rows.append(RowNode(f"r{row}", tuple(cells), {}))
    return TableNode("t", "main", tuple(rows), columns, ())


@pytest.mark.parametrize("seed", range(60))
def test_every_place_of_a_pieces_grid_is_covered_once(seed):
    for piece in pieces_of([wild_table(random.Random(seed))]):
        assert isinstance(piece, TablePiece)
        shape = piece.shape
        covered = [
            (row, column)
            for cell in shape.cells
            for row in range(cell.row, cell.row + cell.rows)
            for column in range(cell.column, cell.column + cell.columns)
        ]
        assert sorted(covered) == [(row, column) for row in range(shape.rows) for column in range(len(shape.shares))]
        assert [(cell.row, cell.column) for cell in shape.cells] == sorted((c.row, c.column) for c in shape.cells)
        assert sum(shape.shares) == pytest.approx(100, abs=0.1)


def test_cuts_stay_where_they_are_when_a_row_comes():
    def table(ids: list[str]) -> TableNode:
        rows = (RowNode(one, tuple(CellNode(f"{one}.{c}", c, 1, 1) for c in range(3)), {}) for one in ids)
        return TableNode("t", "main", tuple(rows), 3, ())

    ids = [f"row {number}" for number in range(500)]
    before = [piece.slots for piece in pieces_of([table(ids)])]
    ids.insert(250, "new")
    after = [piece.slots for piece in pieces_of([table(ids)])]
    assert len(set(after) - set(before)) <= 2
    assert all(len(slots) <= MOST_CELLS for slots in after)


@pytest.mark.parametrize("seed", range(30))
def test_followed_stretches_keep_their_words_until_they_are_touched(seed):
    dice = random.Random(seed)
    text = [f"{number}," for number in range(60)]
    following = Following()
    stretches = {}
    for number in range(12):
        start = dice.randrange(50)
        stretches[f"f{number}"] = Stretch("s", start, start + dice.randint(1, 8))
    following.replace(stretches.items())
    original = {name: text[one.start : one.end] for name, one in stretches.items()}
    for step in range(40):
        offset = dice.randint(0, len(text))
        removed = dice.randint(0, min(4, len(text) - offset)) if dice.random() < 0.4 else 0
        added = [f"new {step} {one}" for one in range(dice.randint(0, 3))]
        text[offset : offset + removed] = added
        if removed:
            following.edited(Edited("s", offset, removed, 0))
        following.edited(Edited("s", offset, 0, len(added)))
        for name, words in original.items():
            (one,) = following.of(name)
            assert 0 <= one.start <= one.end <= len(text)
            if not one.touched:
                assert text[one.start : one.end] == words


@pytest.mark.parametrize("seed", range(20))
def test_hits_are_the_words_looked_for_whatever_is_hidden_between(seed):
    dice = random.Random(seed)
    text = "".join(dice.choice([*LETTERS, HIDDEN, "Fee", "fee"]) for _ in range(300))
    pattern = Query("fee", match_case=bool(seed % 2)).pattern()
    coded = text.encode("utf-16-le")
    hits = hits_in("s", [(text, {})], pattern)
    for hit in hits:
        words = coded[hit.start * 2 : hit.end * 2].decode("utf-16-le").replace(HIDDEN, "")
        assert words == "fee" if seed % 2 else words.lower() == "fee"
    assert len(hits) == len(re.findall("fee", text.replace(HIDDEN, ""), 0 if seed % 2 else re.I))


def test_whole_words_and_quotes_are_found_as_people_write_them():
    assert [
        hit.start for hit in hits_in("s", [("party parties party", {})], Query("party", whole_words=True).pattern())
    ] == [
        0,
        14,
    ]
    assert len(hits_in("s", [("“Fees” and don’t", {})], Query('"fees"').pattern())) == 1
    assert len(hits_in("s", [("“Fees” and don’t", {})], Query("don't").pattern())) == 1
    assert Query("").pattern() is None
    assert hits_in("s", [("a.b", {})], Query("a+b").pattern()) == []


def test_text_from_outside_is_made_fit_to_stand_in_a_contract():
    assert cleaned("a\r\nb\rc\u2029d") == "a\nb\nc\nd"
    assert cleaned("x\u2060\ufffc\x00\x07y\tz") == "xy\tz"
    assert cleaned("\ud83d") == "\ufffd"
    assert cleaned("\ufdd0\ufdd1") == ""


def test_spans_are_cut_in_utf16_units():
    spans = [("a😀b", {"x": True}), ("c\n", {})]
    assert between(spans, 1, 4) == [("😀b", {"x": True})]
    assert between(spans, 3, 6) == [("b", {"x": True}), ("c\n", {})]
    assert copied([("kept", {}), ("gone", {"del:1": {"d": 0}})]) == "kept"


def test_replies_stand_in_their_thread():
    notes = [
        CommentNote("1", None, "A", "", "x"),
        CommentNote("2", None, "B", "", "y"),
        CommentNote("3", "1", "C", "", "z"),
    ]
    threads = threads_of(notes)
    assert list(threads) == ["1", "2"]
    assert [note.id for note in threads["1"].notes] == ["1", "3"]


@pytest.fixture
def desk(look):
    made = Desk(look)
    made.view.show()
    yield made
    check(made.view, made.replica)
    made.close()


def test_numbers_follow_enter_level_style_and_struck_ends(desk):
    numbers = desk.view.numbers
    assert list(numbers.labels("s0")) == ["1.", "", "", "(a)"]
    desk.place_caret("s0", desk.replica.length("s0") - 1)
    desk.commands.enter()
    assert list(numbers.labels("s0")) == ["1.", "", "", "(a)", "(b)"]
    desk.commands.change_level(-1)
    assert list(numbers.labels("s0")) == ["1.", "", "", "(a)", "2."]
    desk.commands.undo()
    desk.commands.undo()
    assert list(numbers.labels("s0")) == ["1.", "", "", "(a)"]
    assert desk.view.label_at(Place("s0", 2)) == "1."
    desk.view.set_suggesting(True)
    desk.place_caret("s0", desk.replica.length("s0") - 1)
    desk.commands.enter()
    desk.commands.type("second")
    assert list(numbers.labels("s0"))[-2:] == ["(a)", "(b)"]


def test_findings_follow_their_words_and_go_stale_when_touched(desk):
    start = len(HIDDEN)
    desk.view.show_findings([("f", [Stretch("s1", start, start + 5)], "high", False)])
    desk.place_caret("s1", 0)
    desk.commands.type("😀 ")
    (followed,) = desk.editor.layers.findings.of("f")
    text = text_of(desk.replica, "s1").encode("utf-16-le")[followed.start * 2 : followed.end * 2].decode("utf-16-le")
    assert text == "noted"
    assert desk.view.touched_findings() == ()
    assert desk.view.show_finding("f")
    assert desk.commands.copied_text() == "noted"
    desk.place_caret("s1", followed.start + 2)
    desk.commands.type("x")
    assert desk.view.touched_findings() == ("f",)


def test_replace_all_is_one_step_and_tracked_when_suggesting(desk):
    before = {slot: text_of(desk.replica, slot) for slot in slots_of(desk.replica)}
    bar = desk.view.find_bar
    bar.open(replacing=True)
    bar.look_for("e")
    bar.finish()
    count = bar.count
    assert count == sum(text.lower().count("e") for text in before.values())
    bar.replace_with("EE")
    desk.view.set_suggesting(True)
    assert bar.replace_all() == count
    desk.editor.turns.finish()
    assert sum(text_of(desk.replica, slot).count("EE") for slot in before) == count
    check(desk.view, desk.replica)
    desk.commands.undo()
    assert {slot: text_of(desk.replica, slot) for slot in before} == before
    bar.step(1)
    assert desk.commands.copied_text().lower() in ("e", "")
    bar.leave()
    assert len(desk.editor.layers.hits) == 0


def test_replace_all_over_hundreds_of_hits_shows_what_there_is(look):
    desk = Desk(look, sample(rows=80))
    bar = desk.view.find_bar
    bar.look_for(".")
    bar.finish()
    assert bar.count > 200
    bar.replace_with("::")
    bar.replace_all()
    desk.editor.turns.finish()
    check(desk.view, desk.replica)
    assert text_of(desk.replica, "l3.1") == "3::1\n"
    desk.close()


def test_a_comment_has_a_card_that_answers_and_settles(desk):
    desk.view.resize(1000, 800)
    QApplication.processEvents()
    desk.view._lane_timer.start(0)
    QApplication.processEvents()
    (card,) = desk.view.lane.cards.values()
    assert "Dele Okafor" in card.accessibleName()
    card.take_draft("Agreed.", focused=False)
    card._send()
    assert desk.replica.comments[-1].text == "Agreed."
    card.resolve_wanted.emit("c1", True)
    assert desk.replica.comments[0].resolved
    assert desk.view.show_comment("c1")
    assert not desk.view.show_comment("nothing")


def test_cards_never_overlap_and_the_lane_folds_when_narrow(desk):
    desk.view.resize(1000, 800)
    for slot in ("s0", "s1", "g00"):
        for _ in range(2):
            desk.place_caret(slot, 2)
            desk.commands.comment("Why is this so? " * 4)
    QApplication.processEvents()
    desk.view._place_cards()
    boxes = sorted((card.geometry() for card in desk.view.lane.cards.values()), key=lambda box: box.top())
    assert len(boxes) >= 4
    for above, below in pairwise(boxes):
        assert above.bottom() < below.top()
    desk.view.resize(700, 800)
    QApplication.processEvents()
    assert not desk.view.lane.isVisible()


def test_a_session_comes_back_to_its_place(look):
    desk = Desk(look, sample(rows=60))
    desk.view.show()
    desk.place_caret("l40.1", 2)
    desk.view.set_zoom(1.3)
    session = desk.view.session()
    other = Desk(look, copy=desk.replica, peer=9)
    other.view.show()
    other.view.restore(session)
    assert other.commands.caret == Place("l40.1", 2)
    assert session["zoom"] == pytest.approx(1.3)
    check(other.view, other.replica)
    other.view.restore({"caret": ["gone", 3], "top": None})
    other.close()
    desk.close()


def test_another_theme_and_zoom_show_the_same_text_at_the_same_caret(desk, look):
    desk.place_caret("g11", 1)
    for theme in ("dark", "contrast", "light"):
        look.set_theme(theme)
        check(desk.view, desk.replica)
    desk.view.set_zoom(2.0)
    assert desk.commands.caret == Place("g11", 1)


def test_every_widget_of_the_view_that_takes_the_focus_has_a_name(desk):
    from PySide6.QtCore import Qt
    from PySide6.QtWidgets import QWidget

    desk.view.find_bar.open(replacing=True)
    desk.view._place_cards()
    for widget in desk.view.findChildren(QWidget):
        if widget.focusPolicy() != Qt.FocusPolicy.NoFocus and widget.isVisible():
            assert widget.accessibleName() or widget.objectName().startswith("qt_"), widget


def test_a_closed_view_lets_the_text_go(look):
    desk = Desk(look)
    desk.view.close_text()
    desk.replica.insert(Place("s1", 1), "x")
    assert (
        desk.view.view.positions.length(desk.view.view.positions.index("s1")) == units(text_of(desk.replica, "s1")) - 1
    )
    desk.replica.close()
