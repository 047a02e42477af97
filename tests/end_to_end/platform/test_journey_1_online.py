"""Journey 1, step 8: online again, a colleague edited 9.2 and 11 meanwhile; the real window at a real platform."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from pactoria_desktop.contract.accepted import accepted
from pactoria_desktop.documents.package import Package
from pactoria_desktop.documents.reader import read
from pactoria_desktop.documents.tracked import TrackedChanges
from pactoria_desktop.services.together import Together
from pactoria_desktop.services.versions import verified
from pactoria_desktop.ui.theme.look import Look
from tests.end_to_end.desk import CONTROL, Desk, desk
from tests.end_to_end.platform.benches import NoKeyring, OpenHere, bench, browsing
from tests.end_to_end.platform.team import DELE, INES, Team
from tests.samples import SAMPLES
from tests.ui.conftest import _delete_what_was_closed, _shared_look, look
from tests.ui.screenshots import pictures, settle

__all__ = ["_delete_what_was_closed", "_shared_look", "look"]

ALT = Qt.KeyboardModifier.AltModifier
RENEWS = (
    "It then renews for periods of twelve (12) months unless either party gives at least ninety (90) days’ notice "
    "before the end of the current period."
)


@pytest.fixture
def at(look: Look, tmp_path: Path, team: Team) -> Iterator[Desk]:
    """Ines's window, signed in by keyboard on the account's page."""
    with desk(tmp_path / "home", look) as found:
        service = found.bench.service
        found.bench.together = Together(service, keyring=NoKeyring(), open_browser=browsing(INES))
        found.wait(lambda: found.bench.account.together is found.bench.together, "the account's place")
        assert found.bench.registry.run("account.sign_in")
        place = found.bench.account.place
        assert place is not None
        found.wait(place.sign_in.address.hasFocus, "the focus in the address")
        found.type(team.platform.address)
        found.press(Qt.Key.Key_Return)
        found.wait(lambda: place.signed_in, "the sign-in")
        found.settled()
        yield found


def put_in_the_organization(at: Desk, team: Team) -> str:
    """Drop the sample, open the sharing dialog by its key, and put the contract in."""
    at.drop(SAMPLES / "services-agreement.docx")
    contract = at.opened().key
    at.window.activateWindow()
    QTest.keyClick(QApplication.focusWidget() or at.window, Qt.Key.Key_S, CONTROL | ALT)
    dialog = at.bench.account.dialog
    assert dialog is not None
    at.wait(lambda: dialog.homes.isVisible(), "the organizations")
    dialog.primary.click()
    at.wait(lambda: dialog.everybody.isVisible(), "who reaches it")
    dialog.accept()
    at.settled()
    return contract


def suggest(colleague: OpenHere, old: str, new: str) -> None:
    """Suggest other words, as a tracked change."""

    def doing() -> None:
        colleague.opened.replica.suggesting = True

    colleague.on(doing)
    colleague.replace(old, new)


def test_online_again_one_sentence_is_asked_about_and_everything_else_has_come_together(
    at: Desk, team: Team, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pactoria_desktop.sync.texts.APART_SECONDS", 0)
    contract = put_in_the_organization(at, team)
    with bench(tmp_path / "dele", DELE) as colleague:
        colleague.sign_in(team.platform.address)
        at.wait(lambda: colleague.fetched(contract), "the contract at the colleague's")
        colleague.together.pause()
        at.bench.together.pause()
        at.settled()

        theirs = OpenHere(colleague, contract)
        theirs.replace(RENEWS, RENEWS.replace("twelve (12) months", "six (6) months"))
        suggest(
            theirs,
            "Nothing in this Agreement limits a party’s liability for death",
            "Nothing in this Agreement limits either party’s liability for death",
        )
        theirs.close()

        at.go_to_words("ninety (90) days")
        at.type("thirty (30) days")
        if not at.tab.opened.replica.suggesting:
            at.bench.registry.run("contract.suggesting")
        at.go_to_words("one hundred and fifty per cent")
        at.type("two hundred per cent")
        at.settled()
        assert at.bench.account.indicator is not None
        pictures(at.window, at.bench.look, "journey-1-offline")

        colleague.together.resume()
        colleague.together.sync_now()
        at.bench.together.resume()
        at.wait(lambda: at.bench.apart.count(contract) == 1, "the question")
        at.settled()
        settle()
        pictures(at.window, at.bench.look, "journey-1-question")
        overview = at.tab.overview
        assert overview is not None
        assert {each.author for each in overview.changes} == {INES.name, DELE.name}
        assert "either party’s liability for death" in at.text()
        assert "two hundred per cent" in at.text()

        assert at.bench.registry.run("contract.questions")
        dialog = at.bench.apart.dialog
        assert dialog is not None
        assert dialog.question.clause == "9"
        assert {"".join(piece.words for piece in side.sentence if not piece.struck)
                for side in (dialog.question.ours, dialog.question.theirs)} == {
            RENEWS.replace("ninety (90) days", "thirty (30) days"), RENEWS.replace("twelve (12)", "six (6)")
        }  # fmt: skip
        QTest.keyClick(dialog, Qt.Key.Key_Return)
        at.settled()
        assert RENEWS.replace("ninety (90) days", "thirty (30) days") in at.text()
        assert at.bench.apart.count(contract) == 0
        at.wait(lambda: at.bench.account.standings.now.status.waiting == 0, "the sync")

        def same() -> bool:
            colleague.together.sync_now()
            return colleague.words(contract) == at.text()

        at.wait(same, "the same text at the colleague's")
        frozen = at.tab.opened.freeze()
        mine, other = at.tab.opened.export(frozen, "redline"), colleague.text(contract)
        for data in (mine, other):
            package = Package(data, "export.docx")
            assert {each.author for each in TrackedChanges(package).revisions} == {INES.name, DELE.name}
        assert accepted(read(Package(mine, "a.docx"))) == accepted(read(Package(other, "b.docx")))
        assert verified(at.bench.service, contract).wrong == ()
        assert colleague.service.verify(contract)["problems"] == []
        assert colleague.together.syncing().open_questions() == 0
        assert colleague.refusals == []
    assert at.errors == []
