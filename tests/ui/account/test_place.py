"""The account's place: signing in uploads nothing and is never a trap, and nobody is offered what they may not do."""

from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QDialog, QLabel
from pytestqt.qtbot import QtBot

from pactoria_desktop.protocol.permissions import Role, may_grant
from pactoria_desktop.ui.account.members import LAST_OWNER, member_choices
from pactoria_desktop.ui.account.place import SECTIONS, AccountPlace
from pactoria_desktop.ui.account.saying import grantable
from pactoria_desktop.ui.account.sign_in import WHAT_IT_DOES
from pactoria_desktop.ui.account.values import Member, SyncState, SyncStatus
from pactoria_desktop.ui.theme.look import Look
from pactoria_desktop.ui.widgets.entries import EntryList
from tests.ui.accessibility import faults, visible_texts_clipped
from tests.ui.account.fakes import LINES, Answers, Later, Platform, UnreachableError, ago, ports
from tests.ui.screenshots import pictures, settle

UNREACHABLE = "The platform does not answer. Your work is kept here; try again later."


def show(look: Look, qtbot: QtBot, platform: Platform, errands: object = None, asks: object = None) -> AccountPlace:
    place = AccountPlace(look, ports(platform, errands, asks), "pactoria.northgate.example")
    qtbot.addWidget(place)
    place.resize(1376, 830)
    place.refresh()
    place.show()
    settle()
    return place


def choose(entries: EntryList, key: str, choice: str) -> None:
    entries.set_current(key)
    menu = entries.open_menu()
    assert menu is not None
    words = {one.key: one.words for entry in entries.entries() if entry.key == key for one in entry.choices}
    next(action for action in menu.actions() if action.text() == words[choice]).trigger()
    menu.close()


# -- signing in


def test_signing_in_waits_for_the_browser_and_shows_the_organization(look: Look, qtbot: QtBot) -> None:
    platform, later = Platform(signed_in=False), Later()
    place = show(look, qtbot, platform, later)
    assert not place.signed_in
    qtbot.keyClick(place.sign_in.address, Qt.Key.Key_Return)
    assert place.sign_in.page() is place.sign_in.waiting
    assert platform.did == []
    with qtbot.waitSignal(place.account_changed, timeout=1000):
        later.come()
    assert platform.did == [("browser", "pactoria.northgate.example")]
    assert place.signed_in


def test_a_code_is_shown_large_and_can_be_copied(look: Look, qtbot: QtBot) -> None:
    platform, later = Platform(signed_in=False), Later()
    place = show(look, qtbot, platform, later)
    place.sign_in.use_code.click()
    later.come()
    assert place.sign_in.page() is place.sign_in.with_code
    assert place.sign_in.code.text() == "WDJB-MJHT"
    assert place.sign_in.code.fontMetrics().height() >= look.pixels(26)
    place.sign_in.copy.click()
    assert QApplication.clipboard().text() == "WDJB-MJHT"
    later.come()
    assert place.signed_in


def test_cancelling_goes_back_and_a_late_answer_changes_nothing(look: Look, qtbot: QtBot) -> None:
    platform, later = Platform(signed_in=False), Later()
    place = show(look, qtbot, platform, later)
    heard: list[bool] = []
    place.sign_in.signed_in.connect(lambda: heard.append(True))
    place.sign_in.sign_in()
    place.sign_in.stop.click()
    assert platform.did == [("cancel",)]
    assert place.sign_in.page() is place.sign_in.form
    later.come()
    assert heard == []


def test_a_failed_sign_in_says_why_under_the_field(look: Look, qtbot: QtBot) -> None:
    platform = Platform(signed_in=False)
    platform.error = UnreachableError(UNREACHABLE)
    place = show(look, qtbot, platform)
    place.sign_in.primary.click()
    assert place.sign_in.error == UNREACHABLE
    assert place.sign_in.address.property("error") is True
    place.sign_in.address.setText("other.example")
    assert place.sign_in.error == ""


