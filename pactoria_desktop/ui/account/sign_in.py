"""The account's place before anybody is signed in: an address, two ways in, and what signing in does not do."""

from collections.abc import Callable

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QLineEdit, QVBoxLayout, QWidget

from pactoria_desktop.ui.account.values import Errands, SignInCode, SigningIn
from pactoria_desktop.ui.shell.errors import describe
from pactoria_desktop.ui.theme.look import Look
from pactoria_desktop.ui.widgets.banner import Banner
from pactoria_desktop.ui.widgets.buttons import Button
from pactoria_desktop.ui.widgets.field_error import FieldError
from pactoria_desktop.ui.widgets.layouts import card, column, row
from pactoria_desktop.ui.widgets.text import Label

WIDTH = 500
WHAT_IT_DOES = (
    "Signing in uploads nothing. Your contracts stay on this computer, and everything goes on working without an "
    "account. A contract leaves this computer when you share it with an organization, and the button that does so "
    "says what will be sent."
)


class SignInPage(QWidget):
    """Asks for the platform's address and signs in; ``signed_in`` when that is done."""

    signed_in = Signal()

    def __init__(self, look: Look, signing_in: SigningIn, errands: Errands, address: str = "") -> None:
        super().__init__()
        self._look, self._signing_in, self._errands = look, signing_in, errands
        self._attempt = 0
        self._code: SignInCode | None = None
        self.setAccessibleName("Sign in")
        self.form, self.waiting, self.with_code = self._make_form(address), self._make_waiting(), self._make_code()
        self.waiting.hide()
        self.with_code.hide()
        self.banner = Banner(look)
        self._frame = card(
            Label(look, "Work with others", 17, 600),
            6,
            Label(look, "Sign in to your organization’s platform to share contracts with colleagues.", 13, 400,
                  "text2", wrap=True),
            16,
            self.form,
            self.waiting,
            self.with_code,
            margins=(28, 24, 28, 24),
        )  # fmt: skip
        self._does = Label(look, WHAT_IT_DOES, 12, 400, "text2", wrap=True)
        holder = column(self.banner, self._frame, 14, self._does)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(24, 24, 24, 24)
        layout.addStretch(2)
        layout.addWidget(row(None, holder, None))
        layout.addStretch(3)
        self._holder = holder
        self._dress()
        look.changed.connect(self._dress)

    def _dress(self) -> None:
        self._holder.setFixedWidth(self._look.pixels(WIDTH))

    def _make_form(self, address: str) -> QWidget:
        look = self._look
        self.address = QLineEdit(address)
        self.address.setAccessibleName("Address of the platform")
        self.address.setPlaceholderText("pactoria.example.com")
        self.address.setFont(look.font(13))
        self.address.textChanged.connect(self._on_address)
        self.address.returnPressed.connect(self.sign_in)
        self._error = FieldError(look, self.address)
        self.primary = Button(look, "Sign in in the browser", "primary")
        self.primary.clicked.connect(self.sign_in)
        self.use_code = Button(look, "Use a code instead", "quiet")
        self.use_code.clicked.connect(self.ask_for_code)
        self._on_address()
        return column(
            Label(look, "Address of the platform", 12, 600, "text2"), 6, self.address, 6, self._error, 10,
            row(self.primary, self.use_code, None, spacing=10),
        )  # fmt: skip

    def _make_waiting(self) -> QWidget:
        look = self._look
        self._where = Label(look, "", 13, 400, "text2", wrap=True)
        self.stop = Button(look, "Cancel")
        self.stop.clicked.connect(self.cancel)
        switch = Button(look, "Use a code instead", "quiet")
        switch.clicked.connect(self._switch)
        return column(
            Label(look, "Go on in the browser", 14, 600), 6, self._where, 16, row(self.stop, switch, None, spacing=10),
        )  # fmt: skip

    def _make_code(self) -> QWidget:
        look = self._look
        self._page = Label(look, "", 13, 400, "text2", wrap=True)
        self.code = Label(look, "", 26, 600, tabular=True)
        self.code.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        self.copy = Button(look, "Copy the code", icon="copy")
        self.copy.clicked.connect(lambda: QGuiApplication.clipboard().setText(self._code.code if self._code else ""))
        self.copy_page = Button(look, "Copy the address", icon="link")
        self.copy_page.clicked.connect(
            lambda: QGuiApplication.clipboard().setText(self._code.page if self._code else "")
        )
        stop = Button(look, "Cancel")
        stop.clicked.connect(self.cancel)
        return column(
            self._page, 14, self.code, 14, row(self.copy, self.copy_page, None, stop, spacing=8), 10,
            Label(look, "This window goes on by itself once the code was typed. It holds for ten minutes.", 12, 400,
                  "text2", wrap=True),
        )  # fmt: skip

    def say(self, sentence: str) -> None:
        """Say above the form why it is shown; an empty sentence takes that away."""
        if sentence:
            self.banner.show_sentence("medium", sentence)
        else:
            self.banner.hide()

    def _on_address(self) -> None:
        usable = bool(self.address.text().strip())
        self.primary.setEnabled(usable)
        self.use_code.setEnabled(usable)
        self._error.show_sentence("")

    def page(self) -> QWidget:
        """What is shown: ``form``, ``waiting`` or ``with_code``."""
        return next(each for each in (self.form, self.waiting, self.with_code) if not each.isHidden())

    @property
    def error(self) -> str:
        """The sentence below the field, empty without one."""
        return self._error.sentence

    def sign_in(self) -> None:
        """Open the browser and wait for it."""
        address = self.address.text().strip()
        if not address:
            return
        self._where.setText(f"Sign in to {address} in the page that was opened. This window follows when you are done.")
        self._go(self.waiting, self.stop)
        self._wait("Signing in", lambda: self._signing_in.in_browser(address))

    def ask_for_code(self) -> None:
        """Ask for a code, show it, and wait until it was typed somewhere."""
        address = self.address.text().strip()
        if not address:
            return
        self._attempt += 1
        attempt = self._attempt

        def show(code: SignInCode) -> None:
            if attempt != self._attempt:
                return
            self._code = code
            self.code.setText(code.code)
            self.code.setAccessibleName(f"Code: {' '.join(code.code)}")
            self._page.setText(f"Open {code.page} on any device, sign in there, and type this code.")
            self._go(self.with_code, self.copy)
            self._wait("Waiting for the code", lambda: self._signing_in.await_code(code))

        self._errands.run(
            self, "Asking for a code", lambda: self._signing_in.ask_for_code(address), show,
            lambda error: self._fail(attempt, error),
        )  # fmt: skip

    def _wait(self, label: str, work: Callable[[], bool]) -> None:
        self._attempt += 1
        attempt = self._attempt
        self._errands.run(
            self, label, work, lambda done: self._end(attempt, done), lambda error: self._fail(attempt, error)
        )

    def _end(self, attempt: int, done: bool) -> None:
        if attempt != self._attempt:
            return
        self._go(self.form, self.address)
        if done:
            self.signed_in.emit()

    def _fail(self, attempt: int, error: Exception) -> None:
        if attempt != self._attempt:
            return
        self._go(self.form, self.address)
        self._error.show_sentence(describe(error).sentence)

    def _switch(self) -> None:
        self.cancel()
        self.ask_for_code()

    def cancel(self) -> None:
        """Wait no longer."""
        self._attempt += 1
        self._signing_in.cancel()
        self._go(self.form, self.address)

    def _go(self, page: QWidget, focus: QWidget) -> None:
        had = self.isAncestorOf(self.focusWidget()) if self.focusWidget() is not None else False
        for each in (self.form, self.waiting, self.with_code):
            each.setVisible(each is page)
        if had:
            focus.setFocus()
