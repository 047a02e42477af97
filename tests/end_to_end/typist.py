"""Types into the real window without end, until it is killed: ``python -m tests.end_to_end.typist HOME RUN``.

Prints the number of each letter once it stands in the text, with the time, so that the killer knows what was typed.
"""

import sys
import time
from pathlib import Path

from PySide6.QtCore import Qt

from pactoria_desktop.ui.application import create_application, dress
from tests.end_to_end.desk import desk
from tests.samples import SAMPLES

PAUSE = 0.03


def letter(number: int) -> str:
    """The letter of a number: words of five letters and a space."""
    return " " if number % 6 == 5 else chr(ord("a") + number % 26)


def main(folder: Path, run: int) -> None:
    """Open (the first time: import) the sample, go to a clause, and type."""
    look = dress(create_application(["typist"]), "light")
    with desk(folder, look) as at:
        if run == 0:
            at.drop(SAMPLES / "services-agreement.docx")
        at.opened()
        if run == 0:
            at.go_to_words("total liability in any Contract")
            at.press(Qt.Key.Key_Home)
        else:
            at.tab.view.setFocus()
        print(f"ready {at.tab.view.commands.caret}", flush=True)
        number = 0
        while True:
            at.type(letter(number))
            print(f"{number} {time.monotonic()}", flush=True)
            number += 1
            at.rest(PAUSE)


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
