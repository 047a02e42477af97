"""The real window in a process of its own, obeying lines: ``python -m tests.end_to_end.platform.window_program``.

Where its library lies and what opens it is in the environment, as for ``pactoria``. Each line on standard input is
``{"id": 1, "do": "keys", ...}`` and is answered, once it is done, by ``{"id": 1, "answer": ..., "at": monotonic}`` or
by ``{"id": 1, "error": ...}``. Several may be under way at once. What happens meanwhile is told by lines of the form
``{"event": ..., "at": monotonic}``. The monotonic clock is one for all processes of a machine.
"""

import functools
import json
import os
import sys
import threading
import time
from collections.abc import Iterator
from typing import Any

from PySide6.QtCore import QCoreApplication, QObject, QTimer

from pactoria_desktop.runtime.clock import SystemClock
from pactoria_desktop.runtime.logging import LogFile
from pactoria_desktop.runtime.paths import home
from pactoria_desktop.runtime.settings import SettingsFile
from pactoria_desktop.services.keys import passphrase_sources
from pactoria_desktop.services.library import library_service
from pactoria_desktop.services.together import Together
from pactoria_desktop.ui.application import create_application, dress, run, workbench
from pactoria_desktop.ui.shell.tasks import Postbox
from tests.end_to_end.platform.people import PASSWORD, fill_in
from tests.end_to_end.platform.window_deeds import WindowDeeds

LOOK_PAUSE = 4  # milliseconds between two looks at deeds that wait


class Obedient(QObject):
    """Does what the lines say, on the interface's thread; a deed that waits is looked at again and again."""

    def __init__(self, deeds: WindowDeeds) -> None:
        super().__init__()
        self._deeds = deeds
        self._postbox = Postbox()
        self._under_way: list[tuple[int, Iterator[None]]] = []
        self._timer = QTimer(self)
        self._timer.setInterval(LOOK_PAUSE)
        self._timer.timeout.connect(self._go_on)
        threading.Thread(target=self._listen, daemon=True).start()

    def _listen(self) -> None:
        for line in sys.stdin:
            self._postbox.post(functools.partial(self._begin, json.loads(line)))
        self._postbox.post(lambda: QCoreApplication.exit(3))  # whoever started this is gone

    def _begin(self, said: dict[str, Any]) -> None:
        number, name = said.pop("id"), said.pop("do")
        self._under_way.append((number, self._done(number, name, said)))
        self._timer.start()
        self._go_on()

    def _done(self, number: int, name: str, given: dict[str, Any]) -> Iterator[None]:
        try:
            answer = yield from getattr(self._deeds, name)(**given)
        except Exception as error:  # noqa: BLE001 - told to whoever asked
            say({"id": number, "error": f"{type(error).__name__}: {error}", "at": time.monotonic()})
        else:
            say({"id": number, "answer": answer, "at": time.monotonic()})

    def _go_on(self) -> None:
        for one in tuple(self._under_way):
            if one in self._under_way and next(one[1], self) is self:
                self._under_way.remove(one)
        if not self._under_way:
            self._timer.stop()


_saying = threading.Lock()


def say(line: dict[str, Any]) -> None:
    """Write a line."""
    with _saying:
        print(json.dumps(line), flush=True)


def main(email: str, answers_apart_after: float | None) -> int:
    """Open the window on the home of the environment; the person at its browser has this address."""
    if answers_apart_after is not None:
        import pactoria_desktop.sync.texts as texts

        texts.APART_SECONDS = answers_apart_after  # type: ignore[assignment]
    application = create_application(["pactoria"])
    look = dress(application, "light")
    place = home(os.environ)
    place.prepare()
    settings = SettingsFile(place.settings)
    log = LogFile(place.logs)

    def browse(page: str) -> bool:
        values = {"email": email, "password": PASSWORD, "decision": "allow"}
        threading.Thread(target=fill_in, args=(page,), kwargs=values, daemon=True).start()
        return True

    with library_service(place, passphrase_sources(os.environ, None, None), SystemClock()) as service:
        together = Together(service, open_browser=browse)
        with workbench(service, look, settings, together=together) as bench:
            bench.window.resize(1280, 860)
            deeds = WindowDeeds(bench, together, say)
            obedient = Obedient(deeds)
            bench.window.when_painted(lambda: say({"event": "painted", "at": time.monotonic()}))
            ended = run(application, bench, None, [], [])
            del obedient
    log.close()
    return ended


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], float(sys.argv[2]) if len(sys.argv) > 2 else None))
