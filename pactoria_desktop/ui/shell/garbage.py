"""Python's search for circles of garbage, on the interface's thread alone.

Python searches on whichever thread happens to make the next object. A circle that holds a widget would then be taken
apart on a thread of the background, where Qt must not be touched: the program dies now and then, and never where the
fault is. So the search by itself is off while a window is there, and this looks a few times a second instead.
"""

import gc

from PySide6.QtCore import QObject, QTimer

from pactoria_desktop.runtime.memory import set_aside

PAUSE = 300  # milliseconds between two looks
FEW, MANY = 2_000, 60_000
"""New objects below which nothing is searched, and above which they are set aside unseen: to look at so many takes
longer than a person may wait, and most of them are a contract's that was just read."""

OLDER_EVERY = 10


class GarbageSearch(QObject):
    """Searches on the thread it was made in, until ``end``."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._was_enabled = gc.isenabled()
        self._looks = 0
        gc.disable()
        self._timer = QTimer(self)
        self._timer.setInterval(PAUSE)
        self._timer.timeout.connect(self.look)
        self._timer.start()

    def look(self) -> None:
        """Search what is new, and now and then what has stayed a while."""
        new = gc.get_count()[0]
        if new < FEW:
            return
        if new > MANY:
            set_aside()
            return
        self._looks += 1
        gc.collect(1 if self._looks % OLDER_EVERY == 0 else 0)

    def end(self) -> None:
        """Let Python search by itself again, as it did before."""
        self._timer.stop()
        if self._was_enabled:
            gc.enable()
