"""Makes the pictures of the README and the help from the real program: ``python packaging/pictures.py``.

Needs an installed checkout. Nothing is drawn by hand: the sample is imported, reviewed and shown off screen.
"""

import os
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
TARGET = ROOT / "resources" / "help" / "pictures"
SAMPLE = ROOT / "resources" / "samples" / "services-agreement-from-corvane.docx"


def main() -> int:
    """Save the workbench in light and dark."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    from pactoria_desktop.ui.picture import save_picture

    TARGET.mkdir(parents=True, exist_ok=True)
    for name, theme in (("workbench", "light"), ("workbench-dark", "dark")):
        save_picture(SAMPLE, TARGET / f"{name}.png", theme)
        sys.stdout.write(f"{name}.png\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
