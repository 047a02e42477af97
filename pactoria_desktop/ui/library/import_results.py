"""What became of the files of an import: one line each, with its reason in one sentence."""

from collections.abc import Iterable, Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QProgressBar, QVBoxLayout, QWidget

from pactoria_desktop.ui.library.values import ImportLine, ImportState
from pactoria_desktop.ui.theme.look import Look
from pactoria_desktop.ui.widgets.buttons import Button
from pactoria_desktop.ui.widgets.card_list import Card, CardList
from pactoria_desktop.ui.widgets.layouts import row, rule
from pactoria_desktop.ui.widgets.text import Label

WORDS = {
    ImportState.WAITING: "Waiting",
    ImportState.READING: "Reading",
    ImportState.ADDED: "Added",
    ImportState.KNOWN: "In the library already",
    ImportState.REFUSED: "Not added",
}
MARKS = {
    ImportState.WAITING: "note",
    ImportState.READING: "note",
    ImportState.ADDED: "ok",
    ImportState.KNOWN: "low",
    ImportState.REFUSED: "high",
}
FINISHED = (ImportState.ADDED, ImportState.KNOWN, ImportState.REFUSED)


def summary(lines: Iterable[ImportLine]) -> str:
    """The outcome in one sentence: "33 of 40 files read: 30 added, 2 in the library already, 1 not added."."""
    listed = list(lines)
    done = [line for line in listed if line.state in FINISHED]
    parts = []
    for state in FINISHED:
        count = sum(1 for line in done if line.state is state)
        if count:
            parts.append(f"{count} {WORDS[state][0].lower()}{WORDS[state][1:]}")
    files = "file" if len(listed) == 1 else "files"
    return f"{len(done)} of {len(listed)} {files} read" + (f": {', '.join(parts)}." if parts else ".")


class ImportResults(QWidget):
    """A panel under the list while and after files are added. ``opened`` gives a contract; ``cancelled`` stops the
    rest."""

    opened = Signal(str)
    cancelled = Signal()

    def __init__(self, look: Look) -> None:
        super().__init__()
        self._look = look
        self.setAccessibleName("Files being added")
        self._lines: tuple[ImportLine, ...] = ()
        self._shown: tuple[ImportLine, ...] = ()
        self._title = Label(look, "", 13, 600)
        self._bar = QProgressBar()
        self._bar.setTextVisible(False)
        self._bar.setAccessibleName("Files read")
        self._cancel = Button(look, "Cancel", "quiet")
        self._cancel.setAccessibleName("Cancel adding files")
        self._cancel.clicked.connect(self.cancelled)
        self._close = Button(look, "Close", "quiet")
        self._close.setAccessibleName("Close the list of files")
        self._close.clicked.connect(self.hide)
        self.cards = CardList(look, "Files")
        self.cards.opened.connect(self._on_opened)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(rule())
        layout.addWidget(row(self._title, None, self._cancel, self._close, margins=(24, 8, 16, 6)))
        layout.addWidget(row(self._bar, margins=(24, 0, 24, 8)))
        layout.addWidget(self.cards)
        self.cards.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.hide()

    def lines(self) -> tuple[ImportLine, ...]:
        """What is shown."""
        return self._lines

    def show_lines(self, lines: Sequence[ImportLine]) -> None:
        """Show the files, refused ones first once all are read, so that no reason is overlooked."""
        self._lines = tuple(lines)
        done = sum(1 for line in lines if line.state in FINISHED)
        ended = done == len(lines)
        shown = sorted(self._lines, key=lambda line: line.state is not ImportState.REFUSED) if ended else self._lines
        self.cards.set_cards(
            [
                Card(
                    str(number),
                    line.file,
                    WORDS[line.state],
                    detail=line.sentence,
                    severity=MARKS[line.state],
                    quiet=line.state is ImportState.WAITING,
                )
                for number, line in enumerate(shown)
            ]
        )
        self._shown = tuple(shown)
        self._title.setText(summary(lines))
        self.setAccessibleDescription(summary(lines))
        self._bar.setRange(0, max(1, len(lines)))
        self._bar.setValue(done)
        self._bar.setVisible(not ended)
        self._cancel.setVisible(not ended)
        self._close.setVisible(ended)
        self.cards.setFixedHeight(min(self._look.pixels(230), self._look.pixels(62) * max(1, len(lines))))
        self.setVisible(bool(lines))

    def _on_opened(self, key: str) -> None:
        line = self._shown[int(key)]
        if line.key:
            self.opened.emit(line.key)
