"""Sharing a contract says what leaves before it does, and nobody is given more than they have."""

from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QLabel
from pytestqt.qtbot import QtBot

from pactoria_desktop.protocol.permissions import STRENGTH, Role
from pactoria_desktop.ui.sharing.dialog import (
    NEVER,
    NOWHERE,
    READING,
    SharingDialog,
    reach_choices,
    size_words,
    upload_words,
)
from pactoria_desktop.ui.sharing.particulars import ONLY_READ, ParticularsDialog
from pactoria_desktop.ui.sharing.values import Home, Particulars, Party, Reach, Sharing, Upload
from pactoria_desktop.ui.theme.look import Look
from tests.ui.accessibility import faults, visible_texts_clipped
from tests.ui.account.fakes import AtOnce, Later, UnreachableError
from tests.ui.screenshots import pictures, settle
from tests.ui.sharing.fakes import ALONE, HOMES, INSIDE, SERVER, Shared

STATUSES = {"draft": "Draft", "in_review": "In review", "approved": "Approved"}


def open_dialog(look: Look, qtbot: QtBot, sharing: Sharing, errands: object = None) -> tuple[SharingDialog, Shared]:
    port = Shared(sharing)
    dialog = SharingDialog(look, None, port, errands or AtOnce(), "c1")
    qtbot.addWidget(dialog)
    dialog.refresh()
    dialog.show()
    settle()
    return dialog, port


def words(dialog: QDialog) -> str:
    return "\n".join(label.text() for label in dialog.findChildren(QLabel) if label.isVisibleTo(dialog))


def test_a_dialog_that_waits_for_the_platform_says_so(look: Look, qtbot: QtBot) -> None:
    later = Later()
    dialog, _ = open_dialog(look, qtbot, ALONE, later)
    assert READING in words(dialog)
    later.come()
    assert READING not in words(dialog)


def test_nothing_is_sent_before_the_button_that_names_it(look: Look, qtbot: QtBot) -> None:
    dialog, port = open_dialog(look, qtbot, ALONE)
    sentence = (
        "This sends its text with its history, 3 versions, 4 comments and the Word file (1.2 MB in all) to "
        f"{SERVER}. It is kept there for the 6 people of Northgate Legal, each by their role."
    )
    assert sentence in words(dialog)
    assert dialog.primary.text() == "Put it in Northgate Legal"
    assert dialog.primary.accessibleDescription() == sentence
    assert port.did == []
    dialog.homes.setCurrentIndex(1)
    assert dialog.primary.text() == "Put it in Ines Falk"
    assert "for you alone" in words(dialog)
    dialog.homes.setCurrentIndex(0)
    with qtbot.waitSignal(dialog.changed, timeout=1000):
        dialog.primary.click()
    assert port.did == [("put", "c1", "o1")]
    assert dialog.primary.text() == "Done"
    assert "It is in Northgate Legal" in words(dialog)


def test_an_organization_with_an_ampersand_is_named_as_it_is(look: Look, qtbot: QtBot) -> None:
    dialog, _ = open_dialog(look, qtbot, replace(ALONE, homes=(Home("o1", "Falk & Okafor", 2),)))
    assert dialog.primary.text() == "Put it in Falk && Okafor", "Qt shows && as &, and & as the mark of a shortcut"
    assert dialog.primary.accessibleName() == "Put it in Falk & Okafor"
    inside, _ = open_dialog(look, qtbot, replace(INSIDE, organization="Falk & Okafor"))
    assert inside.everybody.text() == "Everybody in Falk && Okafor, each by their role"
    assert inside.everybody.accessibleName() == "Everybody in Falk & Okafor, each by their role"


def test_a_contract_that_never_leaves_cannot_be_put_anywhere(look: Look, qtbot: QtBot) -> None:
    dialog, port = open_dialog(look, qtbot, replace(ALONE, never_leaves=True))
    assert NEVER in words(dialog)
    dialog.primary.click()
    assert port.did == []
    assert dialog.result() == QDialog.DialogCode.Accepted.value


def test_who_may_bring_contracts_nowhere_is_told_so(look: Look, qtbot: QtBot) -> None:
    dialog, _ = open_dialog(look, qtbot, replace(ALONE, homes=()))
    assert NOWHERE in words(dialog)
    assert dialog.primary.text() == "Done"


def test_the_button_waits_while_it_is_sent_and_comes_back_when_it_failed(look: Look, qtbot: QtBot) -> None:
    later = Later()
    dialog, port = open_dialog(look, qtbot, ALONE, later)
    later.come()
    port.error = UnreachableError("The platform does not answer. Nothing was sent; try again later.")
    dialog.primary.click()
    assert not dialog.primary.isEnabled()
    later.come()
    assert dialog.banner.sentence == "The platform does not answer. Nothing was sent; try again later."
    assert dialog.primary.isEnabled()
    assert dialog.primary.text() == "Put it in Northgate Legal"


@pytest.mark.parametrize("role", list(Role))
def test_nobody_is_offered_more_than_their_role_in_the_organization(role: Role) -> None:
    offered = [Role(one.key) for one in reach_choices(Reach("p", "Ada", role)) if one.key != "none"]
    assert all(STRENGTH[one] <= STRENGTH[role] for one in offered)
    assert bool(offered) == (role not in (Role.OWNER, Role.ADMIN))


