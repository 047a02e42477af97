"""Types into the real window without end, until it is killed: ``python -m tests.end_to_end.typist HOME [import] [go]``.

``import`` brings the sample into the library first, ``go`` puts the caret at the clause; without it the caret is where
the last session left it.

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


def main(folder: Path, steps: list[str]) -> None:
    """Open the sample, go to a clause, and type."""
    look = dress(create_application(["typist"]), "light")
    with desk(folder, look) as at:
        if "import" in steps:
            at.drop(SAMPLES / "services-agreement.docx")
        at.opened()
        if "go" in steps:
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
    main(Path(sys.argv[1]), sys.argv[2:])
