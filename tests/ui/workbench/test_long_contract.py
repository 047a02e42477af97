"""A long contract opens where it was left, takes keys at once, and is whole a moment later."""

from pathlib import Path

from PySide6.QtTest import QTest

from pactoria_desktop.replica.changes import Place
from pactoria_desktop.ui.theme.look import Look
from tests.bench.test_start import ID, stored
from tests.end_to_end.desk import desk, stall_limit
from tests.ui.editor.readback import check


def test_a_long_contract_comes_back_where_it_was_left_and_takes_keys_before_it_is_whole(
    look: Look, tmp_path: Path
) -> None:
    stored(tmp_path, 120, 400)
    with desk(tmp_path, look) as at:
        at.bench.opening.open_contract(ID)
        tab = at.opened()
        assert tab.view.view.whole
        slot = tab.opened.replica.slots()[30]
        tab.view.editor.show_position(tab.view.view.positions.position(Place(slot, 700)) or 0)
        at.settled()
        top, place = tab.view.editor.verticalScrollBar().value(), tab.view.session()["place"]
        assert place
    with desk(tmp_path, look) as at:
        at.wait(lambda: ID in at.bench.tabs, "the contract")
        tab = at.bench.tabs[ID]
        assert not tab.view.view.whole
        assert tab.view.commands.caret == Place(slot, 700)
        for letter in "witness":
            QTest.keyClick(tab.view.editor, letter)
        assert not tab.view.view.whole, "the keys waited for the rest"
        assert tab.view.session()["place"] == place
        at.opened()
        assert tab.view.view.whole
        assert tab.view.commands.caret == Place(slot, 707)
        assert "".join(text for text, _ in tab.opened.replica.spans(slot))[700:707] == "witness"
        assert abs(tab.view.editor.verticalScrollBar().value() - top) < 60
        assert len(tab.overview.headings) == 120 if tab.overview is not None else False
        check(tab.view, tab.opened.replica)
        assert at.errors == []
        assert max(at.watch.stalls, default=0) <= stall_limit(), at.watch.stalls
