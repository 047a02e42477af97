"""The account in the real window, on a real library: signing in, members, sync, sharing, roles, conflicts."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from pactoria_desktop.protocol.permissions import Role
from pactoria_desktop.replica.changes import Place
from pactoria_desktop.services.accounts import Accounts
from pactoria_desktop.services.agreeing import Agreeing
from pactoria_desktop.store.accounts import Accounts as StoredAccounts
from pactoria_desktop.sync.errors import RemovalError
from pactoria_desktop.ui.account.values import SyncState
from pactoria_desktop.ui.sharing.values import Party
from pactoria_desktop.ui.theme.look import Look
from tests.end_to_end.desk import CONTROL, Desk, desk
from tests.samples import SAMPLES
from tests.ui.accessibility import faults
from tests.ui.screenshots import pictures, settle
from tests.ui.workbench.fake_together import (
    ADA,
    ME,
    ORGANIZATION,
    PETRA,
    PLATFORM,
    TOMAS,
    WHEN,
    FakeTogether,
    an_id,
)

ALT = Qt.KeyboardModifier.AltModifier


@pytest.fixture
def at(look: Look, tmp_path: Path) -> Iterator[Desk]:
    with desk(tmp_path / "home", look) as found:
        yield found


def signed_in(at: Desk, role: Role = Role.OWNER) -> FakeTogether:
    """An account in the window, with one sync behind it."""
    together = FakeTogether(at.bench.service, role)
    together.sync_now()
    give(at, together)
    at.wait(lambda: at.bench.account.standings.now.account is not None, "the account")
    at.settled()
    return together


def account_place(at: Desk, section: str = "overview"):
    at.bench.account.show_account(section)
    place = at.bench.account.place
    assert place is not None
    at.settled()
    return place


def shared_contract(at: Desk, together: FakeTogether) -> str:
    """The sample, put in the organization by the person, synced and open."""
    at.drop(SAMPLES / "services-agreement-from-corvane.docx")
    contract = at.opened().key
    seat = together.seats[0]
    with at.bench.service.library.writing() as session:
        from pactoria_desktop.sync.recording import mark_all

        StoredAccounts(session).put_home(contract, seat.number, at=at.bench.service.library.now())
        mark_all(session, contract)
    together.sync_now()
    at.bench.roles.refresh()
    at.bench.account.look()
    at.wait(lambda: at.bench.roles.standing(contract) is not None, "the role")
    at.settled()
    return contract


def seen(at: Desk, name: str) -> None:
    """Pictures of the window where they are wanted; nothing that a keyboard or a screen reader cannot use."""
    settle()
    assert faults(at.window, tuple(at.window._pane_widgets())) == []
    assert len(pictures(at.window, at.bench.look, name)) == 4


def give(at: Desk, together: FakeTogether) -> None:
    """Let the window have this account's sync, and wait until it follows it."""
    at.bench.together = together
    at.wait(lambda: at.bench.account.together is together, "the account's sync")


# Without an account


def test_without_an_account_the_window_is_as_before_with_one_quiet_place(at: Desk) -> None:
    together = FakeTogether(at.bench.service, signed_in=False)
    give(at, together)
    at.settled()
    assert at.bench.account.indicator is None
    assert at.window.status.network.isVisible()
    assert at.window.status.network.words == "Offline"
    assert at.bench.account.place is None, "the place is made when it is gone to"
    at.drop(SAMPLES / "mutual-nda.docx")
    at.opened()
    dock = at.bench.panels.review_dock
    assert [key for key in dock.page_keys() if dock.is_page_shown(key)] == ["findings", "changes", "versions"]
    action = at.bench.registry.action("contract.share")
    assert not action.isEnabled()
    assert "nobody is signed in" in action.toolTip()
    assert at.errors == []


def test_before_the_account_is_ready_its_place_says_so(at: Desk) -> None:
    button = next(one for one in at.window.rail.findChildren(type(at.window.rail._buttons["account"]))
                  if one.key == "account")  # fmt: skip
    assert not button.isEnabled()
    assert "made ready" in button.toolTip()
    give(at, FakeTogether(at.bench.service, signed_in=False))
    assert button.isEnabled()


# Signing in


