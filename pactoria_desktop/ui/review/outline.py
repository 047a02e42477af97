"""A panel of places in the contract: headings with the worst finding beneath each, defined terms, cross-references."""

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from pactoria_desktop.ui.theme.look import Look
from pactoria_desktop.ui.widgets.layouts import row
from pactoria_desktop.ui.widgets.rows import Row, RowList
from pactoria_desktop.ui.widgets.search_field import SearchField


@dataclass(frozen=True, slots=True)
class OutlineRow:
    """One place: its number, words, level from 0, what was found in it, and what stands at its right end."""

    id: str
    number: str
    title: str
    level: int = 0
    findings: int = 0
    severity: str = ""
    right: str = ""


class OutlinePanel(QWidget):
    """Shows places; ``opened`` asks to go to one."""

    opened = Signal(str)

    def __init__(self, look: Look, hint: str, name: str = "Outline") -> None:
        super().__init__()
        self._rows: tuple[OutlineRow, ...] = ()
        self.filter = SearchField(look, hint)
        self.filter.textChanged.connect(lambda words: self._show())
        self.list = RowList(look, name)
        self.list.opened.connect(self.opened)
        self.list.clicked.connect(lambda index: self.opened.emit(self.list.current_key()))
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(4)
        layout.addWidget(row(self.filter, margins=(12, 8, 12, 4)))
        layout.addWidget(self.list, 1)

    def show_outline(self, rows: Sequence[OutlineRow]) -> None:
        """Show other headings; the current one stays current when it is still there."""
        if self._rows != tuple(rows):
            self._rows = tuple(rows)
            self._show()

    def set_current(self, id: str) -> None:
        """Follow the caret into a clause."""
        self.list.blockSignals(True)
        self.list.set_current(id)
        self.list.blockSignals(False)

    def _show(self) -> None:
        wanted = self.filter.text().casefold()
        self.list.set_rows(
            [
                Row(each.id, each.title, number=each.number, level=each.level, severity=each.severity,
                    right=each.right or (str(each.findings) if each.findings else ""))
                for each in self._rows
                if not wanted or wanted in f"{each.number} {each.title}".casefold()
            ]
        )  # fmt: skip
