"""The particulars of a contract: title, counterparty, status and parties."""

from collections.abc import Mapping

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QLineEdit, QVBoxLayout, QWidget

from pactoria_desktop.ui.sharing.values import Particulars, Party
from pactoria_desktop.ui.theme.look import Look
from pactoria_desktop.ui.widgets.buttons import Button, ToolButton
from pactoria_desktop.ui.widgets.dialogs import AskingDialog
from pactoria_desktop.ui.widgets.layouts import row
from pactoria_desktop.ui.widgets.text import Label

ONLY_READ = "Your role lets you read these particulars, not change them."


class PartyLine(QWidget):
    """One party: its name, its part, and a button that takes it away."""

    removed = Signal()

    def __init__(self, look: Look, party: Party, *, editable: bool) -> None:
        super().__init__()
        self._key = party.key
        self.name, self.part = QLineEdit(party.name), QLineEdit(party.part)
        self.name.setPlaceholderText("Name")
        self.part.setPlaceholderText("Part, as “Customer”")
        for field in (self.name, self.part):
            field.setFont(look.font(13))
            field.setReadOnly(not editable)
        self.part.setFixedWidth(look.pixels(170))
        self.remove = ToolButton(look, "close", "Take this party away", 13)
        self.remove.setVisible(editable)
        self.remove.clicked.connect(self.removed)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(row(self.name, self.part, self.remove, spacing=6))

    def number(self, at: int) -> None:
        """Say which party it is, from 1."""
        self.name.setAccessibleName(f"Name of party {at}")
        self.part.setAccessibleName(f"Part of party {at}")
        self.remove.setAccessibleName(f"Take party {at} away")

    def party(self) -> Party | None:
        """What stands in it; None without a name."""
        name = self.name.text().strip()
        return Party(name, self.part.text().strip(), self._key) if name else None


class ParticularsDialog(AskingDialog):
    """Asks for particulars; ``wanted`` gives them when the person goes on. ``statuses`` are words by key."""

    wanted = Signal(object)

    def __init__(
        self, look: Look, parent: QWidget | None, given: Particulars, statuses: Mapping[str, str], *,
        editable: bool = True,
    ) -> None:  # fmt: skip
        super().__init__(look, parent, "Particulars", "" if editable else ONLY_READ, "Save" if editable else "Done")
        self.setMinimumWidth(look.pixels(520))
        self._editable, self.lines = editable, list[PartyLine]()
        self.title = self.add_field("Title", given.title, named=True)
        self.counterparty = self.add_field("Counterparty", given.counterparty, named=True, needed=False)
        known = {given.status: statuses.get(given.status, given.status)} | dict(statuses)
        self.status = self.add_choices("Status", tuple(known.items()), given.status, named=True)
        self._add(Label(look, "Parties", 12, 600, "text2"))
        holder = QWidget()
        self._rows = QVBoxLayout(holder)
        self._rows.setContentsMargins(0, 0, 0, 0)
        self._rows.setSpacing(6)
        self._add(holder)
        self.more = Button(look, "Add a party", icon="plus")
        self.more.clicked.connect(lambda: self._add_line(Party("")).name.setFocus())
        self._add(row(self.more, None))
        self.more.setVisible(editable)
        for party in given.parties:
            self._add_line(party)
        if not editable:
            self.status.setEnabled(False)
            for field in (self.title, self.counterparty):
                field.setReadOnly(True)
        self.title.setFocus()

    def _add_line(self, party: Party) -> PartyLine:
        line = PartyLine(self._look, party, editable=self._editable)
        line.removed.connect(lambda: self._remove(line))
        self.lines.append(line)
        self._rows.addWidget(line)
        self._number()
        return line

    def _remove(self, line: PartyLine) -> None:
        at = self.lines.index(line)
        self.lines.remove(line)
        self._rows.removeWidget(line)
        line.hide()
        line.deleteLater()
        self._number()
        (self.lines[min(at, len(self.lines) - 1)].name if self.lines else self.more).setFocus()

    def _number(self) -> None:
        for at, line in enumerate(self.lines, 1):
            line.number(at)

    def particulars(self) -> Particulars:
        """What stands in the fields; parties without a name are left out."""
        parties = tuple(party for party in (line.party() for line in self.lines) if party is not None)
        return Particulars(
            self.title.words().strip(), self.counterparty.words().strip(), str(self.status.currentData()), parties
        )

    def accept(self) -> None:
        """Give what stands in the fields."""
        if self._editable:
            self.wanted.emit(self.particulars())
        super().accept()