def test_signing_in_in_the_browser_waits_without_holding_up_the_window(at: Desk) -> None:
    together = FakeTogether(at.bench.service, signed_in=False)
    give(at, together)
    assert at.bench.registry.run("account.sign_in")
    place = at.bench.account.place
    assert place is not None
    assert not place.signed_in
    at.wait(place.sign_in.address.hasFocus, "the focus in the address")
    at.type("pactoria.northgate.example")
    seen(at, "account-sign-in")
    place.sign_in.address.setFocus()
    at.press(Qt.Key.Key_Return)
    at.wait(lambda: together.did == ["browser pactoria.northgate.example"], "the browser")
    assert place.sign_in.page() is place.sign_in.waiting
    at.drop(SAMPLES / "mutual-nda.docx")  # work goes on meanwhile
    at.wait(lambda: at.bench.current() is not None and at.tab.overview is not None, "the contract")
    at.wait(lambda: [job.label for job in at.bench.tasks.jobs()] == ["Signing in"], "nothing but the sign-in")
    together.let_in.set()
    at.wait(lambda: place.signed_in, "the sign-in")
    at.settled()
    assert at.bench.account.indicator is not None
    assert at.bench.account.indicator.words == "Receiving"
    assert not at.window.status.network.isVisible()
    assert at.errors == []


def test_a_code_instead_and_leaving_it(at: Desk) -> None:
    together = FakeTogether(at.bench.service, signed_in=False)
    give(at, together)
    place = account_place(at, "")
    page = place.sign_in
    page.address.setText("pactoria.northgate.example")
    page.use_code.click()
    at.wait(lambda: page.page() is page.with_code, "the code")
    assert page.code.text() == "WDJB-MJHT"
    at.wait(lambda: any(job.label == "Waiting for the code" for job in at.bench.tasks.jobs()), "the wait")
    page.cancel()
    at.wait(lambda: not at.bench.tasks.jobs(), "the end of the wait")
    assert page.page() is page.form
    assert "cancel" in together.did
    assert not place.signed_in
    assert at.errors == []


def test_a_sign_in_that_the_status_bar_stops_ends_at_once(at: Desk) -> None:
    together = FakeTogether(at.bench.service, signed_in=False)
    give(at, together)
    page = account_place(at, "").sign_in
    page.address.setText("pactoria.northgate.example")
    page.sign_in()
    at.wait(lambda: together.did, "the browser")
    job = next(one for one in at.bench.tasks.jobs() if one.label == "Signing in")
    job.cancel()
    at.wait(lambda: page.page() is page.form, "the form")
    assert "cancel" in together.did


def test_closing_the_window_ends_a_sign_in(look: Look, tmp_path: Path) -> None:
    with desk(tmp_path / "home", look) as at:
        together = FakeTogether(at.bench.service, signed_in=False)
        give(at, together)
        page = account_place(at, "").sign_in
        page.address.setText("pactoria.northgate.example")
        page.sign_in()
        at.wait(lambda: together.did, "the browser")
    assert together.left


def test_signing_out_leaves_the_contracts_and_says_how_it_stands(at: Desk) -> None:
    together = signed_in(at)
    contract = shared_contract(at, together)
    place = account_place(at)
    came = at.answer(button="Sign out")
    place.overview.sign_out.click()
    came()
    at.wait(lambda: not place.signed_in, "the sign-out")
    at.settled()
    assert at.bench.account.indicator is not None
    assert at.bench.account.indicator.words == "Signed out"
    assert at.bench.tabs[contract].view.rights.value == "all"
    assert at.errors == []


# The organization


def test_members_are_read_from_the_platform_and_a_refusal_is_its_sentence(at: Desk) -> None:
    together = signed_in(at)
    place = account_place(at, "members")
    at.wait(lambda: len(place.members.list.entries()) == 4, "the members")
    assert [one.title for one in place.members.list.entries()] == [
        "Ines Falk", "Tomas Reyes", "Ada Lindqvist", "Petra Holm",
    ]  # fmt: skip
    seen(at, "account-members")
    together.platform.refuse = lambda asked: "An owner has to do this." if asked.startswith("PATCH") else ""
    place.members._on_member(ADA, "role:reviewer")
    at.wait(lambda: place.members.banner.sentence == "An owner has to do this.", "the refusal")
    together.platform.refuse = lambda asked: ""
    place.members._on_member(ADA, "role:reviewer")
    at.wait(lambda: together.platform.roles[ADA] is Role.REVIEWER, "the role")
    at.wait(lambda: "reviewer" in place.members.banner.sentence, "the sentence")


