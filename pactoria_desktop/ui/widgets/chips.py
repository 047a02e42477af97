"""A row of chips: one choice of several, or several at once."""

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QButtonGroup, QWidget

from pactoria_desktop.ui.theme.look import Look
from pactoria_desktop.ui.widgets.buttons import Button
from pactoria_desktop.ui.widgets.layouts import WrappingLayout


@dataclass(frozen=True)
class Chip:
    """``key`` is what is told when it is chosen; ``count`` is shown behind the words when given."""

    key: str
    words: str
    count: int | None = None


class ChipRow(QWidget):
    """Chips in a row, or in more where it is narrow; ``chosen`` tells the keys that are on after a person
    changed them."""

    chosen = Signal(tuple)

    def __init__(self, look: Look, accessible_name: str, chips: Sequence[Chip], *, exclusive: bool = True) -> None:
        super().__init__()
        self.setAccessibleName(accessible_name)
        self._look, self._group = look, QButtonGroup(self)
        self._group.setExclusive(exclusive)
        self._row = WrappingLayout(self, 6)
        self._buttons: dict[str, Button] = {}
        self.set_chips(chips)

    def set_chips(self, chips: Sequence[Chip]) -> None:
        """Show other chips; those that stay keep their state, and an exclusive row has the first on."""
        on = set(self.keys())
        for button in self._buttons.values():
            self._group.removeButton(button)
            self._row.removeWidget(button)
            button.hide()
            button.deleteLater()
        self._buttons = {}
        for chip in chips:
            words = chip.words if chip.count is None else f"{chip.words} {chip.count}"
            button = Button(self._look, words, "chip")
            button.setChecked(chip.key in on)
            button.clicked.connect(self._tell)
            self._group.addButton(button)
            self._row.addWidget(button)
            self._buttons[chip.key] = button
        if self._group.exclusive() and chips and not self.keys():
            self._buttons[chips[0].key].setChecked(True)

    def keys(self) -> tuple[str, ...]:
        """The keys that are on."""
        return tuple(key for key, button in self._buttons.items() if button.isChecked())

    def set_keys(self, keys: Sequence[str]) -> None:
        """Turn chips on and off without telling."""
        for key, button in self._buttons.items():
            if key in keys or not self._group.exclusive():
                button.setChecked(key in keys)

    def _tell(self) -> None:
        self.chosen.emit(self.keys())
