"""The dialog that invites somebody into an organization."""

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from pactoria_desktop.protocol.permissions import Role
from pactoria_desktop.ui.account.saying import ROLE_NAMES, ROLE_SENTENCES
from pactoria_desktop.ui.theme.look import Look
from pactoria_desktop.ui.widgets.dialogs import AskingDialog
from pactoria_desktop.ui.widgets.field_error import FieldError
from pactoria_desktop.ui.widgets.text import Label

NO_ADDRESS = "This is not an e-mail address: it needs a name, an @ and a server, as in ada@example.com."


class InviteDialog(AskingDialog):
    """Asks for an address and a role; ``wanted`` gives both when the person goes on."""

    wanted = Signal(str, object)

    def __init__(
        self, look: Look, parent: QWidget, organization: str, roles: Sequence[Role], *, mails: bool | None
    ) -> None:
        explanation = (
            "They get an e-mail with a link that holds for seven days." if mails
            else "They get a link that holds for seven days: by e-mail where the server sends mail, else from you."
            if mails is None
            else "This server sends no mail: you get a link to give to them. It holds for seven days."
        )  # fmt: skip
        title = f"Invite to {organization}"
        super().__init__(look, parent, title, explanation, "Make the link" if mails is False else "Invite")
        self.address = self.add_field("E-mail address", "", named=True)
        self._error = FieldError(look, self.address)
        self._add(self._error)
        usual = Role.EDITOR if Role.EDITOR in roles else roles[-1]
        self.role = self.add_choices(
            "Role", [(role.value, ROLE_NAMES[role]) for role in roles], usual.value, named=True
        )
        self._what = Label(look, ROLE_SENTENCES[usual], 12, 400, "text2", wrap=True)
        self._add(self._what)
        self.role.currentIndexChanged.connect(lambda _: self._what.setText(ROLE_SENTENCES[self._chosen()]))
        self.address.textChanged.connect(lambda *_: self._error.show_sentence(""))
        self.address.setFocus()

    def _chosen(self) -> Role:
        return Role(str(self.role.currentData()))

    @property
    def error(self) -> str:
        """The sentence below the address, empty without one."""
        return self._error.sentence

    def accept(self) -> None:
        """Go on with a usable address, else say what it needs."""
        address = self.address.words().strip()
        name, at, server = address.partition("@")
        if not (name and at and server) or any(letter.isspace() for letter in address):
            self._error.show_sentence(NO_ADDRESS)
            self.adjustSize()
            self.address.setFocus()
            return
        self.wanted.emit(address, self._chosen())
        super().accept()