def test_an_organization_is_made_joined_and_left(at: Desk) -> None:
    together = signed_in(at)
    place = account_place(at)
    came = at.answer("Halden Chambers", button="Create")
    place.overview.create_button.click()
    came()
    at.wait(lambda: together.seat is not None and together.seat.name == "Halden Chambers", "the new one")
    at.settled()
    assert place.overview.organizations.currentText() == "Halden Chambers"
    came = at.answer(f"{PLATFORM}/join/{'A' * 43}", button="Join")
    place.overview.accept.click()
    came()
    at.wait(lambda: together.seat is not None and together.seat.name == "Halden Marine", "the one joined")
    at.wait(lambda: "Halden Marine" in place.overview.banner.sentence, "the sentence")
    place = account_place(at, "members")
    came = at.answer(button="Leave")
    place.members._on_member(ME, "leave")
    came()
    at.wait(lambda: together.seat is not None and together.seat.name == "Northgate Legal", "the other one")
    assert at.errors == []


def test_inviting_gives_a_link_and_devices_are_ended(at: Desk) -> None:
    together = signed_in(at)
    place = account_place(at, "members")
    dialog = place.members.open_invite()
    assert dialog is not None
    dialog.address.setText("mara@northgate.example")
    shown: list[str] = []
    at.bench.account.place.members._asks.show_text = lambda *words: shown.append(words[2])  # type: ignore[method-assign]
    dialog.accept()
    at.wait(lambda: shown, "the link")
    assert shown == [f"{PLATFORM}/join/{'A' * 43}"]
    at.wait(lambda: len(place.members.invited.entries()) == 1, "the invitation in the list")
    place.show_section("devices")
    at.wait(lambda: len(place.devices.list.entries()) == 2, "the devices")
    seen(at, "account-devices")
    came = at.answer(button="End session")
    place.devices._on_choice(an_id(32), "end")
    came()
    at.wait(lambda: len(place.devices.list.entries()) == 1, "one device")
    assert list(together.platform.sessions) == [an_id(31)]


# Sync


def test_the_indicator_says_how_it_stands_and_opens_the_log(at: Desk) -> None:
    together = signed_in(at)
    contract = shared_contract(at, together)
    indicator = at.bench.account.indicator
    assert indicator is not None
    assert indicator.words.startswith("Synced ")
    at.bench.deeds.describe(contract, status="in_review")
    at.settled()
    at.bench.account.look()
    at.wait(lambda: indicator.words == "1 change waits", "the change that waits")
    together.offline()
    at.wait(lambda: indicator.words.endswith(", 1 change waits"), "offline")
    assert indicator.words.startswith("Offline since ")
    indicator.setFocus()
    at.press(Qt.Key.Key_Space)
    place = at.bench.account.place
    assert place is not None
    assert (at.window.place(), place.section()) == ("account", "log")
    at.wait(lambda: len(place.log.list.entries()) > 0, "the log")
    first = place.log.list.entries()[0]
    assert (first.title, first.middle) == ("Status: In review", "Waits")
    seen(at, "account-log")
    place.log.sync_now.click()
    at.wait(lambda: "does not answer" in place.log.banner.sentence, "the reason")
    place.log.sync_now.click()
    at.wait(lambda: indicator.words.startswith("Synced "), "the sync")
    assert at.errors == []


def test_what_was_not_accepted_can_be_exported(at: Desk, tmp_path: Path) -> None:
    together = signed_in(at)
    contract = shared_contract(at, together)
    at.bench.deeds.describe(contract, status="in_review")
    at.settled()
    from pactoria_desktop.sync.desk import LibraryDesks

    with LibraryDesks(at.bench.service.library, together.seats[0].number)() as desk_of:
        (pending,) = desk_of.outbox()
        desk_of.refuse(pending, "Your right to edit it ended on 20 November.", at.bench.service.library.now())
        desk_of.remove(pending.operation)
    together.changed()
    place = account_place(at, "log")
    at.wait(lambda: place.log.export.isVisible(), "the export")
    at.files.paths.append(tmp_path / "not-accepted.md")
    place.log.export.click()
    at.wait(lambda: "1 change written" in place.log.banner.sentence, "the file")
    written = (tmp_path / "not-accepted.md").read_text()
    assert "Status: In review" in written
    assert "Your right to edit it ended" in written
    assert "Services agreement" in written
    status = at.bench.account.standings
    assert status.now.status.refused
    place.log.refresh()
    at.settled()
    came = at.answer(button="Remove them")
    place.log.drop.click()
    came()
    at.wait(lambda: status.now.status.refused == 0, "the list without them")
    at.settled()
    assert not place.log.drop.isVisible()


