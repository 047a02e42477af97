"""Keys typed one after another are one step of undo, until something else happens or a pause is made."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from PySide6.QtCore import QObject, QTimer

from pactoria_desktop.ui.editor.living import LivingText

PAUSE_MILLISECONDS = 1500
LONGEST_BURST = 60


class Bursts(QObject):
    """Holds the undo group of the running burst open."""

    def __init__(self, text: LivingText, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._text = text
        self._open: ExitStack | None = None
        self._keys = 0
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(PAUSE_MILLISECONDS)
        self._pause.timeout.connect(self.end)

    def key(self) -> None:
        """A key is about to be typed: go on with the burst or begin one."""
        if self._keys >= LONGEST_BURST:
            self.end()
        if self._open is None:
            self._open = ExitStack()
            self._open.enter_context(self._text.undo_group())
            self._keys = 0
        self._keys += 1
        self._pause.start()

    def end(self) -> None:
        """The next key begins a new step."""
        self._pause.stop()
        self._keys = 0
        if self._open is not None:
            group, self._open = self._open, None
            group.close()

    @contextmanager
    def step(self) -> Iterator[None]:
        """What happens inside is one step of its own."""
        self.end()
        with self._text.undo_group():
            yield
