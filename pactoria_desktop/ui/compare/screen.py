"""The comparison of two drafts: their names, the two sides, the list of changes, next and previous."""

from collections import Counter
from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from pactoria_desktop.contract.comparison import ComparedPair
from pactoria_desktop.ui.compare.describing import ICONS, KINDS, kind_of_change, spoken, summary
from pactoria_desktop.ui.compare.side_by_side import SideBySide
from pactoria_desktop.ui.theme.look import Look
from pactoria_desktop.ui.widgets.buttons import Button, ToolButton
from pactoria_desktop.ui.widgets.chips import Chip, ChipRow
from pactoria_desktop.ui.widgets.layouts import column, row, rule
from pactoria_desktop.ui.widgets.rows import Row, RowList
from pactoria_desktop.ui.widgets.search_field import SearchField
from pactoria_desktop.ui.widgets.text import Label

LIST_WIDTH = 330


class CompareScreen(QWidget):
    """A comparison. ``export_wanted`` asks for the redline as a Word file."""

    export_wanted = Signal()

    def __init__(self, look: Look) -> None:
        super().__init__()
        self._pairs: tuple[ComparedPair, ...] = ()
        self._partners: dict[str, ComparedPair] = {}
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
        self._words = SearchField(look, "Filter changes")
        self._words.textChanged.connect(lambda words: self._show_list())
        self.list = RowList(look, "Changes between the drafts", height=36)
        self.list.moved.connect(self.sides.go_to)
        self.sides.moved.connect(self._follow)
        bar = row(self._names, self._note, None, previous, following, export, margins=(18, 6, 12, 6), spacing=8)
        bar.setObjectName("surface")
        top = column(self._words, self._filter, margins=(12, 12, 12, 10), spacing=10)
        side = column(top, rule(), self.list)
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
        self._partners = {pair.id: pair for pair in self._pairs}
        counts = Counter(kind_of_change(pair) for pair in self._changes())
        unmarked = sum(1 for pair in self._changes() if pair.unmarked)
        chips = [Chip("all", "All", counts.total())]
        chips += [Chip(kind, words, counts[kind]) for kind, words in KINDS.items() if counts[kind]]
        if unmarked:
            chips.append(Chip("unmarked", KINDS["unmarked"], unmarked))
        self._filter.set_chips(chips)
        self.sides.show_pairs(self._pairs)
        self._show_list()
        rows = self.list.rows()
        if rows:
            self.sides.go_to(rows[0].key)

    def counts(self) -> tuple[str, ...]:
        """How many changes there are, and how many of them nobody marked, in words."""
        number, unmarked = len(self._changes()), sum(1 for pair in self._changes() if pair.unmarked)
        changes = f"{number:,} {'change' if number == 1 else 'changes'}"
        return (changes, f"{unmarked:,} not marked by the sender") if unmarked else (changes,)

    def _changes(self) -> list[ComparedPair]:
        """One pair for each change: a move counts where the paragraph now stands."""
        return [pair for pair in self._pairs if pair.kind != "same" and not (pair.kind == "moved" and pair.new is None)]

    def _show_list(self) -> None:
        keys = self._filter.keys()
        which, words = keys[0] if keys else "all", self._words.text().strip().casefold()
        rows = []
        for pair in sorted(self._changes(), key=lambda pair: not pair.unmarked):
            kind, partner = kind_of_change(pair), self._partners.get(pair.partner)
            told = summary(pair, partner)
            if which not in ("all", kind) and not (which == "unmarked" and pair.unmarked):
                continue
            if words and words not in f"{pair.number} {told}".casefold():
                continue
            icon = ICONS["unmarked" if pair.unmarked else kind]
            severity = "high" if pair.unmarked else ""
            rows.append(
                Row(pair.id, told, number=pair.number, spoken=spoken(pair, partner), icon=icon, severity=severity)
            )
        self.list.set_rows(rows)

    def _follow(self, id: str) -> None:
        if self.list.current_key() != id:
            self.list.blockSignals(True)
            self.list.set_current(id)
            self.list.blockSignals(False)