def test_conflicts_have_a_place_while_there_are_some_and_are_settled_for_everybody(at: Desk) -> None:
    together = signed_in(at)
    contract = shared_contract(at, together)
    buttons = at.window.rail._buttons
    assert not buttons["conflicts"].isVisible()
    together.arrive("contract", contract, {"title": "Services agreement", "status": "in_review"}, by=TOMAS)
    together.arrive("conflict", f"{an_id(70)}:status", {
        "contract": contract, "record_kind": "contract", "record": contract, "field": "status", "value": "approved",
        "kept": "in_review", "author": ADA, "at": WHEN,
    })  # fmt: skip
    together.changed()
    at.wait(lambda: buttons["conflicts"].isVisible(), "the place in the rail")
    assert at.bench.account.indicator is not None
    assert "1 conflict" in at.bench.account.indicator.words
    place = account_place(at, "log")
    at.wait(place.log.conflicts.isVisible, "the way to it")
    place.log.conflicts.click()
    panel = at.bench.account.conflicts
    assert panel is not None
    at.wait(lambda: len(panel.cards) == 1, "the conflict")
    shown = panel.cards[0].conflict
    assert (shown.field, shown.kept, shown.kept_by, shown.other, shown.other_by) == (
        "Status", "In review", "Tomas Reyes", "Approved", "Ada Lindqvist",
    )  # fmt: skip
    seen(at, "window-conflicts-place")
    panel.cards[0].take.radio.click()
    panel.settle.click()
    at.wait(lambda: at.bench.shelves.shelf.records([contract])[0].status == "approved", "the status")
    at.wait(lambda: len(panel.cards) == 0, "nothing left")
    at.window.show_place("start")
    assert not buttons["conflicts"].isVisible()
    assert "wake" in together.did
    assert at.errors == []


# Sharing and roles


def test_a_contract_is_shared_by_a_key_and_people_are_named(at: Desk) -> None:
    together = signed_in(at)
    at.drop(SAMPLES / "mutual-nda.docx")
    contract = at.opened().key
    QTest.keyClick(QApplication.focusWidget() or at.window, Qt.Key.Key_S, CONTROL | ALT)
    dialog = at.bench.account.dialog
    assert dialog is not None
    at.wait(lambda: dialog.homes.isVisible(), "the organizations")
    assert dialog.primary.text() == "Put it in Northgate Legal"
    assert "This sends its text with its history, 1 version and the Word file" in dialog._sends.text()
    assert "the 4 people of Northgate Legal" in dialog._sends.text()
    pictures(dialog, at.bench.look, "sharing-before", size=dialog.size())
    dialog.primary.click()
    at.wait(lambda: dialog.everybody.isVisible(), "who reaches it")
    assert Accounts(at.bench.service).home(contract) is not None
    assert together.did[-1] in ("sync", "wake")
    dialog.named.click()
    at.wait(lambda: together.platform.sharing.get(contract, {}).get("restricted") is True, "the restriction")
    at.wait(lambda: dialog._shown is not None and dialog._shown.restricted, "the people")
    dialog._give(PETRA, "viewer")
    at.wait(lambda: {"person": PETRA, "role": "viewer"} in together.platform.sharing[contract]["people"], "the share")  # type: ignore[operator]
    pictures(dialog, at.bench.look, "sharing-named", size=dialog.size())
    dialog.accept()
    at.settled()
    dock = at.bench.panels.review_dock
    assert dock.is_page_shown("approvals")
    assert at.errors == []


def test_a_sync_that_would_take_very_much_away_asks_first_and_says_that_it_has_stopped(at: Desk) -> None:
    together = signed_in(at)
    together.error = together.halted = RemovalError(40, 120)
    together.changed()
    at.wait(lambda: at.bench.account.standings.now.status.state is SyncState.STOPPED, "that it has stopped")
    at.settled()
    indicator = at.bench.account.indicator
    assert indicator is not None
    assert indicator.words == "Sync stopped"
    assert "40 of 120" in at.bench.account.standings.now.status.reason
    asked: list[str] = []

    def decision(title: str, explanation: str, action: str, other: str = "", *, danger: bool = False) -> bool:
        asked.append(title)
        together.halted = None
        return True

    at.bench.questions.decision = decision  # type: ignore[method-assign]
    assert at.bench.registry.run("account.sync_now")
    at.wait(lambda: together.did[-1] == "sync and remove", "the sync")
    at.settled()
    assert asked == ["Let sync remove 40 of 120 records?"]
    assert indicator.words.startswith("Synced")
    assert at.errors == []