def test_who_was_signed_out_by_the_platform_is_told_that_nothing_is_lost(look: Look, qtbot: QtBot) -> None:
    platform = Platform(signed_in=False)
    place = show(look, qtbot, platform)
    assert place.sign_in.banner.sentence == ""
    platform.state = SyncStatus(SyncState.SIGNED_OUT, 0, 3, server="pactoria.northgate.example")
    place.refresh()
    assert "Your work is kept here; sign in to send it." in place.sign_in.banner.sentence
    assert faults(place) == []


def test_without_an_address_there_is_nothing_to_press_and_it_says_what_signing_in_does(
    look: Look, qtbot: QtBot
) -> None:
    place = show(look, qtbot, Platform(signed_in=False))
    place.sign_in.address.clear()
    assert not place.sign_in.primary.isEnabled()
    assert not place.sign_in.use_code.isEnabled()
    assert WHAT_IT_DOES.startswith("Signing in uploads nothing.")
    assert WHAT_IT_DOES in [label.text() for label in place.sign_in.findChildren(QLabel)]


# -- what may be done with members


@pytest.mark.parametrize("mine", list(Role))
@pytest.mark.parametrize("held", list(Role))
def test_the_menu_offers_exactly_the_roles_that_may_be_granted(mine: Role, held: Role) -> None:
    offered = member_choices(Member("p", "Ada", held), mine, owners=2)
    roles = {Role(one.key.removeprefix("role:")) for one in offered if one.key.startswith("role:")}
    running = mine in (Role.OWNER, Role.ADMIN)
    assert roles == ({role for role in Role if may_grant(mine, role)} if running and may_grant(mine, held) else set())
    assert roles == set(grantable(mine, held))
    assert any(one.key == "remove" for one in offered) == (running and may_grant(mine, held))
    assert any(one.key == "transfer" for one in offered) == (mine is Role.OWNER)


def test_the_last_owner_is_told_why_they_cannot_leave() -> None:
    me = Member("p", "Ines", Role.OWNER, me=True)
    assert [one.why_not for one in member_choices(me, Role.OWNER, owners=1)] == [LAST_OWNER]
    assert [one.why_not for one in member_choices(me, Role.OWNER, owners=2)] == [""]


def test_a_viewer_sees_names_without_addresses_and_invites_nobody(look: Look, qtbot: QtBot) -> None:
    platform = Platform(role=Role.VIEWER)
    platform.all_members = tuple(replace(one, address="") for one in platform.all_members)
    place = show(look, qtbot, platform)
    place.show_section("members")
    assert len(place.members.list.entries()) == 6
    assert place.members.invite.isHidden()
    assert place.members.open_invite() is None
    assert ("invitations",) not in platform.did
    assert {len(one.choices) for one in place.members.list.entries()} == {0, 1}


def test_a_role_is_changed_from_the_menu_by_keyboard(look: Look, qtbot: QtBot) -> None:
    platform = Platform()
    place = show(look, qtbot, platform)
    place.show_section("members")
    members = place.members.list
    members.set_current("p3")
    members.setFocus()
    qtbot.keyClick(members, Qt.Key.Key_Return)
    assert members.menu is not None
    checked = [action.text() for action in members.menu.actions() if action.isChecked()]
    assert checked == ["Editor"]
    members.menu.close()
    choose(members, "p3", "role:reviewer")
    assert ("role", "p3", Role.REVIEWER) in platform.did
    assert next(one for one in members.entries() if one.key == "p3").middle == "Reviewer"
    assert place.members.banner.sentence == "Ada Lindqvist is a reviewer now."


