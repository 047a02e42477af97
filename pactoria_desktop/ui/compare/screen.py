"""The comparison of two drafts: their names, the two sides, the list of changes, next and previous."""

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from pactoria_desktop.contract.comparison import ComparedPair
from pactoria_desktop.ui.compare.side_by_side import SideBySide
from pactoria_desktop.ui.theme.look import Look
from pactoria_desktop.ui.widgets.buttons import Button, ToolButton
from pactoria_desktop.ui.widgets.chips import Chip, ChipRow
from pactoria_desktop.ui.widgets.layouts import column, row, rule
from pactoria_desktop.ui.widgets.rows import Row, RowList
from pactoria_desktop.ui.widgets.text import Label

KINDS = {"changed": "Wording", "added": "Added", "removed": "Removed", "moved": "Moved"}
LIST_WIDTH = 330


class CompareScreen(QWidget):
    """A comparison. ``export_wanted`` asks for the redline as a Word file."""

    export_wanted = Signal()

    def __init__(self, look: Look) -> None:
        super().__init__()
        self._pairs: tuple[ComparedPair, ...] = ()
        self._names = Label(look, "", 13, 600)
        self._note = Label(look, "", 12, 400, "text2")
        previous = ToolButton(look, "previous", "Previous change", 18)
        following = ToolButton(look, "next", "Next change", 18)
        self.sides = SideBySide(look)
        previous.clicked.connect(lambda: self.sides.step(-1))
        following.clicked.connect(lambda: self.sides.step(1))
        export = Button(look, "Export as Word redline…", "plain")
        export.clicked.connect(self.export_wanted)
        self._filter = ChipRow(look, "Which changes", (Chip("all", "All"),))
        self._filter.chosen.connect(lambda keys: self._show_list())
        self.list = RowList(look, "Changes between the drafts", height=36)
        self.list.moved.connect(self.sides.go_to)
        self.sides.moved.connect(self._follow)
        bar = row(self._names, self._note, None, previous, following, export, margins=(18, 6, 12, 6), spacing=8)
        bar.setObjectName("surface")
        side = column(row(self._filter, margins=(12, 10, 12, 10)), rule(), self.list)
        side.setFixedWidth(look.pixels(LIST_WIDTH))
        side.setObjectName("panel")
        body = QWidget()
        across = QHBoxLayout(body)
        across.setContentsMargins(0, 0, 0, 0)
        across.setSpacing(0)
        across.addWidget(self.sides, 1)
        across.addWidget(rule(vertical=True))
        across.addWidget(side)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(bar)
        layout.addWidget(rule())
        layout.addWidget(body, 1)

    def show_comparison(self, old_name: str, new_name: str, pairs: Sequence[ComparedPair], note: str = "") -> None:
        """Show the changes from one draft to another; ``note`` says what the comparison could not carry."""
        self._pairs = tuple(pairs)
        self._names.setText(f"{old_name}  ›  {new_name}")
        self._note.setText(note)
        changed = [pair for pair in self._pairs if pair.kind != "same"]
        chips = [Chip("all", "All", len(changed))]
        unmarked = sum(1 for pair in changed if pair.unmarked)
        if unmarked:
            chips.append(Chip("unmarked", "Not marked", unmarked))
        self._filter.set_chips(chips)
        self.sides.show_pairs(self._pairs)
        self._show_list()

    def _show_list(self) -> None:
        keys = self._filter.keys()
        which = keys[0] if keys else "all"
        rows = [
            Row(pair.id, summary(pair), number=pair.number, spoken=spoken(pair), icon="eye" if pair.unmarked else "")
            for pair in sorted(self._pairs, key=lambda pair: not pair.unmarked)
            if pair.kind != "same" and (which == "all" or pair.unmarked)
        ]
        self.list.set_rows(rows)

    def _follow(self, id: str) -> None:
        if self.list.current_key() != id:
            self.list.blockSignals(True)
            self.list.set_current(id)
            self.list.blockSignals(False)


def summary(pair: ComparedPair) -> str:
    """A change in a few words of the drafts themselves."""
    gone = _changed_words(pair.old)
    come = _changed_words(pair.new)
    if pair.kind == "moved":
        return f"Moved: {come or (pair.new or pair.old).text[:60]}"  # type: ignore[union-attr]
    if pair.kind == "added" or not gone:
        return f"New: {come}"
    if pair.kind == "removed" or not come:
        return f"Removed: {gone}"
    return f"{gone} became {come}"


def spoken(pair: ComparedPair) -> str:
    """The change for a screen reader."""
    where = f"at {pair.number}, " if pair.number else ""
    marked = "not marked by the sender, " if pair.unmarked else ""
    return f"{KINDS.get(pair.kind, '')}, {where}{marked}{summary(pair)}"


def _changed_words(side: object) -> str:
    pieces = getattr(side, "pieces", ())
    words = " … ".join(
        " ".join(piece.text.split()) for piece in pieces if piece.kind == "changed" and piece.text.strip()
    )
    return words if len(words) <= 80 else words[:77].rstrip() + "…"