def test_the_organization_that_is_shown_is_the_first_that_a_contract_may_go_to(at: Desk) -> None:
    together = signed_in(at)
    assert len(together.seats) > 1
    at.drop(SAMPLES / "mutual-nda.docx")
    contract = at.opened().key
    for seat in together.seats:
        together.choose(seat.organization)
        dialog = at.bench.account.share(contract)
        at.wait(lambda dialog=dialog: dialog.homes.isVisible(), "the organizations")  # type: ignore[misc]
        assert dialog.homes.currentText() == seat.name
        assert dialog.homes.count() == len(together.seats)
        dialog.reject()
        at.settled()
    assert at.errors == []


def test_a_contract_that_cannot_be_sent_now_is_in_and_waits(at: Desk) -> None:
    together = signed_in(at)
    at.drop(SAMPLES / "mutual-nda.docx")
    contract = at.opened().key
    together.offline()
    dialog = at.bench.account.share(contract)
    at.wait(lambda: dialog.homes.isVisible(), "the organizations")
    dialog.primary.click()
    at.wait(lambda: "does not answer" in dialog.banner.sentence, "the reason")
    at.wait(lambda: "as soon as that answers" in dialog._where.text(), "what happens next")
    assert not dialog._inside.isVisible()
    assert dialog.primary.text() == "Done"
    dialog.accept()


@pytest.mark.parametrize("role", [Role.VIEWER, Role.REVIEWER, Role.EDITOR])
def test_a_role_lets_no_more_be_done_than_it_may(at: Desk, role: Role) -> None:
    together = signed_in(at, role)
    shared_contract(at, together)
    tab, registry = at.tab, at.bench.registry
    before = at.text()
    tab.view.setFocus()
    place = Place(tab.opened.replica.slots()[0], 1)
    editable = role is Role.EDITOR
    assert registry.action("contract.suggesting").isEnabled() is editable
    assert registry.action("contract.rename").isEnabled() is editable
    assert registry.action("review.accept_all").isEnabled() is editable
    assert registry.action("contract.approve").isEnabled() is (role is not Role.VIEWER)
    assert registry.action("contract.delete_for_everyone").isEnabled() is editable
    changes = at.bench.panels.changes
    accept, _, counter = changes._actions(next(one for one in changes.rows() if not one.is_comment).card())
    assert (accept.isEnabled(), counter.isEnabled()) == (editable, role is not Role.VIEWER)
    assert changes._accept_shown.isEnabled() is editable
    if not editable:
        assert accept.toolTip().startswith(f"As {role.value} of Northgate Legal you may not")
        assert f"as {role.value} of Northgate Legal you may not" in registry.action("contract.rename").toolTip()
        document = at.window.documents.document(tab.key)
        assert document is not None
        assert document.banner.sentence.startswith(f"As {role.value} of Northgate Legal you")
    if role is Role.VIEWER:
        assert tab.view.editor.isReadOnly()
        at.type("words")
        assert at.text() == before
        tab.view.set_read_only(True)
        tab.view.set_read_only(False)  # as joining a draft does at its end
        assert tab.view.editor.isReadOnly()
    elif role is Role.REVIEWER:
        tab.view.set_suggesting(False)
        assert tab.view.suggesting
        tab.opened.replica.insert(place, "words ")
        assert at.text() != before
        row = next(one for one in tab.change_rows() if not one.is_comment)
        tab.resolve(row.ids, accept=True)
        assert "left to editors" in str(at.errors.pop())
    at.bench.deeds.decide(tab, "f" * 32, "dismissed: not ours")
    assert [str(error)[:39] for error in at.errors] == (
        ["As viewer of Northgate Legal you may no"] if role is Role.VIEWER else []
    )
    at.errors.clear()
    seen(at, f"window-as-{role.value}")
    assert at.errors == []


def test_a_role_that_is_taken_away_holds_at_once(at: Desk) -> None:
    together = signed_in(at, Role.EDITOR)
    contract = shared_contract(at, together)
    assert not at.tab.view.editor.isReadOnly()
    together.platform.organizations[ORGANIZATION] = ("Northgate Legal", Role.VIEWER, False)
    together.refresh()
    together.changed()
    at.wait(at.tab.view.editor.isReadOnly, "reading only")
    together.platform.organizations[ORGANIZATION] = ("Northgate Legal", Role.EDITOR, False)
    together.refresh()
    together.changed()
    at.wait(lambda: not at.tab.view.editor.isReadOnly(), "editing again")
    assert at.bench.roles.why_not(contract, "contract.edit") == ""