def test_removing_leaving_and_handing_over_are_asked_first(look: Look, qtbot: QtBot) -> None:
    platform, asks = Platform(), Answers(yes=False)
    place = show(look, qtbot, platform, None, asks)
    place.show_section("members")
    before = list(platform.did)
    for choice in ("remove", "transfer", "role:owner"):
        choose(place.members.list, "p3", choice)
    assert platform.did == before
    assert asks.asked == [
        "Remove Ada Lindqvist from Northgate Legal?", "Hand Northgate Legal over to Ada Lindqvist?",
        "Make Ada Lindqvist an owner?",
    ]  # fmt: skip
    assert asks.dangers == [True, True, True]
    asks.yes = True
    choose(place.members.list, "p3", "remove")
    assert ("remove", "p3") in platform.did
    choose(place.members.list, "p2", "transfer")
    assert ("transfer", "p2") in platform.did


def test_who_leaves_sees_another_organization(look: Look, qtbot: QtBot) -> None:
    platform = Platform(role=Role.EDITOR)
    place = show(look, qtbot, platform)
    place.show_section("members")
    with qtbot.waitSignal(place.account_changed, timeout=1000):
        choose(place.members.list, "p1", "leave")
    assert place._name.text() == "Ines Falk"


# -- inviting


def test_an_invitation_needs_an_address_and_is_listed_then_withdrawn(look: Look, qtbot: QtBot) -> None:
    platform = Platform()
    place = show(look, qtbot, platform)
    place.show_section("members")
    dialog = place.members.open_invite()
    assert dialog is not None
    assert not dialog.primary.isEnabled()
    dialog.address.setText("not an address")
    dialog.primary.click()
    assert "needs a name" in dialog.error
    assert dialog.result() != QDialog.DialogCode.Accepted.value
    dialog.address.setText("lena@northgate.example")
    assert dialog.error == ""
    dialog.role.setCurrentIndex(dialog.role.findData(Role.REVIEWER.value))
    dialog.primary.click()
    assert ("invite", "lena@northgate.example", Role.REVIEWER) in platform.did
    assert [one.title for one in place.members.invited.entries()] == [
        "mara@northgate.example",
        "lena@northgate.example",
    ]
    choose(place.members.invited, "i1", "withdraw")
    assert ("withdraw", "i1") in platform.did
    assert [one.key for one in place.members.invited.entries()] == ["i2"]


def test_without_mail_the_link_is_shown_to_be_copied(look: Look, qtbot: QtBot) -> None:
    platform, asks = Platform(mails=False), Answers()
    place = show(look, qtbot, platform, None, asks)
    place.show_section("members")
    dialog = place.members.open_invite()
    assert dialog is not None
    assert dialog.primary.text() == "Make the link"
    dialog.address.setText("lena@northgate.example")
    dialog.primary.click()
    assert asks.texts == ["https://pactoria.northgate.example/invitation/Xk2"]


def test_an_admin_cannot_invite_another_admin(look: Look, qtbot: QtBot) -> None:
    place = show(look, qtbot, Platform(role=Role.ADMIN))
    place.show_section("members")
    dialog = place.members.open_invite()
    assert dialog is not None
    offered = [Role(str(dialog.role.itemData(at))) for at in range(dialog.role.count())]
    assert offered == [Role.EDITOR, Role.REVIEWER, Role.VIEWER]
    dialog.reject()


# -- the rest


def test_another_organization_is_shown_and_one_is_created(look: Look, qtbot: QtBot) -> None:
    platform = Platform()
    place = show(look, qtbot, platform, None, Answers(words=" Halden Partners "))
    box = place.overview.organizations
    box.setCurrentIndex(1)
    box.activated.emit(1)
    assert ("choose", "o2") in platform.did
    assert place._name.text() == "Ines Falk"
    place.overview.create_button.click()
    assert ("create", "Halden Partners") in platform.did
    assert place._name.text() == "Halden Partners"


