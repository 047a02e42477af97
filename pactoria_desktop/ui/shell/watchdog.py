"""Watches for stalls of the interface: moments in which the event loop did not come round."""

import sys
import threading
import time
import traceback
from dataclasses import dataclass
from types import TracebackType

from PySide6.QtCore import QObject, QTimer

LIMIT = 0.1
BEAT = 20


@dataclass(frozen=True)
class Stall:
    """The loop stood still for ``seconds``; ``stack`` is where it stood when that was noticed, innermost last."""

    seconds: float
    stack: str


class StallWatch(QObject):
    """Records stalls over ``limit`` seconds between ``start`` and ``stop``; a context manager for tests."""

    def __init__(self, limit: float = LIMIT) -> None:
        super().__init__()
        self.limit = limit
        self.stalls: list[Stall] = []
        self._timer = QTimer(self)
        self._timer.setInterval(BEAT)
        self._timer.timeout.connect(self._beat)
        self._last = 0.0
        self._stack = ""
        self._watched = 0
        self._over = threading.Event()
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Begin to watch the thread that calls this."""
        self._watched = threading.get_ident()
        self._last = time.monotonic()
        self._stack = ""
        self._over.clear()
        self._thread = threading.Thread(target=self._look_on, name="pactoria-stall-watch", daemon=True)
        self._thread.start()
        self._timer.start()

    def stop(self) -> None:
        """Watch no more."""
        self._beat()
        self._timer.stop()
        self._over.set()
        if self._thread is not None:
            self._thread.join()
            self._thread = None

    def _beat(self) -> None:
        now = time.monotonic()
        late = now - self._last - BEAT / 1000
        if late > self.limit:
            self.stalls.append(Stall(late, self._stack))
        self._last, self._stack = now, ""

    def _look_on(self) -> None:
        while not self._over.wait(self.limit / 4):
            if not self._stack and time.monotonic() - self._last - BEAT / 1000 > self.limit:
                frame = sys._current_frames().get(self._watched)
                self._stack = "".join(traceback.format_stack(frame)) if frame is not None else ""

    def __enter__(self) -> "StallWatch":
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()
