"""The platform that the account is on."""

from PySide6.QtGui import QGuiApplication

from pactoria_desktop.ui.account.page import Section, head
from pactoria_desktop.ui.account.values import Account, Errands
from pactoria_desktop.ui.theme.look import Look
from pactoria_desktop.ui.widgets.buttons import Button
from pactoria_desktop.ui.widgets.layouts import card, row
from pactoria_desktop.ui.widgets.text import Label

WHAT_LEAVES = (
    "What you share with an organization is sent there and kept encrypted; outside private networks the connection is "
    "encrypted too. Contracts that you did not share never leave this computer."
)


class ServerSection(Section):
    """Says which server it is, what it runs, and what goes there."""

    def __init__(self, look: Look, errands: Errands) -> None:
        super().__init__(look, "Server", errands)
        self._address, self._version = Label(look, "", 17, 600, wrap=True), Label(look, "", 13, 400, "text2")
        self._mail = Label(look, "", 13, 400, "text2", wrap=True)
        self.copy = Button(look, "Copy the address", icon="copy")
        self.copy.clicked.connect(lambda: QGuiApplication.clipboard().setText(self._address.text()))
        self.cards.addWidget(
            card(head(look, "Server"), 10, self._address, 2, self._version, 8, self._mail, 14, row(self.copy, None))
        )
        self.cards.addWidget(
            card(head(look, "What goes there"), 6, Label(look, WHAT_LEAVES, 13, 400, "text2", wrap=True))
        )

    def show_account(self, account: Account) -> None:
        """Show the server of an account."""
        server = account.server
        self._address.setText(server.address)
        self._version.setText(f"Version {server.version}")
        self._version.setVisible(bool(server.version))
        self._mail.setVisible(server.mails is not None)
        mails = (
            "It sends invitations by e-mail." if server.mails else "It sends no mail: invitations are links to copy."
        )
        self._mail.setText(mails)

    def refresh(self) -> None:
        """Nothing is read here: it comes with the account."""