def test_only_other_devices_are_signed_out_from_the_list(look: Look, qtbot: QtBot) -> None:
    platform = Platform()
    place = show(look, qtbot, platform)
    place.show_section("devices")
    mine, other = place.devices.list.entries()
    assert (mine.tag, mine.choices) == ("this device", ())
    choose(place.devices.list, other.key, "end")
    assert ("end", "d2") in platform.did


def test_signing_out_says_what_waits_and_goes_back_to_the_form(look: Look, qtbot: QtBot) -> None:
    platform, asks = Platform(), Answers(yes=False)
    platform.state = SyncStatus(SyncState.OFFLINE, ago(0), 3)
    place = show(look, qtbot, platform, None, asks)
    place.overview.sign_out.click()
    assert place.signed_in
    asks.yes = True
    with qtbot.waitSignal(place.account_changed, timeout=1000):
        place.overview.sign_out.click()
    assert not place.signed_in


def test_the_log_is_narrowed_and_what_was_not_accepted_is_exported(look: Look, qtbot: QtBot, tmp_path: Path) -> None:
    platform, asks = Platform(), Answers(file=tmp_path / "out.md")
    place = show(look, qtbot, platform, None, asks)
    place.show_section("log")
    assert len(place.log.list.entries()) == len(LINES)
    place.log.filter.set_keys(("not accepted",))
    place.log._show()
    (line,) = place.log.list.entries()
    assert "Your right to edit it ended" in line.speech()
    assert line.severity == "medium"
    place.log.export.click()
    assert ("export", tmp_path / "out.md") in platform.did
    assert place.log.banner.sentence == "4 changes written to out.md."
    place.log.sync_now.click()
    assert ("sync",) in platform.did


def test_what_cannot_be_done_is_said_above_the_cards(look: Look, qtbot: QtBot) -> None:
    platform = Platform()
    place = show(look, qtbot, platform)
    platform.error = UnreachableError(UNREACHABLE)
    place.show_section("members")
    assert place.members.banner.sentence == UNREACHABLE
    assert place.members.list.entries() == ()


def test_an_answer_about_another_organization_is_not_shown(look: Look, qtbot: QtBot) -> None:
    platform, later = Platform(), Later()
    place = show(look, qtbot, platform, later)
    place.show_section("members")
    platform.choose_organization("o2")
    account = platform.account()
    assert account is not None
    place.members.show_account(account)
    later.come()
    assert place.members.list.entries() == ()


@pytest.mark.parametrize("scale", [1.0, 1.5])
def test_every_section_is_named_reached_and_not_clipped(look: Look, qtbot: QtBot, scale: float) -> None:
    place = show(look, qtbot, Platform())
    look.set_text_scale(scale)
    place.resize(1440, 1000)
    for key, _, _ in SECTIONS:
        place.show_section(key)
        settle()
        assert faults(place) == []
        assert visible_texts_clipped(place) == []
    platform = Platform(signed_in=False)
    signing_in, later = AccountPlace(look, ports(platform, later_ := Later()), "pactoria.example"), later_
    qtbot.addWidget(signing_in)
    signing_in.resize(1000, 900)
    signing_in.show()
    settle()
    assert faults(signing_in) == []
    signing_in.sign_in.ask_for_code()
    later.come()
    settle()
    assert faults(signing_in) == []
    assert visible_texts_clipped(signing_in) == []


def test_the_place_is_drawn_in_every_theme(look: Look, qtbot: QtBot) -> None:
    place = show(look, qtbot, Platform())
    for key, _, _ in SECTIONS:
        place.show_section(key)
        assert len(pictures(place, look, f"account-{key}")) == 4
    platform, later = Platform(signed_in=False), Later()
    signing_in = show(look, qtbot, platform, later)
    pictures(signing_in, look, "account-sign-in")
    signing_in.sign_in.ask_for_code()
    later.come()
    pictures(signing_in, look, "account-code")
    place.show_section("members")
    dialog = place.members.open_invite()
    assert dialog is not None
    settle()
    assert dialog.width() > 300
