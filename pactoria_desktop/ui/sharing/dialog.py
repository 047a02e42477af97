"""The sharing dialog: put a contract in an organization, and say who there reaches it."""

from collections.abc import Callable
from dataclasses import replace
from typing import TypeVar

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QButtonGroup,
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QRadioButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from pactoria_desktop.protocol.permissions import STRENGTH, Role
from pactoria_desktop.ui.account.saying import ROLE_NAMES, counted
from pactoria_desktop.ui.account.values import Errands
from pactoria_desktop.ui.sharing.values import Home, Reach, Sharing, SharingPort, Upload
from pactoria_desktop.ui.shell.errors import describe
from pactoria_desktop.ui.theme.look import Look
from pactoria_desktop.ui.widgets.banner import Banner
from pactoria_desktop.ui.widgets.buttons import Button
from pactoria_desktop.ui.widgets.entries import HEIGHT, Choice, EntryList, ListEntry
from pactoria_desktop.ui.widgets.layouts import column
from pactoria_desktop.ui.widgets.text import Label

MOST_SHOWN = 6
Result = TypeVar("Result")
NEVER = (
    "This contract is marked to never leave this computer. Take that mark away in its particulars first, if it may be "
    "shared."
)
READING = "Reading who reaches the contract…"
NOWHERE = "None of your organizations lets you bring contracts in: that takes the role of an editor."
ALWAYS = (Role.OWNER, Role.ADMIN)


def size_words(size: int) -> str:
    """ "84 kB", "1.2 MB"."""
    if size < 1000:
        return counted(size, "byte")
    return f"{size / 1000:.0f} kB" if size < 1_000_000 else f"{size / 1_000_000:.1f} MB"


def upload_words(upload: Upload, home: Home, server: str) -> str:
    """The sentence that says what putting a contract in an organization sends, and who can reach it then."""
    parts = ["its text with its history"]
    if upload.versions:
        parts.append(counted(upload.versions, "version"))
    if upload.comments:
        parts.append(counted(upload.comments, "comment"))
    if upload.files:
        parts.append("the Word file" if upload.files == 1 else f"{upload.files} Word files")
    listed = f"{', '.join(parts[:-1])} and {parts[-1]}" if len(parts) > 1 else parts[0]
    members = "you alone" if home.people <= 1 else f"the {home.people} people of {home.name}, each by their role"
    return f"This sends {listed} ({size_words(upload.size)} in all) to {server}. It is kept there for {members}."


def _as_it_is(words: str) -> str:
    """Words on a button with the ampersands that a name has, which Qt takes for the mark of a shortcut."""
    return words.replace("&", "&&")


def reach_choices(one: Reach) -> tuple[Choice, ...]:
    """How somebody may reach a restricted contract: never with more than their role in the organization."""
    if one.role in ALWAYS:
        return ()
    roles = [role for role in Role if role not in ALWAYS and STRENGTH[role] <= STRENGTH[one.role]]
    offered = [Choice(role.value, ROLE_NAMES[role], on=role is one.given) for role in roles]
    return (*offered, Choice("none", "No access", on=one.given is None, group=1))