def test_deleting_for_everyone_asks_and_puts_it_in_the_trash(at: Desk) -> None:
    together = signed_in(at)
    contract = shared_contract(at, together)
    came = at.answer(button="Delete for everyone")
    assert at.bench.registry.run("contract.delete_for_everyone")
    came()
    at.wait(lambda: contract not in at.bench.tabs, "the closed tab")
    assert at.bench.shelves.shelf.records([contract])[0].trashed_at is not None
    assert at.errors == []


# Particulars, approvals, activity


def test_particulars_are_kept_with_their_parties(at: Desk) -> None:
    signed_in(at)
    at.drop(SAMPLES / "mutual-nda.docx")
    contract = at.opened().key
    assert at.bench.registry.run("contract.particulars")
    at.wait(lambda: at.bench.particulars.dialog is not None, "the dialog")
    dialog = at.bench.particulars.dialog
    assert dialog is not None
    dialog.title.setText("Mutual NDA with Halden")
    dialog.status.setCurrentIndex(dialog.status.findData("in_review"))
    dialog.more.click()
    dialog.lines[-1].name.setText("Halden Marine AS")
    dialog.lines[-1].part.setText("Discloser")
    pictures(dialog, at.bench.look, "particulars", size=dialog.size())
    dialog.accept()
    at.settled()
    (record,) = at.bench.shelves.shelf.records([contract])
    assert (record.title, record.status) == ("Mutual NDA with Halden", "in_review")
    assert at.window.documents.document(contract).title == "Mutual NDA with Halden"  # type: ignore[union-attr]
    (party,) = Agreeing(at.bench.service).parties(contract)
    assert Party(party.name, party.part) == Party("Halden Marine AS", "Discloser")
    at.bench.particulars.dialog = None
    at.bench.particulars.open(contract)
    at.wait(lambda: at.bench.particulars.dialog is not None, "the dialog again")
    again = at.bench.particulars.dialog
    assert again is not None
    again.lines[0].remove.click()
    again.accept()
    at.settled()
    assert Agreeing(at.bench.service).parties(contract) == ()
    assert at.errors == []


def test_an_approval_holds_for_the_exact_text_and_says_when_it_has_moved_on(at: Desk) -> None:
    together = signed_in(at)
    contract = shared_contract(at, together)
    together.arrive("activity", an_id(80), {"contract": contract, "what": "status", "subject": "in_review", "by": TOMAS,
                                            "at": WHEN})  # fmt: skip
    dock = at.bench.panels.review_dock
    dock.show_page("approvals")
    panel = at.bench.panels.agreements.approvals
    at.settled()
    came = at.answer("As agreed with Corvane.", button="Approve")
    panel.approve.click()
    came()
    at.wait(lambda: panel.state == "This text is approved by 1 person.", "the approval")
    (kept,) = Agreeing(at.bench.service).approvals(contract)
    assert kept.approval.reason == "As agreed with Corvane."
    at.settled()
    seen(at, "window-approvals")
    at.tab.opened.replica.insert(Place(at.tab.opened.replica.slots()[0], 1), "more ")
    at.wait(lambda: panel.state == "This text is not approved yet.", "that the text has moved on")
    at.wait(lambda: any("changed since" in card.detail for card in panel.cards.cards()), "the old approval")
    dock.show_page("activity")
    activity = at.bench.panels.agreements.activity
    at.wait(lambda: len(activity.list.entries()) == 1, "the activity")
    assert (activity.list.entries()[0].title, activity.list.entries()[0].second) == (
        "Tomas Reyes", "changed the status to In review",
    )  # fmt: skip
    seen(at, "window-activity")
    assert at.errors == []


def test_a_text_that_changes_while_one_decides_is_not_approved(at: Desk) -> None:
    together = signed_in(at)
    contract = shared_contract(at, together)
    tab = at.tab

    def decide(*words: object, **how: object) -> str:
        tab.opened.replica.insert(Place(tab.opened.replica.slots()[0], 1), "meanwhile ")
        return "fine"

    at.files.words = decide  # type: ignore[method-assign]
    assert at.bench.registry.run("contract.approve")
    at.settled()
    assert Agreeing(at.bench.service).approvals(contract) == ()
    document = at.window.documents.document(contract)
    assert document is not None
    assert "changed while you decided" in document.banner.sentence


def test_the_account_stands_in_the_window(at: Desk) -> None:
    together = signed_in(at)
    shared_contract(at, together)
    account_place(at)
    seen(at, "account-overview")
