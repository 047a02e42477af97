"""What sync did and has to do: what came, what went, what waits, what was not accepted."""

from collections.abc import Callable, Sequence
from datetime import datetime

from PySide6.QtCore import Signal

from pactoria_desktop.ui.account.page import Section, head
from pactoria_desktop.ui.account.saying import clock, counted, sync_explanation, sync_words
from pactoria_desktop.ui.account.values import Asks, Errands, SyncLine, SyncSource, Way
from pactoria_desktop.ui.theme.look import Look
from pactoria_desktop.ui.widgets.buttons import Button
from pactoria_desktop.ui.widgets.chips import Chip, ChipRow
from pactoria_desktop.ui.widgets.entries import EntryList, ListEntry
from pactoria_desktop.ui.widgets.layouts import card, row
from pactoria_desktop.ui.widgets.text import Label

MOST = 200
ICONS = {Way.CAME: "came_down", Way.WENT: "sent_up", Way.WAITS: "clock", Way.REFUSED: ""}
NAMES = {Way.CAME: "Came", Way.WENT: "Went", Way.WAITS: "Waits", Way.REFUSED: "Not accepted"}
WHY_REFUSED = (
    "The platform did not accept these changes, because the right to make them ended before they arrived. They are "
    "kept here and can be exported."
)
NOTHING = "Nothing came or went since the program was started."


class SyncLog(Section):
    """The log and how sync stands. ``opened`` gives the key of a line that a person opened; ``conflicts_wanted`` asks
    for the panel of conflicts."""

    opened = Signal(str)
    conflicts_wanted = Signal()

    def __init__(self, look: Look, sync: SyncSource, errands: Errands, asks: Asks, now: Callable[[], datetime]) -> None:
        super().__init__(look, "Sync log", errands)
        self._sync, self._asks, self._now = sync, asks, now
        self._lines: tuple[SyncLine, ...] = ()
        self._state, self._more = Label(look, "", 14, 500), Label(look, "", 13, 400, "text2", wrap=True)
        self.sync_now = Button(look, "Sync now", "primary")
        self.sync_now.clicked.connect(lambda: self.run("Syncing", sync.sync_now, lambda _: self.refresh()))
        self.conflicts = Button(look, "Decide…")
        self.conflicts.clicked.connect(self.conflicts_wanted)
        self.cards.addWidget(card(self._state, 2, self._more, 14, row(self.sync_now, self.conflicts, None, spacing=8)))
        self.filter = ChipRow(look, "Which lines", self._chips())
        self.filter.chosen.connect(lambda _: self._show())
        self.list = EntryList(look, "Sync log", all_shown=True)
        self.list.opened.connect(self.opened)
        self._why = Label(look, WHY_REFUSED, 12, 400, "text2", wrap=True)
        self.export = Button(look, "Export what was not accepted…", icon="export")
        self.export.clicked.connect(self._export)
        self._nothing = Label(look, NOTHING, 13, 400, "text2", wrap=True)
        self.drop = Button(look, "Remove them from the list…")
        self.drop.clicked.connect(self._drop)
        self._export_row = row(self.export, self.drop, None, spacing=8)
        self.cards.addWidget(
            card(head(look, "Log"), 4, self.filter, 4, self._why, self._export_row, self._nothing, self.list, spacing=8)
        )

    def refresh(self) -> None:
        """Read how it stands and the log."""
        status, now = self._sync.status(), self._now()
        self._state.setText(sync_words(status, now))
        self._more.setText(sync_explanation(status, now))
        self.conflicts.setVisible(bool(status.conflicts))
        self.run("Reading the sync log", lambda: self._sync.log(MOST), self._take)

    def _take(self, lines: Sequence[SyncLine]) -> None:
        self._lines = tuple(lines)
        chosen = self.filter.keys()
        self.filter.set_chips(self._chips())
        self.filter.set_keys(chosen)
        self._show()

    def _chips(self) -> tuple[Chip, ...]:
        counts = {way: sum(1 for line in self._lines if line.way is way) for way in Way}
        return (Chip("", "All", len(self._lines)), *(Chip(way.value, NAMES[way], counts[way]) for way in Way))

    def _show(self) -> None:
        keys, now = self.filter.keys(), self._now()
        way = keys[0] if keys else ""
        shown = [line for line in self._lines if way in ("", line.way.value)]
        self.list.set_entries([_entry(line, now) for line in shown])
        refused = way in ("", Way.REFUSED.value) and any(line.way is Way.REFUSED for line in self._lines)
        self._why.setVisible(refused)
        self._export_row.setVisible(refused)
        self._nothing.setVisible(not shown)
        self.list.setVisible(bool(shown))
        self._nothing.setText(NOTHING if not self._lines else "No line of this kind.")

    def _export(self) -> None:
        path = self._asks.file_to_write("Export what was not accepted", "not-accepted.md", "Markdown files (*.md)")
        if path is not None:
            self.run("Exporting", lambda: self._sync.export_refused(path),
                     lambda number: self.tell(f"{counted(number, 'change')} written to {path.name}."))  # fmt: skip

    def _drop(self) -> None:
        sure = self._asks.decision(
            "Remove what was not accepted from the list?",
            "Nobody else has these changes. Export them first where you may need them.",
            "Remove them",
            danger=True,
        )
        if sure:
            self.run("Removing", self._sync.drop_refused, self._dropped)

    def _dropped(self, number: int) -> None:
        self.refresh()
        self.tell(f"{counted(number, 'change')} removed from the list.")


def _entry(line: SyncLine, now: datetime) -> ListEntry:
    second = ", ".join(part for part in (line.contract, line.by) if part)
    if line.reason:
        second = f"{second}. {line.reason}" if second else line.reason
    severity = "medium" if line.way is Way.REFUSED else ""
    return ListEntry(line.key, line.what, second, NAMES[line.way], clock(line.at, now), icon=ICONS[line.way],
                     severity=severity)  # fmt: skip