class SharingDialog(QDialog):
    """Shows where a contract is and changes it; ``changed`` after each change that the platform took."""

    changed = Signal()

    def __init__(self, look: Look, parent: QWidget | None, port: SharingPort, errands: Errands, contract: str) -> None:
        super().__init__(parent)
        self._look, self._port, self._errands, self._contract = look, port, errands, contract
        self._shown: Sharing | None = None
        self.setMinimumWidth(look.pixels(540))
        self._title, self._where = (
            Label(look, "Share", 17, 600, wrap=True),
            Label(look, READING, 13, 400, "text2", wrap=True),
        )
        self.setWindowTitle("Share")
        self.setAccessibleName("Share")
        self.banner = Banner(look)
        self.homes = QComboBox()
        self.homes.setFont(look.font(13))
        self.homes.setAccessibleName("Organization")
        self.homes.currentIndexChanged.connect(lambda _: self._name_deed())
        self._sends = Label(look, "", 13, 400, "text", wrap=True)
        self._outside = column(Label(look, "Organization", 12, 600, "text2"), self.homes, 6, self._sends, spacing=6)
        self.everybody = QRadioButton()
        self.named = QRadioButton("Only those named here; owners and admins always reach it")
        self._group = QButtonGroup(self)
        for choice in (self.everybody, self.named):
            choice.setFont(look.font(13))
            self._group.addButton(choice)
        self._group.buttonClicked.connect(lambda _: self._restrict())
        self.people = EntryList(look, "Who reaches the contract", all_shown=True)
        self.people.chosen.connect(self._give)
        self._scroll = QScrollArea()
        self._scroll.setWidgetResizable(True)
        self._scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._scroll.setWidget(self.people)
        self._inside = column(
            Label(look, "Who reaches it", 12, 600, "text2"), self.everybody, self.named, 2, self._scroll, spacing=8
        )
        buttons = QDialogButtonBox()
        self.primary = Button(look, "Done", "primary")
        self.cancel = Button(look, "Cancel")
        buttons.addButton(self.primary, QDialogButtonBox.ButtonRole.AcceptRole)
        buttons.addButton(self.cancel, QDialogButtonBox.ButtonRole.RejectRole)
        self.primary.clicked.connect(self._on_primary)
        buttons.rejected.connect(self.reject)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(24, 24, 24, 20)
        layout.setSpacing(12)
        for part in (self._title, self._where, self.banner, self._outside, self._inside, buttons):
            layout.addWidget(part)
        self._outside.hide()
        self._inside.hide()
        self.primary.setDefault(True)

    # -- what is shown

    def refresh(self) -> None:
        """Read how the contract is shared."""
        self._run("Reading who reaches the contract", lambda: self._port.sharing(self._contract), self.show_sharing)

    def show_sharing(self, sharing: Sharing) -> None:
        """Show it."""
        self._shown = sharing
        title = f"Share “{sharing.title}”"
        self._title.setText(title)
        self.setWindowTitle(title)
        self.setAccessibleName(title)
        inside = bool(sharing.organization)
        self._inside.setVisible(inside and not sharing.waits)
        can_go = not inside and bool(sharing.homes) and not sharing.never_leaves
        self._outside.setVisible(can_go)
        self.cancel.setVisible(can_go)
        if inside:
            self._show_inside(sharing)
        else:
            words = "It is on this computer and nowhere else."
            reason = NEVER if sharing.never_leaves else NOWHERE if not sharing.homes else ""
            self._where.setText(f"{words} {reason}" if reason else words)
            self.homes.blockSignals(True)
            self.homes.clear()
            for home in sharing.homes:
                self.homes.addItem(home.name, home.key)
            self.homes.blockSignals(False)
        self._name_deed()
        self._fit()

    def _fit(self) -> None:
        """Be as high as the words need at this width, and no higher."""
        layout = self.layout()
        if layout is not None:
            layout.activate()
            width = max(self.width(), self.minimumWidth())
            self.resize(width, layout.totalHeightForWidth(width))

    def _show_inside(self, sharing: Sharing) -> None:
        if sharing.waits:
            self._where.setText(f"It is in {sharing.organization}. {sharing.waits}")
            return
        self._where.setText(f"It is in {sharing.organization}, on {sharing.server}.")
        words = f"Everybody in {sharing.organization}, each by their role"
        self.everybody.setText(_as_it_is(words))
        self.everybody.setAccessibleName(words)
        (self.named if sharing.restricted else self.everybody).setChecked(True)
        for choice in (self.everybody, self.named):
            choice.setEnabled(sharing.may_share)
            choice.setToolTip("" if sharing.may_share else "Only editors and above say who reaches a contract.")
        self.people.set_entries([
            ListEntry(
                one.person, one.name, f"{ROLE_NAMES[one.role]} in {sharing.organization}", _reaches(one, sharing),
                number=one.number, tag="you" if one.me else "",
                choices=reach_choices(one) if sharing.restricted and sharing.may_share else (),
            )
            for one in sharing.reach
        ])  # fmt: skip
        rows = min(MOST_SHOWN, max(1, len(sharing.reach)))
        self._scroll.setFixedHeight(rows * self._look.pixels(HEIGHT) + 4)

    def _home(self) -> Home | None:
        shown = self._shown
        if shown is None or shown.organization or shown.never_leaves:
            return None
        return next((home for home in shown.homes if home.key == self.homes.currentData()), None)

    def _name_deed(self) -> None:
        home, shown = self._home(), self._shown
        words = f"Put it in {home.name}" if home is not None else "Done"
        if home is not None and shown is not None:
            self._sends.setText(upload_words(shown.upload, home, shown.server))
        self.primary.setText(_as_it_is(words))
        self.primary.setAccessibleName(words)
        self.primary.setAccessibleDescription(self._sends.text() if home is not None else "")

    # -- deeds

    def _run(self, label: str, work: Callable[[], Result], done: Callable[[Result], None]) -> None:
        self._errands.run(self, label, work, done, self._refuse)

    def _refuse(self, error: Exception) -> None:
        self.banner.show_sentence("high", describe(error).sentence)
        if self._shown is not None:
            self.show_sharing(self._shown)
            self.primary.setEnabled(True)
        else:
            self._where.setText("")
            self._fit()

    def _did(self) -> None:
        self.primary.setEnabled(True)
        self.changed.emit()
        self.refresh()

    def _on_primary(self) -> None:
        home = self._home()
        if home is None:
            self.accept()
            return
        self.primary.setEnabled(False)
        self.banner.hide()
        self._errands.run(
            self, "Sharing a contract", lambda: self._port.put_in(self._contract, home.key), lambda _: self._did(),
            self._not_put_in,
        )  # fmt: skip

    def _not_put_in(self, error: Exception) -> None:
        """Say why; it may be in there and wait for the platform."""
        self._refuse(error)
        self.changed.emit()
        self.refresh()

    def _restrict(self) -> None:
        shown, restricted = self._shown, self.named.isChecked()
        if shown is None or restricted == shown.restricted:
            return
        self._run(
            "Changing who reaches the contract", lambda: self._port.restrict(self._contract, restricted),
            lambda _: self._did(),
        )  # fmt: skip

    def _give(self, person: str, key: str) -> None:
        role = None if key == "none" else Role(key)
        shown = self._shown
        if shown is None or any(one.person == person and one.given is role for one in shown.reach):
            return
        self.show_sharing(
            replace(
                shown, reach=tuple(replace(one, given=role) if one.person == person else one for one in shown.reach)
            )
        )
        before = shown

        def refuse(error: Exception) -> None:
            self.show_sharing(before)
            self._refuse(error)

        self._errands.run(
            self, "Changing who reaches the contract", lambda: self._port.give(self._contract, person, role),
            lambda _: self._did(), refuse,
        )  # fmt: skip


def _reaches(one: Reach, sharing: Sharing) -> str:
    if one.role in ALWAYS or not sharing.restricted:
        return ROLE_NAMES[one.role]
    return ROLE_NAMES[one.given] if one.given is not None else "No access"
