"""A section of the account's place: a title, a banner for what went wrong, cards below each other."""

from collections.abc import Callable
from typing import TypeVar

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QScrollArea, QVBoxLayout, QWidget

from pactoria_desktop.ui.account.values import Errands
from pactoria_desktop.ui.shell.errors import describe
from pactoria_desktop.ui.theme.look import Look
from pactoria_desktop.ui.widgets.banner import Banner
from pactoria_desktop.ui.widgets.buttons import Button
from pactoria_desktop.ui.widgets.layouts import row
from pactoria_desktop.ui.widgets.text import Label

WIDEST = 880
Result = TypeVar("Result")


def head(look: Look, title: str, *actions: Button) -> QWidget:
    """A card's title with what can be done at its right."""
    return row(Label(look, title, 14, 600), None, *actions, spacing=8)


class Section(QScrollArea):
    """Cards in a column that grows to a readable width. ``run`` does an errand and says in the banner what failed."""

    def __init__(self, look: Look, name: str, errands: Errands) -> None:
        super().__init__()
        self.look, self._errands = look, errands
        self.setAccessibleName(name)
        self.setWidgetResizable(True)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.banner = Banner(look)
        body = QWidget()
        outer = QVBoxLayout(body)
        outer.setContentsMargins(24, 20, 24, 24)
        outer.setSpacing(0)
        self._column = QWidget()
        self._column.setMaximumWidth(look.pixels(WIDEST))
        self.cards = QVBoxLayout(self._column)
        self.cards.setContentsMargins(0, 0, 0, 0)
        self.cards.setSpacing(16)
        self.cards.addWidget(self.banner)
        outer.addWidget(self._column)
        outer.addStretch(1)
        self.setWidget(body)
        look.changed.connect(self._dress)

    def _dress(self) -> None:
        self._column.setMaximumWidth(self.look.pixels(WIDEST))

    def run(self, label: str, work: Callable[[], Result], done: Callable[[Result], None]) -> None:
        """Do something that may wait; what it cannot do is said above the cards."""
        self._errands.run(self, label, work, done, self.refuse)

    def refuse(self, error: Exception) -> None:
        """Say why something was not done."""
        self.banner.show_sentence("high", describe(error).sentence)
        self.ensureWidgetVisible(self.banner)

    def tell(self, sentence: str) -> None:
        """Say what was done."""
        self.banner.show_sentence("ok", sentence)

    def refresh(self) -> None:
        """Read anew; overridden by each section."""
        raise NotImplementedError
