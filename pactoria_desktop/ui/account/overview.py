"""The account at a glance: the organization and the way to another, who is signed in, and how sync stands."""

from collections.abc import Callable
from datetime import datetime

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QComboBox, QSizePolicy

from pactoria_desktop.ui.account.page import Section, head
from pactoria_desktop.ui.account.saying import ROLE_SENTENCES, a_role, counted, sync_explanation, sync_words
from pactoria_desktop.ui.account.values import Account, AccountDeeds, Asks, Errands, SigningIn, SyncSource
from pactoria_desktop.ui.theme.look import Look
from pactoria_desktop.ui.widgets.author import Avatar
from pactoria_desktop.ui.widgets.buttons import Button
from pactoria_desktop.ui.widgets.layouts import card, column, row
from pactoria_desktop.ui.widgets.text import Label


class Overview(Section):
    """Shows an account. ``changed`` when it is another one; ``log_wanted`` asks for the sync log."""

    changed = Signal()
    log_wanted = Signal()

    def __init__(
        self, look: Look, deeds: AccountDeeds, signing_in: SigningIn, sync: SyncSource, errands: Errands, asks: Asks,
        now: Callable[[], datetime],
    ) -> None:  # fmt: skip
        super().__init__(look, "Overview", errands)
        self._deeds, self._signing_in, self._sync, self._asks, self._now = deeds, signing_in, sync, asks, now
        self._shown: Account | None = None
        self.organizations = QComboBox()
        self.organizations.setFont(look.font(13))
        self.organizations.setAccessibleName("Organization shown")
        self.organizations.activated.connect(self._choose)
        self.create_button = Button(look, "Create organization…")
        self.create_button.clicked.connect(self._create)
        self.accept = Button(look, "Accept an invitation…", "quiet")
        self.accept.clicked.connect(self._accept)
        self._name = Label(look, "", 21, 600, wrap=True)
        self._people, self._role = Label(look, "", 13, 400, "text2"), Label(look, "", 13, 400, "text2", wrap=True)
        self.cards.addWidget(
            card(head(look, "Organization"), 10, self._name, 2, self._people, 6, self._role, 14,
                 row(self.organizations, self.create_button, self.accept, None, spacing=8))
        )  # fmt: skip
        self._avatar = Avatar(look, "", 1, 32)
        self._avatar.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self._person, self._address = Label(look, "", 13, 500), Label(look, "", 12, 400, "text2")
        self.sign_out = Button(look, "Sign out…", icon="sign_out")
        self.sign_out.clicked.connect(self._sign_out)
        names = column(self._person, self._address, spacing=1)
        who = row(self._avatar, names, None, self.sign_out, spacing=12)
        self.cards.addWidget(card(head(look, "Signed in as"), 10, who))
        self._sync_words, self._sync_more = Label(look, "", 14, 500), Label(look, "", 13, 400, "text2", wrap=True)
        self.sync_now = Button(look, "Sync now", icon="sync")
        self.sync_now.clicked.connect(lambda: self.run("Syncing", self._sync.sync_now, lambda _: self.show_sync()))
        self.log = Button(look, "Open the sync log", "quiet")
        self.log.clicked.connect(self.log_wanted)
        self.cards.addWidget(
            card(head(look, "Sync", self.log), 10, self._sync_words, 2, self._sync_more, 14, row(self.sync_now, None))
        )

    def show_account(self, account: Account) -> None:
        """Show who is signed in and where."""
        self._shown = account
        current = account.current
        self._name.setText(current.name)
        self._people.setText("Only you" if current.people <= 1 else counted(current.people, "person", "people"))
        role, what = a_role(current.role), ROLE_SENTENCES[current.role]
        self._role.setText(f"You are {role}. {role.capitalize()} {what[0].lower()}{what[1:]}")
        self.organizations.blockSignals(True)
        self.organizations.clear()
        for one in account.organizations:
            self.organizations.addItem(one.name, one.key)
        self.organizations.setCurrentIndex(self.organizations.findData(account.organization))
        self.organizations.blockSignals(False)
        self.organizations.setVisible(len(account.organizations) > 1)
        self._person.setText(account.name)
        self._address.setText(f"{account.address}, on {account.server.address}")
        self._avatar.show_person(account.name, 1)
        self.show_sync()

    def show_sync(self) -> None:
        """Say how sync stands now."""
        status, now = self._sync.status(), self._now()
        self._sync_words.setText(sync_words(status, now))
        self._sync_more.setText(sync_explanation(status, now))

    def refresh(self) -> None:
        """Only what sync says changes without another account."""
        self.show_sync()

    def _choose(self) -> None:
        key = str(self.organizations.currentData())
        if self._shown is not None and key != self._shown.organization:
            self.run("Showing another organization", lambda: self._deeds.choose_organization(key),
                     lambda _: self.changed.emit())  # fmt: skip

    def _create(self) -> None:
        name = self._asks.words(
            "Create an organization", "You own it, and invite others to it. Nothing is uploaded by this.", "Create"
        )
        if name and name.strip():
            self.run("Creating an organization", lambda: self._deeds.create_organization(name.strip()),
                     lambda _: self.changed.emit())  # fmt: skip

    def _accept(self) -> None:
        link = self._asks.words(
            "Accept an invitation", "Paste the link that you were given. You join that organization; nothing is "
            "uploaded by this.", "Join"
        )  # fmt: skip
        if link and link.strip():
            self.run("Accepting an invitation", lambda: self._deeds.accept_invitation(link), self._joined)

    def _joined(self, name: str) -> None:
        self.changed.emit()
        self.tell(f"You belong to {name} now.")

    def _sign_out(self) -> None:
        waiting = self._sync.status().waiting
        kept = (
            f"{counted(waiting, 'change')} {'is' if waiting == 1 else 'are'} not sent yet and "
            f"{'goes' if waiting == 1 else 'go'} when you sign in again. " if waiting else ""
        )  # fmt: skip
        sure = self._asks.decision(
            "Sign out on this computer?",
            f"{kept}Contracts that are here stay here and can be edited. Nothing is sent or received until you sign in "
            "again.",
            "Sign out",
        )
        if sure:
            self.run("Signing out", self._signing_in.sign_out, lambda _: self.changed.emit())
