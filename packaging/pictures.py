"""Makes the pictures of the README and the help from the real program: ``python packaging/pictures.py``.

Needs an installed checkout. Nothing is drawn by hand: the sample is imported, reviewed and shown off screen.
"""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
TARGET = ROOT / "resources" / "help" / "pictures"
SAMPLE = ROOT / "resources" / "samples" / "services-agreement-from-corvane.docx"


PICTURES = {"workbench": "light", "workbench-dark": "dark"}


def main(names: list[str]) -> int:
    """Save the pictures named; all of them, each by a program of its own as a person starts it, when none is."""
    if not names:
        for name in PICTURES:
            subprocess.run([sys.executable, __file__, name], check=True)
            sys.stdout.write(f"{name}.png\n")
        return 0
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    from pactoria_desktop.ui.picture import save_picture

    TARGET.mkdir(parents=True, exist_ok=True)
    for name in names:
        save_picture(SAMPLE, TARGET / f"{name}.png", PICTURES[name])
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