def test_access_is_restricted_and_given_by_name(look: Look, qtbot: QtBot) -> None:
    dialog, port = open_dialog(look, qtbot, INSIDE)
    assert {len(entry.choices) for entry in dialog.people.entries()} == {0}
    dialog.named.click()
    assert port.did == [("restrict", True)]
    assert [entry.middle for entry in dialog.people.entries()] == [
        "Owner", "Admin", "Editor", "No access", "Viewer", "No access",
    ]  # fmt: skip
    dialog.people.set_current("p4")
    dialog.people.setFocus()
    qtbot.keyClick(dialog.people, Qt.Key.Key_Return)
    menu = dialog.people.menu
    assert menu is not None
    assert [action.text() for action in menu.actions() if not action.isSeparator()] == [
        "Editor", "Reviewer", "Viewer", "No access",
    ]  # fmt: skip
    menu.actions()[1].trigger()
    menu.close()
    assert port.did[-1] == ("give", "p4", Role.REVIEWER)
    assert dialog.people.entries()[3].middle == "Reviewer"


def test_what_the_platform_refused_is_shown_as_it_was(look: Look, qtbot: QtBot) -> None:
    dialog, port = open_dialog(look, qtbot, replace(INSIDE, restricted=True))
    port.error = UnreachableError("The platform does not answer. Nothing was changed.")
    dialog._give("p3", "viewer")
    assert dialog.people.entries()[2].middle == "Editor"
    assert dialog.banner.sentence == "The platform does not answer. Nothing was changed."
    port.error = UnreachableError("The platform does not answer. Nothing was changed.")
    dialog.everybody.click()
    assert dialog.named.isChecked()


def test_who_may_not_share_sees_and_cannot_change(look: Look, qtbot: QtBot) -> None:
    dialog, _ = open_dialog(look, qtbot, replace(INSIDE, restricted=True, may_share=False))
    assert not dialog.named.isEnabled()
    assert {len(entry.choices) for entry in dialog.people.entries()} == {0}


def test_sizes_and_parts_are_said_as_a_person_says_them() -> None:
    assert [size_words(size) for size in (1, 999, 84_200, 1_240_000)] == ["1 byte", "999 bytes", "84 kB", "1.2 MB"]
    assert upload_words(Upload(size=2100), HOMES[0], SERVER).startswith("This sends its text with its history (2 kB")
    assert ", 1 version and 2 Word files (" in upload_words(Upload(1, 0, 2, 5), HOMES[1], SERVER)


def test_particulars_keep_status_and_parties(look: Look, qtbot: QtBot) -> None:
    given = Particulars("Lease", "Brightwater", "in_review", (Party("Halden", "Tenant", "k1"), Party("Brightwater")))
    dialog = ParticularsDialog(look, None, given, STATUSES)
    qtbot.addWidget(dialog)
    dialog.show()
    assert dialog.particulars() == given
    dialog.status.setCurrentIndex(dialog.status.findData("approved"))
    dialog.lines[1].remove.click()
    dialog.more.click()
    dialog.more.click()
    qtbot.keyClicks(dialog.lines[1].name, "Orrin & Vale")
    qtbot.keyClicks(dialog.lines[1].part, "Guarantor")
    with qtbot.waitSignal(dialog.wanted, timeout=1000) as heard:
        dialog.primary.click()
    assert heard.args == [
        Particulars("Lease", "Brightwater", "approved", (Party("Halden", "Tenant", "k1"), Party("Orrin & Vale",
                                                                                                   "Guarantor")))
    ]  # fmt: skip


def test_who_may_only_read_changes_no_particulars(look: Look, qtbot: QtBot) -> None:
    dialog = ParticularsDialog(look, None, Particulars("Lease", parties=(Party("H"),)), STATUSES, editable=False)
    qtbot.addWidget(dialog)
    dialog.show()
    assert ONLY_READ in words(dialog)
    heard: list[object] = []
    dialog.wanted.connect(heard.append)
    dialog.primary.click()
    assert heard == []


def test_a_status_that_is_not_known_here_is_kept(look: Look, qtbot: QtBot) -> None:
    dialog = ParticularsDialog(look, None, Particulars("Lease", status="archived"), STATUSES)
    qtbot.addWidget(dialog)
    assert dialog.particulars().status == "archived"


@pytest.mark.parametrize("scale", [1.0, 1.5])
def test_the_dialogs_are_named_reached_and_not_clipped(look: Look, qtbot: QtBot, scale: float) -> None:
    look.set_text_scale(scale)
    made: list[QDialog] = [open_dialog(look, qtbot, one)[0] for one in (ALONE, replace(INSIDE, restricted=True))]
    particulars = Particulars("Lease", "B", "draft", (Party("Halden Marine Systems", "Tenant"),))
    made.append(ParticularsDialog(look, None, particulars, STATUSES))
    for dialog in made:
        qtbot.addWidget(dialog)
        dialog.show()
        settle()
        assert faults(dialog) == []
        assert visible_texts_clipped(dialog) == []


def test_the_dialogs_are_drawn_in_every_theme(look: Look, qtbot: QtBot) -> None:
    for name, sharing in (("alone", ALONE), ("inside", replace(INSIDE, restricted=True))):
        dialog, _ = open_dialog(look, qtbot, sharing)
        assert len(pictures(dialog, look, f"share-{name}", size=dialog.size())) == 4
    parties = (Party("Halden Marine Systems", "Customer"), Party("Corvane Freight", "Supplier"))
    given = Particulars("Services agreement", "Corvane", "in_review", parties)
    particulars = ParticularsDialog(look, None, given, STATUSES)
    qtbot.addWidget(particulars)
    assert (
        len(
            pictures(
                particulars, look, "particulars", size=particulars.sizeHint().expandedTo(particulars.minimumSize())
            )
        )
        == 4
    )
