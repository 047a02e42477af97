"""The line at the foot: left whether anything is sent and what runs, right where I am."""

from collections.abc import Sequence

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from pactoria_desktop.runtime.work import Job
from pactoria_desktop.ui.shell.tasks import BackgroundTasks
from pactoria_desktop.ui.theme.look import Look
from pactoria_desktop.ui.widgets.layouts import rule
from pactoria_desktop.ui.widgets.progress import ProgressItem
from pactoria_desktop.ui.widgets.text import Label, Painted, draw_line

HEIGHT = 27


class StatusItem(Painted):
    """An icon and a few words."""

    def __init__(self, look: Look, icon: str, words: str, explanation: str = "") -> None:
        super().__init__(look, words)
        self._icon, self._words = icon, words
        self.setToolTip(explanation)
        self.setAccessibleDescription(explanation)

    @property
    def words(self) -> str:
        """What it says."""
        return self._words

    def set_words(self, words: str) -> None:
        """Say something else."""
        if words != self._words:
            self._words = words
            self.setAccessibleName(words)
            self.on_look_changed()

    def sizeHint(self) -> QSize:
        """Icon, air, words."""
        width = self.look.pixels(15) + 6 + self.look.text_width(self._words, 12, 400, True)
        return QSize(int(width) + 2, self.look.pixels(HEIGHT - 1))

    def minimumSizeHint(self) -> QSize:
        """All of it."""
        return self.sizeHint()

    def draw(self, painter: QPainter, area: QRectF) -> None:
        """Icon, then words."""
        size = self.look.pixels(15)
        self.look.draw_icon(painter, self._icon, 0, area.center().y() - size / 2, size, "text2")
        words = area.adjusted(size + 6, 0, 0, 0)
        draw_line(painter, words, self._words, self.look.font(12, 400, True), self.look.colour("text2"))


def sent_words(sent: int) -> str:
    """ "0 bytes sent", "2.1 kB sent"."""
    if sent < 1000:
        return f"{sent} {'byte' if sent == 1 else 'bytes'} sent"
    size = float(sent)
    for unit in ("kB", "MB", "GB"):
        size /= 1000
        if size < 1000 or unit == "GB":
            return f"{size:.1f} {unit} sent"
    raise AssertionError("unreachable")


class StatusBar(QWidget):
    """ "Offline" and "0 bytes sent" in words, the jobs under way with Cancel, and where I am."""

    def __init__(self, look: Look, tasks: BackgroundTasks) -> None:
        super().__init__()
        self._look, self._tasks = look, tasks
        self.setObjectName("foot")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setAccessibleName("Status")
        self.network = StatusItem(look, "offline", "Offline", "The program opens no connection; everything works here.")
        self.sent = StatusItem(look, "lock", sent_words(0), "What left this computer since the program was started.")
        self._items: dict[int, ProgressItem] = {}
        self._jobs: dict[int, Job[object]] = {}
        self._jobs_row = QHBoxLayout()
        self._jobs_row.setSpacing(18)
        self._places: list[Label] = []
        self._places_row = QHBoxLayout()
        self._places_row.setSpacing(22)
        self._bar = QWidget()
        line = self._line = QHBoxLayout(self._bar)
        line.setContentsMargins(16, 0, 14, 0)
        line.setSpacing(22)
        line.addWidget(self.network)
        line.addWidget(self.sent)
        line.addLayout(self._jobs_row)
        line.addStretch(1)
        line.addLayout(self._places_row)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(rule())
        layout.addWidget(self._bar)
        tasks.jobs_changed.connect(self._show_jobs)
        look.changed.connect(self._dress)
        self._dress()

    def _dress(self) -> None:
        self._bar.setFixedHeight(self._look.pixels(HEIGHT - 1))

    def put_network(self, widget: QWidget) -> None:
        """Let a widget say how this computer stands to the network, in the place of the plain words."""
        self.network.hide()
        self._line.insertWidget(0, widget, 0, Qt.AlignmentFlag.AlignVCenter)

    def set_sent(self, sent: int) -> None:
        """Say how many bytes left this computer."""
        self.sent.set_words(sent_words(sent))

    def set_places(self, words: Sequence[str]) -> None:
        """Say where I am: "Clause 11.2", "Page 9 of 31"."""
        while len(self._places) < len(words):
            label = Label(self._look, "", 12, 400, "text2", tabular=True)
            self._places.append(label)
            self._places_row.addWidget(label)
        for number, label in enumerate(self._places):
            label.setVisible(number < len(words))
            if number < len(words) and label.text() != words[number]:
                label.setText(words[number])

    def _show_jobs(self) -> None:
        running = {id(job): job for job in self._tasks.jobs()}
        for number in [number for number in self._items if number not in running]:
            item = self._items.pop(number)
            self._jobs.pop(number)
            item.finish()
            self._jobs_row.removeWidget(item)
            item.deleteLater()
        for number, job in running.items():
            if number not in self._items:
                item = ProgressItem(self._look, job.label)
                item.setParent(self._bar)
                item.cancelled.connect(job.cancel)
                self._jobs_row.addWidget(item, 0, Qt.AlignmentFlag.AlignVCenter)
                self._items[number], self._jobs[number] = item, job
            latest = job.latest
            self._items[number].set_progress(latest.fraction, latest.note)

    def job_items(self) -> tuple[ProgressItem, ...]:
        """What is shown of the jobs, for tests and for screen readers."""
        return tuple(self._items.values())
