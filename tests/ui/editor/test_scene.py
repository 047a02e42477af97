"""What is painted beside the words: air between changes, terms, marks of comments in a narrow window."""

from itertools import pairwise

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QTextCursor
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from pactoria_desktop.contract.text import ContractText, Revision, TextSection
from pactoria_desktop.replica.changes import Place, Stretch
from pactoria_desktop.ui.editor.following import Following
from pactoria_desktop.ui.editor.scene import AIR, comment_anchors
from pactoria_desktop.ui.editor.writing import Edited
from tests.bench.contracts import contract
from tests.ui.editor.readback import check, text_of
from tests.ui.editor.samples import Desk, material, paragraph, sample, words


@pytest.fixture
def desk(look):
    spans = ("pay ", words("sixty", **{"del:d": {"d": 0}}), words("ninety", **{"ins:i": {"d": 0}}), " days")
    revisions = {
        name: Revision(name, kind, "Dele Okafor", "2026-11-01T10:00:00Z")
        for name, kind in (("d", "deletion"), ("i", "insertion"))
    }
    text = ContractText((TextSection("a", (paragraph(*spans), paragraph("plain"))),), revisions, (), material())
    made = Desk(look, text)
    made.view.show()
    yield made
    check(made.view, made.replica)
    made.close()


def test_air_stands_between_a_deletion_and_the_insertion_it_touches_and_no_word_moves(desk):
    before = []
    for at in (4, 9, 15):
        cursor = QTextCursor(desk.editor.document())
        cursor.setPosition(desk.view.view.positions.position(Place("a", at)))
        before.append(desk.editor.cursorRect(cursor).left())
    (struck, left), (added, right) = desk.editor.scene(0, 400)[0].runs
    assert struck.struck
    assert added.inserted
    assert right[0].left - left[-1].right == pytest.approx(AIR)
    assert left[0].left == pytest.approx(before[0], abs=1)
    assert right[-1].right == pytest.approx(before[2], abs=1)
    assert (left[-1].right + right[0].left) / 2 == pytest.approx(before[1], abs=1)


def test_followed_stretches_are_found_and_moved_among_many(desk):
    following = Following()
    following.replace((str(n), Stretch("a", n * 10, n * 10 + (300 if n == 3 else 4))) for n in range(1000))
    assert [one.id for one in following.within("a", 300, 315)] == ["3", "30", "31"]
    following.edited(Edited("a", 305, 0, 500))
    assert [one.id for one in following.within("a", 790, 806)] == ["3"]
    assert [one.id for one in following.within("a", 806, 811)] == ["3", "31"]
    assert [one.id for one in following.within("a", 300, 304)] == ["3", "30"]
    for one, other in pairwise(following.of("31") + following.of("32")):
        assert other.start - one.start == 10


@pytest.fixture
def narrow(look):
    made = Desk(look, sample())
    made.view.resize(700, 700)
    made.view.show()
    QApplication.processEvents()
    yield made
    check(made.view, made.replica)
    made.close()


def mark_of_comment(desk: Desk) -> QPoint:
    viewport = desk.editor.viewport()
    ((_, line),) = comment_anchors(desk.editor.scene(0, viewport.height()))
    return QPoint(viewport.width() - 4, round(line.baseline) - 5)


def test_a_mark_of_the_folded_lane_opens_its_card_and_escape_puts_it_away(narrow):
    viewport, popup = narrow.editor.viewport(), narrow.view.folded_card
    assert not narrow.view.lane.isVisible()
    QTest.mouseClick(viewport, Qt.MouseButton.LeftButton, pos=mark_of_comment(narrow) - QPoint(0, 60))
    assert not popup.isVisible()
    QTest.mouseClick(viewport, Qt.MouseButton.LeftButton, pos=mark_of_comment(narrow))
    assert popup.isVisible()
    assert popup.card is not None
    assert "Is this right?" in popup.card.accessibleName()
    assert narrow.view.rect().contains(popup.geometry())
    popup.card.take_draft("It is not.", focused=False)
    popup.card._send()
    assert narrow.replica.comments[-1].text == "It is not."
    assert len(popup.card.thread_shown.notes) == 3, "the card shows the answer"
    QTest.keyClick(popup.card, Qt.Key.Key_Escape)
    assert not popup.isVisible()


def test_the_comment_at_the_caret_opens_by_key_in_a_narrow_window_and_a_wide_one(narrow):
    refused = []
    narrow.view.refused.connect(refused.append)
    narrow.place_caret("s0", 2)
    assert not narrow.view.open_comment_here()
    assert refused == ["There is no comment at the caret."]
    narrow.place_caret("s1", text_of(narrow.replica, "s1").index(" here") + 2)
    assert narrow.view.open_comment_here()
    assert narrow.view.folded_card.isVisible()
    narrow.place_caret("s0", 2)
    assert not narrow.view.folded_card.isVisible(), "the caret went elsewhere"
    narrow.view.resize(1000, 700)
    QApplication.processEvents()
    narrow.place_caret("s1", text_of(narrow.replica, "s1").index(" here") + 2)
    assert narrow.view.open_comment_here()
    assert not narrow.view.folded_card.isVisible()
    assert list(narrow.view.lane.cards) == ["c1"]


def test_a_card_over_the_page_goes_when_its_comment_is_settled_or_the_window_grows(narrow):
    popup = narrow.view.folded_card
    QTest.mouseClick(narrow.editor.viewport(), Qt.MouseButton.LeftButton, pos=mark_of_comment(narrow))
    assert popup.card is not None
    popup.card.resolve_wanted.emit("c1", True)
    assert popup.card is not None
    assert "resolved" in popup.card.accessibleName()
    narrow.view.resize(1000, 700)
    assert not popup.isVisible()


def test_a_long_page_that_is_left_at_its_top_is_kept_as_being_there(look):
    desk = Desk(look, contract(60))
    desk.view.show()
    QApplication.processEvents()
    assert desk.view.session()["top"] == [desk.replica.slots()[0], 0]
    desk.close()
