"""Large deeds go on in turns: the page is the text at the end, nothing typed meanwhile is lost, each is one step."""

import pytest
from PySide6.QtCore import QMimeData, Qt, QUrl
from PySide6.QtTest import QTest

from pactoria_desktop.contract.suggesting import is_struck
from pactoria_desktop.replica.changes import Place
from pactoria_desktop.replica.resolving import Selection
from pactoria_desktop.ui.editor import turns
from tests.bench.contracts import contract
from tests.ui.editor.readback import check
from tests.ui.editor.samples import Desk


@pytest.fixture
def desk(look, monkeypatch):
    """A contract of many sections, at which every turn does one thing only."""
    monkeypatch.setattr(turns, "FIRST_TURN_SECONDS", 0.0)
    monkeypatch.setattr(turns, "TURN_SECONDS", 0.0)
    made = Desk(look, contract(12, changes=60, tables=2))
    yield made
    made.close()


def whole(desk: Desk) -> str:
    return "".join(text for slot in desk.replica.slots() for text, _ in desk.replica.spans(slot))


def turn(desk: Desk) -> None:
    desk.editor.turns._turn(0.0)


def test_keys_pressed_meanwhile_come_after_it_in_order(desk):
    desk.editor.show_caret(3)
    desk.editor.selectAll()
    desk.view.commands.bold()
    assert desk.editor.turns.busy
    turn(desk)
    for key in "xyz":
        QTest.keyClick(desk.editor, key)
    assert "xyz" not in whole(desk)
    desk.editor.turns.finish()
    check(desk.view, desk.replica)
    assert "xyz" in whole(desk)


@pytest.mark.parametrize("accept", [True, False])
def test_all_changes_are_resolved_in_turns_and_one_undo_brings_them_back(desk, accept):
    before = desk.replica.text().sections
    (desk.view.commands.accept_all if accept else desk.view.commands.reject_all)()
    assert desk.editor.turns.busy
    while desk.editor.turns.busy:
        turn(desk)
        check(desk.view, desk.replica)
    assert not any(
        key.startswith(("ins:", "del:"))
        for slot in desk.replica.slots()
        for _, marks in desk.replica.spans(slot)
        for key in marks
    )
    resolved = desk.replica.text().sections
    for deed, then in ((desk.view.commands.undo, before), (desk.view.commands.redo, resolved)):
        deed()
        assert desk.editor.turns.busy
        while desk.editor.turns.busy:
            turn(desk)
            check(desk.view, desk.replica)
        assert desk.replica.text().sections == then


@pytest.mark.parametrize("suggesting", [True, False])
@pytest.mark.parametrize("words", ["", "instead"])
def test_everything_is_deleted_in_turns_and_what_is_typed_over_it_is_the_same_step(desk, suggesting, words):
    desk.editor.turns.finish()
    desk.replica.suggesting = suggesting
    before = desk.replica.text().sections
    desk.editor.selectAll()
    if words:
        desk.view.commands.type(words)
    else:
        QTest.keyClick(desk.editor, Qt.Key.Key_Delete)
    assert desk.editor.turns.busy
    QTest.keyClick(desk.editor, "x")
    seen = 0
    while desk.editor.turns.busy:
        turn(desk)
        check(desk.view, desk.replica)
        seen += 1
    assert seen > 5
    live = [text for slot in desk.replica.slots() for text, marks in desk.replica.spans(slot) if not is_struck(marks)]
    assert "".join(live).strip("\n") == words + "x"
    desk.view.commands.bursts.end()
    for _ in ("x", "the rest"):
        desk.view.commands.undo()
        desk.editor.turns.finish()
    check(desk.view, desk.replica)
    assert desk.replica.text().sections == before
    assert not desk.replica.can_undo


def test_a_new_zoom_comes_in_turns_even_when_somebody_types_meanwhile(desk):
    desk.editor.turns.finish()
    desk.view.set_zoom(1.4)
    assert desk.editor.turns.busy
    turn(desk)
    desk.replica.insert(Place(desk.replica.slots()[0], 0), "meanwhile ")
    check(desk.view, desk.replica)
    desk.editor.turns.finish()
    check(desk.view, desk.replica)
    assert desk.view.view.document.toPlainText().startswith("meanwhile ")


def test_a_dropped_file_is_not_for_the_page_but_words_and_links_are(desk):
    desk.editor.turns.finish()
    files, words, link = QMimeData(), QMimeData(), QMimeData()
    files.setUrls([QUrl.fromLocalFile("/a/lease.docx")])
    files.setText("/a/lease.docx")
    words.setText("words")
    link.setUrls([QUrl("https://example.org")])
    link.setText("https://example.org")
    assert not desk.editor.canInsertFromMimeData(files)
    assert desk.editor.canInsertFromMimeData(words)
    assert desk.editor.canInsertFromMimeData(link)


def test_the_page_shows_the_text_as_it_will_be_and_as_it_was_and_comes_back(look):
    desk = Desk(look, contract(2, changes=12))
    desk.view.show()
    for shown, deed in (("final", "accept"), ("original", "reject")):
        copy = Desk(look, me="Other", peer=8, copy=desk.replica)
        getattr(copy.replica, deed)(Selection())
        desk.view.set_shown(shown)
        assert not desk.editor.isVisible()
        there = desk.view.focusProxy()
        there.editor.turns.finish()
        assert there.view.document.toPlainText() == copy.view.view.document.toPlainText()
        assert there.editor.isReadOnly()
        copy.close()
    desk.view.set_shown("changes")
    assert desk.editor.isVisible()
    assert desk.view.focusProxy() is desk.editor
    check(desk.view, desk.replica)
    desk.close()
